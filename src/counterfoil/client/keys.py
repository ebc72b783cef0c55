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
from counterfoil.office.read_off import MADE_BY_OFFICE, READ_OFF
from counterfoil.office.readers import text
from counterfoil.office.requests import ASKS, body_of, bytes_fields, fields_of, parse

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


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as far as the client can make it. ``body`` holds the hash of its details and what is read off them;
    ``beside`` is what travels with it."""

    kind: str
    key: str
    body: Mapping[str, Any]
    beside: Mapping[str, Any]

    @property
    def lacks(self) -> bool:
        """Whether the office has to fill in something before it can be signed (``POST /v1/prepare``)."""
        return any(_lacks(kind, fields) for kind, fields in _parts(self.kind, self.body))


def draft(
    kind: str, body: Mapping[str, Any], *, key: str | None = None, details: Mapping[str, str] | None = None,
    salt: bytes | None = None,
) -> Draft:  # fmt: skip
    """What a screen would make of a body and its details. The services of a visit may hold ``details`` (and ``salt``)
    of their own."""
    key = key if key is not None else secrets.token_hex(_ID_BYTES)
    if kind != "visit" or not isinstance(body.get("services"), list | tuple):
        made, beside = _with_details(kind, body, details, salt)
        return Draft(kind, key, made, beside)
    services, travel = [], []
    for one in body["services"]:
        rest = {name: value for name, value in one.items() if name not in ("details", "salt")}
        dated = {**rest, "date": body.get("date", "")}
        given = one.get("details")
        if isinstance(given, Mapping):
            made, beside = _with_details(str(one.get("kind")), dated, given, one.get("salt"))
            travel.append(beside)
        else:
            made = dated if given is None else {**dated, "details": given}
        services.append({name: value for name, value in made.items() if name != "date"})
    return Draft(kind, key, {**body, "services": services}, {"services": travel} if travel else {})


def _with_details(
    kind: str, body: Mapping[str, Any], details: Mapping[str, str] | None, salt: bytes | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    made = dict(body)
    if details is None or kind not in ASKS or "details" not in fields_of(ASKS[kind]):
        return made, {}
    salt = salt or secrets.token_bytes(SALT_BYTES)
    value: Mapping[str, str] = details_value(details, text, SHAPES.get(kind, CUSTOMER))
    if kind in READ_OFF:
        value, read_off = READ_OFF[kind](value, made)
        made |= read_off
    made["details"] = details_hash(salt, value)
    return made, {"details": value, "salt": salt.hex()}


def _parts(kind: str, body: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(kind, fields) of the services of a visit, or of the request itself."""
    if kind != "visit":
        return [(kind, body)]
    services = body.get("services")
    found = services if isinstance(services, list | tuple) else []
    return [(str(one.get("kind")), {**one, "date": ""}) for one in found if isinstance(one, Mapping)]


def _lacks(kind: str, fields: Mapping[str, Any]) -> bool:
    if kind not in ASKS:
        return False
    made = MADE_BY_OFFICE.get(kind, ()) if fields.get("details") is not None else ()
    needed = [name for name, (_, required) in fields_of(ASKS[kind]).items() if required]
    return any(name not in fields for name in needed) or any(name not in fields for name in made)


def filled(made: Draft, told: Mapping[str, Any]) -> Draft:
    """The draft with what the office filled in. ``Malformed`` if it changed anything that was there: a clerk signs what
    she asked for and nothing else."""
    body = {name: value for name, value in told.items() if name != "services"}
    services = told.get("services")
    checked = _added(made.kind, {n: v for n, v in made.body.items() if n != "services"}, body)
    if made.kind == "visit":
        mine = made.body.get("services", ())
        if type(services) is not list or len(services) != len(mine):
            raise Malformed("the office answered with other services than were asked for", field="services")
        checked["services"] = [
            {"kind": one["kind"], **_added(str(one["kind"]), _without_kind(one), _without_kind(theirs))}
            if one.get("kind") == theirs.get("kind") else _changed("services")
            for one, theirs in zip(mine, services, strict=True)
        ]  # fmt: skip
    return Draft(made.kind, made.key, checked, made.beside)


def _added(kind: str, mine: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    shape, found = fields_of(ASKS[kind]), {}
    for name, value in told.items():
        if name not in shape:
            raise Malformed(f"the office answered with a field {name!r} that {kind} does not have", field=name)
        read = bytes.fromhex(value) if name in bytes_fields(ASKS[kind]) and isinstance(value, str) else value
        found[name] = read
    for name, value in mine.items():
        if name not in shape:
            raise Malformed(f"{name} is not a field of {kind}", field=name)
        if name not in found or shape[name][0].read(found[name], name) != shape[name][0].read(value, name):
            _changed(name)
    return found


def _changed(name: str) -> NoReturn:
    raise Malformed(f"the office answered with another {name} than was asked for: nothing was signed", field=name)


def _without_kind(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "kind"}


def plain(value: Any) -> Any:
    """The value as JSON holds it: bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def signed(
    kind: str, body: Mapping[str, Any], *, by: Sequence[Signs], office: str, epoch: int, client: bytes,
    key: str | None = None, details: Mapping[str, str] | None = None, salt: bytes | None = None,
    proves: Signs | None = None,
) -> Signed:  # fmt: skip
    """Checks, hashes and signs a request. ``key``: the idempotency key; left out, a new one.

    ``details`` (of kinds that have them): all of the details. ``proves``: a new key that this enrolls.
    """
    made = draft(kind, body, key=key, details=details, salt=salt)
    return sign_draft(made, by=by, office=office, epoch=epoch, client=client, proves=proves)


def sign_draft(
    made: Draft, *, by: Sequence[Signs], office: str, epoch: int, client: bytes, proves: Signs | None = None
) -> Signed:  # fmt: skip
    """Signs a request that lacks nothing."""
    identity = hashlib.sha256(client + made.key.encode()).digest()[:_ID_BYTES]
    signers = [*by, *([proves] if proves else [])]
    return _signed(made.kind, made.body, made.key, identity, signers, office, epoch, made.beside)


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
    shown = {name: plain(value) for name, value in canonical.items() if name != "kind"}
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
