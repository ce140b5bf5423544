"""What a report leaves on the phone it was made with: whoever finds the phone later must find no story, place or code.

A real profile on disk, not a private window, without JavaScript and with it; every file of it is searched after the
browser was closed. What is posted and answered with 200 does stay there, in the session file: the controls at the end
show that the search would find it. The addresses of pages stay in the history, and no server can change that."""

import base64
import gzip
import re
import secrets
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import brotli
import pytest
from conftest import QUIET
from people import Ada
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect
from server import Server, running_again
from tip_world import demo_to_serve

from tipline.pools import LIVE_DRAFTS, Pool

pytestmark = pytest.mark.browser

# Words that stand nowhere else, not in the site either: a fragment found is one that was typed.
STORY = "Kwezelbrugje\nzegt Ondermaanvlecht, en <b>Zwirrelgast</b> wacht bij de deur"
STORY_WORDS = ("Kwezelbrugje", "Ondermaanvlecht", "Zwirrelgast")
OTHERS = "Plunderklokhen"
HALF_TYPED = "Fluweelkrabber"
ADDITION = "Dwarrelmispel"
PLACE = "Jipsingboertange"
MUNICIPALITY = "GM1950"
SIGNAL = "haalt lagere cijfers"
"""Stands in no page that may be kept but the guide for schools, which nobody opens here."""
LIVES = "Grijzemonnikenklooster"

SOLVED = "Ribbelschoffel"
SOLVES = """(solved) => {
  const field = document.createElement("textarea");
  field.name = "h-captcha-response";
  field.value = solved;
  document.querySelector("form").append(field);
}"""

UNLIKE_A_PHONE = ("--disable-back-forward-cache", "--enable-automation", "--disable-field-trial-config")
"""What Playwright adds and a person's browser has not; with it less might be kept than in life."""

GZIP, ZLIB, BROTLI_START = b"\x1f\x8b\x08", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), 24
SIMPLE_CACHE = bytes.fromhex("305c72a71b6dfbfc")
ENOUGH = 8 * 1024 * 1024


class AdasPhone(Ada):
    """Ada with keys that she really presses: a browser may keep what was typed and not what a script filled in."""

    def types(self, field: Locator, text: str) -> None:
        field.click()
        field.press("ControlOrMeta+a")
        field.press("Delete")
        field.press_sequentially(text)

    def is_asked_to_wait(self) -> None:
        """By a page that shows what was typed, and posts it again in an address that nobody can read."""
        expect(self.page.locator("#again")).to_be_visible()
        assert shown(self.page, [PLACE, LIVES]) == [PLACE, LIVES]

    def has_waited(self) -> None:
        self._posts(self.page.locator("form", has=self.page.locator("#again")))


@dataclass(frozen=True)
class Find:
    file: str
    what: str
    how: str


@pytest.fixture
def phone(playwright: Playwright, chromium: Path, tmp_path: Path) -> Callable[..., BrowserContext]:
    """Opens the browser with the profile in `tmp_path`, as often as is wanted; whoever opens it closes it."""

    def opens(*more: str, javascript: bool = False) -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=[*QUIET, *more],
            ignore_default_args=list(UNLIKE_A_PHONE),
            java_script_enabled=javascript,
            viewport={"width": 390, "height": 800},
        )

    return opens


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


# Searching


def spellings(word: str) -> Iterator[tuple[str, bytes]]:
    """A word as the files of a browser may hold it."""
    yield "UTF-8", word.encode()
    yield "UTF-16", word.encode("utf-16-le")
    for shift in range(3):
        # Wherever it stands in what was encoded, without the signs at its edges, which its neighbours share.
        encoded = base64.b64encode(b"\0" * shift + word.encode()).rstrip(b"=")
        yield "base64", encoded[4 if shift else 0 : -2]


def found_on_disk(profile: Path, words: Sequence[str]) -> list[Find]:
    """Every word that stands in a file's name, its bytes, or what is compressed in it."""
    finds = []
    for file in sorted(profile.rglob("*")):
        name = str(file.relative_to(profile))
        finds += [Find(name, word, "name") for word in words if word in name]
        if file.is_file() and not file.is_symlink():
            finds += [
                Find(name, word, how) for how, data in readings(file.read_bytes()) for word in words if has(data, word)
            ]
    return finds


def has(data: bytes, word: str) -> bool:
    return any(spelling in data for _, spelling in spellings(word))


