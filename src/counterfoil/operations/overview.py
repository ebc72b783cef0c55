"""What a back office looks over: the day's cash, accounts, the books on a date, the journal's health, who may do what.

Always true (``tests/unit/web/test_back_office.py``): nothing here changes the books, and only the last of these
functions notes anything; the cash of a drawer that is open is not told to the clerk who will count it
(``test_a_clerk_is_not_told_what_her_own_drawer_should_hold``); an account of a customer is shown only after it was
noted who looks (``test_whoever_looks_at_an_account_is_noted``).

Functions of a ``Desk`` are short and run on its thread; those of a store run beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from counterfoil.facts.kinds import kind_numbered
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.ledger.booking import customer_account, stock_account, till_account
from counterfoil.office import rules
from counterfoil.office.fold_tables import FOLDS
from counterfoil.office.rows import DayRow, DifferenceRow, EditionRow, EpochRow, HoldingRow, KeyRow, TillRow
from counterfoil.operations import day_end, queries
from counterfoil.operations.desk import Desk, read_entry
from counterfoil.operations.hashes import LogHashes
from counterfoil.operations.queries import AsOf
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.window import Holding, note_look, office_now

PAGE = 40
"""Rows of a list that goes on."""


class TillNow(NamedTuple):
    """A till and what the books hold it to have; None where that is not to be told yet. Minor units."""

    row: TillRow
    cash: int | None
    stock: int | None


class DayNow(NamedTuple):
    """Cash in the office as it is now, and what waits for a person. ``vault``, ``reserve``: minor units."""

    day: DayRow | None
    tills: tuple[TillNow, ...]
    vault: int
    reserve: int
    differences: tuple[DifferenceRow, ...]
    absent: tuple[str, ...]
    """Tills of an earlier day, or whose clerk is gone: two others count them."""
    due: int
    """Days that can be ended now."""
    unprinted: int


def day_now(desk: Desk, clerk: str) -> DayNow:
    """At the desk: the day as ``clerk`` may see it."""
    state, office = desk.state, office_now(desk)
    blind = office.edition is None or office.edition.blind_count
    tills = tuple(_till(desk, row, hidden=blind and row.state == "open" and row.clerk == clerk) for row in office.tills)
    waiting = tuple(row for row in state.difference.all() if row.state != "accepted")
    open_tills = [row for row in office.tills if row.state != "closed"]
    absent = tuple(row.till for row in open_tills if row.clerk not in office.people)
    held = [rules.cash_held(state, name) for name in ("vault", stock_account("reserve"))]
    due = len(day_end.standing(desk).due) if state.day.rows else 0
    return DayNow(office.day, tills, held[0], held[1], waiting, absent, due, office.unprinted)


def _till(desk: Desk, row: TillRow, *, hidden: bool) -> TillNow:
    if hidden or row.state == "closed":
        return TillNow(row, None, None)
    state = desk.state
    return TillNow(row, rules.cash_held(state, till_account(row.till)), rules.cash_held(state, stock_account(row.till)))


# --- accounts ---------------------------------------------------------------------------------------------------------


def accounts(desk: Desk, after: str | None) -> list[tuple[HoldingRow, int]]:
    """At the desk: accounts by number with their balance (minor units), ``PAGE`` of them and one more if there is."""
    rows = [
        HoldingRow._make(row)
        for row in desk.store.scan("holding", after=(after,) if after is not None else None, limit=PAGE + 1)
    ]
    return [(row, held(desk, row).balance) for row in rows]


def held(desk: Desk, row: HoldingRow) -> Holding:
    """At the desk: what an account holds."""
    debits, credits, pending, _ = desk.state.balance(customer_account(row.account, desk.state.place))[-4:]
    balance = credits - debits
    return Holding(row.account, row.product, row.state, balance, balance - pending)


class Line(NamedTuple):
    """One entry that touched an account. ``amount`` is as the entry states it, minor units."""

    epoch: int
    sequence: int
    kind: str
    date: str
    amount: int | None


def lines_of(store: OfficeStore, account: str, after: tuple[int, int] | None, count: int = PAGE) -> list[Line]:
    """The entries of an account, the newest first, ``count`` of them and one more if there is."""
    key = (account, *after) if after is not None else None
    rows = store.scan("statement", (account,), after=key, limit=count + 1, descending=True)
    return [_line(store, int(row[1] or 0), int(row[2] or 0)) for row in rows]


def lines_of_all(store: OfficeStore, accounts: Sequence[str], count: int) -> list[Line]:
    """The newest entries of several accounts together, each once."""
    places = {
        (int(row[1] or 0), int(row[2] or 0))
        for account in accounts
        for row in store.scan("statement", (account,), descending=True, limit=count)
    }
    return [_line(store, *place) for place in sorted(places, reverse=True)[:count]]


def _line(store: OfficeStore, epoch: int, sequence: int) -> Line:
    read = read_entry(store.entries(epoch, sequence, 1)[0])
    return Line(epoch, sequence, kind_numbered(read.core.kind).name, read.date, read.core.amount)


def look_at_account(desk: Desk, account: str, *, by: str) -> tuple[HoldingRow, Holding]:
    """At the desk: an account, after it was noted who looks at whose. ``Malformed`` if there is none."""
    row = desk.state.holding.get(account)
    if row is None:
        raise Malformed(f"there is no account {account} here", field="account")
    if row.customer is not None:
        note_look(desk, row.customer, by=by, what="account")
    return row, held(desk, row)


# --- the books --------------------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """One line of the trial balance: an account of the house, or all customers' accounts of one sort. Minor units:
    what the house holds is above zero, what it owes below."""

    name: str
    accounts: int
    balance: int


class Books(NamedTuple):
    """The trial balance as of a date, or as the books stand now."""

    groups: tuple[Group, ...]
    debits: int
    credits: int
    balanced: bool
    errors: tuple[str, ...]


def trial(store: OfficeStore, at: AsOf | None) -> Books:
    """Every account of the house, with customers' accounts and holds as one line each."""
    found = queries.books(store, at=at)
    sums: dict[str, tuple[int, int]] = {}
    for row in found["accounts"]:
        head = str(row["name"]).partition(":")[0]
        name = head if head in ("customer", "held") else str(row["name"])
        number, balance = sums.get(name, (0, 0))
        sums[name] = (number + 1, balance + row["balance"])
    groups = tuple(Group(name, number, balance) for name, (number, balance) in sorted(sums.items()) if balance)
    errors = tuple(f"{one['code']}: {one['subject']}" for one in found["errors"])
    debits = sum(line["debits_posted"] for line in found["trial"])
    credits = sum(line["credits_posted"] for line in found["trial"])
    return Books(groups, debits, credits, found["balanced"], errors)


