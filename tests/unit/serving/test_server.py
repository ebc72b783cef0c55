"""The process of a server: ready, stopped, killed, and commanded from beside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from counterfoil.client import Accepted, ClerkKey, Client, ProblemError, Signed, Unreachable
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.serving import control, server
from counterfoil.testing import offices
from counterfoil.testing.servers import served

PROJECT = Path(__file__).resolve().parents[3]
SECONDS = 60
ENVIRONMENT = {
    **os.environ, "PYTHONPATH": str(PROJECT / "src"), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
}  # fmt: skip


def counterfoil(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "counterfoil", *arguments]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=SECONDS, check=False)


class Running(NamedTuple):
    """A server's process, its address and the file of its log."""

    process: subprocess.Popen[str]
    url: str
    log: Path


@contextmanager
def process(folder: Path, *more: str) -> Iterator[Running]:
    """A server's process and its address, once it is ready."""
    ready = folder.with_name(f"ready-{time.monotonic_ns()}")
    said = ready.with_suffix(".log")  # Never a pipe that nobody empties: a full one would hold the server up.
    command = [sys.executable, "-m", "counterfoil", "serve", str(folder), "--port", "0", "--ready-file", str(ready)]
    with said.open("w") as err:
        running = subprocess.Popen([*command, *more], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=err, text=True)
    try:
        until = time.monotonic() + SECONDS
        while not ready.exists():
            assert running.poll() is None, said.read_text()
            assert time.monotonic() < until
            time.sleep(0.02)
        told = json.loads(ready.read_text())
        assert told["pid"] == running.pid
        yield Running(running, told["url"], said)
    finally:
        running.kill()
        running.communicate()


@pytest.fixture
def office(tmp_path: Path) -> tuple[Path, str, str]:
    """A folder, its account, and a token of it."""
    folder = tmp_path / "office"
    account = offices.new_office(folder)
    made = counterfoil(
        "token", "add", str(folder), "--client", "till-7", "--scope", "write", "--scope", "read", "--json"
    )
    assert made.returncode == 0, made.stderr
    return folder, account, json.loads(made.stdout)["secret"]


def deposit(client: Client, account: str, amount: int) -> Signed:
    body = {"till": offices.TILL, "account": account, "amount": amount, "currency": "USD"}
    return client.sign("deposit", body, by=[ClerkKey(offices.seed_of("102"))])


