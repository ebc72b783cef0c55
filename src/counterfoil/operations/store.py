"""The office's store: one commit, whole or not at all, and everything read back from it.

Always true, for every engine (``testing.contracts_store.OfficeStoreContract``):

1. ``commit`` is atomic and durable: after it returns, a power cut keeps all of it; if it raises, either nothing or
   (``CommitUnknown``) all of it is kept, never a part.
2. A late writer is turned away: ``commit`` refuses when the journal's size is not the expected one, or another
   writer holds the store.
3. ``read_back`` reads through a second connection that shares no cache with the writer.
4. Append-only tables refuse UPDATE and DELETE (by trigger, in the database itself).

Three kinds of table (DESIGN section 2): *journal* (entries; nothing derives them), *fold* (rebuilt from the journal
and compared by audit), *side* (people, remembered answers, sealed keys, sessions, event view), *cache* (dropped at
will).
A row is a tuple of int, str, bytes or None in column order. No engine knows what a row means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from counterfoil.kernel.outcomes import Fault, Unavailable
from counterfoil.ledger.accounts import Counters as Counters
from counterfoil.ledger.transfers import Transfer

Scalar = int | str | bytes | None
Row = tuple[Scalar, ...]
TableKind = Literal["journal", "fold", "side", "cache"]
ColumnType = Literal["int", "text", "blob", "int?", "text?", "blob?"]  # "?" = may be NULL


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its first ``key`` columns are the primary key, in order. ``about`` is its line in
    docs/reference/tables."""

    name: str
    kind: TableKind
    columns: tuple[tuple[str, ColumnType], ...]
    key: int
    about: str
    append_only: bool = False


class StoredEntry(NamedTuple):
    """One row of the journal: the four parts of an entry (DESIGN section 5)."""

    epoch: int
    sequence: int
    leaf: bytes
    facts: bytes
    blind: bytes
    approvals: bytes


ENTRY = TableSpec(
    "entry",
    "journal",
    (
        ("epoch", "int"),
        ("sequence", "int"),
        ("leaf", "blob"),
        ("facts", "blob"),
        ("blind", "blob"),
        ("approvals", "blob"),
    ),
    2,
    "The journal: one row an entry, in order, never changed.",
    append_only=True,
)
TRANSFER = TableSpec(
    "transfer",
    "fold",
    (
        ("id", "blob"), ("debit", "int"), ("credit", "int"), ("amount", "int"), ("code", "int"), ("flags", "int"),
        ("pending", "blob"), ("booked", "int"), ("value", "int"), ("expires", "int"),
    ),
    1,
    "Every ledger transfer, in the field order of ledger.transfers.Transfer.",
    append_only=True,
)  # fmt: skip
ACCOUNT = TableSpec(
    "account",
    "fold",
    (
        ("id", "int"), ("name", "text"), ("currency", "text"), ("code", "int"), ("flags", "int"),
        ("limit_minor", "int"), ("debits_posted", "int"), ("credits_posted", "int"),
        ("debits_pending", "int"), ("credits_pending", "int"),
    ),
    1,
    "Ledger accounts and their four counters. Names are unique.",
)  # fmt: skip
PENDING = TableSpec(
    "pending",
    "fold",
    (
        ("id", "blob"), ("debit", "int"), ("credit", "int"), ("amount", "int"), ("expires", "int"), ("state", "int"),
    ),
    1,
    "Pending transfers: state 0 open, 1 posted, 2 voided, 3 expired.",
)  # fmt: skip
BUILT_IN = (ENTRY, TRANSFER, ACCOUNT, PENDING)


@dataclass(slots=True)
class Commit:
    """One group's whole effect. ``expected`` is (epoch, size of that epoch's journal before these entries)."""

    expected: tuple[int, int]
    entries: Sequence[StoredEntry] = ()
    transfers: Sequence[Transfer] = ()
    accounts: Sequence[Row] = ()
    """Whole ``account`` rows: new accounts, and accounts whose flags or limit changed."""
    counters: Sequence[Counters] = ()
    """Accounts of which only the counters changed (never also in ``accounts``)."""
    pendings: Sequence[Row] = ()
    upserts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Table name → whole rows, inserted or replacing the row with the same key."""
    deletes: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Table name (side tables and caches only) → key tuples."""


class StoreMoved(Unavailable):
    """Another writer has written since: this one must not go on. Nothing of this commit was kept."""


class StoreLocked(Unavailable):
    """Another process holds the office; the message says who."""


class StoreNewer(Unavailable):
    """A newer build wrote this folder. It is left as it is; the message names both versions."""


class StoreOlder(Unavailable):
    """An older build wrote this folder. It is left as it is; the message says what to do."""


class StoreFull(Unavailable):
    """The disk is full (or the quota is): nothing of this commit was kept and nothing may be paid."""


class CommitFailed(Unavailable):
    """The commit was not kept. Reload before anything else."""


class CommitUnknown(Unavailable):
    """The commit may or may not have been kept. Reload, and look each waiting id up; never assume."""


class StoreDamaged(Fault):
    """The stored bytes cannot be read as this store: truncated, torn or edited."""


class OfficeStore(Protocol):
    """Keeps one office's tables. One writer; see the module's page for what is always true."""

    def size(self, epoch: int) -> int:
        """Entries kept in the journal of ``epoch``; 0 if none."""
        ...

    def epochs(self) -> list[int]:
        """Epochs that have entries, ascending."""
        ...

    def commit(self, commit: Commit) -> None:
        """Keeps all of ``commit`` durably, or raises ``StoreMoved``, ``StoreFull``, ``CommitFailed``,
        ``CommitUnknown``."""
        ...

    def entries(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        """Up to ``count`` entries from ``start``, in order."""
        ...

    def read_back(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        """As ``entries``, through the second, read-only connection that shares no cache with the writer."""
        ...

    def transfers(self, ids: Sequence[bytes]) -> dict[bytes, Transfer]:
        """The stored transfers among ``ids``."""
        ...

    def all_transfers(self) -> Iterator[Transfer]:
        """Every transfer, in ascending id."""
        ...

    def pendings(self, ids: Sequence[bytes]) -> dict[bytes, Row]:
        """The stored ``pending`` rows among ``ids``."""
        ...

    def open_pendings(self) -> Iterator[Row]:
        """``pending`` rows in state 0."""
        ...

    def highest_transfer(self) -> bytes:
        """The highest transfer id kept, or 16 zero bytes."""
        ...

    def movements(self, through: int, by: Literal["booked", "value"]) -> list[tuple[int, int, int]]:
        """(account id, posted debits, posted credits) of transfers with that date (an ordinal) or earlier."""
        ...

    def get(self, table: str, key: Row) -> Row | None:
        """One row by its whole key."""
        ...

    def several(self, table: str, keys: Sequence[Row]) -> dict[Row, Row]:
        """The rows among these whole keys, by key: in one question to the store, since each has its price."""
        ...

    def scan(
        self,
        table: str,
        prefix: Row = (),
        *,
        after: Row | None = None,
        limit: int | None = None,
        descending: bool = False,
    ) -> Iterator[Row]:
        """Rows in key order whose key begins with ``prefix``, strictly after key ``after`` if given."""
        ...  # fmt: skip

    def renew(self) -> None:
        """A read-only store lets go of its snapshot: what is read next is the newest commit. A writer always reads
        that."""
        ...

    def rebuild(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Replaces the named fold tables, whole, in one transaction (``audit --rebuild`` only)."""
        ...

    def close(self) -> None:
        """Releases connections and the writer's lock."""
        ...
