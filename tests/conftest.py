"""The few fixtures that several tests share: the real content, a tip line, a running site, a browser, and the cast.

A site lives as long as a module's tests, a browser as long as its worker; each test has a context of its own in it."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # the package ships no types
import pytest
import real_content
from desk_world import DeskWorld, make_desk_world
from people import Ada, Coordinator
from playwright.sync_api import Browser, Playwright, sync_playwright
from postgresql import new_database, running_postgresql
from server import Server, running_again
from tip_world import TipWorld, demo_to_serve, make_tip_world

from tipline.care_points import CarePoints
from tipline.geography import Geography

# The same pages are made again and again, and packed for the browser each time: the bytes are the same.
brotli.compress = lru_cache(4096)(brotli.compress)
gzip.compress = lru_cache(4096)(gzip.compress)  # type: ignore[assignment]  # called alike

CHROMIUM = Path("/usr/bin/chromium")
HEADLESS_SHELL = Path("/usr/bin/chromium-headless-shell")
"""Chromium's own engine without windows, tabs and profiles: a context costs a quarter of the whole browser's."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-auto-reload",
)
"""A browser that asks nothing of anybody but the site under test, and does not ask again, in its own time, for an
everyday site that is not there: such a reload crosses the Back that a test presses."""


@pytest.fixture(scope="session")
def geography() -> Geography:
    return real_content.geography()


@pytest.fixture(scope="session")
def care_points() -> CarePoints:
    return real_content.care_points()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TipWorld]:
    """A tip line in this process, with a clock that stands still."""
    made = make_tip_world(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    """A desk in this process, with a clock that stands still."""
    made = make_desk_world(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration for the tests of one module."""
    with running_again(demo_to_serve(tmp_path_factory.mktemp("site"))) as running:
        yield running


@pytest.fixture(scope="session")
def site_to_read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration for all tests that change nothing there. Their modules have it as their `site`."""
    with running_again(demo_to_serve(tmp_path_factory.mktemp("site-to-read"))) as running:
        yield running


@pytest.fixture(scope="module")
def postgresql_server() -> Iterator[str]:
    with running_postgresql() as server:
        yield server


@pytest.fixture
def postgresql_database(postgresql_server: str) -> str:
    return new_database(postgresql_server)


def installed(program: Path) -> Path:
    if not program.exists():
        pytest.fail(f"no {program.name} here; run: make system", pytrace=False)
    return program


@pytest.fixture(scope="session")
def chromium() -> Path:
    return installed(CHROMIUM)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    """With windows, tabs and profiles: for a journey from a tip to its answer, as the phone's journeys are."""
    browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=installed(HEADLESS_SHELL), args=QUIET)
    yield browser
    browser.close()


@pytest.fixture
def tipster(site: Server, browser: Browser) -> Iterator[Callable[..., Ada]]:
    """Ada with a fresh browser, without JavaScript unless it is asked for, in the language that is asked for."""
    with ExitStack() as closing:

        def comes(language: str = "nl", *, script: bool = False) -> Ada:
            context = closing.enter_context(browser.new_context(java_script_enabled=script))
            return Ada(context.new_page(), site, language)

        yield comes


@pytest.fixture
def ada(tipster: Callable[..., Ada]) -> Ada:
    return tipster("nl")


@pytest.fixture(scope="module")
def coordinator(site: Server, browser: Browser) -> Iterator[Callable[[str], Coordinator]]:
    """A coordinator by name, each with one browser for all tests of a module: a sign-in code works only once."""
    there: dict[str, Coordinator] = {}
    with ExitStack() as closing:

        def comes(name: str) -> Coordinator:
            if name not in there:
                context = closing.enter_context(browser.new_context(locale="nl-NL"))
                there[name] = Coordinator(context.new_page(), site, name.lower())
            return there[name]

        yield comes


@pytest.fixture
def noor(coordinator: Callable[[str], Coordinator]) -> Coordinator:
    """Coordinates Eindhoven, with Bilal."""
    return coordinator("Noor")


@pytest.fixture
def bilal(coordinator: Callable[[str], Coordinator]) -> Coordinator:
    return coordinator("Bilal")


@pytest.fixture
def sam(coordinator: Callable[[str], Coordinator]) -> Coordinator:
    """Coordinates Groningen, with Femke, and must see nothing of Eindhoven."""
    return coordinator("Sam")


@pytest.fixture
def mira(coordinator: Callable[[str], Coordinator]) -> Coordinator:
    """Sits at the national point, with Joost."""
    return coordinator("Mira")
