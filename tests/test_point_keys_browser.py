"""Keys of care points in a real browser: made, printed, typed in, approved, given, practised, recovered, renewed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_server import serving
from desk_world import DeskWorld, make_desk_world
from key_world import CLOSED, approvals, approve, newcomer, recovery_sheet, step_up, writing
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tipline.key_files import write_key_file
from tipline.sealing import Identity, WrongKeyError, open_sealed

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
        row = self.page.locator('[data-slot="people"] li', has=self.page.locator(f'h3:has-text("{name}")'))
        return row.locator('[data-slot="state"]').inner_text()

    def gives_the_key_to(self, name: str) -> None:
        row = self.page.locator('[data-slot="people"] li', has=self.page.locator(f'h3:has-text("{name}")'))
        row.locator('[data-slot="give"]').click()

    def may_give_to(self, name: str) -> bool:
        row = self.page.locator('[data-slot="people"] li', has=self.page.locator(f'h3:has-text("{name}")'))
        return row.locator('[data-slot="give"]').is_visible()

    def ends_the_access_of(self, name: str) -> None:
        row = self.page.locator('[data-slot="people"] li', has=self.page.locator(f'h3:has-text("{name}")'))
        row.locator('[data-slot="revoke"]').click()
        expect(row.locator('[data-slot="sure-words"]')).to_be_focused()
        row.locator('[data-slot="revoke"]').click()

    def types_in_the_sheet(self, sheet: str) -> None:
        self.page.locator("#practise-typed").fill(sheet)
        self.page.locator('[data-slot="practise-button"]').click()

    def seals_everything_again(self) -> None:
        self.page.locator('[data-slot="seal-again"]').click()

    def hears(self, words: str) -> None:
        expect(self.page.locator("#said")).to_contain_text(words, timeout=PATIENCE)

    def sees_the_alarm(self, words: str) -> None:
        expect(self.page.locator("#alarms")).to_contain_text(words, timeout=PATIENCE)

    def sees_the_inbox(self) -> None:
        expect(self.page.locator('#view [data-slot="unread"]')).to_be_visible(timeout=PATIENCE)


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
    assert "Wacht op de sleutel" in yara.state_of("Koen")
    yara.gives_the_key_to("Koen")
    yara.hears("Koen heeft de sleutel gekregen")
    koen.looks_again()
    koen.sees_the_inbox()
    assert len(desk.line.holders.proved(published)) == 1
    assert len(desk.line.holders.proved(desk.world.care_points().keys[CLOSED])) == 2


def test_ending_a_colleagues_access_asks_for_a_new_key_and_the_new_key_takes_over(desk: DeskWorld, people) -> None:
    old = desk.keys["lumens-emp"]
    tips = [desk.tip("lumens-emp", f"Verhaal {number}") for number in range(12)]
    desk.addition(tips[0], "lumens-emp", "Een aanvulling")
    other = desk.tip("zvh-groningen", "Van Groningen")
    elsewhere = desk.store.cases.get(other, "zvh-groningen").sealed
    with writing(desk) as database:
        database.execute("UPDATE coordinators SET role = 'lead' WHERE login = 'noor'")
    bilal = people("bilal")
    noor = people("noor")
    bilal_id = desk.people["bilal"].coordinator.id
    noor.goes_to_the_key()
    noor.ends_the_access_of("Bilal")
    noor.hears("De toegang van Bilal is be")
    noor.sees_the_alarm("De toegang van Bilal is be")
    bilal.page.locator('#bar a[href="#keys"]').click()
    expect(bilal.page.locator("#door")).to_be_visible()
    assert desk.store.coordinators.grants(bilal_id) == ()
    assert not desk.line.holders.is_open("lumens-emp")
    approvals(desk).revoke("bilal")
    noor.comes_back_to_the_key()
    noor.sees_the_alarm("Maak vandaag een nieuwe sleutel")

    noor.makes_the_key()
    noor.proposes_it()
    noor.goes_to_the_key()
    codes = noor.reads_the_codes_out()
    assert len(codes) == 2
    approve(desk, "lumens-emp", codes)
    renewed = desk.world.care_points().keys["lumens-emp"]
    assert (renewed.number, [holder.name for holder in renewed.holders], renewed.revoked) == (2, ["Noor"], ())
    noor.comes_back_to_the_key()
    expect(noor.page.locator("#alarms")).to_be_hidden()
    assert desk.line.holders.is_open("lumens-emp")

    noor.page.locator('#bar a[href="#inbox"]').click()
    expect(noor.page.locator(".tips tbody tr")).to_have_count(12)
    expect(noor.page.locator(".tips tbody")).to_contain_text("Verhaal 11")
    noor.goes_to_the_key()
    before = {tip: desk.store.cases.get(tip, "lumens-emp").sealed for tip in tips}
    noor.seals_everything_again()
    noor.hears("De oudere sleutel blijft tot morgen")
    after = {tip: desk.store.cases.get(tip, "lumens-emp").sealed for tip in tips}
    for tip in tips:
        assert len(before[tip]) == len(after[tip])
        with pytest.raises(WrongKeyError):
            open_sealed(after[tip], old)
    with pytest.raises(WrongKeyError):
        open_sealed(desk.store.tips.messages(tips[0], "lumens-emp")[0].sealed, old)
    assert desk.store.cases.get(other, "zvh-groningen").sealed == elsewhere
    noor.page.locator('#bar a[href="#inbox"]').click()
    expect(noor.page.locator(".tips tbody")).to_contain_text("Verhaal 11")

    yesterday = replace(renewed, made_on=renewed.made_on - timedelta(days=1))
    write_key_file(desk.line.key_file("lumens-emp"), yesterday)
    noor.goes_to_the_key()
    noor.seals_everything_again()
    noor.hears("De oudere sleutel is weg")
    assert [grant.number for grant in desk.store.point_keys.grants("lumens-emp")] == [2]


def test_the_sheet_counts_once_it_was_typed_in_and_gives_the_key_to_who_lost_it(desk: DeskWorld, people) -> None:
    sheet = recovery_sheet(desk, "lumens-emp")
    desk.tip("lumens-emp", "Een verhaal")
    noor = people("noor")
    assert not desk.line.holders.is_open("lumens-emp")
    noor.goes_to_the_key()
    noor.types_in_the_sheet(sheet.secret[:-1])
    expect(noor.page.locator("#practise-wrong")).to_contain_text("niet wat op een herstelblad staat")
    noor.types_in_the_sheet(Identity.new().secret)
    expect(noor.page.locator("#practise-wrong")).to_contain_text("een ander blad")
    assert not desk.line.holders.is_open("lumens-emp")
    noor.types_in_the_sheet(" ".join(sheet.secret.lower()))
    noor.hears("Het blad opent de sleutel")
    assert desk.line.holders.is_open("lumens-emp")

    newcomer(desk, "iris", "lumens-emp")
    iris = people("iris")
    iris.types_in_the_sheet(sheet.secret)
    expect(iris.page.locator("#practise-wrong")).to_contain_text("staat niet in het sleutelbestand")
    approve(desk, "lumens-emp", [iris.own_code()])
    iris.page.locator('#bar a[href="#inbox"]').click()
    iris.goes_to_the_key()
    iris.looks_again()
    iris.hears("Er is nog niets veranderd")
    iris.types_in_the_sheet(sheet.secret)
    expect(iris.page.locator('[data-slot="number"]')).to_have_text("1", timeout=PATIENCE)
    iris.page.locator('#bar a[href="#inbox"]').click()
    expect(iris.page.locator(".tips tbody")).to_contain_text("Een verhaal", timeout=PATIENCE)
    sent = " ".join(f"{each.url} {each.post_data}" for person in (noor, iris) for each in person.sent)
    assert sheet.secret not in sent
    assert sheet.secret.removeprefix("AGE-SECRET-KEY-PQ-1").lower() not in sent.lower()
