"""The first of two steps: the office fills in a body, the client signs it and asks with it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from counterfoil.client import Client, ProblemError, Refused
from counterfoil.products.claim_codes import code_hash
from counterfoil.testing.builders import snapshot
from counterfoil.testing.servers import Served, problem

WHO = {"name": "Lucía Ñandú", "sender_document": "passport", "sender_number": "C01234567"}


def send(server: Served, amount: int = 12_000) -> dict[str, Any]:
    """Cash sent to be claimed at this office; without its price and its code."""
    return {"till": "T1", "amount": amount, "currency": "USD", "office": "0417", "identification": "passport"}


def asked(http: httpx.Client, key: str, **value: Any) -> httpx.Response:
    return http.post("/v1/prepare", json=value, headers={"Idempotency-Key": key})


def test_both_steps_are_one_call(server: Served) -> None:
    with server.client() as client:
        done = client.ask("cash-send", send(server), by=[server.clerk], details=WHO, key="send-1")
        body = client.get(f"/v1/entries/1/{done.entries[0].entry}")["body"]
        assert body["code"] == code_hash(done.told["claim_code"]).hex()
        assert body["fee"] > 0
        assert len(body["buyer"]) == 64
        again = client.outcome(done.request)
        assert again.entries == done.entries
        assert "claim_code" not in again.told, "whoever asks what became of it is not told the code"


def test_the_same_write_again_tells_the_code_again(server: Served) -> None:
    with server.client() as client:
        request = client.sign("cash-send", send(server, 5_000), by=[server.clerk], details=WHO)
        first, again = client.send(request), client.send(request)
        assert first == again
        assert first.told["claim_code"]


def test_a_service_of_a_visit_is_filled_in_too(server: Served) -> None:
    with server.client() as client:
        services = [
            {"kind": "balance-told", "account": server.account, "till": "T1"},
            {"kind": "cash-send", "details": WHO, **send(server, 2_000)},
        ]
        visit = {"till": "T1", "tendered": 10_000, "services": services}
        done = client.ask("visit", visit, by=[server.clerk])
        assert [one.kind for one in done.entries] == ["balance-told", "cash-send"]
        body = client.get(f"/v1/entries/1/{done.entries[1].entry}")["body"]
        assert body["code"] == code_hash(done.told["claim_code"]).hex()


def test_a_prepared_body_is_the_same_each_time(server: Served, http: httpx.Client) -> None:
    value = {"kind": "cash-send", "body": send(server), "details": WHO, "salt": "ab" * 16}
    first = asked(http, "same", **value)
    assert (first.status_code, first.json()["epoch"]) == (200, 1)
    assert asked(http, "same", **value).content == first.content
    other = asked(http, "other", **value).json()["body"]
    assert {name for name in other if other[name] != first.json()["body"][name]} == {"code"}


def test_preparing_records_nothing(server: Served, http: httpx.Client) -> None:
    before = snapshot(server.office.desk.state), server.office.desk.size
    for amount in (100, 12_000):
        assert asked(http, f"n{amount}", kind="cash-send", body=send(server, amount), details=WHO,
                     salt="00" * 16).status_code == 200  # fmt: skip
    assert (snapshot(server.office.desk.state), server.office.desk.size) == before
    with server.client() as client:
        done = client.ask("deposit", server.deposit(10), by=[server.clerk], key="n100")
        assert done.entries


def test_what_was_sent_stays_as_it_was(server: Served, http: httpx.Client) -> None:
    body = {**send(server), "fee": 1}
    made = asked(http, "k", kind="cash-send", body=body, details=WHO, salt="00" * 16).json()["body"]
    assert {name: made[name] for name in body} == body
    deposit = server.deposit(500)
    told = asked(http, "k", kind="deposit", body=deposit).json()["body"]
    assert told == {**deposit, "date": told["date"]}


def test_a_reversal_reads_the_entry_that_it_undoes(server: Served) -> None:
    with server.client() as client:
        done = client.ask("deposit", server.deposit(321), by=[server.clerk])
        body = client.prepare("reversal", {"epoch": 1, "entry": done.entries[0].entry, "reason": "wrong"})
        assert (body["account"], body["amount"], body["currency"]) == (server.account, 321, "USD")


def test_a_price_that_nobody_can_have_is_refused_before_anything_is_signed(server: Served) -> None:
    with server.client() as client:
        body = {"till": "T1", "items": {"no-such-stamp": 1}, "currency": "USD"}
        with pytest.raises(Refused) as no:
            client.ask("mail-sale", body, by=[server.clerk])
        assert no.value.code


def test_a_loan_is_agreed_on_the_terms_that_were_told(server: Served) -> None:
    with server.client() as client:
        customer = server.office.desk.state.customer.all()[0].customer
        wanted = {"till": "T1", "customer": customer, "case": "L1-1", "amount": 37_500, "currency": "USD",
                  "every": "biweekly", "number_of_payments": 6}  # fmt: skip
        body = client.prepare("loan-open", wanted)
        assert {"apr", "payment", "total", "first_due"} <= set(body)
        assert body["total"] >= 37_500
        with pytest.raises(ProblemError) as missing:
            client.prepare("loan-open", {name: value for name, value in wanted.items() if name != "every"})
        assert missing.value.field == "every"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "no-such"}, "kind"), ({"kind": 1}, "kind"), ({"body": []}, "body"), ({"body": {"kind": "x"}}, "body"),
        ({"more": 1}, "more"), ({"epoch": 1}, "epoch"), ({"details": 1, "salt": "00" * 16}, "details"),
        ({"details": {"name": "A"}}, "salt"), ({"details": {"shoe": "42"}, "salt": "00" * 16}, "details.shoe"),
        ({"body": {"shoe": 1}}, "shoe"), ({"body": {"amount": -1}}, "amount"),
        ({"kind": "visit", "body": {"services": 1}}, "services"),
        ({"kind": "visit", "body": {"services": [{"kind": "no"}]}}, "services"),
        ({"kind": "visit", "body": {"services": []}, "services": [{"details": {"name": "A"}, "salt": "00" * 16}]},
         "services"),
        ({"kind": "visit", "body": {"services": []}, "services": 1}, "services"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(http: httpx.Client, changed: dict[str, Any], field: str) -> None:
    answer = asked(http, "k", **{"kind": "cash-send", "body": {}, **changed})
    assert (answer.status_code, problem(answer.json()), answer.json()["field"]) == (400, "malformed", field)


def test_a_body_with_another_code_or_paper_is_not_taken(server: Served) -> None:
    with server.client() as client:
        request = client.sign("cash-send", send(server), by=[server.clerk], details=WHO)
        for name in ("code", "buyer"):
            wrong = {**request.payload, "body": {**request.payload["body"], name: "00" * 32}}
            answer = client._http.post("/v1/cash-send", json=wrong, headers={"Idempotency-Key": request.key})
            assert (answer.status_code, answer.json()["field"]) == (400, name)
        other_key = client._http.post(
            "/v1/cash-send", json=dict(request.payload), headers={"Idempotency-Key": "another"}
        )  # fmt: skip
        assert (other_key.status_code, other_key.json()["field"]) == (400, "code")
        assert client.send(request).entries


def test_who_may_not_ask_it_is_prepared_nothing(server: Served) -> None:
    with server.client("read", "write:deposit") as client:
        assert asked(client._http, "k", kind="deposit", body={}).status_code == 200
        refused = asked(client._http, "k", kind="cash-send", body={})
        assert (refused.status_code, problem(refused.json())) == (403, "scope-missing")
        no_key = client._http.post("/v1/prepare", json={"kind": "deposit", "body": {}})
        assert (no_key.status_code, problem(no_key.json())) == (400, "key-missing")
    with Client(server.url, "cft_none") as nobody:
        assert asked(nobody._http, "k", kind="deposit", body={}).status_code == 401
