"""The terms of each product, as an edition states them: one module a product, one class a table."""

from __future__ import annotations

from counterfoil.policy.tables import Tables
from counterfoil.policy.terms import (
    bills,
    checks,
    day_end,
    elsewhere,
    loans,
    mail,
    money_orders,
    people,
    profile,
    remittances,
    savings,
    states,
)

TABLES: Tables = {}
"""Every product's tables by their name in the file."""
for _product in (
    states, profile, elsewhere, savings, checks, money_orders, bills, remittances, loans, people, mail, day_end
):  # fmt: skip
    TABLES |= _product.TABLES

UNDER_AUTHORITY: frozenset[str] = frozenset({*savings.TABLES, *loans.TABLES})
"""Tables of products that an operator may offer only under an authority: taking deposits and lending."""
