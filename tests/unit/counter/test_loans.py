"""Decisions about small loans: their edges, which rule is named first, and what the end of the day says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.loans import (
    AMOUNT,
    agreement,
    application,
    applied,
    late_loan,
    later,
    lost_loan,
    opened,
    row_of,
    shown,
    with_dues,
)
from cases.loans import to_day as to
from counterfoil.counter.loans import PRICES, REPRICE, STEPS, days_late, next_due, next_payment, payoff
from counterfoil.facts.loans import LoanAged, LoanApplied, LoanMissed, LoanOpened, LoanPaid, LoansProvided
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Refusal
from counterfoil.ledger.booking import legs_of
from counterfoil.office.loans.folds import a_year_before, lent_since
from counterfoil.office.state import Place
from counterfoil.operations.answers import Accepted, Refused
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
    edition,
    facts_of,
    outcome_of,
    refusal,
)


def decision(house: House, **changed: Any) -> LoanApplied:
    (fact,) = facts_of(house.decide("loan-apply", **application(house, **changed)))
    assert isinstance(fact, LoanApplied)
    return fact


@pytest.mark.parametrize(
    ("changed", "said", "reasons"),
    [
        ({"left": 14_504}, "yes", []),  # 33.47 every two weeks is 72.518 a month: half of 145.04 carries it
        ({"left": 14_503}, "no", ["cash-flow"]),
        ({"left": 0}, "no", ["cash-flow"]),
        ({"amount": 50_000, "left": 60_000}, "yes", []),
        ({"amount": 2_000, "number_of_payments": 2}, "yes", []),
    ],
)
def test_ability_to_repay_to_the_cent(changed: dict[str, Any], said: str, reasons: list[str]) -> None:
    fact = decision(counter(), **changed)
    assert (fact.decision, fact.reasons) == (said, reasons)


def test_a_refused_customer_is_told_what_would_fit() -> None:
    house = counter()
    fact = decision(house, left=10_000)
    assert fact.decision == "no"
    assert 0 < fact.most < AMOUNT
    assert decision(house, left=10_000, amount=fact.most).decision == "yes"
    assert decision(house, left=10_000, amount=fact.most + 50).decision == "no"
    assert decision(house, left=100).most == 0


def test_an_application_names_every_reason() -> None:
    house = counter()
    opened(house, amount=50_000)
    fact = decision(house, amount=50_000, left=0)
    assert fact.reasons == ["open-loan", "cash-flow"]
    house.do("loan-pay", till="T1", loan=row_of(house, next(iter(house.desk.state.loan.rows))[0]).loan, amount=50_000)
    assert decision(house, amount=50_000).reasons == ["rollover"]


EDGES = [
    ({}, "accepted"),
    ({"date": "2026-03-03"}, "day.other"),
    ({"till": "T2"}, "till.other_clerk"),
    ({"till": "T2", "customer": "7000000005"}, "till.other_clerk"),  # the till is named first
    ({"currency": "EUR", "customer": "7000000005"}, "currency.other"),
    ({"customer": "7000000005", "case": "L9-9"}, "customer.unknown"),
    ({"account": "4000000002", "case": "L9-9"}, "account.unknown"),
    ({"case": "L9-9", "amount": 99}, "loan.application"),
    ({"amount": 50_001, "number_of_payments": 14}, "loan.amount"),
    ({"amount": 1_999}, "loan.amount"),
    ({"number_of_payments": 14, "first_due": "2026-03-03"}, "loan.term"),
    ({"first_due": "2026-03-09", "payment": 1}, "loan.first_due"),  # one day too early
    ({"first_due": "2026-03-10", "payment": 1}, "loan.terms"),
    ({"first_due": "2026-03-27"}, "loan.terms"),
    ({"first_due": "2026-03-29", "payment": 1}, "loan.first_day"),  # a Sunday
    ({"first_due": "2026-03-30"}, "loan.first_due"),  # one day too late
    ({"payment": 3_346}, "loan.terms"),
    ({"total": 40_172}, "loan.terms"),
    ({"apr": "27.93"}, "loan.terms"),
]


@pytest.mark.parametrize(("changed", "outcome"), EDGES)
def test_which_refusal_wins(changed: dict[str, Any], outcome: str) -> None:
    house = counter()
    fields = agreement(house, shown(house), applied(house), **changed)
    assert outcome_of(house.decide("loan-open", **fields)) == outcome


def test_the_tills_cash_is_asked_last() -> None:
    house = counter()
    quote, case = shown(house), applied(house)
    house.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=200_000 - AMOUNT + 1)
    assert outcome_of(house.decide("loan-open", **agreement(house, quote, case))) == "till.short"
    assert outcome_of(house.decide("loan-open", **agreement(house, quote, case, apr="27.93"))) == "loan.terms"
    to_account = agreement(house, quote, case, account=house.account)
    assert outcome_of(house.decide("loan-open", **to_account)) == "accepted"


def test_a_loan_to_an_account_and_paid_from_it_moves_no_cash() -> None:
    house = counter()
    fields = agreement(house, shown(house), applied(house), account=house.account)
    loan = house.do("loan-open", **fields).result()["loan"]
    assert (house.owed(), house.till("T1")) == (AMOUNT, 200_000)
    assert refusal(house.ask("loan-pay", till="T1", loan=loan, account=house.second_account, amount=1)).code == (
        "funds.short"
    )
    house.do("loan-pay", till="T1", loan=loan, account=house.account, amount=AMOUNT)
    assert (house.owed(), house.till("T1"), row_of(house, loan).state) == (0, 200_000, "paid")
    house.check()


def test_nobody_lends_to_a_child_or_to_the_dead() -> None:
    """No application, and no agreement on one that was approved before; and no account for the dead."""
    house = counter()
    quote, case = shown(house, amount=10_000), applied(house, amount=10_000)

    def outcomes() -> list[str]:
        apply = house.decide("loan-apply", **application(house, amount=10_000))
        agree = house.decide("loan-open", **agreement(house, quote, case))
        return [outcome_of(one) for one in (apply, agree, house.decide("account-open", customer=house.customer))]

    house.do("minor-mark", customer=house.customer, details=bytes(32), minor=True)
    assert outcomes() == ["loan.minor", "loan.minor", "accepted"]
    house.do("minor-mark", customer=house.customer, details=bytes(32), minor=False)
    assert outcomes() == ["accepted"] * 3
    house.do("death-note", customer=house.customer, died="2026-03-01", papers="certificate", approve=[SUPERVISOR])
    assert outcomes() == ["death.noted"] * 3


def test_a_loan_asked_at_two_windows() -> None:
    """Both in one group, and both in one visit: the second one is refused."""
    house = counter()
    quote = shown(house, amount=10_000)
    cases = [applied(house, amount=10_000), applied(house, amount=10_000)]
    asked = [agreement(house, quote, case, till=till) for case, till in zip(cases, ("T1", "T2"), strict=True)]
    group = [
        house.request("loan-open", by=clerk, **fields) for clerk, fields in zip((CLERK, OTHER), asked, strict=True)
    ]
    first, second = house.desk.handle(group)
    assert isinstance(first, Accepted)
    assert isinstance(second, Refused)
    assert second.refusal.code == "loan.open_already"
    house.check()

    house = counter()
    cases = [applied(house, amount=10_000), applied(house, amount=10_000)]
    services = [{"kind": "loan-open", **agreement(house, quote, case)} for case in cases]
    assert refusal(house.ask("visit", till="T1", services=services)).code == "loan.open_already"
    house.do("visit", till="T1", services=services[:1])
    house.check()


def test_a_loan_asked_at_two_offices() -> None:
    """Each lends to people of its own register: elsewhere her number is nobody's. Registered there anew, she is bounded
    by that office's terms alone, until offices exchange messages (decision 20)."""
    here, there = counter(), counter(seed=2)
    loan = opened(here)
    assert here.customer != there.customer
    asked = application(there, customer=here.customer)
    assert outcome_of(there.decide("loan-apply", **asked)) == "customer.unknown"
    assert outcome_of(there.decide("loan-pay", till="T1", loan=loan, amount=100)) == "loan.unknown"
    assert outcome_of(there.decide("loan-apply", **application(there))) == "accepted"


