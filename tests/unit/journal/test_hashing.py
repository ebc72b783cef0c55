from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.hashing import EMPTY_ROOT, leaf_hash, node_hash, sha256

HASH = st.binary(min_size=32, max_size=32)


def test_the_empty_root_is_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.binary(max_size=200))
def test_a_leaf_has_the_prefix_zero(data: bytes) -> None:
    assert leaf_hash(data) == hashlib.sha256(bytes([0]) + data).digest()
    assert sha256(data) == hashlib.sha256(data).digest()


@given(HASH, HASH)
def test_a_leaf_is_never_a_node(left: bytes, right: bytes) -> None:
    assert node_hash(left, right) == hashlib.sha256(bytes([1]) + left + right).digest()
    assert node_hash(left, right) != leaf_hash(left + right)
