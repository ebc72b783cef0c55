"""The store of one office in one schema of a PostgreSQL database (psycopg 3).

Always true (``TestPostgresStore`` in ``tests/contracts/test_stores.py``, ``tests/unit/engines/test_postgres.py``):

1. One writer: it holds a session advisory lock, and it owns the *fence*, a number in the one row of ``writer`` that
   every opening raises. Every commit updates that row under its own fence, so a writer that lost its session, and with
   it the lock, can never write beside its successor (``StoreMoved``).
2. The same row counts commits. After a connection was lost during COMMIT the store takes the lock again, which proves
   that the old session is over, and the count says whether the commit was kept.
3. ``synchronous_commit`` is on and read back; whether the server itself syncs (``fsync``) is in ``readings``.
4. ``read_back`` is a second connection, whose transactions are read-only.
5. Texts sort by code point (collation "C"), as in every other engine.

Bulk rows go in by binary COPY, whose format is packed here (PostgreSQL documentation, COPY, "Binary Format"); changed
rows by one statement over arrays (UNNEST).
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import islice
from threading import RLock
from typing import Any, Literal, LiteralString, Self, TypeVar, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from counterfoil.engines.tables import (
    SCHEMA_VERSION,
    Catalog,
    check_entries,
    check_key,
    check_row,
    check_version,
    chunks,
    grown,
    kind_of,
    resume,
)
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Unavailable
from counterfoil.ledger import transfers
from counterfoil.ledger.accounts import Counters
from counterfoil.ledger.transfers import Transfer
from counterfoil.operations.store import (
    ACCOUNT,
    PENDING,
    Commit,
    CommitFailed,
    CommitUnknown,
    Row,
    StoreDamaged,
    StoredEntry,
    StoreFull,
    StoreLocked,
    StoreMoved,
    TableSpec,
)

_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,40}")
_TYPES = {"int": "bigint", "text": 'text COLLATE "C"', "blob": "bytea"}
_ARRAYS = {"int": "bigint[]", "text": "text[]", "blob": "bytea[]"}
_FOUND_TYPES = {"int": "bigint", "text": "text", "blob": "bytea"}
_SETTINGS = ("synchronous_commit", "client_encoding", "default_transaction_read_only")
_READINGS = (
    "server_version", "synchronous_commit", "fsync", "full_page_writes", "wal_sync_method", "wal_level",
    "synchronous_standby_names", "shared_buffers", "max_wal_size", "server_encoding", "data_checksums",
)  # fmt: skip
_SCAN_CHUNK = 1_000
_TRANSFER_CHUNK = 10_000
_IDS_CHUNK = 10_000
_LOCK_WAIT_MS = 10_000
_NOT_POSTED = transfers.PENDING | transfers.VOID | transfers.EXPIRE
"""Flags of transfers that move nothing posted: pending, void, expire."""

_DAMAGE = (errors.DataCorrupted, errors.IndexCorrupted, errors.UndefinedTable, errors.UndefinedColumn)
_FULL = (errors.DiskFull, errors.OutOfMemory, errors.ConfigurationLimitExceeded)
_BUGS = (psycopg.IntegrityError, psycopg.DataError, errors.RaiseException, errors.SyntaxError)
_FAILURES = (psycopg.Error, OSError)

Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")


class PostgresStore:
    """An ``OfficeStore`` in ``schema`` of the database ``url``. Calls from several threads are served one at a time."""

    def __init__(
        self, url: str, tables: Sequence[TableSpec] = (), *, schema: str = "office", create: bool = False,
        read_only: bool = False, mending: bool = False,
    ) -> None:  # fmt: skip
        if not _SCHEMA.fullmatch(schema):
            raise Malformed(f"{schema!r} is not a schema's name: lower-case letters, digits and _", field="schema")
        self.url, self.schema, self.read_only, self._mending = url, schema, read_only, mending
        self.damage: tuple[str, ...] = ()
        """What an opening for mending found changed, in sentences."""
        self.catalog = Catalog(tables)
        self.where = f"schema {schema} of {_shown(url)}"
        self._sql = {name: _Statements(spec) for name, spec in self.catalog.specs.items()}
        self._calls, self._reads = RLock(), RLock()
        self._writer: Connection | None = None
        self._reader: Connection | None = None
        self._fence: int | None = None
        self._commits = 0
        self._closed = False
        try:
            if create:
                self._guarded(self._create)
            self._guarded(self._open_snapshot if read_only else self._open)
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, url: str, tables: Sequence[TableSpec] = (), *, schema: str = "office") -> Self:
        """Makes the schema, which must not stand yet, and opens it for writing."""
        return cls(url, tables, schema=schema, create=True)

    @classmethod
    def open_read_only(cls, url: str, tables: Sequence[TableSpec] = (), *, schema: str = "office") -> Self:
        """One snapshot (REPEATABLE READ, READ ONLY) beside a live writer or without one; takes no lock."""
        return cls(url, tables, schema=schema, read_only=True)

    @classmethod
    def open_for_mending(cls, url: str, tables: Sequence[TableSpec], *, schema: str) -> Self:
        """For a rebuild: tables of folds and caches that are not as this build makes them are made again, empty, and
        side tables that have grown keep their rows; ``damage`` names them. The journal's own rows are never touched."""
        return cls(url, tables, schema=schema, mending=True)

    def size(self, epoch: int) -> int:
        return self._read(lambda con: _size(con, epoch))

    def epochs(self) -> list[int]:
        return self._read(_epochs)

    def entries(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        return self._read(lambda con: _entries(con, epoch, start, count))

    def read_back(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        with self._reads:
            if self._writer is None or self._reader is None:
                self._read(_epochs)  # Opens what a lost connection left closed, or says why not.
            return self._guarded(lambda: _entries(cast(Connection, self._reader), epoch, start, count))

    def transfers(self, ids: Sequence[bytes]) -> dict[bytes, Transfer]:
        return {row[0]: Transfer._make(row) for row in self._by_id("transfer", ids)}

    def all_transfers(self) -> Iterator[Transfer]:
        sql = f"{self._sql['transfer'].select} WHERE id > %s ORDER BY id LIMIT {_TRANSFER_CHUNK}"
        last = b""
        while rows := self._read(lambda con, last=last: _rows(con, sql, (last,))):  # type: ignore[misc]  # a lambda with defaults has no type  # bound now
            yield from map(Transfer._make, rows)
            last = rows[-1][0]

    def pendings(self, ids: Sequence[bytes]) -> dict[bytes, Row]:
        return {row[0]: row for row in self._by_id("pending", ids)}

    def open_pendings(self) -> Iterator[Row]:
        return (row for row in self.scan("pending") if row[5] == 0)

    def highest_transfer(self) -> bytes:
        found = self._read(lambda con: _rows(con, "SELECT id FROM transfer ORDER BY id DESC LIMIT 1"))
        return cast(bytes, found[0][0]) if found else bytes(16)

    def movements(self, through: int, by: Literal["booked", "value"]) -> list[tuple[int, int, int]]:
        debits = self._read(lambda con: _sums(con, "debit", through, by))
        credits = self._read(lambda con: _sums(con, "credit", through, by))
        return [(a, debits.get(a, 0), credits.get(a, 0)) for a in sorted(debits.keys() | credits.keys())]

    def get(self, table: str, key: Row) -> Row | None:
        check_key(self.catalog[table], key, whole=True)
        return next(self.scan(table, key), None)

    def several(self, table: str, keys: Sequence[Row]) -> dict[Row, Row]:
        spec, sql = self.catalog[table], self._sql[table]
        for key in keys:
            check_key(spec, key, whole=True)
        if [kind for _, kind in spec.columns[: spec.key]] != ["blob"]:
            found = ((tuple(key), self.get(table, key)) for key in keys)
            return {key: row for key, row in found if row is not None}
        text = f'{sql.select} WHERE "{spec.columns[0][0]}" = ANY(%b::bytea[])'
        kept: dict[Row, Row] = {}
        for part in chunks([key[0] for key in keys], _IDS_CHUNK):
            rows = self._read(lambda con, part=part: _rows(con, text, (part,)))  # type: ignore[misc]  # bound now
            kept |= {row[:1]: row for row in rows}
        return kept

    def scan(
        self, table: str, prefix: Row = (), *, after: Row | None = None, limit: int | None = None,
        descending: bool = False,
    ) -> Iterator[Row]:  # fmt: skip
        spec = self.catalog[table]
        check_key(spec, prefix, whole=False)
        if after is not None:
            check_key(spec, after, whole=True)
        return islice(self._scanned(self._sql[table], tuple(prefix), after, limit, descending), limit)

    def commit(self, commit: Commit) -> None:
        with self._calls, self._reads:
            writer = self._writing()
            try:
                writer.execute("BEGIN")
                check_entries(commit, self._fenced(writer, commit.expected[0]))
                self._write(writer, commit)
            except BaseException as error:
                self._roll_back(error)
                raise
            self._finish(writer, commit)

    def renew(self) -> None:
        with self._calls:
            if self.read_only and not self._closed:
                self._guarded(self._renew_snapshot)

    def rebuild(self, rows: Mapping[str, Iterable[Row]]) -> None:
        with self._calls, self._reads:
            writer = self._writing()
            specs = [self.catalog.rebuildable(name) for name in rows]
            try:
                writer.execute("BEGIN")
                self._fenced(writer, 0)
                for spec in specs:
                    self._replace_rows(writer, spec, rows[spec.name])
                writer.execute(f"UPDATE writer SET version = {SCHEMA_VERSION}".encode())
            except BaseException as error:
                self._roll_back(error)
                raise
            self._finish(writer, Commit((0, 0)))

    def check(self) -> list[str]:
        """What the table list finds wrong; the server checks its own pages (``data_checksums`` in ``readings``)."""
        try:
            return list(self._read(lambda con: _check_schema(con, self.schema, self.catalog, self.where)))
        except StoreDamaged as error:
            return [str(error)]

    def readings(self) -> dict[str, int | str]:
        """The settings as the server itself reads them: for ``doctor`` and ``bench``."""
        return self._read(lambda con: {name: _shows(con, name) for name in _READINGS})

    def close(self) -> None:
        """Closes both connections, which gives the advisory lock back."""
        with self._calls, self._reads:
            self._closed = True
            self._abandon()

    # Opening

    def _connect(self) -> Connection:
        connection: Connection = psycopg.connect(
            self.url, autocommit=True, connect_timeout=10, application_name=_own_name(), client_encoding="utf8",
            keepalives=1, keepalives_idle=30,
        )  # fmt: skip
        connection.execute(f"SET search_path TO {self.schema}".encode())
        return connection

    def _create(self) -> None:
        with self._connect() as connection, connection.transaction():
            if _rows(connection, "SELECT 1 FROM pg_namespace WHERE nspname = %s", (self.schema,)):
                raise Unavailable(f"{self.where} stands already: an office is never created over another")
            statements = [f"CREATE SCHEMA {self.schema}", *_FIRST, *_made(self.catalog.specs.values())]
            for statement in statements:
                connection.execute(statement.encode())
            _list_tables(connection, self.catalog.specs.values())

    def _open(self) -> None:
        writer = self._writer = self._connect()
        _check_version(writer, self.schema, self.where, mending=self._mending)
        self._take_lock(writer)
        writer.execute("SET synchronous_commit TO on")
        if _shows(writer, "synchronous_commit") != "on":
            raise Fault(f"{self.where}: synchronous_commit was set to on and reads otherwise")
        self._own_fence(writer)
        if self._mending:
            self._mend(writer)
        missing = _check_schema(writer, self.schema, self.catalog, self.where)
        if missing:
            with writer.transaction():
                specs = [self.catalog[name] for name in missing]
                for statement in _made(specs):
                    writer.execute(statement.encode())
                _list_tables(writer, specs)
        reader = self._reader = self._connect()
        reader.execute("SET default_transaction_read_only TO on")

    def _mend(self, writer: Connection) -> None:
        columns = _columns_of(writer, self.schema)
        with writer.transaction():
            for spec in self.catalog.specs.values():
                had = columns.get(spec.name)
                if had is None or had == _wanted(spec):
                    continue
                self.damage = (*self.damage, f"the table {spec.name} is not as this build makes it")
                if spec.kind in ("fold", "cache"):
                    writer.execute(f'DROP TABLE "{spec.name}" CASCADE'.encode())
                    for statement in _made([spec]):
                        writer.execute(statement.encode())
                elif grown(spec, [name for name, *_ in had]):
                    for name, column in spec.columns[len(had) :]:
                        added = f'ALTER TABLE "{spec.name}" ADD COLUMN "{name}" {_TYPES[kind_of(column)[0]]}'
                        writer.execute(added.encode())
                else:
                    raise StoreDamaged(
                        f"{self.where}: the table {spec.name!r} is not as this build makes it, and no journal can give "
                        "its rows"
                    )

    def _open_snapshot(self) -> None:
        reader = self._reader = self._connect()
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _check_version(reader, self.schema, self.where)
        missing = _check_schema(reader, self.schema, self.catalog, self.where)
        if missing:
            raise Unavailable(f"{self.where} has no table {missing[0]!r} yet: open the office for writing once")

    def _renew_snapshot(self) -> None:
        """A reader whose connection broke is connected anew."""
        if self._reader is None or self._reader.broken:
            self._abandon()
            self._open_snapshot()
        reader = self._snapshot()
        reader.execute("ROLLBACK")
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def _take_lock(self, writer: Connection) -> None:
        """Once a session is lost, its lock is waited for: the server may still be ending that session's COMMIT."""
        key = int.from_bytes(sha256(f"counterfoil:{self.schema}".encode()).digest()[:8], "big", signed=True)
        if self._fence is None:
            if not _rows(writer, "SELECT pg_try_advisory_lock(%s)", (key,))[0][0]:
                raise StoreLocked(f"{self.where} is held by {_holder(writer, key)}. Stop it, then try again.")
            return
        writer.execute(f"SET lock_timeout TO {_LOCK_WAIT_MS}".encode())
        writer.execute("SELECT pg_advisory_lock(%s)", (key,))
        writer.execute("SET lock_timeout TO 0")

    def _own_fence(self, writer: Connection) -> None:
        if self._fence is None:
            raised = _rows(writer, "UPDATE writer SET fence = fence + 1 RETURNING fence, commits")
            self._fence, self._commits = raised[0]
            return
        found = _rows(writer, "SELECT fence, commits FROM writer")
        if found[0][0] != self._fence:
            raise StoreMoved(f"{self.where} has a newer writer: this one must not go on")
        self._commits = found[0][1]

    # Reading

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._calls:
            connection = self._snapshot() if self.read_only else self._writing()
            try:
                return self._guarded(lambda: work(connection))
            except CounterfoilError:
                if connection.broken and not self.read_only:
                    self._abandon()
                raise

    def _snapshot(self) -> Connection:
        if self._reader is None:
            raise Fault("this store is closed")
        return self._reader

    def _guarded(self, work: Callable[[], T]) -> T:
        """``work``, with the driver's exceptions turned into ours."""
        try:
            return work()
        except _FAILURES as error:
            raise _said(error, self.where) from error

    def _by_id(self, table: str, ids: Sequence[bytes]) -> list[tuple[Any, ...]]:
        sql = f"{self._sql[table].select} WHERE id = ANY(%b::bytea[])"
        found: list[tuple[Any, ...]] = []
        for part in chunks(ids, _IDS_CHUNK):
            found += self._read(lambda con, part=part: _rows(con, sql, (part,)))  # type: ignore[misc]  # bound now
        return found

    def _scanned(
        self, sql: _Statements, prefix: Row, after: Row | None, limit: int | None, descending: bool
    ) -> Iterator[Row]:
        last, chunk = after, min(_SCAN_CHUNK, limit if limit is not None else _SCAN_CHUNK)
        while chunk > 0:
            rest = resume(prefix, last, descending=descending)
            if rest is None:
                return
            text = sql.page(len(prefix), bool(rest), descending)
            values = (*prefix, *rest, chunk)
            rows = self._read(lambda con, text=text, values=values: _rows(con, text, values))  # type: ignore[misc]  # bound now
            yield from rows
            if len(rows) < chunk:
                return
            last = rows[-1][: sql.spec.key]

    # Writing

    def _writing(self) -> Connection:
        if self._closed or self.read_only:
            raise Fault("this store is closed" if self._closed else "this store was opened read-only")
        if self._writer is None:
            try:
                self._open()
            except CounterfoilError:
                self._abandon()
                raise
            except _FAILURES as error:
                self._abandon()
                raise Unavailable(f"{self.where} cannot be reached again: {_first_line(error)}") from error
        return cast(Connection, self._writer)

    def _fenced(self, writer: Connection, epoch: int) -> int:
        """Counts this commit under our fence; the journal's size."""
        found = _rows(writer, _FENCED, (self._fence, epoch))
        if not found:
            raise StoreMoved(f"{self.where} has a newer writer. Nothing of this group was kept.")
        return cast(int, found[0][1]) + 1

    def _write(self, writer: Connection, commit: Commit) -> None:
        if commit.entries:
            _copy(writer, "entry", map(_packed_entry, commit.entries))
        if commit.transfers:
            _copy(writer, "transfer", map(_packed_transfer, commit.transfers))
        if commit.accounts:
            self._upsert(writer, ACCOUNT, commit.accounts)
        if commit.counters:
            _update_counters(writer, commit.counters)
        if commit.pendings:
            self._upsert(writer, PENDING, commit.pendings)
        for name, rows in commit.upserts.items():
            self._upsert(writer, self.catalog[name], rows)
        for name, keys in commit.deletes.items():
            spec = self.catalog.deletable(name)
            for key in keys:
                check_key(spec, key, whole=True)
            with writer.cursor() as cursor:
                cursor.executemany(self._sql[name].delete, keys)

    def _upsert(self, writer: Connection, spec: TableSpec, rows: Sequence[Row]) -> None:
        for row in rows:
            check_row(spec, row)
        if not spec.append_only:  # One statement may not change a row twice: the last one given stands.
            rows = list({tuple(row[: spec.key]): row for row in rows}.values())
        if rows:
            writer.execute(self._sql[spec.name].upsert, [list(column) for column in zip(*rows, strict=True)])

    def _replace_rows(self, writer: Connection, spec: TableSpec, rows: Iterable[Row]) -> None:
        if spec.append_only:
            writer.execute(f'ALTER TABLE "{spec.name}" DISABLE TRIGGER USER'.encode())
        writer.execute(f'DELETE FROM "{spec.name}"'.encode())
        for part in chunks(map(tuple, rows), _SCAN_CHUNK):
            for row in part:
                check_row(spec, row)
            writer.execute(self._sql[spec.name].insert, [list(column) for column in zip(*part, strict=True)])
        if spec.append_only:
            writer.execute(f'ALTER TABLE "{spec.name}" ENABLE TRIGGER USER'.encode())

    def _finish(self, writer: Connection, commit: Commit) -> None:
        try:
            status = writer.execute("COMMIT").statusmessage
        except _FAILURES as error:
            self._settle(writer, error)
            raise
        except BaseException:
            self._abandon()
            raise
        if status != "COMMIT":
            raise CommitFailed(f"{self.where} answered {status} to COMMIT. Nothing of this group was kept.")
        self._commits += 1

    def _roll_back(self, error: BaseException) -> None:
        """Undoes an open transaction; raises what ``error`` means, unless it is already one of our own words."""
        writer = self._writer
        try:
            if writer is not None and not writer.broken:
                writer.execute("ROLLBACK")
        except _FAILURES:
            self._abandon()
        if writer is not None and writer.broken:
            self._abandon()
        if isinstance(error, _FAILURES):
            raise _said(error, self.where) from error

    def _settle(self, writer: Connection, error: Exception) -> None:
        """After a COMMIT that failed: raise what is known of it."""
        if not writer.broken:  # The server itself said no, so it is not kept.
            with suppress(psycopg.Error):
                writer.execute("ROLLBACK")
            said = _said(error, self.where)
            raise said if isinstance(said, StoreFull) else CommitFailed(str(said)) from error
        before = self._commits
        self._abandon()
        try:
            self._open()
        except (*_FAILURES, Unavailable) as trouble:
            self._abandon()
            if isinstance(trouble, StoreMoved):
                raise
            raise CommitUnknown(f"the connection was lost during COMMIT ({_first_line(error)})") from error
        if self._commits == before:
            raise CommitFailed(f"the connection was lost before COMMIT took place: {_first_line(error)}") from error
        raise CommitUnknown("the connection was lost during COMMIT, which took place all the same") from error

    def _abandon(self) -> None:
        for connection in (self._reader, self._writer):
            with suppress(psycopg.Error, OSError):
                if connection is not None:
                    connection.close()
        self._reader = self._writer = None


class _Statements:
    """The SQL of one table."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        names = [name for name, _ in spec.columns]
        self._keys = names[: spec.key]
        table, rest = f'"{spec.name}"', names[spec.key :]
        arrays = ", ".join(f"%b::{_ARRAYS[kind_of(column)[0]]}" for _, column in spec.columns)
        self.select = f"SELECT {_list(names)} FROM {table}"
        self.insert = f"INSERT INTO {table} SELECT * FROM unnest({arrays})".encode()
        change = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
        then = f"UPDATE SET {change}" if rest else "NOTHING"
        conflict = f" ON CONFLICT ({_list(self._keys)}) DO {then}"
        self.upsert = self.insert if spec.append_only else self.insert + conflict.encode()
        self.delete = (f"DELETE FROM {table} WHERE " + " AND ".join(f'"{key}" = %s' for key in self._keys)).encode()

    def page(self, fixed: int, resumed: bool, descending: bool) -> str:
        """A page of a scan: the values of the fixed keys, of the keys to go on from, and the page's length."""
        where = [f'"{key}" = %s' for key in self._keys[:fixed]]
        below = self._keys[fixed:]
        if resumed:
            where.append(f"({_list(below)}) {'<' if descending else '>'} ({', '.join(['%s'] * len(below))})")
        order = ", ".join(f'"{key}" {"DESC" if descending else "ASC"}' for key in self._keys)
        return f"{self.select}{' WHERE ' if where else ''}{' AND '.join(where)} ORDER BY {order} LIMIT %s"


_FIRST = (
    "CREATE TABLE writer (one int PRIMARY KEY CHECK (one = 1), fence bigint NOT NULL, commits bigint NOT NULL, "
    "version int NOT NULL)",
    f"INSERT INTO writer VALUES (1, 0, 0, {SCHEMA_VERSION})",
    "CREATE TABLE table_catalog (name text PRIMARY KEY, kind text NOT NULL, about text NOT NULL)",
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END$$",
)
_FENCED = (
    "UPDATE writer SET commits = commits + 1 WHERE fence = %s RETURNING commits, "
    "coalesce((SELECT sequence FROM entry WHERE epoch = %s ORDER BY sequence DESC LIMIT 1), -1)"
)
_UPDATE_COUNTERS = (
    "UPDATE account SET debits_posted = n.dp, credits_posted = n.cp, debits_pending = n.dq, credits_pending = n.cq "
    "FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[]) AS n (id, dp, cp, dq, cq) "
    "WHERE account.id = n.id"
)

_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = struct.pack(">h", -1)
_ENTRY_HEAD = struct.Struct(">hiqiq")
_LENGTH = struct.Struct(">i")
_TRANSFER = struct.Struct(">h i16s iq iq iq iq iq i iq iq iq".replace(" ", ""))
_TRANSFER_HEAD = struct.Struct(">hi16siqiqiqiqiqi")
_TRANSFER_TAIL = struct.Struct(">iqiqiq")


def _packed_entry(entry: StoredEntry) -> bytes:
    parts = [_ENTRY_HEAD.pack(6, 8, entry.epoch, 8, entry.sequence)]
    for part in entry[2:]:
        parts += (_LENGTH.pack(len(part)), part)
    return b"".join(parts)


def _packed_transfer(one: Transfer) -> bytes:
    ident, debit, credit, amount, code, flags, pending, booked, value, expires = one
    if len(ident) != transfers.ID_BYTES:
        raise Fault(f"a transfer id of {len(ident)} bytes")
    size = len(pending)
    if not size:
        return _TRANSFER.pack(
            10, 16, ident, 8, debit, 8, credit, 8, amount, 8, code, 8, flags, 0, 8, booked, 8, value, 8, expires
        )
    head = _TRANSFER_HEAD.pack(10, 16, ident, 8, debit, 8, credit, 8, amount, 8, code, 8, flags, size)
    return head + pending + _TRANSFER_TAIL.pack(8, booked, 8, value, 8, expires)


def _copy(connection: Connection, table: LiteralString, rows: Iterable[bytes]) -> None:
    try:
        data = b"".join([_COPY_HEAD, *rows, _COPY_END])
    except (struct.error, TypeError) as error:
        raise Fault(f"{table}: a row that no table can hold: {error}") from None
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(data)


def _update_counters(connection: Connection, counters: Sequence[Counters]) -> None:
    done = connection.execute(_UPDATE_COUNTERS, [list(column) for column in zip(*counters, strict=True)])
    if done.rowcount != len(counters):
        raise Fault("counters of an account that does not stand in the books, or of one account twice")


def _rows(connection: Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    return connection.execute(sql.encode(), values, prepare=True, binary=True).fetchall()


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _made(specs: Iterable[TableSpec]) -> Iterator[str]:
    """Every statement that makes these tables."""
    for spec in specs:
        columns = []
        for name, column in spec.columns:
            kind, nullable = kind_of(column)
            columns.append(f'"{name}" {_TYPES[kind]}{"" if nullable else " NOT NULL"}')
        # Counters change with every group: room on the page keeps their indexes untouched.
        room = " WITH (fillfactor = 50)" if spec == ACCOUNT else ""
        key = _list(name for name, _ in spec.columns[: spec.key])
        yield f'CREATE TABLE "{spec.name}" ({", ".join(columns)}, PRIMARY KEY ({key})){room}'
        if spec == ACCOUNT:
            yield "CREATE UNIQUE INDEX account_name ON account (name)"
        if spec.append_only:
            yield (
                f'CREATE TRIGGER "{spec.name}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{spec.name}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
            )


def _list_tables(connection: Connection, specs: Iterable[TableSpec]) -> None:
    with connection.cursor() as cursor:
        rows = [(spec.name, spec.kind, spec.about) for spec in specs]
        cursor.executemany("INSERT INTO table_catalog VALUES (%s, %s, %s)", rows)


def _check_version(connection: Connection, schema: str, where: str, *, mending: bool = False) -> None:
    sql = "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = 'writer'"
    if not _rows(connection, sql, (schema,)):
        raise StoreDamaged(f"{where}: there is no office of Counterfoil here")
    found = _rows(connection, "SELECT version FROM writer")
    if len(found) != 1:
        raise StoreDamaged(f"{where}: the writer's row is missing")
    check_version(where, found[0][0], mending=mending)


def _columns_of(connection: Connection, schema: str) -> dict[str, list[tuple[str, str, bool]]]:
    """Table → (name, type, may be NULL) of each column, in order."""
    columns: dict[str, list[tuple[str, str, bool]]] = {}
    for table, name, kind, nullable in _rows(connection, _COLUMNS, (schema,)):
        columns.setdefault(table, []).append((name, kind, nullable == "YES"))
    return columns


def _wanted(spec: TableSpec) -> list[tuple[str, str, bool]]:
    """The columns as this build makes them."""
    return [(name, _FOUND_TYPES[kind_of(column)[0]], kind_of(column)[1]) for name, column in spec.columns]


def _check_schema(connection: Connection, schema: str, catalog: Catalog, where: str) -> list[str]:
    """Refuses tables and triggers that are not the ones this build makes; names the tables not made yet."""
    made = {name for (name,) in _rows(connection, "SELECT name FROM table_catalog")}
    columns = _columns_of(connection, schema)
    guarded = {table for (table,) in _rows(connection, _GUARDS, (schema,))}
    for spec in catalog.specs.values():
        if spec.name not in made:
            continue
        if columns.get(spec.name) != _wanted(spec) or (spec.append_only and spec.name not in guarded):
            raise StoreDamaged(f"{where}: {spec.name!r} or its guard is missing or is not as this build makes it")
    return [name for name in catalog.specs if name not in made]


_COLUMNS = (
    "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text FROM information_schema.columns "
    "WHERE table_schema = %s ORDER BY table_name, ordinal_position"
)
_GUARDS = (
    "SELECT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = %s AND t.tgname = c.relname || '_append_only' AND t.tgenabled <> 'D'"
)


def _size(connection: Connection, epoch: int) -> int:
    sql = "SELECT sequence FROM entry WHERE epoch = %s ORDER BY sequence DESC LIMIT 1"
    found = _rows(connection, sql, (epoch,))
    return cast(int, found[0][0]) + 1 if found else 0


def _epochs(connection: Connection) -> list[int]:
    """One seek an epoch: the journal itself is not walked."""
    found = [-1]
    while row := _rows(connection, "SELECT epoch FROM entry WHERE epoch > %s ORDER BY epoch LIMIT 1", (found[-1],)):
        found.append(cast(int, row[0][0]))
    return found[1:]


def _entries(connection: Connection, epoch: int, start: int, count: int) -> list[StoredEntry]:
    sql = (
        "SELECT epoch, sequence, leaf, facts, blind, approvals FROM entry "
        "WHERE epoch = %s AND sequence >= %s ORDER BY sequence LIMIT %s"
    )
    return [StoredEntry._make(row) for row in _rows(connection, sql, (epoch, start, max(0, count)))]


def _sums(connection: Connection, side: str, through: int, by: str) -> dict[int, int]:
    """Posted amounts by account: sums of bigint are numeric, so none overflows."""
    if by not in ("booked", "value"):
        raise Fault(f"transfers have no date {by!r}")
    sql = f'SELECT {side}, sum(amount) FROM transfer WHERE "{by}" <= %s AND flags & {_NOT_POSTED} = 0 GROUP BY {side}'
    return {account: int(amount) for account, amount in _rows(connection, sql, (through,))}


def _shows(connection: Connection, name: str) -> str:
    return cast(str, _rows(connection, "SELECT current_setting(%s)", (name,))[0][0])


def _holder(connection: Connection, key: int) -> str:
    """Who holds the advisory lock, as far as the server lets us see."""
    sql = (
        "SELECT a.application_name, a.pid::text, coalesce(a.client_hostname, a.client_addr::text, 'this machine'), "
        "to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
        "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32 | l.objid::bigint) = %s"
    )
    found = _rows(connection, sql, (key,))
    if not found:
        return "another session"
    name, pid, host, since = found[0]
    return f"{name.removeprefix(_NAME)} (server process {pid} for {host} since {since})"


_NAME = "counterfoil "


def _own_name() -> str:
    """What other sessions are told of this process; the server keeps 63 bytes of it."""
    return f"{_NAME}process {os.getpid()} on {socket.gethostname()}"[:63]


def _shown(url: str) -> str:
    """The database without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise Malformed("the database's URL cannot be read", field="url") from None
    return f"{parts.get('dbname', '?')} at {parts.get('host', 'this machine')}"


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _said(error: BaseException, where: str) -> CounterfoilError:
    """What one of the driver's exceptions means to the desk, for a commit that is rolled back and for reads alike."""
    text = _first_line(error)
    if isinstance(error, _FULL):
        return StoreFull(f"the disk of {where} is full: make room. Nothing of this group was kept.")
    if isinstance(error, _DAMAGE):
        return StoreDamaged(f"{where} cannot be read as an office: {text}")
    if isinstance(error, _BUGS):
        return Fault(f"{where} refused a row: {text}")
    return CommitFailed(f"{where}: {text}. Nothing of this group was kept.")
