"""Facts of mail products at the same window: sold from the dated price list, stock revalued, spoiled, refunded."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.facts.record import Count, Fact, recorded


@recorded(210)
@dataclass(frozen=True, slots=True)
class MailSold(Fact):
    """Several items sold for cash at once. ``stock`` and ``services``: pieces by item; ``prices``: each item's price.

    ``stock_value`` is the part of ``amount`` that left the till's stamp stock. Postage: no currency report counts it
    (31 CFR 1010.313(b)).
    """

    till: str
    amount: int
    stock_value: int
    date: str
    stock: Count
    services: Count
    prices: Count
    count: Count | None = None


@recorded(211)
@dataclass(frozen=True, slots=True)
class StockRevalued(Fact):
    """The price of an item changed while ``quantity`` pieces lay at a place: the ledger follows.

    ``till`` absent: the reserve. ``change`` = (face - before) × quantity, minor units; below zero: worth less.
    """

    item: str
    quantity: int
    before: int
    face: int
    change: int
    date: str
    till: str | None = None


@recorded(212)
@dataclass(frozen=True, slots=True)
class StockSpoiled(Fact):
    """Stock that cannot be sold was destroyed by two witnesses. ``till`` absent: from the reserve."""

    item: str
    quantity: int
    face: int
    value: int
    date: str
    reason: str
    till: str | None = None


@recorded(213)
@dataclass(frozen=True, slots=True)
class StampsRefunded(Fact):
    """Spoiled stamps taken back from a customer for cash, at the price in force; they are destroyed."""

    till: str
    item: str
    quantity: int
    face: int
    amount: int
    date: str
    reason: str
    direction: str = "out"


@recorded(214)
@dataclass(frozen=True, slots=True)
class MailTakenBack(Fact):
    """Stands in the reversal of a mail sale: these pieces lie in the till again."""

    till: str
    stock: Count
    prices: Count
