"""Requests about bills paid at the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import readers as read
from counterfoil.office.readers import count_total
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

Bill = Annotated[str, read.CASE]


@asked("bill-pay", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class PayBill(Ask):
    """In cash, or from ``account`` if it is named. ``reference``: the payer's number at the biller. ``on``: the day it
    goes there, today if it is left out. ``fee`` is what the customer was told; ``count`` counts both."""

    biller: Code
    reference: Text
    amount: Amount
    currency: Unit
    fee: Counted
    till: Till
    on: Date | None = None
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None
    count: Counts | None = None

    def check(self) -> None:
        whole = self.amount + self.fee
        if self.count is not None and count_total(self.count) != whole:
            raise Malformed(
                f"count adds up to {count_total(self.count)}, and bill and fee to {whole}: count again", field="count"
            )


@asked("bill-confirm")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBill(Ask):
    case: Bill


@asked("bill-return")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnBill(Ask):
    """``tag``: its money came in before, without a bill (``bill-unmatched``), and this is whose it is."""

    case: Bill
    reason: Text
    tag: Code | None = None


@asked("bill-stop")
@dataclass(frozen=True, slots=True, kw_only=True)
class StopBill(Ask):
    """Stop payment of a bill that has not gone, through the day ``until`` or until it is lifted. ``lift``: lifts it,
    whatever its last day."""

    case: Bill
    reason: Text
    until: Date | None = None
    lift: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back(Ask):
    """In cash, or to ``account`` if it is named; what was paid from an account goes back there."""

    case: Bill
    till: Till
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None


@asked("bill-refund", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBill(_Back):
    """Pays out what came back: the bill and its fee."""


@asked("bill-cancel", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBill(_Back):
    """Calls a bill back before it goes: the bill and its fee are paid out."""


@asked("bill-unmatched")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownBillMoney(Ask):
    """Money that came back without a bill that is known: ``tag`` is the mark it came with."""

    amount: Amount
    currency: Unit
    tag: Code
