"""Coordinators' keys: making a coordinator with a wrapped key and a grant, and who holds a care point's key.

Enrolling here serves the demonstration and the tests; a real coordinator's keys are made in his own browser. Knows
nothing of pages."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyotp

from tipline import heads, sealing
from tipline.desk.second_way import TotpBox
from tipline.heads import Author, Head, Kind
from tipline.key_files import PublishedKey
from tipline.passphrases import Passphrase, normalise_login, stretch
from tipline.sealing import Identity
from tipline.settings import TiplineSettings
from tipline.storage.coordinators import Coordinator, Coordinators, Grant, WrappedKey

FIRST_KEY = 1
"""The number in the head of a coordinator's own key: he has one, and it is never replaced by another."""


@dataclass(frozen=True)
class Newcomer:
    """Who is to become a coordinator, and of which care point."""

    login: str
    name: str
    email: str
    care_point: str
    language: str = "nl"
    role: str = "coordinator"


@dataclass(frozen=True)
class CarePointKey:
    """A care point's secret key with its number, as a holder has it."""

    number: int
    identity: Identity = field(repr=False)


@dataclass(frozen=True)
class Enrolled:
    """A coordinator with the two things that only he should have."""

    coordinator: Coordinator
    passphrase: str = field(repr=False)
    totp_secret: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What goes into the key file when he becomes a holder."""
        return sealing.fingerprint(self.coordinator.recipient)


@dataclass(frozen=True)
class HolderNow:
    """A holder named in the key file, and when his browser last opened the grant of this very key."""

    name: str
    fingerprint: str
    proved_on: date | None


def enrol(settings: TiplineSettings, coordinators: Coordinators, newcomer: Newcomer, key: CarePointKey) -> Enrolled:
    """Makes a coordinator with a passphrase, a code secret, a wrapped key and a grant of the care point's key. His
    grant counts as never opened."""
    login = normalise_login(newcomer.login)
    passphrase, totp_secret, own = Passphrase.new(), pyotp.random_base32(), Identity.new()
    halves = stretch(passphrase, login, settings.salt)
    coordinator = Coordinator(
        id=str(uuid.uuid4()),
        login=login,
        name=newcomer.name,
        email=newcomer.email,
        care_point=newcomer.care_point,
        language=newcomer.language,
        role=newcomer.role,
        recipient=own.recipient,
        sign_in_digest=halves.sign_in_digest,
        totp_box=TotpBox(settings).seal(totp_secret, login),
    )
    coordinators.add(
        coordinator,
        WrappedKey(
            str(uuid.uuid4()), coordinator.id, "passphrase", _wrapped(own, coordinator, halves.identity.recipient)
        ),
        Grant(str(uuid.uuid4()), coordinator.id, coordinator.care_point, key.number, _granted(key, coordinator)),
    )
    return Enrolled(coordinator, passphrase.grouped(), totp_secret)


def holders_of(key: PublishedKey, coordinators: Coordinators) -> tuple[HolderNow, ...]:
    """Who the key file says holds this key, and when each last proved it. Others' proofs don't count."""
    proved: Mapping[str, date] = {
        sealing.fingerprint_if_any(proof.recipient): proof.proved_on
        for proof in coordinators.proofs(key.care_point)
        if proof.number == key.number
    }
    return tuple(HolderNow(holder.name, holder.fingerprint, proved.get(holder.fingerprint)) for holder in key.holders)


def _wrapped(own: Identity, coordinator: Coordinator, unlocker: str) -> bytes:
    head = Head(Kind.KEY, None, (coordinator.care_point,), FIRST_KEY, Author.COORDINATOR, coordinator.language)
    return sealing.seal(heads.write(head, {"login": coordinator.login, "secret": own.secret}), [unlocker])


def _granted(key: CarePointKey, coordinator: Coordinator) -> bytes:
    head = Head(Kind.GRANT, None, (coordinator.care_point,), key.number, Author.COORDINATOR, coordinator.language)
    body = {"care_point": coordinator.care_point, "secret": key.identity.secret}
    return sealing.seal(heads.write(head, body), [coordinator.recipient])
