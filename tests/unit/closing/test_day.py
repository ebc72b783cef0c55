"""The business day: one at a time, ended by a person, counted before it is closed, never open in the past."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.facts.office import DayClosed, DayOpened, VaultCounted
from counterfoil.ledger.outcomes import Outcome
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    NEXT_DAY,
    OTHER,
    SUPERVISOR,
    House,
    bare_office,
    counter,
    edition,
    facts_of,
    open_office,
    outcome_of,
    pieces,
)

OK = "accepted"


@pytest.mark.parametrize(
    ("date", "outcome"), [(DAY, OK), ("2026-03-01", OK), (NEXT_DAY, "day.future"), ("2025-12-31", "day.no_edition")]
)
def test_which_day_can_be_opened(date: str, outcome: str) -> None:
    assert outcome_of(bare_office().decide("day-open", by=SUPERVISOR, date=date)) == outcome


def test_one_day_is_open_at_a_time() -> None:
    house = open_office()
    house.at(f"{NEXT_DAY}T08:00")
    assert outcome_of(house.decide("day-open", by=SUPERVISOR, date=NEXT_DAY)) == "day.still_open"
    house.close_day()
    assert outcome_of(house.decide("day-open", by=SUPERVISOR, date=DAY)) == "day.past"
    assert outcome_of(house.decide("day-open", by=SUPERVISOR, date=NEXT_DAY)) == OK


def test_a_day_restates_every_valid_key() -> None:
    house = bare_office()
    house.do("clerk-revoke", by=SUPERVISOR, clerk=OTHER, reason="lost her stick")
    fact = facts_of(house.do("day-open", by=SUPERVISOR))[0]
    assert isinstance(fact, DayOpened)
    assert {key[1] for key in fact.keys} == {"101", "102", "104"}
    assert all(len(key) == 7 for key in fact.keys)
    assert fact.clock == "file"


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"approve": []}, "second.needed"),
        ({"approve": [SUPERVISOR]}, "second.needed"),
        ({"count": {"300": 1}}, "count.face"),
        ({"date": NEXT_DAY}, "day.other"),
    ],
)
def test_two_people_count_the_vault(fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"by": SUPERVISOR, "approve": [CLERK], "count": {"10000": 100}, **fields}
    assert outcome_of(open_office().decide("vault-count", **given)) == outcome


@pytest.mark.parametrize(
    ("count", "difference"), [({"10000": 100}, 0), ({"10000": 99}, -10_000), ({"10000": 101}, 10_000)]
)
def test_a_difference_of_the_vault_is_the_houses(count: dict[str, int], difference: int) -> None:
    house = open_office()
    fact = facts_of(house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count=count))[0]
    assert isinstance(fact, VaultCounted)
    assert house.balance("over-short") == -difference
    assert [(row.till, row.clerk, row.amount) for row in house.desk.state.difference.all()] == (
        [("vault", None, difference)] if difference else []
    )


def test_the_order_of_a_close() -> None:
    house = counter()
    assert outcome_of(house.decide("day-close", by=SUPERVISOR)) == "day.tills_open"
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count=pieces(600_000))
    house.close_tills(("T1", CLERK))
    assert outcome_of(house.decide("day-close", by=SUPERVISOR)) == "day.tills_open"
    house.close_tills(("T2", OTHER))
    assert outcome_of(house.decide("day-close", by=SUPERVISOR)) == "day.not_counted", (
        "the count was before the last close"
    )
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count=pieces(600_000))
    assert house.desk.state.today is not None
    assert house.desk.state.today.state == "counted"
    assert outcome_of(house.decide("day-close", by=CLERK)) == "clerk.role"
    assert outcome_of(house.decide("day-close", by=CLERK, approve=[SUPERVISOR])) == OK
    fact = facts_of(house.do("day-close", by=SUPERVISOR))[0]
    assert fact == DayClosed(DAY, 600_000, [["T1", 200_000], ["T2", 200_000]], False)
    house.check()


@pytest.mark.parametrize("move", ["till", "pouch out", "pouch in"])
def test_cash_that_moves_after_the_count_asks_for_another(move: str) -> None:
    house = open_office()
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count={"10000": 100})
    assert outcome_of(house.decide("day-close", by=SUPERVISOR)) == OK
    if move == "till":
        house.do("till-open", till="T1", count={})
        house.close_tills(("T1", CLERK))
    elif move == "pouch out":
        house.do("pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S", amount=100)
    else:
        house.do(
            "pouch-in", by=SUPERVISOR, approve=[CLERK], pouch="P-0009", from_office="9000", to_office="0417",
            amount=100, found={"100": 1}, condition="whole",
        )  # fmt: skip
    assert outcome_of(house.decide("day-close", by=SUPERVISOR)) == "day.not_counted"


@pytest.mark.parametrize(("moment", "late"), [(f"{DAY}T23:59", False), (f"{NEXT_DAY}T00:00", True)])
def test_a_day_that_runs_past_midnight_is_the_same_business_day(moment: str, late: bool) -> None:
    house = counter()
    house.at(moment)
    house.do("deposit", till="T1", account=house.account, amount=100)
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    fact = facts_of(house.close_day())[0]
    assert isinstance(fact, DayClosed)
    assert (fact.date, fact.late) == (DAY, late)
    assert {t.booked for t in house.store.all_transfers()} == {739_677}, "every leg is booked on the business day"
    house.check()


def test_a_forgotten_close_is_made_later_and_says_so() -> None:
    house = counter()
    house.at("2026-03-05T08:00")
    assert (
        outcome_of(house.decide("deposit", till="T1", account=house.account, amount=1, date="2026-03-05"))
        == "day.other"
    )
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    fact = facts_of(house.close_day())[0]
    assert isinstance(fact, DayClosed)
    assert fact.late
    house.date = "2026-03-05"
    house.do("day-open", by=SUPERVISOR)
    house.check()


def test_a_closed_day_takes_no_more_entries_in_the_ledger() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=100)
    last = list(house.store.all_transfers())[-1]
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    late = last._replace(id=b"\x7f" + bytes(15))
    assert house.desk.state.machine.apply([late], house.clock.now(), lambda ids: {}) == [Outcome.PERIOD_CLOSED]
    assert outcome_of(house.decide("deposit", till="T1", account=house.account, amount=1)) == "day.not_open"


def test_a_till_of_yesterday_opens_with_what_lay_in_it() -> None:
    house = counter()
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{NEXT_DAY}T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    told = house.do("till-open", by=OTHER, till="T1", count=pieces(199_000)).result()
    assert told == {"till": "T1", "counted": 199_000, "expected": 200_000}
    assert house.balance("over-short") == 1_000
    house.check()


def test_a_day_of_the_file_refuses_the_machines_clock() -> None:
    house = counter()
    house.on_the_machines_clock()
    refused = house.ask("deposit", till="T1", account=house.account, amount=1)
    assert outcome_of(refused.refusal) == "day.clock"  # type: ignore[union-attr]  # a refusal


def test_an_edition_takes_effect_on_its_day_and_not_before() -> None:
    house = counter()
    later = edition(NEXT_DAY, each_is_200000="each = 300")
    today = edition(DAY, name="from today", each_is_200000="each = 400")
    limit: dict[str, Any] = {"till": "T1", "account": house.account, "amount": 350}
    house.do("policy-edition", by=SUPERVISOR, approve=[CLERK], content=later)
    assert outcome_of(house.decide("deposit", **limit)) == OK
    house.do("policy-edition", by=SUPERVISOR, approve=[CLERK], content=today)
    assert outcome_of(house.decide("deposit", **{**limit, "amount": 401})) == "limit.each"
    assert outcome_of(house.decide("deposit", **limit)) == OK
    house.at(f"{NEXT_DAY}T00:30")  # past midnight, and still the same business day
    assert outcome_of(house.decide("deposit", **limit)) == OK
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(200_000))
    assert outcome_of(house.decide("deposit", **limit)) == "limit.each"
    assert outcome_of(house.decide("deposit", **{**limit, "amount": 300})) == OK
    house.check()


def of(house: House) -> str:
    return house.desk.state.today.date if house.desk.state.today else ""


def test_the_open_day_survives_a_restart() -> None:
    house = counter()
    assert of(house) == of(house.reopened()) == DAY
