"""Facts of the counter's cash and stock: tills, vault, pouches, stamps. Amounts in minor units; counts by face
value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Count, Fact, recorded


@recorded(30)
@dataclass(frozen=True, slots=True)
class TillOpened(Fact):
    """``expected`` is what the books said; a difference goes to over/short. In a shared drawer nobody is liable."""

    till: str
    clerk: str
    shared: bool
    counted: int
    expected: int
    count: Count
    date: str


@recorded(31)
@dataclass(frozen=True, slots=True)
class CashFromVault(Fact):
    till: str
    amount: int
    count: Count | None = None


@recorded(32)
@dataclass(frozen=True, slots=True)
class CashToVault(Fact):
    till: str
    amount: int
    count: Count | None = None


@recorded(33)
@dataclass(frozen=True, slots=True)
class TillHandedOver(Fact):
    """Cash from one till to another, signed by both clerks."""

    till: str
    to_till: str
    amount: int
    count: Count | None = None


@recorded(34)
@dataclass(frozen=True, slots=True)
class CashExchanged(Fact):
    """Notes and coin taken and given, of the same total: nothing is booked. It is cash in and cash out of a person."""

    till: str
    amount: int
    taken: Count
    given: Count
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None


@recorded(35)
@dataclass(frozen=True, slots=True)
class SuspectNoteKept(Fact):
    """A note that may be counterfeit was kept from a person, who got a receipt. Nothing is booked."""

    till: str
    face: int
    serial: str
    reason: str
    customer: str | None = None


@recorded(36)
@dataclass(frozen=True, slots=True)
class SurpriseCounted(Fact):
    """A second person counted an open till; nothing is booked."""

    till: str
    counted: int
    expected: int
    count: Count


@recorded(37)
@dataclass(frozen=True, slots=True)
class TillReported(Fact):
    """An X report: totals so far, ``[kind, number, cash in, cash out]`` each. It closes nothing."""

    till: str
    totals: list[Any]


@recorded(38)
@dataclass(frozen=True, slots=True)
class TillCounted(Fact):
    """The blind count before closing. The expected figure was hidden until this was recorded. Nothing is booked yet."""

    till: str
    clerk: str
    counted: int
    expected: int
    count: Count
    stock_counted: int
    stock_expected: int
    stock: Count | None = None


@recorded(39)
@dataclass(frozen=True, slots=True)
class TillClosed(Fact):
    """A Z report. The difference goes to the house's over/short account, whatever the clerk answered.

    ``answer`` is ``none`` (no difference), ``accept``, ``dispute`` or ``absent`` (two others counted). ``clerk`` is who
    may answer the difference, absent for a shared drawer. ``case`` names it; ``totals`` are since the Z before.
    """

    till: str
    date: str
    counted: int
    expected: int
    stock_counted: int
    stock_expected: int
    answer: str
    report: int
    totals: list[Any]
    case: str | None = None
    clerk: str | None = None
    note: str | None = None


@recorded(40)
@dataclass(frozen=True, slots=True)
class DifferenceDisputed(Fact):
    case: str
    clerk: str
    reason: str


@recorded(42)
@dataclass(frozen=True, slots=True)
class DifferenceAccepted(Fact):
    case: str
    clerk: str
    note: str | None = None


@recorded(43)
@dataclass(frozen=True, slots=True)
class PouchSent(Fact):
    """Cash leaves the vault in a sealed pouch; ``token`` is used once."""

    token: str
    office: str
    amount: int
    seal: str
    count: Count | None = None


@recorded(44)
@dataclass(frozen=True, slots=True)
class PouchReceived(Fact):
    """Two people opened a pouch. What is missing stays in its in-transit account, in nobody's till.

    ``condition`` is ``whole``, ``partial`` or ``damaged``. ``returned``: it is one of ours that came back.
    """

    token: str
    office: str
    declared: int
    counted: int
    condition: str
    returned: bool
    count: Count | None = None


@recorded(45)
@dataclass(frozen=True, slots=True)
class PouchLost(Fact):
    """What is still in transit in a pouch is given up as lost by the house."""

    token: str
    amount: int
    reason: str


@recorded(50)
@dataclass(frozen=True, slots=True)
class StockReceived(Fact):
    """Stamp stock came to the office's reserve. ``face`` and ``value`` in minor units; value = face × quantity."""

    item: str
    quantity: int
    face: int
    value: int


@recorded(51)
@dataclass(frozen=True, slots=True)
class StockToTill(Fact):
    till: str
    item: str
    quantity: int
    face: int
    value: int


@recorded(52)
@dataclass(frozen=True, slots=True)
class StockFromTill(Fact):
    till: str
    item: str
    quantity: int
    face: int
    value: int


@recorded(53)
@dataclass(frozen=True, slots=True)
class StampsSold(Fact):
    """Stamps sold at face value for cash."""

    till: str
    item: str
    quantity: int
    face: int
    amount: int
    date: str
