"""Sealing in the browser, broken on purpose in a real one: files blocked, errors thrown, the network stalled and cut,
before and after sending, and answers lost after the tip was kept.

Whatever happens: nothing readable is stored, nothing typed is lost, the code on the screen opens the conversation,
and there is one tip, never two, which opens at the desk and belongs to that code."""

import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import chain, repeat

import pytest
from keys import care_point_key
from leak_search import KEEPS_ITS_LOG, found_in, left_behind, secrets_of
from looking import faults
from people import Ada
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from sealed_report import SealedReport, posted
from server import PATIENCE_SECONDS, Report, Server, follow_up, planted, running_again
from tip_world import demo_to_serve
from walks import BEGIN_ANEW, SEALED, answers_posts

from tipline import heads
from tipline.heads import Author, Head, Kind
from tipline.padding import BUCKETS
from tipline.pools import TIPS_A_DAY, Pool
from tipline.receipts import Receipt, derive
from tipline.sealing import Identity, open_sealed
from tipline.storage import Store
from tipline.tipster.addresses import address
from tipline.working_days import dutch_date

pytestmark = pytest.mark.browser

READER = "lumens-emp"
PATIENCE = "00:21"
"""Longer than the script waits for anything, or before it tries again by itself."""
MOMENT = 700
"""Milliseconds in which the server answers, if it does; when it takes longer, the script only has to try once more."""
AT_ONCE = 150
"""The same, where the test itself answers."""
TRIES = 5
"""How often it sends before it asks to press a button."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its database's log is kept, so that the search through all it left behind misses nothing."""
    folder = tmp_path_factory.mktemp("site")
    with running_again(demo_to_serve(folder), **planted(folder / "planted", KEEPS_ITS_LOG)) as running:
        yield running


@pytest.fixture(scope="module")
def desk_key(site: Server) -> Identity:
    """What opens the tips at the desk."""
    store = Store(f"sqlite:///{site.database}")
    key = care_point_key(store.coordinators, "noor", site.people["noor"].passphrase, site.salt)
    store.close()
    return key


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as made:
        yield made


