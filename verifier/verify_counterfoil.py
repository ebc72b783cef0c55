#!/usr/bin/env python3
"""Verify a Counterfoil slip, proof or whole day without trusting the office that gave it.

    python -I verify_counterfoil.py FILE... --policy TRUST-POLICY [--json] [--office-key FILE]

FILE is a slip (CF1:), a proof (CF2: or the text c2sp.org/tlog-proof@v1) or a day bundle; - reads standard input. Files
are also compared with each other. Exit: 0 all accepted, 1 something refused, 2 wrong use or a file not readable.

It stands alone: the standard library, cryptography (Ed25519) and cbor2, nothing of the office's own program. It follows
docs/formats, and refuses whatever is not exactly so. Read it from top to bottom, in one sitting (under 500 lines, laid
out by hand for that), with docs/explanation/reading-the-verifier.md beside it.
"""

# fmt: off
from __future__ import annotations

import argparse
import binascii
import calendar
import hmac
import json
import re
import sys
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FILE_MAX, NOTE_MAX, FACTS_MAX, QR_MAX, APPROVALS_MAX, LEAF_MAX, SLIP_MAX = 2**28, 10**6, 2**20, 2860, 2048, 344, 450
_NO_TAGS: dict[int, Any] = dict.fromkeys(range(65_536), lambda *_: None)  # A tag in CBOR is read as None, and refused.
_INT, _INT64, _NODE, _INDEX = (0, 2**63 - 1), (-(2**63), 2**63 - 1), (1, 65535), (0, 2**40 - 1)

class Refused(Exception):
    """What was to be verified is not proved: (code, sentence)."""

def need(fact: object, code: str, sentence: str) -> None:
    """How this file says no: nearly every rule stands in one of these calls."""
    if not fact:
        raise Refused(code, sentence)

# --- 1. Who may make which entry. The office's own program must hold the same table; its tests compare the two.
CLERK, SYSTEM = 0, 3  # Actor kinds; 1 customer, 2 integrator, 4 center and 5 support make no entry yet.
# A clerk makes it and one clerk signs, unless marked: s the system makes it, b both may, 2 two different clerks sign,
# o the system may make it only before the first clerk's entry of the log.
_TABLE = """1 epoch-open/so 2 epoch-close/b 3 policy-edition/b2o 4 clerk-enrol/bo 5 clerk-rotate 6 clerk-revoke
20 day-open 21 vault-count/2 22 day-close 30 till-open 31 cash-from-vault/2 32 cash-to-vault/2 33 till-handover/2
34 cash-exchange 35 suspect-note 36 surprise-count/2 37 till-report 38 till-count 39 till-close 40 difference-dispute
41 till-count-absent/2 42 difference-accept 43 pouch-out/2 44 pouch-in/2 45 pouch-lost/2 50 stock-in/2
51 stock-to-till/2 52 stock-from-till/2 53 stamp-sale 60 customer-open 61 customer-change 62 account-open/b
63 account-close 64 account-reopen 65 account-freeze 66 account-unfreeze/2 67 legal-hold/2 68 legal-hold-release/2
69 balance-told 80 deposit 81 withdrawal 82 transfer 83 reversal 84 house-advance 85 house-movement/s 100 check-cash
101 check-deposit 102 check-settle/b 103 check-return/b 104 check-recover 105 check-write-off/2 107 check-agree
108 check-give-back 120 order-stock-in/2 121 order-stock-to-till/2 122 order-stock-from-till/2 123 order-sale
124 order-cash 125 order-refund 126 order-replace/2 127 order-stop 128 order-trace 129 order-void
130 order-stop-lift/2 131 order-clear/2 132 order-count 135 bill-pay 136 bill-confirm/b 137 bill-return/b
138 bill-refund 139 bill-cancel 141 bill-unmatched/b 142 bill-stop 145 cash-send 146 cash-claim 147 cash-send-cancel
149 claim-check 150 claim-unblock/2 160 loan-apply 161 loan-open 162 loan-pay 163 loan-defer 164 loan-charge-off/2
165 loan-recover 169 loan-dues 185 owner-add 186 owner-remove/2 187 mandate-give/2 188 mandate-end 189 death-note/2
190 death-take-back/2 191 estate-name/2 192 estate-pay/2 193 minor-mark 195 benefit-credit/2 196 levy/2
197 levy-pay/2 198 levy-release/2 210 mail-sale 211 stock-revalue/2 212 stock-spoiled/2 213 stamp-refund
222 interest-pay 226 account-escheat/2 227 direct-deposit 230 day-step/s 231 day-step-posted/s 232 line-set-aside/s
234 day-end/s"""
KINDS = {int(number): (name, [SYSTEM] if "s" in marks else [CLERK, SYSTEM] if "b" in marks else [CLERK],
                       2 if "2" in marks else 1, "o" in marks)  # (name, actors, signers, opening)
         for number, name, marks in re.findall(r"(\d+) ([a-z-]+)/?(\S*)", _TABLE)}

