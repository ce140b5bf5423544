"""The store keeps its promises on PostgreSQL as on SQLite: the same code, a real server started for this file."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tipline.storage import Store
from tipline.storage.cases import Closing
from tipline.storage.coordinators import Coordinator, Grant, NewSecondWay, WrappedKey
from tipline.storage.invitations import Invitation, InvitationGoneError, Newcomer
from tipline.storage.outbox import Outcome
from tipline.storage.passkeys import Passkey, Spent
from tipline.storage.point_keys import Proposal
from tipline.storage.sessions import StoredSession
from tipline.storage.tips import DraftChange, NewTip, StoredMessage

pytestmark = pytest.mark.postgresql
TODAY = date(2026, 11, 21)
CLOSING = Closing("unusable", TODAY)


@pytest.fixture(scope="module")
def store(postgresql_server: str) -> Iterator[Store]:
    store = Store(postgresql_server)
    store.migrate()
    store.migrate()
    yield store
    store.close()


def a_tip(name: str, care_point: str = "lumens-emp") -> NewTip:
    return NewTip(name, b"digest of " + name.encode(), TODAY, hidden=False, sealed={care_point: b"sealed"})


def test_tip_notice_and_draft_are_kept_together_and_once(store: Store) -> None:
    store.drafts.add(b"draft", b"box", 100)
    assert store.tips.keep(a_tip("one"), DraftChange(b"draft", b"box", b"sent"))
    assert not store.tips.keep(a_tip("one"), DraftChange(b"draft", b"box", b"sent again"))
    assert store.drafts.box_of(b"draft", now=50) == b"sent"
    assert store.drafts.box_of(b"draft", now=100) is None
    assert store.outbox.unaddressed() == ("lumens-emp",)


def test_the_same_tip_sent_eight_times_at_once_is_one_tip(store: Store) -> None:
    store.drafts.add(b"parallel", b"box", 100)
    with ThreadPoolExecutor(8) as threads:
        kept = list(
            threads.map(
                lambda _: store.tips.keep(a_tip("parallel"), DraftChange(b"parallel", b"box", b"sent")),
                range(8),
            )
        )
    assert sorted(kept) == [False] * 7 + [True]


def test_a_draft_is_changed_only_by_who_read_its_last_state(store: Store) -> None:
    store.drafts.add(b"swap", b"first", 100)
    assert store.drafts.replace(b"swap", b"first", b"second")
    assert not store.drafts.replace(b"swap", b"first", b"third")
    assert store.drafts.box_of(b"swap", now=0) == b"second"
    store.drafts.drop_expired(now=100)
    assert store.drafts.box_of(b"swap", now=0) is None


def test_a_message_number_is_given_once_and_not_again_after_deletion(store: Store) -> None:
    store.drafts.add(b"talk", b"box", 100)
    store.tips.keep(a_tip("talk"), DraftChange(b"talk", b"box", b"sent"))
    answer = [
        StoredMessage(f"answer-{reader}", "talk", "answer", 1, reader, ("lumens-emp",), TODAY, b"sealed")
        for reader in ("tipster", "lumens-emp")
    ]
    assert store.tips.add_messages(answer)
    assert not store.tips.add_messages(answer)
    assert store.tips.delete_answer("talk", "answer-tipster")
    assert not store.tips.delete_answer("talk", "answer-lumens-emp")
    assert store.tips.next_number("talk", "answer") == 2


def test_another_point_finds_and_changes_nothing(store: Store) -> None:
    store.drafts.add(b"own", b"box", 100)
    store.tips.keep(a_tip("own"), DraftChange(b"own", b"box", b"sent"))
    assert store.cases.get("own", "zvh-groningen") is None
    assert not store.cases.set_status("own", "zvh-groningen", "closed", closing=CLOSING)
    assert store.cases.set_status("own", "lumens-emp", "read")


def test_sessions_codes_and_proofs_work(store: Store) -> None:
    noor = Coordinator("id-noor", "noor", "Noor", "noor@example.nl", "lumens-emp", "nl", "age1pq1x", b"half", b"box")
    wrapped = WrappedKey("wrapped", noor.id, "passphrase", b"sealed")
    store.coordinators.add(noor, wrapped, Grant("grant", noor.id, "lumens-emp", 1, b"sealed"))
    assert store.coordinators.use_totp(noor.id, 7)
    assert not store.coordinators.use_totp(noor.id, 7)
    assert store.coordinators.prove(noor.id, "lumens-emp", 1, TODAY)
    assert [proof.proved_on for proof in store.coordinators.proofs("lumens-emp")] == [TODAY]
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    store.sessions.begin(StoredSession(b"session", noor.id, "passkey", now, now, now + timedelta(hours=1)))
    found = store.sessions.use(b"session", now + timedelta(minutes=5), now)
    assert found is None  # last used at `now`, which is not after `now`
    store.sessions.step_up(b"session", now)
    found = store.sessions.use(b"session", now + timedelta(minutes=5), now - timedelta(minutes=10))
    assert found is not None
    assert (found[0].stepped_up, found[1].login) == (now, "noor")
    tries = [store.coordinators.try_code(noor.id, now, now - timedelta(minutes=15), 2) for _ in range(3)]
    assert tries == [True, True, False]
    store.coordinators.give_try_back(noor.id)
    assert store.coordinators.try_code(noor.id, now, now - timedelta(minutes=15), 2)


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_newcomer(login: str) -> Newcomer:
    own = Coordinator(f"id-{login}", login, "Yara", "y@example.nl", "lumens-emp", "nl", "age1pq1x", b"half", b"box")
    passkey = Passkey(f"key-{login}", own.id, login.encode(), b"public", 0, "Laptop", TODAY)
    opens = WrappedKey(f"wrapped-key-{login}", own.id, passkey.id, b"sealed")
    spent = Spent(f"challenge of {login}".encode(), "invitation", NOW + timedelta(minutes=5))
    return Newcomer(own, WrappedKey(f"wrapped-{login}", own.id, "passphrase", b"sealed"), (passkey, opens, spent))


def test_an_invitation_used_eight_times_at_once_makes_one_coordinator(store: Store) -> None:
    store.invitations.add(Invitation(b"token", "lumens-emp", "y@example.nl", "coordinator", NOW + timedelta(days=7)))

    def joins(number: int) -> bool:
        try:
            store.invitations.accept(b"token", a_newcomer(f"yara{number}"), NOW)
        except InvitationGoneError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(joins, range(8))) == [False] * 7 + [True]
    assert len([one for one in store.coordinators.all() if one.login.startswith("yara")]) == 1


def test_of_many_codes_tried_at_once_no_more_than_five_are_compared(store: Store) -> None:
    store.invitations.add(Invitation(b"tries", "lumens-emp", "t@example.nl", "coordinator", NOW + timedelta(days=7)))
    store.invitations.accept(b"tries", a_newcomer("tess"), NOW)
    since = NOW - timedelta(minutes=15)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: store.coordinators.try_code("id-tess", NOW, since, 5), range(20)))
    assert sum(taken) == 5


def test_a_session_that_is_ended_while_it_is_used_is_over_and_no_fault(store: Store) -> None:
    store.invitations.add(Invitation(b"sanne", "lumens-emp", "s@example.nl", "coordinator", NOW + timedelta(days=7)))
    store.invitations.accept(b"sanne", a_newcomer("sanne"), NOW)
    since = NOW - timedelta(minutes=15)
    with ThreadPoolExecutor(3) as threads:
        for number in range(40):
            digest = f"session {number}".encode()
            store.sessions.begin(StoredSession(digest, "id-sanne", "passkey", NOW, NOW, NOW + timedelta(hours=1)))
            uses = [threads.submit(store.sessions.use, digest, NOW, since) for _ in range(2)]
            threads.submit(store.sessions.end, digest).result()
            found = [use.result() for use in uses]
            assert all(each is None or each[1].id == "id-sanne" for each in found)
            assert store.sessions.use(digest, NOW, since) is None


def test_a_key_given_or_proposed_eight_times_at_once_is_kept_once(store: Store) -> None:
    store.invitations.add(Invitation(b"gerrit", "lumens-emp", "g@example.nl", "coordinator", NOW + timedelta(days=7)))
    store.invitations.accept(b"gerrit", a_newcomer("gerrit"), NOW)

    def proposes(number: int) -> bool:
        proposal = Proposal("lumens-emp", 40, f"recipient {number}", "", "id-gerrit", TODAY, bytes(32))
        return store.point_keys.propose(proposal, b"sealed", None)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda _: store.point_keys.give("id-gerrit", "lumens-emp", 40, b"sealed"), range(8)))
        assert all(threads.map(proposes, range(8)))
    assert [each.number for each in store.point_keys.grants("lumens-emp") if each.coordinator == "id-gerrit"] == [40]


def test_passkeys_count_once_for_a_challenge_and_the_last_unlocker_stays(store: Store) -> None:
    store.invitations.add(Invitation(b"kees", "lumens-emp", "k@example.nl", "coordinator", NOW + timedelta(days=7)))
    store.invitations.accept(b"kees", a_newcomer("kees"), NOW)
    (passkey,) = store.passkeys.of("id-kees")
    spent = Spent(b"another challenge", "sign-in", NOW + timedelta(minutes=5))
    with ThreadPoolExecutor(8) as threads:
        used = list(threads.map(lambda number: store.passkeys.use(passkey, number + 1, spent, NOW), range(8)))
    assert sorted(used) == [False] * 7 + [True]
    assert not store.passkeys.remove("id-noor", passkey.id)
    second_way = NewSecondWay(b"other", b"box", 7, WrappedKey("w2", "id-kees", "passphrase", b"sealed again"))
    store.coordinators.replace_second_way(second_way)
    assert {each.sealed for each in store.coordinators.wrapped_keys("id-kees")} == {b"sealed", b"sealed again"}
    assert store.passkeys.remove("id-kees", passkey.id)
    assert [each.unlocker for each in store.coordinators.wrapped_keys("id-kees")] == ["passphrase"]
    only = Passkey("only", "id-kees", b"only", b"public", 0, "Laptop", TODAY)
    store.coordinators.replace_second_way(
        NewSecondWay(b"other", b"box", 8, WrappedKey("w3", "id-kees", "passphrase", b"sealed"))
    )
    opens = WrappedKey("w4", "id-kees", "only", b"sealed")
    assert store.passkeys.add(only, opens, Spent(b"third", "add", NOW + timedelta(minutes=5)), NOW)
    assert not store.passkeys.add(only, opens, Spent(b"fourth", "add", NOW + timedelta(minutes=5)), NOW)


def test_a_tip_is_not_kept_when_its_draft_was_changed_meanwhile(store: Store) -> None:
    store.drafts.add(b"stale", b"box", 100)
    store.drafts.replace(b"stale", b"box", b"told more")
    assert not store.tips.keep(a_tip("stale"), DraftChange(b"stale", b"box", b"sent"))
    assert store.cases.get("stale", "lumens-emp") is None
    assert store.drafts.box_of(b"stale", now=0) == b"told more"


# Slots and notices


POINT = "zvh-groningen"
SLOTS = tuple(f"2026-11-21T{hour:02}:00:00+00:00" for hour in range(10, 20))


def hidden_tip(store: Store, name: str) -> None:
    store.drafts.add(name.encode(), b"box", 100)
    tip = replace(a_tip(name, POINT), hidden=True)
    assert store.tips.keep(tip, DraftChange(name.encode(), b"box", b"sent"))


def test_of_eight_processes_one_uncovers_and_all_at_once(store: Store) -> None:
    for login in ("sam", "femke"):
        email, comes = f"{login}@example.nl", a_newcomer(login)
        here = replace(comes, coordinator=replace(comes.coordinator, care_point=POINT, email=email))
        store.invitations.add(Invitation(login.encode(), POINT, email, "coordinator", NOW + timedelta(days=7)))
        store.invitations.accept(login.encode(), here, NOW)
    hidden_tip(store, "waiting")
    addition = StoredMessage(
        "later", "waiting", "addition", 1, POINT, (POINT,), TODAY + timedelta(days=1), b"sealed", hidden=True
    )
    assert store.tips.add_messages([addition])
    assert store.slots.begin(SLOTS[0], None)
    assert not store.slots.begin(SLOTS[0], None)
    assert store.cases.get("waiting", POINT) is None
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda _: store.slots.uncover(SLOTS[1], SLOTS[0]), range(8)))
    assert sorted(done) == [False] * 7 + [True]
    case = store.cases.get("waiting", POINT)
    assert case
    assert (case.active_on, case.changes) == (TODAY + timedelta(days=1), 1)
    assert [each.number for each in store.tips.messages("waiting", POINT)] == [1]
    waiting = [each.email for each in store.outbox.waiting() if each.coordinator in {"id-sam", "id-femke"}]
    assert sorted(waiting) == ["femke@example.nl", "sam@example.nl"]
    assert not store.slots.is_rewriting_due(), "that is SQLite's"


def test_while_one_process_tells_somebody_no_other_does_and_slots_go_on(store: Store) -> None:
    """What came while a mail was on its way is told by another one."""
    hidden_tip(store, "meanwhile")

    def other_process() -> None:
        assert store.outbox.pass_on("id-sam", lambda: Outcome.SENT) is None
        assert store.slots.uncover(SLOTS[2], SLOTS[1])

    def send() -> Outcome:
        with ThreadPoolExecutor(1) as threads:
            threads.submit(other_process).result(timeout=30)
        return Outcome.SENT

    assert store.outbox.pass_on("id-sam", send) is Outcome.SENT
    assert "id-sam" in {each.coordinator for each in store.outbox.waiting()}
    assert store.outbox.pass_on("id-sam", lambda: Outcome.SENT) is Outcome.SENT
    assert store.outbox.pass_on("id-sam", lambda: Outcome.SENT) is None


def test_a_process_that_ends_while_it_tells_somebody_leaves_the_notice(store: Store) -> None:
    def ends() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.outbox.pass_on("id-femke", ends)
    assert store.outbox.pass_on("id-femke", lambda: Outcome.LATER) is Outcome.LATER
    (waiting,) = [each for each in store.outbox.waiting() if each.coordinator == "id-femke"]
    assert waiting.attempts == 1
    assert store.outbox.pass_on("id-femke", lambda: Outcome.GIVEN_UP) is Outcome.GIVEN_UP
    assert [each.coordinator for each in store.outbox.dead(POINT)] == ["id-femke"]


def test_many_processes_tell_each_person_once(store: Store) -> None:
    hidden_tip(store, "once more")
    assert store.slots.uncover(SLOTS[3], SLOTS[2])
    told: list[str] = []

    def tells(coordinator: str) -> None:
        store.outbox.pass_on(coordinator, lambda: told.append(coordinator) or Outcome.SENT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(tells, ["id-sam", "id-femke"] * 8))
    assert sorted(told) == ["id-femke", "id-sam"]
    assert store.outbox.dead(POINT) == (), "who gets mail again was given up wrongly"
