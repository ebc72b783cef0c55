"""The words on receipts of cash sent: the disclosure stands on the sender's paper as it was told before she paid."""

from __future__ import annotations

from counterfoil.facts import remittances as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, pieces, says
from counterfoil.operations.words.money_orders import paid_by

TITLES: Titles = {
    "cash-send": mark("Cash sent"),
    "cash-claim": mark("Cash claimed"),
    "cash-send-cancel": mark("Cash sent: given back"),
    "claim-check": mark("Claim code checked"),
    "claim-unblock": mark("New claim code"),
}

_CODE = mark(
    "Tell the code only to the person the money is for. She needs it and a paper with her name. Nobody at this office "
    "will ever call you and ask for it."
)
NOTES: Notes = {
    "cash-send": (
        _CODE,
        mark(
            "You can cancel without a reason. Within the minutes named above you get everything back, the fee too, "
            "unless the money was claimed before. Later you get back what was not claimed, without the fee."
        ),
        mark("If anything here is wrong, tell us. It costs nothing."),
    ),
    "claim-unblock": (_CODE,),
    "transfer": (
        mark(
            "A transfer costs nothing, and the whole amount is in the other account at once. If it is wrong, tell us."
        ),
    ),
}

TOLD: Told = {
    f.CashSent: ("case", "expires"),
    f.ClaimChecked: ("case", "right", "tries", "blocked"),
    f.ClaimUnblocked: ("case",),
}
"""Fact → the fields that the asker needs to go on. The code is no field: see ``products.claim_codes``."""


@says(f.CashSent)
def _sent(one: f.CashSent, w: Around) -> list[Line]:
    code = [w.line(mark("Claim code"), w.claim_code)] if w.claim_code else []
    name = [w.line(mark("For"), w.receiver)] if w.receiver else []
    return [
        w.line(mark("Transfer number"), one.case),
        *code,
        *name,
        w.line(mark("At office"), one.office),
        w.line(mark("Transfer amount"), w.money(one.amount)),
        w.line(mark("Transfer fee"), w.money(one.fee)),
        w.line(mark("Taxes"), w.money(0)),
        w.line(mark("Total"), w.money(one.amount + one.fee)),
        w.line(mark("The person gets"), w.money(one.amount)),
        w.line(mark("Can be claimed from"), one.date),
        w.line(mark("Can be claimed until"), one.expires),
        w.line(mark("Minutes to cancel and get all back"), one.free_minutes),
        *paid_by(one.account, w),
        *pieces(one.count, w),
    ]


@says(f.CashClaimed)
def _claimed(one: f.CashClaimed, w: Around) -> list[Line]:
    return [
        w.line(mark("Transfer number"), one.case),
        *pieces(one.count, w),
        w.line(mark("Cash paid out"), w.money(one.amount)),
    ]


@says(f.CashSendCanceled)
def _canceled(one: f.CashSendCanceled, w: Around) -> list[Line]:
    return [
        w.line(mark("Transfer number"), one.case),
        w.line(mark("Transfer amount"), w.money(one.amount)),
        w.line(mark("Fee given back"), w.money(one.fee)),
        w.line(mark("Total"), w.money(one.amount + one.fee)),
        *paid_by(one.account, w),
    ]


@says(f.CashSendExpired)
def _expired(one: f.CashSendExpired, w: Around) -> list[Line]:
    return [
        w.line(mark("Transfer number"), one.case),
        w.line(mark("Not claimed in time"), w.money(one.amount)),
        w.line(mark("Day"), one.value_date),
        *paid_by(one.account, w),
    ]


@says(f.ClaimChecked)
def _checked(one: f.ClaimChecked, w: Around) -> list[Line]:
    said = mark("The code is right") if one.right else mark("The code is wrong")
    return [
        w.line(mark("Transfer number"), one.case),
        w.line(said),
        w.line(mark("Wrong codes so far"), one.tries),
        *([w.line(mark("It is blocked now"))] if one.blocked else []),
    ]


@says(f.ClaimUnblocked)
def _unblocked(one: f.ClaimUnblocked, w: Around) -> list[Line]:
    code = [w.line(mark("Claim code"), w.claim_code)] if w.claim_code else []
    return [w.line(mark("Transfer number"), one.case), *code]
