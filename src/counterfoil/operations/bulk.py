"""Bulk entries: thousands of lines under one root, kept in chunks, booked a chunk at a time (docs/formats/bulk.md).

Always true:

1. A line is a fact with a blind of 16 random bytes; its leaf is SHA-256(0 ‖ blind ‖ canonical fact), and the root is
   that of the RFC 6962 tree over all leaves (``test_the_root_is_that_of_the_plain_tree``).
2. Lines are kept before the entry that commits to them, and each chunk is booked by an entry of its own, so what the
   journal says has happened is booked, and in which order (``test_killed_at_every_commit_is_never_killed``).
3. A line that the ledger refuses moves nothing, is named by the entry of its chunk, and the others are booked
   (``test_a_refused_line_is_set_aside``).

A full chunk is a perfect subtree of 512 leaves, so a line is proved from its own chunk and the chunks' roots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import cbor2

from counterfoil import codec
from counterfoil.facts.alike import Alike, alike_values
from counterfoil.facts.day_end import BalancesChecked
from counterfoil.facts.record import Fact, fact_bytes, read_fact, read_own_fact
from counterfoil.journal.hashing import EMPTY_ROOT, leaf_hash, node_hash
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.ledger.booking import moves
from counterfoil.ledger.machine import Lookup, PendingLookup
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import Transfer
from counterfoil.office.deciding import LEGS_MAX
from counterfoil.office.state import Place, State, chained
from counterfoil.operations.packing import LINE_BLIND_BYTES as LINE_BLIND_BYTES
from counterfoil.operations.packing import encode_lines as encode_lines
from counterfoil.operations.packing import pack as pack
from counterfoil.operations.packing import subtree_root as subtree_root
from counterfoil.operations.store import Row

LEVEL = 9
CHUNK_LINES = 1 << LEVEL
"""Lines of a full chunk: a few milliseconds of booking, which is what a customer may wait longer."""
CHUNK_BYTES_MAX = 2**24

Aside = tuple[int, Outcome]
"""(place in the chunk, why the ledger refused it)."""
ReadChunk = Callable[[bytes, int], Row | None]
"""(what the lines are kept by, chunk) → the row of ``bulk_lines``."""


def line_hash(blind: bytes, fact: bytes) -> bytes:
    """The leaf hash of one line: ``fact`` is its canonical encoding."""
    return leaf_hash(blind + fact)


encode_line = fact_bytes
"""The canonical bytes of a line's fact."""


def unpack(data: bytes) -> list[tuple[bytes, bytes]]:
    """(blind, canonical fact) of each line of a chunk; ``Malformed`` if it is not one."""
    value = codec.decode(data, limit=CHUNK_BYTES_MAX, what="lines")
    if type(value) is not list or len(value) % 2 or not 0 < len(value) <= 2 * CHUNK_LINES:
        raise Malformed("lines are pairs of blind and fact, 1 to 512 of them", field="lines")
    if any(type(one) is not bytes for one in value) or any(len(one) != LINE_BLIND_BYTES for one in value[::2]):
        raise Malformed("a line is a blind of 16 bytes and the bytes of its fact", field="lines")
    return list(zip(value[::2], value[1::2], strict=True))


def read_line(fact: bytes) -> Fact:
    """The fact of a line; ``Malformed`` if these are not the canonical bytes of one."""
    return read_fact(codec.decode(fact, what="line"))


def read_own(data: bytes) -> Sequence[Fact]:
    """The facts of a chunk that this office has packed and reads back: audit checks them, not the desk."""
    values = cbor2.loads(codec.encode_array(cbor2.loads(data)[1::2]))
    return alike_values(values) or [read_own_fact(value) for value in values]


