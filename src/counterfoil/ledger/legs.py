"""Legs and account names: the words in which every product's booking is written (``ledger.booked``).

Always true: a leg names one debit and one credit account and one amount, so a fact booked in legs keeps the books even
by construction; customer money is named in one place only, ``customer_account`` (holder and place).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from counterfoil.facts.alike import Alike

VAULT, OVER_SHORT, CENTER, RESERVE, SUPPLY, POUCH_LOSS = (
    "vault",
    "over-short",
    "center",
    "stock-reserve",
    "stock-supply",
    "pouch-loss",
)


class Leg(NamedTuple):
    """One transfer to be: account names, amount in minor units, the fact's number as code, ledger flags."""

    debit: str
    credit: str
    amount: int
    code: int
    flags: int = 0
    pending: bytes = b""


def till_account(till: str) -> str:
    """The cash of one till."""
    return f"till:{till}"


def stock_account(till: str) -> str:
    """The stamp stock of one till, at face value."""
    return f"stock:{till}"


def customer_account(account: str, place: str) -> str:
    """Customer money is booked in (holder, place) accounts from the first day (DESIGN sections 4 and 6)."""
    return f"customer:{account}:{place}"


class AccountRule(NamedTuple):
    """What the ledger enforces on accounts of one family: chart code and guard flags."""

    code: int
    flags: int


Booked = dict[tuple[int, int], Callable[[Any, str], list[Leg]]]
"""(fact number, version) → (fact, the office's own number) → its legs, in order."""


class ManyLegs(NamedTuple):
    """One leg each of many facts of one kind, all on the debit of one account: credit accounts and amounts in order.
    Facts without a leg are left out."""

    debit: str
    credits: Sequence[str]
    amounts: Sequence[int]
    code: int


BookedMany = dict[tuple[int, int], Callable[[Alike, str], ManyLegs | None]]
"""(fact number, version) → (facts, the office's own number) → the legs of all, as ``Booked`` gives them one by one;
None where these facts are not that plain (``test_many_are_booked_as_each_by_itself``)."""
Families = dict[str, AccountRule]
"""Family of accounts (the name up to the first colon) → what the ledger enforces on it."""
