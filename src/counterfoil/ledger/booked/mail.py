"""Booking of mail products at the same window.

Stamps are stock at face value, as ``StampsSold`` books them; what is sold without stock (a certified letter, a box for
half a year) is income. A new price of stock in hand goes to ``house:stock-revaluation``, spoiled stock to
``house:stock-spoiled``: the house's, never a till's.
"""

from __future__ import annotations

from counterfoil.facts import mail as o
from counterfoil.ledger.legs import RESERVE, Booked, Families, Leg, stock_account, till_account

FEES, REVALUATION, SPOILED = "house:fee-mail", "house:stock-revaluation", "house:stock-spoiled"

FAMILIES: Families = {}


def _sold(f: o.MailSold, place: str) -> list[Leg]:
    till, services = till_account(f.till), f.amount - f.stock_value
    stock = [Leg(till, stock_account(f.till), f.stock_value, f.number)] if f.stock_value else []
    return [*stock, *([Leg(till, FEES, services, f.number)] if services else [])]


def _place(till: str | None) -> str:
    return stock_account(till) if till else RESERVE


def _revalued(f: o.StockRevalued, place: str) -> list[Leg]:
    stock = _place(f.till)
    if f.change > 0:
        return [Leg(stock, REVALUATION, f.change, f.number)]
    return [Leg(REVALUATION, stock, -f.change, f.number)] if f.change else []


def _spoiled(f: o.StockSpoiled, place: str) -> list[Leg]:
    return [Leg(SPOILED, _place(f.till), f.value, f.number)]


def _refunded(f: o.StampsRefunded, place: str) -> list[Leg]:
    return [Leg(SPOILED, till_account(f.till), f.amount, f.number)]


BOOKED: Booked = {
    (210, 1): _sold,
    (211, 1): _revalued,
    (212, 1): _spoiled,
    (213, 1): _refunded,
}
