"""Handing a case over and sharing it, against the desk's server: who may, when, and what each care point has then.

The files are sealed here as the vault does; tests/journeys/test_handing_over.py does it in browsers."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import base64url
import pytest
from desk_world import TODAY, DeskWorld, make_desk_world
from test_desk import Browser, rows_of, sealed_answer

from tipline.conversation import Conversation
from tipline.drafts import FollowUpDraft, Held
from tipline.heads import Author, Head, Kind, read, write
from tipline.receipts import Derived
from tipline.sealing import Identity, open_sealed, seal
from tipline.slots import Slots
from tipline.storage.tips import OtherReadersError, StoredTip

LUMENS, ZVH, NATIONAL = "lumens-emp", "zvh-groningen", "comensha"
PEOPLE = {"noor": LUMENS, "sam": ZVH, "mira": NATIONAL}
GARBAGE = base64url.encoded(b"age-encryption.org/v1\n-> x\n")


@dataclass
class Desk:
    """A coordinator at a desk, with the key of his care point: does by hand what the vault does."""

    world: DeskWorld
    browser: Browser
    care_point: str
    noted: list[str] = field(default_factory=list)

    @property
    def key(self) -> Identity:
        return self.world.keys[self.care_point]

    def way(self, tip: str) -> Mapping:
        return self.browser.get(f"/tips/{tip}/handover").json()

    def case(self, tip: str) -> Mapping:
        return self.browser.get(f"/tips/{tip}").json()

    def posts(self, tip: str, deed: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The status, and the word of a refusal."""
        answer = self.browser.post(f"/tips/{tip}/handover/{deed}", fields or {})
        return answer.status_code, answer.json().get("error", "")

    def offers(self, tip: str, to: str, *, shared: bool = False, reason: str = "Hij woont bij u.") -> None:
        assert self.posts(tip, "files", self.files(tip, to)) == (200, "")
        assert self.posts(tip, "offer", self.last(tip, to, shared=shared, reason=reason)) == (200, "")

    def files(self, tip: str, to: str, *, first: bool = True, without: Sequence[str] = ()) -> dict[str, str]:
        """The conversation, sealed again for another point, as the fields of a form."""
        fields = {"to": to, "key": "1", **({"first": "yes"} if first else {})}
        for message in self.case(tip)["messages"]:
            part = f"{message['kind']}:{message['number']}"
            if message["kind"] in {"answer", "addition"} and part not in without:
                plaintext = self.resealed(tip, message, to)
                fields[f"file:{part}"] = sealed_for(self.world, to, plaintext)
        return fields

    def last(self, tip: str, to: str, *, shared: bool = False, reason: str = "Reden", **more: str) -> dict[str, str]:
        """The tip and the reason, sealed for another point."""
        told = self.case(tip)["tip"]
        head = Head(Kind.TIP, tip, tuple(told["named"]), 1, Author.TIPSTER, "nl")
        found = read(open_sealed(base64url.decoded(told["sealed"]), self.key), head)
        plaintext = write(Head(Kind.TIP, tip, (to,), 1, Author.TIPSTER, found.head.language), found.body)
        return {
            "to": to,
            "key": "1",
            "shared": "yes" if shared else "",
            "tip": sealed_for(self.world, to, plaintext),
            "note": note_for(self.world, to, tip, 1, reason),
            **more,
        }

    def resealed(self, tip: str, message: Mapping, to: str) -> bytes:
        reply_key = self.world.receipts[tip].reply_key
        author = Author.COORDINATOR if message["kind"] == "answer" else Author.TIPSTER
        head = Head(Kind(message["kind"]), tip, tuple(message["named"]), message["number"], author, "nl")
        found = read(open_sealed(base64url.decoded(message["sealed"]), self.key), head, reply_key)
        return write(Head(head.kind, tip, (to,), head.number, author, found.head.language), dict(found.body), reply_key)

    def reads(self, tip: str) -> list[tuple[str, int, str]]:
        """The conversation as this desk can open it."""
        texts = []
        for message in self.case(tip)["messages"]:
            kind = Kind(message["kind"])
            author = Author.TIPSTER if kind is Kind.ADDITION else Author.COORDINATOR
            head = Head(kind, tip, tuple(message["named"]), message["number"], author, "nl")
            reply_key = None if kind is Kind.NOTE else self.world.receipts[tip].reply_key
            text = read(open_sealed(base64url.decoded(message["sealed"]), self.key), head, reply_key).text
            texts.append((str(kind), message["number"], text))
        return texts

    def answers(self, tip: str, text: str) -> tuple[int, str]:
        case = self.case(tip)
        points = [reader["care_point"] for reader in case["readers"]]
        fields = answer_for(self.world, tip, points, case["next_answer"], text)
        answer = self.browser.post(f"/tips/{tip}/answers", fields)
        return answer.status_code, answer.json().get("error", "")

    def refuses(self, tip: str, reason: str = "Niet van ons.") -> tuple[int, str]:
        back = self.way(tip)["back"]
        note = note_for(self.world, back["care_point"], tip, back["number"], reason)
        return self.posts(tip, "refuse", {"number": str(back["number"]), "note": note})


