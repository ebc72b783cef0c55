"""A front that reads requests for the office: what it says over the link, what it is believed, how both end."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from counterfoil.client import Accepted, Client, Signed
from counterfoil.faces.api.beforehand import Beforehand
from counterfoil.faces.api.reads import READS
from counterfoil.faces.web.verify import UPLOAD_BYTES_MAX
from counterfoil.office.requests import ASKS
from counterfoil.serving import app
from counterfoil.serving.config import Settings
from counterfoil.serving.front import link as say
from counterfoil.serving.front import office as front_of_office
from counterfoil.serving.front.__main__ import Guarded
from counterfoil.serving.front.office import Front, OfficeSide
from counterfoil.serving.front.reading import BODY_BYTES_MAX, Reading
from counterfoil.testing import offices
from counterfoil.testing.servers import FrontHere, Served, served
from unit.serving.test_server import ENVIRONMENT, SECONDS, counterfoil, deposit, process

KEPT = ("content-type", "content-length", "cache-control", "etag", "location", "x-content-type-options")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("front") / "office") as running:
        yield running


# --- the link ---------------------------------------------------------------------------------------------------------


def linked(story: Callable[[say.Link, list[Any], list[str], socket.socket], Any]) -> None:
    """Runs ``story`` with one end of a link, what it hears, how often it ended, and the other end, bare."""

    async def run() -> None:
        ours, theirs = socket.socketpair()
        heard, ended = list[Any](), list[str]()
        link = say.Link(say.FromFront, heard.append, lambda: ended.append("ended"))
        ours.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=ours)
        with theirs:
            await story(link, heard, ended, theirs)
            link.close()

    asyncio.run(asyncio.wait_for(run(), SECONDS))


async def soon(check: Callable[[], bool]) -> None:
    while not check():
        await asyncio.sleep(0.001)


def framed(message: say.Message) -> bytes:
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(4, "big") + data


WHOLE = say.Whole(7, "GET", "/x", b"/x", b"", [(b"a", b"b")], ("127.0.0.1", 1), "id", b"\x00" * 70_000)
WROTE = say.Wrote(
    b"i" * 16, 1, {"kind": "deposit", "amount": 2**62, "key": b"\xff"}, [say.Signed(b"k", b"s", b"m", b"p")]
)
ONE = say.One(8, b"t" * 32, b"c" * 16, True, WROTE)
SOME = say.Some(9, b"t" * 32, b"c" * 16, False, ["a", "b"], [WROTE, say.Raw({"kind": "x"})], True)


@pytest.mark.parametrize("piece", [1, 7, 4_096, 10**6])
def test_messages_arrive_whole_and_in_order(piece: int) -> None:
    sent = [say.Serving(), WHOLE, ONE, SOME, ONE] if piece > 1 else [say.Serving(), ONE, SOME]

    async def story(link: say.Link, heard: list[Any], ended: list[str], other: socket.socket) -> None:
        data = b"".join(map(framed, sent))
        for at in range(0, len(data), piece):
            link.data_received(data[at : at + piece])
        assert heard == sent
        assert ended == []

    linked(story)


def test_what_is_sent_together_is_read_as_it_was_sent() -> None:
    sent: list[say.Message] = [say.Again(number) for number in range(say.TOGETHER * 2 + 3)]

    async def story(link: say.Link, heard: list[Any], ended: list[str], other: socket.socket) -> None:
        for message in sent:
            link.send(message)
        await asyncio.sleep(0.01)
        assert other.recv(10**6) == b"".join(map(framed, sent))

    linked(story)


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff\xff\xff", b"\x00\x00\x00\x01\xc1", b"\x00\x00\x00\x02\x92\x63", framed(say.Again(1))],
    ids=["too long", "not MessagePack", "cut off", "of the other side"],
)
def test_nonsense_ends_the_link(data: bytes) -> None:
    async def story(link: say.Link, heard: list[Any], ended: list[str], other: socket.socket) -> None:
        other.sendall(data)
        await soon(lambda: bool(ended))
        assert (heard, ended) == ([], ["ended"])
        link.send(say.Again(1))  # Nothing is done any more, and nothing fails.

    linked(story)


# --- what the office believes -----------------------------------------------------------------------------------------


class Heard:
    """The office's side of a link, and what it would send."""

    def __init__(self, server: Served) -> None:
        self.said: list[Any] = []
        self.side = OfficeSide(server.work, app.application(server.work), server.work.api, lambda: None)
        self.side.link.send = self.said.append  # type: ignore[method-assign, assignment]  # what is said is looked at here

    async def answer(self, message: Any) -> Any:
        self.side._heard(message)
        await soon(lambda: any(isinstance(one, say.Reply | say.Again) for one in self.said))
        return next(one for one in self.said if isinstance(one, say.Reply | say.Again))


