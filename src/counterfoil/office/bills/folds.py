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
            s.bill_item.put(row._replace(state=state, until=None))

    return folded


def _returned(s: State, fact: f.BillReturned, at: Place) -> None:
    _becomes("came-back")(s, fact, at)
    found = resting(s, fact.tag, fact.amount) if fact.tag is not None else None
    if found:
        s.bill_money.put(found._replace(case=fact.case))


def resting(s: State, tag: str, amount: int) -> r.BillMoneyRow | None:
    """The first money of that mark and amount that nobody has matched to a bill."""
    rows = [row for row in s.bill_money.rows.values() if row.case is None and (row.tag, row.amount) == (tag, amount)]
    return min(rows, default=None)


def _unknown(s: State, fact: f.BillMoneyUnknown, at: Place) -> None:
    s.bill_money.put(r.BillMoneyRow(at.epoch, at.sequence, fact.tag, fact.amount, fact.date, None))


def _stopped(s: State, fact: f.BillStopped, at: Place) -> None:
    row = s.bill_item.get(fact.case)
    if row:
        s.bill_item.put(row._replace(state="waiting" if fact.lifted else "stopped", until=fact.until))


def _refunded(s: State, fact: f.BillRefunded, at: Place) -> None:
    row = s.bill_item.get(fact.case)
    if row:
        s.bill_item.put(row._replace(state="refunded"))
    s.total(fact.till, fact.date, at.kind, 0, 0 if fact.account else fact.amount)


def _cancelled(s: State, fact: f.BillCancelled, at: Place) -> None:
    row = s.bill_item.get(fact.case)
    if row:
        s.bill_item.put(row._replace(state="called-back", until=None))
    s.total(fact.till, fact.date, at.kind, 0, 0 if fact.account else fact.amount + fact.fee)


FOLDERS: Folders = {
    (135, 1): _paid,
    (136, 1): _becomes("confirmed"),
    (137, 1): _returned,
    (138, 1): _refunded,
    (139, 1): _cancelled,
    (140, 1): _becomes("sent"),
    (141, 1): _unknown,
    (142, 1): _stopped,
}

UNDO: Undo = {}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
