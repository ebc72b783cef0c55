"""Time at the counter: the machine's clock and a file's, clocks that jump, and the nights when clocks are set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from counterfoil.engines.clock import FileClock, local_ms
from counterfoil.facts.office import DayOpened
from counterfoil.office.refusals import OtherClock
from counterfoil.operations.answers import Accepted, Refused
from counterfoil.operations.authority import Session
from counterfoil.operations.desk import CLOCK_AHEAD_MS, CLOCK_STEP_MS, ClockJumped, Desk, read_entry
from counterfoil.operations.replay import Player
from counterfoil.testing.offices import (
    DAY,
    FIRST_REQUEST,
    START_MS,
    TILL,
    KindClock,
    account_of,
    clerk,
    deposit,
    differences,
    done,
    new_office,
    reloaded_wrongly,
    request_number,
    seated,
)

HOUR_MS = 3_600_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An office whose day was opened on the machine's clock."""
    new_office(tmp_path / "office", clock="machine")
    return tmp_path / "office"


@pytest.fixture
def file_folder(tmp_path: Path) -> Path:
    """An office whose day was opened on a file's clock."""
    new_office(tmp_path / "file-office")
    return tmp_path / "file-office"


def times(desk: Desk) -> list[int]:
    """The time of every entry, in order."""
    return [read_entry(kept).core.time_ms for kept in desk.store.entries(desk.epoch, 0, desk.size)]


# --- two kinds of clock ---


@pytest.mark.parametrize("kind", ["machine", "file"])
def test_the_entry_that_opens_a_day_records_its_clock(tmp_path: Path, kind: str) -> None:
    new_office(tmp_path / "office", clock=kind)
    with seated(tmp_path / "office") as office:
        desk = office.desk
        facts = [fact for kept in desk.store.entries(1, 0, desk.size) for fact in read_entry(kept).facts]
        assert [fact.clock for fact in facts if isinstance(fact, DayOpened)] == [kind]
        assert [row.clock for row in desk.state.day.all()] == [kind]


@pytest.mark.parametrize(("day", "now"), [("machine", "file"), ("file", "machine")])
def test_a_day_refuses_requests_from_the_other_clock(tmp_path: Path, day: str, now: str) -> None:
    new_office(tmp_path / "office", clock=day)
    with seated(tmp_path / "office", clock=KindClock(now, START_MS)) as office:
        before = office.desk.state.machine.accounts()
        answer = office.desk.one(deposit(office.desk, FIRST_REQUEST, 500))
        assert isinstance(answer, Refused)
        assert answer.refusal == OtherClock(DAY, day, now)
        assert office.desk.state.machine.accounts() == before
    with seated(tmp_path / "office", clock=KindClock(day, START_MS)) as office:
        done(office.desk, deposit(office.desk, FIRST_REQUEST + 1, 500))


# --- the machine's clock ---


def test_a_machine_clock_that_jumps_back_stops_the_till_until_a_person_confirms(folder: Path) -> None:
    clock = KindClock("machine", START_MS + HOUR_MS)
    with seated(folder, clock=clock) as office:
        desk = office.desk
        done(desk, deposit(desk, FIRST_REQUEST, 500))
        clock.ms -= CLOCK_STEP_MS + 1
        size, request = desk.size, deposit(desk, FIRST_REQUEST + 1, 600)
        for _ in range(2):
            with pytest.raises(ClockJumped, match="Nothing has been recorded"):
                desk.one(request)
        assert (desk.size, desk.recall(request.id)) == (size, None)
        desk.confirm_clock()
        done(desk, request)
        clock.ms += 1_000
        done(desk, deposit(desk, FIRST_REQUEST + 2, 700))
        clock.ms = START_MS + 2 * HOUR_MS
        done(desk, deposit(desk, FIRST_REQUEST + 3, 800))
        assert times(desk)[-4:] == [START_MS + HOUR_MS] * 3 + [START_MS + 2 * HOUR_MS]
        clock.ms -= HOUR_MS
        with pytest.raises(ClockJumped):  # What was confirmed was the first jump, not this one.
            desk.one(deposit(desk, FIRST_REQUEST + 4, 900))
        assert reloaded_wrongly(desk) == []
    assert differences(folder) == []


