"""What a process that serves needs, whichever of the two it is: the library's server, its loop, ids of requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import uvicorn

from counterfoil.serving.edge import Bounded

BACKLOG = 1_024


class Server(uvicorn.Server):
    """Signals are the project's: the library would send them on to whatever stood there before."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def configured(app: Any, *, keep_alive: int, graceful: int, lifespan: str) -> uvicorn.Config:
    """The library's settings. In seconds; ``lifespan``: whether ``app`` is told of its beginning and end."""
    return uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, date_header=False, lifespan=lifespan,  # type: ignore[arg-type]  # the library names its two words
        proxy_headers=False, timeout_keep_alive=keep_alive, timeout_graceful_shutdown=graceful, backlog=BACKLOG,
        http=Bounded, ws="none",
    )  # fmt: skip


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop, where it is installed."""
    try:
        import uvloop
    except ImportError:  # Not on every system; the loop of the standard library does the same, slower.
        return None
    return uvloop.new_event_loop


def numbered_ids(prefix: bytes) -> Callable[[], bytes]:
    """Ids of requests: a process's own chance, and a number. They name lines of a log and guard nothing."""
    numbers = count()
    return lambda: prefix + next(numbers).to_bytes(6, "big")
