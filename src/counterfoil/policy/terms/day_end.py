"""Terms of the end of the day in an edition: when whoever serves the office runs it by itself, and how often the
periods of statements end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from counterfoil.policy.tables import BadValue, Tables, Text, one_of

_MONTHS = {"monthly": 1, "quarterly": 3}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEndTerms:
    """``at``: the office's local time, such as "21:00", from which days that are over are ended."""

    at: Text
    source: Text


def check(terms: DayEndTerms, tables: Mapping[type, Any]) -> None:
    """A time of the day, and nothing else."""
    if not _TIME.fullmatch(terms.at):
        raise BadValue("at", f"{terms.at!r} is not a time of the day such as 21:00", within="day_end")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTerms:
    """``every``: the period of an account's statement; it ends with the last day of a calendar month or quarter."""

    every: Annotated[str, one_of("monthly", "quarterly")]
    source: Text

    def since(self, day: date) -> date | None:
        """The first day of the period that ends with ``day``; None if none does."""
        months, after = _MONTHS[self.every], day + timedelta(days=1)
        if after.day != 1 or (after.month - 1) % months:
            return None
        return day.replace(month=day.month - months + 1, day=1)


TABLES: Tables = {"day_end": (DayEndTerms, check), "statements": (StatementTerms, None)}
