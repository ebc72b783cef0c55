"""Interest from what is kept of each account: a balance, and what moved since; each unit of money earns the same.

The problem: a million accounts, each to be right to the cent by the conventions of ``products.savings``, and most of
them do not move. Interest is linear: what an account earns through a day is the sum of what each of its movements
earns from its own day on. So what one unit earns from a day on (``Factors``) is worked out once and shared, and an
account without movements takes one multiplication.

Always true:

1. What is credited is what ``products.savings`` posts (``test_the_engine_pays_what_the_plain_rule_pays``): a day earns
   on its closing balance; interest is exact until it is credited, and rounded once, half to even.
2. Each day earns by the terms of its own edition (``test_a_rate_that_changes_in_the_middle_of_a_period``). What was
   earned is credited when the period ends, also where the rate has fallen to nothing or the edition has dropped that
   kind of account meanwhile (``test_what_was_earned_is_credited_whatever_the_edition_says_since``).
3. A movement of an earlier day earns as if it had always stood there; where that period was credited already, what it
   would have earned is carried, exact, to the next crediting
   (``test_a_back_dated_reversal_earns_as_if_it_had_not_been``).

Days are ordinals (``date.toordinal``), amounts minor units. Where interest compounds before it is credited, forty
digits are kept, as in ``products.savings``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from math import lcm
from struct import Struct
from typing import NamedTuple

from counterfoil.policy.terms.savings import LOWEST_OF_MONTH, PERIODS, AccountTerms
from counterfoil.products.daycount import count
from counterfoil.products.exact import significant
from counterfoil.products.savings import DIGITS, ends

ZERO = Fraction(0)
_PAIR = Struct(">iq")

Moved = tuple[int, int]
"""(value day, minor units: above zero is paid in)."""


def pack_moved(moved: Iterable[Moved]) -> bytes:
    """Movements as a row keeps them: four bytes of day and eight of amount each."""
    return b"".join(_PAIR.pack(day, amount) for day, amount in moved)


def unpack_moved(data: bytes) -> list[Moved]:
    """What ``pack_moved`` was given."""
    return list(_PAIR.iter_unpack(data))


class Rates:
    """The terms of one kind of account, day by day. ``editions``: (first day in force, its terms or None), in order."""

    def __init__(self, editions: Sequence[tuple[int, AccountTerms | None]]) -> None:
        self._from = [day for day, _ in editions]
        self._terms = [terms for _, terms in editions]
        self._daily: dict[int, Fraction] = {}

    @property
    def ever(self) -> bool:
        """Whether any edition pays interest on it."""
        return any(terms is not None and terms.rate_percent for terms in self._terms)

    def on(self, day: int) -> AccountTerms | None:
        """The terms of a day; None if this kind of account was not offered."""
        place = bisect_right(self._from, day)
        return self._terms[place - 1] if place else None

    def latest(self, day: int) -> AccountTerms | None:
        """The terms of a day, or the last before it where this kind of account is offered no more."""
        known = self._terms[: bisect_right(self._from, day)]
        return next((terms for terms in reversed(known) if terms is not None), None)

    def daily(self, day: int) -> Fraction:
        """What one unit earns on a day, exactly; 0 where nothing was paid."""
        found = self._daily.get(day)
        if found is None:
            terms = self.on(day)
            found = ZERO
            if terms is not None and terms.rate_percent:
                part = count(terms.day_count, date.fromordinal(day), date.fromordinal(day + 1)).year or ZERO
                found = terms.rate_percent * Fraction(1, 100) * part
            self._daily[day] = found
        return found

    def compounds(self, day: int) -> bool:
        """Whether what has accrued by the end of a day earns from the next."""
        terms = self.on(day)
        return terms is not None and ends(date.fromordinal(day), PERIODS[terms.compounding], terms.year_begins)

    def credits(self, day: int) -> bool:
        """Whether a crediting period ends with a day: of what has borne interest by then."""
        terms = self.latest(day)
        return (
            terms is not None
            and self._bore(day)
            and ends(date.fromordinal(day), PERIODS[terms.crediting], terms.year_begins)
        )

    def _bore(self, day: int) -> bool:
        """Whether any edition up to a day pays interest."""
        known = self._terms[: bisect_right(self._from, day)]
        return any(terms is not None and terms.rate_percent for terms in known)

    def plain(self, first: int, last: int) -> bool:
        """Whether nothing compounds in these days before it is credited."""
        low, high = bisect_right(self._from, first) - 1, bisect_right(self._from, last)
        terms = [one for one in self._terms[max(low, 0) : high] if one is not None]
        return all(one.compounding == one.crediting for one in terms)


class Factor(NamedTuple):
    """What one unit earns, and the part of it that earns too: whole numbers over the denominator of its ``Factors``."""

    earned: int
    compounded: int


NOTHING = Factor(0, 0)
COMPOUND_DENOMINATOR = 10**60
"""Forty digits of what compounds lie above its twentieth decimal and more, so they are kept whole."""


class Factors:
    """What one unit earns from the close of each day through the close of ``last``, within one crediting period.

    Whole numbers over ``denominator``, the same for all of them: the interest of an account is then one division.
    """

    def __init__(self, rates: Rates, last: int) -> None:
        self.last, self.denominator = last, 1
        self._rates = rates
        self._known: dict[int, Factor] = {last + 1: NOTHING}
        self._lowest = last + 1

    def of(self, first: int) -> Factor:
        """For one unit that stands there from day ``first`` on."""
        found = self._known.get(first)
        if found is not None:
            return found
        if first > self.last:
            return NOTHING
        if self._rates.plain(first, self.last):
            return self._summed(first)
        return self._day_by_day(first)

    def _summed(self, first: int) -> Factor:
        """Simple interest: the sum of the days' own, each day's from the one after it."""
        day, known, daily = self._lowest, self._known, self._rates.daily
        total = known[day].earned
        while day > first:
            day -= 1
            here = daily(day)
            if self.denominator % here.denominator:
                scale = lcm(self.denominator, here.denominator) // self.denominator
                for at, factor in known.items():
                    known[at] = Factor(factor.earned * scale, factor.compounded * scale)
                self.denominator, total = self.denominator * scale, total * scale
            total += here.numerator * (self.denominator // here.denominator)
            known[day] = Factor(total, 0)
        self._lowest = day
        return known[first]

    def _day_by_day(self, first: int) -> Factor:
        if self.denominator != COMPOUND_DENOMINATOR:
            self._known, self._lowest = {self.last + 1: NOTHING}, self.last + 1
            self.denominator = COMPOUND_DENOMINATOR
        accrued = compounded = ZERO
        for day in range(first, self.last + 1):
            accrued = significant(accrued + (1 + compounded) * self._rates.daily(day), DIGITS)
            if self._rates.compounds(day):
                compounded = accrued
        found = self._known[first] = Factor(_over(accrued), _over(compounded))
        return found


def _over(value: Fraction) -> int:
    return round(value * COMPOUND_DENOMINATOR)


def growth(rates: Rates, first: int, last: int) -> Fraction:
    """What one unit earns over days that may span creditings, each taken to the unit without rounding."""
    if last < first:
        return ZERO
    credited = accrued = compounded = ZERO
    for day in range(first, last + 1):
        accrued = significant(accrued + (1 + credited + compounded) * rates.daily(day), DIGITS)
        if rates.credits(day):
            credited, accrued, compounded = credited + accrued, ZERO, ZERO
        elif rates.compounds(day):
            compounded = accrued
    return credited + accrued


class Earned(NamedTuple):
    """What an account has earned since it was last credited, exactly, with what was carried; and its base."""

    exact: Fraction
    compounded: Fraction
    balance: int
    """The closing balance of the last day."""
    balance_days: int
    """Closing balances of all days, added up."""
    days: int


def earned(factors: Factors, start: int, balance: int, moved: Sequence[Moved], carried: Fraction = ZERO) -> Earned:
    """By daily balances, from day ``start`` through the last. ``balance``: before ``start``, but for what moved."""
    last = factors.last
    closing, balance_days = base(start, last, balance, moved)
    if last < start:
        return Earned(carried, ZERO, closing, 0, 0)
    opening = balance + sum(amount for day, amount in moved if day < start)
    within = [(day, amount) for day, amount in moved if start <= day <= last]
    for day in (start, *(day for day, _ in within)):
        factors.of(day)  # A factor of another day may change what all are told in: so each is asked for first.
    first, one = factors.of(start), Fraction(1, factors.denominator)
    exact = opening * first.earned + sum(amount * factors.of(day).earned for day, amount in within)
    compounded = opening * first.compounded + sum(amount * factors.of(day).compounded for day, amount in within)
    return Earned(
        (exact + carried * first.earned) * one + carried, (compounded + carried * first.compounded) * one,
        closing, balance_days, last - start + 1,
    )  # fmt: skip


def base(start: int, last: int, balance: int, moved: Sequence[Moved]) -> tuple[int, int]:
    """(closing balance of ``last``, closing balances from ``start`` through ``last`` added up)."""
    days = max(0, last - start + 1)
    closing, balance_days = balance, balance * days
    for day, amount in moved:
        if day <= last:
            closing += amount
            balance_days += amount * (days if day < start else last - day + 1)
    return closing, balance_days


def credited(factors: Factors, start: int, balance: int, moved: Sequence[Moved]) -> tuple[int, int]:
    """(minor units that an account with nothing carried is credited, the balance-days of ``base``).

    ``earned``, rounded, by whole numbers alone.
    """
    last = factors.last
    first, before = factors.of(start), factors.denominator
    days = last - start + 1
    total, balance_days = balance * first.earned, balance * days
    for day, amount in moved:
        if day < start:
            total += amount * first.earned
            balance_days += amount * days
        elif day <= last:
            total += amount * factors.of(day).earned
            balance_days += amount * (last - day + 1)
    if factors.denominator != before:  # A factor of another day has changed what all are told in.
        return credited(factors, start, balance, moved)
    return _half_even(total, factors.denominator), balance_days


def credited_packed(factors: Factors, start: int, balance: int, packed: bytes) -> tuple[int, int]:
    """``credited`` of an account as its row keeps it, by the short way where at most one movement stands in it
    (``test_a_row_is_credited_as_its_movements``)."""
    if len(packed) > _PAIR.size:
        return credited(factors, start, balance, unpack_moved(packed))
    last, first, before = factors.last, factors.of(start), factors.denominator
    days = last - start + 1
    total, balance_days = balance * first.earned, balance * days
    if packed:
        day, amount = _PAIR.unpack(packed)
        if day < start:
            total, balance_days = total + amount * first.earned, balance_days + amount * days
        elif day <= last:
            total, balance_days = total + amount * factors.of(day).earned, balance_days + amount * (last - day + 1)
            if factors.denominator != before:
                return credited(factors, start, balance, [(day, amount)])
    return _half_even(total, factors.denominator), balance_days


def base_packed(start: int, last: int, balance: int, packed: bytes) -> tuple[int, int, int]:
    """``base`` of what a row keeps of movements (at least one), and the day of the latest of them."""
    if len(packed) > _PAIR.size:
        moved = unpack_moved(packed)
        return *base(start, last, balance, moved), max(moved)[0]
    day, amount = _PAIR.unpack(packed)
    days = max(0, last - start + 1)
    if day > last:
        return balance, balance * days, day
    return balance + amount, balance * days + amount * (days if day < start else last - day + 1), day


def earned_by_lowest(rates: Rates, start: int, last: int, balance: int, moved: Sequence[Moved]) -> Earned:
    """By the lowest balance of each month that is over by ``last``: a twelfth of the year's rate on it."""
    by_day: dict[int, int] = {}
    now = balance
    for day, amount in moved:
        if day < start:
            now += amount
        elif day <= last:
            by_day[day] = by_day.get(day, 0) + amount
    exact, balance_days, day = ZERO, 0, start
    while day <= last:
        month_end = _month_end(day)
        lowest: int | None = None
        until = min(month_end, last)
        at = day
        for moving in sorted(one for one in by_day if day <= one <= until):
            if moving > at:
                lowest = now if lowest is None else min(lowest, now)
                balance_days += now * (moving - at)
            now += by_day[moving]
            at = moving
        lowest = now if lowest is None else min(lowest, now)
        balance_days += now * (until - at + 1)
        terms = rates.on(month_end)
        if until == month_end and terms is not None and terms.method == LOWEST_OF_MONTH:
            exact += lowest * terms.rate_percent * Fraction(1, 1200)
        day = until + 1
    return Earned(exact, ZERO, now, balance_days, max(0, last - start + 1))


