"""Unit-periods against the examples of appendix J, whose dates and fractions are printed there."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.unit_periods import Term, first_payment, single_payment


@pytest.mark.parametrize(
    ("given_on", "due", "every", "unit", "t", "f", "a_year"),
    [
        ("1978-01-10", "1978-02-10", 1, "MONTHS", 1, Fraction(0), 12),  # (c)(1)(i)
        ("1978-02-10", "1978-04-01", 1, "MONTHS", 1, Fraction(19, 30), 12),  # (c)(1)(ii)
        ("1978-05-23", "1978-10-01", 3, "MONTHS", 1, Fraction(39, 90), 4),  # (c)(1)(iv)
        ("1978-03-20", "1978-04-21", 1, "WEEKS", 4, Fraction(4, 7), 52),  # (c)(1)(v)
        ("1978-03-18", "1978-04-20", 4, "WEEKS", 1, Fraction(5, 28), 13),  # (c)(2)(ii)
        ("1981-04-15", "1981-06-01", 1, "MONTHS", 1, Fraction(16, 30), 12),  # sample form H-12
        ("2026-01-05", "2026-01-19", 14, "DAYS", 1, Fraction(0), 26),  # two weeks, however they are called
        ("2026-01-05", "2026-01-15", 10, "DAYS", 1, Fraction(0), Fraction(365, 10)),
    ],
)
def test_odd_days_are_counted_back_from_the_due_date(
    given_on: str, due: str, every: int, unit: str, t: int, f: Fraction, a_year: Fraction | int
) -> None:
    found = first_payment(date.fromisoformat(given_on), date.fromisoformat(due), every, unit)
    assert found == Term(t, f, Fraction(a_year))


@pytest.mark.parametrize(
    ("given_on", "due", "t", "f"),
    [
        ("2026-01-31", "2026-02-28", 1, Fraction(0)),  # the last day of a shorter month is a whole month on
        ("2026-01-30", "2026-02-28", 1, Fraction(0)),
        ("2026-01-28", "2026-02-28", 1, Fraction(0)),
        ("2026-01-31", "2026-03-01", 1, Fraction(1, 30)),  # back to 1 February, and a day
        ("2026-02-28", "2026-03-31", 1, Fraction(0)),  # counted back from the 31st: 28 February
        ("2026-01-29", "2026-01-31", 0, Fraction(2, 30)),
        ("2026-01-01", "2026-01-31", 1, Fraction(0)),  # thirty odd days are a month
        ("2024-02-29", "2024-03-29", 1, Fraction(0)),
    ],
)
def test_ends_of_months(given_on: str, due: str, t: int, f: Fraction) -> None:
    assert first_payment(date.fromisoformat(given_on), date.fromisoformat(due), 1, "MONTHS")[:2] == (t, f)


@pytest.mark.parametrize(
    ("given_on", "due", "a_year"),
    [
        ("1978-01-03", "1978-09-15", Fraction(365, 255)),  # (c)(5)(i)
        ("2026-01-03", "2026-03-03", Fraction(6)),
        ("2026-01-03", "2026-01-17", Fraction(365, 14)),  # what a payday lender's rate is counted by
    ],
)
def test_a_single_payment_makes_its_term_the_unit(given_on: str, due: str, a_year: Fraction) -> None:
    found = single_payment(date.fromisoformat(given_on), date.fromisoformat(due))
    assert found == Term(1, Fraction(0), a_year)


@pytest.mark.parametrize(("due", "every", "unit"), [("2026-01-05", 1, "DAYS"), ("2026-02-05", 0, "DAYS"),
                                                    ("2026-02-05", 1, "FORTNIGHTS")])  # fmt: skip
def test_what_is_no_term(due: str, every: int, unit: str) -> None:
    with pytest.raises(Malformed):
        first_payment(date(2026, 1, 5), date.fromisoformat(due), every, unit)


def test_a_single_payment_after_years_is_refused() -> None:
    with pytest.raises(Malformed):
        single_payment(date(2026, 1, 5), date(2027, 3, 6))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400), st.integers(1, 6),
       st.sampled_from(["MONTHS", "WEEKS", "DAYS"]))  # fmt: skip
def test_the_fraction_is_of_one_unit_and_time_only_grows(start: date, days: int, every: int, unit: str) -> None:
    due = date.fromordinal(start.toordinal() + days)
    here = first_payment(start, due, every, unit)
    later = first_payment(start, date.fromordinal(due.toordinal() + 1), every, unit)
    assert here.t >= 0
    assert 0 <= here.f < 1
    assert later.t + later.f >= here.t + here.f - Fraction(1, 30)
