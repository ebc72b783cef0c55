#!/usr/bin/env python3
"""Verify a Counterfoil slip, proof or whole day without trusting the office that gave it.

    python -I verify_counterfoil.py FILE... --policy TRUST-POLICY [--json] [--office-key FILE]

FILE is a slip (CF1:), a proof (CF2: or the text c2sp.org/tlog-proof@v1) or a day bundle; - reads standard input. Files
are also compared with each other. Exit: 0 all accepted, 1 something refused, 2 wrong use or a file not readable.

This file stands alone: the standard library, cryptography (Ed25519) and cbor2, nothing of the office's own program. It
was written from docs/formats and is meant to be read from top to bottom by whoever relies on it, with the page
docs/explanation/reading-the-verifier.md beside it. Whatever is not exactly as described there is refused.
"""
# fmt: off: laid out by hand, so that the whole stays under 500 lines and is read in one sitting.
from __future__ import annotations

import argparse
import binascii
import hmac
import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FILE_MAX, NOTE_MAX, FACTS_MAX, QR_MAX, APPROVALS_MAX, LEAF_MAX, SLIP_MAX = 2**28, 10**6, 2**20, 2860, 2048, 344, 450

class Refused(Exception):
    """What was to be verified is not proved: (code, sentence)."""

def need(fact: object, code: str, sentence: str) -> None:
    """How this file says no: nearly every rule stands in one of these calls."""
    if not fact:
        raise Refused(code, sentence)

# --- 1. Who may make which entry. The office's own program must hold the same table; its tests compare the two.
CLERK, SYSTEM = 0, 3  # Actor kinds; 1 customer, 2 integrator, 4 center and 5 support make no entry yet.
_TABLE = """1 epoch-open s 1 o, 2 epoch-close cs 1 -, 3 policy-edition cs 2 o, 4 clerk-enrol cs 1 o,
5 clerk-rotate c 1 -, 6 clerk-revoke c 1 -, 20 day-open c 1 -, 21 vault-count c 2 -, 22 day-close c 1 -,
30 till-open c 1 -, 31 cash-from-vault c 2 -, 32 cash-to-vault c 2 -, 33 till-handover c 2 -, 34 cash-exchange c 1 -,
35 suspect-note c 1 -, 36 surprise-count c 2 -, 37 till-report c 1 -, 38 till-count c 1 -, 39 till-close c 1 -,
40 difference-dispute c 1 -, 41 till-count-absent c 2 -, 42 difference-accept c 1 -, 43 pouch-out c 2 -,
44 pouch-in c 2 -, 45 pouch-lost c 2 -, 50 stock-in c 2 -, 51 stock-to-till c 2 -, 52 stock-from-till c 2 -,
53 stamp-sale c 1 -, 60 customer-open c 1 -, 61 customer-change c 1 -, 62 account-open cs 1 -, 63 account-close c 1 -,
64 account-reopen c 1 -, 65 account-freeze c 1 -, 66 account-unfreeze c 2 -, 67 legal-hold c 2 -,
68 legal-hold-release c 2 -, 69 balance-told c 1 -, 80 deposit c 1 -, 81 withdrawal c 1 -, 82 transfer c 1 -,
83 reversal c 1 -, 84 house-advance c 1 -, 85 house-movement s 1 -"""

_ACTORS = {"c": [CLERK], "s": [SYSTEM], "cs": [CLERK, SYSTEM]}
# number: (name, actors, how many different clerks sign, whether the system may make it only before any clerk's entry)
KINDS = {int(number): (name, _ACTORS[by], int(signers), opening == "o")
         for number, name, by, signers, opening in [row.split() for row in _TABLE.split(",")]}

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
    try:
        data = binascii.a2b_base64(text)
    except ValueError:
        raise Refused("malformed", "not Base64") from None
    need(binascii.b2a_base64(data, newline=False).decode() == text, "malformed", "not the one Base64 text of its bytes")
    return data

