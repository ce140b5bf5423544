"""The repository's own content and files, each read once; and the same content with fewer municipalities.

Nine pages in ten are municipalities' own, all made alike. Who renders the site again and again, or starts a server of
his own, needs some of them; who looks at every page takes the whole."""

import csv
import re
import shutil
from collections.abc import Mapping, Sequence, Set
from functools import cache
from itertools import compress
from pathlib import Path

from scratch import scratch

from campaign_site.static_files import StaticFiles
from tipline.care_points import CarePoints, load_care_points
from tipline.geography import Geography, load_geography

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "content" / "campaign"
TIPLINE = ROOT / "content" / "tipline"
WHOLE_CONTENT = str(ROOT / "content")


@cache
def geography() -> Geography:
    return load_geography(TIPLINE)


@cache
def care_points() -> CarePoints:
    return load_care_points(TIPLINE, geography())


@cache
def static_files() -> StaticFiles:
    return StaticFiles(ROOT / "static")


NAMED = frozenset(
    {
        "GM0014",
        "GM0080",
        "GM0340",
        "GM0344",
        "GM0363",
        "GM0373",
        "GM0772",
        "GM0794",
        "GM0820",
        "GM0861",
        "GM1734",
        "GM1742",
        "GM1950",
    }
)
"""Municipalities that tests name: Groningen, Leeuwarden, Utrecht, Amsterdam, Bergen, Eindhoven, Helmond, Nuenen,
Overbetuwe and Rhenen (both with an Elst), Rijssen-Holten, Veldhoven and Westerwolde."""
CODE = re.compile(r'  "(GM\d{4})"')


@cache
def little_content() -> Path:
    """Content with few municipalities, made once, to be copied."""
    return write_little_content(scratch() / "content")


def write_little_content(folder: Path) -> Path:
    """Writes the repository's content into a new folder, with the named municipalities and one more in each region.
    What tells of another is left out, and nothing else."""
    shutil.copytree(ROOT / "content", folder)
    kept: set[str] = set()
    for region in (folder / "campaign" / "regions").glob("*.toml"):
        codes = CODE.findall(region.read_text("utf-8"))
        kept |= {codes[0], *NAMED & {*codes}}
        lines = region.read_text("utf-8").splitlines(keepends=True)
        stays = (not (found := CODE.match(line)) or found[1] in kept for line in lines)
        region.write_text("".join(compress(lines, stays)), "utf-8")
    for file, columns in CODES_IN.items():
        _keep_rows(folder / "tipline" / file, columns, kept)
    return folder


CODES_IN: Mapping[str, Sequence[str]] = {
    "coverage.csv": ["code"],
    "former_municipalities.csv": ["into"],
    "municipalities.csv": ["code"],
    "places.csv": ["code"],
    "postcodes.csv": ["code"],
    "postcodes_split.csv": ["code", "other_code"],
}


def _keep_rows(file: Path, columns: Sequence[str], kept: Set[str]) -> None:
    header, *rows = csv.reader(file.read_text("utf-8").splitlines())
    places = [header.index(column) for column in columns]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *(row for row in rows if all(row[place] in kept for place in places))])
