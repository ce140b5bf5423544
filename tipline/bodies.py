"""What each kind of plaintext says, and how much of it: the shapes and bounds of bodies.

docs/formats.md ("Bodies") fixes them; static/js/formats/bodies.js does the same. Texts are tidied when they are written
and only measured when they are read: a reader with another Unicode version must not refuse what a writer tidied.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping

from tipline.canonical import Json
from tipline.kinds import Kind

MAX_TEXT = 4000
"""Characters (code points) of an answer, addition, note, or one answer in a tip."""
MAX_SHORT = 200
"""Characters of a place's name, of what was typed for it, of a login."""
MAX_ANSWERS = 40
MAX_CHOICES = 40
MAX_LEFT_OUT = 2

_UNWANTED = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
_ID = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_MAX_ID = 64
_MUNICIPALITY = re.compile(r"GM[0-9]{4}")
_RECIPIENT = re.compile(r"age1pq1[02-9ac-hj-np-z]{1952}")
_SECRET = re.compile(r"AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}")
_REPLY_KEY = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes: the last symbol carries four bits


class NotABodyError(ValueError):
    """The body does not have the shape of its kind."""


class TextTooLongError(NotABodyError):
    """A text in the body is longer than its bound."""


def tidy(text: str) -> str:
    """The text in NFC, with line feeds only, without control characters other than line feed and tab."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines.translate(_UNWANTED))


def tidied(value: Json) -> Json:
    """The value with every text in it tidied; names of members stay as they are."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, Mapping):
        return {name: tidied(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [tidied(member) for member in value]
    return value


def check(kind: Kind, body: Json) -> None:
    """Raises NotABodyError or TextTooLongError unless this is a body of this kind."""
    _CHECKS[kind](body)


def is_id(value: Json) -> bool:
    """Whether this is the id of a care point, a question or a choice."""
    return isinstance(value, str) and len(value) <= _MAX_ID and bool(_ID.fullmatch(value))


def _members(value: Json, *names: str, perhaps: Collection[str] = ()) -> Mapping[str, Json]:
    if not isinstance(value, Mapping) or set(value) - set(perhaps) != set(names):
        raise NotABodyError(f"not an object of {', '.join(names)}")
    return value


def _text(value: Json, bound: int) -> None:
    if not isinstance(value, str):
        raise NotABodyError("not a text")
    if len(value) > bound:
        raise TextTooLongError(f"{len(value)} characters, at most {bound}")


def _matching(value: Json, pattern: re.Pattern[str]) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NotABodyError(f"not like {pattern.pattern}")


def _id(value: Json) -> None:
    if not is_id(value):
        raise NotABodyError("not an id")


def _check_message(body: Json) -> None:
    _text(_members(body, "text")["text"], MAX_TEXT)


def _check_tip(body: Json) -> None:
    members = _members(body, "answers", "meant_for", "place", "tipster", perhaps=("home", "leads", "left_out"))
    _check_answers(members["answers"])
    _check_aim(members)
    if "home" in members:
        _check_aim(_members(members["home"], "meant_for", "place"))
    if "leads" in members:
        _id(members["leads"])
    if "left_out" in members:
        _check_left_out(members["left_out"])
    tipster = _members(members["tipster"], "recipient", "reply_key")
    _matching(tipster["recipient"], _RECIPIENT)
    _matching(tipster["reply_key"], _REPLY_KEY)


def _check_aim(members: Mapping[str, Json]) -> None:
    """A place, and the point that serves it where another reads instead."""
    if members["meant_for"] is not None:
        _id(members["meant_for"])
    _check_place(members["place"])


def _check_left_out(points: Json) -> None:
    if not isinstance(points, list | tuple) or not 1 <= len(points) <= MAX_LEFT_OUT:
        raise NotABodyError("one or two care points are left out")
    for point in points:
        _id(point)


def _check_answers(answers: Json) -> None:
    if not isinstance(answers, Mapping) or len(answers) > MAX_ANSWERS:
        raise NotABodyError("answers are an object of at most forty")
    for question, answer in answers.items():
        _id(question)
        if isinstance(answer, list | tuple):
            _check_choices(answer)
        else:
            _text(answer, MAX_TEXT)


def _check_choices(choices: list[Json] | tuple[Json, ...]) -> None:
    if len(choices) > MAX_CHOICES:
        raise NotABodyError("at most forty choices")
    for choice in choices:
        _id(choice)


def _check_place(place: Json) -> None:
    members = _members(place, "kind", "municipality", "name", "text")
    if members["kind"] == "municipality":
        _matching(members["municipality"], _MUNICIPALITY)
    elif members["kind"] not in ("online", "unknown") or members["municipality"] is not None:
        raise NotABodyError("a place is a municipality, online or unknown")
    _text(members["name"], MAX_SHORT)
    _text(members["text"], MAX_SHORT)


def _check_grant(body: Json) -> None:
    members = _members(body, "care_point", "secret")
    _id(members["care_point"])
    _matching(members["secret"], _SECRET)


def _check_key(body: Json) -> None:
    members = _members(body, "login", "secret")
    _text(members["login"], MAX_SHORT)
    _matching(members["secret"], _SECRET)


_CHECKS: Mapping[Kind, Callable[[Json], None]] = {
    Kind.TIP: _check_tip,
    Kind.ANSWER: _check_message,
    Kind.ADDITION: _check_message,
    Kind.NOTE: _check_message,
    Kind.GRANT: _check_grant,
    Kind.KEY: _check_key,
}
