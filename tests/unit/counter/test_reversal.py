"""Reversal: the exact negation of an entry, once, linked to it, whatever has become of the money meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.facts.money import HouseAdvanced, Reversed
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.desk import read_entry
from counterfoil.testing.builders import (
    CLERK,
    NEXT_DAY,
    OTHER,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
)

OK = "accepted"


def entry_of(house: House, kind: str, **fields: Any) -> int:
    return house.do(kind, **fields).entries[0].sequence


def with_stamps() -> House:
    house = counter()
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=100)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    house.do("deposit", till="T1", account=house.account, amount=20_000)
    return house


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("deposit", {"till": "T1", "account": "A", "amount": 5_000}),
        ("withdrawal", {"till": "T1", "account": "A", "amount": 5_000}),
        ("transfer", {"account": "A", "to": "B", "amount": 5_000}),
        ("stamp-sale", {"till": "T1", "item": "forever", "quantity": 40, "amount": 3_120}),
    ],
)
def test_an_entry_and_its_reversal_leave_every_account_as_before(kind: str, fields: dict[str, Any]) -> None:
    house = with_stamps()
    names = {"A": house.account, "B": house.second_account}
    fields = {k: names.get(v, v) if isinstance(v, str) else v for k, v in fields.items()}
    before, stock = house.figures(), house.desk.state.stock.all()
    entry = entry_of(house, kind, **fields)
    assert house.figures() != before
    answer = house.do("reversal", entry=entry, reason="wrong customer")
    assert house.figures() == before
    assert house.desk.state.stock.all() == stock
    fact = facts_of(answer)[0]
    assert isinstance(fact, Reversed)
    assert (fact.epoch, fact.sequence, fact.kind, fact.reason) == (1, entry, kind, "wrong customer")
    core = read_entry(house.store.entries(1, answer.entries[-1].sequence, 1)[0]).core
    assert core.reverses == (1, 1, entry), "the reversal names its original in what is signed"
    row = house.desk.state.reversal.get(1, entry)
    assert row is not None
    assert row.by_sequence == answer.entries[-1].sequence, "and the original is linked to it"
    assert outcome_of(house.decide("reversal", entry=entry)) == "reversal.done"
    assert outcome_of(house.decide("reversal", entry=row.by_sequence)) == "reversal.kind"
    house.check()


def test_money_that_has_gone_meanwhile_is_advanced_by_the_house() -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=10_000)
    house.do("withdrawal", till="T1", account=house.account, amount=8_000)
    till = house.till("T1")
    answer = house.do("reversal", entry=entry)
    assert [entered.kind for entered in answer.entries] == ["house-advance", "reversal"]
    advanced = facts_of(answer)[0]
    assert advanced == HouseAdvanced(f"A1-{entry}", house.account, 8_000)
    assert house.balance(f"advance:A1-{entry}") == 8_000, "lent by the house"
    assert house.owed() == 0, "and nothing goes below zero"
    assert house.till("T1") == till - 10_000, "the till gives back what it took in, no more"
    house.check()


@pytest.mark.parametrize(("paid_out", "lacking"), [(0, 0), (1, 1), (10_000, 10_000)])
def test_the_advance_is_exactly_what_is_lacking(paid_out: int, lacking: int) -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=10_000)
    if paid_out:
        house.do("withdrawal", till="T1", account=house.account, amount=paid_out)
    house.do("reversal", entry=entry)
    assert house.balance(f"advance:A1-{entry}") == lacking
    house.check()


def test_what_is_held_counts_as_lacking() -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=10_000)
    house.do("legal-hold", by=SUPERVISOR, approve=[CLERK], account=house.account, amount=4_000, authority="court")
    house.do("reversal", entry=entry)
    assert house.balance(f"advance:A1-{entry}") == 4_000
    assert house.owed() == 4_000
    house.check()


@pytest.mark.parametrize(
    ("amount", "approve", "outcome"),
    [(10_000, [], OK), (10_001, [], "second.needed"), (10_001, [OTHER], OK), (10_001, [CLERK], "second.needed")],
)
def test_a_second_person_signs_above_the_limit(amount: int, approve: list[str], outcome: str) -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=amount)
    assert outcome_of(house.decide("reversal", entry=entry, approve=approve)) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"amount": 5_000, "currency": "USD"}, OK),
        ({"amount": 5_001, "currency": "USD"}, "reversal.differs"),
        ({"amount": 5_000, "currency": "EUR"}, "currency.other"),
        ({"account": "4000000002"}, "reversal.differs"),
        ({"by": OTHER}, "till.other_clerk"),
        ({"entry": 10_000}, "reversal.unknown"),
        ({"entry": AMOUNT_MINOR_MAX}, "reversal.unknown"),
        ({"epoch": 2}, "reversal.unknown"),
        ({"epoch": AMOUNT_MINOR_MAX}, "reversal.unknown"),
        ({"entry": 0}, "reversal.kind"),
        ({"date": NEXT_DAY, "entry": 10_000}, "day.other"),
    ],
)
def test_what_is_reversed_is_named_right(fields: dict[str, Any], outcome: str) -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=5_000)
    assert outcome_of(house.decide("reversal", **{"entry": entry, **fields})) == outcome


@pytest.mark.parametrize("fields", [{"amount": 5_000}, {"currency": "USD"}])
def test_amount_and_currency_are_read_from_the_receipt_together(fields: dict[str, Any]) -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=5_000)
    with pytest.raises(Malformed) as error:
        house.ask("reversal", entry=entry, **fields)
    assert error.value.field == "currency"


def test_cash_goes_back_only_from_the_till_that_has_it() -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=5_000)
    house.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=house.till("T1") - 4_999)
    assert outcome_of(house.decide("reversal", entry=entry)) == "till.short"
    house.close_tills(("T1", CLERK))
    assert outcome_of(house.decide("reversal", entry=entry)) == "till.not_open"


def test_a_withdrawal_is_reversed_only_into_a_drawer_with_room() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=5_000)
    entry = entry_of(house, "withdrawal", till="T1", account=house.account, amount=5_000)
    house.do("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=300_000)
    assert outcome_of(house.decide("reversal", entry=entry)) == "till.full"


@pytest.mark.parametrize("closed", ["payer", "payee"])
def test_a_closed_account_is_reopened_before_its_entry_is_reversed(closed: str) -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=5_000)
    entry = entry_of(house, "transfer", account=house.account, to=house.second_account, amount=5_000)
    if closed == "payer":
        house.do("account-close", account=house.account, reason="moves away")
    else:
        house.do("withdrawal", till="T1", account=house.second_account, amount=5_000)
        house.do("account-close", account=house.second_account, reason="moves away")
    assert outcome_of(house.decide("reversal", entry=entry)) == "account.closed"


def test_a_withdrawal_of_a_closed_account_is_not_reversed_until_it_is_open() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=5_000)
    entry = entry_of(house, "withdrawal", till="T1", account=house.account, amount=5_000)
    house.do("account-close", account=house.account, reason="moves away")
    assert outcome_of(house.decide("reversal", entry=entry)) == "account.closed"
    house.do("account-reopen", account=house.account, reason="a mistake was found")
    house.do("reversal", entry=entry)
    assert house.owed() == 5_000


def test_a_reversal_on_a_later_day_keeps_the_value_date() -> None:
    house = counter()
    entry = entry_of(house, "deposit", till="T1", account=house.account, amount=5_000)
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{NEXT_DAY}T08:30")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count={"10000": 20, "5000": 1})
    fact = facts_of(house.do("reversal", entry=entry))[0]
    assert isinstance(fact, Reversed)
    assert fact.value_date == "2026-03-02"
    transfer = list(house.store.all_transfers())[-1]
    assert transfer.booked == transfer.value + 1
    house.check()


def test_one_service_of_a_visit_is_reversed_by_itself() -> None:
    house = counter()
    pay_in = {"kind": "deposit", "till": "T1", "account": house.account, "amount": 5_000}
    pay_out = {"kind": "withdrawal", "till": "T1", "account": house.account, "amount": 1_000}
    visit = house.do("visit", till="T1", tendered=5_000, services=[pay_in, pay_out])
    house.do("reversal", entry=visit.entries[1].sequence, account=house.account, amount=1_000, currency="USD")
    assert house.owed() == 5_000
    house.check()
