"""The site on air: it follows its content and the clock by itself, and bad content never replaces good."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from campaign_world import AFTER, ANNOUNCEMENT, LEAD, campaign, content_copy, with_campaigns, write_campaign
from clock import Clock
from real_content import ROOT, little_content
from site_world import publication

from campaign_site.live import CALM, SOON, LiveSite, files_state, rendered_ahead
from campaign_site.publication import Publication, read_publication
from campaign_site.settings import PublicSettings
from campaign_site.static_files import StaticFiles
from tipline.care_points import LiveCarePoints
from tipline.geography import load_geography

LAUNCH = datetime(2027, 3, 10, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Station:
    """A live site on a copy of the content, with a clock that stands still until a test moves it."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.content = content_copy(folder, little_content())
        self.clock = Clock(now)

    def starts(self) -> "Station":
        """The server starts, or starts again."""
        settings = PublicSettings(
            content=self.content, static=ROOT / "static", base_url="https://example.nl", desk_url="https://d.example.nl"
        )
        geography, static = load_geography(self.content / "tipline"), StaticFiles(settings.static)
        care_points = LiveCarePoints(self.content / "tipline", geography)
        self.live = LiveSite(
            lambda: read_publication(settings, geography, care_points(), static),
            lambda: files_state(self.content),
            self.clock,
        )
        return self

    def keeps_up(self) -> None:
        """The chore runs twice: once it sees the change, and once that nobody is writing any more."""
        self.live.keep_up()
        self.live.keep_up()

    def shows(self, path: str = "/nl/") -> str:
        """The page as a visitor gets it now."""
        return self.live.timeline.at(self.clock.now)[0][path].body.decode()

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.content / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def station(tmp_path: Path) -> Station:
    before = Station(tmp_path, LAUNCH - timedelta(days=2))
    write_campaign(
        before.content, "lente", announced=LAUNCH - timedelta(days=9), live=LAUNCH, aftercare=LAUNCH + timedelta(days=9)
    )
    return before


def test_a_server_that_runs_flips_at_the_instant_without_doing_anything(station: Station) -> None:
    station.starts()
    station.clock.now = LAUNCH - CALM
    station.keeps_up()
    ahead = station.live.timeline
    station.clock.now = LAUNCH - timedelta(microseconds=1)
    assert ANNOUNCEMENT["nl"] in station.shows()
    station.clock.now = LAUNCH
    assert LEAD["nl"] in station.shows()
    assert LEAD["en"] in station.shows("/en/region/twente")
    assert station.live.timeline is ahead


def test_a_server_that_was_down_at_the_instant_starts_with_what_holds_now(station: Station) -> None:
    station.clock.now = LAUNCH + timedelta(hours=3)
    assert LEAD["nl"] in station.starts().shows()
    station.clock.now = LAUNCH + timedelta(days=20)
    assert AFTER["nl"] in station.starts().shows()


def test_a_server_that_starts_just_before_the_instant_has_the_next_state_ready(station: Station) -> None:
    station.clock.now = LAUNCH - SECOND
    station.starts()
    assert ANNOUNCEMENT["nl"] in station.shows()
    station.clock.now = LAUNCH
    assert LEAD["nl"] in station.shows()


def test_content_changed_a_second_before_the_launch_is_in_the_launched_state(station: Station) -> None:
    station.clock.now = LAUNCH - timedelta(hours=1)
    station.starts()
    station.clock.now = LAUNCH - SECOND
    station.edit("campaign/campaigns/lente/campaign.toml", LEAD["nl"], "Een verbeterde tekst.")
    station.keeps_up()
    assert ANNOUNCEMENT["nl"] in station.shows()
    station.clock.now = LAUNCH
    assert "Een verbeterde tekst." in station.shows()
    assert "Een verbeterde tekst." in station.shows("/nl/regio/zeeland")


def test_a_launch_that_is_put_off_while_the_server_runs_does_not_happen(station: Station) -> None:
    station.clock.now = LAUNCH - timedelta(minutes=5)
    station.starts()
    write_campaign(station.content, "lente", announced=LAUNCH - timedelta(days=9), live=LAUNCH + timedelta(days=1))
    station.keeps_up()
    station.clock.now = LAUNCH + SECOND
    assert ANNOUNCEMENT["nl"] in station.shows()


def test_a_changed_text_and_a_new_number_go_on_air(station: Station) -> None:
    station.starts()
    station.edit("campaign/pages/about_tip_line.nl.md", 'title = "', 'title = "Vernieuwd: ')
    station.edit("tipline/helplines.toml", '"0800-2000"', '"0800-2001"')
    station.keeps_up()
    assert "Vernieuwd: " in station.shows("/nl/over-de-meldlijn")
    assert "0800-2001" in station.shows()
    assert "0800-2001" in station.live.page("pages/error.html", "nl", status=404)


def test_a_file_is_not_read_while_someone_still_writes_it(station: Station) -> None:
    station.starts()
    station.edit("campaign/pages/about_tip_line.nl.md", 'title = "', 'title = "Half ')
    station.live.keep_up()
    station.edit("campaign/pages/about_tip_line.nl.md", "Half ", "Heel ")
    station.live.keep_up()
    assert "Heel " not in station.shows("/nl/over-de-meldlijn")
    station.live.keep_up()
    assert "Heel " in station.shows("/nl/over-de-meldlijn")


