"""The power is cut at every write and sync of a commit and of its mark: what is found is whole, or absent.

Seeds of the torn images are the numbers in the tests' names.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from counterfoil.engines.mark import HighWaterMark
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.kernel.outcomes import CounterfoilError
from counterfoil.ledger.accounts import Counters
from counterfoil.operations.store import Commit, CommitFailed, CommitUnknown, StoreFull
from counterfoil.testing.contracts_store import TABLES, account, entry, transfer
from counterfoil.testing.faulty_disk import MODES, FaultyDisk, Mode, Power, PowerCut

IMAGES: list[tuple[Mode, int]] = [("none", 0), ("all", 0), *(("part", seed) for seed in range(4))]


def group(size: int, count: int = 2) -> Commit:
    """A group of entries, wide enough for several pages, whose size stands in every kind of table."""
    return Commit(
        (1, size),
        entries=[entry(n, leaf=b"x" * 700) for n in range(size, size + count)],
        transfers=[transfer(n, leg) for n in range(size, size + count) for leg in range(3)],
        accounts=[account(100 + size)],
        counters=[Counters(1, size + count, 0, 0, 0), Counters(2, 0, size + count, 0, 0)],
        upserts={"tally": [(1, size + count)], "seen": [(b"%d" % size, "answered")]},
        deletes={"note": [("gone", size)]},
    )


def whole_size(store: SqliteStore) -> int:
    """The journal's size, once every table has been seen to agree with it."""
    size = store.size(1)
    row = store.get("tally", (1,))
    debits, credits = [row[6:8] for row in store.scan("account", limit=2)]
    assert store.entries(1, 0, size + 9) == [entry(n, leaf=b"x" * 700) for n in range(size)]
    assert (row or (1, 0))[1] == size
    assert (debits, credits) == ((size, 0), (0, size))
    assert sum(1 for _ in store.all_transfers()) == 3 * size
    assert sum(1 for _ in store.scan("seen")) == size // 2
    assert store.check() == []
    return size


def root(size: int) -> bytes:
    return sha256(b"%d" % size).digest()


class Office:
    """A store and its mark on one disk; ``acknowledged`` is what a customer was told."""

    def __init__(self, folder: Path) -> None:
        self.power = Power(folder)
        self.store = SqliteStore(folder / "books.db", TABLES, vfs=self.power.vfs())
        self.mark = HighWaterMark(FaultyDisk(self.power), str(folder / "books.mark"))
        self.power.know(self.mark.path)
        self.acknowledged = self.store.size(1)

    def work(self) -> None:
        """Two groups, a checkpoint, and a group on a log begun anew, each marked after it is read back."""
        for step in range(3):
            size = self.store.size(1)
            self.store.commit(group(size))
            assert self.store.read_back(1, size, 9) == list(group(size).entries)
            self.mark.advance(1, 1, size + 2, root(size + 2))
            self.acknowledged = size + 2
            if step == 1:
                self.store.checkpoint()


