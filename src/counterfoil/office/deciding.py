"""The shape of deciding: what a product's module hands to the counter and to the registry of operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from counterfoil.facts.alike import Alike
from counterfoil.facts.day_end import AccountSetAside
from counterfoil.facts.record import Fact
from counterfoil.kernel.limits import TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import CounterfoilError, Refusal
from counterfoil.office.rules import Decision, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition

T = TypeVar("T")
Decisions = dict[str, Callable[[Any, State, Sitting], Decision]]
"""Kind → its decision: (request, state, sitting) → facts or one refusal."""
Services = dict[str, Callable[[Any, State, Sitting, Pledged], Decision]]
"""As ``Decisions``, for kinds that may stand in a visit; ``Pledged``: what the services before them have decided."""
Pledges = dict[type[Fact], Callable[[Any, Pledged], None]]
"""Fact → what it notes for later services of the same visit, besides its legs: a check taken, a serial sold."""
Prices = dict[str, Callable[[Any, State], int | Refusal]]
"""Kind → what a request would cost the customer today, in minor units, told before she agrees."""
Reprices = dict[type[Fact], Callable[[Any, Edition], tuple[int, int] | None]]
"""Fact of a sale → (what it cost then, what it would cost under this edition), minor units; None: not offered there."""


class Step(NamedTuple):
    """One step of the day's end over all accounts. ``lines``: (state, business date) → facts, one a line, in order.

    ``kind``: of its entry, ``day-step`` unless the product has one of its own. A line is booked and folded as any fact
    is; a line that the ledger refuses is set aside and the next is taken. Lines of a day are a function of the state
    and the date: running a missed day later gives the same lines. The counter is served between the lines, so walk over
    a list of keys made first, look each row up when its turn comes, and yield None now and then where most accounts
    have no line. Where lines are many and of one kind, at most ``PART`` of them come at once, held by columns.
    ``state.policy`` is that day's edition while lines are asked for. Each line carries ``value_date``,
    and has at most ``LEGS_MAX`` legs.

    ``closing``: its lines look at balances at the close of the day, so ``state.later`` tells them what moved since.
    """

    name: str
    kind: str
    lines: Callable[[State, str], Iterator[Fact | Alike | None]]
    closing: bool = False


LEGS_MAX = 15
"""Legs of one line: a chunk of 512 lines fits one ledger batch."""
PART = 128
"""Lines that come at once, held by columns: what a counter may wait longer is about a millisecond."""
BREATH = 2_000
"""Things without a line after which ``each`` lets the counter in."""


def each(
    things: Iterable[T], date: str, about: Callable[[T], str], lines: Callable[[T], Iterable[Fact]]
) -> Iterator[Fact | None]:
    """The lines of many things; one that cannot be computed is set aside by a line of its own, and the rest goes on."""
    for number, thing in enumerate(things, start=1):
        try:
            yield from list(lines(thing))
        except CounterfoilError as error:
            yield AccountSetAside(about(thing), str(error)[:TEXT_CHARACTERS_MAX], date)
        if not number % BREATH:
            yield None
