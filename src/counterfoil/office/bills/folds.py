"""What the facts of bills do to the fold tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from counterfoil.facts import bills as f
from counterfoil.office.bills import rows as r
from counterfoil.office.folding import Folders, Undo

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State


def _paid(s: State, fact: f.BillPaid, at: Place) -> None:
    s.bill_item.put(
        r.BillItemRow(
            fact.case, "sent" if fact.sent else "waiting", fact.biller, fact.title, fact.amount, fact.fee, fact.on,
            fact.account, fact.date, at.epoch, at.sequence,
        )
    )  # fmt: skip
    s.total(fact.till, fact.date, at.kind, 0 if fact.account else fact.amount + fact.fee, 0)


def _becomes(state: str) -> Callable[[State, Any, Place], None]:
    def folded(s: State, fact: f.BillSent | f.BillConfirmed | f.BillReturned, at: Place) -> None:
        row = s.bill_item.get(fact.case)
        if row:
            s.bill_item.put(row._replace(state=state))

    return folded


def _refunded(s: State, fact: f.BillRefunded, at: Place) -> None:
    row = s.bill_item.get(fact.case)
    if row:
        s.bill_item.put(row._replace(state="refunded"))
    s.total(fact.till, fact.date, at.kind, 0, 0 if fact.account else fact.amount)


def _cancelled(s: State, fact: f.BillCancelled, at: Place) -> None:
    row = s.bill_item.get(fact.case)
    if row:
        s.bill_item.put(row._replace(state="called-back"))
    s.total(fact.till, fact.date, at.kind, 0, 0 if fact.account else fact.amount + fact.fee)


FOLDERS: Folders = {
    (135, 1): _paid,
    (136, 1): _becomes("confirmed"),
    (137, 1): _becomes("came-back"),
    (138, 1): _refunded,
    (139, 1): _cancelled,
    (140, 1): _becomes("sent"),
}

UNDO: Undo = {}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
