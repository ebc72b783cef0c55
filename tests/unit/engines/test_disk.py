"""Small files on a real disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from counterfoil.engines import disk as disk_module
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.memory import MemoryDisk
from counterfoil.operations.ports import Disk
from counterfoil.testing.faulty_disk import FaultyDisk, Power


@pytest.fixture(params=["real", "memory", "faulty"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    made: dict[str, Disk] = {"real": RealDisk(), "memory": MemoryDisk(), "faulty": FaultyDisk(Power(tmp_path))}
    return made[request.param]


def test_every_disk_reads_what_was_written(disk: Disk, tmp_path: Path) -> None:
    path = str(tmp_path / "a.bin")
    assert disk.read(path) is None
    disk.write_at(path, 4, b"four")
    disk.write_at(path, 0, b"0123")
    disk.write_at(path, 6, b"XY")
    disk.sync(path)
    assert disk.read(path) == b"0123foXY"
    disk.replace(path, b"new")
    disk.sync(path)
    assert disk.read(path) == b"new"


def test_files_belong_to_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        RealDisk().write_at(str(tmp_path / "a"), 0, b"a")
        RealDisk().replace(str(tmp_path / "b"), b"b")
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in sorted(tmp_path.iterdir())] == [0o600, 0o600]


def test_a_new_name_is_synced_with_its_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(disk_module, "sync_folder", synced.append)
    disk, path = RealDisk(), str(tmp_path / "a")
    disk.write_at(path, 0, b"a")
    disk.sync(path)
    disk.write_at(path, 0, b"b")
    disk.sync(path)
    assert synced == [path]


def test_replace_leaves_nothing_beside(tmp_path: Path) -> None:
    RealDisk().replace(str(tmp_path / "a"), b"a" * 100_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
