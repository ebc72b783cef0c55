"""Booking of savings and everyday accounts as products: interest, dormancy, escheat.

Interest is an expense on the day it accrues and owed to all savers of a product together
(``house:interest-payable-PRODUCT``) until it is credited to each. What a state takes over is owed to it
(``house:unclaimed-STATE``).
"""

from __future__ import annotations

from counterfoil.facts.savings import (
    AccountEscheated,
    InterestAccrued,
    InterestCredited,
    InterestPaid,
    InterestSettled,
)
from counterfoil.ledger.legs import Booked, Families, Leg, customer_account

EXPENSE = "house:interest-expense"
FAMILIES: Families = {}


def payable(product: str) -> str:
    """What is owed to all savers of a product together and not credited yet."""
    return f"house:interest-payable-{product}"


def _to_expense(product: str, amount: int, code: int) -> list[Leg]:
    if amount > 0:
        return [Leg(EXPENSE, payable(product), amount, code)]
    return [Leg(payable(product), EXPENSE, -amount, code)] if amount else []


def _accrued(f: InterestAccrued, place: str) -> list[Leg]:
    return _to_expense(f.product, f.amount, f.number)


def _settled(f: InterestSettled, place: str) -> list[Leg]:
    return _to_expense(f.product, f.amount, f.number)


def _credited(f: InterestCredited | InterestPaid, place: str) -> list[Leg]:
    return [Leg(payable(f.product), customer_account(f.account, place), f.amount, f.number)] if f.amount else []


def _escheated(f: AccountEscheated, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"house:unclaimed-{f.state}", f.amount, f.number)]


BOOKED: Booked = {
    (220, 1): _accrued,
    (221, 1): _credited,
    (222, 1): _credited,
    (223, 1): _settled,
    (226, 1): _escheated,
}
