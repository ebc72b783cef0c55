"""The rows of the fold tables, one class a table; the leading ``KEY[name]`` fields are the primary key.

Amounts in minor units; dates as ISO text; a sequence is an index in the log of ``epoch``.
"""

from __future__ import annotations

from typing import NamedTuple


class EpochRow(NamedTuple):
    epoch: int
    node: int
    origin: str
    node_key: bytes
    office: str
    place: str
    currency: str
    zone: str
    opening: int
    """1 until the first entry by a clerk."""


class ClerkRow(NamedTuple):
    clerk: str
    role: str
    active: int


class KeyRow(NamedTuple):
    key_id: bytes
    clerk: str
    public_key: bytes
    role: str
    custody: str
    how: int
    epoch: int
    sequence: int
    valid: int


class EditionRow(NamedTuple):
    digest: bytes
    effective: str
    name: str
    epoch: int
    sequence: int


class DayRow(NamedTuple):
    date: str
    state: str
    """``open``, ``counted`` or ``closed``."""
    clock: str
    epoch: int
    opened: int
    closed: int | None


class TillRow(NamedTuple):
    till: str
    state: str
    """``open``, ``counted`` or ``closed``."""
    shared: int
    clerk: str
    date: str
    reports: int
    counted: int | None
    stock_counted: int | None
    stock: bytes | None
    """The last count of its stamps: canonical CBOR of pieces by item; absent if they were not counted."""


class TotalRow(NamedTuple):
    till: str
    date: str
    kind: str
    number: int
    cash_in: int
    cash_out: int


class ReportRow(NamedTuple):
    till: str
    report: int
    """The number of the Z report that will hold it."""
    kind: str
    number: int
    cash_in: int
    cash_out: int


class DifferenceRow(NamedTuple):
    case: str
    till: str
    date: str
    clerk: str | None
    amount: int
    """Counted less expected: below zero is a shortage."""
    stock: int
    state: str
    """``open``, ``accepted`` or ``disputed``."""
    epoch: int
    sequence: int


class PouchRow(NamedTuple):
    token: str
    direction: str
    office: str
    amount: int
    received: int
    state: str
    """``sent``, ``received``, ``partial``, ``damaged``, ``returned`` or ``lost``."""
    epoch: int
    sequence: int


class StockRow(NamedTuple):
    place: str
    item: str
    quantity: int
    face: int


class CustomerRow(NamedTuple):
    customer: str
    tier: str
    details: bytes
    epoch: int
    sequence: int


class HoldingRow(NamedTuple):
    account: str
    customer: str | None
    product: str
    state: str
    """``open``, ``frozen`` or ``closed``."""
    epoch: int
    sequence: int
    opened: str
    """The business day on which it was opened: its age decides how long checks are held."""


class HoldRow(NamedTuple):
    case: str
    account: str
    amount: int
    pending: bytes
    state: str
    authority: str


class ReversalRow(NamedTuple):
    epoch: int
    sequence: int
    by_epoch: int
    by_sequence: int


class StatementRow(NamedTuple):
    account: str
    epoch: int
    sequence: int


class PartRow(NamedTuple):
    """Which entries a request made: (request id, part k) stands once in all logs."""

    request: bytes
    part: int
    epoch: int
    sequence: int


class HeadRow(NamedTuple):
    """The root of the log after the last group of each commit."""

    epoch: int
    size: int
    root: bytes


class BooksRow(NamedTuple):
    """One row: the ledger's ``now`` and the closed period."""

    one: int
    now: int
    closed_through: int


FoldTables = dict[str, tuple[type[NamedTuple], int, str]]

FOLDS: FoldTables = {
    "epoch": (EpochRow, 1, "The logs of this folder, one a row."),
    "clerk": (ClerkRow, 1, "Clerks by number. Names are personal and live in the side table `person`."),
    "clerk_key": (KeyRow, 1, "Clerk keys, valid or not."),
    "edition": (EditionRow, 1, "Policy editions that took effect by an entry."),
    "day": (DayRow, 1, "Business days: open, counted, closed."),
    "till": (TillRow, 1, "Tills and their state."),
    "till_total": (TotalRow, 3, "What each till did on each day, by kind: what the limits of a day are measured by."),
    "till_report": (ReportRow, 3, "What each till did between two Z reports, by kind: the figures of X and Z reports."),
    "difference": (DifferenceRow, 1, "Differences at close: open, accepted or disputed. Never a clerk's debt."),
    "pouch": (PouchRow, 1, "Pouches by their single-use token."),
    "stock": (StockRow, 2, "Stamp stock by place and item."),
    "customer": (CustomerRow, 1, "Customers by random number, with the hash of their details."),
    "holding": (HoldingRow, 1, "Customers' accounts and their state."),
    "legal_hold": (HoldRow, 1, "Legal holds."),
    "reversal": (ReversalRow, 2, "Entries that were reversed, and by which entry."),
    "statement": (StatementRow, 3, "Which entries touched which customer account."),
    "part": (PartRow, 2, "Which request made which entry."),
    "head": (HeadRow, 2, "The log's root after each commit."),
    "books": (BooksRow, 1, "One row: the ledger's `now` and the last closed day."),
}
"""Fold table → (row class, key columns, what it is). In docs/reference/tables.md."""
