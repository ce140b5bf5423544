"""Every page and step that a person can see, one after the other, for whoever wants to look at each.

A walk yields a name when the page is on the screen; the same walks serve the accessibility tests and the pictures."""

import hashlib
import re
import secrets
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pyotp
from crawl import crawl, listed
from people import UNLOCKING_MILLISECONDS, Ada, Coordinator
from playwright.sync_api import Page, Route, expect
from server import Server
from states import templates

from campaign_site.addresses import ADDRESSES
from tipline.drafts import PlaceAnswer, ReportDraft
from tipline.tipster.addresses import address
from tipline.waiting import Waiting, WaitingRoom

FOLLOW_UP_SCRIPT = "**/follow_up/page.js*"
SEALING_SCRIPT = "**/static/js/tip/form.js*"
"""Without it the form is the plain one, as it is without script; axe itself needs script."""
SEALED = re.compile("/(verzegeld|sealed)$")
"""Where sealed bytes are sent, and where the steps of a form that seals are fetched."""
BEGIN_ANEW = '#content a.btn[href$="/melden"], #content a.btn[href$="/report"]'
MANY = 20
"""A template that draws more pages than this in a language draws them from data, and most of them are alike."""

DRAWN_ON_REQUEST = {
    "pages/error.html": "not-found",
    "pages/preview.html": "preview",
    "pages/region_choice.html": "region-choice",
    "tip/ask_code.html": "follow-up",
    "tip/begun.html": "tip-begun",
    "tip/check.html": "tip-check",
    "tip/code.html": "tip-code",
    "tip/conversation.html": "conversation-answer",
    "tip/gone.html": "draft-gone",
    "tip/place.html": "tip-place-told",
    "tip/puzzle.html": "tip-puzzle",
    "tip/start.html": "tip-start",
    "tip/sealed.html": "sealed-check",
    "tip/story.html": "tip-story",
    "tip/waiting.html": "tip-waiting",
    "desk/desk.html": "desk-login",
    "desk/refused.html": "desk-not-found",
    "desk/invite.html": "desk-invite-gone",
}
"""Template -> the step of a walk that shows it, for all that is not rendered ahead. Every other template is walked by
itself, with the pages that the site has."""
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 4
LONG_STORY = (
    f"Eerste regel\n\n  tweede, ingesprongen\n{LONG_WORD}\n" + "Hij komt elke week terug met nieuwe spullen. " * 90
)


def public_pages(page: Page, site: Server, language: str) -> Iterator[str]:
    """Every page with words of its own, some of those that are made from data, and what is made on request."""
    on_request = {
        "region-choice": site.public.post(ADDRESSES["regions"][language], {"place": "Elst"}).location,
        "region-unknown": site.public.post(ADDRESSES["regions"][language], {"place": "Qwzx"}).location,
        "not-found": f"/{language}/is-not-there",
        "preview": site.preview.replace("/nl/voorbeeld/", {"nl": "/nl/voorbeeld/", "en": "/en/preview/"}[language]),
        "previewed": f"{site.preview.removeprefix('/nl')}/2026-11-21T10:00:00~all/{language}/",
        "draft-gone": address("tip_story", language, "A" * 22),
    }
    for name, path in {**shown_ahead(site, language), **on_request}.items():
        page.goto(site.public_url + path)
        yield name
    yield from signal_check(Ada(page, site, language))


def signal_check(ada: Ada) -> Iterator[str]:
    """The check with all it can say, up to the form that takes the choices along."""
    ada.opens_the_check("friends")
    yield "check-choose"
    ada.notices()
    yield "check-none"
    ada.notices("joke")
    yield "check-stay"
    ada.opens_the_check("school")
    ada.notices("tired", "phone", "pictures", danger=True)
    yield "check-danger"
    ada.takes_along()
    yield "tip-first"
    ada.gives_place("5611")
    ada.goes_on()
    yield "tip-story-carried"


def shown_ahead(site: Server, language: str) -> dict[str, str]:
    """Name -> path of the pages that are rendered ahead; of a template with many pages one of each kind."""
    pages = {path: found.text for path, found in crawl(site.public, f"/{language}/", *listed(site.public)).items()}
    ahead = {path: pages[path] for path in sorted(pages.keys() & templates()) if path.startswith(f"/{language}/")}
    many = {template for template, count in Counter(templates()[path] for path in ahead).items() if count > MANY}
    chosen: dict[object, str] = {}
    for path, html in ahead.items():
        template = templates()[path]
        chosen.setdefault((template, kinds(html)) if template in many else path, path)
    return {path.strip("/").replace("/", "-"): path for path in chosen.values()}