@pytest.mark.parametrize(
    ("number", "front"),
    [
        (signal.SIGTERM, False), (signal.SIGTERM, True),
        pytest.param(signal.SIGINT, False, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, True, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_a_stop_finishes_what_was_accepted(
    office: tuple[Path, str, str], number: signal.Signals, front: bool
) -> None:  # fmt: skip
    folder, account, token = office
    (folder / "server.toml").write_text(f"front = {str(front).lower()}\n")
    with process(folder) as (running, url, log), Client(url, token, patience=0) as client:
        requests = [deposit(client, account, n) for n in range(1, 401)]
        before = client.office().size
        answers: list[Any] = []
        sending = threading.Thread(target=lambda: answers.append(client.batch(requests)))
        sending.start()
        while httpx.get(f"{url}/metrics", trust_env=False).text.count("counterfoil_http_open_requests 2.0") == 0:
            if answers or not sending.is_alive():
                break
        running.send_signal(number)
        out, _ = running.communicate(timeout=SECONDS)
        err = log.read_text()
        sending.join(SECONDS)
        assert running.returncode == 0, err
        assert out.strip() == url
        assert len(answers) == 1, err
        assert all(isinstance(answer, Accepted) for answer in answers[0])
        assert json.loads(err.splitlines()[-1])["event"] == "stopped"
        assert not (folder / control.NAME).exists()
    assert offices.differences(folder) == []
    with process(folder) as (_, url, _), Client(url, token) as client:
        assert client.office().size == before + 400
        assert [client.send(one) for one in requests[:3]] == answers[0][:3]  # A restart does not disturb clients.


def test_a_command_reaches_a_running_server(office: tuple[Path, str, str]) -> None:
    folder, _, token = office
    with process(folder) as (_, url, _):
        assert counterfoil("replay", str(folder), "-", "--pins", "/dev/null").returncode == 3  # The office is held.
        made = counterfoil("token", "add", str(folder), "--client", "other", "--scope", "read")
        assert made.returncode == 0, made.stderr
        with Client(url, made.stdout.strip()) as client:
            assert client.office().scopes == ("read",)
            listed = json.loads(counterfoil("token", "list", str(folder), "--json").stdout)["tokens"]
            assert [one["client"] for one in listed] == ["other", "till-7"]
            assert counterfoil("token", "revoke", str(folder), "other").returncode == 0
            assert client._http.get("/v1/office").status_code == 401
        assert counterfoil("token", "revoke", str(folder), "other").returncode == 2
        assert (folder / control.NAME).stat().st_mode & 0o777 == 0o600
        key = folder.parent / "clerk-205.key"
        client_command = [sys.executable, "-m", "counterfoil.client"]
        for more in (["key", str(key)], ["enrol", str(key), "--url", url, "--token", token, "--clerk", "205"]):
            done = subprocess.run([*client_command, *more], env=ENVIRONMENT, capture_output=True, text=True, check=True)
        assert key.stat().st_mode & 0o777 == 0o600
        file = folder.parent / "enrolment.json"
        file.write_text(done.stdout)
        pins = str(PROJECT / "docs" / "examples" / "team.pins")
        refused = counterfoil("clerk", "admit", str(folder), str(file), "--by", "101", "--pins", pins)
        assert refused.returncode == 2, refused.stderr  # Clerk 101 of this office has no sealed key on this machine.
        assert "101" in refused.stderr
    assert counterfoil("token", "list", str(folder)).returncode == 0


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match="cannot be listened on"):
            server.listen("127.0.0.1", port, elsewhere=False)
        with server.listen("127.0.0.1", port, elsewhere=True) as other:
            assert server.address(other).startswith("http://127.0.0.1:")
            assert other.getsockname()[1] != port


def test_the_control_socket_of_nobody_and_of_a_long_path(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    assert control.asked(deep, "token-list") is None
    assert control.asked(tmp_path / "none", "token-list") is None
    (deep / control.NAME).write_text("")  # Left by a server that was killed: nobody listens.
    assert control.asked(deep, "token-list") is None


def test_a_control_socket_says_what_it_does_not_know(tmp_path: Path) -> None:
    import asyncio

    async def story() -> None:
        async def fails(_: object) -> None:
            raise Malformed("planned", field="x")

        async def echo(given: Any) -> Any:
            return {"told": dict(given)}

        made = control.Control(tmp_path, {"fails": fails, "echo": echo})
        await made.open()
        ask = asyncio.to_thread
        assert await ask(control.asked, tmp_path, "echo", a=1) == {"done": {"told": {"a": 1}}}
        with pytest.raises(Malformed, match="planned"):
            await ask(control.asked, tmp_path, "fails")
        with pytest.raises(Malformed, match="does not know"):
            await ask(control.asked, tmp_path, "other")
        await made.close()
        assert await ask(control.asked, tmp_path, "echo") is None

    asyncio.run(asyncio.wait_for(story(), SECONDS))


@pytest.mark.slow
def test_a_server_killed_again_and_again_books_each_deposit_once(office: tuple[Path, str, str]) -> None:
    """Twenty times killed with -9 under deposits of four clients: each asks again with the same key until it is
    answered, and every deposit is one entry. Every fifth server has a front, which ends with it."""
    folder, account, token = office
    with process(folder) as (_, url, _), Client(url, token) as client:
        before = client.office().size
        requests = [[deposit(client, account, 1 + n) for n in range(150)] for _ in range(4)]
    place = {"url": ""}
    stop, done = threading.Event(), [0] * 4
    answers: dict[str, Accepted] = {}

    def ask(number: int) -> None:
        url, own = "", Client("http://127.0.0.1:1", token, patience=0)
        for request in requests[number]:
            while not stop.is_set():
                if url != place["url"]:
                    own.close()
                    url, own = place["url"], Client(place["url"], token, patience=0)
                try:
                    answers[request.key] = own.send(request)
                except (Unreachable, ProblemError):
                    time.sleep(0.05)
                else:
                    done[number] += 1
                    break
        own.close()

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for kill in range(20):
        (folder / "server.toml").write_text(f"front = {str(kill % 5 == 4).lower()}\n")
        with process(folder) as (running, url, _):
            place["url"] = url
            if kill == 0:
                for thread in asking:
                    thread.start()
            target = min(600, (kill + 1) * 25)
            until = time.monotonic() + SECONDS
            while sum(done) < target and time.monotonic() < until:
                time.sleep(0.005)
            running.kill()
            running.wait()
    with process(folder) as (_, url, _):
        place["url"] = url
        for thread in asking:
            thread.join(SECONDS)
        stop.set()
        assert done == [150] * 4
        with Client(url, token) as client:
            assert client.office().size == before + 600
            assert all(client.outcome(answer.request) == answer for answer in answers.values())
    assert len({answer.entries[0].entry for answer in answers.values()}) == 600
    assert offices.differences(folder) == []


def test_a_stopped_office_is_served_again_in_the_same_process(tmp_path: Path) -> None:
    for _ in range(2):
        with served(tmp_path / "office") as running, running.client() as client:
            assert client.office().office == "0417"
