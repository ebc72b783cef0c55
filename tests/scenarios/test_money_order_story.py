"""Stories of money orders, told whole, on a real folder: the rent, a lost order, three windows, and a missing form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.money_orders import BLOCK, FIRST
from counterfoil.counter.receipt import text_lines
from counterfoil.customers.details import paper_hash
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD
from counterfoil.operations import money_orders as register
from counterfoil.operations.answers import Accepted
from counterfoil.operations.audit import audit
from counterfoil.operations.receipts import Around, Printed, receipt_of
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, House, counter, line_id, pieces, refusal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite with a block of a hundred forms: ten at T1, five at T2."""
    store = SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES)
    house = counter(store, RealDisk(), folder=str(tmp_path))
    house.do("order-stock-in", by=SUPERVISOR, approve=[CLERK], first=FIRST, quantity=100)
    house.do("order-stock-to-till", approve=[SUPERVISOR], till="T1", first=BLOCK[0], quantity=10)
    house.do("order-stock-to-till", by=OTHER, approve=[SUPERVISOR], till="T2", first=BLOCK[10], quantity=5)
    yield house
    house.store.close()


def paper(house: House, answer: Accepted, language: str = "en") -> str:
    entries = [Printed(e.epoch, e.sequence, e.kind, e.facts, e.slip) for e in answer.entries]
    around = Around("Elk Fork · 0417", USD, language, catalog(language), "2026-03-02 09:05", house.date)
    return "\n".join(text_lines(receipt_of(entries, around), catalog(language)))


def sound(house: House) -> None:
    house.check()
    assert register.outstanding(house.store)["agrees"]
    assert audit(house.store).clean


def next_day(house: House, day: str) -> None:
    """Both drawers count their forms and their cash; T1 opens on ``day``."""
    house.do("order-count", till="T1", forms=_forms(house, "T1"))
    house.do("order-count", by=OTHER, till="T2", forms=_forms(house, "T2"))
    cash = house.till("T1")
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{day}T09:00")
    house.date = day
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(cash))


def _forms(house: House, till: str) -> list[dict[str, object]]:
    rows = house.desk.state.money_order.rows.values()
    return [{"first": row.serial, "quantity": 1} for row in rows if (row.place, row.state) == (till, "blank")]


def test_the_rent_and_the_light_bill_in_one_visit(house: House) -> None:
    """Two orders, one payment. The landlord cashes his at the other window; the other one stays out."""
    rent = {"kind": "order-sale", "till": "T1", "serial": BLOCK[0], "amount": 62_500, "fee": 360}
    light = {"kind": "order-sale", "till": "T1", "serial": BLOCK[1], "amount": 8_140, "fee": 255}
    answer = house.do("visit", till="T1", tendered=72_000, services=[rent, light])
    assert answer.result()["change"] == 72_000 - 71_255
    for language, words in (("en", ("Money order", "$625.00", "never expires")), ("es", ("Giro postal", "no vence"))):
        text = " ".join(paper(house, answer, language).split())
        assert all(word in text or word.upper() in text for word in words), text
    house.do("order-cash", by=OTHER, till="T2", serial=BLOCK[0], amount=62_500, identification="state-id")
    found = register.outstanding(house.store)
    assert [one["serial"] for one in found["orders"]] == [BLOCK[1]]
    assert (found["total"], house.balance("money-orders")) == (8_140, -8_140)
    pays = {one["serial"]: one["pay"] for one in register.register(house.store)["orders"]}
    assert pays == {BLOCK[0]: "paid", BLOCK[1]: "pay"}
    sound(house)