def uncbor(data: bytes, limit: int, what: str) -> Any:
    """Canonical CBOR (docs/formats/cbor.md), read by hand so that no other feature of the format can be reached, and
    then encoded again by a library, which must give the same bytes."""
    def item(at: int, depth: int) -> tuple[Any, int]:
        head = data[at] if at < len(data) else 0xFF
        if head in (0xF4, 0xF5):
            return head == 0xF5, at + 1
        major, low = head >> 5, head & 31
        end = at + 1 + (0 if low < 24 else 2 ** (low - 24))
        number = low if low < 24 else int.from_bytes(data[at + 1 : end], "big")
        right = major < 6 and low < 28 and number < 2**63 and end + (number if major > 1 else 0) <= len(data)
        need(right and (major < 4 or depth < 16), "malformed", f"{what} is cut short or has a value that is not allowed")
        if major < 2:
            return (number if major == 0 else -1 - number), end
        if major < 4:
            part = data[end : end + number]
            return (part if major == 2 else part.decode()), end + number
        values = []
        for _ in range(number * (major - 3)):
            value, end = item(end, depth + 1)
            values.append(value)
        keys = {type(key) for key in values[::2]}
        right = major == 4 or keys <= {str} or (keys == {int} and min(values[::2]) >= 0)
        need(right, "malformed", f"{what} has a wrong map key")
        return (values if major == 4 else dict(zip(values[::2], values[1::2], strict=True))), end

    need(len(data) <= limit, "malformed", f"{what} of {len(data)} bytes is over the limit of {limit}")
    try:
        value, end = item(0, 0)
    except UnicodeDecodeError:
        raise Refused("malformed", f"{what} has a text that is not UTF-8") from None
    need(end == len(data) and cbor2.dumps(value, canonical=True) == data, "malformed", f"{what} is not canonical CBOR")
    return value

def fits(value: Any, shape: Any) -> bool:
    """Whether a value is of a type, bytes of a length, an integer from (low, high), a text of a pattern, or a list."""
    if isinstance(shape, (type, int)):
        return type(value) is shape or (type(value) is bytes and len(value) == shape)
    if isinstance(shape, (tuple, str)):
        right = re.fullmatch(shape, value) if type(value) is type(shape) is str else False
        return bool(right or (type(value) is int and type(shape) is tuple and shape[0] <= value <= shape[1]))
    return type(value) is list and len(value) == len(shape) and all(map(fits, value, shape))

def versioned(data: bytes, limit: int, what: str, version: int, shape: list[Any]) -> list[Any]:
    value = uncbor(data, limit, what)
    need(type(value) is list and fits(value[:1], [int]), "malformed", f"a {what} begins with its version")
    need(value[0] == version, "version", f"{what} version {value[0]} is not known to this verifier")
    need(fits(value, shape), "malformed", f"not the elements of a {what}")
    return list(value)

# --- 3. The tree (RFC 6962). One root of 32 bytes stands for every entry of a log, and for its place.
def digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()

def root_by_path(leaf: bytes, index: int, size: int, path: bytes) -> bytes:
    """The only root under which the path (hashes joined, from the leaf's sibling up) puts the leaf at that index."""
    below = (index ^ (size - 1)).bit_length()  # Above this level the path runs along the tree's right edge.
    right = index < size and len(path) == 32 * (below + (index >> below).bit_count())
    need(right, "inclusion", "the path is too long or too short, or the log has no such place")
    root = digest(b"\0", leaf)
    for level in range(len(path) // 32):
        sibling = path[32 * level : 32 * level + 32]
        on_the_right = level >= below or index >> level & 1
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
_NAME = r"[^\s+\x00-\x1f]+"  # Of a key: no blank of any kind, no plus.

def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True

class Key(NamedTuple):
    """A verifier key (c2sp.org/signed-note): a log's (algorithm 1), whose name is its origin, or a witness's (4).
    The alias is what the policy calls a witness."""
    name: str
    id: bytes
    algorithm: int
    public: bytes
    alias: str

    def signs(self, text: str, data: bytes) -> bool:
        if self.algorithm == 1:
            return signed(self.public, text.encode(), data)
        message = f"cosignature/v1\ntime {int.from_bytes(data[:8], 'big')}\n{text}".encode()
        return len(data) == 72 and data[0] < 128 and signed(self.public, message, data[8:])

class Policy:
    """A trust policy (c2sp.org/tlog-policy): logs, witnesses, groups of witnesses, and the quorum asked of them."""
    def __init__(self, data: bytes) -> None:
        self.keys: list[Key] = []
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum, names, free = "", {"none"}, set[str]()  # Free: names that no group counts, so none counts twice.
        for line in data.decode(errors="replace").split("\n"):
            ok = not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line)
            match [word for word in re.split("[ \t]+", line) if word]:
                case ["log", key, *url] if len(url) < 2:
                    self.add_key(key, 1, "")
                case ["witness", name, key, *url] if len(url) < 2 and name not in names:
                    self.add_key(key, 4, name)
                    names, free = names | {name}, free | {name}
                case ["group", name, count, *members] if members and name not in names:
                    count = {"any": "1", "all": str(len(members))}.get(count, count)
                    ok = ok and set(members) <= free and len(set(members)) == len(members)
                    ok = ok and re.fullmatch("[1-9][0-9]{0,3}", count) is not None and int(count) <= len(members)
                    self.groups[name] = int(count) if ok else 0, members
                    names, free = names | {name}, free - set(members) | {name}
                case ["quorum", name] if name in names and not self.quorum:
                    self.quorum = name
                case words:
                    ok = ok and (not words or words[0].startswith("#"))
            need(ok, "policy", f"{line[:80]!r} breaks a rule of c2sp.org/tlog-policy")
        need(self.quorum, "policy", "the trust policy has no quorum line")

    def add_key(self, text: str, algorithm: int, alias: str) -> None:
        parts = re.fullmatch(rf"({_NAME})\+([0-9a-f]{{8}})\+(\S+)", text)
        name, shown_id, data = (parts[1], parts[2], unbase64(parts[3])) if parts else ("", "", b"")
        key = Key(name, digest(name.encode(), b"\n", data)[:4], algorithm, data[1:], alias)
        new = key.public not in [one.public for one in self.keys if one.algorithm == algorithm]
        right = new and len(data) == 33 and data[0] == algorithm and key.id.hex() == shown_id
        need(right, "policy", f"{text[:80]!r} is not a new verifier key of algorithm {algorithm} with its right key id")
        self.keys.append(key)

    def logs(self, key_id: bytes) -> list[Key]:
        return [key for key in self.keys if key.algorithm == 1 and key.id == key_id]

    def endorsed(self, text: str, lines: list[tuple[str | None, bytes]]) -> tuple[list[Key], dict[str, int]]:
        """The logs that signed a checkpoint's text, and when which witness did. A signature by an unknown key is passed
        over; one by a known key must verify. The name None (QR forms carry none) stands for any with that key id."""
        logs, witnesses = [], dict[str, int]()
        for name, data in lines:
            known = [key for key in self.keys if key.id == data[:4] and name in (None, key.name)]
            right = [key for key in known if key.signs(text, data[4:])]
            need(right or not known, "checkpoint-signature", "a signature by a key of the policy does not verify")
            logs += [key for key in right if key.algorithm == 1]
            for key in [key for key in right if key.algorithm == 4]:
                witnesses.setdefault(key.alias, int.from_bytes(data[4:12], "big"))
        need(logs or witnesses, "unknown-log", "no key of the trust policy signed the checkpoint")
        return logs, witnesses

    def check_quorum(self, cosigned: dict[str, int]) -> list[str]:
        """Refuses a checkpoint that too few witnesses saw; says who did."""
        seen = {"none", *cosigned}
        for name, (threshold, members) in self.groups.items():
            seen |= {name} if len(seen & set(members)) >= threshold else set()
        need(self.quorum in seen, "quorum", f"the witnesses that cosigned do not make the quorum {self.quorum}")
        return [f"witness {name} saw this log (POSIX time {time})" for name, time in sorted(cosigned.items())]

