"""The annual percentage rate of closed-end credit by the actuarial method (Regulation Z, 12 CFR 1026 appendix J).

The rate i per unit-period is the one at which what is advanced is worth what is paid:

    Σ A / ((1 + f·i)·(1 + i)^t)  =  Σ P / ((1 + f·i)·(1 + i)^t)        APR = 100 · w · i

t: whole unit-periods from the start of the term; f: the fraction left over (odd days), as simple interest; w:
unit-periods a year (52, 26, 13 for weeks, 24, 12, 4, … ; 365/days when a single payment's term is the unit-period).
The worked example of the appendix, (c)(1)(i): 5,000 advanced, 24 monthly payments of 230 → 9.69.

Always true: the left side less the right side falls as i grows wherever payments follow advances, so the root between
the bounds is found by halving, to 10^-24 of a unit-period (``test_apr_agrees_with_every_vector``); a plan that pays
back less than it lends has no rate at or above zero and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.exact import WIDE, decimal_of

STREAM_MAX = 2_000
RATE_PER_UNIT_MAX = 1_000
"""100,000 % a unit-period: beyond it a rate is not computed."""


class Flow(NamedTuple):
    """``number`` equal amounts, the first at t whole unit-periods and f of one, then every ``step`` unit-periods.

    ``amount`` in currency units (exact); t ≥ 0; 0 ≤ f < 1.
    """

    amount: Fraction
    number: int = 1
    t: int = 0
    f: Fraction = Fraction(0)
    step: int = 1


def apr_percent(advances: Sequence[Flow], payments: Sequence[Flow], periods_a_year: Fraction) -> Fraction:
    """The APR in percent, within 10^-18. ``Malformed`` if there is none from zero up."""
    if not advances or not payments:
        raise Malformed("an APR needs an advance and a payment", field="payments")
    for flow in (*advances, *payments):
        if flow.amount <= 0 or not 0 < flow.number <= STREAM_MAX or flow.t < 0 or flow.step < 1 or not 0 <= flow.f < 1:
            raise Malformed(f"{flow} is not a stream of positive amounts at or after the start", field="payments")
    if periods_a_year <= 0:
        raise Malformed("unit-periods a year must be above zero", field="unit_periods_per_year")
    lent = sum(flow.amount * flow.number for flow in advances)
    paid = sum(flow.amount * flow.number for flow in payments)
    if paid < lent:
        raise Malformed("the payments are less than the advances: there is no rate at or above zero", field="payments")
    with localcontext(WIDE):
        rate = _solve([(+1, flow) for flow in advances] + [(-1, flow) for flow in payments])
        return Fraction(rate) * periods_a_year * 100


def _solve(flows: list[tuple[int, Flow]]) -> Decimal:
    """The rate per unit-period at which the flows are worth nothing, by halving: value(0) ≤ 0 ≤ value(high)."""
    low, high = Decimal(0), Decimal(1)
    while _value(flows, high) < 0:
        low, high = high, high * 2
        if high > RATE_PER_UNIT_MAX:
            raise Malformed("the rate is beyond what is computed", field="payments")
    while high - low > Decimal("1e-24"):
        middle = _half(low + high)
        if _value(flows, middle) < 0:
            low = middle
        else:
            high = middle
    return _half(low + high)


def _value(flows: list[tuple[int, Flow]], rate: Decimal) -> Decimal:
    """What is advanced less what is paid, both at the start of the term, at ``rate`` per unit-period."""
    total, growth = Decimal(0), 1 + rate
    for sign, flow in flows:
        odd = 1 + decimal_of(flow.f) * rate
        amount = decimal_of(flow.amount)
        first, ratio = growth**-flow.t, growth**-flow.step
        # A geometric sum: count terms, each ratio times the one before.
        terms = Decimal(flow.number) if rate == 0 else WIDE.divide(1 - ratio**flow.number, 1 - ratio)
        total += WIDE.divide(sign * amount * first * terms, odd)
    return total


def _half(value: Decimal) -> Decimal:
    return value * Decimal("0.5")
