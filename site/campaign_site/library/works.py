"""The works in the library, each with a summary of our own: `library/<name>.<language>.md`.

The name of the file is the anchor of the work in every language. People print and share it, so it never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_site.library.documents import HEAD, Reference, document_of, take_apart
from campaign_site.library.entries import Document, Source
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

FOLDER = "library"
_OF_ITS_OWN = ("publisher", "url", "published", "checked_on")


@dataclass(frozen=True)
class Work:
    """A report or an article, with what it says in our own words."""

    anchor: str
    source: Source
    """Its title is the one by which other texts cite it."""
    publisher: str
    summary: Document


def read_works(folder: Path, references: list[Reference]) -> dict[str, dict[str, Work]]:
    """The works of the library: name -> language -> work. Raises ContentFaultError."""
    names = sorted({file.stem.rpartition(".")[0] or file.stem for file in (folder / FOLDER).glob("*.md")})
    works: dict[str, dict[str, Work]] = {}
    for name in names:
        for language in LANGUAGES:
            work, its_references = read_work(folder / FOLDER / f"{name}.{language}.md")
            references.extend(its_references)
            works.setdefault(name, {})[language] = work
        _check_languages(folder, name, works[name])
    return works


def read_work(file: Path) -> tuple[Work, tuple[Reference, ...]]:
    """A work in one language and the references in its summary, not yet checked. Raises ContentFaultError."""
    written = take_apart(file)
    entry = written.head.root.only(*HEAD, *_OF_ITS_OWN)
    summary = document_of(written, written.blocks)
    source = Source(summary.title, entry.optional_text("url"), entry.text("published"), entry.date("checked_on"))
    return Work(file.stem.rpartition(".")[0], source, entry.text("publisher"), summary), written.references


def _check_languages(folder: Path, name: str, texts: Mapping[str, Work]) -> None:
    first, *others = LANGUAGES
    for language in others:
        for field in ("url", "checked_on"):
            if getattr(texts[language].source, field) != getattr(texts[first].source, field):
                file = folder / FOLDER / f"{name}.{language}.md"
                what = f"`{field}` is not that of {name}.{first}.md"
                raise ContentFaultError(file, 1, what, "it is one work: write the same in every language")
