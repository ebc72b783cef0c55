"""The ledger benchmark: full rules, durable commits, against a ceiling that writes the same rows without rules.

What is measured, on top of ``existing`` transfers that are already in the store:

- *ledger*: ``Machine.apply``, ``drain`` and the store's commit, group after group. Only accepted transfers are counted;
  what is refused or repeated takes time and counts nothing.
- *ceiling*: the same rows and the same balance updates in the same transactions, in plain SQL through the same driver,
  on a copy of the same database, no rule judged and no answer kept. For PostgreSQL: the store's commit alone.
- *fsync*: syncs of a third copy that is given the same commits through a counting VFS. It is never timed.

The three take turns, a few groups at a time, so a slow moment of the machine falls on each alike. A group's transfers
are built just before its watch starts. Afterwards the store is read back whole: its transfers are folded anew and
compared with the accounts, and their number with what was acknowledged (``test_the_small_benchmark_is_sound``).

Chance comes from the printed seed alone; two runs with one seed judge the same transfers. Times are seconds.
"""

from __future__ import annotations

import gc
import os
import platform
import shutil
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate, chain, islice
from pathlib import Path
from random import Random
from typing import Any, Protocol

import apsw

from counterfoil.engines.sqlite import SqliteStore
from counterfoil.kernel.limits import BATCH_TRANSFERS_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.ledger.accounts import (
    CREDITS_MUST_NOT_EXCEED_DEBITS,
    DEBITS_MUST_NOT_EXCEED_CREDITS,
    AccountRow,
)
from counterfoil.ledger.machine import Changes, Machine
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import LINKED, PENDING, POST, VOID, PendingRow, Transfer
from counterfoil.ledger.trial import fold_differences, refold, trial_errors
from counterfoil.operations.store import Commit, OfficeStore

DAY = 739_500
"""Every transfer is booked on this day (2025-09-04); the day before is closed."""
CLOSED_DAY = DAY - 1
LIMIT = 10**13
"""Each account's limit: the guards are judged every time and met only by the transfers that are to be refused."""
DATABASE = "office.db"
DEFAULT_GROUPS = {1: 5_000, 1_000: 200_000, BATCH_TRANSFERS_MAX: 400_000}
_VFS = "counterfoil-counting"
_SLICE = 16_384
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What to run. ``groups``: transfers in a commit → transfers offered in all; chains are never cut."""

    seed: int = 1
    accounts: int = 10_000
    existing: int = 1_000_000
    groups: Mapping[int, int] = field(default_factory=lambda: dict(DEFAULT_GROUPS))
    zipf: float = 1.0
    keep: Path | None = None
    """Leave the measured office's database in this folder, which must not hold one."""
    folder: Path | None = None
    """Where the databases are made; without it, a temporary folder (is it on the disk that matters?)."""
    postgres: str | None = None
    """The URL of a database to measure as well, in schemas of its own that are dropped afterwards."""

    def __post_init__(self) -> None:
        if not self.groups or not all(1 <= size <= BATCH_TRANSFERS_MAX for size in self.groups):
            raise Malformed(f"groups are 1 to {BATCH_TRANSFERS_MAX} transfers each", field="groups")
        if self.accounts < 10 or self.existing < 0:
            raise Malformed("at least 10 accounts and 0 existing transfers", field="accounts")