def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{binascii.b2a_base64(root).decode()}"

def open_checkpoint(note: str, policy: Policy) -> tuple[Key, int, bytes, dict[str, int]]:
    """A signed checkpoint (c2sp.org/tlog-checkpoint): its log, size and root, and the witnesses that cosigned it."""
    text, gap, block = note.rpartition("\n\n")
    right = gap and block.endswith("\n") and block.count("\n") <= 100 and not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    need(right and len(note.encode()) <= NOTE_MAX, "malformed", "not a signed note")
    signatures: dict[tuple[str, bytes], tuple[str | None, bytes]] = {}
    for line in block[:-1].split("\n"):
        parts = re.fullmatch(f"\u2014 ({_NAME}) (\\S+)", line)
        name, data = (parts[1], unbase64(parts[2])) if parts else ("", b"")
        need(len(data) > 4, "malformed", "not a signature line")
        signatures.setdefault((name, data[:4]), (name, data))  # A further line of the same key is passed over.
    logs, witnesses = policy.endorsed(text + "\n", [*signatures.values()])
    origin, size, root, *others = [*text.split("\n"), "", "", ""]
    right = origin and re.fullmatch("0|[1-9][0-9]{0,18}", size) and "" not in others[:-3]
    need(right and len(unbase64(root)) == 32, "malformed", "a checkpoint has origin, size and root")
    logs = [log for log in logs if log.name == origin]
    need(logs, "unknown-log", "no log of the trust policy with this origin signed the checkpoint")
    return logs[0], int(size), unbase64(root), witnesses

# --- 5. The core: what the node signed for one entry (docs/formats/entry.md), and what it shows by itself.
_NODE, _INDEX, _WHOLE = (1, 65535), (0, 2**40 - 1), (0, 2**63 - 1)
CORE = {
    1: (1, 1), 2: _NODE, 3: _NODE, 4: _INDEX,  # version, node, epoch, sequence
    5: 16, 6: [(1, 23), (2, 23)], 7: (0, 65535),  # request id, part k of n, kind
    8: (0, 5), 9: 8, 10: _WHOLE,  # actor kind, actor key id, time in milliseconds
    11: (1, 2**63 - 1), 12: "[A-Z]{3}", 13: 16,  # amount, currency, account commitment
    14: 32, 15: 32, 16: 16, 17: 16,  # facts commitment, approvals hash, build, policy edition
    18: [(0, 2**40), 16], 19: 16, 20: [_NODE, _NODE, _INDEX],  # center checkpoint seen, salt, what it reverses
}
_MAY_LACK = {6, 11, 12, 13, 15, 17, 18, 20}

