"""A campaign's own colours and key shape: read from its file, measured before use, written as a small stylesheet.

The rules are those of the identity: text on the field can be read by everyone (WCAG's 7 : 1), shapes and lines stand
out from every ground they are drawn on (3 : 1), in the light and in the dark."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from campaign_site.library.entries import SITE_THEME, KeyShape, Theme
from tipline.content_files import ContentFaultError, Document, Entry

PAPER, TINT = "#f7f1e6", "#ece3d3"
DARK_PAPER, DARK_TINT = "#101e19", "#1b2d26"
"""The grounds of that stylesheet, on which a campaign's colours must hold."""
BLACK, WHITE = "#000000", "#ffffff"
TEXT, LINE = 7.0, 3.0
"""The least contrast of text, and of shapes and lines."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Rule(NamedTuple):
    """A colour of a theme that must stand out from a ground by so much."""

    field: str
    value: str
    ground: str
    """What the ground is called."""
    colour: str
    least: float


def contrast(one: str, other: str) -> float:
    """The contrast between two colours like `#12271f`, from 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def read_theme(head: Document) -> Theme:
    """The `[theme]` of a campaign, the site's own where there is none. Raises ContentFaultError, also for a colour that
    can't be seen well enough; the fault says the contrast that was measured."""
    tables = head.tables("theme")
    if not tables:
        return SITE_THEME
    entry = tables[0].only(*Theme.__dataclass_fields__)
    theme = Theme(
        field=_colour(entry, "field"),
        on_field=_colour(entry, "on_field"),
        figure=_colour(entry, "figure"),
        shape=entry.word("shape", KeyShape),
    )
    for rule in rules(theme):
        if contrast(rule.value, rule.colour) < rule.least:
            raise _fault(entry, rule)
    return theme


def rules(theme: Theme) -> Sequence[Rule]:
    """What is measured of a theme."""
    return (
        Rule("on_field", theme.on_field, "`field`", theme.field, TEXT),
        Rule("figure", theme.figure, "the light paper", PAPER, LINE),
        Rule("figure", theme.figure, "the light tint", TINT, LINE),
        Rule("field", theme.field, "the dark paper", DARK_PAPER, LINE),
        Rule("field", theme.field, "the dark tint", DARK_TINT, LINE),
    )


def stylesheet(theme: Theme, selector: str = ":root") -> str:
    """The theme as three custom properties; all else in `site.css` follows from them."""
    return f"{selector}{{--field:{theme.field};--on-field:{theme.on_field};--figure:{theme.figure}}}\n"


def _fault(entry: Entry, rule: Rule) -> ContentFaultError:
    measured = _rounded_down(contrast(rule.value, rule.colour))
    what = f"`{rule.field}` {rule.value} on {rule.ground} {rule.colour} has a contrast of {measured}"
    return entry.fault(rule.field, what, _cure(rule))


def _cure(rule: Rule) -> str:
    best = max((BLACK, WHITE), key=lambda colour: contrast(colour, rule.colour))
    if contrast(best, rule.colour) < rule.least:
        return f"nothing reaches {rule.least:.0f} there; choose a lighter or darker `field`"
    return f"make it {'lighter' if best == WHITE else 'darker'}, until it is {rule.least:.0f} or more"


def _rounded_down(ratio: float) -> str:
    """A ratio that falls short by a hair must not be told as the one that is asked for."""
    return f"{int(ratio * 100) / 100:.2f}"


def _colour(entry: Entry, field: str) -> str:
    value = entry.text(field)
    if not _COLOUR.fullmatch(value):
        raise entry.fault(field, f"`{value}` is no colour", f'write it with six lower-case digits: {field} = "#c9431b"')
    return value


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
