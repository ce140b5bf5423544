"""Care points, which municipalities they serve, and the national help lines: content as values.

Facts only: who is *open* depends on proved holders, which the database knows and this module does not.
"""

import datetime
import logging
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tipline.content_files import (
    ContentFaultError,
    Document,
    Entry,
    Faults,
    Row,
    read_table,
    read_text,
    read_versioned,
    stamp,
    toml_text,
    write_whole,
)
from tipline.geography import Geography, Municipality
from tipline.key_files import PublishedKey, read_key_file

log = logging.getLogger("signaallijn")

CARE_POINTS, COVERAGE, HELPLINES = FOLLOWED = ("care_points.toml", "coverage.csv", "helplines.toml")
"""The files, beside the key files, that a running server follows."""
COVERAGE_COLUMNS = ("code", "care_point", "confidence", "lead", "source")
CERTAINTIES = ("high", "medium", "low")
KEEPING = {"keeps_closed_days": range(14, 366), "keeps_open_days": range(90, 731)}
"""How many days a care point may choose: the desk tells of a deletion 14 days before, and nothing is kept for ever."""
CONTACTS = ("phone", "email", "hours_nl", "hours_en")


@dataclass(frozen=True)
class CarePoint:
    """A regional care coordination point, or the national one."""

    id: str
    organisation: str
    short_name: str
    region_label: str
    phone: str | None
    email: str | None
    website: str | None
    hours_nl: str | None
    hours_en: str | None
    source_url: str
    confirmed_on: datetime.date | None
    """When the organisation itself confirmed this entry; public pages name a regional point only then."""
    certainty: str
    """How far the source can be trusted: high, medium or low."""
    is_national: bool
    reads_within: str | None
    """Within what time tips are read, in the point's own words; promised only where the point has set it."""
    controller: str | None
    """Who answers for the personal data in its tips, as the point told us: often a municipality."""
    privacy_url: str | None
    """Where that controller tells what it does with personal data."""
    keeps_closed_days: int | None = None
    """For how many days it keeps a closed case, where its controller chose another time than everyone's."""
    keeps_open_days: int | None = None
    """The same, for an open case in which nothing happens any more."""


@dataclass(frozen=True)
class Helpline:
    """A national help line."""

    id: str
    name: str
    number: str | None
    website: str | None
    hours_nl: str | None
    hours_en: str | None
    for_whom_nl: str
    for_whom_en: str
    note_nl: str | None
    note_en: str | None
    source_url: str
    checked_on: datetime.date
    confirm: bool
    """Something in this entry must be confirmed before the site opens."""


@dataclass(frozen=True)
class CarePoints:
    """All care points with what belongs to them."""

    points: Mapping[str, CarePoint]
    coverage: Mapping[str, str]
    """Municipality code -> care point id, for every municipality."""
    keys: Mapping[str, PublishedKey]
    """Care point id -> its published key; a point without one is absent."""
    helplines: Mapping[str, Helpline]
    """By id, in the order of the file."""

    @property
    def national(self) -> CarePoint:
        """The care point of last resort."""
        return next(point for point in self.points.values() if point.is_national)

    def serving(self, code: str) -> CarePoint:
        """The care point that serves a municipality, open or not; the national one where no regional point is known."""
        return self.points[self.coverage[code]] if code in self.coverage else self.national

    def municipalities_of(self, care_point: str) -> tuple[str, ...]:
        """The codes of the municipalities that a care point serves."""
        return tuple(code for code, serving in self.coverage.items() if serving == care_point)


def load_care_points(folder: Path, geography: Geography) -> CarePoints:
    """Read `content/tipline`. Raises ContentFaultError for the first thing that can't be used."""
    points = _points(read_versioned(folder / CARE_POINTS))
    coverage = _coverage(folder / COVERAGE, points, geography.municipalities)
    helplines = _helplines(read_versioned(folder / HELPLINES))
    return CarePoints(points, coverage, _keys(folder / "keys", points), helplines)


def find_faults(
    folder: Path, municipalities: Mapping[str, Municipality], faults: Faults
) -> Mapping[str, Helpline | None]:
    """Gathers what is wrong with care points, coverage, keys and help lines: every entry at fault, and one fault of
    each other file. Returns the help lines that other files may name, without what could not be read."""
    points: set[str] = set()
    for entry in _entries(folder / CARE_POINTS, "care_points", faults):
        with faults.kept():
            points.add(_identifier(entry))
            _point(entry)
    with faults.kept():
        _points(read_versioned(folder / CARE_POINTS))
    with faults.kept():
        read_table(folder / COVERAGE, COVERAGE_COLUMNS)
    if points and municipalities:
        with faults.kept():
            _coverage(folder / COVERAGE, points, municipalities)
    for file in sorted((folder / "keys").glob("*.toml")):
        with faults.kept():
            _key(file, points)
    helplines: dict[str, Helpline | None] = {}
    for entry in _entries(folder / HELPLINES, "helplines", faults):
        with faults.kept():
            helplines[entry.text("id")] = None
            helplines[entry.text("id")] = _helpline(entry)
    with faults.kept():
        _helplines(read_versioned(folder / HELPLINES))
    return helplines


