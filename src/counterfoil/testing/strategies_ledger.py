"""Random ledger histories, and ``play``, which takes any engine through one.

A history is a list of steps: accounts added, closed and reopened, periods closed, batches of transfers at a time,
commits (at once or late) and reloads. It is made without looking at any engine, so each engine is shown the same
(``tests/unit/ledger/test_machine_against_model.py``, ``tests/contracts/test_ledger_on_stores.py``). Ids come from a
small pool and mostly ascend, so repeats, look-ups and chains that fail half way are common; amounts lie around the
limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from hypothesis import strategies as st

from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.machine import Changes, Machine
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import (
    DAY_MAX,
    EXPIRE,
    ID_MAX,
    ID_ZERO,
    LINKED,
    PENDING,
    POST,
    VOID,
    PendingRow,
    Transfer,
)
from counterfoil.operations.store import Commit as StoreCommit
from counterfoil.operations.store import OfficeStore
from counterfoil.testing.model_ledger import ModelLedger

INT64 = 2**63 - 1
DAY = 739_000
"""The first of the few days on which histories happen."""


class AddAccount(NamedTuple):
    """A step: ``add_account`` with these arguments."""

    id: int
    name: str
    currency: str
    code: int
    flags: int
    limit: int


class SetClosed(NamedTuple):
    """A step: close or reopen an account that was added with certainty."""

    id: int
    closed: bool


class ClosePeriod(NamedTuple):
    """A step: close booking dates through this ordinal."""

    through: int


class Batch(NamedTuple):
    """A step: apply these transfers at this time (ms)."""

    transfers: tuple[Transfer, ...]
    now: int


class Commit(NamedTuple):
    """A step: what changed is kept; ``late``: only just before the next commit, as while one is in flight."""

    late: bool


class Reload(NamedTuple):
    """A step: commit, then start from what the store kept."""


Step = AddAccount | SetClosed | ClosePeriod | Batch | Commit | Reload


@dataclass(frozen=True)
class Told:
    """What a history came to: one answer a step that has one, and the books at the end."""

    answers: list[list[str]]
    accounts: list[AccountRow]
    pendings: list[PendingRow]
    transfers: list[Transfer]


class Engine(Protocol):
    """What ``play`` needs; commits and reloads are an engine's own affair and never change an answer."""

    def add_account(self, account: AddAccount) -> Outcome: ...
    def set_closed(self, account_id: int, closed: bool) -> None: ...
    def close_period(self, through: int) -> None: ...
    def apply(self, batch: Sequence[Transfer], now: int) -> list[Outcome]: ...
    def commit(self, late: bool) -> None: ...
    def reload(self) -> None: ...
    def told(self, answers: list[list[str]]) -> Told: ...


def play(history: Sequence[Step], engine: Engine) -> Told:
    """Takes ``engine`` through ``history``; the answers are outcome codes."""
    answers: list[list[str]] = []
    for step in history:
        match step:
            case AddAccount():
                answers.append([engine.add_account(step).code])
            case SetClosed(account_id, closed):
                engine.set_closed(account_id, closed)
            case ClosePeriod(through):
                engine.close_period(through)
            case Batch(transfers, now):
                answers.append([outcome.code for outcome in engine.apply(transfers, now)])
            case Commit(late):
                engine.commit(late)
            case Reload():
                engine.reload()
    engine.commit(False)
    return engine.told(answers)


class OnModel:
    """The plain model as an engine: it keeps everything at once and has nothing to commit."""

    def __init__(self) -> None:
        self.model = ModelLedger()

    def add_account(self, account: AddAccount) -> Outcome:
        return self.model.add_account(*account)

    def set_closed(self, account_id: int, closed: bool) -> None:
        self.model.set_closed(account_id, closed)

    def close_period(self, through: int) -> None:
        self.model.close_period(through)

    def apply(self, batch: Sequence[Transfer], now: int) -> list[Outcome]:
        return self.model.apply(batch, now)

    def commit(self, late: bool) -> None:
        pass

    def reload(self) -> None:
        pass

    def told(self, answers: list[list[str]]) -> Told:
        return Told(answers, self.model.rows(), self.model.pendings(), sorted(self.model.history))


