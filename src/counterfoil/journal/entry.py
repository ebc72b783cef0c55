"""Entries as bytes: the core that a node signs, the leaf that the log keeps, the approvals that clerks sign.

What is always true (docs/formats/entry.md):

1. A core has one encoding, and no key but those of version 1 (``test_a_core_has_one_encoding``); the bytes of core,
   leaf and approval message are frozen (``test_golden_bytes``).
2. A signature over a core, an approval and a checkpoint can never pass for one another: each message has its own
   domain prefix, which ends in a zero byte, and no checkpoint contains one (``test_domains_are_apart``).
3. A slip's holder cannot guess the account: it enters as an HMAC under the office key with the entry's salt, and the
   facts enter under a blind of 32 random bytes (``test_commitments``).

Here are bytes and shapes only. Who may make which kind, and which keys are valid, is ``journal.verify`` with the table
of kinds that its caller hands in. Salts, blinds, keys and the time are arguments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil import codec
from counterfoil.kernel.limits import (
    AMOUNT_MINOR_MAX,
    EPOCH_MAX,
    FACTS_BYTES_MAX,
    LEAF_BYTES_MAX,
    NODE_MAX,
    PARTS_MAX,
    SEQUENCE_MAX,
)
from counterfoil.kernel.outcomes import Malformed

CORE_VERSION = 1
SIGNATURE_BYTES = 64
CLERK_KEY_ID_BYTES = 8
BLIND_BYTES = 32
SALT_BYTES = 16
TIME_MS_MAX = 2**63 - 1
APPROVALS_MAX = 16
"""Signers of one entry. Two are the most that any kind asks for; the bound keeps a forged file cheap to refuse."""
CORE_BYTES_MAX = 277
"""With it a slip never exceeds ``SLIP_BYTES_MAX``."""
CORE_DOMAIN = b"counterfoil/core/v1\x00"
APPROVAL_DOMAIN = b"counterfoil/approval/v1\x00"
CLERK_KEY_DOMAIN = b"counterfoil/clerk-key/v1\x00"

_CURRENCY = re.compile(r"[A-Z]{3}")
_ALWAYS = frozenset((1, 2, 3, 4, 5, 7, 8, 9, 10, 14, 16, 19))
_ALLOWED = _ALWAYS | {6, 11, 12, 13, 15, 17, 18, 20}
# CBOR heads of the fixed shapes around a core: a two-element array, and byte strings of 64.
_PAIR, _BYTES_64 = b"\x82", b"\x58\x40"


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What a node signs for one entry. Every value is checked when it is built; keys are in docs/formats/entry.md.

    ``time_ms``: milliseconds since 1970-01-01T00:00Z. ``amount``: minor units, > 0. ``part``: (k, n), only if n > 1.
    ``center``: (size, first 16 bytes of the root). ``reverses``: (node, epoch, sequence).
    Raises ``Malformed`` naming the field.
    """

    node: int
    epoch: int
    sequence: int
    request_id: bytes
    kind: int
    actor_kind: int
    actor_key_id: bytes
    time_ms: int
    facts_commitment: bytes
    build: bytes
    salt: bytes
    part: tuple[int, int] | None = None
    amount: int | None = None
    currency: str | None = None
    account_commitment: bytes | None = None
    approvals_hash: bytes | None = None
    edition: bytes | None = None
    center: tuple[int, bytes] | None = None
    reverses: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        _whole(self.node, 1, NODE_MAX, "node")
        _whole(self.epoch, 1, EPOCH_MAX, "epoch")
        _whole(self.sequence, 0, SEQUENCE_MAX, "sequence")
        _whole(self.kind, 0, 65_535, "kind")
        _whole(self.actor_kind, 0, 5, "actor kind")
        _whole(self.time_ms, 0, TIME_MS_MAX, "time")
        _fixed(self.request_id, 16, "request id")
        _fixed(self.actor_key_id, CLERK_KEY_ID_BYTES, "actor key id")
        _fixed(self.facts_commitment, 32, "facts commitment")
        _fixed(self.build, 16, "build")
        _fixed(self.salt, SALT_BYTES, "salt")
        if self.account_commitment is not None:
            _fixed(self.account_commitment, 16, "account commitment")
        if self.approvals_hash is not None:
            _fixed(self.approvals_hash, 32, "approvals hash")
        if self.edition is not None:
            _fixed(self.edition, 16, "policy edition")
        if (self.amount is None) != (self.currency is None):
            raise Malformed("a core has amount and currency, or neither", field="currency")
        if self.amount is not None:
            _whole(self.amount, 1, AMOUNT_MINOR_MAX, "amount")
            if type(self.currency) is not str or not _CURRENCY.fullmatch(self.currency):
                raise Malformed(f"{self.currency!r} is not an ISO 4217 code", field="currency")
        if self.part is not None:
            _part(self.part)
        if self.center is not None:
            size, root = self.center
            _whole(size, 0, SEQUENCE_MAX + 1, "center size")
            _fixed(root, 16, "center root")
        if self.reverses is not None:
            node, epoch, sequence = self.reverses
            _whole(node, 1, NODE_MAX, "reversed node")
            _whole(epoch, 1, EPOCH_MAX, "reversed epoch")
            _whole(sequence, 0, SEQUENCE_MAX, "reversed sequence")

    @property
    def which_part(self) -> tuple[int, int]:
        """(k, n); (1, 1) for an entry that is its whole request."""
        return self.part or (1, 1)


