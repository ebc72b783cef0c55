"""Interest on savings: what each posting pays, exactly accrued and rounded once.

Always true:

1. A day earns on its closing balance, so the day of a deposit earns and the day of a withdrawal does not
   (``test_the_day_of_a_deposit_earns``).
2. Interest is accrued exactly (to forty digits where it compounds) and rounded once, HALF_EVEN, when it is posted; what
   was posted earns from the next day on (``test_each_posting_is_rounded_and_then_earns``).
3. An account is never below zero here: overdraft is not offered (``test_overdraft_is_refused``).

Two methods. ``DAILY_BALANCE``: balance · rate / days in the year, each day; compounding adds what has accrued to the
base at the end of its period, without rounding. ``MINIMUM_BALANCE_OF_MONTH``: the lowest balance of the month after the
first day's movements earns the rate of a whole month, also the month of opening; what has accrued is paid at the year's
end and when the account is closed. Sources: the conventions of Apache Fineract and OpenCBS, as their public tests show.

A posting is dated the first day after its period, or the period's last day where the terms say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.products.exact import exact, half_even, significant

MOVEMENTS_MAX = 10_000
DAYS_MAX = 20_000
CENT = Fraction(1, 100)
RATE_PERCENT_MAX = 10_000
DIGITS = 40
"""Digits kept of interest that compounds before it is posted."""
YEAR_ON = 366
"""Where the terms name no last day, postings are given for a year after the last movement."""


class Posting(NamedTuple):
    """Interest credited on a day, in currency units."""

    on: date
    interest: Fraction


@dataclass(frozen=True, slots=True)
class DailyTerms:
    """Interest on daily balances. ``rate``: a year's, as a fraction. Periods in months; 0 is a day."""

    rate: Fraction
    year_days: int
    step: Fraction
    compounding: int
    posting: int
    year_begins: int
    on_last_day: bool


def daily_balance(
    terms: DailyTerms, opening: Fraction, movements: Sequence[tuple[date, Fraction]], until: date
) -> tuple[Posting, ...]:
    """Every posting dated up to ``until`` that pays something. ``movements``: (day, signed amount), days in order."""
    if not movements:
        raise Malformed("savings need a movement: without one there is no first day", field="transactions")
    first = movements[0][0]
    if (until - first).days > DAYS_MAX:
        raise Malformed(f"at most {DAYS_MAX} days are computed at once", field="transactions")
    moved = _by_day(movements)
    balance, accrued, compounded = opening, Fraction(0), Fraction(0)
    postings: list[Posting] = []
    daily, today, one = terms.rate * Fraction(1, terms.year_days), first, timedelta(days=1)
    while today < until + one:
        balance += moved.get(today, Fraction(0))
        _not_below_zero(balance)
        accrued = significant(accrued + (balance + compounded) * daily, DIGITS)
        if ends(today, terms.compounding, terms.year_begins):
            compounded = accrued
        if ends(today, terms.posting, terms.year_begins):
            paid = half_even(accrued, terms.step)
            on = today if terms.on_last_day else today + one
            if paid and on <= until:
                postings.append(Posting(on, paid))
            balance, accrued, compounded = balance + paid, Fraction(0), Fraction(0)
        today += one
    return tuple(postings)


def lowest_balance(
    rate: Fraction, opened: date, opening: Fraction, movements: Sequence[tuple[date, Fraction]], closed: date
) -> tuple[Posting, ...]:
    """Interest on each month's lowest balance at ``rate`` a month, paid after each year and on ``closed``."""
    if not opened < closed or (closed - opened).days > DAYS_MAX:
        raise Malformed(f"the account is open from 1 to {DAYS_MAX} days", field="closure")
    if any(not opened <= on <= closed for on, _ in movements):
        raise Malformed("movements lie between opening and closure", field="transactions")
    moved, postings = _by_day(movements), []
    balance, lowest, accrued = opening, None, Fraction(0)
    today, one = opened, timedelta(days=1)
    while today < closed:
        balance += moved.get(today, Fraction(0))
        _not_below_zero(balance)
        lowest = balance if lowest is None else min(lowest, balance)
        today += one
        if today.day == 1:
            accrued, lowest = accrued + lowest * rate, None
        if accrued and (today == closed or (today.day == 1 and today.month == 1)):
            paid = half_even(accrued, CENT)
            postings.append(Posting(today, paid))
            balance, accrued = balance + paid, Fraction(0)
    return tuple(postings)


def _by_day(movements: Sequence[tuple[date, Fraction]]) -> dict[date, Fraction]:
    moved: dict[date, Fraction] = {}
    for on, amount in movements:
        moved[on] = moved.get(on, Fraction(0)) + amount
    return moved


def _not_below_zero(balance: Fraction) -> None:
    if balance < 0:
        raise Malformed("not offered: the account is overdrawn, and no account here goes below zero", field="overdraft")


def ends(day: date, months: int, year_begins: int) -> bool:
    """Whether ``day`` is the last of a period of so many months (0: a day), counted from the financial year's start."""
    after = day + timedelta(days=1)
    return months == 0 or (after.day == 1 and (after.month - year_begins) % months == 0)


# Reading a case

