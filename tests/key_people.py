"""Someone at the desk who keeps a care point's key, in a browser of his own: deeds for stories about keys."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from desk_server import serving
from desk_world import DeskWorld
from key_world import step_up
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

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

    def makes_the_key(self, look: Callable[[], None] = lambda: None, *, with_sheet: bool = True) -> str:
        """As far as the step in which it is sent; `look` looks at the sheet. Gives what the sheet says."""
        self.page.locator('#view a[href="#ceremony"]:visible').click()
        self.page.locator('[data-slot="with-sheet"]').set_checked(with_sheet)
        self.page.locator('[data-slot="make"] button').click()
        if not with_sheet:
            return ""
        expect(self.page.locator('[data-slot="paper"] .qr')).to_be_visible(timeout=PATIENCE)
        secret = " ".join(self.page.locator('[data-slot="paper-secret"] span').all_text_contents())
        look()
        self.types_the_sheet(secret.lower())
        expect(self.page.locator('[data-slot="step-send"]')).to_be_visible(timeout=PATIENCE)
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

    def finds_nothing_in_the_way(self) -> None:
        """axe finds nothing, and the page fits a narrow window."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        before = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 800})
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        self.page.set_viewport_size(before)

    def hears(self, words: str) -> None:
        expect(self.page.locator("#said")).to_contain_text(words, timeout=PATIENCE)

    def sees_the_alarm(self, words: str) -> None:
        expect(self.page.locator("#alarms")).to_contain_text(words, timeout=PATIENCE)

    def opens_the_case(self, words: str) -> None:
        self.page.locator('#bar a[href="#inbox"]').click()
        self.page.locator(".tips tbody a", has_text=words).click()
        expect(self.page.locator("#answer")).to_be_visible(timeout=PATIENCE)

    def sees_the_inbox(self) -> None:
        expect(self.page.locator('#view [data-slot="unread"]')).to_be_visible(timeout=PATIENCE)


@contextmanager
def desks(browser: Browser, desk: DeskWorld) -> Iterator[Callable[[str], Person]]:
    """Opens a browser for someone; none of them may complain of anything."""
    opened: list[Person] = []
    with serving(desk.app()) as address:

        def person(login: str) -> Person:
            context = browser.new_context(locale="nl-NL", accept_downloads=True)
            opened.append(Person(desk, context.new_page(), address, login))
            return opened[-1]

        yield person
        for one in opened:
            one.page.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
