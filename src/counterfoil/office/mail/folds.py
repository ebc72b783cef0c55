"""What the facts of mail products do to the fold tables: pieces of stock follow what was sold, revalued or spoiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil.facts import mail as f
from counterfoil.office.folding import Folders, Undo

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State

RESERVE = "reserve"


def _sold(s: State, one: f.MailSold, at: Place) -> None:
    for item, pieces in one.stock.items():
        s.stock_moved(one.till, item, -pieces, one.prices[item])
    s.total(one.till, one.date, at.kind, one.amount, 0)


def _taken_back(s: State, one: f.MailTakenBack, at: Place) -> None:
    for item, pieces in one.stock.items():
        s.stock_moved(one.till, item, pieces, one.prices[item])


def _revalued(s: State, one: f.StockRevalued, at: Place) -> None:
    s.stock_moved(one.till or RESERVE, one.item, 0, one.face)


def _spoiled(s: State, one: f.StockSpoiled, at: Place) -> None:
    s.stock_moved(one.till or RESERVE, one.item, -one.quantity, one.face)


def _refunded(s: State, one: f.StampsRefunded, at: Place) -> None:
    s.total(one.till, one.date, at.kind, 0, one.amount)


FOLDERS: Folders = {
    (210, 1): _sold,
    (211, 1): _revalued,
    (212, 1): _spoiled,
    (213, 1): _refunded,
    (214, 1): _taken_back,
}

UNDO: Undo = {}
"""Kind of a reversed entry → what its reversal does to the tables of this product. A mail sale's pieces come back by
the fact ``MailTakenBack`` in the reversal."""
