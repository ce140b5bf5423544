"""Yara is invited and becomes a coordinator; who works at the desk comes in by one way or the other, losing nothing."""

from collections.abc import Iterator

import pyotp
import pytest
from coming_in import PATIENCE, Comer, desk_with_an_address, invitation, noor_at_the_door, someone
from desk_world import DeskWorld
from key_world import approve
from playwright.sync_api import Browser, expect

from tipline.heads import Author, Head, Kind, read
from tipline.sealing import fingerprint, open_sealed

__all__ = ["desk_with_an_address", "noor_at_the_door"]  # fixtures
pytestmark = pytest.mark.browser

EINDHOVEN = "lumens-emp"


@pytest.fixture
def yara(browser: Browser, desk: DeskWorld) -> Iterator[Comer]:
    with someone(browser, desk, "yara") as yara:
        yield yara


def test_from_an_invitation_to_the_first_answer(desk: DeskWorld, yara: Comer, noor: Comer) -> None:
    tip_id = desk.tip(EINDHOVEN, "Hij wordt elke donderdag opgehaald.")
    link = invitation(desk, EINDHOVEN, "yara@example.nl")
    yara.has_a_device()
    yara.follows(link)
    yara.tells_who("Yara")
    yara.makes_a_passkey()
    yara.writes_the_passphrase_down()
    yara.sets_the_codes_up()
    digits = yara.reads_the_digits()
    assert yara.page.url == f"{yara.address}/invite"  # nothing of the invitation stays in the history
    recipient = desk.store.coordinators.by_login("yara").recipient
    assert digits.replace(" ", "") == fingerprint(recipient)

    # She can come in, and is told what she waits for.
    yara.comes_to_the_door()
    yara.touches()
    yara.is_in()
    expect(yara.page.locator('#view [data-slot="own-code"]')).to_have_text(digits)
    expect(yara.page.locator('#view [data-slot="lacks"]')).not_to_be_empty()

    # The operator types what she reads out; Noor gives her the key.
    approve(desk, EINDHOVEN, [digits])
    noor.comes_to_the_door()
    noor.signs_in_by_second_way()
    noor.is_in()
    noor.page.locator('#bar a[href="#keys"]').click()
    noor.page.locator('#view [data-slot="give"]:visible').click()
    noor.proves_it_by_second_way()
    expect(noor.page.locator('#view [data-slot="give"]:visible')).to_have_count(0, timeout=PATIENCE)

    # Now one touch opens everything.
    yara.signs_out()
    yara.touches()
    yara.is_in()
    yara.page.locator('#view [data-slot="rows"] a').click()
    yara.page.locator("#answer").fill("Dank u wel.")
    yara.page.locator('#view [data-slot="check"]').click()
    yara.page.locator('#view [data-slot="send"]').click()
    expect(yara.page.locator('#view .ours [data-slot="text"]')).to_have_text("Dank u wel.", timeout=PATIENCE)
    derived = desk.receipts[tip_id]
    (file,) = desk.store.tips.messages(tip_id, "tipster")
    head = Head(Kind.ANSWER, tip_id, (EINDHOVEN,), 1, Author.COORDINATOR, "nl")
    assert read(open_sealed(file.sealed, derived.identity), head, derived.reply_key).text == "Dank u wel."
    yara.sent_nothing_secret()
    noor.sent_nothing_secret()

    # The invitation is used up.
    yara.follows(link)
    expect(yara.page.locator("#own-name")).to_have_count(0)


