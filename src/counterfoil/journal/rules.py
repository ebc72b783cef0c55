"""The rules of one log: what must agree with what in every entry, and whose keys count where (docs/formats/entry.md).

What is always true:

1. Nobody but a clerk makes a clerk's entry: her key, valid at that place in the log, signed the request that the entry
   carries (``test_both_verifiers_agree``). How a key came to be valid is checked as strictly as its use.
2. What the node wrote down is what was signed: kind, amount, currency, account, business date and, where keys change
   hands, the key itself are the signed body's.
3. An entry is taken whole or refused by a code that the stand-alone verifier shares (``test_both_verifiers_agree``);
   after a refusal the rules' state is of no further use.

``LogRules`` goes through a log in order. It starts at the first entry with no keys, or at a day-open entry with the
keys that it states. The table of kinds comes from the caller: the journal knows bytes and hashes, never banking.
Signatures are verified by a function that the caller may replace, to spread them over cores.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from counterfoil import codec
from counterfoil.journal.entry import (
    Approval,
    Core,
    EntryParts,
    Leaf,
    account_commitment,
    approval_message,
    approvals_hash,
    body_hash,
    clerk_key_id,
    core_message,
    decode_approvals,
    decode_leaf,
    facts_commitment,
)
from counterfoil.kernel.limits import EPOCH_MAX, NODE_MAX, PARTS_MAX
from counterfoil.kernel.outcomes import Malformed

CLERK, SYSTEM = 0, 3
BY_OPERATOR, BY_SUPERVISOR, BY_OLD_KEY, BY_TWO_CLERKS = 0, 1, 2, 3
CLERK_ENROLLED, KEY_REVOKED, DAY_OPENED = 4, 6, 20
_KEY_FACTS = {"clerk-enrol": CLERK_ENROLLED, "clerk-rotate": CLERK_ENROLLED, "day-open": DAY_OPENED}
_ORIGIN = re.compile(r"[^/\s+]+/office/([^/\s+]+)/node/([1-9][0-9]{0,4})/([1-9][0-9]{0,4})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Verify = Callable[[bytes, bytes, bytes], bool]
"""(raw public key, message, signature) → whether the signature is that key's over the message."""


class Refused(Malformed):
    """What was to be verified is not proved. ``code`` is stable, and the stand-alone verifier's too."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, field=code)
        self.code = code


class KindRule(Protocol):
    """What the rules ask of a kind of entry; ``counterfoil.facts.kinds.Kind`` is one."""

    @property
    def number(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def actors(self) -> Sequence[int]: ...
    @property
    def signers(self) -> int: ...
    @property
    def opening(self) -> bool: ...


_T = TypeVar("_T")
Kinds = Mapping[int, KindRule]


def kinds_by_number(kinds: Iterable[KindRule]) -> Kinds:
    """The table as the rules use it."""
    return {kind.number: kind for kind in kinds}


class Origin(NamedTuple):
    """A log's origin taken apart: ``<operator domain>/office/<office>/node/<node>/<epoch>``."""

    text: str
    office: str
    node: int
    epoch: int


def read_origin(text: str) -> Origin:
    """The parts of an origin; ``Refused`` (``place``) if it is not that of an office's log."""
    found = _ORIGIN.fullmatch(text)
    if not found or int(found[2]) > NODE_MAX or int(found[3]) > EPOCH_MAX:
        raise Refused("place", f"{text[:200]!r} is not the origin of an office's log")
    return Origin(text, found[1], int(found[2]), int(found[3]))


class ClerkKey(NamedTuple):
    """A clerk's key as the log states it. ``how``: 0 by the operator … 3 by two clerks; ``sequence``: its enrolment."""

    key_id: bytes
    clerk: str
    public: bytes
    role: str
    custody: str
    how: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that keeps every rule: its core, its kind's name, its signed body, and the clerk keys that signed it."""

    leaf: Leaf
    kind: str
    body: Mapping[str, Any]
    signed_by: tuple[ClerkKey, ...]

    @property
    def core(self) -> Core:
        return self.leaf.core


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Plain Ed25519 (RFC 8032). Releases the interpreter lock while it works."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_core(core: Core, kinds: Kinds, origin: Origin, node_public: bytes) -> KindRule:
    """What a core shows by itself, on a slip as in a bundle; gives its kind. Signatures are not looked at here."""
    if (core.node, core.epoch) != (origin.node, origin.epoch):
        raise Refused("place", f"node {core.node}, epoch {core.epoch} is not that of the log {origin.text}")
    kind = kinds.get(core.kind)
    if kind is None:
        raise Refused("kind", f"kind {core.kind} is not known: use a newer verifier, or the entry is false")
    if core.actor_kind not in kind.actors:
        raise Refused("kind", f"actor kind {core.actor_kind} may not make an entry of kind {kind.name}")
    if core.actor_kind == SYSTEM and core.actor_key_id != clerk_key_id(node_public):
        raise Refused("actor", "an entry by the system does not name the node's own key")
    if (core.approvals_hash is not None) != (core.actor_kind == CLERK):
        raise Refused("approval", "a clerk's entry has approvals, and an entry by the system has none")
    if (core.reverses is not None) != (kind.name == "reversal"):
        raise Refused("kind", "a reversal, and nothing else, names what it reverses")
    return kind


