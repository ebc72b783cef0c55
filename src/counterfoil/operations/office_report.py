"""What a post office gains by offering bank services: who came for what, and what it brought in, in a period.

Always true: every figure is one of the books' own (``test_a_report_says_what_the_books_say``): services from the tills'
totals, income from the house's accounts, customers from the register. It counts what the office did, by kind of
service; it names no clerk and compares none (``test_nothing_ranks_or_scores_clerks``).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from counterfoil.kernel.outcomes import Malformed
from counterfoil.ledger.accounts import AccountRow
from counterfoil.office.requests import ASKS
from counterfoil.office.rows import CustomerRow, HoldingRow, TotalRow
from counterfoil.operations.desk import read_entry
from counterfoil.operations.store import OfficeStore

MAIL = ("stamp-sale", "mail-sale")
"""Services that are mail: the others are money."""
_INCOME = ("house:fee-", "house:loan-interest")


def office_report(store: OfficeStore, since: date, until: date) -> dict[str, Any]:
    """Services, income and customers from ``since`` to ``until``, both included. Amounts in minor units."""
    if since > until:
        raise Malformed("the period ends before it begins", field="to")
    services: dict[str, list[int]] = {}
    for row in store.scan("till_total"):
        total = TotalRow._make(row)
        if since.isoformat() <= total.date <= until.isoformat() and _is_service(total.kind):
            sums = services.setdefault(total.kind, [0, 0, 0])
            for place, part in enumerate((total.number, total.cash_in, total.cash_out)):
                sums[place] += part
    rows = [
        {"kind": kind, "mail": kind in MAIL, "number": number, "cash_in": taken, "cash_out": paid}
        for kind, (number, taken, paid) in sorted(services.items())
    ]
    income = _income(store, since, until)
    return {
        "from": since.isoformat(),
        "to": until.isoformat(),
        "services": rows,
        "money_services": sum(row["number"] for row in rows if not row["mail"]),
        "mail_services": sum(row["number"] for row in rows if row["mail"]),
        "income": [{"source": source, "amount": amount} for source, amount in sorted(income.items())],
        "income_in_all": sum(income.values()),
        **_people(store, since, until),
    }


def _is_service(kind: str) -> bool:
    return kind in ASKS and ASKS[kind].service


def _income(store: OfficeStore, since: date, until: date) -> dict[str, int]:
    """Credits less debits of the house's income accounts, booked in the period."""
    names = {row.id: row.name for row in map(AccountRow._make, store.scan("account")) if row.name.startswith(_INCOME)}
    after = {account: credits - debits for account, debits, credits in store.movements(until.toordinal(), "booked")}
    day_before = (since - timedelta(days=1)).toordinal()
    before = {account: credits - debits for account, debits, credits in store.movements(day_before, "booked")}
    moved = {name: after.get(number, 0) - before.get(number, 0) for number, name in names.items()}
    return {name.removeprefix("house:"): amount for name, amount in moved.items() if amount}


def _people(store: OfficeStore, since: date, until: date) -> dict[str, int]:
    """Customers on record at the end of the period and new in it; accounts open now."""
    on_record = new = 0
    for row in map(CustomerRow._make, store.scan("customer")):
        opened = read_entry(store.entries(row.epoch, row.sequence, 1)[0]).date
        on_record += opened <= until.isoformat()
        new += since.isoformat() <= opened <= until.isoformat()
    accounts = sum(1 for row in map(HoldingRow._make, store.scan("holding")) if row.state != "closed")
    return {"customers": on_record, "new_customers": new, "accounts_open": accounts}
