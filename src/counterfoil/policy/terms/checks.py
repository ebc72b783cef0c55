"""Terms of checks in an edition: which sorts are taken, at what fee and up to what amount, and how long one is held.

Always true: the fee of no check, whatever its amount, is above the cap of any state served
(``test_a_fee_above_a_states_cap_is_refused_with_its_line``); it is the same at every office and for every person.

    [checks.sorts.payroll]
    percent = "1.00"          # of the check, rounded down to the cent
    least = 100               # the smallest fee ...
    free_below = 10000        # ... of checks from this amount on; smaller ones cost nothing
    each = 250000             # the largest check of this sort turned into cash
    stale_months = 6
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.policy.tables import BadValue, Minor, Names, Percent, Tables, Text, Whole
from counterfoil.policy.terms.states import check_cashing_cap

SORTS: Mapping[str, str] = {
    "treasury": "government",
    "state-local": "government",
    "postal-order": "government",
    "cashier": "payroll",
    "payroll": "payroll",
    "personal": "personal",
}
"""Sort of check → the kind by which states cap its fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSort:
    """One sort of check. Without ``each`` it is only deposited, never turned into cash."""

    percent: Percent
    each: Minor = 0
    least: Minor = 0
    free_below: Minor = 0
    stale_months: Whole = 6
    source: Text

    def fee(self, amount: int) -> int:
        """What turning a check of ``amount`` into cash costs. Rounded down: the cent is the customer's."""
        if amount < self.free_below:
            return 0
        return min(max(self.least, _rounded_down(self.percent * amount)), amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTerms:
    """How soon a deposited check can be paid out; never later than Regulation CC, 12 CFR 229, says.

    ``at_once``: of a customer's checks of one banking day, this much. ``new_account_days``: business days for the
    checks in a new account for which the law sets none. ``overdrafts``: so many returned checks in six months that the
    account did not cover make later ones wait longer (229.13(d)). ``cutoff_hour``: later deposits count as the next
    banking day's (229.19(a): not before 14).
    """

    at_once: Minor
    new_account_days: Whole
    overdrafts: Whole
    cutoff_hour: Whole
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTerms:
    """``day_most`` and ``day_number`` bound what one customer turns into cash a day, at all windows together; above
    ``papers_above`` a day she shows one of ``papers``, and above ``approval_above`` a second person signs."""

    sorts: Mapping[str, CheckSort]
    holds: HoldTerms
    day_most: Minor
    day_number: Whole
    papers_above: Minor
    papers: Names
    approval_above: Minor
    agree_days: Whole
    source: Text


CUTOFF_HOUR_MIN, CUTOFF_HOUR_MAX = 14, 23


def check(terms: CheckTerms, tables: Mapping[type, Any]) -> None:
    """What an edition may not say of checks."""
    for name, sort in terms.sorts.items():
        within = f"checks.sorts.{name}"
        if name not in SORTS:
            raise BadValue(name, f"{name!r} is not a sort of check: {', '.join(SORTS)}", within=within)
        if not 0 < sort.stale_months <= 12:
            raise BadValue("stale_months", "a check is taken for 1 to 12 months after its date", within=within)
        _within_caps(name, sort, tables, within)
    if not CUTOFF_HOUR_MIN <= terms.holds.cutoff_hour <= CUTOFF_HOUR_MAX:
        raise BadValue(
            "cutoff_hour", "no cut-off before 14 o'clock is lawful (12 CFR 229.19(a))", within="checks.holds"
        )
    if not 0 < terms.holds.new_account_days <= 30:
        raise BadValue("new_account_days", "1 to 30 business days", within="checks.holds")


def _within_caps(name: str, sort: CheckSort, tables: Mapping[type, Any], within: str) -> None:
    """The fee of every amount is within the lowest cap: the percentage, and the least fee of the smallest check that
    pays one (both sides round down, so what holds there holds above)."""
    cap = check_cashing_cap(tables, SORTS[name])
    if cap is None:
        return
    if sort.percent > cap.percent:
        raise BadValue(
            "percent",
            f"{_shown(sort.percent)} % is above the cap of {cap.state}, {_shown(cap.percent)} %",
            within=within,
        )
    smallest = max(sort.free_below, 1)
    most = _rounded_down(cap.percent * smallest)
    if sort.least > most:
        raise BadValue(
            "least", f"a check of {smallest} would cost {sort.least}, and {cap.state} allows {most}", within=within
        )


def _rounded_down(hundredths: Fraction) -> int:
    """Whole minor units of so many hundredths of one."""
    return min(hundredths.numerator // (hundredths.denominator * 100), AMOUNT_MINOR_MAX)


def _shown(percent: Fraction) -> str:
    whole, rest = divmod(percent.numerator * 100 // percent.denominator, 100)
    return f"{whole}.{rest:02d}"


TABLES: Tables = {"checks": (CheckTerms, check)}
