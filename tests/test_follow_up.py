"""The follow-up in a browser that opens and seals by itself: the code never leaves it. Without script all works too."""

import re
from collections.abc import Callable, Iterator

import pytest
from looking import faults, misfits
from people import Ada, Coordinator
from playwright.sync_api import Browser, Page, Request, Route, expect
from server import Server

pytestmark = pytest.mark.browser


class Visitor:
    """Comes back with a code, in a browser with JavaScript. Remembers what was sent, and what went wrong."""

    def __init__(self, page: Page, site: Server, language: str = "nl") -> None:
        self.page, self.site = page, site
        self.sent: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.sent.append(request))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.start = f"{site.public_url}/{'nl/melden/vervolg' if language == 'nl' else 'en/report/follow-up'}"

    def comes(self, code: str) -> None:
        self.page.goto(self.start)
        expect(self.page.locator("#how")).to_have_text(re.compile("blijft op dit apparaat|stays on this device"))
        self.types(code)

    def types(self, code: str) -> None:
        self.page.locator("#code").fill(code)
        self.page.locator("#ask button").click()

    def is_in(self) -> None:
        expect(self.page.locator("#addition")).to_be_visible()

    def answers(self) -> list[str]:
        return self.page.locator("#answers .typed").all_inner_texts()

    def adds(self, text: str) -> None:
        self.page.locator("#addition").fill(text)
        self.page.locator("#add button").click()

    def said(self) -> str:
        note = self.page.locator("#said")
        expect(note).to_be_visible()
        return note.inner_text()

    def sent_nothing_of(self, *secrets: str) -> None:
        for request in self.sent:
            told = f"{request.url} {request.headers} {(request.post_data_buffer or b'').decode('latin-1')}"
            for secret in secrets:
                assert secret not in told, request.url


@pytest.fixture
def visitor(site: Server, browser: Browser) -> Iterator[Visitor]:
    with browser.new_context(locale="nl-NL") as context:
        made = Visitor(context.new_page(), site)
        yield made
        assert made.complaints == []


def test_answers_are_opened_and_additions_sealed_in_the_browser_and_the_code_stays_there(
    ada: Ada, visitor: Visitor, noor: Coordinator, sam: Coordinator
) -> None:
    ada.opens("tip_start")
    ada.gives_place("5611", lives="9711")
    ada.goes_on()
    ada.tells("Over twee regio's, met script")
    ada.sends()
    code = ada.gets_a_code()
    noor.opens_the_desk()
    noor.reads("Over twee regio's, met script")
    noor.answers("Een eerste <b>antwoord</b>")

    visitor.comes(code)
    visitor.is_in()
    assert visitor.answers() == ["Een eerste <b>antwoord</b>"]
    expect(visitor.page.locator("#answers .tag")).to_have_count(1)
    assert faults(visitor.page) == []
    visitor.adds("Toegevoegd: é 👩🏽‍🚒")
    assert visitor.said()
    expect(visitor.page.locator("#said")).to_be_focused()
    expect(visitor.page.locator("#addition")).to_have_value("")
    visitor.adds("")
    expect(visitor.page.locator("#errors")).to_be_focused()
    expect(visitor.page.locator("#said")).to_be_hidden()
    expect(visitor.page).to_have_title(re.compile("^Fout: Uw melding – "))
    assert faults(visitor.page) == []
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert misfits(visitor.page) == []
    visitor.sent_nothing_of(code, code.replace(" ", ""), code[:5], "Toegevoegd")
    assert not [request for request in visitor.sent if re.search(r"vervolg/[\w-]{22}", request.url)]

    for coordinator in (noor, sam):
        coordinator.opens_the_desk()
        case = coordinator.reads("Over twee regio's, met script")
        assert ("Melder", "Toegevoegd: é 👩🏽‍🚒") in case.messages

    visitor.comes(code)
    visitor.is_in()
    expect(visitor.page.locator("#answers .tag")).to_have_count(0)
    visitor.page.locator("#answers button").click()
    assert visitor.said()
    expect(visitor.page.locator("#no-answers")).to_be_visible()
    visitor.page.locator("#done").click()
    expect(visitor.page.locator("#code")).to_have_value("")

    ada.comes_back_with(code)
    ada.sees_that_there_is_no_answer()


def reported(ada: Ada, story: str) -> str:
    return ada.reports("5611", story)


def additions(coordinator: Coordinator, story: str) -> list[str]:
    coordinator.opens_the_desk()
    return [text for _, text in coordinator.reads(story).messages]


@pytest.mark.parametrize("blocked", ["**/follow_up/page.js*", "**/follow_up/opener.js*", "**/age-encryption-*"])
def test_where_the_script_is_blocked_the_plain_way_works(ada: Ada, visitor: Visitor, blocked: str) -> None:
    code = reported(ada, "Zonder script")
    visitor.page.route(blocked, lambda route: route.abort())
    visitor.page.goto(visitor.start)
    visitor.types(code)
    visitor.is_in()
    assert re.search(r"vervolg/[\w-]{22}$", visitor.page.url)
    visitor.page.locator("#addition").fill("Gewoon")
    visitor.page.locator("form:has(#addition) button").first.click()
    assert visitor.said()


def test_an_addition_whose_answer_is_lost_is_sent_again_as_the_same_bytes_and_arrives_once(
    ada: Ada, visitor: Visitor, noor: Coordinator
) -> None:
    code = reported(ada, "Antwoord gaat verloren")
    visitor.comes(code)
    visitor.is_in()
    bodies: list[bytes | None] = []

    def lose(route: Route) -> None:
        bodies.append(route.request.post_data_buffer)
        route.fetch()  # the server keeps it
        route.abort()

    visitor.page.route("**/voeg-toe", lose)
    visitor.adds("Komt één keer aan")
    expect(visitor.page.locator("#errors")).to_be_focused()
    expect(visitor.page.locator("#addition")).to_have_value("Komt één keer aan")
    visitor.page.unroute("**/voeg-toe")
    with visitor.page.expect_request("**/voeg-toe") as again:
        visitor.page.locator("#add button").click()
    assert again.value.post_data_buffer == bodies[0]
    assert visitor.said()
    assert additions(noor, "Antwoord gaat verloren") == ["Komt één keer aan"]


