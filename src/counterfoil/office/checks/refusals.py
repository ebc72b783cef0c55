"""Rules that say no to checks turned into cash or deposited, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded

SAID_IN_REFUSALS = (
    mark("collecting"), mark("settled"), mark("returned"), mark("written-off"), mark("given-back"), mark("reversed"),
)  # fmt: skip


@coded(
    "check.sort",
    mark("This sort of check ({sort}) is not taken here. The sorts are: {sorts}. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CheckSortUnknown(Refusal):
    sort: str
    sorts: str


@coded(
    "check.future",
    mark(
        "The check is dated {dated}, and today is {today}. Ask the customer to come back on that day. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckAhead(Refusal):
    dated: str
    today: str


@coded(
    "check.stale",
    mark(
        "The check is dated {dated}, more than {months} months ago, so its bank need not pay it. Send the customer to "
        "whoever wrote it for a new one. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckStale(Refusal):
    dated: str
    months: int


@coded(
    "check.twice",
    mark(
        "This check was presented already, as {case} on {date}. Do not give it back yet: ask the postmaster. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckTwice(Refusal):
    case: str
    date: str


@coded(
    "check.returned",
    mark(
        "This check came back unpaid before. It cannot be turned into cash. If it came back for lack of money and "
        "nothing is owed on it, it may be deposited once more. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckCameBack(Refusal):
    pass


@coded(
    "check.owed",
    mark(
        "Customer {customer} owes {due} for check {case}, which came back unpaid. Take a payment, or agree on a day, "
        "both without a fee. Then try again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckOwed(Refusal):
    customer: str
    case: str
    due: Money


@coded(
    "check.fee",
    mark(
        "The fee for this check is {fee}, and {asked} was asked for. Tell the customer the right fee first. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckFee(Refusal):
    fee: Money
    asked: Money


@coded(
    "check.limit",
    mark(
        "A check of this sort is turned into cash up to {limit}, and this one is of {wanted}. Offer to deposit it. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckOverLimit(Refusal):
    limit: Money
    wanted: Money


@coded(
    "check.day",
    mark(
        "Customer {customer} may turn {limit} of checks into cash a day, at all windows together, and has done {done}. "
        "Offer to deposit it, or to come back tomorrow. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckOverDay(Refusal):
    customer: str
    limit: Money
    done: Money


@coded(
    "check.many",
    mark(
        "Customer {customer} may turn {limit} checks into cash a day, at all windows together. Offer to deposit it, or "
        "to come back tomorrow. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckOverNumber(Refusal):
    customer: str
    limit: int


@coded(
    "check.papers",
    mark(
        "With this one, the customer's checks of today come to {total}. Above {above} one of these papers is shown: "
        "{papers}. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckPapers(Refusal):
    total: Money
    above: Money
    papers: str


@coded(
    "check.cash",
    mark(
        "{limit} of this check can be paid out at once, and {wanted} was asked for. Pay {limit} or less. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckCashPart(Refusal):
    limit: Money
    wanted: Money


@coded(
    "check.unknown",
    mark("There is no check {case} here. Look at its receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CheckUnknown(Refusal):
    case: str


@coded(
    "check.state",
    mark("Check {case} is in state “{state}”, so this cannot be done with it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CheckInState(Refusal):
    case: str
    state: str


@coded(
    "check.nothing_due",
    mark("Nothing is owed for check {case}. Look at its receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CheckNothingDue(Refusal):
    case: str


@coded(
    "check.too_much",
    mark("{due} is owed for check {case}, and {wanted} was asked for. Take {due} or less. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CheckTooMuch(Refusal):
    case: str
    due: Money
    wanted: Money


@coded(
    "check.until",
    mark(
        "The day agreed on, {until}, is not one of the {days} days after today, {today}. Agree on another day. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckUntil(Refusal):
    until: str
    days: int
    today: str


@coded(
    "check.cashed",
    mark(
        "Check {case} was turned into cash, not deposited. Undo it with a reversal of its entry. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class CheckWasCashed(Refusal):
    case: str
