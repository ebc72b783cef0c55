"""Fold tables of mail products at the same window."""

from __future__ import annotations

from counterfoil.office.rows import FoldTables

FOLDS: FoldTables = {}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
