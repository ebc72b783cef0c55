"""How long one check waits beside the others of its banking day: never longer than the law allows, and to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.compliance import holds
from counterfoil.compliance.check_deposits import ITEM_KINDS, Holds, banking_day, holds_of
from counterfoil.policy.terms.checks import HoldTerms
from counterfoil.products.calendar import FED, Calendar

MONDAY = date(2026, 6, 1)
OLD = date(2020, 1, 1)
SORTS = tuple(sort for sort in ITEM_KINDS if sort != "again")


def terms(**changed: int) -> HoldTerms:
    given = {"at_once": 275_00, "new_account_days": 9, "overdrafts": 2, "cutoff_hour": 14, **changed}
    return HoldTerms(**given, source="for tests")


class Day:
    """A customer's deposits of one banking day, one after another."""

    def __init__(self, kept: HoldTerms, day: date = MONDAY, opened: date | None = OLD) -> None:
        self.terms, self.day, self.opened = kept, day, opened
        self.plan: dict[str, int] = {}
        self.items: list[tuple[str, int]] = []

    def deposit(
        self, amount: int, sort: str = "payroll", *, again: bool = False, returns: int = 0, doubted: bool = False
    ) -> Holds:
        made = holds_of(
            self.terms, sort=sort, amount=amount, day=self.day, opened=self.opened, again=again, returns=returns,
            doubted=doubted, before=dict(self.plan),
        )  # fmt: skip
        if not doubted:
            self.items.append(("again" if again else sort, amount))
            for what, cents in (
                (f"item:{self.items[-1][0]}", amount), ("on:", made.at_once),
                *((f"on:{on.isoformat()}", cents) for on, cents in made.parts),
            ):  # fmt: skip
                self.plan[what] = self.plan.get(what, 0) + cents
        return made

    def available_by(self, day: date) -> int:
        out = self.plan.get("on:", 0)
        return out + sum(
            cents for what, cents in self.plan.items() if what[:5] == "on:20" and date.fromisoformat(what[3:]) <= day
        )

    def asked_by(self, day: date) -> int:
        items = tuple(holds.Item(ITEM_KINDS[sort], cents) for sort, cents in self.items)
        deposit = holds.Deposit(on=self.day, where="teller", items=items, banking_day=self.day, cash_ladder=False)
        return sum(part.cents for part in holds.availability(deposit) if part.on <= day)


def shown(made: Holds) -> list[tuple[str, int]]:
    return [(on.isoformat()[5:], cents) for on, cents in made.parts]


def test_the_worked_example_of_the_page() -> None:
    day = Day(terms())
    first, second = day.deposit(2_000_00), day.deposit(500_00)
    assert (first.at_once, shown(first)) == (275_00, [("06-03", 1_725_00)])
    assert (second.at_once, shown(second)) == (0, [("06-03", 500_00)])


@pytest.mark.parametrize(
    ("sort", "amount", "kept", "at_once", "parts", "reason"),
    [
        ("payroll", 275_00, {}, 275_00, [], "schedule"),  # to the last cent at once
        ("payroll", 275_01, {}, 275_00, [("06-03", 1)], "schedule"),  # one over
        ("treasury", 2_000_00, {}, 275_00, [("06-02", 1_725_00)], "schedule"),
        ("postal-order", 900_00, {"at_once": 0}, 0, [("06-02", 900_00)], "schedule"),
        (
            "personal",
            1_000_00,
            {"at_once": 0},
            0,
            [("06-02", 275_00), ("06-03", 725_00)],
            "schedule",
        ),
        ("payroll", 6_725_00, {}, 275_00, [("06-03", 6_450_00)], "schedule"),
        ("payroll", 6_725_01, {}, 275_00, [("06-03", 6_450_00), ("06-10", 1)], "large"),
    ],
)
def test_one_check(
    sort: str, amount: int, kept: dict[str, int], at_once: int, parts: list[tuple[str, int]], reason: str
) -> None:
    made = Day(terms(**kept)).deposit(amount, sort)
    assert (made.at_once, shown(made), made.reason) == (at_once, parts, reason)


