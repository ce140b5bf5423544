"""The living style page, in a demonstration only: every part of the site with its name, its states and its rules, drawn
by the templates and the stylesheet of the pages themselves. Contrasts are measured from what the stylesheet says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaign_site.library.entries import KeyShape, Region, Section, SectionKind, Theme
from campaign_site.library.themes import LINE, TEXT, contrast
from campaign_site.pages.care import regions_with_state
from campaign_site.pages.material import Material, PublicPage
from campaign_site.settings import shipped
from tipline.languages import other

STYLE: Mapping[str, str] = {"nl": "/nl/stijl", "en": "/en/style"}
DARK = "@media (prefers-color-scheme: dark)"
PAIRS = (
    ("ink", "paper", TEXT),
    ("ink", "tint", TEXT),
    ("ink", "input", TEXT),
    ("soft", "paper", TEXT),
    ("soft", "tint", TEXT),
    ("on-solid", "solid", TEXT),
    ("on-deep", "deep", TEXT),
    ("on-hero", "hero", TEXT),
    ("on-field", "field", TEXT),
    ("error", "paper", TEXT),
    ("person", "paper", LINE),
    ("person", "tint", LINE),
    ("lit", "solid", LINE),
)
"""What is drawn on what, and how much it must stand out."""
_TOKEN = re.compile(r"--([a-z0-9-]+): ([^;]+);")
_THEME = re.compile(r'\[data-campaign="([a-z-]+)"\] \{ ([^}]+) \}')


@dataclass(frozen=True)
class Pair:
    """A colour on its ground, in the light and in the dark."""

    colour: str
    ground: str
    least: float
    light: tuple[str, str, float]
    """Both colours, and the contrast between them."""
    dark: tuple[str, str, float]


@dataclass(frozen=True)
class Sample:
    """A campaign that does not exist, to see that three values are enough."""

    name: str
    theme: Theme


def style_page(material: Material, language: str) -> Iterator[PublicPage]:
    """The page, where this is a demonstration; nothing elsewhere."""
    if not material.is_demo:
        return
    regions = regions_with_state(material)
    region = regions[0][0]
    context: Mapping[str, object] = {
        "alternate_url": STYLE[other(language)],
        "pairs": pairs(),
        "tokens": tokens()[0],
        "samples": samples(),
        "shapes": tuple(KeyShape),
        "regions": regions,
        "sections": tuple(_a_section_of_each_kind(material, language)),
        "guide": next(iter(material.guides(language).values())),
        "document": material.library.pages["help"][language],
        "hits": [_hit(material, region, code) for code in region.municipalities[:2]],
        "care": material.care_points,
    }
    yield PublicPage(STYLE[language], "pages/style.html", language, context)


def stylesheet_text(name: str) -> str:
    """A stylesheet as it is written."""
    return (shipped("static") / "css" / name).read_text("utf-8")


def tokens() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The custom properties of the stylesheet, in the light and in the dark."""
    css = stylesheet_text("site.css").split("/* Base */", 1)[0]
    light, dark = (dict(_TOKEN.findall(part)) for part in css.split(DARK, 1))
    return light, light | dark


def pairs() -> Sequence[Pair]:
    """What stands on what, with its contrasts measured."""
    light, dark = tokens()
    return [
        Pair(colour, ground, least, _measured(light, colour, ground), _measured(dark, colour, ground))
        for colour, ground, least in PAIRS
    ]


def samples() -> Sequence[Sample]:
    """The campaigns of `style.css`, each with another shape."""
    found = _THEME.findall(stylesheet_text("style.css"))
    shapes = [KeyShape.DOOR, KeyShape.WINDOW]
    return [Sample(name, _theme(values, shape)) for (name, values), shape in zip(found, shapes, strict=True)]


def _theme(values: str, shape: KeyShape) -> Theme:
    colours = dict(_TOKEN.findall(values))
    return Theme(colours["field"], colours["on-field"], colours["figure"], shape)


def _measured(scheme: Mapping[str, str], colour: str, ground: str) -> tuple[str, str, float]:
    above, below = _value(scheme, colour), _value(scheme, ground)
    return above, below, contrast(above, below)


def _value(scheme: Mapping[str, str], name: str) -> str:
    """A colour, also where one property follows another."""
    value = scheme[name]
    return _value(scheme, value[6:-1]) if value.startswith("var(--") else value


def _a_section_of_each_kind(material: Material, language: str) -> Iterator[Section]:
    """One real section of every kind that texts may have; a guide's signals are drawn by its own template."""
    seen = {SectionKind.SIGNALS}
    for texts in material.library.pages.values():
        for section in texts[language].sections:
            if section.kind not in seen:
                seen.add(section.kind)
                yield section


def _hit(material: Material, region: Region, code: str) -> Mapping[str, object]:
    municipality = material.geography.municipalities[code]
    return {"place": municipality.name, "municipality": municipality, "region": region}
