"""Entries checked chunk by chunk by the rules of docs/formats/entry.md: the part of audit for many cores.

Always true:

1. An entry passes here exactly if ``journal.rules.LogRules`` takes it, and where that refuses, its words are given back
   (``test_the_short_way_takes_what_the_rules_take``).
2. A chunk is checked from what it is handed (``Bearings``) and nothing else, so chunks of one log can be checked side
   by side. That a request stands in two chunks is seen by the caller, in the records given back.

The problem: ``LogRules`` takes 67 microseconds an entry, and a million entries are to be audited in a minute. The
choice: a short way that only ever says yes. The form of a core, a body or a fact (its keys, their order, types and
lengths) that the rules have taken once is remembered; an entry whose forms are known is compared value by value.
Whatever is not plainly right goes to the rules, which know every case and say what is wrong.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from counterfoil import codec
from counterfoil.codec.canonical import NO_TAGS
from counterfoil.facts.kinds import KINDS, Actor
from counterfoil.journal import entry as je
from counterfoil.journal.rules import (
    CLERK_ENROLLED,
    DAY_OPENED,
    KEY_REVOKED,
    ClerkKey,
    LogRules,
    Refused,
    Taken,
    kinds_by_number,
    read_origin,
)
from counterfoil.kernel.outcomes import Malformed

RULES = kinds_by_number(KINDS)
FORMS_MAX = 4_096
"""Remembered forms of each sort: no file can fill memory with them."""
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_LONG_WAY = frozenset(
    kind.number
    for kind in KINDS
    if kind.opening
    or Actor.CLERK not in kind.actors
    or kind.name
    in ("clerk-rotate", "clerk-revoke", "epoch-close", "day-open", "day-close", "reversal", "house-advance")
)
"""Kinds that change keys or days, or whose body is another kind's: always the rules' own work."""
_KEY_FACTS = frozenset((CLERK_ENROLLED, KEY_REVOKED, DAY_OPENED))
_APPROVAL_BYTES = 76  # 0x82, 0x48 key id (8), 0x58 0x40 signature (64)
UNREADABLE = (cbor2.CBORError, ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError)

Raw = tuple[bytes, bytes, bytes, bytes]
"""Leaf, facts, blind and approvals of one entry."""


class Bearings(NamedTuple):
    """Where a log stands before a chunk: whose it is, which clerk keys are valid, which day is open."""

    origin: str
    node_key: bytes
    keys: tuple[ClerkKey, ...] = ()
    known_keys: frozenset[bytes] = frozenset()
    known_clerks: frozenset[str] = frozenset()
    day: str | None = None
    opening: bool = True


class Chunk(NamedTuple):
    """Entries that stand together in one log, the first at index ``start``. ``office_key``: 32 bytes, or None."""

    start: int
    rows: Sequence[Raw]
    bearings: Bearings
    office_key: bytes | None
    signatures: bool


class Checked(NamedTuple):
    """What came of a chunk. ``leaves``: leaf hashes, 32 bytes each. ``requests``: a ``record`` an entry that can be
    read. ``refused``: (sequence, code, what) of entries that break a rule. ``signatures``: how many were verified.
    """

    start: int
    leaves: bytes
    requests: list[bytes]
    refused: list[tuple[int, str, str]]
    signatures: int


def record(request: bytes, part: int, epoch: int, sequence: int, body_hash: bytes) -> bytes:
    """56 bytes that sort as the ``part`` table does: request id, part, epoch, sequence; then the body's hash."""
    return request + ((part << 56) | (epoch << 40) | sequence).to_bytes(8, "big") + body_hash


def read_record(data: bytes) -> tuple[bytes, int, int, int, bytes]:
    """What ``record`` was given."""
    return data[:16], data[16], int.from_bytes(data[17:19], "big"), int.from_bytes(data[19:24], "big"), data[24:]


def loads(data: bytes) -> Any:
    """The value of CBOR that may be anybody's, neither checked nor canonical. Raises one of ``UNREADABLE``."""
    return cbor2.loads(data, allow_indefinite=False, semantic_decoders=NO_TAGS)


