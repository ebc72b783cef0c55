"""Clerks' keys and the policy book: who may sign for whom."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.facts.office import BY_OLD_KEY, BY_SUPERVISOR, BY_TWO_CLERKS, ClerkEnrolled
from counterfoil.testing.builders import (
    CLERK,
    EDITION,
    NEXT_DAY,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    counter,
    edition,
    facts_of,
    outcome_of,
)

OK = "accepted"
KEY = b"\x05" * 32


@pytest.fixture(scope="module")
def house() -> House:
    return counter()


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"by": SUPERVISOR}, OK),
        ({"by": SECOND_SUPERVISOR}, OK),
        ({"by": CLERK}, "clerk.role"),
        ({"by": CLERK, "approve": [SUPERVISOR]}, OK),
        ({"by": SUPERVISOR, "clerk": OTHER}, "clerk.enrolled"),
        ({"by": CLERK, "clerk": OTHER}, "clerk.enrolled"),
    ],
)
def test_enrol(house: House, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"clerk": "105", "role": "clerk", "key": KEY, "custody": "file", **fields}
    assert outcome_of(house.decide("clerk-enrol", **given)) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome", "how"),
    [
        ({"by": CLERK}, OK, BY_OLD_KEY),
        ({"by": SUPERVISOR, "approve": [OTHER]}, OK, BY_TWO_CLERKS),
        ({"by": OTHER, "approve": [SUPERVISOR]}, OK, BY_TWO_CLERKS),
        ({"by": SUPERVISOR}, "key.rotation", None),
        ({"by": SUPERVISOR, "approve": [CLERK]}, "key.rotation", None),  # she is one of the two
        ({"by": OTHER, "approve": ["105"]}, "key.rotation", None),  # no supervisor among them
        ({"by": SUPERVISOR, "clerk": "999"}, "clerk.unknown", None),
    ],
)
def test_rotate(fields: dict[str, Any], outcome: str, how: int | None) -> None:
    house = counter()
    signer, _ = house.keys.new()
    house.do("clerk-enrol", by=SUPERVISOR, clerk="105", role="clerk", key=signer.public_key, custody="file")
    decided = house.decide("clerk-rotate", **{"clerk": CLERK, "key": KEY, "custody": "file", **fields})
    assert outcome_of(decided) == outcome
    if how is not None:
        assert facts_of(decided) == [ClerkEnrolled(CLERK, KEY, "clerk", "file", how)]


def test_a_forgotten_pin_gives_a_new_key_and_the_same_number() -> None:
    house = counter()
    old = house.signer(CLERK)
    answer, print_ = house.authority.rotate(
        house.new_id(), CLERK, "593028", by=[house.signer(SUPERVISOR), house.signer(OTHER)], date=house.date
    )
    fact = facts_of(answer)[0]  # type: ignore[arg-type]  # accepted
    assert isinstance(fact, ClerkEnrolled)
    assert (fact.clerk, fact.role, fact.how) == (CLERK, "clerk", BY_TWO_CLERKS)
    assert CLERK not in house.authority.sessions, "she signs in with the new PIN"
    session = house.authority.sign_in(CLERK, "593028")
    assert session.signer.key_id.hex() == print_
    assert session.signer.public_key != old.public_key
    house.do("deposit", till="T1", account=house.account, amount=100)  # her till is still hers
    house.check()


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"by": SUPERVISOR}, OK),
        ({"by": CLERK, "clerk": CLERK}, OK),  # her own
        ({"by": CLERK}, "clerk.role"),
        ({"by": SUPERVISOR, "clerk": "999"}, "clerk.unknown"),
        ({"by": SUPERVISOR, "clerk": SECOND_SUPERVISOR}, OK),
        ({"by": SUPERVISOR, "clerk": SUPERVISOR}, OK),  # another supervisor stays
    ],
)
def test_revoke(house: House, fields: dict[str, Any], outcome: str) -> None:
    assert outcome_of(house.decide("clerk-revoke", **{"clerk": OTHER, "reason": "lost", **fields})) == outcome


def test_a_revoked_key_signs_nothing_and_a_clerk_who_left_may_come_back() -> None:
    house = counter()
    house.do("clerk-revoke", by=SUPERVISOR, clerk=OTHER, reason="leaves", leaves=True)
    refused = house.ask("deposit", by=OTHER, till="T2", account=house.account, amount=1)
    assert outcome_of(refused.refusal) == "clerk.unknown"  # type: ignore[union-attr]  # a refusal
    signer, _ = house.keys.new()
    answer = house.do("clerk-enrol", by=SUPERVISOR, clerk=OTHER, role="clerk", key=signer.public_key, custody="file")
    assert facts_of(answer) == [ClerkEnrolled(OTHER, signer.public_key, "clerk", "file", BY_SUPERVISOR)]
    house.check()


def test_a_key_that_was_ended_is_never_taken_again() -> None:
    house = counter()
    key = house.signer(OTHER).public_key
    house.do("clerk-revoke", by=SUPERVISOR, clerk=OTHER, reason="leaves", leaves=True)
    given: dict[str, Any] = {"by": SUPERVISOR, "clerk": OTHER, "role": "clerk", "key": key, "custody": "file"}
    assert outcome_of(house.decide("clerk-enrol", **given)) == "key.known"


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, OK),
        ({"approve": []}, "second.needed"),
        ({"by": CLERK, "approve": [OTHER]}, "clerk.role"),
        ({"content": EDITION}, "edition.known"),
        ({"content": b"\xff"}, "edition.broken"),
        ({"content": edition("2026-03-01")}, "edition.past"),
        ({"content": edition("2026-03-02")}, OK),
        ({"content": edition(NEXT_DAY).replace(b'"USD"', b'"EUR"')}, "currency.other"),
    ],
)
def test_edition(house: House, fields: dict[str, Any], outcome: str) -> None:
    given: dict[str, Any] = {"by": SUPERVISOR, "approve": [CLERK], "content": edition(NEXT_DAY), **fields}
    assert outcome_of(house.decide("policy-edition", **given)) == outcome
