"""Fold tables of savings and everyday accounts as products: interest, dormancy, escheat."""

from __future__ import annotations

from counterfoil.office.rows import FoldTables

FOLDS: FoldTables = {}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
