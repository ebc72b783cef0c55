"""The words on receipts of bills paid at the window. The receipt of a payment is its stub."""

from __future__ import annotations

from counterfoil.facts import bills as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, pieces, says

TITLES: Titles = {
    "bill-pay": mark("Bill paid"),
    "bill-confirm": mark("Bill: the biller has it"),
    "bill-return": mark("Bill came back"),
    "bill-refund": mark("Bill: money back"),
    "bill-cancel": mark("Bill called back"),
    "bill-unmatched": mark("Money back, bill not known"),
    "bill-stop": mark("Stop of a bill"),
}

NOTES: Notes = {
    "bill-pay": (
        mark(
            "Keep this stub. Until the day it goes you may call the bill back, at no cost. If it comes back, you get "
            "all of it back, our fee too."
        ),
    ),
    "bill-stop": (
        mark(
            "While a stop is in force the bill does not go, and the biller may count you as late. You may lift the "
            "stop, or have the bill and our fee back, at no cost."
        ),
    ),
    "bill-return": (
        mark("The money and our fee are the payer's again. They can be had here, in cash or to an account."),
    ),
}

TOLD: Told = {
    f.BillPaid: ("case", "fee", "on", "arrives", "sent"),
    f.BillReturned: ("case",),
    f.BillStopped: ("case", "until", "lifted"),
    f.BillRefunded: ("case", "amount"),
    f.BillCancelled: ("case", "amount", "fee"),
}
"""Fact → the fields that the asker needs to go on."""


def _bill(case: str, w: Around) -> Line:
    return w.line(mark("Bill"), case)


def _purse(fact: f.BillPaid | f.BillRefunded | f.BillCancelled, w: Around) -> list[Line]:
    return [account_line(fact.account, w)] if fact.account else []


@says(f.BillPaid)
def _paid(fact: f.BillPaid, w: Around) -> list[Line]:
    return [
        _bill(fact.case, w),
        w.line(mark("Biller"), fact.title),
        w.line(mark("Your number there ends in"), fact.reference[-4:]),
        w.line(mark("Amount of the bill"), w.money(fact.amount)),
        w.line(mark("Our fee"), w.money(fact.fee)),
        *_purse(fact, w),
        *pieces(fact.count, w),
        w.line(mark("Paid in all"), w.money(fact.amount + fact.fee)),
        w.line(mark("It goes on"), fact.on),
        w.line(mark("The biller has it by"), fact.arrives),
    ]


@says(f.BillConfirmed)
def _confirmed(fact: f.BillConfirmed, w: Around) -> list[Line]:
    return [_bill(fact.case, w), w.line(mark("Amount of the bill"), w.money(fact.amount))]


@says(f.BillReturned)
def _returned(fact: f.BillReturned, w: Around) -> list[Line]:
    return [
        _bill(fact.case, w),
        w.line(mark("Amount of the bill"), w.money(fact.amount)),
        w.line(mark("Our fee, yours again"), w.money(fact.fee)),
        w.line(mark("Reason"), fact.reason),
        *([w.line(mark("It came with the mark"), fact.tag)] if fact.tag else []),
    ]


@says(f.BillStopped)
def _stopped(fact: f.BillStopped, w: Around) -> list[Line]:
    if fact.lifted:
        said = w.line(mark("The stop is lifted: the bill goes"))
    else:
        said = w.line(mark("Stopped through"), fact.until) if fact.until else w.line(mark("Stopped until you lift it"))
    return [
        _bill(fact.case, w),
        w.line(mark("Amount of the bill"), w.money(fact.amount)),
        said,
        w.line(mark("Reason"), fact.reason),
    ]


@says(f.BillRefunded)
def _refunded(fact: f.BillRefunded, w: Around) -> list[Line]:
    return [_bill(fact.case, w), *_purse(fact, w), w.line(mark("Paid back to you"), w.money(fact.amount))]


@says(f.BillCancelled)
def _cancelled(fact: f.BillCancelled, w: Around) -> list[Line]:
    return [
        _bill(fact.case, w),
        *_purse(fact, w),
        w.line(mark("Amount of the bill"), w.money(fact.amount)),
        w.line(mark("Our fee, yours again"), w.money(fact.fee)),
        w.line(mark("Paid back to you"), w.money(fact.amount + fact.fee)),
    ]


@says(f.BillSent)
def _sent(fact: f.BillSent, w: Around) -> list[Line]:
    return [_bill(fact.case, w), w.line(mark("Amount of the bill"), w.money(fact.amount))]


@says(f.BillMoneyUnknown)
def _unknown(fact: f.BillMoneyUnknown, w: Around) -> list[Line]:
    return [w.line(mark("Amount"), w.money(fact.amount)), w.line(mark("It came with the mark"), fact.tag)]