def read_core(core: Any) -> dict[int, Any]:
    need(type(core) is dict and type(core.get(1)) is int, "malformed", "a core is a map that begins with its version")
    need(core[1] == 1, "version", f"core version {core[1]} is not known to this verifier")
    right = CORE.keys() - _MAY_LACK <= core.keys() <= CORE.keys() and (11 in core) == (12 in core)
    right = right and all(fits(value, CORE[key]) for key, value in core.items())
    need(right and (6 not in core or core[6][0] <= core[6][1]), "malformed", "a key or value of the core is wrong")
    return dict(core)

def read_leaf(leaf: bytes) -> tuple[dict[int, Any], bytes]:
    value = uncbor(leaf, LEAF_MAX, "leaf")
    need(fits(value, [dict, 64]), "malformed", "a leaf is [core, node signature]")
    return read_core(value[0]), value[1]

def key_id(public: bytes) -> bytes:
    """How cores and approvals name a clerk's key, and the node's own where the system is the actor."""
    return digest(b"counterfoil/clerk-key/v1\0", public)[:8]

def check_core(core: dict[int, Any], signature: bytes, log: Key) -> tuple[str, str]:
    """The right log, a known kind, an actor who may make it, the node's signature. Gives the kind and the office."""
    origin = re.fullmatch(r"[^/\s+]+/office/([^/\s+]+)/node/([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", log.name)
    if origin is None or (int(origin[2]), int(origin[3])) != (core[2], core[3]):
        raise Refused("place", f"node {core[2]}, epoch {core[3]} is not that of the log {log.name}")
    kind, actors, _, _ = KINDS.get(core[7], (f"(unknown kind {core[7]})", [], 0, False))
    need(core[8] in actors, "kind", f"actor kind {core[8]} may not make a {kind}")
    need(core[8] != SYSTEM or core[9] == key_id(log.public), "actor", "a system entry does not name the node's key")
    need((15 in core) == (core[8] == CLERK), "approval", "a clerk's entry has approvals, a system's has none")
    need((20 in core) == (kind == "reversal"), "kind", "a reversal, and nothing else, says what it reverses")
    message = b"counterfoil/core/v1\0" + cbor2.dumps(core, canonical=True)
    need(signed(log.public, message, signature), "node-signature", "the node's signature does not verify")
    return kind, origin[1]

# --- 6. Slips and proofs: one entry (docs/formats/slip.md and proof.md).
class Answer(NamedTuple):
    """An accepted file. Others of the same log are compared with its leaves (place: hash) and roots (size: hash)."""
    what: str
    origin: str
    leaves: dict[int, bytes]
    roots: dict[int, bytes]
    proved: list[str]
    not_proved: list[str]

NOT_MONEY, NOT_TIME = "that the money moved: this is what the node wrote down", "the time: it is the node's own claim"
NOT_APPROVED = "approval not checked: whether the clerk signed stands in the day's bundle"
NOT_WITNESSED = "that anyone else saw this log: no witness of the trust policy cosigned"

def shown(core: dict[int, Any], kind: str) -> str:
    """An entry in words. Amounts stay in minor units (cents): this file does not guess a currency's decimals."""
    readable = core[10] < 253_402_300_800_000  # The year 10000, where Python's calendar ends.
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=core[10]) if readable else core[10]
    money = f" of {core[11]} minor units of {core[12]}" if 11 in core else ""
    by = "a clerk" if core[8] == CLERK else "the system"
    return f"entry {core[4]}: a {kind}{money} by {by} at {time}, request {core[5].hex()}"

def verify_slip(text: str, policy: Policy) -> Answer:
    """A slip is a promise: this entry is the last of the node's log of size sequence + 1, with this root."""
    need(text[:4] != "CFP:", "training", "a slip of a training office: no money stands behind it")
    value = versioned(unbase45(text[4:700]), SLIP_MAX, "slip", 1, [int, dict, 4, 64, 32, 64])
    core, refused = read_core(value[1]), Refused("unknown-log", "no log of the trust policy has this key id")
    for log in policy.logs(value[2]):  # Key ids are short, so several logs may share one: a log that fits suffices.
        try:
            kind, _ = check_core(core, value[3], log)
            checkpoint = checkpoint_text(log.name, core[4] + 1, value[4]).encode()
            need(signed(log.public, checkpoint, value[5]), "checkpoint-signature", "the log did not sign this root")
        except Refused as error:
            refused = error
            continue
        proved = [f"{shown(core, kind)}; the node promised it as the last of its log of {core[4] + 1}"]
        missing = [NOT_MONEY, NOT_TIME, NOT_APPROVED, "that it is still in the log: ask for a proof", NOT_WITNESSED]
        leaf = digest(b"\0", cbor2.dumps([core, value[3]], canonical=True))
        return Answer("slip", log.name, {core[4]: leaf}, {core[4] + 1: value[4]}, proved, missing)
    raise refused

