"""The office lock: one process writes an office, and a second one is told who.

Always true (``tests/unit/engines/test_lock.py``): the lock is the kernel's (``flock``), so it ends with its process,
however that ends; the file beside the database only says who holds it (process id and host; since when is the file's
own time stamp) and is never removed, so that two processes can never lock two files of one name. Readers take no lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from typing import NamedTuple

from counterfoil.kernel.days import moment
from counterfoil.operations.store import StoreLocked


class Holder(NamedTuple):
    """Who holds an office. Empty texts where the lock file does not say."""

    pid: str
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid or '(unknown)'} on {self.host or '(unknown host)'} since {self.since or '(unknown)'}"


class OfficeLock:
    """Held from construction to ``release``; ``StoreLocked`` names the holder if it is taken."""

    def __init__(self, path: str) -> None:
        self.path = path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise StoreLocked(
                f"{path} is held by {holder(path)}. Stop that process, then try again. Nothing was changed."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), 0)
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Lets the next process in. Safe to call twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.ftruncate(descriptor, 0)
            os.close(descriptor)


def holder(path: str) -> Holder:
    """What the lock file says of its holder."""
    try:
        with open(path, "rb") as file:
            said = json.loads(file.read(4_096))
            since = moment(os.fstat(file.fileno()).st_mtime_ns // 1_000_000)
        return Holder(str(said["pid"]), str(said["host"]), since.isoformat(timespec="seconds"))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("", "", "")
