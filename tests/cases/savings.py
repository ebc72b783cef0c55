"""Cases of savings and everyday accounts for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from counterfoil.facts import savings as f
from counterfoil.facts.record import Fact

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("InterestAccrued", 220, 1): (
        "8318dc01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1061903ee",
        "8318dc01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1061903ee",
    ),
    ("InterestCredited", 221, 1): (
        "8318dd01a5016974657874203120c3b1021903ea036974657874203320c3b1041903ec051903ed",
        "8318dd01a5016974657874203120c3b1021903ea036974657874203320c3b1041903ec051903ed",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
A = "4000000002"
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        f.InterestAccrued("passbook", "2026-03-02", 1, "1/36500", "7/2", 4),
        [("house:interest-expense", "house:interest-payable", 4)],
    ),
    (
        f.InterestAccrued("passbook", "2026-03-02", 1, "1/36500", "7/2", -4),
        [("house:interest-payable", "house:interest-expense", 4)],
    ),
    (f.InterestAccrued("passbook", "2026-03-02", 0, "1/36500", "0", 0), []),
    (f.InterestCredited(A, 9, "2026-03-31", 1, 1), [("house:interest-payable", f"customer:{A}:0417", 9)]),
    (f.InterestCredited(A, 0, "2026-03-31", 1, 1), []),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = set()
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""
