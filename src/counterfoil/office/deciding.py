"""The shape of deciding: what a product's module hands to the counter and to the registry of operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office.rules import Decision, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition

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

    A line is booked and folded as any fact is; a line that the ledger refuses is set aside and the next is taken. Lines
    of a day are a function of the state and the date: running a missed day later gives the same lines.
    """

    name: str
    kind: str
    lines: Callable[[State, str], Iterator[Fact]]
