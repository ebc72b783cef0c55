"""Funds availability: the ladder of a plain check, every kind of item, every exception, and what is always true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.compliance.holds import (
    KINDS,
    PLACES,
    Deposit,
    Item,
    Thresholds,
    availability,
    banking_day_of,
    thresholds_on,
)
from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.calendar import add_banking_days, is_banking_day

MONDAY = date(2026, 6, 1)


def deposit(*items: Item | tuple[str, int], where: str = "teller", on: date = MONDAY) -> Deposit:
    return Deposit(on, where, tuple(one if isinstance(one, Item) else Item(*one) for one in items))


def ladder(given_: Deposit) -> list[tuple[int, int]]:
    """(business days after the banking day of deposit, cents)."""
    start = banking_day_of(given_)
    days = {add_banking_days(start, n): n for n in range(1, 20)}
    return [(days[one.on], one.cents) for one in availability(given_)]


@pytest.mark.parametrize(
    ("cents", "rungs"),
    [
        (180_00, [(1, 180_00)]),
        (275_00, [(1, 275_00)]),
        (275_01, [(1, 275_00), (2, 1)]),
        (825_00, [(1, 275_00), (2, 550_00)]),
        (825_01, [(1, 275_00), (2, 550_00), (3, 1)]),
        (6_725_00, [(1, 275_00), (2, 550_00), (3, 5_900_00)]),
        (6_725_01, [(1, 275_00), (2, 6_450_00), (7, 1)]),
    ],
)
def test_a_local_check(cents: int, rungs: list[tuple[int, int]]) -> None:
    assert ladder(deposit(("local_check", cents))) == rungs


def test_without_the_cash_withdrawal_adjustment_the_rest_is_due_on_the_second_day() -> None:
    plain = replace(deposit(("local_check", 2_000_00)), cash_ladder=False)
    assert ladder(plain) == [(1, 275_00), (2, 1_725_00)]


def test_the_comment_on_large_deposits() -> None:
    assert ladder(deposit(("cash", 2_000_00), ("local_check", 9_000_00))) == [
        (1, 2_275_00),
        (2, 6_450_00),
        (7, 2_275_00),
    ]


def test_next_day_checks_count_toward_the_large_deposit() -> None:
    assert ladder(deposit(("local_check", 5_000_00), ("us_treasury_check", 5_000_00))) == [
        (1, 5_275_00),
        (2, 1_450_00),
        (7, 3_275_00),
    ]
    assert ladder(deposit(("us_treasury_check", 9_000_00))) == [(1, 6_725_00), (7, 2_275_00)]
    assert ladder(deposit(("on_us_check", 9_000_00))) == [(1, 6_725_00), (2, 2_275_00)]


@pytest.mark.parametrize(
    ("item", "where", "day"),
    [
        (Item("cash", 100_00), "teller", 1),
        (Item("cash", 100_00), "atm", 2),
        (Item("cash", 100_00), "night_depository", 2),
        (Item("cash", 100_00), "nonproprietary_atm", 5),
        (Item("electronic_payment", 100_00), "remote", 1),
        (Item("us_treasury_check", 900_00), "teller", 1),
        (Item("us_treasury_check", 900_00), "atm", 1),
        (Item("us_treasury_check", 900_00), "nonproprietary_atm", 5),
        (Item("usps_money_order", 900_00), "teller", 1),
        (Item("usps_money_order", 900_00), "atm", 2),
        (Item("usps_money_order", 900_00), "mail", 2),
        (Item("fhlb_check", 900_00), "teller", 1),
        (Item("state_government_check", 900_00), "teller", 1),
        (Item("state_government_check", 900_00), "atm", 2),
        (Item("cashiers_check", 900_00), "teller", 1),
        (Item("tellers_check", 900_00), "mail", 2),
        (Item("on_us_check", 900_00), "teller", 1),
        (Item("on_us_check", 900_00), "mail", 1),
        (Item("local_check", 900_00), "nonproprietary_atm", 5),
    ],
)
def test_each_item_where_it_was_deposited(item: Item, where: str, day: int) -> None:
    assert ladder(deposit(item, where=where)) == [(day, item.cents)]


@pytest.mark.parametrize(
    "item",
    [
        Item("us_treasury_check", 700_00, to_payee=False),
        Item("usps_money_order", 700_00, to_payee=False),
        Item("cashiers_check", 700_00, to_payee=False),
        Item("certified_check", 700_00, special_slip=False),
        Item("state_government_check", 700_00, same_state=False),
        Item("payroll_check", 700_00),
    ],
)
def test_an_item_that_misses_a_condition_is_a_check_like_any_other(item: Item) -> None:
    assert ladder(deposit(item)) == [(1, 275_00), (2, 425_00)]


@pytest.mark.parametrize("exception", ["redeposited", "repeated_overdraft", "reasonable_cause", "emergency"])
@pytest.mark.parametrize(
    ("kind", "where", "day"),
    [
        ("local_check", "teller", 7),
        ("us_treasury_check", "teller", 7),
        ("usps_money_order", "atm", 7),
        ("on_us_check", "teller", 2),
        ("local_check", "nonproprietary_atm", 11),
        ("cash", "teller", 1),
    ],
)
def test_an_exception_extends_checks_and_never_cash(exception: str, kind: str, where: str, day: int) -> None:
    assert ladder(replace(deposit((kind, 700_00), where=where), exception=exception)) == [(day, 700_00)]


def test_a_redeposited_check_is_held_and_its_neighbors_are_not() -> None:
    mixed = deposit(("redeposited_check", 500_00), ("local_check", 300_00), ("cash", 50_00))
    assert ladder(replace(mixed, exception="redeposited")) == [(1, 325_00), (2, 25_00), (7, 500_00)]
    assert ladder(mixed) == ladder(replace(mixed, exception="redeposited"))


@pytest.mark.parametrize(("ended", "on"), [(MONDAY, date(2026, 6, 8)), (date(2026, 5, 20), date(2026, 6, 3))])
def test_an_emergency_ends(ended: date, on: date) -> None:
    held = replace(deposit(("local_check", 700_00)), exception="emergency", emergency_ended=ended)
    assert [one.on for one in availability(held)] == [on]


@pytest.mark.parametrize(("age", "rungs"), [(30, [(1, 6_725_00), (9, 1_275_00)]), (31, [(1, 6_725_00), (7, 1_275_00)])])
def test_an_account_is_new_for_thirty_days(age: int, rungs: list[tuple[int, int]]) -> None:
    assert ladder(replace(deposit(("us_treasury_check", 8_000_00)), account_age_days=age)) == rungs


def test_the_rule_sets_no_day_for_ordinary_checks_in_a_new_account() -> None:
    for kind in ("local_check", "on_us_check", "redeposited_check"):
        with pytest.raises(Malformed, match="not computable"):
            availability(replace(deposit(("cash", 1), (kind, 700_00)), account_age_days=3))


@pytest.mark.parametrize(
    ("where", "cutoff", "minute", "day"),
    [
        ("teller", 14 * 60, 14 * 60, 1),  # to the minute
        ("teller", 14 * 60, 14 * 60 + 1, 2),
        ("teller", 12 * 60, 13 * 60, 1),  # noon is too early for a window
        ("teller", 12 * 60, 14 * 60 + 1, 2),
        ("teller", 16 * 60, 15 * 60, 1),
        ("atm", 12 * 60, 12 * 60 + 1, 2),
        ("atm", 9 * 60, 11 * 60, 1),
        ("teller", None, 23 * 60, 1),
        ("teller", 14 * 60, None, 1),
    ],
)
def test_no_cut_off_before_the_lawful_hour(where: str, cutoff: int | None, minute: int | None, day: int) -> None:
    made = replace(deposit(("cash", 1_00), where=where), cutoff=cutoff, minute=minute)
    assert banking_day_of(made) == date(2026, 6, day)


def test_a_stated_banking_day_may_be_later_and_not_earlier() -> None:
    late = replace(deposit(("cash", 1_00)), banking_day=date(2026, 6, 3))
    assert banking_day_of(late) == date(2026, 6, 3)
    for wrong in (date(2026, 5, 29), date(2026, 6, 6)):
        with pytest.raises(Malformed, match="banking day"):
            banking_day_of(replace(late, banking_day=wrong))


@pytest.mark.parametrize(
    ("day", "least"),
    [
        (date(2025, 7, 1), 275_00),
        (date(2025, 6, 30), 225_00),
        (date(2020, 7, 1), 225_00),
        (date(2020, 6, 30), 200_00),
        (date(2011, 7, 20), 100_00),
    ],
)
def test_the_lines_change_with_their_day(day: date, least: int) -> None:
    assert thresholds_on(day).next_day == least


def test_lines_of_the_house_may_be_given() -> None:
    own = replace(deposit(("local_check", 700_00)), lines=Thresholds(500_00, 550_00, 6_725_00, 6_725_00))
    assert ladder(own) == [(1, 500_00), (2, 200_00)]


ITEMS = st.builds(
    Item, st.sampled_from(sorted(KINDS)), st.integers(1, 2_000_000), st.booleans(), st.booleans(), st.booleans()
)


@given(
    st.lists(ITEMS, min_size=1, max_size=6),
    st.sampled_from(PLACES),
    st.dates(date(2012, 1, 1), date(2040, 12, 31)),
    st.sampled_from(["", "redeposited", "repeated_overdraft", "reasonable_cause", "emergency"]),
)
def test_every_dollar_is_available_once(items: list[Item], where: str, on: date, exception: str) -> None:
    made = Deposit(on, where, tuple(items), exception=exception)
    days = availability(made)
    assert sum(one.cents for one in days) == sum(item.cents for item in items)
    assert all(one.cents > 0 and is_banking_day(one.on) and one.on > on for one in days)
    assert [one.on for one in days] == sorted({one.on for one in days})


@given(st.lists(ITEMS, min_size=1, max_size=5), st.sampled_from(PLACES), st.integers(1, 700))
def test_a_later_deposit_is_never_available_sooner(items: list[Item], where: str, later: int) -> None:
    first = Deposit(MONDAY, where, tuple(items))
    second = replace(first, on=MONDAY + timedelta(days=later))
    assert availability(second)[-1].on >= availability(first)[-1].on


@pytest.mark.parametrize(
    "broken",
    [
        Deposit(MONDAY, "window", (Item("cash", 1),)),
        Deposit(MONDAY, "teller", ()),
        Deposit(MONDAY, "teller", (Item("cash", 0),)),
        Deposit(MONDAY, "teller", (Item("gold", 1),)),
        Deposit(MONDAY, "teller", (Item("cash", 1),), exception="mood"),
        Deposit(date(1975, 1, 2), "teller", (Item("local_check", 1),)),
    ],
)
def test_what_is_refused(broken: Deposit) -> None:
    with pytest.raises(Malformed):
        availability(broken)
