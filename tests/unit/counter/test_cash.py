"""Decisions about cash and stock that no customer is part of: who signs, what is held, a pouch's code used once."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.facts.counter import PouchReceived, TillOpened
from counterfoil.testing.builders import (
    CLERK,
    OFFICE,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
    pieces,
)

OK = "accepted"
TWO = {"approve": [SUPERVISOR]}


@pytest.fixture(scope="module")
def house() -> House:
    """6,000.00 in the vault; T1 (102) and T2 (103) hold 2,000.00 of at most 5,000.00; T3 (101) is counted; S is shared.

    Pouch OUT-1 with 50.00 is under way; 100 stamps at 78 lie in the reserve, 40 more at T1.
    """
    h = counter()
    h.do("till-open", by=SUPERVISOR, till="T3", count={})
    h.do("till-count", by=SUPERVISOR, till="T3", count={})
    h.do("till-open", by=SECOND_SUPERVISOR, till="S", count={}, shared=True)
    h.do("pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S-1", amount=5_000)
    h.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=140)
    h.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    return h


def decided(house: House, kind: str, **fields: Any) -> str:
    return outcome_of(house.decide(kind, **fields))


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"by": SECOND_SUPERVISOR, "till": "T9", "count": {}}, OK),  # a shared drawer is nobody's one till
        ({"by": SECOND_SUPERVISOR, "till": "T9", "count": {"10000": 50}}, OK),
        ({"by": SECOND_SUPERVISOR, "till": "T9", "count": {"10000": 50, "1": 1}}, "till.full"),
        ({"by": SECOND_SUPERVISOR, "till": "T9", "count": {"300": 1}}, "count.face"),
        ({"by": SECOND_SUPERVISOR, "till": "T1", "count": {}}, "till.open_already"),
        ({"by": CLERK, "till": "T1", "count": {}}, "till.open_already"),
        ({"by": CLERK, "till": "T9", "count": {}}, "clerk.has_till"),
        ({"by": CLERK, "till": "T9", "count": {}, "shared": True}, OK),
        ({"by": SUPERVISOR, "till": "T9", "count": {}}, "clerk.has_till"),  # a counted till is not a closed one
    ],
)
def test_till_open(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "till-open", **fields) == outcome


@pytest.mark.parametrize(("count", "difference"), [({}, 0), ({"100": 1}, 100)])
def test_a_difference_at_opening_goes_to_the_house_at_once(count: dict[str, int], difference: int) -> None:
    h = counter()
    opened = h.do("till-open", by=SUPERVISOR, till="T3", count=count)
    fact = facts_of(opened)[0]
    assert isinstance(fact, TillOpened)
    assert (fact.counted, fact.expected) == (difference, 0)
    assert h.balance("over-short") == -difference
    assert h.till("T3") == difference
    listed = [row.amount for row in h.desk.state.difference.all()]
    assert listed == ([difference] if difference else [])


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (TWO, OK),
        ({}, "second.needed"),
        ({"approve": [CLERK]}, "second.needed"),  # one person twice is one person
        ({"amount": 300_000, **TWO}, OK),  # the drawer is full
        ({"amount": 300_001, **TWO}, "till.full"),
        ({"amount": 595_001, **TWO}, "vault.short"),  # more than both: the vault is named first
        ({"till": "T2", **TWO}, "till.other_clerk"),
        ({"till": "T2"}, "till.other_clerk"),
        ({"till": "T3", "by": SUPERVISOR}, "till.counted"),
        ({"till": "S", **TWO}, OK),
        ({"currency": "EUR", **TWO}, "currency.other"),
        ({"amount": 300, "count": {"300": 1}, **TWO}, "count.face"),
    ],
)
def test_cash_from_vault(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "cash-from-vault", **{"till": "T1", "amount": 100, **fields}) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (TWO, OK),
        ({}, "second.needed"),
        ({"amount": 200_000, **TWO}, OK),
        ({"amount": 200_001, **TWO}, "till.short"),
        ({"till": "T2", **TWO}, "till.other_clerk"),
        ({"currency": "EUR", **TWO}, "currency.other"),
    ],
)
def test_cash_to_vault(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "cash-to-vault", **{"till": "T1", "amount": 100, **fields}) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"approve": [OTHER]}, OK),
        ({}, "second.needed"),
        ({"approve": [SUPERVISOR]}, "till.other_clerk"),  # two signed, and the taking clerk is not one of them
        ({"approve": [OTHER], "amount": 200_000}, OK),
        ({"approve": [OTHER], "amount": 200_001}, "till.short"),
        ({"approve": [OTHER], "to_till": "T1"}, "till.same"),
        ({"approve": [OTHER], "to_till": "T9"}, "till.not_open"),
        ({"approve": [SUPERVISOR], "to_till": "T3"}, "till.counted"),
        ({"approve": [OTHER], "to_till": "S"}, OK),
        ({"approve": [OTHER], "by": OTHER}, "till.other_clerk"),  # only its own clerk gives from a till
        ({"approve": [OTHER], "currency": "EUR"}, "currency.other"),
    ],
)
def test_handover(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "till-handover", **{"till": "T1", "to_till": "T2", "amount": 100, **fields}) == outcome


def test_a_handover_is_signed_by_both_and_moves_exactly_its_amount() -> None:
    h = counter()
    h.do("till-handover", approve=[OTHER], till="T1", to_till="T2", amount=12_345)
    assert (h.till("T1"), h.till("T2")) == (200_000 - 12_345, 200_000 + 12_345)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"approve": []}, "second.needed"),
        ({"amount": 595_000}, OK),
        ({"amount": 595_001}, "vault.short"),
        ({"pouch": "OUT-1"}, "pouch.used"),
        ({"pouch": "OUT-1", "amount": 595_001}, "pouch.used"),
        ({"pouch": "FIRST-0001"}, "pouch.used"),  # also the code of one that came in
        ({"currency": "EUR"}, "currency.other"),
    ],
)
def test_pouch_out(house: House, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {
        "by": SUPERVISOR,
        "approve": [CLERK],
        "pouch": "OUT-2",
        "office": "9000",
        "seal": "S-2",
        "amount": 100,
    }
    assert decided(house, "pouch-out", **{**given, **fields}) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"approve": []}, "second.needed"),
        ({"found": {"2000": 2}}, "pouch.whole"),
        ({"found": {"2000": 3}}, "pouch.whole"),
        ({"found": {"2000": 2}, "condition": "partial"}, OK),
        ({"found": {}, "condition": "damaged"}, OK),
        ({"found": {"2000": 3}, "condition": "damaged"}, OK),
        ({"pouch": "FIRST-0001"}, "pouch.used"),
        ({"to_office": "0555"}, "pouch.office"),
        ({"pouch": "FIRST-0001", "to_office": "0555"}, "pouch.used"),
        ({"pouch": "OUT-1"}, OK),  # one of ours came back
        ({"pouch": "OUT-1", "amount": 4_000, "found": {"2000": 2}}, "pouch.differs"),
        ({"found": {"300": 1}, "condition": "partial"}, "count.face"),
    ],
)
def test_pouch_in(house: House, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {
        "by": SUPERVISOR, "approve": [CLERK], "pouch": "P-0007", "from_office": "9000", "to_office": OFFICE,
        "amount": 5_000, "found": {"5000": 1}, "condition": "whole",
    }  # fmt: skip
    assert decided(house, "pouch-in", **{**given, **fields}) == outcome


@pytest.mark.parametrize(
    ("found", "condition", "vault", "in_transit", "over_short"),
    [
        ({"5000": 1}, "whole", 5_000, 0, 0),
        ({"2000": 2}, "partial", 4_000, 1_000, 0),
        ({}, "damaged", 0, 5_000, 0),
        ({"2000": 3}, "damaged", 6_000, 0, -1_000),  # more than declared: a question for the house
    ],
)
def test_what_is_missing_from_a_pouch_stays_in_transit(
    found: dict[str, int], condition: str, vault: int, in_transit: int, over_short: int
) -> None:
    h = counter()
    before = h.balance("vault")
    h.do(
        "pouch-in", by=SUPERVISOR, approve=[CLERK], pouch="P-0007", from_office="9000", to_office=OFFICE, amount=5_000,
        found=found, condition=condition,
    )  # fmt: skip
    assert h.balance("vault") - before == vault
    assert h.balance("in-transit:P-0007") == in_transit
    assert h.balance("over-short") == over_short
    assert (h.till("T1"), h.till("T2")) == (200_000, 200_000), "no clerk's till pays for it"
    lost: dict[str, Any] = {"by": SUPERVISOR, "approve": [CLERK], "pouch": "P-0007", "reason": "never came"}
    assert decided(h, "pouch-lost", **lost) == (OK if in_transit else "pouch.unknown")
    if in_transit:
        h.do("pouch-lost", **lost)
        assert (h.balance("in-transit:P-0007"), h.balance("pouch-loss")) == (0, in_transit)
        assert decided(h, "pouch-lost", **lost) == "pouch.unknown"


def test_a_pouch_of_ours_that_comes_back_ends_its_transit() -> None:
    h = counter()
    before = h.balance("vault")
    h.do("pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S-1", amount=5_000)
    assert (h.balance("vault"), h.balance("in-transit:OUT-1")) == (before - 5_000, 5_000)
    back: dict[str, Any] = {
        "by": SUPERVISOR, "approve": [CLERK], "pouch": "OUT-1", "from_office": "9000", "to_office": "9000",
        "amount": 5_000, "found": {"5000": 1}, "condition": "whole",
    }  # fmt: skip
    fact = facts_of(h.do("pouch-in", **back))[0]
    assert isinstance(fact, PouchReceived)
    assert fact.returned
    assert (h.balance("vault"), h.balance("in-transit:OUT-1")) == (before, 0)
    assert decided(h, "pouch-in", **back) == "pouch.used"


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"approve": []}, "second.needed"),
        ({"by": CLERK, "approve": [OTHER]}, "clerk.role"),
        ({"pouch": "NONE-1"}, "pouch.unknown"),
        ({"pouch": "FIRST-0001"}, "pouch.unknown"),
    ],
)
def test_pouch_lost(house: House, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"by": SUPERVISOR, "approve": [CLERK], "pouch": "OUT-1", "reason": "robbed"}
    assert decided(house, "pouch-lost", **{**given, **fields}) == outcome


@pytest.mark.parametrize(
    ("kind", "fields", "outcome"),
    [
        ("stock-in", {"item": "postcard"}, OK),
        ("stock-in", {"approve": []}, "second.needed"),
        ("stock-in", {"item": "duck-stamp"}, "stock.unknown"),
        ("stock-to-till", {"till": "T1", "quantity": 100}, OK),
        ("stock-to-till", {"till": "T1", "quantity": 101}, "stock.short"),
        ("stock-to-till", {"till": "T1", "item": "postcard"}, "stock.unknown"),
        ("stock-to-till", {"till": "T1", "approve": []}, "second.needed"),
        ("stock-to-till", {"till": "T2"}, "till.other_clerk"),
        ("stock-from-till", {"till": "T1", "quantity": 40}, OK),
        ("stock-from-till", {"till": "T1", "quantity": 41}, "stock.short"),
        ("stock-from-till", {"till": "T1", "item": "postcard"}, "stock.unknown"),
        ("stock-from-till", {"till": "T1", "approve": []}, "second.needed"),
        ("stock-from-till", {"till": "T2", "by": OTHER}, "stock.unknown"),
    ],
)
def test_stock(house: House, kind: str, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"approve": [SUPERVISOR], "item": "forever", "quantity": 1, **fields}
    assert decided(house, kind, **given) == outcome


def test_stock_is_kept_in_pieces_and_at_face_value() -> None:
    h = counter()
    h.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=100)
    h.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    h.do("stamp-sale", till="T1", item="forever", quantity=10, amount=780)
    h.do("stock-from-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=5)
    assert h.balance("stock-reserve") == 65 * 78
    assert h.balance("stock:T1") == 25 * 78
    assert h.balance("stock-supply") == -100 * 78
    assert h.till("T1") == 200_780
    assert [(row.place, row.quantity) for row in h.desk.state.stock.all()] == [("T1", 25), ("reserve", 65)]


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"by": SUPERVISOR, "approve": [CLERK]}, OK),
        ({"by": CLERK, "approve": [OTHER]}, OK),
        ({"by": SUPERVISOR, "approve": [OTHER]}, "till.other_clerk"),  # her own clerk looks on and signs
        ({"by": CLERK}, "second.needed"),
        ({"by": SUPERVISOR, "approve": [OTHER], "till": "S"}, OK),
        ({"by": SUPERVISOR, "approve": [CLERK], "till": "T9"}, "till.not_open"),
        ({"by": SUPERVISOR, "approve": [CLERK], "count": {"300": 1}}, "count.face"),
    ],
)
def test_surprise_count(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert decided(house, "surprise-count", **{"till": "T1", "count": {}, **fields}) == outcome


def test_a_surprise_count_books_nothing() -> None:
    h = counter()
    figures = h.figures()
    told = h.do("surprise-count", by=SUPERVISOR, approve=[CLERK], till="T1", count=pieces(199_000)).result()
    assert told == {"till": "T1", "counted": 199_000, "expected": 200_000}
    assert h.figures() == figures
