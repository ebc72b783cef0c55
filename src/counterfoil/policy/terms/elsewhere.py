"""``[elsewhere]``: what the same service usually costs elsewhere, as it was found, with source and date.

Always true: a figure is as it was found and never made up: it carries where it was read, of when it is, and how sure we
are (``test_the_shipped_figures_are_those_that_were_found``). It enters an edition only as such a row.

    [[elsewhere.prices]]
    kind = "loan-open"                       # which of our services it is compared with
    who = { en = "a payday lender", es = "un prestamista de día de pago" }
    value = "15"                             # as found
    how = "per-100"                          # for every 100.00 of the amount
    unit = "USD"
    as_of = "2010s-2020s"
    source = "quoted CFPB figure"
    status = "read"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.policy.tables import BadValue, Minor, Name, Percent, Tables, Text, Whole, one_of

HOW = ("each", "per-100", "percent", "percent-a-year", "a-month")
"""How a value is counted: for each sale, for every 100.00 of the amount, in percent of it, in percent of it a year, for
each month of an account."""
STATUS = ("read", "secondary", "computed")
"""How it was found: read in the named document, taken from one that reports it, or worked out from one."""
_ROWS = "elsewhere.prices"
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who charges it, in both languages, as it stands after "at"."""

    en: Text
    es: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceElsewhere:
    """One figure. ``only`` is ``field=value`` of a request that it is for, such as ``sort=payroll`` or
    ``sort=payroll|cashier``; ``over`` and ``up_to`` bound the amounts it is for (over, not at; up to, and at)."""

    kind: Name
    only: Text | None = None
    over: Minor = 0
    up_to: Minor | None = None
    who: Who
    value: Percent
    """A decimal as found: an amount in units of ``unit``, or a percentage."""
    how: Annotated[str, one_of(*HOW)]
    days: Whole = 0
    """Days that one such charge lasts, where it falls due again: a payday loan of 14 days."""
    unit: Text
    as_of: Text
    source: Text
    status: Annotated[str, one_of(*STATUS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How often a year a household is taken to use a service, for the year's saving: stated, not found."""

    times_a_year: Whole
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """``[elsewhere]``."""

    prices: tuple[PriceElsewhere, ...]
    habits: Mapping[str, Habit]
    source: Text


def check_elsewhere(found: Elsewhere, tables: Mapping[type, Any]) -> None:
    """Every row can be used: its bounds hold something, and its condition is one."""
    for number, row in enumerate(found.prices):
        if row.up_to is not None and row.over >= row.up_to:
            raise BadValue("up_to", f"over {row.over} and up to {row.up_to} hold nothing", within=_ROWS, row=number)
        if row.only is not None and not _FIELD.fullmatch(row.only.partition("=")[0]):
            raise BadValue("only", f"only is {row.only!r}: such as sort=payroll", within=_ROWS, row=number)


TABLES: Tables = {"elsewhere": (Elsewhere, check_elsewhere)}
