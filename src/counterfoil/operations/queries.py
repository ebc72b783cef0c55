"""Questions to the books, answered from the stored folds without changing anything: what `counterfoil books` shows.

Always true: an answer is made of plain values in a fixed order, so the same books give the same bytes
(``test_the_same_books_give_the_same_bytes``); amounts are minor units; a balance is debits less credits, so what the
house holds is above zero and what it owes below. As-of figures say which date they use and hold nothing pending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from counterfoil import codec
from counterfoil.facts.savings import InterestCredited, InterestPaid
from counterfoil.kernel.days import day
from counterfoil.kernel.idents import transfer_origin
from counterfoil.kernel.outcomes import Malformed
from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.booking import customer_account, stock_account, till_account
from counterfoil.ledger.transfers import EXPIRE, PENDING, RESOLVES, VOID, PendingRow, Transfer
from counterfoil.ledger.trial import as_of, trial_balance, trial_errors
from counterfoil.office.people.rows import DeathRow, OwnerRow
from counterfoil.office.rows import DayRow, DifferenceRow, EpochRow, HoldingRow, StockRow, TillRow, TotalRow
from counterfoil.operations.desk import load_state
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.terms.profile import TaxTerms

By = Literal["booked", "value"]
_INTEREST = (InterestCredited.number, InterestPaid.number)
TOLD_OF_PAYEES = ("name", "lives", "identification")
"""What form 1099-INT says of a payee; the tax number stands in ``identification`` where it was written down."""
"""Codes of transfers that credit interest."""


class AsOf(NamedTuple):
    """A date, and which of a transfer's two dates it is compared with."""

    date: date
    by: By


def as_of_date(text: str, by: By) -> AsOf:
    """Reads ``2026-11-23``; ``Malformed`` otherwise."""
    return AsOf(day(text, field="as-of"), by)


def books(store: OfficeStore, *, at: AsOf | None = None) -> dict[str, Any]:
    """The trial balance with every account, and (as the books stand now) days, tills and differences."""
    kept = _accounts(store)
    rows = as_of(kept, store.movements(at.date.toordinal(), at.by)) if at else kept
    pendings = [] if at else [PendingRow._make(row) for row in store.open_pendings()]
    lines = trial_balance(rows)
    errors = trial_errors(rows, pendings) if not at else []
    shown = {
        "office": _office(store),
        "as_of": {"date": at.date.isoformat(), "by": at.by} if at else None,
        "balanced": all(line.balanced for line in lines) and not errors,
        "errors": [{"code": error.code, "subject": error.subject, "found": error.found} for error in errors],
        "trial": [{**line._asdict(), "balanced": line.balanced} for line in lines],
        "accounts": [_account(row) for row in rows],
    }
    if at is None:
        shown["days"] = [DayRow._make(row)._asdict() for row in store.scan("day")]
        shown["tills"] = [till_book(store, str(row[0])) for row in store.scan("till")]
        shown["differences"] = [DifferenceRow._make(row)._asdict() for row in store.scan("difference")]
    return shown


def account_book(store: OfficeStore, name: str, *, at: AsOf | None = None) -> dict[str, Any]:
    """One account, by its ledger name or a customer's account number, with every transfer and the balance after it.

    ``Malformed`` if there is none of that name.
    """
    rows = {row.id: row for row in _accounts(store)}
    wanted = {name, *(customer_account(name, row.office) for row in _epochs(store))}
    row = next((row for row in rows.values() if row.name in wanted), None)
    holding = next((HoldingRow._make(one) for one in store.scan("holding", (name,))), None)
    if row is None and holding is None:
        raise Malformed(f"there is no account {name!r} in these books: `counterfoil books` lists them", field="account")
    if row is None:
        return {"account": None, "holding": holding._asdict() if holding else None, "transfers": []}
    lines = list(_lines(store, row.id, {one.id: one.name for one in rows.values()}, at))
    return {
        "account": _account(row),
        "holding": holding._asdict() if holding else None,
        "as_of": {"date": at.date.isoformat(), "by": at.by} if at else None,
        "balance": lines[-1]["balance"] if lines else 0,
        "transfers": lines,
    }


