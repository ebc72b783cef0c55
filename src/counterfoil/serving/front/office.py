"""The office's side of a server whose requests are read by a process of their own: starts it, answers it, starts it
again if it ends.

Always true: what the front found plain is looked at again but for its signatures' arithmetic: the token, the client,
the scope, every field, and that what was verified is what this process would have verified
(``test_a_front_is_believed_no_more_than_its_arithmetic``); once the office ends, the front ends
(``test_no_front_is_left_behind``); a front that died is replaced, and what was asked through it stands once
(``test_a_front_that_dies_is_replaced``).
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from counterfoil.faces.api.app import Api, batched, token_needed, written
from counterfoil.faces.api.beforehand import token_hash
from counterfoil.faces.api.straight import headers_of, headers_to_send
from counterfoil.faces.api.writes import Done, outcome, scope_missing, told
from counterfoil.kernel.outcomes import Malformed, Translate
from counterfoil.office.requests import ASKS, parse
from counterfoil.operations.clients import WRITE, Client
from counterfoil.operations.desk import Carried, Request
from counterfoil.serving.app import AtWork
from counterfoil.serving.front import link as say
from counterfoil.serving.watch import route_of

AGAIN_SECONDS, AGAIN_SECONDS_MAX = 0.2, 30.0
"""How long a front that ended is waited for before the next begins; doubled each time."""
LONG_SECONDS = 60.0
"""A front that served so long did not fail at once."""


class Batch:
    """A batch that comes in parts, and what became of each of its requests."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.outcomes: list[dict[str, Any] | None] = []
        self.open, self.last = 0, False


