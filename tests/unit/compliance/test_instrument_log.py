"""The log of money orders bought for cash: divided among persons, with what is missing and what is near the line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.compliance.instrument_log import log_of_day
from counterfoil.products.instruments import Mark, Purchase

ANA: Mark = ("customer", "7000000005")
PAPER: Mark = ("paper", "ab" * 32)
WHOLE = {"name": "Ana", "lives": "31 Main Street", "born": "1951-04-09", "identification": "passport 77"}


def bought(reference: str, amount: int, *marks: Mark) -> Purchase:
    return Purchase("order-sale", reference, amount, frozenset(marks))


def test_what_is_missing_of_a_buyer_is_named() -> None:
    three = [bought("1", 100_000, ANA), bought("2", 100_000, ANA), bought("3", 100_000, ANA)]
    (buyer,) = log_of_day(three, {ANA[1]: WHOLE}, watch_from=200_000)
    assert (buyer.total, buyer.duty, buyer.missing, buyer.near) == (300_000, "log", (), False)
    (buyer,) = log_of_day(three, {ANA[1]: {"name": "Ana"}}, watch_from=200_000)
    assert buyer.missing == ("lives", "born", "identification")
    (buyer,) = log_of_day(three[:2], {ANA[1]: {"name": "Ana"}}, watch_from=200_000)
    assert (buyer.duty, buyer.missing, buyer.near) == ("none", (), True)


def test_pieces_just_under_the_line_stand_out() -> None:
    pieces = [bought("1", 100_000, PAPER), bought("2", 100_000, PAPER), bought("3", 99_999, PAPER)]
    small = bought("4", 37_500)
    first, second = log_of_day([small, *pieces], {}, watch_from=200_000)
    assert (first.total, first.near, first.known, first.papers) == (299_999, True, True, (PAPER[1],))
    assert (second.total, second.near, second.known) == (37_500, False, False)


def test_above_the_line_of_the_currency_report_the_report_takes_its_place() -> None:
    (buyer,) = log_of_day([bought(str(n), 100_000, ANA) for n in range(11)], {}, watch_from=200_000)
    assert buyer.duty == "ctr"


MARKS = st.frozensets(st.sampled_from([ANA, PAPER, ("visit", "01"), ("visit", "02")]), max_size=2)


@given(st.lists(st.tuples(st.integers(1, 100_000), MARKS), max_size=10))
def test_the_log_divides_the_day(day: list[tuple[int, frozenset[Mark]]]) -> None:
    purchases = [Purchase("order-sale", str(n), amount, marks) for n, (amount, marks) in enumerate(day)]
    buyers = log_of_day(purchases, {}, watch_from=200_000)
    assert sum(one.total for one in buyers) == sum(amount for amount, _ in day)
    assert sorted(p.reference for one in buyers for p in one.purchases) == sorted(p.reference for p in purchases)
