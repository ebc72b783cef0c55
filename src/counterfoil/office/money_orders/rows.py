"""Fold tables of money orders, from the blank form to its cashing."""

from __future__ import annotations

from counterfoil.office.rows import FoldTables

FOLDS: FoldTables = {}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
