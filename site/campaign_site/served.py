"""One answer kept in memory: its bytes in every encoding, ready to send.

Knows ASGI and nothing else: no content, no templates, no framework.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Variant:
    """The bytes in one encoding with the headers that never change."""

    body: bytes
    etag: bytes
    headers: tuple[Header, ...]


@dataclass(frozen=True)
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
    return Page({encoding: _variant(each, encoding, digest, headers) for encoding, each in bodies.items()})


def _variant(body: bytes, encoding: str, digest: str, headers: tuple[Header, ...]) -> Variant:
    etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
    own: list[Header] = [(b"etag", etag.encode()), (b"vary", b"accept-encoding")]
    if encoding:
        own.append((b"content-encoding", encoding.encode()))
    return Variant(body, etag.encode(), (*headers, *own))


async def send_page(page: Page, cache_control: bytes, scope: Scope, send: Send) -> None:
    """Answers a GET or HEAD with the page, or with 304 when the browser has it already."""
    asked = dict(scope["headers"])
    variant = page.variants[_encoding(asked.get(b"accept-encoding", b""), page.variants)]
    headers = [*variant.headers, (b"cache-control", cache_control)]
    if _is_known(asked.get(b"if-none-match", b""), variant.etag):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    headers.append((b"content-length", str(len(variant.body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else variant.body})


def _encoding(accepted: bytes, variants: Mapping[str, Variant]) -> str:
    """The best encoding that was asked for by name and not refused with q=0."""
    wanted = set()
    for choice in accepted.decode("latin-1").lower().split(","):
        name, _, weight = choice.partition(";")
        if weight.replace(" ", "").rstrip("0.") != "q=":
            wanted.add(name.strip())
    return next((encoding for encoding in ENCODINGS if encoding in wanted and encoding in variants), "")


def _is_known(known: bytes, etag: bytes) -> bool:
    tags = [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]
    return etag in tags or tags == [b"*"]
