"""Looks at all that a demonstration shows, and says what is wrong: `make audit`. Not part of `make test`.

1. Every page that the sitemap names, every page that is rendered ahead, and all that their links lead to, answers.
2. All of them, and every step of the forms, are valid HTML, as the Nu Html Checker judges.
3. axe finds nothing, nothing runs out of the screen, and the way out is in view. Each page of the sitemap, and each
   step of the tip form, the follow-up and the desk, in both languages, is looked at in four ways: 320 and 1280 pixels
   wide, in light and in dark. Pages outside the sitemap (of municipalities, mostly) come in a few kinds: one of each
   kind is looked at in all four ways, and every other in one of them, by turns.

python tests/audit.py [MINUTES]     stops after so many (60), and then says that it has not seen everything
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from conftest import CHROMIUM, QUIET
from crawl import crawl, listed, steps
from html_checker import html_faults
from looking import Scheme, faults_in, misfits
from people import Ada, Coordinator
from playwright.sync_api import Browser, Page, sync_playwright
from real_content import WHOLE_CONTENT
from server import Answer, Server, running_demo
from states import templates
from walks import SEALING_SCRIPT, desk, kinds, sealed_form, tip_form

from tipline.languages import LANGUAGES

WORKERS = 2
MINUTES = 60.0
HEIGHT = 800
WIDTHS = (320, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WAYS = tuple((width, scheme) for width in WIDTHS for scheme in SCHEMES)
AT_ONCE = 12
"""How many pages a browser is handed before it says what it found."""
SITE: list[Server] = []
"""The demonstration, in each worker."""
READERS = {"nl": ("noor", "mira"), "en": ("bilal", "joost")}
"""Who answers the tips of the walk in a language, and whose desk is walked in it."""


@dataclass(frozen=True)
class Look:
    """A page, and the ways in which to look at it."""

    path: str
    ways: Sequence[tuple[int, Scheme]] = WAYS


def main(minutes: float) -> int:
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "data", SIGNAALLIJN_CONTENT=WHOLE_CONTENT) as site,
    ):
        found = everything(site)
        wrong = [f"{path} answers {answer.status}" for path, answer in found.items() if answer.status >= 400]
        wrong += html_faults(documents(site, found))
        say(
            f"{len(found)} addresses asked, their pages and {len(LANGUAGES)} ways through the forms checked as HTML",
            began,
        )
        looks = looks_at(found, set(listed(site.public)))
        wrong += looked_at(site, looks, began, minutes)
    for fault in wrong:
        print(fault)  # noqa: T201  # a script says what it found
    say(f"{len(wrong)} faults", began)
    return 1 if wrong else 0


def say(words: str, began: float) -> None:
    passed = int(time.monotonic() - began)
    print(f"{passed // 60}:{passed % 60:02} {words}", file=sys.stderr, flush=True)  # noqa: T201


def everything(site: Server) -> dict[str, Answer]:
    """What stands at every address that anything leads to."""
    ahead = [path for path in sorted(templates()) if site.public.get(path).is_shown]
    return crawl(site.public, *(f"/{language}/" for language in LANGUAGES), *listed(site.public), *ahead)


def documents(site: Server, found: dict[str, Answer]) -> dict[str, str]:
    texts = {path: answer.text for path, answer in found.items() if is_page(answer)}
    for language in LANGUAGES:
        # The desk's first page carries the desk's words in each language, which makes the checker doubt its own.
        shown = {name: answer for name, answer in steps(site, language) if name != "desk-login"}
        texts.update({f"{language} {name}": answer.text for name, answer in shown.items()})
    return texts


def is_page(answer: Answer) -> bool:
    return answer.is_shown and answer.headers.get("content-type", "").startswith("text/html")


def looks_at(found: dict[str, Answer], in_sitemap: set[str]) -> list[Look]:
    pages = {path: answer.text for path, answer in sorted(found.items()) if is_page(answer)}
    one_of_its_kind = {(path[:4], templates().get(path), kinds(text)): path for path, text in pages.items()}
    whole = {path for path in pages if path in in_sitemap or path in one_of_its_kind.values()}
    others = [path for path in pages if path not in whole]
    once = [Look(path, [WAYS[number % len(WAYS)]]) for number, path in enumerate(others)]
    return [Look(path) for path in sorted(whole)] + once


def looked_at(site: Server, looks: list[Look], began: float, minutes: float) -> list[str]:
    """What is wrong with them and with the steps of the forms."""
    wrong: list[str] = []
    with ProcessPoolExecutor(WORKERS, get_context("fork"), hand_out, [site]) as pool:
        # One after the other: two coordinators who answer the same tip at once would be told so.
        forms = [pool.submit(look_at_all_forms)]
        rest = [looks[start : start + AT_ONCE] for start in range(0, len(looks), AT_ONCE)]
        waiting: list[Future[list[str]]] = [*forms, *(pool.submit(look_at, some) for some in rest)]
        try:
            for number, done in enumerate(as_completed(waiting, minutes * 60 - (time.monotonic() - began)), 1):
                wrong += done.result()
                say(
                    f"{number} of {len(waiting)} parts looked at, {len(looks)} pages in all; {len(wrong)} faults", began
                )
        except TimeoutError:
            pool.shutdown(wait=False, cancel_futures=True)
            wrong.append(f"not everything was looked at within {minutes:g} minutes")
    return wrong


def hand_out(site: Server) -> None:
    """To each worker, which is a fork of this process: a running server can't be sent."""
    SITE.append(site)


