"""Decisions about checks turned into cash or deposited, and what becomes of them.

Always true:

1. One check is taken once: at any window, in one visit, and after it came back (``test_a_check_is_presented_once``).
2. What a check that came back costs is what was paid out on it, and never a charge besides
   (``test_a_returned_check_costs_no_fee``); turning another into cash waits until that is paid or agreed on.
3. What one customer turns into cash in a day is counted over all windows, so many checks just under a line are seen as
   what they are together (``test_checks_just_under_the_line_are_seen``).

Not offered: accounts that write checks (so no check is on us), checks made over by another payee, checks from abroad.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from counterfoil.compliance import check_deposits as holds
from counterfoil.facts import checks as f
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import local_time_of, months_later
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as base
from counterfoil.office import rules
from counterfoil.office.checks import asks as ask
from counterfoil.office.checks import refusals as no
from counterfoil.office.checks.folds import plan_of
from counterfoil.office.checks.rows import CheckDueRow, CheckItemRow, CheckPartRow
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step, each
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.checks import CheckSort, CheckTerms
from counterfoil.products.calendar import FED, add_banking_days, calendar_of
from counterfoil.products.returned import OF_MONEY

CASE_LEAD = "K"
_BACK_OFFICE = ("supervisor", "postmaster", "operations")


def _terms(s: State) -> CheckTerms | Refusal:
    return rules.offered(s, CheckTerms, "check-cash")


def _sort(s: State, name: str, *, cashed: bool) -> CheckSort | Refusal:
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    taken = {key: sort for key, sort in terms.sorts.items() if sort.each or not cashed}
    return taken[name] if name in taken else no.CheckSortUnknown(name, ", ".join(sorted(taken)))


def _dated(a: ask.CashCheck | ask.DepositCheck, sort: CheckSort) -> Refusal | None:
    """Not of a later day, and not stale: UCC 4-404 (six months), for Treasury checks 31 CFR 240.5 (a year)."""
    written, today = date.fromisoformat(a.check_date), date.fromisoformat(a.date)
    if written > today:
        return no.CheckAhead(a.check_date, a.date)
    return no.CheckStale(a.check_date, sort.stale_months) if months_later(written, sort.stale_months) < today else None


def _seen(s: State, fingerprint: bytes, today: str, pledged: Pledged, *, again: bool) -> Refusal | None:
    """Whether this very check was taken before, in this visit or ever."""
    mark = f"check:{fingerprint.hex()}"
    in_visit = next((which for what, which in pledged.taken if what == mark), None)
    if in_visit is not None:
        return no.CheckTwice(in_visit, today)
    row = s.check_seen.get(fingerprint)
    item = s.check_item.get(row.case) if row is not None else None
    if row is None or not (row.case or row.times):
        return None
    if item is not None and item.state not in ("returned", "written-off"):
        return no.CheckTwice(item.case, item.date)
    if not again or (item is not None and not _may_try_again(s, item)):
        return no.CheckCameBack()
    return None


def _may_try_again(s: State, item: CheckItemRow) -> bool:
    due = s.check_due.get(item.case)
    return item.state == "returned" and item.reason in OF_MONEY and (due is None or due.due == 0)


def _owing(s: State, debtor: str, today: str, pledged: Pledged) -> Refusal | None:
    """Nothing is owed for a returned check, or a day was agreed on that has not passed."""
    if s.check_debtor.get(debtor) is None:
        return None
    for row in s.check_due.all():
        due = row.due - pledged.sums.get(("check-due", row.case), 0)
        if row.debtor == debtor and due > 0 and not (row.until and today <= row.until):
            return no.CheckOwed(debtor, row.case, rules.money(s, due))
    return None


def _case(s: State, by: Sitting, pledged: Pledged) -> str:
    number = len(s.check_item.rows) + pledged.sums.get(("check-made", ""), 0) + 1
    return f"{CASE_LEAD}{number}-{int.from_bytes(by.chance[:3], 'big')}"


def _back_office(s: State, by: Sitting) -> Refusal | None:
    """What banks tell us is entered by a supervisor or the back office, or by the system when a file says it."""
    rows = [s.clerk.get(clerk) for clerk in by.signers]
    if not rows or any(row is not None and row.role in _BACK_OFFICE for row in rows):
        return None
    return base.RoleNeeded("supervisor")


def decide_cash(a: ask.CashCheck, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """A check for cash now, less the fee."""
    refused: Refusal | None = (
        rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    )
    for person in (a.customer, a.on_behalf_of):
        if not refused and person is not None and s.customer.get(person) is None:
            refused = base.CustomerUnknown(person)
    if refused:
        return refused
    terms, sort = _terms(s), _sort(s, a.sort, cashed=True)
    if isinstance(terms, Refusal):
        return terms
    if isinstance(sort, Refusal):
        return sort
    refused = (
        _dated(a, sort)
        or _seen(s, a.fingerprint, a.date, pledged, again=False)
        or _owing(s, a.customer, a.date, pledged)
    )
    if refused:
        return refused
    fee = sort.fee(a.amount)
    if fee != a.fee:
        return no.CheckFee(rules.money(s, fee), rules.money(s, a.fee))
    total = _cashed_today(s, a, pledged)[1] + a.amount
    refused = _within(a, s, terms, sort, by, pledged) or rules.till_has(s, a.till, a.amount - fee, pledged)
    if refused:
        return refused
    fact = f.CheckCashed(
        case=_case(s, by, pledged), sort=a.sort, customer=a.customer, till=a.till, amount=a.amount, fee=fee,
        paid=a.amount - fee, routing=a.routing, fingerprint=a.fingerprint, details=a.details, check_date=a.check_date,
        date=a.date, day_total=total, presented_by=a.customer, on_behalf_of=a.on_behalf_of,
        identification=a.identification, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _cashed_today(s: State, a: ask.CashCheck, pledged: Pledged) -> tuple[int, int]:
    """(number, amount) of the checks that the customer has turned into cash today, at every window."""
    row = s.check_day.get(a.customer, a.date)
    number, amount = (row.number, row.amount) if row else (0, 0)
    return (
        number + pledged.sums.get(("check-number", a.customer), 0),
        amount + pledged.sums.get(("check-cashed", a.customer), 0),
    )


def _within(
    a: ask.CashCheck, s: State, terms: CheckTerms, sort: CheckSort, by: Sitting, pledged: Pledged
) -> Refusal | None:
    """The limits of a check and of a customer's day, her papers, and the second signature."""
    number, done = _cashed_today(s, a, pledged)
    total = done + a.amount
    if a.amount > sort.each:
        return no.CheckOverLimit(rules.money(s, sort.each), rules.money(s, a.amount))
    if total > terms.day_most:
        return no.CheckOverDay(a.customer, rules.money(s, terms.day_most), rules.money(s, done))
    if number >= terms.day_number:
        return no.CheckOverNumber(a.customer, terms.day_number)
    if total > terms.papers_above and a.identification not in terms.papers:
        return no.CheckPapers(rules.money(s, total), rules.money(s, terms.papers_above), ", ".join(terms.papers))
    return rules.approved(by, total, terms.approval_above)


