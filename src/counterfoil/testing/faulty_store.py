"""A store whose next commit fails, twice over: not kept, and kept all the same.

For tests of a desk on any engine. The failure is reported only once; what comes after reaches the real store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from counterfoil.kernel.outcomes import Unavailable
from counterfoil.ledger.transfers import Transfer
from counterfoil.operations.store import Commit, CommitFailed, CommitUnknown, OfficeStore, Row, StoredEntry, StoreFull

Failure = Literal["not kept", "unknown, not kept", "unknown, kept", "full"]
FAILURES: tuple[Failure, ...] = ("not kept", "unknown, not kept", "unknown, kept", "full")


class FaultyStore:
    """An ``OfficeStore`` around another. ``fail`` plans the failure of the n-th commit from now (1 = the next)."""

    def __init__(self, store: OfficeStore) -> None:
        self.store = store
        self.commits = 0
        self._plan: dict[int, Failure] = {}

    def fail(self, failure: Failure, *, after: int = 1) -> None:
        """Plans one failure."""
        self._plan[self.commits + after] = failure

    def commit(self, commit: Commit) -> None:
        self.commits += 1
        failure = self._plan.pop(self.commits, None)
        if failure is None or failure == "unknown, kept":
            self.store.commit(commit)
        if failure is not None:
            raise _error(failure)

    def size(self, epoch: int) -> int:
        return self.store.size(epoch)

    def epochs(self) -> list[int]:
        return self.store.epochs()

    def entries(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        return self.store.entries(epoch, start, count)

    def read_back(self, epoch: int, start: int, count: int) -> list[StoredEntry]:
        return self.store.read_back(epoch, start, count)

    def transfers(self, ids: Sequence[bytes]) -> dict[bytes, Transfer]:
        return self.store.transfers(ids)

    def all_transfers(self) -> Iterator[Transfer]:
        return self.store.all_transfers()

    def pendings(self, ids: Sequence[bytes]) -> dict[bytes, Row]:
        return self.store.pendings(ids)

    def open_pendings(self) -> Iterator[Row]:
        return self.store.open_pendings()

    def highest_transfer(self) -> bytes:
        return self.store.highest_transfer()

    def movements(self, through: int, by: Literal["booked", "value"]) -> list[tuple[int, int, int]]:
        return self.store.movements(through, by)

    def get(self, table: str, key: Row) -> Row | None:
        return self.store.get(table, key)

    def several(self, table: str, keys: Sequence[Row]) -> dict[Row, Row]:
        return self.store.several(table, keys)

    def scan(
        self, table: str, prefix: Row = (), *, after: Row | None = None, limit: int | None = None,
        descending: bool = False,
    ) -> Iterator[Row]:  # fmt: skip
        return self.store.scan(table, prefix, after=after, limit=limit, descending=descending)

    def renew(self) -> None:
        self.store.renew()

    def rebuild(self, rows: Mapping[str, Iterable[Row]]) -> None:
        self.store.rebuild(rows)

    def close(self) -> None:
        self.store.close()


def _error(failure: Failure) -> Unavailable:
    if failure == "full":
        return StoreFull("planned: the disk is full")
    if failure == "not kept":
        return CommitFailed("planned: not kept")
    return CommitUnknown(f"planned: {failure}")
