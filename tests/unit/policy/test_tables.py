"""Tables of an edition: read by the shape of a class, or refused with key and line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

import pytest

from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.tables import BadValue, Day, Flag, Minor, Name, Names, Percent, Text, Whole, one_of, read_table
from counterfoil.policy.terms import TABLES
from counterfoil.testing.builders import EDITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    up_to: Minor
    fee: Minor
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    rate: Percent
    weeks: Whole
    method: Annotated[str, one_of("daily", "lowest")]
    fees: tuple[Fee, ...] = ()
    states: Mapping[str, Fee]
    plan: Name = "plain"
    kinds: Names = ()
    open: Flag = False
    since: Day | None = None


GOOD = """
rate = "1.25"
weeks = 4
method = "daily"
fees = [{ up_to = 50000, fee = 150, source = "a list" }]
since = 2026-01-01
[states.mt]
up_to = 1
fee = 2
source = "a law"
"""


def read(text: str) -> Terms:
    return read_table(Terms, tomllib.loads(text), within="terms")


def test_a_table_is_read_whole() -> None:
    found = read(GOOD)
    assert (found.rate, found.weeks, found.method, found.since) == (Fraction(5, 4), 4, "daily", date(2026, 1, 1))
    assert found.fees == (Fee(up_to=50_000, fee=150, source="a list"),)
    assert found.states["mt"].fee == 2
    assert (found.plan, found.kinds, found.open) == ("plain", (), False)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('rate = "1.25"', "rate = 1.25", "rate"),
        ('rate = "1.25"', 'rate = "1,25"', "rate"),
        ('rate = "1.25"', 'rate = "-1"', "rate"),
        ("weeks = 4", "weeks = -1", "weeks"),
        ("weeks = 4", "weeks = true", "weeks"),
        ("weeks = 4", "", "terms"),
        ("weeks = 4", "weeks = 4\nweks = 5", "weks"),
        ('method = "daily"', 'method = "hourly"', "method"),
        ("fee = 150", "fee = 1.5", "fee"),
        ("fees = [{", "fees = [1, {", "fees"),
        ('source = "a law"', "", "mt"),
        ("[states.mt]", "[states.MT]", "MT"),
        ("since = 2026-01-01", 'since = "2026-01-01"', "since"),
    ],
)
def test_what_a_table_cannot_have_is_refused_by_key(old: str, new: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(BadValue) as error:
        read(GOOD.replace(old, new))
    assert error.value.key == key
    assert error.value.reason


@pytest.fixture
def with_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(terms: Any, tables: Mapping[type, Any]) -> None:
        if terms.weeks > 26:
            raise BadValue("weeks", "at most 26 weeks", within="terms")

    monkeypatch.setitem(TABLES, "terms", (Terms, check))


@pytest.mark.usefixtures("with_terms")
def test_a_product_is_offered_if_its_table_is_there() -> None:
    text = EDITION.decode() + "\n[terms]" + GOOD.replace("[states.mt]", "[terms.states.mt]")
    assert read_edition(text.encode()).terms(Terms) == read(GOOD)
    assert read_edition(EDITION).terms(Terms) is None


@pytest.mark.usefixtures("with_terms")
@pytest.mark.parametrize(
    ("old", "new", "at"), [("weeks = 4", "weks = 4", "weks"), ("weeks = 4", "weeks = 27", "weeks = 27")]
)
def test_a_key_that_no_table_has_is_refused_with_its_line(old: str, new: str, at: str) -> None:
    text = EDITION.decode() + "\n[terms]" + GOOD.replace("[states.mt]", "[terms.states.mt]").replace(old, new)
    with pytest.raises(BrokenEdition) as error:
        read_edition(text.encode())
    assert error.value.line == text[: text.rindex(at)].count("\n") + 1
