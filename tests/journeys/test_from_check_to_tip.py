"""A teacher looks at what she notices, reads what it may mean, and takes it along into a tip."""

from collections.abc import Callable

import pytest
from people import CHECK, Ada, Coordinator
from playwright.sync_api import Browser, expect
from server import Server

pytestmark = pytest.mark.browser

TIRED, PHONE = "Hij is vaak moe, mist lessen en haalt lagere cijfers", "Hij moet weg zodra er een bericht komt"


def test_what_a_teacher_noticed_reaches_the_right_coordinator_in_her_own_words(ada: Ada, noor: Coordinator) -> None:
    ada.opens_the_check("school")
    assert ada.notices("tired", "phone") == "Vraag advies"
    ada.takes_along()
    assert ada.page.locator("#carried").is_visible()
    ada.gives_place("5611")
    assert "Lumens" in ada.is_told_the_care_point()
    ada.goes_on()
    carried = ada.finds_in_the_story()
    assert carried.splitlines() == ["Dit valt mij op:", f"- {TIRED}", f"- {PHONE}"]
    told = f"{carried}\n\nElke dinsdag belt er iemand <voor> hem.".replace(f"\n- {TIRED}", "")
    ada.tells(told)
    ada.sends()
    ada.gets_a_code()
    ada.has_the_code()

    noor.opens_the_desk()
    case = noor.reads("Dit valt mij op")
    assert case.answers["Wat ziet of hoort u?"] == told
    assert "Plaats" in case.answers


def test_with_script_the_check_stays_at_its_address_and_says_what_it_shows(site: Server, browser: Browser) -> None:
    with browser.new_context() as context:
        ada = Ada(context.new_page(), site)
        complaints: list[str] = []
        ada.page.on("console", lambda message: complaints.append(message.text))
        ada.opens_the_check("school")
        expect(ada.page.locator("h1")).to_be_focused()
        assert ada.notices("tired") == "Blijf in contact"
        assert ada.page.url == site.public_url + CHECK["nl"]
        expect(ada.page.locator("h1")).to_be_focused()
        expect(ada.page.locator("#check-status")).to_have_text("Blijf in contact")
        assert ada.page.title().startswith("Signalencheck: ")
        assert ada.notices("tired", "phone", danger=True) == "Bel eerst 112"
        ada.takes_along()
        assert complaints == []
        ada.gives_place("5611")
        ada.goes_on()
        assert PHONE in ada.finds_in_the_story()
        assert ada.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@pytest.mark.parametrize("broken", ["no answer", "an error"])
def test_when_script_gets_no_answer_the_form_posts(site: Server, browser: Browser, broken: str) -> None:
    with browser.new_context() as context:
        ada = Ada(context.new_page(), site)
        ada.page.route(
            f"**{CHECK['nl']}",
            lambda route: (
                route.continue_()
                if route.request.resource_type != "fetch"
                else route.abort()
                if broken == "no answer"
                else route.fulfill(status=503, body="<h1>Te druk</h1>", content_type="text/html")
            ),
        )
        ada.opens_the_check("school")
        assert ada.page.url.startswith(f"{site.public_url}{CHECK['nl']}/")
        assert ada.notices("tired") == "Blijf in contact"


def test_the_check_works_by_keyboard(site: Server, browser: Browser) -> None:
    with browser.new_context() as context:
        ada = Ada(context.new_page(), site)
        ada.opens_the_check("school")
        for signal in ("tired", "phone"):
            for _ in range(20):
                ada.page.keyboard.press("Tab")
                if ada.page.evaluate("document.activeElement.value") == signal:
                    break
            ada.page.keyboard.press("Space")
        ada.page.keyboard.press("Enter")
        expect(ada.page.locator("h1")).to_have_text("Vraag advies")
        expect(ada.page.locator("h1")).to_be_focused()


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_leaving_the_form_destroys_what_was_carried(
    site: Server, tipster: Callable[[str], Ada], browser: Browser, *, javascript: bool
) -> None:
    with browser.new_context(java_script_enabled=javascript) as context:
        ada = Ada(context.new_page(), site)
        ada.opens_the_check("school")
        ada.notices("tired", "phone")
        ada.takes_along()
        begun = ada.page.url
        ada.leaves()
        tipster("nl").page.goto(begun)
        assert site.public.get(begun.removeprefix(site.public_url)).status == 404
