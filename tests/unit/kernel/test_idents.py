"""Identifiers: request ids, transfer ids that ascend with the log, numbers with a check digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.idents import checked_number, luhn_digit, numbered, request_id, transfer_id, transfer_origin
from counterfoil.kernel.outcomes import Fault, Malformed

PLACES = st.tuples(st.integers(1, 2**32 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))


def test_a_request_id_is_sixteen_bytes() -> None:
    assert request_id("00ff" * 8) == b"\x00\xff" * 8


@pytest.mark.parametrize(
    "text", ["", "00" * 15, "00" * 17, "0G" * 16, "FF" * 16, "0x" + "0" * 30, "٠" * 32, None, 1, b"0" * 32]
)
def test_what_is_no_request_id_is_refused(text: object) -> None:
    with pytest.raises(Malformed) as error:
        request_id(text)  # type: ignore[arg-type]  # what a file may hold
    assert error.value.field == "id"


@given(PLACES)
def test_a_transfer_id_says_where_it_comes_from(place: tuple[int, int, int]) -> None:
    assert transfer_origin(transfer_id(*place)) == place


@given(PLACES, PLACES)
def test_transfer_ids_ascend_with_epoch_index_and_leg(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert (transfer_id(*one) < transfer_id(*other)) is (one < other)


@pytest.mark.parametrize("place", [(0, 0, 0), (2**32, 0, 0), (1, -1, 0), (1, 2**64, 0), (1, 0, -1), (1, 0, 2**32)])
def test_a_place_outside_the_bounds_has_no_transfer_id(place: tuple[int, int, int]) -> None:
    with pytest.raises(Fault):
        transfer_id(*place)


def test_the_check_digit_is_luhns() -> None:
    assert luhn_digit("7992739871") == "3"  # The worked example of ISO/IEC 7812-1.
    assert luhn_digit("0") == "0"


@given(st.binary(min_size=8, max_size=8), st.sampled_from(["4", "7"]))
def test_a_made_number_checks_and_one_wrong_digit_does_not(random: bytes, lead: str) -> None:
    number = numbered(random, lead=lead)
    assert checked_number(number, field="account") == number
    assert number[0] == lead
    for place in range(10):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(Malformed):
            checked_number(wrong, field="account")


@pytest.mark.parametrize("text", ["", "12345", "0" * 11, "000000000a", "٠" * 10, 4, None])
def test_what_is_no_number_is_refused_by_field(text: object) -> None:
    with pytest.raises(Malformed) as error:
        checked_number(text, field="customer")  # type: ignore[arg-type]  # what a file may hold
    assert error.value.field == "customer"
