"""Questions to the register of money orders, answered from the stored folds: outstanding, positive pay, trace, the log.

Always true: an answer is made of plain values in a fixed order; what is outstanding is compared with the ledger each
time (``test_the_outstanding_list_is_the_ledgers``). Amounts are minor units. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from counterfoil import codec
from counterfoil.compliance.instrument_log import log_of_day
from counterfoil.counter.order_form import OrderForm
from counterfoil.counter.purchases import purchase_of
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.money import Money, currency
from counterfoil.kernel.outcomes import Malformed
from counterfoil.ledger.booked.money_orders import ORDERS
from counterfoil.office.money_orders.asks import SERIAL
from counterfoil.office.money_orders.rows import InstrumentRow, OrderCaseRow, OrderRow
from counterfoil.office.rows import EpochRow
from counterfoil.operations.desk import load_state
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.policy.terms.profile import IdentificationRules


def orders(store: OfficeStore) -> Iterator[OrderRow]:
    """Every form, by serial."""
    return (OrderRow._make(row) for row in store.scan("money_order"))


def outstanding(store: OfficeStore) -> dict[str, Any]:
    """Orders sold and not yet paid, oldest first, and whether they add up to what the ledger owes."""
    rows = sorted((row for row in orders(store) if row.state == "sold"), key=lambda row: (row.sold or "", row.serial))
    owed = next((row for row in store.scan("account") if row[1] == ORDERS), None)
    ledger = int(owed[7] or 0) - int(owed[6] or 0) if owed else 0
    total = sum(row.amount for row in rows)
    return {
        "orders": [
            {"serial": row.serial, "amount": row.amount, "sold": row.sold, "stopped": row.stop is not None}
            for row in rows
        ],
        "total": total,
        "ledger": ledger,
        "agrees": total == ledger,
    }


def register(store: OfficeStore, since: str | None = None) -> dict[str, Any]:
    """The positive-pay register, for whoever pays orders: serial, amount, day of sale, and whether it may be paid.

    ``since``: only forms whose state changed on or after that day. Blank forms are left out.
    """
    first = read_day(since, field="since").isoformat() if since is not None else ""
    pay = {"sold": "pay", "cashed": "paid", "cleared": "paid"}
    rows = []
    for row in orders(store):
        if row.state != "blank" and (row.changed or "") >= first:
            word = "stop" if row.state == "sold" and row.stop is not None else pay.get(row.state, "void")
            rows.append({"serial": row.serial, "amount": row.amount, "sold": row.sold, "pay": word})
    return {"office": _epoch(store).office, "orders": rows}


def trace(store: OfficeStore, serial: str) -> dict[str, Any]:
    """All that the register says of one form, with its stops and traces. ``Malformed`` if it is not of this office."""
    row = store.get("money_order", (SERIAL.read(serial, "serial"),))
    if row is None:
        raise Malformed(f"form {serial} is not one of this office", field="serial")
    cases = (OrderCaseRow._make(one) for one in store.scan("order_case"))
    return {**OrderRow._make(row)._asdict(), "cases": [one._asdict() for one in cases if one.serial == serial]}


def log(store: OfficeStore, date: str) -> dict[str, Any]:
    """Who bought what on a day, largest first: the log of 31 CFR 1010.415. Customers by number, papers by hash."""
    rows = [InstrumentRow._make(row) for row in store.scan("instrument", (read_day(date, field="date").isoformat(),))]
    state = load_state(store)
    terms = state.policy.terms(MoneyOrderTerms) if state.policy else None
    named = {one for row in rows for one in (row.presented_by, row.on_behalf_of) if one}
    buyers = log_of_day(
        [purchase_of(row) for row in rows if not row.undone],
        {one: _details(store, one) for one in named},
        watch_from=terms.watch_from if terms else 0,
        **lines_of(state.policy),
    )
    return {
        "date": date,
        "buyers": [
            {
                "known": one.known, "customers": list(one.customers), "papers": [paper[:16] for paper in one.papers],
                "total": one.total, "duty": one.duty, "near": one.near, "missing": list(one.missing),
                "purchases": [
                    {"kind": p.kind, "reference": p.reference, "amount": p.amount} for p in one.purchases
                ],
            }
            for one in buyers
        ],
    }  # fmt: skip


def lines_of(edition: Edition | None) -> dict[str, int]:
    """The lines of ``[identification]`` by which a day's purchases are logged and reported; none: the rules' own."""
    rules = edition.terms(IdentificationRules) if edition is not None else None
    return {"log_from": rules.instruments_from, "report_over": rules.cash_report_over} if rules is not None else {}


def form(store: OfficeStore, serial: str) -> OrderForm:
    """What is printed on the form of a sold order. ``Malformed`` if it is not sold here."""
    row = store.get("money_order", (SERIAL.read(serial, "serial"),))
    order = OrderRow._make(row) if row else None
    if order is None or order.state != "sold" or order.sold is None:
        raise Malformed(f"form {serial} is not a money order that this office has sold", field="serial")
    log = _epoch(store)
    return OrderForm(order.serial, Money(order.amount, currency(log.currency)), order.sold, log.office, log.place)


def currency_of(store: OfficeStore) -> str:
    """The code of the office's currency."""
    return _epoch(store).currency


def _epoch(store: OfficeStore) -> EpochRow:
    epochs = store.epochs()
    row = store.get("epoch", (epochs[-1],)) if epochs else None
    if row is None:
        raise Malformed("this office has no entry yet", field="folder")
    return EpochRow(*row)  # type: ignore[arg-type]  # the store keeps the columns of the row class


def _details(store: OfficeStore, customer: str) -> dict[str, str]:
    row = store.get("customer", (customer,))
    kept = store.get("details", (row[2],)) if row is not None else None
    return codec.decode(kept[3], what="details") if kept is not None and isinstance(kept[3], bytes) else {}
