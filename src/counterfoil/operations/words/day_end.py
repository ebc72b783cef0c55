"""The words on receipts of the end of the day: steps over all accounts."""

from __future__ import annotations

from counterfoil.facts import day_end as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, says

TITLES: Titles = {
    "day-step": mark("End of the day: one step"),
    "day-step-posted": mark("End of the day: booked"),
    "line-set-aside": mark("End of the day: set aside"),
    "day-end": mark("End of the day"),
}

NOTES: Notes = {
    "line-set-aside": (mark("This line was not booked. The others were. Look at it and put it right by hand."),),
}

TOLD: Told = {}
"""Fact → the fields that the asker needs to go on."""


def _step(f: f.BulkEntered | f.BulkPosted | f.LineSetAside, w: Around) -> list[Line]:
    return [w.line(mark("Step"), f.step), w.line(mark("For the day"), f.value_date)]


@says(f.BulkEntered)
def _entered(f: f.BulkEntered, w: Around) -> list[Line]:
    return [*_step(f, w), w.line(mark("Lines"), f.count)]


@says(f.BulkPosted)
def _posted(f: f.BulkPosted, w: Around) -> list[Line]:
    lines = [*_step(f, w), w.line(mark("Lines"), f"{f.first}-{f.first + f.count - 1}")]
    return [*lines, w.line(mark("Set aside"), len(f.aside))] if f.aside else lines


@says(f.LineSetAside)
def _set_aside(f: f.LineSetAside, w: Around) -> list[Line]:
    return [*_step(f, w), w.line(mark("Line"), f.line), w.line(mark("About"), f.about), w.line(mark("Why"), f.reason)]


@says(f.AccountSetAside)
def _account(f: f.AccountSetAside, w: Around) -> list[Line]:
    day = w.line(mark("For the day"), f.value_date)
    return [day, w.line(mark("About"), f.about), w.line(mark("Set aside"), f.reason)]


@says(f.DayEnded)
def _ended(f: f.DayEnded, w: Around) -> list[Line]:
    lines = [w.line(mark("For the day"), f.value_date)]
    for name, count, aside in f.steps:
        lines.append(w.line(mark("Step"), name))
        lines.append(w.line(mark("Lines"), count))
        if aside:
            lines.append(w.line(mark("Set aside"), aside))
    return lines


@says(f.BalancesChecked)
def _checked(f: f.BalancesChecked, w: Around) -> list[Line]:
    return [
        w.line(mark("For the day"), f.value_date),
        w.line(mark("Accounts in the books"), f.accounts),
        w.line(mark("All debits"), w.money(f.debits)),
        w.line(mark("All credits"), w.money(f.credits)),
    ]


@says(f.StatementCut)
def _cut(f: f.StatementCut, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Statement from"), f.since),
        w.line(mark("Statement to"), f.value_date),
        w.line(mark("Balance at the end"), w.money(f.balance)),
    ]
