"""The store and the disk in memory: for tests, simulations and offices that are to leave nothing behind.

Always true (``TestMemoryStore`` in ``tests/contracts/test_stores.py``): the same outcomes as the engines on disk. A
commit is checked and applied row by row and undone whole if any row is refused. ``reopened`` gives what a restart
would find: everything that was committed, nothing else.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from threading import RLock
from typing import Literal, cast

from counterfoil.engines.tables import Catalog, check_entries, check_key, check_row, key_of
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.accounts import Counters
from counterfoil.ledger.transfers import EXPIRE, PENDING, VOID, Transfer
from counterfoil.operations.store import Commit, Row, StoredEntry, TableSpec

_NOT_POSTED = PENDING | VOID | EXPIRE
"""Flags of transfers that move nothing posted: pending, void, expire."""
_SCAN_CHUNK = 1_000


class _Table:
    """Rows by key, and the keys in order."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        self.rows: dict[Row, Row] = {}
        self.keys: list[Row] = []

    def put(self, key: Row, row: Row | None) -> Row | None:
        """Sets or (None) removes a row; returns what stood there."""
        before = self.rows.get(key)
        if row is None:
            if before is not None:
                del self.rows[key]
                del self.keys[bisect_left(self.keys, key)]
            return before
        self.rows[key] = row
        if before is None:
            if not self.keys or key > self.keys[-1]:
                self.keys.append(key)
            else:
                insort(self.keys, key)
        return before


class _Kept:
    """What is on the pretended disk: it outlives the store."""

    def __init__(self, catalog: Catalog) -> None:
        self.tables = {name: _Table(spec) for name, spec in catalog.specs.items()}
        self.names: dict[str, int] = {}


