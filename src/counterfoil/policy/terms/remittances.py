"""Terms of cash sent between offices, and transfers in an edition."""

from __future__ import annotations

from counterfoil.policy.tables import Tables

TABLES: Tables = {}