def kinds(html: str) -> frozenset[tuple[str, str]]:
    """The elements of a page, each with its classes: pages of one template with the same kinds are alike."""
    return frozenset(re.findall(r'<(\w+)(?:[^>]*\sclass="([^"]*)")?', html))


def tip_form(ada: Ada, answers: Callable[[str], None]) -> Iterator[str]:
    """The form with all it can say, and the follow-up. `answers` is called with the story when an answer is wanted."""
    ada.opens("tip_start")
    yield "tip-start"
    asked_to_wait(ada)
    yield "tip-waiting"
    ada.opens("tip_start")
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
    change_place(ada, "5611", "Elst")
    yield "tip-place-ask-home"
    ada.chooses_nothing()
    yield "tip-place-home-in-words"
    change_place(ada, "5611", "9711")
    yield "tip-place-joint"
    ada.leaves_out("lumens-emp")
    yield "tip-place-left-out"
    ada.takes_back_in("lumens-emp")
    ada.goes_on()
    yield "tip-story"
    ada.page.goto(ada.page.url)
    yield "tip-begun"
    ada.page.locator("#mine").click()
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


def sealed_form(ada: Ada) -> Iterator[str]:
    """The form from the story on, in a browser that seals: one document. `ada` has script."""
    page = ada.page
    ada.opens("tip_start")
    ada.gives_place("5611")
    ada.goes_on()
    ada.waits_until_it_seals()
    yield "sealed-story"
    ada.tells("", others="x" * 4001)
    yield "sealed-story-errors"
    ada.tells(LONG_STORY[:4000], others="Een man", danger="now", age="12-15", source=["seen", "online"])
    yield "sealed-check"
    page.locator("#content dl.check a").first.click()
    expect(page.locator("#place-name")).to_be_visible()
    yield "sealed-place"
    page.go_back()
    ada.tells(LONG_STORY[:4000])
    page.clock.install()
    answers_posts(page, lambda route: route.abort())
    page.locator("#send").click()
    expect(page.locator("#receipt")).to_be_visible()
    yield "sealed-unsure"
    for _ in range(10):
        page.clock.fast_forward("00:20")
    expect(page.locator("#again")).to_be_visible()
    yield "sealed-stopped"
    answers_posts(page, lambda route: route.fulfill(json={"is": "gone"}))
    page.locator("#again").click()
    expect(page.locator(BEGIN_ANEW)).to_be_visible()
    yield "sealed-gone"
    page.reload()
    ada.tells(LONG_STORY[:4000])
    answers_posts(page, lambda route: route.fulfill(json={"is": "full"}))
    page.locator("#send").click()
    expect(page.locator("#errors")).to_be_visible()
    yield "sealed-full"
    for word in ("other", "gone"):
        page.reload()
        ada.tells(LONG_STORY[:4000])
        answers_posts(page, lambda route, word=word: route.fulfill(json={"is": word}))
        page.locator("#send").click()
        expect(page.locator(BEGIN_ANEW)).to_be_visible()
        yield f"sealed-{word}-at-once"
    page.reload()
    ada.tells(LONG_STORY[:4000])
    page.unroute(SEALED)
    ada.sends()
    yield "sealed-sent"
    ada.has_the_code()
    yield "sealed-acknowledged"


def answers_posts(page: Page, answer: Callable[[Route], None]) -> None:
    """Answers in this way when sealed bytes are sent. Their address also gives the steps of the form, which come."""
    page.unroute(SEALED)
    page.route(SEALED, lambda route: answer(route) if route.request.method == "POST" else route.fallback())


def follow_up(ada: Ada, code: str, answers: Callable[[], None]) -> Iterator[str]:
    """As it is without script, and then as the script shows it."""
    ada.page.route(FOLLOW_UP_SCRIPT, lambda route: route.fulfill(body="", content_type="text/javascript"))
    yield from visit(ada, code, answers)
    ada.page.unroute(FOLLOW_UP_SCRIPT)
    for name in visit(ada, code, answers):
        yield f"{name}-by-script"


def visit(ada: Ada, code: str, answers: Callable[[], None]) -> Iterator[str]:
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


