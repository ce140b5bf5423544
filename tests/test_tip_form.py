"""The tip form and the follow-up through the front door: each right, and each wrong way in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from clock import NOW, Clock
from httpx2 import Response
from own_loop import run_apart
from server import FORM, STEPS, code_in
from site_world import care_points, rendering
from starlette.testclient import TestClient
from tip_world import a_demo, copied_settings, forget_tipsters

from campaign_site.app import Signaallijn, create_app
from tipline.drafts import SentDraft
from tipline.incoming import Message
from tipline.receipts import Receipt
from tipline.storage.tips import DraftChange, NewTip, Tips
from tipline.tipster.addresses import address
from tipline.tipster.follow_up import STRETCHING


@dataclass
class Front:
    """The whole application, spoken to as a browser without script does."""

    whole: Signaallijn
    client: TestClient
    clock: Clock
    language: str = "nl"

    @property
    def content(self) -> Path:
        return self.whole.tipline.world.settings.content

    def begin(self, place: str = "5611", **more: str) -> str:
        """Answers where, and returns the draft's id."""
        return self.post(self.address("tip_start"), place=place, **more).headers["location"].split("/")[3]

    def address(self, name: str, draft: str = "") -> str:
        return address(name, self.language, draft)

    def step(self, draft: str, number: int) -> str:
        return self.address(STEPS[number], draft)

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, **fields: str | list[str]) -> Response:
        answer = self.client.post(path, data=fields or {"nothing": ""})
        assert answer.status_code == 303, (path, answer.status_code)
        assert answer.headers["cache-control"] == "no-store"
        return answer

    def ready(self, **more: str | list[str]) -> str:
        """A draft that was told everything, seen on its check page."""
        draft = self.begin()
        self.get(self.step(draft, 2))
        self.post(self.step(draft, 2), **{"story": "Elke dinsdag.", **more})
        assert "Elke dinsdag." in self.get(self.step(draft, 3)).text
        return draft

    def code(self, draft: str) -> str:
        return code_in(self.get(self.step(draft, 4)).text)

    def tips(self) -> list[str]:
        store = self.whole.store
        return [
            each.care_point
            for point in sorted(store.tips.care_points())
            for each in store.cases.page(point, ["new"], 99)
        ]


BOTH_LANGUAGES = pytest.mark.parametrize("front", ["nl", "en"], indirect=True)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Signaallijn]:
    made = create_app(copied_settings(tmp_path_factory.mktemp("form")), clock, None, a_demo().people)
    yield made
    made.store.close()


@pytest.fixture
def front(whole: Signaallijn, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Front]:
    client = TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False)
    yield Front(whole, client, clock, getattr(request, "param", "nl"))
    client.close()
    clock.now = NOW
    forget_tipsters(whole)


@BOTH_LANGUAGES
def test_a_whole_report_ends_at_the_point_that_was_named(front: Front) -> None:
    draft = front.begin()
    assert "Lumens" in front.get(front.step(draft, 1)).text
    front.post(front.step(draft, 2), story="Elke dinsdag.")
    front.get(front.step(draft, 3))
    assert front.post(front.step(draft, 3)).headers["location"] == front.step(draft, 4)
    assert re.fullmatch(r"(\d{5} ){4}\d{5}", front.code(draft))
    assert ("krijgt bericht", "gets word")[front.language == "en"] in front.get(front.step(draft, 4)).text
    assert front.tips() == ["lumens-emp"]


def test_the_page_after_sending_tells_of_a_mail_only_where_the_site_sends_any() -> None:
    points = [care_points().points["lumens-emp"]]
    for minutes, mailed, ready in (
        (60, "Op het volgende hele uur krijgt Lumens", "Op het volgende hele uur staat uw melding klaar bij Lumens"),
        (15, "Binnen 15 minuten krijgt Lumens", "Binnen 15 minuten staat uw melding klaar bij Lumens"),
        (0, "krijgt bericht", "Uw melding staat klaar bij Lumens"),
    ):
        for has_mail in (True, False):
            told = {"slot_minutes": minutes, "has_mail": has_mail}
            page = rendering().page("tip/code.html", "nl", receipt=None, draft=SentDraft(), care_points=points, **told)
            assert (mailed in page, "bericht" in page, ready in page) == (has_mail, has_mail, not has_mail)


