"""The yearly change of municipalities and postcodes: a change file applied to the tables of `content/tipline`.

Nothing is written before the changed tables, as a whole, load without a fault. Each file is replaced at once; should
the machine stop in between, applying the change again finishes it.
"""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tipline import geography
from tipline.care_points import COVERAGE_COLUMNS, load_care_points
from tipline.content_files import ContentFaultError, Entry, read_table, read_versioned, table_text, write_whole
from tipline.place_names import normalise

COLUMNS = {
    "places.csv": geography.PLACE_COLUMNS,
    "postcodes.csv": geography.POSTCODE_COLUMNS,
    "postcodes_split.csv": geography.SPLIT_COLUMNS,
    "coverage.csv": COVERAGE_COLUMNS,
    "former_municipalities.csv": geography.FORMER_COLUMNS,
    "municipalities.csv": geography.MUNICIPALITY_COLUMNS,
}
"""The tables that a change touches, in the order in which they are replaced: the list of municipalities, from which a
second run sees what is left to do, comes last."""


@dataclass(frozen=True)
class Merge:
    """Municipalities that end, and the one that takes them up: an existing one or a new one."""

    ending: tuple[str, ...]
    into: str
    name: str
    province: str | None
    safety_region: str | None
    care_point: str | None
    """Who serves the new municipality; needed only when the ending ones were served by different points."""
    entry: Entry


@dataclass(frozen=True)
class PostcodeChange:
    """A range of postcodes that belongs to another municipality from now on."""

    first: int
    last: int
    code: str
    entry: Entry


@dataclass(frozen=True)
class Change:
    """Everything that changes on one date."""

    on: date
    merges: tuple[Merge, ...]
    postcodes: tuple[PostcodeChange, ...]


@dataclass
class Tables:
    """The tables while they change: rows as lists of fields, in the order of their columns."""

    places: list[list[str]]
    postcodes: dict[int, str]
    splits: list[list[str]]
    coverage: dict[str, list[str]]
    former: dict[str, list[str]]
    municipalities: dict[str, list[str]]
    said: list[str] = field(default_factory=list)
    """What maps to what, one sentence each."""


def update_geography(folder: Path, change_file: Path) -> tuple[str, ...]:
    """Apply a change file to a folder `content/tipline` and say what maps to what; twice says there is nothing to do.

    Raises ContentFaultError, with file, line and cure, and then nothing was written.
    """
    change = read_change(change_file)
    tables = _read_tables(folder)
    for merge in change.merges:
        _apply_merge(tables, merge, change.on)
    for postcodes in change.postcodes:
        _apply_postcodes(tables, postcodes)
    if not tables.said:
        return (f"Nothing to do: the changes of {change.on} are in these tables already.",)
    texts = _texts(tables)
    _prove(folder, texts)
    for name in COLUMNS:
        write_whole(folder / name, texts[name])
    return (f"These are the changes of {change.on}.", *tables.said)


def read_change(file: Path) -> Change:
    """Read a change file. Raises ContentFaultError."""
    document = read_versioned(file)
    document.root.only("version", "on", "source", "merges", "postcodes")
    document.root.text("source")
    return Change(
        on=document.root.date("on"),
        merges=tuple(_merge(entry) for entry in document.tables("merges")),
        postcodes=tuple(_postcode_change(entry) for entry in document.tables("postcodes")),
    )


def _merge(entry: Entry) -> Merge:
    entry.only("from", "into", "name", "province", "safety_region", "care_point")
    merge = Merge(
        ending=entry.texts("from"),
        into=entry.text("into"),
        name=entry.text("name"),
        province=entry.optional_text("province"),
        safety_region=entry.optional_text("safety_region"),
        care_point=entry.optional_text("care_point"),
        entry=entry,
    )
    if merge.into in merge.ending:
        raise entry.fault("from", f"{merge.into} can't end and take up", "leave out of `from` the code that stays")
    if len(set(merge.ending)) < len(merge.ending):
        raise entry.fault("from", "a code stands here twice", "write each code once")
    return merge


def _postcode_change(entry: Entry) -> PostcodeChange:
    entry.only("from", "to", "municipality")
    first, last = entry.number("from"), entry.number("to")
    if not 1000 <= first <= last <= 9999:
        raise entry.fault("from", f"{first} to {last} is no range of postcodes", "write from = 1234 and to = 1236")
    return PostcodeChange(first, last, entry.text("municipality"), entry)


def _read_tables(folder: Path) -> Tables:
    ranges = read_table(folder / "postcodes.csv", COLUMNS["postcodes.csv"])
    return Tables(
        places=_rows(folder, "places.csv"),
        postcodes={
            number: row["code"]
            for row in ranges
            for number in range(geography.postcode_in(row, "from"), geography.postcode_in(row, "to") + 1)
        },
        splits=_rows(folder, "postcodes_split.csv"),
        coverage={row[0]: row for row in _rows(folder, "coverage.csv")},
        former={row[0]: row for row in _rows(folder, "former_municipalities.csv")},
        municipalities={row[0]: row for row in _rows(folder, "municipalities.csv")},
    )


def _rows(folder: Path, name: str) -> list[list[str]]:
    return [list(row.fields.values()) for row in read_table(folder / name, COLUMNS[name])]


def _apply_merge(tables: Tables, merge: Merge, on: date) -> None:
    ending = [code for code in merge.ending if not _has_ended(tables, merge, code)]
    if not ending:
        return
    if merge.into not in tables.municipalities:
        _found_municipality(tables, merge, ending)
    elif tables.municipalities[merge.into][1] != merge.name:
        known = tables.municipalities[merge.into][1]
        raise merge.entry.fault("name", f"{merge.into} is called {known}", "use that name, or correct the code")
    for code in ending:
        _end_municipality(tables, code, merge, on)


