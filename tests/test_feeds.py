"""Atom feeds: what the standard asks for, from the same instants as the pages, with ids that last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from campaign_world import campaign, with_campaigns
from clock import NOW
from site_world import ALL_ADDRESSES, material

from campaign_site.library.feeds import EMPTY_SINCE, atom_xml
from campaign_site.pages.feeds import feed
from campaign_site.pages.material import Material
from tipline.languages import LANGUAGES

ATOM = {"a": "http://www.w3.org/2005/Atom"}
LIVE = datetime(2026, 12, 1, 8, tzinfo=UTC)
AFTER = datetime(2027, 2, 1, 8, tzinfo=UTC)


def told(
    public: Material, instant: datetime, language: str = "nl", base: str = "https://example.nl"
) -> ElementTree.Element:
    return ElementTree.fromstring(atom_xml(feed(public, language, instant), base))  # noqa: S314  # our own text


def texts(root: ElementTree.Element, path: str) -> list[str]:
    return [str(each.text) for each in root.findall(path, ATOM)]


def instant_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feed_has_what_the_standard_asks_for(language: str) -> None:
    root = told(material(is_demo=True), NOW, language)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    assert all(root.find(f"a:{name}", ATOM) is not None for name in ("id", "title", "updated", "author/a:name"))
    links = {link.get("rel"): str(link.get("href")) for link in root.findall("a:link", ATOM)}
    assert links["self"] == f"https://example.nl{ALL_ADDRESSES['feed'][language]}"
    entries = root.findall("a:entry", ATOM)
    assert entries
    for entry in entries:
        assert all(
            entry.findtext(f"a:{name}", None, ATOM) for name in ("id", "title", "updated", "published", "summary")
        )
        assert [link.get("rel") for link in entry.findall("a:link", ATOM)] == ["alternate"]
        assert instant_of(str(entry.findtext("a:updated", None, ATOM))).tzinfo
    assert len({*texts(root, ".//a:id")}) == len(entries) + 1


def test_ids_stay_when_the_site_gets_another_address_and_when_a_title_changes() -> None:
    before = told(with_campaigns(campaign("a", live=LIVE)), LIVE)
    renamed = replace(campaign("a", live=LIVE, aftercare=AFTER), names={"nl": "Nieuw", "en": "New"})
    after = told(with_campaigns(renamed), AFTER, base="https://other.example")
    assert texts(before, ".//a:id") == texts(after, ".//a:id")
    assert texts(told(with_campaigns(campaign("b", live=LIVE)), LIVE), "a:entry/a:id") != texts(before, "a:entry/a:id")
    assert texts(told(with_campaigns(campaign("a", live=LIVE)), LIVE, "en"), ".//a:id") != texts(before, ".//a:id")


def test_times_are_those_of_the_content_and_never_the_time_of_day() -> None:
    public = with_campaigns(campaign("a", announced=NOW, live=LIVE, aftercare=AFTER))
    for instant, updated in ((LIVE, LIVE), (LIVE + timedelta(days=9), LIVE), (AFTER + timedelta(days=9), AFTER)):
        root = told(public, instant)
        assert {instant_of(text) for text in texts(root, ".//a:updated")} == {updated}
        assert instant_of(texts(root, ".//a:published")[0]) == LIVE


def test_a_campaign_enters_when_it_is_live_and_stays_when_it_is_over() -> None:
    public = with_campaigns(campaign("a", announced=NOW, live=LIVE, archived=AFTER))
    counts = [len(feed(public, "nl", instant).entries) for instant in (NOW, LIVE - timedelta(seconds=1), LIVE, AFTER)]
    assert counts == [0, 0, 1, 1]


def test_the_newest_entry_comes_first() -> None:
    public = with_campaigns(campaign("a", live=LIVE), campaign("b", live=AFTER))
    assert [entry.key for entry in feed(public, "nl", AFTER).entries] == ["campaign/b", "campaign/a"]


def test_what_a_region_adds_is_told_once_it_may_be_shown() -> None:
    keys = {
        is_demo: [entry.key for entry in feed(material(is_demo=is_demo), "nl", NOW).entries]
        for is_demo in (True, False)
    }
    assert "campaign/zie-je-mij/eindhoven" in keys[True]
    assert keys[False] == ["campaign/zie-je-mij"]


def test_a_feed_without_entries_is_a_feed() -> None:
    root = told(with_campaigns(), NOW)
    assert root.findall("a:entry", ATOM) == []
    assert instant_of(str(root.findtext("a:updated", None, ATOM))) == EMPTY_SINCE


def test_what_an_editor_writes_breaks_no_feed() -> None:
    odd = replace(campaign("a", live=LIVE), names={"nl": '<b>"R&D"</b>', "en": "x"})
    assert texts(told(with_campaigns(odd), LIVE), "a:entry/a:title") == ['<b>"R&D"</b>']