def test_a_thousand_a_year_counts_to_the_day() -> None:
    house = counter()
    case = applied(house, amount=2_000, number_of_payments=2)
    for day in (1, 3):
        loan = opened(house, amount=50_000)
        house.do("loan-pay", till="T1", loan=loan, amount=50_000)
        to(house, later(day))
    assert decision(house, amount=2_000).reasons == ["year"]
    quote = shown(house, amount=2_000, number=2)
    said = refusal(house.ask("loan-open", **agreement(house, quote, case)))
    assert said.code == "loan.year"
    assert str(said.details()["room"]) == "$0.00"
    row = house.desk.state.borrower.get(house.customer)
    assert lent_since(row, a_year_before("2027-03-01")) == 100_000
    assert lent_since(row, a_year_before("2027-03-02")) == 50_000  # the first was given out a year ago today
    assert lent_since(row, a_year_before("2027-03-03")) == 0
    assert a_year_before("2028-02-29") == "2027-02-28"
    house.check()


def test_no_loan_is_paid_with_another() -> None:
    house = counter()
    loan = opened(house, amount=10_000)
    house.do("loan-pay", till="T1", loan=loan, amount=10_000)
    fact = decision(house, amount=10_000)
    assert (fact.decision, fact.reasons) == ("no", ["rollover"])
    to(house, later(1))
    opened(house, amount=10_000)


