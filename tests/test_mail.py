"""Handing notices over to a real mail server: over TLS or not at all, with every wait bounded; and what becomes of them
when it refuses, falls silent, hangs up and comes back."""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clock import NOW, Clock
from mail_server import PASSWORD, USER, Running, mail_server, make_certificate
from starlette.testclient import TestClient
from test_tip_form import Front
from tip_world import TipWorld, a_demo, copied_settings

from campaign_site.app import create_app
from tipline.mail import MailSink, mail_sink
from tipline.notices import BrokenOffError, Letter, NotSentError, Postman, RefusedError, UnreachableError
from tipline.settings import MailServer, Security

LETTER = Letter("noor@example.nl", datetime(2026, 11, 21, 11, tzinfo=UTC), "Er is iets nieuws.\n")
DESK = "http://desk.localhost:8000"
NOOR, BILAL = "noor@example.nl", "bilal@example.nl"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module", params=[Security.TLS, Security.STARTTLS])
def either(request: pytest.FixtureRequest, certificate: Path) -> Iterator[Running]:
    """A server with TLS, by either way."""
    with mail_server(request.param, certificate) as running:
        yield running


@pytest.fixture(scope="module")
def plain() -> Iterator[Running]:
    with mail_server(Security.NONE) as running:
        yield running


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def sink(running: Running, certificate: Path, patience: float = 5.0) -> MailSink:
    return MailSink(running.at(), "meldlijn.example", trusting(certificate), patience)


# One mail


def test_a_mail_arrives_over_tls_with_user_and_password(either: Running, certificate: Path) -> None:
    either.script.again()
    sink(either, certificate).send(LETTER)
    (mail,), (to,) = either.script.taken, either.script.to
    assert to == (NOOR,)
    assert mail["To"] == NOOR
    assert mail["From"] == USER
    assert mail.get_payload() == "Er is iets nieuws.\r\n"


def test_a_mails_head_tells_no_more_than_its_slot(either: Running, certificate: Path) -> None:
    either.script.again()
    for _ in range(2):
        sink(either, certificate).send(LETTER)
    one, other = either.script.taken
    assert one["Date"] == other["Date"] == "Sat, 21 Nov 2026 11:00:00 +0000"
    ids = [str(each["Message-ID"]) for each in (one, other)]
    assert all(re.fullmatch(r"<[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@meldlijn\.example>", each) for each in ids)
    assert len(set(ids)) == 2
    assert set(one) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }
    assert len(one.as_bytes()) == len(other.as_bytes())
    assert set(either.script.names) == {"meldlijn.example"}, "this machine's own name is nobody's business"


def test_a_certificate_that_nobody_vouches_for_gets_no_mail(either: Running) -> None:
    either.script.again()
    with pytest.raises(UnreachableError, match="SSLCertVerificationError"):
        MailSink(either.at(), "meldlijn.example", patience=5.0).send(LETTER)
    assert either.script.taken == []


def test_a_certificate_for_another_name_gets_no_mail(either: Running, certificate: Path) -> None:
    either.script.again()
    with pytest.raises(UnreachableError, match="SSLCertVerificationError"):
        MailSink(either.at("127.0.0.1"), "meldlijn.example", trusting(certificate), 5.0).send(LETTER)
    assert either.script.taken == []


def test_a_server_without_starttls_gets_neither_mail_nor_password(plain: Running) -> None:
    plain.script.again()
    server = MailServer(Security.STARTTLS, "localhost", plain.port, USER, PASSWORD)
    with pytest.raises(UnreachableError, match="SMTPNotSupportedError"):
        MailSink(server, "meldlijn.example", patience=5.0).send(LETTER)
    assert plain.script.taken == []


def test_a_wrong_password_is_no_fault_of_a_notice(either: Running, certificate: Path) -> None:
    either.script.again()
    wrong = MailSink(either.at(password="wrong"), "meldlijn.example", trusting(certificate), 0.5)
    with pytest.raises(UnreachableError):
        wrong.send(LETTER)
    assert "wrong" not in repr(wrong)


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = MailServer(Security.STARTTLS, "localhost", free.getsockname()[1])
    with pytest.raises(UnreachableError, match="ConnectionRefusedError"):
        MailSink(server, "meldlijn.example", patience=5.0).send(LETTER)


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_a_server_that_never_says_a_word_is_left(security: Security) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        server = MailServer(security, "127.0.0.1", mute.getsockname()[1])
        with pytest.raises(UnreachableError):
            MailSink(server, "meldlijn.example", patience=0.2).send(LETTER)


def test_wherever_the_server_falls_silent_it_is_left(either: Running, certificate: Path) -> None:
    either.script.again()
    sink(either, certificate).send(LETTER)
    last, outcomes = either.script.last, []
    for place in range(last + 1):
        either.script.again(silent_at=place)
        with pytest.raises((UnreachableError, BrokenOffError)) as told:
            sink(either, certificate, patience=0.2).send(LETTER)
        outcomes.append(told.type)
    assert outcomes == sorted(outcomes, key=lambda each: each is BrokenOffError), "first unreachable, then broken off"
    assert set(outcomes) == {UnreachableError, BrokenOffError}
    assert len(either.script.taken) == 1, "it took the mail, and nobody can know that: the stated case"
    either.script.again(silent_at=last + 1)
    sink(either, certificate, patience=0.2).send(LETTER)


