"""Check digits: what each catches, and what it is known to miss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.check_digits import (
    delivery_point_digit,
    iban,
    luhn,
    money_order_serial,
    money_order_usable,
    routing_number,
    routing_usable,
    zip_code,
)

SERIAL = st.from_regex(r"\A[0-9]{10}\Z").map(lambda body: body + str(sum(map(int, body)) % 9))


def changed(text: str, place: int, digit: int) -> str:
    return text[:place] + str((int(text[place]) + digit) % 10) + text[place + 1 :]


@given(SERIAL, st.integers(0, 9), st.integers(1, 9))
def test_a_money_order_digit_catches_all_but_nine_for_naught(serial: str, place: int, digit: int) -> None:
    other = changed(serial, place, digit)
    missed = {serial[place], other[place]} == {"0", "9"}
    assert money_order_serial(serial)
    assert money_order_serial(other) is missed


@given(SERIAL, st.integers(0, 8))
def test_a_money_order_digit_misses_every_transposition(serial: str, place: int) -> None:
    assert money_order_serial(serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :])


@given(st.sampled_from(["021000021", "121000248", "011000015"]), st.integers(0, 8), st.integers(1, 9))
def test_a_routing_number_catches_every_single_digit(number: str, place: int, digit: int) -> None:
    assert routing_number(number)
    assert not routing_number(changed(number, place, digit))


@given(st.sampled_from(["4111111111111111", "5555555555554444"]), st.integers(0, 15), st.integers(1, 9))
def test_luhn_catches_every_single_digit(number: str, place: int, digit: int) -> None:
    assert luhn(number)
    assert not luhn(changed(number, place, digit))


def test_zeros_pass_the_arithmetic_and_are_not_usable() -> None:
    assert routing_number("000000000")
    assert not routing_usable("000000000")
    assert money_order_serial("00000000000")
    assert not money_order_usable("00000000000")
    assert routing_usable("021000021")
    assert money_order_usable("39539881642")


@pytest.mark.parametrize("check", [routing_number, money_order_serial, luhn, zip_code])
@pytest.mark.parametrize("text", ["", " 021000021", "021000021\n", "０２１００００２１", "02100002", "abc"])
def test_only_ascii_digits_count(check: object, text: str) -> None:
    assert callable(check)
    assert check(text) is False or (check is luhn and text == "02100002")


@pytest.mark.parametrize(("text", "right"), [("DE89 3704 0044 0532 0130 00", True), ("DE89370400440532013001", False)])
def test_an_iban_in_paper_form(text: str, right: bool) -> None:
    assert iban(text) is right


def test_delivery_points() -> None:
    assert delivery_point_digit("55555-1237") == 2
    assert delivery_point_digit("55555") == 5
    with pytest.raises(Malformed):
        delivery_point_digit("5555")