def asked_to_wait(ada: Ada) -> None:
    """As where no pool has room; from a page of the site, since one who comes from elsewhere is shown nothing."""
    keys = [(ada.site.data / "secret.key").read_text("ascii").strip()]
    draft = ReportDraft(PlaceAnswer(text=LONG_WORD), PlaceAnswer(text=LONG_WORD))
    kept = WaitingRoom(keys, lambda: datetime.now(UTC)).keep(Waiting(draft))
    with ada.page.expect_navigation():
        ada.page.evaluate("(there) => { location.href = there; }", address("tip_waiting", ada.language, kept))


def change_place(ada: Ada, place: str, lives: str = "") -> None:
    """Where another place stands already, the field for it is folded away."""
    ada.page.locator("main details", has=ada.page.locator("#place")).locator("summary").click()
    ada.gives_place(place, lives)


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
    yield from three_do_not_open(coordinator)
    if page.locator('#bar a[href="#points"]').is_visible():
        page.locator('#bar a[href="#points"]').click()
        expect(page.locator('#view [data-slot="rows"] tr')).not_to_have_count(0)
        yield "desk-points"
        page.locator('#bar a[href="#inbox"]').click()
        expect(page.locator('#view [data-slot="refresh"]')).to_be_visible()
    page.locator('#view [data-slot="rows"] a').first.click()
    expect(page.locator('#view [data-slot="thread"]')).to_be_visible()
    yield "desk-case"
    page.locator('#view [data-slot="check"]').click()
    expect(page.locator('#view [data-slot="wrong"]')).to_be_visible()
    yield "desk-case-error"
    page.locator("#answer").fill("Dank u wel.\n\n  " + LONG_WORD)
    page.locator('#view [data-slot="check"]').click()
    expect(page.locator('#view [data-slot="checking"]')).to_be_visible()
    yield "desk-case-check"
    page.locator('#view [data-slot="change"]').click()
    coordinator.answers("Dank u wel.\n\n  " + LONG_WORD)
    yield "desk-case-answered"
    yield from handing_over(coordinator)
    coordinator.notes("Gebeld met school.\n\n" + LONG_WORD)
    page.locator("#view details summary").click()
    page.locator('#view [data-slot="labels"] input').first.check()
    page.locator("#status").select_option("closed")
    page.locator('#view [data-slot="status-form"] [data-slot="save"]').click()
    expect(page.locator('#view [data-slot="status-wrong"]')).to_be_visible()
    yield "desk-case-no-reason"
    coordinator.closes("advised")
    yield "desk-case-closed"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    yield "desk-help"
    page.keyboard.press("Escape")
    page.locator('#bar a[href="#archive"]').click()
    expect(page.locator('#view [data-slot="rows"] tr')).not_to_have_count(0)
    yield "desk-archive"
    page.locator("#search").fill("zoiets is er niet")
    yield "desk-archive-none"
    if page.locator('#bar a[href="#trail"]').is_visible():
        page.locator('#bar a[href="#trail"]').click()
        expect(page.locator('#view [data-slot="more"]')).to_be_attached()
        yield "desk-trail"
    yield from own_access(coordinator)
    page.goto(f"{site.desk_url}/is-not-there")
    yield "desk-not-found"
    yield from invitation(page, site)


def three_do_not_open(coordinator: Coordinator) -> Iterator[str]:
    """The inbox with three more tips, sealed to nobody, and then as it was."""
    page, lists = coordinator.page, "**/tips?*"
    found = page.evaluate("fetch('/tips?status=new&status=read').then((answer) => answer.json())")
    first = found["tips"][0]
    found["tips"] += [{**first, "id": str(uuid.UUID(int=number)), "sealed": "YWdl"} for number in range(3)]
    page.route(lists, lambda route: route.fulfill(json=found))
    coordinator.looks_for_new_tips()
    expect(page.locator('#view [data-slot="unopened"]')).to_be_visible()
    yield "desk-inbox-alarm"
    page.unroute(lists)
    coordinator.looks_for_new_tips()
    expect(page.locator('#view [data-slot="unopened"]')).to_be_hidden()


def handing_over(coordinator: Coordinator) -> Iterator[str]:
    """The case that is open, offered to another point and taken back again."""
    page = coordinator.page
    page.locator('#view [data-slot="handover"]').click()
    expect(page.locator('#view [data-slot="offer"]')).to_be_visible()
    yield "desk-handover"
    page.locator('#view [data-slot="offer"] button').click()
    expect(page.locator("#handover-wrong")).to_be_visible()
    yield "desk-handover-error"
    page.locator('#view [data-slot="back"]').click()
    coordinator.offers("zvh-groningen", "Belt u met school?\n\n" + LONG_WORD)
    yield "desk-handover-offered"
    coordinator.withdraws_the_offer()
    page.locator('#view [data-slot="back"]').click()
    expect(page.locator('#view [data-slot="thread"]')).to_be_visible()


