"""What a window shows: the office as it stands, a customer, what was found, what became of a request.

Always true (``tests/unit/operations/test_window.py``): nothing here changes the books; whoever is shown a customer is
noted first (``test_whoever_looks_is_noted``); what became of a request is told from what is kept, so it is the same
after a restart (``test_an_outcome_is_told_again``).

Functions of a ``Desk`` are short and run on its thread (``Service.at_desk``); those of a store run beside it
(``Service.read``).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from counterfoil.counter import loans
from counterfoil.counter.reversal import REVERSIBLE
from counterfoil.customers.details import FIELDS
from counterfoil.facts.kinds import kind_numbered
from counterfoil.journal.slip import SLIP_PREFIX, decode_slip, is_training
from counterfoil.kernel.idents import REQUEST_ID_BYTES
from counterfoil.kernel.money import Currency, Money, currency
from counterfoil.kernel.outcomes import Malformed, Refusal, Translate
from counterfoil.ledger.booking import customer_account, stock_account, till_account
from counterfoil.office import rules
from counterfoil.office.loans.folds import days_between
from counterfoil.office.requests import ASKS, Ask, fields_of
from counterfoil.office.rows import CustomerRow, DayRow, DifferenceRow, EpochRow, HoldingRow, TillRow
from counterfoil.operations import offers
from counterfoil.operations.answers import unpack_refusal
from counterfoil.operations.beside import Beside, details_at, details_beside
from counterfoil.operations.desk import Desk, read_entry
from counterfoil.operations.finding import Found, People
from counterfoil.operations.quotes import PRICES, Wanted, quote
from counterfoil.operations.screens import MADE
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.loans import LoanTerms

ENTRIES_SHOWN = 10
DUE_COUNTED_MAX = 100
"""Slips waiting for print are counted no further than this."""


class Person(NamedTuple):
    """One who may sign in here. ``name`` is "" if none is kept."""

    clerk: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class OfficeNow:
    """The office as its desk has it now: what nearly every page needs."""

    office: str
    place: str
    currency: Currency
    zone: str
    epoch: int
    size: int
    clock: str
    today: str
    """The calendar day at the office."""
    day: DayRow | None
    tills: tuple[TillRow, ...]
    edition: Edition | None
    people: Mapping[str, Person]
    unprinted: int
    stock: Mapping[tuple[str, str], int]
    """(place, item) → pieces, of what is not zero."""
    offers: frozenset[str]
    """The kinds of request that screens show here (``operations.offers``)."""
    practice: bool
    """Whether this is a training office, of which every page says so."""

    def till_of(self, clerk: str) -> TillRow | None:
        """The open or counted till of this clerk, if she has one of her own."""
        return next((t for t in self.tills if t.clerk == clerk and t.state != "closed" and not t.shared), None)

    def till(self, number: str) -> TillRow | None:
        """The till of that number."""
        return next((t for t in self.tills if t.till == number), None)


class Holding(NamedTuple):
    """One account of a customer, with what it holds. Amounts in minor units."""

    account: str
    product: str
    state: str
    balance: int
    available: int


class Owing(NamedTuple):
    """A loan that is being paid back: what is asked for next, and until when. Minor units."""

    loan: str
    payment: int
    due: str


class Granted(NamedTuple):
    """An application that was approved, and not paid out yet."""

    case: str
    amount: int
    every: str
    number: int
    date: str
    """The day on which it was approved."""


class Shown(NamedTuple):
    """A customer as a screen shows her. ``details`` are empty if they were erased."""

    customer: str
    tier: str
    details: Mapping[str, str]
    holdings: tuple[Holding, ...]
    loans: tuple[Owing, ...] = ()
    granted: tuple[Granted, ...] = ()


class Went(NamedTuple):
    """What became of a request: its refusal, or the (epoch, sequence, kind) of its entries."""

    refusal: Refusal | None
    entries: tuple[tuple[int, int, str], ...]


def office_now(desk: Desk) -> OfficeNow:
    """At the desk: the office as it stands."""
    state = desk.state
    row = state.current
    if row is None:
        raise Malformed("this office has no log yet", field="office")
    names = {str(one[0]): str(one[1]) for one in desk.store.scan("person")}
    return OfficeNow(
        office=row.office, place=row.place, currency=currency(row.currency), zone=row.zone, epoch=desk.epoch,
        size=desk.size, clock=desk.clock.kind, today=desk.calendar_day(), day=state.today,
        tills=tuple(state.till.all()), edition=state.policy,
        people={c.clerk: Person(c.clerk, c.role, names.get(c.clerk, "")) for c in state.clerk.all() if c.active},
        unprinted=sum(1 for _ in islice(desk.store.scan("unprinted"), DUE_COUNTED_MAX)),
        stock={key: one.quantity for key, one in state.stock.rows.items() if one.quantity},
        offers=offers.offered(state), practice=is_training(row.origin),
    )  # fmt: skip


def looked_at(desk: Desk, customer: str, *, by: str, what: str) -> Shown:
    """At the desk: the customer, after it was noted who looks. ``Malformed`` (field ``customer``) if there is none."""
    state = desk.state
    row = state.customer.get(customer)
    if row is None:
        raise Malformed(f"there is no customer {customer} here", field="customer")
    note_look(desk, customer, by=by, what=what)
    return _shown(desk, row)


def note_look(desk: Desk, customer: str, *, by: str, what: str) -> None:
    """At the desk: one line of who looked at which customer."""
    last = next(desk.store.scan("looked", descending=True, limit=1), None)
    number = int(last[0] or 0) + 1 if last else 1
    desk.note({"looked": [(number, desk.clock.now(), by, customer, what)]})


def shown_again(desk: Desk, customer: str) -> Shown | None:
    """At the desk: the customer who is being served and was looked at before; None if there is none of that number."""
    row = desk.state.customer.get(customer)
    return _shown(desk, row) if row is not None else None


def _shown(desk: Desk, row: CustomerRow) -> Shown:
    mine = sorted(one for one in desk.state.holding.rows.values() if one.customer == row.customer)
    holdings = tuple(_holding(desk, one) for one in mine)
    return Shown(row.customer, row.tier, _details(desk.store, row.details), holdings, *_lent(desk, row.customer))


def _lent(desk: Desk, customer: str) -> tuple[tuple[Owing, ...], tuple[Granted, ...]]:
    state = desk.state
    today = state.today.date if state.today else desk.calendar_day()
    owing = [
        Owing(row.loan, loans.next_payment(row, today), loans.next_due(row).isoformat())
        for row in state.loan.rows.values()
        if row.customer == customer and row.state == "open"
    ]
    terms = state.policy.terms(LoanTerms) if state.policy else None
    waits = terms.decision_days if terms else -1
    granted = [
        Granted(row.case, row.amount, row.every, row.number, row.date)
        for row in state.loan_application.rows.values()
        if row.customer == customer and row.decision == "yes" and not row.loan
        and days_between(row.date, today) <= waits
    ]  # fmt: skip
    return tuple(owing), tuple(granted)


def to_claim(desk: Desk, case: str) -> int | None:
    """At the desk: the amount of cash sent that waits for whoever showed its code, minor units; None if it does not."""
    row = desk.state.cash_send.get(case)
    return row.amount if row is not None and row.state == "sent" and row.checked else None


def holder(desk: Desk, account: str) -> str | None:
    """At the desk: whose account this is; None if there is none of that number, or it is the house's."""
    row = desk.state.holding.get(account)
    return row.customer if row else None


