"""A campaign's own colours and key shape: measured before use, served only once the campaign may be seen."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import real_content
from clock import Clock
from site_world import library, little_material, outside, publication
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from campaign_site.campaign_files import PREFIX, theme_url
from campaign_site.library.entries import SITE_THEME, Campaign, KeyShape, Phase, PhaseName, Theme
from campaign_site.library.library import load
from campaign_site.library.themes import DARK_PAPER, DARK_TINT, PAPER, TINT, contrast, rules, stylesheet
from campaign_site.pages.material import Material
from campaign_site.prerender import SnapshotLayer, Timeline
from tipline.content_files import ContentFaultError

CAMPAIGN = "campaigns/zie-je-mij/campaign.toml"
LAUNCH = datetime(2026, 12, 1, 19, tzinfo=UTC)
MINT = Theme(field="#9fd8c9", on_field="#12271f", figure="#c2410f", shape=KeyShape.DOOR)
SECRET = "Oogopslag"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48), ("#12271f", PAPER, 14.0)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.05)
    assert contrast(one, other) == contrast(other, one)


def test_the_sites_own_theme_and_grounds_are_those_of_the_stylesheet() -> None:
    css = (real_content.ROOT / "static" / "css" / "site.css").read_text("utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)
    assert tokens(light, "field", "on-field", "figure", "paper", "tint") == [
        SITE_THEME.field,
        SITE_THEME.on_field,
        SITE_THEME.figure,
        PAPER,
        TINT,
    ]
    assert tokens(dark, "paper", "tint") == [DARK_PAPER, DARK_TINT]
    assert all(contrast(rule.value, rule.colour) >= rule.least for rule in rules(SITE_THEME))


def tokens(css: str, *names: str) -> list[str]:
    return [found[1] for name in names if (found := re.search(rf"--{name}: (#[0-9a-f]{{6}})", css))]


PLANTED = [
    # what is written there, what is put in its place, the fault, the cure
    ('field = "#ffb92e"', 'field = "geel"', "`geel` is no colour", "six lower-case digits"),
    ('figure = "#c9431b"', 'figure = "#C9431B"', "`#C9431B` is no colour", 'figure = "#c9431b"'),
    ('shape = "figure"', 'shape = "eye"', "`eye` is no value of `shape`", "figure, door, window"),
    ('shape = "figure"', 'shpae = "figure"', "`shpae` is not known here", "field, on_field, figure, shape"),
    ('on_field = "#12271f"\n', "", "`on_field` is missing", "write on_field"),
    (
        'on_field = "#12271f"',
        'on_field = "#5a4a12"',
        "on `field` #ffb92e has a contrast of 5.04",
        "darker, until it is 7",
    ),
    (
        'on_field = "#12271f"',
        'on_field = "#fff9ee"',
        "on `field` #ffb92e has a contrast of 1.63",
        "darker, until it is 7",
    ),
    (
        'figure = "#c9431b"',
        'figure = "#e8743b"',
        "on the light paper #f7f1e6 has a contrast of 2.67",
        "darker, until it is 3",
    ),
    (
        'figure = "#c9431b"',
        'figure = "#d9622e"',
        "on the light tint #ece3d3 has a contrast of 2.8",
        "darker, until it is 3",
    ),
]


@pytest.mark.parametrize(("written", "planted", "what", "how"), PLANTED)
def test_a_bad_theme_is_named_with_file_line_contrast_and_cure(
    tmp_path: Path, written: str, planted: str, what: str, how: str
) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    file = folder / CAMPAIGN
    text = file.read_text("utf-8")
    assert text.count(written) == 1
    file.write_text(text.replace(written, planted), "utf-8")
    with pytest.raises(ContentFaultError) as caught:
        load(folder, outside())
    named = planted.strip() or "[theme]"
    assert caught.value.file == file
    assert file.read_text("utf-8").splitlines()[caught.value.line - 1] == named
    assert what in caught.value.what
    assert how in caught.value.how


def test_a_field_too_dark_for_the_night_is_a_fault_of_the_field(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    text = (folder / CAMPAIGN).read_text("utf-8")
    text = text.replace('field = "#ffb92e"\non_field = "#12271f"', 'field = "#3a4a2a"\non_field = "#ffffff"')
    (folder / CAMPAIGN).write_text(text, "utf-8")
    with pytest.raises(
        ContentFaultError, match=r"on the dark paper #101e19 has a contrast of 1\.\d\d; make it lighter"
    ):
        load(folder, outside())


@pytest.mark.parametrize(("field", "cure"), [("#4a3a2a", "make it lighter"), ("#777777", "nothing reaches 7 there")])
def test_the_cure_is_one_that_works(tmp_path: Path, field: str, cure: str) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    text = (folder / CAMPAIGN).read_text("utf-8").replace('field = "#ffb92e"', f'field = "{field}"')
    (folder / CAMPAIGN).write_text(text, "utf-8")
    with pytest.raises(ContentFaultError, match=rf"`on_field` #12271f on `field` {field} .*; {cure}"):
        load(folder, outside())


def test_a_campaign_without_a_theme_wears_the_sites_own(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    text = (folder / CAMPAIGN).read_text("utf-8")
    (folder / CAMPAIGN).write_text(re.sub(r"\[theme\]\n(.+\n)+", "", text), "utf-8")
    campaign = load(folder, outside()).campaigns[0]
    assert campaign.theme == SITE_THEME
    assert theme_url(campaign) is None


def coming() -> Campaign:
    """A second campaign, in colours of its own, that goes live while the first one is live."""
    first = library().campaigns[0]
    names = {"nl": SECRET, "en": SECRET}
    return replace(first, slug="oogopslag", names=names, theme=MINT, phases=(Phase(PhaseName.LIVE, LAUNCH),))


def two_campaigns() -> Material:
    one = little_material()
    return replace(one, library=replace(one.library, campaigns=(*one.library.campaigns, coming())))


def test_a_theme_flips_with_the_pages_and_is_nowhere_before() -> None:
    before = LAUNCH - timedelta(hours=1)
    clock = Clock(before)
    ahead = Timeline(tuple(publication(two_campaigns()).every_snapshot(before)))
    client = TestClient(SnapshotLayer(PlainTextResponse("gone", 404), lambda: ahead, clock))
    address = theme_url(coming())
    assert address is not None
    for path, answer in ahead.at(before)[0].items():
        assert not path.startswith(PREFIX) or not path.endswith(".css")
        assert SECRET.encode() not in answer.body
        assert address.encode() not in answer.body
    assert client.get(address).status_code == 404
    clock.now = LAUNCH
    assert f'<link rel="stylesheet" href="{address}">' in client.get("/nl/regio/eindhoven").text
    sheet = client.get(address)
    assert sheet.text == ":root{--field:#9fd8c9;--on-field:#12271f;--figure:#c2410f}\n"
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_every_page_wears_the_campaign_that_leads_but_an_earlier_one_keeps_its_own_look() -> None:
    pages = publication(two_campaigns()).snapshot(LAUNCH).pages
    link = f'href="{theme_url(coming())}"'.encode()
    bare = {path for path, answer in pages.items() if answer.body.startswith(b"<!doctype") and link not in answer.body}
    assert bare == {"/nl/campagne/zie-je-mij", "/en/campaign/zie-je-mij"}


def test_an_announcement_does_not_show_the_look_yet() -> None:
    announced = Phase(PhaseName.ANNOUNCED, LAUNCH - timedelta(days=9))
    campaign = replace(coming(), phases=(announced, *coming().phases), announcement={"nl": "Straks", "en": "Soon"})
    one = little_material()
    given = replace(one, library=replace(one.library, campaigns=(campaign,)))
    pages = publication(given).snapshot(LAUNCH - timedelta(hours=1)).pages
    assert SECRET.encode() in pages["/nl/campagne/oogopslag"].body
    assert not [path for path in pages if path.startswith(PREFIX)]


def test_the_address_of_a_theme_changes_with_it_and_says_nothing() -> None:
    one, other = coming(), replace(coming(), theme=replace(MINT, field="#a0d8c9"))
    assert theme_url(one) != theme_url(other)
    assert re.fullmatch(r"/look/[0-9a-f]{16}\.css", str(theme_url(one)))


def test_the_sites_own_colours_cost_no_request() -> None:
    pages = publication(little_material()).snapshot(LAUNCH).pages
    assert not [path for path in pages if path.endswith(".css")]
    assert pages["/nl/"].body.count(b'rel="stylesheet"') == 1


def test_each_shape_is_drawn_with_slats_that_open_from_left_to_right() -> None:
    drawn = {}
    for shape in KeyShape:
        themed = replace(coming(), theme=replace(MINT, shape=shape))
        one = little_material()
        given = replace(one, library=replace(one.library, campaigns=(themed,)))
        body = publication(given).snapshot(LAUNCH).pages["/nl/"].body.decode()
        found = re.search(r'<svg class="art".*?</svg>', body)
        assert found
        drawn[shape] = found[0]
        slats = [(int(x), int(width)) for x, width in re.findall(r"M(-?\d+)-900h(\d+)V", found[0])]
        gaps = [right[0] - left[0] - left[1] for left, right in pairwise(slats)]
        assert gaps == sorted(gaps)
        assert all(width >= gap for (_, width), gap in zip(slats[:-1], gaps, strict=True))
    assert len(set(drawn.values())) == len(KeyShape)


def test_a_theme_can_be_worn_by_a_part_of_a_page() -> None:
    assert stylesheet(MINT, '[data-campaign="oogopslag"]').startswith('[data-campaign="oogopslag"]{--field:#9fd8c9')
