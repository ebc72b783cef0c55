"""Federal benefits that no creditor may touch: the look-back and the protected amount of 31 CFR 212.

Always true: what is protected is never more than the balance, nor more than the benefits of the look-back
(``test_the_protected_amount_is_the_lesser``); the look-back has the two dates of the rule's definition
(``test_the_two_months_before``).

The look-back (212.3) "begins on the date preceding the date of account review and ends on the corresponding date of the
month two months earlier, or on the last date of the month two months earlier if the corresponding date does not exist".
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

MONTHS = 2


def look_back(review: date) -> tuple[date, date]:
    """(first, last) day of the look-back of an account review on ``review``, both included."""
    last = review - timedelta(days=1)
    month = last.month - MONTHS
    year, month = (last.year, month) if month > 0 else (last.year - 1, month + 12)
    return date(year, month, min(last.day, monthrange(year, month)[1])), last


def protected(payments: Iterable[tuple[date, int]], balance: int, review: date) -> int:
    """What stays the customer's on ``review``: the lesser of the benefits in the look-back and the balance, minor
    units. ``payments``: (day credited, amount)."""
    first, last = look_back(review)
    benefits = sum(amount for day, amount in payments if first <= day <= last)
    return max(0, min(benefits, balance))
