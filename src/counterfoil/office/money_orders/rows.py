"""Fold tables of money orders. Amounts in minor units."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class OrderRow(NamedTuple):
    serial: str
    place: str
    """Where a blank form lies: ``reserve`` or a till. Empty once it is no longer blank."""
    state: str
    """``blank``, ``sold``, ``cashed``, ``cleared``, ``refunded``, ``replaced``, ``void`` or ``missing``."""
    amount: int
    fee: int
    sold: str | None
    customer: str | None
    stop: str | None
    """The case of a stop in force."""
    changed: str | None
    """The day of its present state."""
    other: str | None
    """The form that replaced it, or that it replaces."""
    epoch: int
    sequence: int


class OrderCaseRow(NamedTuple):
    case: str
    serial: str
    what: str
    """``stop`` or ``trace``."""
    date: str
    state: str
    """``open`` or ``over``; a trace is over at once."""


class OrderCountRow(NamedTuple):
    till: str
    date: str
    counted: int
    expected: int
    case: str | None
    holds: int
    """1 while no form of the till has moved since."""


class InstrumentRow(NamedTuple):
    date: str
    number: int
    """From 1, each day."""
    kind: str
    reference: str
    amount: int
    till: str
    presented_by: str | None
    on_behalf_of: str | None
    buyer: bytes | None
    identification: str | None
    request: bytes
    epoch: int
    sequence: int
    undone: int


FOLDS: FoldTables = {
    "money_order": (OrderRow, 1, "Money orders and their blank forms, one row a serial: the positive-pay register."),
    "order_case": (OrderCaseRow, 1, "Stops and traces of money orders."),
    "order_count": (OrderCountRow, 1, "The last count of each till's blank forms."),
    "instrument": (
        InstrumentRow,
        2,
        "Money orders and cash sent, bought for cash, day by day: the log of 31 CFR 1010.415.",
    ),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
