"""The business day: opened by a clerk, counted, closed. It ends when a person says so, not when the clock does.

A day that runs past midnight stays the same business day; a forgotten one is closed later and says that it was late.
One day is open at a time, so no entry ever has two days to choose from.
"""

from __future__ import annotations

from counterfoil.facts.office import DayClosed, DayOpened, VaultCounted
from counterfoil.ledger.legs import VAULT, till_account
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.readers import count_total
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State


def decide_open_day(a: ask.OpenDay, s: State, by: Sitting) -> Decision:
    """The day-open entry restates every valid clerk key, so that a day can be verified from itself."""
    if s.today is not None:
        return no.DayStillOpen(s.today.date)
    last = max((day.date for day in s.day.rows.values()), default="")
    if a.date <= last:
        return no.DayPast(a.date, last)
    if a.date > by.today:
        return no.DayAhead(a.date, by.today)
    if not any(row.effective <= a.date for row in s.edition.rows.values()):
        return no.NoEdition(a.date)
    keys = [
        [key.key_id, key.clerk, key.public_key, key.role, key.custody, key.how, key.sequence]
        for key in sorted(s.clerk_key.rows.values(), key=lambda key: (key.epoch, key.sequence))
        if key.valid
    ]
    assert s.current is not None
    fact = DayOpened(a.date, by.clock, keys, s.current.office, s.current.place, s.current.currency)
    return [Part(a.kind, (fact,))]


def decide_count_vault(a: ask.CountVault, s: State, by: Sitting) -> Decision:
    """Two people count the vault. With every till closed, the day is counted."""
    refused = rules.open_day(s, a.date, by) or rules.known_faces(s, a.count) or rules.two_sign(s, by)
    if refused:
        return refused
    fact = VaultCounted(a.date, count_total(a.count), rules.cash_held(s, VAULT), a.count)
    return [Part(a.kind, (fact,))]


def decide_close_day(a: ask.CloseDay, s: State, by: Sitting) -> Decision:
    """Every till closed, the vault counted since: then the booking period takes no more entries. Disputes do not
    hinder."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    for till in s.till.all():
        if till.state != "closed":
            return no.TillsOpen(till.till)
    if rules.the_day(s).state != "counted":
        return no.DayNotCounted()
    if not any(rules.supervisor(s, clerk) for clerk in by.signers):
        return no.RoleNeeded("supervisor")
    tills = [[till.till, rules.cash_held(s, till_account(till.till))] for till in s.till.all()]
    return [Part(a.kind, (DayClosed(a.date, rules.cash_held(s, VAULT), tills, by.today > a.date),))]
