"""Standard Base64 (RFC 4648, section 4) with one text for one byte string.

Padding is required, and a text that would not come out again when its bytes are encoded is refused: the line feeds
and spare bits that a lenient decoder drops would let one signature be written in many ways
(``test_one_text_for_one_byte_string``).
"""

from __future__ import annotations

import binascii

from counterfoil.kernel.outcomes import Malformed


def to_base64(data: bytes) -> str:
    """The one Base64 text of ``data``."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str, *, what: str) -> bytes:
    """The bytes of ``text``, or ``Malformed`` naming ``what``."""
    try:
        data = binascii.a2b_base64(text)
    except ValueError:  # binascii.Error is one, and so is the complaint about a character beyond ASCII.
        raise Malformed(f"{what} is not Base64: {_shown(text)}", field=what) from None
    if to_base64(data) != text:
        raise Malformed(f"{what} is not the one Base64 text of its bytes: {_shown(text)}", field=what)
    return data


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 80 else f"{text[:80]!r}…"
