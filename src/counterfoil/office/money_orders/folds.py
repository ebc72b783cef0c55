"""What the facts of money orders do to the fold tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from counterfoil.facts import money_orders as o
from counterfoil.office.folding import Folders, Undo
from counterfoil.office.money_orders.rows import InstrumentRow, OrderCaseRow, OrderCountRow, OrderRow
from counterfoil.office.rows import DifferenceRow
from counterfoil.products.money_orders import serials

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State

RESERVE = "reserve"


def bought(s: State, at: Place, kind: str, reference: str, f: Any) -> None:
    """Notes a purchase for cash in the log of its day. ``f``: ``OrderSold`` or ``CashSent``."""
    number = 1 + sum(1 for _ in of_day(s, f.date))
    s.instrument.put(
        InstrumentRow(
            f.date, number, kind, reference, f.amount, f.till, f.presented_by, f.on_behalf_of, f.buyer,
            f.identification, at.request, at.epoch, at.sequence, 0,
        )
    )  # fmt: skip


def undone(s: State, date: str, reference: str) -> None:
    """A purchase of that day was given back whole: it counts no longer."""
    for row in list(of_day(s, date)):
        if row.reference == reference:
            s.instrument.put(row._replace(undone=1))


def of_day(s: State, date: str) -> Iterable[InstrumentRow]:
    """A day's purchases, in order."""
    number = 1
    while (row := s.instrument.get(date, number)) is not None:
        yield row
        number += 1


def _moved(s: State, till: str) -> None:
    """A till's forms are no longer those that were counted."""
    row = s.order_count.get(till)
    if row is not None and row.holds:
        s.order_count.put(row._replace(holds=0))


def _change(s: State, serial: str, at: Place, **changed: Any) -> None:
    row = s.money_order.get(serial)
    if row is not None:
        if row.place and "place" in changed:
            _moved(s, row.place)
        s.money_order.put(row._replace(epoch=at.epoch, sequence=at.sequence, **changed))


def _received(s: State, f: o.OrdersReceived, at: Place) -> None:
    for serial in serials(f.first, f.quantity):
        s.money_order.put(OrderRow(serial, RESERVE, "blank", 0, 0, None, None, None, None, None, at.epoch, at.sequence))


def _to(place: str | None) -> Any:
    def folded(s: State, f: o.OrdersToTill | o.OrdersFromTill, at: Place) -> None:
        for serial in serials(f.first, f.quantity):
            _change(s, serial, at, place=place or f.till)
        _moved(s, f.till)

    return folded


def _sold(s: State, f: o.OrderSold, at: Place) -> None:
    customer = f.on_behalf_of or f.presented_by
    _change(
        s, f.serial, at, place="", state="sold", amount=f.amount, fee=f.fee, sold=f.date, customer=customer,
        changed=f.date,
    )  # fmt: skip
    if f.account is None:
        s.total(f.till, f.date, at.kind, f.amount + f.fee, 0)
        bought(s, at, at.kind, f.serial, f)


def _cashed(s: State, f: o.OrderCashed, at: Place) -> None:
    _change(s, f.serial, at, state="cashed", changed=f.date)
    s.total(f.till, f.date, at.kind, 0, 0 if f.account else f.amount)


def _refunded(s: State, f: o.OrderRefunded, at: Place) -> None:
    row = s.money_order.get(f.serial)
    _change(s, f.serial, at, state="refunded", changed=f.date)
    s.total(f.till, f.date, at.kind, 0, 0 if f.account else f.amount + f.fee)
    if row is not None and row.sold == f.date:
        undone(s, f.date, f.serial)


def _replaced(s: State, f: o.OrderReplaced, at: Place) -> None:
    row = s.money_order.get(f.serial)
    if row is not None:
        _end_stop(s, row)
        _change(
            s, f.new_serial, at, place="", state="sold", amount=f.amount, fee=f.fee, sold=f.date, customer=row.customer,
            changed=f.date, other=f.serial,
        )  # fmt: skip
    _change(s, f.serial, at, state="replaced", changed=f.date, other=f.new_serial)
    s.total(f.till, f.date, at.kind, f.fee, 0)


def _stopped(s: State, f: o.OrderStopped, at: Place) -> None:
    s.order_case.put(OrderCaseRow(f.case, f.serial, "stop", f.date, "open"))
    _change(s, f.serial, at, stop=f.case)


def _end_stop(s: State, row: OrderRow) -> None:
    case = s.order_case.get(row.stop) if row.stop else None
    if case is not None:
        s.order_case.put(case._replace(state="over"))


def _stop_lifted(s: State, f: o.OrderStopLifted, at: Place) -> None:
    row = s.money_order.get(f.serial)
    if row is not None:
        _end_stop(s, row)
    _change(s, f.serial, at, stop=None)


def _traced(s: State, f: o.OrderTraced, at: Place) -> None:
    s.order_case.put(OrderCaseRow(f.case, f.serial, "trace", f.date, "over"))


def _voided(s: State, f: o.OrderVoided, at: Place) -> None:
    _change(s, f.serial, at, place="", state="void", changed=f.date)


def _cleared(s: State, f: o.OrderCleared, at: Place) -> None:
    _change(s, f.serial, at, state="cleared", changed=f.date)


def _counted(s: State, f: o.OrdersCounted, at: Place) -> None:
    for serial in f.missing:
        _change(s, str(serial), at, place="", state="missing", changed=f.date)
    s.order_count.put(OrderCountRow(f.till, f.date, f.forms, f.forms_expected, f.case, 1))
    if f.case is not None:
        s.difference.put(DifferenceRow(f.case, f.till, f.date, f.clerk, 0, 0, "open", at.epoch, at.sequence))


FOLDERS: Folders = {
    (120, 1): _received,
    (121, 1): _to(None),
    (122, 1): _to(RESERVE),
    (123, 1): _sold,
    (124, 1): _cashed,
    (125, 1): _refunded,
    (126, 1): _replaced,
    (127, 1): _stopped,
    (128, 1): _traced,
    (129, 1): _voided,
    (130, 1): _stop_lifted,
    (131, 1): _cleared,
    (132, 1): _counted,
}

UNDO: Undo = {}
"""None: a sale is given back by ``order-refund``, which sees whether the order has meanwhile been paid."""
