"""Day counts where the dialects part, and what all of them have in common."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.daycount import PERIODS_MAX, count

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
PLAIN = ("Actual/365 Fixed", "Actual/360", "Actual/Actual ISDA", "Actual/Actual AFB")
THIRTY = ("30/360 BondBasis", "30/360 US", "30E/360 Eurobond", "30E/360 ISDA")


@pytest.mark.parametrize(
    ("convention", "start", "end", "days"),
    [
        ("30/360 BondBasis", "2007-02-28", "2007-03-31", 33),
        ("30/360 US", "2007-02-28", "2007-03-31", 30),
        ("30E/360 Eurobond", "2007-02-28", "2007-03-31", 32),
        ("30E/360 ISDA", "2007-02-28", "2007-03-31", 30),
        ("30/360 BondBasis", "2024-01-30", "2024-03-31", 60),
        ("30/360 BondBasis", "2024-01-29", "2024-03-31", 62),
        ("30E/360 Eurobond", "2024-01-29", "2024-03-31", 61),
    ],
)
def test_where_the_thirties_part(convention: str, start: str, end: str, days: int) -> None:
    assert count(convention, date.fromisoformat(start), date.fromisoformat(end)).days == days


def test_the_end_of_february_and_the_end_of_the_contract() -> None:
    start, end = date(2006, 8, 31), date(2007, 2, 28)
    assert count("30E/360 ISDA", start, end).days == 180
    assert count("30E/360 ISDA", start, end, termination=end).days == 178


@given(st.sampled_from(PLAIN), DAYS, DAYS)
def test_backwards_is_the_same_with_a_minus(convention: str, start: date, end: date) -> None:
    there, back = count(convention, start, end), count(convention, end, start)
    assert (there.days, there.year) == (-back.days, -(back.year or 0))


@given(st.sampled_from((*PLAIN, *THIRTY)), DAYS, st.integers(0, 4000))
def test_a_year_fraction_is_near_the_days(convention: str, start: date, days: int) -> None:
    counted = count(convention, start, start + timedelta(days=days))
    assert counted.year is not None
    assert abs(counted.year - Fraction(days, 365)) < Fraction(1, 50) + Fraction(days, 365) * Fraction(1, 60)


@given(DAYS, DAYS, DAYS)
def test_isda_adds_up(one: date, two: date, three: date) -> None:
    parts = [count("Actual/Actual ISDA", *pair).year for pair in ((one, two), (two, three), (one, three))]
    assert parts[0] is not None
    assert parts[1] is not None
    assert parts[0] + parts[1] == parts[2]


def test_a_reference_period_is_a_whole_part_of_a_year() -> None:
    start, end = date(2003, 11, 1), date(2004, 5, 1)
    assert count("Actual/Actual ICMA (ISMA)", start, end, ref_start=start, ref_end=end).year == Fraction(1, 2)


@pytest.mark.parametrize(
    ("start", "end", "ref_start", "ref_end"),
    [
        (date(2024, 1, 1), date(2024, 2, 1), None, None),
        (date(2024, 1, 1), date(2024, 2, 1), date(2024, 2, 1), date(2024, 1, 1)),
        (date(2024, 1, 1), date(2024, 2, 1), date(2024, 1, 1), date(2024, 1, 3)),
        (date(1, 1, 1), date(9999, 12, 31), date(2024, 1, 1), date(2024, 2, 1)),
        (date(9999, 1, 1), date(9999, 12, 31), date(9998, 2, 1), date(9999, 2, 1)),
    ],
)
def test_what_icma_needs(start: date, end: date, ref_start: date | None, ref_end: date | None) -> None:
    assert PERIODS_MAX > 100
    with pytest.raises(Malformed):
        count("Actual/Actual ICMA (ISMA)", start, end, ref_start=ref_start, ref_end=ref_end)


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(Malformed, match="NL/365"):
        count("NL/365", date(2024, 1, 1), date(2024, 2, 1))
