"""Repayment schedules: what falls due when, for each convention by which a loan may be written.

Always true (``test_principal_is_paid_back_exactly``, ``test_interest_is_never_negative``): the principal of all rows
is what was lent, to the minor unit; no row's interest is below zero; the last balance is zero.

A worked example, ``progressive_emi``: 100.00 at 12 % a year, 6 months, 30/360. f = 0.01 a month. The equal payment is
P·Π(1+f)/fn with fn = 1 + fn·(1+f): 17.25. Interest of a row is balance·f, to the cent, halves to even; principal is
the rest; the last row pays what is left, 17.28. Were it off by more than half a cent a row, the payment would be moved
once by the difference over the number of rows, and kept so if the last row came nearer.

Conventions kept, and what each does, are those of Apache Fineract and OpenCBS as their public tests show them:

- ``progressive_emi``, ``progressive_emi_piecewise``: the above; money given out later, or a rate that changes, splits a
  period by days and sets the payment again from that period on. 30/360 factors are shared by actual days.
- ``cumulative_flat``: interest on the first amount for the whole term. Not offered where part has been paid back.
- ``cumulative_declining`` and ``…_daily``: the annuity at the period's rate; ``…_equal_principal`` and
  ``…_fixed_principal_daily``: an equal or a fixed share of the principal each time.
- ``opencbs_fixed_principal``: rate per period; due dates on a weekend move to Monday; the first period by true length.

Amounts are exact fractions of currency units; every rounding is HALF_EVEN to the step named. Terms that are not known
are refused by name (``test_an_unknown_term_is_refused``): a schedule must not leave one out in silence.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.products.exact import exact, half_even, significant

ROWS_MAX = 1_200
EVENTS_MAX = 100
AMOUNT_MAX = Fraction(10**15)
RATE_PERCENT_MAX = 10_000
SIGNIFICANT_DIGITS = 12
"""The digits to which an equal payment is computed before it is rounded to money."""

FLAT_BASE = (
    "not offered: flat_interest_base charges interest on money that was already paid back, "
    "and that is charged nowhere here"
)


class Row(NamedTuple):
    """One due date: amounts in currency units, exact; ``total`` is principal, interest and fees."""

    due: date
    principal: Fraction
    interest: Fraction
    fees: Fraction
    balance: Fraction

    @property
    def total(self) -> Fraction:
        return self.principal + self.interest + self.fees


class Event(NamedTuple):
    """Money given out, or a rate from a day on (percent a year as a fraction: 0.12)."""

    on: date
    lent: Fraction = Fraction(0)
    rate: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule is computed from. ``rate`` is a year's, as a fraction; for OpenCBS a period's."""

    convention: str
    principal: Fraction
    rate: Fraction
    count: int
    every: int
    unit: str
    day_count: str
    start: date
    anchor: date
    first_due: date | None
    month_end: str
    step: Fraction
    payment_step: Fraction | None
    principal_step: Fraction | None
    principal_grace: int
    interest_grace: int
    fixed_principal: Fraction | None
    fee: Callable[[Fraction, Fraction], Fraction]
    events: tuple[Event, ...]


def schedule(terms: Terms) -> tuple[Row, ...]:
    """The rows of a loan on ``terms``, in order."""
    make = _CONVENTIONS.get(terms.convention)
    if make is None:
        raise Malformed(f"{short(terms.convention)} is not a schedule convention kept here", field="convention")
    progressive = make is _progressive
    if terms.events and not progressive:
        raise Malformed("later money and rate changes go with a progressive schedule", field="convention")
    if terms.interest_grace and progressive:
        raise Malformed("interest-payment grace goes with a cumulative schedule", field="interest_grace_periods")
    if terms.principal_step and make not in (_declining, _equal_principal):
        raise Malformed("a currency multiple goes with a declining balance", field="currency_multiple")
    if (terms.fixed_principal is not None) != (make is _fixed_principal):
        raise Malformed("a fixed share of principal goes with its own convention", field="fixed_principal_percent")
    return make(terms)


# Due dates


def due_dates(terms: Terms) -> tuple[date, ...]:
    """The due dates in order, by unit and month-end rule, before any weekend rule."""
    return tuple(_due(terms, number) for number in range(1, terms.count + 1))


