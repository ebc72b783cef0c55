"""Papers from the books of a real office: a statement, the passbook, the price list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.engines.texts import catalog
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Malformed, Unavailable, untranslated
from counterfoil.office.deciding import Step
from counterfoil.office.state import State
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.documents import kept
from counterfoil.operations.documents.statement import PASSBOOK_LINES
from counterfoil.operations.queries import account_book
from counterfoil.operations.receipts import TITLES
from counterfoil.operations.store import OfficeStore
from counterfoil.testing import offices as o

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OfficeStore, str]]:
    folder: Path = tmp_path_factory.mktemp("office") / "office"
    account = o.new_office(folder)  # 100.00 was paid in.
    with o.seated(folder) as office:
        desk = office.desk
        o.done(desk, o.withdrawal(desk, 20, 4_000))
        o.done(desk, o.visit(desk, 21, 1_000))  # 10.00 in, and 5.00 of it out.
        paid = o.done(desk, o.deposit(desk, 22, 700)).entries[0].sequence
        o.done(desk, o.reversal(desk, 23, paid))
        hold = {"account": account, "amount": 300, "currency": "USD", "authority": "County court 12/7"}
        o.done(desk, o.ask(desk, 24, "legal-hold", by=[o.clerk("101"), o.clerk("102")], **hold))
        for number in range(PASSBOOK_LINES):
            o.done(desk, o.deposit(desk, 30 + number, 100 + number))
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    yield store, account
    store.close()


def test_a_statement_from_the_books_ends_at_their_balance(opened: tuple[OfficeStore, str]) -> None:
    store, account = opened
    made = kept.statement_of(store, account, untranslated)
    assert (made.since, made.until, made.opening) == (date(2026, 3, 1), DAY, 0)
    assert made.closing == -account_book(store, account)["balance"]
    told = [(one.what, one.amount, one.balance) for one in made.movements[:6]]
    assert told == [
        ("Deposit", 10_000, 10_000),
        ("Withdrawal", -4_000, 6_000),
        ("Deposit", 1_000, 7_000),
        ("Withdrawal", -500, 6_500),
        ("Deposit", 700, 7_200),
        ("Reversal", -700, 6_500),
    ]
    assert len(made.movements) == 6 + PASSBOOK_LINES, "what is only held back moves no balance"
    assert made.head.office == "Elk Fork · 0417"


def test_a_period_begins_with_what_was_there(opened: tuple[OfficeStore, str]) -> None:
    store, account = opened
    after = kept.statement_of(store, account, untranslated, since=date(2026, 3, 3), until=date(2026, 3, 31))
    assert after.movements == ()
    assert after.opening == after.closing == kept.statement_of(store, account, untranslated).closing
    before = kept.statement_of(store, account, untranslated, until=date(2026, 2, 28))
    assert (before.opening, before.movements) == (0, ())
    with pytest.raises(Malformed):
        kept.statement_of(store, account, untranslated, since=date(2026, 3, 3))


def test_lines_are_in_the_readers_language(opened: tuple[OfficeStore, str]) -> None:
    store, account = opened
    assert kept.statement_of(store, account, catalog("es")).movements[0].what == "Depósito"


def test_the_passbook_goes_on_where_the_page_before_ended(opened: tuple[OfficeStore, str]) -> None:
    store, account = opened
    first, last = kept.passbook_of(store, account, untranslated, page=1), kept.passbook_of(store, account, untranslated)
    assert (first.page, last.page) == (1, 2)
    assert len(first.movements) == PASSBOOK_LINES
    assert last.carried == first.movements[-1].balance
    assert last.movements[-1].balance == -account_book(store, account)["balance"]
    for page in (0, 3):
        with pytest.raises(Malformed, match="2 pages"):
            kept.passbook_of(store, account, untranslated, page=page)


def test_the_price_list_is_that_of_the_edition_in_force(opened: tuple[OfficeStore, str]) -> None:
    made = kept.prices_of(opened[0], "es", catalog("es"))
    assert made.edition == "us-postal-bank 2026-01"
    assert {price.service: price.price for price in made.prices}["Estampilla Forever"] == 78
    assert "Depositar efectivo" in [price.service for price in made.prices]


def test_an_account_that_is_none(opened: tuple[OfficeStore, str]) -> None:
    for name in ("0000000000", "till:T1"):
        with pytest.raises(Malformed):
            kept.statement_of(opened[0], name, untranslated)


def test_an_office_without_a_day_has_nothing_to_print(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    bootstrap.init_office(folder, o.SETTINGS, edition=o.EDITION, entropy=o.seeded(3))
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        with pytest.raises(Unavailable, match="no day was opened"):
            kept.prices_of(store, "en", untranslated)
    finally:
        store.close()


def paid(s: State, day: str) -> Iterator[Fact | None]:
    for (account,) in sorted(s.holding.rows):
        yield HouseMoved(account, "interest", 7, "in", "test")


@pytest.mark.parametrize(("kind", "words"), [("day-step", "End of the day: one step"),
                                             ("house-movement", TITLES["house-movement"])])  # fmt: skip
def test_a_line_of_the_days_end_is_called_by_its_step(kind: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    account = o.new_office(folder)
    with o.seated(folder, seed=9) as office:
        DayEnd(lambda call: call(office.desk), steps=(Step("pay", kind, paid),)).run(o.DAY)
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        last = kept.movements_of(store, account, untranslated)[-1]
    finally:
        store.close()
    assert (last.what, last.amount, last.balance) == (words, 7, 10_007)
