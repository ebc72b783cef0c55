"""Decisions about small loans: applied for, agreed and given out, paid, put off, given up, recovered; the day's end.

Always true:

1. Nobody gets terms that she was not shown, and nobody is asked for more than is owed: a loan on other terms than
   today's is refused, and so is a payment beyond the exact payoff (``test_which_refusal_wins``).
2. One loan at a time, and so much a year, by customer: at two windows, in one visit and in one group alike
   (``test_a_loan_asked_at_two_windows``). No loan is paid back with another.
   Nobody lends to a child or to the dead (``test_nobody_lends_to_a_child_or_to_the_dead``).
3. Payments are taken from an account only as the borrower agreed, on the evening of their due date, whole or not at
   all, once, and never from what is held, protected or not hers (``test_a_due_is_taken_as_she_agreed``).
4. A missed payment leads to a free deferral offer; there is no charge of any kind, so no fee on a fee.
5. The day's end is a function of state and date, and what it has said it does not say again
   (``test_the_days_end_says_a_thing_once``).

Rules: 12 CFR 1026.17 to 1026.22 (what is shown), 1002.9 (reasons of a refusal), 32 CFR 232.4 (the hard cap).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

from counterfoil.facts import loans as f
from counterfoil.facts.record import Fact
from counterfoil.kernel.idents import numbered
from counterfoil.kernel.outcomes import Fault, Refusal
from counterfoil.ledger.booked.loans import ALLOWANCE
from counterfoil.office import refusals as office_no
from counterfoil.office import rules
from counterfoil.office.deciding import BREATH, Decisions, Pledges, Prices, Reprices, Services, Step, each
from counterfoil.office.loans import asks as ask
from counterfoil.office.loans import refusals as no
from counterfoil.office.loans.folds import a_year_before, days_between, lent_since
from counterfoil.office.loans.rows import ApplicationRow, LoanRow
from counterfoil.office.people.refusals import PersonDied
from counterfoil.office.people.rights import benefits_left, died, may_draw, owners
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.products import loans as rule
from counterfoil.products.calendar import FED, banking_day_from
from counterfoil.products.exact import whole_half_up

LOAN_LEAD = "5"
"""First digit of a loan's number, so that a clerk sees what it is."""
OPEN_LOAN, ROLLOVER, YEAR, CASH_FLOW = "open-loan", "rollover", "year", "cash-flow"
"""Reasons for a decision of no, told in plain words on its paper (``operations.words.loans``)."""
_ONCE = "loan-pay"
_ORDER = ("interest", "principal")


# What a loan costs


def first_quote(terms: LoanTerms, amount: int, every: str, number: int, on: str, first_due: str | None) -> rule.Quote:
    """The loan as the edition gives it on the day ``on``; without ``first_due``, one whole period later."""
    opened = date.fromisoformat(on)
    first = date.fromisoformat(first_due) if first_due else rule.usual_first_due(opened, every)
    return rule.quote(amount, every, number, opened, first, terms.rate_hundredths, terms.apr_max)


def within_terms(s: State, terms: LoanTerms, amount: int, every: str, number: int) -> Refusal | None:
    """Amount, period and length are what the edition offers."""
    if not terms.amount_min <= amount <= terms.amount_max:
        return no.LoanAmount(*(rules.money(s, one) for one in (terms.amount_min, terms.amount_max, amount)))
    if every not in terms.every:
        return no.LoanPeriod(", ".join(terms.every))
    if not rule.weeks_fit(every, number, terms.weeks_min, terms.weeks_max):
        return no.LoanTerm(terms.weeks_min, terms.weeks_max)
    return None


def first_due_fits(s: State, on: str, every: str, first_due: str) -> Refusal | None:
    """The first due date is a banking day here, and about one period away. Later ones keep to the Federal Reserve's
    days: they were printed when the loan was agreed, and no later edition moves them."""
    first, last = (day.isoformat() for day in rule.first_due_range(date.fromisoformat(on), every))
    if not first <= first_due <= last:
        return no.LoanFirstDue(first, last, first_due)
    closed = frozenset(rules.edition(s).closed)
    banking = banking_day_from(_day(first_due), FED._replace(closed=closed)).isoformat()
    return None if banking == first_due else no.LoanFirstDay(first_due, banking)


