"""The server: durable, signed deposits over HTTP, one by one from 64 clients and in batches.

What is measured: a server's own process (``counterfoil serve``, its access log to a file) on a real folder at full
durability, asked over real sockets of the same machine by this process. Each deposit is read, its clerk's signature
verified, decided, booked, signed, committed and synced, marked, and answered with its slip. A client waits for its
answer before it asks again. The server's own processor time is told beside the clock's: others on the machine spoil
the one and hardly touch the other. Requests are signed and written out as bytes before the watch starts, since that is
work of the clients' own machines; here they share the processors with the server all the same.

Afterwards the server is stopped and the folder is asked whether every deposit was booked once
(``test_the_http_benchmark_is_sound``). Latencies in milliseconds.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from counterfoil import bootstrap
from counterfoil.bench.desk import CURRENCY, DAY, deposits, ready_office
from counterfoil.bench.machine import machine_facts, milliseconds
from counterfoil.bench.office import TILL, BenchOffice, folder_for
from counterfoil.client.keys import Signed, Signs, signed
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.booking import till_account
from counterfoil.operations.clients import Tokens
from counterfoil.serving.process import loop_factory

CLIENTS, BATCHERS = 64, 4
READY_SECONDS = 120


def run(
    *, count: int = 20_000, batches: int = 40, batch: int = 500, accounts: int = 1_000, existing: int = 0,
    front: bool = True, seed: int = 1, keep: Path | None = None, say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:  # fmt: skip
    """``count`` deposits by 64 clients, then ``batches`` of ``batch`` by four; the figures, ready for JSON.

    ``existing``: deposits that stand in the journal before, made at the desk; ``front``: the server's setting.
    """
    with folder_for(keep, "http") as folder:
        say("making the office")
        token, office = _made(folder, seed, accounts, existing, say)
        machine = machine_facts(folder)
        say("signing the requests")
        singles, many = office.signed(count), office.signed(batches * batch)
        with served(folder, front=front) as url:
            say(f"{count:,} deposits by {CLIENTS} clients")
            alone = _watched(url, CLIENTS, [_single(url, token, one) for one in singles])
            say(f"{batches} batches of {batch}")
            groups = [many[n : n + batch] for n in range(0, len(many), batch)]
            together = _watched(url, BATCHERS, [_batch(url, token, group) for group in groups])
        _check(folder, office.size, [*singles, *many])
        return {
            "machine": machine, "seed": seed, "accounts": accounts, "existing": existing, "front": front,
            "single": {"clients": CLIENTS, "deposits": count, **_figures(alone, count, machine)},
            "batch": {
                "clients": BATCHERS, "batch": batch, "deposits": len(many), **_figures(together, len(many), machine),
            },
            "sound": True, "folder": str(keep) if keep else None,
        }  # fmt: skip


class _Office:
    """What is needed of the office to sign for it, once it is closed: its clerk's key among them."""

    def __init__(
        self, office: str, epoch: int, client: bytes, clerk: Signs, accounts: list[str], size: int, seed: int
    ) -> None:  # fmt: skip
        self.office, self.epoch, self.client, self.clerk, self.size = office, epoch, client, clerk, size
        self._accounts, self._chance, self._made = cycle(accounts), Random(seed), 0

    def signed(self, count: int) -> list[Signed]:
        """``count`` deposits, one account after another."""
        return [self._one() for _ in range(count)]

    def _one(self) -> Signed:
        self._made += 1
        body = {
            "date": DAY, "till": TILL, "account": next(self._accounts), "currency": CURRENCY,
            "amount": self._chance.randrange(10, 1_000_000, 10),
        }  # fmt: skip
        return signed("deposit", body, by=[self.clerk], office=self.office, epoch=self.epoch, client=self.client,
                      key=f"bench-{self._made}")  # fmt: skip


def _made(
    folder: Path, seed: int, accounts: int, existing: int, say: Callable[[str], None]
) -> tuple[str, _Office]:  # fmt: skip
    """The office, and a token of it."""
    with ready_office(folder, seed=seed, accounts=accounts) as office:
        stand_before(office, existing, say)
        token, row = Tokens(office.desk).add("bench", ["write"], office.desk.entropy)
        numbers = [one.account for one in office.desk.state.holding.all()]
        place = office.desk.state.place
        return token, _Office(place, office.desk.epoch, row.client, office.clerk, numbers, office.desk.size, seed)


def stand_before(office: BenchOffice, existing: int, say: Callable[[str], None]) -> None:
    """Deposits that stand in the journal before anything is measured."""
    gc.collect()
    gc.freeze()
    for done in range(0, existing, 1_000):
        say(f"{done:,} of {existing:,} deposits that stand before")
        group = deposits(office, min(1_000, existing - done))
        for part in range(0, len(group), 250):
            office.desk.handle(group[part : part + 250])
    gc.unfreeze()


