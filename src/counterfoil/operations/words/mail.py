"""The words on receipts of mail products at the same window."""

from __future__ import annotations

from counterfoil.facts import mail as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, pieces, says

TITLES: Titles = {
    "mail-sale": mark("Stamps and mail"),
    "stock-revalue": mark("Stamps at a new price"),
    "stock-spoiled": mark("Stamps destroyed"),
    "stamp-refund": mark("Stamps taken back"),
}

NOTES: Notes = {
    "mail-sale": (mark("One price list for everyone, at every office and window."),),
}

TOLD: Told = {}
"""Fact → the fields that the asker needs to go on."""


@says(f.MailSold)
def _sold(one: f.MailSold, w: Around) -> list[Line]:
    lines: list[Line] = []
    for item, number in sorted([*one.stock.items(), *one.services.items()]):
        price = one.prices.get(item, 0)
        said = w.say(mark("{quantity} × {item} at {price}"), quantity=number, item=w.item(item), price=w.money(price))
        lines.append((said, w.money(price * number)))
    by = [w.line(mark("By the price list"), w.edition)] if w.edition else []
    return [*lines, *by, *pieces(one.count, w), w.line(mark("Cash taken in"), w.money(one.amount))]


def _place(till: str | None, w: Around) -> Line:
    return w.line(mark("Till"), till) if till else w.line(mark("The office's reserve"))


@says(f.StockRevalued)
def _revalued(one: f.StockRevalued, w: Around) -> list[Line]:
    return [
        _place(one.till, w),
        (f"{one.quantity} × {w.item(one.item)}", ""),
        w.line(mark("Price before"), w.money(one.before)),
        w.line(mark("Price now"), w.money(one.face)),
        w.line(mark("Worth more (or less)"), w.money(one.change)),
    ]


@says(f.StockSpoiled)
def _spoiled(one: f.StockSpoiled, w: Around) -> list[Line]:
    return [
        _place(one.till, w),
        (f"{one.quantity} × {w.item(one.item)}", w.money(one.value)),
        w.line(mark("Reason"), one.reason),
    ]


@says(f.StampsRefunded)
def _refunded(one: f.StampsRefunded, w: Around) -> list[Line]:
    return [
        (f"{one.quantity} × {w.item(one.item)}", ""),
        w.line(mark("Cash paid out"), w.money(one.amount)),
        w.line(mark("Reason"), one.reason),
    ]


@says(f.MailTakenBack)
def _taken_back(one: f.MailTakenBack, w: Around) -> list[Line]:
    return [
        w.line(mark("Back in the till"), one.till),
        *[(f"{number} × {w.item(item)}", "") for item, number in sorted(one.stock.items())],
    ]
