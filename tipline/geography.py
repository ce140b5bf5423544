"""Postcode or place name -> municipality, or the candidates to choose from; never a guess.

A tip that goes to the wrong municipality is read by the wrong people. So a name is certain only when one single
municipality can be meant and the name is that of a town or village; homonyms, hamlets, provinces, regions, places
abroad and everyday words ask. The tables lie in `content/tipline`; SOURCES.md there says how far each can be trusted.
This module knows nothing of care points.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tipline.content_files import ContentFaultError, Faults, Row, read_table, read_text
from tipline.place_names import fold, is_house_number, normalise, split_postcodes

MUNICIPALITY_COLUMNS = ("code", "name", "cbs_name", "province", "safety_region", "slug")
PLACE_COLUMNS = ("place", "code", "kind")
POSTCODE_COLUMNS = ("from", "to", "code")
SPLIT_COLUMNS = ("postcode", "code", "other_code", "source")
FORMER_COLUMNS = ("code", "name", "into", "on")
WORD_COLUMNS = ("word", "kind", "province")
TABLES = {
    "municipalities.csv": MUNICIPALITY_COLUMNS,
    "places.csv": PLACE_COLUMNS,
    "postcodes.csv": POSTCODE_COLUMNS,
    "postcodes_split.csv": SPLIT_COLUMNS,
    "former_municipalities.csv": FORMER_COLUMNS,
    "name_words.csv": WORD_COLUMNS,
}

KINDS = ("postcode", "municipality", "woonplaats", "alias", "former", "other")
"""What a name can be, the likeliest meant first; the order of the list that a visitor chooses from."""
CERTAIN_KINDS = frozenset(KINDS) - {"other"}
"""A hamlet or quarter (`other`) needs the visitor's yes: the list of them is old, and many share a name with another
thing ("Friesland" is a hamlet in Montferland)."""
BROAD_KINDS = frozenset({"province", "country", "region", "abroad", "word"})
"""Words of `name_words.csv` that name no single place; they ask, whatever village is called the same."""
WORD_KINDS = BROAD_KINDS | {"abbreviation", "town", "near", "beside"}

LONGEST_TEXT = 200
"""Characters; no address is longer. More is not looked at, so that no text can take long."""
MOST_WORDS = 16
SHORTEST_SPACED = 5
"""Letters that a name with a stray space must have: "den bosch" is "denbosch", but "e e" is not Ee."""


@dataclass(frozen=True)
class Municipality:
    """One of the 342 municipalities."""

    code: str
    """The code of Statistics Netherlands, such as "GM0772"."""
    name: str
    """As people write it; with the province only where two municipalities share a name."""
    province: str
    safety_region: str
    slug: str
    """Its part of an address, unique."""


@dataclass(frozen=True)
class Candidate:
    """One municipality that a text may mean."""

    municipality: Municipality
    place: str
    """The place as the visitor knows it, such as "Elst"."""
    kind: str
    """One of `KINDS`."""


@dataclass(frozen=True)
class Finding:
    """What a text says about where.

    With a municipality: certain. With candidates only: ask the visitor, also when there is just one. With neither: not
    known.
    """

    text: str
    """What was typed, at most `LONGEST_TEXT` characters."""
    municipality: Municipality | None = None
    candidates: tuple[Candidate, ...] = ()
    place: str | None = None
    """The name or postcode by which the municipality was found; None unless it is certain."""


@dataclass(frozen=True)
class Reading:
    """What a name or postcode can mean, and whether that leaves no doubt."""

    candidates: tuple[Candidate, ...] = ()
    is_sure: bool = False


NOTHING = Reading()


@dataclass(frozen=True)
class NameWords:
    """The words that stand beside names (`name_words.csv`)."""

    broad: frozenset[str]
    """Folded names of provinces, countries, regions and the like."""
    provinces: Mapping[str, str]
    """Names and abbreviations of provinces: "gld" -> "Gelderland"."""
    town: frozenset[str]
    """Say that the municipality itself is meant: "gemeente Utrecht"."""
    near: frozenset[str]
    """Say that the place itself may not be meant: "omgeving Eindhoven"."""
    beside: frozenset[str]
    """Mean nothing behind a name: "Eindhoven centrum"."""


@dataclass(frozen=True)
class Names:
    """Every known name, as it is spelt and folded, and how to read several together."""

    exact: Mapping[str, tuple[Candidate, ...]]
    folded: Mapping[str, tuple[Candidate, ...]]
    words: NameWords
    provinces: Mapping[str, frozenset[str]]
    """Province -> the codes of its municipalities."""

    def read(self, name: str) -> Reading:
        """What a normalised name means: as a whole, without small words, or as a place and what it lies in."""
        found = self.named(name)
        if fold(name) in self.words.broad:
            return Reading(found)
        if found:
            return Reading(found, is_one_town(found))
        parts = name.split()
        if not 1 < len(parts) <= MOST_WORDS:
            return NOTHING
        return self._without_small_words(parts) or self._narrowed(parts) or self._within(parts)

    def named(self, name: str) -> tuple[Candidate, ...]:
        """The places with exactly this normalised name, else those that differ in spelling only."""
        folded = fold(name)
        if " " in name and len(folded) < SHORTEST_SPACED:
            folded = name
        return self.exact.get(name) or self.folded.get(folded, ())

    def codes(self, name: str) -> frozenset[str]:
        """Every municipality that a name can point to, also as a province."""
        province = self.provinces.get(self.words.provinces.get(name, ""), frozenset())
        return province | {candidate.municipality.code for candidate in self.named(name)}

    def _without_small_words(self, parts: list[str]) -> Reading | None:
        for small, rest in _ends(parts):
            if small in self.words.town:
                return _as_town(self.read(rest))
            if small in self.words.near:
                return Reading(self.read(rest).candidates)
        for size in (1, 2):
            if " ".join(parts[-size:]) in self.words.beside and len(parts) > size:
                return self.read(" ".join(parts[:-size]))
        return None

    def _narrowed(self, parts: list[str]) -> Reading | None:
        """A place and where it lies, in either order: "Elst Gelderland", "Elst, Rhenen". A contradiction asks."""
        for name, area in _cuts(parts):
            codes = self.codes(name) & self.codes(area)
            found = _merged((*self.named(name), *self.named(area)))
            if codes:
                shared = tuple(candidate for candidate in found if candidate.municipality.code in codes)
                return Reading(shared, is_one_town(shared) and not self._is_city_too(found, shared))
            if self.codes(name) and self.codes(area):
                return Reading(found)
        return None

    def _is_city_too(self, found: tuple[Candidate, ...], shared: tuple[Candidate, ...]) -> bool:
        """Whether a province was read that is a city as well: "Utrecht, Zeist" may mean two places."""
        left_out = (one for one in found if one.kind == "municipality" and one not in shared)
        return any(fold(normalise(one.place)) in self.words.broad for one in left_out)

    def _within(self, parts: list[str]) -> Reading:
        """Towns named first or last among unknown words: "Kerkstraat 5 Eindhoven", "Best of Son". It always asks."""
        sizes = range(len(parts) - 1, 0, -1)
        first = self._longest_town(" ".join(parts[:size]) for size in sizes)
        last = self._longest_town(" ".join(parts[-size:]) for size in sizes)
        return Reading(_merged((*first, *last)))

    def _longest_town(self, names: Iterable[str]) -> tuple[Candidate, ...]:
        found = (self.named(name) for name in names)
        return next((one for one in found if any(town.kind in CERTAIN_KINDS for town in one)), ())


@dataclass(frozen=True)
class Geography:
    """The municipalities and everything that leads to one."""

    municipalities: Mapping[str, Municipality]
    """By code, in the order of their names."""
    former: Mapping[str, str]
    """Code of a municipality that was merged -> code of the one that took it up, which exists today."""
    postcodes: Mapping[int, tuple[Candidate, ...]]
    names: Names
    _prefixes: tuple[str, ...]
    """All normalised names, sorted."""

    def municipality_for(self, code: str) -> Municipality | None:
        """The municipality with this code today; a merged one's code gives its successor. None when never heard of."""
        return self.municipalities.get(self.former.get(code, code))

    def find(self, text: str) -> Finding:
        """Where a postcode, a place name or an address lies. Takes any text and never raises."""
        reading = self._read(normalise(text)) if len(text) <= LONGEST_TEXT else NOTHING
        typed = text[:LONGEST_TEXT].strip()
        if not reading.is_sure:
            return Finding(typed, candidates=reading.candidates)
        certain = reading.candidates[0]
        return Finding(typed, certain.municipality, reading.candidates, certain.place)

    def suggest(self, text: str, limit: int = 8) -> tuple[Candidate, ...]:
        """Places whose name starts with the text, towns before hamlets; a postcode gives where it lies."""
        if len(text) > LONGEST_TEXT:
            return ()
        start = normalise(text)
        numbers, rest = split_postcodes(start)
        if numbers and not rest:
            return self._at(numbers).candidates[:limit]
        found = [candidate for name in self._starting_with(start) for candidate in self.names.exact[name]]
        found.sort(key=lambda candidate: (_rank(candidate), len(candidate.place), candidate.place))
        return tuple(islice(_distinct(found), limit))

    def _read(self, text: str) -> Reading:
        numbers, rest = split_postcodes(text)
        if not numbers:
            return self.names.read(text) if text else NOTHING
        there = self._at(numbers)
        if not rest or is_house_number(rest):
            return there
        return self._both(there, rest)

    def _at(self, numbers: Iterable[int]) -> Reading:
        found = _merged(candidate for number in numbers for candidate in self.postcodes.get(number, ()))
        return Reading(found, is_one_town(found))

    def _both(self, there: Reading, name: str) -> Reading:
        """A postcode and a name: sure when they agree on one municipality; else both are offered."""
        named = self.names.read(name)
        codes = {candidate.municipality.code for candidate in named.candidates} | self.names.codes(name)
        shared = tuple(candidate for candidate in there.candidates if candidate.municipality.code in codes)
        if shared:
            return Reading(shared, len(shared) == 1)
        return Reading(_merged((*there.candidates, *named.candidates)))

    def _starting_with(self, start: str) -> Iterator[str]:
        if not start:
            return
        for place in range(bisect_left(self._prefixes, start), len(self._prefixes)):
            if not self._prefixes[place].startswith(start):
                return
            yield self._prefixes[place]


