"""Days and local times: read exactly as written, turned into milliseconds without a float."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.days import day, local_day, local_time, milliseconds, moment, months_later
from counterfoil.kernel.outcomes import Malformed


@pytest.mark.parametrize(("text", "read"), [("2026-11-23", date(2026, 11, 23)), ("2024-02-29", date(2024, 2, 29))])
def test_a_day_is_read(text: str, read: date) -> None:
    assert day(text) == read


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13-01", "2026-1-1", "20261123", "2026-W01-1", "0000-01-01", " 2026-11-23", "", None, 20261123],
)
def test_what_is_no_day_is_refused_by_field(text: object) -> None:
    with pytest.raises(Malformed) as error:
        day(text, field="born")  # type: ignore[arg-type]  # what a file may hold
    assert error.value.field == "born"


@pytest.mark.parametrize("text", ["2026-11-23T09:05", "2026-11-23T09:05:07", "2026-11-23T09:05:07.250"])
def test_a_local_time_is_read(text: str) -> None:
    assert local_time(text).isoformat(timespec="milliseconds").startswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23 09:05",
        "2026-11-23T24:00",
        "2026-11-23T09:05Z",
        "2026-11-23T09:05:07.2",
        "T09:05",
        9,
        None,
    ],
)
def test_what_is_no_local_time_is_refused(text: object) -> None:
    with pytest.raises(Malformed) as error:
        local_time(text)  # type: ignore[arg-type]  # what a file may hold
    assert error.value.field == "at"


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_milliseconds_and_moments_are_inverse(ms: int) -> None:
    assert milliseconds(moment(ms)) == ms


def test_a_naive_moment_is_taken_as_utc() -> None:
    assert (
        milliseconds(datetime(1970, 1, 1, 0, 0, 1)) == milliseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1000
    )


@pytest.mark.parametrize(
    ("ms", "zone", "shown"),
    [
        (1_772_434_799_999, "America/Denver", "2026-03-01"),  # one millisecond to midnight
        (1_772_434_800_000, "America/Denver", "2026-03-02"),
        (1_772_434_800_000, "Pacific/Auckland", "2026-03-02"),
        (0, "UTC", "1970-01-01"),
        (-1, "UTC", "1969-12-31"),
    ],
)
def test_the_day_at_the_office(ms: int, zone: str, shown: str) -> None:
    assert local_day(ms, zone) == shown


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ("2025-08-31", 6, "2026-02-28"),  # the last of a shorter month
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),  # a leap day, a year later
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-12-31", 1, "2026-01-31"),
        ("2026-03-31", 0, "2026-03-31"),
    ],
)
def test_the_same_day_of_a_later_month(day: str, months: int, found: str) -> None:
    assert months_later(date.fromisoformat(day), months).isoformat() == found
