"""The front's process. Started by the office's, with the descriptors of the socket to listen on and of the link.

Always true: it ends when the office ends (``test_no_front_is_left_behind``); on SIGTERM it takes nothing more and ends
once what it took is answered (``test_a_stop_finishes_what_was_accepted``).
"""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
import socket
import sys
from typing import Any

from counterfoil.engines import traces
from counterfoil.engines.clock import MachineClock
from counterfoil.faces.api.problems import RETRY_SECONDS, Problem
from counterfoil.faces.api.straight import headers_to_send, problem_reply, send_reply
from counterfoil.serving.config import Settings
from counterfoil.serving.entrance import Entrance
from counterfoil.serving.front import link as say
from counterfoil.serving.front.reading import OfficeGone, Reading
from counterfoil.serving.logs import Log, take_over
from counterfoil.serving.process import Server, configured, loop_factory, numbered_ids
from counterfoil.serving.watch import Figures, Watched


async def serve(listening: socket.socket, link_end: socket.socket) -> None:
    """Serves until SIGTERM, or until the office has ended."""
    loop = asyncio.get_running_loop()
    greeted: asyncio.Future[say.Hello | None] = loop.create_future()
    reading: Reading | None = None
    server: Server | None = None
    stopped = asyncio.Event()
    taught: list[Any] = []

    def heard(message: Any) -> None:
        if not greeted.done():
            greeted.set_result(message)
        elif reading is not None:
            reading.heard(message)
        else:
            taught.append(message)

    def stop() -> None:
        stopped.set()
        if server is not None:
            server.should_exit = True

    def ended() -> None:
        if reading is not None:
            reading.gone()
        if server is not None:
            server.force_exit = True
        stop()
        if not greeted.done():
            greeted.set_result(None)

    loop.add_signal_handler(signal.SIGTERM, stop)
    link = say.Link(say.FromOffice, heard, ended)
    link_end.setblocking(False)
    await loop.create_connection(lambda: link, sock=link_end)
    hello = await greeted
    if hello is None:
        return
    settings = Settings(**hello.settings)
    log = Log(sys.stderr, MachineClock().now, settings.log_level)
    take_over(log)
    figures = Figures("counterfoil_front")
    reading = Reading(hello, more_metrics=figures.text)
    reading.link = link
    for message in taught:
        reading.heard(message)
    app = Watched(
        Entrance(Guarded(reading), settings), log=log, figures=figures, access_log=settings.access_log,
        new_id=numbered_ids(secrets.token_bytes(8)),
    )  # fmt: skip
    app.spans = traces.sent_to(settings.otel) if settings.otel else None
    server = Server(configured(
        app, keep_alive=settings.keep_alive_seconds, graceful=settings.graceful_seconds, lifespan="off",
    ))  # fmt: skip
    gc.collect()
    gc.freeze()
    if not stopped.is_set():
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not running.done():
            await asyncio.sleep(0.005)
        link.send(say.Serving())
        await running
    if app.spans is not None:
        app.spans.close()
    link.close()


class Guarded:
    """An application whose office may end under it."""

    def __init__(self, app: Reading) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._app(scope, receive, send)
        except OfficeGone:
            gone = Problem(
                "unavailable",
                "The office has stopped. Whether this was recorded is not known: send the same request again "
                "with its key.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
            reply = problem_reply(gone)
            await send_reply(send, reply.status, headers_to_send(reply), reply.body)


def main() -> None:
    """``python -m counterfoil.serving.front LISTENING LINK``: two descriptors."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the office too, which ends this process in time.
    listening, link_end = (socket.socket(fileno=int(one)) for one in sys.argv[1:3])
    for sock in (listening, link_end):
        os.set_inheritable(sock.fileno(), False)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(listening, link_end))


if __name__ == "__main__":
    main()
