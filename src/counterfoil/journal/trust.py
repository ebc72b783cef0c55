"""The trust policy (C2SP tlog-policy): which logs, which witnesses, and how many of them must have cosigned.

Not to be confused with the policy book (fees, rates, limits). The file, line by line: ``log <vkey> [<url>]``,
``witness <name> <vkey> [<url>]``, ``group <name> <all|any|k> <member>…``, ``quorum <name|none>``, ``#`` comments.

1. What stands in a line is defined in lines above it, and every name is a member at most once, so no witness counts
   twice and no group contains itself (``test_a_line_that_breaks_a_rule_is_named``).
2. A checkpoint is trusted if a listed log whose name is its origin signed it and the quorum cosigned it
   (``test_which_witnesses_make_the_quorum``).
3. Names are octets, not characters: those that are not UTF-8 are kept as they are (``surrogateescape``).

Log keys are Ed25519 (algorithm 1), witness keys Ed25519 cosignature keys (algorithm 4); others are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from counterfoil.journal.checkpoint import Checkpoint, parse_checkpoint
from counterfoil.journal.cosignature import split_signature
from counterfoil.journal.note import (
    COSIGNATURE_V1,
    ED25519,
    NoteUnverified,
    VerifierKey,
    open_parsed,
    parse_note,
    parse_verifier_key,
)
from counterfoil.kernel.limits import NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed

POLICY_BYTES_MAX = NOTE_BYTES_MAX
LOGS_MAX = 4_096
"""A log for each node and epoch that the verifier trusts."""
WITNESSES_MAX = 64
GROUPS_MAX = 64
NONE = "none"
_BLANKS = re.compile(r"[ \t]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")


class PolicyMalformed(Malformed):
    """The trust policy breaks a rule of its format. ``line`` counts from 1; 0 where no line is to blame."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        place = f"trust policy, line {line}" if line else "trust policy"
        super().__init__(f"{place}: {message}", field="policy")
        self.reason, self.line = message, line


class LogUnknown(Malformed):
    """A known key signed the checkpoint, but no log of the policy that has the checkpoint's origin for its name."""


