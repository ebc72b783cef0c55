"""The words on receipts of savings and everyday accounts as products: interest, dormancy, escheat."""

from __future__ import annotations

from counterfoil.facts import savings as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, says

TITLES: Titles = {}

NOTES: Notes = {}

TOLD: Told = {}
"""Fact → the fields that the asker needs to go on."""


@says(f.InterestAccrued)
def _accrued(f: f.InterestAccrued, w: Around) -> list[Line]:
    return [
        w.line(mark("Account type"), f.product),
        w.line(mark("For the day"), f.value_date),
        w.line(mark("Balance of all accounts"), w.money(f.balance)),
        w.line(mark("Interest earned by all accounts"), w.money(f.amount)),
    ]


@says(f.InterestCredited)
def _credited(f: f.InterestCredited, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Interest through"), f.value_date),
        w.line(mark("Days"), f.days),
        w.line(mark("Interest paid to you"), w.money(f.amount)),
    ]
