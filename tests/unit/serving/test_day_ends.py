"""The end of the day beside a real server, on a clock that the test moves."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from counterfoil.bootstrap import Office
from counterfoil.engines.clock import local_ms
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import local_time
from counterfoil.office.deciding import Step
from counterfoil.office.state import State
from counterfoil.operations.audit import Asked, audit
from counterfoil.operations.day_end import DayEnd, standing
from counterfoil.serving import command, day_ends
from counterfoil.serving.config import Settings
from counterfoil.serving.day_ends import DayEnds
from counterfoil.testing import offices
from counterfoil.testing.servers import Served, served_office

SECONDS = 30


def at(moment: str) -> int:
    return local_ms(local_time(moment), "America/Denver")


def charged(s: State, day: str) -> Iterator[Fact | None]:
    """Four times a cent from every account, and then more than anybody has."""
    for (account,) in sorted(s.holding.rows):
        for amount in (1, 1, 1, 1, 99_000_000):
            yield HouseMoved(account, "fees", amount, "out", "test")


def counted(office: Office) -> None:
    """The drawer is closed and the vault counted: the day may end."""
    desk, ana, ben, number = office.desk, offices.clerk("101"), offices.clerk("102"), count(50)

    def do(kind: str, by: Sequence[Any], **fields: Any) -> None:
        offices.done(desk, offices.ask(desk, next(number), kind, by=by, **fields))

    do("till-count", [ben], till=offices.TILL, count={"10000": 21})
    do("till-close", [ben], till=offices.TILL)
    do("vault-count", [ana, ben], count={"10000": 180})


@pytest.fixture
def clock() -> offices.KindClock:
    return offices.KindClock("file", offices.START_MS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose day is counted; only ever copied."""
    folder = tmp_path_factory.mktemp("made") / "office"
    offices.new_office(folder)
    with offices.seated(folder) as office:
        counted(office)
    return folder


@pytest.fixture
def server(made: Path, tmp_path: Path, clock: offices.KindClock) -> Iterator[Served]:
    folder = Path(copytree(made, tmp_path / "office"))
    with offices.seated(folder, seed=9, clock=clock) as office, served_office(office) as running:
        yield running


def ending(server: Served, **more: Any) -> DayEnds:
    work = server.work
    ticks = count()
    return DayEnds(work.service, log=work.log, metrics=work.metrics, seconds=lambda: next(ticks), look=0.005, **more)


@contextmanager
def beside(days: DayEnds) -> Iterator[Callable[[], None]]:
    """Runs on a loop of its own until the block ends; the value stops it without waiting."""
    started, made = threading.Event(), list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]]()

    async def run() -> None:
        task = asyncio.ensure_future(days.run())
        made.append((asyncio.get_running_loop(), task))
        started.set()
        await task

    def cancelled() -> None:
        loop, task = made[0]
        loop.call_soon_threadsafe(task.cancel)

    def loop() -> None:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(run())

    thread = threading.Thread(target=loop)
    thread.start()
    assert started.wait(SECONDS)
    try:
        yield cancelled
    finally:
        if thread.is_alive():
            cancelled()
        thread.join(SECONDS)
        assert not thread.is_alive()


def until(check: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(SECONDS * 200):
        if check():
            return
        waiting.wait(0.005)
    raise AssertionError("it did not come to that")


def lines(server: Served, event: str) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, server.err.getvalue().splitlines()) if one["event"] == event]


def ended(server: Served) -> str | None:
    service = server.work.service
    return service.sequencer.call(lambda: standing(service.desk).ended)


def sound(server: Served) -> bool:
    service = server.work.service
    return service.sequencer.call(lambda: audit(service.desk.store, Asked(workers=0)).findings) == ()


def figures(server: Served) -> dict[str, float]:
    text = httpx.get(f"{server.url}/metrics", trust_env=False).text
    pairs = [line.rpartition(" ") for line in text.splitlines() if line.startswith("counterfoil_day_end_")]
    return {name.removeprefix("counterfoil_day_end_"): float(value) for name, _, value in pairs}


