"""The story of two bills, on a real folder: one arrives, one comes back, and the money is where the books say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.counter.receipt import text_lines
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD
from counterfoil.operations import items
from counterfoil.operations.answers import Accepted
from counterfoil.operations.audit import audit
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.receipts import Around, Printed, receipt_of
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, DAY, NEXT_DAY, OTHER, SUPERVISOR, House, counter, pieces, refusal

POWER, WATER = "411-111-1110", "VW 00417"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite in a folder of its own."""
    house = counter(SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES), RealDisk(), folder=str(tmp_path))
    yield house
    house.store.close()


def stub(answer: Accepted, language: str = "en") -> str:
    """The receipt as it is printed."""
    entry = answer.entries[0]
    around = Around("Elk Fork · 0417", USD, language, catalog(language), f"{DAY} 09:05", DAY, clerks=(CLERK,))
    shown = Printed(entry.epoch, entry.sequence, entry.kind, entry.facts, entry.slip)
    return "\n".join(text_lines(receipt_of([shown], around), catalog(language), columns=42))


def evening(house: House) -> None:
    """Drawers and day are closed, and the day is ended."""
    DayEnd(lambda call: call(house.desk)).run(house.date)
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()


def test_the_light_and_the_water(house: House) -> None:
    # One misread digit is seen at the window, before any money moves.
    light: dict[str, Any] = {"biller": "power", "amount": 8_740, "fee": 150, "till": "T1"}
    told = refusal(house.ask("bill-pay", reference="411-111-7110", **light))
    assert told.code == "bill.reference"
    assert "Elk Fork Power: it looks like 999-999-9999" in told.sentence()

    # She pays both in one visit with a hundred and fifty dollars, and gets a stub for each.
    visit = house.do(
        "visit", till="T1", tendered=15_000,
        services=[
            {"kind": "bill-pay", "reference": POWER, **light},
            {"kind": "bill-pay", "biller": "water", "reference": WATER, "amount": 3_100, "fee": 0, "till": "T1",
             "on": NEXT_DAY},
        ],
    )  # fmt: skip
    assert visit.result()["change"] == 15_000 - 8_740 - 150 - 3_100
    power, water = (getattr(entry.facts[0], "case", "") for entry in visit.entries)
    paper = stub(visit)
    for words in ("Elk Fork Power", "1110", "$87.40", "$1.50", "$88.90", "It goes on", DAY, NEXT_DAY):
        assert words in paper
    assert POWER not in paper, "a stub found in the street tells nobody her number"
    assert "La empresa la tiene el" in stub(visit, "es")

    # The light goes tonight, the water tomorrow.
    evening(house)
    assert house.balance("house:bill-settlement") == -8_740
    assert house.balance(f"bills:{water}") == -3_100
    house.at(f"{NEXT_DAY}T09:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    for till, clerk in (("T1", CLERK), ("T2", OTHER)):
        house.do("till-open", by=clerk, till=till, count=pieces(house.till(till)))
    DayEnd(lambda call: call(house.desk)).run(NEXT_DAY)
    assert house.balance("house:bill-settlement") == -11_840

    # She has moved, and the water of next week may not be hers. She calls, and it is stopped while she finds out.
    later: dict[str, Any] = {"biller": "water", "reference": WATER, "amount": 2_000, "fee": 0, "on": "2026-03-09"}
    next_water = str(house.do("bill-pay", till="T1", **later).result()["case"])
    stopped = house.do("bill-stop", by=SUPERVISOR, case=next_water, reason="she has moved", until="2026-03-31")
    assert "Stopped through" in stub(stopped)
    assert "Detenida hasta" in stub(stopped, "es")
    assert [(one["which"], one["until"]) for one in items.stops(house.store)] == [(next_water, "2026-03-31")]
    house.do("bill-cancel", case=next_water, till="T1")
    assert list(items.stops(house.store)) == []

    # The water arrives; the light comes back, and she has all of it again, the fee too.
    house.do("bill-confirm", by=SUPERVISOR, case=water)
    house.do("bill-unmatched", by=SUPERVISOR, amount=8_740, tag="trace-5521")
    assert house.balance("house:bill-unmatched") == -8_740, "at first nobody knows of which bill"
    house.do("bill-return", by=SUPERVISOR, case=power, reason="this account moved to another company", tag="trace-5521")
    before = house.till("T2")
    house.do("bill-refund", by=OTHER, case=power, till="T2")
    assert before - house.till("T2") == 8_890
    assert house.balance("house:bill-settlement") == -3_100
    assert house.figures().get("house:fee-bills", 0) == 0
    assert audit(house.store).findings == ()
    house.check()