def test_a_care_point_named_by_the_client_is_not_believed(front: Front) -> None:
    draft = front.begin(care_point="zvh-groningen", told="zvh-groningen", municipality="GM0014")
    for number in (1, 2, 3):
        front.post(front.step(draft, number), place="5611", story="x", care_point="zvh-groningen", told="zvh-groningen")
        front.get(front.step(draft, number))
    front.post(front.step(draft, 3), care_point="zvh-groningen")
    assert front.tips() == ["lumens-emp"]


def test_a_municipality_that_was_not_offered_is_not_believed(front: Front) -> None:
    draft = front.begin("Elst")
    page = front.get(front.step(draft, 1)).text
    assert 'value="GM1734"' in page
    front.post(front.step(draft, 1), place="Elst", where="GM0014")
    assert 'id="errors"' in front.get(front.step(draft, 1)).text
    front.post(front.step(draft, 1), place="Elst", where="GM1734")
    assert 'id="care-point"' in front.get(front.step(draft, 1)).text


@BOTH_LANGUAGES
def test_who_lives_in_another_region_makes_a_joint_tip(front: Front) -> None:
    draft = front.begin(lives_elsewhere="9711")
    page = front.get(front.step(draft, 1)).text
    for name in ("Lumens", "Zorg- en Veiligheidshuis Groningen", "Eindhoven", "Groningen"):
        assert name in page
    front.post(front.step(draft, 2), story="Elke dinsdag.")
    front.get(front.step(draft, 3))
    front.post(front.step(draft, 3))
    assert front.code(draft)
    assert front.tips() == ["lumens-emp", "zvh-groningen"]


@pytest.mark.parametrize(
    ("chosen", "receivers"),
    [
        ("GM1734", ["comensha", "lumens-emp"]),
        ("unknown", ["lumens-emp"]),
        ("", ["lumens-emp"]),
        ("GM0014", ["lumens-emp"]),
    ],
)
def test_where_he_lives_is_asked_when_it_is_not_certain_and_never_holds_anyone_up(
    front: Front, chosen: str, receivers: list[str]
) -> None:
    draft = front.begin(lives_elsewhere="Elst")
    page = front.get(front.step(draft, 1)).text
    assert 'name="home" value="GM1734"' in page
    assert 'id="care-point"' not in page
    assert 'id="errors"' not in page
    front.post(front.step(draft, 1), place="5611", where="GM0772", lives_elsewhere="Elst", home=chosen)
    page = front.get(front.step(draft, 1)).text
    assert 'id="care-point"' in page
    assert "Elst" in page
    front.post(front.step(draft, 2), story="x")
    front.get(front.step(draft, 3))
    front.post(front.step(draft, 3))
    assert front.tips() == receivers


def test_a_home_that_is_no_known_place_goes_along_as_words(front: Front) -> None:
    draft = front.begin(lives_elsewhere="bij zijn oom")
    page = front.get(front.step(draft, 1)).text
    assert 'id="care-point"' in page
    assert "bij zijn oom" in page
    assert 'id="errors"' not in page


@BOTH_LANGUAGES
def test_an_organisation_can_be_left_out_and_taken_back_in_on_both_pages(front: Front) -> None:
    draft = front.begin(lives_elsewhere="Groningen")
    receivers = front.address("tip_receivers", draft)
    front.post(front.step(draft, 2), story="x")
    for number, seen_at in ((1, "place"), (3, "check")):
        assert 'name="not_to" value="lumens-emp"' in front.get(front.step(draft, number)).text
        left = front.post(receivers, not_to="lumens-emp", seen_at=seen_at)
        assert left.headers["location"] == front.step(draft, number)
        page = front.get(front.step(draft, number)).text
        assert 'name="after_all" value="lumens-emp"' in page
        assert "CoMensha" in page
        front.post(receivers, after_all="lumens-emp", seen_at=seen_at)
        page = front.get(front.step(draft, number)).text
        assert "after_all" not in page
        assert 'name="not_to" value="lumens-emp"' in page
    for point in ("lumens-emp", "zvh-groningen"):
        front.post(receivers, not_to=point, seen_at="check")
    assert front.post(front.step(draft, 3)).headers["location"] == front.step(draft, 3)
    assert front.tips() == []
    front.get(front.step(draft, 3))
    front.post(front.step(draft, 3))
    assert front.tips() == ["comensha"]


