"""Reading the fields of a TOML table, so that every fault names its file and line.

A table is read field by field and then closed: a field that nobody asked for is a fault too, since it is most often a
misspelt one.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from campaign_site.library.entries import Texts
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

CONTENT_TIME_ZONE = ZoneInfo("Europe/Amsterdam")
"""Instants in content without an offset of their own are Dutch time: that is what an editor means."""

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """One table of a TOML file. Every look-up raises ContentFaultError when the field is missing or of another kind."""

    def __init__(self, file: Path, text: str, table: dict[str, object], first_line: int = 1, near: int = 0) -> None:
        """`first_line` is the line of the file on which `text` begins; `near` where in `text` the table begins."""
        self.file = file
        self._text = text
        self._table = dict(table)
        self._first_line = first_line
        self._near = near

    def fault(self, key: str, what: str, mend: str) -> ContentFaultError:
        """The fault at a field, or at the table's beginning when the field is not there."""
        return ContentFaultError(self.file, self._line(key), what, mend)

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, f"'{key}' is not a text", f'write {key} = "…"')
        return value.strip()

    def optional_text(self, key: str) -> str | None:
        """A text, or None when the field is not there."""
        return self.text(key) if key in self._table else None

    def texts(self, key: str) -> Texts:
        """A text in every language: `key = { nl = "…", en = "…" }`."""
        value = self._take(key)
        if not isinstance(value, dict) or any(not isinstance(value.get(each), str) for each in LANGUAGES):
            raise self.fault(key, f"'{key}' lacks a language", f'write {key} = {{ nl = "…", en = "…" }}')
        if unknown := set(value) - set(LANGUAGES):
            raise self.fault(key, f"'{key}' has the unknown language '{min(unknown)}'", "take it out")
        return {language: value[language].strip() for language in LANGUAGES}

    def text_list(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.fault(key, f"'{key}' is not a list of texts", f'write {key} = ["…", "…"]')
        return tuple(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.fault(key, f"'{key}' is neither true nor false", f"write {key} = false")
        return value

    def day(self, key: str) -> date:
        """A date without a time."""
        value = self._take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(key, f"'{key}' is not a date", f"write {key} = 2026-11-21")
        return value

    def instant(self, key: str) -> datetime:
        """A moment; Dutch time where no offset is written."""
        value = self._take(key)
        if not isinstance(value, datetime):
            raise self.fault(key, f"'{key}' is not a date with a time", f"write {key} = 2026-11-21T09:00:00")
        return value if value.tzinfo else value.replace(tzinfo=CONTENT_TIME_ZONE)

    def choice(self, key: str, kinds: type[Choice]) -> Choice:
        """One of a fixed set of words."""
        value = self.text(key)
        try:
            return kinds(value)
        except ValueError:
            words = ", ".join(kinds)
            raise self.fault(key, f"'{value}' is not a value of '{key}'", f"choose one of: {words}") from None

    def tables(self, key: str) -> Iterator["Fields"]:
        """The tables of `[[key]]`, none when there are none."""
        value = self._table.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.fault(key, f"'{key}' is not a list of tables", f"write [[{key}]] above each of them")
        starts = [match.start() for match in re.finditer(rf"^\[\[{re.escape(key)}\]\]", self._text, re.MULTILINE)]
        for number, table in enumerate(value):
            near = starts[number] if number < len(starts) else 0
            yield Fields(self.file, self._text, table, self._first_line, near)

    def close(self) -> None:
        """Raises ContentFaultError when a field was left over."""
        for key in self._table:
            raise self.fault(key, f"nobody knows the field '{key}'", "correct its spelling or take it out")

    def _take(self, key: str) -> object:
        if key not in self._table:
            raise self.fault(key, f"the field '{key}' is missing", f"add {key} = …")
        return self._table.pop(key)

    def _line(self, key: str) -> int:
        found = re.compile(rf"^[ \t\[]*{re.escape(key)}\b", re.MULTILINE).search(self._text, self._near)
        position = found.start() if found else self._near
        return self._first_line + self._text.count("\n", 0, position)


def read_fields(file: Path) -> Fields:
    """The whole of a TOML file. Raises ContentFaultError."""
    return parse_fields(file, file.read_text(encoding="utf-8"))


def parse_fields(file: Path, text: str, first_line: int = 1) -> Fields:
    """A piece of TOML that begins on `first_line` of its file. Raises ContentFaultError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = first_line + (int(found.group(1)) - 1 if found else 0)
        raise ContentFaultError(file, line, "this is not TOML", f"correct the line ({error})") from None
    return Fields(file, text, table, first_line)
