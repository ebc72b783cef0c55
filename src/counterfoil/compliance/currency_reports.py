"""Currency reports: when cash must be reported, and when a sale of money orders for cash must be written down.

Always true:

1. A report is due for *more* than 10,000 in cash, in or out, by or for one person in one business day. Cash in and cash
   out are two totals, never netted and never added (``test_in_and_out_are_never_netted``).
2. The Postal Service counts by the calendar day, and cash for postage or philatelic items does not count
   (31 CFR 1010.311, 1010.313(b)); elsewhere cash taken on a day that is not a banking day counts on the next one.
3. Money orders for cash of 3,000 to 10,000, both included, are logged (1010.415); above it the report takes its place.

The report is filed within 15 calendar days after the transaction (1010.306(a)(1)). Money: whole cents. Not here: who
the person is; what makes two people one; the log's and report's form.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.calendar import banking_day_from

CTR_OVER_CENTS = 10_000_00
LOG_FROM_CENTS = 3_000_00
FILE_WITHIN_DAYS = 15
DIRECTIONS = ("cash_in", "cash_out")

OPENING_FIELDS = (
    "name",
    "date of birth",
    "residential or business street address (or APO/FPO, or next-of-kin/contact street address)",
    "identification number: TIN for a US person; for a non-US person one or more of TIN, passport number + country, "
    "alien id card number, other government document number + country with photograph",
)
"""What is asked of a person before an account is opened: 31 CFR 1020.220(a)(2)(i)."""


class Cash(NamedTuple):
    """Cash over the counter: day, ``cash_in`` or ``cash_out``, cents above zero, whose, and whether for postage."""

    on: date
    direction: str
    cents: int
    person: str = ""
    postage: bool = False


class Reportable(NamedTuple):
    """One report that is due."""

    business_day: date
    direction: str
    cents: int
    person: str

    @property
    def file_by(self) -> date:
        """The last day to file."""
        return self.business_day + timedelta(days=FILE_WITHIN_DAYS)


def reportable(cash: Sequence[Cash], *, any_one_day: bool, report_over: int = CTR_OVER_CENTS) -> tuple[Reportable, ...]:
    """The totals that must be reported, by day, direction and person. ``any_one_day``: the Postal Service's rule."""
    sums: dict[tuple[date, str, str], int] = {}
    for one in cash:
        if one.direction not in DIRECTIONS or one.cents <= 0:
            raise Malformed("cash is cash_in or cash_out, and above zero", field="direction")
        if one.postage and any_one_day:
            continue
        day = one.on if any_one_day else banking_day_from(one.on)
        key = (day, one.direction, one.person)
        sums[key] = sums.get(key, 0) + one.cents
    return tuple(
        Reportable(day, direction, sums[day, direction, person], person)
        for day, direction, person in sorted(sums)
        if sums[day, direction, person] > report_over
    )


def instrument_duty(
    cents: Sequence[int], *, known_together: bool, log_from: int = LOG_FROM_CENTS, report_over: int = CTR_OVER_CENTS
) -> str:
    """``none``, ``log`` or ``ctr`` for cash purchases of money orders in one day.

    ``known_together``: someone here knows that they are one person's. A program that sees them all knows it.
    """
    if not cents or any(amount <= 0 for amount in cents):
        raise Malformed("purchases are above zero, and at least one", field="cash_amounts")
    total = sum(cents) if known_together else max(cents)
    if total > report_over:
        return "ctr"
    return "log" if total >= log_from else "none"
