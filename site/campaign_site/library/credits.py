"""Other people's work that the site is made with: `credits.toml`, shown in the colophon."""

from dataclasses import dataclass
from pathlib import Path

from campaign_site.library.entries import Texts
from tipline import content_files
from tipline.content_files import Entry

FILE = "credits.toml"


@dataclass(frozen=True)
class Credit:
    """One work of other people."""

    name: str
    version: str | None
    by: str
    licence: str
    terms: str
    """The static file with the words of its licence."""
    use: Texts
    """What it does here."""


@dataclass(frozen=True)
class Credits:
    """Everything the colophon thanks."""

    data: Texts
    """The sources of the tables, as their owners want to be named."""
    works: tuple[Credit, ...]


def read_credits(folder: Path) -> Credits:
    """What credits.toml says. Raises ContentFaultError."""
    document = content_files.read_document(folder / FILE)
    document.root.only("data", "works")
    works = tuple(_credit(each) for each in document.tables("works"))
    return Credits(document.root.by_language("data"), works)


def _credit(entry: Entry) -> Credit:
    entry.only(*Credit.__dataclass_fields__)
    return Credit(
        name=entry.text("name"),
        version=entry.optional_text("version"),
        by=entry.text("by"),
        licence=entry.text("licence"),
        terms=entry.text("terms"),
        use=entry.by_language("use"),
    )
