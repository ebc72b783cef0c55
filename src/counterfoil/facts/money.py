"""Facts that move a customer's money. Amounts in minor units, > 0.

Cash facts carry who presented it, for whom, the identification used, the direction and the business day, so that every
currency report can be computed later without a migration (DESIGN section 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Count, Fact, recorded


@recorded(80)
@dataclass(frozen=True, slots=True)
class CashDeposited(Fact):
    account: str
    till: str
    amount: int
    date: str
    direction: str = "in"
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(81)
@dataclass(frozen=True, slots=True)
class CashWithdrawn(Fact):
    account: str
    till: str
    amount: int
    date: str
    direction: str = "out"
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(82)
@dataclass(frozen=True, slots=True)
class Transferred(Fact):
    account: str
    to_account: str
    amount: int
    reference: str | None = None
    presented_by: str | None = None


@recorded(83)
@dataclass(frozen=True, slots=True)
class Reversed(Fact):
    """The exact negation of an entry: ``legs`` are the original's ``[debit name, credit name, amount, code]``.

    ``value_date`` is the original's, so that interest and as-of balances by value date read as if it had not been.
    """

    epoch: int
    sequence: int
    reason: str
    legs: list[Any]
    value_date: str
    kind: str
    till: str | None = None
    item: str | None = None
    quantity: int | None = None
    face: int | None = None


@recorded(84)
@dataclass(frozen=True, slots=True)
class HouseAdvanced(Fact):
    """The house lends an account what its reversal lacks, on ``advance:CASE``; never the clerk's till."""

    case: str
    account: str
    amount: int


@recorded(85)
@dataclass(frozen=True, slots=True)
class HouseMoved(Fact):
    """The system moves money between a customer and a house account. ``direction``: ``in`` pays the customer."""

    account: str
    house: str
    amount: int
    direction: str
    what: str


@recorded(90)
@dataclass(frozen=True, slots=True)
class VisitSettled(Fact):
    """A visit's one payment: net cash (in minus out), what was tendered and the change given. Books nothing itself."""

    net: int
    tendered: int
    change: int
    services: int
