"""Inviting someone to be a coordinator, and his joining. All keys are made in his browser; what is kept here of them is
public, sealed, or a digest. Knows no requests."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tipline.desk.passkeys import PasskeyChecks, StaleChallengeError, kept
from tipline.desk.second_way import TotpBox, digest_of_half, step_of_code
from tipline.languages import LANGUAGES
from tipline.passphrases import normalise_login
from tipline.sealing import NotARecipientError, fingerprint
from tipline.settings import TiplineSettings
from tipline.storage import Store
from tipline.storage.coordinators import Coordinator, WrappedKey
from tipline.storage.invitations import ChallengeSpentError, Invitation, InvitationGoneError, LoginTakenError, Newcomer
from tipline.storage.passkeys import Passkey, Spent
from tipline.storage.trail import Deed
from tipline.working_days import dutch_date

LASTS = timedelta(days=7)
MINUTES_FOR_JOINING = timedelta(minutes=45)
"""From making the passkey to the first code: a passphrase is written down meanwhile, perhaps an app installed."""
BY_OPERATOR = "operator"
LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
"""ASCII only: such a login is lower case alike in every program."""
TOTP_SECRET = re.compile(r"[A-Z2-7]{32}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LONGEST_EMAIL = 254
LONGEST_NAME = 80


class NotInvitableError(ValueError):
    """This address or role can't be invited."""


class NotALoginError(ValueError):
    """A login has 1 to 40 letters, digits, dots and dashes."""


class NotANewcomerError(ValueError):
    """What came is not all that is kept of a coordinator."""


class WrongCodeError(ValueError):
    """The first code is not one of the secret that came along."""


@dataclass(frozen=True)
class Joining:
    """What the browser of who joins sends. Nothing in it opens his key."""

    login: str
    name: str
    language: str
    recipient: str
    half: str = field(repr=False)
    totp_secret: str = field(repr=False)
    code: str = field(repr=False)
    wrapped: bytes = field(repr=False)
    """His key, sealed to the unlocking half of his passphrase."""
    passkey: "JoiningPasskey | None" = None


@dataclass(frozen=True)
class JoiningPasskey:
    credential: str
    name: str
    wrapped: bytes = field(repr=False)


class Invitations:
    """Gives invitations out, and lets in who comes with one."""

    def __init__(self, settings: TiplineSettings, store: Store, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._checks = PasskeyChecks(settings, store, clock)

    def invite(self, care_point: str, email: str, role: str, by: str) -> str:
        """A link that lets one person join, once, within a week. Only its digest is kept. Raises NotInvitableError."""
        if not EMAIL.fullmatch(email) or not email.isprintable() or len(email) > LONGEST_EMAIL:
            raise NotInvitableError(f"{email} is no e-mail address")
        now, token = self._clock(), secrets.token_urlsafe(32)
        self._store.invitations.add(Invitation(_digest(token), care_point, email, role, now + LASTS))
        self._record("invited", by, care_point, role)
        return f"{self._settings.desk_url}/invite#{token}"

    def open_ones(self, care_point: str) -> Sequence[Invitation]:
        return self._store.invitations.of(care_point, self._clock())

    def withdraw(self, care_point: str, digest: bytes, by: str) -> bool:
        """False when this care point gave no such invitation."""
        is_gone = self._store.invitations.withdraw(care_point, digest)
        if is_gone:
            self._record("invitation_withdrawn", by, care_point)
        return is_gone

    def of_token(self, token: str) -> Invitation:
        """Raises InvitationGoneError."""
        found = self._store.invitations.get(_digest(token), self._clock())
        if found is None:
            raise InvitationGoneError
        return found

    def challenge(self, invitation: Invitation) -> str:
        """What the passkey of who joins signs."""
        return self._checks.challenge(_purpose(invitation), MINUTES_FOR_JOINING)

    def free_login(self, typed: str) -> str:
        """The login as it is kept. Raises NotALoginError and LoginTakenError."""
        login = normalise_login(typed)
        if not LOGIN.fullmatch(login):
            raise NotALoginError
        if self._store.coordinators.by_login(login):
            raise LoginTakenError
        return login

    def join(self, token: str, joining: Joining) -> Coordinator:
        """Makes a coordinator of who was invited; the invitation is used up.

        Raises InvitationGoneError, NotALoginError, LoginTakenError, NotANewcomerError, WrongCodeError and each
        PasskeyError; nothing is kept then, and the invitation stays."""
        invitation = self.of_token(token)
        now = self._clock()
        coordinator = self._coordinator(invitation, joining, now)
        wrapped = WrappedKey(str(uuid.uuid4()), coordinator.id, "passphrase", joining.wrapped)
        passkey = self._passkey(invitation, joining.passkey, coordinator, now) if joining.passkey else None
        try:
            self._store.invitations.accept(invitation.digest, Newcomer(coordinator, wrapped, passkey), now)
        except ChallengeSpentError:
            raise StaleChallengeError from None
        self._record("joined", coordinator.id, coordinator.care_point, coordinator.role)
        return coordinator

    def _coordinator(self, invitation: Invitation, joining: Joining, now: datetime) -> Coordinator:
        login, digest = self.free_login(joining.login), digest_of_half(joining.half)
        name = joining.name.strip()
        if not is_a_name(name) or joining.language not in LANGUAGES or digest is None:
            raise NotANewcomerError
        if not TOTP_SECRET.fullmatch(joining.totp_secret) or not is_recipient(joining.recipient):
            raise NotANewcomerError
        step = step_of_code(joining.totp_secret, joining.code, now)
        if step is None:
            raise WrongCodeError
        return Coordinator(
            id=coordinator_id(invitation),
            login=login,
            name=name,
            email=invitation.email,
            care_point=invitation.care_point,
            language=joining.language,
            recipient=joining.recipient,
            sign_in_digest=digest,
            totp_box=TotpBox(self._settings).seal(joining.totp_secret, login),
            totp_used=step,
            role=invitation.role,
        )

    def _passkey(
        self, invitation: Invitation, joining: JoiningPasskey, coordinator: Coordinator, now: datetime
    ) -> tuple[Passkey, WrappedKey, Spent]:
        if not is_a_name(joining.name):
            raise NotANewcomerError
        registered = self._checks.registered(joining.credential, _purpose(invitation))
        passkey_id = str(uuid.uuid4())
        wrapped = WrappedKey(str(uuid.uuid4()), coordinator.id, passkey_id, joining.wrapped)
        return kept(registered, passkey_id, coordinator.id, joining.name, now), wrapped, registered.spent

    def _record(self, deed: str, actor: str, care_point: str, about: str = "") -> None:
        self._store.trail.record(Deed(deed, actor, care_point, dutch_date(self._clock()), about=about))


def coordinator_id(invitation: Invitation) -> str:
    """The id of who joins by this invitation. It follows from it, since the passkey that is made before he has joined
    must bear it already: then a device shows one account, however many passkeys come."""
    drawn = hashlib.sha256(b"signaallijn/1 coordinator\n" + invitation.digest).digest()
    return str(uuid.UUID(bytes=drawn[:16], version=4))


def is_a_name(text: str) -> bool:
    """Something that people can be shown, on one line."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and bool(text.strip())


def is_recipient(text: str) -> bool:
    try:
        return bool(fingerprint(text))
    except NotARecipientError:
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _purpose(invitation: Invitation) -> str:
    return f"invitation {invitation.digest.hex()}"