def test_a_server_that_hangs_up_after_the_mail_may_have_taken_it(either: Running, certificate: Path) -> None:
    either.script.again()
    sink(either, certificate).send(LETTER)
    either.script.again(hangs_up_at=either.script.last)
    with pytest.raises(BrokenOffError):
        sink(either, certificate).send(LETTER)
    assert len(either.script.taken) == 1


def test_one_that_talks_on_for_ever_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tipline.mail.SECONDS_IN_ALL", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as talker:
        server = MailServer(Security.NONE, "127.0.0.1", talker.getsockname()[1])
        with pytest.raises(UnreachableError):
            # It waits for a banner for an hour if need be.
            MailSink(server, "meldlijn.example", patience=3600.0).send(LETTER)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [("450 4.2.1 later, noor@example.nl", NotSentError), ("550 5.1.1 noor@example.nl unknown", RefusedError)],
)
def test_a_refusal_is_told_apart_and_its_words_are_not_kept(plain: Running, reply: str, fault: type[Exception]) -> None:
    without = MailSink(plain.at(user="", password=""), "meldlijn.example", patience=5.0)
    for script in ({"refuses": {NOOR: reply}}, {"after_data": reply}):
        plain.script.again(**script)
        with pytest.raises(fault) as told:
            without.send(LETTER)
        assert told.type is fault
        assert (str(told.value), told.value.__cause__) == ("", None)
    plain.script.again()
    without.send(LETTER)
    assert plain.script.taken[0]["From"] == "signaallijn@meldlijn.example"


def test_an_address_that_no_mail_server_understands_is_refused(plain: Running) -> None:
    plain.script.again()
    without = MailSink(plain.at(user="", password=""), "meldlijn.example", patience=5.0)
    with pytest.raises(RefusedError):
        without.send(Letter("noör@example.nl", NOW, "Iets."))


# The outbox


def postman(world: TipWorld, running: Running, patience: float = 5.0) -> Postman:
    server = MailServer(Security.NONE, "127.0.0.1", running.port)
    return Postman(world.store, MailSink(server, "meldlijn.example", patience=patience), world.clock, 0, DESK)


def received(running: Running) -> list[str]:
    return sorted(address for to in running.script.to for address in to)


def test_through_all_that_goes_wrong_each_is_told_once(world: TipWorld, plain: Running) -> None:
    assert isinstance(world.clock, Clock)
    world.intake.receive(world.report(), "nl")
    carries = postman(world, plain, patience=0.2)
    nobody = Postman(world.store, MailSink(MailServer(Security.NONE, "127.0.0.1", 1), "x"), world.clock, 0, DESK)
    assert nobody.deliver() == 0
    assert world.store.outbox.outage() == NOW.date()
    for script in (
        {"silent_at": 0},
        {"silent_at": 3},
        {"hangs_up_at": 1},
        {"refuses": {NOOR: "451 later", BILAL: "421 closing"}},
        {"after_data": "452 no room"},
    ):
        plain.script.again(**script)
        for _ in range(2):
            carries.deliver()
        assert received(plain) == []
        world.clock.forward(hours=1)
    plain.script.again(refuses={NOOR: "450 later"})
    carries.deliver()
    assert received(plain) == [BILAL]
    plain.script.again()
    for _ in range(3):
        carries.deliver()
        world.clock.forward(hours=1)
    assert received(plain) == [NOOR]
    assert world.store.outbox.waiting() == world.store.outbox.dead() == ()
    assert world.store.outbox.outage() is None


def test_one_refused_of_two_stops_not_the_other_and_is_seen(world: TipWorld, plain: Running) -> None:
    world.intake.receive(world.report(), "nl")
    plain.script.again(refuses={NOOR: "550 no such person"})
    postman(world, plain).deliver()
    assert received(plain) == [BILAL]
    assert len(world.store.outbox.dead("lumens-emp")) == 1


def test_only_a_mail_that_was_taken_without_a_word_comes_twice(world: TipWorld, plain: Running) -> None:
    assert isinstance(world.clock, Clock)
    world.intake.receive(world.report(), "nl")
    plain.script.again()
    postman(world, plain).deliver()
    world.intake.receive(world.report(), "nl")
    plain.script.again(hangs_up_at=plain.script.last)
    carries = postman(world, plain)
    carries.deliver()
    (first,) = received(plain)
    plain.script.hangs_up_at = None
    for _ in range(3):
        world.clock.forward(minutes=20)
        carries.deliver()
    assert received(plain) == sorted([BILAL, NOOR, first])


# The request path


def test_a_tipsters_requests_open_no_connection_to_the_mail_server(tmp_path: Path, plain: Running) -> None:
    """The server counts while tips and additions are sent; what waits goes out afterwards, by the chore."""
    plain.script.again()
    made, clock = copied_settings(tmp_path), Clock()
    settings = replace(made, tipline=replace(made.tipline, smtp=MailServer(Security.NONE, "127.0.0.1", plain.port)))
    whole = create_app(settings, clock, mail_sink(settings.tipline), a_demo().people)
    with_script = TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False)
    front = Front(whole, with_script, clock)
    for _ in range(3):
        draft = front.ready()
        front.post(front.step(draft, 3))
        code = front.code(draft)
        visit = front.post(front.address("follow_up"), receipt=code).headers["location"]
        front.client.post(visit, data={"addition": "Nog iets."})
    assert len(front.tips()) == 3
    assert plain.script.connections == 0
    whole.tipline.run_chores()
    assert plain.script.connections == 0
    whole.tipline.deliver_notices()
    assert plain.script.connections == 2
    assert received(plain) == [BILAL, NOOR]
    with_script.close()
    whole.store.close()
