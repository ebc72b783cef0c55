"""The high-water mark: its bytes, its two slots, and that it never moves back."""

from __future__ import annotations

import struct
from hashlib import sha256

import pytest

from counterfoil.engines.mark import SLOT_BYTES, HighWaterMark, Mark, MarkDamaged
from counterfoil.engines.memory import MemoryDisk
from counterfoil.kernel.outcomes import Fault
from counterfoil.testing.faulty_disk import MODES, FaultyDisk, Mode, Power, PowerCut

ROOT = bytes(range(32))
PATH = "books.mark"


def marked(*sizes: int) -> tuple[MemoryDisk, HighWaterMark]:
    disk = MemoryDisk()
    mark = HighWaterMark(disk, PATH)
    for size in sizes:
        mark.advance(3, 1, size, ROOT)
    return disk, mark


def test_without_a_file_there_is_no_mark() -> None:
    assert HighWaterMark(MemoryDisk(), PATH).read() is None


def test_a_slot_is_these_bytes() -> None:
    disk, _ = marked(5, 6)
    body = b"CFMARK1\0" + struct.pack(">QIIQ", 1, 3, 1, 6) + ROOT
    slot = (body + sha256(body).digest()).ljust(512, b"\0")
    assert disk.files[PATH][512:] == slot
    assert len(disk.files[PATH]) == 1024


def test_the_last_mark_is_read_by_another_process() -> None:
    disk, mark = marked(1, 2, 7)
    assert HighWaterMark(disk, PATH).read() == mark.read() == Mark(2, 3, 1, 7, ROOT)


def test_the_same_mark_again_writes_nothing() -> None:
    disk, mark = marked(1, 2)
    before = disk.files[PATH]
    mark.advance(3, 1, 2, ROOT)
    assert disk.files[PATH] == before


@pytest.mark.parametrize("place", range(0, 1024, 7))
def test_a_broken_slot_leaves_the_other(place: int) -> None:
    disk, _ = marked(1, 2, 3)  # counters 0, 1, 2: slot 0 holds size 3, slot 1 holds size 2
    data = bytearray(disk.files[PATH])
    data[place] ^= 0x40
    disk.files[PATH] = bytes(data)
    found = HighWaterMark(disk, PATH).read()
    assert found is not None
    assert found.size == (2 if place < SLOT_BYTES else 3)


@pytest.mark.parametrize("data", [b"", b"x", bytes(1024), b"CFMARK1\0" * 128])
def test_no_whole_slot_is_a_typed_error(data: bytes) -> None:
    disk = MemoryDisk()
    disk.files[PATH] = data
    with pytest.raises(MarkDamaged):
        HighWaterMark(disk, PATH).read()
    with pytest.raises(MarkDamaged):
        HighWaterMark(disk, PATH).advance(3, 1, 1, ROOT)


def test_slots_that_changed_places_are_not_whole() -> None:
    disk, _ = marked(1, 2)
    data = disk.files[PATH]
    disk.files[PATH] = data[512:] + data[:512]
    with pytest.raises(MarkDamaged):
        HighWaterMark(disk, PATH).read()


@pytest.mark.parametrize(
    ("node", "epoch", "size", "root"),
    [(3, 2, 4, ROOT), (3, 2, 5, bytes(32)), (4, 2, 6, ROOT), (3, 1, 9, ROOT), (3, 2, 6, ROOT[:31])],
)
def test_a_mark_never_moves_back(node: int, epoch: int, size: int, root: bytes) -> None:
    disk, mark = marked()
    mark.advance(3, 2, 5, ROOT)
    before = disk.files[PATH]
    with pytest.raises(Fault):
        mark.advance(node, epoch, size, root)
    assert disk.files[PATH] == before


def test_a_new_epoch_begins_at_any_size() -> None:
    _, mark = marked(9)
    mark.advance(8, 2, 0, ROOT)
    assert mark.read() == Mark(1, 8, 2, 0, ROOT)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("event", range(1, 9))
def test_a_power_cut_leaves_the_mark_before_or_the_new_one(
    tmp_path_factory: pytest.TempPathFactory, event: int, mode: Mode
) -> None:
    folder = tmp_path_factory.mktemp("run")
    power = Power(folder)
    path = str(folder / PATH)
    mark = HighWaterMark(FaultyDisk(power), path)
    power.cut_at(event)
    durable = 0
    with pytest.raises(PowerCut):  # noqa: PT012  # the cut comes anywhere in the loop
        for size in (1, 2, 3, 4):
            mark.advance(3, 1, size, ROOT)
            durable = size
    image = power.image(mode, folder / "image", seed=event)
    found = HighWaterMark(FaultyDisk(Power(image)), str(image / PATH)).read()
    assert (found.size if found else 0) in (durable, durable + 1)


def test_after_a_failed_sync_the_durable_slot_is_not_touched(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("run")
    power = Power(folder)
    mark = HighWaterMark(FaultyDisk(power), str(folder / PATH))
    mark.advance(3, 1, 1, ROOT)
    mark.advance(3, 1, 2, ROOT)
    power.fail_at(power.events + 2, kept=False)
    with pytest.raises(OSError, match="planned"):
        mark.advance(3, 1, 3, ROOT)
    power.cut_at(power.events + 1)  # In the middle of the next write.
    with pytest.raises(PowerCut):
        mark.advance(3, 1, 4, ROOT)
    for mode in MODES:
        image = power.image(mode, folder / mode)
        found = HighWaterMark(FaultyDisk(Power(image)), str(image / PATH)).read()
        assert found is not None
        assert found.size in (2, 4), mode
