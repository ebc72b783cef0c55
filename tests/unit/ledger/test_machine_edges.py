"""The edges of the machine: the last unit and one over, repeats, chains, pendings, loading, what a commit is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from counterfoil.kernel.limits import BATCH_TRANSFERS_MAX
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.ledger.accounts import AccountRow, Balance
from counterfoil.ledger.machine import Machine
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import EXPIRE, LINKED, PENDING, POST, VOID, PendingRow, Transfer
from counterfoil.testing.strategies_ledger import InDictionaries

CREATED, FAILED, EXISTS = Outcome.CREATED, Outcome.LINKED_EVENT_FAILED, Outcome.EXISTS
INT64 = 2**63 - 1
DAY = 739_100
TILL, CUSTOMER, HOUSE, SINK = 1, 2, 3, 4


def tid(number: int) -> bytes:
    return number.to_bytes(16, "big")


def move(number: int, debit: int, credit: int, amount: int, **more: Any) -> Transfer:
    return Transfer(tid(number), debit, credit, amount, 1, booked=DAY, value=DAY)._replace(**more)


class Ledger:
    """A machine and the dictionaries that keep what it drains."""

    def __init__(self, limit: int = 0) -> None:
        self.machine, self.kept = Machine(), InDictionaries()
        for number, (flags, room) in enumerate([(2, limit), (1, limit), (0, 0), (0, 0)], start=1):
            assert self.machine.add_account(number, f"account {number}", "USD", 0, flags, room) is CREATED

    def apply(self, *batch: Transfer, now: int = 0) -> list[Outcome]:
        return self.machine.apply(batch, now, self.kept.transfers, self.kept.pendings)

    def commit(self) -> None:
        self.kept.keep(self.machine.drain())

    def reload(self) -> None:
        self.commit()
        highest, self.machine = self.machine.highest, Machine()
        self.machine.load(self.kept.accounts(), self.kept.open_pendings(), highest=highest)

    def room(self) -> tuple[int, int]:
        return self.machine.room_to_debit(CUSTOMER), self.machine.room_to_credit(TILL)


def test_a_customer_draws_to_the_last_cent_and_not_one_over() -> None:
    ledger = Ledger()
    assert ledger.apply(
        move(1, TILL, CUSTOMER, 5_000),
        move(2, CUSTOMER, TILL, 5_001),
        move(3, CUSTOMER, TILL, 5_000),
        move(4, CUSTOMER, TILL, 1),
    ) == [CREATED, Outcome.EXCEEDS_CREDITS, CREATED, Outcome.EXCEEDS_CREDITS]
    assert ledger.machine.balance(CUSTOMER) == Balance(5_000, 5_000, 0, 0)


def test_a_till_pays_to_the_last_cent_and_not_one_over() -> None:
    ledger = Ledger()
    assert ledger.apply(
        move(1, TILL, HOUSE, 70), move(2, HOUSE, TILL, 71), move(3, HOUSE, TILL, 70), move(4, HOUSE, TILL, 1)
    ) == [CREATED, Outcome.EXCEEDS_DEBITS, CREATED, Outcome.EXCEEDS_DEBITS]


@pytest.mark.parametrize("limit", [0, 1, 250, INT64])
@pytest.mark.parametrize("flags", [0, PENDING])
def test_room_is_exact(limit: int, flags: int) -> None:
    """What ``room_to_debit`` says is accepted and one more is not, pending or not; the same on the till's side."""
    for debit, credit, refusal in (
        (CUSTOMER, HOUSE, Outcome.EXCEEDS_CREDITS),
        (HOUSE, TILL, Outcome.EXCEEDS_DEBITS),
    ):
        ledger = Ledger(limit)
        ledger.apply(move(1, TILL, CUSTOMER, 40))
        ledger.apply(move(2, CUSTOMER, TILL, 15, flags=PENDING))
        room = ledger.machine.room_to_debit(debit) if debit == CUSTOMER else ledger.machine.room_to_credit(credit)
        assert room == min(25 + limit, INT64 - 15)
        if room < INT64 - 15:
            assert ledger.apply(move(3, debit, credit, room + 1, flags=flags)) == [refusal]
        assert ledger.apply(move(3, debit, credit, room, flags=flags)) == [CREATED]
        assert 0 in ledger.room()


