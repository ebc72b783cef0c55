"""The Merkle tree of a log (RFC 6962, section 2.1): roots, inclusion proofs and consistency proofs.

The tree of n leaves is cut into perfect subtrees, largest first, one for each bit of n; a perfect subtree is named by
(level, index) and holds the 2^level leaves from index · 2^level. Worked example, n = 5: the subtrees (2, 0) and (0, 4).

1. A root is what the recursive definition of RFC 6962 says (``test_roots_are_those_of_the_definition``).
2. A proof is accepted for exactly one root, size, index and leaf hash: any changed bit, hash, order or length is
   refused (``test_any_changed_bit_of_an_inclusion_proof_is_refused``, and the same for consistency).
3. Appending never rewrites: of a ``Frontier`` nothing changes (``test_an_append_leaves_the_old_frontier_alone``).

Perfect subtrees never change once full, so proofs are built from any store that can answer ``ReadHash``.
A consistency proof from size 0 says nothing and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from counterfoil.journal.hashing import EMPTY_ROOT, HASH_BYTES, node_hash
from counterfoil.kernel.outcomes import Fault, Malformed

ReadHash = Callable[[int, int], bytes]
"""(level, index) → the hash of that perfect subtree, 32 bytes."""

SIZE_MAX = 2**64 - 1
"""Leaves in one tree: the widest size any C2SP format can carry."""
PROOF_HASHES_MAX = 64


class ProofInvalid(Malformed):
    """A proof does not prove what it claims. The message says which check failed; nothing was changed."""


class Frontier:
    """A log's size and the roots of its perfect subtrees, largest first: all that appending needs. Immutable.

    ``roots`` has one 32-byte hash for each set bit of ``size``.
    """

    __slots__ = ("roots", "size")

    size: int
    roots: tuple[bytes, ...]

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size, self.roots = size, tuple(roots)
        if not 0 <= size <= SIZE_MAX:
            raise Malformed(f"{size} is not a log size: 0 to {SIZE_MAX}", field="size")
        if len(self.roots) != size.bit_count():
            raise Malformed(f"a log of {size} has {size.bit_count()} subtrees, not {len(self.roots)}", field="roots")
        _check_hashes(self.roots, "a subtree root")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frontier) and self.size == other.size and self.roots == other.roots

    def __hash__(self) -> int:
        return hash((self.size, self.roots))

    def __repr__(self) -> str:
        return f"Frontier({self.size}, root {self.root().hex()})"

    def append(self, leaf: bytes) -> Frontier:
        """The frontier with one more leaf, whose leaf hash is ``leaf`` (32 bytes)."""
        size, roots = self.size, self.roots
        _check_hash(leaf, "a leaf hash")
        keep = len(roots)
        while size & 1:
            keep -= 1
            leaf = node_hash(roots[keep], leaf)
            size >>= 1
        return _frontier(self.size + 1, (*roots[:keep], leaf))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier with all of ``leaves`` (leaf hashes) appended, faster than one by one."""
        count, roots = self.size, list(self.roots)
        for leaf in leaves:
            _check_hash(leaf, "a leaf hash")
            top, size = leaf, count
            while size & 1:
                top = node_hash(roots.pop(), top)
                size >>= 1
            roots.append(top)
            count += 1
        return _frontier(count, tuple(roots))

    def root(self) -> bytes:
        """The root of the log: 32 bytes, at most 63 hashes of work."""
        if not self.roots:
            return EMPTY_ROOT
        result = self.roots[-1]
        for left in self.roots[-2::-1]:
            result = node_hash(left, result)
        return result


def _frontier(size: int, roots: tuple[bytes, ...]) -> Frontier:
    """Builds without the checks of ``__init__``; for values that are right by construction."""
    frontier = Frontier.__new__(Frontier)
    frontier.size, frontier.roots = size, roots
    return frontier


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of the log with these leaf hashes."""
    return Frontier().extend(leaves).root()


class LeafHashes:
    """A ``ReadHash`` over leaf hashes held in memory. Each level is computed once, when first asked for."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels: list[Sequence[bytes]] = [leaves]

    def __call__(self, level: int, index: int) -> bytes:
        while len(self._levels) <= level:
            below = self._levels[-1]
            self._levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
        hashes = self._levels[level]
        if not 0 <= index < len(hashes):
            raise Fault(f"the log of {len(self._levels[0])} has no subtree {index} at level {level}")
        return hashes[index]


def subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The perfect subtrees (level, index) that cover leaves ``start`` to ``end`` - 1, left to right."""
    found: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append((level, start >> level))
        start += 1 << level
    return found


def frontier_at(size: int, read: ReadHash) -> Frontier:
    """The frontier of the first ``size`` leaves, read from stored subtrees."""
    return Frontier(size, [read(level, index) for level, index in subtrees(0, size)])


def inclusion_proof(index: int, size: int, read: ReadHash) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves, from the leaf's sibling up."""
    if not 0 <= index < size <= SIZE_MAX:
        raise Malformed(f"a log of {size} has no leaf {index}", field="index")
    return _path(0, index, size, read)


