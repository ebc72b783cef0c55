"""Terms of people around an account in an edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from counterfoil.policy.tables import BadValue, Minor, Names, Tables, Text, Whole
from counterfoil.policy.terms.states import US_STATES, served

MAJORITY = 18
"""Years at which a person is of age where an edition says nothing else."""
AGES = range(16, 22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Majority:
    """When one is of age in one state, in years."""

    years: Whole
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTerms:
    """``[people]``. ``minor_alone``: how much a person under age may take out alone at a time. ``agencies``: whose
    payments are protected from levies. ``majority``: years at which one is of age; ``majority_in``: in a state, by its
    two small letters, where its law says otherwise."""

    minor_alone: Minor
    agencies: Names
    source: Text
    majority: Whole = MAJORITY
    majority_in: Mapping[str, Majority] = field(default_factory=dict)

    def of_age_at(self, state: str) -> int:
        """Years at which one is of age in a state ("": none is said)."""
        own = self.majority_in.get(state)
        return own.years if own is not None else self.majority


def only_state(tables: Mapping[type, Any]) -> str:
    """The state that is meant where none is said: the only one served, in small letters; else none."""
    states = served(tables)
    return states[0].lower() if len(states) == 1 else ""


def check(terms: PeopleTerms, tables: Mapping[type, Any]) -> None:
    """Ages are ages, and states are states."""
    for within, key, years in (
        ("people", "majority", terms.majority),
        *((f"people.majority_in.{state}", "years", one.years) for state, one in terms.majority_in.items()),
    ):
        if years not in AGES:
            raise BadValue(key, f"one is of age from {AGES[0]} to {AGES[-1]} years on", within=within)
    for state in terms.majority_in:
        if state.upper() not in US_STATES:
            raise BadValue(state, f"{state!r} is not a state's postal code", within="people.majority_in")


TABLES: Tables = {"people": (PeopleTerms, check)}
