"""Policy editions: read whole or refused with the line; every edition that is shipped can be read."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.policy.edition import EDITION_BYTES_MAX, BrokenEdition, Limit, read_edition
from counterfoil.testing.builders import EDITION

TEXT = EDITION.decode()


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


def test_an_edition_is_read_whole() -> None:
    read = read_edition(EDITION)
    assert read.digest == hashlib.sha256(EDITION).digest()[:16]
    assert (read.name, read.effective, read.currency.code, read.content) == (
        "for tests",
        date(2026, 1, 1),
        "USD",
        EDITION,
    )
    assert read.limit("deposit") == Limit(200_000, 600_000, 50_000)
    assert read.tiers["full"].identification == ("passport", "state-id")
    assert (read.stock["forever"].face, read.till_cash_max, read.blind_count) == (78, 500_000, True)
    assert read.denominations[0] == 10_000


def test_what_has_no_limit_is_bounded_by_int64_alone() -> None:
    assert read_edition(EDITION).limit("day-open") == Limit(AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX)


@pytest.mark.parametrize("path", sorted(p.name for p in files("counterfoil.policy").joinpath("editions").iterdir()))
def test_every_shipped_edition_can_be_read(path: str) -> None:
    read = read_edition(files("counterfoil.policy").joinpath("editions", path).read_bytes())
    assert read.denominations
    assert read.tiers


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("effective = 2026-01-01", 'effective = "2026-01-01"', "is not a date"),
        ("effective = 2026-01-01", "effective = 2026-01-01T00:00:00", "is not a date"),
        ("effective = 2026-01-01", "effective = 2026-13-01", ""),
        ('currency = "USD"', 'currency = "usd"', "currency"),
        ('currency = "USD"', "currency = 1", "currency"),
        ('products = ["everyday"]', "products = [1]", "product names"),
        ('name = "for tests"', 'name = ""', "printable"),
        ('name = "for tests"', 'name = "a\\u202eb"', "printable"),
        ('name = "for tests"', 'name = "x" ; y', ""),
        ("cash_max = 500000", "cash_max = -1", "whole number"),
        ("cash_max = 500000", "cash_max = 1.5", "whole number"),
        ("cash_max = 500000", "cash_max = 9223372036854775808", "whole number"),
        ("cash_max = 500000", 'cash_max = "500000"', "whole number"),
        ("cash_max = 500000", "cash_max = true", "whole number"),
        ("blind_count = true", "blind_count = 1", "true or false"),
        ("cash_max = 500000", "cash_maximum = 500000", "not known here"),
        ("[limits.deposit]", "[limits.deposits]", "not an operation"),
        ("each = 200000", "each = 200_000_", ""),
        ("approval_above = 50000", "approval = 50000", "not known here"),
        ("face = 78", "face = 0", "above zero"),
        ("face = 78", "face = 0.78", "whole number"),
        ("[stock.forever]", "[stock.Forever]", "small letters"),
        ("balance_max = 100000", 'balance_max = "all"', "whole number"),
        ('identification = ["passport", "state-id"]', "identification = [1]", "document names"),
        ("faces = [10000, 5000", "faces = [5000, 10000", "largest first"),
        ("faces = [10000, 5000", "faces = [10000, 10000", "none twice"),
        ("[till]", "[drawer]", "not known here"),
    ],
)
def test_a_broken_edition_is_refused_with_its_line(old: str, new: str, reason: str) -> None:
    with pytest.raises(BrokenEdition) as error:
        read_edition(TEXT.replace(old, new, 1).encode())
    assert reason in error.value.reason
    assert error.value.line == line_of(old)
    assert f"line {error.value.line}" in str(error.value)
    assert error.value.field == "policy"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[edition]\n",
        TEXT.replace("[tiers.", "[tears.").encode(),
        b"x = " + b"[" * 5_000,
        b"#" * (EDITION_BYTES_MAX + 1),
        b"tiers = 1\n",
        TEXT.replace(
            "[limits.deposit]\neach = 200000\ntill_day = 600000\napproval_above = 50000", "limits.deposit = 5"
        ).encode(),
    ],
)
def test_what_is_no_edition_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenEdition):
        read_edition(content)


def test_the_line_of_bytes_that_are_no_text_is_named() -> None:
    with pytest.raises(BrokenEdition) as error:
        read_edition(b"# one\n# two\n# \xff\n")
    assert error.value.line == 3


@given(st.data())
def test_an_edition_with_a_flipped_bit_is_another_one_or_refused(data: st.DataObject) -> None:
    content = bytearray(EDITION)
    place = data.draw(st.integers(0, len(content) * 8 - 1))
    content[place // 8] ^= 1 << place % 8
    try:
        assert read_edition(bytes(content)).digest != read_edition(EDITION).digest
    except BrokenEdition:
        return


@given(st.integers(0, len(EDITION) - 1))
def test_a_truncated_edition_is_refused_or_whole_tables_are_gone(size: int) -> None:
    try:
        read = read_edition(EDITION[:size])
    except BrokenEdition:
        return
    assert read.digest == hashlib.sha256(EDITION[:size]).digest()[:16]
