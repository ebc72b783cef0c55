"""The same random histories on every store give the outcomes, the balances and the rows of the plain model."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from counterfoil.engines.memory import MemoryStore
from counterfoil.engines.postgres import PostgresStore
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.operations.store import OfficeStore
from counterfoil.testing.postgres import PostgresServer
from counterfoil.testing.strategies_ledger import InStore, OnMachine, OnModel, Step, histories, play

_NEW = count(1)
_SHARED = [HealthCheck.function_scoped_fixture]  # Each example has a file or a schema of its own in it.


def check(history: list[Step], store: OfficeStore) -> None:
    try:
        assert play(history, OnMachine(InStore(store))) == play(history, OnModel())
    finally:
        store.close()


@given(history=histories())
@settings(max_examples=60)
def test_in_memory(history: list[Step]) -> None:
    check(history, MemoryStore())


@given(history=histories())
@settings(max_examples=30, suppress_health_check=_SHARED)
def test_on_sqlite(history: list[Step], tmp_path: Path) -> None:
    check(history, SqliteStore.create(tmp_path / f"{next(_NEW)}.db"))


@pytest.mark.pg
@given(history=histories())
@settings(max_examples=15, suppress_health_check=_SHARED)
def test_on_postgres(history: list[Step], postgres_server: PostgresServer) -> None:
    with postgres_server.database() as url:
        check(history, PostgresStore.create(url))
