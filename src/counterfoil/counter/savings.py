"""Savings and everyday accounts: interest at the day's end and at the window, dormancy, escheat, direct deposit.

Always true: the house books one accrual a product and day; only crediting books on accounts, once a period, rounded
once; and after a period the expense is what was credited, to the cent (``test_credited_is_the_expense_to_the_cent``).
Source of the yield and of what a saver is told: Regulation DD (12 CFR 1030).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from counterfoil.facts import savings as f
from counterfoil.facts.alike import Alike, Same
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import months_later
from counterfoil.kernel.outcomes import Refusal
from counterfoil.ledger.booked.savings import payable
from counterfoil.office import rules
from counterfoil.office.deciding import BREATH, PART, Decisions, Pledges, Prices, Reprices, Services, Step
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.savings import asks as ask
from counterfoil.office.savings import refusals as no
from counterfoil.office.savings.folds import accrual
from counterfoil.office.savings.interest import (
    closing_balance,
    earned_by,
    factors_of,
    fraction,
    new_pool,
    ordinal,
    rates_of,
    text_of,
)
from counterfoil.office.savings.rows import PoolRow, SavingRow
from counterfoil.office.state import State
from counterfoil.policy.terms.savings import LOWEST_OF_MONTH, SavingsTerms
from counterfoil.products.interest import ZERO, credited_packed, whole

# --- at the window ---------------------------------------------------------------------------------------------------


def unpaid(s: State, account: str) -> int:
    """What an account has earned through the last day that has ended and was not credited yet, minor units."""
    row, holding = s.saving.get(account), s.holding.get(account)
    pool = s.pool.get(holding.product) if holding else None
    if row is None or holding is None or pool is None:
        return 0
    return max(0, whole(earned_by(s, row, holding.product, pool.through).exact))


def decide_pay_interest(a: ask.PayInterest, s: State, by: Sitting) -> Decision:
    """Interest up to the last day that has ended, credited now: what a customer is paid who closes the account."""
    refused = rules.open_day(s, a.date, by) or rules.not_frozen(s, a.account)
    if refused:
        return refused
    row, holding = s.saving.get(a.account), rules.the_holding(s, a.account)
    pool = s.pool.get(holding.product)
    if row is None or pool is None:
        return no.NothingEarned(a.account)
    found = earned_by(s, row, holding.product, pool.through)
    amount = whole(found.exact)
    if amount <= 0:
        return no.NothingEarned(a.account)
    through = date.fromordinal(pool.through).isoformat()
    return [
        Part(a.kind, (f.InterestPaid(a.account, holding.product, amount, through, found.balance_days, found.days),))
    ]


def decide_tell_details(a: ask.TellDirectDeposit, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Routing and account number, as an employer or an agency needs them."""
    refused = rules.open_day(s, a.date, by) or rules.paying_in(s, a.account)
    terms = rules.edition(s).terms(SavingsTerms)
    routing = terms.routing if terms is not None else None
    if refused or routing is None:
        return refused or no.NoRouting()
    return [Part(a.kind, (f.DepositDetailsTold(a.account, routing),))]


def decide_escheat(a: ask.SendToState, s: State, by: Sitting) -> Decision:
    """What nobody has claimed for as long as the law says goes to the state, where its owner can claim it for ever."""
    refused = rules.open_day(s, a.date, by) or rules.not_frozen(s, a.account)
    if refused:
        return refused
    row, terms = s.dormant.get(a.account), rules.edition(s).terms(SavingsTerms)
    law = terms.unclaimed.get(a.state) if terms is not None else None
    if row is None or row.state != "due" or law is None:
        return no.NotUnclaimed(a.account)
    if months_later(date.fromordinal(row.since), 12 * law.years) > date.fromisoformat(a.date):
        return no.NotUnclaimed(a.account)
    refused = rules.two_sign(s, by, one_supervisor=True)
    balance, available = rules.owed(s, a.account)
    if not refused and unpaid(s, a.account):
        refused = no.InterestWaits(a.account, rules.money(s, unpaid(s, a.account)))
    if not refused and (not balance or available != balance):
        refused = no.NotUnclaimed(a.account)
    return refused or [Part(a.kind, (f.AccountEscheated(a.account, a.state, balance, a.reference),))]


def may_close(s: State, account: str) -> Refusal | None:
    """No account closes on interest that its customer was not paid."""
    waits = unpaid(s, account)
    return no.InterestWaits(account, rules.money(s, waits)) if waits else None


# --- at the end of a day ---------------------------------------------------------------------------------------------


def _offered(s: State) -> list[str]:
    """Products with terms on the day whose lines are asked for, and those that once had them."""
    terms = s.policy.terms(SavingsTerms) if s.policy is not None else None
    return sorted({*(terms.accounts if terms is not None else ()), *(row.product for row in s.pool.rows.values())})


def accrue(s: State, day: str) -> Iterator[Fact | None]:
    """One line a product: what all its accounts together earned on the day."""
    at = ordinal(day)
    for product in _offered(s):
        rates, pool = rates_of(s, product), s.pool.get(product)
        terms = rates.on(at)
        if terms is None or (pool is None and not terms.rate_percent) or (pool is not None and pool.through >= at):
            continue
        pool = pool or new_pool(s, product, at)
        balance, daily = closing_balance(s, pool, at), rates.daily(at)
        if terms.method == LOWEST_OF_MONTH:
            if date.fromordinal(at + 1).day != 1:
                continue
            exact = ZERO
            for one in _each(s, product):
                if one is None:
                    yield None
                else:
                    exact += earned_by(s, one, product, at).exact
        else:
            plain = rates.plain(at, at)
            exact = accrual(pool.exact, pool.compounded, pool.carried, balance, daily, plain=plain)
        amount = whole(exact + fraction(pool.carried)) - pool.booked
        yield f.InterestAccrued(product, day, balance, text_of(daily) or "0", text_of(exact) or "0", amount)