# --- 2. Bytes. One value has one text and one encoding, so that no byte of a receipt can change unnoticed.
def unbase45(text: str) -> bytes:
    """RFC 9285: three characters are two bytes, a last two are one. The blank is one of the characters."""
    out = b""
    for at in range(0, len(text), 3):
        digits = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".find(character) for character in text[at : at + 3]]
        value, size = sum(digit * 45**place for place, digit in enumerate(digits)), len(digits) - 1
        need(min(digits) >= 0 and size > 0 and value < 256**size, "malformed", "not Base45")
        out += value.to_bytes(size, "big")
    return out
def unbase64(text: str) -> bytes:
    form = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
    data = binascii.a2b_base64(text) if re.fullmatch(form, text) else b""
    need(binascii.b2a_base64(data, newline=False).decode() == text != "", "malformed", "not Base64, or not exactly")
    return data
def uncbor(data: bytes, limit: int, what: str) -> Any:
    """Canonical CBOR (docs/formats/cbor.md): plain values only, and encoded again they give the same bytes."""
    need(len(data) <= limit, "malformed", f"{what} of {len(data)} bytes is over the limit of {limit}")
    try:
        value = cbor2.loads(data, max_depth=17, allow_indefinite=False, semantic_decoders=_NO_TAGS)
        need(plain(value, 0) and cbor2.dumps(value, canonical=True) == data, "malformed", f"{what} is not canonical")
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise Refused("malformed", f"{what} cannot be read: {error}") from None
    return value
def plain(value: Any, depth: int) -> bool:
    """Integers of 64 bits, bytes, texts, booleans; lists and maps of them, at most 16 deep; all keys of one kind."""
    if type(value) not in (list, dict):
        return type(value) in (bytes, str, bool) or fits(value, _INT64)
    keys = type(value) is list or any(all(fits(key, shape) for key in value) for shape in (str, _INT))
    parts = value if type(value) is list else [*value, *value.values()]
    return keys and depth < 16 and all(plain(part, depth + 1) for part in parts)
def fits(value: Any, shape: Any) -> bool:
    """Whether a value is of a type, bytes of a length, an integer from (low, high), a text of a pattern, or a list."""
    if isinstance(shape, (type, int)):
        return type(value) is shape or (type(value) is bytes and len(value) == shape)
    if isinstance(shape, tuple):
        return type(value) is int and shape[0] <= value <= shape[1]
    if isinstance(shape, str):
        return type(value) is str and re.fullmatch(shape, value) is not None
    return type(value) is list and len(value) == len(shape) and all(map(fits, value, shape))
def versioned(data: bytes, limit: int, what: str, version: int, shape: list[Any]) -> Any:
    value = uncbor(data, limit, what)
    other = type(value) is list and fits(value[:1], [int]) and value[0] != version
    need(fits(value, shape) and not other, "version" if other else "malformed", f"not a {what} of version {version}")
    return value

