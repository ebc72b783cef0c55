"""Transfers from one account, booked at once, are what ``apply`` gives one by one; or nothing, and it is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.idents import transfer_id
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.ledger.accounts import CREDITS_MUST_NOT_EXCEED_DEBITS, DEBITS_MUST_NOT_EXCEED_CREDITS
from counterfoil.ledger.machine import Machine
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import LINKED, PENDING, Transfer

DAY, HOUSE, OTHER, PEOPLE = 739_000, 1, 2, (3, 4, 5, 6)


def books(plain: bool, flags: int, currency: str, closed: bool, held: int) -> Machine:
    """A house account, another, and four people; the last of them is out of the ordinary."""
    machine = Machine()
    machine.add_account(HOUSE, "house:interest", "USD", 0, 0)
    machine.add_account(OTHER, "house:other", "USD", 0, 0)
    for one in PEOPLE:
        last = one == PEOPLE[-1] and not plain
        own = flags if last else DEBITS_MUST_NOT_EXCEED_CREDITS
        machine.add_account(one, f"customer:{one}:1", currency if last else "USD", 0, own)
    machine.apply([Transfer(transfer_id(1, 0, 0), OTHER, PEOPLE[0], 100 + held, 1, 0, b"", DAY, DAY, 0)], 1, nothing)
    machine.set_closed(PEOPLE[-1], closed and not plain)
    machine.close_period(DAY - 1)
    machine.drain()
    return machine


def nothing(ids: list[bytes]) -> dict[bytes, Any]:
    return {}


def told(machine: Machine) -> tuple[Any, ...]:
    return machine.accounts(), machine.highest, machine.open_pendings(), machine.now


@given(st.data())
def test_many_from_one_account_are_each_applied(data: st.DataObject) -> None:
    plain = data.draw(st.booleans())
    shape = (
        plain, data.draw(st.sampled_from([0, 1, CREDITS_MUST_NOT_EXCEED_DEBITS])),
        data.draw(st.sampled_from(["USD", "EUR"])), data.draw(st.booleans()),
        data.draw(st.sampled_from([0, AMOUNT_MINOR_MAX - 102])),
    )  # fmt: skip
    one, many = books(*shape), books(*shape)
    change = (
        "" if plain else data.draw(st.sampled_from(["", "id", "debit", "credit", "amount", "flags", "day", "old", "x"]))
    )
    batch = [
        Transfer(transfer_id(1, 1, leg), HOUSE, to, data.draw(st.integers(1, 3)), 221, 0, b"", DAY, DAY - 1, 0)
        for leg, to in enumerate(data.draw(st.permutations(PEOPLE))[: data.draw(st.integers(1, 4))])
    ]
    place = data.draw(st.integers(0, len(batch) - 1))
    odd: dict[str, dict[str, Any]] = {
        "id": {"id": batch[0].id}, "debit": {"debit": OTHER},
        "credit": {"credit": data.draw(st.sampled_from([HOUSE, 9, 3]))},
        "amount": {"amount": data.draw(st.sampled_from([0, -1, AMOUNT_MINOR_MAX]))},
        "flags": {"flags": data.draw(st.sampled_from([LINKED, PENDING]))}, "day": {"booked": DAY - 1},
        "old": {"id": transfer_id(1, 0, 0)}, "x": {"expires": 5},
    }  # fmt: skip
    batch[place] = batch[place]._replace(**odd.get(change, {}))
    before = told(many)
    if many.apply_from_one(batch, 2):
        assert one.apply(batch, 2, nothing) == [Outcome.CREATED] * len(batch)
        assert told(many) == told(one)
        assert many.drain() == one.drain()
    else:
        assert not plain or shape[-1]
        assert told(many) == before
        changes = many.drain()
        assert [changes.transfers, changes.counters, changes.accounts] == [[], [], []]


def test_nothing_is_booked_of_no_transfers() -> None:
    assert not books(True, 0, "USD", False, 0).apply_from_one([], 2)
