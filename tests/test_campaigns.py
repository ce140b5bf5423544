"""Campaigns over time: which one leads, what may be known when, and what a region without a text shows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from campaign_world import AFTER, ANNOUNCEMENT, LEAD, campaign, content_copy, with_campaigns, write_campaign
from site_world import library, outside, rendering

from campaign_site.library import calendar
from campaign_site.library.entries import Campaign, Document, PhaseName, Review
from campaign_site.library.library import load
from campaign_site.prerender import prerender
from tipline.content_files import ContentFaultError


def day(number: int, month: int = 3) -> datetime:
    return datetime(2027, month, number, 8, tzinfo=UTC)


def shown_at(instant: datetime, *campaigns: Campaign) -> dict[str, str]:
    pages = prerender(with_campaigns(*campaigns), rendering(), instant)
    return {path: page.body.decode() for path, page in pages.items() if not path.endswith(".png")}


SPRING = campaign("lente", announced=day(1), live=day(10), aftercare=day(20), archived=day(30))


@pytest.mark.parametrize(
    ("number", "leads", "phase"),
    [
        (0, None, None),
        (1, None, "announced"),
        (10, "lente", "live"),
        (20, "lente", "aftercare"),
        (30, None, "archived"),
    ],
)
def test_a_campaign_passes_its_phases_at_their_instants(number: int, leads: str | None, phase: str | None) -> None:
    instant = day(number) if number else day(28, 2)
    found = calendar.leading([SPRING], instant)
    assert (found.slug if found else None) == leads
    current = calendar.phase_at(SPRING, instant)
    assert (current.name if current else None) == phase


def test_a_phase_begins_at_its_very_instant_and_not_a_microsecond_before() -> None:
    just_before = day(9).replace(hour=23, minute=59, second=59, microsecond=999999)
    assert calendar.leading([SPRING], day(10)) is SPRING
    assert calendar.leading([SPRING], day(10).replace(hour=7, minute=59, second=59, microsecond=999999)) is None
    assert calendar.next_change([SPRING], just_before) == day(10)
    assert calendar.next_change([SPRING], day(10)) == day(20)
    assert calendar.next_change([SPRING], day(30)) is None


def test_of_two_live_campaigns_the_one_that_went_live_last_leads() -> None:
    summer = campaign("zomer", live=day(15))
    for order in ([SPRING, summer], [summer, SPRING]):
        assert calendar.leading(order, day(14)) is SPRING
        assert calendar.leading(order, day(15)) is summer


def test_a_live_campaign_leads_before_one_in_aftercare() -> None:
    long = campaign("lang", live=day(5))
    assert calendar.leading([SPRING, long], day(12)) is SPRING
    assert calendar.leading([SPRING, long], day(20)) is long


def test_campaigns_that_go_live_at_the_same_instant_lead_in_the_order_of_their_slugs() -> None:
    one, two = campaign("a", live=day(5)), campaign("b", live=day(5))
    assert calendar.leading([two, one], day(5)) is one


def test_before_its_first_phase_nothing_tells_of_a_campaign() -> None:
    pages = shown_at(day(28, 2), SPRING)
    assert "/nl/campagne/lente" not in pages
    assert [path for path, html in pages.items() if "lente" in html or ANNOUNCEMENT["nl"] in html] == []


def test_an_announced_campaign_tells_its_announcement_and_its_day_and_nothing_else() -> None:
    pages = shown_at(day(1), SPRING)
    home = pages["/nl/"]
    assert ANNOUNCEMENT["nl"] in home
    assert "Begint op 10 maart 2027" in home
    assert ANNOUNCEMENT["en"] in pages["/en/region/eindhoven"]
    assert ANNOUNCEMENT["nl"] in pages["/nl/campagne/lente"]
    assert [path for path, html in pages.items() if LEAD["nl"] in html or LEAD["en"] in html] == []


def test_a_live_campaign_leads_home_and_every_region_in_both_languages() -> None:
    pages = shown_at(day(10), SPRING)
    regions = [path for path in pages if path.startswith(("/nl/regio/", "/en/region/")) and not path.endswith("/")]
    assert len(regions) == 2 * len(library().regions)
    for path in ("/nl/", "/en/", *regions):
        assert LEAD[path[1:3]] in pages[path], path
        assert ANNOUNCEMENT[path[1:3]] not in pages[path], path


def test_in_aftercare_the_campaign_leads_with_other_words() -> None:
    home = shown_at(day(20), SPRING)["/nl/"]
    assert AFTER["nl"] in home
    assert LEAD["nl"] not in home


def test_an_earlier_wave_stays_readable_when_another_leads() -> None:
    pages = shown_at(day(5, 4), SPRING, campaign("zomer", live=day(1, 4)))
    assert "(zomer)" in pages["/nl/"]
    assert "(lente)" not in pages["/nl/"]
    assert "(lente)" in pages["/nl/campagne/lente"]
    assert "Eerder, van 10 maart 2027 tot 20 maart 2027" in pages["/nl/campagne/lente"]
    assert pages["/nl/campagne/"].index("zomer") < pages["/nl/campagne/"].index("lente")
    assert '/nl/campagne/lente"' in pages["/nl/campagne/"]


def text_in(*languages: str) -> dict[str, Document]:
    return {
        language: Document(f"Titel {language}", "-", Review.DONE, (), f"<p>Eigen tekst {language}.</p>", ())
        for language in languages
    }


def test_a_region_shows_its_edition_and_without_one_the_national_text() -> None:
    edited = replace(SPRING, editions={"zeeland": text_in("nl", "en")})
    pages = shown_at(day(10), edited)
    assert "Eigen tekst nl." in pages["/nl/regio/zeeland"]
    assert LEAD["nl"] in pages["/nl/regio/twente"]
    assert "nog geen eigen tekst" in pages["/nl/regio/twente"]
    assert "Eigen tekst en." in pages["/en/campaign/lente"]


def test_an_edition_in_one_language_gives_the_other_the_national_text_and_a_way_to_it() -> None:
    edited = replace(SPRING, editions={"zeeland": text_in("nl")})
    pages = shown_at(day(10), edited)
    english = pages["/en/region/zeeland"]
    assert LEAD["en"] in english
    assert "Eigen tekst" not in english
    assert '<a href="/nl/regio/zeeland" lang="nl" hreflang="nl">Titel nl</a>' in english
    assert 'lang="nl"><p>Eigen tekst nl.</p>' in pages["/en/campaign/lente"]


def test_dutch_time_is_meant_where_no_offset_is_written(tmp_path: Path) -> None:
    content = content_copy(tmp_path)
    write_campaign(content, "lente", live="2027-03-27T09:00:00", aftercare="2027-03-29T09:00:00")
    winter, summer = load(content / "campaign", outside()).campaigns[0].phases
    assert winter.starts == datetime(2027, 3, 27, 8, tzinfo=UTC)
    assert summer.starts == datetime(2027, 3, 29, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "what"),
    [
        ("2027-03-28T02:30:00", "2027-03-28 02:30:00 does not exist in Dutch time"),
        ("2027-10-31T02:30:00", "2027-10-31 02:30:00 comes twice in Dutch time"),
    ],
)
def test_a_moment_that_clocks_skip_or_repeat_needs_its_offset(tmp_path: Path, moment: str, what: str) -> None:
    content = content_copy(tmp_path)
    write_campaign(content, "lente", live=moment)
    with pytest.raises(ContentFaultError, match=what) as caught:
        load(content / "campaign", outside())
    assert caught.value.line == 8
    write_campaign(content, "lente", live=f"{moment}+01:00")
    assert load(content / "campaign", outside()).campaigns[0].phases[0].starts == datetime.fromisoformat(
        f"{moment}+01:00"
    )


@pytest.mark.parametrize("hour", [0, 1, 3, 4, 12])
def test_a_launch_on_the_day_the_clocks_change_happens_at_its_hour_of_the_clock(tmp_path: Path, hour: int) -> None:
    content = content_copy(tmp_path)
    write_campaign(content, "lente", live=f"2027-03-28T{hour:02}:00:00")
    starts = load(content / "campaign", outside()).campaigns[0].phases[0].starts
    on_the_wall = starts.astimezone(UTC).astimezone(ZoneInfo("Europe/Amsterdam"))
    assert (on_the_wall.date(), on_the_wall.hour) == (date(2027, 3, 28), hour)


FAULTS = {
    "phases in another order": ({"live": day(5), "announced": day(6)}, "phase 'announced' stands after 'live'"),
    "a phase that begins with the one before": (
        {"announced": day(5), "live": day(5)},
        "phase 'live' does not begin after 'announced'",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_phases_that_can_not_be_are_refused(tmp_path: Path, case: str) -> None:
    phases, what = FAULTS[case]
    content = content_copy(tmp_path)
    write_campaign(content, "lente", **phases)
    with pytest.raises(ContentFaultError, match=what):
        load(content / "campaign", outside())


@pytest.mark.parametrize(("phase", "field"), [("announced", "announcement"), ("aftercare", "aftercare")])
def test_a_planned_phase_needs_its_words(tmp_path: Path, phase: str, field: str) -> None:
    content = content_copy(tmp_path)
    write_campaign(content, "lente", **{phase: day(1)})
    file = content / "campaign" / "campaigns" / "lente" / "campaign.toml"
    file.write_text("".join(line for line in file.read_text("utf-8").splitlines(True) if not line.startswith(field)))
    with pytest.raises(ContentFaultError, match=f"`{field}`"):
        load(content / "campaign", outside())


def test_phases_have_a_name_for_every_stage_of_a_campaign() -> None:
    assert [phase.value for phase in PhaseName] == ["announced", "live", "aftercare", "archived"]
