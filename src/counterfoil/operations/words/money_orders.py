"""The words on receipts of money orders."""

from __future__ import annotations

from counterfoil.facts import money_orders as o
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, pieces, says
from counterfoil.products.money_orders import serials

_KEEP = mark(
    "Keep this paper apart from the money order. If the order is lost, it is what helps us to stop it, to find out "
    "whether it was paid, and to give you a new one."
)

TITLES: Titles = {
    "order-stock-in": mark("Money order forms received"),
    "order-stock-to-till": mark("Money order forms to till"),
    "order-stock-from-till": mark("Money order forms from till"),
    "order-sale": mark("Money order"),
    "order-cash": mark("Money order paid"),
    "order-refund": mark("Money order given back"),
    "order-replace": mark("Money order replaced"),
    "order-stop": mark("Money order stopped"),
    "order-trace": mark("Money order traced"),
    "order-void": mark("Money order form void"),
    "order-stop-lift": mark("Stop of a money order lifted"),
    "order-clear": mark("Money order settled"),
    "order-count": mark("Money order forms counted"),
}

NOTES: Notes = {
    "order-sale": (_KEEP, mark("A money order never expires. Fill in who it is for at once, in ink.")),
    "order-replace": (_KEEP,),
    "order-stop": (
        mark("This office no longer pays the order. A bank or another office that has not heard of it yet still may."),
    ),
    "order-trace": (mark("Asking costs nothing. This is what our books say at this moment."),),
    "order-count": (
        mark(
            "A form that is missing is a question and nobody's debt: a blank form has no value, and from now on this "
            "office does not pay it. Accept and Dispute are equally good answers."
        ),
    ),
}

TOLD: Told = {
    o.OrderSold: ("serial",),
    o.OrderReplaced: ("serial", "new_serial"),
    o.OrderStopped: ("serial", "case"),
    o.OrderTraced: ("serial", "case", "state", "stopped", "amount", "on"),
    o.OrdersCounted: ("forms", "forms_expected", "missing", "extra", "case"),
}
"""Fact → the fields that the asker needs to go on."""

_STATES = {
    "blank": mark("blank"),
    "sold": mark("sold"),
    "cashed": mark("cashed"),
    "cleared": mark("cleared"),
    "refunded": mark("refunded"),
    "replaced": mark("replaced"),
    "void": mark("void"),
    "missing": mark("missing"),
}


def paid_by(account: str | None, w: Around) -> list[Line]:
    """Which account paid or was paid; nothing for cash."""
    return [account_line(account, w)] if account else []


@says(o.OrdersReceived, o.OrdersToTill, o.OrdersFromTill)
def _forms(f: o.OrdersReceived | o.OrdersToTill | o.OrdersFromTill, w: Around) -> list[Line]:
    till = [] if isinstance(f, o.OrdersReceived) else [w.line(mark("Till"), f.till)]
    last = serials(f.first, f.quantity)[-1] if f.first.isdecimal() else f.first
    return [
        *till,
        w.line(mark("First serial"), f.first),
        w.line(mark("Last serial"), last),
        w.line(mark("Forms"), f.quantity),
    ]


@says(o.OrderSold)
def _sold(f: o.OrderSold, w: Around) -> list[Line]:
    return [
        w.line(mark("Serial number"), f.serial),
        w.line(mark("Amount of the order"), w.money(f.amount)),
        w.line(mark("Fee"), w.money(f.fee)),
        w.line(mark("Total"), w.money(f.amount + f.fee)),
        *paid_by(f.account, w),
        *pieces(f.count, w),
    ]


@says(o.OrderCashed)
def _cashed(f: o.OrderCashed, w: Around) -> list[Line]:
    way = mark("Paid into the account") if f.account else mark("Cash paid out")
    return [
        w.line(mark("Serial number"), f.serial),
        *paid_by(f.account, w),
        *pieces(f.count, w),
        w.line(way, w.money(f.amount)),
    ]


@says(o.OrderRefunded)
def _refunded(f: o.OrderRefunded, w: Around) -> list[Line]:
    return [
        w.line(mark("Serial number"), f.serial),
        w.line(mark("Amount of the order"), w.money(f.amount)),
        w.line(mark("Fee given back"), w.money(f.fee)),
        w.line(mark("Total"), w.money(f.amount + f.fee)),
        *paid_by(f.account, w),
        w.line(mark("Reason"), f.reason),
    ]


@says(o.OrderReplaced)
def _replaced(f: o.OrderReplaced, w: Around) -> list[Line]:
    bond = [w.line(mark("Promise to pay back"), f.bond)] if f.bond else []
    return [
        w.line(mark("Old serial number"), f.serial),
        w.line(mark("New serial number"), f.new_serial),
        w.line(mark("Amount of the order"), w.money(f.amount)),
        w.line(mark("Fee"), w.money(f.fee)),
        *bond,
    ]


@says(o.OrderStopped)
def _stopped(f: o.OrderStopped, w: Around) -> list[Line]:
    return [
        w.line(mark("Case"), f.case),
        w.line(mark("Serial number"), f.serial),
        w.line(mark("Reason"), f.reason),
    ]


@says(o.OrderTraced)
def _traced(f: o.OrderTraced, w: Around) -> list[Line]:
    return [
        w.line(mark("Case"), f.case),
        w.line(mark("Serial number"), f.serial),
        w.line(mark("State"), w.say(_STATES.get(f.state, f.state))),
        *([w.line(mark("Since"), f.on)] if f.on else []),
        *([w.line(mark("It is stopped"))] if f.stopped else []),
        w.line(mark("Amount of the order"), w.money(f.amount)),
    ]


@says(o.OrderVoided)
def _voided(f: o.OrderVoided, w: Around) -> list[Line]:
    how = mark("The form was cut and kept") if f.in_hand else mark("The form is gone")
    return [w.line(mark("Serial number"), f.serial), w.line(how), w.line(mark("Reason"), f.reason)]


@says(o.OrderStopLifted)
def _lifted(f: o.OrderStopLifted, w: Around) -> list[Line]:
    return [w.line(mark("Serial number"), f.serial), w.line(mark("Reason"), f.reason)]


@says(o.OrderCleared)
def _cleared(f: o.OrderCleared, w: Around) -> list[Line]:
    return [
        w.line(mark("Serial number"), f.serial),
        w.line(mark("Amount"), w.money(f.amount)),
        w.line(mark("Paid by"), f.through),
    ]


@says(o.OrdersCounted)
def _counted(f: o.OrdersCounted, w: Around) -> list[Line]:
    missing = [w.line(mark("Missing"), serial) for serial in f.missing]
    extra = [w.line(mark("Not of this till"), serial) for serial in f.extra]
    return [
        w.line(mark("Till"), f.till),
        w.line(mark("Forms counted"), f.forms),
        w.line(mark("Forms expected"), f.forms_expected),
        *missing,
        *extra,
        *([w.line(mark("Case"), f.case)] if f.case else []),
    ]
