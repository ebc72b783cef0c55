"""Transfers: what the ledger says of one movement of money.

A transfer debits one account and credits another by the same positive amount, so books that start balanced stay
balanced. It is built whole and never changed:

1. Its id is 16 bytes, big-endian; ids of one log ascend, and a rebuild gives the same ones (``kernel.idents``).
2. Legs of one fact are linked: all are accepted or none (``test_a_chain_is_all_or_nothing``).
3. A pending transfer reserves; one later transfer resolves it, once: a post (the whole or a part, which releases the
   rest), a void or an expiry (``test_a_pending_is_resolved_once``). Time alone changes nothing.
4. A mistake is put right by the negating transfer, never by an edit.

Amounts: minor units, 1 to 2^63 - 1. Dates: proleptic Gregorian ordinals (``datetime.date.toordinal``). Times: ms since
1970. Source of the vocabulary: TigerBeetle, reference/transfer. Not here: who may ask, what a product allows.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

ID_BYTES = 16
ID_ZERO = bytes(ID_BYTES)
ID_MAX = b"\xff" * ID_BYTES
CODE_MAX = 2**16 - 1
DAY_MAX = date.max.toordinal()

LINKED = 1
PENDING = 2
POST = 4
VOID = 8
EXPIRE = 16
TWO_PHASE = PENDING | POST | VOID | EXPIRE
"""At most one of these may be set."""
RESOLVES = POST | VOID | EXPIRE
"""Those that name a pending transfer."""

OPEN = 0
POSTED = 1
VOIDED = 2
EXPIRED = 3
"""States of a pending transfer."""


class Transfer(NamedTuple):
    """One transfer, in the column order of the stored row. Checked by the machine, not when it is built."""

    id: bytes
    debit: int
    credit: int
    amount: int
    code: int = 0
    flags: int = 0
    pending: bytes = b""
    """Post, void, expire: the id of the pending transfer. Otherwise empty."""
    booked: int = 0
    value: int = 0
    expires: int = 0
    """Pending only: from this time (ms) it may be expired and no longer posted; 0 = never."""


class PendingRow(NamedTuple):
    """A pending transfer and its state, in the column order of the stored row."""

    id: bytes
    debit: int
    credit: int
    amount: int
    expires: int
    state: int


def state_after(flags: int) -> int:
    """The state in which a transfer with these flags leaves the pending one it names."""
    if flags & POST:
        return POSTED
    return VOIDED if flags & VOID else EXPIRED
