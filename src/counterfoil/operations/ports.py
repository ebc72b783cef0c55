"""What the desk needs from the world besides a store: a disk for small files, a clock, chance, and keys."""

from __future__ import annotations

from typing import Protocol


class Disk(Protocol):
    """Small files beside the database (the high-water mark, key files), written so that a power cut can be tested."""

    def read(self, path: str) -> bytes | None:
        """The whole file, or None if there is none."""
        ...

    def write_at(self, path: str, offset: int, data: bytes) -> None:
        """Writes in place; creates the file (mode 0600) if there is none. Not durable before ``sync``."""
        ...

    def sync(self, path: str) -> None:
        """fsync of the file, and of its folder when the file is new."""
        ...

    def replace(self, path: str, data: bytes) -> None:
        """Writes a new file (mode 0600), fsyncs it, renames it over ``path`` and fsyncs the folder."""
        ...


class Clock(Protocol):
    """The only source of time. ``kind`` is recorded by the day-open entry."""

    kind: str
    """``machine`` or ``file``."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        ...


class MarkLike(Protocol):
    """What the high-water mark says: docs/formats/mark.md."""

    @property
    def node(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def root(self) -> bytes: ...


class HighWaterMark(Protocol):
    """The mark beside the database: never moves back within an epoch."""

    def read(self) -> MarkLike | None:
        """The mark that holds, or None if there is none; a ``Fault`` if it is there and cannot be read."""
        ...

    def advance(self, node: int, epoch: int, size: int, root: bytes) -> None:
        """Writes and fsyncs the next mark."""
        ...


class Entropy(Protocol):
    """Random bytes: from the machine, or from a printed seed in tests."""

    def __call__(self, count: int, /) -> bytes: ...
