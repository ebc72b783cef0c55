"""The words on receipts of savings and everyday accounts as products: interest, dormancy, escheat."""

from __future__ import annotations

from counterfoil.facts import savings as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, says

TITLES: Titles = {
    "interest-pay": mark("Interest paid"),
    "account-escheat": mark("Unclaimed money sent to the state"),
    "direct-deposit": mark("Direct deposit details"),
}

NOTES: Notes = {
    "direct-deposit": (mark("Give this to whoever pays you. Your pay then comes into this account, free of charge."),),
    "account-escheat": (mark("The owner can claim this money from the state at any time."),),
}

TOLD: Told = {
    f.InterestPaid: ("account", "amount", "value_date"),
    f.AccountEscheated: ("account", "amount", "state"),
    f.DepositDetailsTold: ("account", "routing"),
}
"""Fact → the fields that the asker needs to go on."""


@says(f.InterestAccrued)
def _accrued(f: f.InterestAccrued, w: Around) -> list[Line]:
    return [
        w.line(mark("Account type"), f.product),
        w.line(mark("For the day"), f.value_date),
        w.line(mark("Balance of all accounts"), w.money(f.balance)),
        w.line(mark("Interest earned by all accounts"), w.money(f.amount)),
    ]


@says(f.InterestCredited, f.InterestPaid)
def _credited(f: f.InterestCredited | f.InterestPaid, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Interest through"), f.value_date),
        w.line(mark("Days"), f.days),
        w.line(mark("Interest paid to you"), w.money(f.amount)),
    ]


@says(f.InterestSettled)
def _settled(f: f.InterestSettled, w: Around) -> list[Line]:
    return [
        w.line(mark("Account type"), f.product),
        w.line(mark("Interest through"), f.value_date),
        w.line(mark("Paid to all accounts"), w.money(f.credited)),
        w.line(mark("Left by rounding"), w.money(f.amount)),
    ]


@says(f.AccountDormant, f.EscheatDue)
def _dormant(f: f.AccountDormant | f.EscheatDue, w: Around) -> list[Line]:
    return [account_line(f.account, w), w.line(mark("Nobody has come since"), f.since)]


@says(f.AccountEscheated)
def _escheated(f: f.AccountEscheated, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Sent to the state"), f.state.upper()),
        w.line(mark("Amount"), w.money(f.amount)),
        w.line(mark("Reference"), f.reference),
    ]


@says(f.DepositDetailsTold)
def _details(f: f.DepositDetailsTold, w: Around) -> list[Line]:
    return [w.line(mark("Routing number"), f.routing), w.line(mark("Account number"), f.account)]
