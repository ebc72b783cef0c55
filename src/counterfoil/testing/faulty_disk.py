"""A disk whose power can be cut at every write and sync, for SQLite and for the small files beside it.

``Power`` counts every write, truncation, deletion, rename and sync of one folder and keeps, per file, what is durable
(what a sync has covered) apart from what was only written. SQLite comes through ``FaultyVFS``, the high-water mark and
the key files through ``FaultyDisk``; both share one ``Power``, so their events stand in one order.

Always true (``tests/unit/testing/test_faulty_disk.py``):

1. The event at which the power is cut counts as under way: its write is unsynced, its sync has not happened.
2. ``image`` gives the folder as a restart finds it: ``none`` of the unsynced writes, ``all`` of them, or a seeded
   ``part``, the last of them torn at a sector. The index of a write-ahead log (``-shm``) is in no image.
3. A deletion or rename is durable once its folder is synced: by the ``Disk`` port, or by the first sync of another
   new file in it, as SQLite's unix VFS does for a new log.
4. After a sync that failed, the writes it should have covered can still be read and never become durable by a later
   sync: so Linux behaves, which drops the pages.

Worked example, with an office already made in ``folder``::

    power = Power(folder)
    store = SqliteStore(folder / "books.db", vfs=power.vfs())
    power.cut_at(power.events + 3)
    with pytest.raises(PowerCut):
        store.commit(group)
    power.bury(store.close)
    power.image("part", elsewhere, seed=7)
"""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

import apsw

from counterfoil.engines.disk import RealDisk

SECTOR_BYTES = 512
Mode = Literal["none", "all", "part"]
MODES: tuple[Mode, ...] = ("none", "all", "part")
EventKind = Literal["write", "truncate", "delete", "rename", "sync", "sync folder"]
_numbers = itertools.count(1)


class PowerCut(BaseException):
    """The machine went dark. Nothing catches it by accident: it is no ``Exception``."""


