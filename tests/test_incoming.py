"""The guard in front of every post: kinds, bounds, time and where a post comes from."""

import asyncio
import sys
import unicodedata
from collections.abc import Sequence
from http import HTTPStatus

import pytest
from own_loop import run_apart

from tipline import padding, sealed_posts, sealing
from tipline.incoming import (
    FORM,
    MAX_BODY,
    MAX_FIELDS,
    MAX_MARKS,
    MAX_SEALED,
    SEALED,
    App,
    Incoming,
    IncomingGuard,
    Message,
    Receive,
    RefusedError,
    Scope,
    Send,
    body_kind,
    let_go,
    parse,
    refuse_other_sites,
)
from tipline.room import SMALL, Room
from tipline.sealed_files import FileFor
from tipline.sealed_posts import SealedPost


def arriving(pieces: Sequence[bytes], *, never_ends: bool) -> Receive:
    """A body that comes in these pieces, and then ends or is waited for."""
    queue = list(pieces)

    async def receive() -> Message:
        if queue:
            piece = queue.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(queue) or never_ends}
        if never_ends:
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    return receive


def scope_of(method: str, headers: dict[str, str]) -> Scope:
    named = {"host": "localhost", "content-type": FORM, **headers}
    return {
        "type": "http",
        "method": method,
        "path": "/",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
    }


def posted(
    pieces: Sequence[bytes],
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    seconds: float = 5,
    never_ends: bool = False,
) -> tuple[Incoming | None, HTTPStatus | None]:
    """What reached the page behind the guard, and how the guard refused."""
    reached: list[Incoming | None] = []
    refused: list[HTTPStatus] = []

    async def app(scope: Scope, receive: Receive, _send: Send) -> None:
        reached.append(scope.get("incoming"))
        if method == "POST":
            assert await receive() == {"type": "http.request", "body": b"", "more_body": False}

    def refuse(_scope: Scope, status: HTTPStatus) -> App:
        async def answer(_scope: Scope, _receive: Receive, _send: Send) -> None:
            refused.append(status)

        return answer

    async def send(_message: Message) -> None:
        raise AssertionError("the guard itself says nothing")

    guard = IncomingGuard(app, refuse, absence_is_refused=False, seconds=seconds)
    run_apart(guard(scope_of(method, headers or {}), arriving(pieces, never_ends=never_ends), send))
    assert len(reached) + len(refused) == 1
    return (reached[0] if reached else None), (refused[0] if refused else None)


def test_a_form_reaches_its_page_parsed() -> None:
    incoming, _ = posted([b"place=5611+", b"AZ&where=a&where=b&empty="])
    assert incoming
    assert incoming.one("place") == "5611 AZ"
    assert incoming.one("where") == "b"
    assert incoming.all("where") == ("a", "b")
    assert incoming.one("empty") == incoming.one("missing") == ""
    assert incoming.all("missing") == ()
    assert "5611" not in repr(incoming)


def test_sealed_bytes_reach_their_page_as_they_are() -> None:
    incoming, _ = posted([b"\x00\xff", b"&="], {"content-type": SEALED})
    assert incoming
    assert incoming.sealed == b"\x00\xff&="
    assert incoming.fields == {}
    assert "xff" not in repr(incoming)


@pytest.mark.parametrize("sizes", [(MAX_BODY,), (MAX_BODY - 1, 1), (1,) * 100, ()])
def test_bodies_up_to_the_bound_are_taken(sizes: Sequence[int]) -> None:
    assert posted([b"a" * size for size in sizes] or [b""])[1] is None


