"""The signal check: authored words for each choice, no score, nothing kept and nothing in an address."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest
import real_content
from clock import NOW, Clock
from httpx2 import Response
from site_world import ALL_ADDRESSES, library, material, outside, pages_now, publication, rendering
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Scope

from campaign_site.finder import Finder
from campaign_site.library.entries import Advice, Guide, Reader, Review
from campaign_site.library.library import Library, load
from campaign_site.pages.material import Material
from campaign_site.routes import check_routes, finder_routes
from campaign_site.signal_check import TOKEN_STEP, SignalCheck
from campaign_site.tokens import TOKEN_SECONDS, Tokens
from tipline.content_files import ContentFaultError
from tipline.incoming import MAX_BODY, MAX_FIELDS, IncomingGuard
from tipline.sealing import Box

CHECK = ALL_ADDRESSES["check"]
SETTINGS = sorted(library().asked_guides(is_demo=True))
LANGUAGES = ("nl", "en")
HOW_MANY = ("none", "one", "several", "all")
TOLD = re.compile(r"/(?:nl/signalen|en/signals)/check/[\w-]{600,800}")
PRESSED = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}


def check_client(clock: Clock | None = None, public: Material | None = None) -> TestClient:
    """The check of a demonstration, or of other material."""
    clock, drawn = clock or Clock(), rendering(is_demo=True)
    shown = publication(public or material(is_demo=True))
    finder = Finder(lambda: shown, drawn, Tokens(Box([b"s" * 32], "finder"), clock))
    check = SignalCheck(lambda: shown, drawn, Tokens(Box([b"s" * 32], "signal-check"), clock, TOKEN_STEP))
    app = Starlette(
        routes=[*finder_routes(finder), *check_routes(check)], exception_handlers={HTTPException: refused_there}
    )
    return TestClient(IncomingGuard(app, refused, absence_is_refused=False), follow_redirects=False)


def refused(_scope: Scope, status: HTTPStatus) -> ASGIApp:
    return PlainTextResponse(status.phrase, status)


async def refused_there(_request: object, error: Exception) -> PlainTextResponse:
    return PlainTextResponse("", error.status_code if isinstance(error, HTTPException) else 500)


def guide(setting: str, language: str = "nl") -> Guide:
    return library().guides[setting][language]


def some(setting: str, how_many: str) -> list[str]:
    """Names of signals that advise nothing at once by themselves, unless all are asked for."""
    every = [signal.name for signal in guide(setting).signals]
    plain = [name for name in every if name not in guide(setting).ask_at_once]
    return {"none": [], "one": plain[:1], "several": plain[:2], "all": every}[how_many]


def tells(client: TestClient, setting: str, names: list[str], language: str = "nl", **more: str) -> str:
    """Sends what was noticed and returns the address that it leads to."""
    fields = {"setting": setting, "step": "answer", "noticed": names, **more}
    answer = client.post(CHECK[language], data=fields)
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"]


def answered(setting: str, names: list[str], language: str = "nl", **more: str) -> str:
    client = check_client()
    shown = client.get(tells(client, setting, names, language, **more))
    assert (shown.status_code, shown.headers["cache-control"]) == (203, "no-store")
    return shown.text


def titles(html: str) -> list[str]:
    return re.findall(r"<h[12][^>]*>(.*?)</h[12]>", html[html.index("<main") : html.index("</main>")])


def articles(html: str) -> list[str]:
    return re.findall(r"<article.*?</article>", html, re.DOTALL)


def without_choices(html: str) -> str:
    """The page without what the visitor chose himself: the signals with their own words, the marks of his choices and
    what he may take along."""
    html = re.sub(r"<article.*?</article>\n", "", html, flags=re.DOTALL)
    html = re.sub(r'<input type="hidden" name="story"[^>]*>', "", html)
    html = re.sub(r"/check/[\w-]{600,}", "", html)
    return html.replace(" checked>", ">")


def outcome(setting: str, language: str, advice: Advice) -> str:
    return library().checks[guide(setting).reader][language].outcomes[advice].title


EVERY_CHOICE = pytest.mark.parametrize(
    ("setting", "language", "how_many"),
    [(setting, language, many) for setting in SETTINGS for language in LANGUAGES for many in HOW_MANY],
)


def test_there_are_settings_to_choose_from() -> None:
    assert {"parents", "school"} <= set(SETTINGS)


@EVERY_CHOICE
def test_each_choice_gets_its_words_and_those_of_its_signals(setting: str, language: str, how_many: str) -> None:
    chosen = some(setting, how_many)
    html = answered(setting, chosen, language)
    advice = {"none": Advice.NONE, "one": Advice.STAY}.get(how_many, Advice.ASK)
    assert titles(html)[0] == outcome(setting, language, advice)
    shown = articles(html)
    signals = [signal for signal in guide(setting, language).signals if signal.name in chosen]
    assert len(shown) == len(signals)
    for signal, article in zip(signals, shown, strict=True):
        assert signal.change in article
        assert re.sub("<.*", "", signal.also.removeprefix("<p>").splitlines()[0]) in article
        assert re.sub("<.*", "", signal.act.removeprefix("<p>").splitlines()[0]) in article
    assert f'<html lang="{language}">' in html


@EVERY_CHOICE
def test_no_choice_stands_in_an_address_and_all_addresses_are_equally_long(
    setting: str, language: str, how_many: str
) -> None:
    client = check_client()
    path = tells(client, setting, some(setting, how_many), language)
    assert TOLD.fullmatch(path)
    longest = tells(client, "school", some("school", "all"), "nl", danger="now")
    assert len(path) - len(CHECK[language]) == len(longest) - len(CHECK["nl"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_more_signals_change_no_word_of_the_advice(setting: str, language: str) -> None:
    several, every = (without_choices(answered(setting, some(setting, many), language)) for many in ("several", "all"))
    assert several == every


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_speaks_of_a_score(language: str) -> None:
    words = re.compile(
        r"score|punten|points|procent|percent|%|uitslag|verdict|risico|risk|\b\d+ (?:sign|van|of)\b", re.IGNORECASE
    )
    for setting in SETTINGS:
        for how_many in HOW_MANY:
            html = without_choices(answered(setting, some(setting, how_many), language))
            assert not words.search(re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")]))


def test_danger_comes_first_and_alone_when_nothing_else_was_chosen() -> None:
    alone = titles(answered("school", [], danger="now"))
    assert alone[0] == outcome("school", "nl", Advice.DANGER)
    assert outcome("school", "nl", Advice.NONE) not in alone
    both = titles(answered("school", some("school", "one"), danger="now"))
    assert both[:2] == [outcome("school", "nl", each) for each in (Advice.DANGER, Advice.STAY)]


def test_a_signal_that_its_guide_marks_asks_for_advice_by_itself() -> None:
    marked = next((setting, name) for setting in SETTINGS for name in guide(setting).ask_at_once)
    html = answered(marked[0], [marked[1]])
    assert titles(html)[0] == outcome(marked[0], "nl", Advice.ASK)


def test_where_he_is_known_from_leads_to_its_signals_and_stands_in_no_address() -> None:
    client = check_client()
    answer = client.post(CHECK["nl"], data={"setting": "school"})
    assert TOLD.fullmatch(answer.headers["location"])
    shown = client.get(answer.headers["location"])
    assert shown.status_code == 203
    for signal in guide("school").signals:
        assert f'value="{signal.name}"' in shown.text
    assert "Op school" not in re.findall("<title>.*?</title>", shown.text)[0]
    assert " checked" not in shown.text


def test_what_was_chosen_stays_chosen_below_the_answer_and_in_the_other_language() -> None:
    client = check_client()
    names = some("school", "several")
    dutch = client.get(tells(client, "school", names, danger="now")).text
    there = re.findall(r'hreflang="en" href="([^"]+)"', dutch)[0]
    for html in (dutch, client.get(there).text):
        assert re.findall(r'value="([\w-]+)"[^>]* checked>', html) == [*names, "now"]


def test_what_is_not_known_is_dropped_and_what_is_doubled_counts_once() -> None:
    name = some("school", "one")[0]
    html = answered("school", [name, name, "kwartelhaan", "", "end\nx", name, "away"])
    assert len(articles(html)) == 1
    assert titles(html)[0] == outcome("school", "nl", Advice.STAY)
    assert "kwartelhaan" not in html


@pytest.mark.parametrize("setting", ["", "kwartelhaan", "../school", "school\n", "nl"])
def test_a_setting_that_there_is_not_leads_to_the_beginning(setting: str) -> None:
    assert tells(check_client(), setting, ["tired"]) == CHECK["nl"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"setting=school", "multipart/form-data; boundary=x", 415),
        (b"setting=school&noticed=" + b"x" * MAX_BODY, "application/x-www-form-urlencoded", 413),
        (b"setting=%ff", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"noticed=tired"] * (MAX_FIELDS + 1)), "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 303),
        (b"setting=school&noticed=" + b"x" * 100_000, "application/x-www-form-urlencoded", 303),
    ],
)
def test_a_strange_body_is_refused_with_the_right_status(body: bytes, content_type: str, status: int) -> None:
    answer = check_client().post(CHECK["nl"], content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_an_answer_is_void_after_ten_minutes_or_when_altered() -> None:
    clock = Clock()
    client = check_client(clock)
    path = tells(client, "school", some("school", "one"))
    clock.now = NOW + timedelta(seconds=TOKEN_SECONDS)
    assert client.get(path).status_code == 203
    clock.now = NOW + timedelta(seconds=TOKEN_SECONDS + 1)
    assert client.get(path).headers["location"] == CHECK["nl"]
    clock.now = NOW
    for altered in (path[:-2] + "AA", path[:-1] + "!", CHECK["nl"] + "/x", CHECK["nl"] + "/é"):
        assert client.get(altered).headers["location"] == CHECK["nl"]


def test_a_token_of_the_finder_opens_nothing_here() -> None:
    client = check_client()
    token = client.post("/nl/regio/", data={"place": "Elst"}).headers["location"].rpartition("/")[2]
    assert client.get(f"{CHECK['nl']}/{token}").headers["location"] == CHECK["nl"]


@pytest.mark.parametrize(
    ("posted", "asked", "is_shown"),
    [
        (PRESSED, PRESSED, True),
        (PRESSED, {"Sec-Fetch-Site": "same-origin"}, False),  # Back, measured in Chromium
        (PRESSED, {"Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1"}, False),  # the history, a bookmark
        (PRESSED, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-User": "?1"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin"}, True),  # Safari
        ({}, {}, True),  # text browsers
    ],
)
def test_an_answer_is_shown_to_who_pressed_for_it(
    posted: Mapping[str, str], asked: Mapping[str, str], *, is_shown: bool
) -> None:
    client = check_client()
    fields = {"setting": "school", "step": "answer", "noticed": "tired"}
    path = client.post(CHECK["nl"], data=fields, headers=dict(posted)).headers["location"]
    shown = client.get(path, headers=dict(asked))
    assert shown.status_code == (203 if is_shown else 303)
    assert shown.headers.get("location", CHECK["nl"]) == CHECK["nl"]


def test_script_gets_the_next_step_at_once_and_nothing_is_stored() -> None:
    answer = asked_by_script(check_client(), {"setting": "school", "step": "answer", "noticed": "tired"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "<html" not in answer.text
    assert answer.text.startswith("<title>")
    assert titles(f"<main>{answer.text}</main>")[0] == outcome("school", "nl", Advice.STAY)
    begins_again = asked_by_script(check_client(), {"setting": "kwartelhaan"})
    assert begins_again.status_code == 303


def asked_by_script(client: TestClient, fields: dict[str, str]) -> Response:
    return client.post(CHECK["nl"], data=fields, headers={"HX-Request": "true"})


# When there is a check


@cache
def reviewed(*, guides: bool = True, words: tuple[Reader, ...] = (Reader.ADULT, Reader.FRIEND)) -> Library:
    """The library after these were reviewed."""
    real = library()
    return replace(
        real,
        guides={
            name: {
                language: replace(text, document=replace(text.document, review=Review.DONE)) if guides else text
                for language, text in texts.items()
            }
            for name, texts in real.guides.items()
        },
        checks={
            reader: {
                language: replace(text, document=replace(text.document, review=Review.DONE))
                if reader in words
                else text
                for language, text in texts.items()
            }
            for reader, texts in real.checks.items()
        },
    )


@pytest.mark.parametrize(
    "shown", [library(), reviewed(guides=False), reviewed(words=()), reviewed(words=(Reader.FRIEND,))]
)
def test_while_guides_or_words_await_their_review_there_is_no_check(shown: Library) -> None:
    client = check_client(public=replace(material(), library=shown))
    assert shown.asked_guides(is_demo=False) == {}
    for language in LANGUAGES:
        assert client.get(CHECK[language]).status_code == 404
        assert client.post(CHECK[language], data={"setting": "school"}).status_code == 404
        token = tells(check_client(), "school", ["tired"]).rpartition("/")[2]
        assert client.get(f"{CHECK[language]}/{token}").status_code == 404


def test_without_a_check_no_page_links_to_it() -> None:
    found = pages_now()
    pages = {path: page.body.decode() for path, page in found.items() if not path.endswith(".png")}
    assert not set(pages) & set(CHECK.values())
    for html in pages.values():
        assert not any(path in html for path in CHECK.values())


def test_with_a_check_home_guides_and_each_guide_lead_to_it() -> None:
    pages = {path: page.body.decode() for path, page in pages_now(is_demo=True).items() if not path.endswith(".png")}
    for language in LANGUAGES:
        for name in ("home", "guides"):
            assert f'href="{CHECK[language]}"' in pages[ALL_ADDRESSES[name][language]]
        for setting in SETTINGS:
            html = pages[ALL_ADDRESSES["guide"][language].format(guide=guide(setting, language).slug)]
            assert f'name="setting" value="{setting}"' in html
            assert f'name="setting" value="{setting}"' in pages[CHECK[language]]


def test_the_words_follow_the_reader_and_the_boy_himself_is_asked_nothing() -> None:
    readers = iter((Reader.FRIEND, Reader.HIMSELF))
    changed = {
        name: {language: replace(text, reader=reader) for language, text in library().guides[name].items()}
        for name, reader in zip(("school", "parents"), readers, strict=True)
    }
    friendly = replace(library(), guides={**library().guides, **changed})
    assert "parents" not in friendly.asked_guides(is_demo=True)
    client = check_client(public=replace(material(is_demo=True), library=friendly))
    path = tells(client, "school", some("school", "several"))
    friend = library().checks[Reader.FRIEND]["nl"].outcomes[Advice.ASK]
    assert titles(client.get(path).text)[0] == friend.title
    assert tells(client, "parents", ["away"]) == CHECK["nl"]


# Faults in its words


ADULT = "check/adult.nl.md"
PLANTED = [
    ("## Vraag advies {ask}", "## Vraag advies {help}", "belongs to no advice", "{ask}"),
    ("## Bel eerst 112 {danger}\n", "", "'means' belongs to no advice", "{danger}"),
    ("## Vraag advies {ask}", "## Vraag advies {stay}", "stands here twice", "into one section"),
    ("## Vraag advies {ask}\n", "## Vraag advies {ask}\nLos\n", "text outside its parts", "### means"),
    ("## Vraag advies {ask}\n\n### means", "## Vraag advies {ask}\n\n### meant", "its two parts", "### now"),
    ('danger = "', 'dangr = "', "`dangr` is not known", "use one of"),
    ('story = "Dit valt mij op:"\n', "", "`story` is missing", "write story"),
    ("<line:veilig-thuis>", "<line:veilig-huis>", "leads nowhere", "choose from"),
]


@pytest.mark.parametrize(("good", "bad", "what", "cure"), PLANTED)
def test_a_fault_in_the_words_is_named_with_file_line_and_cure(
    tmp_path: Path, good: str, bad: str, what: str, cure: str
) -> None:
    fault = fault_in(tmp_path, ADULT, good, bad)
    assert what in fault.what
    assert cure in fault.how
    assert fault.line > 0


def test_an_advice_without_words_and_an_unknown_mark_are_faults(tmp_path: Path) -> None:
    text = (real_content.CAMPAIGN / ADULT).read_text("utf-8")
    last = text[text.index("## U koos nog niets {none}") :]
    assert "no words for advice 'none'" in fault_in(tmp_path / "a", ADULT, last, "").what
    empty = fault_in(tmp_path / "b", ADULT, last, "## U koos nog niets {none}\n\n### means\n\n### now\nx\n")
    assert "part 'means' of advice 'none' is empty" in empty.what
    school = "guides/school.nl.md"
    unknown = fault_in(tmp_path / "c", school, 'ask_at_once = ["pictures"]', 'ask_at_once = ["picture"]')
    assert ("no signal 'picture'" in unknown.what, "pictures" in unknown.how) == (True, True)
    other = fault_in(tmp_path / "d", school, 'ask_at_once = ["pictures"]', 'ask_at_once = ["tired"]')
    assert "`ask_at_once` is not that of school.nl.md" in other.what


def fault_in(folder: Path, name: str, good: str, bad: str) -> ContentFaultError:
    copied = Path(shutil.copytree(real_content.CAMPAIGN, folder / "campaign"))
    text = (copied / name).read_text("utf-8")
    assert good in text
    (copied / name).write_text(text.replace(good, bad, 1), "utf-8")
    with pytest.raises(ContentFaultError) as caught:
        load(copied, outside())
    assert caught.value.file.parent == (copied / name).parent
    return caught.value
