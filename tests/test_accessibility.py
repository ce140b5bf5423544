"""axe finds nothing on any page or step, in both languages, light and dark; at 320 pixels nothing runs out of the
screen and the way out stays in view; a first visit asks nothing of anybody else."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from clock import Clock
from httpx2 import Response
from looking import faults, faults_in, misfits
from people import Ada, Coordinator
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect
from server import Server
from starlette.testclient import TestClient
from states import templates
from tip_world import copied_settings
from walks import DRAWN_ON_REQUEST, SEALING_SCRIPT, desk, offered, public_pages, sealed_form, tip_form

from campaign_site.app import create_app
from campaign_site.publication import TIPLINE
from campaign_site.settings import PACKAGE
from tipline.settings import Abuse, AbuseMode
from tipline.tipster.addresses import address

pytestmark = pytest.mark.browser

LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}


def wrong_with(page: Page, language: str) -> list[str]:
    """In the dark only the colours differ, and in those the languages do not: the Dutch pages show them."""
    return (faults(page) if language == "nl" else faults_in(page, "light")) + misfits(page)


def test_a_page_with_faults_is_found_out(browser: Browser) -> None:
    with browser.new_context(viewport=NARROW) as context:
        page = context.new_page()
        page.set_content(
            """<html><style>p { color: #999; width: 500px } a { position: fixed } div { height: 200vh; width: 100% }
            i { position: fixed; inset: 0 }</style><img src="data:,"><p>Pale</p><a class="exit" href="/">Out</a>
            <div></div><i></i>"""
        )
        found = " ".join(faults(page) + misfits(page))
    for fault in (
        "image-alt",
        "html-has-lang",
        "color-contrast",
        "px wide",
        "covered at the top",
        "covered at the end",
    ):
        assert fault in found


@LANGUAGES
def test_public_pages_are_accessible_and_fit_a_narrow_screen(site: Server, browser: Browser, language: str) -> None:
    """axe looks at the wide ones here and at each width in `make audit`."""
    with browser.new_context(viewport=NARROW) as context:
        page = context.new_page()
        found = {}
        for name in public_pages(page, site, language):
            page.set_viewport_size(NARROW)
            found[name] = misfits(page)
            page.set_viewport_size(WIDE)
            found[name] += faults(page) if language == "nl" else faults_in(page, "light")
        assert found.keys() >= made_by("pages/")
        assert {name: wrong for name, wrong in found.items() if wrong} == {}


def made_by(folder: str) -> set[str]:
    """The steps that show the templates of a folder."""
    return {step for template, step in DRAWN_ON_REQUEST.items() if template.startswith(folder)}


def test_every_template_of_a_page_is_walked() -> None:
    folders = [PACKAGE / "templates" / "pages", *(TIPLINE / "templates" / name for name in ("tip", "desk"))]
    there = {
        f"{folder.name}/{file.name}": file.read_text("utf-8") for folder in folders for file in folder.glob("*.html")
    }
    extended = {base for text in there.values() for base in re.findall(r'{% extends "([^"]+)"', text)}
    assert there.keys() - extended - {"desk/views.html", "desk/invite_views.html", "desk/holders.html"} == {
        *templates().values(),
        *DRAWN_ON_REQUEST,
    }


@LANGUAGES
def test_the_tip_form_and_the_follow_up_are_accessible_and_fit_a_narrow_screen(
    site: Server, browser: Browser, noor: Coordinator, language: str
) -> None:
    def answers(story: str) -> None:
        noor.opens_the_desk()
        noor.reads(story[:12])
        noor.answers(f"Dank u. {'Heel' * 60} goed.\n\n  Belt u ons?")

    with browser.new_context(viewport=NARROW) as context:
        context.route(SEALING_SCRIPT, lambda route: route.abort())
        ada = Ada(context.new_page(), site, language)
        found = {name: wrong_with(ada.page, language) for name in tip_form(ada, answers)}
    with browser.new_context(viewport=NARROW) as context:
        ada = Ada(context.new_page(), site, language)
        found |= {name: wrong_with(ada.page, language) for name in sealed_form(ada)}
        assert found.keys() >= made_by("tip/") - {"draft-gone", "tip-puzzle"}
        assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("language", "name"), [("nl", "mira"), ("en", "joost")])
def test_the_desk_is_accessible_and_fits_a_narrow_screen(
    site: Server, browser: Browser, tipster: Callable[[str], Ada], noor: Coordinator, language: str, name: str
) -> None:
    def is_offered_a_case() -> str:
        words = f"Van Eindhoven, {language}"
        tipster(language).reports("5611", words)
        noor.opens_the_desk()
        noor.reads(words)
        noor.offers("comensha", "Hij woont nu elders.")
        coordinator.opens_the_desk()
        return words

    def at_the_desk() -> Iterator[str]:
        yield from desk(coordinator)
        yield from offered(coordinator, is_offered_a_case())

    reads_in(site, name, language)
    tipster(language).reports("Leeuwarden", f"Aan het landelijke punt, {language}", danger="soon", age="16-17")
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("UPDATE coordinators SET role = 'national' WHERE login = ?", (name,))
        database.execute("UPDATE cases SET escalated = 3, received_on = '2026-11-02' WHERE read_on IS NULL")
    with browser.new_context(locale=language, viewport=NARROW) as context:
        coordinator = Coordinator(context.new_page(), site, name)
        page = coordinator.page
        found = {}
        for step in at_the_desk():
            found[step] = wrong_with(page, language)
            assert page.locator("html").get_attribute("lang") == language, step
            if step == "desk-inbox":  # in danger, and not "the national point was told" of its own case
                expect(page.locator('#view [data-slot="rows"] tr').first.locator(".tag.now")).to_have_count(1)
        assert found.keys() >= made_by("desk/") | {"desk-points"}
        assert {step: wrong for step, wrong in found.items() if wrong} == {}


def reads_in(site: Server, login: str, language: str) -> None:
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("UPDATE coordinators SET language = ? WHERE login = ?", (language, login))


@LANGUAGES
def test_a_body_that_is_too_large_gets_a_page_that_is_accessible(site: Server, browser: Browser, language: str) -> None:
    with browser.new_context(viewport=NARROW) as context:
        ada = Ada(context.new_page(), site, language)
        ada.opens("tip_start")
        ada.page.locator("#place").fill("x" * 200_000)
        with ada.page.expect_response(lambda answer: answer.request.method == "POST") as posted:
            ada.page.locator("#place-form button").click()
        assert posted.value.status == 413
        ada.page.wait_for_load_state()
        assert faults(ada.page) + misfits(ada.page) == []


def test_a_browser_with_script_does_the_sum_by_itself_and_waits_for_it_when_somebody_is_fast(
    site: Server, browser: Browser
) -> None:
    def proved() -> int:
        with closing(sqlite3.connect(site.database)) as database:
            return int(database.execute("SELECT count(*) FROM drafts WHERE pool = 'proof'").fetchone()[0])

    before = proved()
    with browser.new_context() as context:
        ada = Ada(context.new_page(), site)
        ada.opens("tip_start")
        expect(ada.page.locator("#website")).to_be_hidden()
        ada.gives_place("5611")
        assert "Lumens" in ada.is_told_the_care_point()
    assert proved() == before + 1


def shows(answer: Response, route: Route) -> None:
    """Gives a page of another server in the place of one of the site's."""
    policy = {"content-security-policy": answer.headers["content-security-policy"]}
    route.fulfill(body=answer.text, content_type="text/html", headers=policy)


@LANGUAGES
def test_the_page_of_the_puzzle_is_accessible_and_works_where_the_puzzle_does_not_come(
    site: Server, browser: Browser, language: str, tmp_path: Path
) -> None:
    """The page as another server shows it, where an operator switched it on; here nobody else can be reached."""
    settings = copied_settings(tmp_path)
    abuse = Abuse(AbuseMode.HCAPTCHA, "10000000-ffff-ffff-ffff-000000000001", "0x5")
    whole = create_app(
        replace(settings, has_puzzle=True, tipline=replace(settings.tipline, abuse=abuse)), Clock(), None
    )
    with TestClient(whole.app, base_url="http://localhost:8000") as client:
        shown = {path: client.get(path) for path in (address("tip_start", language), address("tip_puzzle", language))}
    whole.store.close()
    with browser.new_context(viewport=NARROW) as context:
        page = context.new_page()
        context.route("**/*.hcaptcha.com/**", lambda route: route.abort())
        for path, answer in shown.items():
            page.route(site.public_url + path, partial(shows, answer))
            page.goto(site.public_url + path)
            assert faults(page) + misfits(page) == []
        assert page.locator('button[name="without"]').is_visible()


def listening(context: BrowserContext, page: Page) -> tuple[list[str], list[str]]:
    """Every address that is asked for, and every word of complaint, from now on."""
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(error.message))
    return asked, complaints


@LANGUAGES
def test_a_first_visit_asks_nobody_else_sets_no_cookie_and_breaks_no_policy(
    site: Server, browser: Browser, language: str
) -> None:
    for path in [f"/{language}/", {"nl": "/nl/regio/eindhoven", "en": "/en/region/eindhoven"}[language]]:
        with browser.new_context() as context:
            page = context.new_page()
            asked, complaints = listening(context, page)
            page.goto(site.public_url + path)
            page.wait_for_load_state("networkidle")
            assert [url for url in asked if not url.startswith(f"{site.public_url}/")] == []
            assert context.cookies() == []
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0
            assert complaints == []


def test_the_way_out_comes_right_after_the_skip_link(site: Server, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site.public_url}/nl/melden")
        page.keyboard.press("Tab")
        assert page.locator("a.skip").evaluate("(one) => one === document.activeElement")
        page.keyboard.press("Tab")
        assert page.locator("a.exit").evaluate("(one) => one === document.activeElement")
