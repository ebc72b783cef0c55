"""Schedules over random loans: what must hold whatever the terms, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.schedule import ROWS_MAX, Row, Terms, due_dates, read_terms, schedule

CENT = Fraction(1, 100)
PROGRESSIVE = ("progressive_emi", "progressive_emi_piecewise")
CUMULATIVE = (
    "cumulative_flat",
    "cumulative_declining",
    "cumulative_declining_daily",
    "cumulative_equal_principal",
    "opencbs_fixed_principal",
)


def parameters(**changed: Any) -> dict[str, Any]:
    base = {
        "principal": "375.00",
        "rate_percent": "18",
        "number_of_repayments": 6,
        "repay_unit": "MONTHS",
        "day_count": "30/360",
        "disbursed_on": "2026-01-31",
    }
    return {**base, **changed}


def rows(convention: str, **changed: Any) -> tuple[Row, ...]:
    return schedule(read_terms(convention, parameters(**changed)))


@st.composite
def loans(draw: st.DrawFn) -> tuple[str, Terms]:
    convention = draw(st.sampled_from((*PROGRESSIVE, *CUMULATIVE)))
    count = draw(st.integers(1, 36))
    given_ = parameters(
        principal=f"{draw(st.integers(2_000, 1_000_000))}.{draw(st.integers(0, 99)):02}",
        rate_percent=f"{draw(st.integers(0, 3600))}.{draw(st.integers(0, 99)):02}"[-6:]
        if draw(st.booleans())
        else "9.4822",
        number_of_repayments=count,
        repay_every=draw(st.integers(1, 3)),
        repay_unit=draw(st.sampled_from(["DAYS", "WEEKS", "MONTHS"])),
        day_count=draw(st.sampled_from(["30/360", "ACT/365", "ACT/364", "ACT/360", "ACT/ACT"])),
        disbursed_on=draw(st.dates(date(2000, 1, 1), date(2060, 12, 31))).isoformat(),
        month_end=draw(st.sampled_from(["LAST_DAY_OF_MONTH", "FIRST_DAY_OF_NEXT_MONTH"])),
        principal_grace_periods=draw(st.integers(0, count - 1)),
    )
    if convention == "opencbs_fixed_principal":
        given_ |= {"rate_basis": "percent_per_period", "rate_percent": "3"}
    if convention == "progressive_emi_piecewise":
        given_["further_disbursements"] = [[given_["disbursed_on"], "12.34"]]
        given_["rate_changes"] = [[given_["disbursed_on"], "4"]]
    return convention, read_terms(convention, given_)


@given(loans())
def test_principal_is_paid_back_exactly(loan: tuple[str, Terms]) -> None:
    _, terms = loan
    made = schedule(terms)
    lent = terms.principal + sum(event.lent for event in terms.events)
    assert len(made) == terms.count
    assert sum(row.principal for row in made) == lent
    assert made[-1].balance == 0
    assert all(value.denominator in (1, 2, 4, 5, 10, 20, 25, 50, 100) for row in made for value in row[1:])


@given(loans())
def test_interest_is_never_negative(loan: tuple[str, Terms]) -> None:
    made = schedule(loan[1])
    assert all(row.interest >= 0 and row.principal >= 0 and row.balance >= 0 for row in made)
    dues = [row.due for row in made]
    assert dues == sorted(dues)
    assert all(later - earlier <= timedelta(days=3 * 31 + 3) for earlier, later in pairwise(dues))


@given(st.integers(2_000, 50_000_000), st.integers(1, 3600), st.integers(2, 60))
def test_the_last_payment_differs_by_cents_only(cents: int, rate: int, count: int) -> None:
    made = rows(
        "progressive_emi",
        principal=str(Fraction(cents, 100).numerator) if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02}",
        rate_percent=f"{rate // 100}.{rate % 100:02}",
        number_of_repayments=count,
    )
    assert abs(made[-1].total - made[0].total) <= count * CENT


def test_the_worked_example() -> None:
    made = rows("progressive_emi", principal="100.00", rate_percent="12")
    assert [row.total for row in made] == [Fraction(1725, 100)] * 5 + [Fraction(1728, 100)]
    assert made[0].interest == 1


def test_a_later_disbursement_bears_interest_from_its_day_only() -> None:
    """200 from the 8th: 24 of January's 31 days; 100 the whole month; 1 % a month."""
    made = rows(
        "progressive_emi_piecewise",
        principal="100.00",
        rate_percent="12",
        disbursed_on="2024-01-01",
        further_disbursements=[["2024-01-08", "200.00"]],
    )
    assert made[0].interest == Fraction(255, 100)  # 1.00 + 2.00 · 24/31 = 2.548
    assert made[0].balance + made[0].principal == 300


def test_an_event_on_a_due_date_belongs_to_the_next_period() -> None:
    before = rows("progressive_emi", disbursed_on="2024-01-01")
    after = rows("progressive_emi_piecewise", disbursed_on="2024-01-01", rate_changes=[["2024-02-01", "0"]])
    assert after[0] == before[0]
    assert all(row.interest == 0 for row in after[1:])


