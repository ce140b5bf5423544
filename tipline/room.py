"""How much may be under way at once, so that a flood fills neither memory nor the line of those who wait.

Counts, and nothing else: knows no web, no database, no words. One event loop uses a room; it locks nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

MOST_UNDER_WAY = 500
"""Requests between their last byte and their answer: two to ten seconds of work. Who comes as one more is better told
to come back than kept waiting behind them."""
SMALL = 8 * 1024
"""Bytes of a body that is small: a code, a place, and nearly every story."""
MOST_SMALL = 8 * 1024 * 1024
MOST_LARGE = 24 * 1024 * 1024
"""Bytes that bodies may hold together, from their first byte to the answer. Small ones have room of their own: whoever
sends large ones, to be let in or to fill the room, keeps out no one who tells a short story."""


class NoRoomError(Exception):
    """This would be more than may be under way at once. Nothing of it was kept."""


class Room:
    """What is under way in one application of this process."""

    def __init__(
        self, most_under_way: int = MOST_UNDER_WAY, most_small: int = MOST_SMALL, most_large: int = MOST_LARGE
    ) -> None:
        self.under_way = 0
        self.held = {True: 0, False: 0}
        """Bytes of bodies, by whether they are small."""
        self._most_under_way = most_under_way
        self._most_held = {True: most_small, False: most_large}

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """The place of one request. It is given back at the end of the block."""
        place = Place(self)
        try:
            yield place
        finally:
            place.leave()

    def begin(self) -> None:
        """Raises `NoRoomError`."""
        if self.under_way >= self._most_under_way:
            raise NoRoomError
        self.under_way += 1

    def move(self, before: int, after: int) -> None:
        """A body of so many bytes holds so many now. Raises `NoRoomError`; then it holds what it held before."""
        is_small, grows = after <= SMALL, after > before
        held = self.held[is_small] + after - (before if (before <= SMALL) == is_small else 0)
        if grows and held > self._most_held[is_small]:
            raise NoRoomError
        self.held[before <= SMALL] -= before
        self.held[is_small] += after


class Place:
    """What one request takes of a room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0
        self._is_under_way = False

    def hold(self, size: int) -> None:
        """Its body takes so many bytes from now on. Raises `NoRoomError`."""
        self._room.move(self._size, size)
        self._size = size

    def begin(self) -> None:
        """It has said everything and waits for its answer. Raises `NoRoomError`."""
        self._room.begin()
        self._is_under_way = True

    def leave(self) -> None:
        self.hold(0)
        self._room.under_way -= self._is_under_way
        self._is_under_way = False
