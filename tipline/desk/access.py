"""Who may enter the desk: sessions, how they begin and end, and when their owner must prove himself anew.

Nothing about an address or a browser is kept. Knows nothing of tips."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from itsdangerous import BadSignature, Signer

from tipline.desk.passkeys import PasskeyChecks
from tipline.desk.second_way import Credentials, SecondWay
from tipline.settings import TiplineSettings
from tipline.storage import Store
from tipline.storage.coordinators import Coordinator
from tipline.storage.sessions import StoredSession

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
STEPPED_UP = timedelta(minutes=5)
"""For how long a proof given anew counts."""


SIGN_IN = "sign-in"


@dataclass(frozen=True)
class Session:
    """A session that just began: the cookie's value, and whose it is."""

    cookie: str = field(repr=False)
    coordinator: Coordinator


@dataclass(frozen=True)
class Visit:
    """Who comes with a request, and in which session."""

    coordinator: Coordinator
    session: StoredSession


@dataclass(frozen=True)
class WaysToStepUp:
    credentials: tuple[bytes, ...]
    """Of his passkeys; where there are none, passphrase and code count."""
    challenge: str


class Access:
    """Signs coordinators in and out, and says whose session a cookie is."""

    def __init__(self, settings: TiplineSettings, store: Store, clock: Callable[[], datetime]) -> None:
        self._sessions = store.sessions
        self._passkeys = store.passkeys
        self._clock = clock
        self._second_way = SecondWay(settings, store.coordinators, clock)
        self.passkeys = PasskeyChecks(settings, store, clock)
        # itsdangerous signs with the last key of a list; ours begins with the newest.
        self._signer = Signer(list(reversed(settings.secret_keys)), salt="desk-session")

    def sign_in(self, credentials: Credentials) -> Session:
        """Begins a session by passphrase and code. Raises each SignInError."""
        return self.begin(self._second_way.owner_of(credentials), "passphrase")

    def challenge(self) -> str:
        """What a passkey signs to sign in."""
        return self.passkeys.challenge(SIGN_IN)

    def sign_in_with(self, credential: str) -> Session:
        """Begins a session by a passkey, which tells by itself whose it is. Raises each PasskeyError."""
        return self.begin(self.passkeys.owner_of(credential, SIGN_IN), "passkey")

    def begin(self, coordinator: Coordinator, way: str) -> Session:
        """A session of who proved himself in this way."""
        now = self._clock()
        self._sessions.drop_ended(now)
        token = secrets.token_urlsafe(32)
        self._sessions.begin(StoredSession(_digest(token), coordinator.id, way, now, now, now + LONGEST))
        return Session(self._signer.sign(token).decode("ascii"), coordinator)

    def visit_of(self, cookie: str, *, counts: bool = True) -> Visit | None:
        """Whose session this is, which counts as use of it unless told otherwise; None when it ended, or never was."""
        digest = self._digest_of(cookie)
        now = self._clock()
        found = self._sessions.use(digest, now, now - IDLE, counts=counts) if digest else None
        return Visit(found[1], found[0]) if found else None

    def sign_out(self, cookie: str) -> None:
        digest = self._digest_of(cookie)
        if digest:
            self._sessions.end(digest)

    def sessions_of(self, coordinator: Coordinator) -> Sequence[StoredSession]:
        """His sessions that have not ended, the latest first."""
        now = self._clock()
        return self._sessions.of(coordinator.id, now, now - IDLE)

    # Proving oneself anew

    def is_stepped_up(self, visit: Visit) -> bool:
        """Whether he proved himself anew within the last minutes."""
        proved = visit.session.stepped_up
        return proved is not None and self._clock() - STEPPED_UP < proved

    def ways_to_step_up(self, visit: Visit) -> WaysToStepUp:
        """The second way is one only where he has no passkey: who stole passphrase and telephone does not get far."""
        own = self._passkeys.of(visit.coordinator.id)
        return WaysToStepUp(tuple(each.credential for each in own), self.passkeys.challenge(_stepping_up(visit)))

    def prove_by_passkey(self, visit: Visit, credential: str) -> None:
        """That one of his own passkeys signed for this session now. Raises each PasskeyError."""
        self.passkeys.owner_of(credential, _stepping_up(visit), only=visit.coordinator.id)

    def prove_by_second_way(self, visit: Visit, half: str, code: str) -> None:
        """That passphrase and telephone are at hand. Raises each SignInError."""
        self._second_way.prove(visit.coordinator, half, code)

    def step_up(self, visit: Visit) -> None:
        """He proved himself anew: this session may, for some minutes, do what asks for that."""
        self._sessions.step_up(visit.session.digest, self._clock())

    def _digest_of(self, cookie: str) -> bytes | None:
        try:
            return _digest(self._signer.unsign(cookie).decode("ascii"))
        except (BadSignature, UnicodeError):
            return None


def _stepping_up(visit: Visit) -> str:
    return f"step-up {visit.session.digest.hex()}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