def accrued_in(rates: Rates, moved: Sequence[Moved], since: int, until: int) -> tuple[Fraction, int]:
    """(what was earned on the days ``since`` to ``until``, exactly; their closing balances added up): for a statement.

    ``moved``: every movement of the account, in the order of the days from which it earns; interest that was credited
    earns from the day after. A plain walk day by day, begun with the crediting period that ``since`` lies in.
    """
    begin = moved[0][0] if moved else since
    first = since
    while first > begin and not rates.credits(first - 1):
        first -= 1
    by_day: dict[int, int] = {}
    for day, amount in moved:
        at = max(day, first)
        by_day[at] = by_day.get(at, 0) + amount
    balance, balance_days, lowest = 0, 0, None
    accrued = compounded = total = ZERO
    for day in range(first, until + 1):
        balance += by_day.get(day, 0)
        terms, before, last_of_month = rates.on(day), accrued, _month_end(day) == day
        if terms is not None and terms.method == LOWEST_OF_MONTH:
            lowest = balance if lowest is None else min(lowest, balance)
            if last_of_month:
                accrued, lowest = accrued + lowest * terms.rate_percent * Fraction(1, 1200), None
        else:
            accrued = accrued + (balance + compounded) * rates.daily(day)
            if not rates.plain(day, day):
                accrued = significant(accrued, DIGITS)
        if day >= since:
            total, balance_days = total + accrued - before, balance_days + balance
        if rates.credits(day):
            accrued = compounded = ZERO
        elif rates.compounds(day):
            compounded = accrued
    return total, balance_days


def whole(value: Fraction) -> int:
    """Minor units of an exact amount, half to even: the one rounding of interest."""
    return _half_even(value.numerator, value.denominator)


def _half_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    doubled = 2 * rest
    return quotient + (doubled > denominator or (doubled == denominator and quotient & 1))


def _month_end(day: int) -> int:
    here = date.fromordinal(day)
    year, month = (here.year + 1, 1) if here.month == 12 else (here.year, here.month + 1)
    return date(year, month, 1).toordinal() - 1
