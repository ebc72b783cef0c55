"""Facts of money orders. Amounts in minor units; a serial is eleven digits, the last its check digit.

A blank form has a place and no value: the ledger hears of it when it is sold. Facts name a person by random number, or
by the keyed hash of the paper she showed (``buyer``), never by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Count, Fact, recorded


@recorded(120)
@dataclass(frozen=True, slots=True)
class OrdersReceived(Fact):
    """Blank forms came to the office's reserve: ``quantity`` serials from ``first`` on, counted by two."""

    first: str
    quantity: int


@recorded(121)
@dataclass(frozen=True, slots=True)
class OrdersToTill(Fact):
    till: str
    first: str
    quantity: int


@recorded(122)
@dataclass(frozen=True, slots=True)
class OrdersFromTill(Fact):
    till: str
    first: str
    quantity: int


@recorded(123)
@dataclass(frozen=True, slots=True)
class OrderSold(Fact):
    """Paid in cash, or from ``account``. ``buyer``: keyed hash of the paper shown, where one was.

    ``details``: salted hash of what that paper said.
    """

    serial: str
    till: str
    amount: int
    fee: int
    date: str
    direction: str = "in"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    buyer: bytes | None = None
    count: Count | None = None
    details: bytes | None = None


@recorded(124)
@dataclass(frozen=True, slots=True)
class OrderCashed(Fact):
    """Paid out in cash at a window, or into ``account``."""

    serial: str
    till: str
    amount: int
    date: str
    identification: str
    direction: str = "out"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    count: Count | None = None


@recorded(125)
@dataclass(frozen=True, slots=True)
class OrderRefunded(Fact):
    """The buyer gave the form back. ``fee`` is what came back of the fee: all of it on the day of the sale."""

    serial: str
    till: str
    amount: int
    fee: int
    date: str
    identification: str
    reason: str
    direction: str = "out"
    account: str | None = None
    presented_by: str | None = None


@recorded(126)
@dataclass(frozen=True, slots=True)
class OrderReplaced(Fact):
    """A lost or damaged order gets a new form of the same amount. ``bond``: the promise to pay back, for a lost one."""

    serial: str
    new_serial: str
    till: str
    amount: int
    fee: int
    date: str
    in_hand: bool
    identification: str
    bond: str | None = None
    presented_by: str | None = None
    direction: str = "in"


@recorded(127)
@dataclass(frozen=True, slots=True)
class OrderStopped(Fact):
    case: str
    serial: str
    date: str
    reason: str


@recorded(128)
@dataclass(frozen=True, slots=True)
class OrderTraced(Fact):
    """What the register said when someone asked. ``state`` as in the table ``money_order``; ``on``: since when."""

    case: str
    serial: str
    date: str
    state: str
    stopped: bool
    amount: int
    on: str | None = None


@recorded(129)
@dataclass(frozen=True, slots=True)
class OrderVoided(Fact):
    """A blank or spoiled form is made worthless. ``in_hand``: it was cut and kept; else two people signed for it."""

    serial: str
    date: str
    in_hand: bool
    reason: str


@recorded(130)
@dataclass(frozen=True, slots=True)
class OrderStopLifted(Fact):
    serial: str
    date: str
    reason: str


@recorded(131)
@dataclass(frozen=True, slots=True)
class OrderCleared(Fact):
    """An order of ours was paid elsewhere (a bank, another office) and came in to be settled. ``through`` names it."""

    serial: str
    amount: int
    date: str
    through: str


@recorded(132)
@dataclass(frozen=True, slots=True)
class OrdersCounted(Fact):
    """Blank forms of a till, counted serial by serial. ``missing`` opens ``case``: a question, never a clerk's debt."""

    till: str
    date: str
    forms: int
    forms_expected: int
    missing: list[Any]
    extra: list[Any]
    case: str | None = None
    clerk: str | None = None
