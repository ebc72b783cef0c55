from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.cosignature import (
    TIME_MAX,
    Cosignature,
    cosignature_from_base64,
    cosignature_from_bytes,
    cosigned_message,
    split_signature,
)
from counterfoil.journal.note import Note, cosigner, note_signer
from counterfoil.kernel.outcomes import Malformed
from unit.journal.keys import log_key, private, witness_key

TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_message_of_the_specification() -> None:
    assert cosigned_message(1679315147, TEXT) == b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()


@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**64 - 1), st.binary(min_size=64, max_size=64))
def test_layout(key_id: bytes, time: int, signature: bytes) -> None:
    cosignature = Cosignature(key_id, time, signature)
    data = cosignature.to_bytes()
    assert data == key_id + time.to_bytes(8, "big") + signature
    assert cosignature_from_bytes(data) == cosignature
    assert split_signature(data[4:]) == (time, signature)


def test_a_log_signature_is_no_cosignature() -> None:
    name = "witness.example/w"
    plain, timed = note_signer(name, private(name)).sign(TEXT), cosigner(name, private(name), time=5).sign(TEXT)
    assert log_key(name).signed_note(TEXT, plain)
    assert witness_key(name).signed_note(TEXT, timed)
    assert not log_key(name).signed_note(TEXT, timed)
    assert not log_key(name).signed_note(TEXT, timed[8:])
    assert not witness_key(name).signed_note(TEXT, plain)
    assert not witness_key(name).signed_note(TEXT, timed[:8] + plain)


def test_the_time_is_signed() -> None:
    name = "witness.example/w"
    timed = cosigner(name, private(name), time=5).sign(TEXT)
    assert not witness_key(name).signed_note(TEXT, (6).to_bytes(8, "big") + timed[8:])


def test_a_time_beyond_the_range_is_read_and_never_verifies() -> None:
    name = "witness.example/w"
    message = f"cosignature/v1\ntime {TIME_MAX + 1}\n{TEXT}".encode()
    signature = (TIME_MAX + 1).to_bytes(8, "big") + private(name).sign(message)
    assert cosignature_from_bytes(bytes(4) + signature).time == TIME_MAX + 1
    assert not witness_key(name).signed_note(TEXT, signature)
    with pytest.raises(Malformed):
        cosigned_message(TIME_MAX + 1, TEXT)
    with pytest.raises(Malformed):
        cosigner(name, private(name), time=TIME_MAX + 1)
    assert cosigner(name, private(name), time=TIME_MAX).sign(Note(TEXT, ()).text)


@pytest.mark.parametrize("length", [0, 68, 75, 77, 4 + 8 + 2420])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(Malformed):
        cosignature_from_bytes(bytes(length))
    with pytest.raises(Malformed):
        split_signature(bytes(length))


@pytest.mark.parametrize("text", ["", "5%/$!\n 2", "AAAA", "A" * 200])
def test_gibberish_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        cosignature_from_base64(text)


@pytest.mark.parametrize(
    ("key_id", "time", "signature"),
    [(b"", 0, bytes(64)), (bytes(4), -1, bytes(64)), (bytes(4), 2**64, bytes(64)), (bytes(4), 0, b"")],
)
def test_a_cosignature_cannot_be_built_wrong(key_id: bytes, time: int, signature: bytes) -> None:
    with pytest.raises(Malformed):
        Cosignature(key_id, time, signature)
