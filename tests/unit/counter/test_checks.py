"""Checks at the counter: each edge, which refusal wins, and what becomes of one that comes back."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from cases.checks import came_back, cashed, cashing, deposited, paper
from counterfoil.counter.checks import PRICES, REPRICE
from counterfoil.facts.checks import CheckCashed
from counterfoil.office import read_off, rules
from counterfoil.operations import items
from counterfoil.operations.answers import Accepted
from counterfoil.operations.day_end import DayEnd
from counterfoil.policy.edition import read_edition
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    EDITION,
    OTHER,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
    pieces,
    refusal,
)

LATER = "2026-06-01"


def later(house: House, day: str = LATER, *, hour: int = 9) -> House:
    """The same office on a later day: its accounts are no longer new. T1 and T2 are open."""
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{day}T{hour:02d}:00")
    house.date = day
    house.do("day-open", by=SUPERVISOR)
    for till, clerk in (("T1", CLERK), ("T2", OTHER)):
        house.do("till-open", by=clerk, till=till, count=pieces(house.till(till)))
    return house


def available(house: House) -> int:
    """What the first account can pay out."""
    return rules.owed(house.desk.state, house.account)[1]


def end_of_day(house: House, day: str) -> int:
    """Ends every day up to ``day``; returns the cents that can be paid out more than before."""
    before = available(house)
    DayEnd(lambda call: call(house.desk)).run(day)
    return available(house) - before


@pytest.fixture(scope="module")
def ready() -> House:
    return counter()


@pytest.mark.parametrize(
    ("amount", "more", "outcome"),
    [
        (40_000, {}, "accepted"),
        (40_000, {"dated": "2025-09-02"}, "accepted"),  # six months to the day
        (40_000, {"dated": "2025-09-01"}, "check.stale"),  # one day more
        (40_000, {"dated": "2025-03-02", "sort": "treasury"}, "accepted"),  # a Treasury check: a year
        (40_000, {"dated": "2025-03-01", "sort": "treasury"}, "check.stale"),
        (40_000, {"dated": "2026-03-03"}, "check.future"),  # dated tomorrow
        (40_000, {"fee": 399}, "check.fee"),
        (40_000, {"fee": 401}, "check.fee"),
        (4_999, {"fee": 0}, "accepted"),
        (30_000, {"identification": "library-card"}, "accepted"),  # to the last cent without papers
        (30_001, {"identification": "library-card"}, "check.papers"),
        (50_000, {}, "accepted"),
        (50_001, {}, "second.needed"),
        (50_001, {"approve": [SUPERVISOR]}, "accepted"),
        (60_000, {"approve": [SUPERVISOR]}, "accepted"),
        (60_001, {"approve": [SUPERVISOR]}, "check.limit"),
        (60_001, {"fee": 1}, "check.fee"),  # both apply: the price is named first
        (20_001, {"sort": "personal"}, "check.limit"),
        (40_000, {"currency": "EUR"}, "currency.other"),
        (40_000, {"till": "T2"}, "till.other_clerk"),
        (40_000, {"customer": "7000000005"}, "customer.unknown"),
        (40_000, {"on_behalf_of": "7000000005"}, "customer.unknown"),
        (40_000, {"count": {"300": 132}}, "count.face"),
        (40_000, {"sort": "traveler"}, "check.sort"),
    ],
)
def test_a_check_for_cash(ready: House, amount: int, more: dict[str, Any], outcome: str) -> None:
    approve = more.get("approve", [])
    given = cashing(ready, amount, **{name: value for name, value in more.items() if name != "approve"})
    assert outcome_of(ready.decide("check-cash", approve=approve, **given)) == outcome


def test_a_till_that_lacks_the_cash_is_named_last() -> None:
    house = counter()
    house.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=170_000)
    assert outcome_of(house.decide("check-cash", **cashing(house, 40_000))) == "till.short"
    assert outcome_of(house.decide("check-cash", **cashing(house, 40_000, dated="2026-03-03"))) == "check.future"


def test_a_check_is_presented_once() -> None:
    house = counter()
    cashed(house, 20_000)
    by_other = cashing(house, 20_000, till="T2")
    assert outcome_of(house.decide("check-cash", by=OTHER, **by_other)) == "check.twice"
    assert outcome_of(house.decide("check-deposit", **paper(20_000, account=house.account))) == "check.twice"
    again = paper(20_000, account=house.account, again=True)
    assert outcome_of(house.decide("check-deposit", **again)) == "check.twice", "it has not come back"
    assert outcome_of(house.decide("check-cash", **cashing(house, 20_001))) == "accepted", (
        "another amount, another check"
    )
    services = [{"kind": "check-cash", **cashing(house, 9_000, number=7)}] * 2
    assert outcome_of(house.decide("visit", till="T1", services=services)) == "check.twice"
    both = [services[0], {"kind": "check-deposit", **paper(9_000, number=7, account=house.account)}]
    assert outcome_of(house.decide("visit", till="T1", services=both)) == "check.twice"
    assert refusal(house.reopened().ask("check-cash", **cashing(house, 20_000))).code == "check.twice"


def test_two_checks_and_a_debt_in_one_visit() -> None:
    house = counter()
    case = came_back(house, 20_000)
    services = [
        {"kind": "check-recover", "case": case, "till": "T1", "amount": 19_800},
        {"kind": "check-cash", **cashing(house, 9_000, number=7)},
        {"kind": "check-deposit", **paper(8_000, number=8, account=house.account)},
    ]
    assert outcome_of(house.decide("visit", till="T1", tendered=20_000, services=services[1:])) == "check.owed"
    told = house.do("visit", till="T1", tendered=20_000, services=services)
    cases = [getattr(fact, "case", None) for fact in facts_of(told)]
    assert len({one for one in cases if one}) == 3
    assert told.result()["net"] == 19_800 - 8_900
    house.check()


def test_checks_just_under_the_line_are_seen() -> None:
    house = counter()
    without = {"identification": "library-card"}
    cashed(house, 15_000, number=1, **without)
    second = cashing(house, 15_001, number=2, till="T2", **without)
    told = refusal(house.ask("check-cash", by=OTHER, **second))
    assert (told.code, told.details()["total"].minor) == ("check.papers", 30_001)
    fact = facts_of(house.do("check-cash", by=OTHER, **{**second, "identification": "passport"}))[0]
    assert isinstance(fact, CheckCashed)
    assert fact.day_total == 30_001
    in_one_visit = [{"kind": "check-cash", **cashing(house, 30_000, number=n)} for n in (3, 4)]
    refused = house.decide("visit", till="T1", approve=[SUPERVISOR], services=in_one_visit)
    assert outcome_of(refused) == "check.day"
    assert outcome_of(
        later(house, "2026-03-03").decide("check-cash", **cashing(house, 15_001, number=5, dated=DAY))
    ) == ("accepted"), "another day counts anew"


def test_a_returned_check_costs_no_fee() -> None:
    house = counter()
    case = cashed(house, 40_000)
    assert house.till("T1") == 200_000 - 39_600
    house.do("check-return", by=SUPERVISOR, case=case, reason="A")
    assert house.balance(f"check-due:{case}") == 39_600, "what was paid out, and the fee is not earned"
    assert house.balance("house:fee-checks") == 0
    assert refusal(house.ask("check-cash", **cashing(house, 9_000, number=2))).code == "check.owed"
    house.do("check-recover", case=case, till="T1", amount=9_600)
    assert refusal(house.ask("check-cash", **cashing(house, 9_000, number=2))).code == "check.owed"
    house.do("check-agree", case=case, until="2026-04-01")
    house.do("check-cash", **cashing(house, 9_000, number=2))
    later(house, "2026-04-02")
    assert refusal(house.ask("check-cash", **cashing(house, 9_000, number=3))).code == "check.owed", (
        "the day has passed"
    )
    house.do("deposit", till="T1", account=house.account, amount=30_000)
    house.do("check-recover", case=case, till="T1", amount=30_000, account=house.account)
    assert (house.owed(), house.balance(f"check-due:{case}")) == (0, 0)
    house.do("check-cash", **cashing(house, 9_000, number=3))
    house.check()


def test_what_became_of_a_check_is_booked_once() -> None:
    house = counter()
    case = cashed(house, 40_000)
    entry = house.desk.size - 1
    house.do("check-settle", by=SUPERVISOR, case=case)
    assert refusal(house.ask("reversal", entry=entry, approve=[SUPERVISOR])).code == "ledger.refused"
    assert refusal(house.ask("check-settle", by=SUPERVISOR, case=case)).code == "check.state"
    house.do("check-return", by=SUPERVISOR, case=case, reason="Z")  # forged: the bank takes its money back
    assert refusal(house.ask("check-return", by=SUPERVISOR, case=case, reason="Z")).code == "check.state"
    assert house.balance("house:check-settlement") == 0
    assert house.balance(f"check-due:{case}") == 39_600
    house.check()


def test_what_the_house_bore_may_be_paid_after_all() -> None:
    house = counter()
    case = came_back(house, 40_000)
    house.do("check-recover", case=case, till="T1", amount=9_600)
    house.do("check-write-off", by=SUPERVISOR, approve=[CLERK], case=case, reason="she is ill")
    paying: dict[str, Any] = {"kind": "check-recover", "case": case, "till": "T1"}
    assert refusal(house.ask("check-agree", case=case, until="2026-04-01")).code == "check.nothing_due"
    assert outcome_of(house.decide("check-recover", case=case, till="T1", amount=30_001)) == "check.too_much"
    twice = [{**paying, "amount": 30_000}, {**paying, "amount": 1}]
    assert outcome_of(house.decide("visit", till="T1", tendered=30_001, services=twice)) == "check.too_much"
    house.do("check-recover", case=case, till="T1", amount=10_000)
    entry = house.desk.size - 1
    assert (house.balance("house:check-loss"), house.balance("house:check-recovery")) == (30_000, -10_000)
    house.do("reversal", entry=entry, reason="it was another's")
    house.do("deposit", till="T1", account=house.account, amount=30_000)
    house.do("check-recover", case=case, till="T1", amount=30_000, account=house.account)
    assert (house.balance("house:check-recovery"), house.balance(f"check-due:{case}")) == (-30_000, 0)
    assert refusal(house.ask("check-recover", case=case, till="T1", amount=1)).code == "check.nothing_due"
    assert [one["lost"] for one in items.checks(house.store)] == [0]
    house.check()


def test_a_mistake_is_undone_and_the_check_may_come_again() -> None:
    house = counter()
    cashed(house, 40_000)
    house.do("reversal", entry=house.desk.size - 1, approve=[SUPERVISOR], reason="it was 48,000")
    assert house.till("T1") == 200_000
    cashed(house, 40_000)
    recovered = came_back(house, 5_000, number=2)
    house.do("check-recover", case=recovered, till="T1", amount=4_900)
    house.do("reversal", entry=house.desk.size - 1, reason="she paid another bill")
    assert refusal(house.ask("check-cash", **cashing(house, 9_000, number=3))).code == "check.owed"
    house.check()


def test_a_deposit_by_mistake_is_given_back() -> None:
    house = later(counter())
    case = deposited(house, 40_000)
    assert (house.owed(), available(house)) == (40_000, 10_000)
    house.do("withdrawal", till="T1", account=house.account, amount=1)
    assert refusal(house.ask("check-give-back", case=case, reason="not hers")).code == "funds.short"
    house.do("deposit", till="T1", account=house.account, amount=1)
    house.do("check-give-back", case=case, reason="not hers")
    assert (house.owed(), available(house)) == (0, 0)
    deposited(house, 40_000, account=house.second_account)
    house.check()


@pytest.mark.parametrize(
    ("spent", "frozen", "taken_back", "due"),
    [
        (0, False, 40_000, 0),
        (10_000, False, 30_000, 10_000),  # what could be used was used
        (10_000, True, 30_000, 10_000),
        (0, True, 30_000, 10_000),  # a frozen account pays nothing out: only what was held goes back
    ],
)
def test_a_returned_deposit_takes_what_is_held_then_the_balance_then_it_is_owed(
    spent: int, frozen: bool, taken_back: int, due: int
) -> None:
    house = later(counter())
    case = deposited(house, 40_000)
    if spent:
        house.do("withdrawal", till="T1", account=house.account, amount=spent)
    if frozen:
        house.do("account-freeze", by=SUPERVISOR, account=house.account, reason="a court's order")
    told = house.do("check-return", by=SUPERVISOR, case=case, reason="A").result()
    assert (told["taken_back"], told["due"]) == (taken_back, due)
    assert house.balance(f"check-due:{case}") == due
    assert house.balance(f"checks:{case}") == 0
    house.check()


def test_holds_end_on_their_days_each_once() -> None:
    house = later(counter())
    told = house.do("check-deposit", **paper(90_000, account=house.account, cash=10_000))
    assert told.result()["holds"] == [["2026-06-02", 17_500], ["2026-06-03", 62_500]]
    assert (house.owed(), available(house), house.till("T1")) == (80_000, 0, 190_000)
    assert end_of_day(house, "2026-06-01") == 17_500
    assert end_of_day(house, "2026-06-01") == 0, "what was released is not released again"
    assert refusal(house.ask("withdrawal", till="T1", account=house.account, amount=17_501)).code == "funds.short"
    house.do("withdrawal", till="T1", account=house.account, amount=17_500)
    later(house, "2026-06-04")
    assert end_of_day(house, "2026-06-03") == 62_500, "a day late: the day that was missed"
    assert available(house) == 62_500
    house.check()


def test_a_check_that_is_paid_is_held_no_longer() -> None:
    house = later(counter())
    case = deposited(house, 40_000)
    assert refusal(house.ask("check-settle", case=case)).code == "clerk.role"
    house.do("check-settle", by=SUPERVISOR, case=case)
    assert available(house) == 40_000
    assert end_of_day(house, LATER) == 0
    house.check()


def test_a_check_that_came_back_may_be_deposited_once_more() -> None:
    house = later(counter())
    case = deposited(house, 40_000)
    house.do("withdrawal", till="T1", account=house.account, amount=10_000)
    house.do("check-return", by=SUPERVISOR, case=case, reason="A")
    again = paper(40_000, account=house.account, again=True)
    assert refusal(house.ask("check-deposit", **again)).code == "check.returned", "something is still owed on it"
    house.do("check-recover", case=case, till="T1", amount=10_000)
    assert refusal(house.ask("check-cash", **cashing(house, 40_000))).code == "check.returned"
    assert refusal(house.ask("check-deposit", **paper(40_000, account=house.account))).code == "check.returned"
    second = house.do("check-deposit", **again).result()
    assert (second["at_once"], second["holds"]) == (0, [["2026-06-10", 40_000]])
    assert refusal(house.ask("check-deposit", **again)).code == "check.twice"
    house.check()


def test_only_a_lack_of_money_allows_another_try() -> None:
    house = later(counter())
    case = deposited(house, 40_000)
    house.do("check-return", by=SUPERVISOR, case=case, reason="C")
    again = paper(40_000, account=house.account, again=True)
    assert refusal(house.ask("check-deposit", **again)).code == "check.returned"


@pytest.mark.parametrize("reason", ["", "a", "X", "AA", None])
def test_an_unknown_return_reason_is_refused(reason: Any) -> None:
    from counterfoil.kernel.outcomes import Malformed

    with pytest.raises(Malformed) as error:
        counter().request("check-return", by=SUPERVISOR, case="K1-1", reason=reason)
    assert error.value.field == "reason"


def test_a_doubt_is_a_supervisors_and_stands_on_the_paper() -> None:
    house = later(counter())
    doubted = paper(40_000, account=house.account, doubt="its maker has told us not to")
    assert outcome_of(house.decide("check-deposit", **doubted)) == "clerk.role"
    told = house.do("check-deposit", approve=[SUPERVISOR], **doubted).result()
    assert told["holds"] == [["2026-06-10", 40_000]]


def test_a_late_deposit_counts_from_the_next_banking_day() -> None:
    house = later(counter(), "2026-07-02", hour=15)  # July 3 is a banking day: the fourth is a Saturday
    told = house.do("check-deposit", **paper(20_000, account=house.account, dated="2026-07-01")).result()
    assert told["holds"] == [["2026-07-06", 10_000]]


def test_repeated_returns_make_a_later_check_wait() -> None:
    house = later(counter())
    for number in (1, 2):
        case = deposited(house, 10_000, number=number, sort="payroll")
        house.do("check-settle", by=SUPERVISOR, case=case)
        house.do("withdrawal", till="T1", account=house.account, amount=10_000)
        house.do("check-return", by=SUPERVISOR, case=case, reason="A")
    told = house.do("check-deposit", **paper(10_000, number=3, account=house.account)).result()
    assert (told["at_once"], told["holds"]) == (0, [["2026-06-10", 10_000]])


def test_a_price_is_told_before_and_under_another_edition() -> None:
    house = counter()
    ask = house.body("check-cash", **cashing(house, 40_000))
    assert PRICES["check-cash"](ask, house.desk.state) == 400
    fact = facts_of(house.decide("check-cash", **cashing(house, 40_000)))[0]
    dearer = EDITION.replace(b'percent = "1.00"', b'percent = "1.50"')
    assert REPRICE[CheckCashed](fact, read_edition(dearer)) == (400, 600)
    closed = house.body("check-cash", **cashing(house, 40_000, sort="traveler"))
    assert outcome_of(PRICES["check-cash"](closed, house.desk.state)) == "check.sort"  # type: ignore[arg-type]  # a refusal


def test_an_office_whose_edition_has_no_checks_says_so() -> None:
    ours = (files("counterfoil.testing") / "terms" / "checks.toml").read_bytes()
    house = counter(content=EDITION.replace(ours, b""))
    assert refusal(house.ask("check-cash", **cashing(house, 40_000))).code == "product.unknown"


def test_a_store_reopened_holds_the_same_checks() -> None:
    house = later(counter())
    case = deposited(house, 40_000)
    house.reopened()
    assert isinstance(house.ask("check-return", by=SUPERVISOR, case=case, reason="A"), Accepted)
    house.check()


def test_one_check_has_one_fingerprint_at_every_office() -> None:
    details = {"micr": "⑈004417⑈ ⑆021000021⑆ 77004210⑈", "payee": "Ana", "maker": "Elk Fork Mill"}
    typed = {**details, "micr": "C4417C A021000021A 0077004210C B0000051240B", "payee": "A. Ruiz"}
    made = [read_off.check(one, {"amount": 51_240})[1] for one in (details, typed)]
    assert made[0] == made[1], "typed with other signs, and with other zeros, it is the same check"
    here, there = counter(seed=1), counter(seed=2)
    assert here.office_key != there.office_key
    for house in (here, there):
        fact = facts_of(house.do("check-cash", approve=[SUPERVISOR], **cashing(house, 51_240, **made[0])))[0]
        assert isinstance(fact, CheckCashed)
        assert fact.fingerprint == made[0]["fingerprint"], "the center needs nothing else to see it twice"
