"""Campaigns for tests: the repository's content with other campaigns in it, or values made from nothing."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from real_content import ROOT
from site_world import little_material

from campaign_site.library.entries import Campaign, Phase, PhaseName
from campaign_site.pages.material import Material

ANNOUNCED, LIVE, AFTERCARE, ARCHIVED = PhaseName
NAME = {"nl": "Kijk op", "en": "Look up"}
LEAD = {"nl": "Dit is de landelijke tekst.", "en": "This is the national text."}
ANNOUNCEMENT = {"nl": "Straks begint er iets.", "en": "Something will begin."}
AFTER = {"nl": "De posters zijn weg.", "en": "The posters are gone."}


def campaign(slug: str, **phases: datetime) -> Campaign:
    """A campaign whose phases begin at these instants, in the order in which they are given."""
    return Campaign(
        slug=slug,
        names={language: f"{name} {slug}" for language, name in NAME.items()},
        leads={language: f"{text} ({slug})" for language, text in LEAD.items()},
        announcement=ANNOUNCEMENT,
        aftercare=AFTER,
        phases=tuple(Phase(PhaseName(name), starts) for name, starts in phases.items()),
        facts=(),
        texts={},
        editions={},
    )


def with_campaigns(*campaigns: Campaign, is_demo: bool = False) -> Material:
    """The real content with these campaigns instead of its own, and with few municipalities."""
    few = little_material()
    return replace(few, library=replace(few.library, campaigns=campaigns), is_demo=is_demo)


def write_campaign(content: Path, slug: str, **phases: datetime | str) -> None:
    """Writes a campaign into a copy of the content; an instant may be written as an editor would."""
    folder = content / "campaign" / "campaigns" / slug
    folder.mkdir(parents=True, exist_ok=True)
    words = {"name": NAME, "lead": LEAD, "announcement": ANNOUNCEMENT, "aftercare": AFTER}
    lines = [f'{field} = {{ nl = "{texts["nl"]}", en = "{texts["en"]}" }}' for field, texts in words.items()]
    for name, starts in phases.items():
        lines += [
            "",
            "[[phases]]",
            f'phase = "{name}"',
            f"starts = {starts if isinstance(starts, str) else starts.isoformat()}",
        ]
    (folder / "campaign.toml").write_text("\n".join(lines) + "\n", "utf-8")


def content_copy(folder: Path, content: Path = ROOT / "content") -> Path:
    """A copy of the content, the repository's own, without campaigns."""
    copied = Path(shutil.copytree(content, folder / "content"))
    shutil.rmtree(copied / "campaign" / "campaigns")
    return copied