@dataclass(frozen=True, slots=True)
class Event:
    """One effect on the disk, in order from 1."""

    number: int
    kind: EventKind
    name: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Change:
    """What was done to a file and is not yet durable. ``data`` None: deleted."""

    kind: Literal["write", "truncate", "whole"]
    offset: int
    data: bytes | None

    def applied(self, content: bytearray | None) -> bytearray | None:
        """``content`` with the change made in place."""
        if self.kind == "whole":
            return None if self.data is None else bytearray(self.data)
        found = bytearray() if content is None else content
        if self.kind == "truncate":
            del found[self.offset :]
        if len(found) < self.offset:
            found.extend(bytes(self.offset - len(found)))
        if self.kind == "write" and self.data is not None:
            found[self.offset : self.offset + len(self.data)] = self.data
        return found

    def torn(self, random: Random) -> _Change:
        """Only its first sectors."""
        if self.kind != "write" or self.data is None:
            return self
        sectors = random.randrange(0, len(self.data) // SECTOR_BYTES + 1)
        return _Change("write", self.offset, self.data[: sectors * SECTOR_BYTES])


@dataclass(slots=True)
class _Shadow:
    durable: bytearray | None
    unsynced: list[_Change] = field(default_factory=list)

    def settle(self) -> None:
        self.durable = _after(self.durable, self.unsynced)
        self.unsynced.clear()

    def settle_names(self) -> None:
        """Deletions and renames up to now are durable with their folder."""
        whole = max((at for at, change in enumerate(self.unsynced) if change.kind == "whole"), default=-1)
        self.durable = _after(self.durable, self.unsynced[: whole + 1]) if whole >= 0 else self.durable
        del self.unsynced[: whole + 1]


class Power:
    """The disk under one folder. Files are real, so that SQLite can map its log's index; durability is pretended."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = os.path.realpath(os.fspath(folder))
        self.log: list[Event] = []
        self._shadows: dict[str, _Shadow] = {}
        self._cut: int | None = None
        self._faults: dict[int, bool] = {}
        self._full: int | None = None
        self._buried = False
        self._vfs: FaultyVFS | None = None

    @property
    def events(self) -> int:
        """How many events there were."""
        return len(self.log)

    @property
    def syncs(self) -> int:
        """How many of them were syncs of a file."""
        return sum(event.kind == "sync" for event in self.log)

    @property
    def is_cut(self) -> bool:
        """Whether the power has gone."""
        return self._cut is not None and self.events >= self._cut

    def vfs(self) -> str:
        """The name of this disk's SQLite VFS."""
        if self._vfs is None:
            self._vfs = FaultyVFS(f"faulty-{next(_numbers)}", self)
        return self._vfs.name

    def cut_at(self, event: int) -> None:
        """Cuts the power at that event; it and every later one raise ``PowerCut``."""
        self._cut = event

    def fail_at(self, event: int, *, kept: bool) -> None:
        """That event is reported as failed (EIO), though it was not (``kept``) or was so; the process lives on."""
        self._faults[event] = kept

    def fill_at(self, event: int | None) -> None:
        """From that event on the disk takes no more bytes; None makes room again."""
        self._full = event

    def bury(self, *closes: Callable[[], object]) -> None:
        """Lets a process that has lost its power close its handles: nothing it does reaches the disk any more."""
        self._buried = True
        try:
            for close in closes:
                close()
        finally:
            self._buried = False

    def image(self, mode: Mode, folder: str | os.PathLike[str], *, seed: int = 0) -> Path:
        """Writes the folder as a restart finds it into a new ``folder``, and returns that."""
        random = Random(seed)
        target = Path(folder)
        target.mkdir(parents=True)
        for name, shadow in sorted(self._shadows.items()):
            changes = {"none": [], "all": shadow.unsynced}.get(mode)
            if changes is None:
                changes = [change for change in shadow.unsynced if random.random() < 0.5]
                changes[-1:] = [change.torn(random) for change in changes[-1:]]
            content = _after(None if shadow.durable is None else bytearray(shadow.durable), changes)
            if content is not None:
                path = target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return target

    def know(self, path: str) -> None:
        """Takes a file that stands already as durable; anything else begins as a name that is not durable yet."""
        name = self._name(path)
        if name not in self._shadows:
            self._shadows[name] = _Shadow(bytearray(Path(path).read_bytes()) if os.path.exists(path) else None)

    def forget(self, path: str) -> None:
        """The name is durably gone: it was renamed, and the folder synced."""
        self._shadows.pop(self._name(path), None)

    def changed(self, kind: EventKind, path: str, change: _Change, act: Callable[[], None]) -> None:
        """One write, truncation, deletion or rename."""
        if self._buried:
            return
        self.know(path)
        shadow = self._shadows[self._name(path)]
        failing = self._next(kind, path, len(change.data or b""))
        if self.is_cut:
            shadow.unsynced.append(change)
            raise PowerCut(str(self.log[-1]))
        if failing is not None and not failing[1]:
            raise failing[0]
        shadow.unsynced.append(change)
        act()
        if failing is not None:
            raise failing[0]

    def synced(self, kind: EventKind, path: str, act: Callable[[], None]) -> None:
        """One sync: what was written to ``path`` before is durable, unless it fails."""
        if self._buried:
            return
        self.know(path)
        shadow = self._shadows[self._name(path)]
        failing = self._next(kind, path, 0)
        if self.is_cut:
            raise PowerCut(str(self.log[-1]))
        if failing is not None and not failing[1]:
            shadow.unsynced.clear()
            raise failing[0]
        act()
        if shadow.durable is None or kind == "sync folder":  # SQLite syncs the folder with a log's or journal's name.
            for other in self._shadows.values():
                other.settle_names()
        shadow.settle()
        if failing is not None:
            raise failing[0]

    def _next(self, kind: EventKind, path: str, size: int) -> tuple[OSError, bool] | None:
        """Counts the event; what it is to be reported as, and whether it is kept all the same."""
        self.log.append(Event(self.events + 1, kind, self._name(path), size))
        kept = self._faults.get(self.events)
        if kept is not None:
            return OSError(errno.EIO, f"planned fault at {self.log[-1]}"), kept
        if self._full is not None and self.events >= self._full and kind == "write":
            return OSError(errno.ENOSPC, f"planned full disk at {self.log[-1]}"), False
        return None

    def _name(self, path: str) -> str:
        return os.path.relpath(os.path.realpath(path), self.folder)


class FaultyVFS(apsw.VFS):
    """SQLite's own unix VFS, with every write and sync told to a ``Power`` first."""

    def __init__(self, name: str, power: Power) -> None:
        self.name, self.power = name, power
        super().__init__(name, "unix")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's own name
        return _FaultyFile(name, flags, self.power)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's own name
        def act() -> None:
            apsw.VFS.xDelete(self, filename, syncdir)

        if os.path.exists(filename):
            self.power.changed("delete", filename, _Change("whole", 0, None), act)
            if syncdir:
                self.power.synced("sync folder", filename, _nothing)


class _FaultyFile(apsw.VFSFile):
    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], power: Power) -> None:
        self._power = power
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._path = filename or ""
        if self._path:
            power.know(self._path)  # Before it is opened, which would make it: a new name is not durable yet.
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's own name
        super_write = super().xWrite
        if not self._path:
            return super_write(data, offset)
        change = _Change("write", offset, bytes(data))
        with _AsSqlite(apsw.IOError):
            return self._power.changed("write", self._path, change, lambda: super_write(data, offset))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's own name
        super_truncate = super().xTruncate
        if not self._path:
            return super_truncate(newsize)
        change = _Change("truncate", newsize, b"")
        with _AsSqlite(apsw.IOError):
            return self._power.changed("truncate", self._path, change, lambda: super_truncate(newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's own name
        super_sync = super().xSync
        if not self._path:
            return super_sync(flags)
        with _AsSqlite(apsw.IOError):
            return self._power.synced("sync", self._path, _nothing)


class _AsSqlite:
    """Turns a planned OSError into the exception that makes SQLite see IOERR or FULL."""

    def __init__(self, other: type[apsw.Error]) -> None:
        self._other = other

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise (apsw.FullError if error.errno == errno.ENOSPC else self._other)(str(error)) from None


class FaultyDisk:
    """The ``Disk`` port on a ``Power``."""

    def __init__(self, power: Power) -> None:
        self.power, self._real = power, RealDisk()

    def read(self, path: str) -> bytes | None:
        return self._real.read(path)

    def write_at(self, path: str, offset: int, data: bytes) -> None:
        change = _Change("write", offset, bytes(data))
        self.power.changed("write", path, change, lambda: self._real.write_at(path, offset, data))

    def sync(self, path: str) -> None:
        self.power.synced("sync", path, _nothing)

    def replace(self, path: str, data: bytes) -> None:
        beside = f"{path}.new"

        def rename() -> None:
            Path(beside).write_bytes(data)
            os.replace(beside, path)

        self.power.changed("write", beside, _Change("whole", 0, bytes(data)), lambda: None)
        self.power.synced("sync", beside, _nothing)
        self.power.changed("rename", path, _Change("whole", 0, bytes(data)), rename)
        self.power.synced("sync folder", path, _nothing)
        self.power.forget(beside)


def _after(content: bytearray | None, changes: list[_Change]) -> bytearray | None:
    for change in changes:
        content = change.applied(content)
    return content


def _nothing() -> None:
    return None
