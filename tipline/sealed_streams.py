"""Age files too large for memory, written and read like files: at most a few chunks of 64 KiB are held at a time."""

from typing import BinaryIO, Protocol

from tipline.sealing import CHUNK, MAX_BEGINNING, TAG, Identity, begin_opening, begin_sealing

SEALED_CHUNK = CHUNK + TAG


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class SealedWriter:
    """Seals what is written to it. Only `close` makes the file whole."""

    def __init__(self, target: BinaryIO, recipient: str) -> None:
        beginning, self._payload = begin_sealing([recipient])
        self._target = target
        self._waiting = bytearray()
        target.write(beginning)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:  # a full one waits: it may be the last
            self._target.write(self._payload.seal(bytes(self._waiting[:CHUNK]), is_last=False))
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._target.write(self._payload.seal(bytes(self._waiting), is_last=True))


class SealedReader:
    """Opens what is read from it, chunk by chunk. Nothing is whole before `finish` returned.

    Everything raises `NotAnAgeFileError`, `WrongKeyError` and `AlteredFileError`."""

    def __init__(self, source: Readable, identity: Identity) -> None:
        self._source = source
        beginning = _read(source, MAX_BEGINNING)
        self._payload, self._sealed = begin_opening(beginning, identity)
        self._opened = bytearray()
        self._is_over = False

    def read(self, size: int = CHUNK) -> bytes:
        """At most this many bytes; none only at the end."""
        while len(self._opened) < size and not self._is_over:
            self._open_next()
        data = bytes(self._opened[:size])
        del self._opened[:size]
        return data

    def finish(self) -> None:
        """Reads to the end, so that a file that was cut is told."""
        while self.read():
            pass

    def _open_next(self) -> None:
        wanted = SEALED_CHUNK + 1  # one more than a chunk tells whether it is the last
        self._sealed += _read(self._source, max(0, wanted - len(self._sealed)))
        chunk, self._sealed = self._sealed[:SEALED_CHUNK], self._sealed[SEALED_CHUNK:]
        self._is_over = not self._sealed
        self._opened += self._payload.open(chunk, is_last=self._is_over)


def _read(source: Readable, size: int) -> bytes:
    """This many bytes, unless the source ends before; one read of it may give fewer."""
    data = bytearray()
    while len(data) < size and (piece := source.read(size - len(data))):
        data += piece
    return bytes(data)
