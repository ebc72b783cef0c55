"""Banking days: the days on which the Federal Reserve is open, and what is counted in them.

Always true:

1. Saturday and Sunday are never banking days, nor is a holiday of the Federal Reserve. A holiday on a Saturday
   closes nothing; one on a Sunday closes the Monday (``test_a_saturday_holiday_closes_nothing``).
2. Counting n banking days from a day ends on a banking day after it (``test_counting_days_ends_on_a_banking_day``).
3. A day on which the house alone is closed is no banking day of the house, and is a business day of the law: it moves
   what the house does, and never lengthens what the law counts (``test_a_day_of_our_own_lengthens_no_hold``).

The calendar that editions name ``XFED`` is ``holidays.financial_holidays("XFED")``, which keeps each year's law
(Juneteenth from 2022 on). The post office's own calendar and the federal civil service's differ: both observe a
Saturday holiday on the Friday. An edition may list such days of its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.edition import Edition

YEAR_MIN, YEAR_MAX = 1971, 2199
"""Years in which the calendar is kept: Monday holidays began in 1971."""
DAYS_MAX = 10_000
_SATURDAY = 5


class Calendar(NamedTuple):
    """Which days are banking days. ``holidays``: the Federal Reserve's (``XFED``) or ``none``; ``every_day``: Saturdays
    and Sundays too; ``closed``: further days on which the house is closed."""

    holidays: str = "XFED"
    every_day: bool = False
    closed: frozenset[date] = frozenset()

    def of_the_law(self) -> Calendar:
        """The same without the house's own days: the business days in which the law counts (12 CFR 229.2(g))."""
        return self._replace(closed=frozenset())


FED = Calendar()
"""The Federal Reserve's days, as rules of the whole country are counted."""


def calendar_of(edition: Edition) -> Calendar:
    """The days of an edition (``[calendar]``)."""
    return Calendar(edition.holidays, edition.every_day, frozenset(edition.closed))


def is_banking_day(day: date, calendar: Calendar = FED) -> bool:
    """Whether ``day`` is a banking day. ``Malformed`` outside the years kept."""
    year = _kept(day.year)
    if day in calendar.closed or (day.weekday() >= _SATURDAY and not calendar.every_day):
        return False
    return calendar.holidays == "none" or day not in _closed(year)


def add_banking_days(day: date, count: int, calendar: Calendar = FED) -> date:
    """The ``count``-th banking day after ``day``; ``day`` itself if ``count`` is 0. ``day`` need not be one."""
    if not 0 <= count <= DAYS_MAX:
        raise Malformed(f"{count} banking days cannot be counted: 0 to {DAYS_MAX} can", field="days")
    while count:
        day = _next(day)
        count -= is_banking_day(day, calendar)
    return day


def banking_day_from(day: date, calendar: Calendar = FED) -> date:
    """``day`` if it is a banking day, else the next one."""
    return day if is_banking_day(day, calendar) else add_banking_days(day, 1, calendar)


def weekday_closures(year: int) -> tuple[date, ...]:
    """The weekdays of ``year`` on which the Federal Reserve is closed, in order."""
    return tuple(sorted(day for day in _closed(_kept(year)) if day.weekday() < _SATURDAY))


def _next(day: date) -> date:
    return _kept_day(day) + timedelta(days=1)


def _kept_day(day: date) -> date:
    _kept(day.year)
    return day


def _kept(year: int) -> int:
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise Malformed(f"the banking calendar is kept from {YEAR_MIN} to {YEAR_MAX}, not in {year}", field="date")
    return year


@lru_cache(maxsize=YEAR_MAX - YEAR_MIN + 1)
def _closed(year: int) -> frozenset[date]:
    from holidays import financial_holidays  # Loaded only where days are counted: it takes as long as a start.

    return frozenset(financial_holidays("XFED", years=[year]))
