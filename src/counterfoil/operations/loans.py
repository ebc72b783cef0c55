"""Questions about small loans: what one would cost, what pays one off, how one has gone. Nothing is recorded.

Always true: a quote is what the desk takes today (``test_the_375_loan_from_application_to_payoff``); a payoff is what
the desk would take on that day if nothing is paid before; a statement shows every entry that names the loan, and ends
at what the books hold (``test_a_statement_ends_at_what_the_books_hold``). Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from counterfoil.counter.loans import days_late, first_due_fits, first_quote, next_due, next_payment, within_terms
from counterfoil.counter.loans import payoff as payoff_of
from counterfoil.facts import loans as f
from counterfoil.facts.day_end import BulkPosted
from counterfoil.facts.money import Reversed
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import day
from counterfoil.kernel.outcomes import Malformed, Refusal
from counterfoil.ledger.booked.loans import loan_account
from counterfoil.office import rules
from counterfoil.office.day_end.rows import BulkRow
from counterfoil.office.loans.rows import LoanRow
from counterfoil.office.rows import DayRow, EpochRow
from counterfoil.office.state import State
from counterfoil.operations import bulk
from counterfoil.operations.desk import read_entry
from counterfoil.operations.quotes import Quote as Compared
from counterfoil.operations.quotes import quote as compared
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.tables import BULK_LINES
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.products.loans import Quote


def offer(
    state: State, amount: int, every: str, number: int, first_due: str | None = None
) -> tuple[Quote, Compared] | Refusal:
    """The loan as the edition in force gives it on the open (or last) day, and what others take for the same money."""
    terms = rules.offered(state, LoanTerms, "loans")
    if isinstance(terms, Refusal):
        return terms
    on = _today(state)
    refused = within_terms(state, terms, amount, every, number)
    if not refused and first_due is not None:
        refused = first_due_fits(state, on, every, first_due)
    if refused:
        return refused
    found = first_quote(terms, amount, every, number, on, first_due)
    asked = {
        "amount": amount, "every": every, "number_of_payments": number, "first_due": found.first_due.isoformat(),
        "date": on,
    }  # fmt: skip
    beside = compared("loan-open", asked, state)
    return beside if isinstance(beside, Refusal) else (found, beside)


def _today(state: State) -> str:
    days = [row.date for row in state.day.rows.values()]
    return max([*days, rules.edition(state).effective.isoformat()])


def offer_json(found: Quote, beside: Compared) -> dict[str, Any]:
    """A quote as data: the boxes of 12 CFR 1026.18, each payment, and the prices elsewhere."""
    return {
        "amount": found.amount, "every": found.every, "number_of_payments": found.number,
        "date": found.opened.isoformat(), "first_due": found.first_due.isoformat(), "apr": found.apr_text,
        "rate": rate_text(found.rate), "payment": found.payment, "last_payment": found.last, "total": found.total,
        "finance_charge": found.interest, "rows": [{**row._asdict(), "due": row.due.isoformat()} for row in found.rows],
        **{key: value for key, value in beside.as_json().items() if key not in ("kind", "price")},
    }  # fmt: skip


def rate_text(hundredths: int) -> str:
    """A rate as decimal text: 2800 is 28.00."""
    return f"{hundredths // 100}.{hundredths % 100:02}"


def loan_row(store: OfficeStore, loan: str) -> LoanRow:
    """The loan of that number; ``Malformed`` if these books have none."""
    row = store.get("loan", (loan,))
    if row is None:
        raise Malformed(f"there is no loan {loan!r} in these books", field="loan")
    return LoanRow(*row)  # type: ignore[arg-type]  # the store keeps the columns of the row class


def payoff(store: OfficeStore, loan: str, on: str | None = None) -> dict[str, Any]:
    """What pays a loan off on a day: the last business day if left out. ``Malformed`` for a day before it."""
    row, last = loan_row(store, loan), _last_day(store)
    asked = day(on, field="on").isoformat() if on is not None else last
    if asked < last:
        raise Malformed(f"{asked} is before the last business day, {last}: what was owed then is in the statement",
                        field="on")  # fmt: skip
    owed = payoff_of(row, asked)
    principal = row.owed if row.state == "open" else owed
    return {
        "loan": loan, "on": asked, "state": row.state, "payoff": owed, "principal": principal,
        "interest": owed - principal, "currency": _epoch(store).currency,
    }  # fmt: skip


def statement(store: OfficeStore, loan: str) -> dict[str, Any]:
    """How a loan stands on the last business day, and everything that happened to it, in the order of the books."""
    row, on = loan_row(store, loan), _last_day(store)
    balance, lines = 0, []
    for line in _lines(store, loan):
        balance += line["moved"]
        lines.append({**line, "balance": balance})
    is_open = row.state == "open"
    return {
        "loan": loan, "customer": row.customer, "state": row.state, "on": on, "currency": _epoch(store).currency,
        "lent": row.lent, "opened": row.opened, "rate": rate_text(row.rate), "every": row.every, "paid": row.paid,
        "owed": row.owed, "payoff": payoff_of(row, on), "bucket": row.bucket, "days_late": days_late(row, on),
        "next_due": next_due(row).isoformat() if is_open else None,
        "next_payment": next_payment(row, on) if is_open else 0, "deferred": row.deferred, "lost": row.lost,
        "recovered": row.recovered, "dues_from": row.dues_from or None, "entries": lines,
    }  # fmt: skip


def _lines(store: OfficeStore, loan: str) -> Iterator[dict[str, Any]]:
    name = loan_account(loan)
    for _, epoch, sequence in store.scan("statement", (loan,)):
        read = read_entry(store.entries(int(epoch or 0), int(sequence or 0), 1)[0])
        for fact in read.facts:
            for one in _of_step(store, fact) if isinstance(fact, BulkPosted) else (fact,):
                if getattr(one, "loan", None) == loan or (isinstance(one, Reversed) and _names(one, name)):
                    yield {"epoch": epoch, "entry": sequence, "date": read.date, **_line(one, name)}


def _of_step(store: OfficeStore, posted: BulkPosted) -> Sequence[Fact]:
    """The lines that a chunk of the day's end booked."""
    found = store.get("bulk", (posted.value_date, posted.step))
    if found is None:
        return []
    step = BulkRow(*found)  # type: ignore[arg-type]  # the store keeps the columns of the row class
    kept = store.get(BULK_LINES.name, (step.lines, posted.first // bulk.CHUNK_LINES))
    return bulk.read_own(kept[3]) if kept is not None and isinstance(kept[3], bytes) else []


def _names(fact: Reversed, name: str) -> bool:
    return any(name in leg[:2] for leg in fact.legs)


def _line(fact: Fact, name: str) -> dict[str, Any]:
    """What happened, the money of it, and by how much the principal owed has changed."""
    if isinstance(fact, f.LoanOpened):
        return _told("lent", fact.amount, 0, fact.amount)
    if isinstance(fact, f.LoanDuesAgreed):
        return _told("dues-from" if fact.account else "dues-ended", 0, 0, 0)
    if isinstance(fact, f.LoanPaid | f.LoanCollected):
        return _told(
            "paid" if isinstance(fact, f.LoanPaid) else "collected", fact.amount, fact.interest, -fact.principal
        )
    if isinstance(fact, f.LoanChargedOff):
        return _told("lost", fact.amount, 0, -fact.amount)
    if isinstance(fact, f.LoanRecovered):
        return _told("recovered", fact.amount, 0, 0)
    if isinstance(fact, f.LoanDeferred):
        return _told("deferred", 0, 0, 0, due=fact.until)
    if isinstance(fact, f.LoanMissed):
        return _told("missed", fact.amount, 0, 0, due=fact.due)
    if isinstance(fact, f.LoanAged):
        return _told("late", 0, 0, 0, bucket=fact.bucket)
    legs = fact.legs if isinstance(fact, Reversed) else []
    back = sum(amount * ((credit == name) - (debit == name)) for debit, credit, amount, _ in legs)
    return _told("reversed", abs(back), 0, back)


def _told(what: str, amount: int, interest: int, moved: int, **more: str) -> dict[str, Any]:
    return {"what": what, "amount": amount, "interest": interest, "moved": moved, **more}


def _epoch(store: OfficeStore) -> EpochRow:
    rows = [EpochRow._make(row) for row in store.scan("epoch")]
    if not rows:
        raise Malformed("these books hold no office yet", field="folder")
    return rows[-1]


def _last_day(store: OfficeStore) -> str:
    days = [DayRow._make(row).date for row in store.scan("day")]
    if not days:
        raise Malformed("no day was opened in this office yet", field="folder")
    return max(days)
