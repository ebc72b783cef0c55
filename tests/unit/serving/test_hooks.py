"""Webhooks against a real receiver: in order, at least once, signed, replayable; and a dead one holds nobody up."""

from __future__ import annotations

import asyncio
import base64
import hmac
import io
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from counterfoil import bootstrap
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.desk import read_entry
from counterfoil.operations.service import Service
from counterfoil.operations.webhooks import (
    WAITS_S,
    Hooks,
    Message,
    headers_of,
    message_of,
    read_place,
    secret_text,
)
from counterfoil.serving.hooks import REPLY_BYTES_MAX, Deliveries
from counterfoil.serving.logs import Log
from counterfoil.serving.watch import Metrics
from counterfoil.testing import offices
from counterfoil.testing.builders import counter
from counterfoil.testing.servers import Served, served

SECONDS = 30


class Receiver:
    """A real local server. ``answers``: the statuses it gives, then 204 for ever."""

    def __init__(self, answers: list[int]) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = answers.pop(0) if answers else 204
                outer.seen.append(({k.lower(): v for k, v in self.headers.items()} | {"status": str(status)}, body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def taken(self) -> list[int]:
        return [json.loads(body)["data"]["entry"] for head, body in self.seen if head["status"].startswith("2")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(SECONDS)


@contextmanager
def receiver(*answers: int) -> Iterator[Receiver]:
    made = Receiver(list(answers))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def delivering(server: Served, hooks: Hooks, now: list[int]) -> Iterator[None]:
    """Delivers on a loop of its own, on a clock that the test moves."""
    made: dict[str, asyncio.AbstractEventLoop] = {}
    started = threading.Event()

    async def run() -> None:
        made["loop"] = asyncio.get_running_loop()
        work = Deliveries(
            server.work.service, hooks, log=server.work.log, metrics=server.work.metrics, now=lambda: now[0],
            seconds=2, look=0.01,
        )  # fmt: skip
        made_task.append(asyncio.ensure_future(work.run()))
        started.set()
        await asyncio.gather(*made_task, return_exceptions=True)

    made_task: list[asyncio.Future[None]] = []
    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(SECONDS)
    try:
        yield
    finally:
        made["loop"].call_soon_threadsafe(made_task[0].cancel)
        thread.join(SECONDS)


def until(check: object) -> None:
    waiting = threading.Event()
    for _ in range(SECONDS * 100):
        if check():  # type: ignore[operator]  # a question without arguments
            return
        waiting.wait(0.01)
    raise AssertionError("it did not come to that")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "office") as running:
        yield running


def post(server: Served, count: int) -> list[int]:
    """Deposits, and their entries."""
    with server.client() as client:
        return [
            client.ask("deposit", server.deposit(100 + n), by=[server.clerk]).entries[0].entry for n in range(count)
        ]


def test_messages_arrive_in_order_and_again(server: Served) -> None:
    call, desk = server.work.service.sequencer.call, server.office.desk
    hooks, now = Hooks(desk), [desk.clock.now()]
    with receiver(204, 500, 204, 503, 302) as good, delivering(server, hooks, now):
        hook = call(lambda: hooks.add(good.url, ["deposit"], desk.entropy))
        entries = post(server, 1)
        until(lambda: good.taken() == entries)
        entries += post(server, 3)  # The next is answered 500: it rests, and nothing overtakes it.
        until(lambda: hooks.get(hook.id).failures == 1)
        assert good.taken() == entries[:1]
        assert hooks.get(hook.id).due == desk.clock.now() + WAITS_S[0] * 1_000
        for _ in range(6):
            now[0] = max(now[0], hooks.get(hook.id).due)
            until(lambda: len(good.taken()) == len(entries) or hooks.get(hook.id).due > now[0])
        assert good.taken() == entries
        until(lambda: hooks.get(hook.id).failures == 0)
        assert Hooks(desk).get(hook.id) == hooks.get(hook.id)  # A restart goes on there.

        first = {head["webhook-id"]: body for head, body in good.seen}
        assert len(first) == len(entries)
        call(lambda: hooks.replay(hook.id, 1, entries[1]))
        until(lambda: good.taken() == entries + entries[1:])
        assert {head["webhook-id"]: body for head, body in good.seen} == first
        for head, body in good.seen:
            signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
            wanted = base64.b64encode(hmac.digest(hook.secret, signed, "sha256")).decode()
            assert head["webhook-signature"] == f"v1,{wanted}"
        call(lambda: hooks.remove(hook.id))
        post(server, 1)
        assert good.taken() == entries + entries[1:]
    assert list(desk.store.scan("webhook")) == []
    assert "counterfoil_webhook_deliveries_total" in server.work.metrics.text().decode()


def test_a_dead_endpoint_holds_nobody_up(server: Served) -> None:
    call, desk = server.work.service.sequencer.call, server.office.desk
    hooks, now = Hooks(desk), [desk.clock.now()]
    with receiver() as good, receiver(410) as gone, delivering(server, hooks, now):
        dead = call(lambda: hooks.add("http://127.0.0.1:9/none", [], desk.entropy))
        left = call(lambda: hooks.add(gone.url, [], desk.entropy))
        live = call(lambda: hooks.add(good.url, [], desk.entropy))
        entries = post(server, 5)
        until(lambda: good.taken() == entries)
        until(lambda: hooks.get(dead.id).failures >= 1)
        until(lambda: hooks.get(left.id).said == "410")
        now[0] += 10**9
        until(lambda: hooks.get(dead.id).failures >= 2)
        assert len(gone.seen) == 1  # Gone means gone, until someone replays it.
        assert hooks.get(live.id).failures == 0
        assert "127.0.0.1:9" not in server.err.getvalue()


class _Endless(httpx.AsyncByteStream):
    """A reply without end, or one that hangs after its first byte. ``read``: how much of it was asked for."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs, self.read = hangs, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.read += 1_024
            yield b"x" * 1_024
            if self.hangs:
                await asyncio.sleep(SECONDS)

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("hangs", [False, True])
def test_an_endless_reply_is_not_read(hangs: bool) -> None:
    """Whoever takes messages could else fill the office's memory, or hold its line for ever."""
    house, reply = counter(), _Endless(hangs=hangs)
    hooks = Hooks(house.desk)
    hook = hooks.add("https://example.org/hook", [], house.desk.entropy)
    with closing(Service(house.desk, house.authority, reader=lambda: house.store)) as service:
        work = Deliveries(
            service, hooks, log=Log(io.StringIO(), house.desk.clock.now), metrics=Metrics(service, None),
            now=house.desk.clock.now, seconds=1,
            transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=reply)),
        )  # fmt: skip
        message = message_of(house.store.entries(1, 0, 1)[0])
        said = asyncio.run(asyncio.wait_for(work._sent(hook, message), SECONDS))
    assert said == (("Timeout", False) if hangs else ("200", True))
    assert reply.read <= 2 * REPLY_BYTES_MAX


