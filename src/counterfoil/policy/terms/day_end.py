"""Terms of the end of the day in an edition: when whoever serves the office runs it by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.policy.tables import BadValue, Tables, Text

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


TABLES: Tables = {"day_end": (DayEndTerms, check)}
