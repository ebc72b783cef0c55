"""Fold tables of bills paid at the window. Amounts in minor units."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class BillItemRow(NamedTuple):
    """One bill."""

    case: str
    state: str
    """``waiting``, ``sent``, ``confirmed``, ``came-back``, ``refunded`` or ``called-back``."""
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


FOLDS: FoldTables = {"bill_item": (BillItemRow, 1, "Bills paid at the window, and what became of them.")}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
