"""The engine's interest against the plain rule of products.savings, on random histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.policy.terms.savings import PERIODS, AccountTerms
from counterfoil.products import interest
from counterfoil.products.interest import (
    Factors,
    Rates,
    accrued_in,
    earned,
    earned_by_lowest,
    growth,
    pack_moved,
    unpack_moved,
    whole,
)
from counterfoil.products.savings import DailyTerms, Posting, daily_balance, lowest_balance

START = date(2026, 1, 1)
RATE = Fraction(2)


def terms(**changed: object) -> AccountTerms:
    return AccountTerms(source="a test", **{"rate_percent": RATE, **changed})  # type: ignore[arg-type]  # given by name


def credited(rates: Rates, opened: int, moved: Sequence[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    """(day, minor units) of every crediting, as the end of the day does it."""
    since, balance, paid = opened, 0, []
    for day in range(opened, last + 1):
        if rates.credits(day):
            found = earned(Factors(rates, day), since, balance, [one for one in moved if one[0] >= since])
            amount = whole(found.exact)
            since, balance = day + 1, found.balance + amount
            if amount:
                paid.append((day, amount))
    return paid


def histories(days: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Movements in order that never take more than is there."""

    def sound(raw: list[tuple[int, int]]) -> list[tuple[int, int]]:
        balance, kept = 0, []
        for day, amount in sorted(raw):
            amount = max(amount, -balance)
            if amount:
                kept.append((day, amount))
                balance += amount
        return kept

    pairs = st.tuples(st.integers(0, days), st.integers(-500_000, 900_000))
    return st.lists(pairs, min_size=1, max_size=12).map(sound).filter(bool)


@settings(max_examples=60, deadline=None)
@given(
    history=histories(400),
    rate=st.sampled_from(["0.01", "1.25", "2", "3.875", "11"]),
    year=st.sampled_from([("Actual/365 Fixed", 365), ("Actual/360", 360)]),
    periods=st.sampled_from(
        [("monthly", "monthly"), ("quarterly", "quarterly"), ("daily", "monthly"), ("monthly", "quarterly"),
         ("daily", "annual"), ("quarterly", "semiannual"), ("daily", "daily")]
    ),
    begins=st.integers(1, 12),
)  # fmt: skip
def test_the_engine_pays_what_the_plain_rule_pays(
    history: list[tuple[int, int]], rate: str, year: tuple[str, int], periods: tuple[str, str], begins: int
) -> None:
    compounding, crediting = periods
    mine = terms(
        rate_percent=Fraction(rate), day_count=year[0], compounding=compounding, crediting=crediting, year_begins=begins
    )
    plain = DailyTerms(
        rate=Fraction(rate) / 100, year_days=year[1], step=Fraction(1, 100), compounding=PERIODS[compounding],
        posting=PERIODS[crediting], year_begins=begins, on_last_day=True,
    )  # fmt: skip
    opened, until = START + timedelta(days=history[0][0]), START + timedelta(days=500)
    moved = [(START + timedelta(days=day), amount) for day, amount in history]
    wanted = daily_balance(plain, Fraction(0), [(day, Fraction(amount, 100)) for day, amount in moved], until)
    found = credited(
        Rates([(1, mine)]), opened.toordinal(), [(day.toordinal(), amount) for day, amount in moved], until.toordinal()
    )
    assert [Posting(date.fromordinal(day), Fraction(amount, 100)) for day, amount in found] == list(wanted)


@given(
    history=histories(120), rate=st.sampled_from(["0.01", "2", "3.875"]), start=st.integers(0, 120),
    compounding=st.sampled_from(["daily", "quarterly"]), balance=st.integers(0, 10**9),
)  # fmt: skip
def test_what_is_credited_is_what_was_earned(
    history: list[tuple[int, int]], rate: str, start: int, compounding: str, balance: int
) -> None:
    rates = Rates([(1, terms(rate_percent=Fraction(rate), compounding=compounding, crediting="quarterly"))])
    first, last = START.toordinal() + start, START.toordinal() + 110
    moved = [(START.toordinal() + day, amount) for day, amount in history]
    exact = earned(Factors(rates, last), first, balance, moved)
    if first <= last:
        amount, balance_days = interest.credited(Factors(rates, last), first, balance, moved)
        assert (amount, balance_days) == (whole(exact.exact), exact.balance_days)


