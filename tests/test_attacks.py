"""What an attacker tried on this code, each as a test that it no longer works."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from server import Report, Server, follow_up, running_demo

PILES = {
    "in turns": ("\u0301\u0323" * 15 + "\x01") * 400,
    "one kind, then another": ("\u0301" * 30 + "\x01") * 200 + ("\u0323" * 30 + "\x01") * 200,
}
"""Marks parted by control characters, which are dropped: composed in one go, they took a processor twenty seconds."""
LOOKS_EVERY_SECONDS = 0.2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_demo(tmp_path_factory.mktemp("attacks") / "data") as running:
        yield running


def rows(server: Server, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("order", PILES)
def test_marks_parted_by_characters_that_are_dropped_are_refused(order: str, server: Server) -> None:
    assert server.public.post("/nl/melden", {"place": "a" + PILES[order]}).status == 400
    assert server.is_well()


@pytest.mark.parametrize("came_from", ["cross-site", "same-site"])
def test_a_link_to_a_draft_on_another_site_leads_to_the_first_page(came_from: str, server: Server) -> None:
    report = Report(server.public).begins("5611")
    for step in (1, 2, 3, 4):
        led = server.public.get(report.path(step), {"Sec-Fetch-Site": came_from})
        assert (led.status, led.location) == (303, "/nl/melden")


def test_a_link_to_a_draft_in_a_message_shows_nothing_of_it_before_a_yes(server: Server) -> None:
    report = Report(server.public).begins("5611").tells("Een verhaal over een zwaluwstaart.")
    led = server.public.get(report.path(3), {"Sec-Fetch-Site": "none"})
    assert "zwaluwstaart" not in led.text
    assert f'href="{report.path(3)}"' in led.text
    assert "zwaluwstaart" in server.public.get(report.path(3), {"Sec-Fetch-Site": "same-origin"}).text


def test_a_link_to_a_visit_with_a_code_shows_nothing_of_it_before_a_yes(server: Server) -> None:
    report = Report(server.public).begins("5611").tells("Een verhaal.")
    report.sends()
    visit = follow_up(server.public, report.code())
    assert 'id="addition"' not in server.public.get(visit, {"Sec-Fetch-Site": "none"}).text
    assert server.public.get(visit, {"Sec-Fetch-Site": "cross-site"}).location == "/nl/melden"


def test_what_was_left_quickly_is_soon_gone_from_every_file_of_the_database(server: Server) -> None:
    report = Report(server.public).begins("5611").tells("Een verhaal.")
    boxes = [bytes(box)[:64] for (box,) in rows(server, "SELECT box FROM drafts") if isinstance(box, bytes)]

    def left() -> list[bytes]:
        files = b"".join(file.read_bytes() for file in server.data.glob(f"{server.database.name}*"))
        return [box for box in boxes if box in files]

    assert left() == boxes
    server.public.get(f"/weg/{report.draft}")
    waiting, deadline = threading.Event(), time.monotonic() + 30
    while len(left()) == len(boxes) and time.monotonic() < deadline:
        waiting.wait(LOOKS_EVERY_SECONDS)
    assert len(left()) == len(boxes) - 1


def test_additions_at_the_same_moment_are_all_kept(server: Server) -> None:
    report = Report(server.public).begins("5611").tells("Een verhaal.")
    report.sends()
    visit = follow_up(server.public, report.code())
    before = len(rows(server, "SELECT 1 FROM messages WHERE kind = 'addition'"))
    posts = [
        threading.Thread(target=server.public.post, args=(visit, {"addition": f"Nog iets, {number}."}))
        for number in range(3)
    ]
    for post in posts:
        post.start()
    for post in posts:
        post.join()
    assert len(rows(server, "SELECT 1 FROM messages WHERE kind = 'addition'")) == before + 3


def test_a_story_that_nobody_can_see_counts_as_missing(server: Server) -> None:
    report = Report(server.public).begins("5611")
    server.public.post(report.path(2), {"story": "\u200b\u2800\u3164"})
    assert 'id="errors"' in server.public.get(report.path(2)).text


@pytest.mark.parametrize(("go", "step"), [("back", "/nl/melden/{}/plaats"), ("language", "/en/report/{}/story")])
def test_going_back_or_on_in_another_language_loses_nothing_typed(go: str, step: str, server: Server) -> None:
    report = Report(server.public).begins("5611")
    answer = server.public.post(report.path(2), {"story": "Dit is al getypt.", "go": go})
    assert answer.location == step.format(report.draft)
    assert "Dit is al getypt." in server.public.get(report.path(2)).text


def test_what_was_being_added_stays_when_the_language_changes(server: Server) -> None:
    report = Report(server.public).begins("5611").tells("Een verhaal.")
    report.sends()
    visit = follow_up(server.public, report.code())
    english = server.public.post(visit, {"addition": "Half getypt", "go": "language"}).location
    assert english.startswith("/en/report/follow-up/")
    assert "Half getypt" in server.public.get(english).text
