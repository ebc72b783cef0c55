"""Whose cash of a day must be reported: more than the edition's line, in or out, by one person or for her.

Always true: cash in and cash out are two totals, never netted; whoever stood at the window and whoever it was for are
both counted (``compliance.cash_parts``); what was undone does not count
(``test_cash_over_the_line_is_reported_by_person_and_direction``), nor does cash for postage (31 CFR 1010.313(b)); notes
changed for notes count both ways (``test_notes_changed_are_cash_in_and_cash_out``). Only the day's own entries are read
(``test_only_the_entries_of_the_day_are_read``). Nobody's name stands in it: customers by number, and of their details
only which the form asks for and nobody has written down.

Who is no customer is told by the paper she showed, else by her visit alone: two visits of one person who showed nothing
cannot be joined from here. Not here: the form that is filed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from counterfoil.compliance import cash_parts
from counterfoil.compliance.currency_reports import CTR_OVER_CENTS, DIRECTIONS, Cash, Reportable, reportable
from counterfoil.counter.services import SERVICES
from counterfoil.facts.counter import CashExchanged
from counterfoil.facts.kinds import kind_numbered
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import day, moment
from counterfoil.ledger.booking import legs_of
from counterfoil.office.people.rows import OwnerRow
from counterfoil.office.rows import DayRow, EpochRow, HoldingRow, ReversalRow
from counterfoil.operations.beside import details_at
from counterfoil.operations.desk import ReadEntry, load_state, read_entry
from counterfoil.operations.office_report import MAIL
from counterfoil.operations.store import OfficeStore, StoredEntry
from counterfoil.policy.terms.profile import IdentificationRules

NEEDED = ("name", "lives", "born", "identification")
"""Of the details on record, what the form asks of a person (1010.312)."""
_CHUNK = 512
_MORE_KINDS = ("estate-pay",)
"""Kinds that move a customer's cash and are no part of a visit."""


class Moved(NamedTuple):
    """Cash of one fact in one direction. ``persons``: everyone it counts for, with her part in it."""

    kind: str
    direction: str
    amount: int
    epoch: int
    entry: int
    time_ms: int
    till: str
    account: str | None
    presented_by: str | None
    on_behalf_of: str | None
    identification: str | None
    persons: dict[str, str]


def cash_reports(store: OfficeStore, on: str) -> dict[str, Any]:
    """The totals of one day that must be reported, with the line they are over. Amounts in minor units."""
    asked = day(on, field="date").isoformat()
    policy = load_state(store).policy
    rules = policy.terms(IdentificationRules) if policy is not None else None
    line = rules.cash_report_over if rules is not None else CTR_OVER_CENTS
    moved = list(moved_on(store, asked))
    cash = [
        Cash(day(asked), one.direction, one.amount, person, postage=one.kind in MAIL)
        for one in moved
        for person in one.persons
    ]
    found = reportable(cash, any_one_day=True, report_over=line)
    return {
        "date": asked,
        "over": line,
        "reports": [_report(store, one, moved) for one in found],
        "besides": list(cash_parts.NOT_KEPT),
    }


def _report(store: OfficeStore, one: Reportable, moved: list[Moved]) -> dict[str, Any]:
    """One total, and every movement in it. ``customer`` is null for a person who is none: then ``known_by`` says what
    tells her, a paper that was shown or a visit."""
    hers = [each for each in moved if one.person in each.persons and each.kind not in MAIL]
    within = [each for each in hers if each.direction == one.direction]
    known = one.person if ":" in one.person else None
    return {
        "customer": None if known else one.person,
        "known_by": known,
        "direction": one.direction,
        "amount": one.cents,
        "other_direction": sum(each.amount for each in hers if each.direction != one.direction),
        "file_by": one.file_by.isoformat(),
        "several": len(within) > 1,
        "accounts": sorted({each.account for each in within if each.account}),
        "missing": _missing(store, None if known else one.person),
        "movements": [
            {
                "epoch": each.epoch, "entry": each.entry, "kind": each.kind,
                "item": cash_parts.item(each.kind, each.direction), "amount": each.amount, "till": each.till,
                "time": moment(each.time_ms).isoformat(), "account": each.account, "part": each.persons[one.person],
                "presented_by": each.presented_by, "on_behalf_of": each.on_behalf_of,
                "identification": each.identification,
            }
            for each in within
        ],
    }  # fmt: skip


def _missing(store: OfficeStore, customer: str | None) -> list[str]:
    """Which details the form asks for that are not on record; all of them of a person who is no customer."""
    row = store.get("customer", (customer,)) if customer else None
    details = details_at(store, row[2]) if row is not None and isinstance(row[2], bytes) else {}
    return [name for name in NEEDED if not details.get(name)]