def _has_ended(tables: Tables, merge: Merge, code: str) -> bool:
    """Whether this part of the merge was applied before. Raises ContentFaultError for a code that can't end so."""
    if code in tables.municipalities:
        return False
    if code not in tables.former:
        raise merge.entry.fault("from", f"no municipality has the code {code}", "use a code of municipalities.csv")
    if tables.former[code][2] != merge.into:
        raise merge.entry.fault("from", f"{code} went into {tables.former[code][2]} before", "correct the code")
    return True


def _found_municipality(tables: Tables, merge: Merge, ending: list[str]) -> None:
    """Add the new municipality; what it doesn't say of itself is what the ending ones have in common."""
    old = [tables.municipalities[code] for code in ending]
    province = merge.province or _common(merge, "province", (row[3] for row in old))
    region = merge.safety_region or _common(merge, "safety_region", (row[4] for row in old))
    slug = normalise(merge.name).replace(" ", "-")
    tables.municipalities[merge.into] = [merge.into, merge.name, merge.name, province, region, slug]
    # A run that was cut off may have written the coverage before.
    if merge.into not in tables.coverage:
        tables.coverage[merge.into] = _new_coverage(merge, [tables.coverage[code] for code in ending])
    tables.said.append(f"{merge.into} {merge.name} is new, in {province}; care point {tables.coverage[merge.into][1]}.")


def _new_coverage(merge: Merge, ending: list[list[str]]) -> list[str]:
    care_point = merge.care_point or _common(merge, "care_point", (row[1] for row in ending))
    like = next((row[2:] for row in ending if row[1] == care_point), ["none", "", ""])
    return [merge.into, care_point, *like]


def _common(merge: Merge, name: str, values: Iterable[str]) -> str:
    distinct = sorted(set(values))
    if len(distinct) != 1:
        what = f"the ending municipalities have no common {name} ({', '.join(distinct)})"
        raise merge.entry.fault("from", what, f'write {name} = "…" in this merge')
    return distinct[0]


def _end_municipality(tables: Tables, code: str, merge: Merge, on: date) -> None:
    _, name, cbs_name, *_ = tables.municipalities.pop(code)
    tables.former[code] = [code, name, merge.into, str(on)]
    tables.said.append(f"{code} {name} becomes {merge.into} {merge.name}.")
    _move_coverage(tables, code, merge)
    _move_places(tables, code, merge.into, {name, cbs_name})
    moved = [number for number, owner in tables.postcodes.items() if owner == code]
    tables.postcodes.update(dict.fromkeys(moved, merge.into))
    tables.splits = [[merge.into if value == code else value for value in row] for row in tables.splits]
    if moved:
        ranges = ", ".join(f"{first}-{last}" if first < last else str(first) for first, last in _ranges(moved))
        tables.said.append(f"Postcodes {ranges}: from {name} to {merge.name}.")


def _move_coverage(tables: Tables, code: str, merge: Merge) -> None:
    old = tables.coverage.pop(code, tables.coverage[merge.into])[1]
    new = tables.coverage[merge.into][1]
    if old != new:
        tables.said.append(
            f"Tips about {code} went to {old} and will go to {new}: ask both points whether that is right."
        )


def _move_places(tables: Tables, code: str, into: str, names: set[str]) -> None:
    moved = [[place, into if owner == code else owner, kind] for place, owner, kind in tables.places]
    here = {normalise(place) for place, owner, kind in moved if owner == into and kind != "other"}
    moved += [[name, into, "former"] for name in names if normalise(name) not in here]
    tables.places = [list(row) for row in {tuple(row): None for row in moved}]


def _apply_postcodes(tables: Tables, change: PostcodeChange) -> None:
    if change.code not in tables.municipalities:
        what = f"no municipality has the code {change.code}"
        raise change.entry.fault("municipality", what, "use a code that exists after this change")
    for number in range(change.first, change.last + 1):
        before = tables.postcodes.get(number, "nowhere")
        if before != change.code:
            tables.postcodes[number] = change.code
            tables.said.append(f"Postcode {number}: from {before} to {change.code}.")


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _texts(tables: Tables) -> dict[str, str]:
    by_code: dict[str, list[int]] = {}
    for number, code in tables.postcodes.items():
        by_code.setdefault(code, []).append(number)
    ranges = sorted((first, last, code) for code, numbers in by_code.items() for first, last in _ranges(numbers))
    rows: dict[str, Iterable[list[str]]] = {
        "places.csv": sorted(tables.places, key=lambda row: (normalise(row[0]), *row)),
        "postcodes.csv": [[str(first), str(last), code] for first, last, code in ranges],
        # What lies in one municipality only after the merger is split no longer.
        "postcodes_split.csv": [row for row in tables.splits if row[1] != row[2]],
        "coverage.csv": sorted(tables.coverage.values()),
        "former_municipalities.csv": sorted(tables.former.values()),
        "municipalities.csv": sorted(tables.municipalities.values()),
    }
    return {name: table_text(columns, rows[name]) for name, columns in COLUMNS.items()}


def _prove(folder: Path, texts: dict[str, str]) -> None:
    """Load a copy of the folder with the changed tables. Raises ContentFaultError, named after the real folder."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy)
        for name, text in texts.items():
            (copy / name).write_text(text, encoding="utf-8")
        try:
            load_care_points(copy, geography.load_geography(copy))
        except ContentFaultError as fault:
            real = folder / fault.file.relative_to(copy)
            raise ContentFaultError(real, fault.line, f"after the change: {fault.what}", fault.how) from None