def test_an_unguarded_account_has_the_room_of_int64() -> None:
    ledger = Ledger()
    ledger.apply(move(1, HOUSE, SINK, 10), move(2, HOUSE, SINK, 5, flags=PENDING))
    assert ledger.machine.room_to_debit(HOUSE) == INT64 - 15
    assert ledger.machine.room_to_credit(HOUSE) == INT64
    assert ledger.machine.room_to_credit(SINK) == INT64 - 15


@pytest.mark.parametrize("flags", [0, PENDING])
@pytest.mark.parametrize(
    ("debit", "credit", "refusal"), [(HOUSE, 5, Outcome.OVERFLOWS_DEBITS), (5, SINK, Outcome.OVERFLOWS_CREDITS)]
)
def test_the_last_unit_of_int64(flags: int, debit: int, credit: int, refusal: Outcome) -> None:
    ledger = Ledger()
    ledger.machine.add_account(5, "fifth", "USD")
    assert ledger.apply(move(1, HOUSE, SINK, INT64 - 10), move(2, HOUSE, SINK, 4, flags=PENDING)) == [CREATED] * 2
    assert ledger.apply(move(3, debit, credit, 7, flags=flags)) == [refusal]
    assert ledger.apply(move(3, debit, credit, 6, flags=flags)) == [CREATED]
    assert ledger.apply(move(4, debit, credit, 1, flags=flags)) == [refusal]


def test_one_transfer_of_all_of_int64() -> None:
    ledger = Ledger()
    assert ledger.apply(move(1, HOUSE, SINK, INT64 + 1), move(1, HOUSE, SINK, INT64)) == [
        Outcome.AMOUNT_OVER_INT64,
        CREATED,
    ]
    assert ledger.machine.balance(SINK) == Balance(0, INT64, 0, 0)


@pytest.mark.parametrize("flags", [0, PENDING])
def test_the_edges_of_dates_codes_and_times(flags: int) -> None:
    ledger = Ledger()
    fine = [
        move(1, HOUSE, SINK, 1, booked=1, value=1, code=0, flags=flags),
        move(2, HOUSE, SINK, 1, booked=3_652_059, value=3_652_059, code=65_535, flags=flags),
        move(3, HOUSE, SINK, 1, flags=PENDING, expires=INT64),
        move(4, HOUSE, SINK, 1, flags=PENDING, expires=1),
    ]
    assert ledger.apply(*fine) == [CREATED] * 4


def test_the_first_and_last_id() -> None:
    ledger = Ledger()
    last = b"\xff" * 15 + b"\xfe"
    assert ledger.apply(move(0, HOUSE, SINK, 1), move(1, HOUSE, SINK, 1)) == [Outcome.ID_MUST_NOT_BE_ZERO, CREATED]
    assert ledger.apply(move(0, HOUSE, SINK, 1, id=last)) == [CREATED]
    assert ledger.machine.highest == last


@pytest.mark.parametrize("wrong", [tid(9)[:-1], tid(9) + b"\0", b""])
def test_an_id_of_another_length_is_refused(wrong: bytes) -> None:
    assert Ledger().apply(move(9, HOUSE, SINK, 1, id=wrong)) == [Outcome.ID_MUST_BE_16_BYTES]


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_no_float_comes_near_money(amount: Any) -> None:
    with pytest.raises(Fault, match="no int"):
        Ledger().apply(move(1, HOUSE, SINK, 1)._replace(amount=amount))


def test_a_batch_has_a_bound() -> None:
    ledger = Ledger()
    most = [move(number, HOUSE, SINK, 1) for number in range(1, BATCH_TRANSFERS_MAX + 2)]
    with pytest.raises(Malformed) as caught:
        ledger.apply(*most)
    assert caught.value.field == "batch"
    assert ledger.machine.balance(HOUSE) == Balance(0, 0, 0, 0)
    assert ledger.apply(*most[:-1]) == [CREATED] * BATCH_TRANSFERS_MAX
    assert ledger.apply() == []


# Repeats


def test_a_repeat_is_answered_before_any_rule() -> None:
    """Account closed, period closed, no money left: what was accepted stays accepted."""
    ledger = Ledger()
    first = move(1, TILL, CUSTOMER, 10)
    spent = move(2, CUSTOMER, TILL, 10)
    assert ledger.apply(first, spent) == [CREATED, CREATED]
    ledger.machine.set_closed(CUSTOMER, True)
    ledger.machine.close_period(DAY)
    for _ in range(3):  # In memory; drained; from the store.
        assert ledger.apply(first, spent, first._replace(amount=11)) == [
            EXISTS,
            EXISTS,
            Outcome.EXISTS_WITH_DIFFERENT_AMOUNT,
        ]
        ledger.commit()
    ledger.reload()
    assert ledger.apply(first, spent) == [EXISTS, EXISTS]


