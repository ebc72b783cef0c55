"""Fold tables of cash sent from one office to another. Amounts in minor units; times in milliseconds since 1970."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class CashSendRow(NamedTuple):
    case: str
    state: str
    """``sent``, ``blocked``, ``claimed``, ``canceled``, ``unclaimed`` or ``returned`` (to the sender's account)."""
    office: str
    """Where it may be claimed."""
    amount: int
    fee: int
    date: str
    expires: str
    sent: int
    free_minutes: int
    code: bytes
    details: bytes
    account: str | None
    customer: str | None
    tries: int
    checked: str | None
    """Till and day at which the right code was shown, as ``T1@2026-03-02``."""
    epoch: int
    sequence: int


FOLDS: FoldTables = {
    "cash_send": (CashSendRow, 1, "Cash sent from one office to another, and what became of it."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
