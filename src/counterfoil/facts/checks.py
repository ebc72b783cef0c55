"""Facts of checks turned into cash or deposited, and what becomes of them. Amounts in minor units.

A check is named by ``case`` (of this office) and by ``fingerprint``, which is the same at every office: the
center needs nothing more to see one check at two windows. Who made it and for whom enters as ``details`` only, SHA-256
of 16 random bytes and the canonical details, the line at its foot among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Count, Fact, recorded

AGAIN = "again"
"""The reason of holds on a check that came back before, and its sort in the plan of a banking day."""


@recorded(100)
@dataclass(frozen=True, slots=True)
class CheckCashed(Fact):
    """``amount`` = ``fee`` + ``paid``, which left the till. ``day_total``: checks the customer turned into cash on this
    day at all windows, this one included."""

    case: str
    sort: str
    customer: str
    till: str
    amount: int
    fee: int
    paid: int
    routing: str
    fingerprint: bytes
    details: bytes
    check_date: str
    date: str
    day_total: int
    direction: str = "out"
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(101)
@dataclass(frozen=True, slots=True)
class CheckDeposited(Fact):
    """``amount`` = ``at_once`` + the cents of ``holds``, ``[day, cents]`` each: from when they can be paid out.

    ``cash`` of what is available at once left the till. ``banking_day`` is the one from which the law counts;
    ``reason`` says why the holds are as they are (``schedule``, ``new-account``, ``large``, ``again``, ``returns``,
    ``doubt``), ``doubt`` what the doubt is.
    """

    case: str
    sort: str
    account: str
    till: str
    amount: int
    routing: str
    fingerprint: bytes
    details: bytes
    check_date: str
    date: str
    banking_day: str
    at_once: int
    holds: list[Any]
    reason: str
    cash: int
    direction: str = "out"
    customer: str | None = None
    doubt: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None


@recorded(102)
@dataclass(frozen=True, slots=True)
class CheckSettled(Fact):
    """The bank it is drawn on has paid. ``freed``: holds that end early, ``[part, cents, id of the pending transfer]``
    each."""

    case: str
    amount: int
    date: str
    freed: list[Any]
    account: str | None = None


@recorded(103)
@dataclass(frozen=True, slots=True)
class CheckReturned(Fact):
    """It came back unpaid: ``amount`` = ``fee_back`` (a fee we did not earn) + ``taken_back`` (from the account, what
    was held first) + ``due`` (owed by ``debtor``, without a charge). ``paid_before``: the bank had paid and takes its
    money back. ``freed`` as in ``CheckSettled``."""

    case: str
    amount: int
    reason: str
    date: str
    debtor: str
    fee_back: int
    taken_back: int
    due: int
    paid_before: bool
    freed: list[Any]
    account: str | None = None


@recorded(104)
@dataclass(frozen=True, slots=True)
class CheckRecovered(Fact):
    """The customer pays what is owed for a returned check, in cash or, if ``account`` is there, from it. ``lost``: it
    had been written off, so it comes back as income of its own."""

    case: str
    debtor: str
    till: str
    amount: int
    date: str
    direction: str = "in"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    count: Count | None = None
    lost: bool | None = None


@recorded(105)
@dataclass(frozen=True, slots=True)
class CheckWrittenOff(Fact):
    """The house bears what is owed for a returned check. It is never a clerk's."""

    case: str
    debtor: str
    amount: int
    reason: str


@recorded(106)
@dataclass(frozen=True, slots=True)
class CheckHoldReleased(Fact):
    """Part ``part`` of a deposit can be paid out; ``pending``: the ledger id of its pending transfer, voided whole."""

    case: str
    part: int
    account: str
    amount: int
    pending: bytes
    value_date: str


@recorded(107)
@dataclass(frozen=True, slots=True)
class CheckAgreed(Fact):
    """What is owed (``amount`` on that day) will be paid by ``until``; until then checks are cashed as before."""

    case: str
    debtor: str
    amount: int
    until: str


@recorded(108)
@dataclass(frozen=True, slots=True)
class CheckGivenBack(Fact):
    """A deposit by mistake: the check goes back to the customer, unsent, and the account is as before."""

    case: str
    account: str
    amount: int
    date: str
    reason: str
    freed: list[Any]


def planned(fact: CheckDeposited) -> dict[str, int]:
    """What a deposit adds to the plan of its banking day: what was deposited, and from when it can be paid out."""
    added = {f"item:{AGAIN if fact.reason == AGAIN else fact.sort}": fact.amount, "on:": fact.at_once}
    for day, cents in fact.holds:
        added[f"on:{day}"] = added.get(f"on:{day}", 0) + cents
    return added
