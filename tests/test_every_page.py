"""What holds for every public page, whatever it is about: in a demonstration, for real, and with the texts shown that
still await their review; before, during and after each change that the content knows."""

import re
from collections import Counter
from functools import cache
from html import unescape
from xml.etree import ElementTree

import pytest
import real_content
from crawl import ids, links
from real_content import static_files
from site_world import ALL_ADDRESSES, library
from states import IN_EVERY_STATE, NAMES, State, states, templates

from campaign_site.library.site_files import SITEMAP
from tipline.languages import LANGUAGES, other
from tipline.tipster.addresses import LEAVE

BEHIND = {LEAVE, *(path for name in ("tip_start", "follow_up") for path in ALL_ADDRESSES[name].values())}
"""Where pages lead that no snapshot holds; test_crawl.py asks a server for them."""
STATIC = {static_files().url(name) for name in static_files().pages}
SPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}

ABOUT_SITE = ("about_tip_line", "about", "professionals", "library", "privacy", "accessibility", "colophon")
INLINE = {"a", "abbr", "b", "bdi", "br", "cite", "dfn", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong"}
NL = "aan bij dat de deze dit een en er het hij je jij kan met naar niet ook op te u uw van voor wat wie wordt zijn"
EN = "and are be by can does for from has he his it not or that the their they this to what which who with you your"
OWN_WORDS = {"nl": frozenset(re.findall(r"\w+", NL)), "en": frozenset(re.findall(r"\w+", EN))}
"""Words that stand in nearly every sentence of a language and in none of the other."""


def language_of(path: str) -> str:
    return path[1:3]


def alternate(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)"', html)


@IN_EVERY_STATE
def test_each_page_has_one_heading_and_its_language(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            assert len(re.findall(r"<h1[ >]", html)) == 1, f"{state} {path}"
            assert f'<html lang="{language_of(path)}">' in html, f"{state} {path}"


@IN_EVERY_STATE
def test_no_two_pages_share_a_title(name: str) -> None:
    for state in states(name):
        titles = Counter(
            (language_of(path), re.findall(r"<title>(.+)</title>", html)[0]) for path, html in state.pages.items()
        )
        assert [title for title, count in titles.items() if count > 1] == [], str(state)


@IN_EVERY_STATE
def test_each_page_links_to_itself_in_the_other_language_and_back(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            [(language, there)] = alternate(html)
            assert language == other(language_of(path)), f"{state} {path}"
            assert language_of(there) == language, f"{state} {path}"
            assert alternate(state.pages[there]) == [(language_of(path), path)], f"{state} {path}"


@IN_EVERY_STATE
def test_every_link_leads_to_a_page_of_the_same_state_and_to_a_place_in_it(name: str) -> None:
    for state in states(name):
        places = {path: frozenset(ids(html)) for path, html in state.pages.items()}
        dead = {
            (path, link)
            for path, html in state.pages.items()
            for link in links(html)
            if link not in state.files and not leads(path, link, places)
        }
        assert dead == set(), str(state)


def leads(path: str, link: str, places: dict[str, frozenset[str]]) -> bool:
    there, _, anchor = link.partition("#")
    if there in BEHIND or there in STATIC:
        return not anchor
    target = there or path
    return target in places and (not anchor or anchor in places[target])


@IN_EVERY_STATE
def test_no_id_stands_twice_in_a_page(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            assert [one for one, count in Counter(ids(html)).items() if count > 1] == [], f"{state} {path}"


@IN_EVERY_STATE
def test_the_sitemap_lists_every_page_that_may_be_found_with_both_its_languages(name: str) -> None:
    for state in states(name):
        listed = {}
        for entry in ElementTree.fromstring(state.files[SITEMAP]).findall("s:url", SPACES):  # noqa: S314  # our own
            found = {link.get("hreflang"): where(str(link.get("href"))) for link in entry.findall("x:link", SPACES)}
            listed[where(entry.findtext("s:loc", "", SPACES))] = found
        assert listed.keys() == {path for path, html in state.pages.items() if 'name="robots"' not in html}, str(state)
        for path, languages in listed.items():
            assert languages == {language_of(path): path, **dict(alternate(state.pages[path]))}, f"{state} {path}"


def where(address: str) -> str:
    return re.sub("^https?://[^/]+", "", address)


@IN_EVERY_STATE
def test_a_page_has_the_same_parts_in_both_languages(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            if language_of(path) == "nl":
                assert parts(html) == parts(state.pages[alternate(html)[0][1]]), f"{state} {path}"


def parts(html: str) -> list[str]:
    return [tag for tag in re.findall(r"<(\w+)", html) if tag not in INLINE]


@IN_EVERY_STATE
def test_no_sentence_is_in_the_other_language_unless_it_is_marked(name: str) -> None:
    for state in states(name):
        foreign = {
            (path, sentence)
            for path, html in state.pages.items()
            for sentence in set(sentences(html))
            if is_foreign(sentence, language_of(path))
        }
        assert foreign == set(), str(state)


def sentences(html: str) -> list[str]:
    """The texts of a page, those in its attributes too, less what says that it is in another language."""
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    marked = re.sub(r'<(\w+)\b(?![^>]*\shreflang=)[^>]*\slang="\w+"[^>]*>.*?</\1>', "", body[body.index("<head") :])
    marked = re.sub(r'<a\b[^>]*\slang="\w+"[^>]*>.*?</a>', "", marked)
    inside = re.findall(r'\s(?:aria-label|title|alt|content|placeholder|data-\w+)="([^"]+)"', marked)
    blocks = re.split(rf"</?(?!(?:{'|'.join(INLINE)})\b)\w+[^>]*>", marked)
    texts = [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in [*inside, *blocks]]
    return [text for text in texts if "://" not in text]


@cache
def names() -> re.Pattern[str]:
    """Of places and of the site: they are the same in every language."""
    towns = [municipality.name for municipality in real_content.geography().municipalities.values()]
    regions = [name for region in library().regions.values() for name in region.names.values()]
    longest_first = sorted({library().site.name, *towns, *regions}, key=len, reverse=True)
    return re.compile("|".join(re.escape(name) for name in longest_first))


@cache
def is_foreign(sentence: str, language: str) -> bool:
    sentence = names().sub("", sentence)
    words = Counter(re.findall(r"[^\W\d_]+", sentence.lower()))
    own, foreign = (sum(words[word] for word in OWN_WORDS[each]) for each in (language, other(language)))
    return foreign >= 2 and foreign > own


def test_a_sentence_of_the_other_language_is_found_out() -> None:
    page = (
        '<html lang="nl"><head><title>T</title><meta name="description" content="What you can do for them"></head>'
        '<p>Wat <em>u</em> kunt doen.</p><p>What <b>you</b> can do.</p><p lang="en">Who can you tell?</p>'
    )
    assert [sentence for sentence in sentences(page) if is_foreign(sentence, "nl")] == [
        "What you can do for them",
        "What you can do.",
    ]


@IN_EVERY_STATE
def test_a_page_holds_no_script_or_style_of_its_own_and_loads_nothing_from_others(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            assert not re.search(r"<style|\s(style|on\w+)=\"|<script(?![^>]* src=)", html), f"{state} {path}"
            assert not re.search(r'\s(?:src|srcset|action|poster|data)="(?:https?:)?//', html), f"{state} {path}"
            assert not re.search(r'<link\b(?![^>]*rel="(?:canonical|alternate)")[^>]*href="(?!/)', html), (
                f"{state} {path}"
            )


@IN_EVERY_STATE
def test_no_page_shows_what_a_programmer_left(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            assert not re.search(r"\{\{|\{%|%\(|\bNone\b|undefined|<built-in|TODO|&amp;(amp|lt|gt|#)", html), (
                f"{state} {path}"
            )
            assert not re.search(r'href="(?:page|line|web|hours):', html), f"{state} {path}"


@IN_EVERY_STATE
def test_the_exit_is_the_first_stop_after_the_skip_link(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            assert re.findall(r'<a class="(\w+)"', html)[:2] == ["skip", "exit"], f"{state} {path}"


@IN_EVERY_STATE
def test_no_page_says_what_must_not_be_said(name: str) -> None:
    report = re.compile(r"(rapport )?[‘“'\"]?jongensprostitutie in beeld[’”'\"]?")
    for state in states(name):
        for path, html in state.pages.items():
            words = report.sub("", html.lower())
            for forbidden in ("100%", "jongensprostitutie", "loverboy", "slachtoffer", "dader", "contactadvertentie"):
                assert forbidden not in words, f"{state} {path}: {forbidden}"


def test_every_page_of_a_demonstration_says_so_and_no_other() -> None:
    words = {"nl": "Dit is een demonstratie.", "en": "This is a demonstration."}
    for name in NAMES:
        for state in states(name):
            for path, html in state.pages.items():
                assert (words[language_of(path)] in html) == (name == "demo"), f"{state} {path}"


def test_what_awaits_its_review_is_shown_only_where_that_was_chosen_and_then_says_so() -> None:
    awaiting = {"nl": "wacht nog op een controle", "en": "awaits a check"}
    for state in (*states("real"), *states("demo"), *states("unreviewed")):
        for language in LANGUAGES:
            marked = [path for path, html in state.pages.items() if awaiting[language] in html]
            assert bool(marked) == (state.name != "real" and bool(library().pending())), f"{state} {language}"
    for document in pending_texts():
        for state in states("real"):
            assert [path for path, html in state.pages.items() if document in unescape(html)] == [], document


def pending_texts() -> set[str]:
    """The descriptions of the texts that await their review, which their pages carry."""
    named = dict(library().documents())
    return {named[name].description for name in library().pending()}


@pytest.mark.parametrize("name", ["real", "unreviewed"])
def test_leaving_pages_out_leaves_no_page_that_only_they_lead_to(name: str) -> None:
    """From the first page on, every page is found by links, once the first campaign is known."""
    for state in states(name)[1:]:
        assert unreached(state) == set(), str(state)


def unreached(state: State) -> set[str]:
    reached, waiting = set(), [f"/{language}/" for language in LANGUAGES]
    while waiting:
        path = waiting.pop()
        if path in state.pages and path not in reached:
            reached.add(path)
            waiting += [link.partition("#")[0] for link in links(state.pages[path])]
    return state.pages.keys() - reached


def test_every_template_of_a_page_draws_one_in_every_state_or_is_left_out_with_its_review() -> None:
    drawn = {name: {templates()[path] for state in states(name) for path in state.pages} for name in NAMES}
    assert drawn["demo"] - drawn["unreviewed"] == {"pages/style.html"}
    assert drawn["unreviewed"] <= drawn["demo"]
    assert drawn["real"] <= drawn["demo"]


@IN_EVERY_STATE
def test_every_page_leads_from_its_foot_to_what_the_site_says_about_itself(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            foot = html[html.index("<footer") :]
            wanted = {ALL_ADDRESSES[each][language_of(path)] for each in ABOUT_SITE}
            assert wanted <= set(re.findall(r'href="([^"]+)"', foot)), f"{state} {path}"


@IN_EVERY_STATE
def test_every_page_names_the_feed_of_its_language_and_its_entries_are_pages_of_the_same_state(name: str) -> None:
    for state in states(name):
        for path, html in state.pages.items():
            feed = ALL_ADDRESSES["feed"][language_of(path)]
            assert re.findall(r'type="application/atom\+xml" [^>]*href="([^"]+)"', html) == [feed], f"{state} {path}"
        for address in ALL_ADDRESSES["feed"].values():
            entries = re.findall(r'<entry>.*?<link [^>]*href="([^"]+)"', state.files[address])
            assert {where(entry) for entry in entries} <= set(state.pages), str(state)
            begun = [path for path in state.pages if re.fullmatch(r"/nl/campagne/[^/]+", path)]
            assert bool(entries) is bool(begun), str(state)
