"""Fold tables of people around an account: joint owners, those who act for others, stops and levies."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class OwnerRow(NamedTuple):
    account: str
    customer: str
    survivorship: int
    state: str
    """``owner`` or ``removed``."""


class MandateRow(NamedTuple):
    case: str
    account: str
    customer: str
    role: str
    scope: str
    ends: str | None
    state: str
    """``given`` or ``ended``."""


class DeathRow(NamedTuple):
    customer: str
    died: str
    state: str
    """``noted`` or ``back``: it was noted of the wrong person."""
    representative: str | None


class MinorRow(NamedTuple):
    customer: str
    minor: int


class BenefitRow(NamedTuple):
    account: str
    epoch: int
    sequence: int
    date: str
    amount: int
    state: str
    """``credited`` or ``reversed``."""


class LevyRow(NamedTuple):
    case: str
    account: str
    held: int
    pending: bytes
    state: str
    """``held``, ``nothing``, ``paid`` or ``released``."""


FOLDS: FoldTables = {
    "owner": (OwnerRow, 2, "Joint owners of accounts, besides the person who opened it."),
    "mandate": (MandateRow, 1, "Who may act on an account for its owner, and until when."),
    "death": (DeathRow, 1, "Customers who died, and who may be paid for their estate."),
    "minor": (MinorRow, 1, "Whether a customer is under age; the date of birth stands in the details only."),
    "benefit": (BenefitRow, 3, "Federal benefit payments credited, which no levy may touch for two months."),
    "levy": (LevyRow, 1, "Garnishment orders and what they hold."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
