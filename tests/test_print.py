"""Paper: black on white whatever the screen is, nothing to press, help numbers at the end, no sheet half empty."""

import re

import pytest
from people import Ada
from playwright.sync_api import Browser, Page
from server import Server

pytestmark = pytest.mark.browser

SHEETS = {
    "/nl/": 1,
    "/nl/over": 1,
    "/nl/over-de-meldlijn": 2,
    "/nl/hulp": 2,
    "/nl/regio/eindhoven": 2,
    "/nl/campagne/zie-je-mij": 1,
    "/nl/bestaat-niet": 1,
}
"""Page -> A4 sheets at most. A heading that clings to all that follows would leave the first one empty."""
COLOURS = """() => {
  const seen = new Set();
  for (const each of document.querySelectorAll("body, main *")) {
    const { color, backgroundColor, display, visibility } = getComputedStyle(each);
    if (display === "none" || !each.offsetParent) continue;
    seen.add(color);
    if (backgroundColor !== "rgba(0, 0, 0, 0)") seen.add(`on ${backgroundColor}`);
  }
  return [...seen];
}"""
BLACK_ON_WHITE = {"rgb(0, 0, 0)", "rgb(34, 34, 34)", "on rgb(255, 255, 255)"}


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))


def test_pages_fill_their_sheets_and_hold_no_menu_and_nothing_to_press(site: Server, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.emulate_media(media="print")
        for path, most in SHEETS.items():
            page.goto(site.public_url + path)
            assert sheets(page) <= most, path
            for gone in (".bar", ".top", ".btn", "input", "nav", ".tiles", ".noprint"):
                assert page.locator(f"{gone}:visible").count() == 0, f"{path} {gone}"
            assert page.locator('.foot a[href^="tel:"]:visible').count() >= 2, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_black_on_white_whatever_the_screen_is(site: Server, browser: Browser, scheme: str) -> None:
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.emulate_media(media="print")
        for path in ("/nl/", "/nl/hulp", "/nl/regio/eindhoven"):
            page.goto(site.public_url + path)
            assert set(page.evaluate(COLOURS)) <= BLACK_ON_WHITE, path


def test_the_sheet_with_a_code_holds_the_code_and_the_way_back_and_nothing_else(ada: Ada) -> None:
    ada.opens("tip_start")
    ada.gives_place("5611")
    ada.goes_on()
    ada.tells("Elke dinsdag")
    ada.sends()
    code = ada.gets_a_code()
    ada.page.emulate_media(media="print")
    assert sheets(ada.page) == 1
    paper = " ".join(ada.page.locator("body").inner_text().split())
    assert code in paper
    assert f"{ada.site.public_url}/nl/melden/vervolg" in paper
    for word in ("Lumens", "Bedankt", "Elke dinsdag", "0800"):
        assert word not in paper