class LogRules:
    """Takes the entries of one log in order and refuses the first that breaks a rule.

    ``office_key`` (32 bytes) makes account commitments checked too. ``keys``: None for a log from its first entry on;
    for a bundle, leave ``stated`` True, and the first day-open entry's own statement is where the keys begin.
    """

    def __init__(
        self,
        kinds: Kinds,
        origin: Origin,
        node_public: bytes,
        *,
        next_index: int = 0,
        stated: bool = False,
        office_key: bytes | None = None,
        verify: Verify = ed25519_verifies,
    ) -> None:
        self.kinds, self.origin, self.node_public = kinds, origin, node_public
        self.next_index = next_index
        self.keys: dict[bytes, ClerkKey] = {}
        """Every clerk key valid for the next entry, by key id."""
        self.used: dict[bytes, ClerkKey] = {}
        """Every clerk key that verified something."""
        self.clocks: set[str] = set()
        self.dates: list[str] = []
        self._stated = stated
        self._office_key, self._verify = office_key, verify
        # Before a bundle there was at least the clerk who enrolled the day's opener, so the opening is over.
        self._opening = not stated
        self._day: str | None = None
        self._requests: dict[bytes, tuple[int, bytes, set[int]]] = {}
        self._known_keys: set[bytes] = set()
        self._known_clerks: set[str] = set()

    @property
    def day(self) -> str | None:
        """The business date (ISO 8601) that is open before the next entry, if one is."""
        return self._day

    def resume(
        self,
        keys: Iterable[ClerkKey],
        *,
        known_keys: Iterable[bytes],
        known_clerks: Iterable[str],
        day: str | None,
        opening: bool,
    ) -> None:
        """Stands where another pass over the same log stood before entry ``next_index``. Its requests are not known."""
        self.keys = {key.key_id: key for key in keys}
        self._known_keys, self._known_clerks = set(known_keys), set(known_clerks)
        self._day, self._opening = day, opening

    def pass_over(self) -> None:
        """The next entry is a clerk's that the caller has checked by these same rules; it changes no key and no day."""
        self.next_index += 1
        self._opening = False

    def take(self, parts: EntryParts) -> Taken:
        """Checks the next entry by the rules of docs/formats/entry.md; ``Refused`` names the entry."""
        index = self.next_index
        try:
            taken = self._take(index, parts)
        except Refused as error:
            raise Refused(error.code, f"entry {index}: {error}") from None
        self.next_index += 1
        return taken

    def _take(self, index: int, parts: EntryParts) -> Taken:
        leaf = read_strictly(decode_leaf, parts.leaf)
        core = leaf.core
        if core.sequence != index:
            raise Refused("place", f"its sequence is {core.sequence}")
        kind = check_core(core, self.kinds, self.origin, self.node_public)
        if self._stated and kind.name != "day-open":
            raise Refused("malformed", "a bundle begins with a day-open entry, which states the keys")
        if not self._verify(self.node_public, core_message(leaf.core_bytes), leaf.signature):
            raise Refused("node-signature", "the node's signature does not verify")
        if facts_commitment(parts.blind, parts.facts) != core.facts_commitment:
            raise Refused("facts", "facts and blind are not those that the core commits to")
        if approvals_hash(parts.approvals) != core.approvals_hash:
            raise Refused("approval", "the approvals are not those that the core commits to")
        body, facts = _read_facts(parts.facts)
        self._check_opening(core, kind)
        self._check_body(core, kind, body)
        digest = body_hash(codec.encode(body))
        self._check_request(core, digest)
        self._check_which_facts(kind, facts)
        if kind.name == "day-open":
            self._open_day(body, facts)
        approvals = read_strictly(decode_approvals, parts.approvals)
        signed_by: tuple[ClerkKey, ...] = ()
        if core.actor_kind == CLERK:
            signed_by = self._check_approvals(core, kind, body["date"], digest, facts, approvals)
        self._change_keys(index, core, kind, body, facts, signed_by)
        if kind.name == "day-close":
            self._day = None
        return Taken(leaf, kind.name, body, signed_by)

    def _check_opening(self, core: Core, kind: KindRule) -> None:
        if core.actor_kind == CLERK:
            self._opening = False
        elif kind.opening and not self._opening:
            raise Refused("opening", f"the system made a {kind.name} after the epoch's opening entries")

    def _check_body(self, core: Core, kind: KindRule, body: Mapping[str, Any]) -> None:
        own = _own_body(core, kind, body)
        amount, currency, account = own.get("amount"), own.get("currency"), own.get("account")
        if amount != core.amount or type(amount) is bool or currency != core.currency:
            raise Refused("body", f"the core says {core.amount} {core.currency}, the body {amount!r} {currency!r}")
        if account is not None and type(account) is not str:
            raise Refused("body", "the account of the body is not a text")
        if (account is None) != (core.account_commitment is None):
            raise Refused("body", "an account stands in the core or in the body, not in both")
        if self._office_key is not None and account is not None:
            committed = account_commitment(self._office_key, account, core.salt)
            if committed != core.account_commitment:
                raise Refused("account", "the core does not commit to the account of the body")
        if core.reverses is not None and core.reverses[1:] != (body.get("epoch"), body.get("entry")):
            raise Refused("body", "the core reverses another entry than the body")
        if core.actor_kind == CLERK:
            day = body.get("date")
            if not _is_date(day):
                raise Refused("body", "the body has no business date")
            if self._day not in (None, day):
                raise Refused("body", f"the body's date is {day}, and the open day is {self._day}")

    def _check_request(self, core: Core, digest: bytes) -> None:
        k, n = core.which_part
        whole, same, seen = self._requests.setdefault(core.request_id, (n, digest, set()))
        if k in seen:
            raise Refused("repeated", f"request {core.request_id.hex()}, part {k}, stands in the log twice")
        if (whole, same) != (n, digest):
            raise Refused("repeated", f"request {core.request_id.hex()} stands in the log with two bodies")
        seen.add(k)

    def _check_which_facts(self, kind: KindRule, facts: Sequence[_Fact]) -> None:
        """Keys and days change in entries of the kinds made for it, and nowhere else."""
        wanted = _KEY_FACTS.get(kind.name)
        found = [fact.number for fact in facts if fact.number in (CLERK_ENROLLED, DAY_OPENED)]
        if found != ([] if wanted is None else [wanted]):
            raise Refused("keys", f"the facts of {kind.name} are not one key or one day where one is due")
        revoked = any(fact.number == KEY_REVOKED for fact in facts)
        if revoked != (kind.name == "clerk-revoke") and not (revoked and kind.name == "clerk-rotate"):
            raise Refused("keys", f"the facts of {kind.name} revoke a key, or of clerk-revoke none")

    def _open_day(self, body: Mapping[str, Any], facts: Sequence[_Fact]) -> None:
        day, clock, stated, office = _day_opened(facts)
        if day != body.get("date"):
            raise Refused("body", f"the day opened is {day}, and the body's date is not")
        if office != self.origin.office:
            raise Refused("place", f"the day was opened at office {office!r}, the log is of {self.origin.office!r}")
        if self._stated:
            self.keys, self._stated = dict(stated), False
            self._known_keys, self._known_clerks = set(stated), {key.clerk for key in stated.values()}
        elif stated != self.keys:
            raise Refused("keys", "the day-open entry states other keys than the log before it gives")
        self._day = day
        self.clocks.add(clock)
        self.dates.append(day)

    def _check_approvals(
        self,
        core: Core,
        kind: KindRule,
        day: str,
        digest: bytes,
        facts: Sequence[_Fact],
        approvals: Sequence[Approval],
    ) -> tuple[ClerkKey, ...]:
        new = _enrolled(facts, self.next_index) if kind.name in ("clerk-enrol", "clerk-rotate") else None
        signed_by: list[ClerkKey] = []
        possession = False
        for approval in approvals:
            known = self.keys.get(approval.key_id)
            key = known or (new if new is not None and new.key_id == approval.key_id else None)
            if key is None:
                raise Refused("approval", f"key {approval.key_id.hex()} is no clerk's valid key at this place")
            message = approval_message(
                request_id=core.request_id,
                body_hash=digest,
                office=self.origin.office,
                epoch=core.epoch,
                business_date=day,
                key_id=approval.key_id,
            )
            if not self._verify(key.public, message, approval.signature):
                raise Refused("approval", f"the approval of clerk {key.clerk} does not verify")
            if known:
                signed_by.append(known)
                self.used[known.key_id] = known
            else:
                possession = True
        if not signed_by or approvals[0].key_id != core.actor_key_id or signed_by[0].key_id != core.actor_key_id:
            raise Refused("approval", "the first approval is not by the clerk that the core names")
        if len({key.clerk for key in signed_by}) < kind.signers:
            raise Refused("signers", f"{kind.name} needs {kind.signers} different clerks")
        if new is not None and not possession:
            raise Refused("keys", "the new key did not sign: nobody showed that she holds it")
        return tuple(signed_by)

    def _change_keys(
        self,
        index: int,
        core: Core,
        kind: KindRule,
        body: Mapping[str, Any],
        facts: Sequence[_Fact],
        signed_by: Sequence[ClerkKey],
    ) -> None:
        if kind.name in ("clerk-enrol", "clerk-rotate"):
            new = _enrolled(facts, index)
            if new.key_id in self._known_keys:
                raise Refused("keys", "the key was enrolled before")
            if core.actor_kind == CLERK and (body.get("clerk"), body.get("key"), body.get("custody")) != (
                new.clerk,
                new.public,
                new.custody,
            ):
                raise Refused("keys", "the key recorded is not the key that was signed for")
            check = self._check_enrolment if kind.name == "clerk-enrol" else self._check_rotation
            check(core, body, new, signed_by)
            if kind.name == "clerk-rotate":
                self.keys = {key_id: key for key_id, key in self.keys.items() if key.clerk != new.clerk}
            self.keys[new.key_id] = new
            self._known_keys.add(new.key_id)
            self._known_clerks.add(new.clerk)
        elif kind.name == "clerk-revoke":
            for key_id, clerk in _revoked(facts):
                if body.get("clerk") != clerk or key_id not in self.keys or self.keys[key_id].clerk != clerk:
                    raise Refused("keys", "the key revoked is not a valid key of the clerk who was signed for")
                del self.keys[key_id]

    def _check_enrolment(
        self, core: Core, body: Mapping[str, Any], new: ClerkKey, signed_by: Sequence[ClerkKey]
    ) -> None:
        if core.actor_kind == SYSTEM:
            if new.how != BY_OPERATOR:
                raise Refused("keys", "a key enrolled by the system is not shown as enrolled by the operator")
            return
        if new.how != BY_SUPERVISOR or not any(key.role in ("supervisor", "postmaster") for key in signed_by):
            raise Refused("keys", "a first key is enrolled by a supervisor")
        if new.clerk in self._known_clerks:
            raise Refused("keys", "a further key for a clerk needs her old key or two other clerks: clerk-rotate")
        if body.get("role") != new.role:
            raise Refused("keys", "the role recorded is not the one that was signed for")

    def _check_rotation(
        self, core: Core, body: Mapping[str, Any], new: ClerkKey, signed_by: Sequence[ClerkKey]
    ) -> None:
        if new.how == BY_OLD_KEY:
            enough = any(key.clerk == new.clerk for key in signed_by)
        else:
            others = {key.clerk for key in signed_by} - {new.clerk}
            enough = new.how == BY_TWO_CLERKS and len(others) >= 2
        if not enough:
            raise Refused("keys", "a new key is signed by the clerk's old key or by two other clerks")
        if any(key.role != new.role for key in self.keys.values() if key.clerk == new.clerk):
            raise Refused("keys", "a new key does not change a clerk's role")


