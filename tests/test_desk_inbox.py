"""The inbox and the archive in a real browser: what stands there, in which order, found by filters, search and keys;
and what comes in by itself while somebody reads."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from desk_server import serving
from desk_world import TODAY, DeskWorld, make_desk_world
from key_world import writing
from looking import faults, misfits
from playwright.sync_api import Browser, Page, expect
from test_desk_browser import Coordinator

from tipline.pools import Pool
from tipline.sealing import Identity, seal
from tipline.storage.cases import Closing
from tipline.storage.outbox import Outcome
from tipline.working_days import dutch_date

pytestmark = pytest.mark.browser

LUMENS = "lumens-emp"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    world = make_desk_world(tmp_path, lambda: datetime.now(UTC))
    yield world
    world.store.close()


@pytest.fixture
def noor(desk: DeskWorld, browser: Browser) -> Iterator[Coordinator]:
    with serving(desk.app()) as address, browser.new_context(locale="nl-NL") as context:
        page = context.new_page()
        page.clock.install()
        coordinator = Coordinator(page, address)
        coordinator.watches()
        yield coordinator
        assert coordinator.complaints == []


def comes_in(noor: Coordinator) -> Page:
    noor.signs_in_as("Noor")
    noor.sees_the_inbox()
    return noor.page


def first_words(page: Page):
    return page.locator('#view [data-slot="link"]')


def counter(page: Page, name: str):
    return page.locator(f'#view .tell [data-slot="{name}"]')


def test_the_inbox_tells_what_waits_and_finds_what_is_asked_for(desk: DeskWorld, noor: Coordinator) -> None:
    cases, today = desk.store.cases, dutch_date(desk.clock())
    me = desk.people["noor"].coordinator.id
    new = desk.tip(LUMENS, "Nieuw, één keer gezien", received_on=today - timedelta(days=2))
    soon = desk.tip(LUMENS, "Gevaar en gelezen", danger="soon", age="16-17")
    asks = desk.tip(LUMENS, "Vraagt iets", received_on=today - timedelta(days=30))
    rest = desk.tip(LUMENS, "De rest", received_on=today - timedelta(days=40))
    unproved = desk.tip(LUMENS, "Zonder proef", received_on=today - timedelta(days=40), pool=Pool.NEITHER)
    gone = desk.tip(LUMENS, "Bijna gewist", received_on=today - timedelta(days=90))
    for tip_id in (soon, asks, rest, unproved):
        cases.set_status(tip_id, LUMENS, "read")
    cases.set_labels(rest, LUMENS, ["school", "hotel"], [])
    cases.assign(rest, LUMENS, me, "")
    cases.set_status(gone, LUMENS, "closed", closing=Closing("advised", today - timedelta(days=80)))
    desk.addition(asks, LUMENS, "Alleen hier staat kanarievogel")

    page = comes_in(noor)
    expect(first_words(page)).to_have_text(
        ["Gevaar en gelezen", "Nieuw, één keer gezien", "Vraagt iets", "De rest", "Zonder proef"]
    )
    for name, words in (("unread", "1"), ("oldest", "2 dagen"), ("waiting", "1"), ("due", "1")):
        expect(counter(page, name)).to_have_text(words)
    expect(page.get_by_label("Over dit bureau")).to_contain_text("nog 10 dagen")
    expect(page.get_by_role("row").nth(4)).to_contain_text(re.compile("School.*Noor.*Gelezen"))
    expect(page.get_by_role("row").nth(3)).to_contain_text("wacht op ons")
    expect(page.get_by_text("niet op programma’s gecontroleerd")).to_have_count(1)
    expect(page.get_by_role("row").nth(5)).to_contain_text("niet op programma’s gecontroleerd")

    shown = page.locator('#view [data-slot="shown"]')
    page.get_by_label("Alleen van mij").check()
    expect(first_words(page)).to_have_text(["De rest"])
    page.get_by_label("Alleen van mij").uncheck()
    page.get_by_label("Alleen in gevaar").check()
    expect(first_words(page)).to_have_text(["Gevaar en gelezen"])
    expect(shown).to_have_text("1 van 5 meldingen")
    page.get_by_label("Alleen in gevaar").uncheck()
    page.get_by_label("Status").select_option("new")
    expect(first_words(page)).to_have_text(["Nieuw, één keer gezien"])
    page.get_by_label("Status").select_option("")
    page.get_by_label("Label").select_option("Hotel of gehuurde kamer")
    expect(first_words(page)).to_have_text(["De rest"])
    page.get_by_label("Label").select_option("")

    search = page.get_by_label("Zoek in wat hier open is")
    asked = len(noor.requests)
    for words, found in (("EEN  gezien", ["Nieuw, één keer gezien"]), ("16 of 17", ["Gevaar en gelezen"])):
        search.fill(words)
        expect(first_words(page)).to_have_text(found)
    search.fill("kanarie")
    expect(page.get_by_text("Geen melding voldoet aan uw keuze.")).to_be_visible()
    noor.axe_finds_nothing()
    assert len(noor.requests) == asked, "searching asks nobody"
    page.get_by_role("button", name="Toon alles").click()
    expect(first_words(page)).to_have_count(5)
    expect(search).to_be_focused()
    noor.opens("Vraagt iets")
    page.get_by_role("link", name="Binnen").first.click()
    page.get_by_label("Zoek in wat hier open is").fill("kanarie")
    expect(first_words(page)).to_have_text(["Vraagt iets"])
    assert new


def test_single_keys_lead_from_the_inbox_to_an_answer(desk: DeskWorld, noor: Coordinator) -> None:
    for words in ("Eerste", "Tweede", "Derde"):
        desk.tip(LUMENS, words, received_on=TODAY + timedelta(days=len(words)))
    page = comes_in(noor)
    words = first_words(page).all_text_contents()
    press = page.keyboard.press
    press("j")
    expect(first_words(page).nth(0)).to_be_focused()
    press("j")
    press("j")
    press("j")
    expect(first_words(page).nth(2)).to_be_focused()
    press("k")
    expect(first_words(page).nth(1)).to_be_focused()
    press("/")
    search = page.get_by_label("Zoek in wat hier open is")
    expect(search).to_be_focused()
    page.keyboard.type("jkr?")
    expect(search).to_have_value("jkr?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press("Control+a")
    press("Delete")
    for _ in range(3):
        press("Tab")  # past two lists of choices, which take letters too
    press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    noor.axe_finds_nothing()
    press("j")
    expect(page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Alleen van mij")).to_be_focused()

    first_words(page).nth(1).focus()
    press("r")
    answer = page.get_by_label("Antwoord aan de melder")
    expect(answer).to_be_focused()
    page.keyboard.type("Dank u, jkr")
    expect(answer).to_have_value("Dank u, jkr")
    press("Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="Lees het zoals een ander het leest")).to_be_focused()
    press("Tab")
    press("Tab")
    if not page.get_by_role("button", name="Verzegel en verstuur").evaluate("(one) => one === document.activeElement"):
        press("Shift+Tab")
    press("Enter")
    noor.hears("Uw antwoord is verzegeld en verstuurd.")
    press("n")
    note = page.get_by_label("Notitie voor uw eigen hulppunt")
    expect(note).to_be_focused()
    page.keyboard.type("Nagaan")
    press("Tab")
    press("Enter")
    noor.hears("Uw notitie is verzegeld en bewaard.")
    press("j")
    expect(page.locator("#view .thread")).to_contain_text(words[2])
    press("k")
    expect(page.locator("#view .thread")).to_contain_text(words[1])
    press("u")
    expect(page.get_by_role("link", name=words[1])).to_be_focused()
    press("?")
    page.get_by_label("Deze toetsen staan aan").uncheck()
    page.get_by_role("button", name="Sluit").click()
    first_words(page).nth(0).focus()
    press("j")
    expect(first_words(page).nth(0)).to_be_focused()
    press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Alle toetsen").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_new_tips_come_in_by_themselves_and_move_nothing_from_under_the_reader(
    desk: DeskWorld, noor: Coordinator
) -> None:
    yesterday = TODAY - timedelta(days=1)
    kept = [desk.tip(LUMENS, f"Melding {number}", received_on=yesterday) for number in range(12)]
    page = comes_in(noor)
    page.set_viewport_size({"width": 1280, "height": 500})
    link = page.get_by_role("link", name="Melding 7", exact=True)
    link.focus()
    before = link.bounding_box()
    desk.tip(LUMENS, "Nieuw en in gevaar", danger="now")
    desk.tip(LUMENS, "Nieuw zonder gevaar", received_on=TODAY - timedelta(days=20))
    desk.addition(kept[7], LUMENS, "Nog iets")
    page.clock.fast_forward(31_000)
    noor.hears("Er zijn 2 nieuwe meldingen binnengekomen. Er is 1 melding veranderd.")
    expect(first_words(page).first).to_have_text("Nieuw en in gevaar")
    expect(first_words(page)).to_have_count(14)
    expect(page).to_have_title("Binnen, 14 ongelezen – Signaallijn")
    expect(link).to_be_focused()
    after = link.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 1

    desk.store.cases.set_status(kept[3], LUMENS, "closed", closing=Closing("double", TODAY))
    page.clock.fast_forward(31_000)
    noor.hears("Er is 1 melding veranderd.")
    expect(page.get_by_role("link", name="Melding 3", exact=True)).to_have_count(0)
    expect(link).to_be_focused()
    desk.store.cases.set_status(kept[7], LUMENS, "closed", closing=Closing("double", TODAY))
    page.clock.fast_forward(31_000)
    expect(link).to_have_count(0)
    expect(page.locator('#view [data-slot="link"]:focus')).to_have_count(1)


def test_looking_by_itself_does_not_keep_the_desk_open(desk: DeskWorld, noor: Coordinator) -> None:
    desk.tip(LUMENS, "Een verhaal")
    page = comes_in(noor)
    for _ in range(7):
        with page.expect_response("**/tips/news"):
            page.clock.fast_forward(120_000)
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelden bij het bureau")
    assert "Een verhaal" not in page.content()


def test_the_archive_holds_closed_cases_a_page_at_a_time(desk: DeskWorld, noor: Coordinator) -> None:
    for number in range(53):
        tip_id = desk.tip(LUMENS, f"Gesloten {number}", received_on=TODAY - timedelta(days=number))
        desk.store.cases.set_status(tip_id, LUMENS, "closed", closing=Closing("no-signs", TODAY))
    desk.tip(LUMENS, "Nog open")
    page = comes_in(noor)
    expect(first_words(page)).to_have_text(["Nog open"])
    page.get_by_role("link", name="Archief").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Archief")
    expect(first_words(page)).to_have_count(50)
    expect(first_words(page).first).to_have_text("Gesloten 0")
    noor.axe_finds_nothing()
    page.get_by_role("button", name="Toon eerdere").click()
    expect(first_words(page)).to_have_count(53)
    expect(page.get_by_role("link", name="Gesloten 50")).to_be_focused()
    expect(page.get_by_role("button", name="Toon eerdere")).to_be_hidden()
    page.get_by_label("Zoek in wat hier open is").fill("gesloten 52")
    expect(first_words(page)).to_have_text(["Gesloten 52"])
    noor.opens("Gesloten 52")
    expect(page.locator("#view")).to_contain_text("Gesloten: Geen signaal van uitbuiting")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("Archief")


def rubbish(desk: DeskWorld, received_on: date = TODAY) -> str:
    """A case with a file that is well formed and sealed to somebody else."""
    tip_id = desk.tip(LUMENS, "Niet voor u", received_on=received_on)
    with writing(desk) as database:
        file = seal(b"x" * 4096, [Identity.new().recipient])
        database.execute("UPDATE cases SET sealed = ? WHERE tip = ?", (file, tip_id))
    return tip_id


def a_third_that_does_not_open_in_a_day_raises_an_alarm(desk: DeskWorld, page: Page) -> None:
    alarm, refresh = page.locator('#view [data-slot="unopened"]'), page.locator('#view [data-slot="refresh"]')
    expect(page.get_by_role("link", name="Deze melding kan niet worden getoond")).to_have_count(4)
    expect(alarm).to_be_hidden()
    third = rubbish(desk)
    refresh.click()
    expect(alarm).to_be_visible()
    expect(alarm.get_by_role("listitem")).to_have_text(
        ["3 meldingen die op 21 november binnenkwamen, gaan hier niet open."]
    )
    expect(alarm).to_contain_text("bel dan uw beheerder")
    expect(page.get_by_role("link", name="Een verhaal")).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert misfits(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    desk.store.cases.set_status(third, LUMENS, "closed", closing=Closing("no-signs", TODAY))
    refresh.click()
    expect(alarm).to_be_hidden()


def test_with_slots_the_desk_looks_shortly_after_each_and_says_what_is_wrong_with_mail(
    desk: DeskWorld, browser: Browser
) -> None:
    desk.world = replace(desk.world, settings=replace(desk.world.settings, slot_minutes=4))
    desk.tip(LUMENS, "Een verhaal")
    for long_ago in (0, 0, 1, 1):
        rubbish(desk, received_on=TODAY - timedelta(days=long_ago))
    desk.store.outbox.address()
    desk.store.outbox.pass_on(desk.people["bilal"].coordinator.id, lambda: Outcome.GIVEN_UP)
    desk.store.outbox.note_outage(TODAY)
    with serving(desk.app()) as address, browser.new_context(locale="nl-NL") as context:
        page = context.new_page()
        page.clock.install(time=datetime.combine(desk.clock().date(), time(10, 1), UTC))
        noor = Coordinator(page, address)
        comes_in(noor)
        expect(page.locator("#view")).to_contain_text("Wat melders sturen verschijnt hier elke 4 minuten, op de klok.")
        box = page.locator('#view [data-slot="mail"]')
        expect(box).to_contain_text("Sinds za 21 nov gaat er geen e-mail uit")
        expect(box).to_contain_text("E-mail aan Bilal kan niet worden bezorgd.")
        a_third_that_does_not_open_in_a_day_raises_an_alarm(desk, page)
        box.get_by_role("button", name="Probeer opnieuw").click()
        noor.hears("E-mail aan Bilal wordt nog eens geprobeerd.")
        assert desk.store.outbox.dead() == ()

        looked: list[str] = []
        page.on("request", lambda request: looked.append(request.url) if "news" in request.url else None)
        into_slot = page.evaluate("Date.now()") % 240_000
        page.clock.fast_forward(240_000 - into_slot + 4_000)
        assert looked == []
        with page.expect_response("**/tips/news"):
            page.clock.fast_forward(27_000)