def check_chunk(chunk: Chunk) -> Checked:
    """Checks every entry of a chunk. One that breaks a rule is named, and the next is looked at all the same."""
    log = _Log(chunk)
    leaves, requests, refused = bytearray(), [], []
    for index, row in enumerate(chunk.rows, start=chunk.start):
        leaves += sha256(b"\0" + row[0]).digest()
        try:
            requests.append(log.take(index, row))
        except Malformed as error:
            code = error.code if isinstance(error, Refused) else "malformed"
            refused.append((index, code, str(error)))
            log.rules.next_index = index + 1
            known = _readable(index, row)
            if known is not None:
                requests.append(known)
    return Checked(chunk.start, bytes(leaves), requests, refused, log.signatures)


# Forms that the rules have taken, for as long as this process lives.
_cores: set[tuple[Any, ...]] = set()
_maps: set[tuple[Any, ...]] = set()
_facts: set[tuple[Any, ...]] = set()


class _Log:
    """One chunk's way through its log."""

    def __init__(self, chunk: Chunk) -> None:
        at = chunk.bearings
        self.chunk, self.origin, self.signatures = chunk, read_origin(at.origin), 0
        self.node_key = at.node_key
        self._public: dict[bytes, Ed25519PublicKey] = {}
        self.rules = LogRules(
            RULES, self.origin, at.node_key, next_index=chunk.start, office_key=chunk.office_key,
            verify=self._verifies if chunk.signatures else _not_asked,
        )  # fmt: skip
        self.rules.resume(
            at.keys, known_keys=at.known_keys, known_clerks=at.known_clerks, day=at.day, opening=at.opening
        )

    def take(self, index: int, row: Raw) -> bytes:
        """The entry's record; ``Refused`` says which rule it breaks."""
        plain = self._plainly(index, row)
        if plain is not None:
            self.rules.pass_over()
            return plain
        taken = self.rules.take(je.EntryParts(*row))
        _remember(taken, row)
        return _record_of(taken)

    def _verifies(self, public: bytes, message: bytes, signature: bytes) -> bool:
        self.signatures += 1
        try:
            key = self._public.get(public)
            if key is None:
                key = self._public[public] = Ed25519PublicKey.from_public_bytes(public)
            key.verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _plainly(self, index: int, row: Raw) -> bytes | None:
        """The record of an entry that is plainly right; None says nothing about it."""
        leaf, facts, blind, approvals = row
        try:
            core, signature = loads(leaf)
            body, *found = loads(facts)
            if _core_form(core) not in _cores or _form(body) not in _maps:
                return None
            for fact in found:
                if _fact_form(fact) not in _facts:
                    return None
            core_bytes, body_bytes = cbor2.dumps(core), cbor2.dumps(body)
            encoded = codec.encode_array([body_bytes, *map(cbor2.dumps, found)])
            if leaf != je.encode_leaf(core_bytes, signature) or facts != encoded:
                return None
            digest = sha256(body_bytes).digest()
            right = (
                len(blind) == je.BLIND_BYTES
                and core[14] == sha256(blind + facts).digest()
                and core.get(15) == sha256(approvals).digest()
                and self._agrees(index, core, body)
                and self._signed(core, core_bytes, signature, approvals, digest)
            )
        except (*UNREADABLE, Malformed):
            return None
        return record(core[5], 1, core[3], index, digest) if right else None

    def _agrees(self, index: int, core: Mapping[int, Any], body: Mapping[str, Any]) -> bool:
        """Core and body say the same, and it is a clerk's entry of the day that is open."""
        kind, account, day = RULES.get(core[7]), body.get("account"), self.rules.day
        if kind is None or kind.number in _LONG_WAY or core[8] != Actor.CLERK or day is None:
            return False
        if account is not None and self.chunk.office_key is not None:
            committed = hmac.digest(self.chunk.office_key, account.encode() + core[19], "sha256")[:16]
            if committed != core.get(13):
                return False
        return (
            (core[1], core[2], core[3], core[4]) == (je.CORE_VERSION, self.origin.node, self.origin.epoch, index)
            and body.get("kind") == kind.name
            and body.get("date") == day
            and body.get("amount") == core.get(11)
            and body.get("currency") == core.get(12)
            and (account is None) == (13 not in core)
            and core[10] >= 0
            and core.get(11, 1) > 0
        )

    def _signed(
        self, core: Mapping[int, Any], core_bytes: bytes, signature: bytes, approvals: bytes, digest: bytes
    ) -> bool:
        """Enough valid keys approved, the actor's first; the signatures themselves are verified only where asked."""
        pairs, keys = _pairs(approvals), self.rules.keys
        if not pairs or pairs[0][0] != core[9]:
            return False
        signers = [keys.get(key_id) for key_id, _ in pairs]
        if None in signers or len({key.clerk for key in signers if key}) < max(RULES[core[7]].signers, len(pairs)):
            return False
        if not self.chunk.signatures:
            return True
        day = self.rules.day or ""
        return self._verifies(self.node_key, je.CORE_DOMAIN + core_bytes, signature) and all(
            self._verifies(
                keys[key_id].public,
                je.approval_message(
                    request_id=core[5], body_hash=digest, office=self.origin.office, epoch=core[3],
                    business_date=day, key_id=key_id,
                ),
                approved,
            )
            for key_id, approved in pairs
        )  # fmt: skip


