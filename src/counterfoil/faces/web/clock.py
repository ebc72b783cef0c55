"""The page on which a person confirms the date and time, after the machine's clock jumped.

Always true (``tests/unit/web/test_clock.py``): only a supervisor or a postmaster confirms (``test_who_may_confirm``),
and only the time that she was shown (``test_a_page_that_was_open_too_long_confirms_nothing``); the office's event view
says who it was, and by how much the clock and the books are apart (``test_a_confirmed_clock_goes_on``).
"""

from __future__ import annotations

from typing import NamedTuple

from litestar import Response

from counterfoil.faces.web.visit import Visit
from counterfoil.kernel.outcomes import mark
from counterfoil.operations import window
from counterfoil.operations.desk import Desk
from counterfoil.operations.roles import may_confirm_clock

SHOWN_MAX_MS = 600_000
"""A page that was shown longer ago than this confirms nothing: the time on it is not the time."""


class Times(NamedTuple):
    """The machine's clock and the last entry's time, milliseconds; whether they are too far apart to go on."""

    now: int
    last: int
    jumped: bool


def times(desk: Desk) -> Times:
    """At the desk: what the clock says, and what the books say."""
    return Times(desk.clock.now(), desk.state.now, desk.clock_jumped() is not None)


async def shown(visit: Visit) -> Response[bytes]:
    """The date and the time as this machine has them, beside the last entry's."""
    return await _page(visit)


async def _page(visit: Visit, *, alert: str = "", status: int = 200) -> Response[bytes]:
    found = await visit.service.at_desk(times)
    return await visit.render(
        "clock.html", status=status, found=found, alert=alert, may=may_confirm_clock(visit.who.role)
    )


async def confirm(visit: Visit) -> Response[bytes]:
    """She has looked at a clock of her own: this machine's is right."""
    session, seen = visit.who, visit.form.get("_now", "")
    if not may_confirm_clock(session.role):
        return await _page(visit, status=403)
    shown_at = int(seen) if seen.isdigit() and len(seen) < 16 else 0

    def confirmed(desk: Desk) -> bool | None:
        found = times(desk)
        if abs(found.now - shown_at) > SHOWN_MAX_MS:
            return None
        if found.jumped:
            window.note_event(desk, "clock-confirmed", session.clerk, f"{(found.now - found.last) // 1_000} s")
            desk.confirm_clock()
        return True

    if await visit.service.at_desk(confirmed) is None:
        said = mark("This page was open too long, or the clock jumped again. Look at the time below once more.")
        return await _page(visit, alert=visit.say(said), status=409)
    return visit.go("/counter")
