"""Identifiers: sixteen-byte request and transfer ids, account and customer numbers with a check digit.

A transfer id is 16 bytes, big-endian: epoch u32, log index u64, leg u32. So ids of one log ascend, and a rebuild
from the journal gives the same ones (DESIGN.md section 4).
"""

from __future__ import annotations

import re

from counterfoil.kernel.outcomes import Fault, Malformed, short

REQUEST_ID_BYTES = 16
_NUMBER = re.compile(r"[0-9]{10}")
_VALUE = bytes(code - 48 if 48 <= code < 58 else 0 for code in range(256))
_DOUBLED = bytes(2 * value - 9 if 5 <= value < 10 else 2 * value % 256 for value in range(256))
_HEX32 = re.compile(r"[0-9a-f]{32}")


def request_id(text: str) -> bytes:
    """Reads 32 lower-case hexadecimal digits as the 16 bytes of a request id."""
    if not isinstance(text, str) or not _HEX32.fullmatch(text):
        raise Malformed(f"{short(text)} is not a request id: 32 lower-case hexadecimal digits", field="id")
    return bytes.fromhex(text)


def transfer_id(epoch: int, sequence: int, leg: int) -> bytes:
    """The id of leg ``leg`` (from 0) of the entry at log index ``sequence`` in ``epoch`` (from 1)."""
    if not (1 <= epoch < 2**32 and 0 <= sequence < 2**64 and 0 <= leg < 2**32):
        raise Fault(f"no transfer id for epoch {epoch}, index {sequence}, leg {leg}")
    return ((epoch << 96) | (sequence << 32) | leg).to_bytes(16, "big")


def transfer_origin(transfer: bytes) -> tuple[int, int, int]:
    """(epoch, log index, leg) of a transfer id."""
    number = int.from_bytes(transfer, "big")
    return number >> 96, (number >> 32) & (2**64 - 1), number & (2**32 - 1)


def luhn_digit(digits: str) -> str:
    """The Luhn check digit (ISO/IEC 7812-1 annex B) that follows ``digits``."""
    values = digits.encode("ascii").translate(_VALUE)
    return str(-(sum(values[::-2].translate(_DOUBLED)) + sum(values[-2::-2])) % 10)


def numbered(random: bytes, *, lead: str) -> str:
    """A ten-digit number: ``lead``, digits from ``random`` (8 bytes), a Luhn digit. It says nothing about a person."""
    body = lead + str(int.from_bytes(random, "big") % 10 ** (9 - len(lead))).rjust(9 - len(lead), "0")
    return body + luhn_digit(body)


def checked_number(text: str, *, field: str) -> str:
    """A ten-digit number with a right Luhn digit, or ``Malformed`` naming the field."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text) or luhn_digit(text[:-1]) != text[-1]:
        raise Malformed(f"{short(text)} is not a number with a right check digit: look at it again", field=field)
    return text
