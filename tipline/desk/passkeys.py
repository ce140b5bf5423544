"""Passkeys: the challenges that they sign, and whether what they signed holds. The library `webauthn` checks
signature, origin, host, user verification and count. What a passkey evaluates (PRF) never comes here.

A challenge is signed by the server and names its purpose and its end; nothing is written down when one is given out, so
asking for many fills nothing. It is written down when it is answered, and so counts once. Knows no requests."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from itsdangerous import BadSignature, Signer
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException

from tipline.settings import TiplineSettings
from tipline.storage import Store
from tipline.storage.coordinators import Coordinator
from tipline.storage.passkeys import Passkey, Spent
from tipline.working_days import dutch_date

LASTS = timedelta(minutes=5)
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What the library raises for bytes that are no such answer, since it reads some of them before it checks them."""


class PasskeyError(Exception):
    """A passkey proved nothing."""


class WrongPasskeyError(PasskeyError):
    """It is not known, or not this coordinator's, or its answer does not hold; which of them is not told."""


class StaleChallengeError(PasskeyError):
    """It answered no challenge of ours for this purpose, or one that is over or was answered before."""


@dataclass(frozen=True)
class Registered:
    """What a new passkey told of itself, and the challenge that it answered: to be spent when it is kept."""

    credential: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    spent: Spent


class PasskeyChecks:
    """Gives challenges out, and checks what passkeys answer."""

    def __init__(self, settings: TiplineSettings, store: Store, clock: Callable[[], datetime]) -> None:
        self._passkeys = store.passkeys
        self._clock = clock
        self._keys = list(reversed(settings.secret_keys))
        self._origin, self._host = _origin_and_host(settings.desk_url)

    def challenge(self, purpose: str, lasts: timedelta = LASTS) -> str:
        """Text to be signed, as bytes of ASCII. `purpose` says what for and for whom: a challenge for another one is
        none."""
        ends = int((self._clock() + lasts).timestamp())
        return self._signer(purpose).sign(f"{secrets.token_urlsafe(16)}.{ends}").decode("ascii")

    def registered(self, credential: str, purpose: str) -> Registered:
        """A new passkey, given as JSON. Raises WrongPasskeyError and StaleChallengeError."""
        try:
            answer = parse_registration_credential_json(credential)
            challenge = parse_client_data_json(answer.response.client_data_json).challenge
        except MALFORMED:
            raise WrongPasskeyError from None
        spent = self._spent(challenge, purpose)
        try:
            found = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except MALFORMED:
            raise WrongPasskeyError from None
        return Registered(found.credential_id, found.credential_public_key, found.sign_count, spent)

    def owner_of(self, credential: str, purpose: str, only: str | None = None) -> Coordinator:
        """Whose passkey signed, given as JSON; its challenge is spent. With `only`, no other coordinator's passkeys
        count. Raises WrongPasskeyError and StaleChallengeError."""
        try:
            answer = parse_authentication_credential_json(credential)
            challenge = parse_client_data_json(answer.response.client_data_json).challenge
        except MALFORMED:
            raise WrongPasskeyError from None
        spent = self._spent(challenge, purpose)
        found = self._passkeys.by_credential(answer.raw_id)
        if found is None or (only is not None and found[1].id != only):
            raise WrongPasskeyError
        passkey, owner = found
        try:
            proved = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except MALFORMED:
            raise WrongPasskeyError from None
        if not self._passkeys.use(passkey, proved.new_sign_count, spent, self._clock()):
            raise StaleChallengeError
        return owner

    def _spent(self, challenge: bytes, purpose: str) -> Spent:
        """What is written down of this challenge, if it is one of ours for this purpose and not over."""
        try:
            ends = self._signer(purpose).unsign(challenge).decode("ascii").rpartition(".")[2]
            moment = datetime.fromtimestamp(int(ends), UTC)
        except (BadSignature, ValueError):
            raise StaleChallengeError from None
        if moment <= self._clock():
            raise StaleChallengeError
        return Spent(hashlib.sha256(challenge).digest(), purpose.partition(" ")[0], moment)

    def _signer(self, purpose: str) -> Signer:
        return Signer(self._keys, salt=f"desk-challenge {purpose}")


def _origin_and_host(address: str) -> tuple[str, str]:
    """As a browser writes the origin of an address: without the port that its scheme has anyway."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_usual = parts.port in {None, {"https": 443, "http": 80}.get(parts.scheme)}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}", host


def kept(registered: Registered, passkey_id: str, coordinator_id: str, name: str, now: datetime) -> Passkey:
    """A new passkey as it is kept."""
    return Passkey(
        id=passkey_id,
        coordinator=coordinator_id,
        credential=registered.credential,
        public_key=registered.public_key,
        sign_count=registered.sign_count,
        name=name,
        added_on=dutch_date(now),
    )