def interest_totals(store: OfficeStore, year: int) -> list[dict[str, Any]]:
    """What each account was credited in a calendar year: the figures of form 1099-INT (26 U.S.C. 6049).

    What is credited at a period's end is of the year of its value date, however late that day was ended: a December
    that is caught up in January is December's (``test_a_december_that_is_ended_in_january_is_decembers``). What was
    paid at a window is of the day it was paid.
    """
    names = {row.id: row.name for row in _accounts(store)}
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    totals: dict[str, int] = {}
    for one in store.all_transfers():
        day = one.value if one.code == InterestCredited.number else one.booked
        if one.code in _INTEREST and first <= day <= last and names[one.credit].startswith("customer:"):
            account = names[one.credit].split(":")[1]
            totals[account] = totals.get(account, 0) + one.amount
    rows = []
    for account in sorted(totals):
        holding = store.get("holding", (account,))
        customer = HoldingRow._make(holding).customer if holding is not None else None
        rows.append({"account": account, "customer": customer, "interest": totals[account]})
    return rows


class InterestOfYear(NamedTuple):
    """One customer's interest of a year over all her accounts, and whether it is told to the tax office."""

    customer: str
    accounts: tuple[str, ...]
    interest: int
    report: bool


def interest_by_customer(rows: Sequence[Mapping[str, Any]], tax: TaxTerms) -> list[InterestOfYear]:
    """``interest_totals`` by payee, the largest first: the line is asked of her, not of each account. An account
    without a customer is its own payee."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["customer"] or row["account"], []).append(row)
    payees = [
        InterestOfYear(whose, tuple(one["account"] for one in own), total, total >= tax.interest_from)
        for whose, own in found.items()
        for total in (sum(one["interest"] for one in own),)
    ]
    return sorted(payees, key=lambda one: (-one.interest, one.customer))


class Payee(NamedTuple):
    """What is besides the figure to be known of a payee. ``joint``: others who own one of her accounts (the form names
    her alone, the first owner); ``died``: what is credited from that day on is her estate's; ``missing``: what the form
    says and her details do not."""

    joint: tuple[str, ...]
    died: str | None
    missing: tuple[str, ...]


def payee(store: OfficeStore, one: InterestOfYear) -> Payee:
    """Of whoever was credited interest; nobody's name stands in it."""
    owners = [OwnerRow._make(row) for account in one.accounts for row in store.scan("owner", (account,))]
    joint = tuple(sorted({row.customer for row in owners if row.state == "owner"}))
    noted = store.get("death", (one.customer,))
    death = DeathRow._make(noted) if noted is not None else None
    row = store.get("customer", (one.customer,))
    kept = store.get("details", (row[2],)) if row is not None and isinstance(row[2], bytes) else None
    details = codec.decode(kept[3], what="details") if kept is not None and isinstance(kept[3], bytes) else {}
    missing = tuple(name for name in TOLD_OF_PAYEES if not details.get(name))
    return Payee(joint, death.died if death is not None and death.state == "noted" else None, missing)


def tax_terms(store: OfficeStore, year: int) -> TaxTerms | None:
    """``[tax]`` of the edition that was in force at the end of a year; None if it has none."""
    editions = [one for one in load_state(store).editions.values() if one.effective <= date(year, 12, 31)]
    last = max(editions, key=lambda one: one.effective, default=None)
    return last.terms(TaxTerms) if last is not None else None


