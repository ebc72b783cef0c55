"""Cases of the end of the day for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from counterfoil.facts.record import Fact

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("BulkEntered", 230, 1): (
        "8318e601a6016974657874203120c3b1026974657874203220c3b1031903eb044304040405430505050643060606",
        "8318e601a5016974657874203120c3b1026974657874203220c3b1031903eb04430404040543050505",
    ),
    ("BulkPosted", 231, 1): (
        "8318e701a5016974657874203120c3b1026974657874203220c3b1031903eb041903ec0582058361784179f5",
        "8318e701a4016974657874203120c3b1026974657874203220c3b1031903eb041903ec",
    ),
    ("LineSetAside", 232, 1): (
        "8318e801a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
        "8318e801a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
    ),
    ("AccountSetAside", 233, 1): (
        "8318e901a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318e901a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("DayEnded", 234, 1): (
        "8318ea01a2016974657874203120c3b10282028361784179f5",
        "8318ea01a2016974657874203120c3b10282028361784179f5",
    ),
    ("StatementCut", 236, 1): (
        "8318ec01a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1041903ec",
        "8318ec01a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1041903ec",
    ),
    ("BalancesChecked", 235, 1): (
        "8318eb01a7016974657874203120c3b1021903ea031903eb041903ec051903ed061903ee0743070707",
        "8318eb01a7016974657874203120c3b1021903ea031903eb041903ec051903ed061903ee0743070707",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = []
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {
    "BulkEntered", "BulkPosted", "LineSetAside", "AccountSetAside", "DayEnded", "BalancesChecked", "StatementCut",
}  # fmt: skip
"""Facts that book nothing: the lines of a step do."""
RIGHT: dict[int, Any] = {}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {"steps": [["accrue", 3, 1]], "aside": [[4, "exceeds_credits", "4000000002"]]}
"""Field of a fact that is a list → a value that its receipt can say."""
