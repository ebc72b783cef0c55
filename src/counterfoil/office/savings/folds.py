"""What the facts of savings and everyday accounts do to the fold tables, and what every movement of money does to them.

Always true: the tables say what an account earns whatever kind of entry moved its money, because movements are read
from the legs of each fact (``test_every_movement_counts_whatever_moved_it``); a movement of an earlier day is put
where it belongs (``test_a_back_dated_reversal_earns_as_if_it_had_not_been``).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

from counterfoil.facts import savings as f
from counterfoil.facts.alike import Alike
from counterfoil.facts.customers import AccountOpened
from counterfoil.facts.record import Fact
from counterfoil.ledger.booking import legs_of, moves
from counterfoil.ledger.transfers import EXPIRE, PENDING, VOID
from counterfoil.office.folding import Folders, FoldMany, Undo
from counterfoil.office.savings.interest import (
    closing_balance,
    earned_by,
    factors_of,
    fraction,
    new_pool,
    ordinal,
    rates_of,
    split,
    start_of,
    text_of,
)
from counterfoil.office.savings.rows import DormantRow, PoolDayRow, SavingRow
from counterfoil.policy.terms.savings import LOWEST_OF_MONTH
from counterfoil.products.exact import significant
from counterfoil.products.interest import ZERO, base, base_packed, growth, pack_moved, unpack_moved, whole
from counterfoil.products.savings import DIGITS

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State

_OWN = frozenset((220, 221, 222, 223))
"""Facts whose movements their own folders know."""


def moved(s: State, fact: Fact, at: Place, accounts: list[str]) -> None:
    """What a fact does to the interest of the accounts that its legs touch, and to the sign of life of ``accounts``."""
    if isinstance(fact, AccountOpened):
        day = s.dates(fact, at)[0]
        s.saving.put(SavingRow(fact.account, day, 0, b"", "", day))
        return
    if fact.number in _OWN or not s.saving.rows or not (at.by_clerk or moves(fact)):
        return
    changes: dict[str, int] = {}
    for leg in legs_of(fact, s.place):
        if leg.flags & (PENDING | VOID | EXPIRE):
            continue
        for name, amount in ((leg.debit, -leg.amount), (leg.credit, leg.amount)):
            if name.startswith("customer:"):
                account = name.split(":")[1]
                changes[account] = changes.get(account, 0) + amount
    if changes:
        value = s.dates(fact, at)[1]
        for account, amount in changes.items():
            if amount:
                _move(s, account, value, amount)
    if at.by_clerk:
        for account in accounts:
            _was_here(s, account, s.dates(fact, at)[0])


def _move(s: State, account: str, day: int, amount: int) -> None:
    row, holding = s.saving.get(account), s.holding.get(account)
    if row is None or holding is None:
        return
    product = holding.product
    _pool_moved(s, product, day, amount)
    rates, pool = rates_of(s, product), s.pool.get(product)
    if not rates.ever:  # No edition pays interest on it: only the balance is kept.
        s.saving.put(row._replace(balance=row.balance + amount))
        return
    start = start_of(row, pool)
    terms = rates.latest(day)
    by_lowest = terms is not None and terms.method == LOWEST_OF_MONTH
    missed = ZERO
    if day < start:
        missed = ZERO if by_lowest else amount * growth(rates, day, start - 1)
        row = row._replace(balance=row.balance + amount, carried=text_of(fraction(row.carried) + missed))
    else:
        before, later = split(unpack_moved(row.moved), start - 1)
        row = row._replace(balance=row.balance + before, moved=pack_moved([*later, (day, amount)]))
    s.saving.put(row)
    if pool is None or day > pool.through:
        return
    exact, compounded = fraction(pool.exact), fraction(pool.compounded)
    if not by_lowest:
        factors = factors_of(s, product, pool.through)
        factor = factors.of(max(day, start))
        unit = (amount + missed) * Fraction(1, factors.denominator)
        exact += unit * factor.earned
        compounded += unit * factor.compounded
    s.pool.put(
        pool._replace(
            balance=pool.balance + amount, exact=text_of(exact), compounded=text_of(compounded),
            carried=text_of(fraction(pool.carried) + missed),
        )
    )  # fmt: skip


def _pool_moved(s: State, product: str, day: int, amount: int) -> None:
    known = s.pool_day.get(product, day)
    s.pool_day.put(PoolDayRow(product, day, (known.moved if known else 0) + amount))


def _was_here(s: State, account: str, day: int) -> None:
    row = s.saving.get(account)
    if row is not None and row.active != day:
        s.saving.put(row._replace(active=day))
    dormant = s.dormant.get(account)
    if dormant is not None and dormant.state in ("dormant", "due"):
        s.dormant.put(dormant._replace(state="back"))


def _accrued(s: State, fact: f.InterestAccrued, at: Place) -> None:
    day, rates = ordinal(fact.value_date), rates_of(s, fact.product)
    pool = s.pool.get(fact.product) or new_pool(s, fact.product, day)
    balance, terms = closing_balance(s, pool, day), rates.on(day)
    exact, compounded = fraction(pool.exact), fraction(pool.compounded)
    if terms is not None and terms.method == LOWEST_OF_MONTH:
        exact = fraction(fact.exact)
    else:
        exact = accrual(
            pool.exact, pool.compounded, pool.carried, balance, rates.daily(day), plain=rates.plain(day, day)
        )
        compounded = exact if not rates.plain(day, day) and rates.compounds(day) else compounded
    s.pool.put(
        pool._replace(
            through=day, balance=balance, exact=text_of(exact), compounded=text_of(compounded),
            booked=pool.booked + fact.amount,
        )
    )  # fmt: skip


def accrual(exact: str, compounded: str, carried: str, balance: int, daily: Fraction, *, plain: bool) -> Fraction:
    """What a product has accrued after one more day, but for what is carried."""
    earning = balance + fraction(carried) + (ZERO if plain else fraction(compounded))
    after = fraction(exact) + earning * daily
    return after if plain else significant(after, DIGITS)


def _credited(s: State, fact: f.InterestCredited, at: Place) -> None:
    row, day = s.saving.get(fact.account), ordinal(fact.value_date)
    if row is None:
        return
    if not row.moved and not row.carried and fact.carried is None:
        s.saving.put(SavingRow(row.account, day + 1, row.balance + fact.amount, b"", "", row.active))
        return
    moved = unpack_moved(row.moved)
    closing, balance_days = base(start_of(row, s.pool.get(fact.product)), day, row.balance, moved)
    plain = not row.carried and fact.carried is None and balance_days == fact.balance_days
    if plain and max(moved)[0] <= day:
        s.saving.put(SavingRow(row.account, day + 1, closing + fact.amount, b"", "", row.active))
        return
    carried = fraction(fact.carried or "")
    if balance_days != fact.balance_days:  # Something was put right since the line was made.
        carried = earned_by(s, row, fact.product, day).exact - fact.amount
    _, later = split(moved, day)
    s.saving.put(
        SavingRow(row.account, day + 1, closing + fact.amount, pack_moved(later), text_of(carried), row.active)
    )
    if row.carried or carried:
        _carried(s, fact.product, carried - fraction(row.carried))


def _all_credited(s: State, facts: Alike, at: Place) -> None:
    """As ``_credited``, one after another; most accounts are taken the short way, which nothing else may go."""
    product, date = facts.same("product"), facts.same("value_date")
    if product is None or date is None or facts.column("carried").count(None) < len(facts):
        for fact in facts:
            _credited(s, cast(f.InterestCredited, fact), at)
        return
    rows, changed = s.saving.rows, s.saving.changed
    day, pool, new = ordinal(date), s.pool.get(product), tuple.__new__
    first, since_then = (pool.credited + 1 if pool is not None else 0), day + 1
    columns = zip(*(facts.column(name) for name in ("account", "amount", "balance_days")), strict=True)
    for place, (name, amount, balance_days) in enumerate(columns):
        key = (name,)
        row = rows.get(key)
        if row is None:
            continue
        account, since, balance, moved, carried, active = row
        plain = not carried
        if plain and moved:
            balance, found, latest = base_packed(since if since > first else first, day, balance, moved)
            plain = found == balance_days and latest <= day
        if plain:
            rows[key] = new(SavingRow, (account, since_then, balance + amount, b"", "", active))
            changed[key] = None
        else:
            _credited(s, cast(f.InterestCredited, facts[place]), at)


def _carried(s: State, product: str, change: Fraction) -> None:
    pool = s.pool.get(product)
    if pool is not None:
        s.pool.put(pool._replace(carried=text_of(fraction(pool.carried) + change)))


def _paid(s: State, fact: f.InterestPaid, at: Place) -> None:
    """Through ``value_date``, which is the last day that has accrued: the account leaves what all have earned."""
    row, day, pool = s.saving.get(fact.account), ordinal(fact.value_date), s.pool.get(fact.product)
    if row is None or pool is None:
        return
    now = earned_by(s, row, fact.product, day)
    carried = fraction(row.carried)
    before, later = split(unpack_moved(row.moved), day)
    s.saving.put(
        row._replace(since=day + 1, balance=row.balance + before + fact.amount, moved=pack_moved(later), carried="")
    )
    s.pool.put(
        pool._replace(
            exact=text_of(fraction(pool.exact) - (now.exact - carried)),
            compounded=text_of(fraction(pool.compounded) - now.compounded),
            carried=text_of(fraction(pool.carried) - carried), booked=pool.booked - fact.amount,
        )
    )  # fmt: skip
    _pool_moved(s, fact.product, day + 1, fact.amount)


def _settled(s: State, fact: f.InterestSettled, at: Place) -> None:
    pool, day = s.pool.get(fact.product), ordinal(fact.value_date)
    if pool is None:
        return
    _pool_moved(s, fact.product, day + 1, fact.credited)
    s.pool.put(pool._replace(exact="", compounded="", booked=whole(fraction(pool.carried)), credited=day))


def _dormant(s: State, fact: f.AccountDormant, at: Place) -> None:
    s.dormant.put(DormantRow(fact.account, ordinal(fact.since), "dormant"))


def _due(s: State, fact: f.EscheatDue, at: Place) -> None:
    s.dormant.put(DormantRow(fact.account, ordinal(fact.since), "due"))


def _escheated(s: State, fact: f.AccountEscheated, at: Place) -> None:
    row = s.dormant.get(fact.account)
    s.dormant.put(DormantRow(fact.account, row.since if row else 0, "sent"))


FOLDERS: Folders = {
    (220, 1): _accrued,
    (221, 1): _credited,
    (222, 1): _paid,
    (223, 1): _settled,
    (224, 1): _dormant,
    (225, 1): _due,
    (226, 1): _escheated,
}

FOLD_MANY: FoldMany = {(221, 1): _all_credited}
"""(fact number, version) → what many facts of it in a row do: the same as one after another."""

UNDO: Undo = {}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
