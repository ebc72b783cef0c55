"""The number by which a biller knows a payer: its form and its check digit, as the biller's agreement states them.

Always true: a form says of every character what may stand there, and nothing else may
(``test_a_reference_has_the_form_of_its_biller``); every single wrong digit is seen where the biller has a check digit
(``test_one_wrong_digit_is_seen``).

    9  a digit        A  a letter        X  a digit or a letter        - / . and the blank stand for themselves

A check digit is counted over the digits alone: ``luhn`` (ISO/IEC 7812-1), ``371`` (weights 3, 7, 1 from the left, the
sum a multiple of 10), ``mod97`` (the whole number leaves 1), or ``none``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from counterfoil.products.check_digits import luhn

FORM = re.compile(r"[9AX./ -]{3,40}")
"""What a form may be written with."""
CHECKS = ("none", "luhn", "371", "mod97")
_MEANS = {"9": "[0-9]", "A": "[A-Z]", "X": "[A-Z0-9]"}


def normal(reference: str) -> str:
    """As it is kept: capitals, single blanks, none around it."""
    return " ".join(reference.upper().split())


def fits(reference: str, forms: Sequence[str], check: str) -> bool:
    """Whether a reference in its normal form is one of this biller's."""
    return any(re.fullmatch(_pattern(form), reference) for form in forms) and _checked(reference, check)


def _pattern(form: str) -> str:
    return "".join(_MEANS.get(sign, re.escape(sign)) for sign in form)


def _checked(reference: str, check: str) -> bool:
    digits = "".join(sign for sign in reference if sign in "0123456789")
    if check == "luhn":
        return luhn(digits)
    if check == "371":
        return sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(digits)) % 10 == 0
    return check == "none" or int(digits or "0") % 97 == 1