@pytest.fixture(scope="module")
def office_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office closed in good order after one group."""
    folder = tmp_path_factory.mktemp("office")
    with_store = SqliteStore.create(folder / "books.db", TABLES)
    with_store.commit(Commit((1, 0), accounts=[account(1), account(2)]))
    with_store.commit(group(0))
    with_store.close()
    return folder


@pytest.fixture
def office(office_folder: Path, tmp_path: Path) -> Iterator[Office]:
    opened = open_copy(office_folder, tmp_path / "run")
    yield opened
    opened.power.bury(opened.store.close)


def open_copy(folder: Path, target: Path) -> Office:
    return Office(Path(shutil.copytree(folder, target)))


def test_the_power_cut_at_every_event(office_folder: Path, tmp_path: Path) -> None:
    reference = open_copy(office_folder, tmp_path / "reference")
    start = reference.power.events
    reference.work()
    events = range(start + 1, reference.power.events + 1)
    reference.store.close()
    assert len(events) > 30
    for number in events:
        office = open_copy(office_folder, tmp_path / f"{number}")
        office.power.cut_at(number)
        with pytest.raises(PowerCut):
            office.work()
        office.power.bury(office.store.close)
        for mode, seed in IMAGES:
            folder = office.power.image(mode, tmp_path / f"{number}-{mode}-{seed}", seed=seed)
            found = SqliteStore(folder / "books.db", TABLES)
            size = whole_size(found)
            mark = HighWaterMark(FaultyDisk(Power(folder)), str(folder / "books.mark")).read()
            assert size in (office.acknowledged, office.acknowledged + 2), (number, mode, seed)
            assert mark is None or (mark.size <= size and mark.root == root(mark.size)), (number, mode, seed)
            if office.acknowledged > 2:
                assert mark is not None
                assert mark.size >= office.acknowledged, (number, mode, seed)
            found.commit(group(size))  # The log that was recovered takes further groups.
            assert whole_size(found) == size + 2
            found.close()
            shutil.rmtree(folder)
        shutil.rmtree(office.power.folder)


@pytest.mark.parametrize("kept", [False, True])
def test_every_event_of_a_commit_is_reported_as_failed(office_folder: Path, tmp_path: Path, kept: bool) -> None:
    """Not kept, and kept all the same: what the store then says of itself survives a power cut, in every image."""
    reference = open_copy(office_folder, tmp_path / "reference")
    reference.store.commit(group(2))
    start = reference.power.events
    reference.store.commit(group(4))
    events = range(start + 1, reference.power.events + 1)
    reference.store.close()
    raised: set[type] = set()
    for number in events:
        office = open_copy(office_folder, tmp_path / f"{number}")
        office.store.commit(group(2))
        office.power.fail_at(number, kept=kept)
        told: type | None = None
        try:
            office.store.commit(group(4))
        except CounterfoilError as error:
            told = type(error)
        assert told in (None, CommitFailed, CommitUnknown), (number, told)
        raised.add(told or bool)
        size = whole_size(office.store)
        assert size in {None: (6,), CommitFailed: (4,), CommitUnknown: (4, 6)}[told], (number, told)
        assert_final(office, size, tmp_path, f"settled-{number}")
        office.store.commit(group(size))
        assert office.store.read_back(1, size, 9) == list(group(size).entries)
        assert_final(office, size + 2, tmp_path, f"after-{number}")
        office.power.bury(office.store.close)
    assert raised & {CommitFailed, CommitUnknown}


@pytest.mark.parametrize("gap", range(1, 13))
@pytest.mark.parametrize("kept", [False, True])
def test_a_failed_commit_whose_repair_fails_too(office_folder: Path, tmp_path: Path, kept: bool, gap: int) -> None:
    """The sync of a COMMIT fails, and so does a later event: the log may then be readable and yet not durable."""
    reference = open_copy(office_folder, tmp_path / "reference")
    for size in (2, 4):
        reference.store.commit(group(size))
    sync = reference.power.events  # A commit ends with the sync of the log.
    assert reference.power.log[-1].kind == "sync"
    reference.store.close()
    office = open_copy(office_folder, tmp_path / "office")
    office.store.commit(group(2))
    office.power.fail_at(sync, kept=kept)
    office.power.fail_at(sync + gap, kept=False)
    with suppress(CommitFailed, CommitUnknown):
        office.store.commit(group(4))
    for _ in range(4):
        with suppress(CounterfoilError):
            office.store.size(1)
    size = whole_size(office.store)
    assert size in (4, 6)
    assert_final(office, size, tmp_path, "settled")
    office.store.commit(group(size))
    assert_final(office, size + 2, tmp_path, "after")
    office.power.bury(office.store.close)


def assert_final(office: Office, size: int, tmp_path: Path, name: str) -> None:
    for mode, seed in IMAGES:
        folder = office.power.image(mode, tmp_path / f"{name}-{mode}-{seed}", seed=seed)
        found = SqliteStore(folder / "books.db", TABLES)
        assert whole_size(found) == size, (name, mode, seed)
        found.close()
        shutil.rmtree(folder)


def test_a_full_disk_keeps_nothing_and_says_so(office_folder: Path, tmp_path: Path) -> None:
    reference = open_copy(office_folder, tmp_path / "reference")
    start = reference.power.events
    reference.store.commit(group(2))
    events = range(start + 1, reference.power.events + 1)
    reference.store.close()
    refused = 0
    for number in events:
        office = open_copy(office_folder, tmp_path / f"{number}")
        office.power.fill_at(number)
        try:
            office.store.commit(group(2))
            kept = 4
        except StoreFull:
            kept, refused = 2, refused + 1
        office.power.fill_at(None)
        assert whole_size(office.store) == kept
        office.store.commit(group(kept))
        assert whole_size(office.store) == kept + 2
        office.power.bury(office.store.close)
    assert refused > len(events) // 2


def test_a_disk_that_stays_full_refuses_every_call_or_answers_truly(office: Office) -> None:
    office.power.fill_at(office.power.events + 1)
    for _ in range(3):
        with pytest.raises(StoreFull):
            office.store.commit(group(2))
    with suppress(CounterfoilError):
        assert office.store.size(1) == 2
    office.power.fill_at(None)
    assert whole_size(office.store) == 2
    office.store.commit(group(2))
    assert whole_size(office.store) == 4


@pytest.mark.parametrize("mode", MODES)
def test_a_new_office_is_whole_once_create_has_returned(tmp_path: Path, mode: Mode) -> None:
    (tmp_path / "run").mkdir()
    power = Power(tmp_path / "run")
    store = SqliteStore.create(tmp_path / "run" / "books.db", TABLES, vfs=power.vfs())
    power.cut_at(power.events)
    power.bury(store.close)
    found = SqliteStore(power.image(mode, tmp_path / mode) / "books.db", TABLES)
    assert found.size(1) == 0
    found.close()