# --- 3. The tree (RFC 6962). One root of 32 bytes stands for every entry of a log, and for its place.
def digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()
def root_by_path(leaf: bytes, index: int, size: int, path: bytes) -> bytes:
    """The only root under which the path (hashes joined, from the leaf's sibling up) puts the leaf at that index."""
    below = (index ^ (size - 1)).bit_length()  # Above this level the path runs along the tree's right edge.
    need(index < size and len(path) == 32 * (below + (index >> below).bit_count()), "inclusion", "wrong path length")
    root = digest(b"\0", leaf)
    for level in range(len(path) // 32):
        sibling, on_the_right = path[32 * level : 32 * level + 32], level >= below or index >> level & 1
        root = digest(b"\1", sibling, root) if on_the_right else digest(b"\1", root, sibling)
    return root
def append(subtrees: list[bytes], size: int, leaf: bytes) -> bytes:
    """Adds a leaf to the perfect subtrees of a log of that size (largest first) and gives the log's new root."""
    root = digest(b"\0", leaf)
    while size & 1:
        root, size = digest(b"\1", subtrees.pop(), root), size >> 1
    subtrees.append(root)
    for left in subtrees[-2::-1]:
        root = digest(b"\1", left, root)
    return root

# --- 4. Keys, and the trust policy: whom the reader of this file has decided to believe.
_NAME = r"[^\s+\x00-\x1f\ufffd]+"  # Of a key: no blank of any kind, no plus, nothing that was not UTF-8.
# A verifier key: a log's (algorithm 1), whose name is its origin, or a witness's (4), with the policy's name for it.
Key = namedtuple("Key", "name id algorithm public alias")
def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True

class Policy:
    """A trust policy (c2sp.org/tlog-policy): logs, witnesses, groups of witnesses, and the quorum asked of them."""
    def __init__(self, data: bytes) -> None:
        self.keys: list[Key] = []
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum, names, free = "", {"none"}, set[str]()  # Free: names that no group counts, so none counts twice.
        for line in data.decode(errors="replace").split("\n"):
            match line.split():
                case ["log", key, *_]:
                    self.add_key(key, 1, "")
                case ["witness", name, key, *_] if name not in names:
                    self.add_key(key, 4, name)
                    names, free = names | {name}, free | {name}
                case ["group", name, count, *others] if name not in names and len(free & {*others}) == len(others) > 0:
                    least = {"any": "1", "all": str(len(others))}.get(count, count)
                    need(fits(least, "[1-9][0-9]?"), "policy", f"{name[:80]!r} is a group of no size")
                    self.groups[name] = int(least), others
                    names, free = names | {name}, free - set(others) | {name}
                case ["quorum", name] if name in names and not self.quorum:
                    self.quorum = name
                case [word, *_] if not word.startswith("#"):
                    raise Refused("policy", f"{line[:80]!r} breaks a rule of c2sp.org/tlog-policy")
        need(self.quorum, "policy", "the trust policy has no quorum line")
    def add_key(self, text: str, algorithm: int, alias: str) -> None:
        parts = re.fullmatch(rf"({_NAME})\+([0-9a-f]{{8}})\+(\S+)", text)
        name, shown_id, data = (parts[1], parts[2], unbase64(parts[3])) if parts else ("", "", b"")
        key = Key(name, digest(name.encode(), b"\n", data)[:4], algorithm, data[1:], alias)
        new = (algorithm, key.public) not in [(one.algorithm, one.public) for one in self.keys]
        right = new and len(data) == 33 and data[0] == algorithm and key.id.hex() == shown_id
        need(right, "policy", f"{text[:80]!r} is not a new key of algorithm {algorithm} with its right key id")
        self.keys.append(key)
    def check_quorum(self, cosigned: dict[str, int]) -> list[str]:
        seen = {"none", *cosigned}
        for name, (least, members) in self.groups.items():
            seen |= {name} if len(seen & set(members)) >= least else set()
        need(self.quorum in seen, "quorum", f"the witnesses that cosigned do not make the quorum {self.quorum}")
        return [f"witness {name} saw this log (POSIX time {time})" for name, time in sorted(cosigned.items())]

def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{binascii.b2a_base64(root).decode()}"
def open_checkpoint(note: str, policy: Policy) -> tuple[Key, int, bytes, dict[str, int]]:
    """A signed checkpoint: log, size, root, witnesses. An unknown key is passed over; a known one must verify."""
    line = rf"\u2014 ({_NAME}) (\S+)\n"
    form = rf"((.+)\n(0|[1-9][0-9]{{0,18}})\n(.{{44}})\n(?:.+\n)*)\n((?:{line}){{1,100}})"
    parts = re.fullmatch(form, note) if len(note) <= NOTE_MAX else None
    if parts is None or re.search(r"[\x00-\x09\x0b-\x1f]", parts[1]) or len(unbase64(parts[4])) != 32:
        raise Refused("malformed", "not a signed note, or not of a checkpoint with origin, size and root")
    found: dict[Key, int] = {}  # A key that signed, and the time that a witness says.
    for name, data in [(name, unbase64(encoded)) for name, encoded in re.findall(line, parts[5])]:
        need(len(data) > 4, "malformed", "not a signature line")
        for key in [key for key in policy.keys if (key.name, key.id) == (name, data[:4]) and key not in found]:
            witness, time = key.algorithm == 4, int.from_bytes(data[4:12], "big")
            message = f"cosignature/v1\ntime {time}\n{parts[1]}" if witness else parts[1]
            right = signed(key.public, message.encode(), data[12:] if witness else data[4:])
            need(right and (time < 2**63 or not witness), "checkpoint-signature", f"a false signature by {name}")
            found[key] = time
    logs = [key for key in found if key.algorithm == 1 and key.name == parts[2]]
    need(logs, "unknown-log", "no log of the trust policy with this origin signed the checkpoint")
    return logs[0], int(parts[3]), unbase64(parts[4]), {key.alias: found[key] for key in found if key.algorithm == 4}

# --- 5. The core: what the node signed for one entry (docs/formats/entry.md), and what it shows by itself.
CORE = {1: (1, 1), 2: _NODE, 3: _NODE, 4: _INDEX,  # version, node, epoch, sequence
        5: 16, 6: [(1, 23), (2, 23)], 7: (0, 65535),  # request id, part k of n, kind
        8: (0, 5), 9: 8, 10: _INT,  # actor kind, actor key id, time in milliseconds
        11: (1, 2**63 - 1), 12: "[A-Z]{3}", 13: 16,  # amount, currency, account commitment
        14: 32, 15: 32, 16: 16, 17: 16,  # facts commitment, approvals hash, build, policy edition
        18: [(0, 2**40), 16], 19: 16, 20: [_NODE, _NODE, _INDEX]}  # center checkpoint seen, salt, what it reverses

def key_id(public: bytes) -> bytes:  # How cores and approvals name a clerk's key, and cores by the system the node's.
    return digest(b"counterfoil/clerk-key/v1\0", public)[:8]
def check_leaf(leaf: bytes, log: Key) -> tuple[dict[int, Any], str]:
    """[core, node signature]: shape, log, kind, who may make it, the node's signature. Gives the core and its kind."""
    value = uncbor(leaf, LEAF_MAX, "leaf")
    need(fits(value, [dict, 64]) and type(value[0].get(1)) is int, "malformed", "a leaf is [core, node signature]")
    core, signature = value
    need(core[1] == 1, "version", f"core version {core[1]} is not known to this verifier")
    right = CORE.keys() - {6, 11, 12, 13, 15, 17, 18, 20} <= core.keys() <= CORE.keys() and (11 in core) == (12 in core)
    right = right and all(fits(value, CORE[key]) for key, value in core.items())
    need(right and (6 not in core or core[6][0] <= core[6][1]), "malformed", "a key or value of the core is wrong")
    origin = re.fullmatch(r"[^/\s+]+/office/[^/\s+]+/node/([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", log.name)
    right = origin is not None and (int(origin[1]), int(origin[2])) == (core[2], core[3])
    need(right, "place", f"node {core[2]}, epoch {core[3]} is not that of the log {log.name}")
    need(not log.name.startswith("practice."), "training", "the log is a training office's: no money stands behind it")
    kind, actors, _, _ = KINDS.get(core[7], ("(unknown)", [], 0, False))
    need(core[8] in actors, "kind", f"actor kind {core[8]} may not make a {kind}")
    need(core[8] != SYSTEM or core[9] == key_id(log.public), "actor", "a system entry does not name the node's key")
    need((15 in core) == (core[8] == CLERK), "approval", "a clerk's entry has approvals, a system's has none")
    need((20 in core) == (kind == "reversal"), "kind", "a reversal, and nothing else, says what it reverses")
    message = b"counterfoil/core/v1\0" + cbor2.dumps(core, canonical=True)
    need(signed(log.public, message, signature), "node-signature", "the node's signature does not verify")
    return core, str(kind)

# --- 6. Slips and proofs: one entry (docs/formats/slip.md and proof.md).
# An accepted file. Its claims, ("entry", place): leaf hash and ("size", size): root, are compared with other files'.
Answer = namedtuple("Answer", "what origin proved not_proved claims")
NOT_PROVED = ["that the money moved: this is what the node wrote down", "the time: it is the node's own claim",
              "approval not checked: whether the clerk signed stands in the day's bundle"]
NOT_WITNESSED = "that anyone else saw this log: no witness of the trust policy cosigned"
def shown(core: dict[int, Any], kind: str) -> str:
    """An entry in words. Amounts stay in minor units (cents): this file does not guess a currency's decimals."""
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=min(core[10], 253_402_300_799_999))  # Year 9999.
    money = f" of {core[11]} minor units of {core[12]}" if 11 in core else ""
    return f"entry {core[4]}: a {kind}{money} by {'a clerk' if core[8] == CLERK else 'the system'} at {time}"
