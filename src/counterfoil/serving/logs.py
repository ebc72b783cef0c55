"""Logs of a server: one JSON object a line on standard error, which say what happened and never to whom.

Always true: no line holds a name, an account, a PIN, a token, a path as it was asked or an error's message
(``test_no_canary_leaves_by_the_log_or_the_metrics``): requests are named by their route, errors by their type and by
where in the code they arose. The request id (``X-Request-Id``) joins a line to what a caller saw.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import msgspec
import structlog

from counterfoil.kernel.days import moment
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Unavailable
from counterfoil.operations.answers import Unanswered

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_FRAMES = 12
PIPE_BYTES = 4_096
"""What a pipe takes at once (POSIX asks for 512, Linux gives this)."""


def _json(event: Any, **_: Any) -> str:
    """One line; members in order, so that lines are easy to compare."""
    return msgspec.json.encode(event, order="sorted").decode()


class Log:
    """Writes lines. ``now``: milliseconds since 1970."""

    def __init__(self, stream: TextIO, now: Callable[[], int], level: str = "info") -> None:
        def timed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
            event["time"] = moment(now()).isoformat(timespec="milliseconds")
            return event

        self._stream, self._now, self._level = stream, now, _LEVELS[level]
        self._lines: list[str] = []
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(stream),
            processors=[structlog.processors.add_log_level, timed, structlog.processors.JSONRenderer(_json)],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        )

    def info(self, event: str, **members: Any) -> None:
        self._log.info(event, **members)

    def request(self, **members: Any) -> None:
        """A line for a request, from the loop: written with the others of this turn of it, and made without the
        library, which takes four times as long."""
        if self._level > _LEVELS["info"]:
            return
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        time = moment(self._now()).isoformat(timespec="milliseconds")
        self._lines.append(_json({"event": "request", "level": "info", "time": time, **members}))

    def flush(self) -> None:
        """Writes what waits: whole lines, and no more at once than a pipe takes undivided, since two processes may
        write to it."""
        lines, self._lines = self._lines, []
        part, size = list[str](), 0
        for line in lines:
            if part and size + len(line) >= PIPE_BYTES:
                self._write(part)
                part, size = [], 0
            part.append(line)
            size += len(line) + 1
        self._write(part)

    def _write(self, lines: list[str]) -> None:
        if lines:
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()

    def error(self, event: str, **members: Any) -> None:
        self._log.error(event, **members)

    def report(self, error: BaseException) -> None:
        """An error as its type, and, if it is ours, where it arose. Never its message: it may quote what was sent."""
        if isinstance(error, Malformed):
            return
        if isinstance(error, Unavailable | Unanswered):
            self._log.warning("unavailable", error=type(error).__name__)
        elif isinstance(error, Fault) or not isinstance(error, CounterfoilError):
            self._log.error("fault", error=type(error).__name__, at=where(error))


def where(error: BaseException) -> list[str]:
    """The last places of the traceback: module file, line and function, nothing of what they held."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


class _Others(logging.Handler):
    """What libraries log: their text without what they would fill into it."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._into = log

    def emit(self, record: logging.LogRecord) -> None:
        members: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            members |= {"error": type(record.exc_info[1]).__name__, "at": where(record.exc_info[1])}
        said = self._into.error if record.levelno >= logging.ERROR else self._into.info
        said(str(record.msg).split("\n", 1)[0][:120] if isinstance(record.msg, str) else "library", **members)


def take_over(log: Log) -> None:
    """From now on every library of this process logs through ``log``."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(_Others(log))
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "litestar"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
        library.setLevel(logging.WARNING)
