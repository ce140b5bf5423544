"""The cards of a campaign: the picture that others show beside a link to a page.

A card is drawn once (`make cards`) and kept with its campaign: `cards/<region>.<language>.png`, and `national` for each
page without one of its own. Inside stands what it was drawn from, so that one whose words have changed is not shown."""

import struct
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from campaign_site.library.entries import Campaign, Card, Region, Theme
from tipline.content_files import ContentFaultError, read_bytes
from tipline.languages import LANGUAGES

NATIONAL = "national"
WIDTH, HEIGHT = 1200, 630
"""Pixels: the shape that all who show cards ask for."""
HEAVIEST = 15_000
"""Bytes of one card: a link is mostly opened on a phone."""
DESCRIPTION = b"Description"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DRAW = "draw the cards anew: make cards CAMPAIGN={slug}"


def read_cards(folder: Path, regions: Collection[str]) -> Mapping[str, Mapping[str, Card]]:
    """The cards in the folder of a campaign: region or `national` -> language -> card. Raises ContentFaultError."""
    cards: dict[str, dict[str, Card]] = {}
    for file in sorted((folder / "cards").glob("*.png")):
        name, _, language = file.stem.rpartition(".")
        if name not in {NATIONAL, *regions} or language not in LANGUAGES:
            mend = "name it after a region's file and a language: eindhoven.nl.png, or national.nl.png"
            raise ContentFaultError(file, 1, "this card is of no region and language", mend)
        cards.setdefault(name, {})[language] = _read_card(file, folder.name)
    return cards


def card_of(campaign: Campaign, region: Region | None, language: str) -> Card | None:
    """The card of a region, else the national one; None where neither shows what the campaign says now."""
    for each in (region, None):
        card = campaign.cards.get(each.slug if each else NATIONAL, {}).get(language)
        place = each.names[language] if each else None
        if card and card.drawn_from == drawn_from(campaign.names[language], place, campaign.theme):
            return card
    return None


def missing_cards(campaign: Campaign, regions: Collection[Region]) -> Iterator[str]:
    """The cards that are to be drawn, or drawn anew, by the name of their file."""
    for region in (None, *regions):
        for language in LANGUAGES:
            name = region.slug if region else NATIONAL
            own = campaign.cards.get(name, {}).get(language)
            if own is None or card_of(campaign, region, language) is not own:
                yield f"campaigns/{campaign.slug}/cards/{name}.{language}.png"


def drawn_from(name: str, region: str | None, theme: Theme) -> str:
    """All that a card shows, as it stands inside it."""
    return " · ".join((name, region or NATIONAL, theme.field, theme.on_field, theme.figure, theme.shape))


def _read_card(file: Path, slug: str) -> Card:
    png = read_bytes(file)
    mend = _DRAW.format(slug=slug)
    if not png.startswith(_SIGNATURE):
        raise ContentFaultError(file, 1, "this is no PNG", mend)
    try:
        chunks = dict(_chunks(png))
        size = struct.unpack(">II", chunks[b"IHDR"][:8])
        drawn_from = chunks.get(b"iTXt", b"").removeprefix(DESCRIPTION).lstrip(b"\0").decode()
    except (KeyError, struct.error, UnicodeDecodeError):
        raise ContentFaultError(file, 1, "this PNG is damaged", mend) from None
    if size != (WIDTH, HEIGHT):
        what = f"this card is {size[0]} by {size[1]} pixels, not {WIDTH} by {HEIGHT}"
        raise ContentFaultError(file, 1, what, mend)
    if len(png) > HEAVIEST:
        raise ContentFaultError(file, 1, f"this card weighs {len(png)} bytes, more than {HEAVIEST}", mend)
    return Card(png, drawn_from)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG by kind (PNG specification, section 5.3)."""
    start = len(_SIGNATURE)
    while start < len(png):
        length, kind = struct.unpack_from(">I4s", png, start)
        yield kind, png[start + 8 : start + 8 + length]
        start += length + 12