@pytest.mark.parametrize(
    ("amount", "outcome"), [(1, "accepted"), (37_902, "accepted"), (37_903, "loan.overpaid"), (10**12, "loan.overpaid")]
)
def test_a_payment_is_at_most_the_exact_payoff(amount: int, outcome: str) -> None:
    house, loan = late_loan(0)
    assert payoff(row_of(house, loan), house.date) == 37_902  # 375.00 and two weeks at 28 %
    assert outcome_of(house.decide("loan-pay", till="T1", loan=loan, amount=amount)) == outcome


@pytest.mark.parametrize(
    ("order", "principal", "interest"),
    [('["interest", "principal"]', 598, 402), ('["principal", "interest"]', 1_000, 0)],
)
def test_a_payment_is_split_in_the_order_of_the_table(order: str, principal: int, interest: int) -> None:
    changed = EDITION.replace(b'["interest", "principal"]', order.encode())
    house = counter(content=changed)
    loan = opened(house)
    to(house, later(14))
    (paid,) = facts_of(house.do("loan-pay", till="T1", loan=loan, amount=1_000))
    assert isinstance(paid, LoanPaid)
    assert (paid.principal, paid.interest, paid.left) == (principal, interest, 36_902)
    left = payoff(row_of(house, loan), house.date)
    house.do("loan-pay", till="T1", loan=loan, amount=left)
    assert row_of(house, loan).state == "paid"
    house.check()


def test_a_reversed_payment_leaves_the_loan_as_it_was() -> None:
    """Whether it was the last one or one before others, of interest alone or paying the loan off."""
    house, loan = late_loan(0)
    before, figures = row_of(house, loan), house.figures()
    for amount in (100, 3_347, 37_902):
        entry = house.do("loan-pay", till="T1", loan=loan, amount=amount).entries[0].sequence
        house.do("reversal", approve=[SUPERVISOR], entry=entry)
        assert row_of(house, loan) == before
        assert house.figures() == figures
    first = house.do("loan-pay", till="T1", loan=loan, amount=5_000).entries[0].sequence
    house.do("loan-pay", till="T1", loan=loan, amount=3_000)
    house.do("reversal", approve=[SUPERVISOR], entry=first)
    assert payoff(row_of(house, loan), house.date) == 37_902 - 3_000
    assert house.balance(f"loan:{loan}") == row_of(house, loan).owed
    house.check()


def test_a_payment_of_an_earlier_day_is_taken_back_with_the_interest_it_saved() -> None:
    house, loan = late_loan(0)
    entry = house.do("loan-pay", till="T1", loan=loan, amount=20_000).entries[0].sequence
    to(house, later(28))
    house.do("reversal", approve=[SUPERVISOR], entry=entry)
    assert payoff(row_of(house, loan), house.date) == 37_500 + 37_500 * 28 * 2_800 // 3_650_000
    house.check()


def test_a_loan_taken_back_never_was() -> None:
    house = counter()
    case = applied(house)
    entry = house.do("loan-open", **agreement(house, shown(house), case)).entries[0].sequence
    house.do("reversal", approve=[SUPERVISOR], entry=entry)
    row = house.desk.state.borrower.get(house.customer)
    assert row is not None
    assert (row.owing, row.lent, house.till("T1")) == ("", "", 200_000)
    house.do("loan-open", **agreement(house, shown(house), case))
    house.check()


