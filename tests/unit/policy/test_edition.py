"""Policy editions: read whole or refused with the line; every edition that is shipped can be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.engines.editions import demonstration, names
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.policy.book import lines_of
from counterfoil.policy.edition import (
    DIFFERING,
    EDITION_BYTES_MAX,
    BrokenEdition,
    Limit,
    read_edition,
    read_new_edition,
)  # fmt: skip
from counterfoil.testing.builders import EDITION
from docs.pages import PROJECT

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


@pytest.mark.parametrize("name", names())
def test_every_shipped_edition_can_be_entered(name: str) -> None:
    read = read_new_edition(demonstration(name))
    assert read.denominations
    assert read.tiers
    assert read.profile == name


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("effective = 2026-01-01", 'effective = "2026-01-01"', "is not a date"),
        ("effective = 2026-01-01", "effective = 2026-01-01T00:00:00", "is not a date"),
        ("effective = 2026-01-01", "effective = 2026-13-01", ""),
        ('currency = "USD"', 'currency = "usd"', "currency"),
        ('currency = "USD"', "currency = 1", "currency"),
        ('products = ["everyday", "passbook", "daily", "lowest"]', "products = [1]", "product names"),
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
        ('states = ["MT"]', 'states = ["XX"]', "not a state"),
        ('states = ["MT"]', 'states = ["MT", "MT"]', "stands twice"),
        ('states = ["MT"]', 'states = "MT"', "two letters"),
        ('profile = "for-tests"', 'profile = "For tests"', "profile"),
        ('authority = "DEMONSTRATION, NONE"', 'authority = ""', "needs an authority"),
        ('authority = "DEMONSTRATION, NONE"', 'authority = "  "', "needs an authority"),
        ('authority = "DEMONSTRATION, NONE"', "authority = true", "printable"),
        ('currency = "USD"', 'exponent = 3\ncurrency = "USD"', "2 decimal places"),
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
    ("lines", "reason"),
    [
        ("closed = 2026-12-24", "a list of"),
        ('closed = ["2026-12-24"]', "a list of"),
        ("closed = [2026-12-24T00:00:00]", "a list of"),
        ("closed = [2026-12-24, 2026-12-24]", "stands twice"),
        (f"closed = [{', '.join(['2026-12-24'] * 401)}]", "at most 400"),
        ('holidays = "TARGET"', "not a calendar kept here"),
        ("every_day = 1", "true or false"),
    ],
)
def test_a_broken_calendar_is_refused_with_its_line(lines: str, reason: str) -> None:
    with pytest.raises(BrokenEdition, match=reason) as error:
        read_edition(EDITION + f'[calendar]\nsource = "tests"\n{lines}\n'.encode())
    assert error.value.line == TEXT.count("\n") + 3


def test_the_days_on_which_an_edition_is_closed() -> None:
    read = read_edition(EDITION + b'[calendar]\nsource = "tests"\nclosed = [2026-12-24, 2026-07-03]\n')
    assert read.closed == (date(2026, 7, 3), date(2026, 12, 24))
    assert ("calendar.closed", "2026-07-03, 2026-12-24") in lines_of(read)


@pytest.mark.parametrize("key", sorted(DIFFERING))
@pytest.mark.parametrize(
    "row", ["{} = {{ fee = 1 }}", "[limits.deposit.{}]\nx = 1", "x = [{{ fee = 1 }},\n  {{ {} = 2 }}]", "[x.y]\n{} = 1"]
)
def test_a_price_that_differs_by_office_or_person_is_refused(key: str, row: str) -> None:
    text = TEXT + "\n" + row.format(key)
    with pytest.raises(BrokenEdition, match="one price everywhere") as error:
        read_edition(text.encode())
    assert error.value.line in range(TEXT.count("\n") + 2, text.count("\n") + 2)


@pytest.mark.parametrize("table", ["denominations", "till", "limits", "tiers", "stock"])
def test_a_value_without_a_source_is_refused(table: str) -> None:
    text = TEXT.replace(f'[{table}]\nsource = "a test"\n', f"[{table}]\n", 1)
    assert text != TEXT
    with pytest.raises(BrokenEdition, match="has no source") as error:
        read_edition(text.encode())
    assert error.value.line >= text[: text.index(f"[{table}]")].count("\n") + 1


def test_a_source_may_stand_with_each_value() -> None:
    text = TEXT.replace('[stock]\nsource = "a test"\n', "").replace("\nface = ", '\nsource = "a list"\nface = ')
    assert read_edition(text.encode()).sources["stock.forever"] == "a list"


@pytest.mark.parametrize("offered", ["savings", "loans", "products"])
def test_accounts_need_an_authority(offered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the tables of savings and loans emptied of their shape: what counts is that they stand there."""
    bare = demonstration("us-existing-authority").decode()
    bare = bare.replace('authority = "DEMONSTRATION, NONE"', 'authority = ""')
    monkeypatch.setattr("counterfoil.policy.edition.UNDER_AUTHORITY", {"savings", "loans"})
    assert read_new_edition(bare.encode()).products == ()
    text = bare.replace("products = []", 'products = ["everyday"]') if offered == "products" else bare
    text += f"\n[{offered}]\n" if offered != "products" else ""
    monkeypatch.setattr("counterfoil.policy.edition.TABLES", {offered: (Empty, None)})
    monkeypatch.setattr("counterfoil.policy.edition._TABLES", ANY_TABLE)
    with pytest.raises(BrokenEdition, match="needs an authority"):
        read_edition(text.encode())
    assert read_edition(text.replace('authority = ""', 'authority = "a law"').encode()).authority == "a law"


