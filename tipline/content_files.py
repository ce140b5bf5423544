"""Reading and writing the files of `content/`: tables (CSV) and TOML, with faults that name file, line and cure.

It knows the form of files, never what their fields mean.
"""

import contextlib
import csv
import datetime
import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from tipline.languages import LANGUAGES

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

CONTENT_TIME_ZONE = ZoneInfo("Europe/Amsterdam")
"""Instants in content without an offset of their own are Dutch time: that is what an editor means."""
EXAMPLES: dict[type, str] = {
    str: '"…"',
    int: "1",
    bool: "true",
    datetime.date: "2026-11-21",
    datetime.datetime: "2026-11-21T09:00:00",
    list: '["…"]',
    dict: '{ nl = "…", en = "…" }',
}
"""How a value of each kind is written in TOML, for the cure of a fault."""


class ContentFaultError(Exception):
    """A content file says something that can't be used; printed as "file, line N: what; how to mend it"."""

    def __init__(self, file: Path, line: int, what: str, how: str) -> None:
        super().__init__(f"{file}, line {line}: {what}; {how}")
        self.file = file
        self.line = line
        self.what = what
        self.how = how


class Faults:
    """The faults of many files in one run, each told once: readers raise the first one they find and stop."""

    def __init__(self) -> None:
        self._found: dict[str, ContentFaultError] = {}

    @property
    def found(self) -> tuple[ContentFaultError, ...]:
        """In the order of files and lines."""
        return tuple(sorted(self._found.values(), key=lambda fault: (str(fault.file), fault.line)))

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Inside this a fault ends the block, not the run."""
        try:
            yield
        except ContentFaultError as fault:
            self._found.setdefault(str(fault), fault)


@dataclass(frozen=True)
class Row:
    """One line of a table, with the place it stands for faults."""

    file: Path
    line: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def fault(self, what: str, how: str) -> ContentFaultError:
        return ContentFaultError(self.file, self.line, what, how)


def stamp(file: "Path | os.DirEntry[str]") -> tuple[int, int]:
    """What changes with a file: when it was changed last, in nanoseconds, and its bytes; zeros where it is gone."""
    try:
        stat = file.stat()
    except FileNotFoundError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


def read_bytes(file: Path) -> bytes:
    """The bytes of a content file. Raises ContentFaultError when it is missing or can't be read."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise ContentFaultError(file, 1, "this file is missing", "put it back from the repository") from None
    except OSError as error:
        what = f"this file can't be read ({error.strerror})"
        raise ContentFaultError(file, 1, what, "let the server's user read it") from None


def read_text(file: Path) -> str:
    """The text of a content file. Raises ContentFaultError when it is missing, can't be read or is not UTF-8."""
    written = read_bytes(file)
    try:
        # As in text files everywhere, whatever ends a line is read as one line feed.
        return written.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = written[: error.start].count(b"\n") + 1
        raise ContentFaultError(file, line, "this is not UTF-8 text", "save the file as UTF-8") from None


def read_table(file: Path, columns: Sequence[str]) -> list[Row]:
    """All rows of a CSV table whose header must be exactly `columns`. Raises ContentFaultError."""
    reader = csv.reader(read_text(file).splitlines(keepends=True), strict=True)
    try:
        if next(reader, None) != list(columns):
            raise ContentFaultError(file, 1, "the header is another", f"make it {','.join(columns)}")
        return [_row(file, reader.line_num, fields, columns) for fields in reader]
    except csv.Error as error:
        raise ContentFaultError(file, reader.line_num, f"the quoting is wrong ({error})", "mend the quotes") from None


