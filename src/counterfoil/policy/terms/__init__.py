"""The terms of each product, as an edition states them: one module a product, one class a table."""

from __future__ import annotations

from counterfoil.policy.tables import Tables
from counterfoil.policy.terms import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings

TABLES: Tables = {}
"""Every product's tables by their name in the file."""
for _product in (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end):
    TABLES |= _product.TABLES
