"""A clerk's key on the client's own machine, and what it signs.

A request is signed before it is sent: request id, hash of its canonical body, office, epoch, business date and signer
(docs/formats/entry.md). The request id is SHA-256(client id ‖ idempotency key) cut to 16 bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil import codec
from counterfoil.customers.details import CUSTOMER, SALT_BYTES, SHAPES, details_hash, details_value
from counterfoil.journal import entry as je
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.office.readers import text
from counterfoil.office.requests import ASKS, body_of, fields_of, parse

CUSTODY = "client"
"""What an entry says of a key that lies on a client's machine."""
_SEED_BYTES, _ID_BYTES = 32, 16


class Signs(Protocol):
    """What signs for a clerk: ``ClerkKey``, or a key that lies in a device of the client's own."""

    @property
    def key_id(self) -> bytes: ...
    @property
    def public_key(self) -> bytes: ...
    def sign(self, message: bytes, /) -> bytes: ...


class ClerkKey:
    """An Ed25519 key of one clerk. ``key_id`` is what the office knows it by."""

    def __init__(self, seed: bytes) -> None:
        if type(seed) is not bytes or len(seed) != _SEED_BYTES:
            raise Malformed(f"a clerk's key is a seed of {_SEED_BYTES} bytes", field="key")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = je.clerk_key_id(self.public_key)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ClerkKey:
        """The key in a file that ``new_key`` made; ``Malformed`` if others can read it."""
        place = Path(path)
        if place.stat().st_mode & 0o077:
            raise Malformed(f"others can read {place}: a clerk's key is for its owner alone (chmod 600)", field="key")
        try:
            return cls(bytes.fromhex(place.read_text("ascii").strip()))
        except ValueError:
            raise Malformed(f"{place} does not hold a clerk's key", field="key") from None

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(message)

    def __reduce__(self) -> NoReturn:
        raise Fault("a clerk's key is neither copied nor sent")

    def __repr__(self) -> str:
        return f"ClerkKey({self.key_id.hex()})"


def new_key(path: str | os.PathLike[str]) -> ClerkKey:
    """A new key in a new file (0600) that is never written over."""
    seed = secrets.token_bytes(_SEED_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{seed.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return ClerkKey(seed)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request ready to be sent: ``payload`` is its JSON body."""

    kind: str
    key: str
    request: bytes
    payload: Mapping[str, Any]


def signed(
    kind: str, body: Mapping[str, Any], *, by: Sequence[Signs], office: str, epoch: int, client: bytes,
    key: str | None = None, details: Mapping[str, str] | None = None, salt: bytes | None = None,
    proves: Signs | None = None,
) -> Signed:  # fmt: skip
    """Checks, hashes and signs a request. ``key``: the idempotency key; left out, a new one.

    ``details`` (of kinds that have them): all of the customer's details. ``proves``: a new key that this enrolls.
    """
    made = dict(body)
    key = key if key is not None else secrets.token_hex(_ID_BYTES)
    beside: dict[str, Any] = {}
    if kind in ASKS and "details" in fields_of(ASKS[kind]) and details is not None:
        salt = salt or secrets.token_bytes(SALT_BYTES)
        value = details_value(details, text, SHAPES.get(kind, CUSTOMER))
        made["details"] = details_hash(salt, value)
        beside = {"details": value, "salt": salt.hex()}
    identity = hashlib.sha256(client + key.encode()).digest()[:_ID_BYTES]
    return _signed(kind, made, key, identity, [*by, *([proves] if proves else [])], office, epoch, beside)


def _signed(
    kind: str, made: Mapping[str, Any], key: str, identity: bytes, signers: Sequence[Signs], office: str,
    epoch: int, beside: Mapping[str, Any],
) -> Signed:  # fmt: skip
    ask = parse({"kind": kind, **made})
    canonical = body_of(ask)
    approvals = [
        {"key_id": one.key_id.hex(), "signature": one.sign(message_of(canonical, identity, office, epoch, one)).hex()}
        for one in signers
    ]
    shown = {name: _plain(value) for name, value in canonical.items() if name != "kind"}
    return Signed(kind, key, identity, {"epoch": epoch, "body": shown, "approvals": approvals, **beside})


def message_of(canonical: Mapping[str, Any], identity: bytes, office: str, epoch: int, key: Signs) -> bytes:
    """What ``key`` signs for the request with this canonical body."""
    return je.approval_message(
        request_id=identity, body_hash=je.body_hash(codec.encode(dict(canonical))), office=office, epoch=epoch,
        business_date=canonical["date"], key_id=key.key_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A clerk's new key, and the proof that whoever sends it holds it: for a supervisor to sign, by API or by
    ``counterfoil clerk admit``. Holds no secret."""

    request: bytes
    epoch: int
    date: str
    clerk: str
    role: str
    public_key: bytes
    proof: bytes

    def to_json(self) -> str:
        """The file's content."""
        return json.dumps(
            {
                "request": self.request.hex(), "epoch": self.epoch, "date": self.date, "clerk": self.clerk,
                "role": self.role, "key": self.public_key.hex(), "custody": CUSTODY, "proof": self.proof.hex(),
            }
        )  # fmt: skip


def enrolment(key: Signs, *, clerk: str, role: str, office: str, epoch: int, date: str) -> Enrolment:
    """The enrolment of ``key`` for a clerk's number, proved by the key itself. ``office``, ``epoch`` and ``date`` are
    those of the office's page (``Client.office``)."""
    identity = secrets.token_bytes(_ID_BYTES)
    body = {"kind": "clerk-enrol", "date": date, "clerk": clerk, "role": role, "key": key.public_key,
            "custody": CUSTODY}  # fmt: skip
    proof = key.sign(message_of(body_of(parse(body)), identity, office, epoch, key))
    return Enrolment(identity, epoch, date, clerk, role, key.public_key, proof)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
