"""The words on receipts of small loans.

A refused application's paper is the notice of 12 CFR 1002.9: each reason in plain words, and what would change it.
"""

from __future__ import annotations

from counterfoil.facts import loans as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, pieces, says

TITLES: Titles = {
    "loan-apply": mark("Loan application"),
    "loan-open": mark("Loan"),
    "loan-pay": mark("Loan payment"),
    "loan-defer": mark("Loan payment put off"),
    "loan-charge-off": mark("Loan given up as lost"),
    "loan-recover": mark("Money on a lost loan"),
    "loan-dues": mark("Loan payments from your account"),
}

NOTES: Notes = {
    "loan-apply": (
        mark(
            "We looked at what is left of your month after rent and other bills, and at the loans you have here. "
            "We used no score and asked no one else. If a figure is wrong, tell us and apply again at no cost."
        ),
    ),
    "loan-open": (
        mark(
            "The finance charge is all that this loan costs. There is no fee. You may pay more or pay it off on any "
            "day: then you pay less interest. If you cannot pay on a due date, come in: you can put a payment off, "
            "free."
        ),
        mark("A loan is never paid with another loan here."),
    ),
    "loan-pay": (mark("Interest runs by the day, and only on what you still owe."),),
    "loan-defer": (
        mark(
            "There is no charge for this. Interest goes on by the day on what you owe. All later payments move by one "
            "period too."
        ),
    ),
    "loan-dues": (
        mark(
            "Your loan does not depend on this. You may end it at any window, on any day before a payment is due, and "
            "pay in cash. We try once, on the evening of the due date: if your account has too little, nothing is "
            "taken and nothing is charged."
        ),
    ),
    "loan-recover": (mark("No interest runs on this loan any more."),),
}

TOLD: Told = {
    f.LoanApplied: ("case", "decision", "reasons", "payment", "most"),
    f.LoanOpened: ("loan", "payment", "last_payment", "total", "apr"),
    f.LoanPaid: ("principal", "interest", "left"),
    f.LoanDeferred: ("until",),
    f.LoanDuesAgreed: ("account",),
    f.LoanChargedOff: ("amount", "interest"),
    f.LoanRecovered: ("left",),
}
"""Fact → the fields that the asker needs to go on."""

REASONS = {
    "open-loan": mark("You have a loan that is not paid back yet. One loan at a time: pay it back first."),
    "rollover": mark("You have just paid a loan back. A new one can be made on a later day."),
    "year": mark("With this loan you would have borrowed more than the limit of one year."),
    "cash-flow": mark("After rent and other bills, too little is left of your month for these payments."),
}
"""Reason of a refused application → how it is told."""
EVERY = {
    "weekly": mark("every week"),
    "biweekly": mark("every 2 weeks"),
    "semimonthly": mark("twice a month"),
    "monthly": mark("every month"),
}
_DECISIONS = {"yes": mark("approved"), "no": mark("not approved")}
BUCKETS = {
    "current": mark("not late"),
    "1-29": mark("1 to 29 days late"),
    "30-59": mark("30 to 59 days late"),
    "60-89": mark("60 to 89 days late"),
    "90+": mark("90 days late or more"),
}


def loan_line(loan: str, w: Around) -> Line:
    """The last four digits, as of an account."""
    return w.line(mark("Loan ending in"), loan[-4:])


@says(f.LoanApplied)
def _applied(fact: f.LoanApplied, w: Around) -> list[Line]:
    reasons = [(w.say(REASONS.get(str(one), str(one))), "") for one in fact.reasons]
    return [
        w.line(mark("Application"), fact.case),
        w.line(mark("Amount asked for"), w.money(fact.amount)),
        w.line(mark("Payments"), f"{fact.number_of_payments} × {w.money(fact.payment)}"),
        w.line(mark("How often"), w.say(EVERY.get(fact.every, fact.every))),
        w.line(mark("Left of a month"), w.money(fact.left)),
        w.line(mark("Decision"), w.say(_DECISIONS.get(fact.decision, fact.decision))),
        *reasons,
        *([w.line(mark("You could borrow up to"), w.money(fact.most))] if reasons and fact.most else []),
    ]


