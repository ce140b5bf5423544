"""What is asked against a flood, and what a visitor brings for it: a proof of work, or a minute's wait.

The first page of the form offers both at once, signed, with nothing about the visitor in it and nothing kept. They
share one random name, so that each page that was shown begins at most one draft, whichever of the two it brings.
Knows nothing of pages."""

import hashlib
import hmac
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import altcha
from itsdangerous import BadSignature, URLSafeSerializer

from tipline.pools import Entry, Pool, Spending
from tipline.settings import AbuseMode

ALGORITHM = "PBKDF2/SHA-256"
"""Browsers have it built in, as fast as an attacker's own program: with a bare hash, asked for one at a time, script
would be a hundred times slower than he."""
COST = 2_000
"""Rounds for each number that is tried; the server does as many when it shows the page."""
NUMBERS = 256
"""How many numbers may have to be tried, half of them on average: a quarter of a million rounds. A slow phone does
those in about a second, a laptop in a tenth, and while the browser does them the page stays free to type in."""
RIPE_SECONDS = 60
OVER_SECONDS = 4 * 60 * 60
"""Offers are good for so long: some read the page, put the phone away and come back."""
LONGEST = 2_000
"""Characters of a proof or ticket; ours have about 700."""


@dataclass(frozen=True)
class Offer:
    """What a page carries for its visitor to bring back."""

    ticket: str = field(default="", repr=False)
    challenge: str = field(default="", repr=False)
    """JSON, in the form that altcha's programs read; empty where no work is asked."""


@dataclass(frozen=True)
class Brought:
    """What a visitor brought back, as it came in."""

    proof: str = field(default="", repr=False)
    ticket: str = field(default="", repr=False)
    honey: str = field(default="", repr=False)
    """What stands in the field that no person sees. Who fills it is let in like one who brings nothing."""


class Admission:
    def __init__(self, keys: Sequence[str], mode: AbuseMode, clock: Callable[[], datetime]) -> None:
        self._work_keys = [(_derived(key, b"challenge"), _derived(key, b"solution")) for key in keys]
        # itsdangerous signs with the last key of a list; ours begins with the newest.
        self._signer = URLSafeSerializer(list(reversed(keys)), salt="tip-ticket")
        self._mode = mode
        self._clock = clock

    def offer(self) -> Offer:
        """A fresh one for each page that is shown."""
        if self._mode is AbuseMode.OFF:
            return Offer()
        if self._mode is AbuseMode.HCAPTCHA:
            return Offer(self._ticket(secrets.token_hex(16)))
        challenge_key, solution_key = self._work_keys[0]
        challenge = altcha.create_challenge(
            ALGORITHM,
            COST,
            counter=secrets.randbelow(NUMBERS),
            # Not altcha's own expiry, which goes by the machine's clock and not by ours.
            data={"until": self._now() + OVER_SECONDS},
            hmac_secret=challenge_key,
            hmac_key_secret=solution_key,
        )
        return Offer(self._ticket(challenge.parameters.nonce), json.dumps(challenge.to_dict()))

    def weigh(self, brought: Brought) -> Entry:
        """The pools that are open to who brings this. What is forged, altered or over counts as nothing."""
        if self._mode is AbuseMode.OFF:
            return Entry((Pool.ALL,))
        worker = self._worker(brought.proof)
        waiter, is_ripe = self._waiter(brought.ticket)
        name = worker or waiter
        if not name:
            return Entry((Pool.NEITHER,))
        proved = (
            (*[Pool.PROOF] * bool(worker), *[Pool.TICKET] * (is_ripe and waiter == name)) if not brought.honey else ()
        )
        return Entry((*proved, Pool.NEITHER), name, self._spending(name))

    def passed(self, puzzle: str) -> Entry:
        """For who solved a puzzle that somebody else checked; `puzzle` is what he solved, good once."""
        name = hashlib.sha256(puzzle.encode()).hexdigest()
        return Entry((Pool.PROOF, Pool.NEITHER), name, self._spending(name))

    def is_ours(self, ticket: str) -> bool:
        """Whether a ticket is good, ripe or not."""
        return bool(self._waiter(ticket)[0])

    def _ticket(self, name: str) -> str:
        return str(self._signer.dumps([name, self._now()]))

    def _waiter(self, ticket: str) -> tuple[str, bool]:
        """The name on a ticket and whether it is ripe; no name when it is none of ours, or over."""
        try:
            name, shown = self._signer.loads(ticket[:LONGEST])
            age = self._now() - int(shown)
        except (BadSignature, ValueError, TypeError):
            return "", False
        return (str(name), age >= RIPE_SECONDS) if 0 <= age < OVER_SECONDS else ("", False)

    def _worker(self, proof: str) -> str:
        """The name of the challenge that was solved; empty when none was."""
        try:
            solved = json.loads(b64decode(proof[:LONGEST], validate=True))
            challenge = altcha.Challenge.from_dict(solved["challenge"])
            payload = altcha.Payload(challenge, altcha.Solution.from_dict(solved["solution"]))
            is_solved = any(self._holds(payload, *keys) for keys in self._work_keys)
            # What is signed is ours, so it has all its parts.
            return challenge.parameters.nonce if is_solved and self._now() < _until(challenge) else ""
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return ""

    def _holds(self, payload: altcha.Payload, challenge_key: bytes, solution_key: bytes) -> bool:
        # With the key of the solution a check is two HMACs: a flood of wrong proofs costs no rounds.
        return altcha.verify_solution(payload, challenge_key, hmac_key_secret=solution_key).verified

    def _spending(self, name: str) -> Spending:
        end = (self._now() // OVER_SECONDS + 2) * OVER_SECONDS  # coarse, since it tells when a form was begun
        return Spending(hashlib.sha256(b"signaallijn/1 proof\n" + name.encode()).digest(), end)

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _until(challenge: altcha.Challenge) -> int:
    return int((challenge.parameters.data or {}).get("until", 0))


def _derived(key: str, use: bytes) -> bytes:
    return hmac.digest(key.encode(), b"signaallijn/1 proof of work " + use, "sha256")


def draft_id_of(token: str, key: str) -> str:
    """The id of the draft that a page begins: posted twice, it begins one and leads to it both times. Nobody can guess
    it who has not both the page and the server secret."""
    digest = hmac.digest(key.encode(), b"signaallijn/1 draft of a page\n" + token.encode(), "sha256")
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
