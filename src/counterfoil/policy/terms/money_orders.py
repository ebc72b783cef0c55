"""Terms of money orders in an edition."""

from __future__ import annotations

from counterfoil.policy.tables import Tables

TABLES: Tables = {}
