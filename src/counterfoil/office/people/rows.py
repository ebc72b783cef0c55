"""Fold tables of people around an account: joint owners, those who act for others, stops and levies."""

from __future__ import annotations

from counterfoil.office.rows import FoldTables

FOLDS: FoldTables = {}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
