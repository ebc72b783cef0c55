"""The two hashes of a log (RFC 6962, section 2.1) and plain SHA-256.

A leaf hash can never be a node hash: each has its own first byte
(``test_a_leaf_is_never_a_node``). Every hash here is 32 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256 as _sha256

HASH_BYTES = 32
KEY_ID_BYTES = 4


def sha256(data: bytes) -> bytes:
    """SHA-256 of ``data``: 32 bytes."""
    return _sha256(data).digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf whose bytes are ``data``: SHA-256(0x00 ‖ data)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an interior node: SHA-256(0x01 ‖ left ‖ right)."""
    return _sha256(b"\x01" + left + right).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """``leaf_hash`` of each."""
    hashed = _sha256
    return [hashed(b"\x00" + data).digest() for data in leaves]


def node_hashes(level: Sequence[bytes]) -> list[bytes]:
    """``node_hash`` of each pair of neighbors; a last one without a neighbor is left out."""
    hashed, lefts = _sha256, iter(level)
    return [hashed(b"\x01" + left + right).digest() for left, right in zip(lefts, lefts, strict=False)]


EMPTY_ROOT = sha256(b"")
"""The root of a log without entries."""