def verify_slip(text: str, policy: Policy) -> Answer:
    """A slip is a promise: this entry is the last of the node's log of size sequence + 1, with this root."""
    need(text[:4] != "CFP:", "training", "a slip of a training office: no money stands behind it")
    shape = [int, dict, 4, 64, 32, 64]
    _, core, log_id, signature, root, promise = versioned(unbase45(text[4:700]), SLIP_MAX, "slip", 1, shape)
    leaf, refused = cbor2.dumps([core, signature], canonical=True), Refused("unknown-log", "no log has this key id")
    for log in [key for key in policy.keys if (key.id, key.algorithm) == (log_id, 1)]:  # One log that fits suffices.
        try:
            core, kind = check_leaf(leaf, log)
            right = signed(log.public, checkpoint_text(log.name, core[4] + 1, root).encode(), promise)
            need(right, "checkpoint-signature", "the log did not sign this root for this size")
            break
        except Refused as error:
            refused = error
    else:
        raise refused
    proved = [f"{shown(core, kind)}; the node promised it as the last of its log of {core[4] + 1}"]
    missing = [*NOT_PROVED, "that it is still in the log: ask for a proof", NOT_WITNESSED]
    claims = {("entry", core[4]): digest(b"\0", leaf), ("size", core[4] + 1): root}
    return Answer("slip", log.name, proved, missing, claims)
