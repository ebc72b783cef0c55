"""Small loans: what they cost and what is owed, as tables of edges and as laws."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents.loan import Due, Loan
from counterfoil.operations.documents.paper import Head
from counterfoil.products import loans as rule
from counterfoil.products import schedule
from counterfoil.products.calendar import banking_day_from, is_banking_day
from counterfoil.products.exact import whole_half_up
from counterfoil.products.unit_periods import first_payment

CAP = Fraction(28)
DAY = date(2026, 3, 2)
LENGTHS = {"weekly": (4, 26), "biweekly": (2, 13), "semimonthly": (2, 12), "monthly": (1, 6)}


@st.composite
def quotes(draw: st.DrawFn) -> rule.Quote:
    """A loan that the shipped edition could make, on any day of ten years, with any first due date that is allowed."""
    every = draw(st.sampled_from(rule.EVERY))
    opened = draw(st.dates(date(2024, 1, 1), date(2033, 12, 31)))
    low, high = rule.first_due_range(opened, every)
    first = banking_day_from(low + timedelta(days=draw(st.integers(0, (high - low).days))))
    amount, rate = draw(st.integers(2_000, 50_000)), draw(st.sampled_from([0, 1, 450, 1_799, 2_800, 3_600]))
    return rule.quote(amount, every, draw(st.integers(*LENGTHS[every])), opened, first, rate, CAP)


@settings(deadline=None)
@given(quotes())
def test_a_loan_paid_as_agreed_ends_at_zero(quote: rule.Quote) -> None:
    assert sum(row.principal for row in quote.rows) == quote.amount
    assert quote.rows[-1].balance == 0
    assert all(row.interest >= 0 and row.principal >= 0 and row.payment > 0 for row in quote.rows)
    assert all(row.payment == quote.payment for row in quote.rows[:-1])
    assert abs(quote.last - quote.payment) <= quote.number, "the last payment differs by cents"
    assert quote.total == quote.amount + quote.interest


@settings(deadline=None)
@given(quotes())
def test_no_schedule_breaks_the_cap(quote: rule.Quote) -> None:
    assert 0 <= quote.apr <= CAP
    assert Fraction(quote.apr_text) <= CAP
    exact = sum(
        Fraction(row.balance + row.principal) * quote.rate * (row.due - before).days
        for row, before in zip(quote.rows, [quote.opened, *(row.due for row in quote.rows)], strict=False)
    )
    assert quote.interest * rule.PARTS <= exact, "nothing is rounded up against the customer"


@settings(deadline=None)
@given(quotes())
def test_every_due_date_is_a_banking_day_and_later_than_the_one_before(quote: rule.Quote) -> None:
    days = [quote.opened, *(row.due for row in quote.rows)]
    assert all(one < other for one, other in pairwise(days))
    assert all(is_banking_day(day) for day in days[1:])


@settings(deadline=None, max_examples=40)
@given(st.integers(2_000, 50_000), st.sampled_from(["weekly", "biweekly"]), st.integers(2, 13), st.integers(0, 3_600))
def test_a_schedule_is_the_progressive_one_but_for_cents(amount: int, every: str, number: int, rate: int) -> None:
    """Beside ``products.schedule``: the same payment, rounded down instead of to the nearest, on the same days."""
    first = rule.usual_first_due(DAY, every)
    ours = rule.schedule(amount, every, number, DAY, first, rate)
    if any(row.due != rule.nominal_due(first, every, place) for place, row in enumerate(ours)):
        return  # The other one knows no holidays.
    terms = schedule.read_terms(
        "progressive_emi",
        {
            "principal": f"{amount // 100}.{amount % 100:02}", "rate_percent": f"{rate // 100}.{rate % 100:02}",
            "number_of_repayments": number, "repay_every": rule._DAYS[every] // 7, "repay_unit": "WEEKS",
            "day_count": "ACT/365", "disbursed_on": DAY.isoformat(),
        },
    )  # fmt: skip
    theirs = schedule.schedule(terms)
    for row, other in zip(ours, theirs, strict=True):
        assert row.due == other.due
        assert abs(row.payment - whole_half_up(other.total * 100)) <= number
        assert abs(row.balance - whole_half_up(other.balance * 100)) <= number


payments = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60_000), st.booleans()), max_size=12)


@settings(deadline=None)
@given(st.integers(2_000, 50_000), st.integers(0, 3_600), payments, st.permutations(["interest", "principal"]))
def test_any_order_of_payments_ends_at_zero(
    amount: int, rate: int, moves: list[tuple[int, int, bool]], order: list[str]
) -> None:
    """Early, late, partial, taken back: the sums agree at every step, and the payoff pays the loan off."""
    owed, offset, today, paid = amount, 0, 0, 0
    made: list[tuple[int, int, int]] = []
    for step, wish, back in moves:
        today += step
        if back and made:
            principal, interest, day = made.pop(len(made) // 2)
            owed, offset = owed + principal, offset - rule.paid_parts(principal, interest, rate, day)
            paid -= principal + interest
        interest = rule.interest_due(owed, offset, rate, today)
        assert interest >= 0
        principal, interest = rule.split(min(wish, owed + interest), owed, interest, tuple(order))
        if principal + interest:
            made.append((principal, interest, today))
            owed, offset = owed - principal, offset + rule.paid_parts(principal, interest, rate, today)
            paid += principal + interest
        assert owed == amount - sum(one for one, _, _ in made)
        kept = rule.interest_parts(owed, offset, rate, today)
        left = sum(one * (today - day) for one, _, day in made)
        assert kept == (amount * today - left) * rate - sum(one for _, one, _ in made) * rule.PARTS
        assert kept >= 0
    interest = rule.interest_due(owed, offset, rate, today)
    offset += rule.paid_parts(owed, interest, rate, today)
    assert rule.interest_due(0, offset, rate, today + 10_000) == 0, "nothing runs on what was paid back"


def test_interest_is_only_on_what_is_owed() -> None:
    """375.00 at 28 %: 4.02 in two weeks; of a half that was paid back on the first day, nothing."""
    assert rule.interest_due(37_500, 0, 2_800, 14) == 402
    offset = rule.paid_parts(18_750, 0, 2_800, 0)
    assert rule.interest_due(18_750, offset, 2_800, 14) == 201


@pytest.mark.parametrize(("opened", "days"), [(date(2027, 2, 22), 14), (date(2028, 2, 22), 14), (date(2026, 3, 2), 14)])
def test_a_leap_day_and_a_clock_change_are_days_like_others(opened: date, days: int) -> None:
    first = opened + timedelta(days=days)
    assert rule.schedule(37_500, "biweekly", 2, opened, first, 2_800)[0].interest == 402


@pytest.mark.parametrize(
    ("every", "first", "dates"),
    [
        ("weekly", "2026-06-26", ["2026-06-26", "2026-07-03", "2026-07-10"]),  # the Fed is open on July 3
        ("biweekly", "2026-05-11", ["2026-05-11", "2026-05-26", "2026-06-08"]),  # Memorial Day is a Monday
        ("monthly", "2026-01-31", ["2026-02-02", "2026-03-02", "2026-03-31"]),  # Saturday; 28 February is one too
        ("monthly", "2028-01-31", ["2028-01-31", "2028-02-29", "2028-03-31"]),
        ("semimonthly", "2026-01-15", ["2026-01-15", "2026-01-30", "2026-02-17"]),  # Sunday, then Presidents' Day
        ("semimonthly", "2026-01-31", ["2026-02-02", "2026-02-17", "2026-03-02"]),
    ],
)
def test_due_dates_move_to_the_next_banking_day(every: str, first: str, dates: list[str]) -> None:
    found = [rule.due_on(date.fromisoformat(first), every, place).isoformat() for place in range(len(dates))]
    assert found == dates


@pytest.mark.parametrize(
    ("given_on", "first", "t", "odd"),
    [
        ("2026-03-01", "2026-03-16", 1, 0), ("2026-03-01", "2026-03-20", 1, 4), ("2026-03-01", "2026-04-01", 2, 0),
        ("2026-03-02", "2026-03-10", 0, 8), ("2026-01-15", "2026-02-17", 2, 2), ("2026-01-31", "2026-02-16", 1, 1),
    ],
)  # fmt: skip
def test_half_months_are_counted_back_from_the_first_payment(given_on: str, first: str, t: int, odd: int) -> None:
    term = first_payment(date.fromisoformat(given_on), date.fromisoformat(first), 1, "HALF-MONTHS")
    assert (term.t, term.f, term.a_year) == (t, Fraction(odd, 15), Fraction(24))


@settings(deadline=None, max_examples=60)
@given(quotes())
def test_the_rate_on_the_paper_is_the_rate_of_the_loan(quote: rule.Quote) -> None:
    """The paper measures its own payments; both say the same two decimals."""
    dues = tuple(Due(row.due, row.principal, row.interest, 0, row.balance) for row in quote.rows)
    every, unit = rule.UNITS[quote.every]
    paper = Loan(Head("Elk Fork", quote.opened), quote.opened, dues, every, unit, "28.00")
    assert paper.apr_percent == quote.apr_text
    assert (paper.finance_charge, paper.total_of_payments) == (quote.interest, quote.total)


@pytest.mark.parametrize(
    ("every", "number", "fits"),
    [
        ("weekly", 3, False), ("weekly", 4, True), ("weekly", 26, True), ("weekly", 27, False),
        ("biweekly", 1, False), ("biweekly", 2, True), ("biweekly", 13, True), ("biweekly", 14, False),
        ("semimonthly", 1, False), ("semimonthly", 2, True), ("semimonthly", 12, True), ("semimonthly", 13, False),
        ("monthly", 1, True), ("monthly", 6, True), ("monthly", 7, False),
    ],
)  # fmt: skip
def test_a_loan_runs_four_to_twenty_six_weeks(every: str, number: int, fits: bool) -> None:
    assert rule.weeks_fit(every, number, 4, 26) is fits


@pytest.mark.parametrize(
    ("every", "weeks", "number"),
    [("weekly", 4, 4), ("biweekly", 24, 12), ("semimonthly", 26, 12), ("monthly", 4, 1), ("monthly", 26, 6)],
)
def test_weeks_are_turned_into_payments(every: str, weeks: int, number: int) -> None:
    assert rule.payments_in(every, weeks) == number


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-5, "current"), (0, "current"), (1, "1-29"), (29, "1-29"), (30, "30-59"), (59, "30-59"), (60, "60-89"),
     (89, "60-89"), (90, "90+"), (4_000, "90+")],
)  # fmt: skip
def test_buckets_begin_and_end_where_their_names_say(days: int, bucket: str) -> None:
    assert rule.bucket_of(days) == bucket


@pytest.mark.parametrize(("paid", "place"), [(0, 0), (99, 0), (100, 1), (199, 1), (200, 2), (900, 2)])
def test_what_is_paid_ahead_covers_the_next_due(paid: int, place: int) -> None:
    assert rule.place_due(paid, 100, 3) == place


@given(st.sampled_from(rule.EVERY), st.integers(0, 500_000), st.integers(1, 100))
def test_the_largest_payment_that_fits_fits_and_one_more_does_not(every: str, left: int, share: int) -> None:
    most = rule.payment_within(every, left, Fraction(share))
    assert rule.affordable(most, every, left, Fraction(share))
    assert not rule.affordable(most + 1, every, left, Fraction(share))


@pytest.mark.parametrize(
    ("amount", "every", "number", "first", "rate"),
    [
        (0, "weekly", 4, date(2026, 3, 9), 2_800), (100, "daily", 4, date(2026, 3, 9), 2_800),
        (100, "weekly", 0, date(2026, 3, 9), 2_800), (100, "weekly", 105, date(2026, 3, 9), 2_800),
        (100, "weekly", 4, DAY, 2_800), (100, "weekly", 4, date(2026, 3, 9), -1),
    ],
)  # fmt: skip
def test_what_is_no_loan_is_refused(amount: int, every: str, number: int, first: date, rate: int) -> None:
    with pytest.raises(Malformed):
        rule.quote(amount, every, number, DAY, first, rate, CAP)


def test_the_375_loan_costs_what_the_page_says() -> None:
    quote = rule.quote(37_500, "biweekly", 12, DAY, rule.usual_first_due(DAY, "biweekly"), 2_800, CAP)
    assert (quote.payment, quote.last, quote.total, quote.interest) == (3_347, 3_354, 40_171, 2_671)
    assert quote.apr_text == "27.94"