# How a loan stands


def interest_on(row: LoanRow, on: str) -> int:
    """Interest to be paid on the day ``on``, whole minor units."""
    return rule.interest_due(row.owed, row.offset, row.rate, days_between(row.opened, row.stopped or on))


def payoff(row: LoanRow, on: str) -> int:
    """What pays the loan off on the day ``on``; after a charge-off, what was lost and has not come back."""
    if row.state in ("charged-off", "recovered"):
        return row.lost - row.recovered
    return row.owed + interest_on(row, on) if row.state == "open" else 0


def next_due(row: LoanRow) -> date:
    """The due date of the oldest payment that is not covered."""
    place = rule.place_due(row.paid, row.payment, row.number)
    return _due_on(row.first_due, row.every, place + row.deferred)


def next_payment(row: LoanRow, on: str) -> int:
    """What is still asked for of the oldest payment that is not covered; the last one pays what is left."""
    place = rule.place_due(row.paid, row.payment, row.number)
    left = payoff(row, max(on, next_due(row).isoformat()))
    return left if place == row.number - 1 else min(left, row.payment * (place + 1) - row.paid)


def days_late(row: LoanRow, on: str) -> int:
    """Days past the oldest due date; 0 on it and before."""
    return max(0, (_day(on) - next_due(row)).days) if row.state == "open" else 0


@lru_cache(maxsize=16_384)
def _due_on(first: str, every: str, place: int) -> date:
    """Many loans have a due date in common."""
    return rule.due_on(_day(first), every, place)


