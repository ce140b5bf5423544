"""What a region tells about itself: action points, who takes part, what is on, and help of its own.

It stands in the region's file, each entry with its source: where it comes from, or who said so. An absent entry means
that nobody told us, never that there is nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from campaign_site.library.documents import read_source
from campaign_site.library.entries import Source, Texts
from campaign_site.library.needs import HelpKind, NeedName, Way
from tipline import content_files
from tipline.content_files import CONTENT_TIME_ZONE, ContentFaultError, Entry

TABLES = ("action_points", "partners", "events", "help")
"""What a region's file may hold besides the region itself."""
SOURCE = ("title", "url", "published", "checked_on")


class Status(StrEnum):
    """How far an action point is."""

    NOT_BEGUN = "not-begun"
    BUSY = "busy"
    DONE = "done"


class PartnerKind(StrEnum):
    """What sort of organisation takes part, in the order of the page."""

    CARE = "care"
    COMMUNITY = "community"
    """Community centres and youth work."""
    LGBTI = "lgbti"
    """Interest groups."""
    INTERCULTURAL = "intercultural"
    SCHOOL = "school"
    SPORT = "sport"
    POLICE = "police"


@dataclass(frozen=True)
class NamedPoint:
    """An action point that was named for all regions; how far each is, only the region can say."""

    id: str
    names: Texts
    texts: Texts


@dataclass(frozen=True)
class NamedPoints:
    """The action points named for all regions, with where that is written."""

    points: tuple[NamedPoint, ...]
    source: Source


@dataclass(frozen=True)
class ActionPoint:
    """Something the region works on."""

    names: Texts
    texts: Texts
    status: Status
    follows: str | None
    """Id of the named point it carries out."""
    source: Source


@dataclass(frozen=True)
class Partner:
    """An organisation that takes part."""

    name: str
    kind: PartnerKind
    texts: Texts | None
    website: str | None
    source: Source


@dataclass(frozen=True)
class Event:
    """Something to go to."""

    names: Texts
    texts: Texts | None
    place: str
    starts: datetime
    ends: datetime
    website: str | None
    source: Source

    @property
    def gone_at(self) -> datetime:
        """The Dutch midnight after its end: from then on no page shows it. Not the end itself, so that pages change
        once a day at most."""
        last_day = (self.ends.astimezone(CONTENT_TIME_ZONE) - timedelta(microseconds=1)).date()
        return datetime.combine(last_day + timedelta(days=1), time(), CONTENT_TIME_ZONE)


@dataclass(frozen=True)
class LocalHelp:
    """Help that only this region has."""

    need: NeedName
    name: str
    texts: Texts
    kinds: tuple[HelpKind, ...]
    ways: tuple[Way, ...]
    phone: str | None
    website: str | None
    address: str | None
    hours: Texts | None
    source: Source


@dataclass(frozen=True)
class Local:
    """All that one region told."""

    action_points: tuple[ActionPoint, ...] = ()
    partners: tuple[Partner, ...] = ()
    events: tuple[Event, ...] = ()
    """The first to begin comes first."""
    help: tuple[LocalHelp, ...] = ()


def read_named_points(file: Path) -> NamedPoints:
    """The action points named for all regions. Raises ContentFaultError."""
    document = content_files.read_document(file)
    source = read_source(document.root.only(*SOURCE, "action_points"))
    points: list[NamedPoint] = []
    for entry in document.tables("action_points"):
        entry.only("id", "name", "text")
        point = NamedPoint(entry.text("id"), entry.by_language("name"), entry.by_language("text"))
        if point.id in {each.id for each in points}:
            raise entry.fault("id", f"action point '{point.id}' stands here twice", "give one of the two another id")
        points.append(point)
    return NamedPoints(tuple(points), source)


def read_local(file: Path, named: Collection[str]) -> Local:
    """What the file of a region tells. `named`: ids of the named points; none when they could not be read, and then
    nothing is held against them. Raises ContentFaultError."""
    document = content_files.read_document(file)
    return Local(
        action_points=tuple(_read_action_point(entry, named) for entry in document.tables("action_points")),
        partners=tuple(_read_partner(entry) for entry in document.tables("partners")),
        events=tuple(sorted(map(_read_event, document.tables("events")), key=lambda event: event.starts)),
        help=tuple(_read_help(entry) for entry in document.tables("help")),
    )


def _read_action_point(entry: Entry, named: Collection[str]) -> ActionPoint:
    entry.only("name", "text", "status", "follows", *SOURCE)
    follows = entry.optional_text("follows")
    if follows and named and follows not in named:
        mend = f"choose from: {', '.join(named)}; or leave it out"
        raise entry.fault("follows", f"no action point of action_points.toml has the id '{follows}'", mend)
    return ActionPoint(
        entry.by_language("name"), entry.by_language("text"), entry.word("status", Status), follows, read_source(entry)
    )


def _read_partner(entry: Entry) -> Partner:
    entry.only("name", "kind", "text", "website", *SOURCE)
    return Partner(
        entry.text("name"),
        entry.word("kind", PartnerKind),
        entry.optional_by_language("text"),
        _website(entry),
        read_source(entry),
    )


def _read_event(entry: Entry) -> Event:
    entry.only("name", "text", "place", "starts", "ends", "website", *SOURCE)
    event = Event(
        names=entry.by_language("name"),
        texts=entry.optional_by_language("text"),
        place=entry.text("place"),
        starts=entry.instant("starts"),
        ends=entry.instant("ends"),
        website=_website(entry),
        source=read_source(entry),
    )
    if event.ends <= event.starts:
        raise entry.fault("ends", "the event ends before it begins", "write a later moment")
    return event


def _read_help(entry: Entry) -> LocalHelp:
    entry.only("need", "name", "text", "kinds", "ways", "phone", "website", "address", "hours", *SOURCE)
    found = LocalHelp(
        need=entry.word("need", NeedName),
        name=entry.text("name"),
        texts=entry.by_language("text"),
        kinds=entry.words("kinds", HelpKind),
        ways=entry.words("ways", Way),
        phone=entry.optional_text("phone"),
        website=_website(entry),
        address=entry.optional_text("address"),
        hours=entry.optional_by_language("hours"),
        source=read_source(entry),
    )
    wanted = {Way.PHONE: "phone", Way.CHAT: "website", Way.VISIT: "address"}
    for way in found.ways:
        if not entry.optional_text(wanted[way]):
            raise _unreachable(entry, way, wanted[way])
    return found


def _unreachable(entry: Entry, way: Way, field: str) -> ContentFaultError:
    what = f"`ways` says '{way}', but there is no `{field}`"
    return entry.fault("ways", what, f"write {field}, or take '{way}' out")


def _website(entry: Entry) -> str | None:
    website = entry.optional_text("website")
    if website and not website.startswith("https://"):
        raise entry.fault("website", f"'{website}' is no address of a website", "begin it with https://")
    return website
