"""Check digits: what a typed or scanned number tells about itself. A right digit proves nothing but that.

Money-order serial: 10 digits and a check digit, their sum mod 9; it misses transpositions and 0 read as 9. Routing
number: 3-7-1 weights mod 10 (ABA). Card numbers: Luhn (ISO/IEC 7812-1). IBAN: mod 97 (ISO 13616). ZIP: form only, and
the delivery-point digit that makes the sum of all digits a multiple of 10. Digits are ASCII digits, and blanks around
a number are not cut here (``test_only_ascii_digits_count``); an IBAN in paper form holds single blanks.
"""

from __future__ import annotations

import re

from counterfoil.kernel.idents import luhn_digit
from counterfoil.kernel.outcomes import Malformed

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")


def routing_number(text: str) -> bool:
    """Nine ASCII digits, no blanks around them, whose ABA checksum is right. All zeros pass: see ``routing_usable``."""
    if not re.fullmatch(r"[0-9]{9}", text):
        return False
    digits = [int(c) for c in text]
    return (3 * sum(digits[0::3]) + 7 * sum(digits[1::3]) + sum(digits[2::3])) % 10 == 0


def routing_usable(text: str) -> bool:
    """A routing number that a check may carry: the checksum, and not all zeros."""
    return routing_number(text) and text != "000000000"


def money_order_serial(text: str) -> bool:
    """Ten digits and their check digit: the sum of the ten, mod 9."""
    return bool(re.fullmatch(r"[0-9]{11}", text)) and sum(map(int, text[:10])) % 9 == int(text[10])


def money_order_usable(text: str) -> bool:
    """A serial a form may carry: the check digit, and not all zeros."""
    return money_order_serial(text) and text != "00000000000"


def luhn(text: str) -> bool:
    """A number of ASCII digits that ends with its Luhn digit."""
    return bool(re.fullmatch(r"[0-9]{1,40}", text)) and luhn_digit(text[:-1]) == text[-1]


def iban(text: str) -> bool:
    """An IBAN in paper or electronic form: its structure is not looked up, its two check digits are."""
    compact = text.replace(" ", "")
    if not _IBAN.fullmatch(compact):
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def zip_code(text: str) -> bool:
    """Five digits, or ZIP+4 with its hyphen."""
    return bool(re.fullmatch(r"[0-9]{5}(-[0-9]{4})?", text))


def delivery_point_digit(text: str) -> int:
    """The digit that makes the sum of all digits a multiple of 10."""
    if not re.fullmatch(r"[0-9]{5}(-[0-9]{4}([0-9]{2})?)?", text):
        raise Malformed(f"{text!r} is not a ZIP code", field="value")
    return -sum(int(c) for c in text if c.isdigit()) % 10
