"""Terms of savings and everyday accounts in an edition: interest, dormancy, and when a state takes what nobody claims.

Always true: interest compounds at least as often as it is credited, and on the same days
(``test_interest_that_compounds_more_slowly_than_it_is_credited_is_refused``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from counterfoil.policy.tables import BadValue, Minor, Percent, Tables, Text, Whole, one_of

PERIODS = {"daily": 0, "monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
"""Period → its months; 0: each day."""
DAILY_BALANCE, LOWEST_OF_MONTH = "daily-balance", "lowest-of-month"
DAY_COUNTS = (
    "Actual/365 Fixed", "Actual/360", "Actual/Actual ISDA", "Actual/Actual AFB",
    "30/360 BondBasis", "30E/360 Eurobond",
)  # fmt: skip
"""Conventions in which a day is a part of a year by itself: the days of a month add up to the month."""
RATE_PERCENT_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTerms:
    """One kind of account. ``rate_percent``: a year's (of the lowest balance: twelve months'); "0" pays none."""

    source: Text
    rate_percent: Percent = Fraction(0)
    method: Annotated[str, one_of(DAILY_BALANCE, LOWEST_OF_MONTH)] = DAILY_BALANCE
    day_count: Annotated[str, one_of(*DAY_COUNTS)] = "Actual/365 Fixed"
    compounding: Annotated[str, one_of(*PERIODS)] = "quarterly"
    crediting: Annotated[str, one_of(*PERIODS)] = "quarterly"
    year_begins: Whole = 1
    """The month with which periods begin to be counted."""
    least_to_open: Minor = 0
    """The first money into an account is this or more; later deposits may be of any size."""
    dormant_after_months: Whole = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTerms:
    """Unclaimed property in one state: after so many years without a sign of the owner."""

    years: Whole
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsTerms:
    """``routing``: the operator's routing number, which an employer is told. ``unclaimed``: by the state of the owner's
    last address, in small letters."""

    source: Text
    accounts: Mapping[str, AccountTerms]
    unclaimed: Mapping[str, StateTerms]
    routing: Text | None = None

    @property
    def earliest(self) -> int:
        """Years after which the first of the states calls money unclaimed."""
        return min(one.years for one in self.unclaimed.values())


def check(terms: SavingsTerms, tables: Mapping[type, Any]) -> None:
    """Refuses terms that no account can be kept by."""
    for name, one in terms.accounts.items():
        within = f"savings.accounts.{name}"
        if one.rate_percent > RATE_PERCENT_MAX:
            reason = f"a rate over {RATE_PERCENT_MAX} percent is a slip of the pen"
            raise BadValue("rate_percent", reason, within=within)
        compounding, crediting = PERIODS[one.compounding], PERIODS[one.crediting]
        if compounding > crediting or (compounding and crediting % compounding):
            raise BadValue("compounding", "interest compounds when it is credited, or more often", within=within)
        if not 1 <= one.year_begins <= 12:
            raise BadValue("year_begins", "a month is 1 to 12", within=within)
        if one.method == LOWEST_OF_MONTH and one.crediting != "annual":
            raise BadValue("crediting", "the lowest balance of each month is credited annually", within=within)
    digits = terms.routing
    if digits is not None and not (digits.isdigit() and len(digits) == 9 and not _checked(digits)):
        reason = f"{digits} is not a routing number: nine digits, of which the last checks"
        raise BadValue("routing", reason, within="savings")
    if not terms.unclaimed:
        raise BadValue("unclaimed", "no state's law on unclaimed property is named", within="savings")


def _checked(digits: str) -> int:
    """0 for a right check digit (ABA: weights 3, 7, 1)."""
    return sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(digits)) % 10


TABLES: Tables = {"savings": (SavingsTerms, check)}