def credit(s: State, day: str) -> Iterator[Fact | Alike | None]:
    """A line for each account whose period ends with the day, and that has earned something or moved."""
    at = ordinal(day)
    for product in _offered(s):
        pool = s.pool.get(product)
        if pool is None or pool.credited >= at or not rates_of(s, product).credits(at):
            continue
        yield from _credit(s, product, pool, at, day)


def _credit(s: State, product: str, pool: PoolRow, at: int, day: str) -> Iterator[Fact | Alike | None]:
    factors, lowest, first = factors_of(s, product, at), _by_lowest(s, product, at), pool.credited + 1
    plain: list[tuple[str, int, int, int]] = []
    for row in _each(s, product):
        if row is None:
            if plain:
                yield _credited(product, day, plain)
                plain = []
            yield None
            continue
        account, start, balance, packed, carries, _ = row
        if start < first:
            start = first
        if start > at:
            continue
        if not carries and not lowest:
            amount, balance_days = credited_packed(factors, start, balance, packed)
            if amount > 0 or (packed and not amount):
                plain.append((account, amount, balance_days, at - start + 1))
                if len(plain) == PART:
                    yield _credited(product, day, plain)
                    plain = []
            if amount >= 0:
                continue
        if plain:
            yield _credited(product, day, plain)
            plain = []
        found = earned_by(s, row, product, at)
        amount = max(0, whole(found.exact))
        carried = text_of(found.exact) if found.exact < 0 else None
        if amount or packed or carries:
            yield f.InterestCredited(account, product, amount, day, found.balance_days, found.days, carried)
    if plain:
        yield _credited(product, day, plain)


def _credited(product: str, day: str, lines: Sequence[tuple[str, int, int, int]]) -> Alike:
    """Lines of (account, amount, balance-days, days) with nothing carried."""
    accounts, amounts, balance_days, days = zip(*lines, strict=True)
    many = len(lines)
    return Alike(
        f.InterestCredited,
        (accounts, Same(product, many), amounts, Same(day, many), balance_days, days, Same(None, many)),
    )


def settle(s: State, day: str) -> Iterator[Fact | None]:
    """What was credited, all together, and what rounding left of the accrual."""
    at = ordinal(day)
    for product in _offered(s):
        pool = s.pool.get(product)
        if pool is None or pool.credited >= at or not rates_of(s, product).credits(at):
            continue
        debits, credits, _, _ = s.balance(payable(product))
        owed = credits - debits
        yield f.InterestSettled(product, day, pool.booked - owed, whole(fraction(pool.carried)) - owed)


def _each(s: State, product: str) -> Iterator[SavingRow | None]:
    """The open accounts of a product as each stands when its turn comes; None now and then, to let the counter in."""
    saving, holdings = s.saving.rows, s.holding.rows
    for number, key in enumerate(list(saving), start=1):
        holding = holdings.get(key)
        if holding is not None and holding.product == product and holding.state != "closed":
            yield saving[key]
        if not number % BREATH:
            yield None


def _by_lowest(s: State, product: str, at: int) -> bool:
    terms = rates_of(s, product).latest(at)
    return terms is not None and terms.method == LOWEST_OF_MONTH


def dormancy(s: State, day: str) -> Iterator[Fact | None]:
    """On the last day of a month: accounts nobody has come for, and those that the law calls unclaimed by now."""
    here = date.fromisoformat(day)
    terms = s.policy.terms(SavingsTerms) if s.policy is not None else None
    if terms is None or (here + timedelta(days=1)).day != 1:
        return
    months = {name: one.dormant_after_months for name, one in terms.accounts.items()}
    quiet = {name: _quiet_since(here, after) if after else 0 for name, after in months.items()}
    unclaimed = _quiet_since(here, 12 * terms.earliest)
    saving, holdings, dormant = s.saving.rows, s.holding.rows, s.dormant.rows
    latest = max([unclaimed, *quiet.values()])
    for number, key in enumerate(list(saving), start=1):
        if not number % BREATH:
            yield None
        row = saving[key]
        if row.active > latest:
            continue
        holding, known = holdings.get(key), dormant.get(key)
        if holding is None or holding.state == "closed" or holding.product not in quiet:
            continue
        if known is None or known.state == "back":
            if row.active <= quiet[holding.product]:
                yield f.AccountDormant(row.account, date.fromordinal(row.active).isoformat(), day)
        elif known.state == "dormant" and row.active <= unclaimed:
            yield f.EscheatDue(row.account, date.fromordinal(row.active).isoformat(), day)


def _quiet_since(here: date, months: int) -> int:
    """The last day (ordinal) since which so many months have passed by ``here``."""
    last = months_later(here, -months)
    while months_later(last + timedelta(days=1), months) <= here:
        last += timedelta(days=1)
    return last.toordinal()


SERVICES: Services = {"direct-deposit": decide_tell_details}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {"interest-pay": decide_pay_interest, "account-escheat": decide_escheat}
"""All other kinds."""

PLEDGES: Pledges = {}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = set()
"""Kinds whose exact negation by a reversal undoes them whole."""

PRICES: Prices = {}

REPRICE: Reprices = {}

STEPS: tuple[Step, ...] = (
    Step("accrue-interest", "day-step", accrue),
    Step("credit-interest", "day-step", credit),
    Step("settle-interest", "day-step", settle),
)
"""What the end of the day does for this product; dormancy comes after every product's own steps (``day_end``)."""
DORMANCY = Step("dormancy", "day-step", dormancy)
