"""Cash sent: its fee, and what the sender is told before she pays (12 CFR 1005.31(b)(1), 1005.34).

The rule binds transfers abroad; cash sent between our own offices is told and canceled by the same rule, because a
sender's need is the same. Whole minor units; no currency is exchanged and no tax is due.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from counterfoil.kernel.outcomes import Fault
from counterfoil.policy.terms.remittances import RemittanceTerms

MINUTE_MS = 60_000


class Disclosure(NamedTuple):
    """What is shown before payment and again on the receipt. Minor units."""

    amount: int
    fee: int
    taxes: int
    total: int
    other_fees: int
    to_recipient: int
    free_minutes: int
    expires: str


def send_fee(terms: RemittanceTerms, amount: int) -> int:
    """What sending ``amount`` costs."""
    for row in terms.fees:
        if amount <= row.up_to:
            return row.fee
    raise Fault(f"no fee covers {amount}: the edition's check let it pass")


def last_day(terms: RemittanceTerms, on: str) -> str:
    """The last day on which what is sent on ``on`` may be claimed."""
    return (date.fromisoformat(on) + timedelta(days=terms.keep_days)).isoformat()


def disclosure(terms: RemittanceTerms, amount: int, on: str) -> Disclosure:
    """What the sender is told before she pays."""
    fee = send_fee(terms, amount)
    return Disclosure(amount, fee, 0, amount + fee, 0, amount, terms.free_minutes, last_day(terms, on))


def whole_back(free_minutes: int, sent_ms: int, now_ms: int) -> bool:
    """Whether canceling now gives the fee back too: to the last millisecond of the time that the sender was told."""
    return now_ms - sent_ms <= free_minutes * MINUTE_MS
