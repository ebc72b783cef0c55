"""What the facts of mail products do to the fold tables."""

from __future__ import annotations

from counterfoil.office.folding import Folders, Undo

FOLDERS: Folders = {}

UNDO: Undo = {}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
