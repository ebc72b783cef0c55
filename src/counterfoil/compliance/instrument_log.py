"""The log of money orders and cash sent, bought for cash: who bought what on a day (31 CFR 1010.415), kept five years.

Always true:

1. A person's purchases are all those that share a customer, a paper shown or a visit, over tills and kinds
   (``products.instruments``); the day's total is divided among persons and nothing is left out
   (``test_the_log_divides_the_day``).
2. What must be written down of a person at or above the line, and is not on record, is named
   (``test_what_is_missing_of_a_buyer_is_named``).
3. A person below the line and at or above ``watch_from`` stands in the log as near it, so that a purchase cut into
   pieces just under the line is seen (``test_pieces_just_under_the_line_stand_out``).

What cannot be seen from here: two visits of one person who showed nothing, or another paper each time, and purchases
at other offices. Such visits are listed as of persons unknown, each by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from counterfoil.compliance.currency_reports import CTR_OVER_CENTS, LOG_FROM_CENTS, instrument_duty
from counterfoil.products.instruments import Purchase, persons

NEEDED = ("name", "lives", "born", "identification")
"""Of a buyer who has no deposit account here: 1010.415(a)(2). The number of her paper stands in ``identification``."""


class Buyer(NamedTuple):
    """One person's purchases of a day. ``customers`` and ``papers``: what tells who she is, none if she is unknown.

    ``duty``: ``none``, ``log`` or ``ctr``. ``near``: below the line, and at or above the edition's ``watch_from``.
    """

    customers: tuple[str, ...]
    papers: tuple[str, ...]
    total: int
    purchases: tuple[Purchase, ...]
    duty: str
    near: bool
    missing: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether anything was shown that tells who she is."""
        return bool(self.customers or self.papers)


def log_of_day(
    purchases: Sequence[Purchase],
    details: Mapping[str, Mapping[str, str]],
    *,
    watch_from: int,
    log_from: int = LOG_FROM_CENTS,
    report_over: int = CTR_OVER_CENTS,
) -> tuple[Buyer, ...]:
    """The day's buyers, the largest total first. ``details``: of each customer named, as they are on record;
    ``log_from`` and ``report_over``: the lines of the edition."""
    found = []
    for group in persons(purchases):
        shown = {mark for one in group for mark in one.marks}
        customers = tuple(sorted(which for what, which in shown if what == "customer"))
        papers = tuple(sorted(which for what, which in shown if what == "paper"))
        duty = instrument_duty(
            [one.amount for one in group], known_together=True, log_from=log_from, report_over=report_over
        )
        total = sum(one.amount for one in group)
        needed = NEEDED if duty != "none" else ()
        recorded: set[str] = set().union(*(details.get(one, {}) for one in customers)) if customers else set()
        missing = tuple(name for name in needed if name not in recorded)
        near = duty == "none" and total >= watch_from
        found.append(Buyer(customers, papers, total, tuple(group), duty, near, missing))
    return tuple(sorted(found, key=lambda one: (-one.total, one.purchases[0].reference)))