def _entries(file: Path, name: str, faults: Faults) -> list[Entry]:
    entries: list[Entry] = []
    with faults.kept():
        entries.extend(read_versioned(file).tables(name))
    return entries


class VanishedCarePointError(Exception):
    """A care point is gone from the content of a running server; only a start checks whether tips are stored for it."""


class OlderKeyError(Exception):
    """A key file of a running server has a lower number than before: tips would be sealed to a key that was renewed."""


class LiveCarePoints:
    """The care points as the content says now: its files are read again when they change."""

    def __init__(self, folder: Path, geography: Geography) -> None:
        """Raises ContentFaultError. Later faults are written down, and the last good state stays in force."""
        self._folder = folder
        self._tables = tuple(folder / name for name in FOLLOWED)
        self._geography = geography
        self._turn = Lock()
        self._seen = self._state()
        self._care_points = load_care_points(folder, geography)

    def __call__(self) -> CarePoints:
        if self._state() != self._seen:
            # One at a time: who read just before a change would else store it after who read the change.
            with self._turn:
                self._follow()
        return self._care_points

    def _follow(self) -> None:
        state = self._state()
        if state == self._seen:
            return
        try:
            self._care_points = self._read_again()
        except (ContentFaultError, VanishedCarePointError, OlderKeyError, OSError) as fault:
            log.error("%s; the last good state stays in force", fault)
        self._seen = state

    def _read_again(self) -> CarePoints:
        found = load_care_points(self._folder, self._geography)
        if gone := self._care_points.points.keys() - found.points.keys():
            raise VanishedCarePointError(f"{', '.join(sorted(gone))} is gone from care_points.toml")
        for care_point, key in self._care_points.keys.items():
            if care_point in found.keys and found.keys[care_point].number < key.number:
                raise OlderKeyError(f"keys/{care_point}.toml went back to key {found.keys[care_point].number}")
        return found

    def _state(self) -> frozenset[tuple[str, int, int]]:
        # Looked at for every post, so without making a Path for each file.
        files: list[Path | os.DirEntry[str]] = [*self._tables, *_key_files(self._folder / "keys")]
        return frozenset((file.name, *stamp(file)) for file in files)


def _key_files(folder: Path) -> "list[os.DirEntry[str]]":
    with suppress(OSError), os.scandir(folder) as files:
        return [file for file in files if file.name.endswith(".toml")]
    return []


def _points(document: Document) -> dict[str, CarePoint]:
    points: dict[str, CarePoint] = {}
    for entry in document.tables("care_points"):
        point = _point(entry)
        if point.id in points:
            raise entry.fault("id", f"care point `{point.id}` stands here twice", "remove one of the two")
        points[point.id] = point
    if sum(point.is_national for point in points.values()) != 1:
        raise document.root.fault(
            "care_points", "not exactly one care point is the national one", "mark one `national`"
        )
    return points


def _point(entry: Entry) -> CarePoint:
    known = ("id", "organisation", "short_name", "region_label", "website", "source_url", "certainty", "confirmed_on")
    unshown = ("national", "reads_within", "unconfirmed_phone", "unconfirmed_email", "note")
    entry.only(*known, *unshown, *CONTACTS, "controller", "privacy_url", *KEEPING)
    point = CarePoint(
        id=_identifier(entry),
        organisation=entry.text("organisation"),
        short_name=entry.text("short_name"),
        region_label=entry.text("region_label"),
        phone=entry.optional_text("phone"),
        email=entry.optional_text("email"),
        website=entry.optional_text("website"),
        hours_nl=entry.optional_text("hours_nl"),
        hours_en=entry.optional_text("hours_en"),
        source_url=entry.text("source_url"),
        confirmed_on=entry.optional_date("confirmed_on"),
        certainty=_certainty(entry),
        is_national=entry.flag("national"),
        reads_within=entry.optional_text("reads_within"),
        controller=entry.optional_text("controller"),
        privacy_url=_https(entry, "privacy_url"),
        keeps_closed_days=_days(entry, "keeps_closed_days"),
        keeps_open_days=_days(entry, "keeps_open_days"),
    )
    _refuse_unconfirmed_contacts(entry, point)
    return point


def _identifier(entry: Entry) -> str:
    """An id that can be a file name and a part of an address."""
    identifier = entry.text("id")
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", identifier):
        raise entry.fault("id", f"`{identifier}` can't be an id", "use small letters, digits and single dashes")
    return identifier


def _days(entry: Entry, field: str) -> int | None:
    days, allowed = entry.optional_number(field), KEEPING[field]
    if days is not None and days not in allowed:
        how = f"write {allowed[0]} to {allowed[-1]}, or leave the line out"
        raise entry.fault(field, f"{days} days is no time for which cases may be kept", how)
    return days