def test_who_has_no_passkey_comes_in_by_passphrase_and_code(desk: DeskWorld, yara: Comer) -> None:
    yara.has_a_device(hasPrf=False)
    yara.follows(invitation(desk, EINDHOVEN, "yara@example.nl"))
    yara.tells_who("Yara")
    yara.presses("form button")
    wrong = yara.page.locator("#passkey-wrong")
    expect(wrong).to_be_visible(timeout=PATIENCE)
    expect(wrong).to_contain_text("kan geen sleutels openen")
    yara.goes_on_without_a_passkey()
    yara.writes_the_passphrase_down()
    yara.page.locator("#first-code").fill("000000")
    yara.presses('[data-slot="finish"]')
    expect(yara.page.locator("#new-codes-wrong")).to_contain_text("klopt niet", timeout=PATIENCE)
    yara.sets_the_codes_up()
    yara.reads_the_digits()
    assert desk.store.passkeys.of(desk.store.coordinators.by_login("yara").id) == ()

    yara.comes_to_the_door()
    expect(yara.page.locator("#door-form")).to_be_visible()
    yara.page.locator("#passphrase").fill(yara.passphrase)
    yara.page.locator("#door-button").click()  # she is signed in already: only her key is locked
    yara.is_in()
    yara.signs_out()
    yara.signs_in_by_second_way()
    yara.is_in()
    yara.sent_nothing_secret()


def test_who_lost_her_passkey_comes_in_by_the_second_way_removes_it_and_adds_another(
    noor: Comer,
) -> None:
    noor.has_a_device()
    noor.comes_to_the_door()
    noor.signs_in_by_second_way()
    noor.is_in()
    noor.goes_to_the_account()
    noor.adds_a_passkey("Laptop")
    noor.proves_it_by_second_way()
    noor.has_passkeys("Laptop")
    noor.signs_out()
    noor.touches()
    noor.is_in()
    noor.signs_out()

    # Where it evaluates nothing it signs in, and her passphrase opens her key.
    noor.takes_another_device_that_evaluates_nothing()
    noor.touches()
    assert "kan geen sleutels openen" in noor.is_refused()
    expect(noor.page.locator("#code")).to_be_hidden()
    noor.page.locator("#passphrase").fill(noor.passphrase)
    noor.page.locator("#door-button").click()
    noor.is_in()
    noor.signs_out()

    noor.loses_the_device()
    noor.has_a_device()
    noor.touches()
    assert "passkey" in noor.is_refused()
    noor.signs_in_by_second_way()
    noor.is_in()
    noor.goes_to_the_account()
    noor.removes_the_passkey("Laptop")
    noor.proves_it_by_second_way()
    noor.has_passkeys()
    noor.adds_a_passkey("Nieuwe laptop")
    noor.proves_it_by_second_way()
    noor.has_passkeys("Nieuwe laptop")
    noor.signs_out()
    noor.touches()
    noor.is_in()
    noor.sent_nothing_secret()


def test_an_idle_desk_warns_locks_itself_and_gives_back_what_was_typed(desk: DeskWorld, noor: Comer) -> None:
    desk.tip(EINDHOVEN, "Hij wordt elke donderdag opgehaald.")
    page = noor.page
    page.clock.install()
    noor.comes_to_the_door()
    noor.signs_in_by_second_way()
    noor.is_in()
    with page.expect_response("**/status"), page.expect_response("**/handover"):
        page.locator('#view [data-slot="rows"] a').click()
    page.locator("#answer").fill("Nog niet af")
    warning = page.locator(".idle")

    # Whoever stays is asked once, and goes on.
    noor_leaves(noor, minutes=14)
    expect(warning).to_be_visible()
    warning.locator("button").click()
    expect(warning).to_have_count(0)
    expect(page.locator("#answer")).to_have_value("Nog niet af")

    # Typing is use, although it asks nothing.
    for _ in range(3):
        noor_leaves(noor, minutes=10)
        with page.expect_response("**/session"):
            page.locator("#answer").press("End")
    expect(warning).to_have_count(0)

    noor_leaves(noor, minutes=14)
    expect(warning).to_be_visible()
    noor_leaves(noor, minutes=1)
    expect(page.locator("#door")).to_be_visible()
    assert "donderdag" not in page.content()
    assert page.evaluate("fetch('/tips').then((answer) => answer.status)") == 401
    noor.signs_in_by_second_way()
    expect(page.locator("#answer")).to_have_value("Nog niet af", timeout=PATIENCE)

    # A computer that slept, and has no network: no timer ran meanwhile, but its clock tells.
    page.context.set_offline(True)
    woken = page.evaluate("new Date(Date.now() + 3_600_000).toISOString()")
    page.clock.set_system_time(woken)
    page.clock.run_for(5_000)
    expect(page.locator("#door")).to_be_visible()
    assert "donderdag" not in page.content()