@pytest.mark.parametrize(
    ("how", "parts", "reason"),
    [
        ({"again": True}, [("06-10", 1_000_00)], "again"),
        ({"returns": 1}, [("06-03", 725_00)], "schedule"),
        ({"returns": 2}, [("06-10", 1_000_00)], "returns"),
        ({"doubted": True}, [("06-10", 1_000_00)], "doubt"),
    ],
)
def test_what_makes_a_check_wait(how: dict[str, int], parts: list[tuple[str, int]], reason: str) -> None:
    made = Day(terms()).deposit(1_000_00, **how)  # type: ignore[arg-type]  # a table of keywords
    assert (shown(made), made.reason) == (parts, reason)


def test_a_new_account_waits_as_the_edition_says_and_not_for_government_checks() -> None:
    day = Day(terms(), opened=date(2026, 5, 2))
    assert day.deposit(1_000_00) == Holds(0, ((date(2026, 6, 12), 1_000_00),), "new-account")
    assert day.deposit(800_00, "treasury") == Holds(0, ((date(2026, 6, 2), 800_00),), "new-account")
    assert Day(terms(), opened=date(2026, 5, 1)).deposit(1_000_00).reason == "schedule"  # the thirty-first day


def test_a_day_of_our_own_lengthens_no_hold() -> None:
    # The offices are closed on Wednesday 4 March. A payroll check of Monday is available on Wednesday all the same.
    ours = Calendar(closed=frozenset({date(2026, 3, 4)}))
    for calendar in (FED, ours):
        held = holds_of(
            terms(), sort="payroll", amount=2_000_00, day=date(2026, 3, 2), opened=OLD, again=False, returns=0,
            doubted=False, before={}, calendar=calendar,
        )  # fmt: skip
        assert held.parts == ((date(2026, 3, 4), 1_725_00),)
    # A check of Tuesday evening is one of Thursday, the next day on which we are open.
    assert banking_day(terms(), date(2026, 3, 3), 1_200) == date(2026, 3, 4)
    assert banking_day(terms(), date(2026, 3, 3), 1_200, ours) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("on", "minute", "day"),
    [
        (date(2026, 7, 2), 14 * 60, date(2026, 7, 2)),  # in the minute of the cut-off
        (date(2026, 7, 2), 14 * 60 + 1, date(2026, 7, 3)),  # July 4 is a Saturday: banks are open on the Friday
        (date(2026, 7, 4), 600, date(2026, 7, 6)),
        (date(2026, 12, 24), 15 * 60, date(2026, 12, 28)),
        (date(2026, 9, 5), 600, date(2026, 9, 8)),  # Labor Day
    ],
)
def test_the_banking_day(on: date, minute: int, day: date) -> None:
    assert banking_day(terms(), on, minute) == day


deposits = st.lists(
    st.tuples(st.integers(1, 9_000_00), st.sampled_from(SORTS), st.booleans()), min_size=1, max_size=6
)  # fmt: skip


def days_of(made: Iterable[Holds]) -> list[date]:
    return sorted({on for one in made for on, _ in one.parts})


@given(checks=deposits, at_once=st.integers(0, 500_00))
def test_no_check_is_held_longer_than_the_law_allows(checks: list[tuple[int, str, bool]], at_once: int) -> None:
    day = Day(terms(at_once=at_once))
    made = [day.deposit(amount, sort) for amount, sort, _ in checks]
    for on in days_of(made):
        assert day.available_by(on) >= day.asked_by(on)
    assert day.available_by(date(2026, 12, 31)) == sum(amount for amount, _, _ in checks)


@given(checks=deposits, returns=st.integers(0, 3), doubted=st.booleans(), age=st.integers(0, 60))
def test_every_cent_of_a_check_is_available_once(
    checks: list[tuple[int, str, bool]], returns: int, doubted: bool, age: int
) -> None:
    day = Day(terms(), opened=date.fromordinal(MONDAY.toordinal() - age))
    for amount, sort, again in checks:
        made = day.deposit(amount, sort, again=again, returns=returns, doubted=doubted)
        assert made.at_once + sum(cents for _, cents in made.parts) == amount
        assert all(cents > 0 for _, cents in made.parts)
        assert [on for on, _ in made.parts] == sorted({on for on, _ in made.parts})
