"""Booking keeps its legs: each fact's debits and credits, written down once and never changed."""

from __future__ import annotations

import pytest

from cases import PRODUCTS
from counterfoil.facts import counter as c
from counterfoil.facts import customers as p
from counterfoil.facts import money as m
from counterfoil.facts import office as o
from counterfoil.facts.record import Fact, every_fact
from counterfoil.ledger.accounts import CREDITS_MUST_NOT_EXCEED_DEBITS, DEBITS_MUST_NOT_EXCEED_CREDITS
from counterfoil.ledger.booking import account_rule, legs_of
from counterfoil.ledger.transfers import PENDING, VOID

A, B = "4000000002", "4000000010"


def closed(counted: int, expected: int, stock: int = 0, stock_expected: int = 0) -> c.TillClosed:
    return c.TillClosed("T1", "2026-03-02", counted, expected, stock, stock_expected, "dispute", 1, [])


def pouch(declared: int, counted: int, *, returned: bool = False) -> c.PouchReceived:
    return c.PouchReceived("P-1", "9000", declared, counted, "partial", returned)


LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (o.VaultCounted("2026-03-02", 10, 10, {}), []),
    (o.VaultCounted("2026-03-02", 12, 10, {}), [("vault", "over-short", 2)]),
    (o.VaultCounted("2026-03-02", 7, 10, {}), [("over-short", "vault", 3)]),
    (c.TillOpened("T1", "102", False, 5, 5, {}, "2026-03-02"), []),
    (c.TillOpened("T1", "102", False, 9, 5, {}, "2026-03-02"), [("till:T1", "over-short", 4)]),
    (c.TillOpened("T1", "102", False, 1, 5, {}, "2026-03-02"), [("over-short", "till:T1", 4)]),
    (c.CashFromVault("T1", 7), [("till:T1", "vault", 7)]),
    (c.CashToVault("T1", 7), [("vault", "till:T1", 7)]),
    (c.TillHandedOver("T1", "T2", 7), [("till:T2", "till:T1", 7)]),
    (closed(8, 10), [("over-short", "till:T1", 2)]),
    (closed(10, 10, 70, 78), [("over-short", "stock:T1", 8)]),
    (closed(11, 10, 86, 78), [("till:T1", "over-short", 1), ("stock:T1", "over-short", 8)]),
    (c.PouchSent("P-1", "9000", 50, "seal"), [("in-transit:P-1", "vault", 50)]),
    (pouch(50, 50), [("in-transit:P-1", "center", 50), ("vault", "in-transit:P-1", 50)]),
    (pouch(50, 30), [("in-transit:P-1", "center", 50), ("vault", "in-transit:P-1", 30)]),
    (pouch(50, 0), [("in-transit:P-1", "center", 50)]),
    (
        pouch(50, 60),
        [("in-transit:P-1", "center", 50), ("vault", "over-short", 10), ("vault", "in-transit:P-1", 50)],
    ),
    (pouch(50, 50, returned=True), [("vault", "in-transit:P-1", 50)]),
    (c.PouchLost("P-1", 20, "stolen"), [("pouch-loss", "in-transit:P-1", 20)]),
    (c.StockReceived("forever", 2, 78, 156), [("stock-reserve", "stock-supply", 156)]),
    (c.StockToTill("T1", "forever", 2, 78, 156), [("stock:T1", "stock-reserve", 156)]),
    (c.StockFromTill("T1", "forever", 2, 78, 156), [("stock-reserve", "stock:T1", 156)]),
    (c.StampsSold("T1", "forever", 2, 78, 156, "2026-03-02"), [("till:T1", "stock:T1", 156)]),
    (m.CashDeposited(A, "T1", 5, "2026-03-02"), [("till:T1", f"customer:{A}:0417", 5)]),
    (m.CashWithdrawn(A, "T1", 5, "2026-03-02"), [(f"customer:{A}:0417", "till:T1", 5)]),
    (m.Transferred(A, B, 5), [(f"customer:{A}:0417", f"customer:{B}:0417", 5)]),
    (
        m.Reversed(1, 7, "why", [["till:T1", f"customer:{A}:0417", 5, 80]], "2026-03-02", "deposit"),
        [(f"customer:{A}:0417", "till:T1", 5)],
    ),
    (m.HouseAdvanced("A1-7", A, 5), [("advance:A1-7", f"customer:{A}:0417", 5)]),
    (m.HouseMoved(A, "interest", 5, "in", "1993"), [("house:interest", f"customer:{A}:0417", 5)]),
    (m.HouseMoved(A, "fees", 5, "out", "1993"), [(f"customer:{A}:0417", "house:fees", 5)]),
    (p.LegalHoldPlaced("H1-1", A, 5, "court"), [(f"customer:{A}:0417", "held:H1-1", 5)]),
    (p.LegalHoldReleased("H1-1", A, 5, b"p" * 16, "over"), [(f"customer:{A}:0417", "held:H1-1", 5)]),
]

