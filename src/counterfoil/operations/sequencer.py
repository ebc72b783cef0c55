"""The sequencer: many callers, one desk. Requests that arrive while a commit runs form the next group; no timer.

Callers are threads (``submit``) or tasks of an event loop (``ask``). A loop hears of a whole group at once: waking a
thread for each answer costs more than half of what deciding it does.

Always true: ``handle`` of the desk runs in this one thread; a caller is answered after its group's commit, or told that
the desk has stopped; nobody waits for ever (``test_waiting_callers_are_told_when_the_desk_stops``).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from counterfoil.kernel.outcomes import CounterfoilError
from counterfoil.operations.answers import Answer, Unanswered
from counterfoil.operations.desk import Desk, Request, SystemRequest

GROUP_REQUESTS_MAX = 256
"""Requests in one group: bounds how long the first of them waits for the last."""

_Waiter = Future[Answer] | asyncio.Future[Answer]
_Group = list[tuple[Request | SystemRequest, _Waiter]]


class Sequencer:
    """Owns the desk's thread. ``submit`` may be called from any thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: queue.SimpleQueue[tuple[Request | SystemRequest, _Waiter] | None] = queue.SimpleQueue()
        self._closed = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="counterfoil-desk", daemon=True)
        self._thread.start()

    def submit(self, request: Request | SystemRequest) -> Future[Answer]:
        """The future answer, from any thread; its exception is the request's own error."""
        answer: Future[Answer] = Future()
        if not self._put(request, answer):
            answer.set_exception(Unanswered("The desk is closed."))
        return answer

    def ask(self, request: Request | SystemRequest) -> asyncio.Future[Answer]:
        """As ``submit``, from a task of the running event loop."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if not self._put(request, answer):
            answer.set_exception(Unanswered("The desk is closed."))
        return answer

    def _put(self, request: Request | SystemRequest, answer: _Waiter) -> bool:
        """Hands the request to the desk; False: the desk is closed."""
        if isinstance(request, Request):
            # The clerk signs on her own thread; what goes wrong here the desk meets again and answers.
            with suppress(CounterfoilError):
                request.approved(self._desk.state.place)
        with self._closed:
            if self._open:
                self._waiting.put((request, answer))
            return self._open

    def close(self) -> None:
        """Finishes what was accepted, then stops."""
        with self._closed:
            self._open = False
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        more = True
        while more:
            group, more = self._next_group()
            if not group:
                continue
            try:
                answers = self._desk.handle([request for request, _ in group])
            except Exception as error:  # Whatever it is, every caller of the group must hear of it.
                answers = [error] * len(group)
            _tell([(waiter, answer) for (_, waiter), answer in zip(group, answers, strict=True)])

    def _next_group(self) -> tuple[_Group, bool]:
        """Waits for one request, then takes all that have come meanwhile."""
        group = []
        item = self._waiting.get()
        while item is not None:
            group.append(item)
            if len(group) == GROUP_REQUESTS_MAX or self._waiting.empty():
                return group, True
            item = self._waiting.get()
        return group, False


def _tell(told: list[tuple[_Waiter, Answer | Exception]]) -> None:
    """Wakes the callers of a group: threads one by one, each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[_Waiter, Answer | Exception]]] = {}
    threads = []
    for waiter, answer in told:
        if isinstance(waiter, Future):
            threads.append((waiter, answer))
        else:
            loops.setdefault(waiter.get_loop(), []).append((waiter, answer))
    _settle(threads)
    for loop, group in loops.items():
        with suppress(RuntimeError):  # The loop was closed: nobody is waiting there any more.
            loop.call_soon_threadsafe(_settle, group)


def _settle(told: Sequence[tuple[_Waiter, Answer | Exception]]) -> None:
    for waiter, answer in told:
        if waiter.cancelled():  # Whoever asked went away; what was recorded stays, and is told when asked again.
            continue
        if isinstance(answer, Exception):
            waiter.set_exception(answer)
        else:
            waiter.set_result(answer)