def test_a_machine_clock_far_ahead_stops_the_till_until_a_person_confirms(folder: Path) -> None:
    clock = KindClock("machine", START_MS + HOUR_MS)
    with seated(folder, clock=clock) as office:
        desk = office.desk
        done(desk, deposit(desk, FIRST_REQUEST, 500))
        clock.ms += CLOCK_AHEAD_MS
        done(desk, deposit(desk, FIRST_REQUEST + 1, 500))  # Ten days shut is no jump.
        clock.ms += CLOCK_AHEAD_MS + 1
        size, request = desk.size, deposit(desk, FIRST_REQUEST + 2, 600)
        with pytest.raises(ClockJumped, match=r"10 days after the last entry.*Nothing has been recorded"):
            desk.one(request)
        assert (desk.size, desk.recall(request.id)) == (size, None)
        desk.confirm_clock()
        done(desk, request)
        clock.ms += 1_000 * CLOCK_AHEAD_MS  # What was confirmed was that time, not any other.
        with pytest.raises(ClockJumped):
            desk.one(deposit(desk, FIRST_REQUEST + 3, 600))
    assert differences(folder) == []


@pytest.mark.parametrize("back", [1, CLOCK_STEP_MS])
def test_a_small_step_back_is_no_jump_and_no_entry_goes_back(folder: Path, back: int) -> None:
    clock = KindClock("machine", START_MS + HOUR_MS)
    with seated(folder, clock=clock) as office:
        done(office.desk, deposit(office.desk, FIRST_REQUEST, 500))
        clock.ms -= back
        done(office.desk, deposit(office.desk, FIRST_REQUEST + 1, 500))
        assert times(office.desk)[-2:] == [START_MS + HOUR_MS] * 2


def test_a_clock_that_was_set_back_while_the_office_was_shut_is_noticed(folder: Path) -> None:
    with seated(folder, clock=KindClock("machine", START_MS + HOUR_MS)) as office:
        done(office.desk, deposit(office.desk, FIRST_REQUEST, 500))
    with seated(folder, clock=KindClock("machine", START_MS)) as office:
        with pytest.raises(ClockJumped):
            office.desk.one(deposit(office.desk, FIRST_REQUEST + 1, 500))
        office.desk.confirm_clock()
        done(office.desk, deposit(office.desk, FIRST_REQUEST + 1, 500))
        assert times(office.desk) == sorted(times(office.desk))


# --- a file's clock ---


class Replayed:
    """An office at which lines are played on a file's clock."""

    def __init__(self, folder: Path, *, shown: int | None = None, machine_ms: int = START_MS + 9_000 * HOUR_MS) -> None:
        self.clock = FileClock(KindClock("machine", machine_ms), start=shown)
        self.office = seated(folder, clock=self.clock)
        for number in ("101", "102"):
            self.office.authority.sessions[number] = Session(number, clerk(number))
        self.player = Player(
            self.office.desk, self.office.authority, pins=lambda _: "", clock=self.clock, to_ms=local_ms
        )
        self.numbers = iter(range(FIRST_REQUEST, 2 * FIRST_REQUEST))

    def play(self, *ats: str | None) -> list[dict[str, Any]]:
        """A deposit a line, at these local times."""
        account = account_of(self.office.desk)
        lines = []
        for at in ats:
            line = {
                "id": request_number(next(self.numbers)).hex(), "kind": "deposit", "clerk": "102", "till": TILL,
                "account": account, "amount": 100, "currency": "USD",
            }  # fmt: skip
            lines.append(json.dumps(line if at is None else {**line, "at": at}))
        return list(self.player.play(lines))


@pytest.fixture
def replayed(file_folder: Path) -> Iterator[Replayed]:
    found = Replayed(file_folder)
    with found.office:
        yield found


