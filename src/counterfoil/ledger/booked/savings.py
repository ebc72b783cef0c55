"""Booking of savings and everyday accounts as products: interest, dormancy, escheat.

Interest is an expense on the day it accrues and owed to all savers together (``house:interest-payable``) until it is
credited to each.
"""

from __future__ import annotations

from counterfoil.facts.savings import InterestAccrued, InterestCredited
from counterfoil.ledger.legs import Booked, Families, Leg, customer_account

EXPENSE, PAYABLE = "house:interest-expense", "house:interest-payable"
FAMILIES: Families = {}


def _accrued(f: InterestAccrued, place: str) -> list[Leg]:
    if f.amount > 0:
        return [Leg(EXPENSE, PAYABLE, f.amount, f.number)]
    return [Leg(PAYABLE, EXPENSE, -f.amount, f.number)] if f.amount else []


def _credited(f: InterestCredited, place: str) -> list[Leg]:
    return [Leg(PAYABLE, customer_account(f.account, place), f.amount, f.number)] if f.amount else []


BOOKED: Booked = {(220, 1): _accrued, (221, 1): _credited}
