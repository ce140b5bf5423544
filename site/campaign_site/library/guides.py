"""Guides: documents whose signals all have the same four parts, in the same order, in every language.

In the section `## Title {signals}` a signal is written as `### The change {name}` with below it `#### missed` (why it
is missed in boys), `#### also` (what else it can be) and `#### act` (what the reader can do or say). A guide whose
reader needs other words above these parts writes all three in a table `[headings]` of its head.

A guide always needs a review: by a care coordinator, an expert, the boys themselves. When it is done, the head says by
whom and when.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from campaign_site.library.documents import (
    HEAD,
    Block,
    Reference,
    Written,
    document_of,
    groups,
    read_source,
    rendered,
    take_apart,
)
from campaign_site.library.entries import (
    Guide,
    Headings,
    Reader,
    Review,
    Reviewed,
    SectionKind,
    Signal,
    Source,
    Statement,
)
from tipline import content_files
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

PARTS = ("missed", "also", "act")
"""What stands under each change, in this order."""
RESERVED = "check"
"""The signal check lives at this address."""
OWN = ("slug", "audience", "lead", "reader", "facts", "headings", "ask_at_once", "reviewed_by", "reviewed_on")
"""The fields that only a guide's head has."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_guides(folder: Path, references: list[Reference]) -> dict[str, dict[str, Guide]]:
    """The guides `name.language.md` of a folder: name -> language -> guide. Raises ContentFaultError."""
    names = sorted({file.stem.rpartition(".")[0] or file.stem for file in folder.glob("*.md")})
    guides = {name: {language: _read(folder, name, language, references) for language in LANGUAGES} for name in names}
    for name, texts in guides.items():
        _check_languages(folder, name, texts)
    _check_slugs(folder, guides)
    return guides


def _read(folder: Path, name: str, language: str, references: list[Reference]) -> Guide:
    file = folder / f"{name}.{language}.md"
    if not file.exists():
        what = "this file is missing"
        raise ContentFaultError(file, 1, what, "write the guide in this language too; languages go one to one")
    guide, its_references = read_guide(file)
    references.extend(its_references)
    return guide


def read_guide(file: Path) -> tuple[Guide, tuple[Reference, ...]]:
    """A guide in one language and the references in it, not yet checked. Raises ContentFaultError."""
    written = take_apart(file)
    entry = written.head.root.only(*HEAD, *OWN)
    others, blocks = _parted(written)
    signals = _signals(file, blocks)
    guide = Guide(
        slug=_slug(entry),
        audience=entry.text("audience"),
        lead=entry.text("lead"),
        reader=entry.word("reader", Reader),
        document=document_of(written, others),
        facts=tuple(_read_statement(each) for each in written.head.tables("facts")),
        signals=signals,
        headings=_headings(written.head),
        reviewed=_reviewed(entry),
        ask_at_once=_ask_at_once(entry, signals),
    )
    return guide, written.references


def _headings(head: content_files.Document) -> Headings | None:
    """All of them or none."""
    tables = head.tables("headings")
    for extra in tables[1:]:
        raise extra.fault("headings", "there are headings above already", "keep one table [headings]")
    for entry in tables:
        entry.only(*PARTS)
        return Headings(*(entry.text(part) for part in PARTS))
    return None


def _reviewed(entry: content_files.Entry) -> Reviewed | None:
    review = entry.word("review", Review)
    if review is Review.NOT_NEEDED:
        raise entry.fault("review", "a guide always needs a review", f'write review = "{Review.PENDING}"')
    by, on = entry.optional_text("reviewed_by"), entry.optional_date("reviewed_on")
    if by and on:
        return Reviewed(by, on)
    if by or on or review is Review.DONE:
        what = "a review is told by half: it needs both `reviewed_by` and `reviewed_on`"
        raise entry.fault("review", what, 'write reviewed_by = "…" and reviewed_on = 2026-11-21')
    return None


def _slug(entry: content_files.Entry) -> str:
    slug = entry.text("slug")
    if slug == RESERVED:
        raise entry.fault("slug", f"'{slug}' is the address of the signal check", "choose another word")
    if not _SLUG.fullmatch(slug):
        raise entry.fault("slug", f"'{slug}' can't be part of an address", "use small letters, figures and hyphens")
    return slug


def _ask_at_once(entry: content_files.Entry, signals: Sequence[Signal]) -> tuple[str, ...]:
    marked = entry.texts("ask_at_once") if "ask_at_once" in entry.fields else ()
    names = [signal.name for signal in signals]
    for unknown in sorted(set(marked) - set(names)):
        raise entry.fault("ask_at_once", f"there is no signal '{unknown}'", f"choose from: {', '.join(names)}")
    return marked


