"""The pictures beside a shared link: light, fresh, and nowhere before the campaign may be seen."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx2
import pytest
import real_content
from campaign_world import campaign as made_campaign
from campaign_world import with_campaigns
from clock import NOW
from draw_cards import palette_of, png_of
from server import Server
from site_world import library, little_material, material, outside, pages_now, rendering

from campaign_site.campaign_files import PREFIX
from campaign_site.cli.checking import DRAW, check_content
from campaign_site.library.cards import HEAVIEST, HEIGHT, NATIONAL, WIDTH, card_of, drawn_from, missing_cards
from campaign_site.library.entries import Campaign
from campaign_site.library.library import load
from campaign_site.pages.everything import every_page
from campaign_site.prerender import prerender
from campaign_site.settings import read_public_settings
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

FOLDER = real_content.CAMPAIGN / "campaigns" / "zie-je-mij" / "cards"
ALL_CARDS = 700_000
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">')
HIS_GUIDE = {"/nl/signalen/herken-je-dit", "/en/signals/do-you-recognise-this"}
"""Speaks to the boy whom it may be about."""
FLAT = ("#ffb92e", "#12271f", "#c9431b", "#12271f")


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


def only_campaign() -> Campaign:
    return library().campaigns[0]


def meta(body: bytes) -> dict[str, str]:
    return {name: unescape(value) for name, value in META.findall(body.decode())}


def test_every_region_has_a_card_in_each_language_that_shows_what_the_campaign_says_now() -> None:
    assert list(missing_cards(only_campaign(), library().regions.values())) == []
    assert set(only_campaign().cards) == {NATIONAL, *library().regions}


def test_cards_are_of_the_right_size_and_light() -> None:
    cards = [card for cards in only_campaign().cards.values() for card in cards.values()]
    assert max(len(card.png) for card in cards) <= HEAVIEST
    assert sum(len(card.png) for card in cards) <= ALL_CARDS
    for card in cards:
        assert int.from_bytes(card.png[16:20]) == WIDTH
        assert int.from_bytes(card.png[20:24]) == HEIGHT


def test_a_region_without_a_card_uses_the_national_one() -> None:
    campaign = only_campaign()
    region = library().regions["eindhoven"]
    national = campaign.cards[NATIONAL]["nl"]
    assert card_of(campaign, region, "nl") is campaign.cards["eindhoven"]["nl"]
    assert card_of(replace(campaign, cards={NATIONAL: campaign.cards[NATIONAL]}), region, "nl") is national
    assert card_of(replace(campaign, cards={}), region, "nl") is None


def test_a_card_whose_words_have_changed_is_not_shown() -> None:
    region = library().regions["eindhoven"]
    renamed = replace(region, names={"nl": "Eindhoven", "en": "Eindhoven"})
    assert card_of(only_campaign(), renamed, "nl") is only_campaign().cards[NATIONAL]["nl"]
    other = replace(only_campaign(), names={"nl": "Kijk op", "en": "Look up"})
    assert card_of(other, region, "nl") is None
    assert len(list(missing_cards(other, library().regions.values()))) == 2 * 27


def test_what_is_to_be_drawn_stands_in_the_check(tmp_path: Path) -> None:
    content = Path(shutil.copytree(real_content.little_content(), tmp_path / "content"))
    assert DRAW not in check_content(read_public_settings({"SIGNAALLIJN_CONTENT": str(content)}), NOW).waiting
    (content / "campaign" / "campaigns" / "zie-je-mij" / "cards" / "zeeland.en.png").unlink()
    waiting = check_content(read_public_settings({"SIGNAALLIJN_CONTENT": str(content)}), NOW).waiting
    assert waiting[DRAW] == ["zie-je-mij: 1; make cards CAMPAIGN=zie-je-mij"]


def small(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(WIDTH.to_bytes(4), (600).to_bytes(4), 1))


def heavy(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0\0\x40\0" + b"tEXt" + b"\0" * 0x4004)


def torn(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20])


def another_format(file: Path) -> None:
    file.write_bytes(b"GIF89a")


def of_nowhere(file: Path) -> None:
    file.rename(file.with_name("nrth.nl.png"))


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (small, "600 by 630 pixels, not 1200 by 630"),
        (heavy, f"more than {HEAVIEST}"),
        (torn, "this PNG is damaged"),
        (another_format, "this is no PNG"),
        (of_nowhere, "this card is of no region and language"),
    ],
)
def test_a_bad_card_is_named_with_its_cure(tmp_path: Path, spoil: Callable[[Path], None], what: str) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    spoil(folder / "campaigns" / "zie-je-mij" / "cards" / "zeeland.nl.png")
    with pytest.raises(ContentFaultError, match=what) as caught:
        load(folder, outside())
    assert caught.value.file.parent.name == "cards"
    assert "make cards CAMPAIGN=zie-je-mij" in caught.value.how or "eindhoven.nl.png" in caught.value.how


def test_a_drawn_card_says_what_it_was_drawn_from(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    campaign, region = only_campaign(), library().regions["fryslan"]
    words = drawn_from(campaign.names["nl"], region.names["nl"], campaign.theme)
    png = png_of(b"\x01" * (WIDTH // 2 * HEIGHT), palette_of(FLAT), words)
    (folder / "campaigns" / "zie-je-mij" / "cards" / "fryslan.nl.png").write_bytes(png)
    assert load(folder, outside()).campaigns[0].cards["fryslan"]["nl"].drawn_from == words


@pytest.mark.parametrize("flat", [FLAT, (*FLAT, "#ffffff"), ("#000000", "#ffffff")])
def test_a_palette_holds_the_flat_colours_and_fits_four_bits(flat: tuple[str, ...]) -> None:
    palette = palette_of(flat)
    assert len(palette) <= 16
    assert {tuple(bytes.fromhex(colour[1:])) for colour in flat} <= set(palette)


def test_a_shared_link_shows_title_words_and_card() -> None:
    pages = pages_now()
    region = meta(pages["/nl/regio/eindhoven"].body)
    assert region["og:title"] == "Eindhoven en omgeving: wie helpt hier? – Zie je mij?"
    assert region["og:description"] == region["description"]
    assert (region["og:type"], region["og:locale"], region["og:locale:alternate"]) == ("website", "nl_NL", "en_GB")
    assert region["twitter:card"] == "summary_large_image"
    assert region["og:image:alt"]
    card = pages[region["og:image"]]
    assert card.body == only_campaign().cards["eindhoven"]["nl"].png
    headers = dict(card.variants[""].headers)
    assert headers[b"content-type"] == b"image/png"
    assert headers[b"cross-origin-resource-policy"] == b"cross-origin"
    assert pages[meta(pages["/en/"].body)["og:image"]].body == only_campaign().cards[NATIONAL]["en"].png


def test_a_link_to_help_or_a_form_shows_the_sites_name_only() -> None:
    pages = pages_now(is_demo=True)
    shared = ("/regio", "/region", "/gemeente", "/municipality", "/signalen", "/signals", "/campagne", "/campaign")
    for public in every_page(material(is_demo=True), NOW):
        told = meta(pages[public.path].body)
        is_for_himself = public.path in HIS_GUIDE
        if public.path in ("/nl/", "/en/") or (public.path[3:].startswith(shared) and not is_for_himself):
            assert told["og:title"]
            continue
        assert {name for name in told if name.startswith(("og:", "twitter:"))} == {"og:title"}, public.path
        assert told["og:title"] == "Zie je mij?"


def test_before_the_launch_no_card_has_an_address() -> None:
    early = datetime(2026, 10, 1, tzinfo=UTC)
    pages = prerender(little_material(), rendering(), early)
    assert not [path for path in pages if path.startswith(PREFIX)]
    assert "og:image" not in meta(pages["/nl/"].body)


def test_a_campaign_without_cards_is_shared_without_a_picture() -> None:
    pages = prerender(with_campaigns(made_campaign("a", live=datetime(2026, 11, 1, tzinfo=UTC))), rendering(), NOW)
    assert "og:image" not in meta(pages["/nl/"].body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_address_of_a_card_answers_in_the_demonstration_and_not_before_the_launch(
    site: Server, language: str
) -> None:
    told = meta(httpx2.get(f"{site.public_url}/{language}/").content)
    assert told["og:image"].startswith(f"{site.public_url}{PREFIX}")
    answer = httpx2.get(told["og:image"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert httpx2.get(f"{site.public_url}{PREFIX}0123456789abcdef.png").status_code == 404