def readings(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and all that can be decompressed from anywhere in them."""
    yield "raw", data
    for start in (match.start() for match in re.finditer(re.escape(GZIP), data)):
        yield f"gzip at {start}", inflated(data[start:], 31)
    for start in (match.start() for magic in ZLIB for match in re.finditer(re.escape(magic), data)):
        yield f"zlib at {start}", inflated(data[start:], 15)
    if data.startswith(SIMPLE_CACHE):
        yield "brotli", unbrotlied(data[BROTLI_START + int.from_bytes(data[12:16], "little") :])


def inflated(data: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(data, ENOUGH)
    except zlib.error:
        return b""


def unbrotlied(data: bytes) -> bytes:
    """The body of a cache entry; what follows it in the file is not brotli, so it is fed piece by piece."""
    decompressor, text = brotli.Decompressor(), b""
    try:
        for start in range(len(data)):
            text += decompressor.process(data[start : start + 1])
            if decompressor.is_finished():
                break
    except brotli.error:
        return text
    return text


def assert_forgotten(profile: Path, *words: str) -> None:
    assert any(profile.rglob("History")), "this is no profile that was used"
    assert found_on_disk(profile, words) == []


def with_and_without_spaces(code: str) -> tuple[str, ...]:
    """The code as it is written down, as digits, and in pieces, in case only a part of it stayed."""
    groups = code.split()
    return (code, "".join(groups), " ".join(groups[1:4]), "".join(groups[1:4]))


# Reports


WAYS = pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])


@contextmanager
def no_room(site: Server) -> Iterator[None]:
    """As in a flood: whoever brings nothing is asked to wait."""
    rows = [(secrets.token_bytes(32), b"", 2**31 - 1, Pool.NEITHER) for _ in range(LIVE_DRAFTS[Pool.NEITHER])]
    with closing(sqlite3.connect(site.database)) as database, database:
        database.executemany("INSERT INTO drafts (digest, box, expires, pool) VALUES (?, ?, ?, ?)", rows)
    yield
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("DELETE FROM drafts WHERE box = x''")


def begins(ada: Ada) -> None:
    """From the first page of the form to the story: a hamlet is asked about, so the place is posted twice."""
    ada.opens("tip_start")
    ada.types(ada.page.locator("#lives_elsewhere"), LIVES)
    ada.gives_place(PLACE)
    chooses_the_hamlet(ada)


def begins_in_a_flood(ada: AdasPhone) -> None:
    """The same, by the page that asks to wait."""
    with no_room(ada.site):
        ada.opens("tip_start")
        ada.gives_place(PLACE, LIVES)
        ada.is_asked_to_wait()
        ada.page.reload()
        ada.is_asked_to_wait()
    ada.has_waited()
    chooses_the_hamlet(ada)


def chooses_the_hamlet(ada: Ada) -> None:
    ada.chooses(MUNICIPALITY)
    assert PLACE in ada.page.locator("#place-name").inner_text()
    ada.goes_on()


@WAYS
def test_after_a_whole_report_and_a_visit_no_story_place_or_code_is_on_the_phone(
    site: Server, phone: Callable[..., BrowserContext], profile: Path, javascript: bool
) -> None:
    """Without script it begins on the page that asks to wait: with script the sum is done before anybody is asked."""
    with phone(javascript=javascript) as context:
        ada = AdasPhone(context.pages[0], site)
        begins(ada) if javascript else begins_in_a_flood(ada)
        ada.tells("")  # refused: what is typed stands there again
        ada.tells(STORY, danger="now", others=OTHERS)
        ada.sends()
        assert ada.was_sealed_on_her_device() is javascript
        code = ada.gets_a_code()
        ada.has_the_code()
        ada.comes_back_with(code)
        ada.adds("")
        ada.adds(ADDITION)
        ada.types(ada.page.locator("#addition"), ADDITION)
        ada.is_done()
        words = (*STORY_WORDS, OTHERS, ADDITION, PLACE, LIVES, *with_and_without_spaces(code))
        all_the_way_back(ada, words)
    assert_forgotten(profile, *words)


def test_after_the_puzzle_neither_it_nor_the_place_is_on_the_phone(
    tmp_path: Path, phone: Callable[..., BrowserContext], profile: Path
) -> None:
    """As somebody else's script would solve it; whoever checks it can't be reached, which keeps nobody out."""
    puzzle = {"ABUSE": "hcaptcha", "HCAPTCHA_SITEKEY": "1", "HCAPTCHA_SECRET": "0x5"}
    nobody = {"HCAPTCHA_VERIFY_URL": "http://127.0.0.1:9/"}
    settings = {f"SIGNAALLIJN_{name}": value for name, value in {**puzzle, **nobody}.items()}
    with running_again(demo_to_serve(tmp_path / "site"), **settings) as site, phone(javascript=True) as context:
        context.route("**/*.hcaptcha.com/**", lambda route: route.abort())
        ada = AdasPhone(context.pages[0], site)
        ada.opens("tip_start")
        ada.page.locator("#puzzle-first a").click()
        ada.page.evaluate(SOLVES, SOLVED)
        ada.page.locator("form .btn").first.click()
        ada.gives_place(PLACE, LIVES)
        chooses_the_hamlet(ada)
        ada.types(ada.page.locator("#story"), STORY)
    assert_forgotten(profile, SOLVED, *STORY_WORDS, PLACE, LIVES)


@WAYS
def test_after_a_report_that_was_abandoned_no_story_or_place_is_on_the_phone(
    site: Server, phone: Callable[..., BrowserContext], profile: Path, javascript: bool
) -> None:
    with phone(javascript=javascript) as context:
        ada = AdasPhone(context.pages[0], site)
        begins(ada)
        ada.tells(STORY, others=OTHERS)
        ada.page.go_back()
        ada.types(ada.page.locator("#others"), HALF_TYPED)
    assert_forgotten(profile, *STORY_WORDS, OTHERS, HALF_TYPED, PLACE, LIVES)


@WAYS
def test_after_the_signal_check_nothing_that_was_chosen_is_on_the_phone(
    site: Server, phone: Callable[..., BrowserContext], profile: Path, javascript: bool
) -> None:
    with phone(javascript=javascript) as context:
        ada = AdasPhone(context.pages[0], site)
        ada.opens_the_check("school")
        ada.notices("tired", "phone")
        answer = ada.page.url
        ada.notices("tired", danger=True)
        ada.takes_along()
        ada.gives_place("5611")
        ada.goes_on()
        assert SIGNAL in ada.finds_in_the_story()
        ada.leaves()
        all_the_way_back(ada, (SIGNAL, "Lumens"))
        reopened = context.new_page()
        reopened.goto(answer)
        assert shown(reopened, [SIGNAL]) == []
    assert_forgotten(profile, SIGNAL, "noticed=", "Dit valt mij op")


@WAYS
def test_back_reload_and_reopened_pages_show_neither_story_place_nor_code(
    site: Server, phone: Callable[..., BrowserContext], javascript: bool
) -> None:
    with phone(javascript=javascript) as context:
        ada = AdasPhone(context.pages[0], site)
        begins(ada)
        ada.tells(STORY, others=OTHERS)
        ada.sends()
        code = ada.gets_a_code()
        ada.has_the_code()
        secrets = (*STORY_WORDS, OTHERS, PLACE, LIVES, *with_and_without_spaces(code))
        ada.page.reload()
        assert shown(ada.page, secrets) == []
        visited = all_the_way_back(ada, secrets)
        assert len(visited) >= 2
        for url in visited:
            reopened = context.new_page()
            reopened.goto(url)
            assert shown(reopened, secrets) == [], url
    with phone("--restore-last-session", javascript=javascript) as context:
        restored = [page for page in context.pages if page.url.startswith(site.public_url)]
        for page in restored:
            page.wait_for_load_state()
            assert shown(page, secrets) == [], page.url
        assert len(restored) == len(visited)


@WAYS
def test_back_after_leaving_quickly_shows_nothing_that_was_typed(
    site: Server, phone: Callable[..., BrowserContext], javascript: bool
) -> None:
    with phone(javascript=javascript) as context:
        ada = AdasPhone(context.pages[0], site)
        begins(ada)
        ada.tells("", others=OTHERS)
        ada.types(ada.page.locator("#story"), STORY)
        ada.leaves()
        all_the_way_back(ada, (*STORY_WORDS, OTHERS, PLACE, LIVES))


def test_back_after_a_visit_with_the_code_shows_neither_code_nor_answer(
    site: Server, phone: Callable[..., BrowserContext]
) -> None:
    with phone() as context:
        ada = AdasPhone(context.pages[0], site)
        code = ada.reports("5611", STORY)
        ada.page.close()
        ada = AdasPhone(context.new_page(), site)
        ada.comes_back_with(code)
        ada.types(ada.page.locator("#addition"), ADDITION)
        ada.is_done()
        all_the_way_back(ada, (ADDITION, *with_and_without_spaces(code)))


def all_the_way_back(ada: Ada, secrets: Sequence[str]) -> set[str]:
    """Presses Back to the blank page that her browser began with; every page on the way must be without these words."""
    visited = set()
    for _ in range(int(ada.page.evaluate("history.length")) - 1):
        # Not "load": a page that comes from the browser's memory does not load again, and must be looked at too.
        ada.page.go_back(wait_until="commit")
        # Whichever page it is: pressed while the browser still changes pages, Back is an error.
        ada.page.wait_for_function("document.readyState === 'complete'")
        if ada.page.url.startswith(ada.site.public_url):
            assert shown(ada.page, secrets) == [], ada.page.url
            visited.add(ada.page.url)
    assert ada.page.url == "about:blank"
    return visited


def shown(page: Page, words: Sequence[str]) -> list[str]:
    """Which of these words the page holds, in its text, its fields or its source."""
    text = page.content() + page.locator("body").inner_text()
    text += "".join(field.input_value() for field in page.locator("input[type=text], textarea").all())
    return [word for word in words if word in " ".join(text.split())]


# Controls: what would stay if the form were built another way is found by the same search


FORM = """<!doctype html><title>Form</title><form method="post" action="{action}" autocomplete="{autocomplete}">
<input type="text" name="place" id="place"><textarea name="story" id="story"></textarea><button>On</button></form>"""


class _Careless(BaseHTTPRequestHandler):
    """A form as it should not be built."""

    protocol_version = "HTTP/1.1"
    code: ClassVar[str] = " ".join(["20461"] * 5)
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        pages = {
            "/answers-at-once": FORM.format(action="/answers-at-once", autocomplete="off"),
            "/remembers-fields": FORM.format(action="/redirects", autocomplete="on"),
        }
        if self.path.startswith("/cached/"):
            self._answer(f"<p>{self.code}</p>", {"Cache-Control": "max-age=600"}, self.path.removeprefix("/cached/"))
        elif self.path.startswith("/status/"):
            status = HTTPStatus(int(self.path.removeprefix("/status/")))
            # With an icon inside: asking for one that is `no-store` would keep the page out of the browser's memory.
            page = f'<link rel="icon" href="data:,"><p>{self.code}</p><a href="/elsewhere">On</a>'
            self._answer(page, {"Cache-Control": "no-store"}, status=status)
        else:
            self._answer(pages.get(self.path, "<p>Thank you</p>"), {"Cache-Control": "no-store"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/redirects":
            self._answer("", {"Location": "/done"}, status=HTTPStatus.SEE_OTHER)
        else:
            self._answer("<p>Thank you</p>", {"Cache-Control": "no-store"})

    def _answer(
        self, page: str, headers: dict[str, str], encoding: str = "identity", status: HTTPStatus = HTTPStatus.OK
    ) -> None:
        text = page.encode()
        body = {"identity": text, "br": brotli.compress(text), "gzip": gzip.compress(text)}[encoding]
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Encoding": encoding, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def careless() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Careless)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_post_answered_with_200_would_stay_on_the_phone(
    careless: str, phone: Callable[..., BrowserContext], profile: Path
) -> None:
    with phone() as context:
        fill_in(context.pages[0], f"{careless}/answers-at-once")
    found = {(find.what, find.file.partition("/")[2].partition("/")[0]) for find in found_on_disk(profile, STORY_WORDS)}
    assert found >= {(word, "Sessions") for word in STORY_WORDS}


def test_a_field_with_autocomplete_would_stay_on_the_phone(
    careless: str, phone: Callable[..., BrowserContext], profile: Path
) -> None:
    with phone() as context:
        fill_in(context.pages[0], f"{careless}/remembers-fields")
    assert PLACE in {find.what for find in found_on_disk(profile, [PLACE])}


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_page_that_may_be_cached_would_stay_on_the_phone(
    careless: str, phone: Callable[..., BrowserContext], profile: Path, encoding: str
) -> None:
    with phone() as context:
        context.pages[0].goto(f"{careless}/cached/{encoding}")
    assert _Careless.code in {find.what for find in found_on_disk(profile, [_Careless.code])}


@pytest.mark.parametrize(("status", "times_asked"), [(200, 1), (203, 2)])
def test_a_page_of_status_200_would_come_back_from_memory(
    careless: str, phone: Callable[..., BrowserContext], status: int, times_asked: int
) -> None:
    with phone() as context:
        page = context.pages[0]
        page.goto(f"{careless}/status/{status}")
        page.locator("a").click()
        page.get_by_text("Thank you").wait_for()
        page.go_back(wait_until="commit")
        page.get_by_text(_Careless.code).wait_for()
    assert _Careless.asked.count(f"/status/{status}") == times_asked


def fill_in(page: Page, url: str) -> None:
    page.goto(url)
    for name, text in {"place": PLACE, "story": STORY}.items():
        page.locator(f"#{name}").click()
        page.locator(f"#{name}").press_sequentially(text)
    page.locator("button").click()
    page.get_by_text("Thank you").wait_for()
