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
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from counterfoil.kernel.outcomes import Unavailable
from counterfoil.serving.app import AtWork
from counterfoil.serving.config import Settings
from counterfoil.serving.control import Command, Control
from counterfoil.serving.edge import Bounded

BACKLOG = 1_024
Beside = Callable[[], Coroutine[Any, Any, None]]
"""What runs beside a server until it is cancelled."""


class _Server(uvicorn.Server):
    """Signals are this module's: the library would send them on to whatever stood there before."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


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


def serve(
    app: Any, sock: socket.socket, work: AtWork, commands: Mapping[str, Command], *,
    ready: Callable[[str], None], beside: Sequence[Beside] = (),
) -> None:  # fmt: skip
    """Serves until a signal. ``ready`` is told the address once requests are answered; each of ``beside`` runs
    beside it (the webhooks, the end of the day), and is cancelled at the signal."""
    runner = asyncio.Runner(loop_factory=_loop())
    gc.collect()
    gc.freeze()  # A million accounts that stay are not looked through again and again for what could go.
    try:
        with runner:
            runner.run(_serve(app, sock, work, commands, ready, beside))
    finally:
        gc.unfreeze()


async def _serve(
    app: Any, sock: socket.socket, work: AtWork, commands: Mapping[str, Command],
    ready: Callable[[str], None], beside: Sequence[Beside],
) -> None:  # fmt: skip
    server = _Server(_configured(app, work.settings))
    loop = asyncio.get_running_loop()
    sides: list[asyncio.Task[None]] = []

    def stop() -> None:
        server.should_exit = True
        for side in sides:
            side.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    control = Control(work.office.folder, commands)
    await control.open()
    sides += [asyncio.create_task(one()) for one in beside]
    where = address(sock)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started and not running.done():
            await asyncio.sleep(0.005)
        if not running.done():
            ready(where)
        await running
    finally:
        await control.close()
        stop()
        await asyncio.gather(*sides, return_exceptions=True)
        await loop.run_in_executor(None, work.close)


def _configured(app: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, date_header=False, lifespan="on",
        proxy_headers=False, timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.graceful_seconds, backlog=BACKLOG, http=Bounded, ws="none",
    )  # fmt: skip


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Not on every system; the loop of the standard library does the same, slower.
        return None
    return uvloop.new_event_loop


def write_ready(path: Path, value: Mapping[str, Any]) -> None:
    """The ready file, whole or not at all."""
    partial = path.with_name(f"{path.name}.part")
    partial.write_text(json.dumps(value) + "\n", "utf-8")
    os.replace(partial, path)
