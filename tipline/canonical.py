"""JSON with exactly one spelling, so that a reader can compare bytes and a MAC covers what it seems to cover.

docs/formats.md ("Canonical JSON") fixes it; static/js/formats/canonical.js does the same.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8
"""Objects and arrays inside one another; the deepest body of ours needs four."""


class NotCanonicalError(ValueError):
    """The text is not canonical JSON, or the value has no canonical JSON."""


def write(value: Json) -> bytes:
    """The canonical JSON of a value; raises NotCanonicalError for what has none (fractions, lone surrogates)."""
    text = json.dumps(_plain(value, 0), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    try:
        return text.encode()
    except UnicodeEncodeError as reason:
        raise NotCanonicalError("a lone surrogate") from reason


def read(text: bytes) -> Json:
    """The value whose canonical JSON this is; raises NotCanonicalError when the bytes are not its canonical JSON."""
    try:
        value: Json = json.loads(text.decode())
    except (ValueError, RecursionError) as reason:
        raise NotCanonicalError("not JSON in UTF-8") from reason
    if write(value) != text:
        raise NotCanonicalError("another spelling")
    return value


def _plain(value: Json, depth: int) -> Json:
    """The value with plain dicts and lists, everything in it checked."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and 0 <= value <= MAX_INTEGER:
        return value
    if depth == MAX_DEPTH:
        raise NotCanonicalError("too deep")
    if isinstance(value, Mapping):
        return {_key(key): _plain(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member, depth + 1) for member in value]
    raise NotCanonicalError("a value that is not a whole number, text, list or object")


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii() or not key.isprintable():
        raise NotCanonicalError("a key that is not printable ASCII")
    return key
