"""Annual percentage yield and annual percentage yield earned (Regulation DD, 12 CFR 1030 appendix A).

    APY        = 100 · [(1 + interest / principal)^(365 / days) − 1]                               Part I
    APY earned = 100 · [(1 + interest earned / balance)^(365 / days in period) − 1]                Part II.A
    with more frequent compounding than the statement (Part II.B):
                 100 · [(1 + (interest / balance) / days in period · compounding)^(365 / compounding) − 1]

The interest is what is actually paid, to the cent (Part II, and the general rule); the yield has two decimals.
Two examples as printed in the rule hold slips (a missing "1 +", a truncated interest figure): see the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import localcontext
from fractions import Fraction

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.exact import WIDE, decimal_of

YEAR_DAYS = 365


def apy_percent(principal: Fraction, interest: Fraction, days: int) -> Fraction:
    """Part I and Part II.A: the yield in percent of ``interest`` on ``principal`` over ``days``."""
    _sensible(principal, interest, days)
    return _power(1 + Fraction(interest, principal), Fraction(YEAR_DAYS, days))


def apy_earned_special_percent(balance: Fraction, interest: Fraction, days: int, compounding_days: int) -> Fraction:
    """Part II.B: statements sent more often than interest compounds."""
    _sensible(balance, interest, days)
    if compounding_days < 1:
        raise Malformed("the compounding period is at least a day", field="compounding_days")
    return _power(1 + Fraction(interest * compounding_days, balance * days), Fraction(YEAR_DAYS, compounding_days))


def composite_rate_percent(segments: Sequence[tuple[Fraction, int]]) -> Fraction:
    """The rate of several years of stepped rates, weighted by days (Part I.E)."""
    days = sum(length for _, length in segments)
    if not segments or days < 1:
        raise Malformed("a stepped rate has at least one segment of days", field="segments")
    return sum((rate * length for rate, length in segments), Fraction(0)) * Fraction(1, days)


def _sensible(principal: Fraction, interest: Fraction, days: int) -> None:
    if principal <= 0:
        raise Malformed("a yield needs a balance above zero", field="principal")
    if interest < 0 or days < 1:
        raise Malformed("a yield needs interest at or above zero and at least a day", field="days")


def _power(growth: Fraction, exponent: Fraction) -> Fraction:
    with localcontext(WIDE):
        return Fraction((decimal_of(growth) ** decimal_of(exponent) - 1) * 100)