@dataclass
class Told:
    """What Ada tells, in words that stand nowhere else, and all that her browser sent meanwhile."""

    ada: Ada
    key: Identity
    before: set[str]
    words: str = field(default_factory=lambda: f"kwartel{secrets.token_hex(8)}")
    sent: list[Request] = field(default_factory=list)
    draft: str = ""

    @property
    def page(self) -> Page:
        return self.ada.page

    @property
    def site(self) -> Server:
        return self.ada.site

    def comes_to_the_story(self, **more: str) -> None:
        """By a link on the site; its draft was begun before."""
        report = Report(self.site.public).begins("5611", **more)
        self.draft, story = report.draft, report.path(2)
        self.page.goto(f"{self.site.public_url}/healthz")
        with self.page.expect_navigation():
            self.page.evaluate("(there) => { location.href = there; }", story)

    def tells(self) -> None:
        self.ada.tells(self.words, others=f"{self.words} too", danger="soon")

    def fills_in(self) -> None:
        """As `tells`, but without going on."""
        self.page.locator("#story").fill(self.words)
        self.page.locator("#others").fill(f"{self.words} too")
        self.page.locator('input[name="danger"][value="soon"]').check()

    def is_at_the_check(self) -> None:
        """It was sealed, and nothing was sent."""
        self.page.clock.install()
        self.comes_to_the_story()
        self.ada.waits_until_it_seals()
        self.tells()

    def sees_its_code(self) -> str:
        return "".join(self.ada.gets_a_code().split())

    def presses_send(self) -> str:
        """And sees the code, whatever becomes of it."""
        self.page.locator("#send").click()
        expect(self.page.locator("#receipt")).to_be_visible()
        return self.sees_its_code()

    def time_passes(self, until: str, moment: float = MOMENT) -> None:
        """As long as the script may wait, again and again, until this is in view."""
        there = expect(self.page.locator(until))
        for _ in range(3 * TRIES):
            with suppress(AssertionError):
                there.to_be_visible(timeout=moment)
                return
            self.page.clock.fast_forward(PATIENCE)
        there.to_be_visible()

    def was_sealed_and_sent_once(self, code: str) -> None:
        """What the thank-you page says is so: one tip, of this code, and nobody on the way could read it."""
        expect(self.page.locator("#way")).to_be_visible()
        assert self.ada.was_sealed_on_her_device()
        assert self.sees_its_code() == code
        self.is_one_tip(code)
        self.was_never_sent_readably(code)
        self.leaves_nothing_readable(code)

    def was_never_sent_readably(self, code: str) -> None:
        """No request of this browser held the words, nor the code or what it yields."""
        asked = {
            str(at): f"{each.url}\n".encode() + (each.post_data_buffer or b"") for at, each in enumerate(self.sent)
        }
        assert self.found(asked, code) == set()

    def leaves_nothing_readable(self, code: str) -> None:
        """Everywhere that the server keeps or says anything."""
        assert self.site.database.with_name(self.site.database.name + "-wal").stat().st_size > 0
        assert self.found(left_behind(self.site.data, self.site.output, self.site.temporary), code) == set()

    def found(self, places: Mapping[str, bytes], code: str) -> set[str]:
        return found_in(places, {"words": self.words, "code": code}, secrets_of(code, self.site.salt))

    def is_one_tip(self, code: str) -> None:
        """Exactly one more than before: it opens at the desk, says what was typed, and belongs to this code."""
        ((tip, sealed),) = self.new_tips()
        read = heads.read(open_sealed(sealed, self.key), Head(Kind.TIP, tip, (READER,), 1, Author.TIPSTER, "nl"))
        answers = {"story": self.words, "others": f"{self.words} too", "danger": "soon"}
        assert read.body["answers"] == answers
        tipster = read.body["tipster"]
        assert isinstance(tipster, dict)
        assert tipster["recipient"] == derive(Receipt(code), self.site.salt).identity.recipient
        assert 'id="addition"' in self.site.public.get(follow_up(self.site.public, code)).text

    def is_asked_to_press_again(self) -> None:
        """The page takes back what it promised, and says what comes. Nothing went, nor does it by a double click."""
        wrong = self.page.locator("#errors")
        expect(wrong).to_contain_text("Druk nog eens op de knop. Dan gaat hij naar onze server")
        expect(wrong).to_be_focused()
        expect(self.page.locator("#how")).to_contain_text("Onze server bewaart")
        assert self.page.title().startswith("Fout: ")
        self.page.locator("#go-on").dispatch_event("click", {"detail": 2})
        self.has_it_all_in_view()
        assert not any(self.words.encode() in (each.post_data_buffer or b"") for each in self.sent)
        assert self.new_tips() == []

    def presses_again(self) -> None:
        """And sends it plainly."""
        self.page.locator("#go-on").click()
        self.page.wait_for_url(lambda _: self.ada.is_at("tip_check"))
        self.has_it_all_in_view()
        self.sends_plainly()

    def sends_plainly(self) -> None:
        self.ada.sends()
        assert not self.ada.was_sealed_on_her_device()
        code = self.sees_its_code()
        self.is_one_tip(code)
        self.leaves_nothing_readable(code)

    def new_tips(self) -> list[tuple[str, bytes]]:
        return [row for row in tips(self.site) if row[0] not in self.before]

    def waits_until_it_is_kept(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.new_tips():
            assert time.monotonic() < until
            self.page.wait_for_timeout(20)

    def has_it_all_in_view(self) -> None:
        """What was typed can be read on the page, or stands in its fields."""
        shown = self.page.locator("#content").inner_text()
        fields = [each.input_value() for each in self.page.locator("textarea").all()]
        for words in (self.words, f"{self.words} too"):
            assert words in shown or words in fields


def tips(site: Server) -> list[tuple[str, bytes]]:
    with closing(sqlite3.connect(site.database)) as database:
        return database.execute("SELECT tip, sealed FROM cases WHERE care_point = ?", (READER,)).fetchall()


@pytest.fixture
def told(site: Server, context: BrowserContext, desk_key: Identity) -> Iterator[Told]:
    page = context.new_page()
    told = Told(Ada(page, site), desk_key, {tip for tip, _ in tips(site)})
    page.on("request", lambda request: told.sent.append(request))
    yield told
    page.close()


# Nothing is broken, and the search finds what it looks for


def test_whole_and_sound_it_is_sealed_on_her_own_device(told: Told) -> None:
    told.comes_to_the_story()
    told.ada.waits_until_it_seals()
    told.tells()
    told.ada.sends()
    told.was_sealed_and_sent_once(told.sees_its_code())


def test_the_longest_tip_that_can_be_told_is_sealed_for_two_points_as_well(told: Told) -> None:
    longest = "🚒" * 4000
    told.comes_to_the_story(lives_elsewhere="9711")
    told.ada.tells(longest, others=longest, danger="soon")
    for changes in (told.ada.leaves_out, told.ada.takes_back_in):
        changes("zvh-groningen")
        expect(told.page.locator("#care-point")).to_be_focused()
    told.ada.sends()
    assert told.ada.was_sealed_on_her_device()
    ((_, sealed),) = told.new_tips()
    assert longest in open_sealed(sealed, told.key).decode()
    assert len(sealed) > BUCKETS[-1]


# What can't seal: the plain form does it, before anything was sent, and at the next press where the page said otherwise


def blocks(file: str) -> Callable[[Page], None]:
    """This file of the script does not come."""
    return lambda page: page.route(re.compile(file), lambda route: route.abort())


def changes(file: str, old: str, new: str) -> Callable[[Page], None]:
    """This file comes with another text in it."""

    def answer(route: Route) -> None:
        came = route.fetch()
        text = came.text()
        assert old in text, file
        route.fulfill(response=came, body=text.replace(old, new))

    return lambda page: page.route(re.compile(file), answer)


def breaks(script: str) -> Callable[[Page], None]:
    """The worker that seals finds its world like this."""
    end = "\nanswerWith("
    return changes("/tip/sealer.js", end, f"\n{script};{end}")


def finds(script: str) -> Callable[[Page], None]:
    """The page finds its world like this."""
    return lambda page: page.add_init_script(script)


def names_another_key(page: Page) -> None:
    """The steps name a key whose fingerprint is not the one beside it."""

    def answer(route: Route) -> None:
        came = route.fetch()
        text, changed = re.subn("age1pq1[0-9a-z]+", Identity.new().recipient, came.text())
        assert changed == 1
        route.fulfill(response=came, body=text)

    page.route(SEALED, answer)


CAN_NOT_SEAL = {
    "its own module does not come": blocks("/tip/form.js"),
    "a module of its own does not come": blocks("/tip/steps_page.js"),
    "a module deep below does not come": blocks("/formats/canonical.js"),
    "the worker does not come": blocks("/tip/sealer.js"),
    "the age library does not come": blocks("/vendor/age-"),
    "there are no workers": finds("delete window.Worker"),
    "there is no WebCrypto": breaks('Object.defineProperty(crypto, "subtle", { value: undefined })'),
    "chance gives always the same": breaks("crypto.getRandomValues = (array) => array.fill(7)"),
    "digests are wrong": breaks("crypto.subtle.digest = async () => new ArrayBuffer(32)"),
    "codes are stretched otherwise": changes("/formats/receipts.js", "2 ** 12", "2 ** 11"),
    "the age library is another": changes("/vendor/age-", "mlkem768x25519", "mlkem768x25518"),
    "what is sealed stays readable": changes(
        "/formats/ages.js", "return await encrypter.encrypt(bytes);", "return bytes;"
    ),
    "what was altered opens": changes(
        "/formats/ages.js", "throw await reasonOf(decrypter, file);", "return new Uint8Array();"
    ),
    "the steps are no steps": lambda page: page.route(SEALED, lambda route: route.fulfill(body="<p>Hallo</p>")),
    "the steps lead elsewhere": lambda page: page.route(
        SEALED, lambda route: route.fulfill(status=302, headers={"location": "/nl/"})
    ),
}
SEALS_NO_MORE = {
    "it seals no more after its test": breaks('DEEDS.seal = () => { throw new Error("broken") }'),
    "the worker breaks off while sealing": breaks(
        "DEEDS.seal = () => new Promise(() => setTimeout(() => { throw new Error('broken') }))"
    ),
    "the key is another than the page names": names_another_key,
    "the steps lack one": changes(SEALED.pattern, 'data-step="check"', 'data-step="checks"'),
    "no step can be shown": finds('history.pushState = () => { throw new Error("broken") }'),
    "a step is shown and then it breaks": finds('window.scrollTo = () => { throw new Error("broken") }'),
}


@pytest.mark.parametrize("fault", CAN_NOT_SEAL)
def test_where_it_can_not_seal_the_plain_form_takes_the_tip(told: Told, fault: str) -> None:
    CAN_NOT_SEAL[fault](told.page)
    told.comes_to_the_story()
    told.tells()
    told.sends_plainly()


@pytest.mark.parametrize("fault", SEALS_NO_MORE)
def test_what_was_said_to_stay_here_goes_the_plain_way_only_at_another_press(told: Told, fault: str) -> None:
    SEALS_NO_MORE[fault](told.page)
    told.comes_to_the_story()
    told.ada.waits_until_it_seals()
    told.fills_in()
    told.page.locator("#go-on").click()
    told.is_asked_to_press_again()
    told.presses_again()


def test_where_sealing_takes_for_ever_another_press_sends_it_the_plain_way(told: Told) -> None:
    told.page.clock.install()
    breaks("DEEDS.seal = () => new Promise(() => {})")(told.page)
    told.comes_to_the_story()
    told.ada.waits_until_it_seals()
    told.fills_in()
    told.page.locator('#tell button[value="language"]').click()
    told.ada.language = "en"
    told.ada.waits_until_it_seals()
    told.page.locator("#go-on").click()
    told.time_passes("#errors")
    assert faults(told.page) == []
    told.presses_again()


@pytest.mark.parametrize("stalls", ["the steps", "the worker"])
def test_where_it_waits_in_vain_the_plain_form_takes_the_tip(told: Told, stalls: str) -> None:
    told.page.clock.install()
    {
        "the steps": lambda page: page.route(SEALED, lambda _: None),
        "the worker": lambda page: page.route(re.compile("/tip/sealer.js"), lambda _: None),
    }[stalls](told.page)
    told.comes_to_the_story()
    told.fills_in()
    told.page.locator("#tell .acts button").first.click()
    told.time_passes("#send")
    told.ada.sends()
    assert not told.ada.was_sealed_on_her_device()
    code = told.sees_its_code()
    told.is_one_tip(code)
    told.leaves_nothing_readable(code)


def test_where_the_sum_breaks_the_first_page_goes_at_the_first_press(told: Told) -> None:
    finds('crypto.subtle.deriveBits = () => Promise.reject(new Error("broken"))')(told.page)
    told.ada.opens("tip_start")
    told.page.wait_for_load_state("networkidle")
    told.ada.gives_place("5611")
    assert "Lumens" in told.ada.is_told_the_care_point()


# Sealed, and then the network: the same bytes again, until it is certain what became of them


def is_lost(route: Route) -> None:
    """The server never hears of it."""
    route.abort()


def is_stalled(route: Route) -> None:
    """Nothing moves any more, and nobody says so."""


def answer_is_lost(route: Route) -> None:
    """The tip is kept, and the connection breaks off before the answer."""
    assert route.fetch().json()["is"] == "sent"
    route.abort()


def answer_is_stalled(route: Route) -> None:
    assert route.fetch().json()["is"] == "sent"


NETWORKS = {
    "once stalled on its way": [is_stalled],
    "once kept and the answer stalled": [answer_is_stalled],
    "lost on its way, then kept and the answer lost, then stalled": [is_lost, answer_is_lost, is_stalled],
}


def meets(page: Page, network: Iterable[Callable[[Route], None]]) -> None:
    """What becomes of the posts of sealed bytes, one after the other; then they come through."""
    following = chain(network, repeat(Route.fallback))
    answers_posts(page, lambda route: next(following)(route))


@pytest.mark.parametrize("network", NETWORKS)
def test_it_sends_the_same_again_by_itself_and_makes_one_tip(told: Told, network: str) -> None:
    told.is_at_the_check()
    meets(told.page, NETWORKS[network])
    code = told.presses_send()
    told.time_passes("#way")
    told.was_sealed_and_sent_once(code)


@pytest.mark.parametrize("network", [is_lost, answer_is_lost])
def test_when_it_gives_up_all_is_in_view_and_the_button_sends_the_same_again(
    told: Told, network: Callable[[Route], None]
) -> None:
    told.is_at_the_check()
    meets(told.page, [network] * TRIES)
    code = told.presses_send()
    expect(told.page.locator("#again")).to_be_hidden()
    told.time_passes("#again", AT_ONCE)
    assert told.sees_its_code() == code
    told.page.locator("details[data-part=typed] summary").click()
    told.has_it_all_in_view()
    told.page.locator("#again").click()
    told.was_sealed_and_sent_once(code)


def test_a_page_that_is_closed_before_the_answer_leaves_a_code_that_works(told: Told) -> None:
    told.is_at_the_check()
    meets(told.page, [answer_is_stalled])
    with told.page.expect_request(SEALED):
        code = told.presses_send()
    told.waits_until_it_is_kept()
    told.page.close()
    told.is_one_tip(code)
    told.leaves_nothing_readable(code)


NONSENSE: tuple[Mapping[str, object], ...] = (
    {"body": ""},
    {"body": "sent"},
    {"body": "<p>Sign in to use this network</p>", "content_type": "text/html"},
    {"body": "null"},
    {"json": {"is": "stored"}},
    {"json": {"is": ["sent"]}},
    {"json": ["sent"]},
    {"status": 302, "headers": {"location": "/nl/"}},
    {"status": 502, "body": "Bad gateway"},
    {"status": 413, "body": "x" * 100_000},
)


def says(answer: Mapping[str, object]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(**answer)


def test_an_answer_that_is_nonsense_counts_as_none(told: Told) -> None:
    told.is_at_the_check()
    meets(told.page, map(says, NONSENSE))
    code = told.presses_send()
    told.time_passes("#again", AT_ONCE)
    told.page.locator("#again").click()
    expect(told.page.locator("#again")).to_be_hidden()
    expect(told.page.locator("#progress")).to_be_focused()
    told.time_passes("#again", AT_ONCE)
    assert told.new_tips() == []
    told.page.locator("#again").click()
    told.was_sealed_and_sent_once(code)


# Words that the server has for what it did not keep


@pytest.mark.parametrize("word", ["full", "malformed", "receiver"])
def test_what_was_not_kept_is_still_there_and_goes_when_it_can(told: Told, word: str) -> None:
    told.is_at_the_check()
    meets(told.page, [says({"json": {"is": word}})])
    told.page.locator("#send").click()
    expect(told.page.locator("#errors")).to_be_focused()
    told.has_it_all_in_view()
    assert told.new_tips() == []
    told.page.locator("#errors a").click()
    expect(told.page.locator("#care-point" if word == "receiver" else "#send")).to_be_focused()
    told.was_sealed_and_sent_once(told.presses_send())


def test_what_another_window_sent_first_counts_and_what_was_typed_here_can_be_copied(told: Told) -> None:
    told.is_at_the_check()
    other = SealedReport(told.site.public, told.draft, told.site.salt)
    assert other.sends(other.tip(told.words, others=f"{told.words} too", danger="soon")) == "sent"
    told.page.locator("#send").click()
    expect(told.page.locator(BEGIN_ANEW)).to_be_visible()
    told.has_it_all_in_view()
    expect(told.page.locator("#receipt")).to_have_count(0)
    told.is_one_tip(other.receipt.digits)


def test_what_arrives_late_counts_with_the_code_on_the_screen(told: Told) -> None:
    """The first post is on its way for so long that something else was sealed meanwhile."""
    late: list[bytes] = []
    told.is_at_the_check()
    meets(told.page, [lambda route: late.append(route.request.post_data_buffer or b""), says({"json": {"is": "full"}})])
    code = told.presses_send()
    told.time_passes("#errors")
    told.page.locator("#content .form > p a").first.click()
    told.ada.tells("Toch iets anders.")
    assert posted(told.site.public, address("tip_sealed", "nl", told.draft), late[0]).status == HTTPStatus.OK
    told.page.locator("#send").click()
    told.was_sealed_and_sent_once(code)


def test_a_draft_that_is_over_was_not_sent_and_what_was_typed_can_be_copied(told: Told) -> None:
    told.is_at_the_check()
    told.site.public.get(f"/weg/{told.draft}")
    told.page.locator("#send").click()
    expect(told.page.locator(BEGIN_ANEW)).to_be_visible()
    told.has_it_all_in_view()
    expect(told.page.locator("#receipt")).to_have_count(0)
    assert told.new_tips() == []


def test_a_draft_that_is_over_before_an_answer_came_leaves_a_code_that_works(told: Told) -> None:
    told.is_at_the_check()
    meets(told.page, [answer_is_lost, says({"json": {"is": "gone"}})])
    code = told.presses_send()
    told.time_passes(BEGIN_ANEW)
    told.has_it_all_in_view()
    assert told.sees_its_code() == code
    told.is_one_tip(code)


def test_where_somebody_else_reads_it_now_and_it_can_not_be_sealed_anew_it_says_so_first(told: Told) -> None:
    breaks("const first = DEEDS.seal; DEEDS.seal = (told) => { delete DEEDS.seal; return first(told); }")(told.page)
    told.is_at_the_check()
    meets(told.page, [says({"json": {"is": "receiver"}})])
    told.page.locator("#send").click()
    told.is_asked_to_press_again()
    told.presses_again()


@contextmanager
def full_pool(site: Server) -> Iterator[None]:
    """As many tips of those who bring nothing as a day may have."""
    day, pool = dutch_date(datetime.now(UTC)).isoformat(), Pool.NEITHER
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("REPLACE INTO admissions (pool, day, count) VALUES (?, ?, ?)", (pool, day, TIPS_A_DAY[pool]))
    yield
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("DELETE FROM admissions WHERE pool = ?", (pool,))


def pool_of(site: Server, tip: str) -> str:
    with closing(sqlite3.connect(site.database)) as database:
        return str(database.execute("SELECT pool FROM cases WHERE tip = ?", (tip,)).fetchone()[0])


def test_who_finds_the_pool_full_is_offered_the_sum_and_comes_through(told: Told) -> None:
    with full_pool(told.site):
        told.is_at_the_check()
        told.page.locator("#send").click()
        expect(told.page.locator("#errors")).to_be_visible()
        expect(told.page.locator("#website")).to_be_hidden()
        told.has_it_all_in_view()
        assert told.new_tips() == []
        told.was_sealed_and_sent_once(told.presses_send())
    ((tip, _),) = told.new_tips()
    assert pool_of(told.site, tip) == Pool.PROOF


def test_where_the_sum_does_not_come_the_full_pool_stays_full_and_all_stays_in_view(told: Told) -> None:
    told.page.route(re.compile("/sums.js"), lambda route: route.abort())
    with full_pool(told.site):
        told.is_at_the_check()
        for _ in range(2):
            told.page.locator("#send").click()
            wrong = told.page.locator("#errors:not([data-seen])")
            expect(wrong).to_be_visible()
            wrong.evaluate("(box) => { box.dataset.seen = '' }")
            told.has_it_all_in_view()
    assert told.new_tips() == []
    told.was_sealed_and_sent_once(told.presses_send())


def test_what_breaks_between_the_check_and_the_first_byte_is_said_and_goes_at_another_press(told: Told) -> None:
    told.is_at_the_check()
    told.page.evaluate('() => { window.scrollTo = () => { throw new Error("broken") } }')
    told.page.locator("#send").click()
    told.is_asked_to_press_again()
    told.presses_again()


# Where the server is gone before anything was sent


def test_where_the_server_is_gone_nothing_typed_is_lost(told: Told) -> None:
    told.is_at_the_check()
    told.page.route(told.site.public_url + "/**", lambda route: route.abort())
    told.page.locator("#content dl.check a").first.click()  # the place
    expect(told.page.locator("#errors")).to_be_visible()
    told.has_it_all_in_view()
    told.page.locator("#content .form > p a").first.click()  # back to the story
    told.has_it_all_in_view()
    for button in ("back", "language"):
        told.page.locator(f'#tell button[value="{button}"]').click()
        expect(told.page.locator("#how")).to_contain_text("niet bereikbaar")
        told.has_it_all_in_view()
    told.page.unroute_all()
    told.tells()
    told.ada.sends()
    told.was_sealed_and_sent_once(told.sees_its_code())


def test_where_the_server_stalls_the_story_stays_and_can_be_sent(told: Told) -> None:
    told.page.clock.install()
    told.comes_to_the_story()
    told.ada.waits_until_it_seals()
    told.fills_in()
    told.page.route(re.compile("/(plaats|place|story)$"), is_stalled)
    told.page.locator('#tell button[value="back"]').click()
    told.time_passes("#how:has-text('niet bereikbaar')")
    told.has_it_all_in_view()
    told.tells()
    told.ada.sends()
    told.was_sealed_and_sent_once(told.sees_its_code())
