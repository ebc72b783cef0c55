"""Every fold table of an office by name: the counter's own, then those of each product."""

from __future__ import annotations

from counterfoil.office import rows
from counterfoil.office.bills import rows as bills_rows
from counterfoil.office.checks import rows as checks_rows
from counterfoil.office.day_end import rows as day_end_rows
from counterfoil.office.loans import rows as loans_rows
from counterfoil.office.mail import rows as mail_rows
from counterfoil.office.money_orders import rows as money_orders_rows
from counterfoil.office.people import rows as people_rows
from counterfoil.office.remittances import rows as remittances_rows
from counterfoil.office.savings import rows as savings_rows

_PRODUCTS = (
    savings_rows,
    checks_rows,
    money_orders_rows,
    bills_rows,
    remittances_rows,
    loans_rows,
    people_rows,
    mail_rows,
    day_end_rows,
)
FOLDS: rows.FoldTables = dict(rows.FOLDS)
"""Fold table → (row class, key columns, what it is). In docs/reference/tables.md."""
PASSING: tuple[str, ...] = ("statement", "part", "head")
"""Tables that only grow and that no decision looks at in memory: their rows pass through to the commit."""
for _product in _PRODUCTS:
    FOLDS |= _product.FOLDS
    PASSING += _product.PASSING
