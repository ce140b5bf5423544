"""One answer kept in memory: its bytes in every encoding, ready to send.

Knows ASGI and nothing else: no content, no templates, no framework.
"""

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import brotli  # type: ignore[import-untyped]  # the package ships no types
from starlette.types import Scope, Send

Header = tuple[bytes, bytes]

FOREVER = b"public, max-age=31536000, immutable"
"""For an address that changes when its bytes do."""
BROTLI_QUALITY = 5
"""Half the gain of 11 for a hundredth of its time."""
ENCODINGS = ("br", "gzip")
"""What a browser may ask for, best first."""
SMALLEST_COMPRESSED = 512
"""Bytes; below that the header of a compressed body eats the gain."""
GZIP_WINDOW = 31
"""What zlib calls the format of gzip."""
SPELLINGS_KEPT = 64
"""Ways to ask for encodings whose meaning is kept; browsers have about five."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The bytes in one encoding with the headers that never change."""

    kept: bytes
    etag: bytes
    headers: tuple[Header, ...]
    length: Header
    is_packed: bool = False
    """Whether `kept` is the body in gzip. Nearly every browser takes an encoding, so the plain bytes, twice as large as
    all others together, are unpacked for who asks."""

    @property
    def body(self) -> bytes:
        return zlib.decompress(self.kept, GZIP_WINDOW) if self.is_packed else self.kept


@dataclass(frozen=True, slots=True)
class Page:
    """One address's answer: encoding ("" is none) -> variant."""

    variants: Mapping[str, Variant]

    @property
    def body(self) -> bytes:
        """The bytes as they are without encoding."""
        return self.variants[""].body


def page(body: bytes, headers: tuple[Header, ...], *, compress: bool = True) -> Page:
    """A page ready to send; `headers` says at least the content type."""
    bodies = {"": body}
    if compress and len(body) >= SMALLEST_COMPRESSED:
        bodies["gzip"] = gzip.compress(body, mtime=0)
        bodies["br"] = brotli.compress(body, quality=BROTLI_QUALITY)
    digest = hashlib.sha256(body).hexdigest()[:20]
    variants = {encoding: _variant(each, encoding, digest, headers) for encoding, each in bodies.items()}
    if "gzip" in bodies:
        variants[""] = replace(variants[""], kept=bodies["gzip"], is_packed=True)
    return Page(variants)


def _variant(body: bytes, encoding: str, digest: str, headers: tuple[Header, ...]) -> Variant:
    etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
    own: list[Header] = [(b"etag", etag.encode()), (b"vary", b"accept-encoding")]
    if encoding:
        own.append((b"content-encoding", encoding.encode()))
    return Variant(body, etag.encode(), (*headers, *own), (b"content-length", b"%d" % len(body)))


async def send_page(page: Page, cache_control: bytes, scope: Scope, send: Send) -> None:
    """Answers a GET or HEAD with the page, or with 304 when the browser has it already."""
    asked = dict(scope["headers"])
    wanted = _encodings(asked.get(b"accept-encoding", b""))
    variant = page.variants[next((each for each in wanted if each in page.variants), "")]
    headers = [*variant.headers, (b"cache-control", cache_control)]
    known = asked.get(b"if-none-match")
    if known and _is_known(known, variant.etag):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    headers.append(variant.length)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else variant.body})


@lru_cache(SPELLINGS_KEPT)
def _encodings(accepted: bytes) -> tuple[str, ...]:
    """The encodings that were asked for by name and not refused with q=0, best first."""
    wanted = set()
    for choice in accepted.decode("latin-1").lower().split(","):
        name, _, weight = choice.partition(";")
        if weight.replace(" ", "").rstrip("0.") != "q=":
            wanted.add(name.strip())
    return tuple(encoding for encoding in ENCODINGS if encoding in wanted)


def _is_known(known: bytes, etag: bytes) -> bool:
    tags = [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]
    return etag in tags or tags == [b"*"]
