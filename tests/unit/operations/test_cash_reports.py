"""Whose cash of a day is reported, and what a profile says of its country: lines, tax and texts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.engines.texts import catalog
from counterfoil.facts.kinds import kind_numbered
from counterfoil.operations import queries
from counterfoil.operations.cash_reports import cash_reports
from counterfoil.operations.desk import read_entry
from counterfoil.operations.papers import Papers
from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.terms.profile import TaxTerms
from counterfoil.testing.builders import DAY, EDITION, NEXT_DAY, OTHER, House, counter

PROFILE = b"""
[identification]
before_account = ["name"]
cash_report_over = 50000
instruments_from = 300000
transfer_record_from = 300000
source = "tests"

[tax]
interest_form = "1099-INT"
interest_from = 1000
source = "tests"

[texts]
source = "tests"
[texts.languages.en]
insured = "Insured by nobody."
complaints = "To complain, ask at any window."
receipt = "A post office of the people."
[texts.languages.es]
insured = "Nadie asegura."
complaints = "Para quejarse, pregunte en cualquier ventanilla."
"""


@pytest.fixture(scope="module")
def house() -> House:
    house = counter(content=EDITION + PROFILE)
    her, friend = house.customer, house.new_customer()
    house.do("deposit", till="T1", account=house.account, amount=40_000)
    house.do("deposit", by=OTHER, till="T2", account=house.second_account, amount=10_001)
    house.do("withdrawal", till="T1", account=house.account, amount=20_000)
    house.do("deposit", till="T1", account=house.account, amount=30_000, presented_by=friend)
    house.do("reversal", entry=house.desk.size - 1, approve=["101"], reason="another account")
    house.names["friend"], house.names["her"] = friend, her
    return house


def test_cash_over_the_line_is_reported_by_person_and_direction(house: House) -> None:
    found = cash_reports(house.store, DAY)
    assert (found["date"], found["over"]) == (DAY, 50_000)
    assert found["reports"] == [
        {"customer": house.names["her"], "direction": "cash_in", "amount": 50_001, "file_by": "2026-03-17"}
    ], "two windows and two accounts are one person; what went out and what was undone do not count"
    assert cash_reports(house.store, NEXT_DAY)["reports"] == []


def test_an_edition_without_lines_has_those_of_the_rule() -> None:
    assert cash_reports(counter().store, DAY)["over"] == 1_000_000


@pytest.mark.parametrize(("language", "said"), [("en", "To complain, ask"), ("es", "Para quejarse, pregunte")])
def test_a_receipt_of_a_service_ends_with_the_operators_words(house: House, language: str, said: str) -> None:
    papers = Papers(house.store, signer=lambda epoch: house.node_key, catalog=catalog)
    entry = next(row for row in range(house.desk.size) if _kind(house, row) == "deposit")
    notes = papers.receipt(1, entry, language=language).notes
    assert notes[-1].startswith(said)
    assert ("A post office of the people." in notes) is (language == "en")
    opened = next(row for row in range(house.desk.size) if _kind(house, row) == "till-open")
    assert not any(note.startswith(said) for note in papers.receipt(1, opened, language=language).notes)


def _kind(house: House, sequence: int) -> str:
    return kind_numbered(read_entry(house.store.entries(1, sequence, 1)[0]).core.kind).name


ROWS: list[dict[str, Any]] = [
    {"account": "4000000002", "customer": "7000000005", "interest": 600},
    {"account": "4000000010", "customer": "7000000013", "interest": 999},
    {"account": "4000000028", "customer": "7000000005", "interest": 400},
    {"account": "4000000036", "customer": None, "interest": 1},
]


def test_interest_is_reported_by_customer_and_not_by_account() -> None:
    tax = TaxTerms(interest_form="1099-INT", interest_from=1_000, source="tests")
    found = queries.interest_by_customer(ROWS, tax)
    assert [(one.customer, one.interest, one.report) for one in found] == [
        ("7000000005", 1_000, True),  # to the last cent, over two accounts
        ("7000000013", 999, False),  # one short
        ("4000000036", 1, False),
    ]
    assert sum(one.interest for one in found) == sum(row["interest"] for row in ROWS)


def test_the_tax_lines_are_those_of_the_years_own_edition(house: House) -> None:
    tax = queries.tax_terms(house.store, 2026)
    assert tax is not None
    assert (tax.interest_form, tax.interest_from) == ("1099-INT", 1_000)
    assert queries.tax_terms(house.store, 2025) is None, "no edition was in force"


@pytest.mark.parametrize(
    ("before", "after", "fine"),
    [
        (b"instruments_from = 300000", b"instruments_from = 150000", True),
        (b"instruments_from = 300000", b"instruments_from = 149999", False),
        (b"transfer_record_from = 300000", b"transfer_record_from = 149999", False),
    ],
)
def test_no_product_asks_for_papers_later_than_the_profile_says(before: bytes, after: bytes, fine: bool) -> None:
    content = EDITION + PROFILE.replace(before, after)
    if fine:
        assert read_edition(content).effective == date(2026, 1, 1)
        return
    with pytest.raises(BrokenEdition, match=r"\[identification\]"):
        read_edition(content)
