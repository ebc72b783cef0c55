"""Answers: a function of the entries alone; a refusal kept in about a hundred bytes comes back as it was."""

from __future__ import annotations

import pytest

from counterfoil.kernel.money import USD, Money, currency
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as no
from counterfoil.operations.answers import Accepted, pack_refusal, unpack_refusal
from counterfoil.testing.builders import OTHER, SUPERVISOR, counter, pieces


@pytest.mark.parametrize(
    "told",
    [
        no.NotEnoughFunds("4000000002", Money(2**63 - 1, USD), Money(0, USD)),
        no.AnswerNeeded(Money(-1, currency("JPY")), Money(0, currency("JPY"))),
        no.PapersNeeded("full", "passport, state-id"),
        no.SecondNeeded(),
    ],
    ids=lambda told: told.code,
)
def test_a_refusal_is_kept_small(told: Refusal) -> None:
    kept = pack_refusal(told)
    assert len(kept) < 130
    assert unpack_refusal(kept) == told


def test_what_is_told_of_a_visit() -> None:
    house = counter()
    services = [{"kind": "deposit", "till": "T1", "account": house.account, "amount": 735},
                {"kind": "balance-told", "account": house.account}]  # fmt: skip
    told = house.do("visit", till="T1", tendered=2_000, services=services).result()
    assert told == {
        "net": 735, "tendered": 2_000, "change": 1_265, "account": house.account, "balance": 735, "available": 735,
    }  # fmt: skip


def test_what_is_told_of_a_close() -> None:
    house = counter()
    house.do("till-count", till="T1", count=pieces(199_900))
    told = house.do("till-close", till="T1", answer="dispute").result()
    assert (told["counted"], told["expected"], told["answer"], told["case"]) == (199_900, 200_000, "dispute", "D1-1")


def test_an_accepted_answer_is_a_function_of_its_entries_alone() -> None:
    house = counter()
    asked = [
        house.request("deposit", till="T1", account=house.account, amount=100),
        house.request("till-handover", approve=[OTHER], till="T1", to_till="T2", amount=100),
        house.request("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=100),
    ]
    first = house.desk.handle(asked)
    house.do("withdrawal", till="T1", account=house.account, amount=100)  # what comes later changes nothing of it
    house.do("account-close", account=house.account, reason="moves away")
    later = [house.desk.recall(request.id) for request in asked]
    assert later == first
    assert all(isinstance(answer, Accepted) for answer in later)
