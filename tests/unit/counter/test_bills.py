"""Bills at the counter: each edge, which refusal wins, and how the money goes back."""

from __future__ import annotations

from typing import Any

import pytest

from cases.bills import POWER, WATER, bill, came_back, end_of_day, paid
from cases.loans import to_day
from counterfoil.counter.bills import PRICES, REPRICE
from counterfoil.facts.bills import BillPaid
from counterfoil.operations import items
from counterfoil.operations.day_end import DayEnd
from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    EDITION,
    OTHER,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
    pieces,
    refusal,
)


@pytest.fixture(scope="module")
def ready() -> House:
    house = counter()
    house.do("deposit", till="T1", approve=[SUPERVISOR], account=house.account, amount=60_150)
    return house


@pytest.mark.parametrize(
    ("amount", "more", "outcome"),
    [
        (9_000, {}, "accepted"),
        (500, {}, "accepted"),
        (499, {}, "bill.limit"),
        (40_000, {}, "accepted"),
        (40_001, {}, "second.needed"),
        (50_000, {"approve": [SUPERVISOR]}, "accepted"),
        (50_001, {"approve": [SUPERVISOR]}, "bill.papers"),
        (60_001, {"approve": [SUPERVISOR]}, "bill.limit"),
        (9_000, {"fee": 151}, "bill.fee"),
        (60_001, {"fee": 0}, "bill.fee"),  # both apply: the price is named first
        (9_000, {"reference": "411-111-1119"}, "bill.reference"),
        (9_000, {"reference": " 411-111-1110 "}, "accepted"),
        (9_000, {"reference": WATER}, "bill.reference"),
        (9_000, {"reference": WATER, "fee": 151}, "bill.reference"),
        (9_000, {"biller": "water", "reference": "vw 00417", "fee": 0}, "accepted"),
        (9_000, {"biller": "gas"}, "bill.biller"),
        (9_000, {"on": "2026-05-01"}, "accepted"),  # the last of the sixty days
        (9_000, {"on": "2026-05-02"}, "bill.day"),
        (9_000, {"on": "2026-03-01"}, "bill.day"),
        (9_000, {"currency": "EUR"}, "currency.other"),
        (9_000, {"till": "T2"}, "till.other_clerk"),
        (9_000, {"presented_by": "7000000005"}, "customer.unknown"),
        (9_000, {"count": {"300": 30, "50": 3}}, "count.face"),
    ],
)
def test_a_bill_at_the_window(ready: House, amount: int, more: dict[str, Any], outcome: str) -> None:
    given = bill(amount, **{name: value for name, value in more.items() if name != "approve"})
    assert outcome_of(ready.decide("bill-pay", approve=more.get("approve", []), **given)) == outcome


def test_a_bill_from_an_account(ready: House) -> None:
    given = bill(60_000, account=ready.account)
    assert outcome_of(ready.decide("bill-pay", approve=[SUPERVISOR], **given)) == "accepted", (
        "to the last cent, no papers"
    )
    short = bill(9_000, account=ready.second_account)
    assert outcome_of(ready.decide("bill-pay", **short)) == "funds.short"
    assert outcome_of(ready.decide("bill-pay", **bill(9_000, account="4000000002"))) == "account.unknown"


def on_and_arrival(house: House, **more: Any) -> tuple[str, str, bool]:
    fact = facts_of(house.decide("bill-pay", **bill(9_000, **more)))[0]
    assert isinstance(fact, BillPaid)
    return fact.on, fact.arrives, fact.sent


WATERS: dict[str, Any] = {"biller": "water", "reference": WATER, "fee": 0}


@pytest.mark.parametrize(
    ("at", "more", "told"),
    [
        ("2026-03-02T09:00", {}, ("2026-03-02", "2026-03-03", False)),
        ("2026-03-02T14:00", {}, ("2026-03-03", "2026-03-04", False)),  # at the cut-off
        ("2026-03-02T13:59", WATERS, ("2026-03-02", "2026-03-02", True)),
        ("2026-03-02T14:00", WATERS, ("2026-03-03", "2026-03-05", False)),
        ("2026-03-02T09:00", {"on": "2026-03-07"}, ("2026-03-09", "2026-03-10", False)),  # a Saturday
        ("2026-03-03T00:10", {}, ("2026-03-03", "2026-03-04", False)),  # past midnight, the same business day
    ],
)
def test_the_day_it_goes_and_the_day_it_arrives(at: str, more: dict[str, Any], told: tuple[str, str, bool]) -> None:
    house = counter()
    house.at(at)
    assert on_and_arrival(house, **more) == told


