from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.journal.hashing import EMPTY_ROOT, leaf_hash, node_hash
from counterfoil.journal.tree import (
    SIZE_MAX,
    Frontier,
    LeafHashes,
    ProofInvalid,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    root_from_inclusion,
    root_of,
    subtrees,
    verify_consistency,
    verify_inclusion,
)
from counterfoil.kernel.outcomes import Fault, Malformed

LEAVES = [leaf_hash(str(number).encode()) for number in range(600)]
READ = LeafHashes(LEAVES)


def split(size: int) -> int:
    """The largest power of two below ``size`` (RFC 6962, section 2.1)."""
    return 1 << (size - 1).bit_length() - 1


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """MTH, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def defined_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*defined_path(index, leaves[:k]), defined_root(leaves[k:])]
    return [*defined_path(index - k, leaves[k:]), defined_root(leaves[:k])]


def defined_proof(size: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF, word for word."""
    if size == len(leaves):
        return [] if whole else [defined_root(leaves)]
    k = split(len(leaves))
    if size <= k:
        return [*defined_proof(size, leaves[:k], whole), defined_root(leaves[k:])]
    return [*defined_proof(size - k, leaves[k:], False), defined_root(leaves[:k])]


ROOTS = [defined_root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]


def flips(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Every list that differs from ``hashes`` in one bit."""
    changed = []
    for place, value in enumerate(hashes):
        for bit in range(256):
            other = (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(32, "big")
            changed.append([*hashes[:place], other, *hashes[place + 1 :]])
    return changed


def rearranged(hashes: list[bytes]) -> list[list[bytes]]:
    """Shorter, longer, doubled, reversed."""
    others = [hashes[:-1], hashes[1:], [*hashes, LEAVES[0]], [LEAVES[0], *hashes], hashes * 2, hashes[::-1]]
    return [other for other in others if other != hashes]


def test_roots_are_those_of_the_definition() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert frontier.root() == ROOTS[size]
        frontier = frontier.append(leaf)
        assert frontier.size == size + 1
    assert frontier.root() == ROOTS[-1]


@given(st.integers(0, 600), st.integers(0, 600))
def test_extending_is_appending(first: int, second: int) -> None:
    start, end = sorted((first, second))
    frontier = Frontier().extend(LEAVES[:start])
    assert frontier.extend(iter(LEAVES[start:end])) == Frontier().extend(LEAVES[:end])
    assert frontier.extend(LEAVES[start:end]).root() == ROOTS[end] == root_of(LEAVES[:end])
    assert frontier_at(end, READ) == Frontier().extend(LEAVES[:end])


def test_an_append_leaves_the_old_frontier_alone() -> None:
    old = Frontier().extend(LEAVES[:7])
    roots, root = old.roots, old.root()
    assert old.append(LEAVES[7]) != old.append(LEAVES[8])
    old.extend(LEAVES[7:20])
    assert (old.size, old.roots, old.root()) == (7, roots, root)
    assert old == Frontier(7, roots)
    assert hash(old) == hash(Frontier(7, roots))
    assert old != Frontier()
    assert root.hex() in repr(old)


@pytest.mark.parametrize(
    ("size", "roots"),
    [(-1, []), (0, LEAVES[:1]), (1, []), (2, LEAVES[:2]), (3, [LEAVES[0], b"short"]), (SIZE_MAX + 1, LEAVES[:1])],
)
def test_a_frontier_cannot_be_built_wrong(size: int, roots: list[bytes]) -> None:
    with pytest.raises(Malformed):
        Frontier(size, roots)


@pytest.mark.parametrize("leaf", [b"", bytes(31), bytes(33), "x" * 32])
def test_only_hashes_are_appended(leaf: bytes) -> None:
    with pytest.raises(Malformed):
        Frontier().append(leaf)
    with pytest.raises(Malformed):
        Frontier().extend([leaf])


@given(st.data(), st.integers(1, 600))
def test_inclusion_proofs_are_those_of_the_definition(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, READ)
    assert proof == defined_path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    assert root_from_inclusion(LEAVES[index], index, size, proof) == ROOTS[size]


@given(st.data(), st.integers(1, 600))
def test_consistency_proofs_are_those_of_the_definition(data: st.DataObject, size2: int) -> None:
    size1 = data.draw(st.integers(1, size2))
    proof = consistency_proof(size1, size2, READ)
    assert proof == defined_proof(size1, LEAVES[:size2])
    verify_consistency(size1, size2, proof, ROOTS[size1], ROOTS[size2])


def test_every_small_proof_is_accepted_for_its_own_claim_alone() -> None:
    proofs = {(index, size): inclusion_proof(index, size, READ) for size in range(1, 20) for index in range(size)}
    for (index, size), proof in proofs.items():
        for other in range(20):
            accepted = other == index
            assert accepts_inclusion(other, size, proof, LEAVES[index], ROOTS[size]) is accepted
            assert accepts_inclusion(index, size, proof, LEAVES[other], ROOTS[size]) is accepted
            assert accepts_inclusion(index, size, proof, LEAVES[index], ROOTS[other]) is (other == size)


def accepts_inclusion(index: int, size: int, proof: list[bytes], leaf: bytes, root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index, size, proof, root)
    except ProofInvalid:
        return False
    return True


@settings(max_examples=15)
@given(st.data(), st.integers(1, 600))
def test_any_changed_bit_of_an_inclusion_proof_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = LEAVES[index], ROOTS[size], inclusion_proof(index, size, READ)
    for changed in flips(proof) + rearranged(proof):
        assert not accepts_inclusion(index, size, changed, leaf, root)
    for [other] in flips([leaf]):
        assert not accepts_inclusion(index, size, proof, other, root)
    for [other] in flips([root]):
        assert not accepts_inclusion(index, size, proof, leaf, other)


@settings(max_examples=15)
@given(st.data(), st.integers(2, 600))
def test_any_changed_bit_of_a_consistency_proof_is_refused(data: st.DataObject, size2: int) -> None:
    size1 = data.draw(st.integers(1, size2))
    root1, root2, proof = ROOTS[size1], ROOTS[size2], consistency_proof(size1, size2, READ)
    changes = [(root1, root2, changed) for changed in flips(proof) + rearranged(proof)]
    changes += [(other, root2, proof) for [other] in flips([root1])]
    changes += [(root1, other, proof) for [other] in flips([root2])]
    for first, second, hashes in changes:
        with pytest.raises(ProofInvalid):
            verify_consistency(size1, size2, hashes, first, second)
    if size1 < size2:
        with pytest.raises(ProofInvalid):
            verify_consistency(size2, size1, proof, root2, root1)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (5, 4), (0, SIZE_MAX + 1)])
def test_no_inclusion_beyond_the_log(index: int, size: int) -> None:
    with pytest.raises(Malformed):
        inclusion_proof(index, size, READ)
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 1), (2, 1), (-1, 1), (1, SIZE_MAX + 1)])
def test_no_consistency_from_nothing_or_backwards(size1: int, size2: int) -> None:
    with pytest.raises(Malformed):
        consistency_proof(size1, size2, READ)
    with pytest.raises(ProofInvalid):
        verify_consistency(size1, size2, [], EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize("wrong", [b"", bytes(12), bytes(31), bytes(33)])
def test_a_hash_of_another_length_is_refused_by_name(wrong: bytes) -> None:
    root1, root2, proof = ROOTS[3], ROOTS[7], consistency_proof(3, 7, READ)
    for first, second, hashes in [(wrong, root2, proof), (root1, wrong, proof), (root1, root2, [wrong, *proof[1:]])]:
        with pytest.raises(ProofInvalid, match="32 bytes"):
            verify_consistency(3, 7, hashes, first, second)
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_consistency(3, 3, [], wrong, wrong)
    path = inclusion_proof(2, 7, READ)
    for leaf, root, hashes in [(wrong, root2, path), (LEAVES[2], wrong, path), (LEAVES[2], root2, [wrong, *path[1:]])]:
        with pytest.raises(ProofInvalid, match="32 bytes"):
            verify_inclusion(leaf, 2, 7, hashes, root)


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_subtrees_cover_a_range_once(first: int, second: int) -> None:
    start, end = sorted((first, second))
    at = start
    for level, index in subtrees(start, end):
        assert index << level == at
        at += 1 << level
    assert at == end
    if start == 0:
        assert len(subtrees(0, end)) == end.bit_count()


def test_proofs_ask_only_for_full_subtrees() -> None:
    size, asked = 0, 0

    def read(level: int, index: int) -> bytes:
        nonlocal asked
        asked += 1
        assert (index + 1) << level <= size
        return READ(level, index)

    for size in range(1, 130):
        for index in range(size):
            inclusion_proof(index, size, read)
            consistency_proof(index + 1, size, read)
    assert asked


def test_a_log_far_larger_than_any_is_proved_quickly() -> None:
    proof = inclusion_proof(2**63 - 1, SIZE_MAX, lambda level, index: leaf_hash(b"%d %d" % (level, index)))
    assert len(proof) <= 64
    assert len(root_from_inclusion(LEAVES[0], 2**63 - 1, SIZE_MAX, proof)) == 32


def test_a_hash_that_is_not_there_is_our_fault() -> None:
    with pytest.raises(Fault):
        LeafHashes(LEAVES[:5])(1, 2)