class Keeper(Protocol):
    """What keeps a machine's changes: a few dictionaries, or a store."""

    def keep(self, changes: Changes) -> None: ...
    def accounts(self) -> Sequence[Sequence[Any]]: ...
    def open_pendings(self) -> Sequence[Sequence[Any]]: ...
    def all_pendings(self) -> Sequence[PendingRow]: ...
    def all_transfers(self) -> Sequence[Transfer]: ...
    def transfers(self, ids: Sequence[bytes]) -> Mapping[bytes, Transfer]: ...
    def pendings(self, ids: Sequence[bytes]) -> Mapping[bytes, Any]: ...


class InDictionaries:
    """A keeper of plain dictionaries."""

    def __init__(self) -> None:
        self._accounts: dict[int, AccountRow] = {}
        self._pendings: dict[bytes, PendingRow] = {}
        self._transfers: dict[bytes, Transfer] = {}

    def keep(self, changes: Changes) -> None:
        for transfer in changes.transfers:
            assert transfer.id not in self._transfers, "a transfer is handed out once"
            self._transfers[transfer.id] = transfer
        self._accounts |= {row.id: row for row in changes.accounts}
        for one in changes.counters:
            self._accounts[one.id] = AccountRow(*self._accounts[one.id][:6], *one[1:])
        self._pendings |= {row.id: row for row in changes.pendings}

    def accounts(self) -> Sequence[AccountRow]:
        return [self._accounts[one] for one in sorted(self._accounts)]

    def open_pendings(self) -> Sequence[PendingRow]:
        return [row for row in self._pendings.values() if row.state == 0]

    def all_pendings(self) -> Sequence[PendingRow]:
        return [self._pendings[one] for one in sorted(self._pendings)]

    def all_transfers(self) -> Sequence[Transfer]:
        return [self._transfers[one] for one in sorted(self._transfers)]

    def transfers(self, ids: Sequence[bytes]) -> Mapping[bytes, Transfer]:
        return {one: self._transfers[one] for one in ids if one in self._transfers}

    def pendings(self, ids: Sequence[bytes]) -> Mapping[bytes, PendingRow]:
        return {one: self._pendings[one] for one in ids if one in self._pendings}


class InStore:
    """A keeper that is an office's store, of any engine."""

    def __init__(self, store: OfficeStore) -> None:
        self.store = store
        self.transfers, self.pendings = store.transfers, store.pendings

    def keep(self, changes: Changes) -> None:
        self.store.commit(
            StoreCommit(
                (1, 0),
                transfers=changes.transfers,
                accounts=changes.accounts,
                counters=changes.counters,
                pendings=changes.pendings,
            )
        )

    def accounts(self) -> Sequence[Sequence[Any]]:
        return list(self.store.scan("account"))

    def open_pendings(self) -> Sequence[Sequence[Any]]:
        return list(self.store.open_pendings())

    def all_pendings(self) -> Sequence[PendingRow]:
        return [PendingRow._make(row) for row in self.store.scan("pending")]

    def all_transfers(self) -> Sequence[Transfer]:
        return list(self.store.all_transfers())


