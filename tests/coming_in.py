"""Who comes in at the desk by all its ways, in a browser with a device that makes passkeys. For tests of access."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import pyotp
import pytest
from desk_server import free_port, serving
from desk_world import DeskWorld, make_desk_world
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tipline.desk.invitations import BY_OPERATOR, Invitations
from tipline.desk.second_way import step_at

PATIENCE = 30_000
"""Milliseconds: passphrases are stretched in the browser, slowly on purpose."""
DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "hasPrf": True,
    "automaticPresenceSimulation": True,
}
REMEMBERS = """
  window.evaluated = [];
  for (const deed of ["create", "get"]) {
    const real = navigator.credentials[deed].bind(navigator.credentials);
    navigator.credentials[deed] = async (options) => {
      const made = await real(options);
      const first = made?.getClientExtensionResults().prf?.results?.first;
      if (first) window.evaluated.push(Array.from(new Uint8Array(first)));
      return made;
    };
  }
"""
"""Writes down what passkeys evaluate, so that a test can look for it where it must not be."""


class MovingClock:
    """Goes on by itself, and further when a test says so: then there is a code that was not used yet."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@contextmanager
def served_desk(folder: Path) -> Iterator[DeskWorld]:
    """A desk that knows at which address it is served: passkeys sign for it."""
    desk, port = make_desk_world(folder, MovingClock()), free_port()
    address = f"http://desk.localhost:{port}"
    desk.world = replace(desk.world, settings=replace(desk.world.settings, desk_url=address))
    with serving(desk.app(), port):
        yield desk
    desk.store.close()


def invitation(desk: DeskWorld, care_point: str, email: str) -> str:
    """The link that the operator's command prints."""
    return Invitations(desk.world.settings, desk.store, desk.clock).invite(
        care_point, email, "coordinator", BY_OPERATOR
    )