def is_one_town(found: tuple[Candidate, ...]) -> bool:
    """Whether these candidates leave no doubt: one municipality, and not by the name of a hamlet."""
    return len(found) == 1 and found[0].kind in CERTAIN_KINDS


def _as_town(reading: Reading) -> Reading:
    """Only the municipalities that bear the name themselves, when there are any: "gemeente Hengelo", "stad Utrecht"."""
    towns = tuple(candidate for candidate in reading.candidates if candidate.kind == "municipality")
    return Reading(towns, len(towns) == 1) if towns else reading


def _ends(parts: list[str]) -> Iterator[tuple[str, str]]:
    """The first or last words of a name (one to three) with the rest of it."""
    for size in range(1, min(4, len(parts))):
        yield " ".join(parts[:size]), " ".join(parts[size:])
        yield " ".join(parts[-size:]), " ".join(parts[:-size])


def _cuts(parts: list[str]) -> Iterator[tuple[str, str]]:
    for cut in range(len(parts) - 1, 0, -1):
        yield " ".join(parts[:cut]), " ".join(parts[cut:])


def _rank(candidate: Candidate) -> int:
    return KINDS.index(candidate.kind)


def _merged(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate per municipality, by the likeliest kind; then by name, never by share."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(found, key=_rank):
        best.setdefault(candidate.municipality.code, candidate)
    return tuple(sorted(best.values(), key=lambda candidate: (_rank(candidate), candidate.municipality.name)))


def _distinct(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Without other spellings of a place that is in the list already."""
    seen: set[tuple[str, str]] = set()
    towns: set[str] = set()
    for candidate in found:
        code = candidate.municipality.code
        key = (code, fold(normalise(candidate.place)))
        if key in seen or (candidate.kind == "alias" and code in towns):
            continue
        seen.add(key)
        towns.add(code)
        yield candidate


def load_geography(folder: Path) -> Geography:
    """Read the tables of `content/tipline`. Raises ContentFaultError for the first thing that can't be used."""
    municipalities = _municipalities(folder)
    exact = _exact_names(folder, municipalities)
    names = Names(exact, _folded(exact), _name_words(folder), _by_province(municipalities.values()))
    return Geography(
        municipalities=municipalities,
        former=_former(folder, municipalities),
        postcodes=_postcodes(folder, municipalities),
        names=names,
        _prefixes=tuple(sorted(exact)),
    )


def find_faults(folder: Path, faults: Faults) -> Mapping[str, Municipality]:
    """Gathers what is wrong with the tables, at least one fault for each that has any. Returns the municipalities that
    other files may name; where their own table is at fault, whatever stands in the column of their codes."""
    for file, columns in TABLES.items():
        with faults.kept():
            read_table(folder / file, columns)
    written = _written_municipalities(folder / "municipalities.csv")
    with faults.kept():
        written = _municipalities(folder)
    if written:
        for read in (_places, _postcodes, _split_postcodes, _former):
            with faults.kept():
                read(folder, written)
    with faults.kept():
        _name_words(folder)
    return written


def _written_municipalities(file: Path) -> dict[str, Municipality]:
    try:
        lines = read_text(file).splitlines()[1:]
    except ContentFaultError:
        return {}
    codes = (line.partition(",")[0] for line in lines)
    return {code: Municipality(code, code, "", "", code) for code in codes}


def _municipalities(folder: Path) -> dict[str, Municipality]:
    found: dict[str, Municipality] = {}
    taken: set[str] = set()
    for row in read_table(folder / "municipalities.csv", MUNICIPALITY_COLUMNS):
        one = Municipality(row["code"], row["name"], row["province"], row["safety_region"], row["slug"])
        if one.code in found or taken & {one.name, one.slug}:
            raise row.fault(
                f"{one.code}, {one.name} or {one.slug} stands here twice", "remove one, or name it by its province"
            )
        found[one.code] = one
        taken |= {one.name, one.slug}
    return dict(sorted(found.items(), key=lambda item: normalise(item[1].name)))


def _exact_names(folder: Path, municipalities: Mapping[str, Municipality]) -> dict[str, tuple[Candidate, ...]]:
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for row in read_table(folder / "municipalities.csv", MUNICIPALITY_COLUMNS):
        town = Candidate(municipalities[row["code"]], row["name"], "municipality")
        for name in {normalise(row["name"]), normalise(row["cbs_name"])}:
            found[name].append(town)
    for place in _places(folder, municipalities):
        found[normalise(place.place)].append(place)
    return {name: _merged(candidates) for name, candidates in found.items()}


def _places(folder: Path, municipalities: Mapping[str, Municipality]) -> list[Candidate]:
    found = []
    for row in read_table(folder / "places.csv", PLACE_COLUMNS):
        if row["kind"] not in KINDS:
            raise row.fault(f"`{row['kind']}` is no kind of place", f"use one of: {', '.join(KINDS)}")
        found.append(Candidate(_of(row, "code", municipalities), row["place"], row["kind"]))
    return found


def _folded(exact: Mapping[str, tuple[Candidate, ...]]) -> dict[str, tuple[Candidate, ...]]:
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for name, candidates in exact.items():
        found[fold(name)].extend(candidates)
    return {name: _merged(candidates) for name, candidates in found.items()}


def _postcodes(folder: Path, municipalities: Mapping[str, Municipality]) -> dict[int, tuple[Candidate, ...]]:
    found: dict[int, tuple[Candidate, ...]] = {}
    for row in read_table(folder / "postcodes.csv", POSTCODE_COLUMNS):
        first, last = postcode_in(row, "from"), postcode_in(row, "to")
        if last < first:
            raise row.fault(f"{first} to {last} is no range of postcodes", "write the lower one first")
        for number in range(first, last + 1):
            if number in found:
                raise row.fault(f"postcode {number} stands in two ranges", "take it out of one")
            found[number] = (Candidate(_of(row, "code", municipalities), str(number), "postcode"),)
    for number, both in _split_postcodes(folder, municipalities):
        found[number] = _merged((*found.get(number, ()), *both))
    return found


def _split_postcodes(
    folder: Path, municipalities: Mapping[str, Municipality]
) -> list[tuple[int, tuple[Candidate, ...]]]:
    found = []
    for row in read_table(folder / "postcodes_split.csv", SPLIT_COLUMNS):
        number = postcode_in(row, "postcode")
        both = tuple(
            Candidate(_of(row, column, municipalities), str(number), "postcode") for column in ("code", "other_code")
        )
        found.append((number, both))
    return found


def postcode_in(row: Row, column: str) -> int:
    """The four-digit postcode in that column. Raises ContentFaultError."""
    if not (len(row[column]) == 4 and row[column].isascii() and row[column].isdecimal()):
        raise row.fault(f"`{row[column]}` is no postcode", "write its four digits")
    return int(row[column])


def _of(row: Row, column: str, municipalities: Mapping[str, Municipality]) -> Municipality:
    if row[column] not in municipalities:
        raise row.fault(f"no municipality has the code {row[column]}", "use a code of municipalities.csv")
    return municipalities[row[column]]


def _former(folder: Path, municipalities: Mapping[str, Municipality]) -> dict[str, str]:
    rows = {row["code"]: row for row in read_table(folder / "former_municipalities.csv", FORMER_COLUMNS)}
    return {code: _successor(row, rows, municipalities) for code, row in rows.items()}


def _successor(row: Row, rows: Mapping[str, Row], municipalities: Mapping[str, Municipality]) -> str:
    """Follow mergers of merged municipalities until one that exists; a circle ends since no step is taken twice."""
    code = row["into"]
    for _ in rows:
        if code not in rows:
            break
        code = rows[code]["into"]
    if code not in municipalities or row["code"] in municipalities:
        raise row.fault(f"{row['code']} does not lead to a municipality of today", "write the code that took it up")
    return code


def _name_words(folder: Path) -> NameWords:
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    provinces: dict[str, str] = {}
    for row in read_table(folder / "name_words.csv", WORD_COLUMNS):
        kind, word = row["kind"], normalise(row["word"])
        if kind not in WORD_KINDS:
            raise row.fault(f"`{kind}` is no kind of word", f"use one of: {', '.join(sorted(WORD_KINDS))}")
        by_kind[kind].add(fold(word) if kind in BROAD_KINDS else word)
        if row["province"]:
            provinces[word] = row["province"]
    return NameWords(
        broad=frozenset().union(*(by_kind[kind] for kind in BROAD_KINDS)),
        provinces=provinces,
        town=frozenset(by_kind["town"]),
        near=frozenset(by_kind["near"]),
        beside=frozenset(by_kind["beside"]),
    )


def _by_province(municipalities: Iterable[Municipality]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in municipalities:
        found[one.province].add(one.code)
    return {province: frozenset(codes) for province, codes in found.items()}