def _row(file: Path, line: int, fields: list[str], columns: Sequence[str]) -> Row:
    if len(fields) != len(columns):
        what = f"{len(fields)} fields where {len(columns)} belong"
        raise ContentFaultError(file, line, what, f"write one value for each of {','.join(columns)}")
    return Row(file, line, dict(zip(columns, fields, strict=True)))


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The text of a table, as `read_table` reads it back."""
    lines = [",".join(_quoted(field) for field in fields) for fields in (columns, *rows)]
    return "\n".join(lines) + "\n"


def _quoted(field: str) -> str:
    if re.search(r'[",\r\n]', field):
        return '"' + field.replace('"', '""') + '"'
    return field


@dataclass(frozen=True)
class Entry:
    """A table of a TOML file: its fields, each asked for by type, and the lines they stand on."""

    file: Path
    first_line: int
    lines: tuple[str, ...]
    """The text from the table's own heading up to the next heading."""
    fields: dict[str, object]

    def fault(self, field: str, what: str, how: str) -> ContentFaultError:
        """A fault on the line of that field, or of the heading when the field is absent."""
        return ContentFaultError(self.file, self.first_line + self._offset(field), what, how)

    def text(self, field: str) -> str:
        """A text that must be there and not be empty."""
        return self._present(field, str, self.optional_text(field))

    def optional_text(self, field: str) -> str | None:
        """A text, or None when it is absent or empty."""
        value = self._value(field, str)
        return None if value is None or not value.strip() else value

    def number(self, field: str) -> int:
        return self._present(field, int, self._value(field, int))

    def optional_number(self, field: str) -> int | None:
        return self._value(field, int)

    def flag(self, field: str) -> bool:
        """True or false; false when absent."""
        return bool(self._value(field, bool))

    def date(self, field: str) -> datetime.date:
        return self._present(field, datetime.date, self.optional_date(field))

    def optional_date(self, field: str) -> datetime.date | None:
        return self._value(field, datetime.date)

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts that must be there and not be empty."""
        values = self._present(field, list, self._value(field, list) or None)
        if not all(isinstance(value, str) for value in values):
            raise self.fault(field, f"`{field}` holds something else than texts", f"write {field} = {EXAMPLES[list]}")
        return tuple(values)

    def by_language(self, field: str) -> Mapping[str, str]:
        """A text in every language."""
        texts: dict[str, object] = self._present(field, dict, self._value(field, dict))
        found = {name: text.strip() for name, text in texts.items() if isinstance(text, str) and text.strip()}
        if set(texts) != set(LANGUAGES) or found.keys() != texts.keys():
            what = f"`{field}` is not a text in {' and '.join(LANGUAGES)}"
            raise self.fault(field, what, f"write {field} = {EXAMPLES[dict]}")
        return found

    def optional_by_language(self, field: str) -> Mapping[str, str] | None:
        """A text in every language, or None when it is absent."""
        return self.by_language(field) if field in self.fields else None

    def instant(self, field: str) -> datetime.datetime:
        """A moment; Dutch time where no offset is written. When clocks go forward or back, it must be written."""
        value = self._present(field, datetime.datetime, self._value(field, datetime.datetime))
        if value.tzinfo:
            return value
        first, second = (value.replace(tzinfo=CONTENT_TIME_ZONE, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            # In autumn an hour comes twice; in spring an hour is skipped, where the offsets differ the other way.
            is_skipped = first.astimezone(datetime.UTC) > second.astimezone(datetime.UTC)
            what = "does not exist" if is_skipped else "comes twice"
            mend = f"write another time, or the offset behind it: {value.isoformat()}+01:00"
            raise self.fault(field, f"{value.isoformat(' ')} {what} in Dutch time, since the clocks change", mend)
        return first

    def word(self, field: str, words: type[Word]) -> Word:
        """One of a fixed set of words."""
        return self._word(field, self.text(field), words)

    def words(self, field: str, words: type[Word]) -> tuple[Word, ...]:
        """One or more of a fixed set of words."""
        return tuple(self._word(field, value, words) for value in self.texts(field))

    def inline(self, field: str) -> "tuple[Entry, ...]":
        """The tables of a list like `field = [{ … }, { … }]`, none when it is absent."""
        tables: list[object] = self._value(field, list) or []
        start = self._offset(field)
        rows = [number for number, line in enumerate(self.lines) if number > start and re.match(r"\s*\{", line)]
        entries = []
        for number, table in enumerate(tables):
            if not isinstance(table, dict):
                raise self.fault(field, f"`{field}` holds something else than tables", f"write {field} = [{{ … }}]")
            line = rows[number] if number < len(rows) else start
            entries.append(Entry(self.file, self.first_line + line, (), table))
        return tuple(entries)

    def only(self, *known: str) -> "Entry":
        """This entry, when it has no other fields than these; a misspelt field must not be passed over."""
        for field in self.fields:
            if field not in known:
                raise self.fault(field, f"`{field}` is not known here", f"use one of: {', '.join(known)}")
        return self

    def _word(self, field: str, value: str, words: type[Word]) -> Word:
        if value not in set(words):
            raise self.fault(field, f"`{value}` is no value of `{field}`", f"use one of: {', '.join(words)}")
        return words(value)

    def _offset(self, field: str) -> int:
        start = re.compile(rf"\s*{re.escape(field)}\s*[.=]")
        return next((number for number, line in enumerate(self.lines) if start.match(line)), 0)

    def _value(self, field: str, kind: type[T]) -> T | None:
        value = self.fields.get(field)
        # A datetime is a date and a bool is an int to Python; neither is meant where the other is asked for.
        if value is None or type(value) is kind:
            return value
        raise self.fault(field, f"`{field}` is of another kind", f"write {field} = {EXAMPLES[kind]}")

    def _present(self, field: str, kind: type[T], value: T | None) -> T:
        if value is None:
            raise self.fault(field, f"`{field}` is missing", f"write {field} = {EXAMPLES[kind]}")
        return value


@dataclass(frozen=True)
class Document:
    """A whole TOML file, or the head of a file that is TOML."""

    file: Path
    text: str
    root: Entry
    """What stands above the first heading; its fields include the tables below."""

    def tables(self, name: str) -> tuple[Entry, ...]:
        """Every `[[name]]` or `[name]` of the file, in order. Raises ContentFaultError when it is no table."""
        found = self.root.fields.get(name, [])
        tables = found if isinstance(found, list) else [found]
        if not all(isinstance(table, dict) for table in tables):
            raise self.root.fault(name, f"`{name}` is no table", f"write [[{name}]] and its fields below")
        headings = _headings(self.text, name)
        return tuple(self._entry(table, headings, number) for number, table in enumerate(tables))

    def _entry(self, fields: dict[str, object], headings: list[int], number: int) -> Entry:
        start = headings[number] if number < len(headings) else 1
        return Entry(self.file, self.root.first_line + start - 1, _section(self.text, start), fields)


def read_versioned(file: Path, version: int = 1) -> Document:
    """A TOML file that says `version = 1`. Raises ContentFaultError."""
    document = read_document(file)
    if document.root.number("version") != version:
        raise document.root.fault("version", "this version is not known", f"write version = {version}")
    return document


def read_document(file: Path) -> Document:
    """A TOML file. Raises ContentFaultError."""
    return parsed(file, read_text(file))


def parsed(file: Path, text: str, first_line: int = 1) -> Document:
    """TOML that begins on `first_line` of its file. Raises ContentFaultError."""
    try:
        fields: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        what = f"this is not TOML ({error})"
        raise ContentFaultError(file, first_line + number - 1, what, "mend the line") from None
    return Document(file, text, Entry(file, first_line, _section(text, 1), fields))


def _headings(text: str, name: str) -> list[int]:
    heading = re.compile(rf"\s*\[\[?\s*{re.escape(name)}\s*\]\]?\s*(#.*)?$")
    return [number for number, line in enumerate(text.splitlines(), 1) if heading.match(line)]


def _section(text: str, start: int) -> tuple[str, ...]:
    lines = text.splitlines()[start - 1 :]
    end = next((number for number, line in enumerate(lines[1:], 1) if re.match(r"\s*\[", line)), len(lines))
    return tuple(lines[:end])


def toml_text(value: str | int | datetime.date) -> str:
    """One TOML value. Booleans are ints to Python, so they come first."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_toml_character(character) for character in value) + '"'
    return str(value)


def _toml_character(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\u{ord(character):04x}"
    return character


def write_whole(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never half, also after a power cut."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    written = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes it readable to its owner only; content is for everyone who may read the folder.
        written.chmod(0o644)
        written.replace(file)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