@dataclass(frozen=True, slots=True)
class Empty:
    pass


class _Any(frozenset[str]):
    def __or__(self, other: object) -> _Any:
        return self

    def __contains__(self, one: object) -> bool:
        return True


ANY_TABLE = _Any()


def test_an_edition_of_before_profiles_is_read_and_not_entered_anew() -> None:
    """A folder made before there were profiles keeps its edition; the next one it enters has a profile."""
    content = (PROJECT / "tests/fixtures/us-village-2026-01.toml").read_bytes()
    kept = read_edition(content)
    assert (kept.profile, kept.authority, kept.products) == ("", "", ("everyday",))
    with pytest.raises(BrokenEdition, match="no profile"):
        read_new_edition(content)


BARE = (
    TEXT.replace('profile = "for-tests"\n', "")
    .replace('authority = "DEMONSTRATION, NONE"\n', "")
    .replace('states = ["MT"]\n', "")
)


@pytest.mark.parametrize("line", ['authority = "a law"', 'states = ["MT"]'])
def test_authority_and_states_go_with_a_profile(line: str) -> None:
    with pytest.raises(BrokenEdition, match="goes with a profile"):
        read_edition(BARE.replace('currency = "USD"', f'currency = "USD"\n{line}').encode())


def test_states_are_said_where_their_caps_bind() -> None:
    with pytest.raises(BrokenEdition, match="states is missing"):
        read_edition(TEXT.replace('states = ["MT"]', "").encode())
    assert read_edition(TEXT.replace('states = ["MT"]', "").replace('"USD"', '"KWD"').encode()).states == ()


@pytest.mark.parametrize(("code", "exponent"), [("JPY", 0), ("USD", 2), ("KWD", 3), ("CZK", 2), ("CLP", 0)])
def test_a_currency_has_its_decimals(code: str, exponent: int) -> None:
    text = TEXT.replace('currency = "USD"', f'currency = "{code}"\nexponent = {exponent}')
    assert read_edition(text.encode()).currency.exponent == exponent


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
            "[limits.deposit]\neach = 200000\ntill_day = 600000\napproval_above = 50000", "deposit = 5"
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
