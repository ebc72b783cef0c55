"""The hashes of one log, read from its entries and the ``subtree`` table: proofs without reading the whole log.

A perfect subtree of 256 leaves (level 8) and of 65,536 (level 16), … has its root in ``subtree``; what is between is
hashed when asked, at most 255 leaves and 255 roots a level.
"""

from __future__ import annotations

from counterfoil.journal.hashing import EMPTY_ROOT, leaf_hash, node_hash
from counterfoil.journal.tree import Frontier, frontier_at
from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.store import OfficeStore

STEP = 8
"""Levels between stored subtree roots: 2^8 = 256."""


class LogHashes:
    """A ``ReadHash`` (journal.tree) over one epoch's log in a store, with what it read kept for the next question."""

    def __init__(self, store: OfficeStore, epoch: int) -> None:
        self._store, self._epoch = store, epoch
        self._leaves: dict[int, list[bytes]] = {}
        self._roots: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        if level == 0:
            return self._leaf(index)
        if level % STEP == 0:
            return self._stored(level, index)
        return node_hash(self(level - 1, 2 * index), self(level - 1, 2 * index + 1))

    def _leaf(self, index: int) -> bytes:
        block = index >> STEP
        known = self._leaves.get(block)
        if known is None or index - (block << STEP) >= len(known):
            rows = self._store.entries(self._epoch, block << STEP, 1 << STEP)
            known = self._leaves[block] = [leaf_hash(row.leaf) for row in rows]
            if len(self._leaves) > 64:
                self._leaves.pop(next(iter(self._leaves)))
        try:
            return known[index - (block << STEP)]
        except IndexError:
            raise Fault(f"entry {index} of epoch {self._epoch} is not in the journal") from None

    def _stored(self, level: int, index: int) -> bytes:
        found = self._roots.get((level, index))
        if found is None:
            row = self._store.get("subtree", (self._epoch, level, index))
            if row is None or type(row[3]) is not bytes:
                raise Fault(f"subtree {level}/{index} of epoch {self._epoch} is missing: run an audit")
            found = self._roots[level, index] = row[3]
        return found

    def frontier(self, size: int) -> Frontier:
        """The frontier of the log at ``size``."""
        return frontier_at(size, self)


class GrowingLog:
    """A log at its end: takes leaf hashes, gives the root after each, and the ``subtree`` rows that become complete."""

    __slots__ = ("_roots", "epoch", "size")

    def __init__(self, epoch: int, frontier: Frontier) -> None:
        self.epoch, self.size, self._roots = epoch, frontier.size, list(frontier.roots)

    def append(self, leaf: bytes) -> list[tuple[int, int, int, bytes]]:
        """Takes the next leaf hash. Returns ``subtree`` rows (epoch, level, place, root); most often none."""
        complete = []
        top, level, rest = leaf, 0, self.size
        while rest & 1:
            top = node_hash(self._roots.pop(), top)
            rest >>= 1
            level += 1
            if level % STEP == 0:
                complete.append((self.epoch, level, self.size >> level, top))
        self._roots.append(top)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """The root of the log at ``size``."""
        if not self._roots:
            return EMPTY_ROOT
        top = self._roots[-1]
        for left in self._roots[-2::-1]:
            top = node_hash(left, top)
        return top
