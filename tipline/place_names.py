"""How place names and postcodes are written: one spelling for the many that people use.

It knows how a name is spelt, never where a place lies.
"""

import re
import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛′ʼʻ`´＇\"“”„"))
_POSTCODE = re.compile(r"\b([1-9][0-9]{3}) ?(?:[a-z]{2}\b|\b)")
_HOUSE_NUMBER = re.compile(r"[0-9]{1,5} ?[a-z]{0,2}")
_SHORTENED = (
    (re.compile(r"\b(?:sint|saint)\b"), "st"),
    (re.compile(r"\baan (?:den|de)\b|\ba d\b"), "ad"),
    (re.compile(r"\baan (?:het|t)\b|\ba h\b"), "ah"),
)


def normalise(text: str) -> str:
    """Lower case, no diacritics or apostrophes, every other run of signs one space, digits of any script as 0 to 9."""
    bare = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    plain = bare.translate(_ASCII) if bare.isascii() else "".join(_plain(character) for character in bare)
    return " ".join(plain.split())


def _plain(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isalpha():
        # Of another script. To drop it would make a Dutch name of what is left.
        return character
    # Accents (Mn) and what copying leaves behind unseen, such as soft hyphens (Cf), stand inside a word.
    return "" if unicodedata.category(character) in ("Mn", "Cf") else " "


def fold(name: str) -> str:
    """A normalised name without what spellings differ in: spaces, "ij" or "y", "Sint" or "St", "aan den" or "a/d"."""
    for pattern, short in _SHORTENED:
        name = pattern.sub(short, name)
    return name.replace(" ", "").replace("ij", "y")


_ASCII = {code: _plain(chr(code)) for code in range(128)}
"""The same for nearly all names, at a fifth of the time: the start reads nine thousand."""


def split_postcodes(text: str) -> tuple[tuple[int, ...], str]:
    """The four digits of each postcode in a normalised text, and what remains of the text without them."""
    numbers = tuple(int(match[1]) for match in _POSTCODE.finditer(text))
    return numbers, " ".join(_POSTCODE.sub(" ", text).split())


def is_house_number(text: str) -> bool:
    """Whether a normalised text looks like what follows a postcode in an address: "12" or "12 a"."""
    return _HOUSE_NUMBER.fullmatch(text) is not None
