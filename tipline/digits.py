"""Numbers that people read out, write down and type again: digits of any script, and Damm's check digit.

Receipts and fingerprints are such numbers. docs/formats.md ("Numbers for people") fixes every rule here;
static/js/formats/digits.js does the same. This module knows no secrets and no cryptography.
"""

ZEROS = (
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0,
    0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2,
    0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
)  # fmt: skip
"""The code point of the digit zero in each decimal script of Unicode 14; one to nine follow it. A fixed list, so that
the answer does not depend on the Unicode version of a Python or a browser."""

SEPARATORS = (
    *(0x0009, 0x000A, 0x000D, 0x0020, 0x002C, 0x002D, 0x002E, 0x002F, 0x005F, 0x00A0, 0x00AD, 0x061C, 0x1680),
    *range(0x2000, 0x2016),
    *range(0x2028, 0x2030),
    *(0x205F, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0x2212, 0x3000, 0xFE58, 0xFE63, 0xFEFF, 0xFF0D),
)
"""What people put, or keyboards and copying leave, between groups: spaces, dashes, stops, invisible direction marks."""

_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""Damm's table of order 10 (H. M. Damm, 2004): catches every single wrong digit and every swap of two neighbours."""

_TO_ASCII: dict[int, str | None] = {
    **dict.fromkeys(SEPARATORS),
    **{zero + value: str(value) for zero in ZEROS for value in range(10)},
}


def normalise(text: str) -> str:
    """The text without separators and with the digits of every script as 0 to 9; other characters stay as they are."""
    return text.translate(_TO_ASCII)


def check_digit(digits: str) -> str:
    """Damm's check digit for a row of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def is_sound(digits: str) -> bool:
    """Whether the last of these ASCII digits is the check digit of the others."""
    return check_digit(digits) == "0"


def grouped(digits: str) -> str:
    """The digits in groups of five, as they are shown and read out."""
    return " ".join(digits[start : start + 5] for start in range(0, len(digits), 5))
