"""Why a check comes back unpaid: the letters that banks put on it (X9.100-187, return reason).

Always true: a letter that is not kept here is refused, never guessed (``test_an_unknown_return_reason_is_refused``); a
check may be presented once more only where the reason is one of money, not of the paper
(``test_only_a_lack_of_money_allows_another_try``).

The list was written from memory of the standard and is not held by a document read here; the clearing house's own file
decides what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "A": "insufficient",
    "B": "uncollected",
    "C": "stopped",
    "D": "account-closed",
    "E": "no-account",
    "F": "frozen",
    "G": "stale",
    "H": "future",
    "I": "endorsement-missing",
    "J": "endorsement-wrong",
    "K": "signature-missing",
    "L": "signature-wrong",
    "N": "altered",
    "O": "unreadable",
    "Q": "not-authorized",
    "S": "ask-maker",
    "W": "amount-unclear",
    "Y": "twice",
    "Z": "forged",
}
"""Letter → what it means, in one word."""
OF_MONEY = frozenset({"A", "B"})
"""Reasons after which the same paper may be paid when it is presented again."""
