"""Help by need: `needs.toml` says, for each of the six needs, which help lines fit and what nobody found.

What belongs to one region stands in the file of that region (`local`), under the same needs.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from campaign_site.library.documents import Reference
from campaign_site.library.entries import Texts
from tipline import content_files
from tipline.content_files import Entry


class NeedName(StrEnum):
    """What a boy may need. The first of the two documents behind this project names these six."""

    HOUSING = "housing"
    SCHOOL = "school"
    MONEY = "money"
    HEALTH = "health"
    SAFETY = "safety"
    TALKING = "talking"


class HelpKind(StrEnum):
    """What sort of help it is."""

    MENTAL = "mental"
    MEDICAL = "medical"
    LEGAL = "legal"
    SOCIAL = "social"


class Way(StrEnum):
    """How someone is reached."""

    PHONE = "phone"
    CHAT = "chat"
    VISIT = "visit"


@dataclass(frozen=True)
class NeedLine:
    """A help line that fits a need."""

    line: str
    """Its id."""
    ways: tuple[Way, ...]
    when: Texts
    """For whom, or for what."""


@dataclass(frozen=True)
class Need:
    """One need, with the help that exists in the whole country."""

    name: NeedName
    names: Texts
    texts: Texts
    visits: Texts | None
    """Where someone can go in person."""
    gaps: Texts | None
    """What was looked for and not found."""
    kinds: tuple[HelpKind, ...]
    lines: tuple[NeedLine, ...]
    checked_on: date


def read_needs(file: Path, references: list[Reference]) -> tuple[Need, ...]:
    """The six needs; the help lines they name are added to `references`. Raises ContentFaultError."""
    document = content_files.read_document(file)
    checked_on = document.root.only("checked_on", "needs").date("checked_on")
    needs: list[Need] = []
    for entry in document.tables("needs"):
        need = _read_need(entry, checked_on, references)
        if need.name in {each.name for each in needs}:
            raise entry.fault("id", f"need '{need.name}' stands here twice", "remove one of the two")
        needs.append(need)
    for name in NeedName:
        if name not in {need.name for need in needs}:
            raise document.root.fault("needs", f"there is no need '{name}'", f'write [[needs]] with id = "{name}"')
    return tuple(needs)


def _read_need(entry: Entry, checked_on: date, references: list[Reference]) -> Need:
    entry.only("id", "name", "text", "visit", "gap", "kinds", "lines")
    need = Need(
        name=entry.word("id", NeedName),
        names=entry.by_language("name"),
        texts=entry.by_language("text"),
        visits=entry.optional_by_language("visit"),
        gaps=entry.optional_by_language("gap"),
        kinds=entry.words("kinds", HelpKind),
        lines=tuple(_read_line(each, references) for each in entry.inline("lines")),
        checked_on=checked_on,
    )
    if not (need.lines or need.visits or need.gaps):
        mend = "write `lines` or `visit`, or say in `gap` what was not found"
        raise entry.fault("id", f"need '{need.name}' says neither who helps nor what is missing", mend)
    return need


def _read_line(entry: Entry, references: list[Reference]) -> NeedLine:
    entry.only("line", "ways", "when")
    line = NeedLine(entry.text("line"), entry.words("ways", Way), entry.by_language("when"))
    if Way.VISIT in line.ways:
        raise entry.fault("ways", "nobody can visit a help line", "write `visit` for the need instead")
    # Whether the line exists, and has a number or a website, is asked like that of a link in a text.
    kinds = {Way.PHONE: "line", Way.CHAT: "web"}
    references.extend(Reference(kinds[way], line.line, entry.file, entry.first_line) for way in line.ways)
    return line