def sealed_for(world: DeskWorld, care_point: str, plaintext: bytes) -> str:
    return base64url.encoded(seal(plaintext, [world.keys[care_point].recipient]))


def note_for(world: DeskWorld, care_point: str, tip: str, number: int, text: str) -> str:
    head = Head(Kind.NOTE, tip, (care_point,), number, Author.COORDINATOR, "nl")
    return sealed_for(world, care_point, write(head, {"text": text}))


def answer_for(world: DeskWorld, tip: str, points: Sequence[str], number: int, text: str) -> dict[str, str]:
    derived = world.receipts[tip]
    head = Head(Kind.ANSWER, tip, tuple(sorted(points)), number, Author.COORDINATOR, "nl")
    plaintext = write(head, {"text": text}, derived.reply_key)
    files = {f"for:{point}": sealed_for(world, point, plaintext) for point in points}
    tipster = base64url.encoded(seal(plaintext, [derived.identity.recipient]))
    return {"number": str(number), "for:tipster": tipster, **files}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    """A desk world in which every care point of the demonstration is open."""
    world = make_desk_world(tmp_path)
    for login in world.people:
        coordinator = world.people[login].coordinator
        assert world.store.coordinators.prove(coordinator.id, coordinator.care_point, 1, TODAY)
    yield world
    world.store.close()


def at_the_desk(world: DeskWorld, login: str) -> Desk:
    browser = Browser(world)
    assert browser.signs_in(login).status_code == HTTPStatus.OK
    return Desk(world, browser, PEOPLE[login])


@pytest.fixture
def noor(world: DeskWorld) -> Desk:
    return at_the_desk(world, "noor")


@pytest.fixture
def sam(world: DeskWorld) -> Desk:
    return at_the_desk(world, "sam")


@pytest.fixture
def mira(world: DeskWorld) -> Desk:
    return at_the_desk(world, "mira")


@pytest.fixture
def tip(world: DeskWorld, noor: Desk) -> str:
    """A tip at Lumens with an answer, an addition and a note of their own."""
    tip = world.tip(LUMENS, "Elke dinsdag")
    assert noor.answers(tip, "Dank u.")[0] == HTTPStatus.CREATED
    world.addition(tip, LUMENS, "Ook op vrijdag")
    own = note_for(world, LUMENS, tip, 1, "Alleen voor Lumens")
    world.note(tip, LUMENS, base64url.decoded(own))
    return tip


def conversation(world: DeskWorld, tip: str) -> tuple[StoredTip, Derived, Conversation]:
    derived = world.receipts[tip]
    found = world.line.conversations.open(derived)
    assert found
    return found.tip, derived, found