def test_a_loan_that_was_paid_on_is_not_taken_back() -> None:
    house = counter()
    entry = house.do("loan-open", **agreement(house, shown(house), applied(house))).entries[0].sequence
    loan = next(iter(house.desk.state.loan.rows))[0]
    house.do("loan-pay", till="T1", loan=loan, amount=100)
    assert refusal(house.ask("reversal", approve=[SUPERVISOR], entry=entry)).code == "ledger.refused"
    house.check()


def test_money_recovered_can_be_taken_back_and_a_loan_recovered_whole() -> None:
    house, loan = lost_loan()
    lost = payoff(row_of(house, loan), house.date)
    assert lost == 37_500 + 37_500 * 104 * 2_800 // 3_650_000
    assert house.balance("house:loan-loss") == 37_500
    before = row_of(house, loan)
    entry = house.do("loan-recover", till="T1", loan=loan, amount=1_000).entries[0].sequence
    house.do("reversal", approve=[SUPERVISOR], entry=entry)
    assert row_of(house, loan) == before
    assert refusal(house.ask("loan-recover", till="T1", loan=loan, amount=lost + 1)).code == "loan.overpaid"
    house.do("loan-recover", till="T1", loan=loan, amount=lost)
    assert row_of(house, loan).state == "recovered"
    assert house.balance("house:loan-recovery") == -lost
    house.check()


def test_a_payment_taken_back_after_a_charge_off_is_lost_too() -> None:
    house, loan = late_loan(0)
    entry = house.do("loan-pay", till="T1", loan=loan, amount=1_000).entries[0].sequence
    to(house, later(118))
    house.do("loan-charge-off", by=SUPERVISOR, approve=[CLERK], loan=loan, reason="moved away")
    lost = payoff(row_of(house, loan), house.date)
    house.do("reversal", approve=[SUPERVISOR], entry=entry)
    assert payoff(row_of(house, loan), house.date) == lost + 1_000
    house.do("loan-charge-off", by=SUPERVISOR, approve=[CLERK], loan=loan, reason="the rest")
    assert payoff(row_of(house, loan), house.date) == lost + 1_000
    assert house.balance(f"loan:{loan}") == 0
    house.check()


def test_a_charge_off_is_signed_by_two_one_a_supervisor() -> None:
    house, loan = late_loan(90)
    fields = {"loan": loan, "reason": "moved away"}
    assert outcome_of(house.decide("loan-charge-off", by=SUPERVISOR, **fields)) == "second.needed"
    assert outcome_of(house.decide("loan-charge-off", approve=[OTHER], **fields)) == "clerk.role"
    assert outcome_of(house.decide("loan-charge-off", by=SUPERVISOR, approve=[CLERK], **fields)) == "accepted"


def test_a_deferral_is_free_and_moves_all_later_payments() -> None:
    house, loan = late_loan(0)
    owed, figures = payoff(row_of(house, loan), house.date), house.figures()
    house.do("loan-defer", loan=loan, until=later(28))
    assert (payoff(row_of(house, loan), house.date), house.figures()) == (owed, figures)
    assert next_due(row_of(house, loan)).isoformat() == later(28)
    house.do("loan-pay", till="T1", loan=loan, amount=3_347)
    assert next_due(row_of(house, loan)).isoformat() == later(42)


def test_paying_ahead_moves_the_next_due_date() -> None:
    house, loan = late_loan(0)
    house.do("loan-pay", till="T1", loan=loan, amount=3_346)
    assert next_due(row_of(house, loan)).isoformat() == later(14)
    assert next_payment(row_of(house, loan), house.date) == 1
    house.do("loan-pay", till="T1", loan=loan, amount=3_348)
    assert next_due(row_of(house, loan)).isoformat() == later(42)
    assert next_payment(row_of(house, loan), house.date) == 3_347


# The end of the day


def run_steps(house: House, on: str) -> list[Fact]:
    """The lines of all steps on ``on``, booked and folded as the day's end does."""
    found: list[Fact] = []
    for step in STEPS:
        for fact in [one for one in step.lines(house.desk.state, on) if one is not None]:
            assert isinstance(fact, Fact), "no step of loans makes many lines at once"
            found.append(fact)
            house.desk.state.fold(fact, Place(1, 0, step.kind, b"", 1, False, 0, {"date": on}))
    return found


