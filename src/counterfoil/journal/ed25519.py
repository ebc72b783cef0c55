"""Whether an Ed25519 signature holds, asked of two libraries, of which one alone decides.

Always true: a signature holds if and only if ``cryptography`` says so, which is what audits and verifiers ask
(``test_two_libraries_give_one_verdict``). libsodium is asked first, because it takes a third of the time and lets other
threads run meanwhile. Its *no* counts for nothing. Its *yes* counts because it takes no signature that the other
refuses: in the first use it is shown signatures that libraries are known to judge differently (RFC 8032 leaves them
open: points of small order, a scalar that was not reduced), and one wrong *yes* there puts it aside for this process
(``test_a_library_that_takes_too_much_is_not_asked``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

_SIGNATURE_BYTES = 64
Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, message) → whether it holds."""


class Doubtful(NamedTuple):
    """A signature that libraries judge differently."""

    public_key: bytes
    signature: bytes
    message: bytes


def holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` is over ``message`` by the key with these 32 bytes."""
    return (_trusted() and quick(public_key, signature, message)) or slow(public_key, signature, message)


def quick(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """libsodium's word."""
    try:
        crypto_sign_open(signature + message, public_key)
    except (CryptoError, ValueError, TypeError):
        return False
    return len(signature) == _SIGNATURE_BYTES


def slow(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """``cryptography``'s word: the one that counts."""
    try:
        _read(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def takes_too_much(asked: Verify, doubtful: Iterable[Doubtful]) -> bool:
    """Whether ``asked`` takes one of ``doubtful`` that the one that counts refuses."""
    return any(asked(*one) and not slow(*one) for one in doubtful)


_MESSAGE = b"counterfoil"
DOUBTFUL: tuple[Doubtful, ...] = tuple(
    Doubtful(bytes.fromhex(key), bytes.fromhex(point + scalar), _MESSAGE)
    for key, point, scalar in (
        (  # A point of order 8 added to the signature's own
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            "6a84d583f06569edb3f5ed77df65544b27d6948b4f0b2cb76f33dd8413b20719",
            "3402c8683d41059fe8668cdf04a19cb62703fcbe387566c71ec46b863d0e990b",
        ),
        (  # Of order 4
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            "5a840736ba7eac745bc1565f2b20ad1ccfbf8b72aacdff3d71d2f9590b491c71",
            "6e32d591b4f9952696cc009cf26be0b8b7fb37bc44a7300c1895fa78f8c82801",
        ),
        (  # Of order 2
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            "76985cdbd2364a744397b773ed9a33933a0d9390c3775a2aa16fe4f8cb235a8d",
            "7ab6c71231f97cf55d3814fdde33b32c18fc31031a10271a01e7565c72e90f0d",
        ),
        (  # A point of order 8 added to the key
            "6a04fa7acf0934cb8ab34fbcb40c7f58b109fbee389d186d8e22f705e87de8be",
            "b862409fb5c4c4123df2abf7462b88f041ad36dd6864ce872fd5472be363c5b1",
            "19e7bb42fb23e87cff66b6706af7569d9adaae2908559be6ae7c4bc0edc43d0e",
        ),
        (  # The scalar not reduced
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            "7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572",
            "5c83a1c85f908acc2d975fed66c3191ead30f3199f9003237d7e863c22444b15",
        ),
        (  # Key and point of order 8
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ),
        (  # A point not reduced
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ),
        (  # The same under the point of order 1
            "0100000000000000000000000000000000000000000000000000000000000000",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ),
    )
)
"""Signatures that hold only for a library that is less strict; ``cryptography`` takes none of them."""


@cache
def _trusted() -> bool:
    return not takes_too_much(quick, DOUBTFUL)


@lru_cache(maxsize=1_024)
def _read(public_key: bytes) -> Ed25519PublicKey:
    """Reading a key costs a fifth of a verification, and a till's clerk signs all day."""
    return Ed25519PublicKey.from_public_bytes(public_key)