@pytest.mark.parametrize("sizes", [(MAX_BODY + 1,), (MAX_BODY, 1), (60_000,) * 3])
def test_larger_ones_are_not(sizes: Sequence[int]) -> None:
    assert posted([b"a" * size for size in sizes])[1] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_sealed_ones_may_be_as_large_as_two_files_of_the_longest_plaintext() -> None:
    file = sealing.seal(b" " * padding.BUCKETS[-1], [sealing.Identity.new().recipient])
    point = FileFor("0" * 25, file)
    largest = sealed_posts.write(SealedPost(bytes(32), dict.fromkeys(("lumens-emp", "zvh-groningen"), point)))
    assert MAX_BODY < len(largest) < MAX_SEALED
    sealed = {"content-type": "application/octet-stream"}
    assert posted([b"a" * MAX_SEALED], sealed)[1] is None
    assert posted([b"a" * MAX_SEALED, b"a"], sealed)[1] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (str(MAX_BODY), None),
        ("0", None),
        (str(MAX_BODY + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        ("9" * 5000, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        ("-1", HTTPStatus.BAD_REQUEST),
        ("", HTTPStatus.BAD_REQUEST),
        ("1_0", HTTPStatus.BAD_REQUEST),
        ("\xb2", HTTPStatus.BAD_REQUEST),
    ],
)
def test_an_announced_length_refuses_early(length: str, status: HTTPStatus | None) -> None:
    assert posted([b"a=1"], {"content-length": length})[1] == status


@pytest.mark.parametrize(
    ("coding", "status"), [("chunked", None), ("Chunked", None), ("gzip, chunked", HTTPStatus.BAD_REQUEST)]
)
def test_a_body_may_come_in_chunks_and_no_other_coding(coding: str, status: HTTPStatus | None) -> None:
    assert posted([b"a=1"], {"transfer-encoding": coding})[1] == status


def test_a_slow_body_is_refused() -> None:
    assert posted([b"a=1"], seconds=0.05, never_ends=True)[1] == HTTPStatus.BAD_REQUEST


def test_a_body_that_breaks_off_is_refused() -> None:
    assert posted([])[1] == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "ODD"])
def test_nothing_but_a_post_is_read(method: str) -> None:
    assert posted([b"a" * MAX_BODY * 2], {"content-type": "text/html"}, method=method) == (None, None)