@says(f.LoanOpened)
def _opened(fact: f.LoanOpened, w: Around) -> list[Line]:
    way = account_line(fact.account, w) if fact.account else w.line(mark("Cash paid to you"), w.money(fact.amount))
    equal = fact.number_of_payments - 1
    lines = [(f"{equal} × {w.money(fact.payment)}", w.money(equal * fact.payment))] if equal else []
    return [
        w.line(mark("Loan number"), fact.loan),
        w.line(mark("Amount financed"), w.money(fact.amount)),
        w.line(mark("FINANCE CHARGE"), w.money(fact.total - fact.amount)),
        w.line(mark("ANNUAL PERCENTAGE RATE"), f"{fact.apr} %"),
        w.line(mark("Total of payments"), w.money(fact.total)),
        w.line(mark("How often"), w.say(EVERY.get(fact.every, fact.every))),
        w.line(mark("First payment due"), fact.first_due),
        *lines,
        w.line(mark("Last payment"), w.money(fact.last_payment)),
        *pieces(fact.count, w),
        way,
        *(_from(fact.dues_from, w) if fact.dues_from else []),
    ]


def _from(account: str, w: Around) -> list[Line]:
    return [
        w.line(mark("Payments are taken from the account ending in"), account[-4:]),
        w.line(mark("You may stop this on any day, at any window. It is free.")),
    ]


@says(f.LoanDuesAgreed)
def _dues(fact: f.LoanDuesAgreed, w: Around) -> list[Line]:
    ended = [w.line(mark("Payments are taken from no account any more"))]
    return [loan_line(fact.loan, w), *(_from(fact.account, w) if fact.account else ended)]


@says(f.LoanCollected)
def _collected(fact: f.LoanCollected, w: Around) -> list[Line]:
    return [
        loan_line(fact.loan, w),
        account_line(fact.account, w),
        w.line(mark("Paid"), w.money(fact.amount)),
        w.line(mark("of it interest"), w.money(fact.interest)),
        w.line(mark("of it paid back"), w.money(fact.principal)),
        w.line(mark("Still owed today"), w.money(fact.left)),
    ]


@says(f.LoanPaid)
def _paid(fact: f.LoanPaid, w: Around) -> list[Line]:
    return [
        loan_line(fact.loan, w),
        *pieces(fact.count, w),
        *([account_line(fact.account, w)] if fact.account else []),
        w.line(mark("Paid"), w.money(fact.amount)),
        w.line(mark("of it interest"), w.money(fact.interest)),
        w.line(mark("of it paid back"), w.money(fact.principal)),
        w.line(mark("Still owed today"), w.money(fact.left)),
        *([w.line(mark("This loan is paid back. Thank you."))] if not fact.left else []),
    ]


@says(f.LoanDeferred)
def _deferred(fact: f.LoanDeferred, w: Around) -> list[Line]:
    return [
        loan_line(fact.loan, w),
        w.line(mark("Was due"), fact.due),
        w.line(mark("Now due"), fact.until),
        w.line(mark("Charge for this"), w.money(0)),
    ]


@says(f.LoanChargedOff)
def _charged_off(fact: f.LoanChargedOff, w: Around) -> list[Line]:
    return [
        loan_line(fact.loan, w),
        w.line(mark("Principal lost"), w.money(fact.amount)),
        w.line(mark("Interest not paid"), w.money(fact.interest)),
        w.line(mark("Days late"), fact.days),
        w.line(mark("Reason"), fact.reason),
    ]


@says(f.LoanRecovered)
def _recovered(fact: f.LoanRecovered, w: Around) -> list[Line]:
    return [
        loan_line(fact.loan, w),
        *pieces(fact.count, w),
        *([account_line(fact.account, w)] if fact.account else []),
        w.line(mark("Paid"), w.money(fact.amount)),
        w.line(mark("Still owed today"), w.money(fact.left)),
    ]


@says(f.LoanMissed)
def _missed(fact: f.LoanMissed, w: Around) -> list[Line]:
    return [
        loan_line(fact.loan, w),
        w.line(mark("Was due"), fact.due),
        w.line(mark("Payment asked for"), w.money(fact.amount)),
    ]


@says(f.LoanAged)
def _aged(fact: f.LoanAged, w: Around) -> list[Line]:
    return [loan_line(fact.loan, w), w.line(mark("How late"), w.say(BUCKETS.get(fact.bucket, fact.bucket)))]


@says(f.LoansProvided)
def _provided(fact: f.LoansProvided, w: Around) -> list[Line]:
    return [w.line(mark("Before"), w.money(fact.before)), w.line(mark("Set aside now"), w.money(fact.amount))]