def test_the_same_id_twice_in_a_batch() -> None:
    ledger = Ledger()
    one = move(1, HOUSE, SINK, 10)
    assert ledger.apply(one, one, one._replace(code=2)) == [CREATED, EXISTS, Outcome.EXISTS_WITH_DIFFERENT_CODE]
    assert ledger.machine.balance(HOUSE) == Balance(10, 0, 0, 0)


def test_the_same_id_twice_in_a_chain_keeps_nothing() -> None:
    ledger = Ledger()
    one = move(1, HOUSE, SINK, 10, flags=LINKED)
    assert ledger.apply(one, one._replace(flags=0)) == [FAILED, Outcome.ID_REPEATED_IN_CHAIN]
    assert ledger.apply(one, one, move(2, HOUSE, SINK, 1)) == [FAILED, Outcome.ID_REPEATED_IN_CHAIN, FAILED]
    assert ledger.machine.balance(HOUSE) == Balance(0, 0, 0, 0)
    assert ledger.apply(one._replace(flags=0)) == [CREATED]


def test_an_id_is_free_again_once_its_chain_is_broken() -> None:
    ledger = Ledger()
    ledger.apply(move(9, HOUSE, SINK, 1))
    old = move(3, HOUSE, SINK, 10, flags=LINKED)
    fail = move(4, HOUSE, 404, 1, flags=LINKED)
    assert ledger.apply(old, fail, old._replace(flags=0)) == [FAILED, Outcome.CREDIT_ACCOUNT_NOT_FOUND, FAILED]
    assert ledger.apply(old._replace(flags=0)) == [CREATED]


def test_a_whole_chain_sent_again_is_told_so() -> None:
    ledger = Ledger()
    chain = [move(1, HOUSE, SINK, 10, flags=LINKED), move(2, HOUSE, SINK, 5)]
    assert ledger.apply(*chain) == [CREATED, CREATED]
    assert ledger.apply(*chain) == [EXISTS, EXISTS]
    ledger.reload()
    assert ledger.apply(*chain) == [EXISTS, EXISTS]
    assert ledger.apply(chain[0], move(3, HOUSE, SINK, 5)) == [EXISTS, FAILED]
    assert ledger.machine.balance(HOUSE) == Balance(15, 0, 0, 0)


def test_an_id_below_the_highest_that_was_never_used_is_new() -> None:
    ledger = Ledger()
    assert ledger.apply(move(9, HOUSE, SINK, 1), move(4, HOUSE, SINK, 1), move(4, HOUSE, SINK, 1)) == [
        CREATED,
        CREATED,
        EXISTS,
    ]
    assert ledger.machine.highest == tid(9)
    ledger.reload()
    assert ledger.apply(move(3, HOUSE, SINK, 1), move(4, HOUSE, SINK, 1)) == [CREATED, EXISTS]


def test_a_refused_id_may_be_used_again() -> None:
    ledger = Ledger()
    assert ledger.apply(move(1, CUSTOMER, HOUSE, 5)) == [Outcome.EXCEEDS_CREDITS]
    assert ledger.apply(move(1, HOUSE, CUSTOMER, 5)) == [CREATED]


# Chains


@pytest.mark.parametrize("broken_at", [0, 1, 2])
def test_a_chain_is_all_or_nothing(broken_at: int) -> None:
    ledger = Ledger()
    chain = [move(n, HOUSE, SINK, 10 + n, flags=LINKED if n < 3 else 0) for n in (1, 2, 3)]
    wrong = [*chain]
    wrong[broken_at] = chain[broken_at]._replace(debit=404)
    before = ledger.machine.accounts()
    outcomes = [FAILED] * 3
    outcomes[broken_at] = Outcome.DEBIT_ACCOUNT_NOT_FOUND
    assert ledger.apply(move(9, HOUSE, SINK, 0), *wrong) == [Outcome.AMOUNT_MUST_NOT_BE_ZERO, *outcomes]
    assert ledger.machine.accounts() == before
    assert ledger.machine.highest == bytes(16)
    assert ledger.apply(*chain, move(4, HOUSE, SINK, 1)) == [CREATED] * 4
    assert ledger.machine.balance(HOUSE) == Balance(37, 0, 0, 0)