def test_interest_not_collected_is_added_to_the_first_row_after() -> None:
    common = {"day_count": "NONE", "principal": "5000.00", "rate_percent": "12", "principal_grace_periods": 2}
    plain = rows("cumulative_declining", **common)
    later = rows("cumulative_declining", **common, interest_payment_grace_periods=2)
    assert [row.total for row in later[:2]] == [0, 0]
    assert later[2].interest == plain[0].interest + plain[1].interest + plain[2].interest
    assert [row.balance for row in later] == [row.balance for row in plain]


def test_weekend_due_dates_move_to_monday_and_only_the_first_interest_is_by_its_days() -> None:
    """Lent on Wednesday 2026-04-01: 1 May is a Friday; 1 August 2026 a Saturday."""
    made = rows(
        "opencbs_fixed_principal",
        principal="1000.00",
        rate_percent="3",
        rate_basis="percent_per_period",
        number_of_repayments=4,
        disbursed_on="2026-04-01",
        first_due_date="2026-05-11",
    )
    assert made[0].due == date(2026, 5, 11)
    assert made[0].interest == 40  # 30.00 · 40/30
    assert made[1].interest == Fraction(2250, 100)
    assert made[2].due == date(2026, 7, 13)  # 11 July 2026 is a Saturday.


def test_fees_are_part_of_the_total_and_of_nothing_else() -> None:
    common = {"day_count": "NONE", "number_of_repayments": 3}
    plain = rows("cumulative_declining", **common)
    share = rows("cumulative_declining", **common, instalment_fee="10 % of the instalment interest, HALF_EVEN")
    fixed = rows("cumulative_declining", **common, instalment_fee="1.25")
    assert [row.total for row in share] == [row.total + row.fees for row in plain[:0]] + [
        one.total + two.fees for one, two in zip(plain, share, strict=True)
    ]
    assert all(row.fees == Fraction(125, 100) for row in fixed)
    assert [row.principal for row in share] == [row.principal for row in plain] == [row.principal for row in fixed]


@pytest.mark.parametrize(
    ("month_end", "dates"),
    [
        ("LAST_DAY_OF_MONTH", ["2024-02-29", "2024-03-31", "2024-04-30"]),
        ("FIRST_DAY_OF_NEXT_MONTH", ["2024-03-01", "2024-03-31", "2024-05-01"]),
    ],
)
def test_a_day_that_a_month_does_not_have(month_end: str, dates: list[str]) -> None:
    terms = read_terms(
        "progressive_emi", parameters(disbursed_on="2024-01-31", month_end=month_end, number_of_repayments=3)
    )
    assert [due.isoformat() for due in due_dates(terms)] == dates


def test_an_unknown_term_is_refused() -> None:
    with pytest.raises(Malformed, match="balloon"):
        rows("progressive_emi", balloon="50.00")


@pytest.mark.parametrize(
    ("convention", "changed", "said"),
    [
        ("cumulative_flat", {"flat_interest_base": "500.00"}, "not offered"),
        ("rule_of_78", {}, "convention"),
        ("progressive_emi", {"principal": "0.00"}, "principal"),
        ("progressive_emi", {"principal": "1.001"}, "principal"),
        ("progressive_emi", {"principal": 10**30}, "principal"),
        ("progressive_emi", {"rate_percent": "-1"}, "rate"),
        ("progressive_emi", {"number_of_repayments": 0}, "number_of_repayments"),
        ("progressive_emi", {"number_of_repayments": ROWS_MAX + 1}, "number_of_repayments"),
        ("progressive_emi", {"number_of_repayments": True}, "number_of_repayments"),
        ("progressive_emi", {"principal_grace_periods": 6}, "principal_grace_periods"),
        ("progressive_emi", {"interest_payment_grace_periods": 1}, "cumulative"),
        ("progressive_emi", {"day_count": "NONE"}, "day count"),
        ("progressive_emi", {"day_count": "ACT/366"}, "day count"),
        ("progressive_emi", {"rounding": "HALF_UP"}, "HALF_EVEN"),
        ("progressive_emi", {"rate_changes": [["2026-02-01"]]}, "pairs"),
        ("progressive_emi", {"rate_changes": [["2030-02-01", "4"]]}, "last due date"),
        ("cumulative_flat", {"rate_changes": [["2026-03-01", "4"]]}, "progressive"),
        ("cumulative_fixed_principal_daily", {}, "own convention"),
        ("cumulative_flat", {"currency_multiple": "100"}, "currency multiple"),
        ("opencbs_fixed_principal", {}, "per period"),
        ("progressive_emi", {"disbursed_on": "9999-12-01"}, "9999"),
        ("progressive_emi", {"disbursed_on": "2026-02-30"}, "not a date"),
    ],
)
def test_what_is_refused_says_why(convention: str, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        rows(convention, **changed)
