"""Answers that are taken along from the signal check into the tip form: a draft like any other, that says so."""

import html
import re
from collections.abc import Iterator

import pytest
from clock import Clock
from httpx2 import Response
from starlette.testclient import TestClient
from tip_world import a_demo, copied_settings

from campaign_site.app import Signaallijn, create_app
from tipline.drafts import ReportDraft
from tipline.incoming import MAX_BODY
from tipline.questions import MAX_CHARACTERS
from tipline.tipster.addresses import address

STORY = 'Dit valt mij op:\n- "Moe" & <b>stil</b>'
HOSTILE = '"><script>alert(1)</script><textarea>{{ 7 * 7 }}</textarea>'
CHECK = {"nl": "/nl/signalen/check", "en": "/en/signals/check"}
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signaallijn]:
    made = create_app(copied_settings(tmp_path_factory.mktemp("carrying")), Clock(), None, a_demo().people)
    yield made
    made.store.close()


@pytest.fixture
def client(whole: Signaallijn) -> Iterator[TestClient]:
    with TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False) as client:
        yield client


def carry(client: TestClient, language: str = "nl", **fields: str | list[str]) -> Response:
    return client.post(address("tip_carry", language), data=fields or {"nothing": ""})


def draft_of(answer: Response) -> str:
    """The id of the draft that was begun."""
    found = re.fullmatch(r"/(?:nl/melden|en/report)/([\w-]{22})/(?:begin|start)", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


def in_story(client: TestClient, draft: str, language: str = "nl") -> str:
    """What stands in the story's field."""
    client.post(address("tip_place", language, draft), data={"place": "5611"})
    client.get(address("tip_place", language, draft))
    page = client.get(address("tip_story", language, draft)).text
    assert 'id="carried"' in page
    return html.unescape(re.findall(r'<textarea id="story"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[0])


@LANGUAGES
def test_what_was_chosen_in_the_check_stands_in_the_story_and_the_place_is_asked_first(
    client: TestClient, language: str
) -> None:
    fields = {"setting": "school", "step": "answer", "noticed": ["tired", "phone"], "danger": "now"}
    told = client.get(client.post(CHECK[language], data=fields).headers["location"])
    form = re.findall(rf'<form[^>]* action="{address("tip_carry", language)}".*?</form>', told.text, re.DOTALL)[0]
    hidden = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    assert "school" not in hidden["story"].lower(), "where he is known from would point to who writes"
    answer = carry(client, language, **hidden)
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
    draft = draft_of(answer)
    first = client.get(answer.headers["location"])
    assert first.status_code == 203
    assert 'id="carried"' in first.text
    assert "tel:112" in first.text
    assert f'action="{address("tip_place", language, draft)}"' in first.text
    assert client.get(address("tip_story", language, draft)).headers["location"].endswith(("plaats", "place"))
    assert in_story(client, draft, language) == hidden["story"]
    assert len(hidden["story"].splitlines()) == 3
    client.post(address("tip_story", language, draft), data={"story": hidden["story"], "danger": hidden["danger"]})
    assert "tel:112" in client.get(address("tip_check", language, draft)).text


def test_the_story_can_be_changed_and_what_was_taken_out_is_gone(client: TestClient, whole: Signaallijn) -> None:
    draft = draft_of(carry(client, story=STORY, danger="now"))
    assert in_story(client, draft) == STORY
    client.post(address("tip_story", "nl", draft), data={"story": "Iets anders"})
    held = whole.tipline.tip_form.drafts.held(draft, ReportDraft)
    assert held
    assert held.draft.answers == {"story": "Iets anders"}


def test_what_is_carried_is_shown_as_text(client: TestClient) -> None:
    assert in_story(client, draft_of(carry(client, story=HOSTILE))) == HOSTILE
    draft = draft_of(carry(client, story=HOSTILE))
    for name in ("tip_first", "tip_place", "tip_story"):
        assert "<script>alert" not in client.get(address(name, "nl", draft)).text


def test_a_text_that_is_too_long_is_cut_and_what_is_not_asked_is_dropped(
    client: TestClient, whole: Signaallijn
) -> None:
    draft = draft_of(carry(client, story="x" * (MAX_CHARACTERS + 1), danger="kwartelhaan", care_point="comensha"))
    held = whole.tipline.tip_form.drafts.held(draft, ReportDraft)
    assert held
    assert held.draft.answers == {"story": "x" * MAX_CHARACTERS}
    assert not held.draft.told


@pytest.mark.parametrize("fields", [{}, {"story": ""}, {"story": " \n "}, {"place": "5611"}, {"danger": "kwartelhaan"}])
def test_nothing_to_carry_begins_nothing(client: TestClient, fields: dict[str, str]) -> None:
    assert carry(client, **fields).headers["location"] == "/nl/melden"


def test_only_a_press_begins_it_and_no_other_site_can(client: TestClient) -> None:
    assert client.get(address("tip_carry", "nl")).status_code == 405
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(address("tip_carry", "nl"), data={"story": "x"}, headers=foreign).status_code == 400
    assert client.post(address("tip_carry", "nl"), data={"story": "x" * MAX_BODY}).status_code == 413


def test_a_link_to_it_from_elsewhere_shows_nothing(client: TestClient) -> None:
    path = address("tip_first", "nl", draft_of(carry(client, story=STORY)))
    for came_from in ("none", "cross-site"):
        shown = client.get(path, headers={"Sec-Fetch-Site": came_from})
        assert 'id="carried"' not in shown.text


def test_leaving_quickly_destroys_it(client: TestClient) -> None:
    draft = draft_of(carry(client, story=STORY))
    first = client.get(address("tip_first", "nl", draft)).text
    leave = re.findall(r'class="exit" href="([^"]+)"', first)[0]
    client.get(leave)
    assert client.get(address("tip_first", "nl", draft)).status_code == 404


def test_a_draft_that_began_with_a_place_says_nothing_of_carrying(client: TestClient) -> None:
    answer = client.post(address("tip_start", "nl"), data={"place": "5611"})
    draft = answer.headers["location"].split("/")[3]
    client.get(address("tip_place", "nl", draft))
    assert 'id="carried"' not in client.get(address("tip_story", "nl", draft)).text
    assert 'id="carried"' not in client.get(address("tip_start", "nl")).text


def test_while_nobody_can_read_it_nothing_is_begun(client: TestClient, whole: Signaallijn) -> None:
    key = whole.tipline.world.settings.content / "keys" / "comensha.toml"
    published = key.read_bytes()
    key.unlink()
    assert carry(client, story=STORY).headers["location"] == "/nl/melden"
    key.write_bytes(published)
    draft_of(carry(client, story=STORY))
