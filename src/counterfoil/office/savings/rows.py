"""Fold tables of savings and everyday accounts: what each account has at interest, and each product as a whole."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class SavingRow(NamedTuple):
    """What interest is computed from. ``since``: the first day not credited yet; ``balance``: before it, but for
    ``moved`` (day and amount of each later movement, packed). ``carried``: a fraction as text, "" for none.
    ``active``: the last day on which its customer was here. Days are ordinals."""

    account: str
    since: int
    balance: int
    moved: bytes
    carried: str
    active: int


class PoolRow(NamedTuple):
    """All accounts of a product together. ``through``: the last day that has accrued; ``balance``: at its close;
    ``exact``: accrued since the last crediting, ``compounded`` the part of it that earns; ``carried``: of all accounts;
    ``booked``: what of it stands in the ledger; ``credited``: the last day that was credited."""

    product: str
    through: int
    balance: int
    exact: str
    compounded: str
    carried: str
    booked: int
    credited: int


class PoolDayRow(NamedTuple):
    """What moved on all accounts of a product, by value day: deposits less withdrawals."""

    product: str
    day: int
    moved: int


class DormantRow(NamedTuple):
    """An account nobody has come for. ``state``: ``dormant``, ``due`` (to be sent to the state), ``sent``, ``back``."""

    account: str
    since: int
    state: str


FOLDS: FoldTables = {
    "saving": (SavingRow, 1, "What each account's interest is computed from, since it was last credited."),
    "pool": (PoolRow, 1, "Each interest-bearing product as a whole: what has accrued, is booked, was credited."),
    "pool_day": (PoolDayRow, 2, "What moved on all accounts of a product, by value day."),
    "dormant": (DormantRow, 1, "Accounts that nobody has come for."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
