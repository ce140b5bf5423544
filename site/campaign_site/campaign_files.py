"""What a campaign brings of its own beside its words: its stylesheet.

It stands in the same snapshot as the pages that wear it. Before a campaign may be seen no page names it, so nothing of
it has an address; and an address, made of what is found there, does not name it either."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from campaign_site.library.entries import SITE_THEME, Campaign
from campaign_site.library.themes import stylesheet
from campaign_site.pages.campaigns import Stage
from campaign_site.pages.material import PublicPage
from campaign_site.served import Page, page

PREFIX = "/look/"
CSS = ((b"content-type", b"text/css; charset=utf-8"),)


def dressed(public: PublicPage, leading: Campaign | None) -> PublicPage:
    """The page in the colours of the campaign that it tells of, else of the one that leads."""
    return replace(public, context={**look_of(worn_by(public, leading)), **public.context})


def look_of(campaign: Campaign | None) -> Mapping[str, object]:
    """What a template needs to wear a campaign's colours and shape; without one, those of the site."""
    theme = campaign.theme if campaign else SITE_THEME
    return {"theme_url": lambda: theme_url(campaign), "shape": theme.shape.value}


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
    return files


def is_versioned(path: str) -> bool:
    """Whether what stands at this path can never become something else."""
    return path.startswith(PREFIX)


def _address(body: bytes, kind: str) -> str:
    return f"{PREFIX}{hashlib.sha256(body).hexdigest()[:16]}.{kind}"
