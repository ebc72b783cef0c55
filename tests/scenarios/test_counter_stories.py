"""Stories of the counter, told whole: what people do in a day, on a real folder, with what the books say after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.facts.counter import TillClosed
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.operations.answers import Accepted
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    NEXT_DAY,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
    pieces,
    refusal,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite in a folder of its own."""
    store = SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES)
    house = counter(store, RealDisk(), folder=str(tmp_path))
    yield house
    house.store.close()


def restarted(house: House, tmp_path: Path) -> House:
    house.store.close()
    return house.reopened(SqliteStore(tmp_path / "office.db", EXTRA_TABLES))


def test_two_days_at_the_counter(house: House, tmp_path: Path) -> None:
    house.do("deposit", till="T1", account=house.account, amount=50_000)
    house.do("till-handover", approve=[OTHER], till="T1", to_till="T2", amount=20_000)
    house.do("withdrawal", by=OTHER, till="T2", account=house.account, amount=30_000)
    restarted(house, tmp_path)
    house.do("transfer", account=house.account, to=house.second_account, amount=5_000, reference="rent")
    house.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=100_000)
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    assert house.owed() == 15_000
    assert house.owed(house.second_account) == 5_000
    assert house.balance("vault") == 700_000
    restarted(house, tmp_path)
    house.at(f"{NEXT_DAY}T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(130_000))
    house.do("withdrawal", till="T1", account=house.second_account, amount=5_000)
    house.close_tills(("T1", CLERK))
    house.close_day()
    house.check()


def test_a_clerk_falls_ill_and_two_others_close_her_till(house: House, tmp_path: Path) -> None:
    house.do("deposit", till="T1", account=house.account, amount=5_000)
    told = house.do(
        "till-count-absent", by=SUPERVISOR, approve=[OTHER], till="T1", count=pieces(204_000), reason="taken ill"
    ).result()
    assert told["case"]
    house.close_tills(("T2", OTHER))
    house.close_day()
    restarted(house, tmp_path)
    house.at(f"{NEXT_DAY}T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("difference-dispute", case=told["case"], reason="there were 10.00 in the tray")
    row = house.desk.state.difference.get(told["case"])
    assert row is not None
    assert (row.state, row.clerk, row.amount) == ("disputed", CLERK, -1_000)
    house.check()


def test_a_long_evening_over_midnight_with_a_surprise_count(house: House) -> None:
    house.at(f"{DAY}T23:55")
    house.do("deposit", till="T1", account=house.account, amount=700)
    house.at(f"{NEXT_DAY}T00:10")
    house.do("surprise-count", by=SECOND_SUPERVISOR, approve=[CLERK], till="T1", count=pieces(200_700))
    house.do("withdrawal", till="T1", account=house.account, amount=700)
    house.do("till-count", till="T1", count=pieces(200_000))
    closed = facts_of(house.do("till-close", till="T1"))[0]
    assert isinstance(closed, TillClosed)
    assert (closed.date, closed.answer) == (DAY, "none")
    house.close_tills(("T2", OTHER))
    house.close_day()
    assert outcome_of(house.decide("day-open", by=SUPERVISOR, date=NEXT_DAY)) == "accepted"
    house.check()


def test_an_account_under_a_freeze_and_a_hold(house: House) -> None:
    house.do("deposit", till="T1", account=house.account, amount=40_000)
    house.do("account-freeze", by=SUPERVISOR, account=house.account, reason="a court's order")
    assert refusal(house.ask("withdrawal", till="T1", account=house.account, amount=1)).code == "account.frozen"
    assert refusal(house.ask("account-close", account=house.account, reason="x")).code == "account.frozen"
    house.do("deposit", till="T1", account=house.account, amount=100)  # money can come in
    case = house.do(
        "legal-hold", by=SUPERVISOR, approve=[CLERK], account=house.account, amount=30_000, authority="county court 7"
    ).result()["case"]
    house.do("account-unfreeze", by=SUPERVISOR, approve=[CLERK], account=house.account, reason="the order is narrower")
    assert refusal(house.ask("withdrawal", till="T1", account=house.account, amount=10_101)).code == "funds.short"
    house.do("withdrawal", till="T1", account=house.account, amount=10_100)
    assert refusal(house.ask("account-close", account=house.account, reason="x")).code == "account.not_empty"
    house.do("legal-hold-release", by=SUPERVISOR, approve=[CLERK], case=case, reason="settled")
    house.do("withdrawal", till="T1", account=house.account, amount=30_000)
    house.do("account-close", account=house.account, reason="moves away")
    house.check()


def test_a_damaged_pouch_and_one_that_never_came(house: House) -> None:
    given: dict[str, Any] = {
        "by": SUPERVISOR,
        "approve": [CLERK],
        "from_office": "9000",
        "to_office": "0417",
        "amount": 100_000,
    }
    house.do("pouch-in", **given, pouch="TORN-01", found=pieces(60_000), condition="damaged")
    assert house.balance("in-transit:TORN-01") == 40_000
    assert refusal(house.ask("pouch-in", **given, pouch="TORN-01", found=pieces(40_000), condition="partial")).code == (
        "pouch.used"
    )
    stray: dict[str, Any] = {**given, "to_office": "0555"}
    assert (
        refusal(house.ask("pouch-in", **stray, pouch="STRAY-1", found={}, condition="partial")).code == "pouch.office"
    )
    house.do("pouch-lost", by=SUPERVISOR, approve=[CLERK], pouch="TORN-01", reason="the carrier's report 26-113")
    assert house.balance("pouch-loss") == 40_000
    assert (house.till("T1"), house.till("T2")) == (200_000, 200_000), "nobody at a till pays for it"
    house.check()


def test_a_shared_drawer_at_the_fair(house: House) -> None:
    house.do("till-open", by=SUPERVISOR, till="FAIR", count={}, shared=True)
    house.do("cash-from-vault", by=SUPERVISOR, approve=[CLERK], till="FAIR", amount=20_000)
    for clerk in (CLERK, OTHER, SECOND_SUPERVISOR):
        house.do("deposit", by=clerk, till="FAIR", account=house.account, amount=1_000)
    house.do("till-count", by=OTHER, till="FAIR", count=pieces(22_500))
    closed = facts_of(house.do("till-close", by=SECOND_SUPERVISOR, till="FAIR", answer="accept"))[0]
    assert isinstance(closed, TillClosed)
    assert (closed.clerk, closed.expected - closed.counted) == (None, 500)
    house.check()


@pytest.mark.parametrize("entry", [AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX - 1, 2**40])
def test_an_entry_number_beyond_the_journal_is_refused_on_disk_too(house: House, entry: int) -> None:
    assert refusal(house.ask("reversal", entry=entry)).code == "reversal.unknown"
    assert refusal(house.ask("reversal", entry=1, epoch=entry)).code == "reversal.unknown"


def test_the_largest_amount_is_refused_and_not_a_fault(house: House) -> None:
    for kind, fields in (
        ("deposit", {"till": "T1", "account": house.account}),
        ("withdrawal", {"till": "T1", "account": house.account}),
        ("transfer", {"account": house.account, "to": house.second_account}),
        ("cash-from-vault", {"till": "T1", "approve": [SUPERVISOR]}),
        ("cash-to-vault", {"till": "T1", "approve": [SUPERVISOR]}),
        ("till-handover", {"till": "T1", "to_till": "T2", "approve": [OTHER]}),
        ("legal-hold", {"by": SUPERVISOR, "approve": [CLERK], "account": house.account, "authority": "court"}),
    ):
        assert not isinstance(house.ask(kind, amount=AMOUNT_MINOR_MAX, **fields), Accepted)
    house.check()
