"""The outbox: the same words to the coordinators of one care point, kept until they were sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tip_world import AMSTERDAM, GRONINGEN, TipWorld

from tipline.notices import NotSentError, PrintingSink, deliver

DESK = "http://desk.localhost:8000"


@dataclass
class Post:
    """A sink that keeps what it was given; it may be out of order for some."""

    out_of_order_for: str = "nobody"
    sent: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    def send(self, addresses: Sequence[str], subject: str, text: str) -> None:
        if any(self.out_of_order_for in address for address in addresses):
            raise NotSentError
        self.sent.append((tuple(sorted(addresses)), subject, text))


def tips(world: TipWorld) -> None:
    world.intake.receive(world.report(), "nl")
    world.intake.receive(world.report(GRONINGEN, "zvh-groningen", story="x" * 4000), "en")
    world.intake.receive(world.report(AMSTERDAM, "comensha"), "nl")


def test_each_points_coordinators_are_told_and_nobody_else(world: TipWorld) -> None:
    tips(world)
    post = Post()
    assert deliver(world.store, post, DESK) == 3
    assert {addresses for addresses, _, _ in post.sent} == {
        ("bilal@example.nl", "noor@example.nl"),
        ("femke@example.nl", "sam@example.nl"),
        ("joost@example.nl", "mira@example.nl"),
    }


def test_every_notice_has_the_same_words(world: TipWorld) -> None:
    tips(world)
    post = Post()
    deliver(world.store, post, DESK)
    ((subject, text),) = {(subject, text) for _, subject, text in post.sent}
    assert subject == "Signaallijn"
    assert DESK in text


def test_what_was_sent_is_not_sent_again(world: TipWorld) -> None:
    tips(world)
    deliver(world.store, Post(), DESK)
    assert world.store.outbox.waiting() == ()
    assert deliver(world.store, Post(), DESK) == 0


def test_what_can_not_be_sent_waits_and_stops_nobody_elses(world: TipWorld) -> None:
    tips(world)
    assert deliver(world.store, Post("noor"), DESK) == 2
    (waiting,) = world.store.outbox.waiting()
    assert (waiting.care_point, waiting.attempts) == ("lumens-emp", 1)
    assert deliver(world.store, Post("noor"), DESK) == 0
    assert world.store.outbox.waiting()[0].attempts == 2
    assert deliver(world.store, Post(), DESK) == 1


def test_the_demonstration_prints_no_more_than_that(world: TipWorld) -> None:
    world.intake.receive(world.report(), "nl")
    said: list[str] = []
    deliver(world.store, PrintingSink(said.append), DESK)
    (line,) = said
    assert line.startswith("e-mail to bilal@example.nl, noor@example.nl: Signaallijn: Er is iets nieuws")
