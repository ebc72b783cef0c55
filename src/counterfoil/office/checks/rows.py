"""Fold tables of checks turned into cash or deposited, and what becomes of them. Amounts in minor units."""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.office.rows import FoldTables


class CheckItemRow(NamedTuple):
    """One check that was taken."""

    case: str
    state: str
    """``collecting``, ``settled``, ``returned``, ``written-off``, ``given-back`` or ``reversed``."""
    how: str
    """``cashed`` or ``deposited``."""
    sort: str
    debtor: str
    """The customer who brought it; of an account without a customer, the account."""
    account: str | None
    amount: int
    fee: int
    date: str
    fingerprint: bytes
    reason: str | None
    """Why it came back, by the letter of ``products.returned``."""
    epoch: int
    sequence: int


class CheckSeenRow(NamedTuple):
    """The check behind a fingerprint, the last time it was presented; an empty case: it went back to the customer."""

    fingerprint: bytes
    case: str
    times: int
    """How often it was presented; once too many after it came back means that it may only be deposited again."""


class CheckPartRow(NamedTuple):
    """A part of a deposited check that can be paid out from a day on."""

    case: str
    part: int
    available_on: str
    account: str
    amount: int
    pending: bytes
    state: str
    """``held`` or ``free``."""


class CheckDayRow(NamedTuple):
    """What one customer turned into cash on one day, at all windows."""

    customer: str
    date: str
    number: int
    amount: int


class CheckPlanRow(NamedTuple):
    """A customer's deposits of one banking day: what was deposited, and from when it can be paid out."""

    debtor: str
    banking_day: str
    plan: bytes
    """Canonical CBOR: ``item:KIND`` and ``on:DAY`` → minor units."""


class CheckDueRow(NamedTuple):
    """What is owed for one check that came back, and by when it was agreed to be paid."""

    case: str
    debtor: str
    first: int
    due: int
    date: str
    until: str | None
    lost: int = 0
    """What the house bore of it and nobody has paid since."""


class CheckDebtorRow(NamedTuple):
    """Who has had a check come back that nothing covered, and how often."""

    debtor: str
    returns: int


FOLDS: FoldTables = {
    "check_item": (CheckItemRow, 1, "Checks that were taken, and what became of them."),
    "check_seen": (CheckSeenRow, 1, "Fingerprints of checks: each is presented once."),
    "check_part": (CheckPartRow, 2, "Parts of deposited checks, and from when they can be paid out."),
    "check_day": (CheckDayRow, 2, "Checks turned into cash, by customer and day: what the limits are measured by."),
    "check_plan": (
        CheckPlanRow,
        2,
        "Checks deposited by customer and banking day: what Regulation CC counts together.",
    ),
    "check_due": (CheckDueRow, 1, "What is owed for checks that came back. Never with a charge."),
    "check_debtor": (CheckDebtorRow, 1, "Whose checks came back and were not covered, and how often."),
}
PASSING: tuple[str, ...] = ()
"""Those of them that only grow and that no decision looks at in memory."""
