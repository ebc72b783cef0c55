"""Day-count conventions: days between two dates, and the part of a year they are where the convention says.

30/360 in its four dialects (bond basis, US, Eurobond, ISDA: what each does to a 31st and to the end of February),
actual/365 fixed, actual/360, actual/actual by ISDA (days in leap years over 366), ICMA (the reference period) and AFB.
Sources: ISDA 2006 Definitions section 4.16; ICMA rule 251; the conventions' names are those of the vectors.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed

PERIODS_MAX = 400


class Counted(NamedTuple):
    """``days`` by the convention; ``year`` is the exact part of a year, None where only days are defined."""

    days: int
    year: Fraction | None


def count(
    convention: str,
    start: date,
    end: date,
    *,
    ref_start: date | None = None,
    ref_end: date | None = None,
    termination: date | None = None,
) -> Counted:
    """Days from ``start`` to ``end``; ``Malformed`` for a convention not kept or a reference period it needs."""
    if convention in _THIRTY:
        days = _thirty(convention, start, end, termination)
        return Counted(days, Fraction(days, 360))
    actual = (end - start).days
    if convention == "Actual/365 Fixed":
        return Counted(actual, Fraction(actual, 365))
    if convention == "Actual/360":
        return Counted(actual, Fraction(actual, 360))
    if convention == "Actual/Actual ISDA":
        return Counted(actual, _isda(start, end))
    if convention == "Actual/Actual AFB":
        return Counted(actual, _afb(start, end))
    if convention == "Actual/Actual ICMA (ISMA)":
        if ref_start is None or ref_end is None:
            raise Malformed("actual/actual ICMA needs its reference period", field="ref_start")
        return Counted(actual, _icma(start, end, ref_start, ref_end))
    raise Malformed(f"{convention!r} is not a day-count convention kept here", field="convention")


_THIRTY = ("30/360 BondBasis", "30/360 US", "30E/360 Eurobond", "30E/360 ISDA")


def _thirty(convention: str, start: date, end: date, termination: date | None) -> int:
    d1, d2 = start.day, end.day
    if convention == "30/360 BondBasis":
        d1 = min(d1, 30)
        d2 = 30 if d2 == 31 and d1 == 30 else d2
    elif convention == "30/360 US":
        if _february_end(start):
            d2 = 30 if _february_end(end) else d2
            d1 = 30
        d2 = 30 if d2 == 31 and d1 >= 30 else d2
        d1 = 30 if d1 == 31 else d1
    elif convention == "30E/360 Eurobond":
        d1, d2 = min(d1, 30), min(d2, 30)
    else:  # ISDA: the end of February is a 30th too, but for the termination date.
        d1 = 30 if d1 == 31 or _february_end(start) else d1
        d2 = 30 if d2 == 31 or (_february_end(end) and end != termination) else d2
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1


def _february_end(day: date) -> bool:
    return day.month == 2 and day.day == monthrange(day.year, 2)[1]


def _isda(start: date, end: date) -> Fraction:
    if end < start:
        return -_isda(end, start)
    total, here = Fraction(0), start
    while here < end:
        stop = min(end, date(here.year + 1, 1, 1)) if here.year < date.max.year else end
        total += Fraction((stop - here).days, 366 if isleap(here.year) else 365)
        here = stop
    return total


def _afb(start: date, end: date) -> Fraction:
    """Whole years counted back from the end, the rest over 366 if it holds a 29 February, else 365."""
    if end < start:
        return -_afb(end, start)
    years, last = 0, end
    while (earlier := _year_before(end, years + 1)) >= start:
        years, last = years + 1, earlier
    leap = any(isleap(y) and start < date(y, 2, 29) <= last for y in (start.year, last.year))
    return years + Fraction((last - start).days, 366 if leap else 365)


def _year_before(day: date, years: int) -> date:
    if day.year - years < 1:
        return date.min
    if day.month == 2 and day.day == 29:
        return date(day.year - years, 2, monthrange(day.year - years, 2)[1])
    if day.month == 2 and day.day == 28 and isleap(day.year - years) and not isleap(day.year):
        return date(day.year - years, 2, 29)
    return day.replace(year=day.year - years)


def _icma(start: date, end: date, ref_start: date, ref_end: date) -> Fraction:
    """Days over (days of the reference period × periods a year); longer stretches are split at period ends."""
    months = round(Fraction((ref_end - ref_start).days * 12, 365))
    if months < 1 or ref_end <= ref_start:
        raise Malformed("the reference period is at least about a month", field="ref_start")
    if max(abs(end - ref_start), abs(start - ref_end)) > PERIODS_MAX * (ref_end - ref_start):
        raise Malformed(f"at most {PERIODS_MAX} reference periods are counted", field="ref_start")
    if end < start:
        return -_icma(end, start, ref_start, ref_end)
    if end <= ref_end and start >= ref_start:
        return Fraction(months, 12) * Fraction((end - start).days, (ref_end - ref_start).days)
    if start < ref_start:  # The part before the reference period lies in the notional periods before it.
        before = _months_before(ref_end, ref_start, months)
        early = _icma(start, min(end, ref_start), before, ref_start)
        return early + (_icma(ref_start, end, ref_start, ref_end) if end > ref_start else 0)
    after = _months_after(ref_start, ref_end, months)
    late = _icma(max(start, ref_end), end, ref_end, after)
    return (_icma(start, ref_end, ref_start, ref_end) if start < ref_end else 0) + late


def _months_before(anchor: date, end: date, months: int) -> date:
    return _shift(end, -months, anchor.day if anchor.day >= end.day else end.day)


def _months_after(anchor: date, start: date, months: int) -> date:
    return _shift(start, months, anchor.day if anchor.day >= start.day else start.day)


def _shift(day: date, months: int, of_month: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    if not date.min.year <= year <= date.max.year:
        raise Malformed("a reference period runs beyond the calendar", field="ref_start")
    return date(year, month + 1, min(of_month, monthrange(year, month + 1)[1]))
