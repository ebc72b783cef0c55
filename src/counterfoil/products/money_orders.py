"""Money orders: serials and their check digit, and the fee of an amount on a day. Whole minor units; nothing rounds."""

from __future__ import annotations

from datetime import date

from counterfoil.kernel.outcomes import Fault
from counterfoil.policy.terms.money_orders import MoneyOrderTerms

RANGE_MAX = 1_000
"""Forms in one range: each is a row of its own from then on."""
_LAST = 10**10 - 1


def with_digit(number: int) -> str:
    """The serial of ten digits and its check digit, their sum mod 9 (``products.check_digits``)."""
    text = str(number).rjust(10, "0")
    return text + str(sum(map(int, text)) % 9)


def serials(first: str, quantity: int) -> list[str]:
    """``quantity`` serials in a row from ``first`` (eleven digits) on; fewer if the numbers end."""
    start = int(first[:10])
    return [with_digit(number) for number in range(start, min(start + quantity, _LAST + 1))]


def order_fee(terms: MoneyOrderTerms, amount: int, on: str) -> int:
    """What an order of ``amount`` costs on a day: the smallest ``up_to`` that covers it, of the latest rows in
    force."""
    day = date.fromisoformat(on)
    since = max((row.since for row in terms.fees if row.since and row.since <= day), default=None)
    for row in terms.fees:
        if row.since == since and amount <= row.up_to:
            return row.fee
    raise Fault(f"no fee covers {amount}: the edition's check let it pass")