def test_later_links_see_what_earlier_ones_did() -> None:
    ledger = Ledger()
    assert ledger.apply(move(1, TILL, CUSTOMER, 10, flags=LINKED), move(2, CUSTOMER, TILL, 10)) == [CREATED, CREATED]
    assert ledger.apply(move(3, CUSTOMER, TILL, 1, flags=LINKED), move(4, TILL, CUSTOMER, 1)) == [
        Outcome.EXCEEDS_CREDITS,
        FAILED,
    ]


def test_two_chains_stand_alone() -> None:
    ledger = Ledger()
    outcomes = ledger.apply(
        move(1, HOUSE, SINK, 1, flags=LINKED),
        move(2, HOUSE, 404, 1),
        move(3, HOUSE, SINK, 1, flags=LINKED),
        move(4, HOUSE, SINK, 1),
        move(5, HOUSE, SINK, 1),
    )
    assert outcomes == [FAILED, Outcome.CREDIT_ACCOUNT_NOT_FOUND, CREATED, CREATED, CREATED]


def test_an_open_chain_is_not_kept() -> None:
    ledger = Ledger()
    left = [move(1, HOUSE, SINK, 1, flags=LINKED), move(2, HOUSE, SINK, 1, flags=LINKED)]
    assert ledger.apply(*left) == [FAILED, Outcome.LINKED_EVENT_CHAIN_OPEN]
    assert ledger.apply(left[0]) == [Outcome.LINKED_EVENT_CHAIN_OPEN]
    assert ledger.apply(left[0]._replace(amount=0), left[1]) == [
        Outcome.AMOUNT_MUST_NOT_BE_ZERO,
        Outcome.LINKED_EVENT_CHAIN_OPEN,
    ]
    assert ledger.machine.balance(HOUSE) == Balance(0, 0, 0, 0)


def test_a_broken_chain_gives_pendings_back_as_they_were() -> None:
    ledger = Ledger()
    held = move(1, HOUSE, SINK, 10, flags=PENDING)
    ledger.apply(held)
    resolve = move(2, HOUSE, SINK, 10, flags=POST | LINKED, pending=held.id)
    fail = move(5, HOUSE, 404, 1)
    new = move(3, HOUSE, SINK, 7, flags=PENDING | LINKED)
    drop = move(4, HOUSE, SINK, 7, flags=VOID | LINKED, pending=new.id)
    for _ in range(2):  # With the pending fresh, then from the store.
        before = (ledger.machine.accounts(), ledger.machine.open_pendings())
        assert ledger.apply(resolve, new, drop, fail)[:3] == [FAILED] * 3
        assert (ledger.machine.accounts(), ledger.machine.open_pendings()) == before
        changes = ledger.machine.drain()
        assert [(row.id, row.state) for row in changes.pendings] in ([(held.id, 0)], [])
        ledger.kept.keep(changes)
        ledger.reload()
    assert ledger.apply(resolve._replace(flags=POST)) == [CREATED]


def test_a_broken_chain_leaves_nothing_to_commit() -> None:
    ledger = Ledger()
    ledger.commit()
    ledger.apply(move(1, HOUSE, SINK, 1, flags=LINKED), move(2, SINK, HOUSE, 0))
    changes = ledger.machine.drain()
    assert (changes.transfers, changes.accounts, changes.counters, changes.pendings) == ([], [], [], [])


# Pending transfers


def test_a_pending_reserves_and_a_part_releases_the_rest() -> None:
    ledger = Ledger()
    ledger.apply(move(1, TILL, CUSTOMER, 100))
    assert ledger.apply(move(2, CUSTOMER, TILL, 80, flags=PENDING)) == [CREATED]
    assert ledger.machine.balance(CUSTOMER) == Balance(0, 100, 80, 0)
    assert ledger.room() == (20, 20)
    assert ledger.apply(move(3, CUSTOMER, TILL, 21)) == [Outcome.EXCEEDS_CREDITS]
    assert ledger.apply(move(4, CUSTOMER, TILL, 30, flags=POST, pending=tid(2))) == [CREATED]
    assert ledger.machine.balance(CUSTOMER) == Balance(30, 100, 0, 0)
    assert ledger.room() == (70, 70)


