"""Age files for post-quantum hybrid recipients, and boxes for the server's own short memory.

The only module that imports `cryptography`. A sealed file is an age v1 file (C2SP age, recipient type
`mlkem768x25519`); what stands inside it is the business of `heads`. docs/formats.md ("Sealed files", "Boxes") fixes the
bytes; static/js/formats/ages.js is its twin.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tipline import bech32, digits
from tipline.padding import BUCKETS

MAX_HEADER = 32 * 1024
"""Bytes that a header may have, about twenty recipients; a longer one is refused before it is parsed."""
MAX_BEGINNING = MAX_HEADER + 16
"""Bytes within which header and nonce of a file end."""

_VERSION_LINE = b"age-encryption.org/v1"
_HYBRID = b"mlkem768x25519"
_INFO = b"age-encryption.org/mlkem768x25519"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_COLUMNS = 64
_SEED, _FILE_KEY, TAG, _NONCE, _MAC = 32, 16, 16, 16, 32
_ENCAPSULATION, _MLKEM_PUBLIC, _X25519_PUBLIC = 1120, 1184, 32
CHUNK = 64 * 1024
"""Bytes of text in a chunk of a payload."""
_RECIPIENT_PREFIX, _SECRET_PREFIX = "age1pq", "age-secret-key-pq-"


class SealingError(ValueError):
    """Something sealed, or a key to seal with, is not what it should be."""


class NotAnAgeFileError(SealingError):
    """The bytes do not begin with a well-formed age v1 header and a nonce."""


class ForeignRecipientError(SealingError):
    """The file is sealed, also, to a recipient that is not post-quantum hybrid."""


class WrongRecipientCountError(SealingError):
    """The file is sealed to more or fewer recipients than it should be."""


class WrongSizeError(SealingError):
    """The sealed text does not have the length of a padded plaintext: it was cut, or never padded."""


class WrongKeyError(SealingError):
    """The file is not sealed to this key."""


class AlteredFileError(SealingError):
    """The file was cut, lengthened or altered after it was sealed."""


class NotARecipientError(SealingError):
    """The text is not a hybrid age recipient (`age1pq1…`)."""


class NotAnIdentityError(SealingError):
    """The text or seed is not a hybrid age identity."""


class NoRecipientError(SealingError):
    """There is nobody to seal to."""


class WeakSecretError(SealingError):
    """A box was given no server secret, or one shorter than 32 bytes."""


class WrongBoxError(SealingError):
    """The box was altered, belongs to another purpose or place, or was closed with a secret that is gone."""


# Keys


@dataclass(frozen=True)
class Identity:
    """A hybrid secret key in age's notation. Its repr hides it; make one with `new` or `from_seed`."""

    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> "Identity":
        """A fresh identity from the operating system's randomness."""
        return cls.from_seed(secrets.token_bytes(_SEED))

    @classmethod
    def from_seed(cls, seed: bytes) -> "Identity":
        """The identity that belongs to this seed of 32 bytes; raises NotAnIdentityError for another length."""
        if len(seed) != _SEED:
            raise NotAnIdentityError("a seed has 32 bytes")
        return cls(bech32.encode(_SECRET_PREFIX, seed).upper())

    @cached_property
    def recipient(self) -> str:
        """The public half, `age1pq1…`. Raises NotAnIdentityError when the secret is malformed."""
        mlkem, x25519 = self._private_keys
        raw = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return bech32.encode(_RECIPIENT_PREFIX, raw)

    @cached_property
    def _private_keys(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        # X-Wing: SHAKE-256 stretches the seed to the 64 bytes of ML-KEM-768 and the 32 of X25519.
        raw = hashlib.shake_256(_decoded(self.secret, _SECRET_PREFIX, _SEED, NotAnIdentityError)).digest(96)
        return MLKEM768PrivateKey.from_seed_bytes(raw[:64]), X25519PrivateKey.from_private_bytes(raw[64:])


def _decoded(text: str, prefix: str, length: int, error: type[SealingError]) -> bytes:
    try:
        found, data = bech32.decode(text)
    except bech32.NotBech32Error as reason:
        raise error(str(reason)) from None
    if found != prefix or len(data) != length or text.isupper() != (prefix == _SECRET_PREFIX):
        raise error("another kind of key, or another length")
    return data


@lru_cache(maxsize=256)  # the same few: tips are sealed to care points, one after the other
def _public_key(recipient: str) -> MLKEM768X25519PublicKey:
    raw = _decoded(recipient, _RECIPIENT_PREFIX, _MLKEM_PUBLIC + _X25519_PUBLIC, NotARecipientError)
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC])
    except ValueError as reason:
        raise NotARecipientError("not an ML-KEM-768 key") from reason
    return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:]))


