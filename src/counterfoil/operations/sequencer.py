"""The sequencer: many callers, one desk. Requests that arrive while a commit runs form the next group; no timer.

Always true: ``handle`` of the desk runs in this one thread; a caller is answered after its group's commit, or told that
the desk has stopped; nobody waits for ever (``test_waiting_callers_are_told_when_the_desk_stops``).
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

from counterfoil.operations.answers import Answer, Unanswered
from counterfoil.operations.desk import Desk, Request, SystemRequest

GROUP_REQUESTS_MAX = 256
"""Requests in one group: bounds how long the first of them waits for the last."""


class Sequencer:
    """Owns the desk's thread. ``submit`` may be called from any thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: queue.SimpleQueue[tuple[Request | SystemRequest, Future[Answer]] | None] = queue.SimpleQueue()
        self._closed = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="counterfoil-desk", daemon=True)
        self._thread.start()

    def submit(self, request: Request | SystemRequest) -> Future[Answer]:
        """The future answer; its exception is the request's own error."""
        answer: Future[Answer] = Future()
        with self._closed:
            if not self._open:
                answer.set_exception(Unanswered("The desk is closed."))
                return answer
            self._waiting.put((request, answer))
        return answer

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
                for _, waiting in group:
                    waiting.set_exception(error)
                continue
            for (_, waiting), answer in zip(group, answers, strict=True):
                if isinstance(answer, Exception):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)

    def _next_group(self) -> tuple[list[tuple[Request | SystemRequest, Future[Answer]]], bool]:
        """Waits for one request, then takes all that have come meanwhile."""
        group = []
        item = self._waiting.get()
        while item is not None:
            group.append(item)
            if len(group) == GROUP_REQUESTS_MAX or self._waiting.empty():
                return group, True
            item = self._waiting.get()
        return group, False
