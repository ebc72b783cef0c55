"""The store of one office in one SQLite file (apsw): the embedded default.

Always true (``TestSqliteStore`` in ``tests/contracts/test_stores.py``, ``tests/simulation/test_power_store.py``):

1. WAL, ``synchronous=FULL``, one writer under the office lock; every pragma is set by itself and read back.
2. A COMMIT that SQLite reports as failed is *settled* before anything is read again: its frames may stand whole in the
   write-ahead log although SQLite calls them lost, and a later recovery would bring them back. Settling closes both
   connections, opens them again, and writes a small commit over whatever was left. Until that has worked, every call
   is refused.
3. ``read_back`` is a second connection, opened read-only, without a shared cache.
4. A read-only store is one snapshot, taken when it is opened; beside a live writer it reads through the write-ahead
   log, and where no writer left one the folder is not touched at all.

The journal's row id is ``position`` = epoch * 2^40 + sequence, so that entries are appended in key order to a plain
table, whose wide rows need no overflow page before about 4,000 bytes. Other tables with one integer key use it as row
id; the rest are WITHOUT ROWID. Wide rows under a long key are better kept apart.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice, product
from threading import RLock
from typing import Any, Literal, NamedTuple, Self, TypeVar, cast
from urllib.parse import quote

import apsw

from counterfoil.engines.disk import sync_folder
from counterfoil.engines.lock import OfficeLock
from counterfoil.engines.tables import (
    INT_MAX,
    SCHEMA_VERSION,
    SEQUENCE_BITS,
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
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Unavailable
from counterfoil.ledger import transfers
from counterfoil.ledger.transfers import Transfer
from counterfoil.operations.store import (
    ACCOUNT,
    ENTRY,
    PENDING,
    TRANSFER,
    ColumnType,
    Commit,
    CommitFailed,
    CommitUnknown,
    Row,
    StoreDamaged,
    StoredEntry,
    StoreFull,
    StoreMoved,
    TableSpec,
)  # fmt: skip

APPLICATION_ID = 0x43464F4C
"""'CFOL' in the file's header: this is an office of ours (SQLite file format, offset 68)."""

_PRAGMAS: tuple[tuple[str, int | str], ...] = (
    ("journal_mode", "wal"),
    ("synchronous", 2),
    ("recursive_triggers", 1),  # Else INSERT OR REPLACE deletes a row without asking its DELETE trigger.
    ("cell_size_check", 1),
    ("trusted_schema", 0),
    ("temp_store", 2),
    ("cache_size", -65_536),
    ("mmap_size", 0),  # A read error of a mapped file is a signal, not an outcome.
    ("wal_autocheckpoint", 16_384),
    ("fullfsync", 1),  # Only macOS knows a difference.
    ("checkpoint_fullfsync", 1),
)
_READINGS = (
    "journal_mode", "synchronous", "recursive_triggers", "cell_size_check", "trusted_schema", "temp_store",
    "cache_size", "mmap_size", "wal_autocheckpoint", "fullfsync", "checkpoint_fullfsync", "page_size", "page_count",
    "locking_mode", "busy_timeout", "application_id", "user_version",
)  # fmt: skip
_PAGE_BYTES = 4_096
_READER_CACHE_KIB = 4_096
_BUSY_MS = 5_000
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ROWS_A_STATEMENT = 50
_SCAN_CHUNK = 1_000
_TRANSFER_CHUNK = 10_000
_LOW_32 = 2**32 - 1
_NOT_POSTED = transfers.PENDING | transfers.VOID | transfers.EXPIRE
"""Flags of transfers that move nothing posted: pending, void, expire."""

_DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError, apsw.SchemaChangeError, UnicodeDecodeError)
_BUGS = (
    apsw.ConstraintError, apsw.MismatchError, apsw.RangeError, apsw.TooBigError, apsw.BindingsError, OverflowError,
    TypeError, UnicodeEncodeError,
)  # fmt: skip
_FAILURES = (apsw.Error, OSError, UnicodeError, OverflowError, TypeError)

T = TypeVar("T")


