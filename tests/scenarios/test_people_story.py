"""Stories of people around an account, told whole, on a real folder: a couple, a grandchild, a daughter who helps, a
death, and a levy that may not touch what Social Security paid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.counter.receipt import text_lines
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD
from counterfoil.operations.answers import Accepted
from counterfoil.operations.audit import Asked, audit
from counterfoil.operations.receipts import Around, Printed, receipt_of
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    NEXT_DAY,
    OTHER,
    SUPERVISOR,
    House,
    counter,
    line_id,
    pieces,
    refusal,
)  # fmt: skip

TWO: dict[str, Any] = {"by": CLERK, "approve": [SUPERVISOR]}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite in a folder of its own, with 500.00 on Ruth's account."""
    house = counter(SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES), RealDisk(), folder=str(tmp_path))
    house.do("deposit", till="T1", account=house.account, amount=50_000)
    house.names["ben"] = house.new_customer("full", identification="passport")
    yield house
    house.check()
    report = audit(house.store, Asked(signatures=True, office_key=house.office_key, workers=0))
    assert report.clean, report.findings
    house.store.close()


def paper(answer: Accepted, language: str = "en") -> str:
    """The receipt as it is printed."""
    entry = answer.entries[-1]
    around = Around("Elk Fork, 0417", USD, language, catalog(language), clerks=(CLERK,))
    made = receipt_of([Printed(entry.epoch, entry.sequence, entry.kind, entry.facts, entry.slip)], around)
    return " ".join(" ".join(text_lines(made)).split())


def draws(house: House, amount: int, **who: Any) -> Accepted:
    return house.do("withdrawal", till="T1", account=house.account, amount=amount, **who)


def refused(house: House, amount: int, **who: Any) -> str:
    return refusal(house.ask("withdrawal", till="T1", account=house.account, amount=amount, **who)).code


def test_a_couple_and_a_death(house: House) -> None:
    """Ruth and Ben share her account, with survivorship. Ben draws. Ruth dies. Ben goes on; and when Ben dies too, what
    is left waits for their daughter, whom the court names."""
    ben = house.names["ben"]
    assert refused(house, 1_000, presented_by=ben) == "account.not_hers"
    added = house.do("owner-add", account=house.account, customer=ben, survivorship=True)
    assert "Each owner may draw on the whole account, alone." in paper(added)
    draws(house, 1_000, presented_by=ben)

    noted = house.do("death-note", **TWO, customer=house.customer, died="2026-02-28", papers="county certificate 77")
    assert "We are sorry for your loss." in paper(noted)
    assert "Sentimos su pérdida." in paper(noted, "es")
    draws(house, 1_000, presented_by=ben)
    assert refused(house, 1_000, presented_by=house.customer) == "account.not_hers"

    house.do("death-note", **TWO, customer=ben, died=DAY, papers="county certificate 91")
    assert refused(house, 1_000) == "account.estate"
    house.do("deposit", till="T1", account=house.account, amount=2_500)  # A last paycheck may still come in.
    daughter = house.new_customer("full", identification="passport")
    estate: dict[str, Any] = {"till": "T1", "account": house.account, "amount": 50_500, "presented_by": daughter}
    assert refusal(house.ask("estate-pay", **TWO, **estate)).code == "estate.representative"
    house.do("estate-name", **TWO, customer=ben, representative=daughter, papers="probate 12/2026")
    assert refusal(house.ask("estate-pay", by=CLERK, **estate)).code == "second.needed"
    paid = house.do("estate-pay", **TWO, **estate)
    assert "$505.00" in paper(paid)
    assert house.owed() == 0
    house.do("account-close", account=house.account, reason="paid out to the estate")


