"""The shape of folding: what a product's module says its facts do to the fold tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Folders = dict[tuple[int, int], Callable[[Any, Any, Any], None]]
"""(fact number, version) → what it does: (state, fact, place). Never changed for a released version."""
Undo = dict[str, Callable[[Any, Any, Any], None]]
"""Kind of a reversed entry → what its reversal does besides the ledger: (state, ``Reversed`` fact, place)."""
