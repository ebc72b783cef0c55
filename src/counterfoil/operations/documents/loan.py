"""The paper that a borrower gets before she signs: the boxes of Regulation Z (12 CFR 1026.18), and every payment.

Always true:

1. The boxes follow from the payments: total of payments is their sum, the finance charge is that less the amount
   financed, and principal is paid back exactly (``test_the_boxes_add_up``).
2. The annual percentage rate is computed from the same payments and days (``test_the_rate_is_computed``).
3. What is printed is what ``compute`` answers (``test_the_text_of_fifty_loans_is_what_compute_answers``).

The four names of the boxes and their meanings are the words of the rule's model forms. Everything else is plain words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.operations.documents.paper import (
    Block,
    Box,
    Boxes,
    Facts,
    Head,
    Heading,
    Paper,
    Points,
    Signatures,
    Table,
    Words,
    bounded,
    not_below_zero,
    paper_of,
    said,
    who,
)
from counterfoil.products import apr, schedule
from counterfoil.products.exact import rounded_half_up, whole_half_up
from counterfoil.products.unit_periods import first_payment, single_payment


class Due(NamedTuple):
    """One payment of the schedule, in minor units."""

    on: date
    principal: int
    interest: int
    fees: int
    balance: int

    @property
    def total(self) -> int:
        return self.principal + self.interest + self.fees


@dataclass(frozen=True, slots=True)
class Payday:
    """What a payday lender takes: ``fee`` for each ``per`` lent for ``days`` days, as ``source`` said at ``as_of``."""

    fee: int
    per: int
    days: int
    source: str
    as_of: str

    def __post_init__(self) -> None:
        not_below_zero(self.fee, "payday.fee")
        if type(self.per) is not int or self.per < 1 or type(self.days) is not int or not 0 < self.days <= 366:
            raise Malformed("a payday price is a fee for each amount above zero and 1 to 366 days", field="payday")
        said(self.source, "payday.source")
        said(self.as_of, "payday.as_of")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What goes with a loan besides its payments, amounts in minor units.

    ``withheld``: a charge taken out of the money before it is handed over (prepaid finance charge). ``late_fee`` is due
    when a payment is more than ``late_days`` days late; 0 for none. ``cancel_by``: the last day to bring the money back
    at no cost. ``dues_from``: the account of her own that the borrower wants her payments taken from; nobody's loan
    depends on that (12 CFR 1005.10(e)(1)), and the paper says so with and without one
    (``test_payments_from_an_account_are_no_condition``).
    """

    withheld: int = 0
    late_fee: int = 0
    late_days: int = 0
    cancel_by: date | None = None
    payday: Payday | None = None
    dues_from: str = ""

    def __post_init__(self) -> None:
        for name in ("withheld", "late_fee", "late_days"):
            not_below_zero(getattr(self, name), name)
        if self.dues_from:
            said(self.dues_from, "dues_from")


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as it is offered. ``every`` and ``unit``: the time between payments. ``rate_percent``: a year's."""

    head: Head
    given: date
    dues: tuple[Due, ...]
    every: int
    unit: str
    rate_percent: str
    conditions: Conditions = Conditions()
    agreed_apr: str = ""
    """The annual percentage rate of the loan that is on record: counted from the nominal due dates where one that is
    no banking day was moved (1026.17(c)(3)). Left out, it is computed from the days as they stand."""

    def __post_init__(self) -> None:
        bounded(self.dues, "dues")
        if not self.dues or self.dues[-1].balance != 0:
            raise Malformed("a loan has payments, and nothing is owed after the last", field="dues")
        owed, day = self.lent, self.given
        for due in self.dues:
            owed -= due.principal
            if min(due.principal, due.interest, due.fees) < 0 or due.balance != owed:
                raise Malformed(f"the payment of {due.on} does not leave {owed} owed", field="dues")
            if due.on <= day:
                raise Malformed(f"the payment of {due.on} is not after the day before it, {day}", field="dues")
            day = due.on
        if self.conditions.withheld >= self.lent:
            raise Malformed("the charge kept back is less than the loan", field="withheld")

    @property
    def lent(self) -> int:
        """What the borrower owes before the first payment."""
        return sum(due.principal for due in self.dues)

    @property
    def amount_financed(self) -> int:
        """1026.18(b): what is lent, less a prepaid finance charge."""
        return self.lent - self.conditions.withheld

    @property
    def total_of_payments(self) -> int:
        """1026.18(h)."""
        return sum(due.total for due in self.dues)

    @property
    def finance_charge(self) -> int:
        """1026.18(d)."""
        return self.total_of_payments - self.amount_financed

    @property
    def apr_percent(self) -> str:
        """1026.18(e): two decimals, by the actuarial method on what is handed over and paid."""
        if self.agreed_apr:
            return self.agreed_apr
        advances, payments, a_year = flows(self)
        return rounded_half_up(apr.apr_percent(advances, payments, a_year), 2)