@given(
    moved=st.lists(st.tuples(st.integers(0, 130), st.integers(-500, 900)), max_size=3), start=st.integers(0, 110),
    compounding=st.sampled_from(["daily", "quarterly"]), balance=st.integers(0, 10**9),
)  # fmt: skip
def test_a_row_is_credited_as_its_movements(
    moved: list[tuple[int, int]], start: int, compounding: str, balance: int
) -> None:
    # In a leap year some days earn in other fractions, so what all factors are told in changes on the way.
    rates = Rates([(1, terms(compounding=compounding, crediting="quarterly", day_count="Actual/Actual ISDA"))])
    begin = date(2027, 12, 1).toordinal()
    first, last, days = begin + start, begin + 110, [(begin + day, amount) for day, amount in moved]
    packed = interest.pack_moved(days)
    wanted = interest.credited(Factors(rates, last), first, balance, days)
    assert interest.credited_packed(Factors(rates, last), first, balance, packed) == wanted
    if days:
        found = interest.base(first, last, balance, days)
        assert interest.base_packed(first, last, balance, packed) == (*found, max(days)[0])


@settings(max_examples=60, deadline=None)
@given(
    history=histories(80), rate=st.sampled_from(["0.01", "2", "3.875"]), parts=st.lists(st.integers(1, 88), max_size=3),
    kind=st.sampled_from(["daily", "quarterly", "lowest"]),
)  # fmt: skip
def test_what_statements_say_was_earned_adds_up(
    history: list[tuple[int, int]], rate: str, parts: list[int], kind: str
) -> None:
    """Over the statements of a crediting period, however it is cut, interest and balance-days are the period's."""
    changed = {"compounding": "annual", "crediting": "annual", "method": "lowest-of-month"}
    rates = Rates([(1, terms(rate_percent=Fraction(rate), **(changed if kind == "lowest" else {"compounding": kind})))])
    first, last = START.toordinal() + history[0][0], START.toordinal() + 89  # A quarter of 90 days.
    moved = [(START.toordinal() + day, amount) for day, amount in history]
    ends = sorted({last, *(day for day in (START.toordinal() + part for part in parts) if first <= day < last)})
    starts = [first, *(day + 1 for day in ends[:-1])]
    said = [accrued_in(rates, moved, since, until) for since, until in zip(starts, ends, strict=True)]
    if kind == "lowest":
        whole_period = earned_by_lowest(rates, first, last, 0, moved)
    else:
        whole_period = earned(Factors(rates, last), first, 0, moved)
    assert abs(sum(exact for exact, _ in said) - whole_period.exact) < Fraction(1, 10**20)
    assert sum(days for _, days in said) == whole_period.balance_days


def test_interest_begins_anew_after_it_was_credited() -> None:
    rates = Rates(
        [(1, terms(rate_percent=RATE, day_count="Actual/365 Fixed", compounding="daily", crediting="monthly"))]
    )
    day = date(2026, 2, 1).toordinal()
    moved = [(START.toordinal(), 100_000), (day, 170)]  # What January earned earns from 1 February on.
    alone, days = accrued_in(rates, [(day, 100_170)], day, day + 27)
    assert accrued_in(rates, moved, day, day + 27) == (alone, days)
    assert accrued_in(rates, [], day, day) == (Fraction(0), 0)


