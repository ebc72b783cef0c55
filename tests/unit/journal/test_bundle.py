from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil import codec
from counterfoil.journal.bundle import BUNDLE_BYTES_MAX, Bundle, decode_bundle, encode_bundle
from counterfoil.journal.entry import EntryParts
from counterfoil.kernel.limits import LEAF_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.testing.builders_journal import small_day


def test_a_bundle_comes_back_the_same() -> None:
    log = small_day()
    for start in range(4, len(log.entries)):
        data = log.bundle(start)
        bundle = decode_bundle(data)
        assert encode_bundle(bundle) == data
        assert (bundle.origin, bundle.start, bundle.size) == (log.origin, start, len(log.entries))
        assert bundle.entries == tuple(EntryParts(*parts) for parts in log.entries[start:])


def test_another_version_is_refused_by_name() -> None:
    with pytest.raises(codec.UnknownVersion, match="bundle version 2"):
        decode_bundle(codec.encode({**small_day().bundle_value(4), "bundle": 2}))


@pytest.mark.parametrize(
    "changed",
    [
        {"bundle": True},
        {"more": 1},
        {"origin": ""},
        {"origin": "x" * 1_001},
        {"origin": b"x"},
        {"from": -1},
        {"from": True},
        {"from": 2**40},
        {"left": []},
        {"left": [bytes(31)]},
        {"left": [7]},
        {"left": {}},
        {"entries": []},
        {"entries": {}},
        {"entries": [[b"", b"", bytes(32)]]},
        {"entries": [[b"", b"", bytes(31), b""]]},
        {"entries": [["", b"", bytes(32), b""]]},
        {"checkpoint": b""},
    ],
)
def test_a_bundle_of_another_shape(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        decode_bundle(codec.encode({**small_day().bundle_value(4), **changed}))


def test_bounds_of_a_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    good = decode_bundle(small_day().bundle(4))
    leaf, facts, blind, approvals = good.entries[0]
    for parts in (
        EntryParts(bytes(LEAF_BYTES_MAX + 1), facts, blind, approvals),
        EntryParts(leaf, bytes(2**20 + 1), blind, approvals),
        EntryParts(leaf, facts, blind, bytes(2_049)),
    ):
        with pytest.raises(Malformed):
            replace(good, entries=(parts,))
    with pytest.raises(Malformed):
        Bundle(good.origin, 2**40 - 1, (bytes(32),) * 40, good.entries[:2], good.checkpoint)
    assert BUNDLE_BYTES_MAX == 256 * 2**20
    monkeypatch.setattr("counterfoil.journal.bundle.BUNDLE_BYTES_MAX", 1_000)
    with pytest.raises(Malformed, match="fewer days"):
        encode_bundle(good)
    with pytest.raises(Malformed, match="limit"):
        decode_bundle(small_day().bundle(4))


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    for prefix in (b"", b"\xa6\x64from"):
        with pytest.raises(Malformed):
            decode_bundle(prefix + data)
