"""The end of the day beside a server: it comes at the edition's hour, by itself, in pieces, while the counter goes on.

Always true: one thread looks and runs, so no two runs are ever under way
(``test_a_day_ends_once_at_the_editions_hour``); a stop waits for one piece at most, and the next start goes on where it
was cut (``test_a_stop_ends_within_a_piece_and_the_next_start_goes_on``); what is logged and measured names days, steps
and reasons, and no account (``test_lines_set_aside_are_told_without_an_account``). What cannot be done now is reported
and tried again at the next look.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from counterfoil.operations.day_end import PIECE, DayEnd, Report, by_itself
from counterfoil.operations.desk import Desk
from counterfoil.operations.service import Service
from counterfoil.serving.logs import Log
from counterfoil.serving.watch import Metrics

T = TypeVar("T")
LOOK_SECONDS = 60.0
"""How often a look is taken at whether a day is due: a few comparisons at the desk."""


class _StopAsked(Exception):
    """The server stops: nothing more is begun."""


class DayEnds:
    """Ends days until it is cancelled. ``seconds``: a monotonic clock; ``piece``: lines in one go."""

    def __init__(
        self, service: Service, *, log: Log, metrics: Metrics, seconds: Callable[[], float],
        look: float = LOOK_SECONDS, piece: int = PIECE,
    ) -> None:  # fmt: skip
        self._service, self._log, self._metrics, self._seconds = service, log, metrics, seconds
        self._look, self._piece = look, piece
        self._stop = Event()

    async def run(self) -> None:
        """Looks at once, and then every minute, until cancelled; then waits for the piece that is being booked."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="counterfoil-day-end")
        loop = asyncio.get_running_loop()
        try:
            while True:
                await loop.run_in_executor(thread, self.look)
                await asyncio.sleep(self._look)
        finally:
            self._stop.set()
            await loop.run_in_executor(None, thread.shutdown)

    def look(self) -> None:
        """Ends what is due now, if anything is. Blocks; its errors are reported and never raised."""
        try:
            self._ended()
        except _StopAsked:
            self._log.info("day-end stopped")
        except Exception as error:  # Whatever it is, the next look tries again: a day must not stay open unseen.
            self._log.report(error)
        finally:
            self._metrics.day_end_running.set(0)

    def _ended(self) -> None:
        now = self._at_desk(by_itself)
        self._metrics.day_ended(now.ended)
        if not now.due and not now.unfinished:
            return
        self._metrics.day_end_running.set(1)
        self._log.info(
            "day-end started", due=list(now.due), unfinished=[f"{one.date} {one.step}" for one in now.unfinished]
        )
        start, work = self._seconds(), DayEnd(self._at_desk, piece=self._piece)
        report = work.run(now.due[-1]) if now.due else Report(resumed=work.resume())
        took = self._seconds() - start
        lines = sum(step.lines for day in report.days for step in day.steps)
        self._metrics.day_end_ran(took, len(report.set_aside))
        for day in report.days:
            self._metrics.day_ended(day.date)
        aside = Counter((one.date, one.step, one.reason) for one in report.set_aside)
        self._log.info(
            "day-end finished", days=[day.date for day in report.days], resumed=report.resumed, lines=lines,
            aside=[[*what, number] for what, number in sorted(aside.items())], seconds=round(took, 3),
        )  # fmt: skip

    def _at_desk(self, call: Callable[[Desk], T]) -> T:
        if self._stop.is_set():
            raise _StopAsked
        service = self._service
        return service.sequencer.call(lambda: call(service.desk))