def _due(terms: Terms, number: int) -> date:
    base, steps = (terms.first_due, number - 1) if terms.first_due else (terms.anchor, number)
    try:
        if terms.unit == "MONTHS":
            return _month_later(base, steps * terms.every, terms.month_end)
        return base + timedelta(days=steps * terms.every * _UNIT_DAYS[terms.unit])
    except (OverflowError, ValueError):
        raise Malformed("the schedule runs beyond the year 9999", field="number_of_repayments") from None


def _month_later(base: date, months: int, month_end: str) -> date:
    year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    if base.day <= last:
        return date(year, month + 1, base.day)
    end = date(year, month + 1, last)
    return end + timedelta(days=1) if month_end == "FIRST_DAY_OF_NEXT_MONTH" else end


_UNIT_DAYS = {"DAYS": 1, "WEEKS": 7}
_UNITS_A_YEAR = {"MONTHS": 12, "WEEKS": 52, "DAYS": 365}
_MONDAY = 7


def _after_weekend(day: date) -> date:
    return day + timedelta(days=_MONDAY - day.weekday()) if day.weekday() > 4 else day


# Interest of a stretch of days


def year_part(terms: Terms, start: date, end: date, period: tuple[date, date]) -> Fraction:
    """The part of a year from ``start`` to ``end``, both within ``period``, by the day count."""
    days = (end - start).days
    if terms.day_count == "ACT/ACT":
        return _actual(start, end)
    if terms.day_count in _ACTUAL:
        return Fraction(days, _ACTUAL[terms.day_count])
    whole = Fraction(days, (period[1] - period[0]).days)
    if terms.day_count == "30/360":
        return _thirty(terms) * whole
    return Fraction(terms.every, _UNITS_A_YEAR[terms.unit]) * whole


_ACTUAL = {"ACT/365": 365, "ACT/364": 364, "ACT/360": 360}


def _thirty(terms: Terms) -> Fraction:
    return Fraction(terms.every * (30 if terms.unit == "MONTHS" else _UNIT_DAYS[terms.unit]), 360)


def _actual(start: date, end: date) -> Fraction:
    """Each day over the length of the year it ends in: those up to a 31 December are the old year's."""
    total = Fraction(0)
    for year in range(start.year, end.year + 1):
        since = start if year == start.year else date(year - 1, 12, 31)
        total += Fraction((min(end, date(year, 12, 31)) - since).days, 366 if isleap(year) else 365)
    return total


# The progressive conventions


class _Stretch(NamedTuple):
    """A period from where its events split it: (balance added, rate, part of a year) each."""

    pieces: tuple[tuple[Fraction, Fraction, Fraction], ...]
    due: date

    def interest(self, balance: Fraction) -> Fraction:
        total = Fraction(0)
        for lent, rate, part in self.pieces:
            balance += lent
            total += balance * rate * part
        return total

    @property
    def lent(self) -> Fraction:
        return sum((piece[0] for piece in self.pieces), Fraction(0))


def _progressive(terms: Terms) -> tuple[Row, ...]:
    dues = due_dates(terms)
    starts = (terms.anchor, *dues[:-1])
    events = sorted((Event(terms.start, terms.principal), *terms.events), key=lambda event: event.on)
    if any(not terms.start <= event.on < dues[-1] for event in events):
        raise Malformed("money is given out and rates change from the first day to the last due date", field="events")
    place = [max(i for i, start in enumerate(starts) if start <= event.on) for event in events]
    rows: list[Row] = []
    for period in sorted(set(place)):
        known = [event for event, at in zip(events, place, strict=True) if at <= period]
        balance = rows[period - 1].balance if period else Fraction(0)
        rest = [_stretch(terms, known, (starts[i], dues[i]), opening=i == period) for i in range(period, terms.count)]
        grace = max(0, terms.principal_grace - period)
        rows[period:] = _level(terms, balance, rest, grace)
    return tuple(rows)


