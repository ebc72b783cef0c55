"""Error resolution and liability for electronic transfers: Regulation E, 12 CFR 1005.6, 1005.11, 1005.33 and 1005.34.

Always true: limits in business days are counted in banking days and never end on a holiday; limits in calendar days
(45, 90, 180) run as they run and do not roll (``test_calendar_limits_do_not_roll``).

Worked example. Notice on Monday 2026-06-01 about a purchase at a point of sale: decide or credit provisionally by
2026-06-15 (10 business days, 20 if the account is new), finish by 2026-08-30 (90 days instead of 45).

A business day of Regulation E is a day on which the institution is open for substantially all its business
(1005.2(d)): a house that opens on Saturdays must count them, and its limits come sooner. Here the Federal Reserve's
days are counted.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.calendar import add_banking_days

CREDIT_DAYS, CREDIT_DAYS_NEW = 10, 20
INVESTIGATION_DAYS, INVESTIGATION_DAYS_LONG = 45, 90
CONFIRMATION_DAYS = 10
INFORM_DAYS, REPORT_DAYS, CORRECT_DAYS = 2, 3, 1
PROMPT_DAYS = 2
PROMPT_LIABILITY, LATE_LIABILITY = 50_00, 500_00
REMITTANCE_DAYS, REMITTANCE_NOTICE_DAYS = 90, 180
CANCEL_WITHIN = timedelta(minutes=30)
REFUND_DAYS = 3

LONG_KINDS = ("pos_debit", "point_of_sale", "foreign", "foreign_initiated")
"""Transfers whose investigation may take 90 days (1005.11(c)(3)); every other kind has 45."""


class Timeline(NamedTuple):
    """The limits of one notice of error."""

    credit_by: date
    investigation_days: int
    investigate_by: date
    confirm_by: date


def timeline(notice: date, *, kind: str, new_account: bool) -> Timeline:
    """1005.11(c): from a notice of error. ``new_account``: within 30 days of the first deposit."""
    days = INVESTIGATION_DAYS_LONG if new_account or kind in LONG_KINDS else INVESTIGATION_DAYS
    return Timeline(
        add_banking_days(notice, CREDIT_DAYS_NEW if new_account else CREDIT_DAYS),
        days,
        notice + timedelta(days=days),
        add_banking_days(notice, CONFIRMATION_DAYS),
    )


def liability(days_to_notice: int, early: int, late: int) -> int:
    """1005.6(b)(1) and (2): the most a consumer bears, in cents.

    ``days_to_notice``: business days from learning of the loss to the notice; ``early`` and ``late``: cents taken
    within two business days, and after them but before the notice.
    """
    if min(days_to_notice, early, late) < 0:
        raise Malformed("days and amounts are not below zero", field="days_to_notice_after_learning")
    if days_to_notice <= PROMPT_DAYS:
        return min(PROMPT_LIABILITY, early + late)
    return min(LATE_LIABILITY, min(PROMPT_LIABILITY, early) + late)


def remittance_investigate_by(notice: date) -> date:
    """1005.33(c)(1): 90 days after the notice."""
    return notice + timedelta(days=REMITTANCE_DAYS)


def cancellation(paid: datetime, asked: datetime, *, picked_up: bool) -> date | None:
    """1005.34: the day by which the sender's money is back, or None if the request comes too late."""
    if asked < paid:
        raise Malformed("a transfer is cancelled after it is paid for", field="cancel_received_at")
    if picked_up or asked - paid > CANCEL_WITHIN:
        return None
    return add_banking_days(asked.date(), REFUND_DAYS)