@pytest.mark.parametrize(
    ("flags", "outcome", "state"),
    [
        (POST, Outcome.PENDING_ALREADY_POSTED, 1),
        (VOID, Outcome.PENDING_ALREADY_VOIDED, 2),
        (EXPIRE, Outcome.PENDING_ALREADY_EXPIRED, 3),
    ],
)
def test_a_pending_is_resolved_once(flags: int, outcome: Outcome, state: int) -> None:
    ledger = Ledger()
    held = move(1, HOUSE, SINK, 10, flags=PENDING, expires=50)
    now = 50 if flags == EXPIRE else 49
    assert ledger.apply(held, now=now) == [CREATED]
    assert ledger.apply(move(2, HOUSE, SINK, 10, flags=flags, pending=tid(1)), now=now) == [CREATED]
    again = [move(3 + n, HOUSE, SINK, 10, flags=kind, pending=tid(1)) for n, kind in enumerate((POST, VOID, EXPIRE))]
    for _ in range(3):  # Fresh; in flight; from the store.
        assert ledger.apply(*again, now=now) == [outcome] * 3
        ledger.commit()
    ledger.reload()
    assert ledger.apply(*again, now=now) == [outcome] * 3
    assert ledger.kept.all_pendings() == [PendingRow(tid(1), HOUSE, SINK, 10, 50, state)]
    posted = 10 if flags == POST else 0
    assert ledger.machine.balance(SINK) == Balance(0, posted, 0, 0)


def test_an_expiry_comes_by_entry_and_at_its_time() -> None:
    ledger = Ledger()
    ledger.apply(move(1, HOUSE, SINK, 10, flags=PENDING, expires=50), move(2, HOUSE, SINK, 7, flags=PENDING))
    expiry, post = (move(n, HOUSE, SINK, 10, flags=f, pending=tid(1)) for n, f in ((3, EXPIRE), (4, POST)))
    assert ledger.apply(expiry, now=49) == [Outcome.PENDING_NOT_YET_EXPIRED]
    assert ledger.apply(now=50) == []
    assert ledger.machine.balance(HOUSE) == Balance(0, 0, 17, 0), "time alone changes nothing"
    assert ledger.apply(post, now=50) == [Outcome.PENDING_PAST_EXPIRY]
    assert ledger.apply(post, now=10) == [Outcome.PENDING_PAST_EXPIRY], "time does not go back"
    assert ledger.apply(expiry, now=50) == [CREATED]
    never = move(5, HOUSE, SINK, 7, flags=EXPIRE, pending=tid(2))
    assert ledger.apply(never, now=INT64) == [Outcome.PENDING_NOT_YET_EXPIRED]
    assert ledger.machine.balance(HOUSE) == Balance(0, 0, 7, 0)


@pytest.mark.parametrize("flags", [VOID, EXPIRE])
def test_a_closed_account_still_releases(flags: int) -> None:
    ledger = Ledger()
    ledger.apply(move(1, HOUSE, SINK, 10, flags=PENDING, expires=5))
    ledger.machine.set_closed(HOUSE, True)
    ledger.machine.set_closed(SINK, True)
    assert ledger.apply(move(2, HOUSE, SINK, 10, flags=POST, pending=tid(1)), now=4) == [Outcome.DEBIT_ACCOUNT_CLOSED]
    assert ledger.apply(move(3, HOUSE, SINK, 10, flags=flags, pending=tid(1)), now=5) == [CREATED]
    assert ledger.machine.balance(HOUSE) == Balance(0, 0, 0, 0)


def test_a_void_may_come_after_the_expiry_time() -> None:
    ledger = Ledger()
    ledger.apply(move(1, HOUSE, SINK, 10, flags=PENDING, expires=5))
    assert ledger.apply(move(2, HOUSE, SINK, 10, flags=VOID, pending=tid(1)), now=99) == [CREATED]


def test_a_post_needs_no_room_that_its_pending_took() -> None:
    """Debits stand at int64 and the guard is used up: the reservation itself can still be posted."""
    ledger = Ledger(limit=INT64)
    ledger.apply(move(1, CUSTOMER, TILL, INT64, flags=PENDING))
    assert ledger.room() == (0, 0)
    assert ledger.apply(move(2, CUSTOMER, TILL, INT64, flags=POST, pending=tid(1))) == [CREATED]


def test_a_pending_whose_state_cannot_be_found_is_a_fault() -> None:
    ledger = Ledger()
    ledger.apply(move(1, HOUSE, SINK, 10, flags=PENDING), move(2, HOUSE, SINK, 10, flags=VOID, pending=tid(1)))
    ledger.reload()
    with pytest.raises(Fault, match="was not found"):
        ledger.machine.apply([move(3, HOUSE, SINK, 10, flags=VOID, pending=tid(1))], 0, ledger.kept.transfers)


