"""The edge of a server: how large and how slow the head of a request may be.

Always true (``tests/unit/serving/test_edge.py``): the head of a request has at most ``HEAD_BYTES_MAX`` bytes beyond the
first piece read, and ``HEAD_SECONDS`` to arrive; whoever sends more, or slower, is told so and cut off
(``test_a_head_without_end_is_cut_off``, ``test_a_slow_head_is_cut_off``). The library's own parser knows neither bound,
so one caller without a log-in could fill the memory. A body has its bounds where it is read.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX, HEAD_SECONDS = 65_536, 20.0


def _refusal(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()


TOO_LARGE, TOO_SLOW = _refusal("431 Request Header Fields Too Large"), _refusal("408 Request Timeout")


class Bounded(HttpToolsProtocol):
    """The library's protocol for one connection, with bounds on the heads of its requests."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head, self._in_head = 0, True
        self._patience: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as the library has it
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEAD_SECONDS, self._cut_off, TOO_SLOW)

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            return
        self._head += len(data)
        if self._head > HEAD_BYTES_MAX:
            self._cut_off(TOO_LARGE)
        elif self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._cut_off, TOO_SLOW)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        self._calm()
        super().on_headers_complete()

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _cut_off(self, said: bytes) -> None:
        self._calm()
        if not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:  # Never into the middle of another answer.
                self.transport.write(said)
            self.transport.close()
