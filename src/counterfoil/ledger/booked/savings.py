"""Booking of savings and everyday accounts as products: interest, dormancy, escheat.

Interest is an expense on the day it accrues and owed to all savers of a product together
(``house:interest-payable-PRODUCT``) until it is credited to each. What a state takes over is owed to it
(``house:unclaimed-STATE``).
"""

from __future__ import annotations

from counterfoil.facts.alike import Alike
from counterfoil.facts.savings import (
    AccountEscheated,
    InterestAccrued,
    InterestCredited,
    InterestPaid,
    InterestSettled,
)
from counterfoil.ledger.legs import Booked, BookedMany, Families, Leg, ManyLegs, customer_account

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


def _all_credited(facts: Alike, place: str) -> ManyLegs | None:
    product, amounts = facts.same("product"), facts.column("amount")
    if product is None or min(amounts) < 0:
        return None
    accounts = facts.column("account")
    names = [customer_account(account, place) for account, amount in zip(accounts, amounts, strict=True) if amount]
    moved = amounts if min(amounts) else list(filter(None, amounts))
    return ManyLegs(payable(product), names, moved, facts.of.number)


def _escheated(f: AccountEscheated, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"house:unclaimed-{f.state}", f.amount, f.number)]


BOOKED: Booked = {
    (220, 1): _accrued,
    (221, 1): _credited,
    (222, 1): _credited,
    (223, 1): _settled,
    (226, 1): _escheated,
}
BOOKED_MANY: BookedMany = {(221, 1): _all_credited}
"""The legs of many facts at once: those of one after another."""
