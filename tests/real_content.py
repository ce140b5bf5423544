"""The repository's own content and files, each read once."""

from functools import cache
from pathlib import Path

from campaign_site.static_files import StaticFiles
from tipline.care_points import CarePoints, load_care_points
from tipline.geography import Geography, load_geography

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "content" / "campaign"
TIPLINE = ROOT / "content" / "tipline"


@cache
def geography() -> Geography:
    return load_geography(TIPLINE)


@cache
def care_points() -> CarePoints:
    return load_care_points(TIPLINE, geography())


@cache
def static_files() -> StaticFiles:
    return StaticFiles(ROOT / "static")
