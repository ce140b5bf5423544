"""Keys of care points in a real browser: made, printed, typed in, approved, given, practised, recovered, renewed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_server import serving
from desk_world import DeskWorld, make_desk_world
from key_world import CLOSED, approve, newcomer, step_up
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

pytestmark = pytest.mark.browser

PATIENCE = 30_000


@dataclass
class Person:
    """Someone at the desk, in a browser of his own, which must not complain."""

    desk: DeskWorld
    page: Page
    address: str
    login: str
    complaints: list[str] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.sent.append(request))

    def _hears(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def signs_in(self) -> None:
        self.page.goto(f"{self.address}/login")
        person = self.page.locator(".people li", has=self.page.locator(f'dd:text-is("{self.login}")'))
        person.locator("[data-use]").click()
        self.page.locator("#door-button").click()
        expect(self.page.locator("#view h1")).to_be_visible(timeout=PATIENCE)
        step_up(self.desk)

    def goes_to_the_key(self) -> None:
        self.page.locator('#bar a[href="#keys"]').click()
        expect(self.page.locator('#view [data-slot="own-code"]')).to_be_visible()

    def comes_back_to_the_key(self) -> None:
        self.page.locator('#bar a[href="#inbox"]').click()
        self.sees_the_inbox()
        self.goes_to_the_key()

    def looks_again(self) -> None:
        self.page.locator('[data-slot="again"]').click()

    def own_code(self) -> str:
        return self.page.locator('[data-slot="own-code"]').inner_text()

    def makes_the_key(self, *, with_sheet: bool = True) -> str:
        """As far as the step in which it is sent. Gives what the sheet says."""
        self.page.locator('#view a[href="#ceremony"]:visible').click()
        self.page.locator('[data-slot="with-sheet"]').set_checked(with_sheet)
        self.page.locator('[data-slot="make"] button').click()
        if not with_sheet:
            return ""
        expect(self.page.locator('[data-slot="paper"] .qr')).to_be_visible(timeout=PATIENCE)
        secret = " ".join(self.page.locator('[data-slot="paper-secret"] span').all_text_contents())
        self.types_the_sheet(secret.lower())
        return secret

    def types_the_sheet(self, text: str) -> None:
        self.page.locator("#ceremony-typed").fill(text)
        self.page.locator('[data-slot="compare"] button').click()

    def proposes_it(self) -> None:
        self.page.locator('[data-slot="send"]').click()
        expect(self.page.locator('[data-slot="step-done"]')).to_be_visible(timeout=PATIENCE)

    def saves_the_rescue_file(self) -> bytes:
        with self.page.expect_download() as saved:
            self.page.locator('[data-slot="rescue"]:visible').click()
        return Path(saved.value.path()).read_bytes()

    def reads_the_codes_out(self) -> Sequence[str]:
        codes = self.page.locator('[data-slot="proposal-codes"] dd')
        expect(codes.first).to_be_visible(timeout=PATIENCE)
        return codes.all_inner_texts()

    def state_of(self, name: str) -> str:
        row = self.page.locator('[data-slot="people"] li', has=self.page.locator(f'strong:has-text("{name}")'))
        return row.locator('[data-slot="state"]').inner_text()

    def gives_the_key_to(self, name: str) -> None:
        row = self.page.locator('[data-slot="people"] li', has=self.page.locator(f'strong:has-text("{name}")'))
        row.locator('[data-slot="give"]').click()

    def hears(self, words: str) -> None:
        expect(self.page.locator("#said")).to_contain_text(words, timeout=PATIENCE)

    def sees_the_alarm(self, words: str) -> None:
        expect(self.page.locator("#alarms")).to_contain_text(words, timeout=PATIENCE)

    def sees_the_inbox(self) -> None:
        expect(self.page.locator('#view [data-slot="all"]')).to_be_visible(timeout=PATIENCE)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    world = make_desk_world(tmp_path, lambda: datetime.now(UTC))
    yield world
    world.store.close()


@pytest.fixture
def people(browser: Browser, desk: DeskWorld) -> Iterator:
    """Opens a browser for someone, signed in."""
    opened: list[Person] = []
    with serving(desk.app()) as address:

        def person(login: str) -> Person:
            context = browser.new_context(locale="nl-NL", accept_downloads=True)
            opened.append(Person(desk, context.new_page(), address, login))
            opened[-1].signs_in()
            return opened[-1]

        yield person
        for one in opened:
            one.page.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []


def test_a_care_point_is_opened_by_its_first_coordinator_and_a_second_holder_joins(desk: DeskWorld, people) -> None:
    newcomer(desk, "yara", CLOSED)
    yara = people("yara")
    expect(yara.page.locator('[data-slot="lacks"]')).to_contain_text("nog geen gepubliceerde sleutel")
    yara.makes_the_key()
    yara.proposes_it()
    rescue = yara.saves_the_rescue_file()
    assert rescue.startswith(b"age-encryption.org/v1\n-> mlkem768x25519 ")
    yara.goes_to_the_key()
    key, own, sheet = yara.reads_the_codes_out()
    assert own == yara.own_code()
    assert desk.world.care_points().keys.get(CLOSED) is None
    approve(desk, CLOSED, [key, own, sheet])
    published = desk.world.care_points().keys[CLOSED]
    assert [holder.name for holder in published.holders] == ["Yara"]
    assert not desk.line.holders.is_open(CLOSED)

    yara.looks_again()
    yara.hears("Het bureau is open")
    assert desk.line.holders.is_open(CLOSED)

    newcomer(desk, "koen", CLOSED)
    koen = people("koen")
    yara.comes_back_to_the_key()
    assert "niet goedgekeurd" in yara.state_of("Koen")
    approve(desk, CLOSED, [koen.own_code()])
    yara.comes_back_to_the_key()
    assert "wacht op de sleutel" in yara.state_of("Koen")
    yara.gives_the_key_to("Koen")
    yara.hears("Koen heeft de sleutel gekregen")
    koen.looks_again()
    koen.sees_the_inbox()
    assert len(desk.line.holders.proved(published)) == 1
    assert len(desk.line.holders.proved(desk.world.care_points().keys[CLOSED])) == 2
