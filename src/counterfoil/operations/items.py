"""Checks, bills and stops as the books hold them: what is on its way, came back, is owed, must not be paid.

Always true: an answer comes from the stored folds in a fixed order and changes nothing
(``test_a_list_says_where_every_check_is``); amounts are minor units. Nobody's name stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.bills.rows import BillItemRow, BillMoneyRow
from counterfoil.office.checks.rows import CheckDueRow, CheckItemRow, CheckPartRow
from counterfoil.office.money_orders.rows import OrderRow
from counterfoil.operations.store import OfficeStore

CHECK_STATES = ("collecting", "settled", "returned", "written-off", "given-back", "reversed", "owed")
"""What a list of checks can be asked for; ``owed``: came back, and something is still owed."""
BILL_STATES = ("waiting", "stopped", "sent", "confirmed", "came-back", "refunded", "called-back")
UNMATCHED = "unmatched"


def checks(store: OfficeStore, state: str | None = None) -> Iterator[dict[str, Any]]:
    """The checks in one state, or all, with what is still held and owed."""
    if state is not None and state not in CHECK_STATES:
        raise Malformed(f"{state!r} is not a state of a check: {', '.join(CHECK_STATES)}", field="state")
    for row in store.scan("check_item"):
        item = CheckItemRow._make(row)
        owed = store.get("check_due", (item.case,))
        due = CheckDueRow._make(owed) if owed is not None else None
        found = "owed" if due is not None and due.due and state == "owed" else item.state
        if state is None or found == state:
            parts = [CheckPartRow._make(part) for part in store.scan("check_part", (item.case,))]
            yield {
                "case": item.case, "state": item.state, "how": item.how, "sort": item.sort, "date": item.date,
                "amount": item.amount, "fee": item.fee, "whose": item.debtor, "account": item.account,
                "held": [[part.available_on, part.amount] for part in parts if part.state == "held"],
                "reason": item.reason, "due": due.due if due else 0, "lost": due.lost if due else 0,
                "until": due.until if due else None, "epoch": item.epoch, "entry": item.sequence,
            }  # fmt: skip


def bills(store: OfficeStore, state: str | None = None) -> Iterator[dict[str, Any]]:
    """The bills in one state, or all."""
    if state is not None and state not in BILL_STATES:
        raise Malformed(f"{state!r} is not a state of a bill: {', '.join(BILL_STATES)}", field="state")
    for row in store.scan("bill_item"):
        item = BillItemRow._make(row)
        if state is None or item.state == state:
            yield {
                "case": item.case, "state": item.state, "biller": item.biller, "title": item.title, "date": item.date,
                "on": item.on, "amount": item.amount, "fee": item.fee, "account": item.account, "until": item.until,
                "epoch": item.epoch, "entry": item.sequence,
            }  # fmt: skip


def bill_money(store: OfficeStore) -> Iterator[dict[str, Any]]:
    """Money that came back and rests without a bill."""
    for row in map(BillMoneyRow._make, store.scan("bill_money")):
        if row.case is None:
            yield {"tag": row.tag, "date": row.date, "amount": row.amount, "epoch": row.epoch, "entry": row.sequence}


def stops(store: OfficeStore) -> Iterator[dict[str, Any]]:
    """Every stop of a payment that is in force: bills, then money orders. ``until``: its last day, if it has one."""
    for bill in map(BillItemRow._make, store.scan("bill_item")):
        if bill.state == "stopped":
            yield {"what": "bill", "which": bill.case, "amount": bill.amount, "until": bill.until, "case": None}
    for order in map(OrderRow._make, store.scan("money_order")):
        if order.stop is not None and order.state == "sold":
            yield {
                "what": "money order", "which": order.serial, "amount": order.amount, "until": None, "case": order.stop,
            }  # fmt: skip
