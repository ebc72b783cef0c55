"""Witness cosignatures (C2SP tlog-cosignature, version 1, Ed25519): layout and signed message.

A cosignature says: at this time, the largest consistent tree I have seen of this log is the checkpoint's. On a note's
signature line stand key id (4 bytes), time (8 bytes, big-endian, POSIX seconds) and Ed25519 signature (64 bytes). What
is signed is two header lines and the whole checkpoint text, so a log's own signature can never pass for a cosignature
nor the other way round (``test_a_log_signature_is_no_cosignature``).

The layout carries any 64-bit time; a time beyond 2^63 - 1 is read, and never verifies.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.journal.hashing import KEY_ID_BYTES
from counterfoil.journal.strictbase64 import from_base64
from counterfoil.kernel.outcomes import Malformed

TIME_BYTES = 8
TIME_MAX = 2**63 - 1
SIGNATURE_BYTES = 64
COSIGNATURE_BYTES = KEY_ID_BYTES + TIME_BYTES + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One cosignature: ``key_id`` 4 bytes, ``time`` POSIX seconds, ``signature`` 64 bytes."""

    key_id: bytes
    time: int
    signature: bytes

    def __post_init__(self) -> None:
        if len(self.key_id) != KEY_ID_BYTES or len(self.signature) != SIGNATURE_BYTES:
            raise Malformed("a cosignature has a key id of 4 bytes and a signature of 64", field="cosignature")
        if not 0 <= self.time < 2**64:
            raise Malformed(f"{self.time} is not a 64-bit POSIX time", field="time")

    def to_bytes(self) -> bytes:
        """The 76 bytes of the note's signature line and of the proof's QR form."""
        return self.key_id + self.time.to_bytes(TIME_BYTES, "big") + self.signature


def cosignature_from_bytes(data: bytes) -> Cosignature:
    """Reads 76 bytes: key id, time, signature."""
    if len(data) != COSIGNATURE_BYTES:
        raise Malformed(f"a cosignature has {COSIGNATURE_BYTES} bytes, not {len(data)}", field="cosignature")
    return Cosignature(data[:4], int.from_bytes(data[4:12], "big"), data[12:])


def cosignature_from_base64(text: str) -> Cosignature:
    """Reads the Base64 of a note's signature line."""
    return cosignature_from_bytes(from_base64(text, what="cosignature"))


def split_signature(signature: bytes) -> tuple[int, bytes]:
    """(time, Ed25519 signature) of the 72 bytes that follow the key id; ``Malformed`` if they are not 72."""
    if len(signature) != TIME_BYTES + SIGNATURE_BYTES:
        raise Malformed(f"time and signature have 72 bytes, not {len(signature)}", field="cosignature")
    return int.from_bytes(signature[:TIME_BYTES], "big"), signature[TIME_BYTES:]


def cosigned_message(time: int, text: str) -> bytes:
    """What a witness signs at ``time`` (POSIX seconds) for the checkpoint ``text`` (with its last newline)."""
    if not 0 <= time <= TIME_MAX:
        raise Malformed(f"{time} is not a POSIX time of at most 2^63 - 1", field="time")
    return f"cosignature/v1\ntime {time}\n{text}".encode()
