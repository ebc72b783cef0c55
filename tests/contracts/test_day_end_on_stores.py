"""The end of a day gives the same books on every store, cut short or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.engines.memory import MemoryDisk, MemoryStore
from counterfoil.engines.postgres import PostgresStore
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.operations import bulk, queries
from counterfoil.operations.audit import Asked, audit, rebuild
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.store import Commit, OfficeStore
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import SUPERVISOR, House, counter
from counterfoil.testing.faulty_store import FaultyStore
from counterfoil.testing.postgres import PostgresServer

THROUGH = "2026-03-31"
Opened = Callable[[], OfficeStore]


class Cut(BaseException):
    """The power is gone."""


class CutStore(FaultyStore):
    """Loses power after the n-th commit is kept."""

    def __init__(self, store: OfficeStore, after: int) -> None:
        super().__init__(store)
        self.after = after

    def commit(self, commit: Commit) -> None:
        self.commits += 1
        self.store.commit(commit)
        if self.commits == self.after:
            raise Cut


def played(opened: Opened, *, cuts: int = 0) -> tuple[House, dict[str, Any]]:
    """March in three passbooks, ended on 1 April; the power goes after every so many commits."""
    house = counter(opened(), MemoryDisk())
    for amount in (100_000, 50_050, 107):
        account = str(house.do("account-open", customer=house.customer, product="passbook").result()["account"])
        house.do("deposit", till="T1", account=account, amount=amount, approve=[SUPERVISOR])
    house.at("2026-04-01T08:00")
    while True:
        real = house.store
        house.desk.store = CutStore(real, cuts) if cuts else real
        try:
            DayEnd(lambda call: call(house.desk)).run(THROUGH)
            house.desk.store = real
            return house, queries.books(real)
        except Cut:
            real.close()
            house.reopened(opened())


def same_everywhere(opened: Opened, fresh: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK_LINES", 2)
    _, wanted = played(lambda: MemoryStore(EXTRA_TABLES))
    house, found = played(opened)
    assert found == wanted
    assert audit(house.store, Asked(signatures=True, office_key=house.office_key, workers=0)).findings == ()
    assert rebuild(house.store, Asked(workers=0)).rows
    assert queries.books(house.store) == wanted
    house.store.close()
    house, found = played(fresh, cuts=17)
    assert found == wanted
    assert audit(house.store, Asked(workers=0)).findings == ()
    house.store.close()


def sqlite(path: Path) -> Opened:
    return lambda: SqliteStore(path, EXTRA_TABLES, create=not path.exists())


def test_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_everywhere(sqlite(tmp_path / "one.db"), sqlite(tmp_path / "two.db"), monkeypatch)


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer) -> Iterator[str]:
    with postgres_server.database() as url:
        yield url


@pytest.mark.pg
def test_postgres(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[str] = set()

    def postgres(schema: str) -> Opened:
        def opened() -> OfficeStore:
            create = schema not in made
            made.add(schema)
            return PostgresStore(database, EXTRA_TABLES, schema=schema, create=create)

        return opened

    same_everywhere(postgres("day_end_one"), postgres("day_end_two"), monkeypatch)
