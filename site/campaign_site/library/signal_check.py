"""The words of the signal check: what it advises to someone who noticed changes in a boy. Never a score.

`check/<reader>.<language>.md` has a section `## Title {stay}` for each advice, with below it `### means` (what it may
mean) and `### now` (what to do now). The signals themselves stand in the guides.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from campaign_site.library.documents import HEAD, Block, Reference, document_of, groups, rendered, take_apart
from campaign_site.library.entries import Advice, Check, Guide, Outcome, Reader
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

ASKED = (Reader.ADULT, Reader.FRIEND)
"""The readers whom the check asks what they notice. The boy himself gets help, not questions."""
PARTS = ("means", "now")
"""What stands under each advice, in this order."""


def advice_for(guide: Guide, noticed: Sequence[str], *, in_danger: bool) -> Iterator[Advice]:
    """What to advise, most urgent first: 112 in danger; in touch with one signal, advice of others with several
    together or with one that its guide marks. `noticed`: names of signals of the guide."""
    if in_danger:
        yield Advice.DANGER
    if len(noticed) > 1 or set(noticed) & set(guide.ask_at_once):
        yield Advice.ASK
    elif noticed:
        yield Advice.STAY
    elif not in_danger:
        yield Advice.NONE


def check_files(folder: Path, reader: Reader) -> dict[str, Path]:
    """Where the words for a reader stand, by language."""
    return {language: folder / f"{reader}.{language}.md" for language in LANGUAGES}


def read_checks(folder: Path, references: list[Reference]) -> dict[Reader, dict[str, Check]]:
    """The check for each reader, in each language. Raises ContentFaultError."""
    checks: dict[Reader, dict[str, Check]] = {}
    for reader in ASKED:
        for language, file in check_files(folder, reader).items():
            check, its_references = read_check(file)
            references.extend(its_references)
            checks.setdefault(reader, {})[language] = check
    return checks


def read_check(file: Path) -> tuple[Check, tuple[Reference, ...]]:
    """The check in one language and the references in it, not yet checked. Raises ContentFaultError."""
    written = take_apart(file)
    entry = written.head.root.only(*HEAD, "danger", "story")
    check = Check(
        document=document_of(written, ()),
        danger=entry.text("danger"),
        story=entry.text("story"),
        outcomes=_outcomes(file, written.blocks),
    )
    return check, written.references


def _outcomes(file: Path, blocks: Sequence[Block]) -> dict[Advice, Outcome]:
    outcomes: dict[Advice, Outcome] = {}
    if blocks and blocks[0].level != 2:
        what = f"'{blocks[0].title}' belongs to no advice"
        raise ContentFaultError(file, blocks[0].line, what, f"put a '## … {{{Advice.DANGER}}}' or its like above it")
    for heading, parts in groups(blocks, 2):
        advice = _advice(file, heading)
        if advice in outcomes:
            what = f"advice '{advice}' stands here twice"
            raise ContentFaultError(file, heading.line, what, "put both into one section")
        outcomes[advice] = _outcome(file, heading, parts)
    for missing in [advice for advice in Advice if advice not in outcomes]:
        mend = f"write a section '## … {{{missing}}}' with '### means' and '### now'"
        raise ContentFaultError(file, 1, f"there are no words for advice '{missing}'", mend)
    return outcomes


def _advice(file: Path, heading: Block) -> Advice:
    if heading.kind not in set(Advice):
        what = f"'{heading.title}' belongs to no advice"
        raise ContentFaultError(file, heading.line, what, f"write one behind it: {{{'}, {'.join(Advice)}}}")
    return Advice(heading.kind)


def _outcome(file: Path, heading: Block, parts: Sequence[Block]) -> Outcome:
    if heading.body.strip():
        mend = f"put it under '### {PARTS[0]}' or '### {PARTS[1]}'"
        raise ContentFaultError(file, heading.line, f"advice '{heading.kind}' has text outside its parts", mend)
    if [part.title for part in parts] != list(PARTS) or any(part.level != 3 for part in parts):
        what = f"advice '{heading.kind}' does not have its two parts"
        mend = f"write '### {PARTS[0]}' and '### {PARTS[1]}' below it, in this order"
        raise ContentFaultError(file, heading.line, what, mend)
    for part in parts:
        if not part.body.strip():
            what = f"part '{part.title}' of advice '{heading.kind}' is empty"
            raise ContentFaultError(file, part.line, what, "write its text below it")
    means, now = (rendered(part.body) for part in parts)
    return Outcome(heading.title, means, now)
