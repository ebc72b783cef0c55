"""Mail at the same window: one price list for everyone, and books that follow a new price."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.mail import NEW_PRICE, at_a_new_price, mail, with_stamps
from counterfoil.counter.mail import reprice_sale
from counterfoil.facts.mail import MailSold
from counterfoil.policy.edition import read_edition
from counterfoil.testing.builders import (
    CLERK,
    NEXT_DAY,
    SUPERVISOR,
    House,
    edition,
    facts_of,
    outcome_of,
    refusal,
    taken,
)


@pytest.mark.parametrize(
    ("items", "amount", "outcome"),
    [
        ({"forever": 40}, 3_120, "accepted"),  # to the last stamp
        ({"forever": 41}, 3_198, "stock.short"),
        ({"forever": 41}, 3_197, "mail.total"),  # both apply: the price is named first
        ({"forever": 1, "certified": 2}, 1_138, "accepted"),
        ({"certified": 1}, 530, "accepted"),
        ({"certified": 1}, 529, "mail.total"),
        ({"box-half-year": 2, "certified": 1}, 20_130, "mail.limit"),
        ({"postcard": 1}, 61, "stock.short"),  # in the reserve, not in this till
        ({"duck-stamp": 1}, 100, "stock.unknown"),
    ],
)
def test_the_price_is_the_lists(items: dict[str, int], amount: int, outcome: str) -> None:
    house = with_stamps()
    assert outcome_of(house.decide("mail-sale", till="T1", items=items, amount=amount)) == outcome


def test_stamps_of_one_visit_are_counted_together() -> None:
    house = with_stamps()
    one: dict[str, Any] = {"kind": "mail-sale", "till": "T1", "items": {"forever": 30}, "amount": 2_340}
    assert refusal(house.ask("visit", till="T1", tendered=9_000, services=[one, one])).code == "stock.short"
    stamps = {"kind": "stamp-sale", "till": "T1", "item": "forever", "quantity": 11, "amount": 858}
    assert refusal(house.ask("visit", till="T1", tendered=9_000, services=[one, stamps])).code == "stock.short"


def test_a_mail_sale_is_undone_stamps_and_all() -> None:
    house = with_stamps()
    before = house.figures()
    entry = taken(house.desk.one(mail(house, 1_310, forever=10, certified=1))).entries[0].sequence
    row = house.desk.state.stock.get("T1", "forever")
    assert row is not None
    assert row.quantity == 30
    house.do("reversal", entry=entry)
    row = house.desk.state.stock.get("T1", "forever")
    assert row is not None
    assert row.quantity == 40
    assert house.figures() == before
    assert refusal(house.ask("reversal", entry=entry)).code == "reversal.done"
    house.check()


def value(house: House, place: str) -> int:
    """What the pieces of a place are worth at the price in force."""
    policy = house.desk.state.policy
    assert policy is not None
    rows = [row for row in house.desk.state.stock.rows.values() if row.place == place]
    return sum(policy.stock[row.item].face * row.quantity for row in rows)


def test_the_ledger_follows_a_new_price() -> None:
    house = at_a_new_price()
    old: list[tuple[str, dict[str, Any]]] = [
        ("mail-sale", {"till": "T1", "items": {"forever": 1}, "amount": 82}),
        ("stamp-sale", {"till": "T1", "item": "forever", "quantity": 1, "amount": 82}),
        ("stock-to-till", {"till": "T1", "item": "forever", "quantity": 1, "approve": [SUPERVISOR]}),
        ("stock-from-till", {"till": "T1", "item": "forever", "quantity": 1, "approve": [SUPERVISOR]}),
        ("stock-in", {"item": "forever", "quantity": 1, "approve": [SUPERVISOR]}),
    ]
    for kind, given_ in old:
        assert outcome_of(house.decide(kind, **given_)) == "stock.old_price", kind
    revalue: dict[str, Any] = {"item": "forever", "approve": [SUPERVISOR]}
    house.do("stock-revalue", till="T1", quantity=40, **revalue)
    house.do("stock-revalue", quantity=60, **revalue)
    assert house.balance("stock:T1") == value(house, "T1") == 40 * 82
    assert house.balance("stock-reserve") == value(house, "reserve")
    assert house.balance("house:stock-revaluation") == -400
    for kind, given_ in old:
        assert outcome_of(house.decide(kind, **given_)) == "accepted", kind
    assert outcome_of(house.decide("stock-revalue", till="T1", quantity=40, **revalue)) == "stock.same_price"
    house.check()


def test_a_price_that_falls_costs_the_house_and_no_till() -> None:
    house = with_stamps()
    cheaper = edition(house.date, face_is_78="face = 70")
    house.do("policy-edition", by=SUPERVISOR, approve=[CLERK], content=cheaper)
    house.do("stock-revalue", till="T1", item="forever", quantity=40, approve=[SUPERVISOR])
    assert (house.balance("house:stock-revaluation"), house.balance("stock:T1")) == (320, 2_800)
    house.check()


@pytest.mark.parametrize(
    ("quantity", "approve", "outcome"),
    [(40, [SUPERVISOR], "accepted"), (41, [SUPERVISOR], "stock.short"), (1, [], "second.needed")],
)
def test_spoiled_stock_is_destroyed_before_two(quantity: int, approve: list[str], outcome: str) -> None:
    house = with_stamps()
    given_: dict[str, Any] = {
        "till": "T1",
        "item": "forever",
        "quantity": quantity,
        "reason": "coffee",
        "approve": approve,
    }
    assert outcome_of(house.decide("stock-spoiled", **given_)) == outcome


@pytest.mark.parametrize(
    ("quantity", "amount", "approve", "outcome"),
    [
        (12, 936, [], "accepted"),
        (12, 935, [], "stock.price"),
        (13, 1_014, [], "second.needed"),
        (13, 1_014, [SUPERVISOR], "accepted"),
    ],
)
def test_spoiled_stamps_come_back_at_todays_price(quantity: int, amount: int, approve: list[str], outcome: str) -> None:
    house = with_stamps()
    given_: dict[str, Any] = {
        "till": "T1",
        "item": "forever",
        "quantity": quantity,
        "amount": amount,
        "reason": "stuck",
    }
    assert outcome_of(house.decide("stamp-refund", approve=approve, **given_)) == outcome


def test_a_past_sale_at_other_prices() -> None:
    house = with_stamps()
    fact = facts_of(taken(house.desk.one(mail(house, 1_310, forever=10, certified=1))))[0]
    assert isinstance(fact, MailSold)
    assert reprice_sale(fact, read_edition(edition(NEXT_DAY, **NEW_PRICE))) == (1_310, 1_350)


@settings(max_examples=25, deadline=None)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["mail", "stamps", "spoil", "undo", "price", "revalue"]), st.integers(1, 9))
    )
)
def test_stock_in_the_books_is_its_pieces_at_their_price(acts: list[tuple[str, int]]) -> None:
    house = with_stamps()
    sold: list[int] = []
    for turn, (act, number) in enumerate(acts):
        policy, row = house.desk.state.policy, house.desk.state.stock.get("T1", "forever")
        assert policy is not None
        assert row is not None
        face = policy.stock["forever"].face
        if act == "mail":
            entry = house.desk.size
            house.ask("mail-sale", till="T1", items={"forever": number, "certified": 1}, amount=face * number + 530)
            sold += [entry] if house.desk.size > entry else []
        elif act == "stamps":
            entry = house.desk.size
            house.ask("stamp-sale", till="T1", item="forever", quantity=number, amount=face * number)
            sold += [entry] if house.desk.size > entry else []
        elif act == "spoil":
            house.ask("stock-spoiled", till="T1", item="forever", quantity=number, reason="wet", approve=[SUPERVISOR])
        elif act == "undo" and sold:
            house.ask("reversal", entry=sold[number % len(sold)])
        elif act == "price":
            dearer = edition(house.date, name=f"list {turn}", face_is_78=f"face = {78 + turn + 1}")
            house.ask("policy-edition", by=SUPERVISOR, approve=[CLERK], content=dearer)
        elif act == "revalue" and row.quantity:
            house.ask("stock-revalue", till="T1", item="forever", quantity=row.quantity, approve=[SUPERVISOR])
        now = house.desk.state.stock.get("T1", "forever")
        assert now is not None
        assert house.balance("stock:T1") == now.quantity * now.face
    house.check()