def core_bytes(
    *,
    node: int,
    epoch: int,
    sequence: int,
    request_id: bytes,
    kind: int,
    actor_kind: int,
    actor_key_id: bytes,
    time_ms: int,
    facts_commitment: bytes,
    build: bytes,
    salt: bytes,
    part: tuple[int, int] | None = None,
    amount: int | None = None,
    currency: str | None = None,
    account_commitment: bytes | None = None,
    approvals_hash: bytes | None = None,
    edition: bytes | None = None,
    center: tuple[int, bytes] | None = None,
    reverses: tuple[int, int, int] | None = None,
) -> bytes:
    """The canonical bytes of a core, without any check: for a desk whose values are right by construction.

    Keys are put in ascending order, so the plain encoder gives what the canonical one gives
    (``test_the_fast_path_is_the_canonical_encoding``), in half the time.
    """
    core: dict[int, Any] = {1: CORE_VERSION, 2: node, 3: epoch, 4: sequence, 5: request_id}
    if part is not None:
        core[6] = part
    core[7] = kind
    core[8] = actor_kind
    core[9] = actor_key_id
    core[10] = time_ms
    if amount is not None:
        core[11] = amount
        core[12] = currency
    if account_commitment is not None:
        core[13] = account_commitment
    core[14] = facts_commitment
    if approvals_hash is not None:
        core[15] = approvals_hash
    core[16] = build
    if edition is not None:
        core[17] = edition
    if center is not None:
        core[18] = center
    core[19] = salt
    if reverses is not None:
        core[20] = reverses
    return cbor2.dumps(core)


def encode_core(core: Core) -> bytes:
    """The canonical bytes of ``core``: at most ``CORE_BYTES_MAX``."""
    return core_bytes(
        node=core.node,
        epoch=core.epoch,
        sequence=core.sequence,
        request_id=core.request_id,
        part=core.part,
        kind=core.kind,
        actor_kind=core.actor_kind,
        actor_key_id=core.actor_key_id,
        time_ms=core.time_ms,
        amount=core.amount,
        currency=core.currency,
        account_commitment=core.account_commitment,
        facts_commitment=core.facts_commitment,
        approvals_hash=core.approvals_hash,
        build=core.build,
        edition=core.edition,
        center=core.center,
        salt=core.salt,
        reverses=core.reverses,
    )


def decode_core(data: bytes) -> Core:
    """The core of its canonical bytes; ``codec.UnknownVersion`` for another version, else ``Malformed``."""
    return core_from_value(codec.decode(data, limit=CORE_BYTES_MAX, what="core"))


