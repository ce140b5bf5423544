"""The whole public site in every state that it can be in: as a demonstration, for real, and for real with the texts
that still wait for their review; each from long ago on, at every instant at which something changes. The real one has
every municipality, the others few."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest
from real_content import ROOT, little_content
from scratch import scratch
from tip_world import little_demo

from campaign_site.pages.everything import every_page
from campaign_site.publication import Publication, read_by_itself
from campaign_site.settings import PublicSettings, read_public_settings

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""Before the first change that the real content knows."""
NAMES = ("demo", "real", "unreviewed")


@dataclass(frozen=True)
class State:
    """One state of the site, at one instant after which it stays as it is for a while."""

    name: str
    starts: datetime
    pages: Mapping[str, str]
    """The pages that people see: path -> HTML."""
    files: Mapping[str, str]
    """What programs ask for, such as the sitemap."""

    def __str__(self) -> str:
        return f"{self.name}-{self.starts:%Y-%m-%d}"


@cache
def settings(name: str) -> PublicSettings:
    """What a state is made from."""
    if name == "demo":
        return little_demo().settings
    content = ROOT / "content"
    if name == "unreviewed":
        content = scratch() / "content"
        shutil.copytree(little_content(), content)
        site = content / "campaign" / "site.toml"
        text = site.read_text("utf-8")
        assert "publish_unreviewed = false" in text
        site.write_text(text.replace("publish_unreviewed = false", "publish_unreviewed = true"), "utf-8")
    return read_public_settings({"SIGNAALLIJN_CONTENT": str(content)})


@cache
def built(name: str) -> Publication:
    """What the pages of a state are made from."""
    publication, _ = read_by_itself(settings(name))
    return publication


@cache
def states(name: str) -> tuple[State, ...]:
    """A state at each of its instants."""
    made = []
    for snapshot in built(name).every_snapshot(LONG_AGO):
        texts = {path: page.body.decode() for path, page in snapshot.pages.items() if not path.endswith(".png")}
        pages = {path: text for path, text in texts.items() if text.startswith("<!doctype html>")}
        files = {path: text for path, text in texts.items() if path not in pages}
        made.append(State(name, snapshot.starts, pages, files))
    return tuple(made)


def every_state() -> tuple[State, ...]:
    return tuple(state for name in NAMES for state in states(name))


@cache
def templates() -> Mapping[str, str]:
    """Path -> the template that draws it, for every page that there ever is."""
    found = {}
    for name in NAMES:
        material = built(name).material
        for state in states(name):
            found.update({page.path: page.template for page in every_page(material, state.starts)})
    return found


IN_EVERY_STATE = pytest.mark.parametrize("name", NAMES)
