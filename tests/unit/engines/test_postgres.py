"""What only the PostgreSQL store can show: its lock, its fence, its triggers and its lost connections."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from counterfoil.engines.postgres import PostgresStore
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.operations.store import (
    Commit,
    CommitFailed,
    CommitUnknown,
    StoreDamaged,
    StoreLocked,
    StoreMoved,
    StoreNewer,
    StoreOlder,
)
from counterfoil.testing.contracts_store import TABLES, account, entry, transfer

pytestmark = pytest.mark.pg


@pytest.fixture
def store(fresh_database: str) -> Iterator[PostgresStore]:
    made = PostgresStore.create(fresh_database, TABLES, schema="north")
    made.commit(
        Commit(
            (1, 0), entries=[entry(0), entry(1)], transfers=[transfer(0)], accounts=[account(1), account(2)],
            upserts={"fact": [(b"a", 0, "text")], "note": [("ana", 1, None, 1)]},
        )
    )  # fmt: skip
    yield made
    made.close()


def run(url: str, sql: str) -> list[tuple[object, ...]]:
    """One statement, as any tool sends it."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SET search_path TO north")
        done = other.execute(sql.encode())
        return done.fetchall() if done.description else []


def end_sessions(url: str) -> None:
    """Ends every other session of the database, as a lost network does."""
    run(
        url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def test_an_older_office_is_brought_to_this_builds_tables(store: PostgresStore, fresh_database: str) -> None:
    store.close()
    run(fresh_database, "UPDATE writer SET version = 1")
    run(fresh_database, "ALTER TABLE fact DROP COLUMN text")
    with pytest.raises(StoreOlder, match="counterfoil upgrade"):
        PostgresStore(fresh_database, TABLES, schema="north")
    mending = PostgresStore.open_for_mending(fresh_database, TABLES, schema="north")
    assert mending.damage == ("the table fact is not as this build makes it",)
    assert list(mending.scan("fact")) == []
    mending.rebuild({"fact": [(b"a", 0, "text")]})
    mending.close()
    now = PostgresStore(fresh_database, TABLES, schema="north")
    assert (list(now.scan("fact")), now.size(1)) == ([(b"a", 0, "text")], 2)
    now.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET leaf = ''",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "UPDATE transfer SET amount = 1",
        "INSERT INTO transfer SELECT * FROM transfer ON CONFLICT (id) DO UPDATE SET amount = 1",
        "DELETE FROM fact",
    ],
)
def test_append_only_tables_refuse_in_the_database_itself(store: PostgresStore, fresh_database: str, sql: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        run(fresh_database, sql)


def test_several_offices_share_one_database(store: PostgresStore, fresh_database: str) -> None:
    south = PostgresStore.create(fresh_database, TABLES, schema="south")
    assert (south.size(1), store.size(1)) == (0, 2)
    south.close()


@pytest.mark.parametrize("schema", ["", "North", "a-b", 'a"b', "1a", "a" * 60])
def test_a_schema_has_a_plain_name(fresh_database: str, schema: str) -> None:
    with pytest.raises(Malformed):
        PostgresStore.create(fresh_database, schema=schema)


def test_what_is_no_office_is_a_typed_error(store: PostgresStore, fresh_database: str) -> None:
    with pytest.raises(StoreDamaged, match="no office"):
        PostgresStore(fresh_database, TABLES, schema="nowhere")
    with pytest.raises(Unavailable, match="stands already"):
        PostgresStore.create(fresh_database, TABLES, schema="north")
    with pytest.raises(Unavailable):
        PostgresStore("host=/nonexistent dbname=none", TABLES)
    with pytest.raises(Malformed):
        PostgresStore("postgres://%zz", TABLES)


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(Unavailable) as caught:
        PostgresStore("host=/nonexistent dbname=none password=secret", TABLES)
    assert "secret" not in str(caught.value)


def test_a_newer_office_is_refused_by_name(store: PostgresStore, fresh_database: str) -> None:
    store.close()
    run(fresh_database, "UPDATE writer SET version = 99")
    with pytest.raises(StoreNewer, match="version 99"):
        PostgresStore(fresh_database, TABLES, schema="north")


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER entry_append_only ON entry",
        "ALTER TABLE transfer DISABLE TRIGGER USER",
        "DROP TABLE fact",
        "ALTER TABLE note ADD COLUMN more text",
    ],
)
def test_tables_that_are_not_as_this_build_makes_them_are_refused(
    store: PostgresStore, fresh_database: str, sql: str
) -> None:
    store.close()
    run(fresh_database, sql)
    with pytest.raises(StoreDamaged):
        PostgresStore(fresh_database, TABLES, schema="north")


