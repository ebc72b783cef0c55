"""The calculators as a whole: any element has an answer, and a file that is none is refused by name."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.compute import ELEMENTS_MAX, KINDS, answer, answers

GOOD: dict[str, dict[str, Any]] = {
    "apr": {
        "advances": [{"amount": "375", "t": 0}],
        "payments": [{"amount": "66.71", "count": 6, "t": 1, "f": [0, 1], "step": 1}],
        "unit_periods_per_year": 12,
    },
    "apy": {"kind": "simple", "principal_or_balance": "1000", "interest": "61.68", "days": 365},
    "hold": {
        "deposit_date": "2026-06-01",
        "deposit_time": "10:00",
        "cutoff": "14:00",
        "where": "teller",
        "items": [{"kind": "local_check", "amount": Decimal("700.50"), "payee_account": True}],
        "account_age_days": 90,
        "exception": "",
    },
    "schedule": {
        "convention": "progressive_emi_piecewise",
        "parameters": {
            "principal": "375.00",
            "rate_percent": "18",
            "number_of_repayments": 6,
            "day_count": "30/360",
            "disbursed_on": "2026-01-31",
            "repay_every": 1,
            "further_disbursements": [["2026-02-05", "10.00"]],
        },
    },
    "savings": {
        "parameters": {
            "balance_method": "DAILY_BALANCE",
            "nominal_annual_percent": "1",
            "posting": "MONTHLY",
            "compounding": "MONTHLY",
            "transactions": [["2026-01-01", "deposit", "1000"]],
            "until": "2026-03-01",
        }
    },
    "daycount": {
        "convention": "Actual/Actual ICMA (ISMA)",
        "start": "2003-11-01",
        "end": "2004-05-01",
        "ref_start": "2003-11-01",
        "ref_end": "2004-05-01",
    },
    "calendar": {"kind": "add_banking_days", "date": "2026-07-02", "days": 2},
    "routing": {"routing": "021000021"},
    "checkdigit": {"kind": "iban", "value": "DE89370400440532013000"},
    "ctr": {
        "kind": "ctr_aggregation",
        "usps_any_one_day_rule": True,
        "transactions": [{"date": "2026-06-01", "direction": "cash_in", "amount": "10000.01"}],
    },
    "rege": {"notice_received": "2026-06-01", "transfer_kind": "other", "within_30_days_of_first_deposit": False},
    "achreturn": {"return_code": "R01", "settlement_date": "2026-06-01"},
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(
        [10**30, -(10**18), "", "0", "-1", "9999-12-31", "0001-01-01", "1e999", "x" * 300, "\ud800", [], {}]
    ),
    st.sampled_from([Decimal("1E+300"), Decimal("-0.000000000000000001"), Decimal("NaN"), [[]], [{}], {"a": 1}]),
    st.text(max_size=5),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value within ``value``."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return (
        [path, *(one for key in keys for one in places(value[key], (*path, key)))]
        if path
        else [one for key in keys for one in places(value[key], (key,))]
    )


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_element_has_a_result(kind: str) -> None:
    assert list(answer(kind, {"id": "one", **GOOD[kind]})) == ["id", "result"]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_no_element_makes_a_traceback(kind: str, data: st.DataObject) -> None:
    """One value replaced by an odd one, or left out: an answer still, and one that JSON can write."""
    element = GOOD[kind]
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(places(element)))
        element = replaced(element, path, data.draw(ODD))
        if not isinstance(element, dict) or not places(element):
            break
    given_ = answer(kind, element)
    assert set(given_) in ({"id", "result"}, {"id", "error"})
    assert json.dumps(given_, default=str)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("element", [None, [], "x", 3, {}])
def test_what_is_no_question_is_an_error(kind: str, element: Any) -> None:
    assert list(answer(kind, element)) == ["id", "error"]


@pytest.mark.parametrize(
    "content", [None, [], {}, {"vectors": {}}, {"cases": 3}, {"vectors": [None] * (ELEMENTS_MAX + 1)}]
)
def test_a_file_of_another_shape_is_refused(content: Any) -> None:
    with pytest.raises(Malformed):
        answers("apr", content)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Malformed, match="one of apr"):
        answers("tarot", {"vectors": []})


def test_cases_and_vectors_are_both_read_in_order() -> None:
    content = {"cases": [{"id": "b", "routing": "021000021"}, {"id": "a", "routing": "x"}]}
    assert list(answers("routing", content)) == [
        {"id": "b", "result": {"checksum_valid": True}},
        {"id": "a", "result": {"checksum_valid": False}},
    ]


@pytest.mark.parametrize(
    ("kind", "changed", "result"),
    [
        ("calendar", {"kind": "is_banking_day", "date": "2026-07-03"}, {"value": True}),
        ("apy", {"kind": "equal-to-rate", "interest_rate_percent": "6"}, {"apy_percent": "6.00"}),
        ("achreturn", {"return_code": "R99", "rule": "2 banking days"}, {"deadline": "2026-06-03"}),
        (
            "rege",
            {
                "kind": "consumer_liability",
                "days_to_notice_after_learning": 3,
                "unauthorized_within_2_business_days": "20.50",
                "unauthorized_after_2_days_before_notice": 0,
            },
            {"max_liability": Decimal("20.50")},
        ),
        (
            "ctr",
            {
                "transactions": [
                    {"date": "2026-06-01", "direction": "cash_in", "amount": 9000},
                    {"date": "2026-06-01", "direction": "cash_in", "amount": 2000, "purpose": "postage"},
                ]
            },
            {"reportable": [], "ctr_required": False},
        ),
        (
            "savings",
            {},
            {
                "value": [
                    {"posted_on": "2026-02-01", "interest": "0.85"},
                    {"posted_on": "2026-03-01", "interest": "0.77"},
                ]
            },
        ),
    ],
)
def test_results_have_the_shape_of_the_file(kind: str, changed: dict[str, Any], result: dict[str, Any]) -> None:
    assert answer(kind, {**GOOD[kind], **changed}) == {"id": None, "result": result}
