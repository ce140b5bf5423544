"""Markdown with a head, as a value.

A document begins with a TOML head between two lines `+++`. `## Title {kind}` begins a section, `### Title` an entry.
Signals have parts under `#### ` too; `guides` reads those.
Links may be written as `page:help` (a page of this site), `guide:school` (a guide), `line:veilig-thuis` (the number of
a help line), `web:…` (its website) and `<hours:…>` (its hours in words), so that no number stands in a text by hand. A
link to what may not be shown yet stands in a paragraph or list item of its own, which is left out with it. HTML is not
allowed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from campaign_site.library.entries import Document, Entry, Review, Section, SectionKind, Source
from tipline import content_files
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

_FENCE = "+++"
_HEADING = re.compile(r"^(#{2,4}) +(.+?)(?: +\{([a-z-]+)\})?$")
_LINKED_TITLE = re.compile(r"^\[(.+)\]\((.+)\)$")
HEAD = ("title", "description", "review", "sources")
"""The fields of every document's head."""
REACHED_BY = ("line:", "web:")
"""How the title of a way to reach someone begins its link."""
_REFERENCE = re.compile(r"[(<](guide|page|line|web|hours):([a-z0-9_-]+)[)>]")
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Reference:
    """A link of a document to something outside it, with where it stands."""

    kind: str
    id: str
    file: Path
    line: int


@dataclass(frozen=True)
class Block:
    """A heading with the text below it, up to the next heading."""

    level: int
    title: str
    kind: str | None
    line: int
    body: str


@dataclass(frozen=True)
class Written:
    """A document's file taken apart."""

    file: Path
    head: content_files.Document
    intro: Block
    blocks: tuple[Block, ...]
    references: tuple[Reference, ...]


def read_document(file: Path) -> tuple[Document, tuple[Reference, ...]]:
    """A document and the references in it, not yet checked. Raises ContentFaultError."""
    written = take_apart(file)
    written.head.root.only(*HEAD)
    return document_of(written, written.blocks), written.references


def take_apart(file: Path) -> Written:
    """The head and the blocks of a document. Raises ContentFaultError."""
    text = content_files.read_text(file)
    head_text, body, body_line = _parted(file, text)
    head = content_files.parsed(file, head_text, first_line=2)
    intro, *blocks = _blocks(body, body_line)
    return Written(file, head, intro, tuple(blocks), _references(file, text))


def document_of(written: Written, blocks: Iterable[Block]) -> Document:
    """The document with these of its blocks. Raises ContentFaultError."""
    entry = written.head.root
    sources = written.head.tables("sources")
    return Document(
        title=entry.text("title"),
        description=entry.text("description"),
        review=entry.word("review", Review),
        sources=tuple(read_source(each.only(*Source.__dataclass_fields__)) for each in sources),
        html=rendered(written.intro.body),
        sections=_sections(written.file, blocks),
    )


def rendered(markdown: str) -> str:
    """Markdown as HTML; an editor's own HTML is shown as text."""
    html: str = _markdown.render(markdown)
    return html


def read_source(entry: content_files.Entry) -> Source:
    """The fields of a source, among others where it stands beside a text. Raises ContentFaultError."""
    return Source(entry.text("title"), entry.optional_text("url"), entry.text("published"), entry.date("checked_on"))


def read_documents(
    folder: Path, references: list[Reference], languages: Sequence[str] = LANGUAGES
) -> dict[str, dict[str, Document]]:
    """The documents `name.language.md` of a folder: name -> language -> text. Each must exist in these languages.
    Raises ContentFaultError."""
    found: dict[str, dict[str, Document]] = {}
    for file in sorted(folder.glob("*.md")):
        name, _, language = file.stem.rpartition(".")
        if language not in LANGUAGES or not name:
            mend = "name it after the page and its language: help.nl.md"
            raise ContentFaultError(file, 1, "the file's name has no known language", mend)
        document, its_references = read_document(file)
        references.extend(its_references)
        found.setdefault(name, {})[language] = document
    for name, texts in found.items():
        for language in languages:
            if language not in texts:
                file = folder / f"{name}.{language}.md"
                raise ContentFaultError(file, 1, "this file is missing", "translate the page; languages go one to one")
    return found


def groups(blocks: Sequence[Block], level: int) -> Iterator[tuple[Block, Sequence[Block]]]:
    """Each heading of a level, with the blocks below it up to the next one. What stands above the first is left out."""
    starts = [number for number, block in enumerate(blocks) if block.level == level]
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        yield blocks[start], blocks[start + 1 : end]


def _parted(file: Path, text: str) -> tuple[str, str, int]:
    lines = text.split("\n")
    if lines[0] != _FENCE or _FENCE not in lines[1:]:
        raise ContentFaultError(
            file, 1, "the head is missing", f"begin the file with a head between two lines {_FENCE}"
        )
    end = lines.index(_FENCE, 1)
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2


def _blocks(body: str, first_line: int) -> list[Block]:
    """The text cut at its headings; the first block is what stands before any heading."""
    blocks = [Block(0, "", None, first_line, "")]
    for number, line in enumerate(body.split("\n"), start=first_line):
        if heading := _HEADING.match(line):
            marks, title, kind = heading.groups()
            blocks.append(Block(len(marks), title, kind, number, ""))
        else:
            last = blocks.pop()
            blocks.append(Block(last.level, last.title, last.kind, last.line, f"{last.body}{line}\n"))
    return blocks


def _sections(file: Path, blocks: Iterable[Block]) -> tuple[Section, ...]:
    sections: list[Section] = []
    for block in blocks:
        if block.level == 2:
            sections.append(_section(file, block))
        elif block.level == 4:
            what = f"a part ('#### {block.title}') stands outside a signal"
            raise ContentFaultError(file, block.line, what, "put it under a '### ' of a section {signals}")
        elif not sections:
            mend = "put a '## ' heading above it"
            raise ContentFaultError(file, block.line, "an entry ('### ') stands outside a section", mend)
        else:
            section = sections.pop()
            entries = (*section.entries, _entry(file, block, section.kind))
            sections.append(Section(section.anchor, section.title, section.kind, section.html, entries))
    return tuple(sections)


def _section(file: Path, block: Block) -> Section:
    kind = block.kind or SectionKind.TEXT.value
    if kind not in set(SectionKind):
        mend = f"choose one of: {', '.join(SectionKind)}"
        raise ContentFaultError(file, block.line, f"no section is drawn as '{kind}'", mend)
    anchor = re.sub(r"[^a-z0-9]+", "-", block.title.lower()).strip("-")
    return Section(anchor, block.title, SectionKind(kind), rendered(block.body), ())


def _entry(file: Path, block: Block, kind: SectionKind) -> Entry:
    linked = _LINKED_TITLE.match(block.title)
    title, target = linked.groups() if linked else (block.title, None)
    if kind is SectionKind.WAYS and not (target and target.startswith(REACHED_BY)):
        what = f"'{block.title}' is no way to reach someone"
        raise ContentFaultError(file, block.line, what, "link it to a help line: ### [Name](line:…) or [Name](web:…)")
    return Entry(title, target, rendered(block.body))


def _references(file: Path, text: str) -> tuple[Reference, ...]:
    return tuple(
        Reference(kind, identifier, file, number)
        for number, line in enumerate(text.split("\n"), start=1)
        for kind, identifier in _REFERENCE.findall(line)
    )