def test_a_grandchild_saves(house: House) -> None:
    """Her birth certificate is shown; the date stays in the details, and only "under age" enters the journal. She draws
    a little alone, her guardian draws more, and at eighteen nobody need ask."""
    lines: list[dict[str, Any]] = [
        {"kind": "minor-mark", "clerk": CLERK, "customer": house.customer,
         "details": {"born": "2014-06-01", "shown": "birth certificate 4410"}},
        {"kind": "mandate-give", "clerk": CLERK, "approve": [SUPERVISOR], "account": house.account,
         "customer": house.names["ben"], "role": "guardian", "scope": "draw", "papers": "birth certificate 4410"},
        {"kind": "withdrawal", "clerk": CLERK, "till": "T1", "account": house.account, "amount": 2_000,
         "currency": "USD", "presented_by": house.customer},
        {"kind": "withdrawal", "clerk": CLERK, "till": "T1", "account": house.account, "amount": 2_001,
         "currency": "USD", "presented_by": house.customer},
        {"kind": "withdrawal", "clerk": CLERK, "till": "T1", "account": house.account, "amount": 2_001,
         "currency": "USD", "presented_by": house.names["ben"]},
        {"kind": "withdrawal", "clerk": CLERK, "till": "T1", "account": house.account, "amount": 100,
         "currency": "USD"},
    ]  # fmt: skip
    told = list(house.player().play(json.dumps({"id": line_id(n), **one}) for n, one in enumerate(lines)))
    assert [one.get("code", one["outcome"]) for one in told] == [
        "accepted", "accepted", "accepted", "minor.limit", "accepted", "account.presenter",
    ]  # fmt: skip
    journal = b"".join(kept.facts for kept in house.store.entries(1, 0, house.desk.size))
    assert b"2014" not in journal
    kept_apart = [row[3] for row in house.store.scan("details")]
    assert any(isinstance(one, bytes) and b"2014-06-01" in one for one in kept_apart)

    grown: dict[str, Any] = {"kind": "minor-mark", "clerk": CLERK, "customer": house.customer,
             "details": {"born": "2008-03-02", "shown": "passport 9"}}  # fmt: skip
    (outcome,) = house.player().play([json.dumps({"id": line_id(90), **grown})])
    assert outcome["outcome"] == "accepted"
    case = told[1]["case"]
    house.do("mandate-end", case=case, reason="of age")
    draws(house, 100)


def test_a_daughter_helps_until_her_power_ends(house: House) -> None:
    """A power of attorney lets the daughter draw; it ends when her mother calls it back."""
    given = house.do(
        "mandate-give", **TWO, account=house.account, customer=house.names["ben"], role="attorney", scope="draw",
        papers="power of attorney of 2026-02-01",
    )  # fmt: skip
    assert "The owner may end this at any time" in paper(given)
    draws(house, 3_000, presented_by=house.names["ben"])
    draws(house, 3_000)
    house.do("mandate-end", case=given.result()["case"], reason="she asks to")
    assert refused(house, 3_000, presented_by=house.names["ben"]) == "account.not_hers"


def test_a_levy_leaves_her_social_security(house: House) -> None:
    """$500.00 of wages in cash and $900.00 of Social Security. A court orders $2,000.00. $500.00 are held, $900.00 stay
    hers to use the same day, no fee is taken, and the paper says so in her language. Later the order is paid."""
    house.do("benefit-credit", **TWO, account=house.account, amount=90_000, agency="ssa", reference="2026-03")
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{NEXT_DAY}T09:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(house.till("T1")))

    order = house.do("levy", **TWO, account=house.account, amount=200_000, authority="County court 12/2026")
    told = order.result()
    assert (told["held"], told["protected"]) == (50_000, 90_000)
    said = paper(order)
    for word in ("$2,000.00", "$900.00", "$500.00", "2026-01-02", "2026-03-02", "Our fee", "$0.00", "free legal help"):
        assert word in said
    assert "Los beneficios federales de los últimos dos meses son suyos" in paper(order, "es")

    assert refused(house, 60_000) == "second.needed"
    house.do("withdrawal", **TWO, till="T1", account=house.account, amount=80_000)
    house.do("levy-pay", **TWO, case=told["case"])
    assert (house.owed(), house.balance("house:levies-due")) == (10_000, -50_000)