class Workload:
    """Makes the transfers: accounts by Zipf, 10 % pending or resolving, 5 % in chains, 2 % refused, 1 % repeated."""

    def __init__(self, settings: Settings) -> None:
        self._random = Random(settings.seed)
        ids = list(range(1, settings.accounts + 1))
        self._random.shuffle(ids)
        self._ids = ids
        self._weights = list(accumulate(1 / rank**settings.zipf for rank in range(1, settings.accounts + 1)))
        self._drawn: list[int] = []
        self._number = 0
        self._kept: list[Transfer] = []
        self._held: deque[Transfer] = deque()
        self.kinds: Counter[str] = Counter()

    def plain(self, count: int) -> list[Transfer]:
        """Plain transfers, all to be accepted: what stands before the watch starts."""
        made = [self._transfer() for _ in range(count)]
        self._kept += made[:: max(1, len(made) * 4 // _REMEMBERED)]
        del self._kept[:-_REMEMBERED]
        return made

    def groups(self, size: int, count: int) -> Iterator[list[Transfer]]:
        """About ``count`` transfers in groups of ``size``; a chain of two stays in one group."""
        group: list[Transfer] = []
        made = 0
        while made < count:
            unit = self._unit()
            if group and len(group) + len(unit) > size:
                yield group
                group = []
            group.extend(unit)
            made += len(unit)
        if group:
            yield group

    def _unit(self) -> list[Transfer]:
        """One transfer, or a chain of two. Shares are of transfers: 2.5 % of the draws make 5 % in chains."""
        draw = self._random.random()
        if draw < 0.025:
            self.kinds["linked"] += 2
            return [self._transfer()._replace(flags=LINKED), self._transfer()]
        if draw < 0.125:
            return [self._two_phase()]
        if draw < 0.145:
            self.kinds["to be refused"] += 1
            return [self._refused()]
        if draw < 0.155 and self._kept:
            self.kinds["repeated"] += 1
            return [self._random.choice(self._kept)]
        self.kinds["plain"] += 1
        one = self._transfer()
        if draw > 0.95 and self._kept:  # Some of what is new can be repeated later as well.
            self._kept[self._random.randrange(len(self._kept))] = one
        return [one]

    def _two_phase(self) -> Transfer:
        if len(self._held) > 500 and self._random.random() < 0.5:
            held = self._held.popleft()
            post = self._random.random() < 0.7
            self.kinds["post" if post else "void"] += 1
            self._number += 1
            new = self._number.to_bytes(16, "big")
            return held._replace(id=new, flags=POST if post else VOID, pending=held.id)
        self.kinds["pending"] += 1
        held = self._transfer()._replace(flags=PENDING)
        self._held.append(held)
        return held

    def _refused(self) -> Transfer:
        one = self._transfer()
        return self._random.choice(
            (
                one._replace(amount=100 * LIMIT),
                one._replace(amount=100 * LIMIT),
                one._replace(amount=0),
                one._replace(credit=len(self._ids) + 1),
                one._replace(booked=CLOSED_DAY),
            )
        )

    def _transfer(self) -> Transfer:
        debit, credit = self._account(), self._account()
        while debit == credit:
            credit = self._account()
        self._number += 1
        amount = self._random.randrange(1, 50_000)
        return Transfer(self._number.to_bytes(16, "big"), debit, credit, amount, 1, 0, b"", DAY, DAY)

    def _account(self) -> int:
        if not self._drawn:
            self._drawn = self._random.choices(self._ids, cum_weights=self._weights, k=10_000)
        return self._drawn.pop()


class Measured(OfficeStore, Protocol):
    """A store that says how it is set."""

    def readings(self) -> dict[str, int | str]: ...


class Ceiling(Protocol):
    """Writes what a group changed, without rules."""

    def __call__(self, changes: Changes) -> None: ...


@dataclass(slots=True)
class _Watch:
    """Seconds of each group, for the ledger and for the ceiling, and what was acknowledged."""

    ledger: list[float] = field(default_factory=list)
    ceiling: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def run(settings: Settings, say: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Runs everything and returns the figures, ready for JSON. ``say`` is told what is being done."""
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-bench-", dir=settings.folder))
    try:
        result: dict[str, Any] = {
            "machine": machine_facts(folder),
            "settings": _plain(settings),
            "sqlite": _run_sqlite(settings, folder, say),
        }
        if settings.postgres is not None:
            result["postgres"] = _run_postgres(settings, settings.postgres, say)
        return result
    finally:
        shutil.rmtree(folder)


def report(result: Mapping[str, Any]) -> str:
    """The figures as a person reads them."""
    facts = result["machine"]
    lines = [
        f"{facts['processor']}, {facts['processors']} processors, {facts['system']}, Python {facts['python']}",
        f"seed {result['settings']['seed']}; sync of 4 KiB: {facts['sync_ms']} ms (median)",
    ]
    for engine in ("sqlite", "postgres"):
        if engine not in result:
            continue
        part = result[engine]
        lines += ["", f"{engine}: {_listed(part['readings'])}"]
        lines.append(f"  on {part['existing']:,} transfers, {part['accounts']:,} accounts; ceiling: {part['ceiling']}")
        lines.append(f"  workload: {_listed(part['workload'])}")
        lines.append("   group   accepted  transfers/s    ceiling/s  ratio   p50 ms   p99 ms  fsync")
        for row in part["groups"]:
            syncs = "-" if row["fsync"] is None else f"{row['fsync']:,}"
            lines.append(
                f"  {row['group']:>6,} {row['accepted']:>10,} {row['transfers_per_second']:>12,}"
                f" {row['ceiling_per_second']:>12,} {row['ratio']:>6} {row['p50_ms']:>8} {row['p99_ms']:>8} {syncs:>6}"
            )
        lines.append(f"  read back: {_listed(part['read_back'])}")
    return "\n".join(lines)


def machine_facts(folder: Path) -> dict[str, Any]:
    """What the figures were measured on, with the median time of a sync of 4 KiB in ``folder``."""
    return {
        "processor": _processor(),
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "sync_ms": _sync_ms(folder / "sync"),
    }


def _run_sqlite(settings: Settings, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    home = settings.keep or folder
    home.mkdir(parents=True, exist_ok=True)
    path, plain, counted = home / DATABASE, folder / "ceiling.db", folder / "counted.db"
    workload = Workload(settings)
    store = SqliteStore.create(path)
    try:
        machine = _fill(store, settings, workload, say)
        store.checkpoint()
    finally:
        store.close()
    for copy in (plain, counted):
        shutil.copy(path, copy)
    syncs = _register_counting_vfs()
    store, witness = SqliteStore(path), SqliteStore(counted, vfs=_VFS)
    ceiling = _PlainSql(plain, store.readings())
    try:
        groups = _measure(store, machine, ceiling, settings, workload, say, lambda one: _commit(witness, one), syncs)
        return _told(store, settings, workload, groups, "plain SQL through apsw, same pragmas") | {
            "database": str(path) if settings.keep else None
        }
    finally:
        for one in (store, witness, ceiling):
            one.close()
        _VFS_KEPT.clear()


def _run_postgres(settings: Settings, url: str, say: Callable[[str], None]) -> dict[str, Any]:
    import psycopg  # An extra: the benchmark of SQLite must run without it.

    from counterfoil.engines.postgres import PostgresStore

    names = [f"bench_{settings.seed}_ledger", f"bench_{settings.seed}_ceiling"]
    workload = Workload(settings)
    stores: list[PostgresStore] = []
    try:
        for name in names:
            stores.append(PostgresStore.create(url, schema=name))
        store, other = stores
        machine = _fill(store, settings, workload, say, other)
        for name in names:
            with psycopg.connect(url, autocommit=True) as connection:
                for table in ("account", "transfer", "pending"):
                    connection.execute(f"VACUUM ANALYZE {name}.{table}".encode())
        groups = _measure(store, machine, lambda one: _commit(other, one), settings, workload, say)
        return _told(store, settings, workload, groups, "the store's commit alone")
    finally:
        for one in stores:
            one.close()
        with psycopg.connect(url, autocommit=True) as connection:
            for one in stores:
                connection.execute(f"DROP SCHEMA IF EXISTS {one.schema} CASCADE".encode())


def _fill(
    store: OfficeStore, settings: Settings, workload: Workload, say: Callable[[str], None], *others: OfficeStore
) -> Machine:
    """Accounts and the existing transfers; then a machine loaded from the store, as after a restart."""
    say(f"making {settings.accounts:,} accounts and {settings.existing:,} transfers")
    machine = Machine()
    for number in range(1, settings.accounts + 1):
        guard = DEBITS_MUST_NOT_EXCEED_CREDITS if number % 2 else CREDITS_MUST_NOT_EXCEED_DEBITS
        machine.add_account(number, f"account {number}", "USD", 1, guard, LIMIT)
    left = settings.existing
    while True:
        batch = workload.plain(min(left, BATCH_TRANSFERS_MAX))
        assert not any(machine.apply(batch, 0, store.transfers, store.pendings))
        changes = machine.drain()
        for one in (store, *others):
            _commit(one, changes)
        left -= len(batch)
        if left <= 0:
            break
    loaded = Machine()
    loaded.load(store.scan("account"), store.open_pendings(), CLOSED_DAY, 0, highest=store.highest_transfer())
    return loaded


def _measure(
    store: OfficeStore,
    machine: Machine,
    ceiling: Ceiling,
    settings: Settings,
    workload: Workload,
    say: Callable[[str], None],
    witness: Callable[[Changes], None] = lambda changes: None,
    syncs: list[int] | None = None,
) -> list[dict[str, Any]]:
    rows = []
    for size, count in settings.groups.items():
        say(f"groups of {size:,}")
        groups = workload.groups(size, count)
        watch, synced_before = _Watch(), syncs[0] if syncs else 0
        step = max(1, _SLICE // size // 8) if size > 1 else 200
        gc.collect()
        gc.freeze()  # What stands before is not walked again and again by the collector, in either run.
        while part := list(islice(groups, step)):
            changes = _time_ledger(store, machine, part, watch)
            for one in changes:
                witness(one)
            _time_ceiling(ceiling, changes, watch)
        gc.unfreeze()
        rows.append(_row(size, watch, (syncs[0] - synced_before) if syncs else None))
    return rows


def _time_ledger(store: OfficeStore, machine: Machine, groups: list[list[Transfer]], watch: _Watch) -> list[Changes]:
    kept, answers = [], []
    for group in groups:
        start = time.perf_counter()
        outcomes = machine.apply(group, 0, store.transfers, store.pendings)
        changes = machine.drain()
        _commit(store, changes)
        watch.ledger.append(time.perf_counter() - start)
        kept.append(changes)
        answers.append(outcomes)
    for outcomes in answers:
        watch.outcomes.update(outcome.code for outcome in outcomes)
    return kept


def _time_ceiling(ceiling: Ceiling, groups: list[Changes], watch: _Watch) -> None:
    for changes in groups:
        start = time.perf_counter()
        ceiling(changes)
        watch.ceiling.append(time.perf_counter() - start)


def _commit(store: OfficeStore, changes: Changes) -> None:
    """Nothing to keep is nothing to commit: a group that was refused whole costs its judgment alone."""
    if changes.transfers or changes.accounts or changes.counters or changes.pendings:
        store.commit(
            Commit(
                (1, 0),
                transfers=changes.transfers,
                accounts=changes.accounts,
                counters=changes.counters,
                pendings=changes.pendings,
            )
        )


def _row(size: int, watch: _Watch, syncs: int | None) -> dict[str, Any]:
    accepted = watch.outcomes[Outcome.CREATED.code]
    ledger, ceiling = sum(watch.ledger), sum(watch.ceiling)
    ordered = sorted(watch.ledger)
    return {
        "group": size,
        "commits": len(watch.ledger),
        "answered": watch.outcomes.total(),
        "accepted": accepted,
        "seconds": round(ledger, 3),
        "transfers_per_second": round(accepted / ledger),
        "ceiling_seconds": round(ceiling, 3),
        "ceiling_per_second": round(accepted / ceiling),
        "ratio": round(ceiling / ledger, 3),
        "p50_ms": round(ordered[len(ordered) // 2] * 1_000, 3),
        "p99_ms": round(ordered[len(ordered) * 99 // 100] * 1_000, 3),
        "fsync": syncs,
        "outcomes": dict(watch.outcomes.most_common()),
    }


def _told(
    store: Measured, settings: Settings, workload: Workload, groups: list[dict[str, Any]], ceiling: str
) -> dict[str, Any]:
    total = workload.kinds.total()
    return {
        "readings": store.readings(),
        "existing": settings.existing,
        "accounts": settings.accounts,
        "workload": {kind: f"{100 * count / total:.1f} %" for kind, count in workload.kinds.most_common()},
        "ceiling": ceiling,
        "groups": groups,
        "read_back": _read_back(store, settings.existing + sum(row["accepted"] for row in groups)),
    }


def _read_back(store: OfficeStore, acknowledged: int) -> dict[str, Any]:
    """The store read whole: transfers folded anew, compared with accounts, pendings and the number acknowledged."""
    rows = [AccountRow._make(row) for row in store.scan("account")]
    pendings = [PendingRow._make(row) for row in store.scan("pending")]
    told = refold(store.all_transfers())
    errors = fold_differences(rows, pendings, told) + trial_errors(rows, [one for one in pendings if one.state == 0])
    return {
        "transfers": told.transfers,
        "acknowledged": acknowledged,
        "differences": len(errors),
        "sound": not errors and told.transfers == acknowledged,
    }


class _PlainSql:
    """The ceiling on SQLite: the fastest statements known for these rows, prepared once, and nothing else."""

    _ROWS = 50

    def __init__(self, path: Path, readings: Mapping[str, int | str]) -> None:
        self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        for name in ("journal_mode", "synchronous", "cache_size", "wal_autocheckpoint", "temp_store"):
            self._connection.pragma(name, readings[name])
            if self._connection.pragma(name) != readings[name]:
                raise Malformed(f"the ceiling could not set {name} to {readings[name]}", field=name)
        marks = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._one = f"INSERT INTO transfer VALUES {marks}"
        self._many = "INSERT INTO transfer VALUES " + ", ".join([marks] * self._ROWS)
        self._counters = (
            "UPDATE account SET debits_posted = ?2, credits_posted = ?3, debits_pending = ?4, credits_pending = ?5"
            " WHERE id = ?1"
        )
        self._pendings = (
            "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state"
        )

    def __call__(self, changes: Changes) -> None:
        if not changes.transfers:
            return
        cursor, rows = self._connection.cursor(), changes.transfers
        cursor.execute("BEGIN IMMEDIATE")
        whole = len(rows) - len(rows) % self._ROWS
        for at in range(0, whole, self._ROWS):
            cursor.execute(self._many, tuple(chain.from_iterable(rows[at : at + self._ROWS])))
        cursor.executemany(self._one, rows[whole:])
        cursor.executemany(self._counters, changes.counters)
        cursor.executemany(self._pendings, changes.pendings)
        cursor.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


_VFS_KEPT: list[apsw.VFS] = []


def _register_counting_vfs() -> list[int]:
    """A VFS that is SQLite's own but for counting its syncs; the count stands in the list's one element."""
    count = [0]

    class CountingFile(apsw.VFSFile):
        def xSync(self, flags: int) -> None:  # noqa: N802  # apsw names it
            count[0] += 1
            super().xSync(flags)

    class CountingVfs(apsw.VFS):
        def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # apsw names it
            return CountingFile("", name, flags)

    _VFS_KEPT.append(CountingVfs(_VFS, ""))
    return count


def _sync_ms(path: Path, times: int = 50) -> float:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        spent = sorted(_one_sync(descriptor) for _ in range(times))
    finally:
        os.close(descriptor)
        path.unlink()
    return round(spent[times // 2] * 1_000, 3)


def _one_sync(descriptor: int) -> float:
    start = time.perf_counter()
    os.pwrite(descriptor, bytes(4_096), 0)
    os.fsync(descriptor)
    return time.perf_counter() - start


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named: Iterator[str] = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _plain(settings: Settings) -> dict[str, Any]:
    """Settings as JSON keeps them; the URL may hold a password and stays out."""
    groups = {str(size): count for size, count in settings.groups.items()}
    shown = asdict(settings) | {"groups": groups, "postgres": settings.postgres is not None}
    return {name: str(value) if isinstance(value, Path) else value for name, value in shown.items()}


def _listed(parts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:,}" if type(value) is int else f"{name} {value}" for name, value in parts.items())
