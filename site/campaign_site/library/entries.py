"""What editors write, as frozen values. Texts in two languages are mappings from language to text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Texts = Mapping[str, str]
"""Language code -> text; always complete."""


class Review(StrEnum):
    """Whether someone who may judge it has read a text: a care coordinator, an expert, the boys themselves."""

    PENDING = "pending"
    DONE = "done"
    NOT_NEEDED = "not-needed"


class SectionKind(StrEnum):
    """How a section of a document is drawn."""

    TEXT = "text"
    WAYS = "ways"
    """Entries that are ways to reach someone; each title is a link to a help line."""
    SAY = "say"
    """A list of large lines to recognise or to borrow."""
    FACTS = "facts"
    """Short questions with their answers."""
    NEEDS = "needs"
    """Questions that open on request."""
    COLUMNS = "columns"
    """Entries side by side, such as do and don't."""
    SIGNALS = "signals"
    """The signals of a guide."""


class PhaseName(StrEnum):
    """Where a campaign stands, in this order. Before its first phase nobody may know of it."""

    ANNOUNCED = "announced"
    """Its name, its announcement and its day may be told; nothing else of it."""
    LIVE = "live"
    """It leads the whole site."""
    AFTERCARE = "aftercare"
    """Its spots and posters are gone. It leads still, with words of its own, until another goes live."""
    ARCHIVED = "archived"
    """Its page stays readable."""


@dataclass(frozen=True)
class Source:
    """Where a statement comes from."""

    title: str
    url: str | None
    """None when the address is not known for certain: a source is better without one than with a guess."""
    published: str
    """As exactly as known: a year, a month or a day."""
    checked_on: date


@dataclass(frozen=True)
class Fact:
    """One statement that may be shown only together with its source."""

    texts: Texts
    source: Source


@dataclass(frozen=True)
class Entry:
    """One titled piece of a section."""

    title: str
    target: str | None
    """What the title links to, as written (`line:veilig-thuis`), when it is a link."""
    html: str


@dataclass(frozen=True)
class Section:
    """A part of a document under its own heading."""

    anchor: str
    title: str
    kind: SectionKind
    html: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Document:
    """A text in one language. Its HTML still holds links as written (`page:`, `line:`, `web:`, `hours:`)."""

    title: str
    description: str
    review: Review
    sources: tuple[Source, ...]
    html: str
    sections: tuple[Section, ...]

    @property
    def is_pending(self) -> bool:
        """Whether it still awaits the one who may judge it."""
        return self.review is Review.PENDING


@dataclass(frozen=True)
class Statement:
    """A fact in one language; it may be shown only together with its source."""

    text: str
    source: Source


@dataclass(frozen=True)
class Signal:
    """One observable change with its context: a change alone feeds prejudice. The parts but the first are HTML."""

    name: str
    """The same in every language."""
    change: str
    missed: str
    """Why it is missed in boys."""
    also: str
    """What else it can be."""
    act: str
    """What the reader can do or say."""


class Reader(StrEnum):
    """To whom a guide speaks. Dutch says `u` to adults, `je` to the young."""

    ADULT = "adult"
    FRIEND = "friend"
    HIMSELF = "himself"
    """The boy whom it may be about: help comes before everything else."""


@dataclass(frozen=True)
class Headings:
    """What a guide calls the parts of its signals, where its reader needs other words than most."""

    missed: str
    also: str
    act: str


@dataclass(frozen=True)
class Reviewed:
    """Who judged a text, as they want to be named, and when."""

    by: str
    on: date


@dataclass(frozen=True)
class Guide:
    """Helps one audience recognise signals, in one language."""

    slug: str
    """Its part of the address, in the guide's own language."""
    audience: str
    """Whom it is for, in one line."""
    lead: str
    """The first words after that."""
    reader: Reader
    document: Document
    """Its section of kind `signals` shows where the signals stand."""
    facts: tuple[Statement, ...]
    signals: tuple[Signal, ...]
    headings: Headings | None = None
    reviewed: Reviewed | None = None
    """Always there when the review is done."""
    ask_at_once: tuple[str, ...] = ()
    """Names of the signals for which the check advises to ask others even when nothing else was noticed."""