class LinesTree:
    """The tree over the chunks of a bulk entry, grown chunk by chunk; only the last may be short."""

    __slots__ = ("_roots", "chunks", "size")

    def __init__(self) -> None:
        self.size = self.chunks = 0
        self._roots: list[bytes] = []

    def add(self, root: bytes, count: int) -> None:
        """Takes the next chunk: the root over its ``count`` lines."""
        if self.size % CHUNK_LINES or not 0 < count <= CHUNK_LINES:
            raise Fault("a short chunk is the last one")
        top, rest = root, self.chunks
        if count == CHUNK_LINES:
            while rest & 1:
                top, rest = node_hash(self._roots.pop(), top), rest >> 1
        self._roots.append(top)
        self.chunks, self.size = self.chunks + 1, self.size + count

    def root(self) -> bytes:
        """The root over all lines so far."""
        if not self._roots:
            return EMPTY_ROOT
        top = self._roots[-1]
        for left in self._roots[-2::-1]:
            top = node_hash(left, top)
        return top


def book(
    state: State,
    facts: Sequence[Fact],
    at: Place,
    lookup: Lookup,
    pending_lookup: PendingLookup = lambda ids: {},
    *,
    skip: Iterable[int] = (),
) -> list[Aside]:
    """Books the lines of a chunk in the ledger, each for itself: all its legs or none. Returns those refused.

    ``skip``: lines that were refused when this was first done; they name their accounts again and move nothing.
    """
    left_out = frozenset(skip)
    if isinstance(facts, Alike) and not left_out:
        if not moves(facts.of):
            return []
        together = state.transfers_of_all(facts, at)
        if together is not None and (not together or state.machine.apply_from_one(together, at.time)):
            return []
    batch: list[Transfer] = []
    spans: list[tuple[int, int]] = []
    for number, made in enumerate(state.transfers_of(facts, at)):
        count = len(made)
        if not count or number in left_out:
            continue
        if count > LEGS_MAX:
            raise Fault(f"a line of {count} legs: at most {LEGS_MAX}")
        spans.append((number, count))
        batch += made if count == 1 else chained(made)
    if not batch:
        return []
    outcomes = state.machine.apply(batch, at.time, lookup, pending_lookup)
    if not any(outcomes):
        return []
    refused: list[Aside] = []
    place = 0
    for number, count in spans:
        wrong = [one for one in outcomes[place : place + count] if one is not Outcome.CREATED]
        if wrong:
            refused.append((number, next((one for one in wrong if one is not Outcome.LINKED_EVENT_FAILED), wrong[0])))
        place += count
    return refused


def fold(state: State, facts: Sequence[Fact], at: Place, *, skip: Iterable[int] = ()) -> None:
    """Folds the lines of a chunk that were booked."""
    left_out = frozenset(skip)
    booked = [fact for number, fact in enumerate(facts) if number not in left_out] if left_out else facts
    if booked:
        state.fold_many(booked, at)


def about(fact: Fact) -> str:
    """What a line is about: its account, or else its loan, bill, case, …: the first text that names a thing."""
    for name in ("account", "loan", "about", "case", "bill", "order", "customer"):
        value = getattr(fact, name, None)
        if isinstance(value, str) and value:
            return value
    return type(fact).__name__


def balances(state: State, day: str) -> BalancesChecked:
    """The trial balance when ``day`` ends, and one hash that stands for every account's counters.

    The form: docs/formats/bulk.md. It walks over all accounts once: some microseconds each, once a day.
    """
    debits = credits = pending_debits = pending_credits = accounts = 0
    digest, texts = sha256(), list[str]()
    for name, (first, second, third, fourth) in state.machine.balances():
        accounts += 1
        debits, credits = debits + first, credits + second
        pending_debits, pending_credits = pending_debits + third, pending_credits + fourth
        texts.append(f"{name}\n{first} {second} {third} {fourth}\n")
        if len(texts) == CHUNK_LINES:
            digest.update("".join(texts).encode())
            texts.clear()
    digest.update("".join(texts).encode())
    return BalancesChecked(day, accounts, debits, credits, pending_debits, pending_credits, digest.digest())
