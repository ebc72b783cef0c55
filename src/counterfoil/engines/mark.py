"""The high-water mark: how far this office's journal was durable, kept outside the database.

A database that is restored from an older copy is shorter than its mark, and a clone's writer moves on without it, so
the mark is what tells a desk that it must not go on signing (DESIGN section 5, "Order of an append").

Always true (``tests/unit/engines/test_mark.py``):

1. The file holds two slots of 512 bytes; the mark with counter ``n`` stands in slot ``n % 2``, so a write that a power
   cut tears leaves the mark before it readable.
2. A slot is magic (8 bytes ``CFMARK1`` and a zero byte), counter u64, node u32, epoch u32, size u64, root (32 bytes),
   SHA-256 of all that precedes it (32 bytes), then zero bytes. Integers are big-endian.
3. ``advance`` returns after the slot is synced. A mark never moves back: epochs ascend, sizes within an epoch ascend,
   and one size has one root (``Fault``).
4. After an ``advance`` that failed, the next one writes the same slot again: the last mark known durable stays whole.
"""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import NamedTuple

from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.ports import Disk

SLOT_BYTES = 512
_MAGIC = b"CFMARK1\0"
_SLOT = struct.Struct(">8sQIIQ32s")
_DIGEST_BYTES = 32


class Mark(NamedTuple):
    """The journal of ``node`` in ``epoch`` was durable up to ``size`` entries, with this tree ``root`` (32 bytes)."""

    counter: int
    node: int
    epoch: int
    size: int
    root: bytes


class MarkDamaged(Fault):
    """The mark's file is there and neither slot can be read: the office must not sign on this epoch."""


class HighWaterMark:
    """Reads and advances the mark in the file ``path`` of ``disk``. One writer: whoever holds the office lock."""

    def __init__(self, disk: Disk, path: str) -> None:
        self._disk, self.path = disk, path
        self._durable: Mark | None = None
        self._known = False

    def read(self) -> Mark | None:
        """The mark with the highest valid counter; None if there is no file; ``MarkDamaged`` if no slot is valid."""
        data = self._disk.read(self.path)
        if data is None:
            self._durable, self._known = None, True
            return None
        slots = [_unpack(data[at : at + SLOT_BYTES], at // SLOT_BYTES) for at in (0, SLOT_BYTES)]
        marks = [mark for mark in slots if mark is not None]
        if not marks:
            raise MarkDamaged(f"{self.path}: neither slot of the high-water mark can be read")
        self._durable, self._known = max(marks), True
        return self._durable

    def advance(self, node: int, epoch: int, size: int, root: bytes) -> None:
        """Writes and syncs the next mark; nothing if it is the present one. ``Fault`` if it would move back."""
        last = self._durable if self._known else self.read()
        if last is not None and last[1:] == (node, epoch, size, root):
            return
        mark = Mark(last.counter + 1 if last else 0, node, epoch, size, root)
        if last is not None:
            _check_forward(last, mark)
        slot = _pack(mark)
        if last is None:
            self._disk.replace(self.path, slot + bytes(SLOT_BYTES))
        else:
            self._disk.write_at(self.path, mark.counter % 2 * SLOT_BYTES, slot)
            self._disk.sync(self.path)
        self._durable, self._known = mark, True


def _check_forward(last: Mark, mark: Mark) -> None:
    forward = mark.epoch > last.epoch or (mark.epoch == last.epoch and mark.node == last.node and mark.size > last.size)
    if not forward:
        raise Fault(
            f"the high-water mark stands at node {last.node}, epoch {last.epoch}, size {last.size} and never moves "
            f"to node {mark.node}, epoch {mark.epoch}, size {mark.size}, root {mark.root.hex()}"
        )


def _pack(mark: Mark) -> bytes:
    if len(mark.root) != _DIGEST_BYTES:
        raise Fault(f"a root of {len(mark.root)} bytes")
    try:
        body = _SLOT.pack(_MAGIC, mark.counter, mark.node, mark.epoch, mark.size, mark.root)
    except struct.error as error:
        raise Fault(f"no mark can hold {mark}: {error}") from None
    return (body + sha256(body).digest()).ljust(SLOT_BYTES, b"\0")


def _unpack(slot: bytes, place: int) -> Mark | None:
    """The mark of a whole and rightly placed slot, else None."""
    end = _SLOT.size + _DIGEST_BYTES
    body, digest, padding = slot[: _SLOT.size], slot[_SLOT.size : end], slot[end:]
    if len(slot) != SLOT_BYTES or sha256(body).digest() != digest or any(padding):
        return None
    magic, counter, node, epoch, size, root = _SLOT.unpack(body)
    return Mark(counter, node, epoch, size, root) if magic == _MAGIC and counter % 2 == place else None
