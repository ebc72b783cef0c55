"""The register of money orders as it is asked: outstanding, positive pay, trace, the log, and the form."""

from __future__ import annotations

import pytest

from cases.money_orders import BLOCK, NOT_OURS, order, sale, sold, stopped, with_forms
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations import money_orders as register
from counterfoil.testing.builders import SUPERVISOR


def test_the_outstanding_list_is_the_ledgers() -> None:
    house = stopped()
    house.desk.one(sale(house, 1, 50_001))
    found = register.outstanding(house.store)
    assert found["orders"] == [
        {"serial": BLOCK[0], "amount": 37_500, "sold": house.date, "stopped": True},
        {"serial": BLOCK[1], "amount": 50_001, "sold": house.date, "stopped": False},
    ]
    assert (found["total"], found["ledger"], found["agrees"]) == (87_501, 87_501, True)
    assert register.outstanding(with_forms().store) == {"orders": [], "total": 0, "ledger": 0, "agrees": True}


def test_the_register_says_what_may_be_paid() -> None:
    house = stopped()
    for number in (1, 2, 3):
        house.desk.one(sale(house, number))
    house.desk.one(order(house, "order-cash", 1))
    house.desk.one(order(house, "order-refund", 2, fee=255, reason="not needed"))
    house.do("order-void", serial=BLOCK[4], in_hand=True, reason="torn")
    found = {one["serial"]: one["pay"] for one in register.register(house.store)["orders"]}
    assert found == {BLOCK[0]: "stop", BLOCK[1]: "paid", BLOCK[2]: "void", BLOCK[3]: "pay", BLOCK[4]: "void"}
    assert register.register(house.store, "2026-03-03")["orders"] == []


def test_a_form_of_elsewhere_is_named() -> None:
    house = sold()
    for ask in (register.trace, register.form):
        with pytest.raises(Malformed, match="not"):
            ask(house.store, NOT_OURS)
    with pytest.raises(Malformed, match="sold"):
        register.form(house.store, BLOCK[1])
    made = register.form(house.store, BLOCK[0])
    assert (made.figures(), made.date, made.place) == ("***$375.00***", house.date, "Elk Fork")


def test_the_log_is_of_one_day_and_leaves_out_what_was_given_back() -> None:
    house = sold()
    house.desk.one(sale(house, 1, 90_000, presented_by=house.customer, approve=[SUPERVISOR]))
    house.desk.one(order(house, "order-refund", 0, fee=255, reason="misprinted"))
    (buyer,) = register.log(house.store, house.date)["buyers"]
    assert (buyer["customers"], buyer["total"], buyer["near"]) == ([house.customer], 90_000, False)
    assert register.log(house.store, "2026-03-03")["buyers"] == []
