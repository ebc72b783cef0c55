"""Facts of cash sent from one office to another. Amounts in minor units.

The claim code never stands here: only its hash does (``products.claim_codes``). Who may claim stands as the hash of her
details, which lie in the side table ``details``.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.facts.record import Count, Fact, recorded


@recorded(145)
@dataclass(frozen=True, slots=True)
class CashSent(Fact):
    """Paid in cash, or from ``account``. ``office`` is where it may be claimed; ``expires`` its last day.

    ``free_minutes``: how long the sender may have it all back, as she was told.
    """

    case: str
    till: str
    amount: int
    fee: int
    date: str
    office: str
    expires: str
    free_minutes: int
    code: bytes
    details: bytes
    direction: str = "in"
    account: str | None = None
    presented_by: str | None = None
    on_behalf_of: str | None = None
    identification: str | None = None
    buyer: bytes | None = None
    count: Count | None = None


@recorded(146)
@dataclass(frozen=True, slots=True)
class CashClaimed(Fact):
    """Paid to the person it was sent to. ``identification``: the paper that showed her name."""

    case: str
    till: str
    amount: int
    date: str
    identification: str
    direction: str = "out"
    presented_by: str | None = None
    count: Count | None = None


@recorded(147)
@dataclass(frozen=True, slots=True)
class CashSendCanceled(Fact):
    """Given back to the sender: amount, and ``fee`` within 30 minutes. ``source``: ``sent``, or ``unclaimed`` after its
    last day."""

    case: str
    till: str
    amount: int
    fee: int
    date: str
    source: str
    identification: str
    direction: str = "out"
    account: str | None = None
    presented_by: str | None = None


@recorded(148)
@dataclass(frozen=True, slots=True)
class CashSendExpired(Fact):
    """Nobody claimed it by its last day: back to ``account``, else kept for the sender as unclaimed."""

    case: str
    amount: int
    value_date: str
    account: str | None = None


@recorded(149)
@dataclass(frozen=True, slots=True)
class ClaimChecked(Fact):
    """A claim code was tried. ``tries``: wrong ones so far; at the edition's limit the transfer is blocked."""

    case: str
    till: str
    right: bool
    tries: int
    blocked: bool


@recorded(150)
@dataclass(frozen=True, slots=True)
class ClaimUnblocked(Fact):
    """The sender showed who she is: a new code (its hash), and the tries begin anew."""

    case: str
    code: bytes
    details: bytes
