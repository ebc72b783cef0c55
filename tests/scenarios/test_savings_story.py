"""A story of savings, told whole, on a real folder: a dollar opens a passbook, a spring of saving, a mistake put right,
and the account closed to the day. In the edition for tests $100.00 in a passbook earn a cent a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD
from counterfoil.operations import queries
from counterfoil.operations.audit import Asked, audit
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.documents.kept import passbook_of, savings_of_books, statement_of
from counterfoil.operations.documents.paper import Words, texts
from counterfoil.operations.documents.savings import savings_paper
from counterfoil.operations.documents.statement import passbook_paper, statement_paper
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, House, counter, pieces, refusal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite in a folder of its own."""
    house = counter(SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES), RealDisk(), folder=str(tmp_path))
    yield house
    house.store.close()


def next_open_day(house: House, day: str) -> None:
    """The drawers and the day are closed, nobody comes until ``day``, and T1 opens then."""
    cash = house.till("T1")
    house.close_tills(*[(till, clerk) for till, clerk in (("T1", CLERK), ("T2", OTHER)) if _open(house, till)])
    house.close_day()
    house.at(f"{day}T09:00")
    house.date = day
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(cash))


def _open(house: House, till: str) -> bool:
    row = house.desk.state.till.get(till)
    return row is not None and row.state != "closed"


def evening(house: House) -> None:
    """Every day that is over ends, also those on which nobody came."""
    DayEnd(lambda call: call(house.desk)).run()


def test_a_passbook_from_a_dollar(house: House) -> None:
    book = str(house.do("account-open", customer=house.customer, product="passbook").result()["account"])
    shown = " ".join(texts(savings_paper(savings_of_books(house.store, book), Words("es", USD, catalog("es")))))
    assert "3.71" in shown or "3,71" in shown, "the yield is told before a dollar is saved"
    almost = refusal(house.ask("deposit", till="T1", account=book, amount=99))
    assert almost.code == "account.least"
    assert "$1.00 or more" in almost.sentence(), "a dollar opens it"
    house.do("deposit", till="T1", account=book, amount=100)
    house.do("deposit", till="T1", account=book, amount=99_900, approve=[SUPERVISOR])

    next_open_day(house, "2026-03-12")
    wrong = house.do("deposit", till="T1", account=book, amount=20_000).entries[0].sequence
    next_open_day(house, "2026-03-20")
    undone: dict[str, Any] = {"entry": wrong, "account": book, "amount": 20_000, "currency": "USD"}
    house.do("reversal", **undone, approve=[SUPERVISOR], reason="it was her sister's")

    next_open_day(house, "2026-04-01")
    evening(house)
    assert house.owed(book) == 100_000 + 300, "ten cents a day from 2 to 31 March, and the mistake earned nothing"
    march = statement_of(house.store, book, catalog("en"), since=date(2026, 3, 2), until=date(2026, 3, 31))
    paper = " ".join(texts(statement_paper(march, Words("en", USD, catalog("en")))))
    assert march.closing == 100_300, "March is cut with its last evening"
    for said in ("Interest earned $3.00", "Annual percentage yield earned 3.71%", "Balance at the end $1,003.00"):
        assert said in paper, said
    refused = refusal(house.ask("withdrawal", till="T1", account=book, amount=100_301, approve=[SUPERVISOR]))
    assert refused.code in ("funds.short", "limit.each"), "it can never be overdrawn"

    next_open_day(house, "2026-04-11")
    house.do("withdrawal", till="T1", account=book, amount=50_300, approve=[SUPERVISOR])
    evening(house)
    before = queries.books(house.store)
    evening(house)
    assert queries.books(house.store) == before, "a day ends once"
    words = Words("en", USD, catalog("en"))
    page = " ".join(texts(passbook_paper(passbook_of(house.store, book, catalog("en")), words)))
    for figure in ("$999.00", "$3.00", "$503.00", "$500.00"):
        assert figure in page, figure
    totals = queries.interest_totals(house.store, 2026)
    assert totals == [{"account": book, "customer": house.customer, "interest": 300}]
    assert house.balance("house:interest-expense") - 300 == -house.balance("house:interest-payable-passbook")
    house.check()
    report = audit(house.store, Asked(signatures=True, office_key=house.office_key, workers=0))
    assert report.clean, report.findings
