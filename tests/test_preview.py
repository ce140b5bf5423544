"""The preview link: the site as at any moment for who has it, and how far each region is."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from campaign_world import ANNOUNCEMENT, LEAD, write_campaign
from click.testing import CliRunner
from clock import NOW, Clock
from starlette.testclient import TestClient
from tip_world import copied_settings

from campaign_site.app import create_app
from campaign_site.cli import main
from campaign_site.cli.checking import launch_lines
from campaign_site.preview import LONGEST, Moment, PreviewLinks, led_back
from campaign_site.publication import read_by_itself
from campaign_site.readiness import UnknownCampaignError, readiness
from campaign_site.settings import Settings

LAUNCH = datetime(2027, 3, 10, 8, tzinfo=UTC)
KEY, OLD_KEY = "k" * 40, "o" * 40


class Editor:
    """Someone with a preview link, in a browser that follows no redirects by itself."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.settings = copied_settings(folder)
        content = self.settings.content
        write_campaign(content, "lente", announced=LAUNCH - timedelta(days=9), live=LAUNCH)
        editions = content / "campaign" / "campaigns" / "lente" / "editions"
        editions.mkdir()
        head = '+++\ntitle = "Eigen tekst"\ndescription = "-"\nreview = "pending"\n+++\n'
        (editions / "eindhoven.nl.md").write_text(f"{head}Hier kijken we op.\n", "utf-8")
        whole = create_app(self.settings, self.clock)
        self.browser = TestClient(whole.app, base_url=self.settings.base_url, follow_redirects=False)
        self.token = PreviewLinks(self.settings.tipline.secret_keys, self.clock).make(timedelta(days=7))

    def sees(self, path: str, moment: str) -> str:
        answer = self.browser.get(f"/voorbeeld/{self.token}/{moment}{path}")
        assert answer.status_code == 200, path
        return answer.text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Editor:
    return Editor(tmp_path_factory.mktemp("preview"))


@pytest.fixture
def editor(made: Editor) -> Editor:
    """The same site for every test, at the same time."""
    made.clock.now = NOW
    return made


def test_the_link_shows_the_site_as_at_any_moment(editor: Editor) -> None:
    for path in ("/nl/", "/nl/regio/twente"):
        before, after = (editor.sees(path, moment) for moment in ("2027-03-10T08:59:59", "2027-03-10T09:00:00"))
        assert ANNOUNCEMENT["nl"] in before
        assert LEAD["nl"] not in before
        assert LEAD["nl"] in after
        assert LEAD["nl"] not in editor.browser.get(path).text
    assert "Voorbeeld: de site op woensdag 10 maart 2027, " in after


def test_links_stay_in_the_preview_and_forms_are_the_real_ones(editor: Editor) -> None:
    html = editor.sees("/nl/regio/eindhoven", "2027-03-10T09:00:00")
    start = f"/voorbeeld/{editor.token}/2027-03-10T09%3A00%3A00"
    assert f'href="{start}/nl/hulp"' in html
    assert f'href="{start}/en/region/eindhoven"' in html
    assert f'href="{start}/nl/campagne/lente"' in html
    assert 'href="/nl/melden"' in html
    assert 'href="/weg"' in html
    assert "Begint" not in editor.sees("/nl/campagne/lente", "2027-03-10T09:00:00")


def test_a_preview_is_kept_by_nobody(editor: Editor) -> None:
    for path in (f"/nl/voorbeeld/{editor.token}", f"/voorbeeld/{editor.token}/2027-03-10T09:00:00/nl/"):
        headers = editor.browser.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert "set-cookie" not in headers


