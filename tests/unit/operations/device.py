"""A customer's phone in software: makes passkeys and signs with them, as a browser hands it on. For tests alone."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Phone:
    """One authenticator with one passkey. What it says can be bent, to see who notices."""

    def __init__(self, number: int = 1, *, counts: bool = True) -> None:
        self._key = ec.derive_private_key(number + 1, ec.SECP256R1())
        self.credential = hashlib.sha256(number.to_bytes(4, "big")).digest()
        self.handle = b""
        self.count = 0
        self.counts = counts

    @property
    def public_key(self) -> bytes:
        point = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        return cbor2.dumps(cose)

    def make(self, options: str | dict[str, Any], origin: str, **bent: Any) -> str:
        """What ``navigator.credentials.create`` gives."""
        told = json.loads(options) if isinstance(options, str) else options
        self.handle = raw(told["user"]["id"])
        data = self._data(told["rp"]["id"], bent, ATTESTED)
        data += bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self.public_key
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", told, origin, bent)
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(attested)})

    def sign(self, options: str | dict[str, Any], origin: str, **bent: Any) -> str:
        """What ``navigator.credentials.get`` gives. ``handle``, ``flags``, ``rp_id``, ``count``, ``client`` and
        ``key``: said instead of what is so."""
        told = json.loads(options) if isinstance(options, str) else options
        if self.counts:
            self.count += 1
        data = self._data(told["rpId"], bent, 0)
        client = self._client("webauthn.get", told, origin, bent)
        key = bent.get("key", self._key)
        signed = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        handle = bent.get("handle", self.handle)
        response = {"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signed)}
        return self._answer({**response, **({"userHandle": b64(handle)} if handle else {})})

    def _data(self, rp_id: str, bent: dict[str, Any], more: int) -> bytes:
        place = hashlib.sha256(bent.get("rp_id", rp_id).encode()).digest()
        flags = bent.get("flags", PRESENT | VERIFIED) | more
        return place + bytes([flags]) + int(bent.get("count", self.count)).to_bytes(4, "big")

    @staticmethod
    def _client(kind: str, told: dict[str, Any], origin: str, bent: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": told["challenge"], "origin": origin, "crossOrigin": False}
        return json.dumps({**said, **bent.get("client", {})}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = b64(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