@pytest.mark.parametrize(
    ("days", "bucket"), [(0, None), (1, "1-29"), (29, "1-29"), (30, "30-59"), (60, "60-89"), (89, "60-89"), (90, "90+")]
)
def test_a_late_loan_is_found_in_its_bucket(days: int, bucket: str | None) -> None:
    house, loan = late_loan(days)
    assert days_late(row_of(house, loan), house.date) == days
    facts = run_steps(house, house.date)
    aged = [fact for fact in facts if isinstance(fact, LoanAged)]
    missed = [fact for fact in facts if isinstance(fact, LoanMissed)]
    assert [fact.bucket for fact in aged] == ([bucket] if bucket else [])
    assert [(fact.due, fact.amount) for fact in missed] == ([(later(14), 3_347)] if bucket else [])


DUE = "2026-03-16"


def after(house: House, day: str = DUE) -> int:
    """What the account holds after every day through ``day`` has ended."""
    house.at(f"{day}T21:00")
    DayEnd(lambda call: call(house.desk)).run(day)
    house.check()
    return house.owed()


def test_a_due_is_taken_as_she_agreed() -> None:
    house, loan = with_dues()
    assert after(house, "2026-03-15") == 50_000, "not before its day"
    assert after(house) == 50_000 - 3_347
    assert row_of(house, loan).paid == 3_347
    assert after(house) == 50_000 - 3_347, "once"
    assert after(house, "2026-03-30") == 50_000 - 2 * 3_347
    house.do("loan-dues", loan=loan)
    assert after(house, "2026-04-13") == 50_000 - 2 * 3_347, "ended at the window, and nothing is taken"
    assert row_of(house, loan).bucket == "current"


@pytest.mark.parametrize(
    ("amount", "left"),
    [(3_347, 0), (3_346, 3_346)],  # to the last cent; one short, and nothing is taken
)
def test_a_due_is_taken_whole_or_not_at_all(amount: int, left: int) -> None:
    house, loan = with_dues(amount)
    assert after(house) == left
    assert (row_of(house, loan).paid == 3_347) is (left == 0)
    house.do("deposit", till="T1", account=house.account, amount=20_000)
    assert after(house, "2026-03-17") == left + 20_000, "it is not tried again"
    assert after(house, "2026-03-30") == left + 20_000 - (3_347 if left == 0 else 0), "who is behind pays at the window"


def test_a_due_leaves_what_is_held_and_what_is_protected() -> None:
    two: dict[str, Any] = {"by": SUPERVISOR, "approve": [CLERK]}
    house, loan = with_dues(0)
    credit = {"account": house.account, "agency": "ssa", "reference": "1"}
    house.do("benefit-credit", **two, **credit, amount=90_000)
    house.do("deposit", till="T1", account=house.account, amount=3_346)
    assert after(house) == 93_346, "a benefit of the last two months is hers"
    house, loan = with_dues(10_000)
    house.do("legal-hold", **two, account=house.account, amount=6_654, authority="a court")
    assert after(house) == 10_000
    house, loan = with_dues(10_000)
    house.do("account-freeze", by=SUPERVISOR, account=house.account, reason="a court")
    assert after(house) == 10_000
    house, loan = with_dues(10_000)
    house.do("death-note", **two, customer=house.customer, died=DAY, papers="certificate 77")
    assert after(house) == 10_000
    assert row_of(house, loan).paid == 0


def test_the_last_due_pays_what_is_left() -> None:
    house, loan = with_dues()
    for number in range(12):
        after(house, later(14 * (number + 1)))
    row = row_of(house, loan)
    assert (row.state, row.owed, house.balance(f"loan:{loan}")) == ("paid", 0, 0)
    assert after(house, later(14 * 13)) == house.owed(), "nothing more is taken"
    assert refusal(house.ask("loan-dues", loan=loan, account=house.account)).code == "loan.settled"


def test_whoever_agrees_owns_the_account_or_may_draw_on_it() -> None:
    house = counter()
    loan, friend = opened(house), house.new_customer()
    assert outcome_of(house.decide("loan-dues", loan="5000000009", account=house.account)) == "loan.unknown"
    assert outcome_of(house.decide("loan-dues", loan=loan, account=house.account)) == "accepted"
    said = {"loan": loan, "account": house.account, "presented_by": friend}
    assert outcome_of(house.decide("loan-dues", **said)) == "account.not_hers"
    quote = shown(counter())
    fresh = counter()
    case = applied(fresh, amount=quote.amount, every=quote.every, number_of_payments=quote.number)
    terms = agreement(fresh, quote, case)
    stranger = fresh.new_account(fresh.new_customer())
    assert outcome_of(fresh.decide("loan-open", **terms, dues_from=stranger)) == "loan.dues_account"
    told = fresh.do("loan-open", **terms, dues_from=fresh.account).result()["loan"]
    assert row_of(fresh, str(told)).dues_from == fresh.account


