"""Keys for tests, each made from its name, so that every run has the same."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil.journal.note import COSIGNATURE_V1, ED25519, VerifierKey


def private(name: str) -> Ed25519PrivateKey:
    """The private key that belongs to ``name``."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def log_key(name: str) -> VerifierKey:
    """The verifier key of the log ``name``."""
    return VerifierKey(name, ED25519, private(name).public_key().public_bytes_raw())


def witness_key(name: str) -> VerifierKey:
    """The verifier key of the witness ``name``."""
    return VerifierKey(name, COSIGNATURE_V1, private(name).public_key().public_bytes_raw())
