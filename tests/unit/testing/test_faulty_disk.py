"""The pretended disk itself: what is durable, what is lost, what is torn."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.testing.faulty_disk import FaultyDisk, Mode, Power, PowerCut


@pytest.fixture
def power(tmp_path: Path) -> Power:
    (tmp_path / "run").mkdir()
    return Power(tmp_path / "run")


def found(power: Power, mode: Mode, seed: int = 0) -> dict[str, bytes]:
    folder = power.image(mode, Path(power.folder).parent / f"{mode}-{seed}", seed=seed)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(power: Power) -> FaultyDisk:
    """A file of which "old" is durable and "NEW" is not."""
    disk, path = FaultyDisk(power), f"{power.folder}/a"
    disk.write_at(path, 0, b"old...")
    disk.sync(path)
    disk.write_at(path, 0, b"NEW")
    return disk


@pytest.mark.parametrize(("mode", "content"), [("none", b"old..."), ("all", b"NEW...")])
def test_what_is_not_synced_may_be_lost(power: Power, mode: Mode, content: bytes) -> None:
    written(power)
    assert found(power, mode) == {"a": content}


def test_a_new_file_that_was_never_synced_is_not_there(power: Power) -> None:
    FaultyDisk(power).write_at(f"{power.folder}/b", 0, b"x")
    assert found(power, "none") == {}
    assert found(power, "all") == {"b": b"x"}


def test_parts_are_kept_by_chance_and_the_last_is_torn_at_a_sector(power: Power) -> None:
    disk, path = FaultyDisk(power), f"{power.folder}/a"
    disk.write_at(path, 0, bytes(4096))
    disk.sync(path)
    disk.write_at(path, 0, b"x" * 4096)
    sizes = {seed: found(power, "part", seed)["a"].count(b"x") for seed in range(40)}
    assert len(set(sizes.values())) > 4
    assert all(size % 512 == 0 for size in sizes.values())


def test_the_event_of_the_cut_is_under_way(power: Power) -> None:
    disk = written(power)
    power.cut_at(power.events + 1)
    with pytest.raises(PowerCut):
        disk.write_at(f"{power.folder}/a", 3, b"!!!")
    with pytest.raises(PowerCut):
        disk.sync(f"{power.folder}/a")
    assert found(power, "none") == {"a": b"old..."}
    assert found(power, "all") == {"a": b"NEW!!!"}


def test_a_sync_that_failed_loses_what_it_should_have_kept(power: Power) -> None:
    disk = written(power)
    power.fail_at(power.events + 1, kept=False)
    with pytest.raises(OSError, match="planned"):
        disk.sync(f"{power.folder}/a")
    disk.sync(f"{power.folder}/a")
    assert disk.read(f"{power.folder}/a") == b"NEW..."
    assert found(power, "all") == {"a": b"old..."}


def test_a_sync_reported_as_failed_may_have_kept_all(power: Power) -> None:
    disk = written(power)
    power.fail_at(power.events + 1, kept=True)
    with pytest.raises(OSError, match="planned"):
        disk.sync(f"{power.folder}/a")
    assert found(power, "none") == {"a": b"NEW..."}


@pytest.mark.parametrize("event", range(1, 5))
def test_replace_is_the_old_file_or_the_new_one(power: Power, event: int) -> None:
    disk = written(power)
    disk.sync(f"{power.folder}/a")
    power.cut_at(power.events + event)
    with pytest.raises(PowerCut):
        disk.replace(f"{power.folder}/a", b"whole")
    for mode in ("none", "all"):
        assert found(power, mode)["a"] in (b"NEW...", b"whole")


def test_a_full_disk_takes_nothing_until_there_is_room(power: Power) -> None:
    disk = written(power)
    power.fill_at(power.events + 1)
    with pytest.raises(OSError, match="full"):
        disk.write_at(f"{power.folder}/a", 0, b"x")
    power.fill_at(None)
    disk.write_at(f"{power.folder}/a", 0, b"y")
    assert disk.read(f"{power.folder}/a") == b"yEW..."