def _stretch(terms: Terms, known: Sequence[Event], period: tuple[date, date], *, opening: bool) -> _Stretch:
    """One period split at the events within it. Money counts only in the period the payment is set again from."""
    inside = [event for event in known if period[0] <= event.on < period[1]] if opening else []
    before = [event for event in known if event.on < period[0] or not opening]
    rate = next((event.rate for event in reversed(before) if event.rate is not None), terms.rate)
    edges = [period[0], *(event.on for event in inside), period[1]]
    pieces = [(Fraction(0), rate, year_part(terms, edges[0], edges[1], period))]
    for number, event in enumerate(inside, 1):
        rate = rate if event.rate is None else event.rate
        pieces.append((event.lent, rate, year_part(terms, edges[number], edges[number + 1], period)))
    return _Stretch(tuple(pieces), period[1])


def _level(terms: Terms, balance: Fraction, stretches: Sequence[_Stretch], grace: int) -> list[Row]:
    """Equal payments over the stretches after ``grace``, moved once if the last one is off."""
    payment = _rounded_payment(terms, _level_payment(balance, stretches, grace))
    rows = _pay(terms, balance, stretches, grace, payment)
    count = len(stretches) - grace
    off = rows[-1].principal + rows[-1].interest - payment
    if abs(off) > (count // 2) * terms.step:
        moved = payment + half_even(Fraction(off, count), terms.payment_step or terms.step)
        again = _pay(terms, balance, stretches, grace, moved)
        if abs(again[-1].principal + again[-1].interest - moved) < abs(off):
            return again
    return rows


def _level_payment(balance: Fraction, stretches: Sequence[_Stretch], grace: int) -> Fraction:
    """What paid each time after ``grace`` brings the balance to zero: P·Π(1+f)/fn, fn_1 = 1, fn_i = 1 + fn·(1+f_i)."""
    owed, fn = balance, Fraction(0)
    for number, stretch in enumerate(stretches):
        owed += stretch.lent + stretch.interest(owed) if number >= grace else stretch.lent
        growth = stretch.interest(Fraction(1)) - stretch.interest(Fraction(0))
        fn = fn * (1 + growth) + 1 if number >= grace else fn
        # Twelve digits are all that is used: longer fractions only cost time.
        owed, fn = significant(owed, 40), significant(fn, 40)
    return Fraction(owed, fn)


def _rounded_payment(terms: Terms, payment: Fraction) -> Fraction:
    money = half_even(significant(payment, SIGNIFICANT_DIGITS), terms.step)
    multiple = terms.payment_step or terms.principal_step
    return half_even(money, multiple) if multiple else money


def _pay(terms: Terms, balance: Fraction, stretches: Sequence[_Stretch], grace: int, payment: Fraction) -> list[Row]:
    rows = []
    for number, stretch in enumerate(stretches, 1):
        interest = half_even(stretch.interest(balance), terms.step)
        balance += stretch.lent
        principal = _principal_of(balance, payment - interest, last=number == len(stretches), free=number <= grace)
        balance -= principal
        rows.append(Row(stretch.due, principal, interest, terms.fee(principal, interest), balance))
    return rows


def _principal_of(balance: Fraction, wanted: Fraction, *, last: bool, free: bool) -> Fraction:
    """What a row pays back: never below zero (interest is not added to the debt), never more than is owed."""
    if last:
        return balance
    return Fraction(0) if free else max(Fraction(0), min(balance, wanted))


# The cumulative conventions


def _flat(terms: Terms) -> tuple[Row, ...]:
    part = Fraction(terms.every, _UNITS_A_YEAR[terms.unit])
    each = half_even(terms.principal * terms.rate * part, terms.step)
    left = half_even(terms.principal * terms.rate * part * terms.count, terms.step)
    share = half_even(Fraction(terms.principal, terms.count - terms.principal_grace), terms.step)
    rows, balance = [], terms.principal
    for number, due in enumerate(due_dates(terms), 1):
        last = number == terms.count
        interest = left if last else min(each, left)
        total = half_even(share + interest, terms.payment_step) if terms.payment_step else share + interest
        principal = _principal_of(balance, total - interest, last=last, free=number <= terms.principal_grace)
        left, balance = left - interest, balance - principal
        rows.append(Row(due, principal, interest, terms.fee(principal, interest), balance))
    return _interest_later(terms, rows)


def _declining(terms: Terms) -> tuple[Row, ...]:
    rate = terms.rate * Fraction(terms.every, _UNITS_A_YEAR[terms.unit])
    count = terms.count - terms.principal_grace
    payment = _rounded_payment(terms, _annuity(terms.principal, rate, count))
    return _cumulative(terms, lambda balance, interest: payment - interest)


def _annuity(principal: Fraction, rate: Fraction, count: int) -> Fraction:
    """P·i / (1 − (1+i)^−k)."""
    if rate == 0:
        return Fraction(principal, count)
    growth = Fraction(1)
    for _ in range(count):
        growth = significant(growth * (1 + rate), 40)
    return Fraction(principal * rate * growth, growth - 1)


def _equal_principal(terms: Terms) -> tuple[Row, ...]:
    share = half_even(
        Fraction(terms.principal, terms.count - terms.principal_grace), terms.principal_step or terms.step
    )
    return _cumulative(terms, lambda balance, interest: share)


def _fixed_principal(terms: Terms) -> tuple[Row, ...]:
    assert terms.fixed_principal is not None, "schedule() refuses the convention without its share"
    share = half_even(terms.principal * terms.fixed_principal, terms.step)
    return _cumulative(terms, lambda balance, interest: share)


def _cumulative(terms: Terms, wanted: Callable[[Fraction, Fraction], Fraction]) -> tuple[Row, ...]:
    """Interest on the balance of each period; principal as ``wanted`` of balance and interest; last the rest."""
    dues, rows, balance = due_dates(terms), [], terms.principal
    for number, period in enumerate(zip((terms.start, *dues[:-1]), dues, strict=True), 1):
        part = year_part(terms, *period, period)
        interest = half_even(balance * terms.rate * part, terms.principal_step or terms.step)
        principal = _principal_of(
            balance,
            wanted(balance, interest),
            last=number == terms.count,
            free=number <= terms.principal_grace,
        )
        balance -= principal
        rows.append(Row(period[1], principal, interest, terms.fee(principal, interest), balance))
    return _interest_later(terms, rows)


def _interest_later(terms: Terms, rows: list[Row]) -> tuple[Row, ...]:
    """Interest-payment grace: nothing is collected, and the sum is added to the first row after it."""
    grace = terms.interest_grace
    if not grace:
        return tuple(rows)
    deferred = sum((row.interest for row in rows[:grace]), rows[grace].interest)
    changed = [row._replace(interest=Fraction(0)) for row in rows[:grace]] + [rows[grace]._replace(interest=deferred)]
    free = [row._replace(fees=terms.fee(row.principal, row.interest)) for row in changed]
    return (*free, *rows[grace + 1 :])


def _opencbs(terms: Terms) -> tuple[Row, ...]:
    """Each row pays an equal part of what is left; the first interest is shared by the days of its true length."""
    dues = tuple(_after_weekend(due) for due in due_dates(terms))
    standard = (_due(replace(terms, first_due=None, anchor=terms.start), 1) - terms.start).days
    rows, balance = [], terms.principal
    for number, due in enumerate(dues, 1):
        interest = half_even(balance * terms.rate, terms.step)
        if number == 1:
            interest = half_even(interest * Fraction((due - terms.start).days, standard), terms.step)
        share = half_even(Fraction(balance, terms.count - number + 1), terms.step)
        free = number <= terms.principal_grace
        principal = _principal_of(balance, share, last=number == terms.count, free=free)
        balance -= principal
        rows.append(Row(due, principal, interest, terms.fee(principal, interest), balance))
    return _interest_later(terms, rows)


_CONVENTIONS: Mapping[str, Callable[[Terms], tuple[Row, ...]]] = {
    "progressive_emi": _progressive,
    "progressive_emi_piecewise": _progressive,
    "cumulative_flat": _flat,
    "cumulative_declining": _declining,
    "cumulative_declining_daily": _declining,
    "cumulative_equal_principal": _equal_principal,
    "cumulative_fixed_principal_daily": _fixed_principal,
    "opencbs_fixed_principal": _opencbs,
}


# Reading the terms of a case

_READ = frozenset(
    {
        "principal", "rate_percent", "rate_basis", "number_of_repayments", "repay_every", "repay_unit", "day_count",
        "disbursed_on", "currency_decimals", "rounding", "month_end", "schedule_anchor", "first_due_date",
        "further_disbursements", "rate_changes", "instalment_multiple", "currency_multiple", "principal_grace_periods",
        "interest_grace_periods", "interest_payment_grace_periods", "fixed_principal_percent", "instalment_fee",
    }
)  # fmt: skip
_SAID = frozenset({"note", "gross_disbursed", "down_payment_on_disbursement", "broken_first_period", "weekend_rule"})
"""Keys that describe a case and change no row: the down payment is already left out of ``principal``."""
_FEE = re.compile(r"([0-9.]{1,12}) ?% of the instalment (interest|principal|total)(, HALF_EVEN)?")


def read_terms(convention: Any, parameters: Any) -> Terms:
    """The terms of a case: ``convention`` and its ``parameters`` as in the loans file. ``Malformed`` names the key."""
    if not isinstance(parameters, dict):
        raise Malformed("a schedule needs its parameters, a map", field="parameters")
    if "flat_interest_base" in parameters:
        raise Malformed(FLAT_BASE, field="flat_interest_base")
    unknown = sorted(str(key) for key in parameters if key not in _READ | _SAID)
    if unknown:
        raise Malformed(f"the term {short(unknown[0])} is not known here", field=unknown[0][:60])
    if parameters.get("rounding", "HALF_EVEN") != "HALF_EVEN":
        raise Malformed("schedules are rounded HALF_EVEN", field="rounding")
    step = Fraction(1, 10 ** _count(parameters, "currency_decimals", 0, 4, 2))
    start = _date(parameters, "disbursed_on")
    count = _count(parameters, "number_of_repayments", 1, ROWS_MAX, None)
    interest_grace = _count(parameters, "interest_grace_periods", 0, count - 1, 0)
    terms = Terms(
        convention=convention if isinstance(convention, str) else "",
        principal=_amount(parameters.get("principal"), "principal", step),
        rate=_rate(parameters, convention),
        count=count,
        every=_count(parameters, "repay_every", 1, 1_000, 1),
        unit=_one_of(parameters, "repay_unit", tuple(_UNITS_A_YEAR), "MONTHS"),
        day_count=_day_count(parameters, convention),
        start=start,
        anchor=_date(parameters, "schedule_anchor") if "schedule_anchor" in parameters else start,
        first_due=_date(parameters, "first_due_date") if "first_due_date" in parameters else None,
        month_end=_one_of(parameters, "month_end", _MONTH_ENDS, _MONTH_ENDS[0]),
        step=step,
        payment_step=_step(parameters, "instalment_multiple"),
        principal_step=_step(parameters, "currency_multiple"),
        principal_grace=_count(parameters, "principal_grace_periods", 0, count - 1, 0),
        interest_grace=interest_grace or _count(parameters, "interest_payment_grace_periods", 0, count - 1, 0),
        fixed_principal=_share(parameters),
        fee=_fee(parameters.get("instalment_fee"), step),
        events=_events(parameters, step),
    )
    if not terms.anchor <= terms.start < _due(terms, 1):
        raise Malformed("the money is given out before the first due date", field="disbursed_on")
    return terms


_MONTH_ENDS = ("LAST_DAY_OF_MONTH", "FIRST_DAY_OF_NEXT_MONTH")


def _rate(parameters: Mapping[str, Any], convention: Any) -> Fraction:
    percent = exact(parameters.get("rate_percent"), "rate_percent")
    if not 0 <= percent <= RATE_PERCENT_MAX:
        raise Malformed(f"a rate is 0 to {RATE_PERCENT_MAX} percent", field="rate_percent")
    basis = str(parameters.get("rate_basis", "annual_nominal_percent")).split(" ")[0]
    if convention == "opencbs_fixed_principal":
        if basis not in ("percent_per_period", "percent_per_month"):
            raise Malformed("OpenCBS schedules take a rate per period", field="rate_basis")
        return percent * Fraction(1, 100)
    times = {"annual_nominal_percent": 1, "percent_per_year": 1, "percent_per_month": 12, "percent_per_week": 52}
    if basis not in times:
        raise Malformed(f"{short(basis)} is not a basis of a rate", field="rate_basis")
    return percent * Fraction(times[basis], 100)


def _day_count(parameters: Mapping[str, Any], convention: Any) -> str:
    word = str(parameters.get("day_count", "NONE")).split(" ")[0]
    if word not in ("NONE", "30/360", "ACT/ACT", *_ACTUAL):
        raise Malformed(f"{short(word)} is not a day count of schedules", field="day_count")
    if word == "NONE" and str(convention).startswith("progressive"):
        raise Malformed("a progressive schedule names its day count", field="day_count")
    # The names of these two say it: their interest is by actual days over 365.
    return "ACT/365" if word == "NONE" and str(convention).endswith("_daily") else word


def _events(parameters: Mapping[str, Any], step: Fraction) -> tuple[Event, ...]:
    lent = [
        Event(on, _amount(value, "further_disbursements", step))
        for on, value in _pairs(parameters, "further_disbursements")
    ]
    rates = [
        Event(on, rate=_rate({**parameters, "rate_percent": value}, ""))
        for on, value in _pairs(parameters, "rate_changes")
    ]
    return (*lent, *rates)


def _pairs(parameters: Mapping[str, Any], key: str) -> list[tuple[date, Any]]:
    given = parameters.get(key, [])
    if not isinstance(given, list) or len(given) > EVENTS_MAX:
        raise Malformed(f"{key} is a list of at most {EVENTS_MAX} pairs", field=key)
    if any(not isinstance(pair, list) or len(pair) != 2 for pair in given):
        raise Malformed(f"{key} holds pairs of a date and a number", field=key)
    return [(read_day(pair[0], field=key), pair[1]) for pair in given]


def _fee(said: Any, step: Fraction) -> Callable[[Fraction, Fraction], Fraction]:
    """The fee of a row from its principal and interest: none, an amount, or a share in words."""
    if said is None:
        return lambda principal, interest: Fraction(0)
    match = _FEE.fullmatch(said) if isinstance(said, str) else None
    if match is None:
        amount = _amount(said, "instalment_fee", step)
        return lambda principal, interest: amount
    share, of = exact(match[1], "instalment_fee") * Fraction(1, 100), match[2]

    def fee(principal: Fraction, interest: Fraction) -> Fraction:
        base = {"interest": interest, "principal": principal, "total": principal + interest}[of]
        return half_even(base * share, step)

    return fee


def _share(parameters: Mapping[str, Any]) -> Fraction | None:
    if "fixed_principal_percent" not in parameters:
        return None
    percent = exact(parameters["fixed_principal_percent"], "fixed_principal_percent")
    if not 0 <= percent <= 100:
        raise Malformed("a share of principal is 0 to 100 percent", field="fixed_principal_percent")
    return percent * Fraction(1, 100)


def _amount(value: Any, key: str, step: Fraction) -> Fraction:
    amount = exact(value, key)
    if not 0 < amount <= AMOUNT_MAX or Fraction(amount, step).denominator != 1:
        raise Malformed(f"{key} is {short(value)}: an amount above zero in the currency's units is needed", field=key)
    return amount


def _step(parameters: Mapping[str, Any], key: str) -> Fraction | None:
    if key not in parameters:
        return None
    step = exact(parameters[key], key)
    if not 0 < step <= AMOUNT_MAX:
        raise Malformed(f"{key} is an amount above zero", field=key)
    return step


def _count(parameters: Mapping[str, Any], key: str, low: int, high: int, default: int | None) -> int:
    value = parameters.get(key, default)
    if type(value) is not int or not low <= value <= high:
        raise Malformed(f"{key} is {short(value)}: a whole number from {low} to {high} is needed", field=key)
    return value


def _one_of(parameters: Mapping[str, Any], key: str, names: tuple[str, ...], default: str) -> str:
    value = parameters.get(key, default)
    if value not in names:
        raise Malformed(f"{key} is {short(value)}: one of {', '.join(names)} is needed", field=key)
    return str(value)


def _date(parameters: Mapping[str, Any], key: str) -> date:
    return read_day(parameters.get(key, ""), field=key)
