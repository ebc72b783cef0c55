"""Requests about checks turned into cash or deposited, and what becomes of them.

The line at the foot of the check and the names on it are ``details``: the screen reads them (``office.read_off``)
and puts routing number, fingerprint and the details' hash into the body that is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader, count_total, short
from counterfoil.office.requests import (
    Account,
    Amount,
    Ask,
    Code,
    Counted,
    Counts,
    Customer,
    Date,
    Flag,
    Text,
    Till,
    Unit,
    asked,
)
from counterfoil.products.check_digits import routing_usable
from counterfoil.products.micr import FINGERPRINT_BYTES
from counterfoil.products.returned import REASONS


def _routing(value: Any, field: str) -> str:
    if not isinstance(value, str) or not routing_usable(value):
        raise Malformed(f"{field} is {short(value)}: a routing number with a right check digit is needed", field=field)
    return value


def _fingerprint(value: Any, field: str) -> bytes:
    if type(value) is not bytes or len(value) != FINGERPRINT_BYTES:
        raise Malformed(f"{field} is not the {FINGERPRINT_BYTES} bytes made from the check", field=field)
    return value


def _reason(value: Any, field: str) -> str:
    if not isinstance(value, str) or value not in REASONS:
        raise Malformed(f"{field} is {short(value)}: one of {', '.join(REASONS)} is needed", field=field)
    return value


ROUTING = Reader(_routing, {"type": "string", "description": "read by the screen from the line of the check"})
FINGERPRINT = Reader(_fingerprint, {"type": "string", "description": "made by the screen from the line of the check"})
RETURN = Reader(_reason, {"enum": list(REASONS)})
Check = Annotated[str, read.CASE]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Presented(Ask):
    """A check as it lies on the counter. ``check_date`` stands on it; ``details``: its line, payee and maker."""

    sort: Code
    amount: Amount
    currency: Unit
    check_date: Date
    routing: Annotated[str, ROUTING]
    fingerprint: Annotated[bytes, FINGERPRINT]
    details: Annotated[bytes, read.DIGEST]
    till: Till


@asked("check-cash", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class CashCheck(_Presented):
    """``fee`` is what the customer was told; she gets the rest of ``amount``, of which ``count`` is the count."""

    customer: Customer
    fee: Counted
    on_behalf_of: Customer | None = None
    identification: Code | None = None
    count: Counts | None = None

    def check(self) -> None:
        paid = self.amount - self.fee
        if paid <= 0:
            raise Malformed(f"fee is {self.fee}, and the check is of {self.amount}: nothing would be left", field="fee")
        if self.count is not None and count_total(self.count) != paid:
            raise Malformed(f"count adds up to {count_total(self.count)}, and {paid} is paid out", field="count")


@asked("check-deposit", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositCheck(_Presented):
    """``cash``: so much of it is paid out at once. ``again``: it came back unpaid before. ``doubt``: why it is doubted
    that it will be paid (a supervisor signs)."""

    account: Account
    cash: Counted = 0
    again: Flag = False
    doubt: Text | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None


@asked("check-settle")
@dataclass(frozen=True, slots=True, kw_only=True)
class SettleCheck(Ask):
    case: Check


@asked("check-return")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCheck(Ask):
    """``reason``: the letter that the paying bank gives."""

    case: Check
    reason: Annotated[str, RETURN]


@asked("check-recover", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverCheck(Ask):
    """In cash, or from ``account`` if it is named."""

    case: Check
    till: Till
    amount: Amount
    currency: Unit
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None
    count: Counts | None = None

    def check(self) -> None:
        if self.count is not None and count_total(self.count) != self.amount:
            raise Malformed(
                f"count adds up to {count_total(self.count)}, and amount is {self.amount}: count again", field="count"
            )


@asked("check-write-off")
@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffCheck(Ask):
    case: Check
    reason: Text


@asked("check-agree")
@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeOnCheck(Ask):
    """``until``: by when the customer will have paid."""

    case: Check
    until: Date


@asked("check-give-back")
@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBackCheck(Ask):
    case: Check
    reason: Text