class Advice(StrEnum):
    """What the signal check comes to."""

    DANGER = "danger"
    ASK = "ask"
    STAY = "stay"
    NONE = "none"


@dataclass(frozen=True)
class Outcome:
    """The words of one advice. The parts but the title are HTML."""

    title: str
    means: str
    """What the changes may mean."""
    now: str
    """What to do now."""


@dataclass(frozen=True)
class Check:
    """The words of the signal check for one kind of reader, in one language."""

    document: Document
    """Its title, description and first words."""
    danger: str
    """The choice that says that the boy is in danger."""
    story: str
    """What stands above the changes where they come along to the tip form."""
    outcomes: Mapping[Advice, Outcome]
    """Complete."""


@dataclass(frozen=True)
class Phase:
    """A stretch of a campaign, from its instant until the next one."""

    name: PhaseName
    starts: datetime


class KeyShape(StrEnum):
    """What stands behind the slats of a campaign's large drawings."""

    FIGURE = "figure"
    DOOR = "door"
    WINDOW = "window"


@dataclass(frozen=True)
class Theme:
    """A campaign's own look: colours like `#ffb92e`, and the shape of its drawings."""

    field: str
    on_field: str
    """Text on the field."""
    figure: str
    """Shapes and lines; never under text."""
    shape: KeyShape


SITE_THEME = Theme(field="#ffb92e", on_field="#12271f", figure="#c9431b", shape=KeyShape.FIGURE)
"""What a campaign without a `[theme]` wears: the colours that stand in `static/css/site.css` already."""


@dataclass(frozen=True)
class Card:
    """The picture that others show beside a link to a page."""

    png: bytes = field(repr=False)
    drawn_from: str
    """What it shows, as it stands inside it."""


@dataclass(frozen=True)
class Campaign:
    """A national campaign with what regions add to it."""

    slug: str
    names: Texts
    leads: Texts
    """The first words under the name while it is live, and in the archive."""
    announcement: Texts | None
    """Those words while it is announced."""
    aftercare: Texts | None
    """Those words in aftercare."""
    phases: tuple[Phase, ...]
    """In their order; none while it has no date yet."""
    facts: tuple[Fact, ...]
    texts: Mapping[str, Document]
    """Language -> the national text; empty, or in every language."""
    editions: Mapping[str, Mapping[str, Document]]
    """Region slug -> language -> text. A region without an edition in a language shows the national text there."""
    theme: Theme = SITE_THEME
    cards: Mapping[str, Mapping[str, Card]] = field(default_factory=dict)
    """Region slug or `national` -> language -> card, as far as they are drawn."""


@dataclass(frozen=True, order=True)
class Tile:
    """Where a region stands on the schematic map. In order they are read like a page: row by row."""

    row: int
    column: int
    """Both counted from 1, from the top left."""
    code: str
    """Three capitals."""

    @property
    def place(self) -> tuple[int, int]:
        """Its row and column."""
        return self.row, self.column


@dataclass(frozen=True)
class Region:
    """A group of municipalities with a page of its own. Routing never uses it."""

    slug: str
    names: Texts
    municipalities: tuple[str, ...]
    """CBS codes."""
    tile: Tile


@dataclass(frozen=True)
class Site:
    """What holds for every page."""

    name: str
    name_language: str
    exit_target: str
    """The neutral site that the exit link leads to."""
    languages: Texts
    """Language code -> the language's own name for itself."""
    publish_unreviewed: bool
    foot_full: tuple[str, ...]
    foot_low: tuple[str, ...]
    """Ids of the help lines at the foot of ordinary pages, and of the tip pages."""
    help: tuple[str, ...]
    """Ids of the help lines that the help page shows when its text is left out."""
