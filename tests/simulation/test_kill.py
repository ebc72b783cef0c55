"""A working process is killed without warning, again and again; then the books are looked at.

Seeds are printed with each run: ``COUNTERFOIL_KILL_SEED`` plays one again, as far as the machine's timing allows.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

import pytest

from counterfoil.bootstrap import Office
from counterfoil.operations.desk import read_entry
from counterfoil.operations.store import StoreLocked
from counterfoil.testing import kill_worker
from counterfoil.testing.offices import FIRST_REQUEST, account_of, deposit, differences, done, new_office, seated

ROUNDS, LONG_ROUNDS = 6, 40
LATEST_SECONDS = 0.15


@contextmanager
def worker(folder: Path, first: int, seed: int) -> Iterator[subprocess.Popen[bytes]]:
    """The process at work; killed on leaving, if it still lives."""
    command = [sys.executable, "-m", kill_worker.__name__, str(folder), str(first), str(seed)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


def told_until_killed(process: subprocess.Popen[bytes], after_seconds: float) -> list[int]:
    """The numbers that a process tells until it is killed ``after_seconds`` from now."""
    assert process.stdout is not None
    timer = Timer(after_seconds, process.kill)
    timer.start()
    told = [int(line) for line in process.stdout if line.endswith(b"\n")]
    timer.join()
    assert process.wait() == -9, "it ended by itself, and not well"
    return told


def kill_again_and_again(folder: Path, rounds: int) -> None:
    seed = int(os.environ.get("COUNTERFOIL_KILL_SEED") or random.SystemRandom().randrange(2**32))
    print(f"COUNTERFOIL_KILL_SEED={seed}")
    chance, told = random.Random(seed), [FIRST_REQUEST - 1]
    for _ in range(rounds):
        with worker(folder, told[-1] + 1, chance.randrange(2**32)) as process:
            told += told_until_killed(process, chance.random() * LATEST_SECONDS)
        check_told(folder, told[1:])
    assert told[1:] == list(range(FIRST_REQUEST, told[-1] + 1))
    assert len(told) > rounds, "the process was killed while it worked"


def opened(folder: Path) -> Office:
    """The office after its process was killed. A database server may take a moment to see that its client is gone."""
    for _ in range(100):
        with suppress(StoreLocked):
            return seated(folder)
        time.sleep(0.1)
    return seated(folder)


def check_told(folder: Path, told: list[int]) -> None:
    """Every number told is on record exactly once; what was not told is whole or absent; the money adds up."""
    with opened(folder) as office:
        desk = office.desk
        made: dict[int, int] = {}
        for kept in desk.store.entries(desk.epoch, 0, desk.size):
            core = read_entry(kept).core
            number = int.from_bytes(core.request_id, "big")
            if FIRST_REQUEST <= number < 2**64:  # The opening entries have random ids.
                assert core.amount == kill_worker.amount(number)
                made[number] = made.get(number, 0) + 1
        assert set(told) <= set(made)
        assert set(made.values()) <= {1}
        unheard = set(made) - set(told)
        assert len(unheard) <= kill_worker.GROUP_MAX
        debits, credits, _, _ = desk.state.balance(f"customer:{account_of(desk)}:{desk.state.place}")
        assert credits - debits == 10_000 + sum(map(kill_worker.amount, made))
        mark = desk.mark.read()
        assert mark is not None
        assert (mark.size, mark.root) == (desk.size, desk.root())
    assert differences(folder) == []


def test_what_was_told_before_the_kill_is_on_record(tmp_path: Path) -> None:
    new_office(tmp_path / "office")
    kill_again_and_again(tmp_path / "office", ROUNDS)


@pytest.mark.slow
def test_what_was_told_before_any_of_many_kills_is_on_record(tmp_path: Path) -> None:
    new_office(tmp_path / "office")
    kill_again_and_again(tmp_path / "office", LONG_ROUNDS)


@pytest.mark.pg
def test_what_was_told_before_the_kill_is_on_record_in_postgres(tmp_path: Path, fresh_database: str) -> None:
    new_office(tmp_path / "office", store=fresh_database)
    kill_again_and_again(tmp_path / "office", ROUNDS // 2)


@pytest.mark.pg
@pytest.mark.slow
def test_what_was_told_before_any_of_many_kills_is_on_record_in_postgres(tmp_path: Path, fresh_database: str) -> None:
    new_office(tmp_path / "office", store=fresh_database)
    kill_again_and_again(tmp_path / "office", LONG_ROUNDS)


def test_a_second_process_is_told_who_holds_the_office(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    new_office(folder)
    with worker(folder, FIRST_REQUEST, 1) as process:
        with pytest.raises(StoreLocked, match=f"process {process.pid} on {socket.gethostname()}"):
            seated(folder)
        process.kill()
        process.wait()
        with seated(folder) as office:  # The lock ended with the process.
            done(office.desk, deposit(office.desk, 2**32, 100))
    assert differences(folder) == []


@pytest.mark.pg
def test_a_second_process_is_told_who_holds_the_office_in_postgres(tmp_path: Path, fresh_database: str) -> None:
    folder = tmp_path / "office"
    new_office(folder, store=fresh_database)
    with worker(folder, FIRST_REQUEST, 1) as process:
        with pytest.raises(StoreLocked, match=f"process {process.pid} on {socket.gethostname()}"):
            seated(folder)
        process.kill()
        process.wait()
        with opened(folder) as office:
            done(office.desk, deposit(office.desk, 2**32, 100))
    assert differences(folder) == []
