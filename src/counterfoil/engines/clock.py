"""The only place where time is read.

Always true (``tests/unit/engines/test_clock.py``): times are whole milliseconds since 1970-01-01T00:00Z; the file's
clock never goes backwards and never past the machine's (``test_a_file_clock_never_goes_backwards``,
``test_a_file_clock_never_passes_the_machine``); a local time the office's clocks never showed is refused
(``test_an_hour_that_was_skipped_is_refused``), and of one they showed twice the first is taken unless it is too early.

Not here: the ledger's ``now`` = max(clock, last), which the desk keeps.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.kernel.days import milliseconds, moment
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.ports import Clock


class MachineClock:
    """The machine's own clock."""

    kind: str = "machine"

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1_000_000


class FileClock:
    """The clock of a file that is replayed: it shows what it was last set to.

    ``start``: what it shows before the first ``set``; without it, asking before then is ``Malformed``.
    """

    kind: str = "file"

    def __init__(self, machine: Clock | None = None, *, start: int | None = None) -> None:
        self._machine: Final[Clock] = machine or MachineClock()
        self._shown: int | None = None
        if start is not None:
            self.set(start)

    def set(self, ms: int) -> None:
        """Shows ``ms`` from now on. ``Malformed`` (field ``at``) if that is before what it shows, or yet to come."""
        if self._shown is not None and ms < self._shown:
            raise Malformed(f"the file's time goes back, from {_utc(self._shown)} to {_utc(ms)}", field="at")
        if ms > self._machine.now():
            raise Malformed(f"the file's time {_utc(ms)} is later than this machine's clock", field="at")
        self._shown = ms

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        if self._shown is None:
            raise Malformed("the file has not said what time it is: its first line needs 'at'", field="at")
        return self._shown


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name (``America/Chicago``), or ``Malformed`` (field ``zone``)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise Malformed(f"{name!r} is not a time zone such as America/Chicago", field="zone") from None


def local_ms(local: datetime, zone_name: str, *, not_before: int | None = None) -> int:
    """The milliseconds since 1970 of the naive moment ``local`` on the clocks of ``zone_name``.

    A moment shown twice, when clocks go back, is the first one, or the second if the first is before ``not_before`` or
    if ``local.fold`` is 1.
    A moment never shown, when clocks go forward, is ``Malformed`` (field ``at``).
    """
    if local.tzinfo is not None:
        raise Malformed(f"{local.isoformat()} has a zone; an office's local time has none", field="at")
    here = zone(zone_name)
    first = milliseconds(local.replace(tzinfo=here))
    if not _shown(first, local, here):
        raise Malformed(f"{local.isoformat()} was skipped by the clocks of {zone_name}", field="at")
    second = milliseconds(local.replace(tzinfo=here, fold=1))
    return second if not_before is not None and first < not_before <= second else first


def local_moment(ms: int, zone_name: str) -> datetime:
    """The naive local moment the clocks of ``zone_name`` show ``ms`` milliseconds after 1970."""
    return moment(ms).astimezone(zone(zone_name)).replace(tzinfo=None, fold=0)


def _shown(ms: int, local: datetime, here: ZoneInfo) -> bool:
    try:
        back = moment(ms).astimezone(here).replace(tzinfo=None, fold=0)
    except OverflowError:  # The first and last days of the calendar have no other side.
        return True
    return milliseconds(back) == milliseconds(local)


def _utc(ms: int) -> str:
    try:
        return moment(ms).astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:
        return f"{ms} ms"
