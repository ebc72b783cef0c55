"""The trial balance, what it finds wrong, and the fold of transfers alone."""

from __future__ import annotations

import pytest

from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.accounts import AccountRow, Counters
from counterfoil.ledger.transfers import EXPIRE, PENDING, POST, VOID, PendingRow, Transfer
from counterfoil.ledger.trial import as_of, fold_differences, refold, trial_balance, trial_errors

INT64 = 2**63 - 1


def tid(number: int) -> bytes:
    return number.to_bytes(16, "big")


def row(
    number: int, *counters: int, flags: int = 0, limit: int = 0, currency: str = "USD", name: str = ""
) -> AccountRow:
    return AccountRow(number, name or f"account {number}", currency, 0, flags, limit, *counters)


SOUND = [
    row(1, 70, 20, 5, 0, flags=2),
    row(2, 20, 70, 0, 5, flags=1),
    row(3, 9, 0, 0, 0, currency="EUR"),
    row(4, 0, 9, 0, 0, currency="EUR"),
    row(5, 0, 0, 0, 0, currency="CZK"),
]
OPEN = [PendingRow(tid(1), 1, 2, 5, 0, 0)]


def test_one_line_a_currency() -> None:
    lines = trial_balance(SOUND)
    assert lines == [("CZK", 1, 0, 0, 0, 0), ("EUR", 2, 9, 9, 0, 0), ("USD", 2, 90, 90, 5, 5)]
    assert all(line.balanced for line in lines)
    assert trial_balance([]) == []


@pytest.mark.parametrize("place", range(4))
def test_a_line_that_does_not_balance(place: int) -> None:
    counters = [7, 7, 7, 7]
    counters[place] += 1
    assert not trial_balance([row(1, *counters)])[0].balanced


def test_totals_pass_int64() -> None:
    assert trial_balance([row(1, INT64, 0, 0, 0), row(2, INT64, 0, 0, 0)])[0].debits_posted == 2 * INT64


def test_sound_books_have_no_error() -> None:
    assert trial_errors(SOUND, OPEN) == []
    edge = [row(1, INT64, 0, 0, 0, flags=1, limit=INT64), row(2, 0, INT64, 0, 0, flags=2, limit=INT64)]
    assert trial_errors(edge, []) == []


@pytest.mark.parametrize(
    ("rows", "pendings", "codes"),
    [
        ([row(1, 1, 0, 0, 0), row(2, 0, 2, 0, 0)], [], ["currency.unbalanced"]),
        ([row(1, 1, 0, 0, 0), row(2, 0, 1, 0, 0, currency="EUR")], [], ["currency.unbalanced"] * 2),
        ([row(1, 0, 0, 0, 0), row(1, 0, 0, 0, 0, name="other")], [], ["account.repeated"]),
        ([row(1, 0, 0, 0, 0, name="same"), row(2, 0, 0, 0, 0, name="same")], [], ["name.repeated"]),
        ([row(1, -1, -1, 0, 0)], [], ["counter.negative"]),
        ([row(1, 0, 0, 0, 0, limit=-1)], [], ["counter.negative"]),
        ([row(1, INT64 + 1, INT64, 0, 0), row(2, 0, 1, 0, 0)], [], ["counter.over"]),
        ([row(1, 0, 0, 0, 0, limit=INT64 + 1)], [], ["counter.over"]),
        ([row(1, 11, 5, 0, 0, flags=1, limit=5), row(2, 0, 6, 0, 0)], [], ["guard.debits"]),
        ([row(1, 5, 11, 0, 0, flags=2, limit=5), row(2, 6, 0, 0, 0)], [], ["guard.credits"]),
        (SOUND, [], ["pending.sum", "pending.sum"]),
        (SOUND, [*OPEN, PendingRow(tid(2), 3, 99, 5, 0, 0)], ["pending.astray", "pending.sum"]),
        (
            [row(1, 0, 0, 1, 0, flags=1), row(2, 0, 0, 0, 1, flags=2)],
            [PendingRow(tid(1), 1, 2, 1, 0, 0)],
            ["guard.debits", "guard.credits"],
        ),
    ],
)
def test_every_error_is_named(rows: list[AccountRow], pendings: list[PendingRow], codes: list[str]) -> None:
    errors = trial_errors(rows, pendings)
    assert [error.code for error in errors] == codes
    assert all(error.subject and error.found for error in errors)


