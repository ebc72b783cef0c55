"""The banking calendar at its edges: weekends, holidays that fall on them, the years kept."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.calendar import (
    DAYS_MAX,
    YEAR_MAX,
    YEAR_MIN,
    Calendar,
    add_banking_days,
    banking_day_from,
    is_banking_day,
    weekday_closures,
)

DAYS = st.dates(date(1980, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 7, 3), True),  # The 4th is a Saturday: nothing closes.
        (date(2026, 7, 4), False),
        (date(2027, 7, 5), False),  # The 4th is a Sunday: the Monday closes.
        (date(2027, 6, 18), True),  # Juneteenth on a Saturday.
        (date(2021, 6, 18), True),  # Signed the day before: the Federal Reserve stayed open.
        (date(2026, 11, 27), True),  # The day after Thanksgiving.
        (date(2026, 6, 6), False),
    ],
)
def test_a_saturday_holiday_closes_nothing(day: date, open_: bool) -> None:
    assert is_banking_day(day) is open_


@given(DAYS, st.integers(1, 60))
def test_counting_days_ends_on_a_banking_day(day: date, count: int) -> None:
    end = add_banking_days(day, count)
    between = [date.fromordinal(n) for n in range(day.toordinal() + 1, end.toordinal() + 1)]
    assert is_banking_day(end)
    assert sum(is_banking_day(one) for one in between) == count


@given(DAYS)
def test_the_banking_day_from_a_day_is_near(day: date) -> None:
    found = banking_day_from(day)
    assert is_banking_day(found)
    assert 0 <= (found - day).days <= 5
    assert (found == day) is is_banking_day(day)


@pytest.mark.parametrize(
    ("day", "calendar", "open_"),
    [
        (date(2026, 7, 6), Calendar(), True),
        (date(2026, 9, 7), Calendar(), False),  # Labor Day
        (date(2026, 9, 7), Calendar("none"), True),
        (date(2026, 9, 6), Calendar("none"), False),  # a Sunday
        (date(2026, 9, 6), Calendar("none", every_day=True), True),
        (date(2026, 9, 7), Calendar(every_day=True), False),
        (date(2026, 12, 24), Calendar(closed=frozenset({date(2026, 12, 24)})), False),
        (date(2026, 12, 24), Calendar("none", True, frozenset({date(2026, 12, 24)})), False),
        (date(2026, 12, 24), Calendar(closed=frozenset({date(2026, 12, 24)})).of_the_law(), True),
    ],
)
def test_an_edition_says_which_days_are_banking_days(day: date, calendar: Calendar, open_: bool) -> None:
    assert is_banking_day(day, calendar) is open_


def test_days_of_our_own_move_what_is_counted_in_ours() -> None:
    ours = Calendar(closed=frozenset({date(2026, 12, 24), date(2026, 12, 28)}))
    assert banking_day_from(date(2026, 12, 24), ours) == date(2026, 12, 29)
    assert add_banking_days(date(2026, 12, 23), 1, ours) == date(2026, 12, 29)
    assert add_banking_days(date(2026, 12, 23), 1) == date(2026, 12, 24)


def test_ten_or_eleven_holidays_less_those_on_saturdays() -> None:
    assert all(8 <= len(weekday_closures(year)) <= 11 for year in range(2000, 2060))


@pytest.mark.parametrize(("day", "count"), [(date(2026, 1, 2), -1), (date(2026, 1, 2), DAYS_MAX + 1)])
def test_counts_have_bounds(day: date, count: int) -> None:
    with pytest.raises(Malformed, match="cannot be counted"):
        add_banking_days(day, count)


@pytest.mark.parametrize("year", [YEAR_MIN - 1, YEAR_MAX + 1])
def test_years_have_bounds(year: int) -> None:
    with pytest.raises(Malformed, match="is kept from"):
        weekday_closures(year)
    with pytest.raises(Malformed, match="is kept from"):
        is_banking_day(date(year, 3, 5 if date(year, 3, 5).weekday() < 5 else 9))