def expand_qr(text: str, policy: Policy) -> tuple[bytes, int, bytes, str]:
    """The QR form leaves out origin, root and names. They follow from path and policy; the signatures tell if right."""
    shape = [int, bytes, 4, _INT, _INT, bytes, 64, list]
    _, leaf, log_id, index, size, path, signature, more = versioned(unbase45(text[4:5000]), QR_MAX, "proof", 2, shape)
    right = len(path) % 32 == 0 and index < size and len(more) <= 32
    need(right and fits(more, [76] * len(more)), "malformed", "the path or a cosignature has the wrong length")
    root, logs = root_by_path(leaf, index, size, path), [key for key in policy.keys if key.id == log_id]
    need(logs, "unknown-log", "no log of the trust policy has this key id")
    logs.sort(key=lambda log: not signed(log.public, checkpoint_text(log.name, size, root).encode(), signature))
    lines = [(key.name, one) for one in more for key in policy.keys if key.id == one[:4]]
    note = [f"\u2014 {n} {binascii.b2a_base64(d).decode()}" for n, d in [(logs[0].name, log_id + signature), *lines]]
    return leaf, index, path, checkpoint_text(logs[0].name, size, root) + "\n" + "".join(note)
def verify_proof(text: str, policy: Policy) -> Answer:
    """A proof: this entry is in a log of this size and root, which the log signed and perhaps witnesses cosigned."""
    if text.startswith("CF2:"):
        leaf, index, path, note = expand_qr(text, policy)
    else:
        form = r"c2sp\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]{0,18})\n((?:.{44}\n){0,64})\n((?s:.+))"
        parts = re.fullmatch(form, text)
        if parts is None or len(text.encode()) > NOTE_MAX:
            raise Refused("malformed", "not a proof that carries its leaf")
        leaf, index, note = unbase64(parts[1]), int(parts[2]), parts[4]
        path = b"".join([unbase64(line) for line in parts[3].split()])
    log, size, root, witnesses = open_checkpoint(note, policy)
    need(root_by_path(leaf, index, size, path) == root, "inclusion", "leaf and path do not give the root signed")
    core, kind = check_leaf(leaf, log)
    need(core[4] == index, "place", f"the core's sequence is {core[4]}, the proof is for {index}")
    proved = [f"{shown(core, kind)}; it is in the log of {size}"]
    missing = [*NOT_PROVED, *([] if witnesses else [NOT_WITNESSED])]
    claims = {("entry", index): digest(b"\0", leaf), ("size", size): root}
    return Answer("proof", log.name, proved + policy.check_quorum(witnesses), missing, claims)

# --- 7. A bundle: whole days, every entry by every rule (docs/formats/bundle.md, and What must agree in entry.md).
OPERATOR, SUPERVISOR, OLD_KEY, TWO_CLERKS = 0, 1, 2, 3  # How a clerk's key was enrolled.
FACTS = {4: [str, bytes, str, str, int], 6: [str, bytes, str, bool], 20: [str, "machine|file", list, str, str, str]}
# Keys and days change in entries of the kinds made for it, and nowhere else.
_CHANGES = {"clerk-enrol": "4,", "clerk-rotate": "(6,)*4,(6,)*", "clerk-revoke": "(6,)+", "day-open": "20,"}
ClerkKey = namedtuple("ClerkKey", "id clerk public role custody how sequence")
def read_clerk_key(value: Any) -> ClerkKey:
    need(fits(value, [bytes, "(?s:.+)", bytes, str, str, (0, 3), _INT]), "malformed", "not the parts of a clerk key")
    need(len(value[2]) == 32 and value[0] == key_id(value[2]), "keys", "a clerk key's id is not that of the public key")
    return ClerkKey(*value)