def _holding(desk: Desk, row: HoldingRow) -> Holding:
    debits, credits, pending, _ = desk.state.balance(customer_account(row.account, desk.state.place))[-4:]
    balance = credits - debits
    return Holding(row.account, row.product, row.state, balance, balance - pending)


# --- beside the desk --------------------------------------------------------------------------------------------------


def find(store: OfficeStore, asked: str, people: People | None = None) -> list[Found]:
    """Customers by account, customer number, phone or part of a name; by name. ``people``: the
    index of the desk that is at work; without it every row is read."""
    return (people or People()).found(store, asked)


def receipt_scanned(code: str) -> tuple[int, int] | None:
    """(epoch, sequence) of the entry whose receipt's code this is; None if it is no code of ours."""
    if not code.startswith(SLIP_PREFIX):
        return None
    try:
        core = decode_slip(code).core
    except Malformed:
        return None
    return core.epoch, core.sequence


def what_became(store: OfficeStore, request: bytes) -> Went | None:
    """What became of a request id; None if it is not known here."""
    row = store.get("answer", (request,))
    if row is None:
        return None
    if isinstance(row[2], bytes):
        return Went(unpack_refusal(row[2]), ())
    parts = [(int(one[2] or 0), int(one[3] or 0)) for one in store.scan("part", (request,))]
    return Went(None, tuple(_entry(store, epoch, sequence) for epoch, sequence in parts))


