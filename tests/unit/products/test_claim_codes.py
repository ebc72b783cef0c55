"""Claim codes: one code however it is typed, its hash on record, made again by its office alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.claim_codes import LENGTH, SYMBOLS, claim_code, code_hash, read_code

KEY = bytes(range(32))


@pytest.mark.parametrize(
    "typed",
    ["K7QM-2F9D-XW3P", "k7qm2f9dxw3p", " K7QM 2F9D XW3P ", "K7QM–2F9D–XW3P", "k7-qm-2f-9d-xw-3p"],
)
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert read_code(typed) == "K7QM2F9DXW3P"
    assert read_code("OIL0-1111-0000") == "011011110000"


@pytest.mark.parametrize(
    "typed", ["", "K7QM-2F9D-XW3", "K7QM-2F9D-XW3PA", "U7QM-2F9D-XW3P", "K7QM_2F9D_XW3P", None, 7, "x" * 99]
)
def test_what_is_no_code_is_named(typed: object) -> None:
    with pytest.raises(Malformed) as error:
        read_code(typed)
    assert error.value.field == "claim_code"


@given(st.binary(min_size=16, max_size=17), st.binary(min_size=32, max_size=32))
def test_a_code_is_made_again_by_its_office_only(request: bytes, other: bytes) -> None:
    code = claim_code(KEY, request)
    assert claim_code(KEY, request) == code
    assert len(read_code(code)) == LENGTH
    assert set(read_code(code)) <= set(SYMBOLS)
    assert (claim_code(other, request) == code) == (other == KEY)
    assert len(code_hash(code)) == 32
    assert code.encode() not in code_hash(code)


def test_codes_of_a_visits_services_differ() -> None:
    request = bytes(16)
    assert len({claim_code(KEY, request + part) for part in (b"", b"\x01", b"\x02")}) == 3
