"""The office lock: one process, named to the next, gone with its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from counterfoil.engines.lock import OfficeLock, holder
from counterfoil.operations.store import StoreLocked

HOLD = (
    "import sys; from counterfoil.engines.lock import OfficeLock; "
    "l = OfficeLock(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
)


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    path = str(tmp_path / "books.db.lock")
    first = OfficeLock(path)
    with pytest.raises(StoreLocked, match=rf"process {os.getpid()} on .+ since 2"):
        OfficeLock(path)
    assert holder(path).pid == str(os.getpid())
    first.release()
    first.release()
    OfficeLock(path).release()
    assert holder(path) == ("", "", "")


def test_it_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    path = str(tmp_path / "books.db.lock")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(StoreLocked, match=f"process {other.pid} "):
            OfficeLock(path)
        other.send_signal(signal.SIGKILL)
        other.wait()
        OfficeLock(path).release()


@pytest.mark.parametrize("said", [b"", b"not json", b"[1]", b'{"pid": 1}', b"\xff\xfe"])
def test_a_lock_file_that_says_nothing_readable_is_still_a_lock(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "books.db.lock"
    lock = OfficeLock(str(path))
    path.write_bytes(said)
    with pytest.raises(StoreLocked, match="unknown"):
        OfficeLock(str(path))
    lock.release()


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="link"):
        OfficeLock(str(tmp_path / "lock"))
    assert (tmp_path / "precious").read_text() == "kept"