def test_bad_content_never_replaces_good(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    station.starts()
    before = station.live.timeline
    station.edit("campaign/campaigns/lente/campaign.toml", "lead =", "laed =")
    with caplog.at_level(logging.ERROR, "signaallijn"):
        station.keeps_up()
        station.keeps_up()
    assert station.live.timeline.snapshots == before.snapshots
    assert len(caplog.messages) == 1
    assert "campaign.toml, line 2: " in caplog.messages[0]
    assert caplog.messages[0].endswith("; the last good pages stay on air")
    assert station.live.fault
    station.edit("campaign/campaigns/lente/campaign.toml", "laed =", "lead =")
    station.keeps_up()
    assert station.live.fault is None


def test_a_link_without_its_fact_does_not_replace_good_pages_either(station: Station) -> None:
    station.starts()
    before = station.shows("/nl/over-de-meldlijn")
    with (station.content / "campaign/pages/about_tip_line.nl.md").open("a") as text:
        text.write("\n<line:chat-met-fier>\n")
    station.keeps_up()
    assert station.shows("/nl/over-de-meldlijn") == before
    assert station.live.fault


def test_a_fault_that_shows_only_when_the_launch_is_rendered_is_told_once(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    words = '+++\ntitle = "Lente"\ndescription = "-"\nreview = "not-needed"\n+++\n<line:chat-met-fier>\n'
    texts = [station.content / f"campaign/campaigns/lente/national.{language}.md" for language in ("nl", "en")]
    for text in texts:
        text.write_text(words, "utf-8")
    station.starts()
    assert station.live.fault is None
    station.clock.now = LAUNCH - SOON
    with caplog.at_level(logging.ERROR, "signaallijn"):
        station.keeps_up()
    assert ANNOUNCEMENT["nl"] in station.shows()
    assert station.live.fault
    assert "line:chat-met-fier" in station.live.fault
    assert len(caplog.messages) == 1
    for text in texts:
        text.unlink()
    station.keeps_up()
    assert station.live.fault is None
    station.clock.now = LAUNCH
    assert LEAD["nl"] in station.shows()


def test_a_care_point_that_is_gone_from_the_content_stays_until_the_next_start(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    station.starts()
    station.edit("tipline/care_points.toml", 'id = "blijf-groep"', 'id = "blijf-groep-2"')
    station.edit("tipline/coverage.csv", "blijf-groep", "blijf-groep-2")
    with caplog.at_level(logging.ERROR, "signaallijn"):
        station.keeps_up()
    assert "blijf-groep is gone from care_points.toml; the last good state stays in force" in caplog.messages
    assert "blijf-groep" in station.live.publication.material.care_points.points


def made_of(*instants: datetime) -> Publication:
    names = ("announced", "live", "aftercare", "archived")
    phases = dict(zip(names, instants, strict=False))
    return publication(with_campaigns(campaign("lente", **phases)))


def instants_ahead(published: Publication, built: datetime, now: datetime) -> list[datetime]:
    return [each.starts for each in rendered_ahead(published, (published.snapshot(built),), now).snapshots]


def test_what_comes_soon_is_rendered_at_once_and_the_rest_when_it_is_calm() -> None:
    later = LAUNCH + timedelta(days=3)
    published = made_of(LAUNCH, later)
    built = LAUNCH - SOON
    assert instants_ahead(published, built, built) == [built, LAUNCH]
    early = built - SECOND
    assert instants_ahead(published, early, early) == [early]
    assert instants_ahead(published, early - CALM, early) == [early - CALM, LAUNCH]
    # Just launched: the machine is busy, and the next change is days away.
    assert instants_ahead(published, LAUNCH, LAUNCH + CALM - SECOND) == [LAUNCH]
    assert instants_ahead(published, LAUNCH, LAUNCH + CALM) == [LAUNCH, later]


def test_two_changes_within_seconds_are_both_ready() -> None:
    published = made_of(LAUNCH, LAUNCH + SECOND, LAUNCH + 2 * SECOND)
    assert instants_ahead(published, LAUNCH - SECOND, LAUNCH - SECOND) == [
        LAUNCH - SECOND,
        LAUNCH,
        LAUNCH + SECOND,
        LAUNCH + 2 * SECOND,
    ]


def test_pages_that_are_over_are_forgotten() -> None:
    published = made_of(LAUNCH, LAUNCH + SECOND)
    timeline = rendered_ahead(published, (published.snapshot(LAUNCH - SECOND),), LAUNCH - SECOND)
    later = rendered_ahead(published, timeline.snapshots, LAUNCH + 5 * SECOND)
    assert [each.starts for each in later.snapshots] == [LAUNCH + SECOND]


def test_no_answer_may_be_cached_past_a_change_that_is_not_rendered_yet() -> None:
    published = made_of(LAUNCH)
    built = LAUNCH - timedelta(hours=1)
    timeline = rendered_ahead(published, (published.snapshot(built),), built)
    assert len(timeline.snapshots) == 1
    assert timeline.at(built)[1] == LAUNCH


def test_pages_that_do_not_change_are_shared_between_states() -> None:
    one, two = made_of(LAUNCH).every_snapshot(LAUNCH - SECOND)
    assert one.pages["/nl/over-de-meldlijn"] is two.pages["/nl/over-de-meldlijn"]
    assert one.pages["/nl/"] is not two.pages["/nl/"]
