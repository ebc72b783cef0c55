"""The form of a money order: the amount stands twice, and everything fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.counter.order_form import OrderForm, rows
from counterfoil.counter.receipt import width
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD, Money
from counterfoil.kernel.outcomes import Malformed


def form(minor: int = 37_500) -> OrderForm:
    return OrderForm("10000000001", Money(minor, USD), "2026-03-02", "0417", "Elk Fork")


def test_the_amount_stands_twice() -> None:
    texts = [row.text.strip() for row in rows(form(100_000))]
    assert "***$1,000.00***" in texts
    assert form(100_000).words() == "one zero zero zero point zero zero"
    assert form(37_509).words(catalog("es")) == "tres siete cinco punto cero nueve"
    assert any("one zero zero zero" in text for text in texts)


@given(st.integers(1, 100_000), st.integers(32, 80), st.sampled_from(["en", "es"]))
def test_no_row_is_wider_than_the_form(minor: int, columns: int, language: str) -> None:
    found = rows(form(minor), catalog(language), columns=columns)
    assert max(width(row.text) for row in found) <= columns


def test_a_form_too_narrow_is_refused() -> None:
    with pytest.raises(Malformed):
        rows(form(), columns=31)


def test_the_values_are_all_there() -> None:
    assert form().values() == {
        "serial": "10000000001", "figures": "***$375.00***", "words": "three seven five point zero zero",
        "date": "2026-03-02", "office": "0417", "place": "Elk Fork",
    }  # fmt: skip
