"""What every test may use.

1. Vectors that this project did not write are read from ``COUNTERFOIL_DATA`` (default ``../shared/data`` beside the
   checkout); a test that needs an absent one is skipped, and says which (``tests/unit/testing/test_conftest.py``).
2. Chance comes from a printed seed: profile ``ci`` (the default) derives it from each test, so every run is the same;
   ``soak`` takes a new one each run and prints how to have it again.
3. A database server is started at most once per worker, and each test has a database of its own.
4. Where memory can be had as a folder, the offices of the quick tests lie in it: a commit waits for no disk. The long
   tests (``-m slow``), whoever sets ``TMPDIR`` and whoever says ``--basetemp`` stay on a disk
   (``test_a_run_lies_where_it_is_told``).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from counterfoil.testing.postgres import NoServer, PostgresServer, start

PROJECT = Path(__file__).resolve().parent.parent

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, max_examples=100)
settings.register_profile(
    "soak",
    deadline=None,
    print_blob=True,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],  # Long histories are what a soak is for.
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


MEMORY = Path("/dev/shm")  # Not "/tmp": that may be a disk.
MEMORY_FREE_MIN = 2 * 1024**3
"""Bytes. A whole run leaves about a tenth of it there at once; containers often have 64 MB, which would not do."""


def pytest_configure(config: pytest.Config) -> None:
    """Decides where the run lies, before its first folder is made; the workers inherit it."""
    if folder := in_memory(os.environ, config.getoption("markexpr"), MEMORY):
        os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None  # Else the place that somebody asked for earlier is kept.


def in_memory(environ: Mapping[str, str], marked: str, memory: Path) -> Path | None:
    """The folder in memory that a run is to lie in; None if it stays where it is."""
    if "TMPDIR" in environ or marked == "slow" or not os.access(memory, os.W_OK | os.X_OK):
        return None
    return memory if shutil.disk_usage(memory).free >= MEMORY_FREE_MIN else None


def pytest_report_header() -> list[str]:
    """Names what decides a run: where chance comes from, where the vectors are, and where it lies."""
    profile = os.environ.get("HYPOTHESIS_PROFILE", "ci")
    chance = "from each test's own name" if profile == "ci" else "new in this run; printed with each failure"
    return [
        f"hypothesis profile: {profile} (seeds: {chance})", f"vectors: {data_folder()}",
        f"folders: {tempfile.gettempdir()}",
    ]  # fmt: skip


def data_folder() -> Path:
    """Where the vectors are looked for, whether or not they are there."""
    return Path(os.environ.get("COUNTERFOIL_DATA") or PROJECT.parent / "shared" / "data").resolve()


def pending(reason: str) -> None:
    """Ends a test that waits for a part not yet built: skipped, visible and counted, never passed.

    Raises:
        pytest.skip.Exception: always.
    """
    pytest.skip(f"pending: {reason}")


@pytest.fixture(scope="session")
def project_dir() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of vectors; skips with the reason where there is none."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(f"no vectors at {folder}; set COUNTERFOIL_DATA to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for this worker; skips with the reason where none can be started."""
    found = start()
    if isinstance(found, NoServer):
        pytest.skip(found.reason)
    with found:
        yield found


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The server's maintenance database. A test that writes takes ``fresh_database`` instead."""
    return postgres_server.url


@pytest.fixture
def fresh_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of this test's own, dropped afterwards."""
    with postgres_server.database() as url:
        yield url
