"""What the facts of small loans do to the fold tables.

Always true: a reversed payment leaves the loan as it was without it, whatever came between
(``test_a_reversed_payment_leaves_the_loan_as_it_was``): what is owed is a sum, and the sum is taken back.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from counterfoil.facts import loans as f
from counterfoil.facts.money import Reversed
from counterfoil.office.folding import Folders, Undo
from counterfoil.office.loans import rows as r
from counterfoil.products import loans as rule

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State


def days_between(opened: str, on: str) -> int:
    """Days from one ISO date to another."""
    return (date.fromisoformat(on) - date.fromisoformat(opened)).days


def a_year_before(on: str) -> str:
    """The same day of the year before; 29 February becomes the 28th."""
    day = date.fromisoformat(on)
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day).isoformat()


def lent_since(row: r.BorrowerRow | None, after: str) -> int:
    """What was lent to a customer after the day ``after``, minor units."""
    entries = (one.split("/") for one in row.lent.split()) if row else ()
    return sum(int(amount) for day, amount, _ in entries if day > after)


def _borrower(s: State, customer: str) -> r.BorrowerRow:
    return s.borrower.get(customer) or r.BorrowerRow(customer, "", "", "")


def _owing(s: State, loan: r.LoanRow, *, owes: bool, closed: str = "") -> None:
    """Notes whether a loan is still to be paid back."""
    row = _borrower(s, loan.customer)
    kept = [one for one in row.owing.split() if one != loan.loan]
    owing = " ".join([*kept, loan.loan] if owes else kept)
    s.borrower.put(row._replace(owing=owing, closed=closed))


def _applied(s: State, fact: f.LoanApplied, at: Place) -> None:
    s.loan_application.put(
        r.ApplicationRow(
            fact.case, fact.customer, fact.amount, fact.every, fact.number_of_payments, fact.left, fact.decision,
            fact.date, "",
        )
    )  # fmt: skip


def _opened(s: State, fact: f.LoanOpened, at: Place) -> None:
    loan = r.LoanRow(
        loan=fact.loan, customer=fact.customer, case=fact.case, state="open", lent=fact.amount, owed=fact.amount,
        offset=0, rate=fact.rate, payment=fact.payment, number=fact.number_of_payments, every=fact.every,
        first_due=fact.first_due, opened=fact.date, paid=0, deferred=0, bucket=rule.BUCKETS[0], missed="", lost=0,
        recovered=0, stopped="", epoch=at.epoch, sequence=at.sequence,
        dues_from=fact.dues_from or "",
    )  # fmt: skip
    s.loan.put(loan)
    row, after = _borrower(s, fact.customer), a_year_before(fact.date)
    kept = [one for one in row.lent.split() if one > after]
    s.borrower.put(row._replace(lent=" ".join([*kept, f"{fact.date}/{fact.amount}/{fact.loan}"])))
    _owing(s, loan, owes=True)
    application = s.loan_application.get(fact.case)
    if application:
        s.loan_application.put(application._replace(loan=fact.loan))
    if fact.account is None:
        s.total(fact.till, fact.date, at.kind, 0, fact.amount)


def _paid(s: State, fact: f.LoanPaid, at: Place) -> None:
    _less(s, fact, fact.date)
    if fact.account is None:
        s.total(fact.till, fact.date, at.kind, fact.amount, 0)


def _collected(s: State, fact: f.LoanCollected, at: Place) -> None:
    _less(s, fact, fact.value_date)


def _agreed(s: State, fact: f.LoanDuesAgreed, at: Place) -> None:
    row = s.loan.get(fact.loan)
    if row:
        s.loan.put(row._replace(dues_from=fact.account or ""))


def _less(s: State, fact: f.LoanPaid | f.LoanCollected, on: str) -> None:
    """A payment of the day ``on`` makes less of what is owed."""
    row = s.loan.get(fact.loan)
    if row:
        days = days_between(row.opened, on)
        row = row._replace(
            owed=row.owed - fact.principal, paid=row.paid + fact.amount,
            offset=row.offset + rule.paid_parts(fact.principal, fact.interest, row.rate, days),
        )  # fmt: skip
        done = row.owed == 0 and rule.interest_due(row.owed, row.offset, row.rate, days) == 0
        s.loan.put(row._replace(state="paid", bucket=rule.BUCKETS[0]) if done else row)
        if done:
            _owing(s, row, owes=False, closed=on)


def _deferred(s: State, fact: f.LoanDeferred, at: Place) -> None:
    row = s.loan.get(fact.loan)
    if row:
        s.loan.put(row._replace(deferred=row.deferred + 1))


def _charged_off(s: State, fact: f.LoanChargedOff, at: Place) -> None:
    row = s.loan.get(fact.loan)
    if row:
        first = row.state == "open"  # What a reversal brought back later was counted as lost when it came back.
        lost = fact.amount + fact.interest if first else row.lost
        s.loan.put(row._replace(state="charged-off", owed=0, lost=lost, stopped=fact.date if first else row.stopped))


def _recovered(s: State, fact: f.LoanRecovered, at: Place) -> None:
    row = s.loan.get(fact.loan)
    if row:
        row = row._replace(recovered=row.recovered + fact.amount)
        done = row.recovered >= row.lost and not row.owed
        s.loan.put(row._replace(state="recovered") if done else row)
        if done:
            _owing(s, row, owes=False, closed=fact.date)
    if fact.account is None:
        s.total(fact.till, fact.date, at.kind, fact.amount, 0)


def _missed(s: State, fact: f.LoanMissed, at: Place) -> None:
    row = s.loan.get(fact.loan)
    if row:
        s.loan.put(_with(row, _MISSED, fact.due))


def _aged(s: State, fact: f.LoanAged, at: Place) -> None:
    row = s.loan.get(fact.loan)
    if row:
        s.loan.put(_with(row, _BUCKET, fact.bucket))


_MISSED, _BUCKET = map(r.LoanRow._fields.index, ("missed", "bucket"))


def _with(row: r.LoanRow, place: int, value: str) -> r.LoanRow:
    """``_replace`` of one column in a quarter of the time: every loan that is late goes this way twice."""
    return tuple.__new__(r.LoanRow, (*row[:place], value, *row[place + 1 :]))


def _named(s: State, fact: Reversed) -> r.LoanRow | None:
    """The loan that the legs of a reversed entry name."""
    names = {name for leg in fact.legs for name in leg[:2] if isinstance(name, str) and name.startswith("loan:")}
    return s.loan.get(names.pop().partition(":")[2]) if len(names) == 1 else None


def _undo_opened(s: State, fact: Reversed, at: Place) -> None:
    row = _named(s, fact)
    if row is None:
        return
    s.loan.put(row._replace(state="reversed", owed=0, offset=0))
    _owing(s, row, owes=False)
    borrower = _borrower(s, row.customer)
    lent = [one for one in borrower.lent.split() if not one.endswith(f"/{row.loan}")]
    s.borrower.put(borrower._replace(lent=" ".join(lent)))
    application = s.loan_application.get(row.case)
    if application:
        s.loan_application.put(application._replace(loan=""))


def _undo_paid(s: State, fact: Reversed, at: Place) -> None:
    row = _named(s, fact)
    if row is None:
        return
    name = f"loan:{row.loan}"
    amount = sum(leg[2] for leg in fact.legs if leg[1] == name)
    interest = sum(leg[2] for leg in fact.legs if leg[0] == name)
    principal = amount - interest
    days = days_between(row.opened, fact.value_date)
    row = row._replace(
        owed=row.owed + principal, paid=row.paid - amount,
        offset=row.offset - rule.paid_parts(principal, interest, row.rate, days),
    )  # fmt: skip
    if row.state == "paid":
        row = row._replace(state="open")
        _owing(s, row, owes=True)
    elif row.state in ("charged-off", "recovered"):
        row = row._replace(state="charged-off", lost=row.lost + amount)
        _owing(s, row, owes=True)
    s.loan.put(row)


def _undo_recovered(s: State, fact: Reversed, at: Place) -> None:
    row = _named(s, fact)
    if row is None:
        return
    amount = sum(leg[2] for leg in fact.legs if leg[1] == f"loan:{row.loan}")
    s.loan.put(row._replace(state="charged-off", recovered=row.recovered - amount))
    _owing(s, row, owes=True)


FOLDERS: Folders = {
    (160, 1): _applied,
    (161, 1): _opened,
    (162, 1): _paid,
    (163, 1): _deferred,
    (164, 1): _charged_off,
    (165, 1): _recovered,
    (166, 1): _missed,
    (167, 1): _aged,
    (169, 1): _agreed,
    (170, 1): _collected,
}

UNDO: Undo = {"loan-open": _undo_opened, "loan-pay": _undo_paid, "loan-recover": _undo_recovered}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