def read_facts(facts: bytes, kind: str) -> tuple[dict[str, Any], list[tuple[int, list[Any]]]]:
    """The signed body, and the facts about keys and days: (number, fields in order)."""
    value = uncbor(facts, FACTS_MAX, "facts")
    right = type(value) is list and value and type(value[0]) is dict and all(fits(key, str) for key in value[0])
    right = right and all(fits(one, [int, int, dict]) and all(fits(key, int) for key in one[2]) for one in value[1:])
    need(right and value[0], "malformed", "facts are [body, fact, ...]; a fact is [number, version, fields]")
    found, changes = [one for one in value[1:] if one[0] in FACTS], []
    right = fits("".join(f"{one[0]}," for one in found), _CHANGES.get(kind, ""))
    need(right, "keys", f"keys or days change otherwise than a {kind} may change them")
    for number, version, fields in found:
        need(version == 1, "version", f"fact {number} version {version} is not known to this verifier")
        changes.append((number, [fields[place] for place in sorted(fields)]))
        need(fits(changes[-1][1], FACTS[number]) and max(fields) == len(fields), "malformed", f"no fact {number}")
    return value[0], changes
def check_body(core: dict[int, Any], kind: str, body: Any, day: str, office_key: bytes | None) -> None:
    """What the node signed is what the body says, which the clerk signed."""
    (k, n), own, asked, services = core.get(6, [1, 1]), body, body.get("kind"), body.get("services")
    if asked == "visit":
        own = services[k - 1] if type(services) is list and len(services) == n else {}
        right = type(own) is dict and own.get("kind") == kind and "date" not in own
    else:  # A reversal whose money has gone is two entries of one request; no other request but a visit is.
        advance = [("reversal", "house-advance", 1, 2), ("reversal", "reversal", 2, 2)]
        right = (asked == kind and n == 1) or (asked, kind, k, n) in advance
    need(right, "body", f"the entry is a {kind} ({k} of {n}), and the body asks for something else")
    amount, account, date = own.get("amount"), own.get("account"), body.get("date")
    right = type(amount) is not bool and (amount, own.get("currency")) == (core.get(11), core.get(12))
    need(right, "body", "amount or currency is not the body's")
    right = (account is None or type(account) is str) and (account is None) == (13 not in core)
    right = right and (20 not in core or core[20][1:] == [body.get("epoch"), body.get("entry")])
    need(right, "body", "an account stands in core or body only, or the core reverses another entry")
    if office_key is not None and account is not None:
        commitment = hmac.digest(office_key, account.encode() + core[19], "sha256")[:16]
        need(commitment == core[13], "account", "the core does not commit to the account of the body")
    if core[8] == CLERK:
        right = day in ("", date) and fits(date, "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]")
        right = right and 0 < int(date[8:]) <= calendar.monthrange(int(date[:4]), int(date[5:7]))[1]
        need(right, "body", "the body's date is not the business date")