def decide_deposit(a: ask.DepositCheck, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """A check into an account, without a fee: part of it at once, the rest held until its days."""
    refused: Refusal | None = (
        rules.at_till(s, a.date, a.till, by)
        or rules.in_currency(s, a.currency)
        or (rules.paying_out(s, a.account, a.presented_by, a.cash) if a.cash else rules.paying_in(s, a.account))
    )
    if refused:
        return refused
    terms, sort = _terms(s), _sort(s, a.sort, cashed=False)
    if isinstance(terms, Refusal):
        return terms
    if isinstance(sort, Refusal):
        return sort
    refused = _dated(a, sort) or _seen(s, a.fingerprint, a.date, pledged, again=a.again)
    if not refused and a.doubt is not None:
        refused = _back_office(s, by)
    if refused:
        return refused
    customer = rules.the_holding(s, a.account).customer
    day, held = _held(a, s, by, terms, customer or a.account, pledged)
    if a.cash > held.at_once:
        return no.CheckCashPart(rules.money(s, held.at_once), rules.money(s, a.cash))
    refused = rules.taken_in(s, a.account, a.amount, pledged) or rules.till_has(s, a.till, a.cash, pledged)
    if refused:
        return refused
    fact = f.CheckDeposited(
        case=_case(s, by, pledged), sort=a.sort, account=a.account, till=a.till, amount=a.amount, routing=a.routing,
        fingerprint=a.fingerprint, details=a.details, check_date=a.check_date, date=a.date,
        banking_day=day.isoformat(), at_once=held.at_once,
        holds=[[on.isoformat(), cents] for on, cents in held.parts], reason=held.reason, cash=a.cash,
        customer=customer, doubt=a.doubt, presented_by=a.presented_by, on_behalf_of=a.on_behalf_of,
        identification=a.identification,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _held(
    a: ask.DepositCheck, s: State, by: Sitting, terms: CheckTerms, debtor: str, pledged: Pledged
) -> tuple[date, holds.Holds]:
    """The banking day of the deposit, and from when it can be paid out."""
    zone = s.current.zone if s.current else "UTC"
    local = local_time_of(by.now, zone)
    late = local.date().isoformat() != a.date  # Past midnight the business day is still open: after any cut-off.
    minute, calendar = 1_439 if late else local.hour * 60 + local.minute, calendar_of(rules.edition(s))
    day = holds.banking_day(terms.holds, date.fromisoformat(a.date), minute, calendar)
    plan = plan_of(s.check_plan.get(debtor, day.isoformat()))
    whose = f"{debtor}/{day.isoformat()}"
    for (what, owner), cents in pledged.sums.items():
        if owner == whose:
            plan[what] = plan.get(what, 0) + cents
    opened = rules.the_holding(s, a.account).opened
    return day, holds.holds_of(
        terms.holds, sort=a.sort, amount=a.amount, day=day, opened=date.fromisoformat(opened) if opened else None,
        again=a.again, returns=_returns(s, debtor, day), doubted=a.doubt is not None, before=plan,
        calendar=calendar,
    )  # fmt: skip


def _returns(s: State, debtor: str, day: date) -> int:
    """Checks of the last six months that came back and that the account did not cover."""
    if s.check_debtor.get(debtor) is None:
        return 0
    since = holds.six_months_before(day).isoformat()
    return sum(row.debtor == debtor and row.date >= since for row in s.check_due.rows.values())


def _item(s: State, case: str, *states: str) -> CheckItemRow | Refusal:
    row = s.check_item.get(case)
    if row is None:
        return no.CheckUnknown(case)
    return row if row.state in states else no.CheckInState(case, row.state)


def _parts(s: State, case: str) -> list[CheckPartRow]:
    """The parts of a deposit that are still held."""
    found, part = [], 0
    while (row := s.check_part.get(case, part)) is not None:
        found += [row] if row.state == "held" else []
        part += 1
    return found


def _freed(parts: list[CheckPartRow]) -> list[list[object]]:
    return [[row.part, row.amount, row.pending] for row in parts]


def decide_settle(a: ask.SettleCheck, s: State, by: Sitting) -> Decision:
    """The bank has paid: what is still held is free at once."""
    refused = rules.open_day(s, a.date, by) or _back_office(s, by)
    if refused:
        return refused
    item = _item(s, a.case, "collecting")
    if isinstance(item, Refusal):
        return item
    freed = _freed(_parts(s, a.case))
    return [Part(a.kind, (f.CheckSettled(a.case, item.amount, a.date, freed, item.account),))]


def decide_return(a: ask.ReturnCheck, s: State, by: Sitting) -> Decision:
    """It came back unpaid. A deposit is taken back from what is held, then from the balance; the rest is owed."""
    refused = rules.open_day(s, a.date, by) or _back_office(s, by)
    if refused:
        return refused
    item = _item(s, a.case, "collecting", "settled")
    if isinstance(item, Refusal):
        return item
    parts, taken_back = _parts(s, a.case), 0
    if item.account is not None:
        taken_back = min(item.amount, _reachable(s, item.account, sum(row.amount for row in parts)))
    fact = f.CheckReturned(
        case=a.case, amount=item.amount, reason=a.reason, date=a.date, debtor=item.debtor, fee_back=item.fee,
        taken_back=taken_back, due=item.amount - item.fee - taken_back, paid_before=item.state == "settled",
        freed=_freed(parts), account=item.account,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _reachable(s: State, account: str, held: int) -> int:
    """What can be taken back from an account: its free balance and the check's own holds; frozen, the holds alone."""
    state = rules.the_holding(s, account).state
    if state == "closed":
        return 0
    free = max(rules.owed(s, account)[1] + held, 0)
    return min(free, held) if state == "frozen" else free


def _due(s: State, case: str, *, lost: bool = False) -> CheckDueRow | Refusal:
    """What is owed for a check that came back; ``lost``: or what the house bore of it."""
    if s.check_item.get(case) is None:
        return no.CheckUnknown(case)
    row = s.check_due.get(case)
    return row if row is not None and (row.due or (lost and row.lost)) else no.CheckNothingDue(case)


def decide_recover(a: ask.RecoverCheck, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """The customer pays what is owed, or part of it, in cash or from an account; also what the house has borne since.
    Never more, and no fee."""
    refused: Refusal | None = (
        rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    )
    if not refused and a.account is not None:
        refused = rules.paying_out(s, a.account, a.presented_by, a.amount)
    if refused:
        return refused
    row = _due(s, a.case, lost=True)
    if isinstance(row, Refusal):
        return row
    due = (row.due or row.lost) - pledged.sums.get(("check-due", a.case), 0)
    if a.amount > due:
        return no.CheckTooMuch(a.case, rules.money(s, due), rules.money(s, a.amount))
    refused = rules.money_there(s, a.till, a.account, a.amount, pledged)
    if refused:
        return refused
    fact = f.CheckRecovered(
        case=a.case, debtor=row.debtor, till=a.till, amount=a.amount, date=a.date, account=a.account,
        presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification, count=a.count,
        lost=None if row.due else True,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_write_off(a: ask.WriteOffCheck, s: State, by: Sitting) -> Decision:
    """The house bears it: two sign, one of them a supervisor."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = _due(s, a.case)
    if isinstance(row, Refusal):
        return row
    refused = rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.CheckWrittenOff(a.case, row.debtor, row.due, a.reason),))]


def decide_agree(a: ask.AgreeOnCheck, s: State, by: Sitting) -> Decision:
    """A day by which it will be paid, without a charge."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    terms, row = _terms(s), _due(s, a.case)
    if isinstance(terms, Refusal):
        return terms
    if isinstance(row, Refusal):
        return row
    today, until = date.fromisoformat(a.date), date.fromisoformat(a.until)
    if not today < until <= today + timedelta(days=terms.agree_days):
        return no.CheckUntil(a.until, terms.agree_days, a.date)
    return [Part(a.kind, (f.CheckAgreed(a.case, row.debtor, row.due, a.until),))]


def decide_give_back(a: ask.GiveBackCheck, s: State, by: Sitting) -> Decision:
    """A deposit by mistake, while the check is still here: it goes back, and may be presented again."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    item = _item(s, a.case, "collecting")
    if isinstance(item, Refusal):
        return item
    if item.account is None:
        return no.CheckWasCashed(a.case)
    parts = _parts(s, a.case)
    held = sum(row.amount for row in parts)
    refused = rules.not_frozen(s, item.account) or (
        rules.enough(s, item.account, item.amount - held) if item.amount > held else None
    )
    if refused:
        return refused
    fact = f.CheckGivenBack(a.case, item.account, item.amount, a.date, a.reason, _freed(parts))
    return [Part(a.kind, (fact,))]


def releases(s: State, day: str) -> Iterator[Fact | None]:
    """The parts that can be paid out by the next banking day: free this evening, so that no morning finds them held.

    The law says "by 9 in the morning" of that day (229.19(b)); what becomes available on a Monday is free on Friday.
    """
    law = calendar_of(s.policy).of_the_law() if s.policy is not None else FED
    until = add_banking_days(date.fromisoformat(day), 1, law).isoformat()

    def lines(key: tuple[str, int]) -> list[Fact]:
        row = s.check_part.get(*key)
        if row is None or row.state != "held" or row.available_on > until:
            return []
        return [f.CheckHoldReleased(row.case, row.part, row.account, row.amount, row.pending, day)]

    held = sorted((row.case, row.part) for row in s.check_part.rows.values() if row.state == "held")
    yield from each(held, day, lambda key: key[0], lines)


def _pledge_cashed(fact: f.CheckCashed, pledged: Pledged) -> None:
    _pledge_taken(fact, pledged)
    _add(pledged, "check-number", fact.customer, 1)
    _add(pledged, "check-cashed", fact.customer, fact.amount)


def _pledge_deposited(fact: f.CheckDeposited, pledged: Pledged) -> None:
    _pledge_taken(fact, pledged)
    if fact.doubt is None:
        for what, cents in f.planned(fact).items():
            _add(pledged, what, f"{fact.customer or fact.account}/{fact.banking_day}", cents)


def _pledge_taken(fact: f.CheckCashed | f.CheckDeposited, pledged: Pledged) -> None:
    pledged.taken.add((f"check:{fact.fingerprint.hex()}", fact.case))
    _add(pledged, "check-made", "", 1)


def _pledge_recovered(fact: f.CheckRecovered, pledged: Pledged) -> None:
    _add(pledged, "check-due", fact.case, fact.amount)


def _add(pledged: Pledged, what: str, whose: str, amount: int) -> None:
    pledged.sums[what, whose] = pledged.sums.get((what, whose), 0) + amount


def _price(a: ask.CashCheck, s: State) -> int | Refusal:
    sort = _sort(s, a.sort, cashed=True)
    return sort if isinstance(sort, Refusal) else sort.fee(a.amount)


def _reprice(fact: f.CheckCashed, edition: Edition) -> tuple[int, int] | None:
    terms = edition.terms(CheckTerms)
    sort = terms.sorts.get(fact.sort) if terms else None
    return (fact.fee, sort.fee(fact.amount)) if sort and sort.each else None


SERVICES: Services = {"check-cash": decide_cash, "check-deposit": decide_deposit, "check-recover": decide_recover}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {
    "check-settle": decide_settle,
    "check-return": decide_return,
    "check-write-off": decide_write_off,
    "check-agree": decide_agree,
    "check-give-back": decide_give_back,
}
"""All other kinds."""

PLEDGES: Pledges = {
    f.CheckCashed: _pledge_cashed,
    f.CheckDeposited: _pledge_deposited,
    f.CheckRecovered: _pledge_recovered,
}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = {"check-cash", "check-recover"}
"""Kinds whose exact negation by a reversal undoes them whole. A deposit is undone by giving the check back."""

PRICES: Prices = {"check-cash": _price}

REPRICE: Reprices = {f.CheckCashed: _reprice}

STEPS: tuple[Step, ...] = (Step("check-holds", "day-step", releases),)
"""What the end of the day does for this product."""
