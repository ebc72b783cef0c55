"""Decisions about customers and their accounts."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.facts.customers import AccountOpened, CustomerChanged, CustomerOpened, LegalHoldPlaced
from counterfoil.kernel.idents import checked_number
from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.registry import DECIDE
from counterfoil.testing.builders import (
    CLERK,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
)

OK, UNKNOWN = "accepted", "4000000002"
ONE: dict[str, Any] = {"by": SUPERVISOR}
TWO: dict[str, Any] = {"by": SUPERVISOR, "approve": [CLERK]}


@pytest.fixture(scope="module")
def house() -> House:
    """A is open with 100.00, of which 40.00 are held by case; F is frozen, Z closed, E empty."""
    h = counter()
    h.names |= {"A": h.account, "?": UNKNOWN, "F": h.new_account(), "Z": h.new_account(), "E": h.new_account()}
    h.do("deposit", till="T1", account=h.account, amount=10_000)
    h.do("account-freeze", by=SUPERVISOR, account=h.names["F"], reason="a court's order")
    h.do("account-close", account=h.names["Z"], reason="moves away")
    hold = h.do("legal-hold", **TWO, account=h.account, amount=4_000, authority="county court")
    h.names["case"] = hold.result()["case"]
    return h


@pytest.mark.parametrize(
    ("kind", "account", "by", "outcome"),
    [
        ("account-close", "E", {}, OK),
        ("account-close", "A", {}, "account.not_empty"),
        ("account-close", "F", {}, "account.frozen"),
        ("account-close", "Z", {}, "account.closed"),
        ("account-close", "?", {}, "account.unknown"),
        ("account-reopen", "Z", {}, OK),
        ("account-reopen", "A", {}, "account.not_closed"),
        ("account-reopen", "F", {}, "account.not_closed"),
        ("account-reopen", "?", {}, "account.unknown"),
        ("account-freeze", "A", ONE, OK),
        ("account-freeze", "A", {"by": SECOND_SUPERVISOR}, OK),
        ("account-freeze", "A", {}, "clerk.role"),
        ("account-freeze", "A", {"approve": [SUPERVISOR]}, OK),
        ("account-freeze", "F", {}, "account.frozen_already"),
        ("account-freeze", "Z", ONE, "account.closed"),
        ("account-freeze", "?", ONE, "account.unknown"),
        ("account-unfreeze", "F", TWO, OK),
        ("account-unfreeze", "F", ONE, "second.needed"),
        ("account-unfreeze", "F", {"approve": [OTHER]}, "clerk.role"),
        ("account-unfreeze", "A", TWO, "account.not_frozen"),
        ("account-unfreeze", "Z", TWO, "account.closed"),
        ("account-unfreeze", "?", TWO, "account.unknown"),
    ],
)
def test_state_of_an_account(house: House, kind: str, account: str, by: dict[str, Any], outcome: str) -> None:
    assert outcome_of(house.decide(kind, account=house.names[account], reason="why", **by)) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (TWO, OK),
        ({"amount": 6_000, **TWO}, OK),  # all that is not held yet
        ({"amount": 6_001, **TWO}, "funds.short"),
        (ONE, "second.needed"),
        ({"by": CLERK, "approve": [OTHER]}, "clerk.role"),
        ({"account": "F", **TWO}, "funds.short"),
        ({"account": "Z", **TWO}, "account.closed"),
        ({"account": "?", **TWO}, "account.unknown"),
        ({"currency": "EUR", **TWO}, "currency.other"),
    ],
)
def test_legal_hold(house: House, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"account": "A", "amount": 100, "authority": "county court", **fields}
    given["account"] = house.names[str(given["account"])]
    assert outcome_of(house.decide("legal-hold", **given)) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (TWO, OK),
        (ONE, "second.needed"),
        ({"by": CLERK, "approve": [OTHER]}, "clerk.role"),
        ({"case": "H9-1", **TWO}, "hold.unknown"),
    ],
)
def test_release_of_a_hold(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert (
        outcome_of(house.decide("legal-hold-release", **{"case": house.names["case"], "reason": "over", **fields}))
        == outcome
    )


def test_a_hold_is_released_whole_and_once() -> None:
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=10_000)
    placed = h.do("legal-hold", **TWO, account=h.account, amount=10_000, authority="county court")
    case = placed.result()["case"]
    assert isinstance(facts_of(placed)[0], LegalHoldPlaced)
    assert outcome_of(h.decide("withdrawal", till="T1", account=h.account, amount=1)) == "funds.short"
    assert h.owed() == 10_000, "what is held is still hers"
    h.do("legal-hold-release", **TWO, case=case, reason="lifted")
    assert outcome_of(h.decide("withdrawal", till="T1", account=h.account, amount=10_000)) == OK
    assert outcome_of(h.decide("legal-hold-release", **TWO, case=case, reason="again")) == "hold.unknown"
    h.check()


@pytest.mark.parametrize(
    ("tier", "papers", "outcome"),
    [
        ("known", None, OK),  # someone known to the office, without any paper
        ("known", "library-card", OK),
        ("full", "passport", OK),
        ("full", "state-id", OK),
        ("full", None, "tier.papers"),
        ("full", "library-card", "tier.papers"),
        ("golden", "passport", "tier.unknown"),
    ],
)
def test_tiers_ask_for_papers_or_for_none(house: House, tier: str, papers: str | None, outcome: str) -> None:
    given: dict[str, Any] = {} if papers is None else {"identification": papers}
    assert outcome_of(house.decide("customer-open", tier=tier, details=bytes(32), **given)) == outcome


def test_numbers_say_nothing_of_a_person_and_are_never_given_twice(house: House) -> None:
    ask = house.body("customer-open", tier="known", details=bytes(32))
    by = house.sitting(CLERK)
    first = facts_of(DECIDE["customer-open"](ask, house.desk.state, by))[0]
    assert isinstance(first, CustomerOpened)
    assert checked_number(first.customer, field="customer")[0] == "7"
    opened = facts_of(
        DECIDE["account-open"](house.body("account-open", customer=house.customer), house.desk.state, by)
    )[0]
    assert isinstance(opened, AccountOpened)
    assert checked_number(opened.account, field="account")[0] == "4"
    h = counter()
    h.desk.entropy = lambda count: bytes(count)  # chance that gives the same number again and again
    h.do("account-open", customer=h.customer)
    with pytest.raises(Fault, match="no free number"):
        h.do("account-open", customer=h.customer)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [({}, OK), ({"product": "savings"}, "product.unknown"), ({"customer": "7000000005"}, "customer.unknown")],
)
def test_account_open(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert outcome_of(house.decide("account-open", **{"customer": house.customer, **fields})) == outcome


def test_a_changed_customer_keeps_her_number_and_both_hashes_stand() -> None:
    h = counter()
    first = h.desk.state.customer.get(h.customer)
    assert first is not None
    changed = h.do("customer-change", customer=h.customer, details=b"\2" * 32, what=["lives"], correction=True)
    assert facts_of(changed) == [CustomerChanged(h.customer, b"\2" * 32, ["lives"], True)]
    now = h.desk.state.customer.get(h.customer)
    assert now is not None
    assert (now.details, now.tier) == (b"\2" * 32, first.tier)
    refused: dict[str, Any] = {"customer": h.customer, "details": b"\2" * 32, "what": ["lives"]}
    assert outcome_of(h.decide("customer-change", **refused)) == "details.same"
    assert outcome_of(h.decide("customer-change", **{**refused, "customer": "7000000005"})) == "customer.unknown"


def test_a_closed_account_is_the_same_account_when_it_is_opened_again() -> None:
    h = counter()
    h.do("deposit", till="T1", account=h.account, amount=100)
    h.do("withdrawal", till="T1", account=h.account, amount=100)
    h.do("account-close", account=h.account, reason="moves away")
    assert outcome_of(h.decide("deposit", till="T1", account=h.account, amount=100)) == "account.closed"
    h.reopened()
    h.do("account-reopen", account=h.account, reason="came back")
    h.do("deposit", till="T1", account=h.account, amount=100)
    h.check()
