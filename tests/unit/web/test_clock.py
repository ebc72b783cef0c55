"""A clock that jumped: the counter stops, says so, and goes on once a person has confirmed the time."""

from __future__ import annotations

import pytest

from counterfoil.operations.desk import CLOCK_AHEAD_MS, CLOCK_STEP_MS, ClockJumped
from counterfoil.operations.roles import EVERY_ROLE, may_confirm_clock
from counterfoil.testing.builders import CLERK, SECOND_SUPERVISOR, SUPERVISOR, House, counter
from counterfoil.testing.offices import KindClock
from unit.web.screen import Screen, open_screen

HOUR_MS = 3_600_000
BACK, AHEAD = -HOUR_MS, CLOCK_AHEAD_MS + HOUR_MS


def jumped(by: int) -> House:
    """An office on the machine's clock, which has since jumped."""
    house = counter()
    house.desk.clock = KindClock("machine", house.desk.state.now + by)
    return house


def confirm(screen: Screen) -> Screen:
    screen.get("/counter/clock")
    return screen.post("/counter/clock", screen.hidden("/counter/clock"))


@pytest.mark.parametrize("by", [BACK, AHEAD])
def test_a_confirmed_clock_goes_on(by: int) -> None:
    house = jumped(by)
    with open_screen(house) as screen:
        screen.sign_in(CLERK)
        screen.fill("deposit", {"amount": "10", "account": house.account})
        assert screen.status == 503
        assert 'href="/counter/clock"' in screen.text
        screen.sign_in(SUPERVISOR)
        assert confirm(screen).path == "/counter"
        assert [row[2:] for row in house.store.scan("event")][-1] == (
            "clock-confirmed", SUPERVISOR, f"{(house.desk.clock.now() - house.desk.state.now) // 1_000} s"
        )  # fmt: skip
        assert "There is nothing to confirm" in screen.get("/counter/clock").text
        assert "date and time confirmed" in screen.get("/counter/events").text
        screen.sign_in(CLERK)
        screen.fill("deposit", {"amount": "10", "account": house.account})
        assert screen.status == 200


def test_who_may_confirm() -> None:
    assert [role for role in EVERY_ROLE if may_confirm_clock(role)] == ["supervisor", "postmaster"]
    house = jumped(BACK)
    with open_screen(house) as screen:
        screen.sign_in(CLERK)
        screen.get("/counter/clock")
        assert "Ask a supervisor" in screen.text
        assert 'action="/counter/clock"' not in screen.text
        screen.post("/counter/clock", {"_now": str(house.desk.clock.now())})
        assert screen.status == 403
        with pytest.raises(ClockJumped):
            house.desk._now()
        screen.sign_in(SECOND_SUPERVISOR)
        assert confirm(screen).path == "/counter"
        assert house.desk._now() == house.desk.state.now


@pytest.mark.parametrize("seen", ["", "x", "0", "9" * 20])
def test_a_page_that_was_open_too_long_confirms_nothing(seen: str) -> None:
    house = jumped(BACK)
    with open_screen(house) as screen:
        screen.sign_in(SUPERVISOR)
        screen.get("/counter/clock")
        screen.post("/counter/clock", {"_now": seen})
        assert screen.status == 409
        assert "open too long" in screen.text
        with pytest.raises(ClockJumped):
            house.desk._now()


def test_a_small_step_is_no_jump() -> None:
    house = jumped(-CLOCK_STEP_MS)
    with open_screen(house) as screen:
        screen.sign_in(SUPERVISOR)
        screen.get("/counter/clock")
        assert "There is nothing to confirm" in screen.text
        size = len(list(house.store.scan("event")))
        screen.post("/counter/clock", {"_now": str(house.desk.clock.now())})
        assert screen.path == "/counter"
        assert len(list(house.store.scan("event"))) == size, "nothing was in doubt, so nothing was confirmed"
