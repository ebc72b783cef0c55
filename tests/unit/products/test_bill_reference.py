"""Customer numbers at billers: the form and the check digit, whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.idents import luhn_digit
from counterfoil.policy.terms.bills import CHECKS as OF_THE_EDITION
from counterfoil.products.bill_reference import CHECKS, fits, normal


@pytest.mark.parametrize(
    ("reference", "forms", "check", "right"),
    [
        ("411-111-1110", ["999-999-9999"], "luhn", True),
        ("411-111-1111", ["999-999-9999"], "luhn", False),
        ("4111111110", ["999-999-9999"], "luhn", False),  # without its hyphens it is another form
        ("4111111110", ["999-999-9999", "9999999999"], "luhn", True),
        ("VW 00417", ["AA 99999"], "none", True),
        ("V1 00417", ["AA 99999"], "none", False),
        ("V1 00417", ["AX 99999"], "none", True),
        ("VW 0041", ["AA 99999"], "none", False),
        ("VW 004170", ["AA 99999"], "none", False),
        ("021000021", ["999999999"], "371", True),
        ("021000012", ["999999999"], "371", False),
        ("98", ["99"], "mod97", True),
        ("99", ["99"], "mod97", False),
        ("A.B/C-1", ["A.A/A-9"], "none", True),
        ("AXB/C-1", ["A.A/A-9"], "none", False),  # a point stands for itself
        ("\u0664\u0661\u0661", ["999"], "none", False),  # digits of another script
        ("", ["999"], "none", False),
    ],
)
def test_a_reference_has_the_form_of_its_biller(reference: str, forms: list[str], check: str, right: bool) -> None:
    assert fits(reference, forms, check) is right


@pytest.mark.parametrize(("typed", "kept"), [("  vw   00417 ", "VW 00417"), ("411-111-1110", "411-111-1110")])
def test_a_number_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert normal(typed) == kept


@given(stem=st.from_regex(r"[0-9]{9}", fullmatch=True), place=st.integers(0, 9), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_seen(stem: str, place: int, digit: str) -> None:
    right = stem + luhn_digit(stem)
    wrong = right[:place] + digit + right[place + 1 :]
    assert fits(right, ["9" * 10], "luhn")
    assert fits(wrong, ["9" * 10], "luhn") is (wrong == right)


@given(text=st.text(max_size=30))
def test_whatever_is_typed_is_answered(text: str) -> None:
    assert fits(normal(text), ["999"], "none") is (len(normal(text)) == 3 and set(normal(text)) <= set("0123456789"))


def test_the_edition_and_the_rule_know_the_same_checks() -> None:
    assert CHECKS == OF_THE_EDITION