def broken(deed: str) -> Callable[[Route], None]:
    """The worker that opens and seals fails in this."""

    def answer(route: Route) -> None:
        came, end = route.fetch(), "\nanswerWith("
        assert end in came.text()
        breaks = f'\nDEEDS.{deed} = () => {{ throw new Error("broken"); }};{end}'
        route.fulfill(response=came, body=came.text().replace(end, breaks))

    return answer


def test_a_code_that_was_said_to_stay_here_goes_to_the_server_only_at_another_press(ada: Ada, visitor: Visitor) -> None:
    code = reported(ada, "De code bleef hier")
    visitor.page.route("**/follow_up/opener.js*", broken("derive"))
    visitor.comes(code)
    expect(visitor.page.locator("#errors")).to_contain_text(
        "Druk nog eens op ‘Verder’. Dan gaat uw code naar onze server"
    )
    expect(visitor.page.locator("#errors")).to_be_focused()
    expect(visitor.page.locator("#how")).to_contain_text("gaat naar onze server")
    visitor.sent_nothing_of(code.replace(" ", ""), code, code.replace(" ", "+"))
    assert faults(visitor.page) == []
    visitor.page.locator("#ask button").click()
    visitor.is_in()
    assert re.search(r"vervolg/[\w-]{22}$", visitor.page.url)


def test_a_visit_ends_half_an_hour_after_something_was_typed(ada: Ada, visitor: Visitor) -> None:
    code = reported(ada, "Lang bezig")
    visitor.page.clock.install()
    visitor.comes(code)
    visitor.is_in()
    for typed in ("Eerst", "Eerst dit"):
        visitor.page.clock.fast_forward("29:00")
        visitor.page.locator("#addition").fill(typed)
    expect(visitor.page.locator("main")).to_contain_text("een half uur niets typt")
    with visitor.page.expect_navigation():
        visitor.page.clock.fast_forward("30:01")
    expect(visitor.page.locator("#code")).to_have_value("")


@pytest.mark.parametrize(("deed", "field", "typed"), [("open", "#code", ""), ("seal", "#addition", "Niet verloren")])
def test_where_it_breaks_later_it_says_so_and_what_was_typed_stays(
    ada: Ada, visitor: Visitor, deed: str, field: str, typed: str
) -> None:
    code = reported(ada, f"Het gaat stuk bij {deed}")
    visitor.page.route("**/follow_up/opener.js*", broken(deed))
    visitor.comes(code)
    if typed:
        visitor.is_in()
        visitor.adds(typed)
    expect(visitor.page.locator("#errors")).to_be_focused()
    expect(visitor.page.locator(field)).to_have_value(typed or code)
    expect(visitor.page.locator("#how, #addition").first).not_to_contain_text("ogenblik")
    visitor.sent_nothing_of(code.replace(" ", ""), code, "Niet verloren")


def test_two_who_add_at_once_are_both_kept(ada: Ada, visitor: Visitor, noor: Coordinator) -> None:
    code = reported(ada, "Twee tegelijk")
    visitor.comes(code)
    visitor.is_in()
    ada.comes_back_with(code)
    ada.adds("Van de ander")
    visitor.adds("Van mij")
    assert visitor.said()
    assert sorted(additions(noor, "Twee tegelijk")) == ["Van de ander", "Van mij"]


def test_what_is_no_code_or_nobodys_is_refused_here_and_a_dead_line_sends_no_code(visitor: Visitor) -> None:
    for typed in ("12345", "1234x" * 5, "11111 22222 33333 44444 55555", "30741 85296 30741 85296 30749"):
        visitor.comes(typed)
        expect(visitor.page.locator("#errors")).to_be_focused()
        expect(visitor.page.locator("#code")).to_have_value("")
        assert visitor.page.title().startswith("Fout: ")
        assert not visitor.page.title().startswith("Fout: Fout: ")
    assert faults(visitor.page) == []
    visitor.page.route("**/vervolg/open", lambda route: route.abort())
    visitor.comes("30741 85296 30741 85296 30749")
    expect(visitor.page.locator("#errors")).to_be_focused()
    expect(visitor.page.locator("#code")).to_have_value("30741 85296 30741 85296 30749")
    visitor.sent_nothing_of("30741", "3074185296307418529630749")


def test_in_english_and_by_keyboard_alone(tipster: Callable[[str], Ada], site: Server, browser: Browser) -> None:
    code = tipster("en").reports("5611", "By keyboard")
    with browser.new_context(locale="en-GB") as context:
        visitor = Visitor(context.new_page(), site, "en")
        visitor.comes("12345")
        expect(visitor.page.locator("#errors")).to_be_focused()
        assert faults(visitor.page) == []
        visitor.page.locator("#code").press_sequentially(code)
        visitor.page.keyboard.press("Enter")
        visitor.is_in()
        expect(visitor.page.locator("h1")).to_be_focused()
        assert faults(visitor.page) == []
        visitor.page.keyboard.press("Tab")
        expect(visitor.page.locator("#addition")).to_be_focused()
        visitor.page.keyboard.type("Every Tuesday")
        visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.press("Enter")
        assert visitor.said() == "Thank you. What you added has been sent."
        assert faults(visitor.page) == []
        assert visitor.complaints == []
