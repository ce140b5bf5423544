"""Every page is valid HTML, and the style sheet valid CSS, as the Nu Html Checker judges: in every state of the site,
and each step of the forms."""

import re

import pytest
from crawl import steps
from html_checker import CHECKER, css_faults, html_faults
from real_content import ROOT, static_files
from server import Server
from states import every_state, templates

from tipline.languages import LANGUAGES

ALIKE = re.compile(
    r'(?<=\s)(href|id|for|name|value|content|title|aria-\w+|data-[\w-]+|d|points|x|y|cx|cy)="[^"]*"|>[^<]+<'
)


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


def shape(html: str) -> str:
    """A page without its words and addresses. Pages of one shape are valid or faulty together, but for ids that come
    twice: test_every_page.py looks for those."""
    return ALIKE.sub(lambda found: found[1] or "><", html)


def test_the_checker_finds_what_it_looks_for() -> None:
    bad = "<!doctype html><html lang=nl><title>T</title><p><div></p><img src=x><b id=a></b><b id=a></b>"
    good = "<!doctype html><html lang=nl><title>T</title><p>Goed."
    found = html_faults({"bad": bad, "good": good})
    assert all(fault.startswith("bad, line 1: ") for fault in found)
    for fault in ("No “p” element in scope", "must have an “alt”", "Duplicate ID"):
        assert any(fault in each for each in found), fault
    assert css_faults({"bad": "p { colour: red }", "good": "p { color: red }"}) == [
        "bad, line 1: CSS: “colour”: Property “colour” doesn't exist.: p { colour: red } </style>"
    ]


def test_every_public_page_is_valid_html_in_every_state() -> None:
    drawn_by = templates()
    distinct = {}
    for state in every_state():
        for path, html in state.pages.items():
            distinct.setdefault((drawn_by.get(path, path), shape(html)), (f"{state} {path}", html))
    assert html_faults(dict(distinct.values())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_the_forms_is_valid_html(site: Server, language: str) -> None:
    shown = dict(steps(site, language))
    assert {name for name, answer in shown.items() if "<h1" not in answer.text} == set()
    faults = html_faults({name: answer.text for name, answer in shown.items()})
    # The desk's first page carries the desk's words in each language, which makes the checker doubt its own.
    assert [fault for fault in faults if not (fault.startswith("desk-") and "appears to be written" in fault)] == []


def test_what_htmx_puts_into_a_page_is_valid_there(site: Server) -> None:
    fragments = {}
    for place in ("veld", "qwzx"):
        answer = site.public.post("/nl/regio/", {"place": place}, {"HX-Request": "true"})
        fragments[place] = f'<!doctype html><html lang="nl"><title>T</title><div>{answer.text}</div>'
    for step in ("choose", "answer"):
        fields = {"setting": "school", "step": step, "noticed": "tired"}
        answer = site.public.post("/nl/signalen/check", fields, {"HX-Request": "true"})
        title, _, part = answer.text.partition("</title>")
        fragments[step] = f'<!doctype html><html lang="nl">{title}</title><div>{part}</div>'
    assert html_faults(fragments) == []


def test_the_style_sheets_are_valid() -> None:
    sheets = {name: page.body.decode() for name, page in static_files().pages.items() if name.endswith(".css")}
    assert sheets
    assert css_faults(sheets) == []


def test_the_checker_comes_with_the_lock_file() -> None:
    assert CHECKER.is_file()
    assert "\nhtml5validator-2==" in (ROOT / "requirements.lock").read_text()
