"""Facts of bills paid at the window. Amounts in minor units; ``case`` is the bill's, of this office.

``reference`` is the number by which the biller knows the payer. It goes to the biller as it is, and nothing can be
taken with it, so it stands in the fact; who paid is a customer's number or nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.facts.record import Count, Fact, recorded


@recorded(135)
@dataclass(frozen=True, slots=True)
class BillPaid(Fact):
    """Paid in cash or, if ``account`` is there, from it; ``fee`` besides. ``on``: the day it goes to the biller;
    ``arrives``: by when the biller has it. ``sent``: it went at once, so it cannot be cancelled."""

    case: str
    biller: str
    title: str
    reference: str
    amount: int
    fee: int
    till: str
    date: str
    on: str
    arrives: str
    sent: bool
    direction: str = "in"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(136)
@dataclass(frozen=True, slots=True)
class BillConfirmed(Fact):
    """The biller has it. Nothing is booked."""

    case: str
    amount: int
    date: str


@recorded(137)
@dataclass(frozen=True, slots=True)
class BillReturned(Fact):
    """It came back: amount and fee are the payer's again, and wait for her in an account of the house. ``tag``: its
    money had come in without a bill (``BillMoneyUnknown``), and is hers by now."""

    case: str
    amount: int
    fee: int
    reason: str
    date: str
    tag: str | None = None


@recorded(138)
@dataclass(frozen=True, slots=True)
class BillRefunded(Fact):
    """What came back is paid out, in cash or to ``account``. ``amount``: the bill and its fee."""

    case: str
    amount: int
    till: str
    date: str
    direction: str = "out"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None


@recorded(139)
@dataclass(frozen=True, slots=True)
class BillCancelled(Fact):
    """Called back before it went: ``amount`` and ``fee`` go back, in cash or to ``account``."""

    case: str
    amount: int
    fee: int
    till: str
    date: str
    direction: str = "out"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None


@recorded(140)
@dataclass(frozen=True, slots=True)
class BillSent(Fact):
    """It goes to the biller: a line of the day's end."""

    case: str
    amount: int
    value_date: str


@recorded(141)
@dataclass(frozen=True, slots=True)
class BillMoneyUnknown(Fact):
    """Money came back, and nobody knows of which bill. It rests with the house, in no till. ``tag``: its mark."""

    amount: int
    tag: str
    date: str


@recorded(142)
@dataclass(frozen=True, slots=True)
class BillStopped(Fact):
    """A bill that has not gone is stopped: it does not go through the day ``until``, or until the stop is lifted
    (``lifted``: this is what lifts it). Its money rests where it is, and may be called back. Books nothing."""

    case: str
    amount: int
    date: str
    reason: str
    until: str | None = None
    lifted: bool | None = None