def open_qr(text: str, policy: Policy) -> tuple[bytes, int, bytes, tuple[Key, int, bytes, dict[str, int]]]:
    """The QR form leaves out origin, root and names: they follow from path and policy, and the signature tells."""
    shape = [int, bytes, 4, _WHOLE, _WHOLE, bytes, 64, list]
    _, leaf, log_id, index, size, path, signature, more = versioned(unbase45(text[4:5000]), QR_MAX, "proof", 2, shape)
    right = len(path) % 32 == 0 and len(more) <= 32 and fits(more, [76] * len(more))
    need(right, "malformed", "the path or a cosignature has the wrong length")
    root, logs = root_by_path(leaf, index, size, path), policy.logs(log_id)
    need(logs, "unknown-log", "no log of the trust policy has this key id")
    logs = [log for log in logs if signed(log.public, checkpoint_text(log.name, size, root).encode(), signature)]
    need(logs, "checkpoint-signature", "the log did not sign what leaf and path give")
    lines = [(logs[0].name, log_id + signature), *[(None, one) for one in more]]
    return leaf, index, root, (logs[0], size, root, policy.endorsed(checkpoint_text(logs[0].name, size, root), lines)[1])

def verify_proof(text: str, policy: Policy) -> Answer:
    """A proof: this entry is in a log of this size and root, which the log signed and perhaps witnesses cosigned."""
    if text.startswith("CF2:"):
        leaf, index, root, endorsed = open_qr(text, policy)
    else:
        form = r"c2sp\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]{0,18})\n((?:.{44}\n){0,64})\n((?s:.+))"
        parts = re.fullmatch(form, text)
        if parts is None or len(text.encode()) > NOTE_MAX:
            raise Refused("malformed", "not a proof that carries its leaf")
        leaf, index, endorsed = unbase64(parts[1]), int(parts[2]), open_checkpoint(parts[4], policy)
        root = root_by_path(leaf, index, endorsed[1], b"".join([unbase64(line) for line in parts[3].split()]))
    log, size, signed_root, witnesses = endorsed
    need(root == signed_root, "inclusion", "leaf and path do not give the root that the log signed")
    core, signature = read_leaf(leaf)
    need(core[4] == index, "place", f"the core's sequence is {core[4]}, the proof is for {index}")
    said = f"{shown(core, check_core(core, signature, log)[0])}; it is in the log of {size}"
    missing = [NOT_MONEY, NOT_TIME, NOT_APPROVED, *([] if witnesses else [NOT_WITNESSED])]
    proved = [said, *policy.check_quorum(witnesses)]
    return Answer("proof", log.name, {index: digest(b"\0", leaf)}, {size: root}, proved, missing)

# --- 7. A bundle: whole days, every entry by every rule (docs/formats/bundle.md, and What must agree in entry.md).
OPERATOR, SUPERVISOR, OLD_KEY, TWO_CLERKS = 0, 1, 2, 3  # How a clerk's key was enrolled.
FACTS = {4: [str, bytes, str, str, int], 6: [str, bytes, str, bool], 20: [str, "machine|file", list, str, str, str]}
# Keys and days change in entries of the kinds made for it, and nowhere else.
_CHANGES = {"clerk-enrol": "4,", "clerk-rotate": "(6,)*4,(6,)*", "clerk-revoke": "(6,)+", "day-open": "20,"}

class ClerkKey(NamedTuple):
    id: bytes
    clerk: str
    public: bytes
    role: str
    custody: str
    how: int
    sequence: int

def read_clerk_key(value: Any) -> ClerkKey:
    right = fits(value, [bytes, "(?s:.+)", bytes, str, str, (OPERATOR, TWO_CLERKS), _WHOLE])
    need(right, "malformed", "a clerk key is [key id, clerk, public key, role, custody, how, sequence]")
    need(len(value[2]) == 32 and value[0] == key_id(value[2]), "keys", "a clerk key's id is not that of the public key")
    return ClerkKey(*value)

