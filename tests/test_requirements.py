"""docs/requirements.md names, for each thing that the two documents ask for, where it is met or why not yet; and what
it names is there."""

import re
from functools import cache

import pytest
from crawl import ids
from real_content import ROOT
from server import Server

from campaign_site.cli import main

ROWS = (*(f"A{number}" for number in range(1, 19)), *(f"B{number}" for number in range(1, 12)))
NAMED = re.compile(r"`([^`]+)`")
NOT_MET = re.compile(r"not (?:yet|used): \w")
"""How a row begins to say what is not there, and why."""


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


@cache
def rows() -> dict[str, str]:
    """Row -> where it is met."""
    found = re.findall(
        r"^\| ([AB]\d+) \| .+? \| (.+) \|$", (ROOT / "docs" / "requirements.md").read_text(), re.MULTILINE
    )
    assert [name for name, _ in found] == list(ROWS)
    return dict(found)


def named(kind: str) -> set[str]:
    """The addresses, commands or files that the rows name."""
    every = {name for where in rows().values() for name in NAMED.findall(where)}
    return {name for name in every if kind_of(name) == kind}


def kind_of(name: str) -> str:
    if name.startswith("/"):
        return "address"
    if name.startswith(("signaallijn ", "make ")):
        return "command"
    return "file" if "/" in name else "word"


@pytest.mark.parametrize("row", ROWS)
def test_every_row_names_where_it_is_met_or_why_not(row: str) -> None:
    where = rows()[row]
    is_named = any(kind_of(name) != "word" for name in NAMED.findall(where))
    assert is_named or NOT_MET.search(where), where
    assert "later" not in where, "say `not yet:` and why"


def test_every_address_that_a_row_names_answers_in_both_languages(site: Server) -> None:
    assert len(named("address")) > 10
    for address in named("address"):
        path, _, place = address.partition("#")
        page = site.public.get(path)
        assert page.is_shown, path
        english = re.search(r'hreflang="en" href="([^"]+)"', page.text)
        other = site.public.get(english[1] if english else path.replace("/nl/", "/en/"))
        assert other.is_shown, path
        assert not place or all(place in ids(one.text) for one in (page, other)), address


def test_every_file_and_command_that_a_row_names_is_there() -> None:
    assert [name for name in named("file") if not (ROOT / name).exists()] == []
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in named("command"):
        program, name, *options = command.split()
        known = targets if program == "make" else main.commands
        assert name in known, command
        if options and program == "signaallijn":
            assert {option for one in main.commands[name].params for option in one.opts} >= set(options), command
