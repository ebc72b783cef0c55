"""Rules that say no to savings and everyday accounts as products: interest, direct deposit, unclaimed property."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded


@coded(
    "interest.nothing",
    mark("Account {account} has no interest waiting. Go on without it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class NothingEarned(Refusal):
    account: str


@coded(
    "interest.waits",
    mark(
        "Account {account} has earned {amount} that is not paid yet. Pay the interest first (interest-pay), then try "
        "again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class InterestWaits(Refusal):
    account: str
    amount: Money


@coded(
    "deposit.no_routing",
    mark(
        "This office has no routing number, so no pay can be sent here yet. Ask the postmaster. Nothing has been "
        "recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class NoRouting(Refusal):
    pass


@coded(
    "escheat.not_due",
    mark("Account {account} is not unclaimed, or it is empty. It stays as it is. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class NotUnclaimed(Refusal):
    account: str