def read_facts(facts: bytes, kind: str) -> tuple[dict[str, Any], list[tuple[int, list[Any]]]]:
    """The signed body, and the facts about keys and days: (number, fields in order)."""
    body, *others = value if type(value := uncbor(facts, FACTS_MAX, "facts")) is list and value else [None]
    right = type(body) is dict and body and all(fits(key, str) for key in body)
    right = right and all(fits(one, [int, int, dict]) and all(fits(key, int) for key in one[2]) for one in others)
    need(right, "malformed", "facts are [body, fact, ...]; a fact is [number, version, fields]")
    found = [one for one in others if one[0] in FACTS]
    right = re.fullmatch(_CHANGES.get(kind, ""), "".join(f"{one[0]}," for one in found))
    need(right, "keys", f"keys or days change otherwise than a {kind} may change them")
    for number, version, fields in found:
        need(version == 1, "version", f"fact {number} version {version} is not known to this verifier")
        fields.setdefault(4, False) if number == 6 else None  # Whether the clerk leaves; added to the format later.
        right = fits([fields.get(place) for place in sorted(fields)], FACTS[number]) and max(fields) == len(fields)
        need(right, "malformed", f"the fields of fact {number} are not those of its version")
    return body, [(number, [fields[place] for place in sorted(fields)]) for number, _, fields in found]

def is_date(text: Any) -> bool:
    try:
        return fits(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}") and date.fromisoformat(text) is not None
    except ValueError:
        return False

def check_body(core: dict[int, Any], kind: str, body: dict[str, Any], day: str, office_key: bytes | None) -> None:
    """What the node signed is what the body says, which the clerk signed."""
    (k, n), own, asked = core.get(6, [1, 1]), body, body.get("kind")
    if asked == "visit":
        services = body.get("services")
        own = services[k - 1] if type(services) is list and len(services) == n else {}
        right = type(own) is dict and own.get("kind") == kind and "date" not in own
    else:  # A reversal whose money has gone is two entries of one request; no other request but a visit is.
        advance = [("reversal", "house-advance", 1, 2), ("reversal", "reversal", 2, 2)]
        right = (asked == kind and n == 1) or (asked, kind, k, n) in advance
    need(right, "body", f"the entry is a {kind} ({k} of {n}), and the body asks for something else")
    amount, account = own.get("amount"), own.get("account")
    right = type(amount) is not bool and (amount, own.get("currency")) == (core.get(11), core.get(12))
    need(right, "body", "amount or currency is not the body's")
    right = (account is None or type(account) is str) and (account is None) == (13 not in core)
    need(right, "body", "an account stands in core or body only")
    if office_key is not None and account is not None:
        commitment = hmac.digest(office_key, account.encode() + core[19], "sha256")[:16]
        need(commitment == core[13], "account", "the core does not commit to the account of the body")
    right = 20 not in core or core[20][1:] == [body.get("epoch"), body.get("entry")]
    right = right and (core[8] != CLERK or (is_date(body.get("date")) and day in ("", body["date"])))
    need(right, "body", "the entry reversed or the business date is not the body's")

