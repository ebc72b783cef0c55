"""The end of the day: the steps that belong to no product, after all products' own."""

from __future__ import annotations

from counterfoil.counter.savings import DORMANCY
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step

SERVICES: Services = {}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {}
"""All other kinds."""

PLEDGES: Pledges = {}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = set()
"""Kinds whose exact negation by a reversal undoes them whole."""

PRICES: Prices = {}

REPRICE: Reprices = {}

STEPS: tuple[Step, ...] = (DORMANCY,)
"""What the end of the day does for this product."""
