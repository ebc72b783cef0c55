"""Every office store passes one contract: memory, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from counterfoil.engines.memory import MemoryStore
from counterfoil.engines.postgres import PostgresStore
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.operations.store import OfficeStore, TableSpec
from counterfoil.testing.contracts_store import TABLES, OfficeStoreContract, StoreMaker
from counterfoil.testing.postgres import PostgresServer

_SCHEMAS = count(1)


@pytest.fixture(scope="module")
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """One database for all: each test has a schema of its own in it."""
    with postgres_server.database() as url:
        yield url


class TestMemoryStore(OfficeStoreContract):
    @pytest.fixture
    def maker(self) -> StoreMaker:
        made: list[MemoryStore] = []

        def make(tables: Sequence[TableSpec] = TABLES) -> OfficeStore:
            made.append(made[-1].reopened(tables) if made else MemoryStore(tables))
            return made[-1]

        return make


class TestSqliteStore(OfficeStoreContract):
    @pytest.fixture
    def maker(self, tmp_path: Path) -> Iterator[StoreMaker]:
        path = tmp_path / "books.db"
        with ExitStack() as opened:

            def make(tables: Sequence[TableSpec] = TABLES) -> OfficeStore:
                store = SqliteStore(path, tables, create=not path.exists())
                opened.callback(store.close)
                return store

            yield make


@pytest.mark.pg
class TestPostgresStore(OfficeStoreContract):
    @pytest.fixture
    def maker(self, postgres_database: str) -> Iterator[StoreMaker]:
        schema = f"office_{next(_SCHEMAS)}"  # A schema costs a tenth of a database.
        with ExitStack() as opened:
            made: list[PostgresStore] = []

            def make(tables: Sequence[TableSpec] = TABLES) -> OfficeStore:
                made.append(PostgresStore(postgres_database, tables, schema=schema, create=not made))
                opened.callback(made[-1].close)
                return made[-1]

            yield make