@lru_cache(maxsize=1024)  # recipients of coordinators and care points: few, public, asked for on every page
def fingerprint(recipient: str) -> str:
    """The 25 digits by which people recognise a recipient over the telephone. Raises NotARecipientError."""
    _public_key(recipient)
    digest = hashlib.sha256(b"signaallijn/1 fingerprint\n" + recipient.encode("ascii")).digest()
    number = f"{int.from_bytes(digest, 'big') % 10**24:024d}"
    return number + digits.check_digit(number)


def fingerprint_if_any(recipient: str) -> str:
    """The fingerprint; empty for what is no recipient. For what the database holds: it must not stop anyone."""
    try:
        return fingerprint(recipient)
    except NotARecipientError:
        return ""


# Sealing and opening


def seal(plaintext: bytes, recipients: Sequence[str]) -> bytes:
    """An age file that each of these recipients can open. Raises NoRecipientError and NotARecipientError."""
    beginning, payload = begin_sealing(recipients)
    last = max(0, (len(plaintext) - 1) // CHUNK)
    chunks = (plaintext[index * CHUNK : (index + 1) * CHUNK] for index in range(last + 1))
    return beginning + b"".join(payload.seal(chunk, is_last=index == last) for index, chunk in enumerate(chunks))


def begin_sealing(recipients: Sequence[str]) -> tuple[bytes, "Payload"]:
    """How an age file to these recipients begins, and what seals its chunks: for texts too large for memory. Raises
    NoRecipientError and NotARecipientError."""
    if not recipients:
        raise NoRecipientError("sealing needs at least one recipient")
    file_key = secrets.token_bytes(_FILE_KEY)
    stanzas = b"".join(_stanza_for(_public_key(recipient), file_key) for recipient in recipients)
    covered = _VERSION_LINE + b"\n" + stanzas + b"---"
    nonce = secrets.token_bytes(_NONCE)
    header = covered + b" " + _to_base64(_header_mac(file_key, covered)) + b"\n"
    return header + nonce, Payload(_derive(file_key, nonce, b"payload"))


def begin_opening(beginning: bytes, identity: Identity) -> tuple["Payload", bytes]:
    """What opens the chunks of a file that begins with these bytes (`MAX_BEGINNING` of them, or all), and those of them
    that belong to the chunks. Raises NotAnAgeFileError, WrongKeyError and AlteredFileError."""
    header = read_header(beginning)
    return _payload_of(header, _unwrapped(header, identity)), header.payload


def open_sealed(file: bytes, identity: Identity) -> bytes:
    """What was sealed to this identity, all of it or nothing.

    Raises NotAnAgeFileError, WrongKeyError and AlteredFileError. As age says, it passes over recipients of types it
    does not know; whether a file may have those is asked of `check_file`, before the file is stored.
    """
    header = read_header(file)
    return open_with_file_key(header, _unwrapped(header, identity))


def check_file(file: bytes, recipients: int | None = None) -> None:
    """Refuses, without any key, a file that must not be stored.

    Every recipient must be hybrid (and there must be `recipients` of them, when given), and the sealed text as long as
    a padded plaintext. Raises NotAnAgeFileError, ForeignRecipientError, WrongRecipientCountError and WrongSizeError.
    """
    header = read_header(file)
    if any(stanza.arguments[0] != _HYBRID for stanza in header.stanzas):
        raise ForeignRecipientError("every recipient must be post-quantum hybrid")
    for stanza in header.stanzas:
        _encapsulation(stanza)
    if recipients is not None and len(header.stanzas) != recipients:
        raise WrongRecipientCountError(f"{len(header.stanzas)} recipients, {recipients} expected")
    if len(header.payload) - TAG not in BUCKETS:
        raise WrongSizeError(f"{len(header.payload)} bytes")


@dataclass(frozen=True)
class Stanza:
    """One recipient's share of a header: its arguments, the first of which is the recipient type, and its body."""

    arguments: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """An age file taken apart, nothing of it believed yet."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    """The bytes that the header's MAC is about."""
    mac: bytes
    nonce: bytes
    payload: bytes


def open_with_file_key(header: Header, file_key: bytes) -> bytes:
    """The text under a header whose file key is known; raises AlteredFileError."""
    payload, sealed_chunk = _payload_of(header, file_key), CHUNK + TAG
    last = max(0, (len(header.payload) - 1) // sealed_chunk)
    chunks = (header.payload[index * sealed_chunk : (index + 1) * sealed_chunk] for index in range(last + 1))
    return b"".join(payload.open(chunk, is_last=index == last) for index, chunk in enumerate(chunks))


def _payload_of(header: Header, file_key: bytes) -> "Payload":
    if not hmac.compare_digest(_header_mac(file_key, header.covered), header.mac):
        raise AlteredFileError("the header was altered")
    return Payload(_derive(file_key, header.nonce, b"payload"))


def _derive(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _header_mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(_derive(file_key, None, b"header"), covered, "sha256")


# The header


def read_header(file: bytes) -> Header:
    """The file taken apart as the age format says, to the letter; raises NotAnAgeFileError."""
    end = file.find(b"\n--- ", 0, MAX_HEADER) + 1
    line_end = file.find(b"\n", end, MAX_HEADER)
    if not end or line_end < 0 or len(file) < line_end + 1 + _NONCE:
        raise NotAnAgeFileError("no header that ends in time")
    covered, rest = file[: end + 3], file[line_end + 1 :]
    mac = _from_base64(file[end + 4 : line_end])
    version, *lines = file[: end - 1].split(b"\n")
    if version != _VERSION_LINE or len(mac) != _MAC or not lines:
        raise NotAnAgeFileError("not version 1, no recipient, or a MAC of another length")
    return Header(tuple(_stanzas(lines)), covered, mac, rest[:_NONCE], rest[_NONCE:])


def _stanzas(lines: list[bytes]) -> Iterator[Stanza]:
    remaining = iter(lines)
    for line in remaining:
        arrow, *arguments = line.split(b" ")
        if arrow != b"->" or not arguments or not all(_is_argument(argument) for argument in arguments):
            raise NotAnAgeFileError("a recipient's first line is malformed")
        yield Stanza(tuple(arguments), _stanza_body(remaining))


def _is_argument(argument: bytes) -> bool:
    return bool(argument) and all(0x21 <= byte <= 0x7E for byte in argument)


def _stanza_body(lines: Iterator[bytes]) -> bytes:
    """Reads full lines up to and with the first short one, which may be empty."""
    body = b""
    for line in lines:
        if len(line) > _COLUMNS:
            break
        body += _from_base64(line)
        if len(line) < _COLUMNS:
            return body
    raise NotAnAgeFileError("a recipient's body has a long line or no end")


def _to_base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    """Standard alphabet, no padding, and the one spelling that encoding gives; raises NotAnAgeFileError."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as reason:
        raise NotAnAgeFileError("not base64") from reason
    if _to_base64(data) != text:
        raise NotAnAgeFileError("not canonical base64")
    return data


# Recipients


def _stanza_for(key: MLKEM768X25519PublicKey, file_key: bytes) -> bytes:
    try:
        wrapped = _SUITE.encrypt(file_key, key, info=_INFO)
    except ValueError as reason:
        raise NotARecipientError("not an X25519 key that can be sealed to") from reason
    encapsulation, body = wrapped[:_ENCAPSULATION], wrapped[_ENCAPSULATION:]
    return b"-> " + _HYBRID + b" " + _to_base64(encapsulation) + b"\n" + _to_base64(body) + b"\n"


def _encapsulation(stanza: Stanza) -> bytes:
    """The encapsulated key of a hybrid stanza; raises NotAnAgeFileError when the stanza is malformed."""
    if len(stanza.arguments) != 2 or len(stanza.body) != _FILE_KEY + TAG:
        raise NotAnAgeFileError("a hybrid recipient has another number of arguments, or another length")
    encapsulation = _from_base64(stanza.arguments[1])
    if len(encapsulation) != _ENCAPSULATION:
        raise NotAnAgeFileError("a hybrid recipient's encapsulation has another length")
    return encapsulation


def _unwrapped(header: Header, identity: Identity) -> bytes:
    mlkem, x25519 = identity._private_keys
    key = MLKEM768X25519PrivateKey(mlkem, x25519)
    for stanza in header.stanzas:
        if stanza.arguments[0] != _HYBRID:
            continue
        encapsulation = _encapsulation(stanza)
        _refuse_low_order(x25519, encapsulation[-_X25519_PUBLIC:])
        try:
            return _SUITE.decrypt(encapsulation + stanza.body, key, info=_INFO)
        except InvalidTag:
            continue
    raise WrongKeyError("none of the recipients has this key")


def _refuse_low_order(key: X25519PrivateKey, share: bytes) -> None:
    # The suite reports a low-order share like a wrong key; age wants such a header refused as malformed.
    try:
        key.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as reason:
        raise NotAnAgeFileError("a hybrid recipient's X25519 share is of low order") from reason


# The payload: STREAM, chunks of 64 KiB, each with a counter and a mark on the last


class Payload:
    """Seals or opens the chunks of one file, one after the other, each once."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)
        self._index = 0

    def seal(self, chunk: bytes, *, is_last: bool) -> bytes:
        """The next chunk, `CHUNK` bytes of text; the last may be shorter, and is empty only when the text is."""
        return self._cipher.encrypt(self._next_nonce(is_last), chunk, None)

    def open(self, chunk: bytes, *, is_last: bool) -> bytes:
        """The next chunk as it was sealed, `TAG` bytes longer. Raises AlteredFileError."""
        if self._index and len(chunk) == TAG:
            raise AlteredFileError("the last chunk is empty")
        try:
            return self._cipher.decrypt(self._next_nonce(is_last), chunk, None)
        except InvalidTag as reason:
            raise AlteredFileError("the text was cut, lengthened or altered") from reason

    def _next_nonce(self, is_last: bool) -> bytes:
        nonce = self._index.to_bytes(11, "big") + bytes([is_last])
        self._index += 1
        return nonce


# Boxes

_BOX_VERSION = b"\x01"
_BOX_NONCE = 12
BOX_OVERHEAD = len(_BOX_VERSION) + _BOX_NONCE + TAG
"""Bytes by which a box is longer than its text."""
_MIN_SECRET = 32


class Box:
    """A closed box for what the server must remember for a short while: a ChaCha20-Poly1305 text under a server secret.

    `purpose` keeps one kind of box from being taken for another, `context` (a draft's id, a login) one row's from
    another's. The first secret closes, every given one opens. Raises WeakSecretError when there is none or one is
    shorter than 32 bytes.
    """

    def __init__(self, keys: Sequence[bytes | str], purpose: str) -> None:
        self._secrets = tuple(key.encode() if isinstance(key, str) else key for key in keys)
        self._purpose = purpose.encode()
        if not self._secrets or min(len(key) for key in self._secrets) < _MIN_SECRET:
            raise WeakSecretError("a server secret has at least 32 bytes")

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """The plaintext, closed for this context."""
        nonce = secrets.token_bytes(_BOX_NONCE)
        return _BOX_VERSION + nonce + self._cipher(self._secrets[0], context).encrypt(nonce, plaintext, None)

    def open(self, box: bytes, context: bytes) -> bytes:
        """What was closed for this context; raises WrongBoxError."""
        nonce, text = box[1 : 1 + _BOX_NONCE], box[1 + _BOX_NONCE :]
        if box[:1] == _BOX_VERSION and len(text) >= TAG:
            for secret in self._secrets:
                try:
                    return self._cipher(secret, context).decrypt(nonce, text, None)
                except InvalidTag:
                    continue
        raise WrongBoxError("no server secret opens this box here")

    def _cipher(self, secret: bytes, context: bytes) -> ChaCha20Poly1305:
        purpose = len(self._purpose).to_bytes(2, "big") + self._purpose
        return ChaCha20Poly1305(_derive(secret, None, b"signaallijn/1 box\n" + purpose + context))