# --- the journal ------------------------------------------------------------------------------------------------------


class LogNow(NamedTuple):
    """One log: its size and root now, and the last checkpoint of it that was kept (its size; None: none was)."""

    row: EpochRow
    size: int
    root: str
    kept: int | None


class Mark(NamedTuple):
    """The high-water mark, which lies outside the books. ``same``: the journal still has the root it names."""

    epoch: int
    size: int
    same: bool


class LastAudit(NamedTuple):
    """When the whole journal was last read again, by which version, and what it found. ``time``: milliseconds since
    1970 by the machine's clock. ``signatures``: they were verified too."""

    time: int
    version: str
    entries: int
    findings: int
    signatures: bool

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return self.findings == 0


def logs(store: OfficeStore) -> list[LogNow]:
    """The logs of this office, the present one first."""
    found = []
    for row in (EpochRow._make(one) for one in store.scan("epoch", descending=True)):
        size = store.size(row.epoch)
        last = next(store.scan("checkpoint", (row.epoch,), descending=True, limit=1), None)
        root = LogHashes(store, row.epoch).frontier(size).root().hex() if size else ""
        found.append(LogNow(row, size, root, int(last[1] or 0) if last else None))
    return found


def mark_now(desk: Desk) -> Mark | None:
    """At the desk: the mark beside the books; None if it cannot be read."""
    try:
        mark = desk.mark.read()
    except (OSError, Unavailable):
        return None
    if mark is None or mark.size > desk.store.size(mark.epoch):
        return Mark(mark.epoch, mark.size, same=False) if mark is not None else None
    root = LogHashes(desk.store, mark.epoch).frontier(mark.size).root()
    return Mark(mark.epoch, mark.size, same=root == mark.root)


# --- days, editions, people, papers -----------------------------------------------------------------------------------


class Ends(NamedTuple):
    """How far the days have ended. ``aside``: lines set aside, (day, step, line, why, about whom). ``at``: the hour of
    the edition; ``last_run``: when the last day that has ended did so (ms)."""

    ended: str | None
    due: tuple[str, ...]
    unfinished: tuple[tuple[str, str, int, int], ...]
    aside: tuple[tuple[str, str, int, str, str], ...]
    at: str | None
    last_run: int | None


def ends(desk: Desk) -> Ends:
    """At the desk: how far the days have ended, and what stands in the way. ``unfinished``: (day, step, lines booked,
    lines in all)."""
    found = day_end.standing(desk)
    unfinished = tuple((row.date, row.step, row.posted, row.size) for row in found.unfinished)
    rows = sorted(desk.state.set_aside.all(), key=lambda row: (row.date, row.step, row.line), reverse=True)
    aside = tuple((row.date, row.step, row.line, row.reason, row.about) for row in rows[:PAGE])
    row = desk.state.ended_day.get(found.ended) if found.ended else None
    entry = desk.store.entries(row.epoch, row.sequence, 1) if row is not None else ()
    last_run = read_entry(entry[0]).core.time_ms if entry else None
    return Ends(found.ended, found.due, unfinished, aside, day_end.ends_at(desk), last_run)


def editions(store: OfficeStore) -> list[EditionRow]:
    """Every policy edition that was taken, the newest first."""
    rows = [EditionRow._make(row) for row in store.scan("edition")]
    return sorted(rows, key=lambda row: (row.effective, row.epoch, row.sequence), reverse=True)


def keys(store: OfficeStore) -> Sequence[KeyRow]:
    """Every key that is valid, by clerk."""
    rows = [KeyRow._make(row) for row in store.scan("clerk_key")]
    return sorted([row for row in rows if row.valid], key=lambda row: row.clerk)


def outstanding(store: OfficeStore, table: str, states: Sequence[str]) -> list[Mapping[str, Any]]:
    """Rows of a product's fold table in one of ``states``, as names and values, ``PAGE`` at most; none where the office
    has no such table."""
    if table not in FOLDS:
        return []
    cls = FOLDS[table][0]
    found: list[Mapping[str, Any]] = []
    for row in store.scan(table):
        named = dict(zip(cls._fields, row, strict=True))
        if named.get("state") in states:
            found.append(named)
        if len(found) == PAGE:
            break
    return found
