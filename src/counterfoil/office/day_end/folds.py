"""What the facts of the end of the day do to the fold tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil.facts import day_end as f
from counterfoil.office.day_end import rows as r
from counterfoil.office.folding import Folders, Undo

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State


def _entered(s: State, fact: f.BulkEntered, at: Place) -> None:
    s.bulk.put(r.BulkRow(fact.value_date, fact.step, at.epoch, at.sequence, fact.lines, fact.count, fact.root, 0))


def _posted(s: State, fact: f.BulkPosted, at: Place) -> None:
    row = s.bulk.get(fact.value_date, fact.step)
    if row:
        s.bulk.put(row._replace(posted=fact.first + fact.count))
    for line, reason, about in fact.aside or ():
        s.set_aside.put(r.AsideRow(fact.value_date, fact.step, line, reason, about, 0))


def _set_aside(s: State, fact: f.LineSetAside, at: Place) -> None:
    s.set_aside.put(r.AsideRow(fact.value_date, fact.step, fact.line, fact.reason, fact.about, 1))


def _ended(s: State, fact: f.DayEnded, at: Place) -> None:
    s.ended_day.put(r.EndedRow(fact.value_date, at.epoch, at.sequence))


FOLDERS: Folders = {(230, 1): _entered, (231, 1): _posted, (232, 1): _set_aside, (234, 1): _ended}

UNDO: Undo = {}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