def adds(world: DeskWorld, tip: str, text: str) -> None:
    """The tipster comes back with the code and adds something."""
    stored, derived, _ = conversation(world, tip)
    held = visit(world, FollowUpDraft(derived, readers=stored.care_points))
    world.line.conversations.add(held, stored, derived, text, "nl")


def visit(world: DeskWorld, draft: FollowUpDraft) -> Held[FollowUpDraft]:
    held = world.line.drafts.held(world.line.drafts.begin(draft), FollowUpDraft)
    assert held
    return held


def trail(world: DeskWorld, care_point: str) -> list[tuple[str, str, str]]:
    """(deed, actor, about) of hand-overs, first to last."""
    deeds = [entry.deed for entry in world.store.trail.of(care_point, 99)]
    return [
        (deed.deed, deed.actor, deed.about) for deed in reversed(deeds) if "offer" in deed.deed or "_taken" in deed.deed
    ]


def test_a_case_may_be_offered_to_every_other_open_point(noor: Desk, tip: str) -> None:
    points = noor.way(tip)["points"]
    assert [point["care_point"] for point in points] == [NATIONAL, ZVH]
    published = noor.world.world.care_points().keys
    assert [point["recipient"] for point in points] == [published[NATIONAL].recipient, published[ZVH].recipient]