def read_by_a_front(server: Served, token: str, request: Signed) -> say.One:
    """The message of a front that was told of the token and of every clerk's key."""
    before = Beforehand(server.office.desk.state.place)
    before.keys.update({row.key_id: row.public_key for row in server.office.desk.state.clerk_key.all()})
    hashed = hashlib.sha256(token.encode()).digest()
    client = server.work.tokens.of(hashed)
    assert client is not None
    before.tokens[hashed] = client.id
    asker = before.asker({"authorization": f"Bearer {token}"})
    assert asker is not None
    plain = before.plain(asker, request.kind, request.key, request.payload)
    assert plain is not None
    wrote = say.Wrote(plain.identity, plain.epoch, plain.body, [say.Signed(*one) for one in plain.approvals])
    return say.One(1, asker.token, asker.client, False, wrote)


def told(server: Served, message: say.One) -> tuple[int, str]:
    """Status and type of the answer; 0 for "again, and whole"."""

    async def ask() -> Any:
        return await Heard(server).answer(message)

    reply = asyncio.run(asyncio.wait_for(ask(), SECONDS))
    if isinstance(reply, say.Again):
        return 0, "again"
    return reply.status, str(msgspec.json.decode(reply.body).get("type", "")).rpartition("/")[2]


def test_a_front_is_believed_no_more_than_its_arithmetic(server: Served) -> None:
    token = server.token("read", "write")
    with Client(server.url, token) as client:
        request = client.sign("deposit", server.deposit(700), by=[server.clerk])
        office = client.office().size
    true = read_by_a_front(server, token, request)
    wrote, (signed,) = true.write, true.write.approvals

    def but(**changed: Any) -> say.One:
        return msgspec.structs.replace(true, write=msgspec.structs.replace(wrote, **changed))

    reader = server.token("read")
    bad = bytes([signed.signature[0] ^ 1]) + signed.signature[1:]
    assert told(server, msgspec.structs.replace(true, token=b"\x00" * 32)) == (0, "again")
    assert told(server, msgspec.structs.replace(true, client=b"\x00" * 16)) == (0, "again")
    assert told(server, msgspec.structs.replace(true, token=hashlib.sha256(reader.encode()).digest())) == (0, "again")
    assert told(server, but(body={**wrote.body, "amount": -1})) == (400, "malformed")
    # It says that a signature holds over what it does not: over another amount, or under a key that is nobody's.
    assert told(server, but(body={**wrote.body, "amount": 701})) == (400, "malformed")
    assert told(server, but(identity=b"\x01" * 16)) == (400, "malformed")
    under = msgspec.structs.replace(signed, signature=bad, public_key=b"\x02" * 32)
    assert told(server, but(approvals=[under])) == (400, "malformed")
    assert told(server, but(approvals=[msgspec.structs.replace(under, message=b"")])) == (400, "malformed")
    assert server.office.desk.size == office
    assert told(server, true) == (201, "")
    assert told(server, true) == (201, "")
    assert server.office.desk.size == office + 1


