"""Rules that say no to small loans."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded


@coded(
    "loan.unknown",
    mark("There is no loan {loan} here. Look at the number again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanUnknown(Refusal):
    loan: str


@coded(
    "loan.settled",
    mark("Loan {loan} is paid back or taken back. Nothing is owed on it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanSettled(Refusal):
    loan: str


@coded(
    "loan.lost",
    mark("Loan {loan} was given up as lost. Take the money as money recovered. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanLost(Refusal):
    loan: str


@coded(
    "loan.not_lost",
    mark("Loan {loan} was not given up as lost. Take the money as a payment. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanNotLost(Refusal):
    loan: str


@coded(
    "loan.minor",
    mark("Customer {customer} is under age, and no loan is made to a child. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanMinor(Refusal):
    customer: str


@coded(
    "loan.amount",
    mark(
        "A loan here is {least} to {most}, and {asked} was asked for. Ask for an amount between them. Nothing has been "
        "recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanAmount(Refusal):
    least: Money
    most: Money
    asked: Money


@coded(
    "loan.term",
    mark(
        "A loan here runs {low} to {high} weeks, and these payments do not fit in. Choose another number of payments. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanTerm(Refusal):
    low: int
    high: int


@coded(
    "loan.period",
    mark("A loan here is paid back {offered}. Choose one of them. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanPeriod(Refusal):
    offered: str


@coded(
    "loan.first_due",
    mark(
        "The first payment can be due from {first} to {last}, and {asked} was asked for. Choose a day between them. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanFirstDue(Refusal):
    first: str
    last: str
    asked: str


@coded(
    "loan.first_day",
    mark("{asked} is no banking day. Choose {next} or another banking day. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanFirstDay(Refusal):
    asked: str
    next: str


@coded(
    "loan.application",
    mark("There is no application {case} of this customer. Apply first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ApplicationUnknown(Refusal):
    case: str


@coded(
    "loan.declined",
    mark(
        "Application {case} was not approved. Its paper says why. Apply again when things have changed. Nothing has "
        "been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class ApplicationDeclined(Refusal):
    case: str


@coded(
    "loan.used",
    mark("Application {case} was used for loan {loan}. Apply again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ApplicationUsed(Refusal):
    case: str
    loan: str


@coded(
    "loan.stale",
    mark(
        "Application {case} is of {date}, and a decision holds for {days} days. Apply again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class ApplicationStale(Refusal):
    case: str
    date: str
    days: int


@coded(
    "loan.open_already",
    mark(
        "This customer has a loan that is not paid back. One loan at a time: pay it back first. Nothing has been "
        "recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanOpenAlready(Refusal):
    pass


@coded(
    "loan.rollover",
    mark(
        "This customer paid a loan back on {closed}. A new one can be made from {day} on: no loan is paid with "
        "another. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanRollover(Refusal):
    closed: str
    day: str


@coded(
    "loan.year",
    mark(
        "A customer can borrow {limit} in a year. {lent} was lent in the last year, so {room} is left. Ask for that or "
        "less. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanYear(Refusal):
    limit: Money
    lent: Money
    room: Money


@coded(
    "loan.ability",
    mark(
        "A payment of {payment} each time is too much for what is left of a month. Up to {most} fits. Ask for less or "
        "for more payments. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanAbility(Refusal):
    payment: Money
    most: Money


@coded(
    "loan.terms",
    mark(
        "The terms today are {payment} each time, {total} in all, {apr} percent a year. Other terms were shown. Show "
        "these to the customer, then ask again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanTermsDiffer(Refusal):
    payment: Money
    total: Money
    apr: str


@coded(
    "loan.overpaid",
    mark(
        "To pay loan {loan} off today takes exactly {payoff}, and {offered} was offered. Take {payoff}. Nothing has "
        "been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanOverpaid(Refusal):
    loan: str
    payoff: Money
    offered: Money


@coded(
    "loan.twice",
    mark(
        "Loan {loan} is paid once in this visit already. Put both amounts into one payment. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanTwice(Refusal):
    loan: str


@coded(
    "loan.not_due",
    mark(
        "The next payment of loan {loan} is due on {due}. A payment can be put off from that day on. Nothing has been "
        "recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanNotDue(Refusal):
    loan: str
    due: str


@coded(
    "loan.deferred",
    mark(
        "Payments of loan {loan} were put off {times} times, which is all. Take what the customer can pay. Nothing has "
        "been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanDeferredOut(Refusal):
    loan: str
    times: int


@coded(
    "loan.until",
    mark(
        "Put off once, the payment is due on {until}, and {asked} was shown. Show the customer {until}, then ask "
        "again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanUntil(Refusal):
    until: str
    asked: str


@coded(
    "loan.too_early",
    mark(
        "Loan {loan} is {days} days late. It can be given up as lost from {needed} days on. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanTooEarly(Refusal):
    loan: str
    days: int
    needed: int


@coded(
    "loan.dues_account",
    mark(
        "Account {account} is not one of the borrower's own. Payments are taken only from an account that the borrower "
        "owns. Choose one, or leave it out: the loan does not depend on it. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LoanDuesAccount(Refusal):
    account: str


@coded(
    "loan.dues_none",
    mark("No payments of loan {loan} are taken from an account. There is nothing to end. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LoanDuesNone(Refusal):
    loan: str
