"""What the sales of a time would have cost customers under another edition: from the journal's facts alone.

Always true: the sum paid is the sum of the sales' own facts, of entries that were not reversed
(``test_a_reversed_sale_is_not_counted``); what cannot be had under the other edition is counted apart and never
priced (``test_what_the_other_edition_does_not_offer_is_counted_apart``); nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from counterfoil.counter import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.facts.counter import StampsSold
from counterfoil.facts.kinds import kind_numbered
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.office.deciding import Reprices
from counterfoil.office.rows import ReversalRow
from counterfoil.operations.desk import read_entry
from counterfoil.operations.refold import entries_of
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.edition import Edition


def _stamps(one: StampsSold, edition: Edition) -> tuple[int, int] | None:
    item = edition.stock.get(one.item)
    return (one.amount, item.face * one.quantity) if item is not None else None


REPRICE: Reprices = {StampsSold: _stamps}
"""Fact of a sale → what it cost, and what it would cost under an edition."""
for _product in (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end):
    REPRICE |= _product.REPRICE


@dataclass(slots=True)
class Sum:
    """Sales of one kind: ``then`` and ``now`` in minor units, of those that both editions offer; ``not_offered`` of
    those that the other does not, and what they had cost (``not_offered_then``)."""

    kind: str
    sales: int = 0
    then: int = 0
    now: int = 0
    not_offered: int = 0
    not_offered_then: int = 0

    def add(self, then: int, now: int | None) -> None:
        """Takes one sale in."""
        if now is None:
            self.not_offered += 1
            self.not_offered_then += then
        else:
            self.sales, self.then, self.now = self.sales + 1, self.then + then, self.now + now


@dataclass(slots=True)
class Simulated:
    """The whole: by kind, from ``first`` to ``last``, both included."""

    first: date
    last: date
    edition: Edition
    kinds: dict[str, Sum] = field(default_factory=dict)

    def whole(self) -> Sum:
        """All kinds together."""
        total = Sum("all")
        for one in self.kinds.values():
            total.sales, total.then, total.now = total.sales + one.sales, total.then + one.then, total.now + one.now
            total.not_offered += one.not_offered
            total.not_offered_then += one.not_offered_then
        return total

    def as_json(self) -> dict[str, Any]:
        """The whole as data."""
        return {
            "edition": self.edition.digest, "name": self.edition.name, "currency": self.edition.currency.code,
            "from": self.first, "to": self.last, "products": [_told(one) for one in self.kinds.values()],
            "total": _told(self.whole()),
        }  # fmt: skip


def simulate(store: OfficeStore, edition: Edition, first: date | None = None, last: date | None = None) -> Simulated:
    """What the sales from ``first`` to ``last`` cost, and would cost under ``edition``. Left out: the calendar month
    before the last business day."""
    first, last = first or _month_before(store)[0], last or _month_before(store)[1]
    found = Simulated(first, last, edition)
    undone = {(row.epoch, row.sequence) for row in map(ReversalRow._make, store.scan("reversal"))}
    for on, kind, place, facts in _sales(store):
        if first.isoformat() <= on <= last.isoformat() and place not in undone:
            for fact in facts:
                found.kinds.setdefault(kind, Sum(kind)).add(*_both(fact, edition))
    found.kinds = dict(sorted(found.kinds.items()))
    return found


def _sales(store: OfficeStore) -> Iterator[tuple[str, str, tuple[int, int], list[Fact]]]:
    """(business date, kind, place, facts of sales) of every entry that has one."""
    for epoch in store.epochs():
        for rows in entries_of(store, epoch):
            for kept in rows:
                read = read_entry(kept)
                facts = [fact for fact in read.facts if type(fact) in REPRICE]
                if facts:
                    yield read.date, kind_numbered(read.core.kind).name, (epoch, kept.sequence), facts


def _both(fact: Fact, edition: Edition) -> tuple[int, int | None]:
    both = REPRICE[type(fact)](fact, edition)
    if both is not None:
        return both
    paid = getattr(fact, "fee", None)
    return (paid if isinstance(paid, int) else getattr(fact, "amount", 0)), None


def _month_before(store: OfficeStore) -> tuple[date, date]:
    days = [str(row[0]) for row in store.scan("day")]
    if not days:
        raise Unavailable("no business day was ever opened here: there are no sales to look at")
    last = date.fromisoformat(max(days)).replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _told(one: Sum) -> dict[str, Any]:
    return {
        "kind": one.kind, "sales": one.sales, "then": one.then, "now": one.now, "difference": one.now - one.then,
        "not_offered": one.not_offered, "not_offered_then": one.not_offered_then,
    }  # fmt: skip