@dataclass
class Comer:
    """Someone who comes in at the desk. Their browser must not complain, and remembers what it sent."""

    desk: DeskWorld
    page: Page
    login: str
    passphrase: str = ""
    totp_secret: str = ""
    device: str = ""
    complaints: list[str] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.sent.append(request))
        self.page.add_init_script(REMEMBERS)
        self._devices = self.page.context.new_cdp_session(self.page)
        self._devices.send("WebAuthn.enable")
        if self.login in self.desk.people:
            known = self.desk.people[self.login]
            self.passphrase, self.totp_secret = known.passphrase, known.totp_secret

    @property
    def address(self) -> str:
        return self.desk.world.settings.desk_url

    def _hears(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    # A device

    def has_a_device(self, **other: object) -> None:
        """That makes passkeys, and touches itself."""
        made = self._devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **other}})
        self.device = made["authenticatorId"]

    def loses_the_device(self) -> None:
        self._devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.device})
        self.device = ""

    def takes_another_device_that_evaluates_nothing(self) -> None:
        """The same passkey, where PRF is not known: an older browser, or another maker's synchronised copy."""
        kept = self._devices.send("WebAuthn.getCredentials", {"authenticatorId": self.device})
        self.loses_the_device()
        self.has_a_device(hasPrf=False)
        for credential in kept["credentials"]:
            given = {"authenticatorId": self.device, "credential": credential}
            self._devices.send("WebAuthn.addCredential", given)

    # The invitation

    def follows(self, link: str) -> None:
        self.page.goto(link)
        expect(self.page.locator("#invite h1")).to_be_visible()

    def tells_who(self, name: str) -> None:
        self.page.locator("#own-name").fill(name)
        self.page.locator("#own-login").fill(self.login)
        self.presses("form button")
        expect(self.page.locator("#passkey-name")).to_be_visible()

    def makes_a_passkey(self) -> None:
        self.presses("form button")
        expect(self.page.locator("#new-passphrase")).to_be_visible(timeout=PATIENCE)

    def goes_on_without_a_passkey(self) -> None:
        self.presses('[data-slot="without"]')
        expect(self.page.locator("#new-passphrase")).to_be_visible(timeout=PATIENCE)

    def writes_the_passphrase_down(self) -> None:
        self.passphrase = self.page.locator("#new-passphrase").inner_text()
        groups = self.passphrase.split("-")
        for part in ("one", "two"):
            label = self.page.locator(f'[data-slot="label-{part}"]').inner_text()
            self.page.locator(f"#group-{part}").fill(groups[int(re.sub(r"\D.*", "", re.sub(r"^\D+", "", label))) - 1])
        self.presses("form button")
        expect(self.page.locator("#new-totp")).to_be_visible(timeout=PATIENCE)

    def sets_the_codes_up(self) -> None:
        self.totp_secret = self.page.locator("#new-totp").inner_text().replace(" ", "")
        self.page.locator("#first-code").fill(pyotp.TOTP(self.totp_secret).at(self.desk.clock()))
        self.presses('[data-slot="finish"]')

    def reads_the_digits(self) -> str:
        digits = self.page.locator("#fingerprint")
        expect(digits).to_be_visible(timeout=PATIENCE)
        return digits.inner_text()

    def presses(self, what: str) -> None:
        self.page.locator(f"#invite {what}, #view {what}").first.click()

    # The door

    def comes_to_the_door(self) -> None:
        self.page.goto(f"{self.address}/")
        self.stands_at_the_door()

    def stands_at_the_door(self) -> None:
        """Which works once its script has come: then it shows the button for passkeys."""
        expect(self.page.locator("#door-passkey")).to_be_visible()

    def touches(self) -> None:
        """The one button of the door that asks for a passkey."""
        self.page.locator("#door-passkey").click()

    def signs_in_by_second_way(self) -> None:
        self.page.locator("#login").fill(self.login)
        self.page.locator("#passphrase").fill(self.passphrase)
        self.page.locator("#code").fill(self.fresh_code())
        self.page.locator("#door-button").click()

    def fresh_code(self) -> str:
        """Of a step that was not used yet; time goes on for it, where it must."""
        used = self.desk.store.coordinators.by_login(self.login).totp_used
        if step_at(self.desk.clock()) <= used:
            self.desk.clock.forward(seconds=31)
        return pyotp.TOTP(self.totp_secret).at(self.desk.clock())

    def is_in(self) -> None:
        expect(self.page.locator("#view h1")).to_be_visible(timeout=PATIENCE)

    def is_refused(self) -> str:
        wrong = self.page.locator("#errors")
        expect(wrong).to_be_visible(timeout=PATIENCE)
        return wrong.inner_text()

    def signs_out(self) -> None:
        self.page.locator('#bar form[action="/logout"] button').click()
        self.stands_at_the_door()

    # One's own access

    def goes_to_the_account(self) -> None:
        self.page.locator('#bar a[href="#account"]').click()
        expect(self.page.locator("#device")).to_be_visible()

    def adds_a_passkey(self, name: str) -> None:
        self.page.locator("#device").fill(name)
        self.page.locator('#view [data-slot="add"] button').click()

    def removes_the_passkey(self, name: str) -> None:
        names = self.page.locator('#view [data-slot="passkeys"] [data-slot="name"]')
        place = [field.input_value() for field in names.all()].index(name)
        self.page.locator('#view [data-slot="remove"]').nth(place).click()

    def has_passkeys(self, *names: str) -> None:
        fields = self.page.locator('#view [data-slot="passkeys"] [data-slot="name"]')
        expect(fields).to_have_count(len(names), timeout=PATIENCE)
        assert [field.input_value() for field in fields.all()] == list(names)

    def proves_it_by_second_way(self) -> None:
        """In the question over the page."""
        expect(self.page.locator("#step-up")).to_be_visible(timeout=PATIENCE)
        self.page.locator("#step-up-passphrase").fill(self.passphrase)
        self.page.locator("#step-up-code").fill(self.fresh_code())
        self.page.locator('#step-up [data-slot="second-way"] button').click()
        expect(self.page.locator("#step-up")).to_have_count(0, timeout=PATIENCE)

    def proves_it_by_passkey(self) -> None:
        expect(self.page.locator("#step-up")).to_be_visible(timeout=PATIENCE)
        self.page.locator('#step-up [data-slot="passkey"]').click()
        expect(self.page.locator("#step-up")).to_have_count(0, timeout=PATIENCE)

    # What stays here

    def sent_nothing_secret(self) -> None:
        """No request held a passphrase, a secret key or what a passkey evaluated, in whatever way it is written."""
        secrets = {self.passphrase, self.passphrase.replace("-", ""), "AGE-SECRET"}
        for evaluated in self.page.evaluate("window.evaluated ?? []"):
            secrets |= spellings(bytes(evaluated))
        for request in self.sent:
            sent = f"{request.url} {request.headers} {request.post_data or ''}"
            assert not [secret for secret in secrets if secret and secret in sent]


def spellings(data: bytes) -> set[str]:
    """Bytes as text: hexadecimal, both kinds of base64 as a form carries them, and a list of numbers."""
    plain, url = base64.b64encode(data).decode().rstrip("="), base64.urlsafe_b64encode(data).decode().rstrip("=")
    return {data.hex(), plain, url, quote_plus(plain), ",".join(map(str, data)), data.decode("latin-1")}


@contextmanager
def someone(browser: Browser, desk: DeskWorld, login: str, **settings: object) -> Iterator[Comer]:
    context = browser.new_context(locale="nl-NL", **settings)
    comer = Comer(desk, context.new_page(), login)
    yield comer
    context.close()
    assert comer.complaints == []


@pytest.fixture(name="desk")
def desk_with_an_address(tmp_path: Path) -> Iterator[DeskWorld]:
    with served_desk(tmp_path) as desk:
        yield desk


@pytest.fixture(name="noor")
def noor_at_the_door(browser: Browser, desk: DeskWorld) -> Iterator[Comer]:
    with someone(browser, desk, "noor") as noor:
        yield noor
