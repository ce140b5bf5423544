"""Looks for words in everything that a server left behind, in every form in which software writes words down."""

import base64
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from tipline.receipts import Receipt, derive

ADDRESS_HEADERS = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "X-Forwarded-Host",
    "Via",
    "User-Agent",
    "Referer",
    "Accept-Language",
    "Cookie",
    "Authorization",
    "X-Request-ID",
    "Sec-CH-UA-Platform",
)
"""What a network or a browser says about a visitor."""
KEEPS_ITS_LOG = """
from tipline.storage.engine import Database

Database.empty_log = lambda self: None
"""
"""Otherwise the server empties SQLite's log every few seconds, and the search could miss what stood in it."""


def forms_of(words: str) -> Iterable[bytes]:
    """The words as UTF-8, UTF-16, Latin-1, hexadecimal, base64, percent-encoded, JSON, HTML and Python text."""
    plain = words.encode()
    yield plain
    yield words.encode("utf-16-le")
    yield words.encode("utf-16-be")
    yield words.encode("latin-1", "ignore")
    yield plain.hex().encode()
    yield quote(words, safe="").encode()
    yield quote_plus(words).encode()
    yield json.dumps(words)[1:-1].encode()
    yield json.dumps(words, ensure_ascii=False)[1:-1].encode()
    yield html.escape(words).encode()
    yield repr(words)[1:-1].encode()
    yield repr(plain)[2:-1].encode()
    yield from base64_of(plain)


def base64_of(data: bytes) -> Iterable[bytes]:
    """What base64 shows of the data whatever stands before it, in both alphabets."""
    for before, mixed in enumerate((0, 2, 3)):
        # The first and last characters depend on the neighbours.
        shown = base64.b64encode(bytes(before) + data)[mixed:-4]
        yield shown
        yield shown.replace(b"+", b"-").replace(b"/", b"_")


def spellings_of(code: str) -> Iterable[str]:
    """A code of 25 digits as it may be written, and each two neighbouring groups of it."""
    groups = [code[start : start + 5] for start in range(0, 25, 5)]
    for between in ("", " ", "-", ".", "</span> <span>"):
        yield between.join(groups)
        yield from (between.join(groups[number : number + 2]) for number in range(4))


def secrets_of(code: str, salt: bytes) -> dict[str, bytes]:
    """What a code yields and nothing may keep."""
    derived = derive(Receipt(code), salt)
    return {"lookup id": derived.lookup_id, "tipster key": derived.seed, "reply key": derived.reply_key}


def found_in(
    places: Mapping[str, bytes], needles: Mapping[str, str], raw: Mapping[str, bytes] | None = None
) -> set[str]:
    """ "needle in place" for everything that was found. Capitals don't matter."""
    found = set()
    wanted = {name: set(forms_of(words)) for name, words in needles.items()}
    wanted |= {name: {data, data.hex().encode(), *base64_of(data)} for name, data in (raw or {}).items()}
    for place, content in places.items():
        lowered = content.lower()
        for name, forms in wanted.items():
            if any(form in content or form.lower() in lowered for form in forms):
                found.add(f"{name} in {place}")
    return found


def left_behind(*places: Path) -> dict[str, bytes]:
    """Every file in or at these places."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return {str(file): file.read_bytes() for file in files if file.is_file()}