class MemoryStore:
    """An ``OfficeStore`` in memory."""

    def __init__(self, tables: Sequence[TableSpec] = (), *, _kept: _Kept | None = None) -> None:
        self._catalog = Catalog(tables)
        self._extra = tuple(tables)
        self._kept = _kept or _Kept(self._catalog)
        for name, spec in self._catalog.specs.items():
            self._kept.tables.setdefault(name, _Table(spec))
        self._undo: list[Callable[[], object]] = []
        self._calls = RLock()

    def reopened(self, tables: Sequence[TableSpec] | None = None) -> MemoryStore:
        """The store as a restart finds it, perhaps with further tables."""
        return MemoryStore(self._extra if tables is None else tables, _kept=self._kept)

    def size(self, epoch: int) -> int:
        keys = self._kept.tables["entry"].keys
        at = bisect_left(keys, (epoch + 1,)) - 1
        return cast(int, keys[at][1]) + 1 if at >= 0 and keys[at][0] == epoch else 0

    def epochs(self) -> list[int]:
        return sorted({cast(int, key[0]) for key in self._kept.tables["entry"].keys})

    def commit(self, commit: Commit) -> None:
        with self._calls:
            check_entries(commit, self.size(commit.expected[0]))
            self._undo.clear()
            try:
                self._apply(commit)
            except BaseException:
                while self._undo:
                    self._undo.pop()()
                raise

    def entries(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        table = self._kept.tables["entry"]
        low = bisect_left(table.keys, (epoch, start))
        high = bisect_left(table.keys, (epoch, start + count))
        return [StoredEntry(*cast(StoredEntry, table.rows[key])) for key in table.keys[low:high]]

    def read_back(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        return self.entries(epoch, start, count)

    def transfers(self, ids: Sequence[bytes]) -> dict[bytes, Transfer]:
        rows = self._kept.tables["transfer"].rows
        return {i: _transfer(rows[(i,)]) for i in ids if (i,) in rows}

    def all_transfers(self) -> Iterator[Transfer]:
        return map(_transfer, self.scan("transfer"))

    def pendings(self, ids: Sequence[bytes]) -> dict[bytes, Row]:
        rows = self._kept.tables["pending"].rows
        return {i: rows[(i,)] for i in ids if (i,) in rows}

    def open_pendings(self) -> Iterator[Row]:
        return (row for row in self.scan("pending") if row[5] == 0)

    def highest_transfer(self) -> bytes:
        keys = self._kept.tables["transfer"].keys
        return cast(bytes, keys[-1][0]) if keys else bytes(16)

    def movements(self, through: int, by: Literal["booked", "value"]) -> list[tuple[int, int, int]]:
        debits: dict[int, int] = {}
        credits: dict[int, int] = {}
        for one in self.all_transfers():
            if one.flags & _NOT_POSTED or (one.booked if by == "booked" else one.value) > through:
                continue
            debits[one.debit] = debits.get(one.debit, 0) + one.amount
            credits[one.credit] = credits.get(one.credit, 0) + one.amount
        return [(a, debits.get(a, 0), credits.get(a, 0)) for a in sorted(debits.keys() | credits.keys())]

    def get(self, table: str, key: Row) -> Row | None:
        check_key(self._catalog[table], key, whole=True)
        return self._kept.tables[table].rows.get(tuple(key))

    def several(self, table: str, keys: Sequence[Row]) -> dict[Row, Row]:
        found = ((tuple(key), self.get(table, key)) for key in keys)
        return {key: row for key, row in found if row is not None}

    def scan(
        self, table: str, prefix: Row = (), *, after: Row | None = None, limit: int | None = None,
        descending: bool = False,
    ) -> Iterator[Row]:  # fmt: skip
        check_key(self._catalog[table], prefix, whole=False)
        if after is not None:
            check_key(self._catalog[table], after, whole=True)
        return islice(self._scanned(self._kept.tables[table], tuple(prefix), after, descending), limit)

    def renew(self) -> None:
        """Every call reads the newest commit."""

    def rebuild(self, rows: Mapping[str, Iterable[Row]]) -> None:
        fresh: dict[str, _Table] = {}
        for name, lines in rows.items():
            table = fresh[name] = _Table(self._catalog.rebuildable(name))
            for line in lines:
                row = tuple(line)
                check_row(table.spec, row)
                if table.put(key_of(table.spec, row), row) is not None:
                    raise Fault(f"{name}: the key of {row!r} stands twice")
        names = _names(fresh["account"]) if "account" in fresh else self._kept.names
        self._kept.tables.update(fresh)
        self._kept.names = names

    def close(self) -> None:
        """Nothing is held."""

    def _apply(self, commit: Commit) -> None:
        for entry in commit.entries:
            self._insert("entry", tuple(entry))
        for transfer in commit.transfers:
            self._insert("transfer", tuple(transfer))
        for account in commit.accounts:
            self._account(tuple(account))
        for counters in commit.counters:
            self._counters(counters)
        for pending in commit.pendings:
            self._upsert("pending", tuple(pending))
        for name, rows in commit.upserts.items():
            put = self._account_named if name == "account" else self._upsert
            for row in rows:
                put(name, tuple(row))
        for name, keys in commit.deletes.items():
            spec = self._catalog.deletable(name)
            for key in keys:
                check_key(spec, key, whole=True)
                self._put(self._kept.tables[name], tuple(key), None)

    def _put(self, table: _Table, key: Row, row: Row | None) -> None:
        before = table.put(key, row)
        self._undo.append(lambda: table.put(key, before))

    def _insert(self, name: str, row: Row) -> None:
        table = self._kept.tables[name]
        check_row(table.spec, row)
        key = key_of(table.spec, row)
        if key in table.rows:
            raise Fault(f"{name}: {key!r} stands already and is never changed")
        self._put(table, key, row)

    def _upsert(self, name: str, row: Row) -> None:
        if self._catalog[name].append_only:
            return self._insert(name, row)
        table = self._kept.tables[name]
        check_row(table.spec, row)
        return self._put(table, key_of(table.spec, row), row)

    def _account_named(self, _name: str, row: Row) -> None:
        self._account(row)

    def _account(self, row: Row) -> None:
        table, names = self._kept.tables["account"], self._kept.names
        check_row(table.spec, row)
        key, name = cast(int, row[0]), cast(str, row[1])
        if names.get(name, key) != key:
            raise Fault(f"account: the name {name!r} stands already")
        before = table.rows.get((key,))
        if before is not None and before[1] != name:
            self._name(cast(str, before[1]), None)
        if before is None or before[1] != name:
            self._name(name, key)
        self._put(table, (key,), row)

    def _name(self, name: str, account: int | None) -> None:
        names = self._kept.names
        before = names.get(name)
        self._undo.append(lambda: _set(names, name, before))
        _set(names, name, account)

    def _counters(self, counters: Counters) -> None:
        table = self._kept.tables["account"]
        before = table.rows.get((counters.id,))
        if before is None:
            raise Fault(f"account {counters.id} does not stand in the books")
        row = (*before[:6], *counters[1:])
        check_row(table.spec, row)
        self._put(table, (counters.id,), row)

    def _scanned(self, table: _Table, prefix: Row, after: Row | None, descending: bool) -> Iterator[Row]:
        last = after
        while rows := self._chunk(table, prefix, last, descending):
            yield from rows
            last = key_of(table.spec, rows[-1])

    def _chunk(self, table: _Table, prefix: Row, last: Row | None, descending: bool) -> list[Row]:
        """The next rows of a walk: a commit between two chunks neither breaks it nor repeats a row."""
        with self._calls:
            low, high = _span(table.keys, prefix)
            if last is not None:
                low, high = _beyond(table.keys, low, high, tuple(last), descending)
            if descending:
                keys = table.keys[max(low, high - _SCAN_CHUNK) : high][::-1]
            else:
                keys = table.keys[low : min(high, low + _SCAN_CHUNK)]
            return [table.rows[key] for key in keys]


class MemoryDisk:
    """The ``Disk`` port in memory; every write is durable at once."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write_at(self, path: str, offset: int, data: bytes) -> None:
        before = self.files.get(path, b"").ljust(offset, b"\0")
        self.files[path] = before[:offset] + data + before[offset + len(data) :]

    def sync(self, path: str) -> None:
        if path not in self.files:
            raise FileNotFoundError(path)

    def replace(self, path: str, data: bytes) -> None:
        self.files[path] = bytes(data)


def _transfer(row: Row) -> Transfer:
    return Transfer(*cast(Transfer, row))


def _set(names: dict[str, int], name: str, account: int | None) -> None:
    if account is None:
        names.pop(name, None)
    else:
        names[name] = account


def _names(table: _Table) -> dict[str, int]:
    names: dict[str, int] = {}
    for row in table.rows.values():
        if names.setdefault(cast(str, row[1]), cast(int, row[0])) != row[0]:
            raise Fault(f"account: the name {row[1]!r} stands twice")
    return names


def _span(keys: list[Row], prefix: Row) -> tuple[int, int]:
    """Where keys that begin with ``prefix`` stand: a longer tuple sorts after its own beginning."""
    low = bisect_left(keys, prefix)
    if not prefix:
        return low, len(keys)
    return low, bisect_right(keys, prefix, key=lambda key: key[: len(prefix)])


def _beyond(keys: list[Row], low: int, high: int, last: Row, descending: bool) -> tuple[int, int]:
    if descending:
        return low, max(low, min(high, bisect_left(keys, last)))
    return min(high, max(low, bisect_right(keys, last))), high
