"""Logs built from raw keys and raw CBOR, for tests of what reads them.

Nothing here uses the encoders or rules under test: cores, leaves, roots, notes, slips, proofs and bundles are put
together again from docs/formats with hashlib, cbor2 and Ed25519 alone, so a test that compares finds a fault in
either. Every part can be bent: ``core`` overrides keys (None leaves one out), ``approvals``, ``facts`` and ``blind``
replace what would be made. What is bent is then committed to and signed by the node as if it were right.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil.facts.kinds import Actor, kind_named

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
DATE = "2026-11-23"
BY_OPERATOR, BY_SUPERVISOR, BY_OLD_KEY, BY_TWO_CLERKS = 0, 1, 2, 3


def private_key(name: str) -> Ed25519PrivateKey:
    """A key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"test key {name}".encode()).digest())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def canonical(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def clerk_key_id(public: bytes) -> bytes:
    return sha256(b"counterfoil/clerk-key/v1\x00" + public).digest()[:8]


def base45(data: bytes) -> str:
    text = ""
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            text += BASE45[digit]
    return text


def unbase45(text: str) -> bytes:
    data = b""
    for at in range(0, len(text), 3):
        part = text[at : at + 3]
        number = sum(BASE45.index(character) * 45**place for place, character in enumerate(part))
        data += number.to_bytes(len(part) - 1, "big")
    return data


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The recursive definition of RFC 6962, section 2.1, over leaves (not their hashes)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path by the recursive definition of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path_of(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), root_of(leaves[:split])]


def verifier_key(name: str, public: bytes, algorithm: int = 1) -> str:
    data = bytes([algorithm]) + public
    return f"{name}+{note_key_id(name, public, algorithm).hex()}+{base64.b64encode(data).decode()}"


def note_key_id(name: str, public: bytes, algorithm: int = 1) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


@dataclass(frozen=True)
class TestClerk:
    """A clerk with a key. ``how`` she was enrolled, and where in the log, as a day-open entry restates it."""

    __test__ = False

    number: str
    role: str = "clerk"
    custody: str = "file"
    how: int = BY_SUPERVISOR
    sequence: int = 1
    key_name: str = ""

    @property
    def key(self) -> Ed25519PrivateKey:
        return private_key(self.key_name or self.number)

    @property
    def public(self) -> bytes:
        return public_bytes(self.key)

    @property
    def key_id(self) -> bytes:
        return clerk_key_id(self.public)

    def restated(self) -> list[Any]:
        """As in the keys of a day-open fact."""
        return [self.key_id, self.number, self.public, self.role, self.custody, self.how, self.sequence]


ANA = TestClerk("101", "supervisor", "stick", BY_OPERATOR, 1)
BEN = TestClerk("102", "clerk", "file", BY_SUPERVISOR, 2)
CAL = TestClerk("103", "clerk", "keyring", BY_SUPERVISOR, 3)