def _not_asked(public: bytes, message: bytes, signature: bytes) -> bool:
    """Stands in where signatures are not to be verified; the report says so."""
    return True


def _pairs(approvals: bytes) -> list[tuple[bytes, bytes]]:
    """Key ids and signatures of approvals in their one encoding; empty if they are not in it."""
    count, rest = divmod(len(approvals) - 1, _APPROVAL_BYTES)
    if rest or not 1 <= count <= je.APPROVALS_MAX or approvals[0] != 0x80 | count:
        return []
    pairs = []
    for at in range(1, len(approvals), _APPROVAL_BYTES):
        if approvals[at : at + 2] != b"\x82\x48" or approvals[at + 10 : at + 12] != b"\x58\x40":
            return []
        pairs.append((approvals[at + 2 : at + 10], approvals[at + 12 : at + _APPROVAL_BYTES]))
    return pairs


def _remember(taken: Taken, row: Raw) -> None:
    """Keeps the forms of an entry that the rules took, where they are plain."""
    core, _ = loads(row[0])
    body, *found = loads(row[1])
    for forms, form in [(_cores, _core_form(core)), (_maps, _form(body)), *((_facts, _fact_form(f)) for f in found)]:
        if form is not None and len(forms) < FORMS_MAX:
            forms.add(form)


def _core_form(core: Mapping[int, Any]) -> tuple[Any, ...] | None:
    """Keys in order; the length of byte strings, the type of numbers, texts as they are. None if it is not plain."""
    form: list[Any] = []
    for value in core.values():
        kind = type(value)
        if kind is bytes:
            form.append(len(value))
        elif kind is int:
            if not 0 <= value <= _INT_MAX:
                return None
            form.append(int)
        elif kind is str:
            form.append(value)
        else:
            return None
    return (*core, *form)


def _form(values: Mapping[Any, Any]) -> tuple[Any, ...] | None:
    """Keys in order and the types of their values. None if one of them holds others or is beyond int64."""
    form: list[Any] = []
    for value in values.values():
        kind = type(value)
        if kind is int:
            if not _INT_MIN <= value <= _INT_MAX:
                return None
        elif kind is not str and kind is not bytes and kind is not bool:
            return None
        form.append(kind)
    return (*values, *form)


def _fact_form(fact: Any) -> tuple[Any, ...] | None:
    """Number, version and the form of the fields. None for the facts that change keys or days."""
    number, version, fields = fact
    form = _form(fields)
    if form is None or number in _KEY_FACTS or type(number) is not int or type(version) is not int:
        return None
    return (number, version, *form)


def _record_of(taken: Taken) -> bytes:
    core = taken.core
    digest = sha256(cbor2.dumps(taken.body, canonical=True)).digest()
    return record(core.request_id, core.which_part[0], core.epoch, core.sequence, digest)


def _readable(index: int, row: Raw) -> bytes | None:
    """The record of an entry that breaks a rule but says which request it is; None if not even that."""
    try:
        core, body = loads(row[0])[0], loads(row[1])[0]
        request, k = core[5], core.get(6, (1, 1))[0]
        if type(request) is not bytes or len(request) != 16:
            return None
        return record(request, k, core[3], index, sha256(cbor2.dumps(body, canonical=True)).digest())
    except (*UNREADABLE, AttributeError, IndexError):
        return None
