"""The second way in: half of a stretched passphrase, and a one-time code.

The passphrase never comes here, only the half of its stretched form that signs in; the other half unlocks keys in the
browser and is not sent to anyone. A failing second way locks nobody's passkey, and nothing about an address or a
browser is kept. Knows no sessions and no requests."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

import pyotp

from tipline.passphrases import normalise_login
from tipline.sealing import Box, WrongBoxError
from tipline.settings import TiplineSettings
from tipline.storage.coordinators import Coordinator, Coordinators

STEP_SECONDS = 30
STEPS_EITHER_WAY = 1
"""Clocks of telephones differ: the codes of the step before and after count too."""
SIGN_IN_HALF = 32
WRONG_CODES = 5
WRONG_CODES_WITHIN = timedelta(minutes=15)


class SignInError(Exception):
    """Nobody was signed in."""


class WrongCredentialsError(SignInError):
    """Login, passphrase or code is wrong; which of them is not told."""


class CodeUsedError(SignInError):
    """The passphrase is right, but this one-time code, or a later one, was used before."""


class TooManyCodesError(SignInError):
    """The passphrase is right, but too many wrong codes came with it lately."""


class LostSecondWayError(SignInError):
    """The passphrase is right, but no server secret opens the box of its code secret any more."""


@dataclass(frozen=True)
class Credentials:
    """What the browser sends to sign in."""

    login: str
    half: str = field(repr=False)
    """The sign-in half, base64url."""
    code: str = field(repr=False)


class TotpBox:
    """Keeps the secrets of one-time codes boxed, each for its own login."""

    def __init__(self, settings: TiplineSettings) -> None:
        self._box = Box(settings.secret_keys, "totp")

    def seal(self, secret: str, login: str) -> bytes:
        return self._box.seal(secret.encode("ascii"), login.encode())

    def open(self, box: bytes, login: str) -> str:
        """Raises WrongBoxError."""
        return self._box.open(box, login.encode()).decode("ascii")


class SecondWay:
    """Checks passphrase halves and one-time codes.

    A passphrase has 100 random bits and needs no throttle, and a throttle on it would let anyone who knows a login lock
    its owner out. A code has 20 bits: only it can be guessed, and only by someone who has the passphrase already. How
    often that was tried stands with the coordinator, in the database: the bound is one for all workers."""

    def __init__(self, settings: TiplineSettings, coordinators: Coordinators, clock: Callable[[], datetime]) -> None:
        self._coordinators = coordinators
        self._clock = clock
        self._totp = TotpBox(settings)
        self._nobody = self._make_nobody()

    def owner_of(self, credentials: Credentials) -> Coordinator:
        """Whose these are; his code is used up. Raises each SignInError.

        An unknown login takes the same work as a known one: a box is opened and three codes are compared. Who was
        ended is not known any more."""
        found = self._coordinators.by_login(normalise_login(credentials.login))
        if found is not None and found.ended_on is not None:
            found = None
        coordinator = found or self._nobody
        self._check(coordinator, credentials.half, credentials.code, is_known=found is not None)
        return coordinator

    def prove(self, coordinator: Coordinator, half: str, code: str) -> None:
        """That who is signed in has passphrase and telephone at hand; the code is used up. Raises each SignInError."""
        self._check(coordinator, half, code, is_known=True)

    def _check(self, coordinator: Coordinator, half: str, code: str, *, is_known: bool) -> None:
        now = self._clock()
        secret = self._secret_of(coordinator)
        step = step_of_code(secret or pyotp.random_base32(), code, now)
        if not _is_right_half(coordinator, half) or not is_known:
            raise WrongCredentialsError
        if secret is None:
            raise LostSecondWayError
        if not self._coordinators.try_code(coordinator.id, now, now - WRONG_CODES_WITHIN, WRONG_CODES):
            raise TooManyCodesError
        if step is None:
            raise WrongCredentialsError
        self._coordinators.give_try_back(coordinator.id)
        if not self._coordinators.use_totp(coordinator.id, step):
            raise CodeUsedError

    def _secret_of(self, coordinator: Coordinator) -> str | None:
        try:
            return self._totp.open(coordinator.totp_box, coordinator.login)
        except WrongBoxError:
            return None

    def _make_nobody(self) -> Coordinator:
        """Stands in for unknown logins. It can't be found, so it can't enter."""
        login = "nobody"
        return Coordinator(
            id="",
            login=login,
            name="",
            email="",
            care_point="",
            language="",
            recipient="",
            sign_in_digest=secrets.token_bytes(32),
            totp_box=self._totp.seal(pyotp.random_base32(), login),
        )


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, if it is one of those that count now."""
    totp = pyotp.TOTP(secret)
    given = "".join(code.split()).encode()
    middle = step_at(now)
    found = None
    for step in range(middle - STEPS_EITHER_WAY, middle + STEPS_EITHER_WAY + 1):
        if compare_digest(totp.generate_otp(step).encode(), given):
            found = step
    return found


def step_at(instant: datetime) -> int:
    """The number of the 30-second step of a one-time code."""
    return int(instant.astimezone(UTC).timestamp()) // STEP_SECONDS


def unused_code(totp_secret: str, totp_used: int, now: datetime) -> str | None:
    """A code that would be taken now; None when the owner must wait for the next step. A demonstration shows it."""
    step = max(step_at(now), totp_used + 1)
    return pyotp.TOTP(totp_secret).generate_otp(step) if step <= step_at(now) + STEPS_EITHER_WAY else None


def digest_of_half(half: str) -> bytes | None:
    """What is kept of a sign-in half, given in base64url; None for what is none."""
    given = _decoded(half)
    return hashlib.sha256(given).digest() if len(given) == SIGN_IN_HALF else None


def _is_right_half(coordinator: Coordinator, half: str) -> bool:
    given = _decoded(half)
    is_right = compare_digest(hashlib.sha256(given).digest(), coordinator.sign_in_digest)
    return is_right and len(given) == SIGN_IN_HALF


def _decoded(half: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(half + "=" * (-len(half) % 4))
    except (binascii.Error, ValueError):
        return b""