def test_a_message_names_nobody(server: Served) -> None:
    post(server, 1)
    store = server.office.desk.store
    bodies = [message_of(kept) for kept in store.entries(1, 0, server.office.desk.size)]
    customer = server.office.desk.state.customer.all()[0].customer
    for kept, message in zip(store.entries(1, 0, 99), bodies, strict=True):
        assert message_of(kept) == message
        text = message.body.decode()
        assert server.account not in text
        assert customer not in text
        assert json.loads(text)["data"]["request"] == read_entry(kept).core.request_id.hex()
    assert len({message.id for message in bodies}) == len(bodies)


def test_a_backup_holds_no_endpoint(tmp_path: Path) -> None:
    offices.new_office(tmp_path / "office")
    with offices.seated(tmp_path / "office") as office:
        hook = Hooks(office.desk).add("https://a.example/", [], office.desk.entropy)
    bootstrap.backup(tmp_path / "office", tmp_path / "copy")
    assert hook.secret in (tmp_path / "office" / "office.db").read_bytes()
    assert hook.secret not in (tmp_path / "copy" / "office.db").read_bytes()


def test_the_signature_is_the_published_one() -> None:
    """The example of the Standard Webhooks rules: its secret, id, timestamp and payload give its signature."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    message = Message("msg_p5jXN8AQM9LWM0D4loKWxJek", "x", b'{"test": 2432232314}', 1, 0)
    made = headers_of(message, secret, 1_614_265_330)
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert secret_text(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    ("url", "kinds"),
    [("ftp://a.example/", []), ("https://", []), ("https://u:p@a.example/", []), ("https://a.example/\n", []),
     ("https://a.example/" + "x" * 500, []), ("https://a.example/", ["no-such"]), ("a.example", []),
     ("http://[", []), ("http://exa mple.org", []), ("http://a.example:99999/", []), ("http://a.example:0/", [])],
)  # fmt: skip
def test_an_endpoint_that_is_none_is_refused(url: str, kinds: list[str]) -> None:
    house = counter()
    with pytest.raises(Malformed):
        Hooks(house.desk).add(url, kinds, house.entropy)
    assert list(house.store.scan("webhook")) == []


@pytest.mark.parametrize(("text", "place"), [("1/0", (1, 0)), ("12/34", (12, 34)), ("1", None), ("a/1", None)])
def test_a_place_in_the_journal(text: str, place: tuple[int, int] | None) -> None:
    if place is None:
        with pytest.raises(Malformed):
            read_place(text)
    else:
        assert read_place(text) == place
    house = counter()
    hooks = Hooks(house.desk)
    with pytest.raises(Malformed):
        hooks.replay("wh_none", 1, 0)
    hook = hooks.add("https://a.example/", [], house.entropy)
    with pytest.raises(Malformed):
        hooks.replay(hook.id, 0, 0)
