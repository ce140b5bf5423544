"""Links in editors' texts, made real: numbers and hours come from the help lines, addresses from the table of pages.

So no number stands in a text by hand, and one that changes is changed in one place.
"""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from tipline.care_points import CarePoint, Helpline

_LINK = re.compile(r'<a href="(page|line|web|hours):([a-z0-9_-]+)">(.*?)</a>', re.DOTALL)


class MissingHelplineFactError(LookupError):
    """A text asks for a number, address or opening hours that the help line's entry does not give."""


class Linker:
    """Writes links for one language."""

    def __init__(self, helplines: Mapping[str, Helpline], url: Callable[[str], str], language: str) -> None:
        self._helplines = helplines
        self._url = url
        self._language = language

    def linked(self, html: str) -> Markup:
        """HTML of a document with its links made real. Raises MissingHelplineFactError."""
        # The HTML was made by our own Markdown reader, which passes no HTML of an editor through.
        return Markup(_LINK.sub(self._replaced, html))  # noqa: S704

    def address(self, target: str) -> str:
        """The address of a link as written, like `line:veilig-thuis`; another one as it is."""
        kind, _, identifier = target.partition(":")
        if kind == "page":
            return self._url(identifier)
        if kind == "web":
            return self._known(self._helplines[identifier].website, target)
        if kind == "line":
            return tel(self.number(target))
        return target

    def number(self, target: str) -> str:
        """The number behind `line:…`, nothing for another kind of link."""
        kind, _, identifier = target.partition(":")
        return self._known(self._helplines[identifier].number, target) if kind == "line" else ""

    def hours(self, line: Helpline | CarePoint) -> str:
        """When someone can be reached, in words; nothing where that was not found."""
        return (line.hours_nl if self._language == "nl" else line.hours_en) or ""

    def for_whom(self, line: Helpline) -> str:
        """Whom a help line is for."""
        return line.for_whom_nl if self._language == "nl" else line.for_whom_en

    def _replaced(self, found: re.Match[str]) -> str:
        kind, identifier, words = found.groups()
        target = f"{kind}:{identifier}"
        if kind == "hours":
            return escape(self._known(self.hours(self._helplines[identifier]), target))
        shown = escape(self.number(target)) if words == target and kind == "line" else words
        rel = ' rel="noreferrer"' if kind == "web" else ""
        return f'<a href="{escape(self.address(target))}"{rel}>{shown}</a>'

    def _known(self, fact: str | None, target: str) -> str:
        if not fact:
            raise MissingHelplineFactError(
                f"a text asks for `{target}`, which helplines.toml does not give; write it there"
            )
        return fact


def tel(number: str) -> str:
    """A number as a link that a telephone can dial."""
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")