def flows(loan: Loan) -> tuple[list[apr.Flow], list[apr.Flow], Fraction]:
    """What is advanced and paid, in minor units, and unit-periods in a year: what ``compute apr`` takes."""
    due = loan.dues[0].on
    first = (
        first_payment(loan.given, due, loan.every, loan.unit) if len(loan.dues) > 1 else single_payment(loan.given, due)
    )
    payments = [
        apr.Flow(Fraction(due.total), 1, first.t + place, first.f)
        for place, due in enumerate(loan.dues)
        if due.total  # A period of grace pays nothing.
    ]
    return [apr.Flow(Fraction(loan.amount_financed))], payments, first.a_year


def loan_of(head: Head, terms: schedule.Terms, conditions: Conditions = Conditions()) -> Loan:
    """The loan of these terms, its payments by ``products.schedule``. ``Malformed`` for money given in parts."""
    if terms.events:
        raise Malformed("a loan on paper is given at once, at one rate", field="further_disbursements")
    if terms.convention == "opencbs_fixed_principal":
        raise Malformed("a rate per period is no yearly rate: this paper takes another convention", field="convention")
    steps = 10 ** currency(head.currency).exponent
    return Loan(
        head=head,
        given=terms.start,
        dues=tuple(
            Due(row.due, *(_minor(part, steps) for part in (row.principal, row.interest, row.fees, row.balance)))
            for row in schedule.schedule(terms)
        ),
        every=terms.every,
        unit=terms.unit,
        rate_percent=_plain(terms.rate * 100),
        conditions=conditions,
    )


def _minor(amount: Fraction, steps: int) -> int:
    minor = amount * steps
    if minor.denominator != 1:
        raise Malformed("the schedule has parts of a minor unit, which nobody can pay", field="currency_decimals")
    return minor.numerator


def _plain(percent: Fraction) -> str:
    """As many decimals as are needed, up to six."""
    text = rounded_half_up(percent, 6).rstrip("0")
    return text + "00" if text.endswith(".") else text


def loan_paper(loan: Loan, words: Words) -> Paper:
    """The disclosure: boxes, payments in short, rights and duties, the price elsewhere, and every payment."""
    rate = f"{loan.apr_percent}%"
    blocks: list[Block] = [
        who(loan.head, words, (words.say(mark("Loan given on")), words.day(loan.given))),
        Boxes(tuple(_boxes(loan, rate, words))),
        Heading(words.say(mark("When you pay"))),
        _in_short(loan, words),
        Heading(words.say(mark("Where the money goes"))),
        Facts(tuple(_itemized(loan, words))),
        Heading(words.say(mark("What you should know"))),
        Points(tuple(_duties(loan, words))),
    ]
    if loan.conditions.payday is not None:
        blocks += [
            Heading(words.say(mark("What it costs elsewhere"))),
            *_elsewhere(loan, loan.conditions.payday, rate, words),
        ]
    blocks += [
        Heading(words.say(mark("Every payment"))),
        _every(loan, words),
        Signatures(
            (
                words.say(mark("I got a copy of this paper before I signed for the loan.")),
                *([words.say(mark("Take my payments from my account."))] if loan.conditions.dues_from else []),
            )
        ),
    ]
    return paper_of(
        "loan", loan.head, words, blocks, title=mark("What this loan costs"),
        subtitle=mark("Truth in Lending disclosure"),
    )  # fmt: skip


