"""What a request is answered: accepted, with its entries; or refused, with the rule. The same for ever after.

An accepted answer is a function of its entries alone, so nothing but the entries is kept for it; a refusal is kept as
its code and its details (about 100 bytes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from counterfoil import codec
from counterfoil.facts import counter as c
from counterfoil.facts import customers as p
from counterfoil.facts import money as m
from counterfoil.facts.record import Fact
from counterfoil.kernel.money import Money, currency
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Refusal
from counterfoil.office.refusals import REFUSALS
from counterfoil.operations.words import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.operations.words.base import Told


class Entered(NamedTuple):
    """One entry of an accepted request. ``slip`` is its text (``CF1:…``)."""

    epoch: int
    sequence: int
    kind: str
    facts: tuple[Fact, ...]
    slip: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request was decided and committed: its entries, part by part."""

    request: bytes
    entries: tuple[Entered, ...]

    def result(self) -> dict[str, Any]:
        """What the asker needs to go on, from the facts alone: numbers given, cases, amounts told."""
        found: dict[str, Any] = {}
        for entry in self.entries:
            for fact in entry.facts:
                for name in _TOLD.get(type(fact), ()):
                    value = getattr(fact, name)
                    if value is not None:
                        found[name] = value
        return found


@dataclass(frozen=True, slots=True)
class Refused:
    """The request was decided: a rule said no. Nothing was booked."""

    request: bytes
    refusal: Refusal


Answer = Accepted | Refused


class Differs(Malformed):
    """The id was used before with another body: it stands for that one, for ever."""

    def __init__(self, request: bytes) -> None:
        super().__init__(
            f"request {request.hex()} was sent before with another content: make a new request. "
            "Nothing has been recorded.",
            field="id",
        )


class Unanswered(CounterfoilError):
    """The group that held this request failed; it was looked up and is not recorded. The same request may be sent
    again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} Nothing has been recorded; the same request may be sent again.")


_TOLD: Told = {
    p.CustomerOpened: ("customer",),
    p.AccountOpened: ("account",),
    p.LegalHoldPlaced: ("case",),
    p.BalanceTold: ("account", "balance", "available"),
    c.TillOpened: ("till", "counted", "expected"),
    c.TillCounted: ("counted", "expected", "stock_counted", "stock_expected"),
    c.TillClosed: (
        "till",
        "counted",
        "expected",
        "stock_counted",
        "stock_expected",
        "answer",
        "report",
        "case",
        "totals",
    ),
    c.TillReported: ("till", "totals"),
    c.SurpriseCounted: ("till", "counted", "expected"),
    c.PouchReceived: ("token", "declared", "counted"),
    m.HouseAdvanced: ("case",),
    m.VisitSettled: ("net", "tendered", "change"),
}
for _product in (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end):
    _TOLD |= _product.TOLD


def pack_refusal(refusal: Refusal) -> bytes:
    """Canonical CBOR of ``[code, {field: value}]``; money as ``[minor, currency]``."""
    details = {}
    for name, value in refusal.details().items():
        details[name] = [value.minor, value.currency.code] if isinstance(value, Money) else value
    return codec.encode([refusal.code, details])


def unpack_refusal(data: bytes) -> Refusal:
    """The refusal as it was first given; ``Fault`` if what was kept is not one."""
    try:
        code, details = _pair(codec.decode(data, what="remembered refusal"))
        cls = REFUSALS.get(code)
        if cls is None:
            raise Fault(f"a remembered refusal {code!r} that this build does not know")
        known = {f.name for f in fields(cls)}
        return cls(**{k: _money(v) for k, v in details.items() if k in known})
    except (Malformed, TypeError, ValueError, IndexError) as error:
        raise Fault(f"a remembered refusal that cannot be read: {error}") from None


def _pair(value: Any) -> tuple[str, Mapping[str, Any]]:
    if type(value) is not list or len(value) != 2 or type(value[0]) is not str or type(value[1]) is not dict:
        raise Fault("a remembered refusal that cannot be read")
    return value[0], value[1]


def _money(value: Any) -> Any:
    return Money(value[0], currency(value[1])) if type(value) is list else value