def test_only_an_organisation_that_serves_these_places_can_be_left_out(front: Front) -> None:
    draft = front.begin()
    receivers = front.address("tip_receivers", draft)
    for point in ("comensha", "zvh-groningen", "nobody", "<b>", "lumens-emp lumens-emp"):
        front.post(receivers, not_to=point)
        assert "after_all" not in front.get(front.step(draft, 1)).text
    front.post(receivers, not_to="lumens-emp")
    # What was said of Eindhoven is not said of Groningen, and is forgotten.
    front.post(front.step(draft, 1), place="Groningen")
    front.post(front.step(draft, 1), place="5611")
    assert "after_all" not in front.get(front.step(draft, 1)).text


def test_a_choice_that_is_not_offered_is_dropped(front: Front) -> None:
    draft = front.ready(danger="kwartelhaan", source=["seen", "kwartelhaan"])
    assert "kwartelhaan" not in front.get(front.step(draft, 3)).text


def test_nothing_is_sent_before_place_story_and_receiver_are_known(front: Front) -> None:
    nowhere = front.begin("qqqq")
    for number in (2, 3):
        assert front.get(front.step(nowhere, number)).headers["location"] == front.step(nowhere, 1)
    front.post(front.step(nowhere, 3))
    untold = front.begin()
    assert front.post(front.step(untold, 3)).headers["location"] == front.step(untold, 2)
    unseen = front.begin()
    front.post(front.step(unseen, 2), story="Iets.")
    assert front.post(front.step(unseen, 3)).headers["location"] == front.step(unseen, 3)
    assert front.tips() == []


@BOTH_LANGUAGES
def test_a_receiver_that_changed_between_check_and_send_is_told(front: Front) -> None:
    draft = front.ready()
    key = front.content / "keys" / "lumens-emp.toml"
    kept = key.read_bytes()
    key.unlink()
    assert front.post(front.step(draft, 3)).headers["location"] == front.step(draft, 3)
    assert front.tips() == []
    page = front.get(front.step(draft, 3)).text
    assert 'id="errors"' in page
    assert "CoMensha" in page
    front.post(front.step(draft, 3))
    assert front.tips() == ["comensha"]
    key.write_bytes(kept)