def _boxes(loan: Loan, rate: str, words: Words) -> list[Box]:
    """The names and meanings are those of Regulation Z's model form H-2."""
    return [
        Box(
            words.say(mark("ANNUAL PERCENTAGE RATE")),
            words.say(mark("The cost of your credit as a yearly rate.")),
            rate,
            strong=True,
        ),
        Box(
            words.say(mark("FINANCE CHARGE")),
            words.say(mark("The dollar amount the credit will cost you.")),
            words.money(loan.finance_charge),
            strong=True,
        ),
        Box(
            words.say(mark("Amount financed")),
            words.say(mark("The amount of credit provided to you or on your behalf.")),
            words.money(loan.amount_financed),
        ),
        Box(
            words.say(mark("Total of payments")),
            words.say(mark("The amount you will have paid after you have made all payments as scheduled.")),
            words.money(loan.total_of_payments),
        ),
    ]


def _in_short(loan: Loan, words: Words) -> Table:
    """1026.18(g): the number, amounts and timing of payments."""
    rows = []
    for total, group in groupby(loan.dues, key=lambda due: due.total):
        same = list(group)
        when = words.day(same[0].on)
        if len(same) > 1:
            when = words.say(
                mark("{rhythm}, from {first} to {last}"),
                rhythm=rhythm(loan.every, loan.unit, words),
                first=words.day(same[0].on),
                last=words.day(same[-1].on),
            )
        rows.append((str(len(same)), words.money(total), when))
    columns = (
        words.column(mark("Payments"), figures=True),
        words.column(mark("Amount of each"), figures=True),
        words.column(mark("When they are due")),
    )
    return Table(columns, tuple(rows))


_RHYTHMS = {
    (1, "DAYS"): mark("Each day"), (1, "WEEKS"): mark("Each week"), (1, "MONTHS"): mark("Each month"),
    (14, "DAYS"): mark("Every 2 weeks"), (2, "WEEKS"): mark("Every 2 weeks"),
    (1, "HALF-MONTHS"): mark("Twice a month"),
}  # fmt: skip
_EVERY = {
    "DAYS": mark("Every {count} days"), "WEEKS": mark("Every {count} weeks"), "MONTHS": mark("Every {count} months"),
}  # fmt: skip


def rhythm(every: int, unit: str, words: Words) -> str:
    """How often a payment is due."""
    known = _RHYTHMS.get((every, unit))
    return words.say(known) if known else words.say(_EVERY[unit], count=every)


def _itemized(loan: Loan, words: Words) -> list[tuple[str, str]]:
    """1026.18(c): where the amount financed goes."""
    withheld = loan.conditions.withheld
    kept = [(words.say(mark("Charge kept back at the start")), words.money(withheld))] if withheld else []
    return [
        (words.say(mark("You borrow")), words.money(loan.lent)),
        *kept,
        (words.say(mark("You get")), words.money(loan.amount_financed)),
        (words.say(mark("Interest rate for a year")), f"{loan.rate_percent}%"),
    ]


def _duties(loan: Loan, words: Words) -> list[str]:
    """1026.18(i) to (p), and what this bank adds."""
    first = words.say(
        mark("Pay early: you may pay back a part or all of it on any day. It is free, and you pay less interest.")
    )
    kept = words.say(mark("The charge kept back at the start is not given back if you pay early."))
    late = words.say(mark("Pay late: there is no late fee."))
    if loan.conditions.late_fee:
        late = words.say(
            mark("Pay late: if a payment is more than {days} days late, you pay {fee}."),
            days=loan.conditions.late_days,
            fee=words.money(loan.conditions.late_fee),
        )
    cancel = (
        words.say(
            mark("Change your mind: bring back {amount} by {day}, and you owe nothing."),
            amount=words.money(loan.amount_financed),
            day=words.day(loan.conditions.cancel_by),
        )
        if loan.conditions.cancel_by
        else ""
    )
    rest = [
        _taken(loan.conditions.dues_from, words),
        words.say(mark("Cannot pay: tell us. Before we charge anything, we offer you a later day. That is free.")),
        words.say(mark("No new loan to pay this one: we do not renew a loan for a fee.")),
        words.say(mark("No pledge: nothing you own is security for this loan. You need not buy insurance.")),
        words.say(mark("Your loan contract says more about not paying, about when we may ask for all of it, "
                       "and about paying early.")),
    ]  # fmt: skip
    return [first, *([kept] if loan.conditions.withheld else []), late, *([cancel] if cancel else []), *rest]


