"""Random histories: the machine gives the outcomes and the books of the plain model, however it is reloaded."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.trial import fold_differences, refold, trial_errors
from counterfoil.testing.strategies_ledger import OnMachine, OnModel, Step, histories, play


@given(history=histories())
def test_outcomes_and_books_are_the_model_s(history: list[Step]) -> None:
    assert play(history, OnMachine()) == play(history, OnModel())


@given(history=histories(steps=6, batch=25))
@settings(max_examples=40)
def test_long_batches_too(history: list[Step]) -> None:
    assert play(history, OnMachine()) == play(history, OnModel())


@given(history=histories())
@settings(max_examples=40)
def test_without_the_highest_id_the_answers_are_the_same(history: list[Step]) -> None:
    assert play(history, OnMachine(names_highest=False)) == play(history, OnModel())


@given(history=histories())
@settings(max_examples=60)
def test_the_books_stay_sound(history: list[Step]) -> None:
    told = play(history, OnMachine())
    assert trial_errors(told.accounts, [row for row in told.pendings if row.state == 0]) == []


@given(history=histories())
@settings(max_examples=60)
def test_transfers_alone_give_the_books(history: list[Step]) -> None:
    engine = OnMachine()
    play(history, engine)
    # Acceptance order: ids of one log ascend, but these histories also go back.
    accepted = list(engine.accepted)
    told = refold(accepted)
    assert told.transfers == len(accepted)
    assert fold_differences(engine.machine.accounts(), engine.keeper.all_pendings(), told) == []


@pytest.mark.slow
@given(history=histories(steps=60, batch=40))
@settings(max_examples=300)
def test_long_histories(history: list[Step]) -> None:
    assert play(history, OnMachine()) == play(history, OnModel())


def test_the_histories_meet_nearly_every_outcome() -> None:
    """Else the comparison above would prove little."""
    met: Counter[str] = Counter()

    @given(history=histories())
    @settings(max_examples=400, database=None)
    def collect(history: list[Step]) -> None:
        for answer in play(history, OnModel()).answers:
            met.update(answer)

    collect()
    never = {one.code for one in Outcome} - set(met)
    assert len(never) <= 10, sorted(never)  # The tables meet every one; these histories need only come near.
    assert met["created"] > sum(met.values()) // 5
