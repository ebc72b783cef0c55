"""Small files on a real disk, durable when they say so.

Always true (``tests/unit/engines/test_disk.py``): files are made with mode 0600; after ``sync`` the bytes written and,
for a new file, its name survive a power cut; ``replace`` leaves the old file or the new one, never a part.
"""

from __future__ import annotations

import os

_MODE = 0o600


class RealDisk:
    """The ``Disk`` port on the machine's own file system."""

    def __init__(self) -> None:
        self._new: set[str] = set()

    def read(self, path: str) -> bytes | None:
        try:
            with open(path, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write_at(self, path: str, offset: int, data: bytes) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
            self._new.add(path)
        try:
            write_all(descriptor, data, offset)
        finally:
            os.close(descriptor)

    def sync(self, path: str) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if path in self._new:
                os.fsync(descriptor)
            else:
                _sync_data(descriptor)
        finally:
            os.close(descriptor)
        if path in self._new:
            sync_folder(path)
            self._new.discard(path)

    def replace(self, path: str, data: bytes) -> None:
        beside = f"{path}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
        try:
            write_all(descriptor, data, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(beside, path)
        sync_folder(path)


def write_all(descriptor: int, data: bytes, offset: int) -> None:
    """Writes every byte: ``pwrite`` may write fewer than asked."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[written:], offset + written


def sync_folder(path: str) -> None:
    """fsync of the folder that holds ``path``: a new name is durable only with its folder."""
    descriptor = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: str) -> None:
    """Makes the folder and those above it, each durable in the one that holds it. One that stands already is left."""
    whole = os.path.abspath(path)
    if not os.path.isdir(whole):
        make_folder(os.path.dirname(whole))
        os.mkdir(whole)
        sync_folder(whole)


# Data and size reach the disk either way; leaving the time stamp out saves a journal commit of the file system.
_sync_data = getattr(os, "fdatasync", os.fsync)
