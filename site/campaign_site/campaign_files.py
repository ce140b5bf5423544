"""What a campaign brings of its own beside its words: its stylesheet, and the cards seen beside a shared link.

It stands in the same snapshot as the pages that wear it. Before a campaign may be seen no page names it, so nothing of
it has an address; and an address, made of what is found there, does not name it either."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from campaign_site.library.cards import card_of
from campaign_site.library.entries import SITE_THEME, Campaign, Guide, Reader, Region
from campaign_site.library.themes import stylesheet
from campaign_site.pages.campaigns import Stage
from campaign_site.pages.material import PublicPage
from campaign_site.served import Page, page

PREFIX = "/look/"
CSS = ((b"content-type", b"text/css; charset=utf-8"),)
PNG = (
    (b"content-type", b"image/png"),
    # A card is made to be shown on other sites; everything else here is not.
    (b"cross-origin-resource-policy", b"cross-origin"),
)
SHARED = frozenset({"home", "regions", "region", "municipality", "guides", "guide", "campaigns", "campaign"})
"""Pages that show, where someone shares a link to them, what they are about. A link to a page for the boy himself, to
the form or to a check shows the site's name only: others may look over a shoulder."""


def dressed(public: PublicPage, leading: Campaign | None) -> PublicPage:
    """The page in the colours of the campaign that it tells of, else of the one that leads."""
    campaign = worn_by(public, leading)
    return replace(public, context={**look_of(campaign), **_sharing(public, campaign), **public.context})


def look_of(campaign: Campaign | None) -> Mapping[str, object]:
    """What a template needs to wear a campaign's colours and shape; without one, those of the site."""
    theme = campaign.theme if campaign else SITE_THEME
    return {"theme_url": lambda: theme_url(campaign), "shape": theme.shape.value}


def _sharing(public: PublicPage, campaign: Campaign | None) -> Mapping[str, object]:
    """What the page tells those who show a link to it."""
    guide, region = public.context.get("guide"), public.context.get("region")
    is_for_himself = isinstance(guide, Guide) and guide.reader is Reader.HIMSELF
    if PurePosixPath(public.template).stem not in SHARED or is_for_himself:
        return {}
    card = card_of(campaign, region if isinstance(region, Region) else None, public.language) if campaign else None
    return {"is_shared": True, "own_url": public.path, "card_url": _address(card.png, "png") if card else None}


def worn_by(public: PublicPage, leading: Campaign | None) -> Campaign | None:
    """The campaign whose look a page has: its own page wears it from its launch on, an announcement not yet."""
    stage = public.context.get("shown")
    return stage.campaign if isinstance(stage, Stage) and not stage.is_announced else leading


def theme_url(campaign: Campaign | None) -> str | None:
    """Where a campaign's colours are found; None when they are those of the site."""
    if campaign is None or stylesheet(campaign.theme) == stylesheet(SITE_THEME):
        return None
    return _address(stylesheet(campaign.theme).encode(), "css")


def campaign_files(campaigns: Iterable[Campaign]) -> Mapping[str, Page]:
    """All that these campaigns bring, by path."""
    files = {}
    for campaign in campaigns:
        if path := theme_url(campaign):
            files[path] = page(stylesheet(campaign.theme).encode(), CSS)
        for cards in campaign.cards.values():
            files |= {_address(card.png, "png"): page(card.png, PNG, compress=False) for card in cards.values()}
    return files


def is_versioned(path: str) -> bool:
    """Whether what stands at this path can never become something else."""
    return path.startswith(PREFIX)


def _address(body: bytes, kind: str) -> str:
    return f"{PREFIX}{hashlib.sha256(body).hexdigest()[:16]}.{kind}"
