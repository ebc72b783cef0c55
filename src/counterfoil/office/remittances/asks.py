"""Requests about cash sent from one office to another.

The screen makes the claim code (``products.claim_codes``) and puts its hash in ``code``; of a code that is typed the
reader keeps the hash alone. Who may claim is named in ``details`` beside the request, as a customer's details are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.office import readers as read
from counterfoil.office.readers import Reader
from counterfoil.office.requests import Account, Amount, Ask, Code, Counted, Customer, Till, Unit, _Cash, asked
from counterfoil.products.claim_codes import code_hash


def _claim_code(value: Any, field: str) -> bytes:
    return value if type(value) is bytes and len(value) == 32 else code_hash(value)


CLAIM_CODE = Reader(_claim_code, {"type": "string", "maxLength": 40})
"""A code as it was typed, or its hash: what is signed is the hash."""
Case = Annotated[str, read.CASE]
Digest = Annotated[bytes, read.DIGEST]


@asked("cash-send", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class SendCash(_Cash):
    """``fee`` is the price that the sender was shown, with the whole disclosure. ``office``: where it may be
    claimed."""

    till: Till
    fee: Counted
    office: Annotated[str, read.OFFICE]
    code: Digest
    details: Digest
    account: Account | None = None
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None
    buyer: Digest | None = None


@asked("claim-check")
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckClaim(Ask):
    """Is this the right code? Accepted either way, so that wrong ones are counted."""

    case: Case
    till: Till
    claim_code: Annotated[bytes, CLAIM_CODE]


@asked("cash-claim", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCash(_Cash):
    """Pays what was sent, after ``claim-check`` at the same till on the same day."""

    case: Case
    till: Till
    identification: Code
    presented_by: Customer | None = None


@asked("cash-send-cancel", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSend(Ask):
    """The sender has it back. ``fee``: what comes back of it, all within the time that the edition says, else nothing.
    What was sent from an account goes back there, and ``account`` names it."""

    case: Case
    till: Till
    amount: Amount
    currency: Unit
    fee: Counted
    identification: Code
    account: Account | None = None
    presented_by: Customer | None = None


@asked("claim-unblock")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockClaim(Ask):
    """After too many wrong codes the sender, who shows who she is (``details``), is given a new one."""

    case: Case
    code: Digest
    details: Digest
