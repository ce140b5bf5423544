"""What may come in: bodies are bounded, timed and parsed here before any page sees them.

Only two kinds of body exist: forms, and sealed bytes. Everything else is refused before a byte is parsed, since
multipart parsers spool to disk and a character set named by the client once stalled one for seconds. Nothing of a
refused body is kept, logged or echoed. Pure ASGI: knows no web framework, no database, no words."""

import asyncio
import re
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from anyio import CapacityLimiter, to_thread

from tipline.room import SMALL, NoRoomError, Place, Room

Scope = MutableMapping[str, Any]  # Any: the ASGI specification types its messages so
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, HTTPStatus], App]

MAX_BODY = 128 * 1024
MAX_SEALED = 144 * 1024
"""Of a body that is sealed: a joint tip's two files, each of the longest plaintext, with what stands round them."""
MAX_FIELDS = 40
MAX_SECONDS = 10.0
RETRY_AFTER_SECONDS = 60
"""What the page of a busy server says in words: wait a minute."""
MAX_MARKS = 30
"""Combining marks in a row, as in Unicode's Stream-Safe Text Format (UAX 15). Python puts a longer row in order in
quadratic time: one post of 128 KB would hold the whole process for seconds."""
PARSED_AT_ONCE = 2
"""Large bodies, each in a thread."""
FORM = "application/x-www-form-urlencoded"
SEALED = "application/octet-stream"
MOST = MappingProxyType({FORM: MAX_BODY, SEALED: MAX_SEALED})

_WITH_MARKS = (range(0x20000), range(0xE0000, 0xE1000))
"""Code points among which all marks are."""
_MARKS = frozenset(
    # The half-width sound marks of Japanese become combining ones in a compatibility form.
    [chr(point) for points in _WITH_MARKS for point in points if unicodedata.category(chr(point))[0] == "M"]
    + ["\uff9e", "\uff9f"]
)
_DROPPED = "".join(
    chr(point) for point in range(0xA0) if unicodedata.category(chr(point)) == "Cc" and point not in b"\n\t"
)
"""Control characters are dropped before a text is composed, so they part no marks."""
_KEPT = re.compile(f"[^{re.escape(_DROPPED)}]")


def _rows_that_may_pile() -> re.Pattern[str]:
    """Finds rows long enough to hold too many marks: from their beginning, so that no row is read twice. Every
    character from U+10000 counts as a mark here: asking for each of those ranges takes ten times as long."""
    signs = "".join(sorted(sign for sign in _MARKS if sign < "\U00010000")) + _DROPPED
    either = f"[{re.escape(signs)}\U00010000-\U0010ffff]"
    return re.compile(f"{either}(?<!{either}{{2}}){either}{{{MAX_MARKS},}}")


_MAY_PILE = _rows_that_may_pile()


class RefusedError(Exception):
    """This request is not taken, for the reason that its status names."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True)
class Incoming:
    """What a POST brought: the fields of a form, or sealed bytes. A field may have come more than once."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    sealed: bytes = field(default=b"", repr=False)

    def one(self, name: str) -> str:
        """The field's only value; empty when it is missing. A doubled field counts by its last value, as browsers'
        own controls do."""
        values = self.fields.get(name, ())
        return values[-1] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())

    def size(self) -> int:
        """Bytes of memory that its texts take: with one wide character in it, four times what came."""
        texts = (text for name, values in self.fields.items() for text in (name, *values))
        return len(self.sealed) + sum(map(sys.getsizeof, texts))


