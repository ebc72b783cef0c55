"""The catalog of an office's tables, as every store keeps it: which tables there are, and which rows fit them.

Always true (``testing.contracts_store.OfficeStoreContract``): a table name stands once; a row that does not fit its
columns, an entry out of order and a deletion outside side tables and caches are our own bug (``Fault``), found by
every engine before anything is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import TypeVar

from counterfoil.kernel.limits import EPOCH_MAX, SEQUENCE_MAX
from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.store import (
    BUILT_IN,
    ColumnType,
    Commit,
    Row,
    StoreMoved,
    StoreNewer,
    StoreOlder,
    TableSpec,
)

SCHEMA_VERSION = 2
"""Version of the shape of all tables (``test_a_change_of_tables_is_a_new_version``). A folder with a higher one was
written by a newer build and is refused; one with a lower one is refused until ``counterfoil upgrade`` was run."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
SEQUENCE_BITS = SEQUENCE_MAX.bit_length()
_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")
_TYPES: dict[str, type] = {"int": int, "text": str, "blob": bytes}
_RESERVED = frozenset({"table_catalog", "writer"})

T = TypeVar("T")


def check_version(where: str, version: int, *, mending: bool = False) -> None:
    """Refuses tables of another version than this build's. ``mending``: an older one is what is to be made right."""
    if version > SCHEMA_VERSION:
        raise StoreNewer(f"{where} has tables of version {version}; this build knows {SCHEMA_VERSION}: use a newer one")
    if version < SCHEMA_VERSION and not mending:
        raise StoreOlder(
            f"{where} has tables of version {version}, and this build keeps version {SCHEMA_VERSION}. Run "
            "`counterfoil upgrade DIR`: it keeps a copy and makes them anew from the journal. Nothing was changed."
        )


def grown(spec: TableSpec, had: Sequence[str]) -> bool:
    """Whether a table that had these columns became this one by columns at its end that may be empty: its rows are
    taken over, which no journal could give."""
    names = [name for name, _ in spec.columns]
    more = spec.columns[len(had) :]
    return len(had) >= spec.key and names[: len(had)] == list(had) and all(kind.endswith("?") for _, kind in more)


class Catalog:
    """The built-in tables and an office's further ones, by name."""

    def __init__(self, tables: Sequence[TableSpec] = ()) -> None:
        self.specs: dict[str, TableSpec] = {}
        for spec in (*BUILT_IN, *tables):
            if self.specs.get(spec.name, spec) != spec or spec.name in _RESERVED:
                raise Fault(f"the table {spec.name!r} is described twice, differently")
            _check_spec(spec)
            self.specs[spec.name] = spec

    def __getitem__(self, name: str) -> TableSpec:
        spec = self.specs.get(name)
        if spec is None:
            raise Fault(f"no table is called {name!r}")
        return spec

    def deletable(self, name: str) -> TableSpec:
        """The table, if single rows may be deleted from it: side tables and caches that are not append-only."""
        spec = self[name]
        if spec.kind not in ("side", "cache") or spec.append_only:
            raise Fault(f"rows of {name!r} ({spec.kind}) are never deleted")
        return spec

    def rebuildable(self, name: str) -> TableSpec:
        """The table, if audit may replace it whole: folds and caches."""
        spec = self[name]
        if spec.kind not in ("fold", "cache"):
            raise Fault(f"{name!r} ({spec.kind}) is not derived from the journal and is never rebuilt")
        return spec


def key_of(spec: TableSpec, row: Row) -> Row:
    """The first ``spec.key`` values of a row."""
    return row[: spec.key]


@cache
def kind_of(column: ColumnType) -> tuple[str, bool]:
    """('int' | 'text' | 'blob', may be NULL)."""
    return column.rstrip("?"), column.endswith("?")


def check_row(spec: TableSpec, row: Sequence[object]) -> None:
    """Refuses a row that does not fit the columns, as a STRICT table would."""
    if len(row) != len(spec.columns):
        raise Fault(f"{spec.name}: a row of {len(row)} values for {len(spec.columns)} columns")
    for (column, kind), value in zip(spec.columns, row, strict=True):
        _check_value(spec.name, column, kind, value)


def check_key(spec: TableSpec, key: Sequence[object], *, whole: bool) -> None:
    """Refuses a key (or, unless ``whole``, the beginning of one) that does not fit the key's columns."""
    if len(key) > spec.key or (whole and len(key) != spec.key):
        raise Fault(f"{spec.name}: {len(key)} key values for a key of {spec.key}")
    for (column, kind), value in zip(spec.columns, key, strict=False):
        _check_value(spec.name, column, kind, value)


def check_entries(commit: Commit, size: int) -> None:
    """A late writer is turned away; entries must continue their epoch without a gap."""
    epoch, expected = commit.expected
    if size != expected:
        raise StoreMoved(
            f"the journal of epoch {epoch} holds {size} entries, not {expected}: another writer was here. "
            "Nothing of this group was kept."
        )
    for at, entry in enumerate(commit.entries, start=expected):
        if entry.epoch != epoch or entry.sequence != at:
            raise Fault(f"entry {entry.epoch}/{entry.sequence} does not continue the journal at {epoch}/{at}")
    if not (0 <= epoch <= EPOCH_MAX and expected + len(commit.entries) <= SEQUENCE_MAX):
        raise Fault(f"epoch {epoch} or size {expected + len(commit.entries)} is beyond the bounds of a journal")


def resume(prefix: Row, after: Row | None, *, descending: bool) -> Row | None:
    """How a scan of ``prefix`` goes on after the key ``after``.

    Returns the key values below ``prefix`` to go on from; ``()`` for all rows of the prefix; None where none is left.
    """
    if after is None:
        return ()
    lead, rest = list(after[: len(prefix)]), after[len(prefix) :]
    if lead != list(prefix):
        # Key columns are of one type each and never NULL, so Python's order is the store's.
        ahead = lead > list(prefix) if descending else lead < list(prefix)
        return () if ahead else None
    return rest or None


def chunks(rows: Iterable[T], size: int) -> Iterable[list[T]]:
    """``rows`` in lists of at most ``size``."""
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part


def _check_value(table: str, column: str, kind: ColumnType, value: object) -> None:
    wanted, nullable = kind_of(kind)
    if value is None and nullable:
        return
    if type(value) is not _TYPES[wanted]:
        raise Fault(f"{table}.{column} holds {kind}, not {type(value).__name__}")
    if type(value) is int and not INT_MIN <= value <= INT_MAX:
        raise Fault(f"{table}.{column}: {value} is beyond int64")
    if type(value) is str and "\0" in value:
        raise Fault(f"{table}.{column}: a text with a zero character")


def _check_spec(spec: TableSpec) -> None:
    names = [name for name, _ in spec.columns]
    if not all(_NAME.fullmatch(name) for name in (spec.name, *names)) or len(set(names)) != len(names):
        raise Fault(f"{spec.name!r} or one of its columns is not a plain, single name")
    if not 1 <= spec.key <= len(names):
        raise Fault(f"{spec.name}: a key of {spec.key} columns out of {len(names)}")
    if any(kind.endswith("?") for _, kind in spec.columns[: spec.key]):
        raise Fault(f"{spec.name}: a key column may not be NULL")
