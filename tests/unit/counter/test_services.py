"""Decisions at a window: each table shows the edges, and which rule is named when two say no."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.facts.counter import StampsSold, SuspectNoteKept
from counterfoil.facts.customers import BalanceTold
from counterfoil.facts.money import VisitSettled
from counterfoil.office import refusals as no
from counterfoil.testing.builders import CLERK, NEXT_DAY, OTHER, SUPERVISOR, House, counter, facts_of, outcome_of

OK = "accepted"
UNKNOWN = "4000000002"


@pytest.fixture(scope="module")
def house() -> House:
    """A has 500.00, B nothing, C (tier ``known``, at most 1,000.00) 100.00; F is frozen with 50.00, Z is closed.

    T1 holds 4,150.00 of at most 5,000.00 and has 40 stamps at 78; T2 is another clerk's; T3 is counted.
    """
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=50_000)
    h.names["known"] = h.new_account(h.new_customer("known"))
    h.do("deposit", till="T1", account=h.names["known"], amount=10_000)
    h.names["frozen"], h.names["closed"] = h.new_account(), h.new_account()
    h.do("deposit", till="T1", account=h.names["frozen"], amount=5_000)
    h.do("account-freeze", by=SUPERVISOR, account=h.names["frozen"], reason="a court's order")
    h.do("account-close", account=h.names["closed"], reason="moves away")
    h.do("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=150_000)
    h.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=200)
    h.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=150)
    h.do("till-open", by=SUPERVISOR, till="T3", count={})
    h.do("till-count", by=SUPERVISOR, till="T3", count={})
    return h


def named(house: House, account: str) -> str:
    return {"A": house.account, "B": house.second_account, "?": UNKNOWN}.get(account) or house.names.get(
        account, account
    )


def decided(house: House, kind: str, **fields: Any) -> str:
    for name in ("account", "to"):
        if name in fields:
            fields[name] = named(house, fields[name])
    return outcome_of(house.decide(kind, **fields))


TWO = {"approve": [SUPERVISOR]}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"amount": 1}, OK),
        ({"amount": 50_000}, OK),  # the most that one person signs
        ({"amount": 50_001}, "second.needed"),
        ({"amount": 50_001, **TWO}, OK),
        ({"amount": 85_000, **TWO}, OK),  # the drawer is full to the last cent
        ({"amount": 85_001, **TWO}, "till.full"),
        ({"amount": 200_000, **TWO}, "till.full"),
        ({"amount": 200_001, **TWO}, "limit.each"),  # over the limit and too much for the drawer: the limit is named
        ({"amount": 200_001}, "limit.each"),  # and no second signature would help
        ({"amount": 90_000, "account": "known", **TWO}, "till.full"),
        ({"amount": 90_001, "account": "known", **TWO}, "account.ceiling"),  # the customer before the drawer
        ({"account": "frozen"}, OK),  # money can come in
        ({"account": "closed"}, "account.closed"),
        ({"account": "?"}, "account.unknown"),
        ({"account": "?", "currency": "EUR"}, "currency.other"),  # the till's matters before the customer's
        ({"account": "?", "count": {"300": 1}, "amount": 300}, "count.face"),
        ({"till": "T2", "account": "?"}, "till.other_clerk"),
        ({"presented_by": "7000000005"}, "customer.unknown"),  # a report of her cash would name nobody
        ({"on_behalf_of": "7000000005", "amount": 200_001}, "customer.unknown"),
        ({"till": "T2", "by": OTHER}, OK),
        ({"till": "T9"}, "till.not_open"),
        ({"till": "T3", "by": SUPERVISOR}, "till.counted"),
        ({"till": "T9", "date": NEXT_DAY}, "day.other"),  # the day before the till
    ],
)
def test_deposit(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "deposit", **{"till": "T1", "account": "A", "amount": 100, **fields}) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"amount": 1}, OK),
        ({"amount": 30_000}, OK),
        ({"amount": 30_001}, "second.needed"),
        ({"amount": 50_000, **TWO}, OK),  # to the last cent
        ({"amount": 50_001, **TWO}, "funds.short"),  # one over
        ({"amount": 80_000, **TWO}, "funds.short"),
        ({"amount": 80_001, **TWO}, "limit.each"),  # the limit is named before the money
        ({"amount": 1, "account": "B"}, "funds.short"),
        ({"account": "frozen"}, "account.frozen"),
        ({"account": "closed"}, "account.closed"),
        ({"account": "?"}, "account.unknown"),
        ({"account": "frozen", "amount": 80_001}, "account.frozen"),  # the account before the limit
        ({"account": "A", "currency": "JPY"}, "currency.other"),
        ({"till": "T2"}, "till.other_clerk"),
        ({"on_behalf_of": "7000000005"}, "customer.unknown"),
    ],
)
def test_withdrawal(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "withdrawal", **{"till": "T1", "account": "A", "amount": 100, **fields}) == outcome


@pytest.mark.parametrize(
    ("in_account", "in_till", "ask", "outcome"),
    [
        (5_000, 20_000, 2_000, OK),
        (5_000, 20_000, 5_000, OK),  # to the last cent of the account
        (5_000, 20_000, 5_001, "funds.short"),
        (5_000, 1_000, 1_000, OK),  # to the last cent of the till
        (5_000, 1_000, 1_001, "till.short"),
        (5_000, 1_000, 6_000, "funds.short"),  # both lack it: the account is named first
    ],
)
def test_withdrawal_from_account_and_till(in_account: int, in_till: int, ask: int, outcome: str) -> None:
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=in_account)
    h.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=h.till("T1") - in_till)
    assert decided(h, "withdrawal", till="T1", account="A", amount=ask) == outcome


def test_a_held_part_cannot_be_paid_out() -> None:
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=5_000)
    h.do("legal-hold", by=SUPERVISOR, approve=[CLERK], account=h.account, amount=3_000, authority="county court")
    assert decided(h, "withdrawal", till="T1", account="A", amount=2_000) == OK
    assert decided(h, "withdrawal", till="T1", account="A", amount=2_001) == "funds.short"
    assert decided(h, "transfer", account="A", to="B", amount=2_001) == "funds.short"
    told = facts_of(h.decide("balance-told", account=h.account))[0]
    assert told == BalanceTold(h.account, 5_000, 2_000, None)


@pytest.mark.parametrize(
    ("done", "ask", "outcome"),
    [(119_999, 1, OK), (119_999, 2, "limit.till_day"), (120_000, 1, "limit.till_day"), (0, 80_000, OK)],
)
def test_a_till_pays_out_so_much_a_day(done: int, ask: int, outcome: str) -> None:
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=200_000, approve=[SUPERVISOR])
    for part in (min(done, 60_000), done - min(done, 60_000)):
        if part:
            h.do("withdrawal", till="T1", account=h.account, amount=part, approve=[SUPERVISOR])
    assert decided(h, "withdrawal", till="T1", account="A", amount=ask, approve=[SUPERVISOR]) == outcome
    assert decided(h, "withdrawal", till="T2", by=OTHER, account="A", amount=1) == OK  # another till has its own


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"amount": 20_000}, OK),
        ({"amount": 20_001}, "second.needed"),
        ({"amount": 50_000, **TWO}, OK),
        ({"amount": 50_001, **TWO}, "limit.each"),
        ({"to": "A"}, "account.same"),
        ({"to": "A", "account": "A", "currency": "EUR"}, "currency.other"),
        ({"account": "B", "to": "A"}, "funds.short"),
        ({"account": "frozen", "to": "A"}, "account.frozen"),
        ({"to": "frozen"}, OK),
        ({"to": "closed"}, "account.closed"),
        ({"to": "?"}, "account.unknown"),
        ({"account": "?", "to": "?"}, "account.same"),
        ({"to": "known", "amount": 50_000, **TWO}, OK),
    ],
)
def test_transfer(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "transfer", **{"account": "A", "to": "B", "amount": 100, **fields}) == outcome


@pytest.mark.parametrize(
    ("taken", "given", "more", "outcome"),
    [
        ({"10000": 4}, {"2000": 20}, {}, OK),  # 400.00: as much as one person signs
        ({"10000": 4, "1": 1}, {"2000": 20, "1": 1}, {}, "second.needed"),
        ({"10000": 4, "1": 1}, {"2000": 20, "1": 1}, TWO, OK),
        ({"10000": 6}, {"2000": 30}, TWO, OK),
        ({"10000": 6, "1": 1}, {"2000": 30, "1": 1}, TWO, "limit.each"),
        ({"2000": 1}, {"1000": 1}, {}, "count.unequal"),
        ({"1000": 1}, {"2000": 1}, {}, "count.unequal"),
        ({}, {}, {}, "count.unequal"),
        ({"300": 1}, {"100": 3}, {}, "count.face"),
        ({"100": 3}, {"300": 1}, {}, "count.face"),
        ({"100": 3}, {"300": 1}, {"till": "T2"}, "till.other_clerk"),
        ({"2000": 1}, {"1000": 2}, {"presented_by": "7000000005"}, "customer.unknown"),
    ],
)
def test_exchange(
    house: House, taken: dict[str, int], given: dict[str, int], more: dict[str, Any], outcome: str
) -> None:
    assert decided(house, "cash-exchange", **{"till": "T1", "taken": taken, "given": given, **more}) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"quantity": 115, "amount": 8_970}, OK),
        ({"quantity": 1, "amount": 77}, "stock.price"),
        ({"quantity": 1, "amount": 79}, "stock.price"),
        ({"quantity": 151, "amount": 11_778}, "stock.short"),  # too few, and over the limit: the stamps are named
        ({"quantity": 150, "amount": 11_700}, "limit.each"),
        ({"item": "postcard", "amount": 61}, "stock.short"),  # on the price list, none in the drawer
        ({"item": "duck-stamp"}, "stock.unknown"),
        ({"till": "T2", "by": OTHER}, "stock.short"),
        ({"currency": "EUR"}, "currency.other"),
    ],
)
def test_stamps(house: House, fields: dict[str, Any], outcome: str) -> None:
    given = {"till": "T1", "item": "forever", "quantity": 1, "amount": 78, **fields}
    assert decided(house, "stamp-sale", **given) == outcome


def test_stamps_sold_have_a_limit_a_day() -> None:
    h = counter()
    h.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=200)
    h.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=200)
    h.do("stamp-sale", till="T1", item="forever", quantity=100, amount=7_800)
    assert decided(h, "stamp-sale", till="T1", item="forever", quantity=53, amount=4_134) == OK  # 119.34 of 120.00
    assert decided(h, "stamp-sale", till="T1", item="forever", quantity=54, amount=4_212) == "limit.till_day"


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"face": 300}, "count.face"),
        ({"customer": "7000000005"}, "customer.unknown"),
        ({"till": "T2"}, "till.other_clerk"),
    ],
)
def test_suspect_note(house: House, fields: dict[str, Any], outcome: str) -> None:
    given = {"till": "T1", "face": 2_000, "serial": "MF 1", "reason": "no thread", **fields}
    assert decided(house, "suspect-note", **given) == outcome


def test_a_suspect_note_books_nothing_and_names_the_person() -> None:
    h = counter()
    figures = h.figures()
    kept = h.do("suspect-note", till="T1", face=2_000, serial="MF 1", reason="no thread", customer=h.customer)
    assert facts_of(kept) == [SuspectNoteKept("T1", 2_000, "MF 1", "no thread", h.customer)]
    assert h.figures() == figures
    assert kept.entries[0].slip.startswith("CF1:")


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"till": "T1"}, OK),
        ({"till": "T2"}, "till.other_clerk"),
        ({"till": "T9"}, "till.not_open"),
        ({"account": "?"}, "account.unknown"),
        ({"account": "closed"}, OK),
        ({"account": "frozen"}, OK),
        ({"account": "?", "date": NEXT_DAY}, "day.other"),
    ],
)
def test_balance_told(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "balance-told", **{"account": "A", **fields}) == outcome


# --- visits ----------------------------------------------------------------------------------------------------------


def pay_in(amount: int, account: str = "A", **more: Any) -> dict[str, Any]:
    return {"kind": "deposit", "till": "T1", "account": account, "amount": amount, **more}


def pay_out(amount: int, account: str = "A", **more: Any) -> dict[str, Any]:
    return {"kind": "withdrawal", "till": "T1", "account": account, "amount": amount, **more}


def move(amount: int, account: str = "A", to: str = "B") -> dict[str, Any]:
    return {"kind": "transfer", "account": account, "to": to, "amount": amount}


def stamps(quantity: int) -> dict[str, Any]:
    return {"kind": "stamp-sale", "till": "T1", "item": "forever", "quantity": quantity, "amount": 78 * quantity}


def visit(house: House, services: list[dict[str, Any]], tendered: int, **more: Any) -> Any:
    placed = [{k: named(house, v) if k in ("account", "to") else v for k, v in service.items()} for service in services]
    return house.decide("visit", **{"till": "T1", "tendered": tendered, "services": placed, **more})


@pytest.mark.parametrize(
    ("services", "tendered", "outcome"),
    [
        ([pay_in(100, "B"), pay_out(100, "B")], 0, OK),  # the second sees the first's money
        ([pay_in(100, "B"), pay_out(101, "B")], 0, "funds.short"),
        ([pay_out(100, "B"), pay_in(100, "B")], 0, "funds.short"),  # in this order there is nothing yet
        ([pay_in(100, "B"), move(100, "B", "A"), pay_out(1, "B")], 100, "funds.short"),
        ([move(100), pay_out(100, "B")], 0, OK),
        ([move(20_000), move(20_000), move(10_000)], 0, OK),
        ([move(20_000), move(20_000), move(10_001)], 0, "funds.short"),
        ([pay_in(50_000), pay_in(35_000)], 85_000, OK),
        ([pay_in(50_000), pay_in(35_001)], 85_001, "till.full"),
        ([pay_in(50_000, "known"), pay_in(40_000, "known")], 90_000, "till.full"),
        ([pay_in(50_000, "known"), pay_in(40_001, "known")], 90_001, "account.ceiling"),
        ([stamps(100), stamps(50)], 11_700, OK),
        ([stamps(100), stamps(51)], 11_778, "stock.short"),
        ([stamps(100), stamps(50), pay_out(5_000)], 6_700, OK),  # one net payment
        ([stamps(100), stamps(50), pay_out(5_000)], 6_699, "visit.short"),
        ([pay_out(11_700), stamps(100), stamps(50)], 0, OK),
        ([pay_out(11_699), stamps(100), stamps(50)], 0, "visit.short"),
        ([pay_in(100, till="T2")], 100, "visit.till"),
        ([pay_in(100, "?"), pay_in(100, till="T2")], 200, "account.unknown"),  # in the order of the services
    ],
)
def test_a_visit_is_decided_service_by_service(
    house: House, services: list[dict[str, Any]], tendered: int, outcome: str
) -> None:
    assert outcome_of(visit(house, services, tendered)) == outcome


@pytest.mark.parametrize(
    ("services", "tendered", "net", "change"),
    [
        ([pay_in(735)], 2_000, 735, 1_265),
        ([pay_in(735)], 735, 735, 0),
        ([pay_out(500)], 0, -500, 0),
        ([pay_out(500)], 100, -500, 100),
        ([pay_in(10_000), pay_out(500)], 10_000, 9_500, 500),
        ([{"kind": "balance-told", "account": "A"}], 0, 0, 0),
    ],
)
def test_the_change_is_what_was_tendered_less_the_net(
    house: House, services: list[dict[str, Any]], tendered: int, net: int, change: int
) -> None:
    settled = facts_of(visit(house, services, tendered))[-1]
    assert settled == VisitSettled(net, tendered, change, len(services))


def test_a_visit_that_is_refused_leaves_nothing_of_its_first_services() -> None:
    h = counter()
    figures = h.figures()
    h.ask("visit", till="T1", tendered=100, services=[pay_in(100, h.account), pay_out(101, h.account)])
    assert h.figures() == figures
    h.check()


def test_cash_in_and_cash_out_of_a_visit_stay_apart_in_the_reports() -> None:
    h = counter()
    h.do("visit", till="T1", tendered=10_000, services=[pay_in(10_000, h.account), pay_out(500, h.account)])
    totals = facts_of(h.do("till-report", till="T1"))[0].totals  # type: ignore[attr-defined]  # an X report
    assert ["deposit", 1, 10_000, 0] in totals
    assert ["withdrawal", 1, 0, 500] in totals


def test_the_day_limit_counts_the_services_before() -> None:
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=150_000, approve=[SUPERVISOR])
    services = [pay_out(60_000, h.account), pay_out(60_000, h.account)]
    assert outcome_of(h.decide("visit", till="T1", services=services, approve=[SUPERVISOR])) == OK
    assert outcome_of(
        h.decide("visit", till="T1", services=[*services, pay_out(1, h.account)], approve=[SUPERVISOR])
    ) == ("limit.till_day")


def test_a_price_is_that_of_the_edition_in_force(house: House) -> None:
    sold = facts_of(house.decide("stamp-sale", till="T1", item="forever", quantity=2, amount=156))[0]
    assert isinstance(sold, StampsSold)
    assert (sold.face, sold.amount) == (78, 156)
    refused = house.decide("stamp-sale", till="T1", item="forever", quantity=2, amount=122)
    assert isinstance(refused, no.StockPrice)
    assert refused.price.minor == 156
