"""Calendar days and local times as the office writes them: ISO 8601, proleptic Gregorian, no clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from counterfoil.kernel.outcomes import Malformed, short

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{3})?)?")


def day(text: str, *, field: str = "date") -> date:
    """Reads ``2026-11-23`` exactly."""
    read = _day(text) if isinstance(text, str) else None
    if read is not None:
        return read
    raise Malformed(f"{short(text)} is not a date such as 2026-11-23", field=field)


@lru_cache(maxsize=256)
def _day(text: str) -> date | None:
    """An office reads the same few dates all day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def local_time(text: str, *, field: str = "at") -> datetime:
    """Reads ``2026-11-23T09:05``, with seconds and milliseconds if given; local to the office, no zone."""
    if isinstance(text, str) and _LOCAL.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise Malformed(f"{short(text)} is not a local time such as 2026-11-23T09:05", field=field)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z; a naive moment is taken as UTC. Exact: no float is involved."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _START) // timedelta(milliseconds=1)


def moment(ms: int) -> datetime:
    """The UTC moment of ``ms`` milliseconds since 1970."""
    return _START + timedelta(milliseconds=ms)


def local_time_of(ms: int, zone: str) -> datetime:
    """The local time of a moment (ms since 1970) in an IANA time zone."""
    return moment(ms).astimezone(ZoneInfo(zone))


def local_day(ms: int, zone: str) -> str:
    """The calendar day of a moment (ms since 1970) in an IANA time zone, as ISO text."""
    return local_time_of(ms, zone).date().isoformat()


def months_later(start: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    place = start.year * 12 + start.month - 1 + months
    year, month = divmod(place, 12)
    for of_month in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, of_month)
        except ValueError:
            continue
    return date(year, month + 1, 28)


_START = datetime(1970, 1, 1, tzinfo=UTC)
