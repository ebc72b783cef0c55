"""The loan paper: what its boxes say, and when it cannot be made."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.compute import answer
from counterfoil.operations.documents.loan import (
    Conditions,
    Due,
    Loan,
    Payday,
    loan_of,
    loan_paper,
    payday_cost,
    payday_times,
)  # fmt: skip
from counterfoil.operations.documents.paper import Boxes, Head, Table, Words, texts
from counterfoil.products.schedule import read_terms

HEAD = Head("Elk Fork · 0417", date(2026, 3, 2))
PARAMETERS = {
    "principal": "375.00", "rate_percent": "27.5", "number_of_repayments": 6, "repay_every": 1, "repay_unit": "MONTHS",
    "day_count": "30/360", "disbursed_on": "2026-03-02",
}  # fmt: skip
PAYDAY = Payday(15_00, 100_00, 14, "the CFPB", "2010s")


def loan(conditions: Conditions = Conditions(), **changed: Any) -> Loan:
    return loan_of(HEAD, read_terms("progressive_emi", {**PARAMETERS, **changed}), conditions)


def said(one: Loan) -> str:
    return "\n".join(texts(loan_paper(one, Words())))


def test_the_boxes_add_up() -> None:
    one = loan(Conditions(withheld=5_00))
    assert (one.lent, one.amount_financed) == (375_00, 370_00)
    assert one.total_of_payments == sum(due.total for due in one.dues)
    assert one.finance_charge == one.total_of_payments - 370_00
    boxes = next(block for block in loan_paper(one, Words()).blocks if isinstance(block, Boxes)).boxes
    amounts = [Words().money(minor) for minor in (one.finance_charge, 370_00, one.total_of_payments)]
    assert [box.value for box in boxes] == [f"{one.apr_percent}%", *amounts]
    assert [box.strong for box in boxes] == [True, True, False, False]  # 1026.17(a)(2): more conspicuous


def test_the_rate_is_computed() -> None:
    # 12 CFR 1026 appendix J (c)(1)(i): 5,000 lent, 24 monthly payments of 230.
    dues, owed = [], 5_000_00
    for number in range(24):
        principal = 208_33 if number < 23 else owed
        owed -= principal
        month = 2 + number
        dues.append(
            Due(date(1978 + (month - 1) // 12, (month - 1) % 12 + 1, 10), principal, 230_00 - principal, 0, owed)
        )
    one = Loan(HEAD, date(1978, 1, 10), tuple(dues), 1, "MONTHS", "9.69")
    assert one.total_of_payments == 24 * 230_00
    assert one.apr_percent == "9.69"


def test_a_charge_kept_back_raises_the_rate() -> None:
    """The example of the inspector general: 375 lent, 25 kept back, is not a loan at 25 percent."""
    plain, kept = loan(rate_percent="25"), loan(Conditions(withheld=25_00), rate_percent="25")
    assert Fraction(plain.apr_percent) < 26
    assert Fraction(kept.apr_percent) > 45
    assert "Charge kept back at the start\n$25.00" in said(kept)
    assert "not given back" in said(kept)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (Conditions(), "there is no late fee"),
        (Conditions(late_fee=5_00, late_days=10), "more than 10 days late, you pay $5.00"),
        (Conditions(cancel_by=date(2026, 3, 3)), "bring back $375.00 by Mar 3, 2026, and you owe nothing"),
    ],
)
def test_what_goes_with_a_loan_is_said(conditions: Conditions, words: str) -> None:
    assert words in said(loan(conditions))


def test_payments_from_an_account_are_no_condition() -> None:
    """12 CFR 1005.10(e)(1): credit may not be conditioned on preauthorized transfers; (b): she signs for them."""
    none, agreed = said(loan()), said(loan(Conditions(dues_from="4133798712")))
    assert "we take no payment from it unless you ask us to. The loan and its price are the same." in none
    assert "Take my payments" not in none
    assert "from your account ending in 8712. We try once. You do not have to do this" in agreed
    assert "Stop it on any day: ask at any window. It is free." in agreed
    assert agreed.endswith("Take my payments from my account.")
    assert "4133798712" not in agreed


def test_nothing_is_said_of_a_right_that_there_is_not() -> None:
    assert "Change your mind" not in said(loan())
    assert "elsewhere" not in said(loan())


def test_the_price_elsewhere_is_for_the_same_time() -> None:
    one = loan(Conditions(payday=PAYDAY))
    days = (one.dues[-1].on - one.given).days
    assert payday_times(one, PAYDAY) == -(-days // 14) == 14
    assert payday_cost(one, PAYDAY) == 14 * 56_25
    assert "391.07%" in said(one)  # 15 for each 100 and 14 days, over 365
    assert f"Here you pay ${(14 * 56_25 - one.finance_charge) // 100}." in said(one)
    assert "Source: the CFPB; from 2010s." in said(one)


def test_a_dearer_loan_is_not_praised() -> None:
    cheap = Payday(1, 100_00, 366, "nobody", "never")
    assert "less." not in said(loan(Conditions(payday=cheap)))


def test_fees_of_payments_have_their_column() -> None:
    table = [block for block in loan_paper(loan(instalment_fee="1.00"), Words()).blocks if isinstance(block, Table)][-1]
    assert [column.label for column in table.columns][-2:] == ["Fees", "Still owed"]
    assert table.rows[-1][-2:] == ("$6.00", "")


@pytest.mark.parametrize(
    ("every", "unit", "words"),
    [(1, "DAYS", "Each day"), (14, "DAYS", "Every 2 weeks"), (10, "DAYS", "Every 10 days"), (1, "WEEKS", "Each week"),
     (2, "WEEKS", "Every 2 weeks"), (4, "WEEKS", "Every 4 weeks"), (1, "MONTHS", "Each month"),
     (3, "MONTHS", "Every 3 months")],
)  # fmt: skip
def test_how_often_a_payment_is_due(every: int, unit: str, words: str) -> None:
    assert words in said(loan(repay_every=every, repay_unit=unit))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"dues": ()}, "dues"),
        ({"dues": (Due(date(2026, 4, 2), 100, 1, 0, 50),)}, "dues"),
        ({"dues": (Due(date(2026, 3, 2), 100, 1, 0, 0),)}, "dues"),  # due on the day it is given
        ({"dues": (Due(date(2026, 4, 2), 100, -1, 0, 0),)}, "dues"),
        ({"dues": (Due(date(2026, 4, 2), 60, 1, 0, 40), Due(date(2026, 4, 2), 40, 1, 0, 0))}, "dues"),
        ({"dues": (Due(date(2026, 4, 2), 60, 1, 0, 41), Due(date(2026, 5, 2), 40, 1, 0, 0))}, "dues"),
        ({"conditions": Conditions(withheld=375_00)}, "withheld"),
    ],
)
def test_a_loan_that_is_none(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        replace(loan(), **changed)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("convention", "changed", "field"),
    [
        ("progressive_emi", {"further_disbursements": [["2026-04-02", "10.00"]]}, "further_disbursements"),
        ("progressive_emi", {"currency_decimals": 3, "principal": "375.005"}, "currency_decimals"),
        ("opencbs_fixed_principal", {"rate_basis": "percent_per_period", "rate_percent": "2"}, "convention"),
    ],
)
def test_terms_that_no_paper_is_made_of(convention: str, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        loan_of(HEAD, read_terms(convention, {**PARAMETERS, **changed}))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "wrong", [{"fee": -1}, {"per": 0}, {"days": 0}, {"days": 367}, {"source": ""}, {"as_of": "\u202e"}]
)
def test_a_payday_price_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        replace(PAYDAY, **wrong)


@pytest.mark.parametrize("wrong", [{"withheld": -1}, {"late_fee": -1}, {"late_days": -1}])
def test_conditions_below_zero(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="zero or more"):
        Conditions(**wrong)


@given(
    st.integers(20_00, 500_00), st.integers(0, 36_00), st.integers(1, 26), st.integers(0, 3),
    st.sampled_from([(1, "WEEKS"), (2, "WEEKS"), (1, "MONTHS"), (10, "DAYS")]),
)  # fmt: skip
def test_every_loan_adds_up(cents: int, rate: int, count: int, grace: int, rhythm: tuple[int, str]) -> None:
    one = loan(
        principal=f"{cents // 100}.{cents % 100:02}", rate_percent=f"{rate // 100}.{rate % 100:02}",
        number_of_repayments=count, interest_grace_periods=0, principal_grace_periods=min(grace, count - 1),
        repay_every=rhythm[0], repay_unit=rhythm[1], day_count="ACT/365",
    )  # fmt: skip
    assert one.lent == cents == one.amount_financed
    assert one.finance_charge == sum(due.interest for due in one.dues) >= 0
    assert re.fullmatch(r"\d+\.\d\d", one.apr_percent)
    total = [block for block in loan_paper(one, Words()).blocks if isinstance(block, Table)][-1].rows[-1]
    assert total[2:5] == tuple(Words().money(sum(part)) for part in (
        [d.total for d in one.dues], [d.principal for d in one.dues], [d.interest for d in one.dues]))  # fmt: skip


def test_the_rate_is_what_compute_answers() -> None:
    one = loan()
    payments = [{"amount": str(Fraction(due.total, 1)), "t": place} for place, due in enumerate(one.dues, start=1)]
    asked = {"advances": [{"amount": str(one.lent), "t": 0}], "payments": payments, "unit_periods_per_year": 12}
    assert answer("apr", asked)["result"] == {"apr_percent": one.apr_percent}
