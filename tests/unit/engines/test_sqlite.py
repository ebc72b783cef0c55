"""What only the SQLite store can show: its file, its triggers, its readers and its damage."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import apsw
import pytest

from counterfoil.engines.sqlite import APPLICATION_ID, SqliteStore
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Unavailable
from counterfoil.operations.store import Commit, StoreDamaged, StoreLocked, StoreMoved, StoreNewer
from counterfoil.testing.contracts_store import TABLES, account, entry, transfer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "books.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore.create(path, TABLES)
    made.commit(
        Commit(
            (1, 0), entries=[entry(0), entry(1)], transfers=[transfer(0)], accounts=[account(1), account(2)],
            upserts={"fact": [(b"a", 0, "text")], "note": [("ana", 1, None, 1)]},
        )
    )  # fmt: skip
    yield made
    made.close()


def plain(path: Path) -> apsw.Connection:
    """The file as any SQLite tool opens it."""
    return apsw.Connection(str(path))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET leaf = x'00'",
        "UPDATE entry SET position = position + 1",
        "DELETE FROM entry WHERE sequence = 1",
        "REPLACE INTO entry (position, leaf, facts, blind, approvals) SELECT position, x'', x'', x'', x'' FROM entry",
        "INSERT INTO entry (position, leaf, facts, blind, approvals) SELECT position, x'', x'', x'', x'' FROM entry "
        "WHERE true ON CONFLICT (position) DO UPDATE SET leaf = x''",
        "UPDATE transfer SET amount = 1",
        "DELETE FROM transfer",
        "REPLACE INTO transfer SELECT id, debit, credit, 1, code, flags, pending, booked, value, expires FROM transfer",
        "DELETE FROM fact",
    ],
)
def test_append_only_tables_refuse_in_the_database_itself(store: SqliteStore, path: Path, sql: str) -> None:
    store.close()
    other = plain(path)
    other.pragma("recursive_triggers", True)
    with pytest.raises(apsw.ConstraintError, match="append-only"):
        other.execute(sql)
    other.close()


def test_every_pragma_reads_back(store: SqliteStore) -> None:
    readings = store.readings()
    assert readings["journal_mode"] == "wal"
    assert readings["synchronous"] == 2
    assert readings["recursive_triggers"] == 1
    assert readings["application_id"] == APPLICATION_ID


def test_read_back_shares_nothing_with_the_writer(store: SqliteStore) -> None:
    assert store._writer is not store._reader
    assert store._reader is not None
    with pytest.raises(apsw.ReadOnlyError):
        store._reader.execute("DELETE FROM note")


def test_a_second_writer_is_told_who_holds_the_office(store: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreLocked, match=str(os.getpid())):
        SqliteStore(path, TABLES)


def test_a_writer_that_went_round_the_lock_is_noticed(store: SqliteStore, path: Path) -> None:
    with plain(path) as other:
        other.execute("INSERT INTO entry VALUES ((1 << 40) | 2, x'', x'', x'', x'')")
    other.close()
    with pytest.raises(StoreMoved):
        store.commit(Commit((1, 2), entries=[entry(2)]))
    assert store.size(1) == 3


def test_the_office_belongs_to_its_owner_alone(store: SqliteStore, path: Path) -> None:
    assert {found.stat().st_mode & 0o777 for found in path.parent.iterdir()} == {0o600}


# Readers


def test_a_reader_beside_a_writer_sees_one_snapshot(store: SqliteStore, path: Path) -> None:
    reader = SqliteStore.open_read_only(path, TABLES)
    store.commit(Commit((1, 2), entries=[entry(2)]))
    assert (reader.size(1), store.size(1)) == (2, 3)
    assert reader.read_back(1, 0, 9) == [entry(0), entry(1)]
    with pytest.raises(Fault, match="read-only"):
        reader.commit(Commit((1, 2)))
    reader.close()
    again = SqliteStore.open_read_only(path, TABLES)
    assert again.size(1) == 3
    again.close()


def test_a_renewed_reader_sees_the_newest_commit_and_holds_nothing_back(store: SqliteStore, path: Path) -> None:
    reader = SqliteStore.open_read_only(path, TABLES)
    store.commit(Commit((1, 2), entries=[entry(2)]))
    reader.renew()
    assert reader.size(1) == 3
    store.commit(Commit((1, 3), entries=[entry(3)]))
    assert reader.size(1) == 3  # One question, one snapshot.
    reader.renew()
    writer = apsw.Connection(str(path))
    writer.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    frames, moved = writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)  # Busy while a reader holds the log.
    assert (frames, moved) == (0, 0)
    writer.close()
    assert reader.size(1) == 4
    reader.close()
    reader.renew()  # Nothing to renew.


def test_a_reader_of_a_closed_folder_goes_on_beside_a_writer_once_renewed(store: SqliteStore, path: Path) -> None:
    store.close()
    reader = SqliteStore.open_read_only(path, TABLES)
    writer = SqliteStore(path, TABLES)
    writer.commit(Commit((1, 2), entries=[entry(2)]))
    reader.renew()
    assert reader.size(1) == 3
    reader.close()
    writer.close()


def test_a_reader_changes_nothing_in_a_closed_folder(store: SqliteStore, path: Path) -> None:
    store.close()
    os.unlink(f"{path}.lock")
    before = {found.name: (found.read_bytes(), found.stat().st_mtime_ns) for found in path.parent.iterdir()}
    folder_before = path.parent.stat().st_mtime_ns
    reader = SqliteStore.open_read_only(path, TABLES)
    assert list(reader.scan("account")) == [account(1), account(2)]
    assert reader.check() == []
    reader.close()
    assert {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in path.parent.iterdir()} == before
    assert path.parent.stat().st_mtime_ns == folder_before


def test_a_reader_notices_a_writer_that_starts(store: SqliteStore, path: Path) -> None:
    store.close()
    reader = SqliteStore.open_read_only(path, TABLES)
    writer = SqliteStore(path, TABLES)
    writer.commit(Commit((1, 2), entries=[entry(2)]))
    with pytest.raises(Unavailable, match="Begin again"):
        reader.size(1)
    writer.close()
    with pytest.raises(Unavailable, match="Begin again"):
        reader.size(1)
    reader.close()


@pytest.mark.parametrize("index", [True, False])
def test_a_reader_finds_what_a_killed_writer_left_in_the_log(store: SqliteStore, tmp_path: Path, index: bool) -> None:
    copy = tmp_path / "killed"
    shutil.copytree(tmp_path, copy, ignore=lambda *_: ["killed"])
    if not index:
        (copy / "books.db-shm").unlink()
    assert (copy / "books.db-wal").stat().st_size > 0
    reader = SqliteStore.open_read_only(copy / "books.db", TABLES)
    assert reader.size(1) == 2
    reader.close()
    writer = SqliteStore(copy / "books.db", TABLES)
    assert writer.size(1) == 2
    writer.close()


# Backup


def test_a_backup_is_a_whole_office(store: SqliteStore, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "monday.db"
    target.parent.mkdir()
    store.backup(target)
    store.commit(Commit((1, 2), entries=[entry(2)]))
    assert [found.name for found in target.parent.iterdir()] == ["monday.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    copy = SqliteStore(target, TABLES)
    assert copy.entries(1, 0, 9) == [entry(0), entry(1)]
    assert copy.check() == []
    copy.close()
    with pytest.raises(Unavailable, match="never overwrites"):
        store.backup(target)


# Damage


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0", b"not a database" * 500, bytes(8192)])
def test_what_is_no_database_is_a_typed_error(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        SqliteStore(path, TABLES)
    with pytest.raises(StoreDamaged):
        SqliteStore.open_read_only(path, TABLES)


def test_another_programs_database_is_left_alone(path: Path) -> None:
    other = plain(path)
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="not an office"):
        SqliteStore(path, TABLES)
    with pytest.raises(Unavailable, match="never created over"):
        SqliteStore.create(path, TABLES)
    assert path.read_bytes() == before


def test_a_newer_office_is_refused_by_name(store: SqliteStore, path: Path) -> None:
    store.close()
    with plain(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    for read_only in (False, True):
        with pytest.raises(StoreNewer, match="version 99"):
            SqliteStore(path, TABLES, read_only=read_only)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER entry_no_update",
        "DROP TRIGGER transfer_no_delete",
        "DROP INDEX account_name",
        "DROP TABLE fact",
        "DROP TABLE table_catalog",
        "ALTER TABLE note ADD COLUMN more TEXT",
        "CREATE TRIGGER quietly AFTER INSERT ON entry BEGIN DELETE FROM note; END",
        "CREATE VIEW wide AS SELECT * FROM entry",
    ],
)
def test_tables_that_are_not_as_this_build_makes_them_are_refused(store: SqliteStore, path: Path, sql: str) -> None:
    store.close()
    with plain(path) as other:
        other.execute(sql)
    other.close()
    for read_only in (False, True):
        with pytest.raises(StoreDamaged):
            SqliteStore(path, TABLES, read_only=read_only)


def test_any_damage_is_a_typed_error_or_shows_nothing_new(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """Flipped bits and cut files, seed 1: every read either answers or raises one of our own errors."""
    further = [transfer(n) for n in range(1, 90)]
    store.commit(Commit((1, 2), entries=[entry(n) for n in range(2, 60)], transfers=further))
    store.close()
    whole, random = path.read_bytes(), Random(1)
    errors = 0
    for number in range(150):
        broken = bytearray(whole)
        if number % 3 == 0:
            del broken[random.randrange(1, len(broken)) :]
        else:
            for _ in range(1 + number % 5):
                broken[random.randrange(len(broken))] ^= 1 << random.randrange(8)
        target = tmp_path / f"broken-{number}.db"
        target.write_bytes(broken)
        try:
            found = SqliteStore.open_read_only(target, TABLES)
            try:
                for name in found.catalog.specs:
                    list(found.scan(name))
                found.movements(10, "value")
                list(found.all_transfers())
                found.read_back(1, 0, 100)
                found.check()
            finally:
                found.close()
        except CounterfoilError:
            errors += 1
    assert errors > 30


def test_a_path_with_blanks_and_signs_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a b?c#d%20é.db"
    SqliteStore.create(path).close()
    reader = SqliteStore.open_read_only(path)
    assert reader.size(1) == 0
    reader.close()
    assert [found.name for found in tmp_path.iterdir() if found.name.endswith(".db")] == [path.name]
