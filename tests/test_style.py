"""The living style page: every part of the site, in a demonstration only, measured from the stylesheet itself."""

import re

import httpx2
import pytest
from clock import NOW
from server import Server
from site_world import library, material, pages_now, rendering

from campaign_site.library.entries import KeyShape
from campaign_site.library.themes import contrast, rules
from campaign_site.pages.style import STYLE, pairs, samples, stylesheet_text, tokens
from campaign_site.prerender import prerender
from campaign_site.rendering import Rendering
from tipline.languages import LANGUAGES

FROM_SCRIPT = {"leaving"}
"""Classes that only a script sets."""
CLASS = re.compile(r"\.([a-z][a-z_-]*)")


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    found = prerender(material(is_demo=True), demo_rendering(), NOW)
    return {language: found[path].body.decode() for language, path in STYLE.items()}


def demo_rendering() -> Rendering:
    return rendering(is_demo=True)


def test_only_a_demonstration_has_the_page() -> None:
    assert not set(STYLE.values()) & set(pages_now())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demonstration_serves_it_and_no_search_engine_lists_it(site: Server, language: str) -> None:
    answer = httpx2.get(site.public_url + STYLE[language])
    assert answer.status_code == 200
    assert '<meta name="robots" content="noindex">' in answer.text
    assert STYLE[language] not in httpx2.get(f"{site.public_url}/sitemap.xml").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_public_stylesheet_is_on_the_page(pages: dict[str, str], language: str) -> None:
    public = stylesheet_text("site.css").split("/* Desk */", 1)[0]
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}|url\([^)]*\)", " ", public, flags=re.DOTALL)
    named = {name for line in selectors.splitlines() for name in CLASS.findall(line)}
    shown = {name for value in re.findall(r'class="([^"]*)"', pages[language]) for name in value.split()}
    assert named - shown == FROM_SCRIPT


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_marks_shapes_and_kinds_of_sections_are_drawn(pages: dict[str, str], language: str) -> None:
    html = pages[language]
    slats = re.findall(r'<svg class="mark".*?</svg>', html)
    assert {len(re.findall(r"h-?4\.6v24|H24v24", mark)) for mark in slats} == {0, 1, 2, 3, 4}
    for shape in KeyShape:
        assert f"<code>{shape}</code>" in html
    for kind in {part.kind for texts in library().pages.values() for part in texts[language].sections}:
        assert f"{{{kind}}}" in html


def test_every_measured_pair_is_as_it_must_be_in_the_light_and_in_the_dark() -> None:
    for pair in pairs():
        for above, below, measured in (pair.light, pair.dark):
            assert measured == contrast(above, below)
            assert measured >= pair.least, f"{pair.colour} on {pair.ground}: {above} on {below}"


def test_the_page_tells_the_measured_numbers(pages: dict[str, str]) -> None:
    light, _ = tokens()
    ink = contrast(light["ink"], light["paper"])
    assert f"<td>{ink:.1f}</td>" in pages["en"]
    assert f"<td>{ink:.1f}</td>".replace(".", ",") in pages["nl"]


def test_the_campaigns_that_do_not_exist_could() -> None:
    assert len(samples()) == 2
    for sample in samples():
        assert all(contrast(rule.value, rule.colour) >= rule.least for rule in rules(sample.theme))


def test_no_page_but_this_one_loads_its_stylesheet() -> None:
    found = prerender(material(is_demo=True), demo_rendering(), NOW)
    assert {path for path, answer in found.items() if b"css/style.css" in answer.body} == set(STYLE.values())