@settings(max_examples=60, deadline=None)
@given(history=histories(500), rate=st.sampled_from(["0.6", "2.4", "12"]))
def test_the_lowest_balance_of_the_month_is_the_plain_rule_too(history: list[tuple[int, int]], rate: str) -> None:
    rates = Rates(
        [(1, terms(rate_percent=Fraction(rate), method="lowest-of-month", compounding="annual", crediting="annual"))]
    )
    opened = START + timedelta(days=history[0][0])
    closed = date(2027, 12, 31) + timedelta(days=1)
    moved = [(START + timedelta(days=day), amount) for day, amount in history]
    wanted = lowest_balance(
        Fraction(rate) / 1200, opened, Fraction(0), [(day, Fraction(amount, 100)) for day, amount in moved], closed
    )
    since, balance, found = opened.toordinal(), 0, []
    for day in range(since, closed.toordinal()):
        if rates.credits(day):
            here = earned_by_lowest(
                rates, since, day, balance, [(d.toordinal(), a) for d, a in moved if d.toordinal() >= since]
            )
            since, balance = day + 1, here.balance + whole(here.exact)
            if whole(here.exact):
                found.append(Posting(date.fromordinal(day + 1), Fraction(whole(here.exact), 100)))
    assert found == [one for one in wanted if one.interest]


def test_a_rate_that_changes_in_the_middle_of_a_period() -> None:
    changes = date(2026, 2, 10).toordinal()
    rates = Rates([(1, terms()), (changes, terms(rate_percent=Fraction(4)))])
    first, last = date(2026, 1, 1).toordinal(), date(2026, 3, 31).toordinal()
    found = earned(Factors(rates, last), first, 100_000, [])
    assert found.exact == 100_000 * (Fraction(2, 36_500) * 40 + Fraction(4, 36_500) * 50)
    assert (found.balance, found.balance_days, found.days) == (100_000, 9_000_000, 90)


def test_days_before_there_were_terms_earn_nothing() -> None:
    first = date(2026, 3, 1).toordinal()
    rates = Rates([(first, terms())])
    assert rates.on(first - 1) is None
    assert earned(Factors(rates, first + 9), first - 50, 36_500, []).exact == 20


@pytest.mark.parametrize(
    ("convention", "days"),
    [("Actual/365 Fixed", Fraction(59, 365)), ("30/360 BondBasis", Fraction(60, 360)),
     ("30E/360 Eurobond", Fraction(60, 360)), ("Actual/360", Fraction(59, 360)),
     ("Actual/Actual ISDA", Fraction(59, 365))],
)  # fmt: skip
def test_the_days_of_a_year_are_those_of_the_convention(convention: str, days: Fraction) -> None:
    rates = Rates([(1, terms(rate_percent=Fraction(100), day_count=convention))])
    start, last = date(2026, 1, 1).toordinal(), date(2026, 2, 28).toordinal()
    assert sum(rates.daily(day) for day in range(start, last + 1)) == days


def test_growth_takes_each_crediting_to_the_balance() -> None:
    rates = Rates([(1, terms(rate_percent=Fraction(12), compounding="monthly", crediting="monthly"))])
    start, last = date(2026, 1, 1).toordinal(), date(2026, 2, 28).toordinal()
    january, february = Fraction(12 * 31, 36_500), Fraction(12 * 28, 36_500)
    assert abs(growth(rates, start, last) - ((1 + january) * (1 + february) - 1)) < Fraction(1, 10**35)
    assert growth(rates, last + 1, last) == 0


@pytest.mark.parametrize(
    ("value", "minor"), [("1/2", 0), ("3/2", 2), ("5/2", 2), ("-1/2", 0), ("-3/2", -2), ("7/3", 2), ("-7/3", -2)]
)
def test_halves_go_to_the_even_cent(value: str, minor: int) -> None:
    assert whole(Fraction(value)) == minor == round(Fraction(value))


@given(st.lists(st.tuples(st.integers(1, 3_652_059), st.integers(-(2**62), 2**62))))
def test_what_moved_is_kept_whole(moved: list[tuple[int, int]]) -> None:
    assert unpack_moved(pack_moved(moved)) == moved
