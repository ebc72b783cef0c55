from __future__ import annotations

from datetime import UTC, datetime

import pytest

from counterfoil.engines.clock import FileClock, MachineClock, local_moment, local_ms, zone
from counterfoil.kernel.outcomes import Malformed


class Stopped:
    kind = "machine"

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def now(self) -> int:
        return self.ms


def test_a_file_clock_never_goes_backwards() -> None:
    clock = FileClock(Stopped(10_000))
    clock.set(5_000)
    clock.set(5_000)
    with pytest.raises(Malformed, match="goes back"):
        clock.set(4_999)
    assert clock.now() == 5_000


def test_a_file_clock_never_passes_the_machine() -> None:
    machine = Stopped(10_000)
    clock = FileClock(machine)
    clock.set(10_000)
    with pytest.raises(Malformed, match="later than this machine") as caught:
        clock.set(10_001)
    assert (clock.now(), caught.value.field) == (10_000, "at")
    machine.ms = 10_001
    clock.set(10_001)
    assert clock.now() == 10_001


def test_a_file_clock_that_was_never_set_shows_nothing() -> None:
    with pytest.raises(Malformed, match="'at'"):
        FileClock(Stopped(10_000)).now()
    assert FileClock(Stopped(10_000), start=7).now() == 7


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Malformed, match="later than this machine"):
        FileClock(Stopped(0)).set(10**18)


def test_the_kinds_are_those_the_day_open_entry_records() -> None:
    assert (MachineClock().kind, FileClock().kind) == ("machine", "file")


def test_the_machine_clock_counts_whole_milliseconds() -> None:
    first, second = MachineClock().now(), MachineClock().now()
    assert type(first) is int
    assert first <= second
    assert first > int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("local", "name", "utc"),
    [
        (datetime(2026, 11, 23, 9, 5), "America/Chicago", datetime(2026, 11, 23, 15, 5, tzinfo=UTC)),
        (datetime(2026, 7, 1, 9, 5), "America/Chicago", datetime(2026, 7, 1, 14, 5, tzinfo=UTC)),
        (datetime(1993, 1, 1, 0, 0), "Europe/Prague", datetime(1992, 12, 31, 23, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, 30), "America/Chicago", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),  # the first of two
    ],
)
def test_local_times(local: datetime, name: str, utc: datetime) -> None:
    ms = local_ms(local, name)
    assert ms == int(utc.timestamp()) * 1000
    assert local_moment(ms, name) == local


def test_the_second_of_two_is_taken_when_the_first_has_passed() -> None:
    twice = datetime(2026, 11, 1, 1, 30)
    first = local_ms(twice, "America/Chicago")
    assert local_ms(twice, "America/Chicago", not_before=first) == first
    assert local_ms(twice, "America/Chicago", not_before=first + 1) == first + 3_600_000
    assert local_ms(twice, "America/Chicago", not_before=first + 3_600_001) == first


def test_an_hour_that_was_skipped_is_refused() -> None:
    with pytest.raises(Malformed, match="skipped"):
        local_ms(datetime(2026, 3, 8, 2, 30), "America/Chicago")


def test_milliseconds_are_exact() -> None:
    assert local_ms(datetime(2026, 1, 1, 0, 0, 0, 999_000), "UTC") % 1000 == 999


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar(year: int) -> None:
    assert isinstance(local_ms(datetime(year, 1 if year == 1 else 12, 1 if year == 1 else 31), "Asia/Tokyo"), int)


@pytest.mark.parametrize("name", ["", "Nowhere/Town", "../etc/passwd", "America", "a\x00b", "x" * 300])
def test_a_zone_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(Malformed, match="time zone") as caught:
        zone(name)
    assert caught.value.field == "zone"


def test_a_local_time_has_no_zone() -> None:
    with pytest.raises(Malformed, match="has a zone"):
        local_ms(datetime(2026, 1, 1, tzinfo=UTC), "UTC")
