"""The desk in a real browser: keys unlocked in a worker, tips read, answered, and nothing of it elsewhere."""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import uvicorn
from desk_world import make_desk_world
from looking import faults
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tipline.heads import Author, Head, Kind, read
from tipline.sealing import Identity, fingerprint, open_sealed

pytestmark = pytest.mark.browser

STORY = "Een jongen wordt elke donderdag opgehaald.\nHij is dan de hele nacht weg. <b>Vet</b> & 'zo' {of} zo."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator:
    world = make_desk_world(tmp_path, lambda: datetime.now(UTC))
    yield world
    world.store.close()


@pytest.fixture
def address(desk) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(desk.app(), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://desk.localhost:{port}"
    server.should_exit = True
    thread.join(10)


@dataclass
class Coordinator:
    """A person at the desk. Remembers every complaint of the browser and every request."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def watches(self) -> None:
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))

    def _hears(self, message: ConsoleMessage) -> None:
        # A refusal that the desk tells in words is logged by the browser as well.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def comes_to_the_door(self) -> None:
        self.page.goto(f"{self.address}/")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Aanmelden bij het bureau")

    def signs_in_as(self, name: str) -> None:
        self.comes_to_the_door()
        self.page.get_by_role("button", name="Vul deze in", description=re.compile(name)).click()
        self.page.get_by_role("button", name="Meld aan").click()

    def sees_the_inbox(self) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Binnen", timeout=20_000)

    def opens(self, words: str) -> None:
        self.page.get_by_role("link", name=re.compile(words)).click()
        expect(self.page.get_by_role("list", name="Gesprek")).to_be_visible()

    def answers(self, text: str) -> None:
        self.checks(text)
        self.page.get_by_role("button", name="Verzegel en verstuur").click()

    def checks(self, text: str) -> None:
        self.page.get_by_label("Antwoord aan de melder").fill(text)
        self.page.get_by_role("button", name="Lees na en verstuur").click()

    def hears(self, words: str) -> None:
        expect(self.page.locator("#said")).to_have_text(words, timeout=20_000)

    def axe_finds_nothing(self) -> None:
        assert faults(self.page) == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="nl-NL")
    yield context
    context.close()


@pytest.fixture
def coordinator(context: BrowserContext, address: str) -> Iterator[Coordinator]:
    """A coordinator whose browser must not complain: of no script error, no violation of a policy."""
    coordinator = Coordinator(context.new_page(), address)
    coordinator.watches()
    yield coordinator
    assert coordinator.complaints == []


def test_noor_reads_what_was_written_answers_it_and_sets_the_status(desk, coordinator: Coordinator) -> None:
    tip_id = desk.tip("lumens-emp", STORY, danger="now", age="16-17", source=["seen", "from-him"], unheard_of="iets")
    desk.tip("zvh-groningen", "Alleen voor Groningen")
    page = coordinator.page
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    expect(page).to_have_title("Binnen, 1 ongelezen – Signaallijn")
    expect(page).to_have_url(f"{coordinator.address}/")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("nu in gevaar")

    coordinator.opens("Een jongen")
    assert page.locator("dd.written").nth(1).text_content() == STORY
    thread = page.get_by_role("list", name="Gesprek")
    for words in ("Eindhoven (getypt: 5611)", "16 of 17", "Zelf gezien, Van hem gehoord", "unheard_of", "iets"):
        expect(thread).to_contain_text(words)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert desk.store.cases.get(tip_id, "lumens-emp").status == "read"

    coordinator.answers("Dank u wel.\nBel ons 's ochtends <i>maar</i>.")
    coordinator.hears("Uw antwoord is verzegeld en verstuurd.")
    expect(page.locator(".ours")).to_be_focused()
    expect(page.get_by_label("Antwoord aan de melder")).to_have_value("")
    derived = desk.receipts[tip_id]
    (file,) = desk.store.tips.messages(tip_id, "tipster")
    head = Head(Kind.ANSWER, tip_id, ("lumens-emp",), 1, Author.COORDINATOR, "nl")
    answer = read(open_sealed(file.sealed, derived.identity), head, derived.reply_key)
    assert answer.text == "Dank u wel.\nBel ons 's ochtends <i>maar</i>."

    page.get_by_label("Status").select_option("In behandeling")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    coordinator.hears("Status bewaard: In behandeling.")
    assert desk.store.cases.get(tip_id, "lumens-emp").status == "in_progress"

    page.get_by_role("link", name="Binnen").last.click()
    expect(page.get_by_role("link", name=re.compile("Een jongen"))).to_be_focused()
    expect(page.get_by_role("row").nth(1)).to_contain_text("1 antwoord")
    page.go_back()
    expect(page.get_by_role("list", name="Gesprek")).to_be_visible()


def test_nothing_secret_leaves_the_browser(desk, coordinator: Coordinator) -> None:
    desk.tip("lumens-emp", STORY)
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    coordinator.opens("Een jongen")
    coordinator.answers("Dank u wel.")
    coordinator.hears("Uw antwoord is verzegeld en verstuurd.")
    passphrase = desk.people["noor"].passphrase
    for request in coordinator.requests:
        assert request.url.startswith(f"{coordinator.address}/")
        sent = f"{request.url} {request.headers} {request.post_data or ''}"
        for secret in (passphrase, passphrase.replace("-", ""), "AGE-SECRET", "donderdag", "Dank"):
            assert secret not in sent
    kept = "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, history.state])"
    assert coordinator.page.evaluate(kept) == '["",{},{},null]'


def test_another_points_coordinator_sees_nothing(desk, coordinator: Coordinator) -> None:
    tip_id = desk.tip("lumens-emp", STORY)
    coordinator.signs_in_as("Sam")
    coordinator.sees_the_inbox()
    expect(coordinator.page.get_by_text("Nog geen meldingen.")).to_be_visible()
    coordinator.page.evaluate(f"location.hash = '#tip-{tip_id}'")
    coordinator.hears("Deze melding is niet, of niet meer, bij uw bureau.")
    assert "donderdag" not in coordinator.page.content()
    assert desk.store.cases.get(tip_id, "lumens-emp").status == "new"


def test_danger_comes_first_then_the_oldest_unread(desk, coordinator: Coordinator) -> None:
    for day, story, answers in (
        (20, "Derde", {}),
        (20, "Nummer twee", {"danger": "soon"}),
        (21, "Eerste", {"danger": "now"}),
        (19, "Tweede", {"danger": "no"}),
        (1, "Laatste", {"danger": "unknown"}),
    ):
        tip_id = desk.tip("lumens-emp", story, received_on=date(2026, 11, day), **answers)
        if story == "Laatste":
            desk.store.cases.set_status(tip_id, "lumens-emp", "read")
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    links = coordinator.page.locator(".tips tbody a")
    expect(links).to_have_text(["Eerste", "Nummer twee", "Tweede", "Derde", "Laatste"])


def test_a_tip_for_a_closed_point_is_marked_with_the_point_it_was_meant_for(desk, coordinator: Coordinator) -> None:
    desk.tip("lumens-emp", "Voor een ander punt", meant_for="zvh-groningen")
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    name = desk.world.care_points().points["zvh-groningen"].short_name
    expect(coordinator.page.locator(".tips tbody tr")).to_contain_text(f"bedoeld voor {name}")


def test_what_does_not_verify_is_not_shown(desk, coordinator: Coordinator) -> None:
    tip_id = desk.tip("lumens-emp", STORY)
    desk.addition(tip_id, "lumens-emp", "Een echte aanvulling")
    desk.addition(tip_id, "lumens-emp", "Een valse aanvulling", number=2, reply_key=b"x" * 32)
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    coordinator.opens("Een jongen")
    thread = coordinator.page.get_by_role("list", name="Gesprek")
    expect(thread).to_contain_text("Een echte aanvulling")
    expect(thread).to_contain_text("Dit bericht kan niet worden getoond: het is niet door de melder geschreven.")
    expect(thread).not_to_contain_text("valse")


def test_a_key_that_is_not_the_published_one_raises_the_alarm(desk, coordinator: Coordinator) -> None:
    desk.tip("lumens-emp", STORY)
    other = Identity.new().recipient
    desk.line.publish("lumens-emp", other)
    coordinator.signs_in_as("Noor")
    heading = coordinator.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Alarm: dit is niet de sleutel van uw hulppunt", timeout=20_000)
    assert "donderdag" not in coordinator.page.content()
    assert not any(grant.proved_on for grant in desk.store.coordinators.grants(desk.people["noor"].coordinator.id))
    assert fingerprint(other) == desk.world.care_points().keys["lumens-emp"].fingerprint
    coordinator.axe_finds_nothing()


def test_a_reload_asks_for_the_passphrase_and_nothing_else(desk, coordinator: Coordinator) -> None:
    desk.tip("lumens-emp", STORY)
    page = coordinator.page
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open het bureau")
    expect(page.get_by_label("Code uit uw app")).to_be_hidden()
    page.get_by_label("Wachtzin").fill("0000-0000-0000-0000-0000")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("Deze wachtzin opent uw sleutel niet.", timeout=20_000)
    expect(page).to_have_title(re.compile("^Fout:"))
    coordinator.axe_finds_nothing()
    page.get_by_label("Wachtzin").fill(desk.people["noor"].passphrase.upper().replace("-", " "))
    page.get_by_role("button", name="Open").click()
    coordinator.sees_the_inbox()


def test_a_wrong_code_is_told_in_words(desk, coordinator: Coordinator) -> None:
    page = coordinator.page
    coordinator.comes_to_the_door()
    page.get_by_role("button", name="Vul deze in").first.click()
    code = page.get_by_label("Code uit uw app")
    right = code.input_value()
    code.fill("000000" if right != "000000" else "000001")
    page.get_by_role("button", name="Meld aan").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("klopt niet", timeout=20_000)
    code.fill(right)
    step = int(datetime.now(UTC).timestamp()) // 30
    desk.store.coordinators.use_totp(desk.people["noor"].coordinator.id, step + 5)
    page.get_by_role("button", name="Meld aan").click()
    expect(alert).to_contain_text("al gebruikt", timeout=20_000)
    page.get_by_label("Wachtzin").fill("te kort")
    page.get_by_role("button", name="Meld aan").click()
    expect(alert).to_contain_text("20 letters en cijfers", timeout=20_000)


def test_what_was_typed_outlives_the_end_of_the_session(desk, coordinator: Coordinator) -> None:
    desk.tip("lumens-emp", STORY)
    page = coordinator.page
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    coordinator.opens("Een jongen")
    page.context.clear_cookies()
    coordinator.answers("Niet kwijt")
    expect(page.get_by_role("alert")).to_contain_text("Uw sessie is voorbij", timeout=20_000)
    assert "donderdag" not in page.content()
    coordinator.axe_finds_nothing()
    person = desk.people["noor"]
    other = Coordinator(page.context.new_page(), coordinator.address)
    other.comes_to_the_door()
    item = other.page.get_by_role("listitem").filter(has_text="Noor")
    code = item.locator("[data-fill=code]").text_content()
    other.page.close()
    page.get_by_label("Aanmeldnaam").fill("Noor")
    page.get_by_label("Wachtzin").fill(person.passphrase)
    page.get_by_label("Code uit uw app").fill(code or "")
    page.get_by_role("button", name="Meld aan").click()
    expect(page.get_by_label("Antwoord aan de melder")).to_have_value("Niet kwijt", timeout=20_000)


def test_an_answer_that_could_not_be_sent_stays_in_the_field(desk, coordinator: Coordinator) -> None:
    tip_id = desk.tip("lumens-emp", STORY)
    page = coordinator.page
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    coordinator.opens("Een jongen")
    page.route("**/answers", lambda route: route.abort())
    coordinator.answers("Blijft staan")
    expect(page.get_by_role("alert")).to_contain_text("niet bereikbaar", timeout=20_000)
    expect(page.get_by_label("Antwoord aan de melder")).to_have_value("Blijft staan")
    coordinator.checks("x" * 4001)
    expect(page.get_by_role("alert")).to_contain_text("1 tekens te lang")
    coordinator.checks("  ")
    expect(page.get_by_role("alert")).to_contain_text("Schrijf eerst een antwoord")
    page.unroute("**/answers")
    coordinator.answers("Nu wel")
    coordinator.hears("Uw antwoord is verzegeld en verstuurd.")
    assert len(desk.store.tips.messages(tip_id, "tipster")) == 1


def test_two_coordinators_who_answer_at_once_do_not_overwrite_each_other(desk, coordinator: Coordinator) -> None:
    tip_id = desk.tip("lumens-emp", STORY)
    page = coordinator.page
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    coordinator.opens("Een jongen")
    colleague = Coordinator(page.context.browser.new_context(locale="nl-NL").new_page(), coordinator.address)
    colleague.signs_in_as("Bilal")
    colleague.sees_the_inbox()
    colleague.opens("Een jongen")
    colleague.answers("Van Bilal")
    colleague.hears("Uw antwoord is verzegeld en verstuurd.")
    colleague.page.context.close()
    coordinator.answers("Van Noor")
    coordinator.hears(
        "Uw antwoord is niet verstuurd: er staat al een nieuwer antwoord. Lees het gesprek en verstuur dan opnieuw."
    )
    expect(page.locator(".ours")).to_contain_text("Van Bilal")
    expect(page.get_by_label("Antwoord aan de melder")).to_have_value("Van Noor")
    page.get_by_role("button", name="Lees na en verstuur").click()
    page.get_by_role("button", name="Verzegel en verstuur").click()
    coordinator.hears("Uw antwoord is verzegeld en verstuurd.")
    assert [message.number for message in desk.store.tips.messages(tip_id, "tipster")] == [1, 2]


def test_signing_out_leaves_nothing_to_go_back_to(desk, coordinator: Coordinator) -> None:
    desk.tip("lumens-emp", STORY)
    page = coordinator.page
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelden bij het bureau")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelden bij het bureau")
    assert "donderdag" not in page.content()


def test_all_of_it_works_by_keyboard(desk, coordinator: Coordinator) -> None:
    """Without the single keys, too: by Tab, Enter and Space alone."""
    tip_id = desk.tip("lumens-emp", STORY)
    page, person = coordinator.page, desk.people["noor"]
    coordinator.comes_to_the_door()
    code = page.locator("[data-fill=code]").first.text_content()
    page.get_by_label("Aanmeldnaam").focus()
    for text in ("noor", person.passphrase, None, code):
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    coordinator.sees_the_inbox()
    tab_to(page, page.get_by_role("link", name=re.compile("Een jongen")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Gesprek")).to_be_visible()
    tab_to(page, page.get_by_label("Antwoord aan de melder"))
    page.keyboard.type("Dank u")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lees het zoals een ander het leest")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Verzegel en verstuur"))
    page.keyboard.press("Enter")
    coordinator.hears("Uw antwoord is verzegeld en verstuurd.")
    assert len(desk.store.tips.messages(tip_id, "tipster")) == 1


def tab_to(page: Page, place: Locator, steps: int = 20) -> None:
    """Presses Tab until the focus is there."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if place.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError("the focus never came there")


def test_axe_finds_nothing_on_any_view(desk, coordinator: Coordinator) -> None:
    tip_id = desk.tip("lumens-emp", STORY, danger="now", meant_for="zvh-groningen")
    desk.addition(tip_id, "lumens-emp", "Een valse aanvulling", reply_key=b"x" * 32)
    page = coordinator.page
    coordinator.comes_to_the_door()
    coordinator.axe_finds_nothing()
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    coordinator.axe_finds_nothing()
    coordinator.opens("Een jongen")
    coordinator.answers("Dank u wel.")
    coordinator.hears("Uw antwoord is verzegeld en verstuurd.")
    coordinator.axe_finds_nothing()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open het bureau")
    coordinator.axe_finds_nothing()
    page.goto(f"{coordinator.address}/nergens")
    coordinator.axe_finds_nothing()


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_no_view_is_wider_than_the_window(width: int, desk, coordinator: Coordinator) -> None:
    """640 is a window of 1280 at 200 % zoom."""
    desk.tip("lumens-emp", "Eenheellangwoord" * 40, danger="now", meant_for="zvh-groningen")
    page = coordinator.page
    page.set_viewport_size({"width": width, "height": 800})
    excess = "document.documentElement.scrollWidth - innerWidth"
    coordinator.comes_to_the_door()
    assert page.evaluate(excess) <= 0
    coordinator.signs_in_as("Noor")
    coordinator.sees_the_inbox()
    assert page.evaluate(excess) <= 0
    coordinator.opens("Eenheel")
    assert page.evaluate(excess) <= 0


def test_the_door_speaks_the_browsers_language_and_the_desk_the_coordinators(
    browser: Browser, desk, address: str
) -> None:
    desk.tip("lumens-emp", STORY)
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/login")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the desk")
    page.get_by_role("button", name="Fill these in").first.click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Binnen", timeout=20_000)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    context.close()


def test_without_script_the_door_says_so_and_sends_no_passphrase(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="nl-NL", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/login")
    assert "Het bureau heeft JavaScript nodig." in page.content()
    page.fill("#passphrase", "geheim")
    with page.expect_request("**/login", timeout=10_000) as sent:
        page.get_by_role("button", name="Meld aan").click()
    assert "geheim" not in (sent.value.post_data or "")
    context.close()
