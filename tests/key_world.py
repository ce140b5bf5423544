"""Deeds about keys on the desk of a test: people who hold nothing yet, an operator who types codes, and someone who can
write the database and nothing else."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from desk_world import DeskWorld

from tipline.approving import Approvals
from tipline.desk.keys import CarePointKey, Enrolled, Newcomer, enrol
from tipline.heads import Author, Head, Kind, write
from tipline.key_files import read_key_file, write_key_file
from tipline.sealing import Identity, fingerprint, seal
from tipline.working_days import dutch_date
from tipline.world import DemoPerson

CLOSED = "zvh-twente"
"""A care point of the content that nobody opened yet."""


@contextmanager
def writing(desk: DeskWorld) -> Iterator[sqlite3.Connection]:
    """The database, for someone who can write it and has nothing else."""
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        yield database


def newcomer(desk: DeskWorld, login: str, care_point: str, role: str = "coordinator") -> Enrolled:
    """Someone who has an account and a key of his own, and was given no other."""
    settings, person = desk.world.settings, Newcomer(login, login.title(), f"{login}@example.nl", care_point, role=role)
    enrolled = enrol(settings, desk.store.coordinators, person, CarePointKey(1, Identity.new()))
    with writing(desk) as database:
        database.execute("DELETE FROM grants WHERE coordinator = ?", (enrolled.coordinator.id,))
    desk.people[login] = enrolled  # type: ignore[index]  # a dictionary in every desk that a test makes
    shown = DemoPerson(person.name, login, care_point, enrolled.passphrase, enrolled.totp_secret)
    desk.world.demo_people.append(shown)  # type: ignore[attr-defined]  # a list in every desk that a test makes
    return enrolled


def approvals(desk: DeskWorld) -> Approvals:
    """The operator's command, on this desk's content and database."""
    today = dutch_date(desk.clock())
    return Approvals(desk.world.settings.content, desk.store, desk.world.care_points(), today)


def approve(desk: DeskWorld, care_point: str, codes: Sequence[str]) -> Sequence[str]:
    return approvals(desk).approve(care_point, codes)


def grant_of(secret: str, care_point: str, recipient: str, number: int = 1) -> bytes:
    """A grant as a holder's browser would write it; the secret may be any."""
    head = Head(Kind.GRANT, None, (care_point,), number, Author.COORDINATOR, "nl")
    return seal(write(head, {"care_point": care_point, "secret": secret}), [recipient])


def recovery_sheet(desk: DeskWorld, care_point: str) -> Identity:
    """A sheet for the care point's key, as if it had been made with it, and not typed in since."""
    sheet, file = Identity.new(), desk.line.key_file(care_point)
    write_key_file(file, replace(read_key_file(file), recovery_sheet=fingerprint(sheet.recipient)))
    sealed = grant_of(desk.keys[care_point].secret, care_point, sheet.recipient)
    with writing(desk) as database:
        row = (care_point, 1, sheet.recipient, sealed, None)
        database.execute("INSERT INTO sheet_grants VALUES (?, ?, ?, ?, ?)", row)
    return sheet


def step_up(desk: DeskWorld) -> None:
    """Everyone who is signed in has just proved himself anew: how that is done is tested elsewhere."""
    with writing(desk) as database:
        database.execute("UPDATE desk_sessions SET stepped_up = last_used")
