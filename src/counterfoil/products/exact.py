"""Exact numbers for rates: decimal text in, fractions inside, decimal text out, rounded once and by name."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from counterfoil.kernel.outcomes import Malformed

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
WIDE = Context(prec=60)
"""Sixty digits: far beyond what two decimals of a percentage can see."""


def exact(value: Any, field: str) -> Fraction:
    """A decimal text, or a whole number, or a number as JSON wrote it, exactly; ``Malformed`` names the field."""
    text = str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise Malformed(f"{field} is {value!r}: a decimal number such as 12.50 is needed", field=field)
    return Fraction(text)


def rounded_half_up(value: Fraction, places: int) -> str:
    """``value`` with ``places`` decimals, halves away from zero; nothing is never below zero
    (``test_no_minus_nothing``)."""
    return _text(decimal_of(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=WIDE))


def half_even(value: Fraction, step: Fraction) -> Fraction:
    """The multiple of ``step`` nearest to ``value``, ties to the even one: what a contract calls HALF_EVEN."""
    if step <= 0:
        raise Malformed("amounts are rounded to a step above zero", field="rounding")
    return round(Fraction(value, step)) * step


def significant(value: Fraction, digits: int) -> Fraction:
    """``value`` with so many significant digits, ties to even."""
    return Fraction(Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(decimal_of(value)))


def rounded_down(value: Fraction, places: int) -> str:
    """``value`` with ``places`` decimals, toward minus infinity: for what must never exceed a cap."""
    return _text(decimal_of(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR, context=WIDE))


def _text(rounded: Decimal) -> str:
    return str(rounded if rounded else rounded.copy_abs())


def whole_half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero: cents of an exact amount of cents."""
    doubled, sign = abs(value) * 2, -1 if value < 0 else 1
    return sign * ((doubled.numerator // doubled.denominator + 1) // 2)


def decimal_of(value: Fraction) -> Decimal:
    """``value`` to sixty digits."""
    return WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
