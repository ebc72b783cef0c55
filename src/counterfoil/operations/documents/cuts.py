"""Periods of statements as the end of the day has cut them: the line of an account, and which movements it stands for.

Always true: each movement stands on one statement, in the order of the books, and the movements of a period lead from
its opening to its closing balance, or the books are not what they were (``test_each_movement_is_on_one_statement``).
A movement of an earlier day that was entered after that day's period had ended is on the next statement.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import cbor2

from counterfoil.facts.day_end import StatementCut
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.outcomes import Fault
from counterfoil.office.day_end.rows import BulkRow
from counterfoil.operations import bulk
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.tables import BULK_LINES

STEP = "statements"


class Cut(NamedTuple):
    """A period of one account. ``at``: the entry (epoch, sequence) that cut it."""

    since: date
    until: date
    balance: int
    at: tuple[int, int]


class Moved(NamedTuple):
    """One movement of an account, in the order of the books. ``at``: its entry; ``interest``: it is credited interest,
    which earns from the day after."""

    at: tuple[int, int]
    booked: date
    value: date
    what: str
    amount: int
    interest: bool


class Period(NamedTuple):
    """What stands on the statement of a cut."""

    cut: Cut
    opening: int
    moved: tuple[Moved, ...]


def cuts_of(store: OfficeStore, account: str) -> list[Cut]:
    """Every period of an account that was cut, the first one first."""
    rows = [BulkRow(*row) for row in store.scan("bulk")]  # type: ignore[arg-type]  # the columns of the row class
    found = []
    for row in rows:
        line = _line(store, row, account) if row.step == STEP and row.posted == row.size else None
        if line is not None:
            since, until = read_day(line.since, field="since"), read_day(line.value_date, field="value_date")
            found.append(Cut(since, until, line.balance, (row.epoch, row.sequence)))
    return found


def periods(cuts: Sequence[Cut], moved: Sequence[Moved]) -> list[Period]:
    """Which movements stand on which statement; ``Fault`` if they do not lead to a balance that was cut."""
    found: list[Period] = []
    rest, balance, until = list(moved), 0, date.min
    for cut in cuts:
        # Before the first statement, or between two that do not follow each other, movements stand on none.
        on_none = [until < one.value < cut.since and one.at < cut.at for one in rest]
        opening = balance + sum(one.amount for one, none in zip(rest, on_none, strict=True) if none)
        rest = [one for one, none in zip(rest, on_none, strict=True) if not none]
        known = [place for place, one in enumerate(rest) if one.value <= cut.until and one.at < cut.at]
        # What was entered while the lines were being made may not be in the balance any more: it is the last.
        sums, total = [0], 0
        for place in known:
            total += rest[place].amount
            sums.append(total)
        if cut.balance - opening not in sums:
            raise Fault(f"the movements through {cut.until} do not give the balance that was cut: run an audit")
        taken = known[: len(sums) - 1 - sums[::-1].index(cut.balance - opening)]
        found.append(Period(cut, opening, tuple(rest[place] for place in taken)))
        gone = frozenset(taken)
        rest = [one for place, one in enumerate(rest) if place not in gone]
        balance, until = cut.balance, cut.until
    return found


def _line(store: OfficeStore, row: BulkRow, account: str) -> StatementCut | None:
    """The line of an account: lines stand in the order of accounts, so a few chunks are looked at."""
    chunks = range(-(-row.size // bulk.CHUNK_LINES))
    place = bisect_right(chunks, account, key=lambda chunk: _first(_data(store, row, chunk))) - 1
    if place < 0:
        return None
    lines = bulk.read_own(_data(store, row, place))
    return next((one for one in lines if isinstance(one, StatementCut) and one.account == account), None)


def _first(data: bytes) -> str:
    """The account of the first line of a chunk."""
    account: str = cbor2.loads(cbor2.loads(data)[1])[2][1]
    return account


def _data(store: OfficeStore, row: BulkRow, chunk: int) -> bytes:
    kept = store.get(BULK_LINES.name, (row.lines, chunk))
    if kept is None or not isinstance(kept[3], bytes):
        raise Fault(f"lines of {row.step} of {row.date} are not in the store: run an audit")
    return kept[3]