class IncomingGuard:
    """Reads the body of each POST, at most `MAX_BODY` bytes (`MAX_SEALED` of a sealed one) in `MAX_SECONDS`, and puts
    it parsed into `scope["incoming"]`. Lets in what its room has place for. Refusals, posts from other sites and what
    finds no room are answered by `refuse`."""

    def __init__(
        self,
        app: App,
        refuse: Refuse,
        *,
        absence_is_refused: bool,
        seconds: float = MAX_SECONDS,
        room: Room | None = None,
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._absence_is_refused = absence_is_refused
        self._seconds = seconds
        self._room = room or Room()
        self._parsing = CapacityLimiter(PARSED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._room.place() as place:
            refusal = await self._take(scope, receive, place)
            if refusal is None:
                await self._app(scope, _what_follows(scope, receive), send)
        if refusal is not None:
            await self._refuse(scope, refusal)(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, place: Place) -> HTTPStatus | None:
        """Takes what came; or why not."""
        scope["place"] = place
        try:
            if scope["method"] == "POST":
                scope["incoming"] = await self._incoming(_headers(scope), receive, place)
            place.begin()
        except TimeoutError:
            return HTTPStatus.BAD_REQUEST
        except NoRoomError:
            return HTTPStatus.SERVICE_UNAVAILABLE
        except RefusedError as refused:
            return refused.status
        return None

    async def _incoming(self, headers: Mapping[str, str], receive: Receive, place: Place) -> Incoming:
        refuse_other_sites(headers, absence_is_refused=self._absence_is_refused)
        kind = body_kind(headers)
        body = await asyncio.wait_for(_read(headers, receive, MOST[kind], place), self._seconds)
        if len(body) > SMALL:  # takes up to 7 ms, in which nobody else would be served
            incoming = await to_thread.run_sync(parse, kind, body, limiter=self._parsing)
        else:
            incoming = parse(kind, body)
        place.hold(incoming.size())
        return incoming


def let_go(scope: Scope) -> None:
    """What came along is not needed any more, though its answer may take long: gives its memory back."""
    scope["incoming"] = Incoming()
    scope["place"].hold(0)


def refuse_other_sites(headers: Mapping[str, str], *, absence_is_refused: bool) -> None:
    """Refuses a post that another site made, by Sec-Fetch-Site, then by Origin. Text browsers send neither; where a
    post carries no authority (the tip form) that is taken, at the desk it is not."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    elif origin is not None:
        foreign = _host_of(origin) != headers.get("host", "")
    else:
        foreign = absence_is_refused
    if foreign:
        raise RefusedError(HTTPStatus.BAD_REQUEST)


def _host_of(origin: str) -> str | None:
    """Host and port of an origin; None where it can't be read."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def body_kind(headers: Mapping[str, str]) -> str:
    """`FORM` or `SEALED`. A form may name UTF-8 as its character set and nothing else."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    charset = parameters.strip().lower().replace('"', "").replace(" ", "")
    known = (kind == SEALED and not charset) or (kind == FORM and charset in {"", "charset=utf-8"})
    if not known or "content-encoding" in headers:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return kind


def parse(kind: str, body: bytes) -> Incoming:
    if kind == SEALED:
        return Incoming(sealed=body)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        # Raised again without the cause: its message quotes the body.
        raise RefusedError(HTTPStatus.BAD_REQUEST) from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if _piles_marks(value):
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        fields[name] = (*fields.get(name, ()), value)
    return Incoming(fields=fields)


def _piles_marks(text: str) -> bool:
    """Whether more marks stand on one character than any writing has."""
    return not text.isascii() and any(_is_pile(found[0]) for found in _MAY_PILE.finditer(text))


def _is_pile(signs: str) -> bool:
    row = 0
    for sign in _KEPT.findall(signs):
        row = row + 1 if sign in _MARKS else 0
        if row > MAX_MARKS:
            return True
    return False


async def _read(headers: Mapping[str, str], receive: Receive, most: int, place: Place) -> bytes:
    # The announced length is only used to refuse early; what counts is what arrives.
    announced = headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit():
        raise RefusedError(HTTPStatus.BAD_REQUEST)
    if headers.get("transfer-encoding", "chunked").strip().lower() != "chunked":
        # Server programs undo the chunks and hand on what else was done to the body.
        raise RefusedError(HTTPStatus.BAD_REQUEST)
    if len(announced) > 9 or int(announced) > most:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        body += message.get("body", b"")
        if len(body) > most:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        place.hold(len(body))
        if not message.get("more_body", False):
            return bytes(body)


def _what_follows(scope: Scope, receive: Receive) -> Receive:
    """What an application hears after this. Of a body that was read nothing, and then when its client hangs up."""
    if scope["method"] in {"GET", "HEAD"}:
        return receive
    if scope["method"] != "POST":
        # No address knows another method. The routes say so; what came along is not read.
        return _nothing_more
    is_told = False

    async def follows() -> Message:
        nonlocal is_told
        if is_told:
            return await receive()
        is_told = True
        return await _nothing_more()

    return follows


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