_MONTHS = {"DAILY": 0, "MONTHLY": 1, "QUARTERLY": 3, "BIANNUAL": 6, "SEMIANNUAL": 6, "ANNUAL": 12}
_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_BEGINS = re.compile(r"year begins in ([A-Z][a-z]+)")
_DAILY_KEYS = ("nominal_annual_percent", "posting", "transactions")
_LOWEST_KEYS = ("rate_percent_per_month", "opened_on", "opening_balance", "closure")


def read_case(parameters: Any) -> tuple[tuple[Posting, ...], int | None]:
    """The postings of a case of the savings file, and the decimals its money is written with (None: as needed)."""
    if not isinstance(parameters, dict):
        raise Malformed("savings need their parameters, a map", field="parameters")
    method = parameters.get("balance_method")
    if method == "DAILY_BALANCE" and all(key in parameters for key in _DAILY_KEYS):
        return _read_daily(parameters)
    if method == "MINIMUM_BALANCE_OF_MONTH" and all(key in parameters for key in _LOWEST_KEYS):
        return _read_lowest(parameters), None
    raise Malformed(
        "not computable as a posting: a balance method kept here (DAILY_BALANCE, MINIMUM_BALANCE_OF_MONTH), a rate, "
        "movements and a posting period or closing day are needed",
        field="parameters",
    )


def _read_daily(parameters: Mapping[str, Any]) -> tuple[tuple[Posting, ...], int]:
    if parameters.get("rounding", "HALF_EVEN") != "HALF_EVEN":
        raise Malformed("postings are rounded HALF_EVEN", field="rounding")
    decimals = parameters.get("currency_decimals", 2)
    if type(decimals) is not int or not 0 <= decimals <= 6:
        raise Malformed("currency_decimals is a whole number from 0 to 6", field="currency_decimals")
    year_days = parameters.get("days_in_year", 365)
    if type(year_days) is not int or year_days not in (360, 364, 365):
        raise Malformed("days_in_year is 360, 364 or 365", field="days_in_year")
    posting = str(parameters["posting"])
    begins = _BEGINS.search(posting)
    if begins and begins[1] not in _NAMES:
        raise Malformed(f"{short(begins[1])} is not a month", field="posting")
    terms = DailyTerms(
        rate=_percent(parameters["nominal_annual_percent"], "nominal_annual_percent"),
        year_days=year_days,
        step=Fraction(1, 10**decimals),
        compounding=_period(parameters.get("compounding", "DAILY"), "compounding"),
        posting=_period(posting.split(",")[0], "posting"),
        year_begins=_NAMES.index(begins[1]) + 1 if begins else 1,
        on_last_day="last day of the period" in posting,
    )
    movements = _movements(parameters["transactions"])
    opening = _money(parameters.get("opening_balance", "0"), "opening_balance")
    if "until" in parameters:
        until = read_day(parameters["until"], field="until")
    else:
        until = _later(movements[-1][0]) if movements else date.min
    return daily_balance(terms, opening, movements, until), decimals


def _read_lowest(parameters: Mapping[str, Any]) -> tuple[Posting, ...]:
    if parameters.get("accrual", "MONTHLY") != "MONTHLY" or parameters.get("posting", "END_OF_YEAR") != "END_OF_YEAR":
        raise Malformed("the lowest balance of a month accrues MONTHLY and posts END_OF_YEAR", field="posting")
    return lowest_balance(
        _percent(parameters["rate_percent_per_month"], "rate_percent_per_month"),
        read_day(parameters["opened_on"], field="opened_on"),
        _money(parameters["opening_balance"], "opening_balance"),
        _movements(parameters.get("transactions", [])),
        read_day(parameters["closure"], field="closure"),
    )


def _later(day: date) -> date:
    try:
        return day + timedelta(days=YEAR_ON)
    except OverflowError:
        raise Malformed("the postings run beyond the year 9999", field="transactions") from None


def _period(word: Any, key: str) -> int:
    if not isinstance(word, str) or word not in _MONTHS:
        raise Malformed(f"{key} is {short(word)}: one of {', '.join(_MONTHS)} is needed", field=key)
    return _MONTHS[word]


def _movements(given: Any) -> list[tuple[date, Fraction]]:
    if not isinstance(given, list) or len(given) > MOVEMENTS_MAX:
        raise Malformed(f"transactions is a list of at most {MOVEMENTS_MAX}", field="transactions")
    if any(not isinstance(one, list) or len(one) != 3 or one[1] not in tuple(_SIGN) for one in given):
        raise Malformed("a transaction is [date, deposit or withdrawal, amount]", field="transactions")
    read = [(read_day(on, field="transactions"), _SIGN[kind] * _money(amount, "amount")) for on, kind, amount in given]
    return sorted(read, key=lambda movement: movement[0])


_SIGN = {"deposit": 1, "withdrawal": -1}


def _money(value: Any, key: str) -> Fraction:
    amount = exact(value, key)
    if amount < 0:
        raise Malformed(f"{key} is not below zero", field=key)
    return amount


def _percent(value: Any, key: str) -> Fraction:
    percent = exact(value, key)
    if not 0 <= percent <= RATE_PERCENT_MAX:
        raise Malformed(f"{key} is 0 to {RATE_PERCENT_MAX}", field=key)
    return percent * Fraction(1, 100)