def test_a_second_writer_is_told_who_holds_the_office(store: PostgresStore, fresh_database: str) -> None:
    with pytest.raises(StoreLocked, match=r"server process \d+ for .+ since 2"):
        PostgresStore(fresh_database, TABLES, schema="north")
    store.close()
    PostgresStore(fresh_database, TABLES, schema="north").close()


def test_a_reader_beside_a_writer_sees_one_snapshot(store: PostgresStore, fresh_database: str) -> None:
    reader = PostgresStore.open_read_only(fresh_database, TABLES, schema="north")
    store.commit(Commit((1, 2), entries=[entry(2)]))
    assert (reader.size(1), store.size(1)) == (2, 3)
    assert reader.read_back(1, 0, 9) == [entry(0), entry(1)]
    reader.renew()
    assert reader.size(1) == 3
    reader.close()


def test_a_renewed_reader_comes_back_after_its_session_was_lost(store: PostgresStore, fresh_database: str) -> None:
    reader = PostgresStore.open_read_only(fresh_database, TABLES, schema="north")
    end_sessions(fresh_database)
    with pytest.raises(Unavailable):
        reader.size(1)
    reader.renew()
    assert reader.size(1) == 2
    reader.close()


def test_a_writer_that_lost_its_session_never_writes_beside_its_successor(
    store: PostgresStore, fresh_database: str
) -> None:
    end_sessions(fresh_database)
    successor = PostgresStore(fresh_database, TABLES, schema="north")
    successor.commit(Commit((1, 2), entries=[entry(2)]))
    successor.close()
    with pytest.raises(CommitFailed):
        store.commit(Commit((1, 2), entries=[entry(2, leaf=b"late")]))  # The lost session is noticed.
    for _ in range(2):
        with pytest.raises(StoreMoved):
            store.commit(Commit((1, 3), entries=[entry(3)]))
    assert run(fresh_database, "SELECT max(sequence), max(fence) FROM entry, writer") == [(2, 2)]


def test_the_fence_holds_even_with_the_session_alive(store: PostgresStore, fresh_database: str) -> None:
    run(fresh_database, "UPDATE writer SET fence = fence + 1")
    with pytest.raises(StoreMoved):
        store.commit(Commit((1, 2), entries=[entry(2)]))
    assert store.size(1) == 2


def test_a_lost_connection_is_opened_again(store: PostgresStore, fresh_database: str) -> None:
    end_sessions(fresh_database)
    with pytest.raises(Unavailable):
        store.size(1)
    assert store.size(1) == 2
    store.commit(Commit((1, 2), entries=[entry(2)]))
    assert store.read_back(1, 2, 1) == [entry(2)]


def cut_at_commit(store: PostgresStore, monkeypatch: pytest.MonkeyPatch, *, kept: bool) -> None:
    """The connection is lost as COMMIT is sent: before the server has it, or after, before it answers."""
    writer = store._writer
    assert writer is not None
    execute = writer.execute

    def cut(sql: object, *values: object, **options: object) -> object:
        if sql != "COMMIT":
            return execute(sql, *values, **options)  # type: ignore[call-overload]  # passed on as it came
        if kept:
            execute("COMMIT")
        writer.close()
        writer.pgconn.finish()
        raise psycopg.OperationalError("planned: the connection was lost")

    monkeypatch.setattr(writer, "execute", cut)
    monkeypatch.setattr(type(writer), "broken", property(lambda found: found.closed))


@pytest.mark.parametrize(("kept", "told"), [(False, CommitFailed), (True, CommitUnknown)])
def test_a_connection_lost_during_commit_is_looked_up(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, kept: bool, told: type[Unavailable]
) -> None:
    cut_at_commit(store, monkeypatch, kept=kept)
    with pytest.raises(told):
        store.commit(Commit((1, 2), entries=[entry(2)], accounts=[account(3)]))
    size = 3 if kept else 2
    assert store.size(1) == size
    assert (store.get("account", (3,)) is not None) == kept
    store.commit(Commit((1, size), entries=[entry(size)]))
    assert store.read_back(1, size, 1) == [entry(size)]


def test_a_server_that_stays_away_leaves_it_unknown(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_at_commit(store, monkeypatch, kept=True)
    url, store.url = store.url, "host=/nonexistent dbname=none"
    with pytest.raises(CommitUnknown):
        store.commit(Commit((1, 2), entries=[entry(2)]))
    with pytest.raises(Unavailable):
        store.size(1)  # Never answered from memory while it is unknown.
    store.url = url
    assert store.size(1) == 3


def test_settings_read_back(store: PostgresStore) -> None:
    readings = store.readings()
    assert readings["synchronous_commit"] == "on"
    assert "fsync" in readings
