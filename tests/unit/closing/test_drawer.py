"""Counting and closing a till: blind, posted to the house, answered by the clerk with equal weight."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterfoil.facts.counter import TillClosed, TillCounted, TillReported
from counterfoil.kernel.outcomes import Refusal
from counterfoil.operations.answers import Accepted
from counterfoil.testing.builders import (
    CLERK,
    NEXT_DAY,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
    pieces,
)

OK = "accepted"


def counted(amount: int, **more: Any) -> House:
    house = counter()
    house.do("till-count", till="T1", count=pieces(amount), **more)
    return house


@pytest.mark.parametrize("answer", [None, "accept", "dispute"])
@pytest.mark.parametrize("amount", [0, 199_999, 200_000, 200_001, 450_000])
def test_a_close_never_completes_with_an_unposted_difference(amount: int, answer: str | None) -> None:
    house = counted(amount)
    fields: dict[str, Any] = {} if answer is None else {"answer": answer}
    closed = house.ask("till-close", till="T1", **fields)
    if amount != 200_000 and answer is None:  # Cancelled at the question: nothing is lost of it.
        assert not isinstance(closed, Accepted)
        assert outcome_of(house.decide("till-close", till="T1")) == "till.answer_needed"
        assert house.till("T1") == 200_000
        house.do("till-close", till="T1", answer="dispute")
    assert house.till("T1") == amount
    assert house.balance("over-short") == 200_000 - amount
    case = house.desk.state.difference.all()
    assert [row.amount for row in case] == ([amount - 200_000] if amount != 200_000 else [])
    house.check()


def test_the_difference_is_computed_anew_at_each_question() -> None:
    house = counted(80_000)
    first = house.decide("till-close", till="T1")
    again = house.reopened().decide("till-close", till="T1")
    assert isinstance(first, Refusal)
    assert first == again
    assert first.details()["difference"].minor == -120_000


def test_the_expected_figure_is_told_only_after_the_count_is_recorded() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=777)
    before = [
        house.do("till-report", till="T1"),
        house.ask("till-close", till="T1"),
        house.ask("till-count", till="T1", count={"300": 1}),
    ]
    for answer in before:
        told = answer.result() if isinstance(answer, Accepted) else answer.refusal.details()
        assert "200777" not in json.dumps(told, default=str).replace(",", "").replace(".", "")
    told = house.do("till-count", till="T1", count=pieces(200_000)).result()
    assert told["expected"] == 200_777


def test_every_count_stays_on_record() -> None:
    house = counted(100)
    house.do("till-count", till="T1", count=pieces(200_000))
    entries = house.store.entries(1, 0, house.desk.size)
    facts = [fact for kept in entries for fact in _facts(kept)]
    assert [fact.counted for fact in facts if isinstance(fact, TillCounted)] == [100, 200_000]
    assert outcome_of(house.decide("till-close", till="T1")) == OK


def _facts(kept: Any) -> tuple[Any, ...]:
    from counterfoil.operations.desk import read_entry

    return read_entry(kept).facts


@pytest.mark.parametrize(("answer", "state"), [("accept", "accepted"), ("dispute", "disputed")])
def test_accept_and_dispute_weigh_the_same(answer: str, state: str) -> None:
    house = counted(190_000)
    house.do("till-close", till="T1", answer=answer)
    assert house.balance("over-short") == 10_000
    assert {name for name in house.figures() if "102" in name} == set(), "neither makes it her debt"
    row = house.desk.state.difference.all()[0]
    assert (row.state, row.clerk, row.amount) == (state, CLERK, -10_000)
    house.close_tills(("T2", OTHER))
    house.close_day()  # a dispute does not hinder the day
    house.check()


def test_a_clerk_may_change_her_answer_and_say_it_once_each() -> None:
    house = counted(190_000)
    case = house.do("till-close", till="T1", answer="accept").result()["case"]
    house.do("difference-dispute", case=case, reason="I was not there")
    assert outcome_of(house.decide("difference-dispute", case=case, reason="again")) == "difference.answered"
    house.do("difference-accept", case=case)
    assert outcome_of(house.decide("difference-accept", case=case)) == "difference.answered"
    assert outcome_of(house.decide("difference-accept", by=OTHER, case=case)) == "difference.other_clerk"
    assert outcome_of(house.decide("difference-accept", by=SUPERVISOR, case=case)) == "difference.other_clerk"
    assert house.balance("over-short") == 10_000


def test_a_counted_till_takes_nothing_until_it_is_closed() -> None:
    house = counted(200_000)
    house.do("deposit", by=OTHER, till="T2", account=house.account, amount=5_000)
    for kind, fields in (
        ("deposit", {"till": "T1", "account": house.account, "amount": 1}),
        ("withdrawal", {"till": "T1", "account": house.account, "amount": 1}),
        ("cash-to-vault", {"till": "T1", "amount": 1, "approve": [SUPERVISOR]}),
        ("cash-from-vault", {"till": "T1", "amount": 1, "approve": [SUPERVISOR]}),
        ("till-handover", {"till": "T2", "to_till": "T1", "amount": 1, "by": OTHER, "approve": [CLERK]}),
        ("visit", {"till": "T1", "services": [{"kind": "balance-told", "account": house.account}]}),
    ):
        assert outcome_of(house.decide(kind, **fields)) == "till.counted", kind
    assert outcome_of(house.decide("till-close", till="T1")) == OK


@pytest.mark.parametrize(
    ("kind", "fields", "outcome"),
    [
        ("till-count", {}, OK),
        ("till-count", {"by": OTHER}, "till.other_clerk"),
        ("till-count", {"till": "T9"}, "till.not_open"),
        ("till-count", {"count": {"300": 1}}, "count.face"),
        ("till-count", {"stock": {"forever": 1}}, "stock.unknown"),
        ("till-report", {}, OK),
        ("till-report", {"by": OTHER}, "till.other_clerk"),
        ("till-report", {"till": "T9"}, "till.not_open"),
        ("till-close", {}, "till.not_counted"),
        ("till-close", {"by": OTHER}, "till.other_clerk"),
        ("till-count-absent", {"by": SUPERVISOR, "approve": [OTHER]}, OK),
        ("till-count-absent", {"by": OTHER, "approve": [SECOND_SUPERVISOR]}, OK),
        ("till-count-absent", {"by": SUPERVISOR}, "second.needed"),
        ("till-count-absent", {"by": SUPERVISOR, "approve": [CLERK]}, "till.not_absent"),
        ("till-count-absent", {"by": SUPERVISOR, "approve": [OTHER], "till": "T9"}, "till.not_open"),
        ("till-count-absent", {"by": SUPERVISOR, "approve": [OTHER], "count": {"300": 1}}, "count.face"),
        ("till-count-absent", {"by": SUPERVISOR, "approve": [OTHER], "stock": {"forever": 1}}, "stock.unknown"),
        ("difference-accept", {}, "difference.unknown"),
        ("difference-dispute", {}, "difference.unknown"),
    ],
)
def test_who_counts_and_what(kind: str, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"till": "T1"} if kind.startswith("till") else {"case": "D7-7"}
    given |= {"count": {}} if "count" in kind else {}
    given |= {"reason": "ill"} if kind in ("till-count-absent", "difference-dispute") else {}
    assert outcome_of(counter().decide(kind, **{**given, **fields})) == outcome


def test_an_absent_clerks_till_is_closed_by_two_others_and_she_may_dispute_it() -> None:
    house = counter()
    closed = house.do(
        "till-count-absent", by=SUPERVISOR, approve=[OTHER], till="T1", count=pieces(150_000), reason="taken ill"
    )
    fact = facts_of(closed)[1]
    assert isinstance(fact, TillClosed)
    assert (fact.answer, fact.clerk, fact.note) == ("absent", CLERK, "taken ill")
    row = house.desk.state.difference.all()[0]
    assert (row.state, row.clerk) == ("open", CLERK), "nobody answers for her"
    assert house.balance("over-short") == 50_000
    assert outcome_of(house.decide("difference-accept", by=SUPERVISOR, case=row.case)) == "difference.other_clerk"
    house.do("difference-dispute", case=row.case, reason="I left 2,000.00 in it")
    house.close_tills(("T2", OTHER))
    house.close_day()
    house.check()


def test_nobody_is_liable_for_a_shared_drawer() -> None:
    house = counter()
    house.do("till-open", by=SUPERVISOR, till="S", count={}, shared=True)
    house.do("cash-from-vault", approve=[SUPERVISOR], till="S", amount=10_000)
    house.do("deposit", by=OTHER, till="S", account=house.account, amount=500)
    house.do("withdrawal", by=SECOND_SUPERVISOR, till="S", account=house.account, amount=500)
    house.do("till-count", by=OTHER, till="S", count=pieces(9_900))
    closed = house.do("till-close", till="S", answer="dispute")
    fact = facts_of(closed)[0]
    assert isinstance(fact, TillClosed)
    assert fact.clerk is None
    assert house.desk.state.difference.all()[0].clerk is None
    house.check()


def test_x_changes_nothing_and_z_closes() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=700)
    house.do("withdrawal", till="T1", account=house.account, amount=200)
    figures = house.figures()
    x = facts_of(house.do("till-report", till="T1"))[0]
    assert isinstance(x, TillReported)
    assert x.totals == [["cash-from-vault", 1, 200_000, 0], ["deposit", 1, 700, 0], ["withdrawal", 1, 0, 200]]
    assert house.figures() == figures
    house.do("till-count", till="T1", count=pieces(200_500))
    z = facts_of(house.do("till-close", till="T1"))[0]
    assert isinstance(z, TillClosed)
    assert z.totals == x.totals
    assert (z.report, z.answer, z.case) == (1, "none", None)
    assert sum(row[2] - row[3] for row in z.totals) == house.till("T1"), "the report adds up to the drawer"


def test_z_reports_are_numbered_without_a_gap() -> None:
    house = counter()
    numbers = []
    for _ in range(3):
        house.do("till-count", till="T1", count=pieces(house.till("T1")))
        numbers.append(house.do("till-close", till="T1").result()["report"])
        house.do("till-open", till="T1", count=pieces(house.till("T1")))
    assert numbers == [1, 2, 3]


def test_each_entry_stands_in_exactly_one_z_report() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=700)
    entry = house.do("deposit", till="T1", account=house.account, amount=300).entries[0].sequence
    house.do("till-count", till="T1", count=pieces(201_000))
    first = house.do("till-close", till="T1").result()["totals"]
    house.do("till-open", till="T1", count=pieces(201_000))
    house.do("reversal", entry=entry)
    house.do("deposit", till="T1", account=house.account, amount=50)
    house.reopened()
    house.do("till-count", till="T1", count=pieces(200_750))
    second = house.do("till-close", till="T1").result()["totals"]
    assert first == [["cash-from-vault", 1, 200_000, 0], ["deposit", 2, 1_000, 0]]
    assert second == [["deposit", 1, 50, 0], ["reversal", 1, 0, 300]]
    house.check()


def with_stamps() -> House:
    house = counter()
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=100)
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="postcard", quantity=100)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="postcard", quantity=10)
    return house


@pytest.mark.parametrize(
    ("stock", "value"),
    [
        (None, 40 * 78 + 10 * 61),  # not counted: taken as it stands in the books
        ({"forever": 40, "postcard": 10}, 40 * 78 + 10 * 61),
        ({"forever": 39, "postcard": 10}, 39 * 78 + 10 * 61),
        ({"forever": 40}, 40 * 78),  # an item left out was not there
        ({}, 0),
    ],
)
def test_stamps_are_counted_with_the_drawer_in_pieces_and_in_value(stock: dict[str, int] | None, value: int) -> None:
    house = with_stamps()
    given: dict[str, Any] = {} if stock is None else {"stock": stock}
    told = house.do("till-count", till="T1", count=pieces(200_000), **given).result()
    assert (told["stock_counted"], told["stock_expected"]) == (value, 3_730)
    house.do("till-close", till="T1", answer="accept")
    assert house.balance("stock:T1") == value
    assert house.balance("over-short") == 3_730 - value
    pieces_left = {row.item: row.quantity for row in house.desk.state.stock.all() if row.place == "T1"}
    assert sum({"forever": 78, "postcard": 61}[item] * n for item, n in pieces_left.items()) == value
    house.do("till-open", till="T1", count=pieces(200_000))
    left = pieces_left["forever"]
    if left:
        house.do("stamp-sale", till="T1", item="forever", quantity=left, amount=78 * left)
    assert outcome_of(house.decide("stamp-sale", till="T1", item="forever", quantity=1, amount=78)) == "stock.short"
    house.check()


def test_two_differences_never_share_a_case() -> None:
    house = counter()
    cases = set()
    for till, clerk in (("T1", CLERK), ("T2", OTHER)):
        house.do("till-count", by=clerk, till=till, count=pieces(100))
        cases.add(house.do("till-close", by=clerk, till=till, answer="dispute").result()["case"])
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count={"10000": 1})
    house.do("till-open", till="T1", count=pieces(200))
    house.do("till-count", till="T1", count=pieces(100))
    cases.add(house.do("till-close", till="T1", answer="dispute").result()["case"])
    assert len(cases) == 3
    assert len(house.desk.state.difference.rows) == 5
    house.date = NEXT_DAY
    house.check()