def _read_statement(entry: content_files.Entry) -> Statement:
    entry.only("text", *Source.__dataclass_fields__)
    return Statement(entry.text("text"), read_source(entry))


def _parted(written: Written) -> tuple[list[Block], list[Block]]:
    """The blocks that any document may have, and those of the signals."""
    others: list[Block] = []
    signals: list[Block] = []
    section: Block | None = None
    for block in written.blocks:
        if block.level == 2:
            if block.kind == SectionKind.SIGNALS and signals:
                what = "the signals stand in two sections"
                raise ContentFaultError(written.file, block.line, what, "put them all under the first")
            section = block
        if section and section.kind == SectionKind.SIGNALS and block is not section:
            signals.append(block)
        else:
            others.append(block)
    if not signals:
        mend = "write a section '## … {signals}' with a '### … {name}' for each"
        raise ContentFaultError(written.file, 1, "there are no signals in this guide", mend)
    return others, signals


def _signals(file: Path, blocks: Sequence[Block]) -> tuple[Signal, ...]:
    if blocks[0].level != 3:
        raise ContentFaultError(file, blocks[0].line, "this part belongs to no signal", "put a '### … {name}' above it")
    signals: list[Signal] = []
    for change, parts in groups(blocks, 3):
        signal = _signal(file, change, parts)
        if signal.name in {each.name for each in signals}:
            what = f"there is another signal '{signal.name}' above"
            raise ContentFaultError(file, change.line, what, "give one of them another name")
        signals.append(signal)
    return tuple(signals)


def _signal(file: Path, change: Block, parts: Sequence[Block]) -> Signal:
    if change.kind is None:
        mend = "write one behind it, the same in every language: {tired}"
        raise ContentFaultError(file, change.line, "this signal has no name", mend)
    if change.body.strip():
        mend = f"put it under '#### {PARTS[0]}', '#### {PARTS[1]}' or '#### {PARTS[2]}'"
        raise ContentFaultError(file, change.line, f"signal '{change.kind}' has text outside its parts", mend)
    for number, wanted in enumerate(PARTS):
        if number >= len(parts):
            what = f"signal '{change.kind}' has no part '{wanted}'"
            raise ContentFaultError(file, change.line, what, f"write '#### {wanted}' and its text below it")
        _check_part(file, change, parts[number], wanted)
    for extra in parts[len(PARTS) :]:
        what = f"'{extra.title}' is one part too many"
        raise ContentFaultError(file, extra.line, what, f"keep to: {', '.join(PARTS)}")
    missed, also, act = (rendered(part.body) for part in parts)
    return Signal(change.kind, change.title, missed, also, act)


def _check_part(file: Path, change: Block, part: Block, wanted: str) -> None:
    if part.title != wanted:
        what = f"'{part.title}' stands where part '{wanted}' of signal '{change.kind}' belongs"
        raise ContentFaultError(file, part.line, what, f"write the parts in this order: {', '.join(PARTS)}")
    if not part.body.strip():
        what = f"part '{wanted}' of signal '{change.kind}' is empty"
        raise ContentFaultError(file, part.line, what, "write its text below it")


def _check_languages(folder: Path, name: str, texts: Mapping[str, Guide]) -> None:
    first, *others = LANGUAGES
    names = [signal.name for signal in texts[first].signals]
    for language in others:
        if texts[language].reader is not texts[first].reader:
            file = folder / f"{name}.{language}.md"
            mend = f'write reader = "{texts[first].reader}", or change both'
            raise ContentFaultError(file, 1, f"the reader is not that of {name}.{first}.md", mend)
        if [signal.name for signal in texts[language].signals] != names:
            file = folder / f"{name}.{language}.md"
            what = f"the signals are not those of {name}.{first}.md"
            raise ContentFaultError(file, 1, what, f"write, in this order: {', '.join(names)}")
        if set(texts[language].ask_at_once) != set(texts[first].ask_at_once):
            file = folder / f"{name}.{language}.md"
            what = f"`ask_at_once` is not that of {name}.{first}.md"
            raise ContentFaultError(file, 1, what, "write the same names in both")


def _check_slugs(folder: Path, guides: Mapping[str, Mapping[str, Guide]]) -> None:
    for language in LANGUAGES:
        owner: dict[str, str] = {}
        for name, texts in guides.items():
            slug = texts[language].slug
            if slug in owner:
                what = f"guide '{owner[slug]}' has the address '{slug}' too"
                raise ContentFaultError(folder / f"{name}.{language}.md", 1, what, "give this one another slug")
            owner[slug] = name
