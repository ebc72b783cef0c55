"""Small loans: what a loan costs, what is due when, and what is owed on any day. Integers, exact, no clock.

Always true:

1. Interest runs by the day on what is owed and on nothing else: ``owed · days · rate ÷ (365 · 10,000)``, the rate in
   hundredths of a percent a year; a leap day is a day (``test_interest_is_only_on_what_is_owed``).
2. Nothing is ever rounded up against the customer: the equal payment is rounded down to the minor unit, and interest
   is taken in whole minor units, the rest of it waiting (``test_a_loan_paid_as_agreed_ends_at_zero``).
3. The annual percentage rate of the schedule (12 CFR 1026 appendix J) is at or below the cap: where the calendar, an
   odd first period or the cents would lift it above, the rate is lowered (``test_no_schedule_breaks_the_cap``).
4. What is owed on a day is one line of sums, in whatever order payments came: taking a payment out again gives what
   had been without it (``test_any_order_of_payments_ends_at_zero``).

The worked example: 375.00 at 28 % for 12 payments every two weeks. Interest of the first period is
375.00 · 14 · 28 % ÷ 365 = 4.0273: 4.02 is taken, 0.0073 waits.

Point 4 in one line: interest of a day t after opening is ``owed · t · rate + offset`` in parts of a minor unit. A
payment of principal p and interest i on day d adds ``p · d · rate − i · PARTS`` to the offset: p was owed for d days.

Due dates: the first one is agreed and is a banking day. The others follow it (every 7 or 14 days; the same day of each
month; two days a month, 15 apart; in short months the last day), and one that is no banking day is moved to the next.
Interest is by the day that is moved to; the annual percentage rate is measured on the dates before they are moved
(1026.17(c)(3) lets the move be disregarded).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.terms.loans import BUCKETS as BUCKETS
from counterfoil.policy.terms.loans import EVERY as EVERY
from counterfoil.products.apr import Flow, apr_percent
from counterfoil.products.calendar import banking_day_from
from counterfoil.products.exact import rounded_half_up
from counterfoil.products.unit_periods import first_payment, single_payment

PERIODS_A_YEAR = {"weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12}
"""Unit-periods a year, as appendix J counts them."""
UNITS = {"weekly": (1, "WEEKS"), "biweekly": (2, "WEEKS"), "semimonthly": (1, "HALF-MONTHS"), "monthly": (1, "MONTHS")}
"""The time between payments, as ``products.unit_periods`` and the papers say it."""
_DAYS = {"weekly": 7, "biweekly": 14}
PARTS = 365 * 100 * 100
"""Parts of a minor unit in which interest is kept: what 1 minor unit earns in a day at 0.01 % a year is one part."""
ONE_PERCENT = Fraction(1, 100)
FIRST_SHORTER, FIRST_LONGER = 6, 13
"""Days by which the first period may differ from a whole one (1026.17(c)(4), terms under a year)."""
_BUCKET_FROM = (0, 1, 30, 60, 90)
NUMBER_MAX = 104


class Due(NamedTuple):
    """One payment of a schedule, minor units; ``balance`` is the principal owed after it."""

    due: date
    payment: int
    principal: int
    interest: int
    balance: int


class Quote(NamedTuple):
    """What a loan costs. Amounts in minor units; ``rate`` in hundredths of a percent a year; ``apr`` in percent."""

    amount: int
    every: str
    number: int
    opened: date
    first_due: date
    rate: int
    apr: Fraction
    rows: tuple[Due, ...]

    @property
    def payment(self) -> int:
        """The equal payment."""
        return self.rows[0].payment

    @property
    def last(self) -> int:
        """The last payment, which differs by cents."""
        return self.rows[-1].payment

    @property
    def total(self) -> int:
        """The total of payments."""
        return sum(row.payment for row in self.rows)

    @property
    def interest(self) -> int:
        """The finance charge: all that the loan costs."""
        return self.total - self.amount

    @property
    def apr_text(self) -> str:
        """The annual percentage rate as it is shown: two decimals."""
        return rounded_half_up(self.apr, 2)


# Due dates


def nominal_due(first_due: date, every: str, place: int) -> date:
    """The nominal due date of payment ``place`` (from 0), before it is moved to a banking day."""
    if every in _DAYS:
        return first_due + timedelta(days=_DAYS[every] * place)
    if every == "monthly":
        return _in_month(first_due, place, first_due.day)
    months, second = divmod(place, 2)
    if not second:
        return _in_month(first_due, months, first_due.day)
    early = first_due.day <= 15
    return _in_month(first_due, months + (not early), first_due.day + (15 if early else -15))


def _in_month(base: date, months: int, day: int) -> date:
    year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=65_536)
def due_on(first_due: date, every: str, place: int) -> date:
    """The day on which payment ``place`` (from 0) is due: a banking day."""
    return banking_day_from(nominal_due(first_due, every, place))


def usual_first_due(opened: date, every: str) -> date:
    """The first due date, one whole period after the day the money is given out, moved to a banking day."""
    return banking_day_from(nominal_due(opened, every, 1))


def first_due_range(opened: date, every: str) -> tuple[date, date]:
    """The earliest and latest first due date that can be agreed; it has to be a banking day too."""
    whole = nominal_due(opened, every, 1)
    early = max(opened + timedelta(days=1), whole - timedelta(days=FIRST_SHORTER))
    return early, whole + timedelta(days=FIRST_LONGER)


def weeks_fit(every: str, number: int, low: int, high: int) -> bool:
    """Whether ``number`` payments run ``low`` to ``high`` weeks, of which a year has 52."""
    return low * PERIODS_A_YEAR[every] <= number * 52 <= high * PERIODS_A_YEAR[every]


def payments_in(every: str, weeks: int) -> int:
    """The number of payments nearest to a term of ``weeks``, at least one."""
    return max(1, (2 * weeks * PERIODS_A_YEAR[every] + 52) // 104)


# What it costs


@lru_cache(maxsize=2_048)
def quote(amount: int, every: str, number: int, opened: date, first_due: date, rate: int, cap: Fraction) -> Quote:
    """The loan at ``rate``, or at the highest rate below it whose annual percentage rate is at most ``cap`` percent."""
    if amount <= 0 or rate < 0 or every not in EVERY or not 0 < number <= NUMBER_MAX or first_due <= opened:
        raise Malformed("a loan has an amount, 1 to 104 payments, and its first due date after its start", field="loan")
    while True:
        rows = schedule(amount, every, number, opened, first_due, rate)
        apr = schedule_apr(amount, every, opened, first_due, rows)
        if apr <= cap or rate == 0:
            return Quote(amount, every, number, opened, first_due, rate, apr, rows)
        scaled = Fraction(rate * cap, apr)
        rate = min(rate - 1, scaled.numerator // scaled.denominator)


def schedule(amount: int, every: str, number: int, opened: date, first_due: date, rate: int) -> tuple[Due, ...]:
    """Equal payments, rounded down; the last one pays what is left."""
    payment = level_payment(amount, every, number, opened, first_due, rate)
    owed, offset, rows = amount, 0, []
    for place in range(number):
        due = due_on(first_due, every, place)
        days = (due - opened).days
        interest = interest_due(owed, offset, rate, days)
        last = place == number - 1
        principal = owed if last else max(0, min(owed, payment - interest))
        owed, offset = owed - principal, offset + paid_parts(principal, interest, rate, days)
        rows.append(Due(due, principal + interest, principal, interest, owed))
    return tuple(rows)


def level_payment(amount: int, every: str, number: int, opened: date, first_due: date, rate: int) -> int:
    """What paid each time brings the debt to zero: P·Π(1+f) ÷ fn with fn = 1 + fn·(1+f), rounded down."""
    top, bottom = _level(every, number, opened, first_due, rate)
    return amount * top // bottom


def most_for(payment: int, every: str, number: int, opened: date, first_due: date, rate: int) -> int:
    """The most that can be lent for an equal payment of ``payment``, rounded down."""
    top, bottom = _level(every, number, opened, first_due, rate)
    return payment * bottom // top


def _level(every: str, number: int, opened: date, first_due: date, rate: int) -> tuple[int, int]:
    growth, fn, before = Fraction(1), Fraction(0), opened
    for place in range(number):
        due = due_on(first_due, every, place)
        factor = 1 + Fraction(rate * (due - before).days, PARTS)
        growth, fn, before = growth * factor, fn * factor + 1, due
    level = Fraction(growth, fn)
    return level.numerator, level.denominator


def schedule_apr(amount: int, every: str, opened: date, first_due: date, rows: tuple[Due, ...]) -> Fraction:
    """The annual percentage rate of a schedule by the actuarial method, from the nominal due dates."""
    count, unit = UNITS[every]
    first = first_payment(opened, first_due, count, unit) if len(rows) > 1 else single_payment(opened, first_due)
    payments = [Flow(Fraction(rows[-1].payment), 1, first.t + len(rows) - 1, first.f)]
    if len(rows) > 1:
        payments.append(Flow(Fraction(rows[0].payment), len(rows) - 1, first.t, first.f))
    return apr_percent([Flow(Fraction(amount))], payments, first.a_year)


# What is owed


def interest_parts(owed: int, offset: int, rate: int, days: int) -> int:
    """Interest that ran and was not paid, in parts, on day ``days`` after opening."""
    return owed * days * rate + offset


def interest_due(owed: int, offset: int, rate: int, days: int) -> int:
    """Interest to be paid now, in whole minor units, rounded down; never below zero."""
    return max(0, interest_parts(owed, offset, rate, days) // PARTS)


def paid_parts(principal: int, interest: int, rate: int, days: int) -> int:
    """What a payment on day ``days`` adds to the offset; taking it back subtracts the same."""
    return principal * days * rate - interest * PARTS


def split(amount: int, owed: int, interest: int, order: tuple[str, ...]) -> tuple[int, int]:
    """(principal, interest) that a payment covers, in the order of the allocation table. At most what is owed."""
    parts = {"principal": owed, "interest": interest}
    found = {"principal": 0, "interest": 0}
    for name in order:
        found[name] = min(amount, parts[name])
        amount -= found[name]
    return found["principal"], found["interest"]


def place_due(paid: int, payment: int, number: int) -> int:
    """Which payment of the schedule is the oldest that is not covered by what was paid in all."""
    return min(paid // payment, number - 1) if payment else 0


def bucket_of(days: int) -> str:
    """The delinquency bucket of so many days past due."""
    return BUCKETS[sum(days >= low for low in _BUCKET_FROM) - 1] if days > 0 else BUCKETS[0]


def affordable(payment: int, every: str, left: int, share: Fraction) -> bool:
    """Whether the payments of a month take at most ``share`` percent of what is left of a month's money."""
    return payment * PERIODS_A_YEAR[every] * 100 <= left * share * 12


def payment_within(every: str, left: int, share: Fraction) -> int:
    """The largest payment that ``affordable`` allows, rounded down."""
    most = Fraction(left * share * 12, PERIODS_A_YEAR[every] * 100)
    return most.numerator // most.denominator