@lru_cache(maxsize=4_096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


# Applications


def decide_apply(a: ask.ApplyForLoan, s: State, by: Sitting) -> Decision:
    """The answer is recorded whatever it is, with its reasons: a no is told in words and not only said."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    terms = rules.offered(s, LoanTerms, "loans")
    if isinstance(terms, Refusal):
        return terms
    refused = rules.in_currency(s, a.currency)
    refused = refused or _may_borrow(s, a.customer)
    refused = refused or within_terms(s, terms, a.amount, a.every, a.number_of_payments)
    if refused:
        return refused
    shown = first_quote(terms, a.amount, a.every, a.number_of_payments, a.date, None)
    room = max(0, terms.year_max - lent_since(s.borrower.get(a.customer), a_year_before(a.date)))
    within = rule.payment_within(a.every, a.left, terms.of_left_max)
    fits = min(
        room, terms.amount_max,
        rule.most_for(within, a.every, a.number_of_payments, shown.opened, shown.first_due, shown.rate),
    )  # fmt: skip
    reasons = [OPEN_LOAN] if _owing(s, a.customer) else []
    reasons += [ROLLOVER] if not reasons and _rollover(s, terms, a.customer, a.date) else []
    reasons += [YEAR] if a.amount > room else []
    reasons += [] if rule.affordable(shown.payment, a.every, a.left, terms.of_left_max) else [CASH_FLOW]
    fact = f.LoanApplied(
        case=f"L{len(s.loan_application.rows) + 1}-{int.from_bytes(by.chance[:3], 'big')}", customer=a.customer,
        amount=a.amount, every=a.every, number_of_payments=a.number_of_payments, date=a.date, details=a.details,
        left=a.left, payment=shown.payment, most=fits if fits >= terms.amount_min else 0,
        decision="no" if reasons else "yes", reasons=reasons,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _may_borrow(s: State, customer: str) -> Refusal | None:
    """A living person who is of age: a contract binds nobody else (12 CFR 1002.6(b)(2)(i) lets age count for that)."""
    if s.customer.get(customer) is None:
        return office_no.CustomerUnknown(customer)
    if died(s, customer):
        return PersonDied(customer)
    row = s.minor.get(customer)
    return no.LoanMinor(customer) if row is not None and row.minor else None


def _owing(s: State, customer: str) -> bool:
    row = s.borrower.get(customer)
    return bool(row and row.owing)


def _rollover(s: State, terms: LoanTerms, customer: str, on: str) -> Refusal | None:
    row = s.borrower.get(customer)
    if row is None or not row.closed:
        return None
    day = (_day(row.closed) + timedelta(days=terms.days_between)).isoformat()
    return no.LoanRollover(row.closed, day) if on < day else None


# Agreed and given out


def decide_open(a: ask.OpenLoan, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """On an approved application, on today's terms and none but those that were shown."""
    refused = rules.at_till(s, a.date, a.till, by)
    if refused:
        return refused
    terms = rules.offered(s, LoanTerms, "loans")
    if isinstance(terms, Refusal):
        return terms
    refused = rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    refused = refused or _may_borrow(s, a.customer)
    if not refused and a.account is not None:
        refused = rules.paying_in(s, a.account)
    if not refused and a.dues_from is not None:
        refused = _hers(s, a.dues_from, a.customer, a.presented_by)
    refused = (
        refused
        or _application(s, terms, a)
        or within_terms(s, terms, a.amount, a.every, a.number_of_payments)
        or first_due_fits(s, a.date, a.every, a.first_due)
        or _one_at_a_time(s, terms, a, pledged)
    )
    if refused:
        return refused
    shown = first_quote(terms, a.amount, a.every, a.number_of_payments, a.date, a.first_due)
    refused = _able(s, terms, a, shown)
    if not refused and (a.payment, a.total, a.apr) != (shown.payment, shown.total, shown.apr_text):
        refused = no.LoanTermsDiffer(rules.money(s, shown.payment), rules.money(s, shown.total), shown.apr_text)
    refused = refused or rules.money_goes(s, a.till, a.account, a.amount, pledged)
    if refused:
        return refused
    fact = f.LoanOpened(
        loan=_free(s, by.chance), customer=a.customer, amount=a.amount, case=a.case, date=a.date, rate=shown.rate,
        every=a.every, number_of_payments=a.number_of_payments, first_due=a.first_due, payment=shown.payment,
        last_payment=shown.last, total=shown.total, apr=shown.apr_text, till=a.till, account=a.account,
        direction="out" if a.account is None else None, presented_by=a.presented_by, on_behalf_of=a.on_behalf_of,
        identification=a.identification, count=_counted(a),
        dues_from=a.dues_from,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _hers(s: State, account: str, customer: str, presented_by: str | None) -> Refusal | None:
    """The account is one that the borrower owns, and whoever says so may draw on it."""
    refused = rules.paying_in(s, account)
    if not refused and customer not in owners(s, account):
        refused = no.LoanDuesAccount(account)
    return refused or rules.paying_out(s, account, presented_by or customer, 0)


def _application(s: State, terms: LoanTerms, a: ask.OpenLoan) -> Refusal | None:
    row = s.loan_application.get(a.case)
    if row is None or row.customer != a.customer:
        return no.ApplicationUnknown(a.case)
    if row.decision != "yes":
        return no.ApplicationDeclined(a.case)
    if row.loan:
        return no.ApplicationUsed(a.case, row.loan)
    if days_between(row.date, a.date) > terms.decision_days:
        return no.ApplicationStale(a.case, row.date, terms.decision_days)
    return None


def _one_at_a_time(s: State, terms: LoanTerms, a: ask.OpenLoan, pledged: Pledged) -> Refusal | None:
    if _owing(s, a.customer) or ("loan", a.customer) in pledged.taken:
        return no.LoanOpenAlready()
    refused = _rollover(s, terms, a.customer, a.date)
    if refused:
        return refused
    lent = lent_since(s.borrower.get(a.customer), a_year_before(a.date))
    if lent + a.amount > terms.year_max:
        left = max(0, terms.year_max - lent)
        return no.LoanYear(*(rules.money(s, one) for one in (terms.year_max, lent, left)))
    return None


def _able(s: State, terms: LoanTerms, a: ask.OpenLoan, shown: rule.Quote) -> Refusal | None:
    row = s.loan_application.get(a.case)
    left = row.left_a_month if isinstance(row, ApplicationRow) else 0
    if rule.affordable(shown.payment, a.every, left, terms.of_left_max):
        return None
    most = rule.payment_within(a.every, left, terms.of_left_max)
    return no.LoanAbility(rules.money(s, shown.payment), rules.money(s, most))


def _free(s: State, chance: bytes) -> str:
    for start in range(0, 32, 8):
        number = numbered(chance[start : start + 8], lead=LOAN_LEAD)
        if s.loan.get(number) is None:
            return number
    raise Fault("no free loan number found: this office has too many")


# Paid


def decide_pay(a: ask.PayLoan, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Any amount up to the payoff, in cash or from an account; split in the order of the edition's table."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    row = s.loan.get(a.loan)
    if row is None:
        return no.LoanUnknown(a.loan)
    if row.state in ("charged-off", "recovered"):
        return no.LoanLost(a.loan)
    if row.state != "open":
        return no.LoanSettled(a.loan)
    refused = _money_in(s, a, payoff(row, a.date), pledged)
    if refused:
        return refused
    terms = rules.edition(s).terms(LoanTerms)
    order = terms.allocation if terms else _ORDER
    interest = interest_on(row, a.date)
    principal, paid = rule.split(a.amount, row.owed, interest, order)
    fact = f.LoanPaid(
        loan=a.loan, amount=a.amount, principal=principal, interest=paid, left=row.owed + interest - a.amount,
        date=a.date, till=a.till, account=a.account, direction="in" if a.account is None else None,
        presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification, count=_counted(a),
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _counted(a: ask.OpenLoan | ask.PayLoan | ask.RecoverLoan) -> Mapping[str, int] | None:
    """The count of the cash; what an account pays or takes is no cash."""
    return a.count if a.account is None else None


def _money_in(s: State, a: ask.PayLoan | ask.RecoverLoan, most: int, pledged: Pledged) -> Refusal | None:
    """Account, then once a visit, then not more than is owed, then the money itself."""
    refused = rules.paying_out(s, a.account, a.presented_by, a.amount) if a.account is not None else None
    if not refused and (_ONCE, a.loan) in pledged.taken:
        refused = no.LoanTwice(a.loan)
    if not refused and a.amount > most:
        refused = no.LoanOverpaid(a.loan, rules.money(s, most), rules.money(s, a.amount))
    return refused or rules.money_there(s, a.till, a.account, a.amount, pledged)


def decide_dues(a: ask.AgreeOnDues, s: State, by: Sitting) -> Decision:
    """Agreed on or ended, at any window and at once. Nobody's loan depends on it (12 CFR 1005.10(e)(1))."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    row = s.loan.get(a.loan)
    if refused or row is None:
        return refused or no.LoanUnknown(a.loan)
    if a.account is None:
        refused = None if row.dues_from else no.LoanDuesNone(a.loan)
    else:
        refused = no.LoanSettled(a.loan) if row.state != "open" else _hers(s, a.account, row.customer, a.presented_by)
    return refused or [Part(a.kind, (f.LoanDuesAgreed(a.loan, a.date, a.account, a.presented_by),))]


# Put off, given up, recovered


def decide_defer(a: ask.DeferPayment, s: State, by: Sitting) -> Decision:
    """Free, so many times a loan, from the due date on; interest goes on by the day on what is owed, and no more."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = s.loan.get(a.loan)
    if row is None:
        return no.LoanUnknown(a.loan)
    if row.state != "open":
        return no.LoanSettled(a.loan)
    due = next_due(row).isoformat()
    if a.date < due:
        return no.LoanNotDue(a.loan, due)
    terms = rules.offered(s, LoanTerms, "loans")
    if isinstance(terms, Refusal):
        return terms
    if row.deferred >= terms.deferrals:
        return no.LoanDeferredOut(a.loan, row.deferred)
    until = next_due(row._replace(deferred=row.deferred + 1)).isoformat()
    if a.until != until:
        return no.LoanUntil(until, a.until)
    return [Part(a.kind, (f.LoanDeferred(a.loan, due, until, a.date),))]


def decide_charge_off(a: ask.ChargeOffLoan, s: State, by: Sitting) -> Decision:
    """Two sign, one a supervisor; only when it is late enough. The debt stays; the house stops counting on it."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = s.loan.get(a.loan)
    if row is None:
        return no.LoanUnknown(a.loan)
    if not row.owed:
        return no.LoanSettled(a.loan)
    refused = rules.two_sign(s, by, one_supervisor=True)
    if refused:
        return refused
    terms = rules.offered(s, LoanTerms, "loans")
    if isinstance(terms, Refusal):
        return terms
    days = days_late(row, a.date)
    if row.state == "open" and days < terms.charge_off_days:
        return no.LoanTooEarly(a.loan, days, terms.charge_off_days)
    interest = interest_on(row, a.date) if row.state == "open" else 0
    return [Part(a.kind, (f.LoanChargedOff(a.loan, row.owed, interest, days, a.reason, a.date),))]


def decide_recover(a: ask.RecoverLoan, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Money on a loan given up as lost, up to what was lost; no interest since."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    row = s.loan.get(a.loan)
    if row is None:
        return no.LoanUnknown(a.loan)
    if row.state in ("paid", "recovered", "reversed"):
        return no.LoanSettled(a.loan)
    if row.state != "charged-off":
        return no.LoanNotLost(a.loan)
    lost = payoff(row, a.date)
    refused = _money_in(s, a, lost, pledged)
    if refused:
        return refused
    fact = f.LoanRecovered(
        loan=a.loan, amount=a.amount, left=lost - a.amount, date=a.date, till=a.till, account=a.account,
        direction="in" if a.account is None else None, presented_by=a.presented_by, on_behalf_of=a.on_behalf_of,
        identification=a.identification, count=_counted(a),
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


# The end of the day


def collected(s: State, on: str) -> Iterator[Fact | None]:
    """Payments that fall due and that the borrower has taken from her account. Whoever is behind pays at the window:
    a payment that could not be taken is not tried again."""

    def lines(key: tuple[str]) -> Iterator[Fact]:
        row = s.loan.rows[key]
        if row.state != "open" or not row.dues_from or next_due(row).isoformat() != on:
            return
        amount = next_payment(row, on)
        if not amount or _may_take(s, row, amount, on):
            return
        terms = s.policy.terms(LoanTerms) if s.policy else None
        interest = interest_on(row, on)
        principal, paid = rule.split(amount, row.owed, interest, terms.allocation if terms else _ORDER)
        yield f.LoanCollected(row.loan, row.dues_from, amount, principal, paid, row.owed + interest - amount, on)

    return each([key for key in _keys(s) if s.loan.rows[key].dues_from], on, _about, lines)


def _may_take(s: State, row: LoanRow, amount: int, on: str) -> Refusal | None:
    """The account pays out, to its owner, and holds so much besides what is held and the benefits that stay hers."""
    account = row.dues_from
    refused = rules.not_frozen(s, account) or may_draw(s, account, row.customer, 0)
    available = rules.owed(s, account)[1]
    return refused or rules.enough(s, account, amount + benefits_left(s, account, available, on))


def missed(s: State, on: str) -> Iterator[Fact | None]:
    """A payment that is past due, once for each due date: the customer is offered to put it off, free."""

    def lines(key: tuple[str]) -> Iterator[Fact]:
        row = s.loan.rows[key]
        if row.state == "open":
            due = next_due(row).isoformat()
            if due < on and row.missed != due:
                yield f.LoanMissed(row.loan, due, next_payment(row, on), on)

    return each(_keys(s), on, _about, lines)


def aged(s: State, on: str) -> Iterator[Fact | None]:
    """Loans that are in another delinquency bucket than they were."""

    def lines(key: tuple[str]) -> Iterator[Fact]:
        row = s.loan.rows[key]
        if row.state == "open":
            days = days_late(row, on)
            bucket = rule.bucket_of(days)
            if bucket != row.bucket:
                yield f.LoanAged(row.loan, bucket, days, on)

    return each(_keys(s), on, _about, lines)


def provided(s: State, on: str) -> Iterator[Fact | None]:
    """What is set aside, if it is not what the edition's table gives on the loans as they stand."""
    owed = dict.fromkeys(rule.BUCKETS, 0)
    for number, key in enumerate(_keys(s), start=1):
        row = s.loan.rows[key]
        if row.state == "open":
            owed[row.bucket] += row.owed
        if not number % BREATH:
            yield None
    terms = s.policy.terms(LoanTerms) if s.policy else None
    percents = {one.bucket: one.percent for one in terms.allowance} if terms else {}
    needed = sum(whole_half_up(percents.get(bucket, 0) * amount * rule.ONE_PERCENT) for bucket, amount in owed.items())
    debits, credits, *_ = s.balance(ALLOWANCE)
    if needed != credits - debits:
        yield f.LoansProvided(needed, credits - debits, on)


def _keys(s: State) -> list[tuple[str]]:
    """The loans as they are now; those opened while their lines are made wait for the next day."""
    return [(key[0],) for key in s.loan.rows]


def _about(key: tuple[str]) -> str:
    return f"loan {key[0]}"


# What the registry takes


def _price(a: ask.OpenLoan, s: State) -> int | Refusal:
    terms = rules.offered(s, LoanTerms, "loans")
    if isinstance(terms, Refusal):
        return terms
    refused = within_terms(s, terms, a.amount, a.every, a.number_of_payments)
    refused = refused or first_due_fits(s, a.date, a.every, a.first_due)
    return refused or first_quote(terms, a.amount, a.every, a.number_of_payments, a.date, a.first_due).interest


def _reprice(fact: f.LoanOpened, edition: Edition) -> tuple[int, int] | None:
    terms = edition.terms(LoanTerms)
    if (
        terms is None
        or not terms.amount_min <= fact.amount <= terms.amount_max
        or fact.every not in terms.every
        or not rule.weeks_fit(fact.every, fact.number_of_payments, terms.weeks_min, terms.weeks_max)
    ):
        return None
    again = first_quote(terms, fact.amount, fact.every, fact.number_of_payments, fact.date, fact.first_due)
    return fact.total - fact.amount, again.interest


def _note_opened(fact: f.LoanOpened, pledged: Pledged) -> None:
    pledged.taken.add(("loan", fact.customer))


def _note_paid(fact: f.LoanPaid | f.LoanRecovered, pledged: Pledged) -> None:
    pledged.taken.add((_ONCE, fact.loan))


SERVICES: Services = {"loan-open": decide_open, "loan-pay": decide_pay, "loan-recover": decide_recover}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {
    "loan-apply": decide_apply,
    "loan-defer": decide_defer,
    "loan-dues": decide_dues,
    "loan-charge-off": decide_charge_off,
}
"""All other kinds."""

PLEDGES: Pledges = {f.LoanOpened: _note_opened, f.LoanPaid: _note_paid, f.LoanRecovered: _note_paid}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = {"loan-open", "loan-pay", "loan-recover"}
"""Kinds whose exact negation by a reversal undoes them whole."""

PRICES: Prices = {"loan-open": _price}

REPRICE: Reprices = {f.LoanOpened: _reprice}

STEPS: tuple[Step, ...] = (
    Step("loan-collect", "day-step", collected),
    Step("loan-dues", "day-step", missed),
    Step("loan-delinquency", "day-step", aged),
    Step("loan-allowance", "day-step", provided),
)
"""What the end of the day does for this product."""