@contextmanager
def served(folder: Path, *more: str, front: bool = False) -> Iterator[str]:
    """The office behind a server of its own process; its address. ``more``: options of ``counterfoil serve``;
    ``front``: its setting of that name."""
    ready, log = folder.with_name("ready"), folder.with_name("server.log")
    command = [
        sys.executable,
        "-m",
        "counterfoil",
        "serve",
        str(folder),
        "--port",
        "0",
        "--ready-file",
        str(ready),
        *more,
    ]
    with log.open("w") as err:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=err, env={**os.environ, "COUNTERFOIL_FRONT": str(front).lower()}
        )  # fmt: skip
    try:
        until = time.monotonic() + READY_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise Fault(f"the server did not start: {log.read_text()[-500:]}")
            time.sleep(0.02)
        yield str(json.loads(ready.read_text())["url"])
    finally:
        process.terminate()
        process.wait(60)


def _single(url: str, token: str, one: Signed) -> bytes:
    return _request(url, token, f"/v1/{one.kind}", one.payload, f"Idempotency-Key: {one.key}\r\n")


def _batch(url: str, token: str, many: Sequence[Signed]) -> bytes:
    items = [{"key": one.key, "kind": one.kind, **one.payload} for one in many]
    return _request(url, token, "/v1/batch", {"requests": items}, "")


def _request(url: str, token: str, path: str, value: Any, more: str) -> bytes:
    body = json.dumps(value, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer {token}\r\n{more}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _watched(url: str, clients: int, requests: Sequence[bytes]) -> tuple[float, list[float], float]:
    """Seconds in all, of each request, and of the server's processors. Every answer has to say that all was done."""
    before = _processor_seconds(url)
    gc.collect()
    gc.freeze()  # The requests of real clients do not lie in one memory; the collector need not walk these.
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            seconds, times = runner.run(_everyone(url, clients, requests))
        return seconds, times, _processor_seconds(url) - before
    finally:
        gc.unfreeze()


async def _everyone(url: str, clients: int, requests: Sequence[bytes]) -> tuple[float, list[float]]:
    times: list[float] = []
    place, loop = urlsplit(url), asyncio.get_running_loop()
    lines = [_Line(islice(requests, number, None, clients), times, loop.create_future()) for number in range(clients)]
    for line in lines:
        await loop.create_connection(lambda line=line: line, place.hostname or "", place.port or 0)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
    start = time.perf_counter()
    for line in lines:
        line.ask()
    await asyncio.gather(*(line.done for line in lines))
    return time.perf_counter() - start, times


class _Line(asyncio.Protocol):
    """One client: asks, waits for the whole answer, looks whether it says that all was done, and asks again.

    Written on the bare protocol, because what the clients take of the processors here the server cannot have.
    """

    def __init__(self, requests: Iterator[bytes], times: list[float], done: asyncio.Future[None]) -> None:
        self._requests, self._times, self.done = requests, times, done
        self._answer, self._whole, self._start = bytearray(), 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        """Sends the next request; without one this client is done."""
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._start = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._whole:
            self._whole = _whole_length(self._answer)
        if not self._whole or len(self._answer) < self._whole:
            return
        self._times.append(time.perf_counter() - self._start)
        answer, self._answer, self._whole = self._answer, bytearray(), 0
        status = answer[9:12]
        if status != b"201" and (status != b"200" or b'"status":4' in answer or b'"status":5' in answer):
            self.done.set_exception(Fault(f"a deposit of the benchmark was answered {bytes(answer[:400])!r}"))
            return
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(Fault(f"the server closed a line of the benchmark: {error}"))


def _whole_length(answer: bytearray) -> int:
    """Bytes of the whole answer, head and body; 0 while the head is not whole."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return 0
    length = answer[:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return end + 4 + int(length)


def _processor_seconds(url: str) -> float:
    """What the server has used of the processors so far, by its own metrics."""
    text = httpx.get(f"{url}/metrics", trust_env=False).text
    return sum(map(float, re.findall(r"^(?:counterfoil_front_)?process_cpu_seconds_total (\S+)", text, re.M)))


def _figures(
    watched: tuple[float, list[float], float], deposits: int, machine: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """``server_in_signatures``: the server's processor time as so many Ed25519 signatures of the same machine."""
    seconds, times, used = watched
    each = used * 1_000_000 / deposits
    return {
        "seconds": round(seconds, 3), "deposits_per_second": round(deposits / seconds), **milliseconds(times),
        "server_us_per_deposit": round(each), "server_in_signatures": round(each / machine["signature_us"], 1),
    }  # fmt: skip


def _check(folder: Path, size: int, requests: Sequence[Signed]) -> None:
    """Every deposit stands once in the journal; else ``Fault``: figures of unsound books are worth nothing."""
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        epoch = store.epochs()[-1]
        entries = store.size(epoch) - size
        known = sum(1 for one in requests if store.get("part", (one.request, 1)) is not None)
        till = next((row for row in store.scan("account") if row[1] == till_account(TILL)), None)
    finally:
        store.close()
    if entries != len(requests) or known != len(requests) or till is None:
        raise Fault(f"{len(requests)} deposits were answered, {entries} entries and {known} of them are in the books")