NOTHING = {
    "EpochOpened", "EpochClosed", "EditionTaken", "ClerkEnrolled", "KeyRevoked", "DayOpened", "DayClosed",
    "CashExchanged", "SuspectNoteKept", "SurpriseCounted", "TillReported", "TillCounted", "DifferenceDisputed",
    "DifferenceAccepted", "CustomerOpened", "CustomerChanged", "AccountOpened", "AccountClosed", "AccountReopened",
    "AccountFrozen", "AccountUnfrozen", "BalanceTold", "VisitSettled",
}  # fmt: skip
"""Facts that book nothing."""
for _product in PRODUCTS:
    LEGS += _product.LEGS
    NOTHING |= _product.NOTHING


@pytest.mark.parametrize(("fact", "legs"), LEGS, ids=lambda x: type(x).__name__ if isinstance(x, Fact) else "")
def test_booking_keeps_its_legs(fact: Fact, legs: list[tuple[str, str, int]]) -> None:
    found = legs_of(fact, "0417")
    assert [(leg.debit, leg.credit, leg.amount) for leg in found] == legs
    assert all(leg.code == fact.number for leg in found)
    for leg in found:
        assert leg.amount > 0
        assert leg.debit != leg.credit
        account_rule(leg.debit), account_rule(leg.credit)


def test_every_fact_is_booked_or_named_as_booking_nothing() -> None:
    booked = {type(fact).__name__ for fact, _ in LEGS}
    assert booked | NOTHING == {cls.__name__ for cls in every_fact().values()}
    assert not booked & NOTHING


def test_a_hold_is_pending_and_its_release_voids_it() -> None:
    placed = legs_of(p.LegalHoldPlaced("H1-1", A, 5, "court"), "0417")
    released = legs_of(p.LegalHoldReleased("H1-1", A, 5, b"p" * 16, "over"), "0417")
    assert [(leg.flags, leg.pending) for leg in placed] == [(PENDING, b"")]
    assert [(leg.flags, leg.pending) for leg in released] == [(VOID, b"p" * 16)]


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("vault", CREDITS_MUST_NOT_EXCEED_DEBITS),
        ("till:T1", CREDITS_MUST_NOT_EXCEED_DEBITS),
        ("in-transit:P-1", CREDITS_MUST_NOT_EXCEED_DEBITS),
        ("stock:T1", CREDITS_MUST_NOT_EXCEED_DEBITS),
        ("advance:A1-7", CREDITS_MUST_NOT_EXCEED_DEBITS),
        ("customer:4000000002:0417", DEBITS_MUST_NOT_EXCEED_CREDITS),
        ("over-short", 0),
        ("center", 0),
    ],
)
def test_no_drawer_and_no_customer_goes_below_zero(name: str, guard: int) -> None:
    assert account_rule(name).flags == guard
