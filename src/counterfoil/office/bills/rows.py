"""Fold tables of bills paid at the window. Amounts in minor units."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class BillItemRow(NamedTuple):
    """One bill."""

    case: str
    state: str
    """``waiting``, ``stopped``, ``sent``, ``confirmed``, ``came-back``, ``refunded`` or ``called-back``."""
    biller: str
    title: str
    amount: int
    fee: int
    on: str
    """The day it goes to the biller."""
    account: str | None
    date: str
    epoch: int
    sequence: int
    until: str | None = None
    """The last day of a stop in force; None: it has none, or there is no stop."""


class BillMoneyRow(NamedTuple):
    """Money that came back before anybody knew of which bill."""

    epoch: int
    sequence: int
    tag: str
    amount: int
    date: str
    case: str | None
    """The bill it was found to be of."""


FOLDS: FoldTables = {
    "bill_item": (BillItemRow, 1, "Bills paid at the window, and what became of them."),
    "bill_money": (BillMoneyRow, 2, "Money that came back without a bill, and the bill it was found to be of."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
