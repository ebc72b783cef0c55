"""A receipt as plain text: what a screen, a log of the demo or a printer without graphics shows."""

from __future__ import annotations

from counterfoil.counter.receipt import Receipt, Style, rows
from counterfoil.engines.printing import qr
from counterfoil.engines.printing.paper import MM80, Paper
from counterfoil.engines.texts import catalog


def render(receipt: Receipt, paper: Paper = MM80, *, screen: int = 0, colors: bool = False) -> str:
    """The receipt's lines, each ended by a newline.

    ``screen``: columns of the screen, on which codes are drawn in half blocks where they fit; 0 for no codes.
    """
    parts = []
    for row in rows(receipt, catalog(receipt.language), columns=paper.columns):
        if row.style is not Style.CODE:
            parts.append(row.text.rstrip() + "\n")
        elif screen:
            parts.append(qr.terminal(row.text, columns=screen, colors=colors))
    return "".join(parts)