class _Fact(NamedTuple):
    number: int
    version: int
    fields: Mapping[int, Any]


def read_strictly(read: Callable[[bytes], _T], data: bytes) -> _T:
    """``read(data)``, with what it raises turned into ``Refused``: ``version`` or ``malformed``."""
    try:
        return read(data)
    except codec.UnknownVersion as error:
        raise Refused("version", str(error)) from None
    except Refused:
        raise
    except Malformed as error:
        raise Refused("malformed", str(error)) from None


def _read_facts(data: bytes) -> tuple[Mapping[str, Any], list[_Fact]]:
    value = read_strictly(lambda found: codec.decode(found, what="facts"), data)
    if type(value) is not list or not value or type(value[0]) is not dict:
        raise Refused("malformed", "facts are [body, fact, …]")
    body = value[0]
    if not body or any(type(key) is not str for key in body):
        raise Refused("malformed", "a body is a map with text keys")
    facts = []
    for fact in value[1:]:
        if type(fact) is not list or len(fact) != 3 or [type(part) for part in fact] != [int, int, dict]:
            raise Refused("malformed", "a fact is [number, version, fields]")
        if any(type(key) is not int for key in fact[2]):
            raise Refused("malformed", "the fields of a fact have unsigned-integer keys")
        facts.append(_Fact(*fact))
    return body, facts


