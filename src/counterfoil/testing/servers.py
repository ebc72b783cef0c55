"""A server of a test's own: the office of ``testing.offices`` served over a real socket, in a thread of this process.

Worked example::

    with served(folder) as server:
        with server.client("read", "write") as client:
            client.ask("deposit", server.deposit(2_500), by=[server.clerk])
"""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import uvicorn

from counterfoil.bootstrap import Office
from counterfoil.client import ClerkKey, Client
from counterfoil.serving import app, server
from counterfoil.serving.app import AtWork, Faces
from counterfoil.serving.config import Settings
from counterfoil.serving.edge import Bounded
from counterfoil.serving.entrance import Entrance
from counterfoil.serving.front.link import FromOffice, Hello, Link
from counterfoil.serving.front.office import OfficeSide
from counterfoil.serving.front.reading import Reading
from counterfoil.serving.logs import Log
from counterfoil.serving.watch import Watched
from counterfoil.testing import offices

SECONDS = 30


@dataclass(slots=True)
class Served:
    """A running server. ``err``: what it has logged."""

    work: AtWork
    url: str
    account: str
    err: io.StringIO
    clerk: ClerkKey = field(default_factory=lambda: ClerkKey(offices.seed_of("102")))
    supervisor: ClerkKey = field(default_factory=lambda: ClerkKey(offices.seed_of("101")))
    _names: Iterator[int] = field(default_factory=count)

    @property
    def office(self) -> Office:
        return self.work.office

    def token(self, *scopes: str, name: str | None = None) -> str:
        """A new token, of a client of its own unless ``name`` says whose."""
        client = name or f"test-{next(self._names)}"
        chance = Random(f"token {client}")
        add = self.work.tokens.add
        made: str = self.work.service.sequencer.call(lambda: add(client, scopes, chance.randbytes)[0])
        return made

    def client(self, *scopes: str, name: str | None = None, **options: Any) -> Client:
        """A client with a token of these scopes."""
        return Client(self.url, self.token(*(scopes or ("read", "write", "personal")), name=name), **options)

    def deposit(self, amount: int, **more: Any) -> dict[str, Any]:
        """The fields of a deposit at the till."""
        return {"till": offices.TILL, "account": self.account, "amount": amount, "currency": "USD", **more}


@contextmanager
def served(
    folder: Path, *, settings: Settings | None = None, web: Faces | None = None,
    change: Callable[[Any], Any] = lambda built: built,
) -> Iterator[Served]:  # fmt: skip
    """Makes an office in ``folder`` (unless one is there) and serves it until the block ends. ``change`` may wrap the
    application. With the setting ``front`` a front reads the requests over a real link, in the same process."""
    if not (folder / "office.toml").exists():
        offices.new_office(folder)
    with offices.seated(folder) as office, served_office(office, settings=settings, web=web, change=change) as made:
        yield made


@contextmanager
def served_office(
    office: Office, *, settings: Settings | None = None, web: Faces | None = None,
    change: Callable[[Any], Any] = lambda built: built,
) -> Iterator[Served]:  # fmt: skip
    """Serves an office that is open."""
    used, err, chance = settings or Settings(), io.StringIO(), Random(7)
    log = Log(err, office.desk.clock.now, "debug")
    with app.at_work(office, used, log) as work:
        built = change(_built(work, chance, web))
        sock = server.listen("127.0.0.1", 0, elsewhere=False)
        config = uvicorn.Config(built, log_config=None, access_log=False, lifespan="on", ws="none", http=Bounded)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(running.serve(sockets=[sock])), daemon=True)
        thread.start()
        started = threading.Event()
        for _ in range(SECONDS * 100):
            if running.started or not thread.is_alive():
                break
            started.wait(0.01)
        assert running.started, "the server did not start"
        holdings = office.desk.state.holding.all()
        try:
            yield Served(work, server.address(sock), holdings[0].account if holdings else "", err)
        finally:
            running.should_exit = True
            thread.join(SECONDS)
            sock.close()


def _built(work: AtWork, chance: Random, web: Faces | None) -> Watched:
    settings = work.settings
    if not settings.front:
        return app.build(work, new_id=lambda: chance.randbytes(12), web=web)
    front = Entrance(FrontHere(work, app.application(work, web)), settings)
    return Watched(front, log=work.log, figures=work.figures, access_log=settings.access_log,
                   new_id=lambda: chance.randbytes(12))  # fmt: skip


class FrontHere:
    """A front and the office's side of it in one process, joined at the first request by a real pair of sockets."""

    def __init__(self, work: AtWork, inner: Any) -> None:
        self._work, self._inner = work, inner
        self._reading: Reading | None = None
        self.side: OfficeSide | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            await self.close()
            return
        if self._reading is None:
            await self._join()
        assert self._reading is not None
        await self._reading(scope, receive, send)

    async def close(self) -> None:
        """Ends both ends of the link."""
        if self.side is not None:
            self.side.link.close()
            await self.side.over.wait()

    async def _join(self) -> None:
        loop = asyncio.get_running_loop()
        reading: list[Reading] = []
        side = self.side = OfficeSide(self._work, self._inner, self._work.api, lambda: None)

        def heard(message: Any) -> None:
            if isinstance(message, Hello):
                reading.append(Reading(message, more_metrics=self._work.figures.text))
            else:
                reading[0].heard(message)

        link = Link(FromOffice, heard, lambda: None)
        for one, end in zip((side.link, link), socket.socketpair(), strict=True):
            end.setblocking(False)
            await loop.create_connection(lambda one=one: one, sock=end)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        side.greet()
        while not reading:
            await asyncio.sleep(0)
        reading[0].link = link
        self._reading = reading[0]


def problem(value: Mapping[str, Any]) -> str:
    """The name of a problem's type."""
    return str(value["type"]).rpartition("/")[2]
