"""Unit-periods of a loan with regular due dates (Regulation Z, 12 CFR 1026 appendix J (b)(3) to (b)(5)).

The unit-period is the period between payments: so many months, weeks or days. The first payment is measured by
counting back from its due date in whole unit-periods to the day the money is given; days left over are a fraction of
one, of 30 days a month or 7 a week. Later payments follow one unit-period after another.

Worked example. Money on 10 January, payments each month from 1 March: one month back is 1 February, 22 days are left
over: t = 1, f = 22/30 (``test_odd_days_are_counted_back_from_the_due_date``).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed

_MONTH_DAYS, _HALF_MONTH_DAYS, _WEEK_DAYS, _YEAR_MONTHS, _YEAR_WEEKS, _YEAR_DAYS = 30, 15, 7, 12, 52, 365


class Term(NamedTuple):
    """Where the first payment stands, in unit-periods after the money is given; and unit-periods in a year."""

    t: int
    f: Fraction
    a_year: Fraction


def first_payment(given: date, due: date, every: int, unit: str) -> Term:
    """The term of a loan whose payments fall due each ``every`` of ``unit`` (MONTHS, WEEKS, DAYS), first on ``due``.

    HALF-MONTHS, two days a month, are counted one by one."""
    if every < 1 or given >= due:
        raise Malformed("the money is given before the first payment is due", field="disbursed_on")
    if unit == "MONTHS":
        return _months(given, due, every)
    if unit == "HALF-MONTHS" and every == 1:
        return _semimonths(given, due)
    if unit not in ("WEEKS", "DAYS"):
        raise Malformed(f"{unit!r} is not a unit of time between payments: MONTHS, WEEKS or DAYS", field="repay_unit")
    length = every * _WEEK_DAYS if unit == "WEEKS" else every
    whole, odd = divmod((due - given).days, length)
    # Weeks are counted 52 to a year, never 365/7: the appendix names 26 and 13.
    weekly = length % _WEEK_DAYS == 0
    a_year = Fraction(_YEAR_WEEKS * _WEEK_DAYS, length) if weekly else Fraction(_YEAR_DAYS, length)
    return Term(whole, Fraction(odd, length), a_year)


def single_payment(given: date, due: date) -> Term:
    """A loan paid back at once: the unit-period is its term, in months where they are whole, else in days."""
    months = first_payment(given, due, 1, "MONTHS")
    days = (due - given).days
    if days > _YEAR_DAYS + 1:
        raise Malformed("a single payment is due within a year", field="first_due_date")
    if months.f == 0:
        return Term(1, Fraction(0), Fraction(_YEAR_MONTHS, months.t))
    return Term(1, Fraction(0), Fraction(_YEAR_DAYS, days))


def _months(given: date, due: date, every: int) -> Term:
    months = (due.year - given.year) * _YEAR_MONTHS + due.month - given.month
    # From the 31st, a due date at the end of a shorter month is a whole month on, though counting back misses it.
    if _back(due, months) < given and _back(given, -months) != due:
        months -= 1
    whole, rest = divmod(months, every)
    odd = max(0, (_back(due, months) - given).days)
    f = Fraction(_MONTH_DAYS * rest + odd, _MONTH_DAYS * every)
    # 30 odd days, as from the 1st to the 31st, are a whole month: (1 + i) either way.
    return Term(whole + (f == 1), Fraction(0) if f == 1 else f, Fraction(_YEAR_MONTHS, every))


def _semimonths(given: date, due: date) -> Term:
    """Appendix J (b)(5): two for each whole month, one for 15 odd days; what is left is odd days of 15."""
    months = 0
    while _back(due, months + 1) >= given:
        months += 1
    more, odd = divmod((_back(due, months) - given).days, _HALF_MONTH_DAYS)
    return Term(2 * months + more, Fraction(odd, _HALF_MONTH_DAYS), Fraction(2 * _YEAR_MONTHS))


def _back(day: date, months: int) -> date:
    year, month = divmod(day.year * _YEAR_MONTHS + day.month - 1 - months, _YEAR_MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