def test_an_order_lost_on_the_bus(house: House) -> None:
    """She kept the receipt: traced, stopped, and after sixty days a new one. The first turns up and is not paid."""
    house.do("order-sale", till="T1", serial=BLOCK[0], amount=37_500, fee=255)
    told = house.do("order-trace", serial=BLOCK[0]).result()
    assert (told["state"], told["stopped"]) == ("sold", False)
    house.do("order-stop", serial=BLOCK[0], reason="left on the bus")
    lost: dict[str, Any] = {"till": "T1", "serial": BLOCK[0], "amount": 37_500, "identification": "passport"}
    new: dict[str, Any] = {**lost, "new_serial": BLOCK[1], "fee": 2_100, "bond": "B-1"}
    assert refusal(house.ask("order-replace", approve=[SUPERVISOR], **new)).code == "order.wait"
    next_day(house, "2026-05-01")
    house.do("order-replace", approve=[SUPERVISOR], **new)
    assert refusal(house.ask("order-cash", **lost)).code == "order.state"
    house.do("order-cash", **{**lost, "serial": BLOCK[1]})
    told_all = register.trace(house.store, BLOCK[0])
    assert (told_all["state"], told_all["other"], len(told_all["cases"])) == ("replaced", BLOCK[1], 2)
    assert house.balance("house:fee-money-orders") == -2_355
    sound(house)


def test_just_under_the_line_at_three_windows(house: House) -> None:
    """1,499 in pieces with one passport: the third piece is refused until she is on record, and the log shows all."""
    lines = [
        {"clerk": clerk, "till": till, "serial": serial, "amount": amount, "fee": 255}
        for clerk, till, serial, amount in (
            ("102", "T1", BLOCK[0], 50_000), ("103", "T2", BLOCK[10], 50_000), ("102", "T1", BLOCK[1], 49_999),
            ("103", "T2", BLOCK[11], 1),
        )
    ]  # fmt: skip
    shown = {"details": {"name": "Eva Lark", "document": "passport", "number": "C 0123-4567"}}
    texts = []
    for number, line in enumerate(lines):
        made = {"id": line_id(number), "kind": "order-sale", "currency": "USD", **shown, **line}
        texts.append(_line(made))
    outcomes = list(house.player().play(texts))
    assert [one["outcome"] for one in outcomes] == ["accepted"] * 3 + ["refused"], outcomes
    assert outcomes[3]["code"] == "order.papers"
    (buyer,) = register.log(house.store, house.date)["buyers"]
    assert (buyer["total"], buyer["near"], buyer["duty"]) == (149_999, True, "none")
    assert buyer["papers"] == [paper_hash(house.office_key, "passport", "c01234567").hex()[:16]]
    journal = b"".join(e.facts + e.leaf for e in house.store.entries(1, 0, house.desk.size))
    assert b"Eva" not in journal
    assert b"0123" not in journal
    again = list(house.player().play(texts))
    assert [one["outcome"] for one in again] == ["accepted"] * 3 + ["refused"]
    sound(house)


def _line(made: dict[str, object]) -> str:
    return json.dumps(made)


def test_a_form_is_missing_at_the_count(house: House) -> None:
    """Nine of ten lie there. It is a question: nobody owes a cent, the day closes, and the form pays nobody."""
    rest = [{"first": BLOCK[0], "quantity": 9}]
    counted = house.do("order-count", till="T1", forms=rest)
    case = counted.result()["case"]
    assert "nobody's debt" in " ".join(paper(house, counted).split())
    house.do("difference-dispute", case=case, reason="the block came one short, see the seal")
    house.do("order-count", by=OTHER, till="T2", forms=_forms(house, "T2"))
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    row = house.desk.state.difference.get(case)
    assert row is not None
    assert (row.amount, row.stock, row.state) == (0, 0, "disputed")
    assert register.trace(house.store, BLOCK[9])["state"] == "missing"
    assert house.balance("over-short") == 0
    sound(house)


def test_an_order_of_another_office(house: House) -> None:
    """Only the office that sold it can say whether it is good: nothing is paid, and the clerk is told what to say."""
    stray: dict[str, Any] = {
        "till": "T1",
        "serial": "55555555550"[:10] + "5",
        "amount": 10_000,
        "identification": "passport",
    }
    no = refusal(house.ask("order-cash", **stray))
    assert no.code == "order.unknown"
    assert "Only the office that sold" in no.sentence()
