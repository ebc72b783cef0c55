"""Rules that say no to bills paid at the window."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded

SAID_IN_REFUSALS = (
    mark("waiting"), mark("stopped"), mark("sent"), mark("confirmed"), mark("came-back"), mark("refunded"),
    mark("called-back"),
)  # fmt: skip


@coded(
    "bill.biller",
    mark("{biller} is not in the directory of billers. Offer a money order instead. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class BillerUnknown(Refusal):
    biller: str


@coded(
    "bill.reference",
    mark(
        "{reference} is no customer number of {title}: it looks like {form} (9: a digit, A: a letter, X: either) and a "
        "digit may be wrong. Look at the bill again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillReference(Refusal):
    reference: str
    title: str
    form: str


@coded(
    "bill.day",
    mark(
        "A bill goes today or on one of the {days} days after it, and {asked} was asked for. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillDay(Refusal):
    asked: str
    days: int


@coded(
    "bill.fee",
    mark(
        "The fee for a bill of {title} is {fee}, and {asked} was asked for. Tell the customer the right fee first. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillFee(Refusal):
    title: str
    fee: Money
    asked: Money


@coded(
    "bill.limit",
    mark(
        "{title} takes from {least} to {most} at a time, and {wanted} was asked for. Change the amount. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillLimit(Refusal):
    title: str
    least: Money
    most: Money
    wanted: Money


@coded(
    "bill.papers",
    mark(
        "For a bill above {above} we write down who pays, and one of these papers is shown: {papers}. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillPapers(Refusal):
    above: Money
    papers: str


@coded(
    "bill.unknown",
    mark("There is no bill {case} here. Look at its receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class BillUnknown(Refusal):
    case: str


@coded(
    "bill.state",
    mark("Bill {case} is in state “{state}”, so this cannot be done with it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class BillInState(Refusal):
    case: str
    state: str


@coded(
    "bill.until",
    mark(
        "A stop lasts through today or a day on or before {last}, or until it is lifted. {asked} was asked for. Leave "
        "the day out, or choose another. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillStopDay(Refusal):
    last: str
    asked: str


@coded(
    "bill.unmatched",
    mark(
        "No money of {amount} with the mark “{tag}” rests here without a bill. Look at the mark again, or leave it out "
        "if the money came back just now. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillMoneyNotHere(Refusal):
    tag: str
    amount: Money


@coded(
    "bill.account",
    mark(
        "Bill {case} was paid from account {account}, so its money goes back there. Name that account. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BillAccount(Refusal):
    case: str
    account: str
