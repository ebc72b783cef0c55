"""Money: built right or not at all, added only to its own kind, written and read without rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.money import USD, Currency, Money, currency, parse_decimal
from counterfoil.kernel.outcomes import Fault, Malformed

JPY, KWD, CZK = currency("JPY"), currency("KWD"), currency("CZK")


@pytest.mark.parametrize("minor", [AMOUNT_MINOR_MAX, -AMOUNT_MINOR_MAX, 0])
def test_the_largest_amounts_can_be_built(minor: int) -> None:
    assert Money(minor, USD).minor == minor


@pytest.mark.parametrize("minor", [AMOUNT_MINOR_MAX + 1, -AMOUNT_MINOR_MAX - 1, 1.0, 0.5, True, "1", None])
def test_an_amount_beyond_int64_cannot_be_built(minor: object) -> None:
    with pytest.raises(Malformed) as error:
        Money(minor, USD)  # type: ignore[arg-type]  # what a caller may pass all the same
    assert error.value.field == "amount"


def test_a_sum_beyond_int64_cannot_be_built() -> None:
    assert (Money(AMOUNT_MINOR_MAX - 1, USD) + Money(1, USD)).minor == AMOUNT_MINOR_MAX
    with pytest.raises(Malformed):
        Money(AMOUNT_MINOR_MAX, USD) + Money(1, USD)
    with pytest.raises(Malformed):
        Money(-AMOUNT_MINOR_MAX, USD) - Money(1, USD)


def test_currencies_do_not_mix() -> None:
    dollar, crown = Money(1, USD), Money(1, CZK)
    for mixed in (lambda: dollar + crown, lambda: dollar - crown, lambda: dollar.exceeds(crown)):
        with pytest.raises(Fault, match="CZK"):
            mixed()


@pytest.mark.parametrize(
    ("minor", "unit", "shown", "plain"),
    [
        (0, USD, "$0.00", "0.00"),
        (5, USD, "$0.05", "0.05"),
        (-5, USD, "-$0.05", "-0.05"),
        (123456, USD, "$1,234.56", "1234.56"),
        (-123456, CZK, "-1,234.56 CZK", "-1234.56"),
        (1234, JPY, "¥1,234", "1234"),
        (1234, KWD, "1.234 KWD", "1.234"),
        (AMOUNT_MINOR_MAX, USD, "$92,233,720,368,547,758.07", "92233720368547758.07"),
    ],
)
def test_an_amount_as_people_and_files_write_it(minor: int, unit: Currency, shown: str, plain: str) -> None:
    assert (str(Money(minor, unit)), Money(minor, unit).decimal()) == (shown, plain)


@pytest.mark.parametrize(
    ("text", "unit", "minor"),
    [
        ("12.5", USD, 1250),
        ("12.50", USD, 1250),
        ("12", USD, 1200),
        ("0.01", USD, 1),
        ("7", JPY, 7),
        ("1.001", KWD, 1001),
    ],
)
def test_an_amount_is_read_exactly(text: str, unit: Currency, minor: int) -> None:
    assert parse_decimal(text, unit) == Money(minor, unit)


@pytest.mark.parametrize(
    ("text", "unit"), [("0.001", USD), ("0.5", JPY), ("1.0", JPY), ("1.2345", KWD), ("12.500", USD)]
)
def test_fractions_of_a_cent_are_refused(text: str, unit: Currency) -> None:
    with pytest.raises(Malformed):
        parse_decimal(text, unit)


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "-1", "+1", "1e3", "1,000", ".5", "1.", "١٢", "0x1", "NaN", "9" * 20, "92233720368547758.08"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_decimal(text, USD)


@given(st.integers(0, AMOUNT_MINOR_MAX), st.sampled_from([USD, JPY, KWD]))
def test_writing_and_reading_are_inverse(minor: int, unit: Currency) -> None:
    assert parse_decimal(Money(minor, unit).decimal(), unit) == Money(minor, unit)


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_sums_are_those_of_whole_numbers(one: int, other: int) -> None:
    first, second = Money(one, USD), Money(other, USD)
    assert (first + second).minor == one + other
    assert first + second - second == first
    assert Money(0, USD) - first == -first
    assert first.exceeds(second) is (one > other)


@pytest.mark.parametrize("code", ["usd", "US", "USDX", "", "XXX", 5, None, ["USD"]])
def test_an_unknown_currency_is_refused_by_name(code: object) -> None:
    with pytest.raises(Malformed) as error:
        currency(code)  # type: ignore[arg-type]  # what a file may hold
    assert error.value.field == "currency"


@pytest.mark.parametrize(("code", "exponent"), [("usd", 2), ("USD", 1), ("USD", 4), ("U1D", 2)])
def test_a_currency_is_built_right_or_not_at_all(code: str, exponent: int) -> None:
    with pytest.raises(Malformed):
        Currency(code, exponent)
