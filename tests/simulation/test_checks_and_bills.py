"""Checks and bills against a plain list: whatever is asked in whatever order, the books say of each what it says."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cases.bills import bill, end_of_day
from cases.checks import cashing, paper
from counterfoil.operations.answers import Accepted
from counterfoil.testing.builders import CLERK, EDITION, SUPERVISOR, House, counter

AMOUNTS = st.integers(1_000, 20_000)
WIDE = EDITION.replace(b"day_number = 3", b"day_number = 300").replace(b"day_most = 90000", b"day_most = 9000000")
"""An edition whose limits of a day stop nobody."""


@dataclass
class Kept:
    """One check or bill on the list."""

    amount: int
    number: int = 0
    fee: int = 0
    deposited: bool = False
    state: str = "out"
    due: int = 0
    lost: int = 0


class CountersOfChecksAndBills(RuleBasedStateMachine):
    """The model is a list of what was taken; cash is one figure."""

    def __init__(self) -> None:
        super().__init__()
        self.house: House = counter(content=WIDE)
        self.cash = 200_000
        self.fees = self.settled = self.lost = self.back = self.numbers = 0
        self.checks: dict[str, Kept] = {}
        self.bills: dict[str, Kept] = {}

    def one(self, kept: dict[str, Kept], pick: int, *states: str) -> str | None:
        found = [case for case, one in kept.items() if one.state in states]
        return found[pick % len(found)] if found else None

    @rule(amount=AMOUNTS, again=st.booleans())
    def cash_a_check(self, amount: int, again: bool) -> None:
        seen = [one for one in self.checks.values() if one.state != "reversed"]
        if again and seen:
            same = seen[-1]
            given = cashing(self.house, same.amount, number=same.number)
            assert not isinstance(self.house.ask("check-cash", approve=[SUPERVISOR], **given), Accepted)
            return
        self.numbers += 1
        given = cashing(self.house, amount, number=self.numbers)
        answer = self.house.ask("check-cash", approve=[SUPERVISOR], **given)
        if isinstance(answer, Accepted):
            self.checks[answer.result()["case"]] = Kept(amount, self.numbers, given["fee"])
            self.cash -= amount - given["fee"]
            self.fees += given["fee"]

    @rule(amount=AMOUNTS)
    def deposit_a_check(self, amount: int) -> None:
        self.numbers += 1
        answer = self.house.ask("check-deposit", **paper(amount, number=self.numbers, account=self.house.account))
        if isinstance(answer, Accepted):
            self.checks[answer.result()["case"]] = Kept(amount, self.numbers, deposited=True)

    @rule(pick=st.integers(0, 20))
    def a_bank_pays(self, pick: int) -> None:
        case = self.one(self.checks, pick, "out")
        if case:
            self.house.do("check-settle", by=SUPERVISOR, case=case)
            self.checks[case].state = "paid"
            self.settled += self.checks[case].amount

    @rule(pick=st.integers(0, 20))
    def a_bank_sends_it_back(self, pick: int) -> None:
        case = self.one(self.checks, pick, "out", "paid")
        if case:
            kept, before = self.checks[case], self.house.owed()
            told = self.house.do("check-return", by=SUPERVISOR, case=case, reason="A").result()
            assert told["taken_back"] + told["due"] + kept.fee == kept.amount
            assert before - self.house.owed() == told["taken_back"] >= 0
            self.settled -= kept.amount if kept.state == "paid" else 0
            self.fees -= kept.fee
            kept.state, kept.due = "back", told["due"]

    @rule(pick=st.integers(0, 20), part=st.integers(1, 40_000))
    def she_pays_what_is_owed(self, pick: int, part: int) -> None:
        case = next((name for name, kept in self.checks.items() if kept.due), None)
        if case:
            answer = self.house.ask("check-recover", case=case, till="T1", amount=part)
            assert isinstance(answer, Accepted) is (part <= self.checks[case].due)
            if isinstance(answer, Accepted):
                self.checks[case].due -= part
                self.cash += part

    @rule(pick=st.integers(0, 20))
    def the_house_bears_it(self, pick: int) -> None:
        case = next((name for name, kept in self.checks.items() if kept.due), None)
        if case:
            self.house.do("check-write-off", by=SUPERVISOR, approve=[CLERK], case=case, reason="gone")
            self.lost += self.checks[case].due
            self.checks[case].lost += self.checks[case].due
            self.checks[case].due = 0

    @rule(part=st.integers(1, 40_000))
    def she_pays_what_the_house_bore(self, part: int) -> None:
        case = next((name for name, kept in self.checks.items() if kept.lost and not kept.due), None)
        if case:
            answer = self.house.ask("check-recover", case=case, till="T1", amount=part)
            assert isinstance(answer, Accepted) is (part <= self.checks[case].lost)
            if isinstance(answer, Accepted):
                self.checks[case].lost -= part
                self.cash += part
                self.back += part

    @precondition(lambda self: self.house.owed() > 0)
    @rule(amount=AMOUNTS)
    def she_takes_money_out(self, amount: int) -> None:
        if isinstance(self.house.ask("withdrawal", till="T1", account=self.house.account, amount=amount), Accepted):
            self.cash -= amount

    @rule(amount=AMOUNTS)
    def pay_a_bill(self, amount: int) -> None:
        answer = self.house.ask("bill-pay", **bill(amount))
        if isinstance(answer, Accepted):
            self.bills[answer.result()["case"]] = Kept(amount, fee=150)
            self.cash += amount + 150
            self.fees += 150

    @rule()
    def the_day_is_ended(self) -> None:
        end_of_day(self.house)
        for kept in self.bills.values():
            kept.state = "gone" if kept.state == "out" and not self.ended else kept.state
        self.ended = True

    ended = False

    @rule(pick=st.integers(0, 20))
    def a_bill_is_stopped_or_its_stop_lifted(self, pick: int) -> None:
        case = self.one(self.bills, pick, "out", "stopped")
        if case:
            lift = self.bills[case].state == "stopped"
            self.house.do("bill-stop", case=case, reason="not hers", lift=lift)
            self.bills[case].state = "out" if lift else "stopped"

    @rule(pick=st.integers(0, 20))
    def a_bill_comes_back(self, pick: int) -> None:
        case = self.one(self.bills, pick, "gone")
        if case:
            self.house.do("bill-return", by=SUPERVISOR, case=case, reason="closed")
            self.bills[case].state = "back"
            self.fees -= 150

    @rule(pick=st.integers(0, 20))
    def its_money_goes_back(self, pick: int) -> None:
        case = self.one(self.bills, pick, "out", "stopped", "back")
        if case:
            kind = "bill-refund" if self.bills[case].state == "back" else "bill-cancel"
            self.fees -= 150 if kind == "bill-cancel" else 0
            self.house.do(kind, case=case, till="T1")
            self.bills[case].state = "refunded"
            self.cash -= self.bills[case].amount + 150

    @invariant()
    def books_and_list_agree(self) -> None:
        figures = self.house.figures()
        assert self.house.till("T1") == self.cash
        for case, kept in self.checks.items():
            assert figures.get(f"checks:{case}", 0) == (kept.amount if kept.state == "out" else 0)
            assert figures.get(f"check-due:{case}", 0) == kept.due
        for case, kept in self.bills.items():
            there = {"out": kept.amount, "stopped": kept.amount, "back": kept.amount + 150}.get(kept.state, 0)
            assert figures.get(f"bills:{case}", 0) == -there
        assert figures.get("house:fee-checks", 0) + figures.get("house:fee-bills", 0) == -self.fees
        assert figures.get("house:check-settlement", 0) == self.settled
        assert figures.get("house:check-loss", 0) == self.lost
        assert figures.get("house:check-recovery", 0) == -self.back
        assert self.house.owed() >= 0

    def teardown(self) -> None:
        self.house.check()
        self.house.reopened().check()


TestChecksAndBills = CountersOfChecksAndBills.TestCase
TestChecksAndBills.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
