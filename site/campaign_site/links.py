"""Links in editors' texts, made real: numbers and hours come from the help lines, addresses from the table of pages.

So no number stands in a text by hand, and one that changes is changed in one place. A page that is not shown takes the
links to it along: the paragraph or list item that holds such a link is left out whole, since its words would point at
nothing.
"""

import re
from collections.abc import Callable, Collection, Mapping

from markupsafe import Markup, escape

from tipline.care_points import CarePoint, Helpline

_LINK = re.compile(r'<a href="(guide|page|line|web|hours):([a-z0-9_-]+)">(.*?)</a>', re.DOTALL)
_BLOCK = re.compile(r"<(p|li)>(?:(?!</?(?:p|li)>).)*</\1>\n?", re.DOTALL)
"""A paragraph, or a list item that holds no other."""
_EMPTIED = re.compile(r"<(ul|ol|li)(?: start=\"\d+\")?>\s*</\1>\n?")


class MissingHelplineFactError(LookupError):
    """A text asks for a number, address or opening hours that the help line's entry does not give."""


class Linker:
    """Writes links for one language."""

    def __init__(
        self,
        helplines: Mapping[str, Helpline],
        url: Callable[..., str],
        language: str,
        guides: Mapping[str, str],
        left_out: Collection[str] = (),
    ) -> None:
        """`guides`: name of each guide that is shown -> its part of the address; `left_out`: pages that are not."""
        self._helplines = helplines
        self._url = url
        self._language = language
        self._guides = guides
        self._left_out = left_out

    def linked(self, html: str) -> Markup:
        """HTML of a document with its links made real. Raises MissingHelplineFactError."""
        shown = _BLOCK.sub(self._shown_block, html)
        while (emptied := _EMPTIED.sub("", shown)) != shown:
            shown = emptied
        # The HTML was made by our own Markdown reader, which passes no HTML of an editor through.
        return Markup(_LINK.sub(self._replaced, shown))  # noqa: S704

    def address(self, target: str) -> str:
        """The address of a link as written, like `line:veilig-thuis`; another one as it is."""
        kind, _, identifier = target.partition(":")
        if kind == "page":
            return self._url(identifier)
        if kind == "guide":
            return self._url("guide", guide=self._guides[identifier])
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

    def _shown_block(self, block: re.Match[str]) -> str:
        links = _LINK.finditer(block[0])
        return block[0] if all(self._is_shown(link[1], link[2]) for link in links) else ""

    def _is_shown(self, kind: str, identifier: str) -> bool:
        if kind == "guide":
            return identifier in self._guides
        return kind != "page" or identifier not in self._left_out

    def _replaced(self, found: re.Match[str]) -> str:
        kind, identifier, words = found.groups()
        target = f"{kind}:{identifier}"
        if not self._is_shown(kind, identifier):  # outside any paragraph, as in a table: the words stay
            return words
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
