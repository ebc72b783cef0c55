"""Stand-ins for the outside world: chance from a seed, and clerk keys that open without argon2.

Always true: the same seed gives the same bytes in the same order, so a failure can be had again from its printed seed;
a fake sealed key opens with the PIN it was sealed with and with no other. They guard nothing and are for tests alone.
"""

from __future__ import annotations

import hashlib
import random

from counterfoil import codec
from counterfoil.engines.keys.sealed import WrongPin, check_pin
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.operations.authority import SessionSigner
from counterfoil.operations.ports import Entropy


class SeededEntropy:
    """The ``Entropy`` port from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)

    def __call__(self, count: int, /) -> bytes:
        return self._random.randbytes(count)


class FakeKeys:
    """The ``KeyCase`` of a test: the record is the PIN's hash and the seed, in the clear."""

    custody = "file"

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def new(self) -> tuple[SessionSigner, bytes]:
        seed = self._entropy(32)
        return ClerkSigner(seed), seed

    def seal(self, seed: bytes, pin: str) -> bytes:
        check_pin(pin)
        return codec.encode([hashlib.sha256(pin.encode()).digest(), seed])

    def unseal(self, record: bytes, pin: str) -> SessionSigner:
        digest, seed = codec.decode(record, what="fake sealed key")
        if hashlib.sha256(pin.encode()).digest() != digest:
            raise WrongPin
        return ClerkSigner(seed)