def consistency_proof(size1: int, size2: int, read: ReadHash) -> list[bytes]:
    """The proof that the tree of ``size1`` leaves is the beginning of that of ``size2`` (RFC 6962, section 2.1.2)."""
    if not 1 <= size1 <= size2 <= SIZE_MAX:
        raise Malformed(f"no consistency proof leads from size {size1} to size {size2}", field="size1")
    if size1 == size2:
        return []
    level = (size1 & -size1).bit_length() - 1
    index = (size1 - 1) >> level
    path = _path(level, index, size2, read)
    return path if size1 == 1 << level else [read(level, index), *path]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root of the only tree of ``size`` in which ``proof`` places leaf hash ``leaf`` at ``index``."""
    if not 0 <= index < size <= SIZE_MAX:
        raise ProofInvalid(f"a log of {size} has no leaf {index}", field="index")
    _check_proof_hash(leaf, "the leaf hash")
    inner, border = _shape(index, size)
    _check_proof(proof, inner + border)
    for level in range(inner):
        leaf = node_hash(proof[level], leaf) if index >> level & 1 else node_hash(leaf, proof[level])
    for left in proof[inner:]:
        leaf = node_hash(left, leaf)
    return leaf


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns if leaf hash ``leaf`` is at ``index`` of the tree with this size and root; else ``ProofInvalid``."""
    _check_proof_hash(root, "the root")
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise ProofInvalid(f"leaf {index} and its path do not give the root of the log of {size}", field="root")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Returns if the tree (size1, root1) is the beginning of the tree (size2, root2); else ``ProofInvalid``."""
    if not 1 <= size1 <= size2 <= SIZE_MAX:
        raise ProofInvalid(f"no consistency proof leads from size {size1} to size {size2}", field="size1")
    _check_proof_hash(root1, "the first root")
    _check_proof_hash(root2, "the second root")
    if size1 == size2:
        _check_proof(proof, 0)
        if root1 != root2:
            raise ProofInvalid(f"two logs of size {size1} have different roots: one was rewritten", field="root2")
        return
    level = (size1 & -size1).bit_length() - 1
    index = (size1 - 1) >> level
    inner, border = _shape(size1 - 1, size2)
    inner -= level
    # A first tree that is one perfect subtree is its own seed; the proof then leaves it out.
    seeded = size1 == 1 << level
    _check_proof(proof, inner + border + (not seeded))
    first = second = root1 if seeded else proof[0]
    path = proof if seeded else proof[1:]
    for step in range(inner):
        if index >> step & 1:
            first = node_hash(path[step], first)
            second = node_hash(path[step], second)
        else:  # A sibling on the right was not there yet when the log had size1 leaves.
            second = node_hash(second, path[step])
    for left in path[inner:]:
        first = node_hash(left, first)
        second = node_hash(left, second)
    if first != root1:
        raise ProofInvalid(f"the proof does not give the first root, of size {size1}", field="root1")
    if second != root2:
        raise ProofInvalid(f"the proof does not give the second root, of size {size2}", field="root2")


def _shape(index: int, size: int) -> tuple[int, int]:
    """(hashes up to where the paths of ``index`` and of the last leaf meet, hashes above: all on the left)."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _path(level: int, index: int, size: int, read: ReadHash) -> list[bytes]:
    """Siblings of the perfect subtree (level, index) up to the root of the tree of ``size``."""
    path: list[bytes] = []
    last = (size - 1) >> level
    while last:
        if index & 1:
            path.append(read(level, index - 1))
        elif index < last:
            path.append(_right_sibling(level, index + 1, size, read))
        level, index, last = level + 1, index >> 1, last >> 1
    return path


def _right_sibling(level: int, index: int, size: int, read: ReadHash) -> bytes:
    """The hash of the subtree (level, index) as far as it is filled: it may be the ragged right edge."""
    if (index + 1) << level <= size:
        return read(level, index)
    parts = [read(*part) for part in subtrees(index << level, size)]
    result = parts.pop()
    while parts:
        result = node_hash(parts.pop(), result)
    return result


def _check_hash(value: bytes, what: str) -> None:
    if type(value) is not bytes or len(value) != HASH_BYTES:
        raise Malformed(f"{what} is not {HASH_BYTES} bytes", field="hash")


def _check_hashes(values: Iterable[bytes], what: str) -> None:
    for value in values:
        _check_hash(value, what)


def _check_proof_hash(value: bytes, what: str) -> None:
    if type(value) is not bytes or len(value) != HASH_BYTES:
        raise ProofInvalid(f"{what} is not {HASH_BYTES} bytes", field="hash")


def _check_proof(proof: Sequence[bytes], wanted: int) -> None:
    if len(proof) != wanted:
        raise ProofInvalid(f"the proof has {len(proof)} hashes, and {wanted} are needed", field="proof")
    for value in proof:
        _check_proof_hash(value, "a hash of the proof")
