"""Facts of people around an account: joint owners, those who act for others, death and estate, benefits and levies."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.facts.record import Count, Fact, recorded


@recorded(185)
@dataclass(frozen=True, slots=True)
class OwnerAdded(Fact):
    """A second person owns the account too. ``survivorship``: if one dies, the other goes on."""

    account: str
    customer: str
    survivorship: bool


@recorded(186)
@dataclass(frozen=True, slots=True)
class OwnerRemoved(Fact):
    account: str
    customer: str
    reason: str


@recorded(187)
@dataclass(frozen=True, slots=True)
class MandateGiven(Fact):
    """``customer`` may act on the account for its owner. ``role`` is ``guardian`` (of a minor), ``payee`` (of federal
    benefits, 20 CFR 404.2001) or ``attorney``; ``scope`` is ``look`` or ``draw``; ``ends`` is the last day."""

    case: str
    account: str
    customer: str
    role: str
    scope: str
    papers: str
    ends: str | None = None


@recorded(188)
@dataclass(frozen=True, slots=True)
class MandateEnded(Fact):
    case: str
    account: str
    reason: str


@recorded(189)
@dataclass(frozen=True, slots=True)
class DeathNoted(Fact):
    """``papers``: what it was shown by. Who acted for the person acts no more."""

    customer: str
    died: str
    papers: str


@recorded(190)
@dataclass(frozen=True, slots=True)
class DeathTakenBack(Fact):
    """It was noted of the wrong person: everything is as before."""

    customer: str
    reason: str


@recorded(191)
@dataclass(frozen=True, slots=True)
class RepresentativeNamed(Fact):
    """Who may be paid for the estate of ``customer``, by which papers."""

    customer: str
    representative: str
    papers: str


@recorded(192)
@dataclass(frozen=True, slots=True)
class EstatePaid(Fact):
    """Money of a person who died, paid to the estate's representative at a till's window: in cash, or with
    ``to_account`` to another account and no cash. Amount in minor units, > 0."""

    account: str
    amount: int
    date: str
    till: str
    presented_by: str
    on_behalf_of: str
    direction: str | None = None
    to_account: str | None = None
    identification: str | None = None
    count: Count | None = None


@recorded(193)
@dataclass(frozen=True, slots=True)
class MinorMarked(Fact):
    """Whether a person is under age, by the date of birth that was shown; the date itself stands in the details.
    ``majority``: the age that it was measured by, in the law of ``state``; 18 if there is none."""

    customer: str
    minor: bool
    details: bytes
    state: str | None = None
    majority: int | None = None


@recorded(195)
@dataclass(frozen=True, slots=True)
class BenefitCredited(Fact):
    """A federal benefit payment that came in by direct deposit, marked as one so that no levy touches it
    (31 CFR 212). Minor units, > 0."""

    account: str
    amount: int
    date: str
    agency: str
    reference: str


@recorded(196)
@dataclass(frozen=True, slots=True)
class LevyReviewed(Fact):
    """A garnishment order was answered by one account review (31 CFR 212.5). ``amount`` is what was ordered,
    ``protected`` the benefits of the two months before that stay hers, ``held`` what a pending transfer keeps: nothing
    if it is 0. Minor units."""

    case: str
    account: str
    amount: int
    authority: str
    date: str
    since: str
    until: str
    protected: int
    held: int


@recorded(197)
@dataclass(frozen=True, slots=True)
class LevyPaid(Fact):
    """What was held goes to whom the order names; ``pending`` is the ledger id of the pending transfer."""

    case: str
    account: str
    amount: int
    pending: bytes


@recorded(198)
@dataclass(frozen=True, slots=True)
class LevyReleased(Fact):
    """What was held is free again."""

    case: str
    account: str
    amount: int
    pending: bytes
    reason: str