@pytest.mark.parametrize(
    ("kind", "is_taken"),
    [
        (FORM, True),
        (FORM + "; charset=UTF-8", True),
        (FORM + ';charset="utf-8"', True),
        (FORM.upper(), True),
        (SEALED, True),
        (FORM + "; charset=latin-1", False),
        (FORM + "; boundary=x", False),
        (SEALED + "; charset=utf-8", False),
        ("multipart/form-data; boundary=x", False),
        ("text/plain", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_two_kinds_of_body_exist(kind: str, *, is_taken: bool) -> None:
    if is_taken:
        assert body_kind({"content-type": kind}) in {FORM, SEALED}
        with pytest.raises(RefusedError):
            body_kind({"content-type": kind, "content-encoding": "identity"})
    else:
        with pytest.raises(RefusedError) as refused:
            body_kind({"content-type": kind})
        assert refused.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize("number", [1, MAX_FIELDS])
def test_forty_fields_are_taken(number: int) -> None:
    assert len(parse(FORM, b"&".join(b"f%d=1" % each for each in range(number))).fields) == number


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", b"a=%ed%a0%80", b"&".join([b"a=1"] * (MAX_FIELDS + 1))])
def test_what_can_not_be_read_is_refused_without_a_word_of_it(body: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(FORM, body)
    assert str(refused.value) == "Bad Request"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


MARKS = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point))[0] == "M"]


def piled(*marks: str) -> bytes:
    """On letters of one, two, three and four bytes."""
    return (
        "a=" + "".join(f"{letter}{pile}" for pile in marks for letter in ("e", "\n\xe9", "\u6f22", "\U00012000"))
    ).encode()


@pytest.mark.parametrize("mark", ["\u0301", "\u0f73", "\uff9e", "\u20dd", "\U000e0100", "\u0301\r", "\x01\U0001e944"])
def test_marks_may_pile_up_to_a_bound(mark: str) -> None:
    assert parse(FORM, piled(mark * MAX_MARKS))
    with pytest.raises(RefusedError):
        parse(FORM, piled(mark * MAX_MARKS, "", mark * (MAX_MARKS + 1)))


def test_all_marks_that_unicode_has_are_counted() -> None:
    for first in range(0, len(MARKS) - MAX_MARKS, MAX_MARKS + 1):
        pile = "".join(MARKS[first : first + MAX_MARKS + 1])
        assert parse(FORM, piled(pile[1:], pile[:-1]))
        with pytest.raises(RefusedError):
            parse(FORM, piled(pile))
    with pytest.raises(RefusedError):
        parse(FORM, piled("".join(MARKS[-MAX_MARKS - 1 :])))


def test_rows_of_other_signs_are_no_piles() -> None:
    assert parse(FORM, piled("\U0001f9ff" * 100, "\x01" * 100, "\u0301\n" * 100, "\U000e0100\U00012000" * 100))


class Answering:
    """A guard whose application answers when it is told to, and what became of each post."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.statuses: list[int] = []
        self._told = asyncio.Event()
        self._guard = IncomingGuard(self._app, self._refuse, absence_is_refused=False, room=room)

    async def _app(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        if scope["path"] == "/code":
            let_go(scope)
        await self._told.wait()
        self.statuses.append(200)

    def _refuse(self, _scope: Scope, status: HTTPStatus) -> App:
        async def answer(_scope: Scope, _receive: Receive, _send: Send) -> None:
            self.statuses.append(status)

        return answer

    async def send(self, *bodies: bytes, path: str = "/", method: str = "POST") -> Sequence[int]:
        """Posts all of these at once; once all are answered or in the application, the latter answers."""

        async def says(_message: Message) -> None:
            raise AssertionError

        self._told.clear()
        self.statuses.clear()
        scopes = [{**scope_of(method, {}), "path": path} for _ in bodies]
        posts = [
            asyncio.create_task(self._guard(scope, arriving([body], never_ends=False), says))
            for scope, body in zip(scopes, bodies, strict=True)
        ]
        while len(self.statuses) + self.room.under_way < len(bodies):
            await asyncio.sleep(0)
        self._told.set()
        await asyncio.gather(*posts)
        return sorted(self.statuses)


def test_more_than_may_be_under_way_is_refused_until_others_are_answered() -> None:
    async def comes() -> None:
        answering = Answering(Room(most_under_way=2))
        for method in ("POST", "GET", "POST"):
            assert await answering.send(b"a=1", b"a=1", b"a=1", method=method) == [200, 200, 503]
        assert (answering.room.under_way, answering.room.held) == (0, {True: 0, False: 0})

    run_apart(comes())


def test_large_bodies_that_fill_their_room_keep_out_no_small_one() -> None:
    async def comes() -> None:
        answering = Answering(Room(most_large=4 * SMALL))
        large, small, wide = b"a=" + b"x" * SMALL, b"a=1", "a=\U0001f9ff".encode() + b"x" * SMALL
        assert await answering.send(large, large, large, large, small, small) == [200] * 5 + [503]
        assert await answering.send(wide, small) == [200, 503]
        assert await answering.send(*[large] * 3, path="/code") == [200] * 3
        assert answering.room.held == {True: 0, False: 0}

    run_apart(comes())


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"origin": "http://localhost:8000", "host": "localhost:8000"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:8000", "host": "localhost:8000"}, False),
        ({"sec-fetch-site": ""}, False),
        ({"origin": "null", "host": "localhost"}, False),
        ({"origin": "http://[", "host": "localhost"}, False),
        ({"origin": "http://localhost:8001", "host": "localhost:8000"}, False),
        ({"origin": "http://localhost.evil", "host": "localhost"}, False),
    ],
)
def test_a_post_of_another_site_is_refused(headers: dict[str, str], *, is_ours: bool) -> None:
    for absence_is_refused in (True, False):
        if is_ours:
            refuse_other_sites(headers, absence_is_refused=absence_is_refused)
        else:
            with pytest.raises(RefusedError):
                refuse_other_sites(headers, absence_is_refused=absence_is_refused)


def test_a_text_browser_may_report_but_not_enter_the_desk() -> None:
    refuse_other_sites({}, absence_is_refused=False)
    with pytest.raises(RefusedError):
        refuse_other_sites({}, absence_is_refused=True)
