"""Two libraries, one verdict: what counts is what audits and verifiers say."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal import ed25519
from counterfoil.journal.ed25519 import DOUBTFUL, Doubtful, holds, quick, slow, takes_too_much

KEY = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()


@given(st.binary(max_size=300), st.integers(0, 63), st.integers(0, 255))
def test_two_libraries_give_one_verdict(message: bytes, place: int, bits: int) -> None:
    signature = bytearray(KEY.sign(message))
    signature[place] ^= bits
    changed = bytes(signature)
    assert quick(PUBLIC, changed, message) == slow(PUBLIC, changed, message) == holds(PUBLIC, changed, message)
    assert holds(PUBLIC, changed, message) == (bits == 0)
    assert not holds(PUBLIC, KEY.sign(message), message + b"x")


@pytest.mark.parametrize("public_key", [b"", bytes(31), bytes(32), b"\xff" * 32, PUBLIC + b"x"])
@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), b"\xff" * 64, KEY.sign(b"m") + b"m"])
def test_what_is_no_key_or_no_signature_holds_nothing(public_key: bytes, signature: bytes) -> None:
    assert not quick(public_key, signature, b"m") or slow(public_key, signature, b"m")
    assert holds(public_key, signature, b"m") == slow(public_key, signature, b"m")


@pytest.mark.parametrize("one", DOUBTFUL)
def test_what_libraries_judge_differently_is_refused(one: Doubtful) -> None:
    assert not slow(*one)
    assert not holds(*one)


def test_a_library_that_takes_too_much_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not takes_too_much(quick, DOUBTFUL)
    for wrong in DOUBTFUL:
        assert takes_too_much(lambda *asked, wrong=wrong: asked == tuple(wrong), DOUBTFUL)
    ed25519._trusted.cache_clear()
    monkeypatch.setattr(ed25519, "quick", lambda *_: True)
    try:
        assert not holds(PUBLIC, bytes(64), b"m")
    finally:
        monkeypatch.undo()
        ed25519._trusted.cache_clear()
    assert holds(PUBLIC, KEY.sign(b"m"), b"m")
