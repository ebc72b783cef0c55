"""Facts about customers and their accounts. A person is a random number; details enter only as a hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Fact, recorded


@recorded(60)
@dataclass(frozen=True, slots=True)
class CustomerOpened(Fact):
    """``details`` = SHA-256(16 random bytes ‖ canonical details). ``tier`` is the policy's identification tier."""

    customer: str
    tier: str
    details: bytes


@recorded(61)
@dataclass(frozen=True, slots=True)
class CustomerChanged(Fact):
    """``what`` lists the changed fields by name; ``correction``: it was wrong, rather than it has changed."""

    customer: str
    details: bytes
    what: list[Any]
    correction: bool


@recorded(62)
@dataclass(frozen=True, slots=True)
class AccountOpened(Fact):
    account: str
    product: str
    customer: str | None = None


@recorded(63)
@dataclass(frozen=True, slots=True)
class AccountClosed(Fact):
    account: str
    reason: str


@recorded(64)
@dataclass(frozen=True, slots=True)
class AccountReopened(Fact):
    account: str
    reason: str


@recorded(65)
@dataclass(frozen=True, slots=True)
class AccountFrozen(Fact):
    account: str
    reason: str


@recorded(66)
@dataclass(frozen=True, slots=True)
class AccountUnfrozen(Fact):
    account: str
    reason: str


@recorded(67)
@dataclass(frozen=True, slots=True)
class LegalHoldPlaced(Fact):
    """A pending transfer keeps ``amount`` (minor units) from being paid out; ``authority`` is the court's or
    agency's reference."""

    case: str
    account: str
    amount: int
    authority: str


@recorded(68)
@dataclass(frozen=True, slots=True)
class LegalHoldReleased(Fact):
    """``pending`` is the ledger id of the hold's pending transfer, voided whole."""

    case: str
    account: str
    amount: int
    pending: bytes
    reason: str


@recorded(69)
@dataclass(frozen=True, slots=True)
class BalanceTold(Fact):
    """What the customer was told at the window: the balance and what can be paid out, minor units."""

    account: str
    balance: int
    available: int
    till: str | None = None
