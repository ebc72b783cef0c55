"""Facts of small loans. Amounts in minor units, > 0 unless said; a rate in hundredths of a percent a year.

What happens at a window names its ``till``; with ``account`` the money is that account's and not cash.
``loan`` is the loan's number, ``customer`` the borrower's, both random. What she earns and owes elsewhere enters as a
salted hash (``details``) and as one figure, what is left of a month (``left``), so that the decision can be looked
over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Count, Fact, recorded


@recorded(160)
@dataclass(frozen=True, slots=True)
class LoanApplied(Fact):
    """An application and its decision, ``yes`` or ``no``. ``reasons``: codes, told in plain words on its receipt.

    ``payment`` is what the loan would cost each time; ``most`` is the most that would fit (0: nothing does).
    """

    case: str
    customer: str
    amount: int
    every: str
    number_of_payments: int
    date: str
    details: bytes
    left: int
    payment: int
    most: int
    decision: str
    reasons: list[Any]


@recorded(161)
@dataclass(frozen=True, slots=True)
class LoanOpened(Fact):
    """A loan agreed on the terms that were shown, and given out, in cash or to an account."""

    loan: str
    customer: str
    amount: int
    case: str
    date: str
    rate: int
    every: str
    number_of_payments: int
    first_due: str
    payment: int
    last_payment: int
    total: int
    apr: str
    till: str
    account: str | None = None
    direction: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None
    dues_from: str | None = None
    """The account that payments are taken from on their due dates, if she agreed to that."""


@recorded(162)
@dataclass(frozen=True, slots=True)
class LoanPaid(Fact):
    """A payment: ``principal`` and ``interest`` add up to ``amount``, either may be 0. ``left``: owed after it."""

    loan: str
    amount: int
    principal: int
    interest: int
    left: int
    date: str
    till: str
    account: str | None = None
    direction: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(163)
@dataclass(frozen=True, slots=True)
class LoanDeferred(Fact):
    """A payment put off, free: it and all after it fall due one period later. Books nothing."""

    loan: str
    due: str
    until: str
    date: str


@recorded(164)
@dataclass(frozen=True, slots=True)
class LoanChargedOff(Fact):
    """The house gives up ``amount`` of principal as lost; interest ends, and ``interest`` (0 or more) was not paid."""

    loan: str
    amount: int
    interest: int
    days: int
    reason: str
    date: str


@recorded(165)
@dataclass(frozen=True, slots=True)
class LoanRecovered(Fact):
    """Money that came back after a loan was charged off. ``left``: what was lost and has not come back."""

    loan: str
    amount: int
    left: int
    date: str
    till: str
    account: str | None = None
    direction: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(166)
@dataclass(frozen=True, slots=True)
class LoanMissed(Fact):
    """The end of a day found a payment past due: a free deferral is offered before anything else. Books nothing."""

    loan: str
    due: str
    amount: int
    value_date: str


@recorded(167)
@dataclass(frozen=True, slots=True)
class LoanAged(Fact):
    """The end of a day found a loan in another delinquency bucket. Books nothing."""

    loan: str
    bucket: str
    days: int
    value_date: str


@recorded(168)
@dataclass(frozen=True, slots=True)
class LoansProvided(Fact):
    """What the house sets aside for loans that may be lost, ``before`` and after (``amount``), either may be 0."""

    amount: int
    before: int
    value_date: str


@recorded(169)
@dataclass(frozen=True, slots=True)
class LoanDuesAgreed(Fact):
    """The borrower has payments taken from ``account`` on the evening of each due date; without one, she ends that.
    No loan depends on it (12 CFR 1005.10(e)(1)). Books nothing."""

    loan: str
    date: str
    account: str | None = None
    presented_by: str | None = None


@recorded(170)
@dataclass(frozen=True, slots=True)
class LoanCollected(Fact):
    """A payment that fell due, taken from the borrower's account as she agreed: a line of the day's end. ``principal``
    and ``interest`` add up to ``amount``, either may be 0; ``left``: owed after it."""

    loan: str
    account: str
    amount: int
    principal: int
    interest: int
    left: int
    value_date: str
