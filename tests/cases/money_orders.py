"""Cases of money orders for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from counterfoil.facts.record import Fact

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = []
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = set()
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""
