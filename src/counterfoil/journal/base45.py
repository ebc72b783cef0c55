"""Base45 (RFC 9285): bytes as the 45 characters of a QR code's alphanumeric mode.

One byte string has one text: a wrong character, a length that no bytes give, and a group above its range are
refused, so no text but ``encode(data)`` decodes to ``data`` (``test_no_other_text_gives_the_same_bytes``). The
alphabet contains the blank: a text is never stripped.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from counterfoil.kernel.outcomes import Malformed

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_LOW_TWO = [low + high for high in ALPHABET for low in ALPHABET]
_NOT_A_DIGIT = 255
_LETTER = ALPHABET.encode().ljust(256, b"\0")
_FILL = b"\xff"
_DIGIT = bytes(ALPHABET.find(chr(code)) % 256 for code in range(256))


def encode(data: bytes) -> str:
    """Two bytes become three characters, a last odd byte two.

    All groups are divided at once: each stands in its own 32 bits of one long whole number, where a group times
    46,604, cut by 21 bits, is the group divided by 45, and a quotient times 1,457, cut by 16, the quotient divided
    by 45. No product leaves its 32 bits (``test_every_group_is_divided_as_by_hand``).
    """
    count = len(data) // 2
    spread = bytearray(4 * count)
    spread[::4], spread[1::4] = data[1 : 2 * count : 2], data[: 2 * count : 2]
    low_11, low_6, fill = _lanes(count)
    groups = int.from_bytes(spread, "little")
    by_45 = ((groups * 46_604) >> 21) & low_11
    by_2025 = ((by_45 * 1_457) >> 16) & low_6
    digits = (groups - 45 * by_45) | ((by_45 - 45 * by_2025) << 8) | (by_2025 << 16) | fill
    text = digits.to_bytes(4 * count, "little").translate(_LETTER, _FILL).decode("ascii")
    return text if 2 * count == len(data) else text + _LOW_TWO[data[-1]]


@lru_cache(maxsize=512)
def _lanes(count: int) -> tuple[int, int, int]:
    """For ``count`` groups: the low 11 bits of each 32, the low 6, and the byte that is left out of the text."""
    ones = int.from_bytes(b"\1\0\0\0" * count, "little")
    return ones * 0x7FF, ones * 0x3F, ones * 0xFF_00_00_00


def decode(text: str) -> bytes:
    """The bytes of ``text``; ``Malformed`` if it is not what ``encode`` gives for any bytes."""
    try:
        digits = text.encode("ascii").translate(_DIGIT)
    except UnicodeEncodeError:
        raise Malformed("a Base45 text has a character beyond ASCII", field="base45") from None
    if _NOT_A_DIGIT in digits:
        raise Malformed(f"{text[digits.index(_NOT_A_DIGIT)]!r} is not a Base45 character", field="base45")
    whole = len(digits) - len(digits) % 3
    threes = zip(digits[:whole:3], digits[1:whole:3], digits[2:whole:3], strict=True)
    groups = [low + 45 * middle + 2025 * high for low, middle, high in threes]
    if groups and max(groups) > 0xFFFF:
        raise Malformed("a Base45 group of three is above 65,535", field="base45")
    data = struct.pack(f">{len(groups)}H", *groups)
    if whole == len(digits):
        return data
    if len(digits) - whole == 1:
        raise Malformed(f"no bytes have a Base45 text of {len(digits)} characters", field="base45")
    last = digits[whole] + 45 * digits[whole + 1]
    if last > 0xFF:
        raise Malformed("the last Base45 group of two is above 255", field="base45")
    return data + bytes((last,))
