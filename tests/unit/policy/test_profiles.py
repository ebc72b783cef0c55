"""Profiles and their authority, the caps of states, and every table of terms: each with its source."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from counterfoil.engines.editions import demonstration, names, shipped
from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.edition import DIFFERING, BrokenEdition, read_edition
from counterfoil.policy.profiles import DEMONSTRATION, EXISTING, POSTAL_BANK, PROFILES, with_authority
from counterfoil.policy.tables import BadValue
from counterfoil.policy.terms import TABLES
from counterfoil.policy.terms.states import (
    Cap,
    CheckCashingCap,
    LoanCap,
    Served,
    StateCaps,
    check_cashing_cap,
    small_loan_cap,
)  # fmt: skip


def classes(cls: type) -> Iterator[type]:
    """A table's class and those of the tables in it."""
    yield cls
    for hint in get_type_hints(cls).values():
        for one in (hint, *get_args(hint), *(inner for option in get_args(hint) for inner in get_args(option))):
            if isinstance(one, type) and is_dataclass(one):
                yield from classes(one)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_of_terms_says_its_source(name: str) -> None:
    cls = TABLES[name][0]
    assert "source" in {field.name for field in fields(cls)}, f"[{name}] has no place for its source"
    (source,) = [field for field in fields(cls) if field.name == "source"]
    hint = get_type_hints(cls)["source"]
    assert hint is str, f"the source of [{name}] is not a text that must be there"
    assert source.default is source.default_factory, "a source has no default"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_table_of_terms_has_a_place_where_a_price_could_differ(name: str) -> None:
    assert {field.name for cls in classes(TABLES[name][0]) for field in fields(cls)} & DIFFERING == set()


def test_two_profiles_are_shipped() -> None:
    assert set(PROFILES) <= set(names())
    assert read_edition(demonstration(EXISTING)).products == ()
    bank = read_edition(demonstration(POSTAL_BANK))
    assert (bank.authority, "everyday" in bank.products, len(bank.states)) == (DEMONSTRATION, True, 51)


def test_the_postal_bank_is_refused_without_an_authority() -> None:
    content = shipped(POSTAL_BANK)
    assert content is not None
    with pytest.raises(BrokenEdition, match="needs an authority") as error:
        read_edition(content)
    assert content.splitlines()[error.value.line - 1] == b'authority = ""'


@pytest.mark.parametrize("authority", ["A charter of 2027", 'The "Act" of 2027', "a\\b"])
def test_the_authority_stands_in_the_bytes(authority: str) -> None:
    content = shipped(POSTAL_BANK, authority)
    assert content is not None
    assert read_edition(content).authority == authority
    assert content != demonstration(POSTAL_BANK)


@pytest.mark.parametrize("authority", ["", "  ", "x" * 201, "a\nb", "a\u202eb"])
def test_what_is_no_authority_is_refused(authority: str) -> None:
    with pytest.raises(Malformed, match="the law, charter or license"):
        with_authority(b'authority = ""\n', authority)


def test_an_authority_needs_its_place() -> None:
    with pytest.raises(Malformed, match="no empty authority"):
        with_authority(demonstration(POSTAL_BANK), "another")


# --- caps -------------------------------------------------------------------------------------------------------------


def caps(states: tuple[str, ...], **rows: CheckCashingCap) -> Mapping[type, Any]:
    return {Served: Served(states), StateCaps: StateCaps(check_cashing=rows, source="a test")}


def percent(personal: str | None = None, payroll: str | None = None, government: str | None = None) -> CheckCashingCap:
    found = {"personal": personal, "payroll": payroll, "government": government}
    rows: dict[str, Any] = {kind: Fraction(value) for kind, value in found.items() if value is not None}
    return CheckCashingCap(**rows)


@pytest.mark.parametrize(
    ("states", "kind", "cap"),
    [
        (("CA",), "payroll", Cap("CA", Fraction(7, 2))),
        (("CA", "WV"), "payroll", Cap("WV", Fraction(1))),
        (("WV", "CA"), "personal", Cap("WV", Fraction(1))),
        (("MT",), "payroll", None),
        (("MT", "CA"), "personal", Cap("CA", Fraction(12))),
        ((), "payroll", None),
    ],
)
def test_the_lowest_cap_of_the_states_served_wins(states: tuple[str, ...], kind: str, cap: Cap | None) -> None:
    found = caps(states, ca=percent("12", "3.5", "3"), wv=percent("1", "1", "1"))
    assert check_cashing_cap(found, kind) == cap


def test_a_figure_that_is_missing_is_no_freedom() -> None:
    found = caps(("OH", "NY"), oh=percent(government="3"), ny=percent(payroll="2", government="2.5"))
    assert check_cashing_cap(found, "personal") == Cap("NY", Fraction(2))
    assert check_cashing_cap(caps(("OH",), oh=percent(government="3")), "payroll") == Cap("OH", Fraction(3))


def test_caps_are_for_kinds_of_checks() -> None:
    with pytest.raises(BadValue):
        check_cashing_cap(caps(("OH",)), "loans")
    assert check_cashing_cap({}, "payroll") is None
    assert small_loan_cap({}) is None


def test_a_states_cap_on_small_loans() -> None:
    rows = {"ny": LoanCap(apr=Fraction(16), source="a law"), "ca": LoanCap(apr=Fraction(36), source="a law")}
    found = {
        Served: Served(("CA", "NY", "MT")),
        StateCaps: StateCaps(check_cashing={}, small_loan=rows, source="a test"),
    }
    assert small_loan_cap(found) == Cap("NY", Fraction(16))


@pytest.mark.parametrize("row", ['xx = { payroll = "1" }', 'ny = { note = "nothing known" }', 'NY = { payroll = "1" }'])
def test_a_row_of_caps_is_a_states_and_says_something(row: str) -> None:
    text = (
        demonstration(EXISTING).decode().replace("[state_caps.check_cashing]\n", f"[state_caps.check_cashing]\n{row}\n")
    )
    text = "\n".join(line for line in text.split("\n") if line == row or not line.startswith("ny = "))
    with pytest.raises(BrokenEdition) as error:
        read_edition(text.encode())
    assert text.split("\n")[error.value.line - 1] == row


NAMES = {
    "Arizona": "az", "California": "ca", "Connecticut": "ct", "Delaware": "de", "District of Columbia": "dc",
    "Florida": "fl", "Georgia": "ga", "Hawaii": "hi", "Illinois": "il", "Indiana": "in", "Louisiana": "la",
    "Maine": "me", "Maryland": "md", "Mississippi": "ms", "New Jersey": "nj", "New York": "ny",
    "North Carolina": "nc", "Ohio": "oh", "Oregon": "or", "Pennsylvania": "pa", "Rhode Island": "ri",
    "South Carolina": "sc", "Tennessee": "tn", "Vermont": "vt", "West Virginia": "wv",
}  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_the_caps_are_those_of_the_table_that_was_found(name: str, data_dir: Path) -> None:
    with (data_dir / "domain/us_state_cheque_cashing_caps.csv").open(encoding="utf-8", newline="") as file:
        found = {NAMES[row["state"]]: row for row in csv.DictReader(file)}
    kept = tomllib.loads(demonstration(name).decode())["state_caps"]["check_cashing"]
    assert set(kept) == set(found)
    for state, row in kept.items():
        given = {kind: row.get(kind, "") for kind in ("personal", "payroll", "government")}
        assert given == {kind: found[state][f"{kind}_pct_max"] for kind in given}
        assert row.get("note", "") == found[state]["note"]