@dataclass
class LogBuilder:
    """One log. ``entries`` are (leaf, facts, blind, approvals)."""

    office: str = "0417"
    node: int = 3
    epoch: int = 1
    key_name: str = "node"
    domain: str = "post.example"
    office_key: bytes = sha256(b"test office key").digest()
    witnesses: tuple[str, ...] = ()
    quorum: str = "none"
    date: str = DATE
    entries: list[tuple[bytes, bytes, bytes, bytes]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"{self.domain}/office/{self.office}/node/{self.node}/{self.epoch}"

    @property
    def key(self) -> Ed25519PrivateKey:
        return private_key(self.key_name)

    @property
    def leaves(self) -> list[bytes]:
        return [entry[0] for entry in self.entries]

    # --- entries ----------------------------------------------------------------------------------------------------

    def approve(self, clerk: TestClerk, request: bytes, body: Mapping[str, Any]) -> list[bytes]:
        """[key id, signature] by ``clerk`` over the request."""
        asked = [request, sha256(canonical(body)).digest(), self.office, self.epoch, body.get("date", ""), clerk.key_id]
        return [clerk.key_id, clerk.key.sign(b"counterfoil/approval/v1\x00" + canonical(asked))]

    def add(
        self,
        kind: str,
        fields: Mapping[str, Any] | None = None,
        facts: Sequence[Any] = (),
        *,
        by: Sequence[TestClerk] = (ANA,),
        system: bool = False,
        body: Mapping[str, Any] | None = None,
        own: Mapping[str, Any] | None = None,
        request: bytes | None = None,
        part: tuple[int, int] | None = None,
        core: Mapping[int, Any] | None = None,
        approvals: bytes | None = None,
        raw_facts: bytes | None = None,
        blind: bytes | None = None,
        signature: bytes | None = None,
    ) -> int:
        """Appends an entry of ``kind`` and gives its index. ``fields`` are the body's besides kind and date;
        ``body`` is the whole body instead, ``own`` the part of it that is this entry's (a visit's service)."""
        index = len(self.entries)
        request = sha256(f"request {index}".encode()).digest()[:16] if request is None else request
        body = {"kind": kind, "date": self.date, **(fields or {})} if body is None else body
        own = body if own is None else own
        made = raw_facts if raw_facts is not None else canonical([body, *facts])
        hidden = sha256(f"blind {index}".encode()).digest() if blind is None else blind
        if approvals is None:
            approvals = b"" if system or not by else canonical([self.approve(clerk, request, body) for clerk in by])
        actor = public_bytes(self.key) if system else by[0].public if by else bytes(32)
        salt = sha256(f"salt {index}".encode()).digest()[:16]
        values: dict[int, Any] = {
            1: 1,
            2: self.node,
            3: self.epoch,
            4: index,
            5: request,
            7: kind_named(kind).number,
            8: int(Actor.SYSTEM if system else Actor.CLERK),
            9: clerk_key_id(actor),
            10: 1_795_420_800_000 + index,
            14: sha256(hidden + made).digest(),
            16: b"b" * 16,
            17: b"e" * 16,
            19: salt,
        }
        if part is not None:
            values[6] = list(part)
        if "amount" in own:
            values[11], values[12] = own["amount"], own.get("currency")
        if "account" in own:
            account = own["account"]
            text = account if isinstance(account, str) else ""
            values[13] = hmac.digest(self.office_key, text.encode() + salt, "sha256")[:16]
        if approvals:
            values[15] = sha256(approvals).digest()
        if kind == "reversal":
            values[20] = [self.node, body["epoch"], body["entry"]]
        values.update(core or {})
        encoded = canonical({key: value for key, value in values.items() if value is not None})
        signature = self.key.sign(b"counterfoil/core/v1\x00" + encoded) if signature is None else signature
        leaf = b"\x82" + encoded + b"\x58\x40" + signature
        self.entries.append((leaf, made, hidden, approvals))
        return index

    def deposit(self, amount: int = 12_500, **bent: Any) -> int:
        fields = {"account": "1000000008", "till": "T1", "amount": amount, "currency": "USD"}
        return self.add("deposit", fields, bent.pop("facts", ()), by=bent.pop("by", (BEN,)), **bent)

    def enrol(self, clerk: TestClerk, *, system: bool = False, by: Sequence[TestClerk] = (ANA,), **bent: Any) -> int:
        """A clerk-enrol entry, with the new key's own signature unless the system makes it."""
        fields = {"clerk": clerk.number, "role": clerk.role, "key": clerk.public, "custody": clerk.custody}
        facts = bent.pop("facts", [[4, 1, self.enrolled(clerk)]])
        by = by if system or not by else (*by, clerk)
        return self.add("clerk-enrol", bent.pop("fields", fields), facts, by=by, system=system, **bent)

    def rotate(self, clerk: TestClerk, *, by: Sequence[TestClerk], **bent: Any) -> int:
        fields = {"clerk": clerk.number, "key": clerk.public, "custody": clerk.custody}
        facts = bent.pop("facts", [[4, 1, self.enrolled(clerk)]])
        return self.add("clerk-rotate", bent.pop("fields", fields), facts, by=by, **bent)

    def revoke(self, clerk: TestClerk, *, by: Sequence[TestClerk] = (ANA,), **bent: Any) -> int:
        facts = bent.pop("facts", [[6, 1, {1: clerk.number, 2: clerk.key_id, 3: "leaves", 4: True}]])
        return self.add("clerk-revoke", {"clerk": clerk.number, "reason": "leaves"}, facts, by=by, **bent)

    @staticmethod
    def enrolled(clerk: TestClerk) -> dict[int, Any]:
        return {1: clerk.number, 2: clerk.public, 3: clerk.role, 4: clerk.custody, 5: clerk.how}

    def open_day(
        self,
        keys: Sequence[TestClerk] = (ANA, BEN, CAL),
        *,
        by: Sequence[TestClerk] = (ANA,),
        clock: str = "file",
        **bent: Any,
    ) -> int:
        opened = {1: self.date, 2: clock, 3: [key.restated() for key in keys], 4: self.office, 5: "Pueblo", 6: "USD"}
        opened.update(bent.pop("opened", {}))
        return self.add("day-open", facts=bent.pop("facts", [[20, 1, opened]]), by=by, **bent)

    def opening(self) -> LogBuilder:
        """The first four entries of every log here: epoch-open, Ana by the operator, Ben and Cal by Ana."""
        self.add("epoch-open", facts=[[1, 1, {1: self.origin}]], system=True)
        self.enrol(ANA, system=True)
        self.enrol(BEN)
        self.enrol(CAL)
        return self

    # --- what is handed out -----------------------------------------------------------------------------------------

    def checkpoint_text(self, size: int) -> str:
        return f"{self.origin}\n{size}\n{base64.b64encode(root_of(self.leaves[:size])).decode()}\n"

    def checkpoint(self, size: int, *, cosigned_by: Sequence[str] | None = None, time: int = 1_795_420_800) -> str:
        """The signed note of the log at ``size``, cosigned by all witnesses unless told otherwise."""
        text = self.checkpoint_text(size)
        lines = [self.line(self.origin, note_key_id(self.origin, public_bytes(self.key)), self.key.sign(text.encode()))]
        for name in self.witnesses if cosigned_by is None else cosigned_by:
            cosignature = self.cosignature(name, text, time)
            lines.append(self.line(f"{name}.example/w", cosignature[:4], cosignature[4:]))
        return text + "\n" + "".join(lines)

    @staticmethod
    def line(name: str, key_id: bytes, signature: bytes) -> str:
        return f"— {name} {base64.b64encode(key_id + signature).decode()}\n"

    @staticmethod
    def cosignature(name: str, text: str, time: int) -> bytes:
        """Key id, time and signature of a witness: 76 bytes."""
        key = private_key(f"witness {name}")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        return note_key_id(f"{name}.example/w", public_bytes(key), 4) + time.to_bytes(8, "big") + key.sign(message)

    def slip_bytes(self, index: int, *, size: int | None = None) -> bytes:
        """The CBOR of the slip of entry ``index``; another ``size`` makes a false one."""
        size = index + 1 if size is None else size
        leaf = self.leaves[index]
        checkpoint = f"{self.origin}\n{index + 1}\n{base64.b64encode(root_of(self.leaves[:size])).decode()}\n"
        key_id = note_key_id(self.origin, public_bytes(self.key))
        signature = self.key.sign(checkpoint.encode())
        return canonical([1, cbor2.loads(leaf)[0], key_id, leaf[-64:], root_of(self.leaves[:size]), signature])

    def slip(self, index: int, *, size: int | None = None) -> str:
        return "CF1:" + base45(self.slip_bytes(index, size=size))

    def proof_text(self, index: int, size: int | None = None, **cosigned: Any) -> str:
        size = len(self.entries) if size is None else size
        path = [base64.b64encode(one).decode() for one in path_of(index, self.leaves[:size])]
        extra = base64.b64encode(self.leaves[index]).decode()
        head = ["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {index}", *path]
        return "\n".join(head) + "\n\n" + self.checkpoint(size, **cosigned)

    def proof_bytes(self, index: int, size: int | None = None) -> bytes:
        size = len(self.entries) if size is None else size
        text = self.checkpoint_text(size)
        key_id = note_key_id(self.origin, public_bytes(self.key))
        path = b"".join(path_of(index, self.leaves[:size]))
        cosigned = [self.cosignature(name, text, 1_795_420_800) for name in self.witnesses]
        return canonical([2, self.leaves[index], key_id, index, size, path, self.key.sign(text.encode()), cosigned])

    def proof_qr(self, index: int, size: int | None = None) -> str:
        return "CF2:" + base45(self.proof_bytes(index, size))

    def bundle_value(self, start: int, end: int | None = None) -> dict[str, Any]:
        """The map of a bundle of entries ``start`` to ``end`` − 1."""
        end = len(self.entries) if end is None else end
        left, at = [], 0
        for bit in range(start.bit_length() - 1, -1, -1):
            if start >> bit & 1:
                left.append(root_of(self.leaves[at : at + (1 << bit)]))
                at += 1 << bit
        return {
            "bundle": 1,
            "origin": self.origin,
            "from": start,
            "left": left,
            "entries": [list(entry) for entry in self.entries[start:end]],
            "checkpoint": self.checkpoint(end),
        }

    def bundle(self, start: int, end: int | None = None) -> bytes:
        return canonical(self.bundle_value(start, end))

    def policy(self) -> str:
        """The trust policy that believes this log, its witnesses, and its quorum."""
        lines = [f"log {verifier_key(self.origin, public_bytes(self.key))}"]
        for name in self.witnesses:
            key = public_bytes(private_key(f"witness {name}"))
            lines.append(f"witness {name} {verifier_key(f'{name}.example/w', key, 4)}")
        if self.quorum not in ("none", *self.witnesses):
            lines.append(f"group {self.quorum} all {' '.join(self.witnesses)}")
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


def small_day(**settings: Any) -> LogBuilder:
    """The opening, then one day from entry 4: opened by Ana, a deposit by Ben, a visit of two, a reversal, closed."""
    log = LogBuilder(**settings).opening()
    log.open_day()
    log.deposit()
    services: list[dict[str, Any]] = [
        {"kind": "deposit", "account": "1000000008", "till": "T1", "amount": 500, "currency": "USD"},
        {"kind": "stamp-sale", "till": "T1", "item": "stamp-1", "quantity": 2, "amount": 146, "currency": "USD"},
    ]
    visit = {"kind": "visit", "date": log.date, "till": "T1", "services": services, "tendered": 1000}
    request = sha256(b"visit").digest()[:16]
    for k, service in enumerate(services, start=1):
        log.add(service["kind"], by=(BEN,), body=visit, own=service, request=request, part=(k, 2))
    log.add("cash-to-vault", {"till": "T1", "amount": 10_000, "currency": "USD"}, by=(BEN, ANA))
    undone = {"epoch": 1, "entry": 5, "reason": "wrong amount", "account": "1000000008"}
    log.add("reversal", {**undone, "amount": 12_500, "currency": "USD"}, by=(ANA,))
    log.add("house-movement", {"account": "1000000008", "amount": 7, "currency": "USD"}, system=True)
    log.add("day-close", by=(ANA,))
    return log
