"""Requests about money orders. Every one names forms by serial, as they are scanned or typed with their check digit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.kernel.limits import DENOMINATIONS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader, short
from counterfoil.office.requests import (
    Account,
    Amount,
    Ask,
    Code,
    Counted,
    Customer,
    Flag,
    Text,
    Till,
    Unit,
    _Cash,
    asked,
)
from counterfoil.products.check_digits import money_order_usable
from counterfoil.products.money_orders import RANGE_MAX


def _serial(value: Any, field: str) -> str:
    if not isinstance(value, str) or not money_order_usable(value):
        raise Malformed(
            f"{field} is {short(value)}: eleven digits, the last their check digit, are needed", field=field
        )
    return value


def _forms(value: Any, field: str) -> int:
    if type(value) is not int or not 0 < value <= RANGE_MAX:
        raise Malformed(f"{field} is {short(value)}: 1 to {RANGE_MAX} forms in one range are needed", field=field)
    return value


_TYPED = re.compile(r"([0-9]{11})(?:\s*[x×*]\s*([0-9]{1,4}))?")


def _ranges(value: Any, field: str) -> list[dict[str, Any]]:
    if isinstance(value, str) and len(value) <= TEXT_CHARACTERS_MAX * 4:  # As typed or scanned on one line.
        value = "" if value.strip() == "0" else value
        typed = [_TYPED.fullmatch(one.strip()) for one in re.split(r"[,;]", value) if one.strip()]
        value = [{"first": one[1], "quantity": int(one[2] or 1)} for one in typed if one] if all(typed) else value
    if not isinstance(value, list) or len(value) > DENOMINATIONS_MAX:
        raise Malformed(f"{field} is {short(value)}: a list of ranges of serials is needed", field=field)
    found = []
    for one in value:
        if not isinstance(one, Mapping) or set(one) != {"first", "quantity"}:
            raise Malformed(f"{field} holds {short(one)}: a range has first and quantity", field=field)
        found.append({"first": _serial(one["first"], field), "quantity": _forms(one["quantity"], field)})
    return found


_LINE = r"^(\s*0\s*|[\s,;]*([0-9]{11}(\s*[x×*]\s*[0-9]{1,4})?\s*([,;][\s,;]*|$))*)$"
"""As ``_ranges`` reads a line, but for check digits and how many forms a range may have."""
_SERIAL = {"type": "string", "pattern": "^[0-9]{11}$"}
_FORMS = {"type": "integer", "minimum": 1, "maximum": RANGE_MAX}
SERIAL = Reader(_serial, _SERIAL)
FORMS = Reader(_forms, _FORMS)
RANGES = Reader(
    _ranges,
    {
        "description": "ranges of serials: a list of `first` and `quantity`, or a text such as `10000000001 x 9, …`",
        "anyOf": [
            {
                "type": "array",
                "maxItems": DENOMINATIONS_MAX,
                "items": {
                    "type": "object",
                    "properties": {"first": _SERIAL, "quantity": _FORMS},
                    "required": ["first", "quantity"],
                    "additionalProperties": False,
                },
            },
            {"type": "string", "maxLength": TEXT_CHARACTERS_MAX * 4, "pattern": _LINE},
        ],
    },
)

Serial = Annotated[str, SERIAL]
Forms = Annotated[int, FORMS]
Buyer = Annotated[bytes, read.DIGEST]


@asked("order-stock-in")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveOrders(Ask):
    """A block of blank forms: ``quantity`` serials from ``first`` on, counted by two."""

    first: Serial
    quantity: Forms


@asked("order-stock-to-till")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersToDrawer(Ask):
    till: Till
    first: Serial
    quantity: Forms


@asked("order-stock-from-till")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersFromDrawer(Ask):
    till: Till
    first: Serial
    quantity: Forms


@asked("order-sale", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class SellOrder(_Cash):
    """``fee`` is the price that the buyer was shown. With ``account`` it is paid from there, else in cash. A buyer who
    is no customer may show a paper: it goes into ``details``, and the screen makes its keyed hash, ``buyer``."""

    till: Till
    serial: Serial
    fee: Counted
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None
    buyer: Buyer | None = None
    details: Buyer | None = None

    def check(self) -> None:
        if (self.buyer is None) != (self.details is None):
            raise Malformed("details and buyer go together: the paper that was shown and its hash", field="details")
        _Cash.check(self)


@asked("order-cash", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class CashOrder(_Cash):
    """One of our own orders is paid: in cash, or into ``account``."""

    till: Till
    serial: Serial
    identification: Code
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None


@asked("order-refund", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder(Ask):
    """The buyer gives the form back. ``fee``: what comes back of it, all on the day of the sale, else nothing."""

    till: Till
    serial: Serial
    amount: Amount
    currency: Unit
    fee: Counted
    identification: Code
    reason: Text
    account: Account | None = None
    presented_by: Customer | None = None


@asked("order-replace")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceOrder(Ask):
    """A new form for a lost one (stopped, after the waiting time, with a ``bond``) or for a damaged one ``in_hand``."""

    till: Till
    serial: Serial
    new_serial: Serial
    amount: Amount
    currency: Unit
    fee: Counted
    identification: Code
    in_hand: Flag = False
    bond: Text | None = None
    presented_by: Customer | None = None


@asked("order-stop")
@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrder(Ask):
    serial: Serial
    reason: Text


@asked("order-stop-lift")
@dataclass(frozen=True, slots=True, kw_only=True)
class LiftStop(Ask):
    serial: Serial
    reason: Text


@asked("order-trace")
@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOrder(Ask):
    """What became of an order? Asked by who holds its receipt."""

    serial: Serial


@asked("order-void")
@dataclass(frozen=True, slots=True, kw_only=True)
class VoidOrder(Ask):
    """A blank form that was spoiled, or a missing one, is made worthless. Not ``in_hand``: two sign."""

    serial: Serial
    reason: Text
    in_hand: Flag = False


@asked("order-clear")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClearOrder(Ask):
    """An order of ours was paid elsewhere and came in to be settled."""

    serial: Serial
    amount: Amount
    currency: Unit
    through: Text


@asked("order-count")
@dataclass(frozen=True, slots=True, kw_only=True)
class CountOrders(Ask):
    """The blank forms of a till, as ranges of serials: blind, like the count of cash."""

    till: Till
    forms: Annotated[list[dict[str, Any]], RANGES]