class Days:  # The state of the log between two entries of a bundle.
    def __init__(self, log: Key, office_key: bytes | None) -> None:
        self.log, self.office_key, self.day, self.clocks = log, office_key, "", set[str]()
        self.keys: dict[bytes, ClerkKey] = {}  # Valid for the next entry. The first day-open entry states them.
        self.used, self.known, self.requests = dict[bytes, ClerkKey](), set[object](), dict[Any, Any]()  # Met so far.
    def take(self, index: int, leaf: bytes, facts: bytes, blind: bytes, approvals: bytes) -> None:
        """One entry: its place and signature, what it commits to, who stands behind it, whose keys it changes."""
        core, kind = check_leaf(leaf, self.log)
        need(core[4] == index, "place", f"its sequence is {core[4]}")
        need(self.clocks or kind == "day-open", "malformed", "a bundle begins with a day-open entry")
        need(digest(blind, facts) == core[14], "facts", "facts and blind are not those that the core commits to")
        need(core.get(15) == (digest(approvals) if approvals else None), "approval", "the core commits to others")
        need(core[8] == CLERK or not KINDS[core[7]][3], "opening", f"the system made a {kind} after the opening")
        body, changes = read_facts(facts, kind)
        check_body(core, kind, body, self.day, self.office_key)
        (k, n), body_hash = core.get(6, [1, 1]), digest(cbor2.dumps(body, canonical=True))
        right = self.requests.setdefault(core[5], (n, body_hash)) == (n, body_hash)
        right = right and self.requests.setdefault((core[5], k), index) == index
        need(right, "repeated", f"request {core[5].hex()}, part {k}, stands in the log twice, or with two bodies")
        for _, fields in changes if kind == "day-open" else []:
            self.open_day(body["date"], *fields)
        if core[8] == CLERK:
            new = [read_clerk_key([key_id(fields[1]), *fields, index]) for number, fields in changes if number == 4]
            asked = [core[5], body_hash, self.log.name.split("/")[2], core[3], body["date"]]
            self.approve(core, kind, asked, uncbor(approvals, APPROVALS_MAX, "approvals"), new, body)
        for _, (clerk, revoked, *_) in changes if kind == "clerk-revoke" else []:
            right = revoked in self.keys and body.get("clerk") == clerk == self.keys[revoked].clerk
            need(right, "keys", "the key revoked is not a valid key of the clerk who was signed for")
            del self.keys[revoked]
        self.day = "" if kind == "day-close" else self.day
    def open_day(self, date: str, day: str, clock: str, stated: list[Any], office: str, *_: str) -> None:
        """The day-open entry restates every valid key, so that no revocation before it can be left out."""
        keys = {key.id: key for key in map(read_clerk_key, stated)}
        need(len(keys) == len(stated), "keys", "the day-open entry states a key twice")
        need(day == date, "body", "the day opened is not the one that was signed for")
        need(office == self.log.name.split("/")[2], "place", "the day was opened at another office")
        need(not self.clocks or self.keys == keys, "keys", "the day-open entry states other keys than the log before")
        self.known |= keys.keys() | {key.clerk for key in keys.values()}
        self.keys, self.day, self.clocks = keys, day, self.clocks | {clock}
    def approve(self, core: Any, kind: str, asked: list[Any], approvals: Any, new: list[ClerkKey], body: Any) -> None:
        """Every approval is by a key valid here, the first by the core's clerk; a new key is approved by who may."""
        right = type(approvals) is list and 0 < len(approvals) <= 16 and all(fits(one, [8, 64]) for one in approvals)
        need(right and len(dict(approvals)) == len(approvals), "malformed", "not a list of approvals")
        signers: list[ClerkKey] = []
        for name, signature in approvals:
            key: Any = ({key.id: key for key in new} | self.keys).get(name)
            message = b"counterfoil/approval/v1\0" + cbor2.dumps([*asked, name], canonical=True)
            right = key is not None and signed(key.public, message, signature)
            need(right, "approval", f"the approval by key {name.hex()} is wrong, or the key not valid here")
            signers += [key] if name in self.keys else []  # The new key shows that she holds it; it approves nothing.
        need(signers and approvals[0][0] == core[9] == signers[0].id, "approval", "the core names another clerk")
        clerks = {key.clerk for key in signers}
        need(len(clerks) >= KINDS[core[7]][2], "signers", "too few different clerks signed")
        self.used |= {key.id: key for key in signers}
        for key in new:
            right = [body.get("clerk"), body.get("key"), body.get("custody")] == [key.clerk, key.public, key.custody]
            right = right and key.id not in self.known and key.id in dict(approvals)
            need(right, "keys", "the key recorded is not the one signed for, not new, or did not sign itself")
            old = [one for one in self.keys.values() if one.clerk == key.clerk]
            first = key.clerk not in self.known and any(one.role in ("supervisor", "postmaster") for one in signers)
            right = first and key.how == SUPERVISOR and body.get("role") == key.role
            if kind == "clerk-rotate":
                right = key.clerk in clerks if key.how == OLD_KEY else len(clerks - {key.clerk}) >= 2
                right = right and key.how in (OLD_KEY, TWO_CLERKS) and all(one.role == key.role for one in old)
            need(right, "keys", "those who signed may not enroll this key, or not in this way or role")
            self.keys = {one.id: one for one in self.keys.values() if one not in old} | {key.id: key}
            self.known |= {key.id, key.clerk}