def _own_body(core: Core, kind: KindRule, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body of this very entry: a visit's service, or the whole; its kind is the core's."""
    k, n = core.which_part
    asked = body.get("kind")
    if asked == "visit":
        services = body.get("services")
        if type(services) is not list or len(services) != n or not 1 <= n <= PARTS_MAX:
            raise Refused("body", f"the entry is one of {n}, and the visit has other services")
        own = services[k - 1]
        if type(own) is not dict or own.get("kind") != kind.name or "date" in own:
            raise Refused("body", f"service {k} of the visit is not a {kind.name} without a date of its own")
        return own
    # The only request besides a visit that makes two entries: the house advances what a reversal lacks.
    advance = asked == "reversal" and (kind.name, k, n) in (("house-advance", 1, 2), ("reversal", 2, 2))
    if not advance and (asked != kind.name or n != 1):
        raise Refused("body", f"the entry is a {kind.name} ({k} of {n}), and the body is a {asked!r}")
    return body


def _fields(fact: _Fact, shape: Mapping[int, type]) -> Mapping[int, Any]:
    """The fields of a version 1 fact, if they are exactly of these types."""
    if fact.version != 1:
        raise Refused("version", f"fact {fact.number} version {fact.version} is not known to this build")
    if {place: type(value) for place, value in fact.fields.items()} != shape:
        raise Refused("malformed", f"the fields of fact {fact.number} are not those of its version")
    return fact.fields


def _enrolled(facts: Sequence[_Fact], index: int) -> ClerkKey:
    fact = next(fact for fact in facts if fact.number == CLERK_ENROLLED)
    fields = _fields(fact, {1: str, 2: bytes, 3: str, 4: str, 5: int})
    return _clerk_key([clerk_key_id(fields[2]), *[fields[place] for place in range(1, 6)], index])


def _revoked(facts: Sequence[_Fact]) -> list[tuple[bytes, str]]:
    found = [fact for fact in facts if fact.number == KEY_REVOKED]
    shown = [_fields(fact, {1: str, 2: bytes, 3: str, 4: bool}) for fact in found]
    return [(fields[2], fields[1]) for fields in shown]


def _day_opened(facts: Sequence[_Fact]) -> tuple[str, str, dict[bytes, ClerkKey], str]:
    """(date, clock, keys by id, office) of the day-open fact."""
    fact = next(fact for fact in facts if fact.number == DAY_OPENED)
    fields = _fields(fact, {1: str, 2: str, 3: list, 4: str, 5: str, 6: str})
    if fields[2] not in ("machine", "file"):
        raise Refused("malformed", "the clock of a day is machine or file")
    keys = [_clerk_key(value) for value in fields[3]]
    stated = {key.key_id: key for key in keys}
    if len(stated) != len(keys):
        raise Refused("keys", "the day-open entry states a key twice")
    return fields[1], fields[2], stated, fields[4]


def _clerk_key(value: Any) -> ClerkKey:
    if type(value) is not list or [type(part) for part in value] != [bytes, str, bytes, str, str, int, int]:
        raise Refused("malformed", "a clerk key is [key id, clerk, public key, role, custody, how, sequence]")
    key = ClerkKey(*value)
    if len(key.public) != 32 or key.key_id != clerk_key_id(key.public):
        raise Refused("keys", f"the key id of clerk {key.clerk} is not that of the public key")
    if not BY_OPERATOR <= key.how <= BY_TWO_CLERKS or key.sequence < 0 or not key.clerk:
        raise Refused("malformed", "a clerk key has a clerk, one of four ways of enrolment and a place in the log")
    return key


def _is_date(value: object) -> bool:
    if type(value) is not str or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
