"""Whether the audit trail is still what was written: its chain is recomputed, and compared with heads of earlier days
that stand in a file outside the database.

Who can write the database can make the whole chain anew. He can't make it agree with what was written elsewhere before.
docs/formats.md ("Audit trail") fixes chain and file. Knows nothing of what was done."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tipline.storage.trail import FIRST_DIGEST, FoundEntry, Trail, TrailHead
from tipline.working_days import dutch_date

HEADS_FILE = "trail-heads.txt"
DIGEST_HEX = 64
NUMBER_DIGITS = 18

log = logging.getLogger("signaallijn")


class TrailFaultError(Exception):
    """The audit trail, or the file of its heads, is not what was written. The message names the first entry."""


class MissingEntryError(TrailFaultError):
    """An entry was taken out."""


class AlteredEntryError(TrailFaultError):
    """One entry differs, and the rest still hangs together."""


class BrokenChainError(TrailFaultError):
    """From an entry on nothing follows any more: something was taken out, put in or moved."""


class RewrittenTrailError(TrailFaultError):
    """The chain hangs together, but is not the one whose head was written."""


class CutTrailError(TrailFaultError):
    """The trail ends before the last head that was written."""


class DamagedHeadsError(TrailFaultError):
    """The file of heads holds a line that is none."""


@dataclass(frozen=True)
class WrittenHead:
    """Where the trail ended when this line was written."""

    written_on: date
    head: TrailHead

    def line(self) -> str:
        return f"{self.written_on.isoformat()} {self.head.number} {self.head.digest.hex()}\n"


@dataclass(frozen=True)
class Verified:
    """What was found to be as written."""

    entries: int
    heads: int
    head: TrailHead | None


class HeadsFile:
    """Heads of earlier days, a line each. Lines are only ever added; but a last one that a power cut left unfinished is
    written again."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> tuple[WrittenHead, ...]:
        """In the order of writing. Raises `DamagedHeadsError`."""
        lines = self._whole_lines().decode("utf-8", "replace").split("\n")[:-1]
        return tuple(_read_line(line, number, self.file.name) for number, line in enumerate(lines, 1))

    def add(self, head: WrittenHead) -> None:
        """Durable when it returns."""
        end = len(self._whole_lines())
        with os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.truncate(end)
            file.seek(end)
            file.write(head.line().encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def _whole_lines(self) -> bytes:
        before, end, _ = self.file.read_bytes().rpartition(b"\n") if self.file.exists() else (b"", b"", b"")
        return before + end


def _read_line(line: str, number: int, name: str) -> WrittenHead:
    written_on, _, rest = line.partition(" ")
    count, _, digest = rest.partition(" ")
    if not (count.isascii() and count.isdigit() and len(count) <= NUMBER_DIGITS and len(digest) == DIGEST_HEX):
        raise DamagedHeadsError(f"{name}, line {number}: this is no head of the trail")
    try:
        return WrittenHead(date.fromisoformat(written_on), TrailHead(int(count), bytes.fromhex(digest)))
    except ValueError:
        raise DamagedHeadsError(f"{name}, line {number}: this is no head of the trail") from None


class TrailWatch:
    """Writes the head of the trail once a day, and looks first whether the last one still stands."""

    def __init__(self, trail: Trail, file: Path, clock: Callable[[], datetime]) -> None:
        self._trail, self._heads, self._clock = trail, HeadsFile(file), clock
        self._kept_on: date | None = None

    def agrees(self) -> bool:
        """Whether the database still has the entry whose head was written last."""
        try:
            written = self._heads.read()
        except DamagedHeadsError:
            return False
        return not written or self._trail.head_at(written[-1].head.number) == written[-1].head

    def keep(self) -> None:
        """At the first call of a day, and of a process: writes today's head, unless it stands there. When the trail
        does not agree with the last one that is said instead, and the tip line goes on: tips must arrive."""
        today = dutch_date(self._clock())
        if self._kept_on == today:
            return
        if not self.agrees():
            log.error("the audit trail does not agree with %s; run `signaallijn audit verify`", self._heads.file.name)
        else:
            self._add(today)
        self._kept_on = today

    def _add(self, today: date) -> None:
        written, head = self._heads.read(), self._trail.head()
        if head and not (written and written[-1].written_on >= today):
            self._heads.add(WrittenHead(today, head))


def verify(trail: Trail, heads: Sequence[WrittenHead], tell: Callable[[int], None] = lambda _: None) -> Verified:
    """Recomputes the whole chain, and compares it with these heads. `tell` is called with the number of each entry.
    Raises a `TrailFaultError` that names the first entry at fault."""
    agreed = TrailHead(0, FIRST_DIGEST)
    last = agreed
    by_number: dict[int, list[WrittenHead]] = {}
    for written in heads:
        by_number.setdefault(written.head.number, []).append(written)
    for entry, following in _with_next(trail.found()):
        _check_entry(last, entry, following)
        last = TrailHead(entry.number, entry.digest)
        for written in by_number.pop(entry.number, ()):
            _check_head(agreed, last, written)
            agreed = last
        tell(entry.number)
    for written in heads:
        if written.head.number > last.number:
            raise CutTrailError(
                f"entry {last.number + 1} and what came after it is cut off: "
                f"on {written.written_on} the trail ended at entry {written.head.number}, "
                f"now it ends at entry {last.number}"
            )
    return Verified(last.number, len(heads), last if last.number else None)


def _with_next(entries: Iterator[FoundEntry]) -> Iterator[tuple[FoundEntry, FoundEntry | None]]:
    before: FoundEntry | None = None
    for entry in entries:
        if before:
            yield before, entry
        before = entry
    if before:
        yield before, None


def _check_entry(last: TrailHead, entry: FoundEntry, following: FoundEntry | None) -> None:
    expected = last.number + 1
    if entry.number > expected:
        raise MissingEntryError(f"entry {expected} was removed: after {last.number} comes {entry.number}")
    if entry.number < expected:
        raise BrokenChainError(f"entry {entry.number} was inserted: entries are numbered from 1")
    if entry.follows(last.digest):
        return
    if following is None or following.follows(entry.digest):
        raise AlteredEntryError(f"entry {entry.number} was altered (or the one before it, with its digest)")
    raise BrokenChainError(
        f"entry {entry.number} does not follow entry {last.number}: from here on entries were altered, removed, "
        "inserted or moved"
    )


def _check_head(agreed: TrailHead, found: TrailHead, written: WrittenHead) -> None:
    if found != written.head:
        raise RewrittenTrailError(
            f"entry {agreed.number + 1}, or one after it up to {found.number}, was altered, removed or inserted, and "
            f"all that follows was made anew: on {written.written_on} another entry {found.number} was the head"
        )
