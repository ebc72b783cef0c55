"""The node's key: it signs every core and every checkpoint of one epoch of one office computer.

Always true: the file holds the 32-byte Ed25519 seed (RFC 8032) and nothing else, mode 0600
(``test_a_node_key_is_loaded_as_created``); it is made once and never written over.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil.engines.keys.secret_file import create_secret, read_secret
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.ports import Disk, Entropy

_WHAT = "the node's key"


class NodeKey:
    """An Ed25519 key from its 32-byte seed. ``public_key`` is the 32 raw bytes."""

    __slots__ = ("private_key", "public_key")

    def __init__(self, seed: bytes) -> None:
        self.private_key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self.private_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of ``message``, which begins with its domain prefix."""
        return self.private_key.sign(message)

    @classmethod
    def create(cls, disk: Disk, path: str, entropy: Entropy) -> NodeKey:
        """A new key, durable in ``path`` before it signs anything; ``Malformed`` if there is one already."""
        return cls(create_secret(disk, path, _WHAT, entropy))

    @classmethod
    def load(cls, disk: Disk, path: str) -> NodeKey:
        """The key in ``path``; ``Unavailable`` if there is none, ``Malformed`` if others may read it."""
        seed = read_secret(disk, path, _WHAT)
        if seed is None:
            raise Unavailable(f"{_WHAT} is not in {path}: restore it, or open a new epoch")
        return cls(seed)