@BOTH_LANGUAGES
def test_a_report_changed_elsewhere_while_it_is_sent_says_that_it_was_not_sent(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second tab changes the story in the moment between reading the report and keeping it."""
    draft = front.ready()
    keep = Tips.keep

    def meanwhile(tips: Tips, tip: NewTip, change: DraftChange) -> bool:
        monkeypatch.undo()
        front.post(front.step(draft, 2), story="Elke woensdag.")
        return keep(tips, tip, change)

    monkeypatch.setattr(Tips, "keep", meanwhile)
    front.post(front.step(draft, 3))
    assert front.tips() == []
    assert front.get(front.step(draft, 4)).headers["location"] == front.step(draft, 3)
    page = front.get(front.step(draft, 3)).text
    assert 'id="errors"' in page
    assert "Elke woensdag." in page
    front.post(front.step(draft, 3))
    assert front.tips() == ["lumens-emp"]
    assert front.code(draft)


def test_when_nobody_is_open_the_form_says_so_and_keeps_nothing(front: Front) -> None:
    draft = front.ready()
    front.clock.forward(days=61)
    assert 'id="closed"' in front.get(front.address("tip_start")).text
    assert front.post(front.address("tip_start"), place="5611").headers["location"] == front.address("tip_start")
    assert front.get(front.step(draft, 3)).status_code == 404
    assert front.tips() == []


def test_get_sends_nothing_and_acknowledges_nothing(front: Front) -> None:
    draft = front.ready()
    for number in (1, 2, 3, 4):
        front.get(front.step(draft, number))
    assert front.tips() == []
    front.post(front.step(draft, 3))
    code = front.code(draft)
    assert front.code(draft) == code != ""
    front.post(front.step(draft, 4))
    assert front.code(draft) == ""


def test_a_code_is_shown_until_the_hour_ends(front: Front) -> None:
    draft = front.ready()
    front.post(front.step(draft, 3))
    front.clock.forward(minutes=50)
    assert front.code(draft)
    front.clock.forward(minutes=10)
    assert front.get(front.step(draft, 4)).status_code == 404


def test_a_draft_of_a_report_is_no_visit_and_a_visit_no_report(front: Front) -> None:
    draft = front.ready()
    follow_up = front.address("follow_up")
    assert front.get(f"{follow_up}/{draft}").status_code == 404
    front.post(front.step(draft, 3))
    visit = front.post(follow_up, receipt=front.code(draft)).headers["location"]
    assert front.get(visit).status_code < 300
    assert front.get(front.step(visit.split("/")[-1], 3)).status_code == 404


@BOTH_LANGUAGES
def test_a_wrong_code_opens_nothing_and_says_why(front: Front) -> None:
    draft = front.ready()
    front.post(front.step(draft, 3))
    code = front.code(draft)
    follow_up = front.address("follow_up")
    pages = {}
    for typed in (code, code[:-1] + str((int(code[-1]) + 1) % 10), code[:-1], code + "x", "", "0" * 25):
        visit = front.post(follow_up, receipt=typed).headers["location"]
        pages[typed] = front.get(visit).text
        assert code not in visit
        assert code.replace(" ", "") not in pages[typed]
        if typed != code:
            refused = front.client.post(visit, data={"addition": "x"})
            assert refused.status_code == 404
    assert 'id="no-answers"' in pages[code]
    assert all('id="errors"' in page for typed, page in pages.items() if typed != code)
    assert {len(page.encode()) % 16384 for page in pages.values()} == {0}


def given_while_all_stretch(front: Front) -> tuple[Message, int]:
    """How a code is answered whose visitor hangs up before its turn, and how many wait for theirs then."""
    body = f"receipt={Receipt.new().digits}&more={'x' * 100_000}".encode()
    headers = {"host": "localhost:8000", "content-type": FORM, "content-length": str(len(body))}
    coming: list[Message] = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    async def gives() -> int:
        for who in ("one", "another"):
            await STRETCHING.acquire_on_behalf_of(who)
        try:
            await front.whole.app(
                {
                    "type": "http",
                    "method": "POST",
                    "path": front.address("follow_up"),
                    "query_string": b"",
                    "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
                },
                receive,
                send,
            )
            return STRETCHING.statistics().tasks_waiting
        finally:
            for who in ("one", "another"):
                STRETCHING.release_on_behalf_of(who)

    waiting = run_apart(gives())
    return answered[0], waiting


def test_who_hangs_up_while_his_code_waits_gives_up_his_place(front: Front) -> None:
    answer, waiting = given_while_all_stretch(front)
    assert waiting == 0
    assert (b"location", f"{front.address('follow_up')}?busy".encode()) in answer["headers"]


def test_one_code_too_many_is_asked_to_come_back(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tipline.tipster.follow_up.MOST_WAITING", 0)
    typed = Receipt.new().digits
    busy = front.post(front.address("follow_up"), receipt=typed).headers["location"]
    shown = front.get(busy).text
    assert "Wacht een minuut en probeer het opnieuw." in shown
    assert typed not in busy + shown
    assert 'aria-invalid="true"' not in shown


def test_a_visit_ends_after_half_an_hour_and_when_it_is_closed(front: Front) -> None:
    draft = front.ready()
    front.post(front.step(draft, 3))
    code = front.code(draft)
    first, second = (front.post(front.address("follow_up"), receipt=code).headers["location"] for _ in range(2))
    front.post(front.address("close_conversation", first.rpartition("/")[2]))
    assert front.get(first).status_code == 404
    assert front.get(second).status_code < 300
    front.clock.forward(minutes=30)
    assert front.get(second).status_code == 404


def test_leaving_destroys_the_draft_and_no_other(front: Front) -> None:
    mine, other = front.ready(), front.ready()
    answer = front.get(f"/weg/{mine}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert front.get(front.step(mine, 3)).status_code == 404
    assert front.get(front.step(other, 3)).status_code < 300


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"])
def test_a_browser_that_looks_ahead_destroys_nothing(front: Front, purpose: str) -> None:
    draft = front.ready()
    answer = front.get(f"/weg/{draft}", Sec_Purpose=purpose)
    assert answer.status_code == 503
    assert "location" not in answer.headers
    assert front.get(front.step(draft, 3)).status_code < 300


def test_the_form_sets_no_cookie_and_is_stored_nowhere(front: Front) -> None:
    draft = front.ready()
    for path in (front.address("tip_start"), *(front.step(draft, number) for number in (1, 2, 3)), f"/weg/{draft}"):
        answer = front.get(path)
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    assert not front.client.cookies
