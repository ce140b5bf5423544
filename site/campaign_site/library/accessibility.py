"""The accessibility statement as data: `accessibility.toml`. It may claim no more than was tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from campaign_site.library.contacts import Contact, read_contact
from campaign_site.library.entries import Texts
from tipline import content_files
from tipline.content_files import Document, Entry

FILE = "accessibility.toml"


class AccessibilityStatus(StrEnum):
    """How far the site is known to meet the standard."""

    OWN_TESTS = "own-tests"
    """Its makers tested it; nobody else has assessed it."""
    PARTLY = "partly"
    """Someone else assessed it and found faults that still stand."""
    FULLY = "fully"
    """Someone else assessed it and found none that still stands."""


@dataclass(frozen=True)
class Issue:
    """A fault that is known."""

    what: Texts
    mend_by: date


@dataclass(frozen=True)
class AccessibilityStatement:
    """What is known about who can use the site."""

    status: AccessibilityStatus
    on: date
    evidence: str | None
    """Where the report of an assessment stands; always there when somebody else assessed the site."""
    tested: tuple[Texts, ...]
    not_tested: tuple[Texts, ...]
    issues: tuple[Issue, ...]
    contact: Contact | None
    answers_within: Texts | None
    """In what time someone answers, where that was promised."""

    def to_fill_in(self, today: date) -> Sequence[str]:
        """What an editor still has to write."""
        lines = [f"{FILE}: the fault “{each.what['nl']}” was due on {each.mend_by}" for each in self._late(today)]
        if not self.contact:
            lines.append(f"{FILE}: contact; until then nobody can tell that he can't use a page")
        return lines

    def _late(self, today: date) -> Sequence[Issue]:
        return [issue for issue in self.issues if issue.mend_by < today]


def read_statement(folder: Path) -> AccessibilityStatement:
    """What accessibility.toml says. Raises ContentFaultError."""
    document = content_files.read_document(folder / FILE)
    entry = document.root.only(*AccessibilityStatement.__dataclass_fields__)
    statement = AccessibilityStatement(
        status=entry.word("status", AccessibilityStatus),
        on=entry.date("on"),
        evidence=entry.optional_text("evidence"),
        tested=_lines(document, "tested"),
        not_tested=_lines(document, "not_tested"),
        issues=tuple(_issue(each) for each in document.tables("issues")),
        contact=read_contact(entry),
        answers_within=entry.optional_by_language("answers_within"),
    )
    _refuse_more_than_is_known(entry, statement)
    return statement


def _lines(document: Document, name: str) -> tuple[Texts, ...]:
    return tuple(each.only("what").by_language("what") for each in document.tables(name))


def _issue(entry: Entry) -> Issue:
    entry.only("what", "mend_by")
    return Issue(entry.by_language("what"), entry.date("mend_by"))


def _refuse_more_than_is_known(entry: Entry, statement: AccessibilityStatement) -> None:
    if statement.status is not AccessibilityStatus.OWN_TESTS and not statement.evidence:
        how = 'write evidence = "https://…", where the report stands, or status = "own-tests"'
        raise entry.fault("status", f"`{statement.status}` needs an assessment by somebody else", how)
    if statement.status is AccessibilityStatus.FULLY and statement.issues:
        how = 'write status = "partly", or take out the [[issues]] that were mended'
        raise entry.fault("status", "`fully` stands beside faults that are known", how)
    if not statement.tested:
        raise entry.fault("tested", "nothing was tested", "write [[tested]] with what was done, in both languages")
