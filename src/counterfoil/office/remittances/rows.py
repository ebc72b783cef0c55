"""Fold tables of cash sent from office to office, and transfers that may be called back."""

from __future__ import annotations

from counterfoil.office.rows import FoldTables

FOLDS: FoldTables = {}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
