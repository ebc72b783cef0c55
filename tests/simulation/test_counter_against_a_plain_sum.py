"""Whole days against a plain sum: every request is sent twice, power fails at will, and the books always agree."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from counterfoil.engines.memory import MemoryDisk
from counterfoil.engines.postgres import PostgresStore
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.facts.money import HouseAdvanced, Reversed
from counterfoil.ledger.trial import trial_balance
from counterfoil.operations.answers import Accepted, Answer
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import House, a_day, bare_office, counter, everything
from counterfoil.testing.faulty_store import FAILURES, FaultyStore
from counterfoil.testing.strategies import Move, moves, play_history, request_of


class PlainSum:
    """What anybody with a pencil would keep: one figure for each account and each drawer."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.of = {"T1": 200_000, "T2": 200_000, "vault": 600_000, house.account: 0, house.second_account: 0}
        self.lent = 0
        self.done: dict[int, list[tuple[str, int]]] = {}

    def take(self, move: Move, answer: Answer) -> None:
        if not isinstance(answer, Accepted):
            return
        mine, other = (self.house.account, self.house.second_account)[:: 1 if move.first == 0 else -1]
        till = ("T1", "T2")[move.till]
        amount = move.amount
        steps: list[list[tuple[str, int]]]
        if move.kind == "deposit":
            steps = [[(till, amount), (mine, amount)]]
        elif move.kind == "withdrawal":
            steps = [[(till, -amount), (mine, -amount)]]
        elif move.kind == "transfer":
            steps = [[(mine, -amount), (other, amount)]]
        elif move.kind == "cash-from-vault":
            steps = [[(till, amount), ("vault", -amount)]]
        elif move.kind == "cash-to-vault":
            steps = [[(till, -amount), ("vault", amount)]]
        elif move.kind == "till-handover":
            steps = [[(till, -amount), ({"T1": "T2", "T2": "T1"}[till], amount)]]
        elif move.kind == "visit":
            half = (amount + 1) // 2
            steps = [
                [(till, amount), (mine, amount)],
                [(mine, -half), (other, half)],
                [(till, -amount), (other, -amount)],
            ]
        else:
            steps = self._reversed(answer)
        for entry, step in zip(answer.entries, steps, strict=True):
            self.done[entry.sequence] = step
            for name, change in step:
                self.of[name] += change

    def _reversed(self, answer: Accepted) -> list[list[tuple[str, int]]]:
        steps: list[list[tuple[str, int]]] = []
        for entry in answer.entries:
            fact = entry.facts[0]
            if isinstance(fact, HouseAdvanced):
                steps.append([(fact.account, fact.amount)])
                self.lent += fact.amount
            else:
                assert isinstance(fact, Reversed)
                steps.append([(name, -change) for name, change in self.done.pop(fact.sequence)])
        return steps


class CounterAgainstAPlainSum(RuleBasedStateMachine):
    """See the module's page."""

    def __init__(self) -> None:
        super().__init__()
        self.house = counter()
        self.plain = PlainSum(self.house)
        self.stock = 0

    @rule(move=moves())
    def ask_twice(self, move: Move) -> None:
        request = request_of(self.house, move)
        first, again = self.house.desk.one(request), self.house.desk.one(request)
        assert first == again
        if move.kind == "withdrawal" and isinstance(first, Accepted):
            mine = (self.house.account, self.house.second_account)[move.first]
            assert move.amount <= self.plain.of[mine], "more was paid out than there was"
        self.plain.take(move, first)

    @rule(first=moves(), second=moves())
    def ask_two_at_once(self, first: Move, second: Move) -> None:
        pair = [request_of(self.house, move) for move in (first, second)]
        for move, answer in zip((first, second), self.house.desk.handle(pair), strict=True):
            assert not isinstance(answer, Exception)
            self.plain.take(move, answer)

    @rule()
    def lose_power(self) -> None:
        self.house.reopened()  # what was committed, no more

    @rule(move=moves(), failure=st.sampled_from(FAILURES))
    def a_commit_fails(self, move: Move, failure: str) -> None:
        kept = self.house.desk.store
        faulty = FaultyStore(kept)
        faulty.fail(failure)  # type: ignore[arg-type]  # one of the literal names
        self.house.desk.store = faulty
        request = request_of(self.house, move)
        self.house.desk.handle([request])
        self.house.desk.store = kept
        self.plain.take(move, self.house.desk.one(request))

    @precondition(lambda self: self.house.desk.size % 3 == 0)
    @rule()
    def rebuild(self) -> None:
        self.house.check()

    @invariant()
    def books_agree(self) -> None:
        house, plain = self.house, self.plain
        assert {
            "T1": house.till("T1"), "T2": house.till("T2"), "vault": house.balance("vault"),
            house.account: house.owed(house.account), house.second_account: house.owed(house.second_account),
        } == plain.of  # fmt: skip
        assert sum(figure for name, figure in house.figures().items() if name.startswith("advance:")) == plain.lent
        assert all(line.balanced for line in trial_balance(house.desk.state.machine.accounts()))
        assert min(plain.of.values()) >= 0

    def teardown(self) -> None:
        self.house.check()


TestCounterAgainstAPlainSum = CounterAgainstAPlainSum.TestCase
TestCounterAgainstAPlainSum.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


# --- the same histories on every engine ------------------------------------------------------------------------------


def told(house: House, seed: int, length: int = 120) -> tuple[list[str], dict[str, int], object]:
    answers = [repr(answer) for answer in play_history(house, seed, length)]
    house.check()
    return answers, house.figures(), everything(house.store)


@pytest.mark.parametrize("seed", range(4))
def test_one_history_is_the_same_in_memory_and_on_sqlite(tmp_path: Path, seed: int) -> None:
    store: OfficeStore = SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES)
    try:
        on_disk = told(counter(store, MemoryDisk(), seed=seed), seed)
        assert on_disk == told(counter(seed=seed), seed)
    finally:
        store.close()


@pytest.mark.pg
@pytest.mark.parametrize("seed", range(2))
def test_one_history_is_the_same_in_memory_and_on_postgresql(fresh_database: str, seed: int) -> None:
    store = PostgresStore.create(fresh_database, EXTRA_TABLES, schema=f"office_{seed}")
    try:
        assert told(counter(store, seed=seed), seed) == told(counter(seed=seed), seed)
    finally:
        store.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_long_random_history_never_unbalances(seed: int) -> None:
    house = counter(seed=seed)
    play_history(house, seed, 150)
    house.check()
    house.reopened().check()


@pytest.mark.parametrize("seed", range(10))
def test_a_shuffled_day_never_unbalances(seed: int) -> None:
    house = bare_office(seed=seed)
    lines = [{k: v for k, v in line.items() if k != "at"} for line in a_day()]
    random.Random(seed).shuffle(lines)
    for _ in house.player().play(json.dumps(line) for line in lines):
        assert all(line.balanced for line in trial_balance(house.desk.state.machine.accounts()))
    house.check()