def noor_leaves(noor: Comer, minutes: int) -> None:
    """The desk is left alone, for the server as for the browser."""
    noor.desk.clock.forward(minutes=minutes)
    noor.page.clock.fast_forward(minutes * 60_000)


def test_a_lead_invites_a_colleague_and_loses_nothing_to_the_question_in_between(desk: DeskWorld, noor: Comer) -> None:
    noor.has_a_device()
    noor.comes_to_the_door()
    noor.signs_in_by_second_way()
    noor.is_in()
    noor.goes_to_the_account()
    noor.adds_a_passkey("Laptop")
    noor.proves_it_by_second_way()
    noor.has_passkeys("Laptop")
    desk.clock.forward(minutes=6)  # that proof is over
    page = noor.page
    page.locator('#bar a[href="#people"]').click()
    page.locator("#invite-email").fill("yara@example.nl")
    page.locator('#view [data-slot="invite"] button').click()
    expect(page.locator("#step-up")).to_be_visible()
    expect(page.locator('#step-up [data-slot="second-way"]')).to_be_hidden()
    page.locator('#step-up [data-slot="cancel"]').click()
    expect(page.locator("#people-wrong")).to_be_visible()
    expect(page.locator("#invite-email")).to_have_value("yara@example.nl")
    page.locator('#view [data-slot="invite"] button').click()
    noor.proves_it_by_passkey()
    link = page.locator('#view [data-slot="link"]')
    expect(link).to_be_visible()
    address = link.inner_text()
    assert address.startswith(f"{noor.address}/invite#")
    expect(page.locator('#view [data-slot="invitations"] li')).to_have_count(1)
    page.locator('#view [data-slot="withdraw"]').click()
    expect(page.locator('#view [data-slot="none"]')).to_be_visible()
    noor.signs_out()
    noor.follows(address)
    expect(page.locator("#own-name")).to_have_count(0)


def test_all_of_it_works_by_keyboard(desk: DeskWorld, yara: Comer) -> None:
    page = yara.page
    yara.has_a_device()
    yara.follows(invitation(desk, EINDHOVEN, "yara@example.nl"))
    expect(page.locator("#invite h1")).to_be_focused()
    types(page, None, "Yara", "yara", "Enter")
    expect(page.locator("#passkey-name")).to_be_visible()
    expect(page.locator("#invite h1")).to_be_focused()
    types(page, None, "Enter")
    expect(page.locator("#new-passphrase")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#invite h1")).to_be_focused()
    groups = page.locator("#new-passphrase").inner_text().split("-")
    numbers = [int(text.split()[1]) for text in page.locator("fieldset .field label").all_inner_texts()]
    types(page, *(groups[number - 1] for number in numbers), "Enter")
    expect(page.locator("#new-totp")).to_be_visible(timeout=PATIENCE)
    yara.totp_secret = page.locator("#new-totp").inner_text().replace(" ", "")
    types(page, pyotp.TOTP(yara.totp_secret).at(desk.clock()), "Enter")
    yara.reads_the_digits()
    types(page, None, None)
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#invite a.btn")).to_be_focused()
    page.keyboard.press("Enter")
    yara.stands_at_the_door()
    while page.evaluate("document.activeElement.id") != "door-passkey":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    yara.is_in()


def types(page, *what: str | None) -> None:
    """Tab before each; `Enter` is pressed, None is passed over."""
    for text in what:
        if text == "Enter":
            page.keyboard.press("Enter")
            continue
        page.keyboard.press("Tab")
        if text:
            page.keyboard.type(text)
