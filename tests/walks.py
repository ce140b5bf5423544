"""Every page and step that a person can see, one after the other, for whoever wants to look at each.

A walk yields a name when the page is on the screen; the same walks serve the accessibility tests and the pictures."""

from collections.abc import Callable, Iterator

from people import Ada, Coordinator
from playwright.sync_api import Page, expect
from server import Server

PUBLIC = {
    "nl": {
        "home": "/nl/",
        "regions": "/nl/regio/",
        "region-eindhoven": "/nl/regio/eindhoven",
        "region-groningen": "/nl/regio/groningen",
        "region-zeeland": "/nl/regio/zeeland",
        "guides": "/nl/signalen/",
        "guide-parents": "/nl/signalen/ouders",
        "guide-school": "/nl/signalen/school",
        "guide-sports": "/nl/signalen/sport-en-jeugdwerk",
        "guide-friends": "/nl/signalen/vrienden-en-online",
        "guide-himself": "/nl/signalen/herken-je-dit",
        "help": "/nl/hulp",
        "about-tip-line": "/nl/over-de-meldlijn",
        "not-found": "/nl/bestaat-niet",
        "draft-gone": "/nl/melden/AAAAAAAAAAAAAAAAAAAAAA/verhaal",
    },
    "en": {
        "home": "/en/",
        "regions": "/en/region/",
        "region-eindhoven": "/en/region/eindhoven",
        "region-groningen": "/en/region/groningen",
        "region-zeeland": "/en/region/zeeland",
        "guides": "/en/signals/",
        "guide-parents": "/en/signals/parents",
        "guide-school": "/en/signals/school",
        "guide-sports": "/en/signals/sport-and-youth-work",
        "guide-friends": "/en/signals/friends-and-online",
        "guide-himself": "/en/signals/do-you-recognise-this",
        "help": "/en/help",
        "about-tip-line": "/en/about-the-tip-line",
        "not-found": "/en/is-not-there",
        "draft-gone": "/en/report/AAAAAAAAAAAAAAAAAAAAAA/story",
    },
}
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 4
LONG_STORY = (
    f"Eerste regel\n\n  tweede, ingesprongen\n{LONG_WORD}\n" + "Hij komt elke week terug met nieuwe spullen. " * 90
)


def public_pages(page: Page, site: Server, language: str) -> Iterator[str]:
    for name, path in PUBLIC[language].items():
        page.goto(site.public_url + path)
        yield name


def tip_form(ada: Ada, answers: Callable[[str], None]) -> Iterator[str]:
    """The form with all it can say, and the follow-up. `answers` is called with the story when an answer is wanted."""
    ada.opens("tip_start")
    yield "tip-start"
    ada.gives_place("")
    yield "tip-place-missing"
    ada.gives_place("Qwzx")
    yield "tip-place-not-known"
    ada.gives_place("Elst")
    yield "tip-place-ask"
    ada.chooses_nothing()
    yield "tip-place-choose"
    change_place(ada, "Leeuwarden")
    yield "tip-place-meant-for"
    change_place(ada, "5611")
    yield "tip-place-told"
    ada.goes_on()
    yield "tip-story"
    ada.tells("", others="x" * 4001)
    yield "tip-story-errors"
    story = f"{ada.language}: {LONG_STORY}"[:4000]
    ada.tells(story, others="Een man in een witte bus", danger="now", age="12-15", source=["seen", "online"])
    yield "tip-check"
    ada.sends()
    code = ada.gets_a_code()
    yield "tip-code"
    ada.has_the_code()
    yield "tip-code-acknowledged"
    yield from follow_up(ada, code, lambda: answers(story))


def follow_up(ada: Ada, code: str, answers: Callable[[], None]) -> Iterator[str]:
    ada.opens("follow_up")
    yield "follow-up"
    ada.comes_back_with("1234")
    yield "follow-up-wrong-code"
    ada.comes_back_with(code)
    yield "conversation-no-answer"
    ada.adds("")
    yield "conversation-error"
    ada.adds("Nog iets")
    yield "conversation-added"
    answers()
    ada.comes_back_with(code)
    yield "conversation-answer"
    ada.deletes_answer()
    yield "conversation-deleted"


def change_place(ada: Ada, place: str) -> None:
    """Where another place stands already, the field for it is folded away."""
    ada.page.locator("main details", has=ada.page.locator("#place")).locator("summary").click()
    ada.gives_place(place)


def desk(coordinator: Coordinator) -> Iterator[str]:
    """The door, the inbox and the case that `tip_form` made."""
    page, site = coordinator.page, coordinator.site
    page.goto(f"{site.desk_url}/login")
    yield "desk-login"
    page.locator("#door-form button").click()
    expect(page.locator("#errors")).to_be_visible()
    yield "desk-login-error"
    coordinator.opens_the_desk()
    yield "desk-inbox"
    page.locator('#view [data-slot="rows"] a').first.click()
    expect(page.locator('#view [data-slot="thread"]')).to_be_visible()
    yield "desk-case"
    page.locator('#view [data-slot="send"]').click()
    expect(page.locator('#view [data-slot="wrong"]')).to_be_visible()
    yield "desk-case-error"
    coordinator.answers("Dank u wel.\n\n  " + LONG_WORD)
    yield "desk-case-answered"
    page.goto(f"{site.desk_url}/is-not-there")
    yield "desk-not-found"
