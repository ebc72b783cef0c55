"""Facts of savings and everyday accounts as products: interest, dormancy, escheat.

Amounts in minor units. ``value_date``: the business day whose end it is. ``exact``: a fraction as text, "7/3", of minor
units: what has accrued before it is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.facts.record import Fact, recorded


@recorded(220)
@dataclass(frozen=True, slots=True)
class InterestAccrued(Fact):
    """What all accounts of a product earned on a day, as one movement of the house. ``daily``: what one unit earns on
    that day, a fraction as text; ``exact``: what has accrued and is not credited yet, after this day.

    ``amount`` brings the booked accrual to ``exact``, rounded; below zero where a mistake of an earlier day was put
    right. ``balance``: the closing balance of all accounts.
    """

    product: str
    value_date: str
    balance: int
    daily: str
    exact: str
    amount: int


@recorded(221)
@dataclass(frozen=True, slots=True)
class InterestCredited(Fact):
    """An account's interest of the period that ends with ``value_date``: rounded once, here. 0 books nothing.

    ``balance_days``: the sum of closing balances over the ``days`` of the period (their mean is Reg DD's average daily
    balance).
    """

    account: str
    amount: int
    value_date: str
    balance_days: int
    days: int
