"""What was begun at a screen: sealed, bounded in time, and no part of the books."""

from __future__ import annotations

import pytest

from counterfoil.kernel.outcomes import Fault
from counterfoil.operations import unfinished
from counterfoil.operations.unfinished import KEPT_MS
from counterfoil.testing.builders import CLERK, House, counter, state_folds

TYPED = {"kind": "deposit", "typed": {"amount": "12.50", "details.name": "Ólafur Þór 📮 邮局"}}


@pytest.fixture
def house() -> House:
    return counter()


def kept(house: House) -> dict[str, object]:
    return {one.name: one.value for one in unfinished.kept(house.desk)}


def test_it_comes_back_as_it_was(house: House) -> None:
    unfinished.keep(house.desk, {f"screen:{CLERK}": TYPED, "screen:9": {}})
    assert kept(house.reopened()) == {f"screen:{CLERK}": TYPED, "screen:9": {}}
    unfinished.keep(house.desk, {"screen:9": None, "screen:8": None})
    assert kept(house) == {f"screen:{CLERK}": TYPED}


def test_what_is_kept_cannot_be_read_in_the_store(house: House) -> None:
    unfinished.keep(house.desk, {f"screen:{CLERK}": TYPED})
    (row,) = house.store.scan("unfinished")
    assert isinstance(row[2], bytes)
    assert b"deposit" not in row[2]
    assert b"12.50" not in row[2]


def test_the_books_are_the_same_without_it(house: House) -> None:
    size, folds = house.desk.size, state_folds(house.desk.state)
    unfinished.keep(house.desk, {f"screen:{CLERK}": TYPED})
    assert (house.desk.size, state_folds(house.desk.state)) == (size, folds)
    house.check()


def test_what_is_too_old_is_thrown_away(house: House) -> None:
    unfinished.keep(house.desk, {"screen:1": TYPED})
    start = house.clock.now()
    house.clock.set(start + KEPT_MS - 1)
    unfinished.keep(house.desk, {"screen:2": TYPED})
    assert set(kept(house)) == {"screen:1", "screen:2"}
    house.clock.set(start + KEPT_MS)
    assert set(kept(house)) == {"screen:2"}
    assert [row[0] for row in house.store.scan("unfinished")] == ["screen:2"]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["another name", "another time", "other bytes"])
def test_what_was_changed_is_thrown_away(house: House, place: int) -> None:
    unfinished.keep(house.desk, {"screen:1": TYPED})
    (row,) = house.store.scan("unfinished")
    name, time, sealed = str(row[0]), int(row[1] or 0), bytes(row[2] or b"")  # type: ignore[arg-type]  # a column's value
    changed = [("screen:2", time, sealed), (name, time - 1, sealed), (name, time, sealed[:-1] + b"?")][place]
    house.desk.note({"unfinished": [changed]}, deletes={"unfinished": [(name,)]} if place == 0 else {})
    assert kept(house) == {}
    assert list(house.store.scan("unfinished")) == []


@pytest.mark.parametrize("value", [{"pin": "1"}, {"a": [{"pin_approver": "1"}]}, {"drafts": [["x", {"pin2": ""}]]}])
def test_a_pin_is_never_kept(house: House, value: dict[str, object]) -> None:
    with pytest.raises(Fault):
        unfinished.keep(house.desk, {"screen:1": value})
    assert list(house.store.scan("unfinished")) == []
