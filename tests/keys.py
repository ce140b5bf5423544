"""Opens keys as the browser of a coordinator does: passphrase -> own key -> grant of the care point's key."""

from functools import cache

from tipline import heads
from tipline.heads import Author, Head, Kind
from tipline.passphrases import Halves, Passphrase, stretch
from tipline.sealing import Identity, open_sealed
from tipline.storage.coordinators import Coordinators


@cache
def halves(passphrase: str, login: str, salt: bytes) -> Halves:
    """Stretched once for all tests, since it is slow on purpose."""
    return stretch(Passphrase.parse(passphrase), login, salt)


def secret_in(sealed: bytes, opener: Identity, kind: Kind, care_point: str) -> Identity:
    """What a wrapped key or a grant holds."""
    head = Head(kind, None, (care_point,), 1, Author.COORDINATOR, "nl")
    return Identity(str(heads.read(open_sealed(sealed, opener), head).body["secret"]))


def care_point_key(coordinators: Coordinators, login: str, passphrase: str, salt: bytes) -> Identity:
    """The key of this coordinator's care point."""
    coordinator = coordinators.by_login(login)
    assert coordinator
    (wrapped,), (grant,) = coordinators.wrapped_keys(coordinator.id), coordinators.grants(coordinator.id)
    own = secret_in(wrapped.sealed, halves(passphrase, login, salt).identity, Kind.KEY, coordinator.care_point)
    return secret_in(grant.sealed, own, Kind.GRANT, coordinator.care_point)
