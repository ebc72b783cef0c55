"""Fold tables of small loans."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class ApplicationRow(NamedTuple):
    case: str
    customer: str
    amount: int
    every: str
    number: int
    left_a_month: int
    decision: str
    """``yes`` or ``no``."""
    date: str
    loan: str
    """The loan that was opened on it, or the empty text."""


class LoanRow(NamedTuple):
    """All that is known of a loan: what is owed on any day follows from it (``products.loans``)."""

    loan: str
    customer: str
    case: str
    state: str
    """``open``, ``paid``, ``charged-off``, ``recovered`` or ``reversed``."""
    lent: int
    owed: int
    offset: int
    """Interest that ran and is not on ``owed`` any more, less interest paid, in parts of a minor unit."""
    rate: int
    payment: int
    number: int
    every: str
    first_due: str
    opened: str
    paid: int
    deferred: int
    bucket: str
    missed: str
    """The due date that was last found missed, or the empty text."""
    lost: int
    recovered: int
    stopped: str
    """The day on which interest ended, or the empty text."""
    epoch: int
    sequence: int
    dues_from: str = ""
    """The account that payments are taken from on their due dates, or the empty text."""


class BorrowerRow(NamedTuple):
    customer: str
    owing: str
    """Loans that are not paid back, a blank between two."""
    lent: str
    """Loans of the last year, ``DATE/AMOUNT/LOAN``, a blank between two."""
    closed: str
    """The day on which she last paid a loan back, or the empty text."""


FOLDS: FoldTables = {
    "loan_application": (ApplicationRow, 1, "Applications for small loans and their decisions."),
    "loan": (LoanRow, 1, "Small loans: terms, what is owed, and how they stand."),
    "borrower": (BorrowerRow, 1, "What a customer has borrowed: one loan at a time, and so much a year."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