def test_the_days_end_says_a_thing_once() -> None:
    house, loan = late_loan(31)
    first = run_steps(house, house.date)
    assert [type(fact) for fact in first] == [LoanMissed, LoanAged, LoansProvided]
    assert [type(fact) for fact in run_steps(house, house.date)] == [LoansProvided]  # booked by the ledger, not here
    assert row_of(house, loan).bucket == "30-59"


def test_a_missed_day_gives_the_same_lines_later() -> None:
    """Five days at once, or one after the other: the loans stand the same."""
    one, other = late_loan(34)[0], late_loan(34)[0]
    for day in range(30, 35):
        run_steps(one, later(14 + day))
    run_steps(other, later(48))
    assert one.desk.state.loan.rows == other.desk.state.loan.rows


def test_what_is_set_aside_follows_the_table() -> None:
    house, _ = late_loan(31)
    facts = run_steps(house, house.date)
    provided = facts[-1]
    assert isinstance(provided, LoansProvided)
    assert (provided.before, provided.amount) == (0, 9_375)  # 25 % of 375.00
    (leg,) = legs_of(provided, "0417")
    assert (leg.debit, leg.credit, leg.amount) == ("house:loan-loss", "house:loan-allowance", 9_375)


def test_a_day_without_loans_says_nothing() -> None:
    assert run_steps(counter(), DAY) == []


# What the registry takes


def test_the_price_is_told_before_she_agrees() -> None:
    house = counter()
    ask = house.body("loan-open", **agreement(house, shown(house), "L1-1"))
    assert PRICES["loan-open"](ask, house.desk.state) == 2_671
    late = replace(ask, first_due="2027-01-01")  # type: ignore[call-arg]  # the request has this field
    price = PRICES["loan-open"](late, house.desk.state)
    assert isinstance(price, Refusal)
    assert price.code == "loan.first_due"


def test_a_past_loan_is_priced_under_another_edition() -> None:
    house = counter()
    (fact,) = facts_of(house.do("loan-open", **agreement(house, shown(house), applied(house))))
    assert isinstance(fact, LoanOpened)
    reprice: Callable[..., object] = REPRICE[LoanOpened]
    cheaper = read_edition(edition("2026-04-01").replace(b'rate = "28.00"', b'rate = "14.00"'))
    assert reprice(fact, cheaper) == (2_671, 1_323)
    without = EDITION.split(b"[loans]")[0]
    assert reprice(fact, read_edition(without)) is None


# Any order of payments at the counter


MOVES = st.lists(
    st.tuples(st.sampled_from(["pay", "pay", "undo", "wait", "defer"]), st.integers(1, 20_000)), max_size=8
)


@settings(deadline=None, max_examples=12)
@given(MOVES)
def test_the_books_balance_whatever_she_pays_and_when(moves: list[tuple[str, int]]) -> None:
    house = counter()
    loan = opened(house)
    made: list[int] = []
    for what, size in moves:
        row = row_of(house, loan)
        if what == "wait":
            to(house, later(size % 20 + 1, house.date))
        elif what == "pay" and row.state == "open":
            amount = min(size, payoff(row, house.date))
            made.append(house.do("loan-pay", till="T1", loan=loan, amount=amount).entries[0].sequence)
        elif what == "undo" and made:
            house.do("reversal", approve=[SUPERVISOR], entry=made.pop(size % len(made)))
        elif what == "defer":
            house.ask("loan-defer", loan=loan, until=next_due(row._replace(deferred=row.deferred + 1)).isoformat())
        assert house.balance(f"loan:{loan}") == row_of(house, loan).owed
    left = payoff(row_of(house, loan), house.date)
    if left:
        house.do("loan-pay", till="T1", loan=loan, amount=left)
    assert (row_of(house, loan).state, house.balance(f"loan:{loan}")) == ("paid", 0)
    house.check()