class Days:
    """The state of the log between two entries of a bundle."""
    def __init__(self, log: Key, office_key: bytes | None) -> None:
        self.log, self.office_key, self.day, self.clocks = log, office_key, "", set[str]()
        self.keys: dict[bytes, ClerkKey] | None = None  # Valid for the next entry; the first day-open states them.
        self.used: dict[bytes, ClerkKey] = {}
        self.known: set[object] = set()  # Every key id and clerk number met.
        self.requests: dict[bytes, tuple[int, bytes, set[int]]] = {}

    def take(self, index: int, leaf: bytes, facts: bytes, blind: bytes, approvals: bytes) -> None:
        """One entry: its place and signature, what it commits to, who stands behind it, whose keys it changes."""
        core, signature = read_leaf(leaf)
        need(core[4] == index, "place", f"its sequence is {core[4]}")
        kind, office = check_core(core, signature, self.log)
        need(self.keys is not None or kind == "day-open", "malformed", "a bundle begins with a day-open entry")
        need(digest(blind, facts) == core[14], "facts", "facts and blind are not those that the core commits to")
        right = core.get(15) == (digest(approvals) if approvals else None)
        need(right, "approval", "the approvals are not those that the core commits to")
        need(core[8] == CLERK or not KINDS[core[7]][3], "opening", f"the system made a {kind} after the opening")
        body, found = read_facts(facts, kind)
        check_body(core, kind, body, self.day, self.office_key)
        (k, n), body_hash = core.get(6, [1, 1]), digest(cbor2.dumps(body, canonical=True))
        parts, same, seen = self.requests.setdefault(core[5], (n, body_hash, set()))
        need((parts, same) == (n, body_hash) and k not in seen, "repeated", "its request and part stand here already")
        seen.add(k)
        new = None
        for number, fields in found:
            if number == 20:
                self.open_day(office, body, fields)
            elif number == 4:
                new = read_clerk_key([key_id(fields[1]), *fields, index])
        asked = [core[5], body_hash, office, core[3], body.get("date")]
        signers = self.check_approvals(core, kind, asked, approvals, new) if core[8] == CLERK else []
        self.change_keys(kind, body, found, signers, new)
        self.day = "" if kind == "day-close" else self.day

    def open_day(self, office: str, body: dict[str, Any], fields: list[Any]) -> None:
        """The day-open entry restates every valid key, so that no revocation before it can be left out."""
        need(is_date(fields[0]), "malformed", "a day has a date")
        keys = {key.id: key for key in map(read_clerk_key, fields[2])}
        need(len(keys) == len(fields[2]), "keys", "the day-open entry states a key twice")
        need(fields[0] == body.get("date"), "body", "the day opened is not the one that was signed for")
        need(fields[3] == office, "place", "the day was opened at another office")
        need(self.keys in (None, keys), "keys", "the day-open entry states other keys than the log before it")
        self.known |= keys.keys() | {key.clerk for key in keys.values()}
        self.keys, self.day = keys, fields[0]
        self.clocks.add(fields[1])

    def check_approvals(self, core: dict[int, Any], kind: str, asked: list[Any], approvals: bytes,
                        new: ClerkKey | None) -> list[ClerkKey]:
        """Every approval is by a key that is valid here, the first by the clerk whom the core names."""
        value, signers, held = uncbor(approvals, APPROVALS_MAX, "approvals"), [], new is None
        right = type(value) is list and 0 < len(value) <= 16 and all(fits(one, [8, 64]) for one in value)
        need(right and len({one[0] for one in value}) == len(value), "malformed", "not a list of approvals")
        for name, signature in value:
            key = (self.keys or {}).get(name)
            if key is not None:
                signers.append(key)
                self.used[name] = key
            elif new is not None and new.id == name:  # The new key shows that someone holds it; it approves nothing.
                key, held = new, True
            message = b"counterfoil/approval/v1\0" + cbor2.dumps([*asked, name], canonical=True)
            right = key is not None and signed(key.public, message, signature)
            need(right, "approval", f"the approval by key {name.hex()} is wrong, or the key not valid here")
        need(signers and value[0][0] == core[9] == signers[0].id, "approval", "the core names another clerk")
        need(len({key.clerk for key in signers}) >= KINDS[core[7]][2], "signers", f"too few clerks signed a {kind}")
        need(held, "keys", "the new key did not sign: nobody showed that she holds it")
        return signers

    def change_keys(self, kind: str, body: dict[str, Any], found: list[tuple[int, list[Any]]],
                    signers: list[ClerkKey], new: ClerkKey | None) -> None:
        """A supervisor enrolls a clerk's first key; her old key or two other clerks a further one."""
        keys, clerks = self.keys or {}, {key.clerk for key in signers}
        if new is not None:
            right = [body.get("clerk"), body.get("key"), body.get("custody")] == [new.clerk, new.public, new.custody]
            right = right and body.get("role", new.role) == new.role and new.id not in self.known
            need(right, "keys", "the key recorded is not the one signed for, or was enrolled before")
        if new is not None and kind == "clerk-enrol":
            right = new.how == SUPERVISOR and any(key.role in ("supervisor", "postmaster") for key in signers)
            right = right and new.clerk not in self.known and "role" in body
            need(right, "keys", "a supervisor enrolls a first key, and only a first")
        elif new is not None:
            right = new.clerk in clerks if new.how == OLD_KEY else len(clerks - {new.clerk}) >= 2
            need(right and new.how in (OLD_KEY, TWO_CLERKS), "signers", "her old key or two others sign a new key")
            old = [key for key in keys.values() if key.clerk == new.clerk]
            need(all(key.role == new.role for key in old), "keys", "a new key does not change a clerk's role")
            for key in old:
                del keys[key.id]
        for clerk, revoked, *_ in [fields for number, fields in found if number == 6 and kind == "clerk-revoke"]:
            right = revoked in keys and body.get("clerk") == clerk == keys[revoked].clerk
            need(right, "keys", "the key revoked is not a valid key of the clerk who was signed for")
            del keys[revoked]
        if new is not None:
            keys[new.id] = new
            self.known |= {new.id, new.clerk}

