"""Whose purchases are one person's: money orders and the like bought for cash on one day (31 CFR 1010.415).

Always true: purchases that share a customer, a paper shown or a visit are one person's, and so is whatever those share
in turn (``test_what_one_person_showed_joins_her_purchases``); two purchases at which nothing was shown are never
joined: whether one person made both cannot be seen from here (``test_nothing_shown_joins_nothing``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Mark = tuple[str, str]
"""(``customer`` | ``paper`` | ``visit``, which): what tells that two purchases are one person's."""


class Purchase(NamedTuple):
    """One purchase for cash. ``amount`` in minor units, without the fee; ``reference``: the serial, or the case."""

    kind: str
    reference: str
    amount: int
    marks: frozenset[Mark]


def marks(
    presented_by: str | None, on_behalf_of: str | None, buyer: bytes | None, visit: bytes | None = None
) -> frozenset[Mark]:
    """What a purchase tells about its buyer."""
    found: list[Mark] = [("customer", one) for one in (presented_by, on_behalf_of) if one]
    if buyer:
        found.append(("paper", buyer.hex()))
    if visit:
        found.append(("visit", visit.hex()))
    return frozenset(found)


def joined(purchases: Iterable[Purchase], known: Iterable[Mark]) -> list[Purchase]:
    """The purchases that are of the person with these marks, directly or by way of others, in order."""
    rest, seen, found = list(purchases), set(known), set()
    while True:
        more = [n for n, one in enumerate(rest) if n not in found and one.marks & seen]
        if not more:
            return [one for n, one in enumerate(rest) if n in found]
        found.update(more)
        for n in more:
            seen |= rest[n].marks


def persons(purchases: Sequence[Purchase]) -> list[list[Purchase]]:
    """All purchases, person by person, in the order in which each first bought."""
    left, found = list(purchases), []
    while left:
        one = joined(left, left[0].marks) or [left[0]]
        found.append(one)
        left = [purchase for purchase in left if purchase not in one]
    return found
