"""Who may ask what: every role × every kind at the desk, and every role × every question."""

from __future__ import annotations

import pytest

from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as no
from counterfoil.office.readers import ROLES
from counterfoil.office.requests import ASKS
from counterfoil.operations import roles
from counterfoil.operations.desk import Request
from counterfoil.operations.roles import (
    AUDITOR,
    CLERK,
    CUSTOMER,
    EVERY_ROLE,
    OPERATIONS,
    POSTMASTER,
    SUPERVISOR,
    Question,
)
from counterfoil.testing.builders import SUPERVISOR as RUTH
from counterfoil.testing.builders import House, counter, refusal, taken

STAFF = {CLERK: "102", SUPERVISOR: "104", POSTMASTER: "101", OPERATIONS: "201", AUDITOR: "301"}
MORE_PINS = {"201": "950317", "301": "604182"}


@pytest.fixture(scope="module")
def house() -> House:
    """A counter with one clerk of each role signed in."""
    made = counter()
    for role in (OPERATIONS, AUDITOR):
        number = STAFF[role]
        answer, _ = made.authority.enrol(
            made.new_id(), number, role, MORE_PINS[number], None, by=[made.signer(RUTH)], date=made.date
        )
        taken(answer)
        made.authority.sign_in(number, MORE_PINS[number])
    return made


def barred(house: House, kind: str, *signers: str) -> bool:
    """Whether the desk turns it away for a role, before it looks at what is asked."""
    ask = object.__new__(ASKS[kind])
    try:
        decided = house.desk.foresee(Request(house.new_id(), house.desk.epoch, ask, [house.signer(s) for s in signers]))
    except AttributeError:  # The roles were right, and a request without any field came to its decision.
        return False
    return isinstance(decided, no.RoleMayNot)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", sorted(ASKS))
def test_every_role_and_every_kind_at_the_desk(house: House, role: str, kind: str) -> None:
    assert barred(house, kind, STAFF[role]) is not roles.may_ask(role, kind)


@pytest.mark.parametrize("kind", sorted(ASKS))
def test_an_auditor_signs_nobody_elses(house: House, kind: str) -> None:
    assert barred(house, kind, STAFF[POSTMASTER], STAFF[AUDITOR])


def test_an_auditor_may_renew_her_own_key_and_nothing_else() -> None:
    assert {kind for kind in ASKS if roles.may_ask(AUDITOR, kind)} == set(roles.OWN_KEY)


def test_an_auditor_ends_no_key_but_her_own(house: House) -> None:
    asked = house.ask("clerk-revoke", by=STAFF[AUDITOR], approve=[STAFF[SUPERVISOR]], clerk="102", reason="no")
    assert refusal(asked) == no.RoleMayNot(AUDITOR)


def test_a_customer_asks_nothing_at_the_desk() -> None:
    assert {kind for kind in ASKS if roles.may_ask(CUSTOMER, kind)} == set()


def test_a_back_office_moves_no_cash() -> None:
    cash = ("deposit", "withdrawal", "cash-from-vault", "vault-count", "till-open", "visit", "stamp-sale", "pouch-in")
    assert not any(roles.may_ask(OPERATIONS, kind) for kind in cash)


def test_a_kind_without_a_row_is_nobodys() -> None:
    assert not any(roles.may_ask(role, "a-new-kind") for role in EVERY_ROLE)


def test_every_service_of_a_visit_is_asked_about(house: House) -> None:
    """A visit is no way around a role: its services are looked at one by one."""
    services = [{"kind": "deposit", "till": "T1", "account": house.account, "amount": 100}]
    asked = house.decide("visit", till="T1", services=services, tendered=100)
    assert not isinstance(asked, Refusal)
    body = house.body("visit", till="T1", services=services, tendered=100)
    decided = house.desk.foresee(Request(house.new_id(), house.desk.epoch, body, [house.signer(STAFF[AUDITOR])]))
    assert decided == no.RoleMayNot(AUDITOR)


@pytest.mark.parametrize("question", Question)
def test_an_auditor_reads_everything(question: Question) -> None:
    assert roles.may_read(AUDITOR, question)


@pytest.mark.parametrize("question", Question)
def test_a_customer_reads_only_her_own(question: Question) -> None:
    public = (Question.OFFICE, Question.POLICY)
    assert roles.may_read(CUSTOMER, question) is (question in public)
    assert roles.may_read(CUSTOMER, question, own=True) is (question in (*public, *roles.OWN))


def test_a_clerk_does_not_read_who_looked_or_the_whole_books() -> None:
    assert {q for q in Question if not roles.may_read(CLERK, q)} == {Question.LOOKED, Question.BOOKS}