def verify_bundle(data: bytes, policy: Policy, office_key: bytes | None) -> Answer:
    """Folds the entries onto what came before them, up to the root that the log signed; then every entry by itself."""
    value = uncbor(data, FILE_MAX, "bundle")
    need(type(value) is dict and type(value.get("bundle")) is int, "malformed", "a bundle names its version")
    need(value["bundle"] == 1, "version", f"bundle version {value['bundle']} is not known to this verifier")
    shape = {"bundle": int, "origin": str, "from": _INDEX, "left": list, "entries": list, "checkpoint": str}
    need(value.keys() == shape.keys() and all(fits(value[key], shape[key]) for key in shape), "malformed", "not its keys")
    start, left, entries = value["from"], value["left"], value["entries"]
    right = entries and all(fits(entry, [bytes, bytes, 32, bytes]) for entry in entries)
    need(right and fits(left, [32] * start.bit_count()), "malformed", "wrong entries, or hashes before them")
    log, size, root, witnesses = open_checkpoint(value["checkpoint"], policy)
    right = (log.name, size) == (value["origin"], start + len(entries))
    need(right, "place", "the checkpoint is of another log or size than the bundle")
    leaves = {start + at: digest(b"\0", entry[0]) for at, entry in enumerate(entries)}
    roots = {start + at + 1: append(left, start + at, entry[0]) for at, entry in enumerate(entries)}
    need(roots[size] == root, "inclusion", "the entries do not give the root that the log signed")
    days = Days(log, office_key)
    for index, entry in enumerate(entries, start):
        try:
            days.take(index, *entry)
        except Refused as error:
            raise Refused(error.args[0], f"entry {index}: {error.args[1]}") from None
    proved = [f"entries {start} to {size - 1} are in the log, and every clerk's entry was approved by her key"]
    missing = [NOT_MONEY, f"the time: the clock was of kind {' and '.join(sorted(days.clocks))}"]
    missing += ["how the keys that the first day-open entry states came to be", *([] if witnesses else [NOT_WITNESSED])]
    missing += [] if office_key else ["that each core commits to its entry's account: no office key was given"]
    for key in sorted(days.used.values(), key=lambda key: key.clerk):
        by = "; it was enrolled by the operator" if key.how == OPERATOR else ""
        missing.append(f"who held the key {key.id.hex()} of clerk {key.clerk}: its custody is {key.custody}{by}")
    return Answer("bundle", log.name, leaves, roots, proved + policy.check_quorum(witnesses), missing)

# --- 8. Files, comparison and words.
def compare(answers: list[Answer]) -> None:
    """Two roots for one size, or two leaves at one place of one log: the log was rewritten, or its computer cloned."""
    known: dict[tuple[str, str, int], bytes] = {}
    for one in answers:
        for what, found in (("entry", one.leaves), ("size", one.roots)):
            for number, value in found.items():
                need(known.setdefault((one.origin, what, number), value) == value, "contradiction",
                     f"{one.origin}: two files disagree on {what} {number}. The log was rewritten, or the office's "
                     "computer was cloned. Keep both files: together they prove it")

def verify(data: bytes, policy: Policy, office_key: bytes | None) -> Answer:
    """Tells the four forms apart by how they begin."""
    if b"\xa0" <= data[:1] <= b"\xbf":
        return verify_bundle(data, policy, office_key)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused("malformed", "not text, and not a bundle") from None
    if text.startswith("c2sp.org/tlog-proof@v1"):
        return verify_proof(text, policy)
    need(text.startswith(("CF1:", "CFP:", "CF2:")), "malformed", "not a slip, proof or bundle")
    return (verify_proof if text.startswith("CF2:") else verify_slip)(text.removesuffix("\n"), policy)

def read(path: str) -> bytes:
    with open(0 if path == "-" else path, "rb") as file:
        return file.read(FILE_MAX + 1)

def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="slip, proof or bundle; - is standard input")
    parser.add_argument("--policy", required=True, help="the trust policy: whose logs and witnesses to believe")
    parser.add_argument("--office-key", help="a file of 32 bytes, or as many in hexadecimal: checks accounts too")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked, said, answers = parser.parse_args(), list[dict[str, Any]](), list[Answer]()
    try:
        files, policy = [(path, read(path)) for path in asked.files], Policy(read(asked.policy))
        key = read(asked.office_key) if asked.office_key else None
        key = bytes.fromhex(key.decode()) if key is not None and len(key) > 32 else key
        need(key is None or len(key) == 32, "office-key", "an office key has 32 bytes")
    except (OSError, ValueError, Refused) as error:
        print(f"cannot begin: {ascii(error)}", file=sys.stderr)
        return 2
    for path, data in files:
        try:
            answers.append(verify(data, policy, key))
            compare(answers)
            one = answers[-1]
            said.append({"file": path, "answer": "accepted", "what": one.what, "log": one.origin,
                         "proved": one.proved, "not proved": one.not_proved})
        except Refused as error:
            said.append({"file": path, "answer": "REFUSED", "code": error.args[0], "reason": error.args[1]})
    if asked.json:
        print(json.dumps(said, indent=2))
    for one in [] if asked.json else said:
        for name, value in one.items():
            for line in value if isinstance(value, list) else [value]:
                print(f"{name}: {line if line.isprintable() else ascii(line)}")
    return 0 if all(one["answer"] == "accepted" for one in said) else 1

if __name__ == "__main__":
    sys.exit(main())