class OnMachine:
    """The real machine with a keeper. ``names_highest`` False: it is loaded without the highest id."""

    def __init__(self, keeper: Keeper | None = None, *, names_highest: bool = True) -> None:
        self.keeper = keeper or InDictionaries()
        self.machine = Machine()
        self._names_highest = names_highest
        self.accepted: list[Transfer] = []
        """Every transfer handed out to be kept, in the order of acceptance."""
        self._flying: Changes | None = None

    def add_account(self, account: AddAccount) -> Outcome:
        return self.machine.add_account(*account)

    def set_closed(self, account_id: int, closed: bool) -> None:
        self.machine.set_closed(account_id, closed)

    def close_period(self, through: int) -> None:
        self.machine.close_period(through)

    def apply(self, batch: Sequence[Transfer], now: int) -> list[Outcome]:
        return self.machine.apply(batch, now, self.keeper.transfers, self.keeper.pendings)

    def commit(self, late: bool) -> None:
        self._land()
        self._flying = self.machine.drain()
        if not late:
            self._land()

    def reload(self) -> None:
        self.commit(False)
        old, self.machine = self.machine, Machine()
        named = {"highest": old.highest} if self._names_highest else {}
        accounts, pendings = self.keeper.accounts(), self.keeper.open_pendings()
        self.machine.load(accounts, pendings, old.closed_through, old.now, **named)

    def told(self, answers: list[list[str]]) -> Told:
        accounts = [AccountRow(*row) for row in self.keeper.accounts()]
        assert accounts == self.machine.accounts(), "what is kept is what the machine holds"
        pendings = list(self.keeper.all_pendings())
        assert [row for row in pendings if row.state == 0] == self.machine.open_pendings()
        return Told(answers, accounts, pendings, list(self.keeper.all_transfers()))

    def _land(self) -> None:
        if self._flying is not None:
            self.keeper.keep(self._flying)
            self.accepted += self._flying.transfers
            self._flying = None


FIRST_ACCOUNTS = (
    AddAccount(1, "till", "USD", 1, 2, 0),
    AddAccount(2, "customer", "USD", 2, 1, 0),
    AddAccount(3, "house", "USD", 3, 0, 0),
    AddAccount(4, "credit line", "USD", 2, 1, 250),
    AddAccount(5, "foreign", "EUR", 3, 0, 0),
    AddAccount(6, "great line", "USD", 2, 1, INT64),
)
_AMOUNTS = st.sampled_from([1, 2, 50, 99, 100, 100, 100, 101, 250, 251, 10_000])
_EDGES = st.sampled_from([-INT64, -1, 0, INT64 - 100, INT64 - 1, INT64, INT64 + 1])
_PAIRS = st.sampled_from([(3, 2), (1, 2), (2, 1), (3, 4), (4, 3), (1, 3), (3, 1), (2, 3), (2, 4), (6, 3), (3, 6)])
_DAYS = st.sampled_from([DAY, DAY + 1, DAY + 1, DAY + 2, DAY + 2, DAY + 3])
_ODD_DAYS = st.sampled_from([-1, 0, 1, DAY_MAX, DAY_MAX + 1])
_ODD_IDS = st.sampled_from([b"", b"short", bytes(17), ID_MAX + b"\x00", ID_ZERO, ID_MAX])
_TIMES = st.integers(0, 12)


def number_id(number: int) -> bytes:
    """A transfer id from a small number."""
    return number.to_bytes(16, "big")


FUNDS = (
    Transfer(number_id(1), 3, 2, 400, 1, 0, b"", DAY + 1, DAY + 1),
    Transfer(number_id(2), 1, 3, 400, 1, 0, b"", DAY + 1, DAY + 1),
    Transfer(number_id(3), 3, 4, 100, 1, 0, b"", DAY + 1, DAY),
)


@st.composite
def accounts(draw: st.DrawFn) -> AddAccount:
    """An account to be added, right, wrong or repeated."""
    if draw(st.booleans()):
        again = draw(st.sampled_from(FIRST_ACCOUNTS))
        part = draw(st.sampled_from(AddAccount._fields[1:]))
        return again._replace(**{part: draw(st.sampled_from([getattr(one, part) for one in FIRST_ACCOUNTS]))})
    return AddAccount(
        draw(st.sampled_from([-1, 0, 7, 8, 9, INT64, INT64 + 1])),
        draw(st.sampled_from(["seven", "eight", "till", "", "a\nb", "n" * 200, "n" * 201])),
        draw(st.sampled_from(["USD", "EUR", "usd", "", "US1", "ÅBC"])),
        draw(st.sampled_from([0, 1, 65_535, 65_536, -1])),
        draw(st.sampled_from([0, 1, 2, 3, 4, 8, -1])),
        draw(st.sampled_from([0, 5, INT64, INT64 + 1, -1])),
    )


