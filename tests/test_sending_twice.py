"""Sent twice makes one tip with one code: at once, later, after the code was seen, and when the server died between."""

import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from sealed_report import SealedReport, posted
from server import Answer, Report, Server, follow_up, planted, running_again
from tip_world import demo_to_serve

from tipline.tipster.addresses import address

AT_ONCE = 8
ADD_SEALED = address("add_sealed", "nl")

DIES_AFTER_KEEPING = """
import os
import tipline.storage.tips
Tips = tipline.storage.tips.Tips
{name} = Tips.{name}

def dying(self, *arguments, **named):
    if {name}(self, *arguments, **named):
        os._exit(9)

Tips.{name} = dying
"""


def rows(server: Server, table: str) -> int:
    database = sqlite3.connect(server.database)
    count = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    database.close()
    return int(count)


def at_once(deed: Callable[[], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [each.result() for each in [threads.submit(deed) for _ in range(AT_ONCE)]]


def ready(server: Server) -> Report:
    return Report(server.public).begins("5611").tells("Elke dinsdag haalt een man hem op.")


def test_sent_eight_times_at_once_it_is_one_tip_with_one_code(site: Server) -> None:
    report, before = ready(site), rows(site, "tips")
    answers = at_once(report.sends)
    assert {(answer.status, answer.location) for answer in answers} == {(303, report.path(4))}
    assert rows(site, "tips") == before + 1
    codes = {report.code() for _ in range(3)}
    assert len(codes) == 1
    assert len(codes.pop()) == 25


def delivered(server: Server) -> int:
    """How many notices went out, once none waits any more."""
    while rows(server, "notices"):
        assert server.is_well()
    return server.said().count("Er is iets nieuws")


def test_each_tip_is_announced_once(site: Server) -> None:
    before, report = delivered(site), ready(site)
    at_once(report.sends)
    report.sends()
    ready(site).sends()
    assert delivered(site) == before + 2


def test_sent_again_later_it_shows_the_same_code(site: Server) -> None:
    report = ready(site)
    report.sends()
    code, before = report.code(), rows(site, "tips")
    assert report.sends().location == report.path(4)
    assert report.code() == code
    assert rows(site, "tips") == before


def test_sent_again_after_acknowledging_it_says_only_sent(site: Server) -> None:
    report = ready(site)
    report.sends()
    code, before = report.code(), rows(site, "tips")
    assert report.acknowledges().location == report.path(4)
    assert report.sends().location == report.path(4)
    page = site.public.get(report.path(4))
    assert 'id="no-code"' in page.text
    assert not re.search(r"[0-9]{5}", page.main)
    assert rows(site, "tips") == before
    assert site.public.get(follow_up(site.public, code)).is_shown


def test_a_sent_report_shows_none_of_its_steps_any_more(site: Server) -> None:
    report = ready(site)
    report.sends()
    for step in (1, 2, 3):
        answer = site.public.get(report.path(step))
        assert (answer.status, answer.location) == (303, report.path(4))
        assert site.public.post(report.path(step), {"story": "iets anders"}).location == report.path(4)


def test_two_reports_are_two_tips_with_two_codes(site: Server) -> None:
    first, second, before = ready(site), ready(site), rows(site, "tips")
    assert first.sends().status == second.sends().status == 303
    assert first.code() != second.code()
    assert rows(site, "tips") == before + 2


def test_added_eight_times_at_once_it_is_one_message(site: Server) -> None:
    report = ready(site)
    report.sends()
    address, before = follow_up(site.public, report.code()), rows(site, "messages")
    answers = at_once(lambda: site.public.post(address, {"addition": "Het was een rode auto."}))
    assert {(answer.status, answer.location) for answer in answers} == {(303, address)}
    assert 'id="said"' in site.public.get(address).text
    assert rows(site, "messages") == before + 1


def test_the_same_words_added_again_later_are_one_message(site: Server) -> None:
    report = ready(site)
    report.sends()
    address, before = follow_up(site.public, report.code()), rows(site, "messages")
    for words in ("Het was een rode auto.", "Het was een rode auto.\r\n", "Of toch blauw.", "Of toch blauw."):
        assert site.public.post(address, {"addition": words}).location == address
    assert rows(site, "messages") == before + 2


def dies_after(name: str, data: Path) -> dict[str, str]:
    """The environment of a server that dies as soon as `Tips.name` has committed, before it answers."""
    return planted(data.parent / name, DIES_AFTER_KEEPING.format(name=name))


def dies_at(server: Server, deed: Callable[[], object]) -> bool:
    with pytest.raises((HTTPException, OSError)):
        deed()
    return server.process.wait(60) == 9


def test_killed_between_commit_and_answer_the_repeat_shows_the_same_code(tmp_path: Path) -> None:
    data = demo_to_serve(tmp_path)
    with running_again(data, **dies_after("keep", data)) as server:
        report = ready(server)
        assert dies_at(server, report.sends)
    with running_again(data, **dies_after("add_messages", data)) as server:
        report.client = server.public
        assert rows(server, "tips") == 1
        assert report.sends().location == report.path(4)
        code = report.code()
        assert len(code) == 25
        assert report.code() == code
        assert rows(server, "tips") == 1
        address = follow_up(server.public, code)
        assert dies_at(server, lambda: server.public.post(address, {"addition": "Rode auto."}))
    with running_again(data) as server:
        assert rows(server, "messages") == 1
        assert 'id="said"' in server.public.get(address).text
        assert server.public.post(address, {"addition": "Rode auto."}).location == address
        assert rows(server, "messages") == 1


def test_a_sealed_report_whose_answer_was_lost_is_there_once_after_a_restart(tmp_path: Path) -> None:
    data = demo_to_serve(tmp_path)
    with running_again(data, **dies_after("keep", data)) as server:
        sealed = SealedReport(server.public, Report(server.public).begins("5611").draft, server.salt)
        tip, other = sealed.tip("Elke dinsdag haalt een man hem op."), sealed.tip("Elke woensdag.")
        assert dies_at(server, lambda: sealed.sends(tip))
    with running_again(data, **dies_after("add_messages", data)) as server:
        sealed.client = server.public
        assert [sealed.sends(each) for each in (tip, other, tip)] == ["sent", "other", "sent"]
        assert rows(server, "tips") == 1
        addition = sealed.addition("Rode auto.")
        assert dies_at(server, lambda: posted(server.public, ADD_SEALED, addition))
    with running_again(data) as server:
        assert rows(server, "messages") == 1
        assert b'"added"' in posted(server.public, ADD_SEALED, addition).body
        assert rows(server, "messages") == 1