def test_until_the_last_file_came_the_other_point_sees_nothing(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    notices = len(world.store.outbox.unaddressed())
    assert noor.posts(tip, "files", noor.files(tip, ZVH)) == (200, "")
    assert noor.way(tip)["begun"] == [ZVH]
    assert sam.browser.get("/tips").json()["tips"] == []
    for path in (f"/tips/{tip}", f"/tips/{tip}/handover"):
        assert sam.browser.get(path).status_code == HTTPStatus.NOT_FOUND
    assert len(world.store.outbox.unaddressed()) == notices
    assert trail(world, ZVH) == []
    assert conversation(world, tip)[0].care_points == (LUMENS,)


def test_what_is_offered_can_be_read_by_both_and_worked_on_by_the_old_point_only(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    noor.offers(tip, ZVH, reason="Hij woont in Haren.")
    (listed,) = sam.browser.get("/tips").json()["tips"]
    assert (listed["id"], listed["offered_by"], listed["is_shared"], listed["status"]) == (tip, LUMENS, False, "new")
    assert sam.reads(tip) == [
        ("answer", 1, "Dank u."),
        ("addition", 1, "Ook op vrijdag"),
        ("note", 1, "Hij woont in Haren."),
    ]
    assert sam.answers(tip, "Te vroeg") == (409, "offered")
    assert sam.browser.post(f"/tips/{tip}/status", {"status": "closed"}).json() == {"error": "offered"}
    assert noor.answers(tip, "Een collega leest mee.") == (201, "")
    adds(world, tip, "En nu ook overdag")
    for desk in (noor, sam):
        assert desk.reads(tip)[1:4] == [
            ("addition", 1, "Ook op vrijdag"),
            ("answer", 2, "Een collega leest mee."),
            ("addition", 2, "En nu ook overdag"),
        ]
    assert ("note", 1, "Alleen voor Lumens") in noor.reads(tip)


def test_a_hand_over_that_is_taken_leaves_the_old_point_nothing(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    noor.offers(tip, ZVH)
    assert sam.posts(tip, "take") == (200, "")
    assert noor.browser.get(f"/tips/{tip}").status_code == HTTPStatus.NOT_FOUND
    assert noor.browser.get("/tips").json()["tips"] == []
    assert world.rows("SELECT count(*) FROM cases WHERE care_point = ?", LUMENS) == [(0,)]
    assert world.rows("SELECT count(*) FROM messages WHERE reader = ?", LUMENS) == [(0,)]
    assert sam.answers(tip, "Wij gaan verder.") == (201, "")
    adds(world, tip, "Goed")
    assert sam.reads(tip) == [
        ("answer", 1, "Dank u."),
        ("addition", 1, "Ook op vrijdag"),
        ("answer", 2, "Wij gaan verder."),
        ("addition", 2, "Goed"),
        ("note", 1, "Hij woont bij u."),
    ]


def test_the_tipsters_conversation_works_before_during_and_after(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    readers = []
    for deed in (lambda: noor.offers(tip, ZVH), lambda: sam.posts(tip, "take"), lambda: sam.answers(tip, "Van ons")):
        readers.append(conversation(world, tip)[0].care_points)
        deed()
    readers.append(conversation(world, tip)[0].care_points)
    assert readers == [(LUMENS,), (LUMENS, ZVH), (ZVH,), (ZVH,)]
    answers = conversation(world, tip)[2].answers
    assert [(each.text, each.care_points) for each in answers] == [("Dank u.", (LUMENS,)), ("Van ons", (ZVH,))]
    stored, _, found = conversation(world, tip)
    assert world.line.conversations.delete_answer(stored, found.answers[0].id)
    assert [each.text for each in conversation(world, tip)[2].answers] == ["Van ons"]


def test_what_is_shared_and_taken_is_worked_on_by_both(world: DeskWorld, noor: Desk, sam: Desk, tip: str) -> None:
    noor.offers(tip, ZVH, shared=True)
    assert sam.posts(tip, "take") == (200, "")
    assert sam.answers(tip, "Van Groningen") == (201, "")
    assert noor.answers(tip, "Van Eindhoven") == (201, "")
    adds(world, tip, "Voor beide")
    for desk in (noor, sam):
        kept = desk.reads(tip)
        assert [part for part in kept if part[0] == "answer"][1:] == [
            ("answer", 2, "Van Groningen"),
            ("answer", 3, "Van Eindhoven"),
        ]
        assert ("addition", 2, "Voor beide") in kept
    assert ("note", 1, "Alleen voor Lumens") in noor.reads(tip)
    assert ("note", 1, "Alleen voor Lumens") not in sam.reads(tip)


def test_what_is_refused_goes_back_with_the_reason(world: DeskWorld, noor: Desk, sam: Desk, tip: str) -> None:
    noor.offers(tip, ZVH)
    assert sam.refuses(tip, "Hij is verhuisd.") == (200, "")
    assert sam.browser.get("/tips").json()["tips"] == []
    assert world.rows("SELECT count(*) FROM cases WHERE care_point = ?", ZVH) == [(0,)]
    assert world.rows("SELECT count(*) FROM messages WHERE reader = ?", ZVH) == [(0,)]
    assert noor.reads(tip)[-1] == ("note", 2, "Hij is verhuisd.")
    way = noor.way(tip)
    assert [(step["deed"], step["other"], step["ours"]) for step in way["way"]] == [
        ("handover_offered", ZVH, True),
        ("offer_refused", ZVH, False),
    ]
    assert way["standing"] is None
    assert ZVH in [point["care_point"] for point in way["points"]]


def test_a_case_is_given_back_by_handing_it_over_the_other_way(noor: Desk, sam: Desk, tip: str) -> None:
    noor.offers(tip, ZVH)
    sam.posts(tip, "take")
    sam.offers(tip, LUMENS, reason="Toch bij u.")
    assert noor.posts(tip, "take") == (200, "")
    assert sam.browser.get(f"/tips/{tip}").status_code == HTTPStatus.NOT_FOUND
    assert noor.reads(tip) == [
        ("answer", 1, "Dank u."),
        ("addition", 1, "Ook op vrijdag"),
        ("note", 1, "Toch bij u."),
    ]


def test_the_way_stands_in_the_trail_of_both_points_and_names_no_person_of_the_other(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    noor.offers(tip, ZVH)
    sam.refuses(tip)
    noor.offers(tip, ZVH, shared=True)
    assert noor.posts(tip, "withdraw", {"to": ZVH}) == (200, "")
    noor.offers(tip, ZVH)
    sam.posts(tip, "take")
    noor_id, sam_id = (world.people[login].coordinator.id for login in ("noor", "sam"))
    assert [each for each in trail(world, LUMENS) if each[0] != "offer_begun"] == [
        ("handover_offered", noor_id, ZVH),
        ("offer_refused", ZVH, ZVH),
        ("sharing_offered", noor_id, ZVH),
        ("offer_withdrawn", noor_id, ZVH),
        ("handover_offered", noor_id, ZVH),
        ("handover_taken", ZVH, ZVH),
    ]
    assert trail(world, ZVH) == [
        ("handover_offered", LUMENS, LUMENS),
        ("offer_refused", sam_id, LUMENS),
        ("sharing_offered", LUMENS, LUMENS),
        ("offer_withdrawn", LUMENS, LUMENS),
        ("handover_offered", LUMENS, LUMENS),
        ("handover_taken", sam_id, LUMENS),
    ]


def test_a_case_with_something_that_waits_for_its_slot_is_not_offered_and_no_more_is_told(
    world: DeskWorld, noor: Desk, tip: str
) -> None:
    slots = Slots(world.store, 5, world.clock)
    slots.keep_up()
    case, files = noor.case(tip), noor.files(tip, ZVH)
    number = case["additions"] + 1
    world.addition(tip, LUMENS, "Nog iets.", number, hidden=True)
    assert noor.case(tip) == case
    assert noor.posts(tip, "files", files) == (200, "")
    part = f"file:addition:{number}"
    guessed = {**files, part: next(file for name, file in files.items() if name.startswith("file:"))}
    assert noor.posts(tip, "files", guessed) == (404, "not_found"), "as one that does not exist"
    assert noor.posts(tip, "offer", noor.last(tip, ZVH)) == (409, "waits_for_slot")
    world.clock.forward(minutes=5)
    assert slots.keep_up()
    noor.offers(tip, ZVH)


def test_the_other_point_is_told_that_there_is_something_new(world: DeskWorld, noor: Desk, sam: Desk, tip: str) -> None:
    def waiting(care_point: str) -> int:
        return world.store.outbox.unaddressed().count(care_point)

    before = waiting(ZVH), waiting(LUMENS)
    noor.offers(tip, ZVH)
    assert (waiting(ZVH), waiting(LUMENS)) == (before[0] + 1, before[1])
    sam.refuses(tip)
    assert waiting(LUMENS) == before[1] + 1


# What comes while an offer is being made


def test_an_answer_that_comes_while_files_are_sent_is_not_lost(noor: Desk, sam: Desk, tip: str) -> None:
    assert noor.posts(tip, "files", noor.files(tip, ZVH)) == (200, "")
    last = noor.last(tip, ZVH)
    assert noor.answers(tip, "Er komt iets bij.") == (201, "")
    assert noor.posts(tip, "offer", last) == (409, "incomplete")
    assert sam.browser.get("/tips").json()["tips"] == []
    rest = noor.files(tip, ZVH, first=False, without=("answer:1", "addition:1"))
    assert noor.posts(tip, "files", rest) == (200, "")
    assert noor.posts(tip, "offer", last) == (200, "")
    assert ("answer", 2, "Er komt iets bij.") in sam.reads(tip)


def test_an_addition_that_comes_while_files_are_sent_is_not_lost(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    assert noor.posts(tip, "files", noor.files(tip, ZVH)) == (200, "")
    adds(world, tip, "Net nu")
    assert noor.posts(tip, "offer", noor.last(tip, ZVH)) == (409, "incomplete")
    noor.offers(tip, ZVH)
    assert ("addition", 2, "Net nu") in sam.reads(tip)


def test_an_answer_sealed_before_others_could_read_is_refused(noor: Desk, tip: str) -> None:
    stale = sealed_answer(noor.world, tip, number=2)
    noor.offers(tip, ZVH)
    answer = noor.browser.post(f"/tips/{tip}/answers", stale)
    assert (answer.status_code, answer.json()) == (409, {"error": "other_readers"})


def test_an_addition_begun_before_the_hand_over_reaches_nobody_until_its_tipster_saw_who_reads_now(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    stored, derived, _ = conversation(world, tip)
    held = visit(world, FollowUpDraft(derived, readers=stored.care_points))
    noor.offers(tip, ZVH)
    sam.posts(tip, "take")
    now, _, _ = conversation(world, tip)
    for as_read in (stored, now):  # the hand-over may fall between reading and keeping
        with pytest.raises(OtherReadersError):
            world.line.conversations.add(held, as_read, derived, "Voor wie hier genoemd was", "nl")
    assert ("addition", 2) not in [part[:2] for part in sam.reads(tip)]
    assert world.rows("SELECT count(*) FROM messages WHERE reader = ?", LUMENS) == [(0,)]
    adds(world, tip, "Voor wie nu leest")
    assert ("addition", 2, "Voor wie nu leest") in sam.reads(tip)


def test_a_message_that_can_not_be_opened_is_left_out_by_name(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    world.addition(tip, LUMENS, "Vals", number=2, reply_key=b"x" * 32)
    assert noor.posts(tip, "files", noor.files(tip, ZVH, without=("addition:2",))) == (200, "")
    assert noor.posts(tip, "offer", noor.last(tip, ZVH)) == (409, "incomplete")
    assert noor.posts(tip, "offer", noor.last(tip, ZVH, left_out="addition:2")) == (200, "")
    assert [part[:2] for part in sam.reads(tip)] == [("answer", 1), ("addition", 1), ("note", 1)]
    assert sam.case(tip)["additions"] == 2  # so that the gap shows


def test_an_offer_that_was_begun_can_be_dropped_or_begun_anew(noor: Desk, tip: str) -> None:
    noor.posts(tip, "files", noor.files(tip, ZVH))
    assert noor.posts(tip, "withdraw", {"to": ZVH}) == (200, "")
    assert noor.way(tip)["begun"] == []
    noor.posts(tip, "files", noor.files(tip, ZVH, without=("answer:1",)))
    noor.offers(tip, ZVH)
    assert noor.way(tip)["begun"] == []
    assert noor.way(tip)["standing"] == {"by": LUMENS, "to": ZVH, "shared": False}


def test_an_offer_that_is_withdrawn_is_gone_from_the_other_point(
    noor: Desk, sam: Desk, world: DeskWorld, tip: str
) -> None:
    noor.offers(tip, ZVH)
    assert noor.posts(tip, "withdraw", {"to": ZVH}) == (200, "")
    assert sam.browser.get(f"/tips/{tip}").status_code == HTTPStatus.NOT_FOUND
    assert world.rows("SELECT count(*) FROM messages WHERE reader = ?", ZVH) == [(0,)]


# Who may, and when not


@pytest.mark.parametrize("deed", ["files", "offer", "withdraw", "take", "refuse"])
@pytest.mark.parametrize("stage", ["own", "begun", "offered", "taken"])
def test_a_point_without_a_part_in_it_does_nothing(
    deed: str, stage: str, world: DeskWorld, noor: Desk, sam: Desk, mira: Desk, tip: str
) -> None:
    if stage == "begun":
        noor.posts(tip, "files", noor.files(tip, ZVH))
    elif stage != "own":
        noor.offers(tip, ZVH)
    if stage == "taken":
        sam.posts(tip, "take")
    before = rows_of(world, LUMENS) + rows_of(world, ZVH)
    note = note_for(world, LUMENS, tip, 2, "Van Mira")
    fields = {"to": ZVH, "key": "1", "first": "yes", "tip": note, "note": note, "number": "2", "file:answer:1": note}
    for to in (ZVH, NATIONAL, LUMENS):
        assert mira.posts(tip, deed, {**fields, "to": to}) == (404, "not_found")
    assert rows_of(world, LUMENS) + rows_of(world, ZVH) == before


@pytest.mark.parametrize("to", [LUMENS, "fier", "niemand", "tipster", ""])
def test_a_case_is_not_offered_to_oneself_a_closed_point_or_nobody(to: str, noor: Desk, tip: str) -> None:
    note = note_for(noor.world, ZVH, tip, 1, "Reden")
    for deed in ("files", "offer"):
        status, error = noor.posts(tip, deed, {"to": to, "key": "1", "tip": note, "note": note, "first": "yes"})
        assert (status, error) in {(409, "not_open"), (409, "has_case")}
    assert noor.way(tip)["begun"] == []


def test_a_point_that_closed_meanwhile_is_offered_nothing(world: DeskWorld, noor: Desk, tip: str) -> None:
    files, last = noor.files(tip, ZVH), noor.last(tip, ZVH)
    world.clock.forward(days=61)  # nobody of Groningen opened the key since
    noor = at_the_desk(world, "noor")
    assert noor.way(tip)["points"] == []
    assert noor.posts(tip, "files", files) == (409, "not_open")
    assert noor.posts(tip, "offer", last) == (409, "not_open")


@pytest.mark.parametrize("key", ["2", "0", "", "1 ", "x"])
def test_files_for_another_key_than_the_published_one_are_refused(key: str, noor: Desk, tip: str) -> None:
    assert noor.posts(tip, "files", {**noor.files(tip, ZVH), "key": key}) == (409, "key_changed")
    noor.posts(tip, "files", noor.files(tip, ZVH))
    assert noor.posts(tip, "offer", {**noor.last(tip, ZVH), "key": key}) == (409, "key_changed")


def test_what_is_offered_is_not_offered_again(noor: Desk, sam: Desk, tip: str) -> None:
    noor.offers(tip, ZVH)
    for to in (ZVH, NATIONAL):
        for desk in (noor, sam):
            assert desk.posts(tip, "files", {"to": to, "key": "1", "first": "yes"}) == (409, "already_offered")
            assert desk.posts(tip, "offer", {**noor.last(tip, ZVH), "to": to}) == (409, "already_offered")
    assert sam.reads(tip)


def test_what_is_shared_is_not_offered_to_who_has_it(noor: Desk, sam: Desk, tip: str) -> None:
    noor.offers(tip, ZVH, shared=True)
    sam.posts(tip, "take")
    assert [point["care_point"] for point in noor.way(tip)["points"]] == [NATIONAL]
    assert noor.posts(tip, "files", {"to": ZVH, "key": "1", "first": "yes"}) == (409, "has_case")
    assert sam.posts(tip, "offer", {**noor.last(tip, ZVH), "to": LUMENS}) == (409, "has_case")


def test_only_what_is_offered_is_taken_or_refused_and_once(noor: Desk, sam: Desk, tip: str) -> None:
    note = note_for(noor.world, LUMENS, tip, 2, "Nee")
    for deed in ("take", "refuse"):
        assert noor.posts(tip, deed, {"number": "2", "note": note}) == (409, "nothing_offered")
    noor.offers(tip, ZVH)
    assert noor.posts(tip, "take") == (409, "nothing_offered")
    assert sam.posts(tip, "take") == (200, "")
    assert sam.posts(tip, "take") == (409, "nothing_offered")
    assert sam.posts(tip, "refuse", {"number": "2", "note": note}) == (409, "nothing_offered")
    assert noor.posts(tip, "withdraw", {"to": ZVH}) == (404, "not_found")


def test_only_who_offers_withdraws_and_only_what_is_offered(noor: Desk, sam: Desk, tip: str) -> None:
    assert noor.posts(tip, "withdraw", {"to": ZVH}) == (409, "nothing_offered")
    noor.offers(tip, ZVH, shared=True)
    for to in (LUMENS, ZVH, "", "tipster", NATIONAL):
        assert sam.posts(tip, "withdraw", {"to": to}) == (409, "nothing_offered")
    sam.posts(tip, "take")
    for to in (LUMENS, ZVH, "tipster"):
        assert noor.posts(tip, "withdraw", {"to": to}) == (409, "nothing_offered")
    assert noor.reads(tip)
    assert len(conversation(noor.world, tip)[2].answers) == 1


def test_a_file_of_a_message_that_is_not_there_is_refused(noor: Desk, tip: str) -> None:
    files = noor.files(tip, ZVH)
    assert noor.posts(tip, "files", {**files, "file:answer:2": files["file:answer:1"]}) == (404, "not_found")
    assert noor.way(tip)["begun"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"file:answer:1": ""},
        {"file:answer:1": GARBAGE},
        {"file:note:1": "AAAA"},
        {"file:answer:0": "AAAA"},
        {"file:answer:1x": "AAAA"},
        {"file:tip:1": "AAAA"},
        {"file:": "AAAA"},
    ],
    ids=str,
)
def test_what_is_no_sealed_file_of_a_message_is_not_kept(wrong: Mapping[str, str], noor: Desk, tip: str) -> None:
    assert noor.posts(tip, "files", {**noor.files(tip, ZVH), **wrong}) == (422, "not_a_handover")
    assert noor.way(tip)["begun"] == []


@pytest.mark.parametrize("wrong", [{"tip": ""}, {"note": ""}, {"note": GARBAGE}, {"left_out": "answer"}], ids=str)
def test_an_offer_lacks_nothing(wrong: Mapping[str, str], noor: Desk, tip: str) -> None:
    noor.posts(tip, "files", noor.files(tip, ZVH))
    assert noor.posts(tip, "offer", {**noor.last(tip, ZVH), **wrong}) == (422, "not_a_handover")
    assert noor.way(tip)["standing"] is None


@pytest.mark.parametrize("wrong", [{"note": ""}, {"note": GARBAGE}, {"number": ""}, {"number": "x"}], ids=str)
def test_a_refusal_says_why(wrong: Mapping[str, str], noor: Desk, sam: Desk, tip: str) -> None:
    noor.offers(tip, ZVH)
    fields = {"number": "2", "note": note_for(noor.world, LUMENS, tip, 2, "Nee"), **wrong}
    assert sam.posts(tip, "refuse", fields) == (422, "not_a_handover")
    assert sam.posts(tip, "refuse", {**fields, "number": "3", "note": note_for(noor.world, LUMENS, tip, 3, "Nee")}) == (
        409,
        "number_taken",
    )
    assert sam.reads(tip)


def test_files_sealed_to_one_more_reader_are_not_kept(noor: Desk, tip: str) -> None:
    two = base64url.encoded(seal(b" " * 4096, [noor.world.keys[ZVH].recipient, Identity.new().recipient]))
    assert noor.posts(tip, "files", {**noor.files(tip, ZVH), "file:answer:1": two}) == (422, "not_a_handover")
    noor.posts(tip, "files", noor.files(tip, ZVH))
    for name in ("tip", "note"):
        assert noor.posts(tip, "offer", {**noor.last(tip, ZVH), name: two}) == (422, "not_a_handover")


def test_an_offer_that_was_begun_goes_with_the_case_of_who_began_it(
    world: DeskWorld, noor: Desk, sam: Desk, tip: str
) -> None:
    assert noor.answers(tip, "Dank u.") == (201, "")
    assert noor.posts(tip, "files", noor.files(tip, NATIONAL)) == (200, "")
    noor.offers(tip, ZVH)
    assert sam.posts(tip, "take") == (200, "")
    with closing(sqlite3.connect(world.line.database)) as database:
        readers = {reader for (reader,) in database.execute("SELECT DISTINCT reader FROM messages")}
    assert readers == {"tipster", ZVH}