# Accounts and periods


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, Outcome.EXISTS),
        ({"id": 0}, Outcome.ACCOUNT_ID_OUT_OF_RANGE),
        ({"id": -1}, Outcome.ACCOUNT_ID_OUT_OF_RANGE),
        ({"id": INT64 + 1}, Outcome.ACCOUNT_ID_OUT_OF_RANGE),
        ({"flags": 0, "name": "b"}, Outcome.EXISTS_WITH_DIFFERENT_FLAGS),
        ({"name": "b", "currency": "EUR"}, Outcome.EXISTS_WITH_DIFFERENT_NAME),
        ({"currency": "EUR", "code": 8}, Outcome.EXISTS_WITH_DIFFERENT_CURRENCY),
        ({"code": 8, "limit": 6}, Outcome.EXISTS_WITH_DIFFERENT_CODE),
        ({"limit": 6}, Outcome.EXISTS_WITH_DIFFERENT_LIMIT),
        ({"id": 2, "flags": 4}, Outcome.FLAGS_UNKNOWN),
        ({"id": 2, "flags": 7}, Outcome.FLAGS_UNKNOWN),
        ({"id": 2, "flags": -1}, Outcome.FLAGS_UNKNOWN),
        ({"id": 2, "flags": 3, "name": ""}, Outcome.FLAGS_MUTUALLY_EXCLUSIVE),
        ({"id": 2, "name": "", "currency": ""}, Outcome.NAME_MALFORMED),
        ({"id": 2, "name": "b" * 201}, Outcome.NAME_MALFORMED),
        ({"id": 2, "name": "a\u202eb"}, Outcome.NAME_MALFORMED),
        ({"id": 2, "name": "a\n"}, Outcome.NAME_MALFORMED),
        ({"id": 2, "name": "b", "currency": "usd", "code": -1}, Outcome.CURRENCY_MALFORMED),
        ({"id": 2, "name": "b", "currency": "US"}, Outcome.CURRENCY_MALFORMED),
        ({"id": 2, "name": "b", "currency": "U5D"}, Outcome.CURRENCY_MALFORMED),
        ({"id": 2, "name": "b", "currency": "ÜSD"}, Outcome.CURRENCY_MALFORMED),
        ({"id": 2, "name": "b", "code": -1, "limit": -1}, Outcome.CODE_OUT_OF_RANGE),
        ({"id": 2, "name": "b", "code": 65_536}, Outcome.CODE_OUT_OF_RANGE),
        ({"id": 2, "limit": -1}, Outcome.LIMIT_OUT_OF_RANGE),
        ({"id": 2, "limit": INT64 + 1}, Outcome.LIMIT_OUT_OF_RANGE),
        ({"id": 2}, Outcome.NAME_TAKEN),
        ({"id": 2, "name": "b"}, Outcome.CREATED),
        ({"id": INT64, "name": "b" * 200, "code": 65_535, "limit": INT64}, Outcome.CREATED),
    ],
)
def test_adding_an_account(change: dict[str, Any], outcome: Outcome) -> None:
    asked = {"id": 1, "name": "a", "currency": "USD", "code": 7, "flags": 1, "limit": 5}
    machine = Machine()

    def add(values: dict[str, Any]) -> Outcome:
        return machine.add_account(*values.values())

    assert add(asked) is CREATED
    before = machine.accounts()
    assert add(asked | change) is outcome
    assert (machine.accounts() != before) is (outcome is CREATED)


def test_a_closed_account_is_the_same_account() -> None:
    ledger = Ledger()
    ledger.machine.set_closed(HOUSE, True)
    assert ledger.machine.add_account(HOUSE, f"account {HOUSE}", "USD") is EXISTS
    assert ledger.apply(move(1, HOUSE, SINK, 1), move(2, SINK, HOUSE, 1)) == [
        Outcome.DEBIT_ACCOUNT_CLOSED,
        Outcome.CREDIT_ACCOUNT_CLOSED,
    ]
    ledger.machine.set_closed(HOUSE, False)
    assert ledger.apply(move(1, HOUSE, SINK, 1), move(2, SINK, HOUSE, 1)) == [CREATED, CREATED]


def test_a_period_closes_for_good() -> None:
    ledger = Ledger()
    ledger.machine.close_period(DAY)
    ledger.machine.close_period(DAY - 5)
    assert ledger.machine.closed_through == DAY
    assert ledger.apply(move(1, HOUSE, SINK, 1), move(2, HOUSE, SINK, 1, booked=DAY + 1)) == [
        Outcome.PERIOD_CLOSED,
        CREATED,
    ]