def offered(coordinator: Coordinator, words: str) -> Iterator[str]:
    """A case that another point offers to this one, found by its first words; it is left as it is."""
    page = coordinator.page
    page.locator('#view [data-slot="rows"] a', has_text=words).click()
    expect(page.locator('#view [data-slot="take"]')).to_be_visible()
    yield "desk-offered"
    page.locator("#view summary", has=page.locator("xpath=..//textarea")).click()
    page.locator('#view [data-slot="refuse"] button').click()
    expect(page.locator("#offer-wrong")).to_be_visible()
    yield "desk-offered-error"


def own_access(coordinator: Coordinator) -> Iterator[str]:
    """The page of one's own access, and the question over the page; for a lead the page of colleagues."""
    page = coordinator.page
    page.locator('#bar a[href="#account"]').click()
    expect(page.locator("#device")).to_be_visible()
    yield "desk-account"
    page.locator("#device").fill(" ")
    page.locator('#view [data-slot="add"] button').click()
    expect(page.locator("#account-wrong")).to_be_visible()
    yield "desk-account-error"
    if page.locator('#bar a[href="#people"]').is_visible():
        page.locator('#bar a[href="#people"]').click()
        page.locator("#invite-email").fill("iemand@example.nl")
        page.locator('#view [data-slot="invite"] button').click()
        page.locator('#step-up [data-slot="second-way"] button').click()
        expect(page.locator("#step-up-wrong")).to_be_visible()
        yield "desk-step-up"
        page.locator('#step-up [data-slot="cancel"]').click()
        expect(page.locator("#people-wrong")).to_be_visible()
        yield "desk-people-error"


def invitation(page: Page, site: Server) -> Iterator[str]:
    """Each step of it, and one that does not work."""
    page.goto(f"{site.desk_url}/invite#no-such-token")
    expect(page.locator("#invite h1")).to_be_visible()
    yield "desk-invite-gone"
    token = secrets.token_urlsafe(32)
    row = (
        hashlib.sha256(token.encode()).digest(),
        "comensha",
        f"{LONG_WORD}@example.nl",
        "lead",
        "2099-01-01 00:00:00",
    )
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("INSERT INTO invitations VALUES (?, ?, ?, ?, ?)", row)
    page.goto("about:blank")  # another fragment alone would load nothing
    page.goto(f"{site.desk_url}/invite#{token}")
    expect(page.locator("#own-name")).to_be_visible()
    yield "desk-invite-begin"
    page.locator("#invite form button").click()
    expect(page.locator("#begin-wrong")).to_be_visible()
    yield "desk-invite-begin-error"
    page.locator("#own-name").fill("Lena Lang")
    page.locator("#own-login").fill(token[:8].lower().replace("_", "x").replace("-", "x"))
    page.locator("#invite form button").click()
    expect(page.locator("#passkey-name")).to_be_visible()
    yield "desk-invite-passkey"
    page.locator('#invite [data-slot="without"]').click()
    expect(page.locator("#new-passphrase")).to_be_visible(timeout=UNLOCKING_MILLISECONDS)
    yield "desk-invite-passphrase"
    page.locator("#invite form button").click()
    expect(page.locator("#new-passphrase-wrong")).to_be_visible()
    yield "desk-invite-passphrase-error"
    groups = page.locator("#new-passphrase").inner_text().split("-")
    for label in page.locator("#invite fieldset .field label").all():
        page.locator(f"#{label.get_attribute('for')}").fill(groups[int(re.findall(r"\d", label.inner_text())[0]) - 1])
    page.locator("#invite form button").click()
    expect(page.locator("#new-totp")).to_be_visible(timeout=UNLOCKING_MILLISECONDS)
    yield "desk-invite-codes"
    page.locator("#first-code").fill(pyotp.TOTP(page.locator("#new-totp").inner_text().replace(" ", "")).now())
    page.locator("#invite form button").click()
    expect(page.locator("#fingerprint")).to_be_visible(timeout=UNLOCKING_MILLISECONDS)
    yield "desk-invite-done"
