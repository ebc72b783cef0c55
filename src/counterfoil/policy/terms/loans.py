"""Terms of small loans in an edition: one price, bounded by a cap that no edition may lift.

Always true: an edition whose rate or cap is above 36 percent, or above the cap of a state that it serves or names, is
refused with its line (``test_an_edition_above_a_cap_is_refused_with_its_line``,
``test_a_loan_is_lawful_in_every_state_that_is_served``). Only an edition that says which law stands above the states'
is held to the 36 percent alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from counterfoil.policy.tables import BadValue, Minor, Names, Percent, Tables, Text, Whole
from counterfoil.policy.terms.states import StateCaps, served, small_loan_cap

EVERY = ("weekly", "biweekly", "semimonthly", "monthly")
"""How often a loan may be paid back."""
BUCKETS = ("current", "1-29", "30-59", "60-89", "90+")
"""Delinquency by days past due."""
HARD_CAP = Fraction(36)
"""No edition goes beyond it: the line of the Military Lending Act (32 CFR 232.4) and of 12 CFR 1041."""
ALLOCATION = {"interest", "principal"}
AMOUNT_MAX, AMOUNT_MIN, WEEKS_MAX = 1_000_000_00, 10_00, 104
"""Beyond these a loan is not a small one, and its payments would not be equal but for cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCap:
    """What the law of a served state allows, all in."""

    apr_max: Percent
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The part of what is owed, in percent, that is set aside for loans of one delinquency bucket."""

    bucket: Text
    percent: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """Amounts in minor units; ``rate`` and ``apr_max`` in percent a year, all in: there is no fee of any kind."""

    amount_min: Minor
    amount_max: Minor
    year_max: Minor
    weeks_min: Whole
    weeks_max: Whole
    every: Names
    rate: Percent
    apr_max: Percent
    of_left_max: Percent
    """The part of a month's money after rent and other dues that the payments of a month may take."""
    decision_days: Whole
    """Days for which a decision on an application holds."""
    days_between: Whole
    """Days after a loan is paid back before the next one: no loan is rolled over into another."""
    deferrals: Whole
    """How many times a payment may be put off in one loan, free."""
    charge_off_days: Whole
    allocation: Names
    allowance: tuple[Allowance, ...]
    source: Text
    state_caps: Mapping[str, StateCap] = field(default_factory=dict)
    preempted_by: Text | None = None
    """The law by which no state's cap binds this lender, as 12 CFR 701.21(b) says of federal credit unions. Left out,
    each state's binds (``[state_caps.small_loan]``)."""

    @property
    def rate_hundredths(self) -> int:
        """The rate in hundredths of a percent; whole, as ``check`` has seen."""
        return (self.rate * 100).numerator


def check(terms: LoanTerms, tables: Mapping[type, Any]) -> None:
    """What must hold between the terms; ``BadValue`` names the key."""
    for key, value in (("rate", terms.rate), ("apr_max", terms.apr_max)):
        if value > HARD_CAP:
            raise BadValue(key, f"{key} is above {HARD_CAP} percent, the most that any edition may ask", within="loans")
    if (terms.rate * 100).denominator != 1:
        raise BadValue("rate", "rate has more than two decimals: interest is kept in hundredths of a percent",
                       within="loans")  # fmt: skip
    lowest = small_loan_cap(tables)
    if terms.preempted_by is None and lowest is not None and terms.apr_max > lowest.percent:
        allowed = rounded(lowest.percent)
        raise BadValue(
            "apr_max",
            f"apr_max is above what {lowest.state} allows, {allowed} percent: lower it, serve other states, or say by "
            "which law no state's cap binds (preempted_by)",
            within="loans",
        )
    for state, cap in terms.state_caps.items():
        if terms.apr_max > cap.apr_max:
            where = f"loans.state_caps.{state}"
            raise BadValue("apr_max", f"{state} allows less than the edition's apr_max", within=where)
    for low, high, top in (
        ("amount_min", "amount_max", AMOUNT_MAX), ("amount_max", "year_max", AMOUNT_MAX),
        ("weeks_min", "weeks_max", WEEKS_MAX),
    ):  # fmt: skip
        if not 0 < getattr(terms, low) <= getattr(terms, high) <= top:
            raise BadValue(high, f"{high} is below {low}, or beyond {top}", within="loans")
    if terms.amount_min < AMOUNT_MIN:
        raise BadValue("amount_min", f"amount_min is below {AMOUNT_MIN}", within="loans")
    if not terms.every or not set(terms.every) <= set(EVERY):
        raise BadValue("every", f"every lists some of {', '.join(EVERY)}", within="loans")
    if sorted(terms.allocation) != sorted(ALLOCATION):
        raise BadValue("allocation", "allocation is interest and principal, each once, in their order", within="loans")
    if tuple(one.bucket for one in terms.allowance) != BUCKETS:
        raise BadValue("allowance", f"allowance has a row for each of {', '.join(BUCKETS)}, in order", within="loans")
    if terms.of_left_max > 100:
        raise BadValue("of_left_max", "of_left_max is a part: at most 100 percent", within="loans")
    for one in terms.allowance:
        if one.percent > 100:
            raise BadValue("allowance", f"{one.bucket} sets aside more than is owed", within="loans")


def rounded(percent: Fraction) -> str:
    """A percentage to two decimals, rounded down: enough to say which cap it is."""
    whole, rest = divmod(percent.numerator * 100 // percent.denominator, 100)
    return f"{whole}.{rest:02d}"


def allowing_less(tables: Mapping[type, Any]) -> list[tuple[str, Fraction]]:
    """The states served whose law, as it is known here, allows less than the edition's ``apr_max``; lowest first. None
    but where a law stands above theirs."""
    terms: LoanTerms | None = tables.get(LoanTerms)
    caps: StateCaps | None = tables.get(StateCaps)
    rows = (caps.small_loan if caps is not None else None) or {}
    found = [(state, rows[state.lower()].apr) for state in served(tables) if state.lower() in rows]
    return sorted(
        ((state, apr) for state, apr in found if terms is not None and apr < terms.apr_max),
        key=lambda one: (one[1], one[0]),
    )


TABLES: Tables = {"loans": (LoanTerms, check)}
