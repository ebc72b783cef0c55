"""Papers whose values the books of an office hold today: a statement, a passbook's page, the price list.

Always true: every movement of the account in the books stands on its statement once, and the last balance is the
books' own (``test_a_statement_from_the_books_ends_at_their_balance``). Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from counterfoil import codec
from counterfoil.facts.day_end import BulkPosted
from counterfoil.facts.kinds import kind_numbered
from counterfoil.kernel.days import day
from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed, Translate, Unavailable
from counterfoil.office.day_end.rows import BulkRow
from counterfoil.office.rows import DayRow, EpochRow
from counterfoil.operations import queries
from counterfoil.operations.desk import load_state, read_entry
from counterfoil.operations.documents.fees import Elsewhere, Fees, fees_of
from counterfoil.operations.documents.paper import Head, Words
from counterfoil.operations.documents.statement import PASSBOOK_LINES, Movement, Passbook, Statement
from counterfoil.operations.receipts import TITLES
from counterfoil.operations.store import OfficeStore


def statement_of(
    store: OfficeStore, account: str, translate: Translate, *, since: date | None = None, until: date | None = None
) -> Statement:
    """The statement of a customer's account, both days included.

    ``until``: the last business day if left out; ``since``: the first day of that month.
    """
    last = until or last_day(store)
    first = since or last.replace(day=1)
    if first > last:
        raise Malformed("the period begins before it ends", field="from")
    lines = movements_of(store, account, translate)
    before = [one for one in lines if one.on < first]
    return Statement(
        head=_head(store, account, last),
        account=account,
        since=first,
        until=last,
        opening=before[-1].balance if before else 0,
        movements=tuple(one for one in lines if first <= one.on <= last),
    )


def passbook_of(store: OfficeStore, account: str, translate: Translate, *, page: int | None = None) -> Passbook:
    """A page of the account's passbook; the last one if ``page`` is left out. Pages are filled one after another."""
    lines = movements_of(store, account, translate)
    pages = max(1, -(-len(lines) // PASSBOOK_LINES))
    number = pages if page is None else page
    if not 0 < number <= pages:
        raise Malformed(f"the book of this account has {pages} pages", field="page")
    start = (number - 1) * PASSBOOK_LINES
    return Passbook(
        head=_head(store, account, last_day(store)),
        account=account,
        page=number,
        carried=lines[start - 1].balance if start else 0,
        movements=tuple(lines[start : start + PASSBOOK_LINES]),
    )


def prices_of(
    store: OfficeStore,
    language: str,
    translate: Translate,
    elsewhere: Mapping[str, tuple[Elsewhere, ...]] | None = None,
) -> Fees:
    """The price list of the edition in force."""
    state = load_state(store)
    if state.policy is None:
        raise Unavailable("no policy edition is in force in this office")
    words = Words(language, state.policy.currency, translate)
    return fees_of(_office(store, last_day(store)), state.policy, words, elsewhere)


def last_day(store: OfficeStore) -> date:
    """The last business day that was opened; ``Unavailable`` if none was."""
    row = next(iter(store.scan("day", descending=True, limit=1)), None)
    if row is None:
        raise Unavailable("no day was opened in this office yet, so there is nothing to print")
    return day(DayRow._make(row).date)


def movements_of(store: OfficeStore, account: str, translate: Translate) -> list[Movement]:
    """Every movement of a customer's account as the customer sees it, in the order of the books."""
    book = queries.account_book(store, account)
    if book["holding"] is None:
        raise Malformed(f"{account!r} is not a customer's account", field="account")
    kinds: dict[tuple[int, int], str] = {}
    found, balance = [], 0
    for line in book["transfers"]:
        left = -line["balance"]  # What the house owes the customer stands in the books as credit.
        if left == balance:
            continue  # Reserved or released: the balance did not move.
        at = (line["epoch"], line["entry"])
        if at not in kinds:
            kinds[at] = _title(store, at, translate)
        found.append(Movement(day(line["booked"]), kinds[at], left - balance, left))
        balance = left
    return found


def language_of(store: OfficeStore, account: str) -> str:
    """The language that the account's owner has told; English where there is none."""
    return str(_details(store, account).get("language", "en"))


def _title(store: OfficeStore, at: tuple[int, int], translate: Translate) -> str:
    """What made the movement: the entry's kind, or, for a line of the day's end, the kind of its step."""
    read = read_entry(store.entries(at[0], at[1], 1)[0])
    posted = next((fact for fact in read.facts if isinstance(fact, BulkPosted)), None)
    row = store.get("bulk", (posted.value_date, posted.step)) if posted is not None else None
    if row is not None:
        step = BulkRow(*row)  # type: ignore[arg-type]  # the store keeps the columns of the row class
        read = read_entry(store.entries(step.epoch, step.sequence, 1)[0])
    return translate(TITLES[kind_numbered(read.core.kind).name])


def _head(store: OfficeStore, account: str, on: date) -> Head:
    head = _office(store, on)
    name = str(_details(store, account).get("name", ""))
    return Head(head.office, on, head.currency, customer=name)


def _office(store: OfficeStore, on: date) -> Head:
    rows = [EpochRow._make(row) for row in store.scan("epoch")]
    return Head(f"{rows[-1].place} · {rows[-1].office}", on, currency(rows[-1].currency).code)


def _details(store: OfficeStore, account: str) -> Mapping[str, Any]:
    """The owner's details as they are now; none if there is no owner or they were erased."""
    holding = store.get("holding", (account,))
    customer = store.get("customer", (holding[1],)) if holding and isinstance(holding[1], str) else None
    row = store.get("details", (customer[2],)) if customer and isinstance(customer[2], bytes) else None
    return codec.decode(row[3], what="details") if row is not None and isinstance(row[3], bytes) else {}
