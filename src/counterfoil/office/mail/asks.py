"""Requests about mail products at the same window."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.requests import Amount, Ask, Code, Quantities, Quantity, Text, Till, Unit, _Cash, asked


@asked("mail-sale", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class SellMail(_Cash):
    """Pieces by item of the price list: stamps from the till's stock, and services. ``amount``: what they cost
    together."""

    till: Till
    items: Quantities

    def check(self) -> None:
        if not self.items:
            raise Malformed("items is empty: name at least one piece of one item", field="items")
        _Cash.check(self)


@asked("stock-revalue")
@dataclass(frozen=True, slots=True, kw_only=True)
class RevalueStock(Ask):
    """Two people say how many pieces lie at a place (``till`` left out: the reserve); the books take the new price."""

    item: Code
    quantity: Quantity
    till: Till | None = None


@asked("stock-spoiled")
@dataclass(frozen=True, slots=True, kw_only=True)
class SpoilStock(Ask):
    """Two witnesses destroy stock that cannot be sold. ``till`` left out: from the reserve."""

    item: Code
    quantity: Quantity
    reason: Text
    till: Till | None = None


@asked("stamp-refund", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStamps(Ask):
    """A customer brings back stamps that were sold spoiled."""

    till: Till
    item: Code
    quantity: Quantity
    amount: Amount
    currency: Unit
    reason: Text
