"""The words on receipts of checks turned into cash or deposited, and what becomes of them.

The receipt of a deposit is its hold notice (12 CFR 229.13(g)): the account, the day and the amount of the deposit, how
much is held, why, and from which day each part can be paid out.
"""

from __future__ import annotations

from counterfoil.facts import checks as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, pieces, says

TITLES: Titles = {
    "check-cash": mark("Check turned into cash"),
    "check-deposit": mark("Check deposited"),
    "check-settle": mark("Check paid by its bank"),
    "check-return": mark("Check came back unpaid"),
    "check-recover": mark("Payment for a check that came back"),
    "check-write-off": mark("Check borne by the house"),
    "check-agree": mark("Day agreed for a check that came back"),
    "check-give-back": mark("Check given back"),
}

NOTES: Notes = {
    "check-cash": (
        mark(
            "If the check comes back unpaid, you owe what you were paid here, and no fee: the fee is then yours again."
        ),
    ),
    "check-deposit": (
        mark("There is no fee. Each part is yours to take out from the day shown, in the morning, or sooner."),
    ),
    "check-return": (
        mark("There is no fee for this. If something is owed, ask us: you may pay in parts, or agree on a day."),
    ),
    "check-agree": (
        mark("No interest and no fee is added. Until that day we turn checks into cash for you as before."),
    ),
}

TOLD: Told = {
    f.CheckCashed: ("case", "fee", "paid"),
    f.CheckDeposited: ("case", "at_once", "holds", "cash"),
    f.CheckReturned: ("case", "taken_back", "due"),
    f.CheckSettled: ("case",),
}
"""Fact → the fields that the asker needs to go on."""

SORT_WORDS = {
    "treasury": mark("US Treasury check"),
    "state-local": mark("check of a state or a town"),
    "postal-order": mark("postal money order"),
    "cashier": mark("cashier's check"),
    "payroll": mark("payroll check"),
    "personal": mark("personal check"),
}
_WHY = {
    "new-account": mark("the account is new"),
    "large": mark("more than the law's large amount was deposited on one day"),
    "again": mark("the check came back unpaid before"),
    "returns": mark("checks came back unpaid more than once in six months"),
    "doubt": mark("we have reason to doubt that it will be paid"),
    "schedule": mark("the bank it is drawn on needs these days to pay"),
}
_REASONS = {
    "A": mark("not enough money"),
    "B": mark("money not yet collected"),
    "C": mark("payment was stopped"),
    "D": mark("the account is closed"),
    "E": mark("there is no such account"),
    "F": mark("the account is frozen"),
    "G": mark("too old"),
    "H": mark("dated later"),
    "I": mark("the back is not signed"),
    "J": mark("the back is signed wrongly"),
    "K": mark("not signed"),
    "L": mark("signed wrongly"),
    "N": mark("altered"),
    "O": mark("cannot be read"),
    "Q": mark("not allowed by its maker"),
    "S": mark("ask who wrote it"),
    "W": mark("the amount is not clear"),
    "Y": mark("presented twice"),
    "Z": mark("forged"),
}


def _check(case: str, w: Around) -> Line:
    return w.line(mark("Check"), case)


def _sort(sort: str, w: Around) -> Line:
    return w.line(mark("Sort of check"), w.say(SORT_WORDS[sort]) if sort in SORT_WORDS else sort)


@says(f.CheckCashed)
def _cashed(fact: f.CheckCashed, w: Around) -> list[Line]:
    return [
        _check(fact.case, w),
        _sort(fact.sort, w),
        w.line(mark("Dated"), fact.check_date),
        w.line(mark("Amount of the check"), w.money(fact.amount)),
        w.line(mark("Our fee"), w.money(fact.fee)),
        *pieces(fact.count, w),
        w.line(mark("Cash paid to you"), w.money(fact.paid)),
    ]


@says(f.CheckDeposited)
def _deposited(fact: f.CheckDeposited, w: Around) -> list[Line]:
    held = sum(cents for _, cents in fact.holds)
    lines = [
        _check(fact.case, w),
        account_line(fact.account, w),
        _sort(fact.sort, w),
        w.line(mark("Dated"), fact.check_date),
        w.line(mark("Deposited on"), fact.date),
        w.line(mark("Amount of the check"), w.money(fact.amount)),
    ]
    if fact.cash:
        lines.append(w.line(mark("Cash paid to you"), w.money(fact.cash)))
    lines.append(w.line(mark("Yours to use now"), w.money(fact.at_once - fact.cash)))
    if held:
        lines.append(w.line(mark("Held for now"), w.money(held)))
        lines += [(w.say(mark("from {day}"), day=day), w.money(cents)) for day, cents in fact.holds]
        why = _WHY.get(fact.reason)
        lines.append(w.line(mark("Why it is held"), w.say(why) if why else fact.reason))
    return [*lines, *([w.line(mark("The doubt"), fact.doubt)] if fact.doubt else [])]


@says(f.CheckSettled)
def _settled(fact: f.CheckSettled, w: Around) -> list[Line]:
    freed = sum(part[1] for part in fact.freed)
    return [
        _check(fact.case, w),
        *([account_line(fact.account, w)] if fact.account else []),
        w.line(mark("Amount of the check"), w.money(fact.amount)),
        *([w.line(mark("No longer held"), w.money(freed))] if freed else []),
    ]


@says(f.CheckReturned)
def _returned(fact: f.CheckReturned, w: Around) -> list[Line]:
    why = _REASONS.get(fact.reason)
    return [
        _check(fact.case, w),
        w.line(mark("Why it came back"), w.say(why) if why else fact.reason),
        w.line(mark("Amount of the check"), w.money(fact.amount)),
        *([account_line(fact.account, w)] if fact.account else []),
        *([w.line(mark("Taken back from the account"), w.money(fact.taken_back))] if fact.account else []),
        *([w.line(mark("Our fee, yours again"), w.money(fact.fee_back))] if fact.fee_back else []),
        w.line(mark("Owed to us, without a fee"), w.money(fact.due)),
    ]


@says(f.CheckRecovered)
def _recovered(fact: f.CheckRecovered, w: Around) -> list[Line]:
    return [
        _check(fact.case, w),
        *([account_line(fact.account, w)] if fact.account else []),
        *pieces(fact.count, w),
        w.line(mark("Amount"), w.money(fact.amount)),
    ]


@says(f.CheckWrittenOff)
def _written_off(fact: f.CheckWrittenOff, w: Around) -> list[Line]:
    return [
        _check(fact.case, w),
        w.line(mark("Amount"), w.money(fact.amount)),
        w.line(mark("Reason"), fact.reason),
    ]


@says(f.CheckHoldReleased)
def _released(fact: f.CheckHoldReleased, w: Around) -> list[Line]:
    return [_check(fact.case, w), account_line(fact.account, w), w.line(mark("Amount"), w.money(fact.amount))]


@says(f.CheckAgreed)
def _agreed(fact: f.CheckAgreed, w: Around) -> list[Line]:
    return [
        _check(fact.case, w),
        w.line(mark("Amount"), w.money(fact.amount)),
        w.line(mark("To be paid by"), fact.until),
    ]


@says(f.CheckGivenBack)
def _given_back(fact: f.CheckGivenBack, w: Around) -> list[Line]:
    return [
        _check(fact.case, w),
        account_line(fact.account, w),
        w.line(mark("Amount"), w.money(fact.amount)),
        w.line(mark("Reason"), fact.reason),
    ]
