"""Arrays put together from encodings."""

from __future__ import annotations

import pytest

from counterfoil import codec


@pytest.mark.parametrize("count", [0, 1, 23, 24, 255, 256, 1_000])
def test_an_array_of_encodings_is_the_encoding_of_the_array(count: int) -> None:
    values = [{"kind": "deposit", "n": number, "b": bytes(number % 3)} for number in range(count)]
    assert codec.encode_array([codec.encode(value) for value in values]) == codec.encode(values)
