"""Requests about savings and everyday accounts as products: interest, direct deposit, unclaimed property."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.office.requests import Account, Ask, Code, Text, asked


@asked("interest-pay")
@dataclass(frozen=True, slots=True, kw_only=True)
class PayInterest(Ask):
    """Interest is credited now, up to the last day that has ended: before an account is closed."""

    account: Account


@asked("account-escheat")
@dataclass(frozen=True, slots=True, kw_only=True)
class SendToState(Ask):
    """What nobody has claimed goes to the ``state`` of the owner's last address (two small letters). ``reference``: of
    the report to that state."""

    account: Account
    state: Code
    reference: Text


@asked("direct-deposit", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class TellDirectDeposit(Ask):
    """Routing and account number on paper, for an employer."""

    account: Account
