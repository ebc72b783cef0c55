"""A clerk's key while she is signed in: in this process's memory only, and gone at sign-out, idle lock and restart.

Always true: after ``drop`` nothing is signed (``test_a_dropped_key_signs_nothing``); the signer cannot be copied or
pickled, so no second holder escapes the drop (``test_a_signer_stays_in_its_process``).
"""

from __future__ import annotations

from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.outcomes import Fault, Unavailable


class SignedOut(Unavailable):
    """The clerk's key was dropped: she signs in again."""

    def __init__(self) -> None:
        super().__init__("the clerk is signed out, and her key signs nothing until she signs in again")


class ClerkSigner:
    """An unsealed Ed25519 key. ``public_key``: 32 bytes; ``key_id``: 8 bytes, the clerk key id of the journal."""

    __slots__ = ("_key", "key_id", "public_key")

    def __init__(self, seed: bytes) -> None:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        self._key: Ed25519PrivateKey | None = key
        self.public_key: bytes = key.public_key().public_bytes_raw()
        self.key_id: bytes = clerk_key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message``, which begins with its domain prefix; ``SignedOut`` after ``drop``."""
        if self._key is None:
            raise SignedOut
        return self._key.sign(message)

    def drop(self) -> None:
        """Forgets the key; may be called again."""
        self._key = None

    def __reduce__(self) -> NoReturn:
        raise Fault("a clerk's key is neither copied nor written")

    def __repr__(self) -> str:
        return f"ClerkSigner(key_id={self.key_id.hex()}, {'open' if self._key else 'dropped'})"
