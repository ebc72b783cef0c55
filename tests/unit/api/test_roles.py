"""Who reads what over the API: every role and every question, and what is one customer's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from counterfoil.client import Client
from counterfoil.faces.api.reads import READS, Read
from counterfoil.office.readers import ROLES
from counterfoil.operations.roles import CUSTOMER, EVERY_ROLE, may_read
from counterfoil.testing.servers import Served, problem

DETAILS = {"name": "Zoë Núñez", "phone": "505-555-0100"}


class Two(NamedTuple):
    """Two customers, each with an account; the first sent the second money."""

    server: Served
    hers: dict[str, str]
    theirs: dict[str, str]


@pytest.fixture(scope="module")
def two(server: Served) -> Two:
    with server.client() as client:

        def customer() -> dict[str, str]:
            body = {"tier": "full", "identification": "passport"}
            number = client.ask("customer-open", body, by=[server.clerk], details=DETAILS).result["customer"]
            account = client.ask("account-open", {"customer": number}, by=[server.clerk]).result["account"]
            done = client.ask("deposit", {**server.deposit(500), "account": account}, by=[server.clerk])
            entry = str(done.entries[0].entry)
            return {"customer": number, "account": account, "epoch": "1", "entry": entry, "till": "T1",
                    "id": done.request}  # fmt: skip

        hers, theirs = customer(), customer()
        sent = {"account": hers["account"], "to": theirs["account"], "amount": 100, "currency": "USD"}
        client.ask("transfer", sent, by=[server.clerk])
    return Two(server, hers, theirs)


@pytest.fixture(scope="module")
def readers(two: Two) -> Iterator[dict[str, httpx.Client]]:
    """A connection for each role; the customer's is the first customer's own."""
    made: dict[str, httpx.Client] = {}
    for role in EVERY_ROLE:
        whose = f"of:{two.hers['customer']}" if role == CUSTOMER else f"role:{role}"
        scopes = ("read", "personal") if role == CUSTOMER else ("read", "personal", "write")
        made[role] = Client(two.server.url, two.server.token(*scopes, whose))._http
    yield made
    for one in made.values():
        one.close()


@pytest.mark.parametrize("role", EVERY_ROLE)
@pytest.mark.parametrize("read", READS, ids=[read.name for read in READS])
def test_every_role_and_every_question_of_the_api(
    two: Two, readers: dict[str, httpx.Client], role: str, read: Read
) -> None:  # fmt: skip
    """Generated: a question without a row in ``operations.roles`` is nobody's, and of a customer only her own is."""
    asks = read.narrowed if role == CUSTOMER and read.narrowed else read.asks
    allowed = may_read(role, asks, own=True)
    scope = role != CUSTOMER or read.scope != "write"
    answer = readers[role].get(read.path.format(**two.hers))
    assert answer.status_code == (200 if allowed and scope else 403), answer.text
    other = readers[role].get(read.path.format(**two.theirs))
    if role != CUSTOMER or not (allowed and scope):
        assert other.status_code == answer.status_code
    elif read.path == read.path.format(**two.theirs):
        assert other.json() == answer.json(), "a list is of what is hers"
    else:
        assert (other.status_code, problem(other.json())) == (404, "not-found")


def test_what_is_anothers_is_answered_as_if_it_did_not_exist(two: Two, readers: dict[str, httpx.Client]) -> None:
    her = readers[CUSTOMER]
    for path, theirs, none in (
        ("/v1/accounts/{}", two.theirs["account"], "4000000002"),
        ("/v1/accounts/{}/entries", two.theirs["account"], "4000000002"),
        ("/v1/customers/{}", two.theirs["customer"], "7000000005"),
        ("/v1/customers/{}/details", two.theirs["customer"], "7000000005"),
    ):
        told, missing = her.get(path.format(theirs)), her.get(path.format(none))
        assert told.status_code == missing.status_code == 404
        assert told.text.replace(theirs, "") == missing.text.replace(none, "")


def test_a_customers_app_lists_her_own_alone(two: Two, readers: dict[str, httpx.Client]) -> None:
    her = readers[CUSTOMER]
    assert [one["account"] for one in her.get("/v1/accounts").json()["items"]] == [two.hers["account"]]
    assert her.get(f"/v1/accounts?customer={two.theirs['customer']}").json()["items"] == []
    clerk = readers["clerk"]
    assert clerk.get("/v1/accounts").status_code == 403, "the whole list is for those who read the books"
    assert clerk.get(f"/v1/accounts?customer={two.hers['customer']}").status_code == 200


def test_whoever_sent_her_money_is_not_told_to_her_app(two: Two) -> None:
    """The entry of a transfer stands on both accounts; it is the sender's, and shows her account number."""
    server = two.server
    with Client(server.url, server.token("read", f"of:{two.theirs['customer']}")) as received:
        told = list(received.items(f"/v1/accounts/{two.theirs['account']}/entries", limit=1))
        assert {one["kind"] for one in told} == {"account-open", "deposit"}
        assert two.hers["account"] not in repr(told)
        assert received.get(f"/v1/accounts/{two.theirs['account']}")["balance"] == 600
    with Client(server.url, server.token("read", f"of:{two.hers['customer']}")) as sender:
        told = list(sender.items(f"/v1/accounts/{two.hers['account']}/entries"))
        assert "transfer" in {one["kind"] for one in told}


def test_what_an_open_till_should_hold_is_not_told_to_who_counts_it(readers: dict[str, httpx.Client]) -> None:
    def cash(role: str) -> list[Any]:
        return [(one["cash"], one["stock_value"]) for one in readers[role].get("/v1/tills").json()["items"]]

    assert cash("clerk") == [(None, None)]
    assert readers["clerk"].get("/v1/tills/T1").json()["cash"] is None
    for role in ROLES:
        if role != "clerk":
            assert all(value is not None for value in cash(role)[0]), role


def test_whoever_reads_details_is_noted(two: Two) -> None:
    server = two.server
    with server.client("personal", name="mailing") as client:
        assert client.get(f"/v1/customers/{two.hers['customer']}/details")["details"] == DETAILS
    noted = [row[2:] for row in server.office.desk.store.scan("looked")]
    assert noted[-1] == ("API mailing", two.hers["customer"], "details")
