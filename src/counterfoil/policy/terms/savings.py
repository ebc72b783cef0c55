"""Terms of savings and everyday accounts in an edition."""

from __future__ import annotations

from counterfoil.policy.tables import Tables

TABLES: Tables = {}
