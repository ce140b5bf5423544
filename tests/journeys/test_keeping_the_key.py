"""A care point's key through its life: made, printed, typed in, approved, given, practised, recovered, renewed; and
what it opens in the end with nothing of ours."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_world import DeskWorld, make_desk_world
from key_people import PATIENCE, Person, desks
from key_world import CLOSED, approvals, approve, newcomer, recovery_sheet, writing
from playwright.sync_api import Browser, Page, expect
from real_content import ROOT
from tip_world import PlaceAnswer, PlaceKind

from tipline.key_files import write_key_file
from tipline.sealing import Identity, WrongKeyError, open_sealed

pytestmark = pytest.mark.browser

ENSCHEDE = PlaceAnswer(PlaceKind.MUNICIPALITY, "7511", "GM0153", "Enschede")
AGE = ROOT / "static" / "vendor" / "age-encryption-0.3.1.min.js"
OPEN_WITH_AGE = """async ([file, secret]) => {
  const { Decrypter } = await import("/age.js");
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  return decrypter.decrypt(Uint8Array.from(atob(file), (sign) => sign.charCodeAt(0)), "text");
}"""
"""What anyone with the library would write; nothing of ours is loaded."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    world = make_desk_world(tmp_path, lambda: datetime.now(UTC))
    yield world
    world.store.close()


@pytest.fixture
def at_the_desk(browser: Browser, desk: DeskWorld) -> Iterator[Callable[[str], Person]]:
    """Someone who has just signed in."""
    with desks(browser, desk) as person:

        def signed_in(login: str) -> Person:
            someone = person(login)
            someone.signs_in()
            return someone

        yield signed_in


@pytest.fixture
def empty_page(browser: Browser) -> Iterator[Page]:
    """A computer without us: a blank page, and beside it the age library, as its author publishes it."""
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.route("**/age.js", lambda route: route.fulfill(path=AGE, content_type="text/javascript"))
    page.goto("http://localhost/")
    yield page
    page.close()


def test_a_care_point_is_opened_a_second_holder_joins_and_its_sheet_opens_tips_without_us(
    desk: DeskWorld, at_the_desk: Callable[[str], Person], empty_page: Page
) -> None:
    newcomer(desk, "yara", CLOSED)
    yara = at_the_desk("yara")
    expect(yara.page.locator('[data-slot="lacks"]')).to_contain_text("nog geen gepubliceerde sleutel")
    yara.finds_nothing_in_the_way()
    sheet_on_paper = yara.makes_the_key(look=yara.finds_nothing_in_the_way)
    yara.finds_nothing_in_the_way()
    yara.proposes_it()
    yara.finds_nothing_in_the_way()
    rescue = yara.saves_the_rescue_file()
    assert rescue.startswith(b"age-encryption.org/v1\n-> mlkem768x25519 ")
    yara.goes_to_the_key()
    key, own, sheet = yara.reads_the_codes_out()
    yara.finds_nothing_in_the_way()
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
    koen = at_the_desk("koen")
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

    # Years later: a sheet, a file, a copy of the database, and any age library.
    desk.line.intake.receive(desk.line.report(ENSCHEDE, CLOSED, story="Elke vrijdag een ander."), "nl")
    with writing(desk) as database:
        ((tip,),) = database.execute("SELECT sealed FROM cases WHERE care_point = ?", (CLOSED,))
    grant = empty_page.evaluate(OPEN_WITH_AGE, [in_base64(rescue), sheet_on_paper.replace(" ", "")])
    key_of_the_point = empty_page.evaluate("(grant) => JSON.parse(grant).body.secret", grant)
    told = empty_page.evaluate(OPEN_WITH_AGE, [in_base64(tip), key_of_the_point])
    story = empty_page.evaluate("(tip) => JSON.parse(tip).body.answers.story", told)
    assert story == "Elke vrijdag een ander."


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def test_ending_a_colleagues_access_asks_for_a_new_key_and_the_new_key_takes_over(
    desk: DeskWorld, at_the_desk: Callable[[str], Person]
) -> None:
    old = desk.keys["lumens-emp"]
    tips = [desk.tip("lumens-emp", f"Verhaal {number}") for number in range(12)]
    desk.addition(tips[0], "lumens-emp", "Een aanvulling")
    other = desk.tip("zvh-groningen", "Van Groningen")
    elsewhere = desk.store.cases.get(other, "zvh-groningen").sealed
    with writing(desk) as database:
        database.execute("UPDATE coordinators SET role = 'lead' WHERE login = 'noor'")
    bilal = at_the_desk("bilal")
    noor = at_the_desk("noor")
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
    noor.finds_nothing_in_the_way()

    noor.makes_the_key()
    noor.proposes_it()
    noor.goes_to_the_key()
    codes = noor.reads_the_codes_out()
    assert len(codes) == 2
    noor.opens_the_case("Verhaal 7")
    approve(desk, "lumens-emp", codes)
    noor.page.locator("#answer").fill("Nog met de oude sleutel open.")
    noor.page.locator('[data-slot="check"]').click()
    noor.page.locator('[data-slot="send"]').click()
    expect(noor.page.locator("#answer-wrong")).to_contain_text("De sleutel is vernieuwd", timeout=PATIENCE)
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


def test_the_sheet_counts_once_it_was_typed_in_and_gives_the_key_to_who_lost_it(
    desk: DeskWorld, at_the_desk: Callable[[str], Person]
) -> None:
    sheet = recovery_sheet(desk, "lumens-emp")
    desk.tip("lumens-emp", "Een verhaal")
    noor = at_the_desk("noor")
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
    iris = at_the_desk("iris")
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
