"""The sequencer: many callers, one desk. Requests that arrive while a commit runs form the next group; no timer.

Callers are threads (``submit``) or tasks of an event loop (``ask``). A loop hears of a whole group at once: waking a
thread for each answer costs more than half of what deciding it does.

Always true: ``handle`` of the desk runs in this one thread, and so does whatever else touches the desk (``call``),
between two groups (``test_a_call_runs_between_two_groups``); a caller is answered after its group's commit, or told
that the desk has stopped; nobody waits for ever (``test_waiting_callers_are_told_when_the_desk_stops``).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from counterfoil.kernel.outcomes import CounterfoilError
from counterfoil.operations.answers import Answer, Unanswered
from counterfoil.operations.desk import Desk, Request, SystemRequest

GROUP_REQUESTS_MAX = 256
"""Requests in one group: bounds how long the first of them waits for the last."""

T = TypeVar("T")
_Waiter = Future[Answer] | asyncio.Future[Answer]


class _Asked(NamedTuple):
    request: Request | SystemRequest
    waiter: _Waiter


class _Call(NamedTuple):
    run: Callable[[], Any]
    done: Future[Any]


_Item = _Asked | _Call | None
"""What waits for the desk; None: it closes."""


class Sequencer:
    """Owns the desk's thread. ``submit`` may be called from any thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._closed, self._afterwards = threading.Lock(), threading.RLock()
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
            # On the caller's thread; what goes wrong here the desk meets again and answers.
            with suppress(CounterfoilError):
                request.prepare(self._desk.state)
        with self._closed:
            if self._open:
                self._waiting.put(_Asked(request, answer))
            return self._open

    def call(self, run: Callable[[], T]) -> T:
        """Runs ``run`` on the desk's thread, after what was asked before it; its value or error is the caller's.

        It may touch the desk as ``handle`` does. Called from the desk's own thread, or once that has ended, it runs at
        once. Blocks: tasks of an event loop hand this to another thread.
        """
        if threading.current_thread() is self._thread:
            return run()
        done: Future[T] = Future()
        with self._closed:
            accepted = self._open
            if accepted:
                self._waiting.put(_Call(run, done))
        if accepted:
            return done.result()
        self._thread.join()
        with self._afterwards:
            return run()

    def close(self) -> None:
        """Finishes what was accepted, then stops."""
        with self._closed:
            self._open = False
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        item = self._waiting.get()
        while item is not None:
            if isinstance(item, _Call):
                _made(item)
                item = self._waiting.get()
                continue
            group, item = self._group(item)
            try:
                answers = self._desk.handle([asked.request for asked in group])
            except Exception as error:  # Whatever it is, every caller of the group must hear of it.
                answers = [error] * len(group)
            _tell([(asked.waiter, answer) for asked, answer in zip(group, answers, strict=True)])
            if isinstance(item, _Asked):
                item = self._waiting.get()

    def _group(self, first: _Asked) -> tuple[list[_Asked], _Item]:
        """All requests that have come meanwhile, and what ended the group: a call, the closing, or (an asked one) no
        more waiting."""
        group: list[_Asked] = [first]
        while len(group) < GROUP_REQUESTS_MAX and not self._waiting.empty():
            item = self._waiting.get()
            if not isinstance(item, _Asked):
                return group, item
            group.append(item)
        return group, group[-1]


def _made(call: _Call) -> None:
    """Runs a call; its error is its caller's."""
    try:
        value = call.run()
    except BaseException as error:  # Also an interruption: whoever waits must hear of it.
        call.done.set_exception(error)
    else:
        call.done.set_result(value)


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
