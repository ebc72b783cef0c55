"""Terms of people around an account in an edition."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.policy.tables import Minor, Names, Tables, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTerms:
    """``[people]``. ``minor_alone``: how much a person under age may take out alone at a time. ``agencies``: whose
    payments are protected from levies."""

    minor_alone: Minor
    agencies: Names
    source: Text


TABLES: Tables = {"people": (PeopleTerms, None)}
