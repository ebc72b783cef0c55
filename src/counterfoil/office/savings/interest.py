"""What an account, and a product as a whole, has earned: asked by decisions, by the day's end and by folds alike.

Always true: it depends on the state and the day alone, and for a day that is over it stays the same unless an entry
says that the day was otherwise (``test_missed_days_give_the_same_figures``).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from counterfoil.office.savings.rows import PoolRow, SavingRow
from counterfoil.policy.terms.savings import LOWEST_OF_MONTH, AccountTerms, SavingsTerms
from counterfoil.products.interest import (
    ZERO,
    Earned,
    Factors,
    Moved,
    Rates,
    earned,
    earned_by_lowest,
    unpack_moved,
)

if TYPE_CHECKING:
    from counterfoil.office.state import State


def rates_of(s: State, product: str) -> Rates:
    """The terms of a product in every edition entered so far."""
    known: dict[str, Rates] = s.memo.setdefault("rates", {})
    found = known.get(product)
    if found is None:
        rows = sorted(s.edition.rows.values(), key=lambda row: (row.effective, row.epoch, row.sequence))
        found = known[product] = Rates([(ordinal(row.effective), terms_in(s, row.digest, product)) for row in rows])
    return found


def terms_in(s: State, digest: bytes, product: str) -> AccountTerms | None:
    """The terms of a product in one edition."""
    terms = s.editions[digest].terms(SavingsTerms)
    return terms.accounts.get(product) if terms is not None else None


def factors_of(s: State, product: str, last: int) -> Factors:
    """What a unit of a product earns through ``last``; the last few are kept."""
    known: dict[tuple[str, int], Factors] = s.memo.setdefault("factors", {})
    found = known.get((product, last))
    if found is None:
        if len(known) > 8:
            known.pop(next(iter(known)))
        found = known[product, last] = Factors(rates_of(s, product), last)
    return found


def start_of(row: SavingRow, pool: PoolRow | None) -> int:
    """The first day that an account's interest is not credited for."""
    return max(row.since, pool.credited + 1) if pool is not None else row.since


def earned_by(s: State, row: SavingRow, product: str, last: int) -> Earned:
    """What an account has earned through ``last`` and was not credited, exactly."""
    start, moved = start_of(row, s.pool.get(product)), unpack_moved(row.moved)
    terms = rates_of(s, product).latest(last)
    if terms is not None and terms.method == LOWEST_OF_MONTH:
        return earned_by_lowest(rates_of(s, product), start, last, row.balance, moved)
    return earned(factors_of(s, product, last), start, row.balance, moved, fraction(row.carried))


def closing_balance(s: State, pool: PoolRow, day: int) -> int:
    """All accounts of a product at the close of ``day``, which has not accrued yet."""
    days = (s.pool_day.get(pool.product, one) for one in range(pool.through + 1, day + 1))
    return pool.balance + sum(row.moved for row in days if row is not None)


def new_pool(s: State, product: str, day: int) -> PoolRow:
    """A product as a whole, before ``day``, on which it accrues for the first time."""
    before = sum(row.moved for row in s.pool_day.rows.values() if row.product == product and row.day < day)
    return PoolRow(product, day - 1, before, "", "", "", 0, 0)


def fraction(text: str) -> Fraction:
    """A fraction as a row keeps it."""
    return Fraction(text) if text else ZERO


def text_of(value: Fraction) -> str:
    """A fraction as a row keeps it; "" for nothing."""
    return str(value) if value else ""


def split(moved: list[Moved], day: int) -> tuple[int, list[Moved]]:
    """(the sum of what moved through ``day``, what moved later)."""
    return sum(amount for at, amount in moved if at <= day), [one for one in moved if one[0] > day]


@lru_cache(maxsize=64)
def ordinal(day: str) -> int:
    """The ordinal of an ISO date."""
    return date.fromisoformat(day).toordinal()
