"""Base45 (RFC 9285): bytes as the 45 characters of a QR code's alphanumeric mode.

One byte string has one text: a wrong character, a length that no bytes give, and a group above its range are
refused, so no text but ``encode(data)`` decodes to ``data`` (``test_no_other_text_gives_the_same_bytes``). The
alphabet contains the blank: a text is never stripped.
"""

from __future__ import annotations

import struct

from counterfoil.kernel.outcomes import Malformed

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_LOW_TWO = [low + high for high in ALPHABET for low in ALPHABET]
_NOT_A_DIGIT = 255
_DIGIT = bytes(ALPHABET.find(chr(code)) % 256 for code in range(256))


def encode(data: bytes) -> str:
    """Two bytes become three characters, a last odd byte two."""
    even = len(data) & ~1
    groups = struct.unpack(f">{even // 2}H", data[:even])
    text = "".join([_LOW_TWO[group % 2025] + ALPHABET[group // 2025] for group in groups])
    return text if even == len(data) else text + _LOW_TWO[data[-1]]


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
