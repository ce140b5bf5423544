"""A full pool, through the front door: its visitors are asked to wait and lose nothing, all others come through."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from brought import fields_of, worked
from clock import NOW, Clock
from httpx2 import Response
from server import code_in
from starlette.testclient import TestClient
from tip_world import a_demo, copied_settings, forget_tipsters

from campaign_site.app import Signaallijn, create_app
from tipline.pools import LIVE_DRAFTS, TIPS_A_DAY, Pool
from tipline.tipster.addresses import address

PLACE = {"place": "5611", "lives_elsewhere": "Helmond"}
BOTH_LANGUAGES = pytest.mark.parametrize("flooded", ["nl", "en"], indirect=True)


@dataclass
class Flooded:
    """The whole application, with a pool of those who bring nothing that is full."""

    whole: Signaallijn
    client: TestClient
    clock: Clock
    language: str = "nl"

    def at(self, name: str, draft: str = "") -> str:
        return address(name, self.language, draft)

    def first_page(self) -> str:
        return self.client.get(self.at("tip_start")).text

    def post(self, name: str, fields: dict[str, str], draft: str = "") -> str:
        answer = self.client.post(self.at(name, draft), data=fields or {"nothing": ""})
        assert answer.status_code == 303, answer.status_code
        return str(answer.headers["location"])

    def asked_to_wait(self, fields: dict[str, str], name: str = "tip_start") -> Response:
        """Posts and comes to the page that asks to wait."""
        location = self.post(name, fields)
        assert location.startswith(self.at("tip_waiting")), location
        answer = self.client.get(location)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"
        assert answer.headers["cache-control"] == "no-store"
        return answer

    def pools(self) -> list[str]:
        return [case.pool for case in self.whole.store.cases.page("lumens-emp", ["new"], 99)]

    def sends(self, draft: str, fields: dict[str, str] | None = None) -> str:
        """From the place to the end; where it ends."""
        assert "Lumens" in self.client.get(self.at("tip_place", draft)).text
        self.post("tip_story", {"story": "Elke dinsdag."}, draft)
        self.client.get(self.at("tip_check", draft))
        return self.post("tip_check", fields or {}, draft)


def fill(whole: Signaallijn, pool: Pool, but: int = 0) -> None:
    for _ in range(LIVE_DRAFTS[pool] - but):
        whole.store.drafts.add(secrets.token_bytes(32), b"", 2**31 - 1, pool)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Signaallijn]:
    made = create_app(copied_settings(tmp_path_factory.mktemp("flooded")), clock, None, a_demo().people)
    yield made
    made.store.close()


@pytest.fixture
def flooded(
    whole: Signaallijn, clock: Clock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flooded]:
    few = {**LIVE_DRAFTS, Pool.NEITHER: 2, Pool.TICKET: 2, Pool.VISIT: 2, Pool.WRONG_CODE: 2}
    monkeypatch.setitem(globals(), "LIVE_DRAFTS", few)
    monkeypatch.setattr("tipline.storage.admissions.LIVE_DRAFTS", few)
    monkeypatch.setattr("tipline.storage.admissions.TIPS_A_DAY", {**TIPS_A_DAY, Pool.NEITHER: 1})
    fill(whole, Pool.NEITHER)
    client = TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False)
    yield Flooded(whole, client, clock, getattr(request, "param", "nl"))
    client.close()
    clock.now = NOW
    forget_tipsters(whole)


def draft_in(location: str) -> str:
    found = re.search(r"/([\w-]{22})/(?:plaats|place|begin|start)$", location)
    assert found, location
    return found[1]


@BOTH_LANGUAGES
def test_who_brings_nothing_is_asked_to_wait_and_a_minute_later_comes_through(flooded: Flooded) -> None:
    first = fields_of(flooded.first_page())
    page = flooded.asked_to_wait({**PLACE, **first})
    assert "5611" in page.text
    assert "Helmond" in page.text
    assert 'href="tel:112"' in page.text
    assert len(re.findall(r'href="tel:\d{4,}', page.text)) > 1
    carried = fields_of(page.text)
    assert carried["ticket"] == first["ticket"]  # so the wait counts from the first page on
    flooded.clock.forward(seconds=60)
    draft = draft_in(flooded.post("tip_start", carried))
    assert "Helmond" in flooded.client.get(flooded.at("tip_place", draft)).text
    assert flooded.sends(draft) == flooded.at("tip_code", draft)
    assert flooded.pools() == ["ticket"]


def test_who_does_the_sum_comes_through_at_once(flooded: Flooded) -> None:
    draft = draft_in(flooded.post("tip_start", {**PLACE, **worked(flooded.first_page())}))
    assert flooded.sends(draft) == flooded.at("tip_code", draft)
    assert flooded.pools() == ["proof"]


def test_the_page_that_asks_to_wait_takes_the_sum_as_well(flooded: Flooded) -> None:
    page = flooded.asked_to_wait(PLACE)
    assert flooded.sends(draft_in(flooded.post("tip_start", worked(page.text))))
    assert flooded.pools() == ["proof"]


def test_who_waited_in_vain_keeps_his_ticket(flooded: Flooded) -> None:
    fill(flooded.whole, Pool.TICKET)
    first = fields_of(flooded.first_page())
    flooded.clock.forward(seconds=60)
    again = fields_of(flooded.asked_to_wait({**PLACE, **first}).text)
    assert again["ticket"] == first["ticket"]
    flooded.asked_to_wait(again)


def test_what_was_taken_along_from_the_check_waits_too(flooded: Flooded) -> None:
    page = flooded.asked_to_wait({"story": "Dit valt mij op:\n- Moe"}, "tip_carry")
    draft = draft_in(flooded.post("tip_start", worked(page.text)))
    flooded.post("tip_place", PLACE, draft)
    flooded.client.get(flooded.at("tip_place", draft))
    assert "- Moe" in flooded.client.get(flooded.at("tip_story", draft)).text


def test_more_than_an_address_holds_is_refused_with_a_page_that_says_so(flooded: Flooded) -> None:
    answer = flooded.client.post(
        flooded.at("tip_carry"), data={name: secrets.token_urlsafe(9_000) for name in ("story", "others")}
    )
    assert answer.status_code == 503
    assert 'href="tel:112"' in answer.text
    page = worked(flooded.first_page())
    flooded.client.get(f"/weg/{draft_in(flooded.post('tip_start', {**PLACE, **page}))}")
    texts = {name: secrets.token_urlsafe(9_000) for name in ("story", "others")}
    assert flooded.client.post(flooded.at("tip_carry"), data={**texts, **page}).status_code == 503


@pytest.mark.parametrize("came_from", ["none", "cross-site", "same-site"])
def test_a_link_to_what_waits_shows_nothing_to_who_was_given_it(flooded: Flooded, came_from: str) -> None:
    location = flooded.post("tip_start", PLACE)
    answer = flooded.client.get(location, headers={"Sec-Fetch-Site": came_from})
    assert (answer.status_code, answer.headers["location"]) == (303, flooded.at("tip_start"))


def test_what_waits_is_gone_after_an_hour_and_says_nothing_in_its_address(flooded: Flooded) -> None:
    location = flooded.post("tip_start", PLACE)
    assert len(location) == len(flooded.post("tip_start", {"place": "9711"}))
    flooded.clock.forward(minutes=60)
    assert flooded.client.get(location).status_code == 404
    assert flooded.client.get(flooded.at("tip_waiting", "x" * 300)).status_code == 404


def test_back_from_what_came_after_shows_no_more_what_waited(flooded: Flooded) -> None:
    """Neither while the draft is there, nor after it was sent or left."""
    for ends in (flooded.sends, lambda draft: flooded.client.get(f"/weg/{draft}")):
        location = flooded.post("tip_start", {**PLACE, **fields_of(flooded.first_page())})
        page = flooded.client.get(location)
        assert page.status_code == 503
        flooded.clock.forward(seconds=60)
        draft = draft_in(flooded.post("tip_start", fields_of(page.text)))
        assert flooded.client.get(location).headers["location"] == flooded.at("tip_place", draft)
        ends(draft)
        assert "5611" not in flooded.client.get(location, follow_redirects=True).text


def test_two_reports_that_begin_on_one_page_that_asks_to_wait_are_two_tips(flooded: Flooded) -> None:
    page = flooded.asked_to_wait(PLACE)
    typed = fields_of(page.text)["typed"]
    drafts = [draft_in(flooded.post("tip_start", {**worked(flooded.first_page()), "typed": typed})) for _ in range(2)]
    for draft in drafts:
        assert flooded.sends(draft) == flooded.at("tip_code", draft)
        assert 'id="receipt"' in flooded.client.get(flooded.at("tip_code", draft)).text
    assert flooded.pools() == ["proof", "proof"]


def test_a_page_posted_twice_is_one_draft_with_the_place_that_was_given_last(flooded: Flooded) -> None:
    page = worked(flooded.first_page())
    first = flooded.post("tip_start", {**page, "place": "9711"})
    assert flooded.post("tip_start", {**page, "place": "5611"}) == first
    assert "Lumens" in flooded.client.get(first).text


def test_a_page_whose_draft_was_left_or_sent_begins_none_again(flooded: Flooded) -> None:
    left, sent = worked(flooded.first_page()), worked(flooded.first_page())
    flooded.client.get(f"/weg/{draft_in(flooded.post('tip_start', {**PLACE, **left}))}")
    flooded.sends(draft_in(flooded.post("tip_start", {**PLACE, **sent})))
    for used in (left, sent):
        fresh = fields_of(flooded.asked_to_wait({**PLACE, **used}).text)
        assert fresh["ticket"] != used["ticket"]


def test_a_tip_that_its_pool_does_not_take_today_waits_in_its_draft_for_a_better_one(flooded: Flooded) -> None:
    flooded.clock.forward(minutes=60)
    flooded.whole.store.drafts.drop_expired(2**31 - 1)
    first, draft = (draft_in(flooded.post("tip_start", PLACE)) for _ in range(2))
    assert flooded.sends(first) == flooded.at("tip_code", first)
    assert flooded.sends(draft) == flooded.at("tip_check", draft)
    page = flooded.client.get(flooded.at("tip_check", draft)).text
    assert 'id="errors"' in page
    assert "Elke dinsdag." in page
    assert flooded.post("tip_check", {}, draft) == flooded.at("tip_check", draft)
    assert flooded.post("tip_check", worked(page), draft) == flooded.at("tip_code", draft)
    assert sorted(flooded.pools()) == ["neither", "proof"]


def test_wrong_codes_take_each_others_place_and_no_visits(flooded: Flooded) -> None:
    draft = draft_in(flooded.post("tip_start", {**PLACE, **worked(flooded.first_page())}))
    flooded.sends(draft)
    code = code_in(flooded.client.get(flooded.at("tip_code", draft)).text)
    for _ in range(5):
        wrong = flooded.post("follow_up", {"receipt": "1" * 25})
        assert 'id="errors"' in flooded.client.get(wrong).text
    visits = [flooded.post("follow_up", {"receipt": code}) for _ in range(2)]
    assert 'id="no-answers"' in flooded.client.get(visits[0]).text
    assert flooded.client.post(flooded.at("follow_up"), data={"receipt": code}).status_code == 503
    assert flooded.client.get(visits[1]).status_code == 203


def test_more_than_a_draft_holds_is_refused_and_what_it_held_stays(flooded: Flooded) -> None:
    draft = draft_in(flooded.post("tip_start", {**PLACE, **worked(flooded.first_page())}))
    flooded.client.get(flooded.at("tip_place", draft))
    flooded.post("tip_story", {"story": "Elke dinsdag."}, draft)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    too_long = flooded.client.post(flooded.at("tip_story", draft), content=b"story=" + b'"' * 100_000, headers=headers)
    assert too_long.status_code == 413
    assert "Elke dinsdag." in flooded.client.get(flooded.at("tip_story", draft)).text
