"""Whose cash of a day must be reported: more than the edition's line, in or out, by one person or for her.

Always true: cash in and cash out are two totals, never netted; whoever stood at the window and whoever it was for are
both counted, and where nobody was named, the owner of the account; what was undone does not count
(``test_cash_over_the_line_is_reported_by_person_and_direction``). Cash for postage does not count (31 CFR 1010.313(b)).
Nobody's name stands in it: customers by number.

Not here: persons of whom nothing was shown, whose purchases cannot be joined to anything (``compliance.instrument_log``
lists those of money orders), and the form that is filed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from counterfoil.compliance.currency_reports import CTR_OVER_CENTS, Cash, reportable
from counterfoil.counter.services import SERVICES
from counterfoil.facts.kinds import kind_numbered
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import day
from counterfoil.ledger.booking import legs_of
from counterfoil.office.rows import EpochRow, HoldingRow, ReversalRow
from counterfoil.operations.desk import load_state, read_entry
from counterfoil.operations.office_report import MAIL
from counterfoil.operations.refold import entries_of
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.terms.profile import IdentificationRules


def cash_reports(store: OfficeStore, on: str) -> dict[str, Any]:
    """The totals of one day that must be reported, with the line they are over. Amounts in minor units."""
    asked = day(on, field="date").isoformat()
    policy = load_state(store).policy
    rules = policy.terms(IdentificationRules) if policy is not None else None
    line = rules.cash_report_over if rules is not None else CTR_OVER_CENTS
    found = reportable(list(_cash(store, asked)), any_one_day=True, report_over=line)
    return {
        "date": asked,
        "over": line,
        "reports": [
            {
                "customer": one.person, "direction": one.direction, "amount": one.cents,
                "file_by": one.file_by.isoformat(),
            }
            for one in found
        ],
    }  # fmt: skip


def _cash(store: OfficeStore, on: str) -> Iterator[Cash]:
    """The cash of every service of the day, once for each person it was by or for."""
    undone = {(row.epoch, row.sequence) for row in map(ReversalRow._make, store.scan("reversal"))}
    places = {row.epoch: row.office for row in map(EpochRow._make, store.scan("epoch"))}
    for epoch in store.epochs():
        for rows in entries_of(store, epoch):
            for kept in rows:
                read = read_entry(kept)
                kind = kind_numbered(read.core.kind).name
                if read.date != on or kind not in SERVICES or (epoch, kept.sequence) in undone:
                    continue
                for fact in read.facts:
                    for direction, cents in _moved(fact, places[epoch]).items():
                        for person in _persons(store, fact) if cents else ():
                            yield Cash(day(on), direction, cents, person, postage=kind in MAIL)


def _moved(fact: Fact, place: str) -> dict[str, int]:
    """What a fact brings into a till and takes out of it."""
    legs = legs_of(fact, place)
    return {
        "cash_in": sum(leg.amount for leg in legs if leg.debit.startswith("till:")),
        "cash_out": sum(leg.amount for leg in legs if leg.credit.startswith("till:")),
    }


def _persons(store: OfficeStore, fact: Fact) -> set[str]:
    """Who stood at the window and for whom it was; else the customer, or the owner of the account."""
    named = {getattr(fact, name, None) for name in ("presented_by", "on_behalf_of")} - {None}
    if not named:
        named = {getattr(fact, "customer", None)} - {None}
    account = getattr(fact, "account", None)
    held = store.get("holding", (account,)) if not named and isinstance(account, str) else None
    if held is not None:
        named = {HoldingRow._make(held).customer} - {None}
    return {str(one) for one in named}