def look_at(looks: list[Look]) -> list[str]:
    [site] = SITE
    with chromium() as browser:
        page = browser.new_page()
        return [fault for look in looks for fault in seen(page, site, look)]


def seen(page: Page, site: Server, look: Look) -> Iterator[str]:
    for width in sorted({width for width, _ in look.ways}):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(site.public_url + look.path)
        yield from told(page, look.path, [way for way in look.ways if way[0] == width])


def told(page: Page, name: str, ways: Sequence[tuple[int, Scheme]]) -> Iterator[str]:
    """What is wrong with the page on the screen, which is made as wide as each way asks."""
    for width, scheme in ways:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for fault in [*faults_in(page, scheme), *misfits(page)]:
            yield f"{name} ({width} px, {scheme}): {fault}"


def look_at_all_forms() -> list[str]:
    return [fault for language in LANGUAGES for fault in look_at_forms(language)]


def look_at_forms(language: str) -> list[str]:
    """The tip form, the follow-up and a desk, from the first step to the last."""
    [site], wrong = SITE, list[str]()
    answering, reading = READERS[language]
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("UPDATE coordinators SET language = ? WHERE login = ?", (language, reading))
    with chromium() as browser:
        ada = Ada(browser.new_page(), site, language)
        ada.page.route(SEALING_SCRIPT, lambda route: route.abort())
        sealing = Ada(browser.new_page(), site, language)
        noor = Coordinator(browser.new_context(locale="nl-NL").new_page(), site, answering)
        mira = Coordinator(browser.new_context(locale=language).new_page(), site, reading)

        def answers(story: str) -> None:
            noor.opens_the_desk()
            noor.reads(story[:12])
            noor.answers("Dank u. Belt u ons?")

        for name in tip_form(ada, answers):
            wrong += told(ada.page, f"{language} {name}", WAYS)
        for name in sealed_form(sealing):
            wrong += told(sealing.page, f"{language} {name}", WAYS)
        ada.reports("Leeuwarden", f"Aan het landelijke punt, {language}", danger="soon", age="16-17")
        for name in desk(mira):
            wrong += told(mira.page, f"{language} {name}", WAYS)
    return wrong


@contextmanager
def chromium() -> Iterator[Browser]:
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser,
    ):
        yield browser


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