def test_a_day_ends_once_at_the_editions_hour(server: Served, clock: offices.KindClock) -> None:
    looks, days = list[int](), ending(server)
    look = days.look

    def counted_look() -> None:
        look()
        looks.append(server.office.desk.size)

    days.look = counted_look  # type: ignore[method-assign]  # each look is counted
    clock.ms = at("2026-03-02T20:59")
    with beside(days):
        until(lambda: len(looks) > 3)
        assert ended(server) is None
        assert figures(server) == {"last_day_seconds": 0, "running": 0, "seconds": 0, "set_aside": 0}
        clock.ms = at("2026-03-02T21:00")
        until(lambda: bool(lines(server, "day-end finished")))
        size, seen = server.office.desk.size, len(looks)
        until(lambda: len(looks) > seen + 3)
        assert server.office.desk.size == size
    assert ended(server) == offices.DAY
    (begun,), (done,) = lines(server, "day-end started"), lines(server, "day-end finished")
    assert (begun["due"], begun["unfinished"]) == ([offices.DAY], [])
    assert (done["days"], done["aside"], done["resumed"], done["seconds"]) == ([offices.DAY], [], [], 1)
    assert figures(server)["last_day_seconds"] == 1_772_409_600
    assert sound(server)


def test_a_stop_ends_within_a_piece_and_the_next_start_goes_on(
    server: Served, clock: offices.KindClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_ends, "DayEnd", partial(DayEnd, steps=(Step("charge", "day-step", charged),)))
    clock.ms = at("2026-03-02T21:00")
    desk, handle, calls = server.office.desk, server.office.desk.handle, []
    days = ending(server, piece=1)
    stopping = threading.Event()

    def handled(requests: Sequence[Any]) -> list[Any]:
        calls.append(len(requests))
        if len(calls) == 3:  # The step's entry, a line, and this one.
            stopping.set()
            until(days._stop.is_set)
        return handle(requests)

    monkeypatch.setattr(desk, "handle", handled)
    with beside(days) as stop:
        assert stopping.wait(SECONDS)
        stop()
    assert calls == [1, 1, 1]
    assert lines(server, "day-end stopped")
    assert not lines(server, "day-end finished")
    (row,) = desk.state.bulk.rows.values()
    assert (row.posted, row.size) == (2, 5)
    with beside(ending(server)):
        until(lambda: bool(lines(server, "day-end finished")))
    assert lines(server, "day-end started")[1]["unfinished"] == [f"{offices.DAY} charge"]
    assert desk.state.bulk.rows[offices.DAY, "charge"].posted == 5
    assert ended(server) == offices.DAY
    assert sound(server)


def test_lines_set_aside_are_told_without_an_account(
    server: Served, clock: offices.KindClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_ends, "DayEnd", partial(DayEnd, steps=(Step("charge", "day-step", charged),)))
    clock.ms = at("2026-03-02T21:00")
    ending(server).look()
    assert lines(server, "day-end finished")[0]["aside"] == [[offices.DAY, "charge", "exceeds_credits", 1]]
    assert figures(server)["set_aside"] == 1
    assert server.account not in server.err.getvalue()
    assert server.account not in httpx.get(f"{server.url}/metrics", trust_env=False).text


def test_what_cannot_be_done_now_is_reported_and_tried_again(server: Served, clock: offices.KindClock) -> None:
    clock.kind, clock.ms = "machine", at("2026-03-20T08:00")  # So far ahead that a person must confirm it.
    days = ending(server)
    days.look()
    assert (ended(server), lines(server, "unavailable")[0]["error"]) == (None, "ClockJumped")
    server.work.service.sequencer.call(server.office.desk.confirm_clock)
    days.look()
    assert ended(server) == offices.DAY


def test_what_is_cut_is_finished_at_any_hour_and_nothing_else_is_begun(
    server: Served, clock: offices.KindClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = partial(DayEnd, steps=(Step("charge", "day-step", charged),))
    monkeypatch.setattr(day_ends, "DayEnd", step)
    service, pieces = server.work.service, count(1)

    def cut(call: Callable[[Any], Any]) -> Any:
        if next(pieces) > 7:
            raise KeyboardInterrupt
        return service.sequencer.call(lambda: call(service.desk))

    with pytest.raises(KeyboardInterrupt):
        step(cut, piece=2).run(offices.DAY)
    assert standing(service.desk).unfinished
    ending(server).look()  # It is 8 in the morning.
    assert (standing(service.desk).unfinished, ended(server)) == ((), None)
    assert lines(server, "day-end finished")[0]["resumed"] == [f"{offices.DAY} charge"]


@pytest.mark.parametrize(("set_to", "number"), [("edition", 2), ("off", 1)])
def test_it_can_be_turned_off(server: Served, set_to: str, number: int) -> None:
    made = command.sides(server.work, hooks=None, settings=Settings(day_end=set_to))  # type: ignore[arg-type]  # webhooks are not looked at here
    assert len(made) == number
