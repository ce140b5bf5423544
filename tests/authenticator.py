"""A passkey in Python, for the server's side: makes keys and signs as a device would, or as a forger would."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field

import base64url
import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://desk.localhost:8000"
HOST = "desk.localhost"


@dataclass
class Authenticator:
    """One passkey. What it says about origin, host, presence and count can be chosen, to be wrong."""

    origin: str = ORIGIN
    host: str = HOST
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, challenge: str) -> str:
        """What it posts when it is made."""
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + self._public_key()
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        return self._posted(
            {
                "clientDataJSON": self._client_data("webauthn.create", challenge),
                "attestationObject": cbor2.dumps(attestation),
            }
        )

    def signs(self, challenge: str) -> str:
        """What it posts when it signs."""
        self.count += 1
        client_data, data = self._client_data("webauthn.get", challenge), self._data()
        signed = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._posted({"clientDataJSON": client_data, "authenticatorData": data, "signature": signed})

    def _posted(self, response: dict[str, bytes]) -> str:
        name = base64url.encoded(self.credential)
        told = {part: base64url.encoded(data) for part, data in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": told})

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": base64url.encoded(challenge.encode()), "origin": self.origin}
        return json.dumps({**told, "crossOrigin": False}).encode()

    def _data(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", self.flags | more, self.count)

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
