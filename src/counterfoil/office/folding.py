"""The shape of folding: what a product's module says its facts do to the fold tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Folders = dict[tuple[int, int], Callable[[Any, Any, Any], None]]
"""(fact number, version) → what it does: (state, fact, place). Never changed for a released version."""
FoldMany = dict[tuple[int, int], Callable[[Any, Any, Any], None]]
"""(fact number, version) → what many facts of it in a row do, all at once: (state, facts, place). It gives what its
folder gives one after another (``test_many_lines_at_once_are_each_line_by_itself``)."""
Undo = dict[str, Callable[[Any, Any, Any], None]]
"""Kind of a reversed entry → what its reversal does besides the ledger: (state, ``Reversed`` fact, place)."""