def core_from_value(value: Any) -> Core:
    """The core of a decoded CBOR map."""
    if type(value) is not dict:
        raise Malformed("a core is a map", field="core")
    version = value.get(1)
    if type(version) is not int:
        raise Malformed("a core begins with its version", field="core")
    if version != CORE_VERSION:
        raise codec.UnknownVersion("core", version)
    if not _ALWAYS <= value.keys() <= _ALLOWED:
        missing, unknown = sorted(_ALWAYS - value.keys()), [key for key in value if key not in _ALLOWED]
        raise Malformed(f"a core of version 1 lacks keys {missing} or has unknown keys {unknown[:20]!r}", field="core")
    return Core(
        node=value[2],
        epoch=value[3],
        sequence=value[4],
        request_id=value[5],
        part=_tuple(value, 6, 2),
        kind=value[7],
        actor_kind=value[8],
        actor_key_id=value[9],
        time_ms=value[10],
        amount=value.get(11),
        currency=value.get(12),
        account_commitment=value.get(13),
        facts_commitment=value[14],
        approvals_hash=value.get(15),
        build=value[16],
        edition=value.get(17),
        center=_tuple(value, 18, 2),
        salt=value[19],
        reverses=_tuple(value, 20, 3),
    )


def core_message(core: bytes) -> bytes:
    """What the node key signs for the core with these canonical bytes."""
    return CORE_DOMAIN + core


def sign_core(core: bytes, node_key: Ed25519PrivateKey) -> bytes:
    """The node signature (64 bytes) over the core with these canonical bytes."""
    return node_key.sign(CORE_DOMAIN + core)


class EntryParts(NamedTuple):
    """The four parts of an entry as stored and bundled; ``approvals`` is empty if nobody signed."""

    leaf: bytes
    facts: bytes
    blind: bytes
    approvals: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as read. ``core_bytes`` are the canonical bytes of ``core``; ``signature`` (64 bytes) is not verified."""

    core: Core
    core_bytes: bytes
    signature: bytes


def encode_leaf(core: bytes, signature: bytes) -> bytes:
    """The leaf of canonical core bytes and their node signature: the canonical CBOR of the pair."""
    if len(signature) != SIGNATURE_BYTES:
        raise Malformed(f"a node signature has {SIGNATURE_BYTES} bytes, not {len(signature)}", field="signature")
    return _PAIR + core + _BYTES_64 + signature


def decode_leaf(data: bytes) -> Leaf:
    """Reads a leaf strictly; ``Malformed`` (or ``codec.UnknownVersion``) otherwise."""
    value = codec.decode(data, limit=LEAF_BYTES_MAX, what="leaf")
    if type(value) is not list or len(value) != 2:
        raise Malformed("a leaf is [core, node signature]", field="leaf")
    _fixed(value[1], SIGNATURE_BYTES, "node signature")
    core = core_from_value(value[0])
    # The whole is canonical, so the core's own bytes are what stands between the fixed head and the fixed tail.
    core_part = data[1 : -SIGNATURE_BYTES - 2]
    if len(core_part) > CORE_BYTES_MAX:
        raise Malformed(f"a core of {len(core_part)} bytes is over the limit of {CORE_BYTES_MAX}", field="core")
    return Leaf(core, core_part, value[1])


@dataclass(frozen=True, slots=True)
class Approval:
    """One clerk's signature under an entry. ``key_id`` 8 bytes, ``signature`` 64 bytes."""

    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        _fixed(self.key_id, CLERK_KEY_ID_BYTES, "key id")
        _fixed(self.signature, SIGNATURE_BYTES, "approval signature")


def encode_approvals(approvals: Sequence[Approval]) -> bytes:
    """The canonical bytes of one entry's approvals in the order given; the empty byte string if there is none.

    The first is by the core's actor key. ``Malformed`` if a key id stands twice or there are over ``APPROVALS_MAX``.
    """
    if not approvals:
        return b""
    _check_approvals(approvals)
    return cbor2.dumps([[approval.key_id, approval.signature] for approval in approvals])


def decode_approvals(data: bytes) -> tuple[Approval, ...]:
    """Reads what ``encode_approvals`` gives, and nothing else."""
    if not data:
        return ()
    value = codec.decode(data, limit=2_048, what="approvals")
    if type(value) is not list or not value:
        raise Malformed("approvals are a list of one or more [key id, signature]", field="approvals")
    if any(type(pair) is not list or len(pair) != 2 for pair in value):
        raise Malformed("an approval is [key id, signature]", field="approvals")
    approvals = tuple([Approval(pair[0], pair[1]) for pair in value])
    _check_approvals(approvals)
    return approvals