def test_a_token_revoked_between_two_requests_opens_nothing(tmp_path: Path) -> None:
    with served(tmp_path / "office", settings=Settings(front=True)) as server:
        token = server.token("read", "write", name="once")
        with Client(server.url, token) as client:
            requests = [client.sign("deposit", server.deposit(10 + n), by=[server.clerk]) for n in range(5)]
            assert isinstance(client.send(requests[0]), Accepted)
            assert isinstance(client.send(requests[1]), Accepted)
            server.work.service.sequencer.call(lambda: server.work.tokens.revoke("once"))
            body: Any = {"json": dict(requests[2].payload), "headers": {"Idempotency-Key": requests[2].key}}
            assert client._http.post("/v1/deposit", **body).status_code == 401
            items = [{"key": one.key, "kind": one.kind, **one.payload} for one in requests[3:]]
            assert client._http.post("/v1/batch", json={"requests": items}).status_code == 401


def test_the_front_holds_no_secret(server: Served) -> None:
    """Of what it is told and keeps, nothing opens or signs anything."""
    heard = Heard(server)
    heard.side.greet()
    token = server.token("write")
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]

    async def ask() -> None:
        await heard.answer(say.Whole(1, "POST", "/v1/deposit", b"/v1/deposit", b"", headers, ("", 0), "id", b"{}"))

    asyncio.run(asyncio.wait_for(ask(), SECONDS))
    everything = b"".join(msgspec.msgpack.encode(one) for one in heard.said)
    desk = server.office.desk
    assert hashlib.sha256(token.encode()).digest() in everything  # So it is looked at the right place.
    assert token.encode() not in everything
    assert desk.office_key not in everything
    assert offices.seed_of("102") not in everything
    known = {type(one) for one in heard.said}
    assert known == {say.Hello, say.Keys, say.Token, say.Reply}


# --- what people see --------------------------------------------------------------------------------------------------


def test_every_page_is_the_same_through_a_front(server: Served) -> None:
    token = server.token("read", "write", "personal")
    authorized = {"Authorization": f"Bearer {token}"}
    filled = {"account": server.account, "customer": "C", "epoch": "1", "entry": "3", "till": "T1", "id": "0" * 32}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        *[("GET", read.path.format(**filled), {"headers": authorized}) for read in READS],
        ("GET", READS[0].path, {}),
        ("GET", READS[0].path, {"headers": authorized, "params": {"surplus": "1"}}),
        ("HEAD", "/v1/office", {"headers": authorized}),
        ("GET", "/openapi.json", {}),
        ("GET", "/api", {}),
        ("GET", "/no/such/page", {}),
        ("DELETE", "/v1/office", {"headers": authorized}),
        ("POST", "/v1/printed", {"headers": authorized, "json": {"entries": []}}),
        ("POST", "/v1/prepare", {"headers": authorized, "content": b"\xff"}),
        (
            "POST",
            "/v1/deposit",
            {"headers": {**authorized, "Content-Type": "application/json"}, "content": b"x" * 10**6},
        ),
        ("GET", "/healthz", {}),
        ("GET", "/readyz", {}),
    ]
    front = FrontHere(server.work, app.application(server.work))
    direct = app.build(server.work, new_id=lambda: b"\x00" * 6)

    async def both() -> None:
        for method, path, more in asked:
            found = []
            for one in (front, direct):
                async with httpx.AsyncClient(
                    transport=httpx.ASGITransport(app=_with_state(one)), base_url="http://localhost"
                ) as http:
                    answer = await http.request(method, path, **more)
                found.append((answer.status_code, {n: answer.headers.get(n) for n in KEPT}, answer.content))
            assert found[0] == found[1] or method == "HEAD", (method, path)
        await front.close()

    asyncio.run(asyncio.wait_for(both(), SECONDS))


def _with_state(inner: Any) -> Any:
    """``inner``, given what a server and the watch before it would put into a request's scope."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["request_id"] = "same-for-both"
        await inner(scope, receive, send)

    return run


def test_what_is_read_of_a_body_is_more_than_any_page_takes() -> None:
    assert UPLOAD_BYTES_MAX < BODY_BYTES_MAX < say.FRAME_MAX


# --- the processes ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("process") / "office"
    account = offices.new_office(folder)
    (folder / "server.toml").write_text("front = true\n")
    made = counterfoil("token", "add", str(folder), "--client", "till-7", "--scope", "write", "--scope", "read")
    assert made.returncode == 0, made.stderr
    return folder, account, made.stdout.strip()


def front_of(office: int) -> int:
    """The process that an office's process has begun."""
    (child,) = Path(f"/proc/{office}/task/{office}/children").read_text().split()
    return int(child)


def gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(check: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not check():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system has no /proc to find processes in")
def test_a_front_that_dies_is_replaced(office: tuple[Path, str, str]) -> None:
    """Killed with -9 in the middle: what was asked stands once, and the next front answers as the first would have;
    the office killed in its turn leaves no front behind, and a stop ends both."""
    folder, account, token = office
    with process(folder) as (running, url, log), Client(url, token, patience=SECONDS) as client:
        before = client.office().size
        requests = [deposit(client, account, 1 + n) for n in range(60)]
        first = [client.send(one) for one in requests[:3]]
        dies = front_of(running.pid)
        os.kill(dies, signal.SIGKILL)
        wait_for(lambda: gone(dies))
        assert client.office().size == before + 3  # The client is patient: it asks until somebody answers.
        answers = client.batch(requests)
        assert answers[:3] == first
        assert client.office().size == before + 60
        assert front_of(running.pid) != dies
        assert "front-ended" in log.read_text()
        metrics = httpx.get(f"{url}/metrics", trust_env=False).text
        assert metrics.count("# TYPE counterfoil_http_requests_total counter") == 1
        assert "\nprocess_cpu_seconds_total " in metrics
        assert "\ncounterfoil_front_process_cpu_seconds_total " in metrics
        left = front_of(running.pid)
        running.kill()
        running.wait()
        wait_for(lambda: gone(left))
    with process(folder) as (running, url, log), Client(url, token) as client:
        assert client.batch(requests) == answers
        left = front_of(running.pid)
        running.send_signal(signal.SIGTERM)
        assert running.wait(SECONDS) == 0, log.read_text()
        assert gone(left)
    assert offices.differences(folder) == []


def test_no_front_is_left_behind() -> None:
    """An office that ends before the front has begun to serve ends it too."""
    listening, (ours, theirs) = socket.create_server(("127.0.0.1", 0)), socket.socketpair()
    with listening, ours, theirs:
        command = [sys.executable, "-m", "counterfoil.serving.front", str(listening.fileno()), str(theirs.fileno())]
        begun = subprocess.Popen(
            command, pass_fds=(listening.fileno(), theirs.fileno()), stderr=subprocess.PIPE, env=ENVIRONMENT
        )  # fmt: skip
        theirs.close()
        ours.close()
        _, err = begun.communicate(timeout=SECONDS)
        assert (begun.returncode, err) == (0, b"")


def test_whoever_asks_a_front_whose_office_is_gone_is_told_at_once() -> None:
    reading = Reading(say.Hello("us/0417", tuple(ASKS), asdict(Settings())), more_metrics=lambda: b"")
    reading.gone()

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=_with_state(Guarded(reading)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get("/v1/office")

    answer = asyncio.run(asyncio.wait_for(ask(), SECONDS))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["type"] == "/problems/unavailable"
    assert "send the same request again" in answer.json()["detail"]


def test_a_stop_waits_for_no_front_to_come_back(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that ends at once is waited for ever longer; a stop ends that."""

    async def ends_at_once(*_: object) -> None:
        begun.append(1)

    begun = list[int]()
    monkeypatch.setattr(front_of_office, "AGAIN_SECONDS", float(SECONDS * 10))
    monkeypatch.setattr(Front, "_once", ends_at_once)

    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            made = Front(server.work, None, None, sock)
            running = asyncio.create_task(made.run(lambda: None))
            await soon(lambda: bool(begun))
            made.stop()
            await running

    asyncio.run(asyncio.wait_for(story(), SECONDS))
    assert begun == [1]


def test_every_kind_may_be_read_before(server: Served) -> None:
    heard = Heard(server)
    heard.side.greet()
    assert heard.said[0].kinds == tuple(ASKS)