def verify_bundle(data: bytes, policy: Policy, office_key: bytes | None) -> Answer:
    """Folds the entries onto what came before them, up to the root that the log signed; then every entry by itself."""
    value = uncbor(data, FILE_MAX, "bundle")
    need(type(value) is dict and type(value.get("bundle")) is int, "malformed", "not a slip, a proof or a bundle")
    need(value["bundle"] == 1, "version", f"bundle version {value['bundle']} is not known to this verifier")
    shape = {"bundle": int, "checkpoint": str, "entries": list, "from": _INDEX, "left": list, "origin": str}
    need(value.keys() == shape.keys() and all(fits(value[key], shape[key]) for key in shape), "malformed", "its keys")
    _, note, entries, start, left, origin = [value[key] for key in sorted(value)]
    right = entries and all(fits(entry, [bytes, bytes, 32, bytes]) for entry in entries)
    need(right and fits(left, [32] * start.bit_count()), "malformed", "wrong entries, or hashes before them")
    log, size, root, witnesses = open_checkpoint(note, policy)
    need((log.name, size) == (origin, start + len(entries)), "place", "the checkpoint is of another log or size")
    claims = {("entry", index): digest(b"\0", entry[0]) for index, entry in enumerate(entries, start)}
    claims |= {("size", index + 1): append(left, index, entry[0]) for index, entry in enumerate(entries, start)}
    need(claims["size", size] == root, "inclusion", "the entries do not give the root that the log signed")
    days = Days(log, office_key)
    for index, entry in enumerate(entries, start):
        try:
            days.take(index, *entry)
        except Refused as error:
            raise Refused(error.args[0], f"entry {index}: {error.args[1]}") from None
    proved = [f"entries {start} to {size - 1} are in the log, and every clerk's entry was approved by her key"]
    missing = [NOT_PROVED[0], f"the time: the clock was of kind {' and '.join(sorted(days.clocks))}"]
    missing += ["how the keys that the first day-open entry states came to be", *([] if witnesses else [NOT_WITNESSED])]
    missing += [] if office_key else ["that each core commits to its entry's account: no office key was given"]
    missing += [f"who held key {key.id.hex()} of clerk {key.clerk}: its custody is {key.custody}"
                + ", and it was enrolled by the operator" * (key.how == OPERATOR) for key in days.used.values()]
    return Answer("bundle", log.name, proved + policy.check_quorum(witnesses), missing, claims)

# --- 8. Files, comparison and words.
def compare(answers: list[Answer]) -> None:
    """Two roots for one size, or two leaves at one place, of one log cannot both be true."""
    known: dict[Any, bytes] = {}
    for one in answers:
        for claim, value in one.claims.items():
            need(known.setdefault((one.origin, claim), value) == value, "contradiction",
                 f"{one.origin}: two files disagree on {claim[0]} {claim[1]}. The log was rewritten, or the office's "
                 "computer was cloned. Keep both files: together they prove it")
def verify(data: bytes, policy: Policy, office_key: bytes | None) -> Answer:
    """Tells the four forms apart by how they begin."""
    text = data.decode(errors="replace") if data[:2] in (b"CF", b"c2") else ""
    if text[:4] in ("CF1:", "CFP:"):
        return verify_slip(text.removesuffix("\n"), policy)
    proof = text.removesuffix("\n") if text[:1] == "C" else text
    return verify_proof(proof, policy) if text else verify_bundle(data, policy, office_key)
def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="slip, proof or bundle; - is standard input")
    parser.add_argument("--policy", required=True, help="the trust policy: whose logs and witnesses to believe")
    parser.add_argument("--office-key", help="a file of 32 bytes: checks accounts too")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of words")
    asked, said, answers = parser.parse_args(), list[dict[str, Any]](), list[Answer]()
    try:
        files = [(path, sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()) for path in asked.files]
        policy = Policy(Path(asked.policy).read_bytes())
        key = Path(asked.office_key).read_bytes() if asked.office_key else None
        need(key is None or len(key) == 32, "office-key", "an office key has 32 bytes")
    except (OSError, ValueError, Refused) as error:
        print(f"cannot begin: {error!a}", file=sys.stderr)
        return 2
    lines = [(path, data.removesuffix(b"\n").split(b"\n") if data[:2] == b"CF" else [data]) for path, data in files]
    for path, data in [(path, one) for path, several in lines for one in several]:  # A receipt may hold several slips.
        try:
            answers.append(verify(data, policy, key))
            compare(answers)
            said.append({"file": path, "answer": "accepted"} | dict(zip(Answer._fields, answers[-1][:4], strict=False)))
        except Refused as error:
            said.append({"file": path, "answer": "REFUSED", "code": error.args[0], "reason": error.args[1]})
    words = [f"{k}: {ascii(w)[1:-1]}" for one in said for k, v in one.items() for w in (v if type(v) is list else [v])]
    print(json.dumps(said, indent=2) if asked.json else "\n".join(words))
    return 0 if all(one["answer"] == "accepted" for one in said) else 1

if __name__ == "__main__":
    sys.exit(main())