def test_a_file_that_goes_back_is_malformed_and_records_nothing(replayed: Replayed) -> None:
    size = replayed.office.desk.size
    outcomes = replayed.play("2026-03-02T09:30", "2026-03-02T09:29", None, "2026-03-02T09:30")
    assert [outcome["outcome"] for outcome in outcomes] == ["accepted", "malformed", "accepted", "accepted"]
    assert outcomes[1]["field"] == "at"
    assert replayed.office.desk.size == size + 3
    assert replayed.office.desk.recall(request_number(FIRST_REQUEST + 1)) is None


def test_a_file_never_passes_the_machine(file_folder: Path) -> None:
    replayed = Replayed(file_folder, machine_ms=local_ms_of("2026-03-02T12:00"))
    with replayed.office:
        outcomes = replayed.play("2026-03-02T12:01", "2026-03-02T12:00")
        assert [outcome["outcome"] for outcome in outcomes] == ["malformed", "accepted"]
        assert "later than this machine's clock" in outcomes[0]["message"]


def test_steps_of_a_file_are_no_jumps(replayed: Replayed) -> None:
    outcomes = replayed.play("2026-03-02T09:30", "2026-03-02T23:59", "2026-03-09T08:00")
    assert [outcome["outcome"] for outcome in outcomes] == ["accepted"] * 3
    assert times(replayed.office.desk) == sorted(times(replayed.office.desk))


def test_a_file_is_played_again_from_its_beginning(file_folder: Path) -> None:
    """A second play begins before the last entry: the same answers, and no time goes back."""
    ats = ("2026-03-02T09:30", "2026-03-02T15:00")
    plays = []
    for _ in range(2):
        replayed = Replayed(file_folder)
        with replayed.office:
            plays.append(replayed.play(*ats))
            size = replayed.office.desk.size
    assert plays[0] == plays[1]
    replayed = Replayed(file_folder)
    with replayed.office:
        replayed.numbers = iter([2 * FIRST_REQUEST])
        assert replayed.play("2026-03-02T08:30")[0]["outcome"] == "accepted"
        assert times(replayed.office.desk)[size:] == [local_ms_of("2026-03-02T15:00")]


def test_a_line_in_the_hour_that_clocks_skip_is_malformed(replayed: Replayed) -> None:
    outcomes = replayed.play("2026-03-08T01:59", "2026-03-08T02:00", "2026-03-08T02:59", "2026-03-08T03:00")
    assert [outcome["outcome"] for outcome in outcomes] == ["accepted", "malformed", "malformed", "accepted"]
    assert "skipped" in outcomes[1]["message"]
    before, after = times(replayed.office.desk)[-2:]
    assert after - before == 60_000


def test_lines_in_the_hour_that_clocks_show_twice_stay_in_order(replayed: Replayed) -> None:
    outcomes = replayed.play(
        "2026-11-01T00:59", "2026-11-01T01:10", "2026-11-01T01:50", "2026-11-01T01:10", "2026-11-01T01:50",
        "2026-11-01T02:00", "2026-11-01T01:55",
    )  # fmt: skip
    assert [outcome["outcome"] for outcome in outcomes] == [*["accepted"] * 6, "malformed"]
    steps = times(replayed.office.desk)[-6:]
    minutes = [(later - earlier) // 60_000 for earlier, later in pairwise(steps)]
    assert minutes == [11, 40, 20, 40, 10]


def test_an_answer_from_before_the_night_is_the_same_after_it(replayed: Replayed) -> None:
    request = deposit(replayed.office.desk, 3 * FIRST_REQUEST, 500)
    replayed.play("2026-03-08T01:59")
    first = replayed.office.desk.one(request)
    replayed.play("2026-03-08T03:00")
    assert isinstance(first, Accepted)
    assert replayed.office.desk.one(request) == first


def local_ms_of(text: str) -> int:
    """The moment of a local time at the office."""
    from datetime import datetime

    return local_ms(datetime.fromisoformat(text), "America/Denver")
