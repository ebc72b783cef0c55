"""What the facts of cash sent do to the fold tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterfoil.facts import remittances as f
from counterfoil.office.folding import Folders, Undo
from counterfoil.office.money_orders.folds import bought, undone
from counterfoil.office.remittances.rows import CashSendRow

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State


def checked_at(till: str, date: str) -> str:
    """Where and when the right code was shown."""
    return f"{till}@{date}"


def _change(s: State, case: str, at: Place, **changed: Any) -> None:
    row = s.cash_send.get(case)
    if row is not None:
        s.cash_send.put(row._replace(epoch=at.epoch, sequence=at.sequence, **changed))


def _sent(s: State, one: f.CashSent, at: Place) -> None:
    s.cash_send.put(
        CashSendRow(
            one.case, "sent", one.office, one.amount, one.fee, one.date, one.expires, at.time,
            one.free_minutes, one.code, one.details, one.account,
            one.on_behalf_of or one.presented_by, 0, None, at.epoch, at.sequence,
        )
    )  # fmt: skip
    if one.account is None:
        s.total(one.till, one.date, at.kind, one.amount + one.fee, 0)
        bought(s, at, at.kind, one.case, one)


def _claimed(s: State, one: f.CashClaimed, at: Place) -> None:
    _change(s, one.case, at, state="claimed")
    s.total(one.till, one.date, at.kind, 0, one.amount)


def _canceled(s: State, one: f.CashSendCanceled, at: Place) -> None:
    row = s.cash_send.get(one.case)
    _change(s, one.case, at, state="canceled")
    s.total(one.till, one.date, at.kind, 0, 0 if one.account else one.amount + one.fee)
    if row is not None and row.date == one.date:
        undone(s, one.date, one.case)


def _expired(s: State, one: f.CashSendExpired, at: Place) -> None:
    _change(s, one.case, at, state="returned" if one.account else "unclaimed")


def _checked(s: State, one: f.ClaimChecked, at: Place) -> None:
    state = {"state": "blocked"} if one.blocked else {}
    checked = checked_at(one.till, at.body["date"]) if one.right else None
    _change(s, one.case, at, tries=one.tries, checked=checked, **state)


def _unblocked(s: State, one: f.ClaimUnblocked, at: Place) -> None:
    _change(s, one.case, at, state="sent", code=one.code, tries=0, checked=None)


FOLDERS: Folders = {
    (145, 1): _sent,
    (146, 1): _claimed,
    (147, 1): _canceled,
    (148, 1): _expired,
    (149, 1): _checked,
    (150, 1): _unblocked,
}

UNDO: Undo = {}
"""None: a cancellation undoes a sending, and sees whether it has been claimed since."""