def till_book(store: OfficeStore, till: str) -> dict[str, Any]:
    """One till: its state, its cash and stock by the books, its totals by day and kind, its differences.

    ``Malformed`` if the office has no such till.
    """
    found = next((TillRow._make(row) for row in store.scan("till", (till,))), None)
    if found is None:
        raise Malformed(f"there is no till {till!r} in these books", field="till")
    balances = {row.name: row.debits_posted - row.credits_posted for row in _accounts(store)}
    stock = [StockRow._make(row) for row in store.scan("stock", (till,))]
    state = {key: value for key, value in found._asdict().items() if key != "stock"}
    epochs = _epochs(store)
    return {
        **state,
        "currency": epochs[-1].currency if epochs else "",
        "cash": balances.get(till_account(till), 0),
        "stock_value": balances.get(stock_account(till), 0),
        "stock": [{"item": row.item, "quantity": row.quantity, "face": row.face} for row in stock if row.quantity],
        "totals": [
            {key: value for key, value in TotalRow._make(row)._asdict().items() if key != "till"}
            for row in store.scan("till_total", (till,))
        ],
        "differences": [row._asdict() for row in _differences(store) if row.till == till],
    }


def _accounts(store: OfficeStore) -> list[AccountRow]:
    return [AccountRow._make(row) for row in store.scan("account")]


def _epochs(store: OfficeStore) -> list[EpochRow]:
    return [EpochRow._make(row) for row in store.scan("epoch")]


def _differences(store: OfficeStore) -> list[DifferenceRow]:
    return [DifferenceRow._make(row) for row in store.scan("difference")]


def _office(store: OfficeStore) -> dict[str, Any] | None:
    """Whose books these are; None for a ledger without a journal."""
    rows = _epochs(store)
    if not rows:
        return None
    last = rows[-1]
    return {
        "office": last.office, "place": last.place, "currency": last.currency, "epoch": last.epoch,
        "origin": last.origin,
    }  # fmt: skip


def _account(row: AccountRow) -> dict[str, Any]:
    return {
        "name": row.name, "currency": row.currency, "debits": row.debits_posted, "credits": row.credits_posted,
        "pending_debits": row.debits_pending, "pending_credits": row.credits_pending,
        "balance": row.debits_posted - row.credits_posted, "flags": row.flags,
    }  # fmt: skip


def _lines(store: OfficeStore, account: int, names: dict[int, str], at: AsOf | None) -> Iterator[dict[str, Any]]:
    """Every transfer of an account in the order of the books; what is only pending moves no balance."""
    balance = 0
    for one in store.all_transfers():
        if account not in (one.debit, one.credit) or (at and _date(one, at.by) > at.date.toordinal()):
            continue
        what = _what(one.flags)
        moved = 0 if what in ("pending", "void", "expire") else one.amount if one.debit == account else -one.amount
        balance += moved
        epoch, sequence, leg = transfer_origin(one.id)
        yield {
            "epoch": epoch, "entry": sequence, "leg": leg, "what": what, "amount": one.amount,
            "side": "debit" if one.debit == account else "credit",
            "other": names.get(one.credit if one.debit == account else one.debit, "?"),
            "booked": date.fromordinal(one.booked).isoformat(), "value": date.fromordinal(one.value).isoformat(),
            "balance": balance,
        }  # fmt: skip


def _date(one: Transfer, by: By) -> int:
    return one.booked if by == "booked" else one.value


def _what(flags: int) -> str:
    if flags & PENDING:
        return "pending"
    if flags & RESOLVES:
        return "void" if flags & VOID else "expire" if flags & EXPIRE else "post"
    return "posted"


def trial(store: OfficeStore, *, at: AsOf | None = None) -> dict[str, Any]:
    """The trial balance alone, per currency; with what is wrong as the books stand now."""
    kept = _accounts(store)
    rows = as_of(kept, store.movements(at.date.toordinal(), at.by)) if at else kept
    lines = trial_balance(rows)
    errors = [] if at else trial_errors(rows, [PendingRow._make(row) for row in store.open_pendings()])
    return {
        "as_of": {"date": at.date.isoformat(), "by": at.by} if at else None,
        "balanced": all(line.balanced for line in lines) and not errors,
        "lines": [{**line._asdict(), "balanced": line.balanced} for line in lines],
    }
