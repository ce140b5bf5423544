"""Takes a picture of every page and step at 320, 768 and 1280 pixels, light and dark, for people to look at.

python tests/pictures.py FOLDER [WORD]     only what has WORD in its name, if there is one
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from conftest import CHROMIUM, QUIET
from people import Ada, Coordinator
from playwright.sync_api import Browser, Page, sync_playwright
from real_content import WHOLE_CONTENT
from server import Server, running_demo
from walks import SEALING_SCRIPT, desk, public_pages, sealed_form, tip_form

WIDTHS = (320, 768, 1280)
HEIGHT = 800


def main(folder: Path, word: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running_demo(Path(data) / "data", SIGNAALLIJN_CONTENT=WHOLE_CONTENT) as site,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser,
    ):
        for page, name in walk(site, browser):
            if word in name:
                take(page, folder, name)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")  # noqa: T201  # a script says what it did


def walk(site: Server, browser: Browser) -> Iterator[tuple[Page, str]]:
    for language in ("nl", "en"):
        page = browser.new_context(locale=language).new_page()
        for name in public_pages(page, site, language):
            yield page, f"{language}-{name}"
        ada = Ada(browser.new_context(locale=language).new_page(), site, language)
        ada.page.route(SEALING_SCRIPT, lambda route: route.abort())
        noor = Coordinator(browser.new_context(locale="nl").new_page(), site, "noor" if language == "nl" else "bilal")

        def answers(story: str, noor: Coordinator = noor) -> None:
            noor.opens_the_desk()
            noor.reads(story[:12])
            noor.answers("Dank u wel. Kunt u zeggen op welke dag het meestal is?\n\nWij lezen elke werkdag.")

        for name in tip_form(ada, answers):
            yield ada.page, f"{language}-{name}"
        for name in sealed_form(Ada(page, site, language)):
            yield page, f"{language}-{name}"
    mira = Coordinator(browser.new_context(locale="nl").new_page(), site, "mira")
    Ada(page, site).reports("Leeuwarden", "Gezien op het plein. " * 20, danger="now", age="12-15")
    for name in desk(mira):
        yield mira.page, f"nl-{name}"


def take(page: Page, folder: Path, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
