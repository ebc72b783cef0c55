"""Claim codes of cash sent: twelve letters and digits that pay to whoever knows them and shows her papers.

Always true:

1. The code stands in no fact and no body: only its hash does, and 60 random bits cannot be found from a hash in the
   weeks it lives (``test_only_the_hash_of_a_code_is_on_record``).
2. The office that made a code can make it again for its first print, from the office key and the request's id; the
   journal alone cannot (``test_a_code_is_made_again_by_its_office_only``).
3. However it is typed, small or with blanks or hyphens, O for 0 and I or L for 1, it is one code
   (``test_a_code_is_read_as_people_write_it``). No letter U, so that no word stands in it by chance.
"""

from __future__ import annotations

import hashlib
import hmac

from counterfoil.kernel.outcomes import Malformed, short

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_MADE = b"counterfoil/claim-code/v1\x00"
_HASHED = b"counterfoil/claim-code-hash/v1\x00"
_READ_AS = str.maketrans("OIL", "011", " -\u2010\u2011\u2013")


def claim_code(office_key: bytes, request: bytes) -> str:
    """The code of the transfer that this request sends, as it is printed: ``K7QM-2F9D-XW3P``."""
    number = int.from_bytes(hmac.digest(office_key, _MADE + request, "sha256")[:8], "big")
    symbols = "".join(SYMBOLS[number >> 5 * place & 31] for place in range(LENGTH))
    return "-".join(symbols[start : start + 4] for start in range(0, LENGTH, 4))


def read_code(text: object) -> str:
    """The twelve symbols of a code as it was typed, or ``Malformed``."""
    plain = text.upper().translate(_READ_AS) if isinstance(text, str) and len(text) <= 40 else ""
    if len(plain) != LENGTH or any(symbol not in SYMBOLS for symbol in plain):
        raise Malformed(f"claim_code is {short(text)}: twelve letters and digits are needed", field="claim_code")
    return plain


def code_hash(text: object) -> bytes:
    """What stands on record for a code."""
    return hashlib.sha256(_HASHED + read_code(text).encode("ascii")).digest()
