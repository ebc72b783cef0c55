"""Whose purchases are one person's: by what was shown, and never by more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.products.instruments import Mark, Purchase, joined, marks, persons

ANA, EVA = ("customer", "7000000005"), ("customer", "7000000013")
PAPER: Mark = ("paper", "aa")


def bought(amount: int, *shown: Mark) -> Purchase:
    return Purchase("order-sale", f"S{amount}", amount, frozenset(shown))


def test_what_one_person_showed_joins_her_purchases() -> None:
    alone, with_paper, with_both = bought(1, ANA), bought(2, PAPER), bought(4, ANA, PAPER)
    assert joined([alone, with_paper, bought(8, EVA)], [ANA]) == [alone]
    assert joined([alone, with_paper, with_both, bought(8, EVA)], [PAPER]) == [alone, with_paper, with_both]


def test_nothing_shown_joins_nothing() -> None:
    first, second = bought(1), bought(2)
    assert joined([first, second], []) == []
    assert persons([first, second]) == [[first], [second]]


def test_one_visit_is_one_purchase() -> None:
    visit = marks(None, None, None, b"\x01" * 16)
    first, second = Purchase("order-sale", "1", 1, visit), Purchase("cash-send", "2", 2, visit)
    assert persons([first, second, bought(4)]) == [[first, second], [bought(4)]]


def test_whoever_buys_for_another_is_joined_to_her() -> None:
    assert marks("7000000005", "7000000013", None) == {ANA, EVA}


SHOWN = st.frozensets(st.sampled_from([ANA, EVA, PAPER, ("paper", "bb"), ("visit", "cc")]), max_size=3)


@given(st.lists(SHOWN, max_size=12))
def test_persons_divide_the_purchases(shown: list[frozenset[Mark]]) -> None:
    all_ = [Purchase("order-sale", str(n), 1 << n, one) for n, one in enumerate(shown)]
    groups = persons(all_)
    assert sorted(one.amount for group in groups for one in group) == [one.amount for one in all_]
    for n, group in enumerate(groups):
        of_group = {mark for one in group for mark in one.marks}
        for other in groups[n + 1 :]:
            assert not of_group & {mark for one in other for mark in one.marks}
