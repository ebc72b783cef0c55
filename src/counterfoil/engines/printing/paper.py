"""The two papers of receipt printers, at 203 dots per inch (8 per millimeter)."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.counter.receipt import COLUMNS_58_MM, COLUMNS_80_MM
from counterfoil.kernel.outcomes import Malformed


@dataclass(frozen=True, slots=True)
class Paper:
    """``dots``: printable width; ``columns``: of text; ``cell``: dots of one column in a picture; ``module``: dots of
    one QR module, so that the largest code (version 17, 93 modules with its margin) fits the text's width.
    """

    name: str
    dots: int
    columns: int
    cell: int
    module: int


MM80 = Paper("80", dots=576, columns=COLUMNS_80_MM, cell=13, module=5)
MM58 = Paper("58", dots=384, columns=COLUMNS_58_MM, cell=12, module=4)


def paper(name: str) -> Paper:
    """``80`` or ``58``, in millimeters; ``Malformed`` (field ``paper``) for another."""
    for known in (MM80, MM58):
        if known.name == name:
            return known
    raise Malformed(f"{name!r} is not a paper: 80 or 58 (millimeters)", field="paper")
