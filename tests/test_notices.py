"""The outbox: the same words to each coordinator of a care point, one mail for a slot, kept until it was sent."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from clock import NOW, Clock
from tip_world import AMSTERDAM, GRONINGEN, TipWorld

from tipline.notices import (
    MOST_ATTEMPTS,
    BrokenOffError,
    Letter,
    NotSentError,
    Postman,
    PrintingSink,
    RefusedError,
    Sink,
    UnreachableError,
    pause,
)

DESK = "http://desk.localhost:8000"
LUMENS = ("bilal@example.nl", "noor@example.nl")


@dataclass
class Post:
    """A sink that keeps what it was given. `fault` tells what it does for whom instead."""

    faults: dict[str, Exception] = field(default_factory=dict)
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        for name, fault in self.faults.items():
            if name in letter.to:
                raise fault
        self.sent.append(letter)

    @property
    def told(self) -> tuple[str, ...]:
        return tuple(sorted(letter.to for letter in self.sent))


def postman(world: TipWorld, sink: Sink | None) -> Postman:
    return Postman(world.store, sink, world.clock, slot_minutes=0, desk_url=DESK)


def tips(world: TipWorld) -> None:
    world.intake.receive(world.report(), "nl")
    world.intake.receive(world.report(GRONINGEN, "zvh-groningen", story="x" * 4000), "en")
    world.intake.receive(world.report(AMSTERDAM, "comensha"), "nl")


def a_tip(world: TipWorld) -> None:
    world.intake.receive(world.report(), "nl")


def forward(world: TipWorld, **by: float) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.forward(**by)


def change(world: TipWorld, statement: str) -> None:
    with closing(sqlite3.connect(world.database)) as database, database:
        database.execute(statement)


def coordinator(world: TipWorld, login: str) -> str:
    found = world.store.coordinators.by_login(login)
    assert found
    return found.id


def test_each_points_coordinators_are_told_one_by_one_and_nobody_else(world: TipWorld) -> None:
    tips(world)
    post = Post()
    assert postman(world, post).deliver() == 6
    assert post.told == tuple(
        sorted((*LUMENS, "femke@example.nl", "sam@example.nl", "joost@example.nl", "mira@example.nl"))
    )


def test_every_notice_has_the_same_words(world: TipWorld) -> None:
    tips(world)
    post = Post()
    postman(world, post).deliver()
    ((subject, text, dated),) = {(each.subject, each.text, each.dated) for each in post.sent}
    assert subject == "Signaallijn"
    assert DESK in text
    assert dated == NOW


def test_many_tips_make_one_mail_for_each(world: TipWorld) -> None:
    for _ in range(5):
        a_tip(world)
    post = Post()
    postman(world, post).deliver()
    assert post.told == LUMENS


def test_what_was_sent_is_not_sent_again(world: TipWorld) -> None:
    tips(world)
    post = Post()
    postman(world, post).deliver()
    assert world.store.outbox.waiting() == ()
    assert postman(world, post).deliver() == 0


def test_without_a_mail_server_notices_wait_and_do_not_pile_up(world: TipWorld) -> None:
    for _ in range(3):
        a_tip(world)
        assert postman(world, None).deliver() == 0
    assert sorted(each.email for each in world.store.outbox.waiting()) == list(LUMENS)
    post = Post()
    assert postman(world, post).deliver() == 2


def test_what_can_not_be_sent_now_waits_and_stops_nobody_elses(world: TipWorld) -> None:
    tips(world)
    post = Post({"noor": NotSentError()})
    carries = postman(world, post)
    assert carries.deliver() == 5
    (waiting,) = world.store.outbox.waiting()
    assert (waiting.email, waiting.attempts) == ("noor@example.nl", 1)
    assert carries.deliver() == 0
    assert world.store.outbox.waiting()[0].attempts == 1, "it is not tried again at once"
    post.faults.clear()
    forward(world, minutes=1)
    assert carries.deliver() == 1
    assert world.store.outbox.waiting() == ()


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause(each).total_seconds() / 60 for each in (0, 1, 2, 3, 6, 7, 24)] == [0, 1, 2, 4, 32, 60, 60]


def test_another_process_pauses_too(world: TipWorld) -> None:
    a_tip(world)
    postman(world, Post({"": NotSentError()})).deliver()
    post = Post()
    other = postman(world, post)
    assert other.deliver() == 0
    forward(world, minutes=1)
    assert other.deliver() == len(LUMENS)


def test_new_tips_do_not_hasten_what_fails(world: TipWorld) -> None:
    a_tip(world)
    carries = postman(world, Post({"noor": NotSentError()}))
    carries.deliver()
    a_tip(world)
    carries.deliver()
    (waiting,) = world.store.outbox.waiting()
    assert (waiting.email, waiting.attempts) == ("noor@example.nl", 1)


def test_a_refusal_is_given_up_and_kept_as_such(world: TipWorld) -> None:
    a_tip(world)
    carries = postman(world, Post({"noor": RefusedError()}))
    assert carries.deliver() == 1
    assert world.store.outbox.waiting() == ()
    (dead,) = world.store.outbox.dead("lumens-emp")
    assert (dead.coordinator, dead.care_point) == (coordinator(world, "noor"), "lumens-emp")
    assert world.store.outbox.dead() == (dead,)
    assert world.store.outbox.dead("comensha") == ()


def test_what_is_put_off_too_often_is_given_up(world: TipWorld) -> None:
    a_tip(world)
    carries = postman(world, Post({"noor": NotSentError()}))
    for _ in range(MOST_ATTEMPTS):
        assert world.store.outbox.dead() == ()
        carries.deliver()
        carries.deliver()  # seconds later: from when it sees that it failed, it pauses
        forward(world, hours=1)
    assert world.store.outbox.waiting() == ()
    assert len(world.store.outbox.dead()) == 1


def test_the_next_notice_is_tried_once_more_and_heals_it(world: TipWorld) -> None:
    a_tip(world)
    post = Post({"noor": RefusedError()})
    carries = postman(world, post)
    carries.deliver()
    a_tip(world)
    carries.deliver()
    assert len(world.store.outbox.dead()) == 1, "one given-up notice is enough to show"
    post.faults.clear()
    a_tip(world)
    carries.deliver()
    assert world.store.outbox.dead() == ()


def test_a_given_up_notice_goes_out_when_somebody_asks_for_it(world: TipWorld) -> None:
    a_tip(world)
    post = Post({"noor": RefusedError()})
    carries = postman(world, post)
    carries.deliver()
    assert not world.store.outbox.try_again("zvh-groningen", coordinator(world, "noor")), "another point's"
    assert not world.store.outbox.try_again("lumens-emp", coordinator(world, "bilal"))
    assert world.store.outbox.try_again("lumens-emp", coordinator(world, "noor"))
    post.faults.clear()
    assert carries.deliver() == 1
    assert world.store.outbox.dead() == ()


def test_a_server_that_is_away_makes_nothing_given_up(world: TipWorld, caplog: pytest.LogCaptureFixture) -> None:
    tips(world)
    post = Post({"": UnreachableError(ConnectionRefusedError("noor@example.nl"))})
    carries = postman(world, post)
    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            assert carries.deliver() == 0
            forward(world, minutes=15)
    assert caplog.messages == ["notices wait: the mail server can't be used (ConnectionRefusedError)"]
    assert [each.attempts for each in world.store.outbox.waiting()] == [0] * 6
    assert world.store.outbox.outage() == NOW.date()
    post.faults.clear()
    assert carries.deliver() == 6
    assert world.store.outbox.outage() is None


def test_a_server_that_breaks_off_is_left_alone_and_others_are_told_before_who_it_broke_off_for(
    world: TipWorld,
) -> None:
    a_tip(world)
    first = min(world.store.coordinators.of("lumens-emp"), key=lambda one: one.id).email
    post = Post({first: BrokenOffError(TimeoutError())})
    carries = postman(world, post)
    assert carries.deliver() == 0
    forward(world, minutes=1)
    assert carries.deliver() == 1
    assert post.told == tuple(email for email in LUMENS if email != first)


def test_who_wants_no_mail_gets_none_and_silences_nobody(world: TipWorld) -> None:
    change(world, "UPDATE coordinators SET wants_mail = 0 WHERE login = 'noor'")
    a_tip(world)
    post = Post()
    postman(world, post).deliver()
    assert post.told == ("bilal@example.nl",)


def test_where_nobody_wants_mail_the_leads_are_told(world: TipWorld) -> None:
    change(world, "UPDATE coordinators SET wants_mail = 0")
    a_tip(world)
    post = Post()
    postman(world, post).deliver()
    assert post.told == ("noor@example.nl",)


def test_where_there_is_no_lead_either_everyone_is_told(world: TipWorld) -> None:
    change(world, "UPDATE coordinators SET wants_mail = 0, role = 'coordinator'")
    a_tip(world)
    post = Post()
    postman(world, post).deliver()
    assert post.told == LUMENS


def test_a_point_without_people_keeps_its_notice_for_who_comes(world: TipWorld) -> None:
    change(world, "UPDATE coordinators SET ended_on = '2026-11-20' WHERE care_point = 'lumens-emp'")
    a_tip(world)
    post = Post()
    assert postman(world, post).deliver() == 0
    change(world, "UPDATE coordinators SET ended_on = NULL WHERE login = 'bilal'")
    postman(world, post).deliver()
    assert post.told == ("bilal@example.nl",)


def test_who_left_gets_no_mail_that_waited_for_him(world: TipWorld) -> None:
    a_tip(world)
    postman(world, None).deliver()
    change(world, "UPDATE coordinators SET ended_on = '2026-11-21' WHERE login = 'noor'")
    post = Post()
    postman(world, post).deliver()
    assert post.told == ("bilal@example.nl",)


def test_two_processes_on_one_file_never_tell_the_same_person_at_once(world: TipWorld) -> None:
    a_tip(world)
    other, told = Post(), []

    @dataclass
    class Slow:
        """While it sends, another process comes by."""

        meanwhile: Callable[[], int]

        def send(self, letter: Letter) -> None:
            told.append(letter.to)
            assert self.meanwhile() == 0

    assert postman(world, Slow(postman(world, other).deliver)).deliver() == 2
    assert (tuple(sorted(told)), other.told) == (LUMENS, ())


def test_a_server_that_stops_waits_for_one_mail_and_not_for_all(world: TipWorld) -> None:
    a_tip(world)
    told: list[str] = []

    @dataclass
    class Stopping:
        stop: Callable[[], None]

        def send(self, letter: Letter) -> None:
            told.append(letter.to)
            self.stop()

    carries = postman(world, None)
    carries.sink = Stopping(carries.stop)
    assert carries.deliver() == len(told) == 1
    assert len(world.store.outbox.waiting()) == 1


def test_the_demonstration_prints_no_more_than_that(world: TipWorld) -> None:
    a_tip(world)
    said: list[str] = []
    postman(world, PrintingSink(said.append)).deliver()
    assert sorted(said) == [
        f"e-mail to {address}: Signaallijn: Er is iets nieuws op uw bureau. / There is something new at your desk."
        for address in LUMENS
    ]
