"""The shape of deciding: what a product's module hands to the counter and to the registry of operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from counterfoil.facts.record import Fact
from counterfoil.office.rules import Decision, Pledged, Sitting
from counterfoil.office.state import State

Decisions = dict[str, Callable[[Any, State, Sitting], Decision]]
"""Kind → its decision: (request, state, sitting) → facts or one refusal."""
Services = dict[str, Callable[[Any, State, Sitting, Pledged], Decision]]
"""As ``Decisions``, for kinds that may stand in a visit; ``Pledged``: what the services before them have decided."""
Pledges = dict[type[Fact], Callable[[Any, Pledged], None]]
"""Fact → what it notes for later services of the same visit, besides its legs: a check taken, a serial sold."""
