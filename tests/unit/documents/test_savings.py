from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.compute import answer
from counterfoil.operations.documents.paper import Head, Words, texts
from counterfoil.operations.documents.savings import Savings, savings_paper, yearly_yield

OFFERED = Savings(Head("Elk Fork · 0417", date(2026, 3, 2)), "2.00")


def said(one: Savings) -> str:
    return "\n".join(texts(savings_paper(one, Words())))


@pytest.mark.parametrize(
    ("rate", "compounding", "crediting", "apy"),
    [
        ("2.00", "DAILY", "MONTHLY", "2.02"),
        ("5.00", "ANNUAL", "ANNUAL", "5.00"),
        ("5.00", "SEMIANNUAL", "ANNUAL", "5.06"),
        ("5.00", "QUARTERLY", "ANNUAL", "5.09"),
        ("5.00", "MONTHLY", "MONTHLY", "5.12"),
        ("5.00", "DAILY", "DAILY", "5.13"),
        ("0", "DAILY", "MONTHLY", "0.00"),
        ("100", "DAILY", "MONTHLY", "171.46"),
    ],
)
def test_the_yield_is_computed(rate: str, compounding: str, crediting: str, apy: str) -> None:
    one = replace(OFFERED, rate_percent=rate, compounding=compounding, crediting=crediting)
    assert one.apy == apy
    assert f"{apy}%" in said(one)


def test_the_yield_is_that_of_the_rule() -> None:
    """Part I of appendix A, on a large sum, so that its rounding to the cent is not seen."""
    interest = yearly_yield(Fraction(5, 100), "DAILY") * 10_000_000
    asked = {
        "kind": "apy-general",
        "principal_or_balance": "1000000000.00",
        "interest": str(int(interest)),
        "days": 365,
    }
    assert answer("apy", asked)["result"]["apy_percent"] == "5.13"


@pytest.mark.parametrize("crediting", ["DAILY", "MONTHLY", "QUARTERLY", "SEMIANNUAL", "ANNUAL"])
def test_the_example_is_what_is_paid(crediting: str) -> None:
    one = replace(OFFERED, crediting=crediting, example=1_000_00)
    parameters = {
        "balance_method": "DAILY_BALANCE", "nominal_annual_percent": "2.00", "compounding": "DAILY",
        "posting": f"{crediting}, last day of the period", "transactions": [["2025-01-01", "deposit", "1000.00"]],
        "until": "2025-12-31",
    }  # fmt: skip
    postings = answer("savings", {"parameters": parameters})["result"]["value"]
    earned = sum(Fraction(posting["interest"]) for posting in postings) * 100
    assert one.earned_in_a_year() == earned
    assert f"$1,000.00 left alone for 365 days earns {Words().money(int(earned))}." in said(one)


def test_another_currency_has_its_own_units() -> None:
    yen = replace(OFFERED, head=replace(OFFERED.head, currency="JPY"), example=10_000)
    assert 196 <= yen.earned_in_a_year() <= 204


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "The rate can change."),
        ({"rate_until": date(2027, 1, 1)}, "This rate stays the same until Jan 1, 2027."),
        ({"ceiling": 20_000_00}, "up to $20,000.00"),
        ({"method": "MINIMUM_BALANCE_OF_MONTH"}, "the lowest balance method"),
        ({"least_to_open": 100}, "To open it\n$1.00"),
        ({}, "Fee to open, keep, use or close it\n$0.00"),
    ],
)
def test_what_is_said(changed: dict[str, Any], words: str) -> None:
    assert words in said(replace(OFFERED, **changed))


def test_no_example_where_none_can_be_computed() -> None:
    assert "For example" not in said(replace(OFFERED, method="MINIMUM_BALANCE_OF_MONTH"))
    assert "For example" not in said(replace(OFFERED, example=0))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rate_percent": "100.01"}, "rate_percent"),
        ({"rate_percent": "-0.01"}, "rate_percent"),
        ({"rate_percent": "two"}, "rate_percent"),
        ({"compounding": "HOURLY"}, "compounding"),
        ({"crediting": ""}, "crediting"),
        ({"compounding": "ANNUAL", "crediting": "MONTHLY"}, "crediting"),
        ({"method": "AVERAGE"}, "method"),
        ({"least_to_open": -1}, "least_to_open"),
        ({"ceiling": -1}, "ceiling"),
        ({"notice_days": -1}, "notice_days"),
    ],
)
def test_an_account_that_is_none(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        replace(OFFERED, **changed)
    assert refused.value.field == field
