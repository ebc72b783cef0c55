"""Serials of money orders and the fee table: to the cent and to the day."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.policy.tables import BadValue, read_table
from counterfoil.policy.terms.money_orders import MoneyOrderTerms, check
from counterfoil.products.check_digits import money_order_usable
from counterfoil.products.money_orders import order_fee, serials, with_digit

TERMS = """
each_max = 100000
day_max = 1000000
identification_from = 300000
watch_from = 200000
identification = ["passport"]
approval_above = 100000
replace_fee = 2100
replace_after_days = 60
source = "a list"
fees = [
  { up_to = 50000, fee = 235, source = "2024" }, { up_to = 100000, fee = 340, source = "2024" },
  { since = 2025-07-13, up_to = 50000, fee = 255, source = "2025" },
  { since = 2025-07-13, up_to = 100000, fee = 360, source = "2025" },
]
"""


def terms(**changed: Any) -> MoneyOrderTerms:
    table = {**tomllib.loads(TERMS), **changed}
    read = read_table(MoneyOrderTerms, table, within="money_orders")
    check(read, {})
    return read


@pytest.mark.parametrize(
    ("amount", "on", "fee"),
    [
        (1, "2025-07-12", 235),
        (50_000, "2025-07-12", 235),  # to the last cent
        (50_001, "2025-07-12", 340),  # one over
        (100_000, "2025-07-12", 340),
        (50_000, "2025-07-13", 255),  # the day of the new price
        (50_001, "2030-01-01", 360),
    ],
)
def test_the_fee_of_an_amount_on_a_day(amount: int, on: str, fee: int) -> None:
    assert order_fee(terms(), amount, on) == fee


ROW = {"up_to": 100_000, "fee": 1, "source": "x"}


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"fees": []}, "fees"),
        ({"fees": [{**ROW, "up_to": 99_999}]}, "fees"),
        ({"fees": [ROW, ROW]}, "fees"),
        ({"identification": []}, "identification"),
        ({"watch_from": 300_001}, "identification_from"),
        ({"day_max": 299_999}, "identification_from"),
        ({"fees": [{**ROW, "office": "0417"}]}, "office"),  # no price by office
    ],
)
def test_terms_that_leave_a_gap_are_refused(changed: dict[str, Any], key: str) -> None:
    with pytest.raises(BadValue) as error:
        terms(**changed)
    assert error.value.key == key


@given(st.integers(1, 10**10 - 1), st.integers(1, 50))
def test_serials_follow_one_another_with_right_digits(first: int, quantity: int) -> None:
    found = serials(with_digit(first), quantity)
    assert all(money_order_usable(one) for one in found)
    assert [int(one[:10]) for one in found] == list(range(first, min(first + quantity, 10**10)))
