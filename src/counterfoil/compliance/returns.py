"""Returns of ACH entries: the last day of each reason code, counted from the settlement date.

Always true: a limit of banking days ends on a banking day; one of 60 calendar days ends on the sixtieth day, whatever
day that is (``test_sixty_days_do_not_roll``). A code whose limit is not kept here is refused, never guessed.

Source: study cards of the Nacha rules, the rule book not read; the operator's file cut-off on that day comes sooner.
The day is the outer one: the entry must reach the originating bank by its opening on the day after.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.products.calendar import add_banking_days


class Limit(NamedTuple):
    """So many days, of the bank's or of the calendar."""

    days: int
    banking: bool


TWO_DAYS, SIXTY_DAYS = Limit(2, True), Limit(60, False)
DISHONORED, CONTESTED = Limit(5, True), Limit(2, True)

_SIXTY = frozenset({"R05", "R07", "R10", "R11", "R33", "R37", "R38", "R51", "R52", "R53"})
_TWO = frozenset(f"R{n:02}" for n in (1, 2, 3, 4, 8, 9, 12, 14, 15, 16, 17, 20, 21, 22, 23, 24, 29, 35, 36, 39))
_RANGES = ((61, 70, DISHONORED), (71, 77, CONTESTED))


def limit(code: str) -> Limit:
    """The limit of a return reason code (R01 …) or a change code (C01 …)."""
    if code in _SIXTY:
        return SIXTY_DAYS
    if code in _TWO or re.fullmatch(r"C(0[1-9]|1[0-4])", code):
        return TWO_DAYS
    if re.fullmatch(r"R[0-9]{2}", code):
        for first, last, kept in _RANGES:
            if first <= int(code[1:]) <= last:
                return kept
    raise Malformed(f"no limit is kept for the code {short(code)}", field="return_code")


def return_by(settled: date, kept: Limit) -> date:
    """The last day of a return of an entry settled on ``settled``."""
    return add_banking_days(settled, kept.days) if kept.banking else settled + timedelta(days=kept.days)