def approval_message(
    *, request_id: bytes, body_hash: bytes, office: str, epoch: int, business_date: str, key_id: bytes
) -> bytes:
    """What a clerk signs before an entry is sequenced. ``business_date``: ISO 8601; ``key_id``: her own (8 bytes)."""
    return APPROVAL_DOMAIN + cbor2.dumps([request_id, body_hash, office, epoch, business_date, key_id])


def sign_approval(
    key: Ed25519PrivateKey, *, request_id: bytes, body_hash: bytes, office: str, epoch: int, business_date: str
) -> Approval:
    """The approval by the clerk who holds ``key``."""
    key_id = clerk_key_id(key.public_key().public_bytes_raw())
    message = approval_message(
        request_id=request_id,
        body_hash=body_hash,
        office=office,
        epoch=epoch,
        business_date=business_date,
        key_id=key_id,
    )
    return Approval(key_id, key.sign(message))


def clerk_key_id(public_key: bytes) -> bytes:
    """The 8-byte id of a raw Ed25519 public key in cores and approvals: a clerk's, or the node's for the system."""
    return sha256(CLERK_KEY_DOMAIN + public_key).digest()[:CLERK_KEY_ID_BYTES]


def body_hash(body: bytes) -> bytes:
    """SHA-256 of the canonical bytes of a signed request body."""
    return sha256(body).digest()


def approvals_hash(approvals: bytes) -> bytes | None:
    """SHA-256 of encoded approvals; None (the core's field is absent) if there is none."""
    return sha256(approvals).digest() if approvals else None


def facts_commitment(blind: bytes, facts: bytes) -> bytes:
    """SHA-256(blind ‖ facts): ``blind`` is 32 random bytes, ``facts`` at most ``FACTS_BYTES_MAX`` canonical bytes."""
    _fixed(blind, BLIND_BYTES, "blind")
    if len(facts) > FACTS_BYTES_MAX:
        raise Malformed(f"facts of {len(facts)} bytes are over the limit of {FACTS_BYTES_MAX}", field="facts")
    return sha256(blind + facts).digest()


def account_commitment(office_key: bytes, account: str, salt: bytes) -> bytes:
    """First 16 bytes of HMAC-SHA-256(office key, account ‖ salt): ``office_key`` 32 bytes, ``salt`` the core's 16."""
    _fixed(office_key, 32, "office key")
    _fixed(salt, SALT_BYTES, "salt")
    inner, outer = _pads(office_key)
    return sha256(outer + sha256(inner + account.encode() + salt).digest()).digest()[:16]


@lru_cache(maxsize=4)
def _pads(key: bytes) -> tuple[bytes, bytes]:
    """The two blocks of HMAC-SHA-256 (RFC 2104) under a key of 32 bytes. Setting up the library's own takes ten times
    as long as both hashes (``test_an_account_commitment_is_an_hmac``)."""
    block = key.ljust(64, b"\0")
    return bytes(one ^ 0x36 for one in block), bytes(one ^ 0x5C for one in block)


def _check_approvals(approvals: Sequence[Approval]) -> None:
    if len(approvals) > APPROVALS_MAX:
        raise Malformed(f"{len(approvals)} approvals are over the limit of {APPROVALS_MAX}", field="approvals")
    if len({approval.key_id for approval in approvals}) != len(approvals):
        raise Malformed("a key id stands twice in the approvals", field="approvals")


def _part(part: tuple[int, int]) -> None:
    k, n = part
    _whole(n, 2, PARTS_MAX, "number of parts")
    _whole(k, 1, n, "part")


def _tuple(value: dict[int, Any], key: int, length: int) -> Any:
    """The array at ``key`` as a tuple of ``length``; None if absent."""
    found = value.get(key)
    if found is None:
        return None
    if type(found) is not list or len(found) != length:
        raise Malformed(f"key {key} of a core is an array of {length}", field="core")
    return tuple(found)


def _whole(value: object, low: int, high: int, field: str) -> None:
    if type(value) is not int or not low <= value <= high:
        raise Malformed(f"the {field} {value!r} is not a whole number from {low} to {high}", field=field)


def _fixed(value: object, length: int, field: str) -> None:
    if type(value) is not bytes or len(value) != length:
        raise Malformed(f"the {field} is not {length} bytes", field=field)