@dataclass(frozen=True, slots=True)
class Log:
    """A trusted log; the key's name is the origin. ``url`` is opaque, empty if none."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A trusted witness; ``name`` means something only in this policy."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Has witnessed what at least ``threshold`` of its ``members`` (witnesses and groups above it) have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class TrustPolicy:
    """A policy that keeps every rule of the format. ``quorum`` is a witness, a group or ``none``."""

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE
    _keys: Mapping[bytes, list[VerifierKey]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rules = _Rules()
        for log in self.logs:
            rules.add_log(log)
        for witness in self.witnesses:
            rules.add_witness(witness)
        for group in self.groups:
            rules.add_group(group)
        rules.set_quorum(self.quorum)
        keys: dict[bytes, list[VerifierKey]] = {}
        for key in [log.key for log in self.logs] + [witness.key for witness in self.witnesses]:
            keys.setdefault(key.key_id, []).append(key)
        object.__setattr__(self, "_keys", keys)

    def keys_with_id(self, key_id: bytes) -> list[VerifierKey]:
        """Every key, of logs and witnesses, with these 4 bytes for a key id."""
        return list(self._keys.get(key_id, ()))

    def logs_with_key_id(self, key_id: bytes) -> list[VerifierKey]:
        """Every log key with these 4 bytes for a key id; the id is short, so there may be several."""
        return [key for key in self._keys.get(key_id, ()) if key.algorithm == ED25519]

    def witnesses_with_key_id(self, key_id: bytes) -> list[VerifierKey]:
        """Every witness key with these 4 bytes for a key id."""
        return [key for key in self._keys.get(key_id, ()) if key.algorithm == COSIGNATURE_V1]

    def witness_name(self, key: VerifierKey) -> str:
        """The name this policy gives to the witness with this key."""
        return next(witness.name for witness in self.witnesses if witness.key == key)

    def quorum_met(self, names: Collection[str]) -> bool:
        """Whether the witnesses with these names make the quorum. Names the policy does not know count for nothing."""
        seen = {witness.name for witness in self.witnesses if witness.name in names}
        for group in self.groups:
            if sum(member in seen for member in group.members) >= group.threshold:
                seen.add(group.name)
        return self.quorum == NONE or self.quorum in seen


@dataclass(frozen=True, slots=True)
class Endorsed:
    """A checkpoint that a trusted log signed. ``cosigned``: witness → POSIX seconds; ``quorum``: are they enough."""

    checkpoint: Checkpoint
    log: VerifierKey
    cosigned: Mapping[str, int]
    quorum: bool


def open_endorsed(data: bytes, policy: TrustPolicy) -> Endorsed:
    """Reads a signed checkpoint and says who of the policy stands behind it.

    ``Malformed`` (``NoteUnverified``, ``SignatureInvalid``, ``LogUnknown``, …) if no trusted log does. A missing
    quorum is not an error here: it is said in the answer.
    """
    note = parse_note(data)
    ids = {signature.key_id for signature in note.signatures}
    opened = open_parsed(note, [key for key_id in ids for key in policy.keys_with_id(key_id)])
    checkpoint = parse_checkpoint(opened.text)
    log = next((key for key, _ in opened.verified if key.algorithm == ED25519 and key.name == checkpoint.origin), None)
    if log is None:
        raise LogUnknown(f"no trusted log named {checkpoint.origin!r} signed this checkpoint", field="origin")
    cosigned = {
        policy.witness_name(key): split_signature(signature.signature)[0]
        for key, signature in opened.verified
        if key.algorithm == COSIGNATURE_V1
    }
    return Endorsed(checkpoint, log, cosigned, policy.quorum_met(cosigned))


def parse_policy(data: bytes) -> TrustPolicy:
    """Reads a policy file of at most ``POLICY_BYTES_MAX`` bytes; ``PolicyMalformed`` names the line."""
    if len(data) > POLICY_BYTES_MAX:
        raise PolicyMalformed(f"{len(data)} bytes are over the limit of {POLICY_BYTES_MAX}")
    rules = _Rules()
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        try:
            _read_line(line, rules)
        except PolicyMalformed as error:
            raise PolicyMalformed(error.reason, line=number) from None
        except Malformed as error:
            raise PolicyMalformed(str(error), line=number) from None
    if rules.quorum is None:
        raise PolicyMalformed("there is no quorum line; exactly one is needed (`quorum none` asks for no witness)")
    return TrustPolicy(tuple(rules.logs), tuple(rules.witnesses), tuple(rules.groups), rules.quorum)


def format_policy(policy: TrustPolicy) -> bytes:
    """The policy as a file: logs, witnesses, groups, quorum; without comments."""
    lines = [f"log {log.key} {log.url}".rstrip() for log in policy.logs]
    lines += [f"witness {witness.name} {witness.key} {witness.url}".rstrip() for witness in policy.witnesses]
    lines += [f"group {group.name} {group.threshold} {' '.join(group.members)}" for group in policy.groups]
    return "".join([f"{line}\n" for line in [*lines, f"quorum {policy.quorum}"]]).encode("utf-8", "surrogateescape")


class _Rules:
    """What has been defined so far; each method refuses what the format forbids at that point."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._log_keys: set[bytes] = set()
        self._witness_keys: set[bytes] = set()
        self._names: set[str] = set()
        self._members: set[str] = set()

    def add_log(self, log: Log) -> None:
        if log.key.algorithm != ED25519:
            raise PolicyMalformed(f"the log key {log.key.name!r} has algorithm {log.key.algorithm}, not {ED25519}")
        if log.key.public in self._log_keys:
            raise PolicyMalformed(f"the public key of log {log.key.name!r} stands in a log line already")
        if len(self.logs) == LOGS_MAX:
            raise PolicyMalformed(f"over {LOGS_MAX} logs")
        _check_url(log.url)
        self._log_keys.add(log.key.public)
        self.logs.append(log)

    def add_witness(self, witness: Witness) -> None:
        if witness.key.algorithm != COSIGNATURE_V1:
            raise PolicyMalformed(
                f"the key of witness {witness.name!r} has algorithm {witness.key.algorithm}, not {COSIGNATURE_V1}"
            )
        if witness.key.public in self._witness_keys:
            raise PolicyMalformed(f"the public key of witness {witness.name!r} stands in a witness line already")
        if len(self.witnesses) == WITNESSES_MAX:
            raise PolicyMalformed(f"over {WITNESSES_MAX} witnesses")
        _check_url(witness.url)
        self._define(witness.name)
        self._witness_keys.add(witness.key.public)
        self.witnesses.append(witness)

    def add_group(self, group: Group) -> None:
        if not 1 <= group.threshold <= len(group.members):
            raise PolicyMalformed(
                f"group {group.name!r} asks for {group.threshold} of {len(group.members)}; 1 to that many is possible"
            )
        if len(self.groups) == GROUPS_MAX:
            raise PolicyMalformed(f"over {GROUPS_MAX} groups")
        for member in group.members:
            if member not in self._names:
                raise PolicyMalformed(f"group {group.name!r} has the member {member!r}, which no line above defines")
            if member in self._members:
                raise PolicyMalformed(f"{member!r} is a group member more than once")
            self._members.add(member)
        self._define(group.name)
        self.groups.append(group)

    def set_quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise PolicyMalformed("a second quorum line; exactly one is needed")
        if name != NONE and name not in self._names:
            raise PolicyMalformed(f"the quorum is {name!r}, which no line above defines")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NONE:
            raise PolicyMalformed(f"the name {NONE!r} is reserved")
        if not name or _BLANKS.search(name) or "\n" in name or _CONTROL.search(name):
            raise PolicyMalformed(f"{name!r} is not a name: empty, or with blanks or control characters")
        if name in self._names:
            raise PolicyMalformed(f"the name {name!r} is defined already")
        self._names.add(name)


