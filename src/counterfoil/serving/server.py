"""The process of a server: its socket, its signals, its end.

Always true: it answers only once the office is open and taken up, and says so in the ready file; on SIGTERM or SIGINT
it takes nothing more, answers what it took, drops every unsealed key and ends with 0
(``test_a_stop_finishes_what_was_accepted``).
"""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from counterfoil.kernel.outcomes import Unavailable
from counterfoil.serving.app import AtWork
from counterfoil.serving.control import Command, Control
from counterfoil.serving.front.office import Front
from counterfoil.serving.process import Server, configured, loop_factory

Beside = Callable[[], Coroutine[Any, Any, None]]
"""What runs beside a server until it is cancelled."""


def listen(host: str, port: int, *, elsewhere: bool) -> socket.socket:
    """A socket bound to the port; ``elsewhere``: to a free one if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not elsewhere:
                raise Unavailable(f"{host}:{port} cannot be listened on: {error.strerror}") from None
            sock.bind((host, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def address(sock: socket.socket) -> str:
    """Where a browser or a client goes."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Taker(Protocol):
    """Who takes requests and answers them."""

    async def run(self, serving: Callable[[], None]) -> None:
        """Until ``stop``. ``serving`` is called once requests are taken."""
        ...

    def stop(self) -> None:
        """Takes nothing more; what was taken is answered, then ``run`` ends."""
        ...


class Direct:
    """This process takes requests itself."""

    def __init__(self, work: AtWork, app: Any, sock: socket.socket) -> None:
        settings = work.settings
        self._sock = sock
        self._server = Server(configured(
            app, keep_alive=settings.keep_alive_seconds, graceful=settings.graceful_seconds, lifespan="on",
        ))  # fmt: skip

    async def run(self, serving: Callable[[], None]) -> None:
        running = asyncio.create_task(self._server.serve(sockets=[self._sock]))
        while not self._server.started and not running.done():
            await asyncio.sleep(0.005)
        if not running.done():
            serving()
        await running

    def stop(self) -> None:
        self._server.should_exit = True


class Before:
    """A process before this one takes requests, reads those of the API, and hands them on."""

    def __init__(self, work: AtWork, app: Any, sock: socket.socket) -> None:
        self._work, self._app = work, app
        self._front = Front(work, app, work.api, sock)

    async def run(self, serving: Callable[[], None]) -> None:
        """The application is told of beginning and end, as the library does for one that it serves itself."""
        settings, said = self._work.settings, False

        def once() -> None:
            nonlocal said
            if not said:
                said = True
                serving()

        config = configured(
            self._app, keep_alive=settings.keep_alive_seconds, graceful=settings.graceful_seconds, lifespan="on"
        )  # fmt: skip
        config.load()
        lifespan = config.lifespan_class(config)
        await lifespan.startup()
        try:
            if not lifespan.should_exit:
                await self._front.run(once)
        finally:
            await lifespan.shutdown()

    def stop(self) -> None:
        self._front.stop()


def serve(
    taker: Taker, sock: socket.socket, work: AtWork, commands: Mapping[str, Command], *,
    ready: Callable[[str], None], beside: Sequence[Beside] = (),
) -> None:  # fmt: skip
    """Serves until a signal. ``ready`` is told the address once requests are answered; each of ``beside`` runs
    beside it (the webhooks, the end of the day), and is cancelled at the signal."""
    runner = asyncio.Runner(loop_factory=loop_factory())
    gc.collect()
    gc.freeze()  # A million accounts that stay are not looked through again and again for what could go.
    try:
        with runner:
            runner.run(_serve(taker, sock, work, commands, ready, beside))
    finally:
        gc.unfreeze()


async def _serve(
    taker: Taker, sock: socket.socket, work: AtWork, commands: Mapping[str, Command],
    ready: Callable[[str], None], beside: Sequence[Beside],
) -> None:  # fmt: skip
    loop = asyncio.get_running_loop()
    sides: list[asyncio.Task[None]] = []

    def stop() -> None:
        taker.stop()
        for side in sides:
            side.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    control = Control(work.office.folder, commands)
    await control.open()
    sides += [asyncio.create_task(one()) for one in beside]
    where = address(sock)
    try:
        await taker.run(lambda: ready(where))
    finally:
        await control.close()
        stop()
        await asyncio.gather(*sides, return_exceptions=True)
        await loop.run_in_executor(None, work.close)


def write_ready(path: Path, value: Mapping[str, Any]) -> None:
    """The ready file, whole or not at all."""
    partial = path.with_name(f"{path.name}.part")
    partial.write_text(json.dumps(value) + "\n", "utf-8")
    os.replace(partial, path)