@pytest.mark.parametrize(
    ("day", "hour", "more", "told"),
    [
        ("2026-03-09", "13:59", WATERS, ("2026-03-09", "2026-03-09", True)),  # clocks went forward the day before
        ("2026-03-09", "14:00", WATERS, ("2026-03-10", "2026-03-12", False)),
        ("2026-05-22", "15:00", {}, ("2026-05-26", "2026-05-27", False)),  # Friday, late, before Memorial Day
        ("2026-05-22", "09:00", {"on": "2026-05-25"}, ("2026-05-26", "2026-05-27", False)),
        ("2026-07-31", "15:00", {}, ("2026-08-03", "2026-08-04", False)),  # a month's end
    ],
)
def test_a_bill_around_a_holiday_and_a_change_of_clocks(
    day: str, hour: str, more: dict[str, Any], told: tuple[str, str, bool]
) -> None:
    house = counter()
    to_day(house, day)
    house.at(f"{day}T{hour}")
    assert on_and_arrival(house, **more) == told


CLOSED = b"""[calendar]
source = "tests"
closed = [2026-03-02, 2026-03-05]
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, ("2026-03-03", "2026-03-04", False)),  # today is one of our own days off
        ({"on": "2026-03-04"}, ("2026-03-04", "2026-03-06", False)),
        ({"on": "2026-03-05"}, ("2026-03-06", "2026-03-09", False)),
    ],
)
def test_a_bill_goes_on_a_day_that_is_ours(more: dict[str, Any], told: tuple[str, str, bool]) -> None:
    assert on_and_arrival(counter(content=EDITION + CLOSED), **more) == told


def test_a_bill_called_back_costs_nothing() -> None:
    house = counter()
    case = paid(house)
    assert house.till("T1") == 209_150
    house.do("bill-cancel", case=case, till="T1")
    assert (house.till("T1"), house.figures().get("house:fee-bills", 0)) == (200_000, 0)
    assert refusal(house.ask("bill-cancel", case=case, till="T1")).code == "bill.state"
    late = paid(house)
    end_of_day(house)
    assert refusal(house.ask("bill-cancel", case=late, till="T1")).code == "bill.state", "it has gone"
    house.check()


def test_a_bill_goes_back_once() -> None:
    house = counter()
    case = came_back(house)
    assert house.balance(f"bills:{case}") == -9_150, "it waits with the house"
    back = {"kind": "bill-refund", "case": case, "till": "T1"}
    assert outcome_of(house.decide("visit", till="T1", services=[back, back])) == "bill.state"
    told = house.do("visit", till="T1", services=[back])
    assert told.result()["net"] == -9_150
    assert refusal(house.ask("bill-refund", case=case, till="T1")).code == "bill.state"
    assert house.figures().get("house:bill-settlement", 0) == house.figures().get("house:fee-bills", 0) == 0
    house.check()


def test_what_was_paid_from_an_account_goes_back_there() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=20_000)
    case = came_back(house, account=house.account)
    assert house.owed() == 10_850
    ways: tuple[dict[str, Any], ...] = ({}, {"account": house.second_account})
    for elsewhere in ways:
        assert refusal(house.ask("bill-refund", case=case, till="T1", **elsewhere)).code == "bill.account"
    house.do("bill-refund", case=case, till="T1", account=house.account)
    assert house.owed() == 20_000
    house.check()


def test_cash_may_go_to_an_account_and_a_till_that_lacks_it_is_named() -> None:
    house = counter()
    case = came_back(house)
    house.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=house.till("T1"))
    assert refusal(house.ask("bill-refund", case=case, till="T1")).code == "till.short"
    house.do("bill-refund", case=case, till="T1", account=house.account)
    assert house.owed() == 9_150
    house.check()


def evenings(house: House, *days: str) -> list[str]:
    """The state of the first bill after the end of each day."""
    found = []
    for day in days:
        house.at(f"{day}T21:00")
        DayEnd(lambda call: call(house.desk)).run(day)
        found.append(next(iter(house.desk.state.bill_item.rows.values())).state)
    return found


@pytest.mark.parametrize(
    ("until", "states"),
    [
        (None, ["stopped", "stopped", "stopped"]),
        ("2026-03-03", ["stopped", "stopped", "sent"]),  # through its last day, then it goes
        (DAY, ["stopped", "sent", "sent"]),
    ],
)
def test_a_stopped_bill_does_not_go(until: str | None, states: list[str]) -> None:
    house = counter()
    case = paid(house)
    stop: dict[str, Any] = {"case": case, "reason": "she moved out"}
    house.do("bill-stop", **stop, **({"until": until} if until else {}))
    assert refusal(house.ask("bill-stop", **stop)).code == "bill.state", "it is stopped already"
    assert [one["until"] for one in items.stops(house.store)] == [until]
    assert evenings(house, DAY, "2026-03-03", "2026-03-04") == states
    house.check()


def test_a_stop_is_lifted_or_its_money_had_back() -> None:
    house = counter()
    first, second = paid(house), paid(house, 700)
    for case in (first, second):
        house.do("bill-stop", case=case, reason="she moved out")
    assert outcome_of(house.decide("bill-stop", case=first, reason="x", lift=True)) == "accepted"
    house.do("bill-stop", case=first, reason="it was the other one", lift=True, until=DAY)
    assert refusal(house.ask("bill-stop", case=first, reason="x", lift=True)).code == "bill.state"
    house.do("bill-cancel", case=second, till="T1")
    assert list(items.stops(house.store)) == []
    end_of_day(house)
    assert house.balance("house:bill-settlement") == -9_000
    assert refusal(house.ask("bill-stop", case=first, reason="too late")).code == "bill.state", "it has gone"
    house.check()


@pytest.mark.parametrize(
    ("until", "outcome"),
    [(DAY, "accepted"), ("2026-03-01", "bill.until"), ("2026-09-02", "accepted"), ("2026-09-03", "bill.until")],
)
def test_how_long_a_stop_may_last(stoppable: tuple[House, str], until: str, outcome: str) -> None:
    house, case = stoppable
    assert outcome_of(house.decide("bill-stop", case=case, reason="x", until=until)) == outcome


@pytest.fixture(scope="module")
def stoppable() -> tuple[House, str]:
    house = counter()
    return house, paid(house)


def test_money_without_a_bill_finds_its_bill_once() -> None:
    house = counter()
    first, second = paid(house), paid(house)
    end_of_day(house)
    for _ in range(2):
        house.do("bill-unmatched", by=SUPERVISOR, amount=9_000, tag="ref-77")
    house.do("bill-unmatched", by=SUPERVISOR, amount=700, tag="ref-77")
    assert [one["amount"] for one in items.bill_money(house.store)] == [9_000, 9_000, 700]
    back: dict[str, Any] = {"by": SUPERVISOR, "reason": "no such customer"}
    assert refusal(house.ask("bill-return", case=first, tag="ref-78", **back)).code == "bill.unmatched"
    assert refusal(house.ask("bill-return", case=first, tag="ref-77", by=CLERK, reason="x")).code == "clerk.role"
    house.do("bill-return", case=first, tag="ref-77", **back)
    house.do("bill-return", case=second, tag="ref-77", **back)
    assert [one["amount"] for one in items.bill_money(house.store)] == [700], "only a whole bill's money is a bill's"
    assert house.balance("house:bill-unmatched") == -700
    assert house.balance("house:bill-settlement") == 700, "two went and came back, and 700 came besides"
    house.do("bill-refund", case=first, till="T1")
    assert house.balance(f"bills:{second}") == -9_150, "the other waits for its payer, with our fee"
    house.check()


def test_what_billers_tell_us_is_the_back_offices() -> None:
    house = counter()
    case = paid(house)
    assert refusal(house.ask("bill-confirm", by=SUPERVISOR, case=case)).code == "bill.state", "it has not gone"
    end_of_day(house)
    assert refusal(house.ask("bill-confirm", case=case)).code == "clerk.role"
    house.do("bill-confirm", by=SUPERVISOR, case=case)
    house.do("bill-return", by=SUPERVISOR, case=case, reason="closed since")
    assert refusal(house.ask("bill-return", by=SUPERVISOR, case=case, reason="again")).code == "bill.state"
    house.do("bill-unmatched", by=SUPERVISOR, amount=700, tag="ref-77")
    assert house.balance("house:bill-unmatched") == -700
    assert (house.till("T1"), house.till("T2")) == (209_150, 200_000), "no till holds unknown money"
    house.check()


def test_a_bill_of_a_later_day_goes_on_its_day_once() -> None:
    house = counter()
    case = paid(house, on="2026-03-04")
    end_of_day(house)
    assert house.balance(f"bills:{case}") == -9_000
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at("2026-03-05T09:00")
    house.date = "2026-03-05"
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(house.till("T1")))
    end_of_day(house)
    end_of_day(house)
    assert (house.balance(f"bills:{case}"), house.balance("house:bill-settlement")) == (0, -9_000)
    house.check()


def test_a_price_is_told_before_and_under_another_edition() -> None:
    house = counter()
    assert PRICES["bill-pay"](house.body("bill-pay", **bill()), house.desk.state) == 150
    fact = facts_of(house.decide("bill-pay", **bill()))[0]
    cheaper = read_edition(EDITION.replace(b"fee = 150\nleast = 500", b"fee = 75\nleast = 500"))
    assert REPRICE[BillPaid](fact, cheaper) == (150, 75)
    assert POWER


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b'forms = ["999-999-9999"]', b'forms = ["999-999-999#"]', "3 to 40 of"),
        (b'forms = ["999-999-9999"]', b'forms = ["AAAA"]', "no digit to check"),
        (b'forms = ["999-999-9999"]', b"forms = []", "1 to 10 forms"),
        (b'check = "luhn"', b'check = "isbn"', "one of none, luhn, 371, mod97"),
        (b"least = 500", b"least = 60001", "from the least amount"),
        (b"ahead_days = 60", b"ahead_days = 367", "at most 366"),
    ],
)
def test_a_broken_directory_is_refused_with_its_line(before: bytes, after: bytes, reason: str) -> None:
    content = EDITION.replace(before, after, 1)
    with pytest.raises(BrokenEdition, match=reason) as error:
        read_edition(content)
    assert error.value.line > 0
