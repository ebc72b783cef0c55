"""Facts of the end of the day: steps over all accounts, their lines in chunks, and what was set aside.

A step's lines are facts like any other, but thousands of them stand under one entry: ``BulkEntered`` commits to their
number and to the root over them (docs/formats/bulk.md), and each ``BulkPosted`` says which of them were booked.
Dates are business dates (ISO 8601); ``value_date`` is the day that a step is the end of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Fact, recorded


@recorded(230)
@dataclass(frozen=True, slots=True)
class BulkEntered(Fact):
    """A step of the end of a day: so many lines, under this root. ``lines`` (16 bytes) is what they are kept by;
    ``edition``: the policy edition of that day, by which they were computed."""

    step: str
    value_date: str
    count: int
    root: bytes
    lines: bytes
    edition: bytes | None = None


@recorded(231)
@dataclass(frozen=True, slots=True)
class BulkPosted(Fact):
    """Lines ``first`` to ``first`` + ``count`` - 1 of the step are booked, but for those in ``aside``: a list of
    ``[line, outcome of the ledger, account]``."""

    step: str
    value_date: str
    first: int
    count: int
    aside: list[Any] | None = None


@recorded(232)
@dataclass(frozen=True, slots=True)
class LineSetAside(Fact):
    """The ledger refused a line; the others went on. ``reason``: the ledger's outcome, such as ``exceeds_credits``."""

    step: str
    value_date: str
    line: int
    reason: str
    about: str


@recorded(233)
@dataclass(frozen=True, slots=True)
class AccountSetAside(Fact):
    """A step could not be computed for one account (or loan, …) and went on without it. A line of its step."""

    about: str
    reason: str
    value_date: str


@recorded(234)
@dataclass(frozen=True, slots=True)
class DayEnded(Fact):
    """Every step of that day is done. ``steps``: ``[name, lines, of these set aside]`` of each that had lines."""

    value_date: str
    steps: list[Any]


@recorded(235)
@dataclass(frozen=True, slots=True)
class BalancesChecked(Fact):
    """The trial balance when a day ended, in minor units: of ``accounts`` ledger accounts, posted and pending."""

    value_date: str
    accounts: int
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int
    balances: bytes
    """The hash of every account's four counters (docs/formats/bulk.md)."""


@recorded(236)
@dataclass(frozen=True, slots=True)
class StatementCut(Fact):
    """The period of an account's statement has ended: ``since`` to ``value_date``, both included. ``balance``: at its
    close, by value dates, minor units. A line of its step; the period before it is the account's last line of that
    kind, and the balance there is this one's opening balance."""

    account: str
    since: str
    value_date: str
    balance: int
