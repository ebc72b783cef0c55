"""Stories of mail at the window, told whole, on a real folder: a certified letter, a new price, and a wet sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.mail import NEW_PRICE
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.operations.audit import audit
from counterfoil.operations.papers import Papers
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, NEXT_DAY, OTHER, SUPERVISOR, House, counter, edition, pieces, refusal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite with a hundred Forever stamps: forty at T1."""
    store = SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES)
    house = counter(store, RealDisk(), folder=str(tmp_path))
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=100)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    yield house
    house.store.close()


def sound(house: House) -> None:
    house.check()
    assert audit(house.store).clean


def test_a_certified_letter_and_a_book_of_stamps(house: House) -> None:
    """One sale of several items; the paper names each price and the price list it is from."""
    items = {"forever": 21, "certified": 1}
    assert refusal(house.ask("mail-sale", till="T1", items=items, amount=2_167)).code == "mail.total"
    answer = house.do("mail-sale", till="T1", items=items, amount=2_168)
    entry = answer.entries[0]
    made = Papers(house.store, signer=lambda epoch: house.node_key, catalog=catalog).receipt(1, entry.sequence)
    assert ("21 × Forever stamp at $0.78", "$16.38") in made.lines
    assert ("1 × Certified letter at $5.30", "$5.30") in made.lines
    assert ("By the price list", "for tests") in made.lines
    assert ("Cash taken in", "$21.68") in made.lines
    assert (house.balance("stock:T1"), house.balance("house:fee-mail")) == (19 * 78, -530)
    house.do("reversal", entry=entry.sequence)
    assert (house.balance("stock:T1"), house.balance("house:fee-mail")) == (40 * 78, 0)
    sound(house)


def test_the_morning_of_a_new_price(house: House) -> None:
    """Stamps lie in drawer and reserve at the old price: two people revalue them, and the books follow to the cent."""
    house.do("policy-edition", by=SUPERVISOR, approve=[CLERK], content=edition(NEXT_DAY, **NEW_PRICE))
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{NEXT_DAY}T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(house.till("T1")))
    assert refusal(house.ask("stamp-sale", till="T1", item="forever", quantity=1, amount=82)).code == "stock.old_price"
    house.do("stock-revalue", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    house.do("stock-revalue", approve=[SUPERVISOR], item="forever", quantity=60)
    house.do("stamp-sale", till="T1", item="forever", quantity=40, amount=3_280)
    assert (house.balance("stock:T1"), house.balance("stock-reserve")) == (0, 60 * 82)
    assert house.balance("house:stock-revaluation") == -400
    house.do("till-count", till="T1", count=pieces(house.till("T1")), stock={"forever": 0})
    house.do("till-close", till="T1")
    sound(house)


def test_a_wet_sheet_and_stamps_stuck_together(house: House) -> None:
    """What the office spoils and what a customer brings back spoiled are the house's loss; the drawer still agrees."""
    house.do("stock-spoiled", approve=[SUPERVISOR], till="T1", item="forever", quantity=10, reason="the roof leaks")
    house.do("stamp-refund", till="T1", item="forever", quantity=2, amount=156, reason="stuck together")
    assert house.balance("house:stock-spoiled") == 10 * 78 + 156
    house.do("till-count", till="T1", count=pieces(200_000 - 156), stock={"forever": 30})
    told = house.do("till-close", till="T1").result()
    assert told["answer"] == "none"
    sound(house)
