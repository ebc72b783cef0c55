"""Whose cash of a day is reported, and what a profile says of its country: lines, tax and texts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.compliance import cash_parts
from counterfoil.engines.texts import catalog
from counterfoil.facts.kinds import kind_numbered
from counterfoil.operations import queries
from counterfoil.operations.cash_reports import NEEDED, cash_reports, entries_on
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
    assert [(one["customer"], one["direction"], one["amount"], one["file_by"]) for one in found["reports"]] == [
        (house.names["her"], "cash_in", 50_001, "2026-03-17")
    ], "two windows and two accounts are one person; what went out and what was undone do not count"
    assert cash_reports(house.store, NEXT_DAY)["reports"] == []


def test_a_report_holds_what_the_form_asks_and_says_what_is_missing(house: House) -> None:
    (one,) = cash_reports(house.store, DAY)["reports"]
    assert (one["other_direction"], one["several"]) == (20_000, True)
    assert one["accounts"] == sorted([house.account, house.second_account])
    assert one["missing"] == list(NEEDED), "her details are kept nowhere in this office"
    assert [(each["item"], each["amount"], each["till"], each["part"]) for each in one["movements"]] == [
        ("deposits", 40_000, "T1", "own"), ("deposits", 10_001, "T2", "own"),
    ]  # fmt: skip
    assert all(_kind(house, each["entry"]) == each["kind"] == "deposit" for each in one["movements"])


@pytest.mark.parametrize(
    ("direction", "presenter", "behalf", "owners", "found"),
    [
        ("cash_in", None, None, ["her"], {"her": "own"}),
        ("cash_in", "her", None, ["her"], {"her": "own"}),
        ("cash_in", "friend", None, ["her"], {"her": "by-another", "friend": "for-another"}),
        ("cash_in", "friend", "shop", ["her"], {"shop": "by-another", "friend": "for-another"}),
        ("cash_in", None, None, ["her", "him"], {"her": "own", "him": "by-another"}),  # joint: for all of them
        ("cash_in", "him", None, ["her", "him"], {"her": "by-another", "him": "own"}),
        ("cash_out", "him", None, ["her", "him"], {"him": "own"}),  # joint: for whoever takes it
        ("cash_out", "son", None, ["her", "him"], {"her": "by-another", "son": "for-another"}),
        ("cash_out", "her", None, [], {"her": "own"}),
        ("cash_in", "her", "shop", [], {"shop": "by-another", "her": "for-another"}),
        ("cash_in", None, "shop", [], {"shop": "own"}),
        ("cash_in", None, None, [], {}),
    ],
)
def test_who_conducts_and_for_whom_both_count(
    direction: str, presenter: str | None, behalf: str | None, owners: list[str], found: dict[str, str]
) -> None:
    assert cash_parts.parts(direction, presenter, behalf, owners) == found


@pytest.fixture(scope="module")
def changed() -> House:
    """Notes for notes by somebody named and by nobody, and a friend who pays in for her; the next day nothing."""
    house = counter(content=EDITION + PROFILE)
    house.names["friend"] = house.new_customer()
    twenties, hundreds = {"2000": 20}, {"10000": 4}
    house.do("cash-exchange", till="T1", taken=twenties, given=hundreds, presented_by=house.names["friend"])
    house.do("deposit", till="T1", account=house.account, amount=10_001, presented_by=house.names["friend"])
    house.do("visit", till="T1", tendered=0, services=[
        {"kind": "cash-exchange", "till": "T1", "taken": twenties, "given": hundreds},
        {"kind": "cash-exchange", "till": "T1", "taken": {"2000": 10}, "given": {"10000": 2}},
    ])  # fmt: skip
    return house


def test_notes_changed_are_cash_in_and_cash_out(changed: House) -> None:
    """A friend with 400.00 changed and 100.01 brought for her; and one visit of somebody who showed nothing."""
    found = cash_reports(changed.store, DAY)["reports"]
    assert [(one["customer"], one["known_by"] is None, one["direction"], one["amount"]) for one in found] == [
        (changed.names["friend"], True, "cash_in", 50_001),
        (None, False, "cash_in", 60_000),
        (None, False, "cash_out", 60_000),
    ]
    assert found[0]["other_direction"] == 40_000
    assert {each["item"] for each in found[1]["movements"]} == {"currency exchanges"}
    assert found[1]["missing"] == list(NEEDED)


def test_only_the_entries_of_the_day_are_read(changed: House) -> None:
    house, asked = changed, []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.store, name)

        def entries(self, epoch: int, start: int, count: int) -> Any:
            asked.append((start, start + count))
            return house.store.entries(epoch, start, count)

    opened = next(row for row in range(house.desk.size) if _kind(house, row) == "day-open")
    assert list(entries_on(Watched(), DAY))
    assert min(asked)[0] == opened
    asked.clear()
    assert list(entries_on(Watched(), NEXT_DAY)) == [] == asked


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
