"""Interest on savings: which days earn, when it is rounded, and what an account here never does."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.savings import DAYS_MAX, DailyTerms, daily_balance, lowest_balance, read_case

CENT = Fraction(1, 100)
MONTHLY = DailyTerms(
    rate=Fraction(365, 1000), year_days=365, step=CENT, compounding=1, posting=1, year_begins=1, on_last_day=False
)
"""0.1 % a day, so that a hundred dollars earn ten cents a day."""


def test_the_day_of_a_deposit_earns() -> None:
    moved = [(date(2026, 1, 30), Fraction(100))]
    assert daily_balance(MONTHLY, Fraction(0), moved, date(2026, 2, 1)) == ((date(2026, 2, 1), Fraction(20, 100)),)


def test_the_day_of_a_withdrawal_does_not() -> None:
    moved = [(date(2026, 1, 30), Fraction(100)), (date(2026, 1, 31), Fraction(-100))]
    assert daily_balance(MONTHLY, Fraction(0), moved, date(2026, 2, 1)) == ((date(2026, 2, 1), Fraction(10, 100)),)


def test_each_posting_is_rounded_and_then_earns() -> None:
    terms = DailyTerms(Fraction(365, 1000), 365, CENT, 0, 0, 1, False)
    made = daily_balance(terms, Fraction(0), [(date(2026, 1, 1), Fraction(105))], date(2026, 1, 3))
    # 0.105 rounds to the even cent, 0.10; then 105.10 earns 0.1051.
    assert [one.interest for one in made] == [Fraction(10, 100), Fraction(11, 100)]


def test_compounding_inside_a_period_is_not_rounded() -> None:
    """33.7016 on 1,000 at 10 % over 121 days: (1 + 0.1/365)^121 − 1; with a posting each day it would be less exact."""
    parameters = {
        "nominal_annual_percent": "10",
        "balance_method": "DAILY_BALANCE",
        "compounding": "DAILY",
        "posting": "ANNUAL, financial year begins in April, posting on the last day of the period",
        "currency_decimals": 4,
        "transactions": [["2013-12-01", "deposit", "1000"]],
    }
    made, decimals = read_case(parameters)
    assert decimals == 4
    assert made == ((date(2014, 3, 31), Fraction(337016, 10000)),)
    assert read_case({**parameters, "compounding": "ANNUAL"})[0][0].interest < made[0].interest


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 1_000_000)), min_size=1, max_size=20))
def test_what_is_paid_is_what_the_days_earned_within_half_a_cent_a_posting(deposits: list[tuple[int, int]]) -> None:
    """Without compounding of postings (each is withdrawn in thought): the plain sum of balance · rate over days."""
    terms = DailyTerms(Fraction(1, 100), 365, CENT, 12, 12, 1, False)
    start = date(2025, 1, 1)
    moved = sorted((start + timedelta(days=day), Fraction(cents, 100)) for day, cents in deposits)
    made = daily_balance(terms, Fraction(0), moved, date(2026, 1, 1))
    plain = sum(amount * (date(2026, 1, 1) - on).days for on, amount in moved) * Fraction(1, 36500)
    assert abs(sum(one.interest for one in made) - plain) <= CENT


@pytest.mark.parametrize(
    ("moved", "paid"),
    [
        ([], 100),
        ([(date(2026, 3, 1), Fraction(100))], 110),  # A movement of the first day comes before the lowest balance.
        ([(date(2026, 3, 2), Fraction(100))], 100),
        ([(date(2026, 3, 31), Fraction(-400))], 60),
    ],
)
def test_the_lowest_balance_of_the_month(moved: list[tuple[date, Fraction]], paid: int) -> None:
    made = lowest_balance(Fraction(1, 10), date(2026, 3, 1), Fraction(1000), moved, date(2026, 4, 1))
    assert made == ((date(2026, 4, 1), Fraction(paid)),)


def test_a_year_end_pays_and_then_earns() -> None:
    made = lowest_balance(Fraction(1, 10), date(2026, 11, 5), Fraction(1000), [], date(2027, 2, 1))
    assert made == ((date(2027, 1, 1), Fraction(200)), (date(2027, 2, 1), Fraction(120)))


def test_overdraft_is_refused() -> None:
    moved = [(date(2026, 1, 1), Fraction(100)), (date(2026, 1, 5), Fraction(-10001, 100))]
    with pytest.raises(Malformed, match="not offered"):
        daily_balance(MONTHLY, Fraction(0), moved, date(2026, 2, 1))
    with pytest.raises(Malformed, match="not offered"):
        lowest_balance(Fraction(1, 10), date(2026, 1, 1), Fraction(100), moved[1:], date(2026, 2, 1))


BASE: dict[str, Any] = {
    "balance_method": "DAILY_BALANCE",
    "nominal_annual_percent": "1",
    "posting": "MONTHLY",
    "transactions": [["2026-01-01", "deposit", "10"]],
}


@pytest.mark.parametrize(
    "changed",
    [
        {"balance_method": "AVERAGE"},
        {"posting": "FORTNIGHTLY"},
        {"compounding": ["DAILY"]},
        {"days_in_year": 0},
        {"currency_decimals": 9},
        {"rounding": "UP"},
        {"posting": "ANNUAL, financial year begins in Brumaire"},
        {"transactions": []},
        {"transactions": [["2026-01-01", "gift", "10"]]},
        {"transactions": [["2026-01-01", ["deposit"], "10"]]},
        {"transactions": [["2026-01-01", "deposit", "-10"]]},
        {"nominal_annual_percent": "1e9"},
        {"until": f"{2027 + DAYS_MAX // 365}-01-01"},
        {"transactions": [["9999-12-01", "deposit", "10"]]},
    ],
)
def test_what_is_refused(changed: dict[str, Any]) -> None:
    assert read_case(BASE)[0]
    with pytest.raises(Malformed):
        read_case({**BASE, **changed})