def test_a_forgotten_account_leaves_no_trace() -> None:
    ledger = Ledger()
    ledger.commit()
    ledger.machine.add_account(9, "nine", "USD")
    ledger.machine.forget_account(9)
    assert ledger.machine.account(9) is None
    assert ledger.machine.account_id("nine") is None
    changes = ledger.machine.drain()
    assert (changes.accounts, changes.counters) == ([], [])
    assert ledger.machine.add_account(9, "nine", "EUR") is CREATED


@pytest.mark.parametrize("how", ["kept", "used", "unknown"])
def test_only_a_new_unused_account_can_be_forgotten(how: str) -> None:
    ledger = Ledger()
    if how == "kept":
        ledger.commit()
    if how == "used":
        ledger.apply(move(1, HOUSE, SINK, 1))
    with pytest.raises(Fault):
        ledger.machine.forget_account(HOUSE if how != "unknown" else 404)


@pytest.mark.parametrize("question", ["balance", "room_to_debit", "room_to_credit"])
def test_an_unknown_account_is_our_bug(question: str) -> None:
    with pytest.raises(Fault, match="no account 404"):
        getattr(Machine(), question)(404)


# Commits and loading


def test_what_a_commit_is_given() -> None:
    ledger = Ledger()
    ledger.apply(move(1, HOUSE, SINK, 10), move(2, HOUSE, SINK, 4, flags=PENDING))
    first = ledger.machine.drain()
    assert [one.id for one in first.transfers] == [tid(1), tid(2)]
    assert [row.id for row in first.accounts] == [1, 2, 3, 4]
    assert first.accounts[2] == AccountRow(3, "account 3", "USD", 0, 0, 0, 10, 0, 4, 0)
    assert first.counters == []
    assert first.pendings == [PendingRow(tid(2), HOUSE, SINK, 4, 0, 0)]
    ledger.apply(move(3, HOUSE, SINK, 4, flags=POST, pending=tid(2)))
    ledger.machine.set_closed(SINK, True)
    second = ledger.machine.drain()
    assert [one.id for one in second.transfers] == [tid(3)]
    assert second.accounts == [AccountRow(4, "account 4", "USD", 0, 4, 0, 0, 14, 0, 0)]
    assert second.counters == [(HOUSE, 14, 0, 0, 0)]
    assert second.pendings == [PendingRow(tid(2), HOUSE, SINK, 4, 0, 1)]
    nothing = ledger.machine.drain()
    assert (nothing.transfers, nothing.accounts, nothing.counters, nothing.pendings) == ([], [], [], [])


def test_setting_what_is_so_changes_nothing() -> None:
    ledger = Ledger()
    ledger.commit()
    ledger.machine.set_closed(HOUSE, False)
    assert ledger.machine.drain().accounts == []


def test_one_commit_may_be_in_flight() -> None:
    """What was drained and has not reached the store is still answered from memory."""
    ledger = Ledger()
    held, post = move(1, HOUSE, SINK, 1, flags=PENDING), move(2, HOUSE, SINK, 1, flags=POST, pending=tid(1))
    ledger.apply(held, post)
    ledger.machine.drain()
    assert ledger.apply(held, post, post._replace(id=tid(3))) == [EXISTS, EXISTS, Outcome.PENDING_ALREADY_POSTED]
    assert ledger.apply(post._replace(id=tid(3), pending=tid(2))) == [Outcome.PENDING_NOT_PENDING]


def test_new_ids_are_never_looked_up() -> None:
    ledger = Ledger()
    asked: list[Sequence[bytes]] = []

    def lookup(ids: list[bytes]) -> dict[bytes, Transfer]:
        asked.append(ids)
        return {}

    def pending_lookup(ids: list[bytes]) -> dict[bytes, PendingRow]:
        asked.append(ids)
        return {}

    batch = [move(1, HOUSE, SINK, 1, flags=PENDING), move(2, HOUSE, SINK, 1, flags=POST, pending=tid(1))]
    assert ledger.machine.apply(batch, 0, lookup, pending_lookup) == [CREATED, CREATED]
    assert asked == []
    again = [move(1, HOUSE, SINK, 9), move(3, HOUSE, SINK, 1), move(4, HOUSE, SINK, 1, flags=VOID, pending=tid(1))]
    ledger.machine.apply(again, 0, lookup, pending_lookup)
    assert asked == [[tid(1)], [tid(1)]], "two look-ups at most, of the old ids alone"
    ledger.machine.apply([move(5, HOUSE, SINK, 1, flags=PENDING)], 0, lookup, pending_lookup)
    ledger.commit()
    ledger.machine.apply([move(6, HOUSE, SINK, 1, flags=VOID, pending=tid(5))], 0, lookup, pending_lookup)
    assert len(asked) == 2, "an open pending is in memory"


