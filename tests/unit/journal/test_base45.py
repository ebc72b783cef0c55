from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.base45 import ALPHABET, decode, encode
from counterfoil.kernel.outcomes import Malformed


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"AB", "BB8"),  # RFC 9285, section 4.3, examples 1 to 3
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),  # section 4.4
        (b"\xff\xff", "FGW"),  # section 6: the largest group of three
        (b"\xff", "U5"),
        (b"\x00\x00", "000"),
        (b"\x00", "00"),
    ],
)
def test_examples_of_the_rfc(data: bytes, text: str) -> None:
    assert encode(data) == text
    assert decode(text) == data


def test_every_group_is_divided_as_by_hand() -> None:
    groups = range(65_536)
    by_hand = [ALPHABET[n % 45] + ALPHABET[n // 45 % 45] + ALPHABET[n // 2025] for n in groups]
    ascending = b"".join(n.to_bytes(2, "big") for n in groups)
    assert encode(ascending) == "".join(by_hand)
    falling = b"".join(n.to_bytes(2, "big") for n in reversed(groups))
    assert encode(falling) == "".join(reversed(by_hand))


@given(st.binary(max_size=500))
def test_round_trip(data: bytes) -> None:
    text = encode(data)
    assert set(text) <= set(ALPHABET)
    assert len(text) == len(data) // 2 * 3 + len(data) % 2 * 2
    assert decode(text) == data


@given(st.text(alphabet=ALPHABET, max_size=30))
def test_no_other_text_gives_the_same_bytes(text: str) -> None:
    try:
        data = decode(text)
    except Malformed:
        return
    assert encode(data) == text


@given(st.text(max_size=30))
def test_any_text_is_decoded_or_malformed(text: str) -> None:
    try:
        data = decode(text)
    except Malformed:
        return
    assert encode(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "GGW",  # 65,536 (RFC 9285, section 6)
        ":::",
        "V5",  # 256
        "::",
        "0",
        "0000",
        "BB8 ",  # A blank is a digit, so this is a group of one.
        "bb8",
        "BB8\n",
        "BB8\u00a0",
        "ÄB8",
        "\ud800B8",
        "BB8@",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(Malformed):
        decode(text)


def test_a_blank_is_data() -> None:
    assert encode(b"\x00\x24") == " 00"
    assert decode(" 00") == b"\x00\x24"
    assert decode(" 00".strip()) != b"\x00\x24"