# --- the day ---------------------------------------------------------------------------------------------------------


def entries_on(store: OfficeStore, date: str) -> Iterator[StoredEntry]:
    """The entries of a business day: from its opening to the next day's, through every log in between."""
    row = store.get("day", (date,))
    if row is None:
        return
    opened = DayRow._make(row)
    after = next(iter(store.scan("day", after=(date,), limit=1)), None)
    end = (DayRow._make(after).epoch, DayRow._make(after).opened) if after is not None else None
    for epoch in store.epochs():
        if epoch < opened.epoch or (end is not None and epoch > end[0]):
            continue
        at = opened.opened if epoch == opened.epoch else 0
        size = end[1] if end is not None and epoch == end[0] else store.size(epoch)
        while at < size:
            rows = store.entries(epoch, at, min(_CHUNK, size - at))
            yield from rows
            at += len(rows)


def moved_on(store: OfficeStore, date: str) -> Iterator[Moved]:
    """The cash of every service of a day, with everyone it counts for."""
    undone = {(row.epoch, row.sequence) for row in map(ReversalRow._make, store.scan("reversal"))}
    places = {row.epoch: row.office for row in map(EpochRow._make, store.scan("epoch"))}
    read = (read_entry(kept) for kept in entries_on(store, date))
    services = (one for one in read if one.date == date and _kind(one) in (*SERVICES, *_MORE_KINDS))
    for _, group in groupby(services, key=lambda one: one.core.request_id):
        visit = [one for one in group if (one.core.epoch, one.core.sequence) not in undone]
        found = [moved for one in visit for fact in one.facts for moved in _moves(store, one, fact, places)]
        yield from _one_visit(found)


def _one_visit(found: list[Moved]) -> Iterator[Moved]:
    """Whoever is told by one service of a visit made its others too, where those tell nobody."""
    conducting = {who for one in found for who, part in one.persons.items() if part != cash_parts.BY_ANOTHER}
    for one in found:
        if one.persons:
            yield one
        elif len(conducting) == 1:
            yield one._replace(persons=dict.fromkeys(conducting, cash_parts.OWN))
        else:
            yield one._replace(persons={f"visit:{one.epoch}/{found[0].entry}": cash_parts.OWN})


def _moves(store: OfficeStore, read: ReadEntry, fact: Fact, places: dict[int, str]) -> Iterator[Moved]:
    for direction, amount in _amounts(fact, places[read.core.epoch]).items():
        if amount:
            account = getattr(fact, "account", None)
            presenter, behalf = getattr(fact, "presented_by", None), getattr(fact, "on_behalf_of", None)
            yield Moved(
                kind=_kind(read), direction=direction, amount=amount, epoch=read.core.epoch, entry=read.core.sequence,
                time_ms=read.core.time_ms, till=str(getattr(fact, "till", "")), account=account,
                presented_by=presenter, on_behalf_of=behalf, identification=getattr(fact, "identification", None),
                persons=_persons(store, fact, direction),
            )  # fmt: skip


def _amounts(fact: Fact, place: str) -> dict[str, int]:
    """What a fact brings into a till and takes out of it; notes changed for notes book nothing and do both."""
    if isinstance(fact, CashExchanged):
        return dict.fromkeys(DIRECTIONS, fact.amount)
    legs = legs_of(fact, place)
    return {
        "cash_in": sum(leg.amount for leg in legs if leg.debit.startswith("till:")),
        "cash_out": sum(leg.amount for leg in legs if leg.credit.startswith("till:")),
    }


def _persons(store: OfficeStore, fact: Fact, direction: str) -> dict[str, str]:
    """Customers by number; else whoever showed this paper; nobody where nothing tells."""
    presenter = getattr(fact, "presented_by", None)
    account, customer = getattr(fact, "account", None), getattr(fact, "customer", None)
    owners = _owners(store, account) if isinstance(account, str) else []
    if not owners and isinstance(customer, str):
        owners = [customer]
    found = cash_parts.parts(direction, presenter, getattr(fact, "on_behalf_of", None), owners)
    buyer = getattr(fact, "buyer", None)
    return found or ({f"paper:{buyer.hex()[:16]}": cash_parts.OWN} if isinstance(buyer, bytes) else {})


def _owners(store: OfficeStore, account: str) -> list[str]:
    """Everyone who owns an account, the person who opened it first."""
    row = store.get("holding", (account,))
    held = HoldingRow._make(row) if row is not None else None
    joint = [one.customer for one in map(OwnerRow._make, store.scan("owner", (account,))) if one.state == "owner"]
    return [*([held.customer] if held is not None and held.customer else []), *joint]


def _kind(read: ReadEntry) -> str:
    return kind_numbered(read.core.kind).name
