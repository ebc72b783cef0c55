"""Currency reports, error resolution and ACH returns at their edges."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.compliance.currency_reports import CTR_OVER_CENTS, Cash, instrument_duty, reportable
from counterfoil.compliance.error_resolution import (
    cancellation,
    liability,
    remittance_investigate_by,
    timeline,
)
from counterfoil.compliance.returns import CONTESTED, DISHONORED, SIXTY_DAYS, TWO_DAYS, limit, return_by
from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.calendar import is_banking_day

SATURDAY, MONDAY = date(2026, 6, 6), date(2026, 6, 8)


@pytest.mark.parametrize(("cents", "due"), [(CTR_OVER_CENTS, False), (CTR_OVER_CENTS + 1, True)])
def test_a_report_is_due_for_more_than_the_line(cents: int, due: bool) -> None:
    assert bool(reportable([Cash(MONDAY, "cash_in", cents)], any_one_day=True)) is due


@given(st.lists(st.tuples(st.sampled_from(["cash_in", "cash_out"]), st.integers(1, 1_200_000)), max_size=12))
def test_in_and_out_are_never_netted(moves: list[tuple[str, int]]) -> None:
    found = reportable([Cash(MONDAY, way, cents) for way, cents in moves], any_one_day=True)
    for way in ("cash_in", "cash_out"):
        total = sum(cents for one, cents in moves if one == way)
        assert [one.cents for one in found if one.direction == way] == ([total] if total > CTR_OVER_CENTS else [])


def test_a_weekend_counts_with_monday_except_at_the_postal_service() -> None:
    cash = [Cash(SATURDAY, "cash_in", 6_000_00), Cash(MONDAY, "cash_in", 5_000_00)]
    (found,) = reportable(cash, any_one_day=False)
    assert (found.business_day, found.cents, found.file_by) == (MONDAY, 11_000_00, date(2026, 6, 23))
    assert reportable(cash, any_one_day=True) == ()


def test_persons_are_counted_apart() -> None:
    cash = [Cash(MONDAY, "cash_in", 6_000_00, "a"), Cash(MONDAY, "cash_in", 6_000_00, "b")]
    assert reportable(cash, any_one_day=True) == ()
    assert len(reportable([*cash, Cash(MONDAY, "cash_in", 4_000_01, "b")], any_one_day=True)) == 1


def test_postage_does_not_count_at_the_postal_service() -> None:
    cash = [Cash(MONDAY, "cash_in", 9_000_00), Cash(MONDAY, "cash_in", 2_000_00, postage=True)]
    assert reportable(cash, any_one_day=True) == ()
    assert len(reportable(cash, any_one_day=False)) == 1


@pytest.mark.parametrize(
    ("cents", "known", "duty"),
    [
        ([2_999_99], True, "none"),
        ([3_000_00], True, "log"),
        ([10_000_00], True, "log"),
        ([10_000_01], True, "ctr"),
        ([1_500_00, 1_500_00], True, "log"),
        ([1_500_00, 1_500_00], False, "none"),
        ([9_000_00, 2_000_00], True, "ctr"),
        ([9_000_00, 2_000_00], False, "log"),
    ],
)
def test_money_orders_for_cash(cents: list[int], known: bool, duty: str) -> None:
    assert instrument_duty(cents, known_together=known) == duty


def test_impossible_cash_is_refused() -> None:
    for wrong in (Cash(MONDAY, "cash_in", 0), Cash(MONDAY, "sideways", 1)):
        with pytest.raises(Malformed):
            reportable([wrong], any_one_day=True)
    for amounts in ([], [0]):
        with pytest.raises(Malformed):
            instrument_duty(amounts, known_together=True)


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.booleans(), st.sampled_from(["other", "pos_debit", "foreign"]))
def test_calendar_limits_do_not_roll(notice: date, new: bool, kind: str) -> None:
    limits = timeline(notice, kind=kind, new_account=new)
    assert limits.investigate_by - notice == timedelta(days=90 if new or kind != "other" else 45)
    assert is_banking_day(limits.credit_by)
    assert limits.credit_by >= limits.confirm_by
    assert (limits.credit_by > limits.confirm_by) is new
    assert remittance_investigate_by(notice) - notice == timedelta(days=90)


@pytest.mark.parametrize(
    ("days", "early", "late", "most"),
    [
        (0, 30_00, 0, 30_00),
        (2, 60_00, 0, 50_00),
        (2, 0, 700_00, 50_00),
        (3, 100_00, 300_00, 350_00),
        (3, 20_00, 100_00, 120_00),
        (3, 0, 700_00, 500_00),
        (3, 0, 0, 0),
    ],
)
def test_what_a_consumer_bears(days: int, early: int, late: int, most: int) -> None:
    assert liability(days, early, late) == most


def test_liability_of_negative_amounts_is_refused() -> None:
    with pytest.raises(Malformed):
        liability(3, -1, 0)


PAID = datetime(2026, 6, 5, 16, 50)


@pytest.mark.parametrize(
    ("after", "picked_up", "back"),
    [
        (timedelta(0), False, date(2026, 6, 10)),
        (timedelta(minutes=30), False, date(2026, 6, 10)),
        (timedelta(minutes=30, seconds=1), False, None),
        (timedelta(minutes=1), True, None),
    ],
)
def test_a_remittance_is_cancelled_within_thirty_minutes(after: timedelta, picked_up: bool, back: date | None) -> None:
    assert cancellation(PAID, PAID + after, picked_up=picked_up) == back


def test_nothing_is_cancelled_before_it_is_paid() -> None:
    with pytest.raises(Malformed):
        cancellation(PAID, PAID - timedelta(seconds=1), picked_up=False)


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("R01", TWO_DAYS),
        ("R10", SIXTY_DAYS),
        ("R29", TWO_DAYS),
        ("R61", DISHONORED),
        ("R71", CONTESTED),
        ("C01", TWO_DAYS),
    ],
)
def test_each_code_has_its_limit(code: str, kept: object) -> None:
    assert limit(code) == kept


@pytest.mark.parametrize("code", ["R00", "R06", "R99", "C99", "R1", "", "R٠١"])
def test_a_code_without_a_limit_is_refused(code: str) -> None:
    with pytest.raises(Malformed):
        limit(code)


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_sixty_days_do_not_roll(settled: date) -> None:
    assert return_by(settled, SIXTY_DAYS) - settled == timedelta(days=60)
    assert is_banking_day(return_by(settled, TWO_DAYS))
