"""A folder of an older build: refused by name, and brought to this build's tables without touching the journal."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw
import pytest

from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.tables import SCHEMA_VERSION, Catalog, grown
from counterfoil.operations.audit import Asked, audit, rebuild
from counterfoil.operations.store import StoreDamaged, StoreOlder, TableSpec
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import House, counter, everything

TABLES_OF = {2: "1f03f789577342fa"}
"""Version → digest of the shape of every table. A table that changes is a new version: raise ``SCHEMA_VERSION``, write
its digest here, and see that ``counterfoil upgrade`` brings a folder of the version before to it. A new side table or
cache is none: it is made, empty, when a folder is opened, so only the digest of the present version is written anew."""


def test_a_change_of_tables_is_a_new_version() -> None:
    shapes = [(s.name, s.kind, s.columns, s.key, s.append_only) for s in Catalog(EXTRA_TABLES).specs.values()]
    assert TABLES_OF[SCHEMA_VERSION] == sha256(repr(sorted(shapes)).encode()).hexdigest()[:16]


@pytest.fixture
def older(tmp_path: Path) -> tuple[Path, House]:
    """An office whose tables are of version 1: a fold is missing, one has a column less, a side table too."""
    path = tmp_path / "office.db"
    house = counter(SqliteStore.create(path, EXTRA_TABLES), RealDisk(), folder=str(tmp_path))
    bill: dict[str, Any] = {
        "till": "T1",
        "biller": "water",
        "reference": "1234567",
        "amount": 5_000,
        "fee": 0,
        "on": "2026-03-09",
    }
    house.do("bill-pay", **bill)
    house.do("deposit", till="T1", account=house.account, amount=12_500)
    house.names["rows"] = repr(everything(house.store))
    house.store.close()
    with apsw.Connection(str(path)) as plain:
        plain.execute("DROP TABLE bill_money; DELETE FROM table_catalog WHERE name = 'bill_money'")
        _without_last_column(plain, "loan")
        _without_last_column(plain, "bill_item")
        plain.execute("PRAGMA user_version = 1")
    plain.close()
    return path, house


def _without_last_column(plain: apsw.Connection, table: str) -> None:
    sql = str(plain.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchall()[0][0])
    names = [str(row[1]) for row in plain.execute(f'PRAGMA table_info("{table}")')]
    kept = ", ".join(f'"{name}"' for name in names[:-1])
    last = next(part for part in sql.split(", ") if part.startswith(f'"{names[-1]}"'))
    plain.execute(f'ALTER TABLE "{table}" RENAME TO whole; {sql.replace(f", {last}", "")}')
    plain.execute(f'INSERT INTO "{table}" ({kept}) SELECT {kept} FROM whole; DROP TABLE whole')


def test_an_older_office_is_refused_by_name_and_left_as_it_is(older: tuple[Path, House]) -> None:
    path, _ = older
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(
            StoreOlder, match=r"tables of version 1, .* `counterfoil upgrade DIR`.* Nothing was changed"
        ):
            SqliteStore(path, EXTRA_TABLES, read_only=read_only)
    assert path.read_bytes() == before


def test_an_older_office_is_brought_to_this_builds_tables(older: tuple[Path, House]) -> None:
    path, house = older
    SqliteStore.open_for_mending(
        path, EXTRA_TABLES, read_only=False
    ).close()  # cut short: the tables are made, and empty
    with pytest.raises(StoreOlder):
        SqliteStore(path, EXTRA_TABLES)
    store = SqliteStore.open_for_mending(path, EXTRA_TABLES, read_only=False)
    assert rebuild(store, Asked(damage=store.damage, office_key=house.office_key, workers=0)).rows["bill_item"] == 1
    store.close()
    store = SqliteStore(path, EXTRA_TABLES)
    assert repr(everything(store)) == house.names["rows"]
    assert audit(store, Asked(office_key=house.office_key, workers=0)).findings == ()
    store.close()


def test_rows_of_a_side_table_that_has_grown_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    had = TableSpec("seen", "side", (("who", "text"), ("when", "int")), 1, "a test", append_only=True)
    now = TableSpec("seen", "side", (*had.columns, ("where", "text?")), 1, "a test", append_only=True)
    other = TableSpec("seen", "side", (("who", "text"), ("where", "text")), 1, "a test", append_only=True)
    SqliteStore.create(path, [had]).close()
    with apsw.Connection(str(path)) as plain:
        plain.execute("INSERT INTO seen VALUES ('101', 7); PRAGMA user_version = 1")
    plain.close()
    with pytest.raises(StoreDamaged, match="no journal can give its rows"):
        SqliteStore.open_for_mending(path, [other], read_only=True)
    store = SqliteStore.open_for_mending(path, [now], read_only=False)
    assert list(store.scan("seen")) == [("101", 7, None)]
    store.close()
    assert [grown(now, names) for names in (["who", "when"], ["who"], ["when", "who"], [])] == [
        True,
        False,
        False,
        False,
    ]