def entries_of(store: OfficeStore, accounts: Sequence[str], count: int = ENTRIES_SHOWN) -> list[tuple[int, int, str]]:
    """(epoch, sequence, kind) of the last entries of these accounts, the newest first."""
    places = {
        (int(row[1] or 0), int(row[2] or 0))
        for account in accounts
        for row in store.scan("statement", (account,), descending=True, limit=count)
    }
    return [_entry(store, epoch, sequence) for epoch, sequence in sorted(places, reverse=True)[:count]]


def due_for_print(store: OfficeStore, count: int) -> list[tuple[int, int, str]]:
    """Entries whose first print has not been seen, the oldest first."""
    return [_entry(store, int(row[0] or 0), int(row[1] or 0)) for row in store.scan("unprinted", limit=count)]


def differences(store: OfficeStore) -> list[DifferenceRow]:
    """Differences at counts, the newest first."""
    rows = [DifferenceRow._make(row) for row in store.scan("difference")]
    return sorted(rows, key=lambda row: (row.epoch, row.sequence), reverse=True)


def events(store: OfficeStore, *, before: int | None, count: int) -> list[tuple[int, int, str, str, str]]:
    """(number, time, what, who, detail) of the office's own event view, the newest first."""
    after = (before,) if before is not None else None
    rows = store.scan("event", after=after, limit=count, descending=True)
    return [(int(r[0] or 0), int(r[1] or 0), str(r[2]), str(r[3]), str(r[4])) for r in rows]


def looks(store: OfficeStore, *, count: int) -> list[tuple[int, int, str, str, str]]:
    """(number, time, who, customer, what) of who looked at whom, the newest first."""
    rows = store.scan("looked", limit=count, descending=True)
    return [(int(r[0] or 0), int(r[1] or 0), str(r[2]), str(r[3]), str(r[4])) for r in rows]


def log_of(store: OfficeStore, epoch: int) -> EpochRow | None:
    """The log of that epoch."""
    row = store.get("epoch", (epoch,))
    return EpochRow._make(row) if row else None


def _entry(store: OfficeStore, epoch: int, sequence: int) -> tuple[int, int, str]:
    return epoch, sequence, kind_numbered(read_entry(store.entries(epoch, sequence, 1)[0]).core.kind).name


def _details(store: OfficeStore, digest: object) -> Mapping[str, str]:
    return details_at(store, digest) if isinstance(digest, bytes) else {}


# --- what a screen needs to build a request ---------------------------------------------------------------------------


class Closing(NamedTuple):
    """A counted drawer beside the books, as it may be told once the count is on record. Minor units."""

    counted: int
    expected: int
    stock_counted: int
    stock_expected: int

    @property
    def differs(self) -> bool:
        """Whether an answer is needed."""
        return (self.counted, self.stock_counted) != (self.expected, self.stock_expected)


def closing(desk: Desk, till: str) -> Closing | None:
    """At the desk: what the last count of a counted till came to; None if it is not counted."""
    row = desk.state.till.get(till)
    if row is None or row.state != "counted" or row.counted is None or row.stock_counted is None:
        return None
    expected, stock = rules.cash_held(desk.state, till_account(till)), rules.cash_held(desk.state, stock_account(till))
    return Closing(row.counted, expected, row.stock_counted, stock)


def details_body(
    desk: Desk, request: bytes, kind: str, body: Mapping[str, Any], told: Mapping[str, str]
) -> tuple[dict[str, Any], Beside]:
    """At the desk: the body with the hash of the details that go with it, and what keeps them beside the journal.
    ``request``: its id, and for a service of a visit its number (from 1) as one more byte.

    The salt is one that only this office can make again, so the same form is the same request.
    """
    salt = hmac.digest(desk.office_key, b"counterfoil/details-salt/v1\x00" + request, "sha256")[:16]
    made, given = dict(body), told
    if kind == "customer-change":
        kept = desk.body_of_record(request[:REQUEST_ID_BYTES])
        row = desk.state.customer.get(str(body.get("customer", "")))
        before = _details(desk.store, kept["details"] if kept else row.details if row else b"")
        changed = [name for name in FIELDS if told.get(name, "") != before.get(name, "") and name not in _UNASKED]
        made["what"] = kept["what"] if kept else changed or ["nothing"]
        given = {**{name: value for name, value in before.items() if name in _UNASKED}, **told}
    beside = details_beside(kind, given, salt, made)
    own = MADE[kind](desk.office_key, request, beside.kept) if kind in MADE else {}
    return {**made, **beside.read_off, **own, "details": beside.digest}, beside