def _https(entry: Entry, field: str) -> str | None:
    address = entry.optional_text(field)
    if address and not address.startswith("https://"):
        raise entry.fault(field, f"`{address}` is no address of a page", "begin it with https://")
    return address


def _certainty(entry: Entry) -> str:
    certainty = entry.text("certainty")
    if certainty not in CERTAINTIES:
        raise entry.fault("certainty", f"`{certainty}` is no certainty", f"use one of: {', '.join(CERTAINTIES)}")
    return certainty


def _refuse_unconfirmed_contacts(entry: Entry, point: CarePoint) -> None:
    """A number nobody confirmed may be dead, and whoever calls it then may not call another."""
    if point.is_national or point.confirmed_on:
        return
    for field in CONTACTS:
        if field in entry.fields:
            how = f"ask the organisation and write confirmed_on, or rename it to unconfirmed_{field}"
            raise entry.fault(field, f"`{field}` of {point.id} is not confirmed", how)


def _coverage(file: Path, points: Collection[str], municipalities: Mapping[str, Municipality]) -> dict[str, str]:
    coverage: dict[str, str] = {}
    for row in read_table(file, COVERAGE_COLUMNS):
        _check_coverage(row, coverage, points, municipalities)
        coverage[row["code"]] = row["care_point"]
    missing = [one.name for one in municipalities.values() if one.code not in coverage]
    if missing:
        what = f"no care point serves {', '.join(missing[:5])}"
        raise ContentFaultError(file, len(coverage) + 1, what, "add a row for each, at worst with the national point")
    return coverage


def _check_coverage(
    row: Row, before: Collection[str], points: Collection[str], municipalities: Collection[str]
) -> None:
    if row["code"] not in municipalities:
        raise row.fault(f"no municipality has the code {row['code']}", "use a code of municipalities.csv")
    if row["code"] in before:
        raise row.fault(f"{row['code']} stands here twice", "remove one of the two")
    for column in ("care_point", "lead"):
        if row[column] not in points and (column == "care_point" or row[column]):
            raise row.fault(f"no care point has the id `{row[column]}`", "use an id of care_points.toml")


def _helplines(document: Document) -> dict[str, Helpline]:
    helplines: dict[str, Helpline] = {}
    for entry in document.tables("helplines"):
        helpline = _helpline(entry)
        if helpline.id in helplines:
            raise entry.fault("id", f"help line `{helpline.id}` stands here twice", "remove one of the two")
        helplines[helpline.id] = helpline
    return helplines


def _helpline(entry: Entry) -> Helpline:
    entry.only(*Helpline.__dataclass_fields__)
    if not entry.optional_text("number") and not entry.optional_text("website"):
        raise entry.fault("id", "a help line without number or website helps nobody", "write one of the two")
    for field in ("hours", "note"):
        if bool(entry.optional_text(f"{field}_nl")) != bool(entry.optional_text(f"{field}_en")):
            raise entry.fault("id", f"`{field}` is not there in both languages", f"write {field}_nl and {field}_en")
    return Helpline(
        id=_identifier(entry),
        name=entry.text("name"),
        number=entry.optional_text("number"),
        website=entry.optional_text("website"),
        hours_nl=entry.optional_text("hours_nl"),
        hours_en=entry.optional_text("hours_en"),
        for_whom_nl=entry.text("for_whom_nl"),
        for_whom_en=entry.text("for_whom_en"),
        note_nl=entry.optional_text("note_nl"),
        note_en=entry.optional_text("note_en"),
        source_url=entry.text("source_url"),
        checked_on=entry.date("checked_on"),
        confirm=entry.flag("confirm"),
    )


def _keys(folder: Path, points: Collection[str]) -> dict[str, PublishedKey]:
    keys = {}
    for file in sorted(folder.glob("*.toml")):
        key = _key(file, points)
        keys[key.care_point] = key
    return keys


def _key(file: Path, points: Collection[str]) -> PublishedKey:
    key = read_key_file(file)
    if key.care_point not in points:
        raise ContentFaultError(file, 1, f"no care point has the id `{key.care_point}`", "rename or remove the file")
    return key


def confirm_care_point(folder: Path, care_point: str, on: datetime.date) -> None:
    """Write into care_points.toml that the organisation confirmed its entry. ContentFaultError: no such id."""
    file = folder / CARE_POINTS
    found = [entry for entry in read_versioned(file).tables("care_points") if entry.text("id") == care_point]
    if not found:
        raise ContentFaultError(file, 1, f"no care point has the id `{care_point}`", "use an id of this file")
    lines = read_text(file).splitlines()
    start = found[0].first_line
    entry_lines = [line for line in found[0].lines if not line.startswith("confirmed_on")]
    entry_lines.insert(1, f"confirmed_on = {toml_text(on)}")
    lines[start - 1 : start - 1 + len(found[0].lines)] = entry_lines
    write_whole(file, "\n".join(lines) + "\n")
