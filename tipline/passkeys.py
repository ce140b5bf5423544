"""What a passkey is asked to evaluate, and the key that its answer unlocks.

The answer never leaves the browser; this module serves the vectors and the tests. docs/formats.md ("Passkeys") fixes
the rules; static/js/formats/passkeys.js does the same."""

import hashlib
import hmac

from tipline.sealing import Identity

EVALUATED = 32
"""Bytes that a passkey's PRF gives."""


class NotAPrfError(ValueError):
    """What the passkey gave is not 32 bytes."""


def prf_input(salt: bytes) -> bytes:
    """What every passkey of a deployment evaluates: the same for all, since who signs in is not known before."""
    return hashlib.sha256(b"signaallijn/1 passkey\n" + salt).digest()


def identity(evaluated: bytes) -> Identity:
    """The identity to which this passkey's wrapped key file is sealed. Raises NotAPrfError."""
    if len(evaluated) != EVALUATED:
        raise NotAPrfError("a passkey evaluates to 32 bytes")
    return Identity.from_seed(hmac.digest(evaluated, b"signaallijn/1 passkey key\n", "sha256"))