def test_a_look_up_that_fails_changes_nothing() -> None:
    ledger = Ledger()
    ledger.apply(move(5, HOUSE, SINK, 1))
    before = ledger.machine.accounts()

    def broken(ids: list[bytes]) -> dict[bytes, Transfer]:
        raise Fault("the store is gone")

    with pytest.raises(Fault, match="gone"):
        ledger.machine.apply([move(6, HOUSE, SINK, 1), move(2, HOUSE, SINK, 1)], 77, broken)
    assert (ledger.machine.accounts(), ledger.machine.now) == (before, 0)


def test_memory_does_not_grow_with_history() -> None:
    ledger = Ledger()
    sizes = []
    for start in range(1, 401, 100):
        for number in range(start, start + 100, 2):
            ledger.apply(move(number, HOUSE, SINK, 1, flags=PENDING))
            ledger.apply(move(number + 1, HOUSE, SINK, 1, flags=VOID, pending=tid(number)))
        ledger.commit()
        ledger.commit()
        held = [value for value in vars(ledger.machine).values() if isinstance(value, dict | set | list)]
        sizes.append(sum(len(value) for value in held))
    assert len(set(sizes)) == 1


GOOD_ACCOUNTS = [
    (1, "a", "USD", 0, 0, 0, 10, 0, 4, 0),
    (2, "b", "USD", 0, 0, 0, 0, 10, 0, 4),
]
GOOD_PENDINGS = [(tid(1), 1, 2, 4, 0, 0), (tid(2), 1, 2, 9, 0, 2)]


def test_loading_takes_up_what_was_kept() -> None:
    machine = Machine()
    machine.add_account(9, "of before", "USD")
    machine.load(GOOD_ACCOUNTS, GOOD_PENDINGS, DAY - 1, 77, highest=tid(2))
    assert [tuple(row) for row in machine.accounts()] == GOOD_ACCOUNTS
    assert (machine.closed_through, machine.now, machine.highest) == (DAY - 1, 77, tid(2))
    assert machine.open_pendings() == [GOOD_PENDINGS[0]]
    assert machine.open_pending(tid(1)) == GOOD_PENDINGS[0]
    assert machine.open_pending(tid(2)) is None
    assert machine.account_id("b") == 2
    assert machine.drain().accounts == []
    machine.load([], [])
    assert (machine.closed_through, machine.now, machine.accounts()) == (0, 0, [])


@pytest.mark.parametrize(
    ("accounts", "pendings"),
    [
        ([(1, "a", "USD", 0, 0, 0, 10, 0, 0, 0)], []),
        (GOOD_ACCOUNTS, []),
        ([GOOD_ACCOUNTS[0], (*GOOD_ACCOUNTS[1][:6], 0, 9, 0, 4)], GOOD_PENDINGS),
        ([GOOD_ACCOUNTS[0], GOOD_ACCOUNTS[0]], []),
        ([*GOOD_ACCOUNTS, (3, "b", "USD", 0, 0, 0, 0, 0, 0, 0)], GOOD_PENDINGS),
        ([*GOOD_ACCOUNTS, (3, "c", "USD", 0, 0, 0, 0, 0, 0)], GOOD_PENDINGS),
        ([*GOOD_ACCOUNTS, (3, "c", "USD", 0, 0, 0, 0, 0, 0, 0.0)], GOOD_PENDINGS),
        (GOOD_ACCOUNTS, [*GOOD_PENDINGS, ("text", 1, 2, 4, 0, 0)]),
        (GOOD_ACCOUNTS, [*GOOD_PENDINGS, (tid(1), 1, 2, 4, 0)]),
    ],
    ids=lambda rows: str(len(rows)),
)
def test_loading_refuses_books_that_do_not_agree(accounts: list[Any], pendings: list[Any]) -> None:
    machine = Machine()
    machine.add_account(9, "of before", "USD")
    with pytest.raises(Fault):
        machine.load(accounts, pendings)
    assert [row.id for row in machine.accounts()] == [9]
