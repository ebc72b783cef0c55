"""An office at work: one desk on its own thread, asked by faces that live on an event loop.

Always true:

1. The desk, its state and its store are touched by the sequencer's thread alone (``ask``, ``at_desk``, and what
   ``Authority`` does for sign-in); a question to the books (``read``) goes over a read-only connection of its own and
   sees everything that was answered before it was asked (``test_a_question_sees_what_was_answered_before``).
2. The loop never waits: not for a commit, not for a question, not for a PIN (``test_a_slow_call_holds_nobody_up``).
3. ``close`` finishes what was accepted, then drops every unsealed key
   (``test_closing_finishes_what_was_accepted_and_drops_keys``).
4. What people ask who are not at the counter (passphrases, photos, files to verify) waits in a row of its own: however
   much of it there is, the counter does not wait for it (``test_everybody_else_does_not_hold_up_the_counter``).

Worked example::

    answer = await service.ask(Request(new_id, await service.at_desk(lambda desk: desk.epoch), ask, [signer]))
    rows = await service.read(lambda store: list(store.scan("till")))
    session = await service.work(lambda: service.authority.sign_in("102", pin))
"""

from __future__ import annotations

import asyncio
import copy
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from counterfoil.kernel.outcomes import CounterfoilError, Fault, Unavailable, mark
from counterfoil.operations.answers import Answer
from counterfoil.operations.authority import Authority
from counterfoil.operations.desk import Desk, Request, SystemRequest
from counterfoil.operations.sequencer import Sequencer
from counterfoil.operations.store import OfficeStore

T = TypeVar("T")

READERS, WORKERS, GUESTS = 2, 4, 2
"""Threads for questions, for slow calls, and for everybody who is not at the counter. Few: an unsealing takes
memory, and Python runs one at a time anyway."""
QUESTIONS_WAITING_MAX, CALLS_WAITING_MAX, GUESTS_WAITING_MAX = 512, 64, 64
"""Beyond these the answer is ``Busy`` at once, so that nobody waits behind a queue without end."""


class Busy(Unavailable):
    """More questions or sign-ins wait than this office can take on."""

    def __init__(self) -> None:
        super().__init__(mark("This office is busy. Try again in a few seconds. Nothing has been recorded."))


class Service:
    """An office at work. ``reader`` opens a read-only store; each is used by one thread at a time."""

    def __init__(self, desk: Desk, authority: Authority, *, reader: Callable[[], OfficeStore]) -> None:
        self.desk, self.authority = desk, authority
        self.sequencer = Sequencer(desk)
        authority.through(self.sequencer.call)
        self._reader = reader
        self._idle: queue.SimpleQueue[OfficeStore] = queue.SimpleQueue()
        self._questions = _Pool(READERS, QUESTIONS_WAITING_MAX, "counterfoil-reader")
        self._calls = _Pool(WORKERS, CALLS_WAITING_MAX, "counterfoil-worker")
        self._guests = _Pool(GUESTS, GUESTS_WAITING_MAX, "counterfoil-guest")

    def for_everybody(self) -> Service:
        """The same office, for people who are not at its counter. It is closed with this one."""
        other = copy.copy(self)
        other._questions = other._calls = self._guests
        return other

    async def ask(self, request: Request | SystemRequest) -> Answer:
        """The answer, after its commit; raises what is the request's own error. Whoever stops waiting undoes
        nothing."""
        return await self.asked(request)

    def asked(self, request: Request | SystemRequest) -> asyncio.Future[Answer]:
        """As ``ask``, handed to the desk at once: what a caller with many requests waits for afterwards."""
        return self.sequencer.ask(request)

    async def read(self, question: Callable[[OfficeStore], T]) -> T:
        """The answer to a question, from one snapshot of the books: the newest commit when it begins. It must be whole
        when it returns (a list, not an iterator)."""
        return await self._questions.run(lambda: self._answered(question))

    async def at_desk(self, call: Callable[[Desk], T]) -> T:
        """The value of ``call``, run on the desk's thread between two groups: keep it short."""
        return await self._calls.run(lambda: self.sequencer.call(lambda: call(self.desk)))

    async def work(self, call: Callable[[], T]) -> T:
        """The value of a slow call (a PIN, a sign-in, a picture), made on another thread."""
        return await self._calls.run(call)

    def warm(self) -> None:
        """Reads, on a reader's own thread, what the first search would else wait for."""
        self._questions.begin(lambda: self._answered(self.desk.people.catch_up))

    def close(self) -> None:
        """Finishes what was accepted, drops unsealed keys and closes the readers; the desk's store stays its opener's.
        Blocks; a second call does nothing."""
        self._questions.close()
        self._calls.close()
        self._guests.close()
        self.sequencer.close()
        self.authority.close()
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _answered(self, question: Callable[[OfficeStore], T]) -> T:
        try:
            store = self._idle.get_nowait()
        except queue.Empty:
            store = self._reader()
        try:
            store.renew()
            found = question(store)
        except (Unavailable, Fault):  # The store was closed under it, or its connection broke: never used again.
            with suppress(CounterfoilError):
                store.close()
            raise
        except BaseException:
            self._give_back(store)
            raise
        self._give_back(store)
        return found

    def _give_back(self, store: OfficeStore) -> None:
        """A snapshot that is held keeps the store from clearing its log: it is let go at once."""
        store.renew()
        self._idle.put(store)


class _Pool:
    """A few threads, and a bound on what waits for them."""

    def __init__(self, threads: int, waiting: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threading.BoundedSemaphore(threads + waiting)

    async def run(self, call: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            future = self._threads.submit(call)
        except RuntimeError:  # Closed.
            self._room.release()
            raise Unavailable(mark("This office is closing. Nothing has been recorded.")) from None
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(future)

    def begin(self, call: Callable[[], object]) -> None:
        """Runs ``call`` for nobody in particular: what goes wrong, whoever asks next meets again."""
        with suppress(RuntimeError):  # Closed.
            self._threads.submit(call)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
