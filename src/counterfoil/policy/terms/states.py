"""The states an edition serves, and the caps of their laws: what every product's price is measured by.

Always true: a price is one price everywhere, so it must be lawful in every state that is served: the lowest cap wins
(``test_the_lowest_cap_of_the_states_served_wins``); a kind of check for which a state's own figure is missing falls
under the strictest figure that is known of that state, so nothing is ever read as freedom that is only unknown
(``test_a_figure_that_is_missing_is_no_freedom``).

A product's ``check`` finds both beside its own table: ``tables[Served]`` (always there) and ``tables.get(StateCaps)``.

    cap = check_cashing_cap(tables, "payroll")
    if cap is not None and terms.payroll_percent > cap.percent:
        raise BadValue("payroll_percent", f"{cap.state} allows {cap.percent} %", within="checks")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from counterfoil.policy.tables import BadValue, Percent, Tables, Text

US_STATES = frozenset(
    {
        "AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS",
        "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV",
        "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
        "AS", "GU", "MP", "PR", "VI",
    }
)  # fmt: skip
"""Postal codes of the states, the District of Columbia and the territories."""
_CODE = re.compile(r"[A-Z]{2}")
CHECKS = ("personal", "payroll", "government")
"""Kinds of check that states' caps tell apart."""


@dataclass(frozen=True, slots=True)
class Served:
    """Which states the offices of this edition stand in (``[edition] states``)."""

    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCashingCap:
    """The highest fee of one state's law, in percent of the check, by kind of check; a figure not known is left out."""

    personal: Percent | None = None
    payroll: Percent | None = None
    government: Percent | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanCap:
    """The highest all-in yearly rate of one state's law for a small loan, in percent."""

    apr: Percent
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCaps:
    """``[state_caps]``: the caps of states' laws, by state. A state without a row has no cap that is known here."""

    check_cashing: Mapping[str, CheckCashingCap]
    small_loan: Mapping[str, LoanCap] | None = None
    source: Text


class Cap(NamedTuple):
    """A cap and whose it is."""

    state: str
    percent: Fraction


def check_cashing_cap(tables: Mapping[type, Any], kind: str) -> Cap | None:
    """The lowest cap on a check of ``kind`` among the states served; None if none of them has one."""
    if kind not in CHECKS:
        raise BadValue(kind, f"{kind} is not a kind of check with a cap: {', '.join(CHECKS)}", within="state_caps")
    caps: StateCaps | None = tables.get(StateCaps)
    found = [
        Cap(state, percent)
        for state in served(tables)
        if caps is not None
        and (row := caps.check_cashing.get(state.lower())) is not None
        and (percent := _of_kind(row, kind)) is not None
    ]
    return min(found, key=lambda cap: (cap.percent, cap.state), default=None)


def small_loan_cap(tables: Mapping[type, Any]) -> Cap | None:
    """The lowest yearly rate among the states served that cap it; None if none of them is known to."""
    caps: StateCaps | None = tables.get(StateCaps)
    rows = (caps.small_loan if caps is not None else None) or {}
    found = [Cap(state, rows[state.lower()].apr) for state in served(tables) if state.lower() in rows]
    return min(found, key=lambda cap: (cap.percent, cap.state), default=None)


def served(tables: Mapping[type, Any]) -> tuple[str, ...]:
    """The states served."""
    found: Served = tables.get(Served, Served())
    return found.states


def read_states(value: Any, *, american: bool) -> tuple[str, ...]:
    """The states of ``[edition]``; ``ValueError`` says what is wrong with them."""
    if not isinstance(value, list) or not all(isinstance(one, str) and _CODE.fullmatch(one) for one in value):
        raise ValueError('a list of states by their two letters, such as ["MT", "WY"], is needed')
    if len(set(value)) != len(value):
        raise ValueError("a state stands twice")
    unknown = sorted(set(value) - US_STATES) if american else []
    if unknown:
        raise ValueError(f"{unknown[0]} is not a state's postal code")
    return tuple(value)


def _of_kind(row: CheckCashingCap, kind: str) -> Fraction | None:
    own: Fraction | None = getattr(row, kind)
    if own is not None:
        return own
    return min((one for one in (row.personal, row.payroll, row.government) if one is not None), default=None)


def check_caps(caps: StateCaps, tables: Mapping[type, Any]) -> None:
    """Every row is a state's, and says something."""
    for table, rows in (("check_cashing", caps.check_cashing), ("small_loan", caps.small_loan or {})):
        for state in rows:
            if state.upper() not in US_STATES:
                raise BadValue(state, f"{state!r} is not a state's postal code", within=f"state_caps.{table}")
    for state, row in caps.check_cashing.items():
        if _of_kind(row, CHECKS[0]) is None:
            raise BadValue(state, f"the row of {state} has no figure", within="state_caps.check_cashing")


TABLES: Tables = {"state_caps": (StateCaps, check_caps)}
