"""A case in a real browser: notes, labels, colleagues and closing; a second look before an answer goes; and what
happens when two coordinators work on it at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_server import serving
from desk_world import DeskWorld, make_desk_world
from playwright.sync_api import Browser, Page, expect
from test_desk_browser import Coordinator

from tipline.heads import Author, Head, Kind, read, write
from tipline.sealing import open_sealed, seal
from tipline.storage.cases import Closing
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


def sealed_note(desk: DeskWorld, tip_id: str, number: int, text: str) -> bytes:
    """A note as whoever can write the database could make it: it needs no more than the published key."""
    head = Head(Kind.NOTE, tip_id, (LUMENS,), number, Author.COORDINATOR, "nl")
    return seal(write(head, {"text": text}), [desk.keys[LUMENS].recipient])


def opens(noor: Coordinator, words: str) -> Page:
    noor.signs_in_as("Noor")
    noor.sees_the_inbox()
    noor.opens(words)
    return noor.page


def test_a_case_is_noted_labelled_given_to_a_colleague_and_closed(desk: DeskWorld, noor: Coordinator) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal", age="16-17")
    page = opens(noor, "Een verhaal")
    thread = page.get_by_role("list", name="Gesprek")
    page.get_by_role("button", name="Verzegel de notitie").click()
    expect(page.locator("#note-wrong")).to_have_text("Schrijf eerst een notitie.")
    noor.axe_finds_nothing()
    page.get_by_label("Notitie voor uw eigen hulppunt").fill("Mentor gebeld.\n<b>Niet</b> verder vertellen.")
    page.get_by_role("button", name="Verzegel de notitie").click()
    noor.hears("Uw notitie is verzegeld en bewaard.")
    expect(thread.locator(".memo")).to_be_focused()
    expect(thread.locator(".memo")).to_contain_text("Notitie van Noor")
    expect(thread.locator(".memo")).to_contain_text("alleen voor uw hulppunt")
    assert desk.store.tips.messages(tip_id, "tipster") == ()
    (stored,) = desk.store.tips.messages(tip_id, LUMENS)
    head = Head(Kind.NOTE, tip_id, (LUMENS,), 1, Author.COORDINATOR, "nl")
    opened = open_sealed(stored.sealed, desk.keys[LUMENS])
    assert read(opened, head).text == "Mentor gebeld.\n<b>Niet</b> verder vertellen."

    page.get_by_text("Labels", exact=True).first.click()
    page.get_by_label("School").check()
    page.get_by_label("Schulden").check()
    page.get_by_label("Wie").select_option("Bilal")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    noor.hears("Bewaard.")
    case = desk.store.cases.get(tip_id, LUMENS)
    assert case
    assert (case.labels, case.assigned_to) == (("debt", "school"), desk.people["bilal"].coordinator.id)
    expect(page.locator("#view .marks .tag")).to_have_text(["Schulden", "School", "16 of 17"])

    page.get_by_label("Status").select_option("Gesloten")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    expect(page.locator("#status-wrong")).to_have_text("Kies waarom u deze zaak sluit.")
    page.get_by_label("Gesloten omdat").select_option("Hulp loopt")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    noor.hears("Status bewaard: Gesloten.")
    expect(page.locator("#view .state")).to_contain_text("Gesloten: Hulp loopt")
    expect(page.get_by_role("heading", name="Wordt gewist over 90 dagen")).to_be_visible()
    due = dutch_date(desk.clock()) + timedelta(days=90)
    expect(page.get_by_label("Over deze zaak")).to_contain_text(f"{due.day} ")
    noor.axe_finds_nothing()
    page.get_by_label("Status").select_option("Gelezen")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    noor.hears("Status bewaard: Gelezen.")
    expect(page.get_by_role("heading", name="Hoelang dit bewaard blijft")).to_be_visible()


def test_an_answer_is_read_once_more_before_it_goes(desk: DeskWorld, noor: Coordinator) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    page = opens(noor, "Een verhaal")
    noor.checks("Bel mij, dan spreken wij af.")
    expect(page.get_by_role("heading", name="Lees het zoals een ander het leest")).to_be_focused()
    expect(page.locator("#view .preview")).to_have_text("Bel mij, dan spreken wij af.")
    expect(page.get_by_text("Wie de code vindt, leest dit ook.")).to_be_visible()
    noor.axe_finds_nothing()
    assert desk.store.tips.messages(tip_id, "tipster") == ()
    page.get_by_role("button", name="Pas het aan").click()
    answer = page.get_by_label("Antwoord aan de melder")
    expect(answer).to_be_focused()
    expect(answer).to_have_value("Bel mij, dan spreken wij af.")
    noor.answers("Bel ons.")
    noor.hears("Uw antwoord is verzegeld en verstuurd.")
    expect(page.locator(".ours")).to_contain_text("Noor, Lumens")
    assert len(desk.store.tips.messages(tip_id, "tipster")) == 1


def test_what_happened_meanwhile_is_told_and_nothing_typed_is_lost(desk: DeskWorld, noor: Coordinator) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    page = opens(noor, "Een verhaal")
    bilal = desk.people["bilal"].coordinator.id
    page.get_by_label("Notitie voor uw eigen hulppunt").fill("Nog niet klaar")
    noor.checks("Een antwoord")
    desk.addition(tip_id, LUMENS, "Wacht, er is meer")
    page.get_by_role("button", name="Verzegel en verstuur").click()
    noor.hears("Uw antwoord is niet verstuurd: de melder heeft intussen iets toegevoegd. Lees het en verstuur dan.")
    expect(page.get_by_role("list", name="Gesprek")).to_contain_text("Wacht, er is meer")
    expect(page.get_by_label("Antwoord aan de melder")).to_have_value("Een antwoord")
    expect(page.get_by_label("Notitie voor uw eigen hulppunt")).to_have_value("Nog niet klaar")
    assert desk.store.tips.messages(tip_id, "tipster") == ()

    page.get_by_label("Status").select_option("In behandeling")
    page.get_by_label("Wie").select_option("Noor")
    desk.store.cases.assign(tip_id, LUMENS, bilal, "")
    page.clock.fast_forward(31_000)
    noor.hears("Er is iets veranderd in deze zaak. Wat u typt, blijft staan.")
    expect(page.get_by_label("Wie")).to_have_value(desk.people["noor"].coordinator.id)
    noor.axe_finds_nothing()
    page.get_by_role("button", name="Bewaar", exact=True).click()
    noor.hears(
        "Niet bewaard: een collega heeft dit intussen veranderd. U ziet het zoals het nu is. Wat u koos, staat er nog: "
        "kijk en bewaar dan opnieuw."
    )
    assert desk.store.cases.get(tip_id, LUMENS).assigned_to == bilal  # type: ignore[union-attr]  # it is there
    expect(page.get_by_label("Status")).to_have_value("in_progress")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    noor.hears("Bewaard.")
    case = desk.store.cases.get(tip_id, LUMENS)
    assert case
    assert (case.assigned_to, case.status) == (desk.people["noor"].coordinator.id, "in_progress")


def test_a_note_of_two_at_once_is_kept_as_two(desk: DeskWorld, noor: Coordinator, browser: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    page = opens(noor, "Een verhaal")
    with browser.new_context(locale="nl-NL") as context:
        bilal = Coordinator(context.new_page(), noor.address)
        bilal.signs_in_as("Bilal")
        bilal.sees_the_inbox()
        bilal.opens("Een verhaal")
        for who, words in ((bilal, "Van Bilal"), (noor, "Van Noor")):
            who.page.get_by_label("Notitie voor uw eigen hulppunt").fill(words)
            who.page.get_by_role("button", name="Verzegel de notitie").click()
            who.hears("Uw notitie is verzegeld en bewaard.")
    memos = page.locator(".thread .memo")
    expect(memos).to_have_count(2)
    expect(memos.nth(0)).to_contain_text("Notitie van Bilal")
    expect(memos.nth(1)).to_contain_text("Van Noor")
    assert [message.number for message in desk.store.tips.messages(tip_id, LUMENS)] == [1, 2]


def test_an_answer_opens_a_closed_case_again_and_says_so_before(desk: DeskWorld, noor: Coordinator) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    desk.store.cases.set_status(tip_id, LUMENS, "closed", closing=Closing("advised", dutch_date(desk.clock())))
    noor.signs_in_as("Noor")
    noor.sees_the_inbox()
    page = noor.page
    page.get_by_role("link", name="Archief").click()
    noor.opens("Een verhaal")
    expect(page.get_by_text("Een antwoord opent deze zaak weer.")).to_be_visible()
    noor.answers("Toch nog iets.")
    noor.hears("Uw antwoord is verzegeld en verstuurd.")
    expect(page.locator("#view .state")).to_contain_text("In behandeling")
    assert desk.store.cases.get(tip_id, LUMENS).status == "in_progress"  # type: ignore[union-attr]  # it is there


def test_a_missing_note_is_told_and_a_note_of_another_tip_is_not_shown(desk: DeskWorld, noor: Coordinator) -> None:
    tip_id, other = desk.tip(LUMENS, "Een verhaal"), desk.tip(LUMENS, "Een ander verhaal")
    desk.note(tip_id, LUMENS, sealed_note(desk, tip_id, 1, "Verdwenen"))
    desk.note(tip_id, LUMENS, sealed_note(desk, other, 2, "Van een andere zaak"), number=2)
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("DELETE FROM messages WHERE number = 1")
    page = opens(noor, "Een verhaal")
    thread = page.get_by_role("list", name="Gesprek")
    expect(thread).to_contain_text("Deze notitie kan niet worden getoond")
    expect(thread).to_contain_text("Notitie 1 ontbreekt.")
    expect(thread).not_to_contain_text("Van een andere zaak")
