"""Queries: the books as they stand, as of a date, by account and by till."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.queries import account_book, as_of_date, books, till_book
from counterfoil.operations.store import OfficeStore
from counterfoil.testing import offices as o


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OfficeStore, str]]:
    folder: Path = tmp_path_factory.mktemp("office") / "office"
    account = o.new_office(folder)  # 100.00 was paid in.
    with o.seated(folder) as office:
        desk = office.desk
        o.done(desk, o.withdrawal(desk, 20, 4_000))
        o.done(desk, o.visit(desk, 21, 1_000))
        paid = o.done(desk, o.deposit(desk, 22, 700)).entries[0].sequence
        o.done(desk, o.reversal(desk, 23, paid))
        hold = {"account": account, "amount": 300, "currency": "USD", "authority": "County court 12/7"}
        o.done(desk, o.ask(desk, 24, "legal-hold", by=[o.clerk("101"), o.clerk("102")], **hold))
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    yield store, account
    store.close()


def test_the_same_books_give_the_same_bytes(opened: tuple[OfficeStore, str]) -> None:
    store, _ = opened
    first = json.dumps(books(store))
    assert first == json.dumps(books(store))
    shown = json.loads(first)
    assert shown["balanced"]
    assert sum(row["balance"] for row in shown["accounts"]) == 0
    assert [line["currency"] for line in shown["trial"]] == ["USD"]


def test_an_account_shows_every_transfer_and_the_balance_after_it(opened: tuple[OfficeStore, str]) -> None:
    store, account = opened
    shown = account_book(store, account)
    moved = [(line["what"], line["amount"], line["balance"]) for line in shown["transfers"]]
    assert moved == [
        ("posted", 10_000, -10_000),
        ("posted", 4_000, -6_000),
        ("posted", 1_000, -7_000),
        ("posted", 500, -6_500),
        ("posted", 700, -7_200),
        ("posted", 700, -6_500),
        ("pending", 300, -6_500),
    ]
    assert shown["balance"] == shown["account"]["balance"] == -6_500
    assert shown["account"]["pending_debits"] == 300
    assert account_book(store, f"customer:{account}:0417") == {**shown, "holding": None}


def test_a_till_shows_cash_totals_and_state(opened: tuple[OfficeStore, str]) -> None:
    shown = till_book(opened[0], o.TILL)
    assert (shown["state"], shown["clerk"], shown["currency"]) == ("open", "102", "USD")
    assert shown["cash"] == 200_000 + 10_000 - 4_000 + 1_000 - 500
    totals = {row["kind"]: (row["number"], row["cash_in"], row["cash_out"]) for row in shown["totals"]}
    assert totals["deposit"] == (3, 11_700, 0)
    assert totals["withdrawal"] == (2, 0, 4_500)
    assert totals["reversal"] == (1, 0, 700)


@pytest.mark.parametrize("by", ["booked", "value"])
def test_as_of_the_day_before_nothing_was_booked(by: str, opened: tuple[OfficeStore, str]) -> None:
    store, account = opened
    assert by in ("booked", "value")
    before = books(store, at=as_of_date("2026-03-01", by))  # type: ignore[arg-type]  # narrowed just above
    assert before["balanced"]
    assert {row["balance"] for row in before["accounts"]} == {0}
    assert "tills" not in before
    on_the_day = books(store, at=as_of_date(o.DAY, by))  # type: ignore[arg-type]  # narrowed just above
    now = {row["name"]: row["balance"] for row in books(store)["accounts"]}
    assert {row["name"]: row["balance"] for row in on_the_day["accounts"]} == now
    at = as_of_date("2026-03-01", by)  # type: ignore[arg-type]  # narrowed just above
    assert account_book(store, account, at=at)["transfers"] == []


def test_what_is_not_there_is_refused_by_name(opened: tuple[OfficeStore, str]) -> None:
    store, _ = opened
    with pytest.raises(Malformed, match="no account '1234567897'"):
        account_book(store, "1234567897")
    with pytest.raises(Malformed, match="no till 'T9'"):
        till_book(store, "T9")
    with pytest.raises(Malformed, match="not a date"):
        as_of_date("2026-02-30", "booked")
