"""A hostile server, in the places that `test_forged_keys` leaves: signing in by passkey, and the lists and cases that
an unlocked desk opens. Nothing that the browser sends depends on what it opened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from coming_in import PATIENCE, Comer, desk_with_an_address, noor_at_the_door
from desk_world import DeskWorld
from key_world import writing
from playwright.sync_api import Page, Request, expect
from test_forged_keys import KINDS, POINT, hostile_file

from tipline.passkeys import identity
from tipline.sealing import Identity

__all__ = ["desk_with_an_address", "noor_at_the_door"]  # fixtures
pytestmark = pytest.mark.browser

NOBODY = Identity.new().recipient


def asked(request: Request) -> tuple[str, str, tuple[str, ...]]:
    """Method, address and the names of what is sent: challenges and signatures differ each time, whatever is opened."""
    names = tuple(field.partition("=")[0] for field in (request.post_data or "").split("&"))
    return request.method, urlsplit(request.url).path, names


def stands_still(page: Page) -> None:
    """No timer of the page rings from now on: what a desk asks by the clock falls into one round and not another."""
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=10))


def sent_for_each_kind(
    noor: Comer, puts: Callable[[bytes], None], recipient: str, deed: Callable[[], None], *genuine: bytes
) -> None:
    """Does the deed with each kind of file in place, and with files that open; everything that is sent must be the
    same."""
    seen = {}
    files = {kind: hostile_file(kind, Identity.new().secret, recipient) for kind in KINDS}
    for kind, file in {**files, **{f"genuine {number}": file for number, file in enumerate(genuine)}}.items():
        puts(file)
        noor.sent.clear()
        deed()
        requests = [each for each in noor.sent if not urlsplit(each.url).path.startswith("/static/")]
        seen[kind] = [asked(request) for request in requests]
        assert requests, "nothing was watched"
        assert not [request for request in requests if "AGE-" in (request.post_data or "")]
    assert all(sent == seen["tip"] for sent in seen.values()), seen


def test_a_passkey_that_opens_a_file_of_the_servers_choice_tells_it_nothing(desk: DeskWorld, noor: Comer) -> None:
    noor.has_a_device()
    noor.comes_to_the_door()
    noor.signs_in_by_second_way()
    noor.is_in()
    noor.goes_to_the_account()
    noor.adds_a_passkey("Laptop")
    noor.proves_it_by_second_way()
    noor.has_passkeys("Laptop")
    evaluated = bytes(noor.page.evaluate("window.evaluated.at(-1)"))

    def puts(file: bytes) -> None:
        with writing(desk) as database:
            database.execute("UPDATE wrapped_keys SET sealed = ? WHERE unlocker <> 'passphrase'", (file,))

    def signs_in() -> None:
        noor.comes_to_the_door()
        noor.touches()
        expect(noor.page.locator("#view h1, #errors").locator("visible=true").first).to_be_visible(timeout=PATIENCE)
        noor.page.context.clear_cookies()

    noor.page.context.clear_cookies()
    sent_for_each_kind(noor, puts, identity(evaluated).recipient, signs_in)
    assert not [each for each in noor.sent if each.url.endswith("/keys/opened")]


def test_an_unlocked_desk_that_opens_files_of_the_servers_choice_tells_it_nothing(desk: DeskWorld, noor: Comer) -> None:
    tip_id = desk.tip(POINT, "Een verhaal dat er niet meer staat")
    ((genuine,),) = desk.rows("SELECT sealed FROM cases")
    for _ in range(2):  # with a third that does not open either, the inbox raises an alarm
        desk.tip(POINT, "Nooit te lezen")
    with writing(desk) as database:
        database.execute("UPDATE cases SET sealed = ? WHERE tip <> ?", (hostile_file("tip", "", NOBODY), tip_id))
    noor.page.clock.install()
    noor.comes_to_the_door()
    noor.signs_in_by_second_way()
    noor.is_in()
    stands_still(noor.page)

    change = "UPDATE cases SET sealed = ?, status = 'new', changes = changes + 1 WHERE tip = ?"
    alarms = []

    def puts(file: bytes) -> None:
        with writing(desk) as database:
            database.execute(change, (file, tip_id))

    def lists() -> None:
        noor.page.locator('#bar a[href="#inbox"]').click()
        expect(noor.page.locator(".tips tbody tr")).to_have_count(3)

    def reads() -> None:
        noor.page.locator('#bar a[href="#keys"]').click()
        expect(noor.page.locator('#view [data-slot="own-code"]')).to_be_visible()
        lists()
        noor.page.locator(f'.tips tbody a[href="#tip-{tip_id}"]').click()
        # The last that the page of a case asks for, after its thread: until then the next round has not begun.
        expect(noor.page.locator('#view [data-slot="others-now"]')).not_to_be_empty()
        lists()
        alarms.append(noor.page.locator('#view [data-slot="unopened"]').is_visible())

    assert isinstance(genuine, bytes)
    sent_for_each_kind(noor, puts, desk.keys[POINT].recipient, reads, genuine)
    assert alarms == [True] * len(KINDS) + [False]