class OfficeSide:
    """Answers one front over one link. ``app``: the application that answers what comes whole."""

    def __init__(self, work: AtWork, app: Any, api: Api | None, serving: Callable[[], None]) -> None:
        self._work, self._app, self._api, self._serving = work, app, api, serving
        self.link = say.Link(say.FromFront, self._heard, self._ended)
        self.over = asyncio.Event()
        self._keys: tuple[int, int] = (0, 0)
        self._batches: dict[int, Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def greet(self) -> None:
        """The first message."""
        settings, place = self._work.settings, self._work.office.desk.state.place
        self.link.send(say.Hello(place, tuple(ASKS) if self._api is not None else (), asdict(settings)))
        self._teach()

    def _ended(self) -> None:
        self.over.set()

    def _heard(self, message: say.Serving | say.Whole | say.One | say.Some) -> None:
        if isinstance(message, say.One):
            self._one(message)
        elif isinstance(message, say.Some):
            self._some(message)
        elif isinstance(message, say.Whole):
            task = asyncio.get_running_loop().create_task(self._whole(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._serving()

    # --- what came whole ----------------------------------------------------------------------------------------------

    async def _whole(self, asked: say.Whole) -> None:
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
            "server": None, "client": tuple(asked.client) if asked.client[0] else None, "root_path": "",
            "method": asked.method, "path": asked.path, "raw_path": asked.raw_path, "query_string": asked.query,
            "headers": asked.headers, "state": {"request_id": asked.request_id},
        }  # fmt: skip
        gone = asyncio.Event()
        bodies = iter([asked.body])

        async def receive() -> dict[str, Any]:
            body = next(bodies, None)
            if body is None:
                await gone.wait()
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": body, "more_body": False}

        start: dict[str, Any] = {"status": 500, "headers": []}
        parts: list[bytes] = []

        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app(scope, receive, send)
        except Exception as error:
            self._work.log.report(error)
            start, parts = {"status": 500, "headers": []}, []
        self._teach()
        self._teach_token(asked)
        headers = [(bytes(name), bytes(value)) for name, value in start["headers"]]
        client = scope["state"].get("client")
        self.link.send(
            say.Reply(asked.number, start["status"], headers, b"".join(parts), route_of(scope), client)
        )  # fmt: skip

    # --- what was read and verified -----------------------------------------------------------------------------------

    def _one(self, asked: say.One) -> None:
        client = self._client(asked.token, asked.client)
        kind = asked.write.body.get("kind")
        if client is None or not client.may(f"{WRITE}:{kind}"):
            self.link.send(say.Again(asked.number))
            return
        self._teach()
        assert self._api is not None

        def then(done: Done) -> None:
            reply = written(done)
            self.link.send(say.Reply(
                asked.number, reply.status, headers_to_send(reply), reply.body, f"/v1/{kind}", client.id.hex(),
            ))  # fmt: skip

        self._hand(asked.write, self._api.catalog("es" if asked.spanish else "en"), then)

    def _hand(self, write: say.Wrote, translate: Translate, then: Callable[[Done], None]) -> None:
        assert self._api is not None
        writes = self._api.writes
        signers = [
            Carried(one.key_id, one.signature, verified=(one.message, one.public_key)) for one in write.approvals
        ]
        try:
            request = Request(write.identity, write.epoch, parse(write.body), signers)
        except Malformed as error:  # The front read it, so this is ours.
            then(writes.failed(error))
            return
        writes.when_done(writes.handed(request), translate, then)

    def _some(self, asked: say.Some) -> None:
        batch = self._batches.setdefault(asked.number, Batch())
        client = self._client(asked.token, asked.client)
        self._teach()
        assert self._api is not None
        writes, translate = self._api.writes, self._api.catalog("es" if asked.spanish else "en")
        first = len(batch.keys)
        batch.keys += asked.keys
        batch.outcomes += [None] * len(asked.keys)
        batch.open += len(asked.keys)
        batch.last = asked.last
        for place, (key, write) in enumerate(zip(asked.keys, asked.writes, strict=True), first):

            def then(done: Done, place: int = place, key: str = key) -> None:
                batch.outcomes[place] = outcome(key, done)
                batch.open -= 1
                self._perhaps_over(asked.number, batch, asked.client)

            if client is None:  # Revoked meanwhile: what is left of its batch is not done.
                then(told(token_needed()))
            elif isinstance(write, say.Raw):
                writes.when_done(writes.begin(client, write.item), translate, then)
            elif not client.may(f"{WRITE}:{write.body.get('kind')}"):
                then(told(scope_missing(f"{WRITE}:{write.body.get('kind')}")))
            else:
                self._hand(write, translate, then)

    def _perhaps_over(self, number: int, batch: Batch, client: bytes) -> None:
        if batch.open or not batch.last or number not in self._batches:
            return
        del self._batches[number]
        reply = batched([one for one in batch.outcomes if one is not None])
        self.link.send(
            say.Reply(number, reply.status, headers_to_send(reply), reply.body, "/v1/batch", client.hex())
        )  # fmt: skip

    # --- what the front is told ---------------------------------------------------------------------------------------

    def _client(self, token: bytes, client: bytes) -> Client | None:
        found = self._work.tokens.of(token) if self._api is not None else None
        return found if found is not None and found.id == client else None

    def _teach(self) -> None:
        """Tells of clerks' keys that are new."""
        keys = self._work.office.desk.state.clerk_key.rows
        now = id(keys), len(keys)
        if now != self._keys:
            self._keys = now
            self.link.send(say.Keys({row.key_id: row.public_key for row in list(keys.values())}))

    def _teach_token(self, asked: say.Whole) -> None:
        """Tells whose the token is that came with a write, if it is somebody's."""
        if self._api is None or asked.method != "POST" or not asked.path.startswith("/v1/"):
            return
        token = token_hash(headers_of({"headers": asked.headers}))
        client = self._work.tokens.of(token) if token is not None else None
        if token is not None and client is not None and client.writes:
            self.link.send(say.Token(token, client.id))


# --- the process ------------------------------------------------------------------------------------------------------


class Front:
    """The process that reads requests for ``app``: begun, answered, and begun again if it ends.

    ``sock`` is bound and stays this process's; the front takes connections from it.
    """

    def __init__(self, work: AtWork, app: Any, api: Api | None, sock: socket.socket) -> None:
        self._work, self._app, self._api, self._sock = work, app, api, sock
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = asyncio.Event()

    async def run(self, serving: Callable[[], None]) -> None:
        """Serves until ``stop``. ``serving`` is called each time requests are taken."""
        wait = AGAIN_SECONDS
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            await self._once(serving)
            if self._stopping.is_set():
                return
            wait = AGAIN_SECONDS if loop.time() - began > LONG_SECONDS else min(2 * wait, AGAIN_SECONDS_MAX)
            self._work.log.error("front-ended", again_in_seconds=wait)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    def stop(self) -> None:
        """Takes nothing more; what was taken is answered, then ``run`` ends."""
        self._stopping.set()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    async def _once(self, serving: Callable[[], None]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = process = subprocess.Popen(
                [sys.executable, "-m", "counterfoil.serving.front", str(self._sock.fileno()), str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=os.environ,
                pass_fds=(self._sock.fileno(), theirs.fileno()),
            )  # fmt: skip
        side = OfficeSide(self._work, self._app, self._api, serving)
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: side.link, sock=ours)
        side.greet()
        if self._stopping.is_set():
            process.terminate()
        await side.over.wait()
        try:
            await loop.run_in_executor(None, process.wait, self._work.settings.graceful_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
