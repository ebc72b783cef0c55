"""Fold tables of the end of the day: steps and how far they are booked, lines set aside, days that have ended."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class BulkRow(NamedTuple):
    """A step of the end of ``date``: what its entry commits to, and how many of its lines are booked."""

    date: str
    step: str
    epoch: int
    sequence: int
    lines: bytes
    size: int
    root: bytes
    posted: int


class AsideRow(NamedTuple):
    """A line that the ledger refused. ``entered``: whether its own entry stands in the journal yet (0 or 1)."""

    date: str
    step: str
    line: int
    reason: str
    about: str
    entered: int


class EndedRow(NamedTuple):
    date: str
    epoch: int
    sequence: int


FOLDS: FoldTables = {
    "bulk": (BulkRow, 2, "Steps of the end of each day that had lines: the root over them, and how many are booked."),
    "set_aside": (AsideRow, 3, "Lines of such steps that the ledger refused."),
    "ended_day": (EndedRow, 1, "Days of which every step is done."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
