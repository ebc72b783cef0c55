"""APR and APY against what they mean, not only against vectors: the rate is put back into the equation."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.apr import STREAM_MAX, Flow, apr_percent
from counterfoil.products.apy import apy_earned_special_percent, apy_percent, composite_rate_percent
from counterfoil.products.exact import exact, half_even, rounded_down, rounded_half_up, significant, whole_half_up


def present_value(flow: Flow, rate: Fraction) -> Fraction:
    odd = 1 + flow.f * rate
    return sum(
        (Fraction(flow.amount, odd * (1 + rate) ** (flow.t + number * flow.step)) for number in range(flow.number)),
        Fraction(0),
    )


@given(
    st.integers(2_000, 500_000),
    st.integers(1, 24),
    st.integers(0, 6_000),
    st.integers(0, 3),
    st.fractions(0, 1, max_denominator=30).filter(lambda f: f < 1),
)
def test_the_rate_put_back_makes_both_sides_equal(cents: int, count: int, charge: int, t: int, f: Fraction) -> None:
    lent, paid = Fraction(cents, 100), Fraction(cents + charge, 100 * count)
    payments = [Flow(paid, count, t + 1, f)]
    rate = Fraction(apr_percent([Flow(lent)], payments, Fraction(12)), 1200)
    assert abs(present_value(payments[0], rate) - lent) < Fraction(1, 10**12)


def test_apr_agrees_with_the_first_example_of_the_appendix() -> None:
    rate = apr_percent([Flow(Fraction(5000))], [Flow(Fraction(230), 24, 1)], Fraction(12))
    assert rounded_half_up(rate, 2) == "9.69"


def test_apr_agrees_with_every_vector() -> None:
    """tests/vectors/test_rules.py runs the vectors; here, one with odd days, two streams and 13 periods a year."""
    streams = [Flow(Fraction(3950, 100), 1, 1, Fraction(5, 28)), Flow(Fraction(3831, 100), 11, 2, Fraction(5, 28))]
    assert rounded_half_up(apr_percent([Flow(Fraction(400))], streams, Fraction(13)), 2) == "28.50"


def test_money_for_nothing_is_zero_percent() -> None:
    assert rounded_half_up(apr_percent([Flow(Fraction(100))], [Flow(Fraction(50), 2, 1)], Fraction(12)), 2) == "0.00"


ONE = [Flow(Fraction(100))]


@pytest.mark.parametrize(
    ("advances", "payments", "periods"),
    [
        ([], ONE, 12),
        (ONE, [], 12),
        (ONE, [Flow(Fraction(99), 1, 1)], 12),  # pays back less than was lent
        (ONE, [Flow(Fraction(0), 1, 1)], 12),
        (ONE, [Flow(Fraction(120), STREAM_MAX + 1, 1)], 12),
        (ONE, [Flow(Fraction(120), 1, 1, Fraction(1))], 12),
        (ONE, [Flow(Fraction(120), 1, -1)], 12),
        (ONE, [Flow(Fraction(120), 1, 1)], 0),
        (ONE, [Flow(Fraction(10**9), 1, 1)], 12),  # beyond what is computed
    ],
)
def test_no_rate_is_given_where_there_is_none(advances: list[Flow], payments: list[Flow], periods: int) -> None:
    with pytest.raises(Malformed):
        apr_percent(advances, payments, Fraction(periods))


@given(st.integers(1, 10**9), st.integers(0, 10**8))
def test_a_year_of_simple_interest_is_its_own_yield(principal: int, interest: int) -> None:
    yielded = apy_percent(Fraction(principal), Fraction(interest), 365)
    assert abs(yielded - Fraction(100 * interest, principal)) < Fraction(1, 10**30)


def test_two_slips_of_the_printed_rule() -> None:
    """Example II.A(2) leaves out "1 +" and prints 5.40, which needs it; I.B(2) prints 133.13 and earned 133.1363."""
    assert rounded_half_up(apy_percent(Fraction(1500), Fraction(650, 100), 30), 2) == "5.40"
    assert {rounded_half_up(apy_percent(Fraction(1000), Fraction(cents, 100), 730), 2) for cents in (13313, 13314)} == {
        "6.45"
    }


def test_the_special_formula_and_the_composite_rate() -> None:
    special = apy_earned_special_percent(Fraction(1000), Fraction(411, 100), 30, 365)
    assert rounded_half_up(special, 2) == "5.00"
    assert composite_rate_percent([(Fraction(5), 365), (Fraction(7), 365)]) == 6


@pytest.mark.parametrize(("principal", "interest", "days"), [(0, 1, 365), (-1, 1, 365), (1, -1, 365), (1, 1, 0)])
def test_no_yield_is_given_where_there_is_none(principal: int, interest: int, days: int) -> None:
    with pytest.raises(Malformed):
        apy_percent(Fraction(principal), Fraction(interest), days)


@given(st.fractions(-(10**6), 10**6), st.integers(0, 6))
def test_the_ways_of_rounding_stay_within_a_step(value: Fraction, places: int) -> None:
    step = Fraction(1, 10**places)
    down, up = Fraction(rounded_down(value, places)), Fraction(rounded_half_up(value, places))
    assert down <= value < down + step
    assert abs(up - value) * 2 <= step
    assert abs(half_even(value, step) - value) * 2 <= step
    assert abs(whole_half_up(value) - value) * 2 <= 1


def test_halves() -> None:
    assert [half_even(Fraction(n, 2), Fraction(1)) for n in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    assert [rounded_half_up(Fraction(n, 2), 0) for n in (1, 3, -1)] == ["1", "2", "-1"]
    assert significant(Fraction(1_234_565, 1000), 6) == Fraction(1_234_560, 1000)


@pytest.mark.parametrize("value", ["1e3", "", " 1", "1.", ".5", "+1", "0x1", "NaN", True, None, [], "1" * 40, "٣"])
def test_only_plain_decimals_are_numbers(value: object) -> None:
    with pytest.raises(Malformed, match="here"):
        exact(value, "here")


@pytest.mark.parametrize("little", [Fraction(0), Fraction(-1, 1000), Fraction(-1, 10**30)])
def test_no_minus_nothing(little: Fraction) -> None:
    assert rounded_half_up(little, 2) == "0.00"
    assert rounded_half_up(-Fraction(1, 200), 2) == "-0.01"