def _read_line(line: str, rules: _Rules) -> None:
    found = _CONTROL.search(line)
    if found:
        raise PolicyMalformed(f"the octet 0x{ord(found.group()):02x} is not allowed")
    words = [word for word in _BLANKS.split(line) if word]
    if not words or words[0].startswith("#"):
        return
    match words:
        case ["log", key, *url] if len(url) <= 1:
            rules.add_log(Log(parse_verifier_key(key), *url))
        case ["witness", name, key, *url] if len(url) <= 1:
            rules.add_witness(Witness(name, parse_verifier_key(key), *url))
        case ["group", name, threshold, *members] if members:
            rules.add_group(Group(name, _threshold(threshold, len(members)), tuple(members)))
        case ["quorum", name]:
            rules.set_quorum(name)
        case [("log" | "witness" | "group" | "quorum") as keyword, *_]:
            raise PolicyMalformed(f"a {keyword} line has too few or too many words: {len(words)}")
        case _:
            raise PolicyMalformed(f"{words[0]!r} is not one of log, witness, group, quorum")


def _threshold(text: str, members: int) -> int:
    if text == "all":
        return members
    if text == "any":
        return 1
    if not _COUNT.fullmatch(text):
        raise PolicyMalformed(f"the threshold {text[:80]!r} is not all, any or a decimal from 1")
    return int(text)


def _check_url(url: str) -> None:
    if _BLANKS.search(url) or "\n" in url or _CONTROL.search(url):
        raise PolicyMalformed(f"{url[:80]!r} is not a URL: with blanks or control characters")


__all__ = [
    "Endorsed",
    "Group",
    "Log",
    "LogUnknown",
    "NoteUnverified",
    "PolicyMalformed",
    "TrustPolicy",
    "Witness",
    "format_policy",
    "open_endorsed",
    "parse_policy",
]
