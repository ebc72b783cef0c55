"""Canonical CBOR: golden bytes, one encoding for one value, and everything else refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from counterfoil.codec import UnknownVersion, decode, encode, encode_bytes, encode_columns, encode_fields
from counterfoil.facts import money as money_facts
from counterfoil.facts.record import read_fact
from counterfoil.kernel.limits import CBOR_DEPTH_MAX
from counterfoil.kernel.outcomes import Fault, Malformed

GOLDEN: list[tuple[Any, str]] = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (255, "18ff"),
    (256, "190100"),
    (65_536, "1a00010000"),
    (2**32, "1b0000000100000000"),
    (2**63 - 1, "1b7fffffffffffffff"),
    (-1, "20"),
    (-(2**63), "3b7fffffffffffffff"),
    (b"", "40"),
    (b"\x00\xff", "4200ff"),
    ("", "60"),
    ("año", "6461c3b16f"),
    (True, "f5"),
    (False, "f4"),
    ([], "80"),
    ([1, [2, "3"]], "820182026133"),
    ({}, "a0"),
    ({2: "b", 1: "a"}, "a20161610261 62".replace(" ", "")),
    ({"b": 1, "aa": 2}, "a2616201626161 02".replace(" ", "")),
]

KEYS = st.one_of(st.integers(0, 2**63 - 1), st.text(max_size=4))
SCALARS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=8), st.text(max_size=8), st.booleans())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.integers(0, 2**63 - 1), inner, max_size=4),
        st.dictionaries(st.text(max_size=4), inner, max_size=4),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("value", "bytes_"), GOLDEN)
def test_golden_bytes_of_the_codec(value: Any, bytes_: str) -> None:
    assert encode(value).hex() == bytes_
    assert decode(bytes.fromhex(bytes_)) == value


@given(VALUES)
def test_what_was_encoded_is_decoded(value: Any) -> None:
    assert decode(encode(value)) == value


EDGES = (0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**63 - 1)


@given(st.lists(st.one_of(st.none(), VALUES), max_size=23))
@example([*EDGES, *(-1 - edge for edge in EDGES)])
@example(
    ["", "a" * 23, "a" * 24, "ñ" * 127, "ñ" * 128, "a" * 255, "a" * 256, "a" * 70_000, b"", b"b" * 255, b"b" * 256]
)
@example([True, None, False, None])
def test_fields_are_encoded_as_their_map(values: list[Any]) -> None:
    assert encode_fields(values) == encode({n: value for n, value in enumerate(values, 1) if value is not None})
    for value in values:
        if type(value) is bytes:
            assert encode_bytes(value) == encode(value)


CELLS = {
    "int": st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 70_000), st.sampled_from(EDGES)),
    "text": st.one_of(st.text(max_size=4), st.sampled_from(["a" * 23, "a" * 24, "ñ" * 128, "a" * 300])),
    "bytes": st.one_of(st.binary(max_size=4), st.sampled_from([b"b" * 255, b"b" * 256])),
    "other": st.one_of(st.booleans(), st.lists(st.integers(0, 9), max_size=2)),
    "mixed": st.one_of(st.none(), st.integers(0, 3), st.booleans(), st.text(max_size=2)),
    "none": st.none(),
}


@given(st.data())
def test_columns_are_encoded_as_their_rows(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    columns: list[list[Any]] = []
    for kind in data.draw(st.lists(st.sampled_from([*CELLS, "int", "text"]), min_size=1, max_size=7)):
        cells = CELLS[kind]
        same = data.draw(st.booleans())
        columns.append([data.draw(cells)] * count if same else [data.draw(cells) for _ in range(count)])
    assert encode_columns(columns) == [encode_fields(row) for row in zip(*columns, strict=True)]


@given(st.binary(max_size=64))
@example(bytes.fromhex("1800"))
def test_one_value_has_one_encoding(data: bytes) -> None:
    try:
        value = decode(data)
    except Malformed:
        return
    assert encode(value) == data


@given(VALUES, st.data())
def test_a_flipped_bit_is_another_value_or_refused(value: Any, data: st.DataObject) -> None:
    good = bytearray(encode(value))
    place = data.draw(st.integers(0, len(good) * 8 - 1))
    good[place // 8] ^= 1 << place % 8
    try:
        found = decode(bytes(good))
    except Malformed:
        return
    assert encode(found) == bytes(good) != encode(value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("1817", "an integer that fits a shorter form"),
        ("190017", "an integer in three bytes"),
        ("1b8000000000000000", "an integer beyond int64"),
        ("3b8000000000000000", "a negative integer beyond int64"),
        ("c249010000000000000000", "a big number"),
        ("c001", "a tag"),
        ("d8184100", "embedded CBOR"),
        ("d9d9f700", "the CBOR tag itself"),
        ("f6", "null"),
        ("f7", "undefined"),
        ("f0", "a simple value"),
        ("f93c00", "a half float"),
        ("fb3ff0000000000000", "a double"),
        ("9f01ff", "an array without length"),
        ("bf0102ff", "a map without length"),
        ("5f4100ff", "bytes without length"),
        ("7f6161ff", "text without length"),
        ("a201000200 00".replace(" ", ""), "a byte after the end"),
        ("a202000100", "keys that descend"),
        ("a201000100", "a key twice"),
        ("a20100616100", "integer and text keys in one map"),
        ("a12000", "a key below zero"),
        ("a1410000", "a key of bytes"),
        ("a1f500", "a key that is true"),
        ("62c328", "text that is not UTF-8"),
        ("63eda080", "a lone surrogate"),
        ("", "nothing"),
        ("81", "an array cut short"),
        ("5bffffffffffffffff", "bytes longer than the world"),
        ("9bffffffffffffffff", "an array longer than the world"),
        ("81" * 17 + "00", "one level too many"),
        ("81" * 5_000 + "00", "thousands of levels"),
    ],
)
def test_what_is_not_canonical_is_refused(data: str, why: str) -> None:
    with pytest.raises(Malformed):
        decode(bytes.fromhex(data))


def test_the_deepest_value_is_one_level_short_of_the_first_refused() -> None:
    deepest = bytes.fromhex("81" * CBOR_DEPTH_MAX + "00")
    assert encode(decode(deepest)) == deepest
    with pytest.raises(Malformed):
        decode(b"\x81" + deepest)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        None,
        {1: None},
        2**63,
        -(2**63) - 1,
        {"a": 1, 1: 2},
        {-1: 0},
        {1.5: 0},
        {True: 1},
        "\ud800",
        object(),
        {1, 2},
    ],
)
def test_a_value_outside_the_subset_is_our_bug(value: Any) -> None:
    with pytest.raises(Fault):
        encode(value)


def test_a_text_over_the_limit_is_refused_before_it_is_read() -> None:
    data = encode(b"x" * 100)
    assert decode(data, limit=len(data)) == b"x" * 100
    with pytest.raises(Malformed, match="over the limit"):
        decode(data, limit=len(data) - 1)


def test_an_unknown_version_is_refused_by_name() -> None:
    number = money_facts.CashDeposited.number
    with pytest.raises(UnknownVersion, match="version 9 is not known") as error:
        read_fact([number, 9, {}])
    assert (error.value.what, error.value.found) == ("fact 80", 9)
    with pytest.raises(UnknownVersion, match="60000"):
        read_fact([60_000, 1, {}])
