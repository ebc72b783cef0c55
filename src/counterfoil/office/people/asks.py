"""Requests about people around an account: joint owners, those who act for others, stops and levies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader, short
from counterfoil.office.requests import (
    Account,
    Amount,
    Ask,
    Code,
    Counted,
    Customer,
    Date,
    Flag,
    Text,
    Till,
    Unit,
    _Cash,
    asked,
)

ROLES = ("guardian", "payee", "attorney")
SCOPES = ("look", "draw")


def _one_of(words: tuple[str, ...]) -> Reader:
    def reader(value: Any, field: str) -> str:
        if value not in words:
            raise Malformed(f"{field} is {short(value)}: one of {', '.join(words)} is needed", field=field)
        return str(value)

    return Reader(reader, {"enum": list(words)})


ROLE, SCOPE = _one_of(ROLES), _one_of(SCOPES)
Case = Annotated[str, read.CASE]


@asked("owner-add")
@dataclass(frozen=True, slots=True, kw_only=True)
class AddOwner(Ask):
    """A joint owner, with the owner at the window. ``survivorship``: if one dies, the other goes on."""

    account: Account
    customer: Customer
    survivorship: Flag = False


@asked("owner-remove")
@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOwner(Ask):
    account: Account
    customer: Customer
    reason: Text


@asked("mandate-give")
@dataclass(frozen=True, slots=True, kw_only=True)
class GiveMandate(Ask):
    """``papers``: the court's order, the agency's letter or the power of attorney, by its own number."""

    account: Account
    customer: Customer
    role: Annotated[str, ROLE]
    scope: Annotated[str, SCOPE]
    papers: Text
    ends: Date | None = None


@asked("mandate-end")
@dataclass(frozen=True, slots=True, kw_only=True)
class EndMandate(Ask):
    case: Case
    reason: Text


@asked("death-note")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDeath(Ask):
    customer: Customer
    died: Date
    papers: Text


@asked("death-take-back")
@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDeathBack(Ask):
    customer: Customer
    reason: Text


@asked("estate-name")
@dataclass(frozen=True, slots=True, kw_only=True)
class NameRepresentative(Ask):
    customer: Customer
    representative: Customer
    papers: Text


@asked("estate-pay")
@dataclass(frozen=True, slots=True, kw_only=True)
class PayEstate(_Cash):
    """At a till's window: in cash, or with ``to`` to another account and no cash."""

    account: Account
    till: Till
    presented_by: Customer
    to: Account | None = None
    identification: Code | None = None


@asked("minor-mark")
@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMinor(Ask):
    """``details``: the date of birth and the paper that shows it; the screen works out ``minor`` from them. ``state``:
    where the person lives (two small letters); ``majority``: the age at which one is of age there, 18 if left out."""

    customer: Customer
    details: Annotated[bytes, read.DIGEST]
    minor: Flag
    state: Code | None = None
    majority: Counted | None = None


@asked("benefit-credit")
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBenefit(Ask):
    """``reference``: the payment's own number, as the agency's bank gave it."""

    account: Account
    amount: Amount
    currency: Unit
    agency: Code
    reference: Text


@asked("levy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Levy(Ask):
    """``amount`` is what the order asks for; ``authority`` is the court's or agency's name and the order's number."""

    account: Account
    amount: Amount
    currency: Unit
    authority: Text


@asked("levy-pay")
@dataclass(frozen=True, slots=True, kw_only=True)
class PayLevy(Ask):
    case: Case


@asked("levy-release")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLevy(Ask):
    case: Case
    reason: Text