class SqliteStore:
    """An ``OfficeStore`` in the file ``path``. Calls from several threads are served one at a time."""

    def __init__(
        self, path: str | os.PathLike[str], tables: Sequence[TableSpec] = (), *, create: bool = False,
        vfs: str | None = None, read_only: bool = False, mending: bool = False,
    ) -> None:  # fmt: skip
        self.path = os.path.abspath(os.fspath(path))
        self.catalog = Catalog(tables)
        self.read_only = read_only
        self.damage: tuple[str, ...] = ()
        """What an opening for mending found missing or changed, in sentences."""
        self._mending, self._absent = mending, frozenset[str]()
        self._vfs = vfs
        self._calls, self._reads = RLock(), RLock()
        self._sql = {name: _Statements(spec) for name, spec in self.catalog.specs.items()}
        self._writer: apsw.Connection | None = None
        self._reader: apsw.Connection | None = None
        self._still: tuple[int, ...] | None = None
        self._closed = False
        there = os.path.exists(self.path) and os.path.getsize(self.path) > 0
        if create and there:
            raise Unavailable(f"{self.path} stands already: an office is never created over another")
        if not create and not there:
            raise StoreDamaged(f"{self.path}: there is no database here, or it is empty")
        self._lock = None if read_only else OfficeLock(f"{self.path}.lock")
        try:
            if create:
                self._guarded(self._create)
            self._guarded(self._open_snapshot if read_only else self._open)
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: str | os.PathLike[str], tables: Sequence[TableSpec] = (), *, vfs: str | None = None) -> Self:
        """Makes the file, which must not stand yet, and opens it for writing."""
        return cls(path, tables, create=True, vfs=vfs)

    @classmethod
    def open_read_only(
        cls, path: str | os.PathLike[str], tables: Sequence[TableSpec] = (), *, vfs: str | None = None
    ) -> Self:
        """One snapshot, beside a live writer or without one; takes no lock.

        Where there is no write-ahead log nothing in the folder is touched, and a writer that starts meanwhile is
        noticed (``Unavailable``: begin again). Where there is one, SQLite keeps its index file (``-shm``) beside it.
        """
        return cls(path, tables, vfs=vfs, read_only=True)

    @classmethod
    def open_for_mending(cls, path: str | os.PathLike[str], tables: Sequence[TableSpec], *, read_only: bool) -> Self:
        """For audit and rebuild: opens what ``create`` would not know again, as long as the journal's table stands.

        Tables, indexes and guards that are missing or changed are named in ``damage``; a missing table reads as empty.
        Opened for writing, they are made again, empty; the journal's own rows are never touched.
        """
        return cls(path, tables, read_only=read_only, mending=True)

    def size(self, epoch: int) -> int:
        return self._read(lambda con: _size(con, epoch))

    def epochs(self) -> list[int]:
        return self._read(_epochs)

    def entries(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        return self._read(lambda con: _entries(con, epoch, start, count))

    def read_back(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        with self._reads:
            if self._writer is None or self._reader is None:
                self._read(_epochs)  # Opens what a failed commit left closed, or says why not.
            return self._guarded(lambda: _entries(cast(apsw.Connection, self._reader), epoch, start, count))

    def transfers(self, ids: Sequence[bytes]) -> dict[bytes, Transfer]:
        sql = f"{self._sql['transfer'].select} WHERE id = ?"
        rows = self._read(lambda con: con.executemany(sql, [(i,) for i in ids]).fetchall())
        return {transfer.id: transfer for transfer in map(Transfer._make, rows)}

    def all_transfers(self) -> Iterator[Transfer]:
        sql = f"{self._sql['transfer'].select} WHERE id > ? ORDER BY id LIMIT {_TRANSFER_CHUNK}"
        last = b""
        while rows := self._read(
            lambda con, last=last: con.execute(sql, (last,)).fetchall()  # type: ignore[misc]  # a lambda with a default
        ):
            yield from map(Transfer._make, rows)
            last = rows[-1][0]

    def pendings(self, ids: Sequence[bytes]) -> dict[bytes, Row]:
        sql = f"{self._sql['pending'].select} WHERE id = ?"
        rows = self._read(lambda con: con.executemany(sql, [(i,) for i in ids]).fetchall())
        return {cast(bytes, row[0]): cast(Row, row) for row in rows}

    def open_pendings(self) -> Iterator[Row]:
        return (row for row in self.scan("pending") if row[5] == 0)

    def highest_transfer(self) -> bytes:
        found = self._read(lambda con: con.execute("SELECT id FROM transfer ORDER BY id DESC LIMIT 1").fetchone())
        return cast(bytes, found[0]) if found else bytes(16)

    def movements(self, through: int, by: Literal["booked", "value"]) -> list[tuple[int, int, int]]:
        debits = self._read(lambda con: _sums(con, "debit", through, by))
        credits = self._read(lambda con: _sums(con, "credit", through, by))
        return [(a, debits.get(a, 0), credits.get(a, 0)) for a in sorted(debits.keys() | credits.keys())]

    def get(self, table: str, key: Row) -> Row | None:
        spec, sql = self.catalog[table], self._sql[table]
        check_key(spec, key, whole=True)
        if table in self._absent:
            return None
        row = self._read(lambda con: con.execute(sql.one, key).fetchone())
        if row is not None and not sql.fits(row):
            raise StoreDamaged(f"{self.path}: a row of {spec.name} holds a value of the wrong type")
        return cast("Row | None", row)

    def several(self, table: str, keys: Sequence[Row]) -> dict[Row, Row]:
        spec, sql = self.catalog[table], self._sql[table]
        for key in keys:
            check_key(spec, key, whole=True)
        if table in self._absent:
            return {}
        rows = cast("list[Row]", self._read(lambda con: con.executemany(sql.one, keys).fetchall()))
        if not all(map(sql.fits, rows)):
            raise StoreDamaged(f"{self.path}: a row of {spec.name} holds a value of the wrong type")
        return {row[: spec.key]: row for row in rows}

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
            self._begin(writer)
            try:
                check_entries(commit, _size(writer, commit.expected[0]))
                self._write(writer, commit)
            except BaseException as error:
                self._roll_back(writer, error)
                raise
            try:
                writer.execute("COMMIT")
            except _FAILURES as error:
                self._settle(commit, error)
            except BaseException:
                self._abandon()
                raise

    def renew(self) -> None:
        with self._calls:
            if self.read_only and not self._closed:
                self._guarded(self._renew_snapshot)

    def rebuild(self, rows: Mapping[str, Iterable[Row]]) -> None:
        with self._calls, self._reads:
            writer = self._writing()
            specs = [self.catalog.rebuildable(name) for name in rows]
            self._begin(writer)
            try:
                for spec in specs:
                    self._replace_rows(writer, spec, rows[spec.name])
                writer.execute(
                    f"PRAGMA user_version = {SCHEMA_VERSION}"
                )  # An older folder is this build's from here on.
            except BaseException as error:
                self._roll_back(writer, error)
                raise
            try:
                writer.execute("COMMIT")
            except _FAILURES as error:
                self._settle(Commit(expected=(0, 0)), error)

    def backup(self, path: str | os.PathLike[str]) -> None:
        """A whole copy of the last commit in the new file ``path``, by SQLite's online backup, durable on return."""
        target = os.path.abspath(os.fspath(path))
        if os.path.exists(target):
            raise Unavailable(f"{target} stands already: a backup never overwrites a file")
        partial = f"{target}.part"
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(partial + suffix):
                os.unlink(partial + suffix)
        with self._calls:
            self._guarded(lambda: self._copy(partial))
        os.replace(partial, target)
        sync_folder(target)

    def check(self) -> list[str]:
        """What SQLite's own quick check and the table list find wrong; empty if nothing (reads the whole file)."""

        def found(con: apsw.Connection) -> list[str]:
            said = [str(row[0]) for row in con.execute("PRAGMA quick_check(100)")]
            return [] if said == ["ok"] else said

        try:
            return self._read(found)
        except StoreDamaged as error:
            return [str(error)]

    def readings(self) -> dict[str, int | str]:
        """The pragmas as SQLite itself reads them, and its version: for ``doctor`` and ``bench``."""

        def read(con: apsw.Connection) -> dict[str, int | str]:
            values = {name: cast("int | str", con.pragma(name)) for name in _READINGS}
            return {"sqlite": apsw.sqlite_lib_version(), "apsw": apsw.apsw_version(), **values}

        return self._read(read)

    def checkpoint(self) -> None:
        """Moves the write-ahead log into the file now, where nobody waits for it. Readers may keep part of it back."""
        with self._calls:
            self._guarded(lambda: self._writing().wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE))

    def close(self) -> None:
        """Closes both connections, then lets the next writer in."""
        with self._calls, self._reads:
            self._closed = True
            self._abandon()
            if self._lock is not None:
                self._lock.release()

    # Opening

    def _connect(self, flags: int, *, uri: str = "") -> apsw.Connection:
        name = f"file:{quote(self.path)}?{uri}" if uri else self.path
        connection = apsw.Connection(name, flags=flags | apsw.SQLITE_OPEN_URI * bool(uri), vfs=self._vfs)
        connection.set_busy_timeout(_BUSY_MS)
        return connection

    def _create(self) -> None:
        connection = self._connect(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        try:
            os.chmod(self.path, 0o600)
            _set_pragma(connection, "page_size", _PAGE_BYTES)
            _set_pragma(connection, "journal_mode", "wal")
            _set_pragma(connection, "synchronous", 2)
            connection.execute("BEGIN IMMEDIATE")
            _set_pragma(connection, "application_id", APPLICATION_ID)
            _set_pragma(connection, "user_version", SCHEMA_VERSION)
            connection.execute(_CATALOG_SQL)
            for spec in self.catalog.specs.values():
                _make_table(connection, spec)
            connection.execute("COMMIT")
        finally:
            connection.close()
        sync_folder(self.path)

    def _open(self) -> None:
        writer = self._writer = self._connect(apsw.SQLITE_OPEN_READWRITE)
        _check_header(writer, self.path, mending=self._mending)
        for name, value in _PRAGMAS:
            _set_pragma(writer, name, value)
        writer.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        if self._mending:
            self._mend(writer)
        missing = _check_schema(writer, self.path, self.catalog)
        if missing:
            writer.execute("BEGIN IMMEDIATE")
            for spec in missing:
                _make_table(writer, spec)
            writer.execute("COMMIT")
        reader = self._reader = self._connect(apsw.SQLITE_OPEN_READONLY)
        _set_pragma(reader, "query_only", 1)
        _set_pragma(reader, "cache_size", -_READER_CACHE_KIB)
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()

    def _open_snapshot(self) -> None:
        if _has_log(self.path):
            reader = self._reader = self._connect(apsw.SQLITE_OPEN_READONLY)
        else:
            self._still = _stamp(self.path)
            reader = self._reader = self._connect(apsw.SQLITE_OPEN_READONLY, uri="immutable=1")
        _check_header(reader, self.path, mending=self._mending)
        _set_pragma(reader, "query_only", 1)
        _set_pragma(reader, "cell_size_check", 1)
        _set_pragma(reader, "cache_size", -65_536)
        reader.execute("BEGIN")
        if self._mending:
            found = _find_damage(reader, self.path, self.catalog)
            self.damage, self._absent = tuple(found.said), frozenset(found.absent)
            self._check_still()
            return
        missing = _check_schema(reader, self.path, self.catalog)
        if missing:
            raise Unavailable(f"{self.path} has no table {missing[0].name!r} yet: open the office for writing once")
        self._check_still()

    def _renew_snapshot(self) -> None:
        """A deferred BEGIN holds nothing before the first read: a reader at rest never keeps the log from being begun
        anew."""
        if self._still is not None or self._reader is None:  # There was no writer: beside one it reads the log.
            self._abandon()
            self._still = None
            self._open_snapshot()
        self._snapshot().execute("ROLLBACK")
        self._snapshot().execute("BEGIN")

    def _mend(self, writer: apsw.Connection) -> None:
        """Makes again what is missing or changed, in one transaction, and empty where it was a table."""
        found = _find_damage(writer, self.path, self.catalog)
        self.damage = tuple(found.said)
        writer.execute("BEGIN IMMEDIATE")
        for sql in found.repairs:
            writer.execute(sql)
        writer.execute("COMMIT")

    def _check_still(self) -> None:
        if self._still is not None and (_has_log(self.path) or _stamp(self.path) != self._still):
            raise Unavailable(f"{self.path} was opened for writing while it was being read. Begin again.")

    # Reading

    def _read(self, work: Callable[[apsw.Connection], T]) -> T:
        with self._calls:
            if self.read_only:
                found = self._guarded(lambda: work(self._snapshot()))
                self._check_still()
                return found
            writer = self._writing()
            return self._guarded(lambda: work(writer))

    def _snapshot(self) -> apsw.Connection:
        if self._reader is None:
            raise Fault("this store is closed")
        return self._reader

    def _guarded(self, work: Callable[[], T]) -> T:
        """``work``, with SQLite's own exceptions turned into ours."""
        try:
            return work()
        except _FAILURES as error:
            raise _said(error, self.path) from error

    def _scanned(
        self, sql: _Statements, prefix: Row, after: Row | None, limit: int | None, descending: bool
    ) -> Iterator[Row]:
        if sql.spec.name in self._absent:
            return
        last, chunk = after, min(_SCAN_CHUNK, limit if limit is not None else _SCAN_CHUNK)
        if sql.spec.key == len(prefix):
            chunk = min(chunk, 1)
        while chunk > 0:  # In chunks, so that no statement stays open over a commit.
            where = sql.where(prefix, last, descending)
            if where is None:
                return
            text, values = where
            order = "DESC" if descending else "ASC"
            full = f"{sql.select}{text} ORDER BY {sql.order.format(order)} LIMIT {chunk}"
            rows = self._read(lambda con, full=full, values=values: con.execute(full, values).fetchall())  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            for row in rows:
                if not sql.fits(row):
                    raise StoreDamaged(f"{self.path}: a row of {sql.spec.name} holds a value of the wrong type")
            yield from rows
            if len(rows) < chunk or sql.spec.key == len(prefix):
                return
            last = rows[-1][: sql.spec.key]

    # Writing

    def _writing(self) -> apsw.Connection:
        if self._closed or self.read_only:
            raise Fault("this store is closed" if self._closed else "this store was opened read-only")
        if self._writer is None:
            try:
                self._reopen()
            except _FAILURES as error:
                self._abandon()
                said = _said(error, self.path)
                if isinstance(said, StoreDamaged | StoreFull):
                    raise said from error
                why = f"{self.path} could not be opened again after a commit that failed: {error}"
                raise Unavailable(why) from error
        return cast(apsw.Connection, self._writer)

    def _begin(self, writer: apsw.Connection) -> None:
        try:
            writer.execute("BEGIN IMMEDIATE")
        except _FAILURES as error:
            raise _said(error, self.path) from error

    def _write(self, writer: apsw.Connection, commit: Commit) -> None:
        cursor = writer.cursor()
        if commit.entries:
            cursor.executemany(_INSERT_ENTRY, commit.entries)
        if commit.transfers:
            _many(cursor, commit.transfers, _INSERT_TRANSFER, _insert_transfers)
        if commit.accounts:
            self._upsert(cursor, ACCOUNT, commit.accounts)
        if commit.counters:
            before = writer.total_changes()
            _many(cursor, commit.counters, _UPDATE_COUNTERS, _update_counters)
            if writer.total_changes() - before != len(commit.counters):
                raise Fault("counters of an account that does not stand in the books")
        if commit.pendings:
            self._upsert(cursor, PENDING, commit.pendings)
        for name, rows in commit.upserts.items():
            self._upsert(cursor, self.catalog[name], rows)
        for name, keys in commit.deletes.items():
            spec = self.catalog.deletable(name)
            for key in keys:
                check_key(spec, key, whole=True)
            cursor.executemany(self._sql[name].delete, keys)

    def _upsert(self, cursor: apsw.Cursor, spec: TableSpec, rows: Sequence[Row]) -> None:
        sql = self._sql[spec.name]
        if not sql.all_fit(rows):
            for row in rows:
                check_row(spec, row)
        _many(cursor, rows, sql.upsert, sql.upsert_rows)

    def _replace_rows(self, writer: apsw.Connection, spec: TableSpec, rows: Iterable[Row]) -> None:
        triggers = _triggers(spec)
        for name, _ in triggers:
            writer.execute(f'DROP TRIGGER "{name}"')
        writer.execute(f'DELETE FROM "{spec.name}"')
        for part in chunks(map(tuple, rows), _SCAN_CHUNK):
            for row in part:
                check_row(spec, row)
            writer.executemany(self._sql[spec.name].insert, part)
        for _, sql in triggers:
            writer.execute(sql)

    def _roll_back(self, writer: apsw.Connection, error: BaseException) -> None:
        """Undoes an open transaction; raises what ``error`` means, unless it is already one of our own words."""
        try:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
        except _FAILURES:
            self._abandon()
        if isinstance(error, CounterfoilError) or not isinstance(error, _FAILURES):
            return
        raise _said(error, self.path) from error

    def _settle(self, commit: Commit, error: Exception) -> None:
        """After a COMMIT that failed: find out what is kept, make that final, and raise what is then known."""
        said = _said(error, self.path)
        self._abandon()
        try:
            self._reopen()
            size = _size(cast(apsw.Connection, self._writer), commit.expected[0])
        except _FAILURES as trouble:
            self._abandon()
            if isinstance(said, StoreFull):  # The frame that ends a commit was not written: it cannot be kept.
                raise said from error
            raise CommitUnknown(f"COMMIT failed ({error}) and {self.path} cannot be read: {trouble}") from error
        if not commit.entries:
            raise CommitUnknown(f"COMMIT failed: {error}. Whether it was kept must be looked up.") from error
        if size != commit.expected[1]:
            raise CommitUnknown(f"COMMIT failed ({error}) and was kept all the same") from error
        if isinstance(said, StoreFull | StoreDamaged):
            raise said from error
        raise CommitFailed(f"COMMIT failed: {error}. Nothing of this group was kept.") from error

    def _reopen(self) -> None:
        """Opens both connections again and makes final what a failed commit may have left in the log.

        The checkpoint first: after a failed fsync the log can be readable and yet never reach the disk, so what it
        holds is carried into the file and the log is begun anew. Then a small commit: a log that is only cut short
        may come back whole after a power cut, one with a new head may not.
        """
        self._open()
        writer = cast(apsw.Connection, self._writer)
        writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        writer.execute("BEGIN IMMEDIATE")
        version = cast(int, writer.pragma("user_version"))
        writer.execute(f"PRAGMA user_version = {version}")  # Always writes page 1, so a frame and its sync.
        writer.execute("COMMIT")

    def _abandon(self) -> None:
        """Closes both connections, whatever state they are in: the reader first, so that the writer closes last."""
        for connection in (self._reader, self._writer):
            try:
                if connection is not None:
                    connection.close(True)
            except _FAILURES:
                continue
        self._reader = self._writer = None

    def _copy(self, partial: str) -> None:
        source = self._snapshot() if self.read_only else self._writing()
        target = apsw.Connection(partial)
        try:
            os.chmod(partial, 0o600)
            with target.backup("main", source, "main") as work:
                while not work.done:
                    work.step(-1)
            _set_pragma(target, "journal_mode", "delete")  # One file, without a log beside it.
            _set_pragma(target, "journal_mode", "wal")
        finally:
            target.close()
        descriptor = os.open(partial, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _Statements:
    """The SQL of one table."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        names = [name for name, _ in spec.columns]
        keys, rest = names[: spec.key], names[spec.key :]
        table, marks = f'"{spec.name}"', ", ".join("?" * len(names))
        self.select = f"SELECT {_list(names)} FROM {table}"
        self.insert = _INSERT_ENTRY if spec == ENTRY else f"INSERT INTO {table} VALUES ({marks})"
        change = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
        then = f"DO UPDATE SET {change}" if rest else "DO NOTHING"
        # Never OR REPLACE: it would remove another account that has the same name.
        self._then = "" if spec.append_only else f" ON CONFLICT ({_list(keys)}) {then}"
        self.upsert = f"{self.insert}{self._then}"
        self._several: dict[int, str] = {}
        self.delete = f"DELETE FROM {table} WHERE " + " AND ".join(f'"{key}" = ?' for key in keys)
        self.one = f"{self.select} WHERE " + " AND ".join(f'"{key}" = ?' for key in keys)
        self.order = "position {0}" if spec == ENTRY else ", ".join(f'"{key}" {{0}}' for key in keys)
        self._keys = keys
        self._fits = _row_types(spec)
        self._kinds = [_column_types(kind) for _, kind in spec.columns]

    def upsert_rows(self, count: int) -> str:
        """``upsert`` of so many rows."""
        if count not in self._several:
            rows = _rows_of_marks(count, len(self.spec.columns))
            self._several[count] = f'INSERT INTO "{self.spec.name}" VALUES {rows}{self._then}'
        return self._several[count]

    def fits(self, row: Row) -> bool:
        """Whether the values have the columns' types: a flipped bit in the file can make a text of a number."""
        return self._fits is None or tuple(map(type, row)) in self._fits

    def all_fit(self, rows: Sequence[Row]) -> bool:
        """Whether all rows fit, and no text of theirs holds a zero character."""
        if set(map(len, rows)) != {len(self._kinds)}:
            return False
        for kinds, column in zip(self._kinds, zip(*rows, strict=True), strict=True):
            found = set(map(type, column))
            if not found <= kinds or (str in found and "\0" in "".join(filter(None, column))):
                return False
        return True

    def where(self, prefix: Row, after: Row | None, descending: bool) -> tuple[str, tuple[Any, ...]] | None:
        """The condition and its values, or None where no row can match."""
        if self.spec == ENTRY:
            return _entry_where(prefix, after, descending)
        rest = resume(prefix, after, descending=descending)
        if rest is None:
            return None
        fixed = [f'"{key}" = ?' for key in self._keys[: len(prefix)]]
        if rest:
            names, marks = _list(self._keys[len(prefix) :]), ", ".join("?" * len(rest))
            fixed.append(f"({names}) {'<' if descending else '>'} ({marks})")
        return (" WHERE " + " AND ".join(fixed) if fixed else ""), (*prefix, *rest)


_CATALOG_SQL = (
    "CREATE TABLE table_catalog (name TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL) "
    "STRICT, WITHOUT ROWID"
)
_ENTRY_SQL = (
    'CREATE TABLE "entry" (position INTEGER PRIMARY KEY NOT NULL, '
    f"epoch INTEGER NOT NULL GENERATED ALWAYS AS (position >> {SEQUENCE_BITS}) VIRTUAL, "
    f"sequence INTEGER NOT NULL GENERATED ALWAYS AS (position & {(1 << SEQUENCE_BITS) - 1}) VIRTUAL, "
    "leaf BLOB NOT NULL, facts BLOB NOT NULL, blind BLOB NOT NULL, approvals BLOB NOT NULL) STRICT"
)
_INSERT_ENTRY = (
    f"INSERT INTO entry (position, leaf, facts, blind, approvals) VALUES (?1 << {SEQUENCE_BITS} | ?2, ?3, ?4, ?5, ?6)"
)
_ENTRY_TYPES = (int, int, bytes, bytes, bytes, bytes)
_SELECT_ENTRIES = (
    "SELECT epoch, sequence, leaf, facts, blind, approvals FROM entry WHERE position BETWEEN ? AND ? ORDER BY position"
)
_UPDATE_COUNTERS = (
    "UPDATE account SET debits_posted = ?2, credits_posted = ?3, debits_pending = ?4, credits_pending = ?5 "
    "WHERE id = ?1"
)


def _marks(width: int) -> str:
    return ", ".join("?" * width)


_INSERT_TRANSFER = f"INSERT INTO transfer VALUES ({_marks(len(TRANSFER.columns))})"


def _many(cursor: apsw.Cursor, rows: Sequence[Row], one: str, several: Callable[[int], str]) -> None:
    """One statement a row, or, where there are many, one for each ``_ROWS_A_STATEMENT``: up to a third faster."""
    whole = len(rows) - len(rows) % _ROWS_A_STATEMENT
    sql = several(_ROWS_A_STATEMENT) if whole else ""
    for at in range(0, whole, _ROWS_A_STATEMENT):
        cursor.execute(sql, tuple(chain.from_iterable(rows[at : at + _ROWS_A_STATEMENT])))
    if whole < len(rows):
        cursor.executemany(one, rows[whole:])


@cache
def _insert_transfers(count: int) -> str:
    return "INSERT INTO transfer VALUES " + _rows_of_marks(count, len(TRANSFER.columns))


@cache
def _update_counters(count: int) -> str:
    return (
        "UPDATE account SET debits_posted = column2, credits_posted = column3, debits_pending = column4, "
        f"credits_pending = column5 FROM (VALUES {_rows_of_marks(count, 5)}) WHERE id = column1"
    )


def _rows_of_marks(count: int, width: int) -> str:
    return ", ".join([f"({_marks(width)})"] * count)


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _table_sql(spec: TableSpec) -> str:
    if spec == ENTRY:
        return _ENTRY_SQL
    columns = []
    for name, column in spec.columns:
        kind, nullable = kind_of(column)
        columns.append(f'"{name}" {"INTEGER" if kind == "int" else kind.upper()}{"" if nullable else " NOT NULL"}')
    by_row_id = spec.key == 1 and spec.columns[0][1] == "int"
    columns.append(f"PRIMARY KEY ({_list(name for name, _ in spec.columns[: spec.key])})")
    return f'CREATE TABLE "{spec.name}" ({", ".join(columns)}) STRICT{"" if by_row_id else ", WITHOUT ROWID"}'


def _triggers(spec: TableSpec) -> list[tuple[str, str]]:
    """Name and SQL of what keeps an append-only table append-only."""
    if not spec.append_only:
        return []
    return [
        (
            f"{spec.name}_no_{act.lower()}",
            f'CREATE TRIGGER "{spec.name}_no_{act.lower()}" BEFORE {act} ON "{spec.name}" '
            f"BEGIN SELECT RAISE(ABORT, '{spec.name} is append-only'); END",
        )
        for act in ("UPDATE", "DELETE")
    ]


def _objects(spec: TableSpec) -> list[tuple[str, str]]:
    """Name and SQL of everything one table needs, the table first."""
    unique = [("account_name", "CREATE UNIQUE INDEX account_name ON account (name)")] if spec == ACCOUNT else []
    return [(spec.name, _table_sql(spec)), *unique, *_triggers(spec)]


def _make_table(connection: apsw.Connection, spec: TableSpec) -> None:
    for _, sql in _objects(spec):
        connection.execute(sql)
    connection.execute("INSERT INTO table_catalog VALUES (?, ?, ?)", (spec.name, spec.kind, spec.about))


def _check_header(connection: apsw.Connection, path: str, *, mending: bool) -> None:
    application, version = connection.pragma("application_id"), connection.pragma("user_version")
    if application != APPLICATION_ID:
        raise StoreDamaged(f"{path} is a SQLite file, but not an office of Counterfoil")
    check_version(path, cast(int, version), mending=mending)


def _check_schema(connection: apsw.Connection, path: str, catalog: Catalog) -> list[TableSpec]:
    """Refuses tables, indexes and triggers that are not the ones this build makes; returns tables not made yet."""
    found = {name: (kind, sql) for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema")}
    if "table_catalog" not in found:
        raise StoreDamaged(f"{path} has no list of tables")
    made = {name for (name,) in connection.execute("SELECT name FROM table_catalog")}
    known: set[str] = set()
    for spec in catalog.specs.values():
        for name, sql in _objects(spec):
            known.add(name)
            if spec.name in made and found.get(name, ("", ""))[1] != sql:
                raise StoreDamaged(f"{path}: {name!r} is missing or is not as this build makes it")
    # A trigger or view that nobody here made could change what a statement does.
    foreign = [name for name, (kind, _) in found.items() if kind in ("trigger", "view") and name not in known]
    if foreign and made <= set(catalog.specs):
        raise StoreDamaged(f"{path}: {foreign[0]!r} is not part of an office")
    return [spec for name, spec in catalog.specs.items() if name not in made]


class _Damage(NamedTuple):
    """What is not as this build makes it, in sentences; tables that cannot be read; the SQL that makes it right."""

    said: list[str]
    absent: list[str]
    repairs: list[str]


def _find_damage(connection: apsw.Connection, path: str, catalog: Catalog) -> _Damage:
    found = {name: (kind, sql) for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema")}
    if "table_catalog" not in found or found.get(ENTRY.name, ("", ""))[1] != _ENTRY_SQL:
        raise StoreDamaged(f"{path} has no list of tables, or its journal is not a table that this build makes")
    made = {name for (name,) in connection.execute("SELECT name FROM table_catalog")}
    damage, known = _Damage([], [], []), set[str]()
    for spec in catalog.specs.values():
        objects = _objects(spec)
        known |= {name for name, _ in objects}
        if spec.name not in made and spec.name not in found:
            damage.absent.append(spec.name)  # An older build's folder, or a ledger without an office.
        elif found.get(spec.name, ("", ""))[1] != objects[0][1]:
            state = "is not as this build makes it" if spec.name in found else "is missing"
            damage.said.append(f"the table {spec.name} {state}")
            if spec.kind not in ("fold", "cache") and spec.name in found:
                had = [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{spec.name}")')]
                if not grown(spec, had):
                    raise StoreDamaged(f"{path}: the table {spec.name!r} {state}, and no journal can give its rows")
                damage.repairs.extend(_taken_over(spec, had))
                continue
            damage.absent.append(spec.name)
            damage.repairs.extend([f'DROP TABLE IF EXISTS "{spec.name}"', *[sql for _, sql in objects]])
        else:
            for name, sql in objects[1:]:
                kind, have = found.get(name, ("", ""))
                if have != sql:
                    damage.said.append(f"the guard {name} is {'not as this build makes it' if kind else 'missing'}")
                    damage.repairs.extend([*([f'DROP {kind.upper()} "{name}"'] if kind else []), sql])
    for name, (kind, _) in found.items():
        if kind in ("trigger", "view") and name not in known:
            damage.said.append(f"the {kind} {name} is not part of an office: it may change what a statement does")
            damage.repairs.append(f'DROP {kind.upper()} "{name.replace(chr(34), chr(34) * 2)}"')
    return damage


def _taken_over(spec: TableSpec, had: Sequence[str]) -> list[str]:
    """The SQL that makes a table anew with the rows it had."""
    before, columns = f"{spec.name}__before", _list(had)
    return [
        f'ALTER TABLE "{spec.name}" RENAME TO "{before}"',
        _objects(spec)[0][1],
        f'INSERT INTO "{spec.name}" ({columns}) SELECT {columns} FROM "{before}"',
        f'DROP TABLE "{before}"',
        *[sql for _, sql in _objects(spec)[1:]],
    ]


def _set_pragma(connection: apsw.Connection, name: str, value: int | str) -> None:
    connection.pragma(name, value)
    read = connection.pragma(name)
    if read != value:
        raise Fault(f"PRAGMA {name} was set to {value!r} and reads {read!r}")


def _row_types(spec: TableSpec) -> frozenset[tuple[type, ...]] | None:
    """Every allowed tuple of value types; None where NULL may stand in too many places to list them."""
    choices = [_column_types(kind) for _, kind in spec.columns]
    return None if sum(len(c) > 1 for c in choices) > 8 else frozenset(product(*choices))


def _column_types(column: ColumnType) -> frozenset[type]:
    kind, nullable = kind_of(column)
    own = {"int": int, "text": str, "blob": bytes}[kind]
    return frozenset((own, type(None)) if nullable else (own,))


def _entry_where(prefix: Row, after: Row | None, descending: bool) -> tuple[str, tuple[int, int]] | None:
    low, high = 0, INT_MAX
    if prefix:
        low, high = _position(cast(int, prefix[0]), 0), _position(cast(int, prefix[0]) + 1, 0) - 1
    if len(prefix) == ENTRY.key:
        low = high = _position(cast(int, prefix[0]), cast(int, prefix[1]))
    if after is not None:
        last = _position(cast(int, after[0]), cast(int, after[1]))
        low, high = (low, min(high, last - 1)) if descending else (max(low, last + 1), high)
    return None if low > high else (" WHERE position BETWEEN ? AND ?", (low, high))


def _position(epoch: int, sequence: int) -> int:
    """Row id of an entry; beyond the bounds of a journal, the nearest place where none can stand."""
    if not 0 <= epoch < 2**22:
        return -1 if epoch < 0 else INT_MAX
    return (epoch << SEQUENCE_BITS) + max(-1, min(sequence, 1 << SEQUENCE_BITS))


def _size(connection: apsw.Connection, epoch: int) -> int:
    sql = "SELECT position FROM entry WHERE position BETWEEN ? AND ? ORDER BY position DESC LIMIT 1"
    first = _position(epoch, 0)
    found = connection.execute(sql, (first, _position(epoch + 1, 0) - 1)).fetchone()
    return cast(int, found[0]) + 1 - first if found else 0


def _epochs(connection: apsw.Connection) -> list[int]:
    """One seek an epoch: the journal itself is not walked."""
    found: list[int] = []
    position = -1
    sql = "SELECT epoch FROM entry WHERE position > ? ORDER BY position LIMIT 1"
    while row := connection.execute(sql, (position,)).fetchone():
        found.append(cast(int, row[0]))
        position = _position(found[-1] + 1, 0) - 1
    return found


def _entries(connection: apsw.Connection, epoch: int, start: int, count: int) -> list[StoredEntry]:
    if count <= 0:
        return []
    span = (_position(epoch, max(0, start)), _position(epoch, min(start + count, 1 << SEQUENCE_BITS)) - 1)
    rows = [StoredEntry._make(row) for row in connection.execute(_SELECT_ENTRIES, span)]
    for row in rows:
        if tuple(map(type, row)) != _ENTRY_TYPES:  # A flipped bit in the file can make NULL of a byte string.
            raise StoreDamaged(f"entry {row.sequence} of epoch {row.epoch} holds a value of the wrong type")
    return rows


def _sums(connection: apsw.Connection, side: str, through: int, by: str) -> dict[int, int]:
    """Posted amounts by account. Summed in halves of 32 bits: a sum beyond int64 must be shown, not refused."""
    if by not in ("booked", "value"):
        raise Fault(f"transfers have no date {by!r}")
    sql = (
        f"SELECT {side}, sum(amount >> 32), sum(amount & {_LOW_32}) FROM transfer "
        f'WHERE "{by}" <= ? AND flags & {_NOT_POSTED} = 0 GROUP BY {side}'
    )
    return {account: (high << 32) + low for account, high, low in connection.execute(sql, (through,))}


def _has_log(path: str) -> bool:
    try:
        return os.path.getsize(f"{path}-wal") > 0
    except FileNotFoundError:
        return False


def _stamp(path: str) -> tuple[int, ...]:
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _said(error: BaseException, path: str) -> CounterfoilError:
    """What one of SQLite's exceptions means to the desk, for a commit that is rolled back and for reads alike."""
    if isinstance(error, apsw.FullError) or getattr(error, "errno", None) in _NO_SPACE:
        return StoreFull(f"the disk that holds {path} is full: make room. Nothing of this group was kept.")
    if isinstance(error, _DAMAGE):
        return StoreDamaged(f"{path} cannot be read as an office: {error}")
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return StoreMoved(f"another writer holds {path}. Nothing of this group was kept.")
    if isinstance(error, _BUGS):
        return Fault(f"{path} refused a row: {error}")
    if isinstance(error, apsw.SQLError):
        return StoreDamaged(f"{path} does not have the tables of an office: {error}")
    return CommitFailed(f"{path}: {error}. Nothing of this group was kept.")
