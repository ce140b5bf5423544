"""Who may enter the desk: the second way of signing in (sign-in half and one-time code), and sessions.

The passphrase never comes here, only the half of its stretched form that signs in; the other half unlocks keys in the
browser and is not sent to anyone. Nothing about an address or a browser is kept. Knows nothing of tips."""

import base64
import binascii
import hashlib
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

import pyotp
from itsdangerous import BadSignature, Signer

from tipline.passphrases import normalise_login
from tipline.sealing import Box
from tipline.settings import TiplineSettings
from tipline.storage.coordinators import Coordinator, Coordinators

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
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


@dataclass(frozen=True)
class Credentials:
    """What the browser sends to sign in."""

    login: str
    half: str = field(repr=False)
    """The sign-in half, base64url."""
    code: str = field(repr=False)


@dataclass(frozen=True)
class Session:
    """A session that just began: the cookie's value, and whose it is."""

    cookie: str = field(repr=False)
    coordinator: Coordinator


class TotpBox:
    """Keeps the secrets of one-time codes boxed, each for its own login."""

    def __init__(self, settings: TiplineSettings) -> None:
        self._box = Box(settings.secret_keys, "totp")

    def seal(self, secret: str, login: str) -> bytes:
        return self._box.seal(secret.encode("ascii"), login.encode())

    def open(self, box: bytes, login: str) -> str:
        return self._box.open(box, login.encode()).decode("ascii")


class WrongCodes:
    """Counts wrong codes that came with a right passphrase; forgets them after a quarter of an hour.

    A passphrase has 100 random bits and needs no throttle, and a throttle on it would let anyone who knows a login lock
    its owner out. A code has 20 bits: only it can be guessed, and only by someone who has the passphrase already. Each
    worker counts for itself, in memory: the bound is per worker, and nothing about an attempt is written down."""

    def __init__(self) -> None:
        self._by_coordinator: dict[str, deque[datetime]] = {}

    def are_too_many(self, coordinator_id: str, now: datetime) -> bool:
        times = self._by_coordinator.get(coordinator_id, deque())
        while times and times[0] <= now - WRONG_CODES_WITHIN:
            times.popleft()
        return len(times) >= WRONG_CODES

    def count(self, coordinator_id: str, now: datetime) -> None:
        self._by_coordinator.setdefault(coordinator_id, deque(maxlen=WRONG_CODES)).append(now)


class Access:
    """Signs coordinators in and out, and says whose session a cookie is."""

    def __init__(self, settings: TiplineSettings, coordinators: Coordinators, clock: Callable[[], datetime]) -> None:
        self._coordinators = coordinators
        self._clock = clock
        self._totp = TotpBox(settings)
        self._wrong_codes = WrongCodes()
        # itsdangerous signs with the last key of a list; ours begins with the newest.
        self._signer = Signer(list(reversed(settings.secret_keys)), salt="desk-session")
        self._nobody = self._make_nobody()

    def sign_in(self, credentials: Credentials) -> Session:
        """Begins a session. Raises WrongCredentialsError, CodeUsedError and TooManyCodesError.

        An unknown login takes the same work as a known one: a box is opened and three codes are compared."""
        now = self._clock()
        found = self._coordinators.by_login(normalise_login(credentials.login))
        coordinator = found or self._nobody
        step = self._step_of(coordinator, credentials.code, now)
        if not _is_right_half(coordinator, credentials.half) or found is None:
            raise WrongCredentialsError
        self._use_code(coordinator, step, now)
        return self._begin(coordinator, now)

    def coordinator_of(self, cookie: str) -> Coordinator | None:
        """Whose session this is, which counts as use of it; None when it ended, or never was."""
        digest = self._digest_of(cookie)
        now = self._clock()
        return self._coordinators.use_session(digest, now, now - IDLE) if digest else None

    def sign_out(self, cookie: str) -> None:
        digest = self._digest_of(cookie)
        if digest:
            self._coordinators.end_session(digest)

    def _use_code(self, coordinator: Coordinator, step: int | None, now: datetime) -> None:
        if self._wrong_codes.are_too_many(coordinator.id, now):
            raise TooManyCodesError
        if step is None:
            self._wrong_codes.count(coordinator.id, now)
            raise WrongCredentialsError
        if not self._coordinators.use_totp(coordinator.id, step):
            raise CodeUsedError

    def _begin(self, coordinator: Coordinator, now: datetime) -> Session:
        self._coordinators.drop_ended_sessions(now)
        token = secrets.token_urlsafe(32)
        self._coordinators.begin_session(_digest(token), coordinator.id, now, now + LONGEST)
        return Session(self._signer.sign(token).decode("ascii"), coordinator)

    def _digest_of(self, cookie: str) -> bytes | None:
        try:
            return _digest(self._signer.unsign(cookie).decode("ascii"))
        except (BadSignature, UnicodeError):
            return None

    def _step_of(self, coordinator: Coordinator, code: str, now: datetime) -> int | None:
        """The step whose code this is, if it is one of those that count now."""
        totp = pyotp.TOTP(self._totp.open(coordinator.totp_box, coordinator.login))
        given = "".join(code.split()).encode()
        middle = step_at(now)
        found = None
        for step in range(middle - STEPS_EITHER_WAY, middle + STEPS_EITHER_WAY + 1):
            if compare_digest(totp.generate_otp(step).encode(), given):
                found = step
        return found

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


def step_at(instant: datetime) -> int:
    """The number of the 30-second step of a one-time code."""
    return int(instant.astimezone(UTC).timestamp()) // STEP_SECONDS


def unused_code(totp_secret: str, totp_used: int, now: datetime) -> str | None:
    """A code that would be taken now; None when the owner must wait for the next step. A demonstration shows it."""
    step = max(step_at(now), totp_used + 1)
    return pyotp.TOTP(totp_secret).generate_otp(step) if step <= step_at(now) + STEPS_EITHER_WAY else None


def _is_right_half(coordinator: Coordinator, half: str) -> bool:
    try:
        given = base64.urlsafe_b64decode(half + "=" * (-len(half) % 4))
    except (binascii.Error, ValueError):
        given = b""
    is_right = compare_digest(hashlib.sha256(given).digest(), coordinator.sign_in_digest)
    return is_right and len(given) == SIGN_IN_HALF


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