def test_the_moment_is_chosen_by_post(editor: Editor) -> None:
    address = f"/nl/voorbeeld/{editor.token}"
    answer = editor.browser.post(address, data={"moment": "2027-03-10T09:00"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/voorbeeld/{editor.token}/2027-03-10T09%3A00%3A00/nl/"
    assert LEAD["nl"] in editor.browser.get(answer.headers["location"]).text
    wrong = editor.browser.post(address, data={"moment": "morgen <b>"})
    assert wrong.status_code == 422
    assert "Fout:" in wrong.text
    assert 'value="morgen &lt;b&gt;"' in wrong.text


def test_texts_that_await_review_are_shown_when_asked_for(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    settings = editor.settings
    real = Settings(**{**vars(settings), "is_demo": False})
    editor.browser = TestClient(create_app(real, editor.clock).app, base_url=real.base_url, follow_redirects=False)
    moment = "2027-03-10T09:00:00"
    assert "Hier kijken we op." not in editor.sees("/nl/regio/eindhoven", moment)
    assert "Hier kijken we op." in editor.sees("/nl/regio/eindhoven", f"{moment}~all")
    assert editor.browser.get(f"/voorbeeld/{editor.token}/{moment}/nl/signalen/ouders").status_code == 404
    assert "wacht nog op een controle" in editor.sees("/nl/signalen/ouders", f"{moment}~all")


@pytest.mark.parametrize("path", ["/nl/voorbeeld/{}", "/voorbeeld/{}/2027-03-10T09:00:00/nl/"])
def test_a_link_that_is_over_or_altered_shows_nothing(editor: Editor, path: str) -> None:
    assert editor.browser.get(path.format(editor.token)).status_code == 200
    for token in (editor.token[:-1], f"{editor.token}x", "x", "e30.x"):
        assert editor.browser.get(path.format(token)).status_code == 404
        assert editor.browser.post(f"/nl/voorbeeld/{token}", data={"moment": "2027-03-10T09:00"}).status_code == 404
    editor.clock.forward(days=7)
    assert editor.browser.get(path.format(editor.token)).status_code == 404


@pytest.mark.parametrize(
    "moment",
    [
        "x",
        "2027-13-10T09:00",
        "0001-01-01",
        "~all",
        "9999-12-31T23:59:59",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
    ],
)
def test_a_moment_that_is_none_or_far_away_breaks_nothing(editor: Editor, moment: str) -> None:
    answer = editor.browser.get(f"/voorbeeld/{editor.token}/{moment}/nl/")
    assert answer.status_code in (200, 404)
    assert editor.browser.post(f"/nl/voorbeeld/{editor.token}", data={"moment": moment}).status_code in (303, 422)


def test_a_card_is_a_picture_in_the_preview_too(tmp_path: Path) -> None:
    settings = copied_settings(tmp_path)
    browser = TestClient(create_app(settings, Clock()).app, base_url=settings.base_url)
    token = PreviewLinks(settings.tipline.secret_keys, Clock()).make(timedelta(days=1))
    start = f"/voorbeeld/{token}/2027-03-10T09:00:00"
    card = re.findall(r'og:image" content="[^"]+(/look/[^"]+)"', browser.get(f"{start}/nl/").text)[0]
    assert browser.get(f"{start}{card}").headers["content-type"] == "image/png"


def test_a_page_that_is_not_there_at_the_moment_is_not_found(editor: Editor) -> None:
    assert editor.browser.get(f"/voorbeeld/{editor.token}/2027-02-01T09:00:00/nl/campagne/lente").status_code == 404
    assert editor.browser.get(f"/voorbeeld/{editor.token}/2027-02-01T09:00:00/nl/melden").status_code == 404


def test_tokens_last_as_long_as_asked_and_at_most_sixty_days() -> None:
    clock = Clock()
    links = PreviewLinks([KEY], clock)
    assert links.expiry(links.make(timedelta(days=7))) == NOW.replace(microsecond=0) + timedelta(days=7)
    assert links.expiry(links.make(timedelta(days=700))) == NOW.replace(microsecond=0) + LONGEST


def test_a_token_of_an_older_key_works_until_that_key_is_dropped() -> None:
    token = PreviewLinks([OLD_KEY], Clock()).make(timedelta(days=1))
    assert PreviewLinks([KEY, OLD_KEY], Clock()).expiry(token)
    assert PreviewLinks([KEY], Clock()).expiry(token) is None


def test_a_moment_is_written_and_read_back() -> None:
    for text in ("2027-03-10T09:00:00", "2027-03-10T09:00:00~all"):
        assert str(Moment.parse(text)) == text
    assert str(Moment.parse("2027-03-10T08:00:00+00:00")) == "2027-03-10T09:00:00"


def test_only_links_to_pages_of_the_preview_are_led_back() -> None:
    html = '<link rel="stylesheet" href="/look/1.css"><a class="x" href="/nl/#a">a</a><a href="/nl/melden">b</a>'
    led = led_back(html, "/start/", {"/nl/", "/look/1.css"})
    assert '<link rel="stylesheet" href="/start/look/1.css">' in led
    assert '<a class="x" href="/start/nl/#a">' in led
    assert '<a href="/nl/melden">' in led


def test_the_readiness_page_says_what_each_region_has(editor: Editor) -> None:
    html = editor.browser.get(f"/nl/voorbeeld/{editor.token}").text.partition('id="zie-je-mij"')[0]
    rows = {row.partition("</th>")[0].rpartition(">")[2]: row for row in html.split("<tr>")[2:]}
    assert "niet in:" in rows["Eindhoven en omgeving"]
    assert "contact bevestigd, open" in " ".join(rows["Eindhoven en omgeving"].split())
    assert "nog geen tekst" in rows["Twente"]
    assert "niet open" in rows["Twente"] or "Landelijk punt voor" in rows["Twente"]
    assert "woensdag 10 maart 2027, " in html
    assert "0 van de 26 hebben alles." in html


def test_the_command_prints_a_link_that_works(editor: Editor) -> None:
    environment = {
        "SIGNAALLIJN_DATA": str(editor.settings.data),
        "SIGNAALLIJN_CONTENT": str(editor.settings.content),
        "SIGNAALLIJN_BASE_URL": editor.settings.base_url,
    }
    result = CliRunner().invoke(main, ["preview", "--days", "2"], env=environment)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{editor.settings.base_url}/nl/voorbeeld/")
    editor.clock.now = datetime.now(UTC)
    assert editor.browser.get(result.stdout.strip()).status_code == 200
    editor.clock.forward(days=3)
    assert editor.browser.get(result.stdout.strip()).status_code == 404


def test_check_launch_tells_what_the_nation_and_each_region_lack(editor: Editor) -> None:
    content = {"SIGNAALLIJN_CONTENT": str(editor.settings.content), "SIGNAALLIJN_DATA": str(editor.settings.data)}
    result = CliRunner().invoke(main, ["check", "--launch", "lente"], env=content)
    assert result.exit_code == 0
    said = result.stdout.splitlines()
    assert "lente: goes live 2027-03-10 09:00+01:00" in said
    assert "  national: no text in nl, en; comensha is not open" in said
    assert "  eindhoven: no text in en; text awaits review; lumens-emp is not open" in said
    assert said[-1] == "0 of 26 regions have everything; the others show the national text"


def test_without_a_data_directory_nobody_can_say_which_point_is_open(editor: Editor) -> None:
    publication, _ = read_by_itself(editor.settings)
    lines = list(launch_lines(readiness(publication.material, "lente", None)))
    assert (
        "  eindhoven: no text in en; text awaits review; lumens-emp may be open or not (no data directory here)"
        in lines
    )


def test_a_campaign_that_is_not_there_is_told_with_those_that_are(editor: Editor) -> None:
    publication, _ = read_by_itself(editor.settings)
    with pytest.raises(UnknownCampaignError, match="there is no campaign 'herfst'; there are: lente, zie-je-mij"):
        readiness(publication.material, "herfst", None)