class _Author:
    """Writes transfers that mostly make sense together; remembers the pendings it wrote."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.number = draw, len(FUNDS)
        self.pendings: list[Transfer] = []
        self.written: list[Transfer] = list(FUNDS)

    def next(self) -> Transfer:
        draw = self.draw
        transfer = draw(st.sampled_from([self.plain, self.plain, self.pending, self.resolution, self.repeat]))()
        if self.sometimes(20):
            transfer = transfer._replace(flags=transfer.flags | LINKED)
        if self.sometimes(15):
            transfer = self.spoiled(transfer)
        if transfer.flags & PENDING:
            self.pendings.append(transfer)
        self.written.append(transfer)
        return transfer

    def batch(self, size: int) -> tuple[Transfer, ...]:
        transfers = [self.next() for _ in range(self.draw(st.integers(min(1, size), size)))]
        if transfers and not self.sometimes(20):
            transfers[-1] = transfers[-1]._replace(flags=transfers[-1].flags & ~LINKED)
        return tuple(transfers)

    def sometimes(self, percent: int) -> bool:
        """Shrinks to False."""
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def plain(self) -> Transfer:
        draw = self.draw
        self.number += 1
        new = draw(st.integers(1, 30)) if self.sometimes(10) else self.number
        debit, credit = draw(_PAIRS)
        return Transfer(number_id(new), debit, credit, draw(_AMOUNTS), 1, 0, b"", draw(_DAYS), draw(_DAYS))

    def pending(self) -> Transfer:
        expires = self.draw(st.sampled_from([0, 0, 3, 6, 9]))
        return self.plain()._replace(flags=PENDING, expires=expires)

    def resolution(self) -> Transfer:
        draw = self.draw
        if not self.pendings:
            return self.pending()
        held = draw(st.sampled_from(self.written if self.sometimes(5) else self.pendings[-4:]))
        kind = draw(st.sampled_from([POST, POST, VOID, EXPIRE, EXPIRE]))
        amount = max(1, held.amount + draw(st.sampled_from([-1, 0, 0, 1]))) if kind == POST else held.amount
        new = self.plain()
        return new._replace(debit=held.debit, credit=held.credit, amount=amount, flags=kind, pending=held.id)

    def repeat(self) -> Transfer:
        again = self.draw(st.sampled_from(self.written))
        other = self.draw(st.sampled_from(self.written))
        part = self.draw(st.sampled_from(["id", *Transfer._fields]))
        return again if part == "id" else again._replace(**{part: getattr(other, part)})

    def spoiled(self, transfer: Transfer) -> Transfer:
        spoil: dict[str, st.SearchStrategy[Any]] = {
            "id": _ODD_IDS,
            "debit": st.integers(0, 8),
            "credit": st.integers(0, 8),
            "amount": _EDGES,
            "code": st.sampled_from([-1, 0, 2, 65_535, 65_536]),
            "flags": st.integers(-1, 40),
            "pending": st.sampled_from([b"", b"short", number_id(1), number_id(2), number_id(99)]),
            "booked": _ODD_DAYS,
            "value": _ODD_DAYS,
            "expires": st.sampled_from([-1, 0, 1, INT64, INT64 + 1]),
        }
        part = self.draw(st.sampled_from(sorted(spoil)))
        return transfer._replace(**{part: self.draw(spoil[part])})


@st.composite
def histories(draw: st.DrawFn, *, steps: int = 12, batch: int = 6) -> list[Step]:
    """A history of up to ``steps`` steps after the first accounts, with up to ``batch`` transfers a batch."""
    author = _Author(draw)
    history: list[Step] = [*FIRST_ACCOUNTS, Batch(FUNDS, 0)]
    makers: list[Callable[[], Step]] = [
        *[lambda: Batch(author.batch(batch), draw(_TIMES))] * 8,
        lambda: Commit(draw(st.booleans())),
        Reload,
        lambda: SetClosed(draw(st.integers(1, 6)), draw(st.booleans())),
        lambda: ClosePeriod(draw(st.sampled_from([DAY - 1, DAY - 1, DAY, DAY + 1]))),
        *[lambda: draw(accounts())] * 3,
    ]
    history += [draw(st.sampled_from(makers))() for _ in range(draw(st.integers(min(3, steps), steps)))]
    return history
