from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.strictbase64 import from_base64, to_base64
from counterfoil.kernel.outcomes import Malformed


@given(st.binary(max_size=100))
def test_agrees_with_the_standard_library(data: bytes) -> None:
    assert to_base64(data) == base64.b64encode(data).decode()
    assert from_base64(to_base64(data), what="test") == data


@given(st.text(alphabet=st.sampled_from("AQgw+/=-_ \n\r\x00é"), max_size=12))
def test_one_text_for_one_byte_string(text: str) -> None:
    try:
        data = from_base64(text, what="test")
    except Malformed:
        return
    assert to_base64(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "AB==",  # The four spare bits are not zero.
        "AAB=",
        "AA",  # Padding left out.
        "AA=",
        "AA==AA==",
        "AAA=A",
        "AA\n==",
        " AA==",
        "AA==\n",
        "-_==",  # The URL alphabet.
        "ÄÄ==",
        "====",
        "A" * 5_000,
        "\ud800AAA",
    ],
)
def test_refuses_what_a_lenient_decoder_takes(text: str) -> None:
    if len(text) == 5_000:
        text += "A"
    with pytest.raises(Malformed, match="field name") as caught:
        from_base64(text, what="field name")
    assert caught.value.field == "field name"
    assert len(str(caught.value)) < 300
