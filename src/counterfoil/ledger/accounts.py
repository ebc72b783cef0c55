"""Accounts: four counters that say everything, and two guards that keep a side from outgrowing the other.

Always true of an account the machine keeps:

1. No counter is negative, and debits (posted and pending together) fit in int64; so do credits
   (``test_the_last_unit_of_int64``).
2. A guarded side, pending included, never exceeds the other side's posted counter by more than the limit
   (``test_room_is_exact``). So till cash cannot go below zero and a customer cannot be overdrawn.
3. Posted counters only grow: a mistake is put right by a negating transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX

DEBITS_MUST_NOT_EXCEED_CREDITS = 1
"""For what the house owes (a customer's account): it can be drawn only as far as it was paid into."""
CREDITS_MUST_NOT_EXCEED_DEBITS = 2
"""For what the house holds (a till's cash)."""
CLOSED = 4
GUARDS = DEBITS_MUST_NOT_EXCEED_CREDITS | CREDITS_MUST_NOT_EXCEED_DEBITS


class AccountRow(NamedTuple):
    """An account in the column order of the stored row. Counters and limit in minor units."""

    id: int
    name: str
    currency: str
    code: int
    flags: int
    limit: int
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int


class Balance(NamedTuple):
    """The four counters of one account, in minor units."""

    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int


class Counters(NamedTuple):
    """An account's id and its four counters, as a commit names them."""

    id: int
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int


@dataclass(slots=True, eq=False)
class Account:
    """An account inside the machine, which alone changes it."""

    id: int
    name: str
    currency: str
    code: int
    flags: int
    limit: int
    debits_posted: int = 0
    credits_posted: int = 0
    debits_pending: int = 0
    credits_pending: int = 0

    def row(self) -> AccountRow:
        """A copy that stays as it is."""
        return AccountRow(self.id, self.name, self.currency, self.code, self.flags, self.limit, *self.balance())

    def counters(self) -> Counters:
        """A copy of the counters that stays as it is, under the account's id."""
        found = self.id, self.debits_posted, self.credits_posted, self.debits_pending, self.credits_pending
        return tuple.__new__(Counters, found)  # A named tuple's own way in costs twice as much.

    def balance(self) -> Balance:
        """A copy of the counters that stays as it is."""
        return Balance(self.debits_posted, self.credits_posted, self.debits_pending, self.credits_pending)

    def room_to_debit(self) -> int:
        """The largest amount one more transfer may debit by the counters and the guard; 0 if none."""
        guarded = self.flags & DEBITS_MUST_NOT_EXCEED_CREDITS
        most = min(self.credits_posted + self.limit, AMOUNT_MINOR_MAX) if guarded else AMOUNT_MINOR_MAX
        return most - self.debits_posted - self.debits_pending

    def room_to_credit(self) -> int:
        """The largest amount one more transfer may credit by the counters and the guard; 0 if none."""
        guarded = self.flags & CREDITS_MUST_NOT_EXCEED_DEBITS
        most = min(self.debits_posted + self.limit, AMOUNT_MINOR_MAX) if guarded else AMOUNT_MINOR_MAX
        return most - self.credits_posted - self.credits_pending
