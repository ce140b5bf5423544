"""What is asked against a flood: which proofs and tickets open which pools, and what is none."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from brought import proof_of
from clock import Clock

from tipline.admission import NUMBERS, OVER_SECONDS, RIPE_SECONDS, Admission, Brought, Offer
from tipline.pools import Entry, Pool
from tipline.settings import AbuseMode

KEY, OTHER = "k" * 32, "o" * 32
Solved = dict[str, Any]  # Any: JSON
BY_PROOF = (Pool.PROOF, Pool.NEITHER)
BY_TICKET = (Pool.TICKET, Pool.NEITHER)
BY_NOTHING = (Pool.NEITHER,)


class Door:
    """An admission with a clock that tests move."""

    def __init__(self, *keys: str, mode: AbuseMode = AbuseMode.PROOF_OF_WORK) -> None:
        self.clock = Clock()
        self.admission = Admission(keys or (KEY,), mode, self.clock)

    def weigh(self, proof: str = "", ticket: str = "", honey: str = "") -> Entry:
        return self.admission.weigh(Brought(proof, ticket, honey))


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture(scope="module")
def offer() -> Offer:
    return Door().admission.offer()


@pytest.fixture(scope="module")
def proof(offer: Offer) -> str:
    return proof_of(offer.challenge)


def test_who_does_the_sum_opens_the_pool_of_proofs(door: Door, proof: str) -> None:
    assert door.weigh(proof).pools == BY_PROOF


def test_the_sum_is_bounded(proof: str) -> None:
    assert json.loads(b64decode(proof))["solution"]["counter"] < NUMBERS
    assert len(proof) < 2_000


def test_a_minutes_wait_does_without_script(door: Door, offer: Offer) -> None:
    door.clock.forward(seconds=RIPE_SECONDS - 1)
    assert door.weigh(ticket=offer.ticket).pools == BY_NOTHING
    door.clock.forward(seconds=1)
    assert door.weigh(ticket=offer.ticket).pools == BY_TICKET
    door.clock.forward(seconds=OVER_SECONDS - RIPE_SECONDS - 1)
    assert door.weigh(ticket=offer.ticket).pools == BY_TICKET
    door.clock.forward(seconds=1)
    assert door.weigh(ticket=offer.ticket) == Entry(BY_NOTHING)


def test_a_sum_is_over_after_hours(door: Door, proof: str) -> None:
    door.clock.forward(seconds=OVER_SECONDS - 1)
    assert door.weigh(proof).pools == BY_PROOF
    door.clock.forward(seconds=1)
    assert door.weigh(proof) == Entry(BY_NOTHING)


def test_a_ticket_from_the_future_is_none(door: Door) -> None:
    door.clock.forward(seconds=90)
    late = door.admission.offer().ticket
    assert Door().weigh(ticket=late) == Entry(BY_NOTHING)


def test_who_brings_both_has_both_pools_and_one_draft(door: Door, offer: Offer, proof: str) -> None:
    door.clock.forward(seconds=RIPE_SECONDS)
    both = door.weigh(proof, offer.ticket)
    assert both.pools == (Pool.PROOF, Pool.TICKET, Pool.NEITHER)
    assert both.token == door.weigh(proof).token == door.weigh(ticket=offer.ticket).token
    assert both.spending == door.weigh(ticket=offer.ticket).spending


def test_a_ticket_of_another_page_opens_nothing_beside_a_proof(door: Door, proof: str) -> None:
    other = door.admission.offer()
    door.clock.forward(seconds=RIPE_SECONDS)
    assert door.weigh(proof, other.ticket).pools == BY_PROOF


def test_who_fills_the_field_that_no_person_sees_is_let_in_like_one_who_brings_nothing(
    door: Door, offer: Offer, proof: str
) -> None:
    door.clock.forward(seconds=RIPE_SECONDS)
    assert door.weigh(proof, offer.ticket, "https://example.nl").pools == BY_NOTHING


def test_where_the_operator_asks_nothing_everybody_is_in_one_pool(proof: str) -> None:
    door = Door(mode=AbuseMode.OFF)
    assert door.admission.offer() == Offer()
    assert door.weigh() == door.weigh(proof) == Entry((Pool.ALL,))


def test_with_a_puzzle_no_sum_is_asked(door: Door) -> None:
    puzzle = Door(mode=AbuseMode.HCAPTCHA)
    assert puzzle.admission.offer().challenge == ""
    assert puzzle.admission.is_ours(puzzle.admission.offer().ticket)
    first, again, other = (door.admission.passed(each) for each in ("solved", "solved", "another"))
    assert first == again
    assert first.pools == BY_PROOF
    assert first.spending != other.spending
    assert "solved" not in repr(first)


def test_offers_hold_through_a_change_of_the_secret_and_not_without_it(offer: Offer, proof: str) -> None:
    changed, another = Door("n" * 32, KEY), Door(OTHER)
    for door in (changed, another):
        door.clock.forward(seconds=RIPE_SECONDS)
    assert changed.weigh(proof).pools == BY_PROOF
    assert changed.weigh(ticket=offer.ticket).pools == BY_TICKET
    assert another.weigh(proof, offer.ticket) == Entry(BY_NOTHING)


def test_no_two_offers_are_alike_and_what_is_kept_of_one_is_a_digest_with_a_coarse_end(door: Door) -> None:
    one, other = door.admission.offer(), door.admission.offer()
    assert one.ticket != other.ticket
    assert one.challenge != other.challenge
    entry = door.weigh(ticket=one.ticket)
    assert entry.spending
    assert entry.spending.expires % OVER_SECONDS == 0
    assert entry.token not in repr(entry)
    assert json.loads(one.challenge)["parameters"]["nonce"] == entry.token


def lighter(solved: Solved) -> None:
    solved["challenge"]["parameters"]["keyPrefix"] = ""


def cheaper(solved: Solved) -> None:
    solved["challenge"]["parameters"]["cost"] = 1


def later(solved: Solved) -> None:
    solved["challenge"]["parameters"]["data"]["until"] += 1


def renamed(solved: Solved) -> None:
    solved["challenge"]["parameters"]["nonce"] = "0" * 32


def unsigned(solved: Solved) -> None:
    solved["challenge"].pop("signature")


def without_key_signature(solved: Solved) -> None:
    solved["challenge"]["parameters"].pop("keySignature")


def unsolved(solved: Solved) -> None:
    solved["solution"]["derivedKey"] = "00" * 32


def text_for_number(solved: Solved) -> None:
    solved["solution"]["derivedKey"] = 7


def no_parameters(solved: Solved) -> None:
    solved["challenge"]["parameters"] = []


@pytest.mark.parametrize(
    "spoil",
    [lighter, cheaper, later, renamed, unsigned, without_key_signature, unsolved, text_for_number, no_parameters],
)
def test_an_altered_proof_is_none(door: Door, proof: str, spoil: Callable[[Solved], None]) -> None:
    solved = json.loads(b64decode(proof))
    spoil(solved)
    assert door.weigh(b64encode(json.dumps(solved).encode()).decode()) == Entry(BY_NOTHING)


@pytest.mark.parametrize(
    "text",
    ["", "x", "e30=", "bnVsbA==", "W10=", "é", "[" * 1_500, b64encode(b"[" * 1_400).decode(), "A" * 100_000, "\x00"],
)
def test_what_is_neither_proof_nor_ticket_counts_as_nothing(door: Door, text: str) -> None:
    assert door.weigh(text, text) == Entry(BY_NOTHING)


def test_spellings_of_a_proof_are_one_proof(door: Door, proof: str) -> None:
    solved = json.loads(b64decode(proof))
    solved["solution"]["time"] = 12.5
    solved["more"] = "x"
    again = b64encode(json.dumps(solved, indent=1).encode()).decode()
    assert door.weigh(again) == door.weigh(proof)
