"""Terms of the end of the day in an edition."""

from __future__ import annotations

from counterfoil.policy.tables import Tables

TABLES: Tables = {}