def test_as_of_takes_the_movements_alone() -> None:
    then = as_of(SOUND, [(1, 50, 0), (2, 0, 50)])
    assert [line[:4] for line in trial_balance(then)] == [("CZK", 1, 0, 0), ("EUR", 2, 0, 0), ("USD", 2, 50, 50)]
    assert {row[8:] for row in then} == {(0, 0)}
    assert [row[:6] for row in then] == [row[:6] for row in SOUND]
    with pytest.raises(Fault, match="404"):
        as_of(SOUND, [(404, 1, 0)])


STORY = [
    Transfer(tid(1), 1, 2, 100),
    Transfer(tid(2), 1, 2, 10, flags=PENDING, expires=7),
    Transfer(tid(3), 1, 2, 20, flags=PENDING),
    Transfer(tid(4), 2, 3, 30, flags=PENDING, expires=9),
    Transfer(tid(5), 2, 1, 40, flags=PENDING),
    Transfer(tid(6), 1, 2, 6, flags=POST, pending=tid(2)),
    Transfer(tid(7), 1, 2, 20, flags=VOID, pending=tid(3)),
    Transfer(tid(8), 2, 3, 30, flags=EXPIRE, pending=tid(4)),
]
TOLD_ACCOUNTS = [row(1, 106, 0, 0, 40), row(2, 0, 106, 40, 0), row(3, 0, 0, 0, 0)]
TOLD_PENDINGS = [
    PendingRow(tid(2), 1, 2, 10, 7, 1),
    PendingRow(tid(3), 1, 2, 20, 0, 2),
    PendingRow(tid(4), 2, 3, 30, 9, 3),
    PendingRow(tid(5), 2, 1, 40, 0, 0),
]


def test_transfers_alone_tell_counters_and_pendings() -> None:
    told = refold(STORY)
    assert told.counters == {one.id: Counters(one.id, *one[6:]) for one in TOLD_ACCOUNTS}
    assert list(told.pendings.values()) == TOLD_PENDINGS
    assert told.transfers == len(STORY)
    assert fold_differences([*TOLD_ACCOUNTS, row(9, 0, 0, 0, 0)], TOLD_PENDINGS, told) == []


def test_every_difference_is_named() -> None:
    told = refold(STORY)
    accounts = [TOLD_ACCOUNTS[0]._replace(debits_posted=105), TOLD_ACCOUNTS[2], row(9, 0, 1, 0, 0)]
    pendings = [TOLD_PENDINGS[0]._replace(state=0), *TOLD_PENDINGS[1:3], PendingRow(tid(77), 1, 2, 1, 0, 0)]
    found = [(error.code, error.subject) for error in fold_differences(accounts, pendings, told)]
    assert found == [
        ("account.differs", "1"),
        ("account.differs", "9"),
        ("pending.differs", tid(2).hex()),
        ("pending.differs", tid(77).hex()),
        ("account.missing", "2"),
        ("pending.missing", tid(5).hex()),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        Transfer(tid(9), 1, 2, 6, flags=POST, pending=tid(2)),
        Transfer(tid(9), 1, 2, 6, flags=VOID, pending=tid(1)),
        Transfer(tid(9), 1, 2, 6, flags=EXPIRE, pending=tid(404)),
    ],
)
def test_a_fold_stops_at_what_cannot_be(wrong: Transfer) -> None:
    with pytest.raises(Fault, match="not open"):
        refold([*STORY, wrong])
