"""Facts of savings and everyday accounts as products: interest, dormancy, escheat.

Amounts in minor units. ``value_date``: the business day whose end it is. ``exact``, ``daily``, ``carried``: fractions
as text, "7/3", of minor units: what has accrued before it is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.facts.record import Fact, recorded


@recorded(220)
@dataclass(frozen=True, slots=True)
class InterestAccrued(Fact):
    """What all accounts of a product earned on a day, as one movement of the house. ``daily``: what one unit earns on
    that day; ``exact``: what has accrued and is not credited yet, after this day.

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
    balance). ``carried``: what was below zero, after corrections, and waits for the next period.
    """

    account: str
    product: str
    amount: int
    value_date: str
    balance_days: int
    days: int
    carried: str | None = None


@recorded(222)
@dataclass(frozen=True, slots=True)
class InterestPaid(Fact):
    """An account's interest up to ``value_date``, credited at the window before its period ends: to close it."""

    account: str
    product: str
    amount: int
    value_date: str
    balance_days: int
    days: int


@recorded(223)
@dataclass(frozen=True, slots=True)
class InterestSettled(Fact):
    """After a period was credited: ``credited`` to all accounts of the product together, and what rounding left
    (``amount``, either sign) taken to the expense, so that the expense is what was credited, to the cent."""

    product: str
    value_date: str
    credited: int
    amount: int


@recorded(224)
@dataclass(frozen=True, slots=True)
class AccountDormant(Fact):
    """Nobody has come for this account since ``since``. Nothing is charged for that, and nothing is lost."""

    account: str
    since: str
    value_date: str


@recorded(225)
@dataclass(frozen=True, slots=True)
class EscheatDue(Fact):
    """Some state's law calls the money unclaimed property by now: two people look whose, and send it there
    (``account-escheat``)."""

    account: str
    since: str
    value_date: str


@recorded(226)
@dataclass(frozen=True, slots=True)
class AccountEscheated(Fact):
    """The whole balance is owed to the state and no longer to the account; its owner claims it there."""

    account: str
    state: str
    amount: int
    reference: str


@recorded(227)
@dataclass(frozen=True, slots=True)
class DepositDetailsTold(Fact):
    """What a customer hands to an employer or an agency for direct deposit: routing and account number."""

    account: str
    routing: str