def _taken(account: str, words: Words) -> str:
    """Regulation E, 1005.10(b) and (e)(1): what was agreed, that it was free to agree, and how it ends."""
    if not account:
        return words.say(
            mark("Your account: we take no payment from it unless you ask us to. The loan and its price are the same.")
        )
    return words.say(
        mark(
            "Your account: you asked us to take each payment, on the day it is due, from your account ending in "
            "{last}. We try once. You do not have to do this: the loan and its price are the same without it. Stop it "
            "on any day: ask at any window. It is free."
        ),
        last=account[-4:],
    )


def _elsewhere(loan: Loan, payday: Payday, rate: str, words: Words) -> list[Block]:
    cost = payday_cost(loan, payday)
    theirs = rounded_half_up(Fraction(payday.fee * 100 * 365, payday.per * payday.days), 2)
    columns = (
        words.column(mark("The same money")),
        words.column(mark("Here"), figures=True),
        words.column(mark("Payday lender"), figures=True),
    )
    rows = (
        (words.say(mark("You borrow")), words.money(loan.lent), words.money(loan.lent)),
        (words.say(mark("You pay for it")), words.money(loan.finance_charge), words.money(cost)),
        (words.say(mark("Rate for a year")), rate, f"{theirs}%"),
    )
    told = words.say(
        mark("The payday price: {fee} for each {per} and {days} days, {times} times in a row. "
             "Source: {source}; from {as_of}."),
        fee=words.money(payday.fee), per=words.money(payday.per), days=payday.days, times=payday_times(loan, payday),
        source=payday.source, as_of=payday.as_of,
    )  # fmt: skip
    saved = cost - loan.finance_charge
    less = [words.say(mark("Here you pay {amount} less."), amount=words.money(saved))] if saved > 0 else []
    return [Table(columns, rows), Points((*less, told))]


def payday_times(loan: Loan, payday: Payday) -> int:
    """How often a payday loan is taken again until the day of the last payment."""
    return -(-(loan.dues[-1].on - loan.given).days // payday.days)


def payday_cost(loan: Loan, payday: Payday) -> int:
    """What the same money costs at the payday price until the last payment, each fee to the nearest minor unit."""
    return whole_half_up(Fraction(loan.lent * payday.fee, payday.per)) * payday_times(loan, payday)


def _every(loan: Loan, words: Words) -> Table:
    fees = any(due.fees for due in loan.dues)
    columns = [
        words.column(mark("No."), figures=True),
        words.column(mark("Due on"), short=True),
        words.column(mark("Payment"), figures=True),
        words.column(mark("Pays back"), figures=True),
        words.column(mark("Interest"), figures=True),
        *([words.column(mark("Fees"), figures=True)] if fees else []),
        words.column(mark("Still owed"), figures=True),
    ]
    rows = [_row(str(number), words.day(due.on), due, words, fees) for number, due in enumerate(loan.dues, start=1)]
    interest, charged = sum(due.interest for due in loan.dues), sum(due.fees for due in loan.dues)
    added = Due(loan.dues[-1].on, loan.lent, interest, charged, 0)
    rows.append((*_row("", words.say(mark("In all")), added, words, fees)[:-1], ""))
    return Table(tuple(columns), tuple(rows), total=True)


def _row(number: str, when: str, due: Due, words: Words, fees: bool) -> tuple[str, ...]:
    parts: Sequence[int] = (due.total, due.principal, due.interest, *((due.fees,) if fees else ()), due.balance)
    return (number, when, *(words.money(part) for part in parts))
