"""Federal benefits that no creditor may touch: 31 CFR 212.3."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.products.benefits import look_back, protected

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
AMOUNTS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("review", "first", "last"),
    [
        ("2026-03-02", "2026-01-01", "2026-03-01"),
        ("2026-03-01", "2025-12-28", "2026-02-28"),
        ("2024-03-01", "2023-12-29", "2024-02-29"),
        ("2026-05-01", "2026-02-28", "2026-04-30"),  # no 30th of February
        ("2024-05-01", "2024-02-29", "2024-04-30"),
        ("2026-01-01", "2025-10-31", "2025-12-31"),
        ("2026-09-01", "2026-06-30", "2026-08-31"),  # no 31st of June
    ],
)
def test_the_two_months_before(review: str, first: str, last: str) -> None:
    found = look_back(date.fromisoformat(review))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("payments", "balance", "hers"),
    [
        ([], 500, 0),
        ([("2026-03-01", 900)], 500, 500),
        ([("2026-03-01", 900)], 901, 900),
        ([("2026-01-01", 900), ("2025-12-31", 70)], 5_000, 900),
        ([("2026-03-02", 900)], 5_000, 0),  # of the day of the review itself
        ([("2026-02-01", 900), ("2026-03-01", 900)], 5_000, 1_800),
        ([("2026-03-01", 900)], 0, 0),
    ],
)
def test_what_is_protected(payments: list[tuple[str, int]], balance: int, hers: int) -> None:
    given_ = [(date.fromisoformat(day), amount) for day, amount in payments]
    assert protected(given_, balance, date(2026, 3, 2)) == hers


@given(st.lists(st.tuples(DAYS, AMOUNTS)), AMOUNTS, DAYS)
def test_the_protected_amount_is_the_lesser(payments: list[tuple[date, int]], balance: int, review: date) -> None:
    first, last = look_back(review)
    hers = protected(payments, balance, review)
    assert 0 <= hers <= balance
    assert hers <= sum(amount for day, amount in payments if first <= day <= last)
    assert last == review - timedelta(days=1)
    assert 59 <= (last - first).days <= 62
