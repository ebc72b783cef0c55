"""Requests about small loans."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader
from counterfoil.office.requests import (
    Account,
    Amount,
    Ask,
    Code,
    Counted,
    Customer,
    Date,
    Text,
    Till,
    Unit,
    _Cash,
    asked,
)
from counterfoil.products.loans import EVERY, NUMBER_MAX


def _every(value: Any, field: str) -> str:
    if value not in EVERY:
        raise Malformed(f"{field} is {short(value)}: one of {', '.join(EVERY)} is needed", field=field)
    return str(value)


def _number(value: Any, field: str) -> int:
    if type(value) is not int or not 0 < value <= NUMBER_MAX:
        raise Malformed(f"{field} is {short(value)}: a number of payments, 1 to {NUMBER_MAX}, is needed", field=field)
    return value


def _percent(value: Any, field: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,3}\.[0-9]{2}", value):
        raise Malformed(f"{field} is {short(value)}: a percentage such as 27.93 is needed", field=field)
    return value


PERIOD = Reader(_every, {"enum": list(EVERY)})
NUMBER = Reader(_number, {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX})
APR = Reader(_percent, {"type": "string", "pattern": r"^[0-9]{1,3}\.[0-9]{2}$"})

Loan = Annotated[str, read.ACCOUNT]
Period = Annotated[str, PERIOD]
Payments = Annotated[int, NUMBER]
Percentage = Annotated[str, APR]
Case = Annotated[str, read.CASE]


@asked("loan-apply")
@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyForLoan(Ask):
    """``details`` is the hash of a month's income, rent and other dues, as the customer stated and showed them; the
    details travel beside the request. ``left`` is what they leave of a month. In a request file, ``details`` holds
    ``income``, ``rent``, ``dues`` (such as "1450.00") and perhaps ``shown``, and ``left`` is worked out.
    """

    customer: Customer
    amount: Amount
    currency: Unit
    every: Period
    number_of_payments: Payments
    details: Annotated[bytes, read.DIGEST]
    left: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtTill(_Cash):
    """At a till's window: in cash, or with ``account`` from or to an account and no cash."""

    till: Till
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None


@asked("loan-open", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoan(_AtTill):
    """The terms are those the customer was shown and agreed to; any other than today's are refused. ``dues_from``: her
    own account, from which she wants payments taken on their due dates; the loan does not depend on it."""

    customer: Customer
    case: Case
    every: Period
    number_of_payments: Payments
    first_due: Date
    apr: Percentage
    payment: Amount
    total: Amount
    dues_from: Account | None = None


@asked("loan-pay", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayLoan(_AtTill):
    """Any amount up to what is owed."""

    loan: Loan


@asked("loan-defer")
@dataclass(frozen=True, slots=True, kw_only=True)
class DeferPayment(Ask):
    """``until`` is the new due date that the customer was shown."""

    loan: Loan
    until: Date


@asked("loan-charge-off")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOffLoan(Ask):
    loan: Loan
    reason: Text


@asked("loan-recover", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverLoan(_AtTill):
    """Money on a loan that was charged off."""

    loan: Loan


@asked("loan-dues")
@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeOnDues(Ask):
    """Payments are taken from the borrower's own ``account`` on their due dates; left out, that ends. The borrower says
    so herself: ``presented_by``, if it is another who may draw on the account."""

    loan: Loan
    account: Account | None = None
    presented_by: Customer | None = None


__all__ = ["AgreeOnDues", "ApplyForLoan", "ChargeOffLoan", "DeferPayment", "OpenLoan", "PayLoan", "RecoverLoan"]