READ_FROM_DETAILS: Mapping[str, tuple[str, ...]] = {
    "check-cash": ("routing", "fingerprint"),
    "check-deposit": ("routing", "fingerprint"),
    "loan-apply": ("left",),
    "order-sale": ("buyer",),
    "cash-send": ("buyer", "code"),
    "claim-unblock": ("code",),
}
"""Kind → the fields of its body that the screen reads off its details or makes (``operations.screens``): nobody types
them."""


def prices_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind that the screen works out, shows, and has signed: nobody types them."""
    if kind == "loan-open":
        return ("apr", "payment", "total")
    if kind == "mail-sale":
        return ("amount",)
    return ("fee",) if kind in PRICES and "fee" in fields_of(ASKS[kind]) else ()


def worked_out(desk: Desk, kind: str, body: Mapping[str, Any]) -> dict[str, str] | Refusal:
    """At the desk: those fields as a form holds them, at today's prices; or the rule that says no."""
    policy, given = desk.state.policy, {name: value for name, value in body.items() if name != "kind"}
    if policy is None or not prices_of(kind):
        return {}
    if kind == "loan-open":
        terms = rules.offered(desk.state, LoanTerms, "loans")
        if isinstance(terms, Refusal):
            return terms
        shown = loans.first_quote(
            terms, given["amount"], given["every"], given["number_of_payments"], given["date"], given.get("first_due")
        )
        payment, total = (Money(minor, policy.currency).decimal() for minor in (shown.payment, shown.total))
        return {"first_due": shown.first_due.isoformat(), "apr": shown.apr_text, "payment": payment, "total": total}
    date = str(given.pop("date", "")) or (desk.state.today.date if desk.state.today else desk.calendar_day())
    price = PRICES[kind](Wanted(kind, given, date), desk.state)
    (name,) = prices_of(kind)
    return price if isinstance(price, Refusal) else {name: Money(price, policy.currency).decimal()}


def compared_price(desk: Desk, ask: Ask, translate: Translate, language: str) -> list[str]:
    """At the desk: what a service costs here and elsewhere, in words; nothing where it costs nothing here."""
    if ask.kind not in PRICES:
        return []
    body = {name: getattr(ask, name) for name in fields_of(type(ask)) if getattr(ask, name) is not None}
    told = quote(ask.kind, body, desk.state)
    return [] if isinstance(told, Refusal) or not told.price else told.lines(translate, language)


def reversal_body(desk: Desk, body: Mapping[str, Any]) -> dict[str, Any]:
    """At the desk: account, amount and currency of a reversal, read from the entry that it undoes, as off paper."""
    made = {name: value for name, value in body.items() if name not in ("amount", "currency", "account")}
    epoch, entry = made.get("epoch"), made.get("entry")
    original = desk.original(epoch, entry) if type(epoch) is int and type(entry) is int else None
    if original is None or original.kind not in REVERSIBLE or not original.facts or desk.state.policy is None:
        return made
    amount, account = (getattr(original.facts[0], name, None) for name in ("amount", "account"))
    if amount:
        made |= {"amount": amount, "currency": desk.state.policy.currency.code}
    return made | ({"account": account} if account else {})


def printed(desk: Desk, entries: Sequence[tuple[int, int]]) -> None:
    """At the desk: these slips left the printer."""
    desk.printed(desk.unprinted_among(entries))
    desk.flush()


def note_event(desk: Desk, what: str, who: str, detail: str) -> None:
    """At the desk: one line in the office's own event view."""
    last = next(desk.store.scan("event", descending=True, limit=1), None)
    number = int(last[0] or 0) + 1 if last else 1
    desk.note({"event": [(number, desk.clock.now(), what, who, detail)]})


def request_of(store: OfficeStore, epoch: int, sequence: int) -> str:
    """The id of the request that made an entry, in hexadecimal; ``Malformed`` if there is no such entry."""
    kept = store.entries(epoch, sequence, 1)
    if not kept:
        raise Malformed(f"there is no entry {sequence} in epoch {epoch}", field="entry")
    return read_entry(kept[0]).core.request_id.hex()


_UNASKED = ("identification",)
"""Details that no form asks for: they stay as they are."""
