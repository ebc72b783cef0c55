"""Lists of checks and bills, as the books hold them."""

from __future__ import annotations

from typing import Any

import pytest

from cases.bills import end_of_day, paid
from cases.checks import came_back, cashed, deposited
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations import items
from counterfoil.testing.builders import SUPERVISOR, House, counter


@pytest.fixture(scope="module")
def house() -> House:
    house = counter()
    deposited(house, 9_000, number=9)
    house.do("check-settle", by=SUPERVISOR, case=cashed(house, 8_000, number=8))
    house.do("check-agree", case=came_back(house, 7_000, number=7), until="2026-04-01")
    paid(house)
    house.do("bill-cancel", case=paid(house, 700), till="T1")
    return house


def told(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in found]


def test_a_list_says_where_every_check_is(house: House) -> None:
    every = list(items.checks(house.store))
    assert told(every, "state", "how", "amount", "due", "until") == [
        ("collecting", "deposited", 9_000, 0, None),
        ("settled", "cashed", 8_000, 0, None),
        ("returned", "cashed", 7_000, 6_900, "2026-04-01"),
    ]
    assert every[0]["held"] == [["2026-03-13", 9_000]], "a new account: nine business days"
    assert told(list(items.checks(house.store, "owed")), "due") == [(6_900,)]
    assert told(list(items.checks(house.store, "collecting")), "amount") == [(9_000,)]
    assert list(items.checks(house.store, "written-off")) == []


def test_a_list_says_where_every_bill_is(house: House) -> None:
    assert told(list(items.bills(house.store)), "state", "amount", "on") == [
        ("waiting", 9_000, "2026-03-02"),
        ("called-back", 700, "2026-03-02"),
    ]
    end_of_day(house)
    assert told(list(items.bills(house.store, "sent")), "title", "fee") == [("Elk Fork Power", 150)]


def test_another_state_is_refused_by_name(house: House) -> None:
    for listed in (items.checks, items.bills):
        with pytest.raises(Malformed) as error:
            list(listed(house.store, "lost"))
        assert error.value.field == "state"
