"""Writes over HTTP: the table of idempotency, who signed, batches, details beside the request, paper."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from counterfoil.client import ClerkKey, Client, ProblemError, Refused, Signed, draft, sign_draft, signed
from counterfoil.customers.details import SHAPES, details_hash
from counterfoil.faces.api.kinds import read_write
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.read_off import MADE_BY_OFFICE
from counterfoil.office.requests import ASKS
from counterfoil.operations.clients import request_id_of
from counterfoil.operations.screens import MADE
from counterfoil.serving.config import Settings
from counterfoil.testing import offices
from counterfoil.testing.servers import Served, problem, served
from unit.office.test_requests import whole


@pytest.fixture(scope="module", params=[False, True], ids=["direct", "front"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Both ways of a server: one that reads requests itself, and one with a front that reads them before."""
    settings = Settings(front=request.param)
    with served(tmp_path_factory.mktemp("served") / "office", settings=settings) as running:
        yield running


def sent(http: httpx.Client, request: Signed, *, key: str | None = None, **headers: str) -> httpx.Response:
    """The request as it stands, with another key if one is said."""
    return http.post(
        f"/v1/{request.kind}", json=dict(request.payload), headers={"Idempotency-Key": key or request.key, **headers}
    )


def bare(client: Client) -> httpx.Client:
    """The client's own connection: its token, without its patience."""
    return client._http


def test_the_table_of_idempotency(server: Served) -> None:
    with server.client() as client:
        http = bare(client)
        before = server.office.desk.size
        request = client.sign("deposit", server.deposit(1_250), by=[server.clerk])
        no_key = http.post("/v1/deposit", json=dict(request.payload))
        assert (no_key.status_code, problem(no_key.json())) == (400, "key-missing")
        empty = http.post("/v1/deposit", json=dict(request.payload), headers={"Idempotency-Key": "a b"})
        assert (empty.status_code, problem(empty.json())) == (400, "malformed")
        assert server.office.desk.size == before

        first = sent(http, request)
        assert first.status_code == 201
        again = sent(http, request)
        assert (again.status_code, again.content) == (201, first.content)
        quoted = sent(http, request, key=f'"{request.key}"')
        assert quoted.content == first.content
        assert first.headers["location"] == f"/v1/entries/1/{before}"

        other = client.sign("deposit", server.deposit(1_251), by=[server.clerk], key=request.key)
        reused = sent(http, other)
        assert (reused.status_code, problem(reused.json())) == (422, "key-reused")
        assert server.office.desk.size == before + 1

        malformed = client.sign("deposit", server.deposit(1), by=[server.clerk])
        payload = json.loads(json.dumps(malformed.payload))
        payload["body"]["amount"] = -1
        wrong = http.post("/v1/deposit", json=payload, headers={"Idempotency-Key": malformed.key})
        assert (wrong.status_code, wrong.json()["field"]) == (400, "amount")
        assert sent(http, malformed).status_code == 201  # What could not be read is not remembered.


def test_a_refusal_is_an_answer_and_stays_one(server: Served) -> None:
    with server.client() as client:
        http = bare(client)
        body = server.deposit(99_000_000)
        request = client.sign("withdrawal", body, by=[server.clerk])
        first, again = sent(http, request), sent(http, request)
        assert first.status_code == again.status_code == 422
        assert first.content == again.content
        told = first.json()
        assert told["type"] == "/problems/refused"
        assert told["code"] in ("limit.each", "funds.short", "limit.over"), told
        assert told["request"] == request.request.hex()
        assert all(set(v) == {"minor", "currency"} for v in told["details"].values() if isinstance(v, dict))
        spanish = sent(http, request, **{"Accept-Language": "es-US,en;q=0.5"}).json()
        assert spanish["detail"] != told["detail"]
        assert spanish["code"] == told["code"]
        with pytest.raises(Refused) as refused:
            client.outcome(request.request.hex())
        assert refused.value.code == told["code"]


def test_a_key_that_is_being_worked_on_is_told_so_and_that_is_not_remembered(server: Served) -> None:
    gate, held = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        assert gate.wait(30)

    with server.client() as client:
        request = client.sign("deposit", server.deposit(77), by=[server.clerk])
        holding = threading.Thread(target=lambda: server.work.service.sequencer.call(hold))
        holding.start()
        assert held.wait(30)
        answers: list[httpx.Response] = []
        first = threading.Thread(target=lambda: answers.append(sent(bare(client), request)))
        first.start()
        with httpx.Client(base_url=server.url, headers=bare(client).headers, trust_env=False) as other:
            for _ in range(1_000):
                second = sent(other, request)
                if server.work.service.sequencer._waiting.qsize() or second.status_code == 409:
                    break
            second = sent(other, request)
            assert (second.status_code, problem(second.json())) == (409, "in-progress")
            assert second.headers["retry-after"] == "1"
            gate.set()
            first.join(30)
            holding.join(30)
            assert answers[0].status_code == 201
            assert sent(other, request).content == answers[0].content


def test_both_ways_of_a_write_answer_the_same(server: Served) -> None:
    """A path spelled with a slash more goes through the framework; the plain one does not."""
    with server.client() as client:
        http = bare(client)
        request = client.sign("deposit", server.deposit(900), by=[server.clerk])
        headers = {"Idempotency-Key": request.key, "X-Request-Id": "both-ways-1"}
        whole: Any = {"json": dict(request.payload), "headers": headers}
        asked: list[tuple[str, Any]] = [
            ("deposit", whole),
            ("deposit", {**whole, "headers": {"X-Request-Id": "both-ways-1"}}),
            ("deposit", {**whole, "headers": {**headers, "Authorization": "Basic x"}}),
            ("deposit", {**whole, "headers": {**headers, "Content-Type": "text/plain"}}),
            ("deposit", {"content": b"{", "headers": {**headers, "Content-Type": "application/json"}}),
            ("deposit", {"content": b" " * 300_000, "headers": {**headers, "Content-Type": "application/json"}}),
            ("batch", {"json": {"requests": []}, "headers": headers}),
            ("batch", {"json": {"requests": [{"key": request.key, "kind": "deposit", **request.payload}]}}),
            ("no-such", whole),
        ]
        statuses = []
        for path, sending in asked:
            plain, slashed = http.post(f"/v1/{path}", **sending), http.post(f"/v1/{path}/", **sending)
            assert (plain.status_code, plain.content) == (slashed.status_code, slashed.content), path
            told = [
                {name: value for name, value in one.headers.items() if name not in ("date", "x-request-id")}
                for one in (plain, slashed)
            ]
            assert told[0] == told[1]
            statuses.append(plain.status_code)
        assert statuses == [201, 400, 401, 415, 400, 413, 400, 200, 404]
        lines = [json.loads(line) for line in server.err.getvalue().splitlines()]
        ways = [line for line in lines if (line.get("request_id"), line.get("status")) == ("both-ways-1", 201)]
        assert len(ways) == 2
        assert ways[0]["route"] == ways[1]["route"] == "/v1/deposit"
        assert ways[0]["client"] == ways[1]["client"] == client.office().client_id.hex()


def test_a_request_id_follows_from_client_and_key(server: Served) -> None:
    with server.client() as one, server.client() as other:
        office = one.office()
        assert len(office.client_id) == 16
        first = one.sign("deposit", server.deposit(10), by=[server.clerk], key="same")
        second = other.sign("deposit", server.deposit(11), by=[server.clerk], key="same")
        digest = hashlib.sha256(office.client_id + b"same").digest()[:16]
        assert first.request == digest == request_id_of(office.client_id, "same")
        assert first.request != second.request
        assert one.send(first).request == first.request.hex()
        assert other.send(second).request == second.request.hex()


def test_a_write_that_nobody_signed_is_not_done(server: Served) -> None:
    with server.client() as client:
        http, before = bare(client), server.office.desk.size
        request = client.sign("deposit", server.deposit(500), by=[server.clerk])
        payload: Any = json.loads(json.dumps(request.payload))

        def answer(**changed: Any) -> httpx.Response:
            return http.post(
                "/v1/deposit", json={**payload, **changed}, headers={"Idempotency-Key": request.key}
            )  # fmt: skip

        broken: list[Any] = [[], None, "x", [{"key_id": "00", "signature": "11"}], [{}], payload["approvals"] * 2]
        for approvals in broken:
            assert answer(approvals=approvals).status_code == 400
        signature = payload["approvals"][0]["signature"]
        changed = f"{int(signature[0], 16) ^ 1:x}{signature[1:]}"
        wrong = answer(approvals=[{**payload["approvals"][0], "signature": changed}])
        assert (wrong.status_code, wrong.json()["field"]) == (400, "approvals")
        over_other = answer(body={**payload["body"], "amount": 501})
        assert (over_other.status_code, over_other.json()["field"]) == (400, "approvals")
        stranger = ClerkKey(b"\x07" * 32)
        unknown = client.sign("deposit", server.deposit(500), by=[stranger])
        assert sent(http, unknown).json()["code"] == "clerk.unknown"
        assert server.office.desk.size == before
        assert answer().status_code == 201  # None of these was remembered under this key.


def test_another_epoch_is_refused(server: Served) -> None:
    with server.client() as client:
        office = client.office()
        request = signed(
            "deposit", server.deposit(5, date=offices.DAY), by=[server.clerk], office=office.office, epoch=2,
            client=office.client_id,
        )  # fmt: skip
        assert sent(bare(client), request).json()["code"] == "epoch.changed"


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        ((), "/v1/deposit", 401), (("read",), "/v1/deposit", 403), (("write:withdrawal",), "/v1/deposit", 403),
        (("write:deposit",), "/v1/deposit", 201), (("write",), "/v1/deposit", 201), (("read",), "/v1/batch", 403),
        (("write:deposit",), "/v1/printed", 403), (("personal",), "/v1/accounts", 403),
        (("write",), "/v1/no-such", 404), (("read",), "/v1/accounts", 200), (("read",), "/v1/unprinted", 403),
        (("write:deposit",), "/v1/office", 200),
    ],
)  # fmt: skip
def test_a_token_reaches_as_far_as_its_scopes(
    server: Served, scopes: tuple[str, ...], path: str, status: int
) -> None:  # fmt: skip
    with (
        server.client("read", "write") as asker,
        server.client(*(scopes or ("read",))) as own,
    ):
        http = bare(own)
        if not scopes:
            http.headers["Authorization"] = "Bearer cft_none"
        if path in ("/v1/accounts", "/v1/unprinted", "/v1/office"):
            assert http.get(path).status_code == status
            return
        request = (own if scopes else asker).sign("deposit", server.deposit(3), by=[server.clerk])
        made = http.post(path, json=dict(request.payload), headers={"Idempotency-Key": request.key})
        assert made.status_code == status, made.text


def test_each_request_of_a_batch_has_its_own_outcome(server: Served) -> None:
    with server.client() as client:
        before = server.office.desk.size
        good = [client.sign("deposit", server.deposit(100 + n), by=[server.clerk]) for n in range(5)]
        short = client.sign("withdrawal", server.deposit(50_000_000), by=[server.clerk])
        told = client.batch([good[0], short, *good[1:]])
        assert [isinstance(one, ProblemError) for one in told] == [False, True, False, False, False, False]
        assert [one.entries[0].entry for one in told if not isinstance(one, ProblemError)] == list(
            range(before, before + 5)
        )
        assert client.batch([good[0], short, *good[1:]]) != []  # Again: the same answers, nothing new.
        assert server.office.desk.size == before + 5
        assert client.send(good[2]) == told[3]

        http = bare(client)
        items = [{"key": one.key, "kind": one.kind, **one.payload} for one in good[:1]]
        twice = http.post("/v1/batch", json={"requests": items * 2}).json()["outcomes"]
        assert [one["status"] for one in twice] == [201, 409]
        odd = [{**items[0], "kind": "no-such"}, {**items[0], "epoch": "1"}, {**items[0], "key": "a b"}, items[0]]
        statuses = [one["status"] for one in http.post("/v1/batch", json={"requests": odd}).json()["outcomes"]]
        assert statuses == [400, 400, 400, 201]


@pytest.mark.parametrize(
    "value", [[], {}, {"requests": {}}, {"requests": []}, {"requests": [1]}, {"requests": [{"kind": "deposit"}]},
              {"requests": [{"key": "a", "kind": "x"}] * 1_001}, {"requests": [], "more": 1}],
)  # fmt: skip
def test_a_batch_that_cannot_be_read_does_nothing(http: httpx.Client, value: Any) -> None:
    answer = http.post("/v1/batch", json=value)
    assert (answer.status_code, problem(answer.json())) == (400, "malformed")


def test_a_batch_of_a_thousand(server: Served) -> None:
    with server.client() as client:
        before = server.office.desk.size
        told = client.batch([client.sign("deposit", server.deposit(1), by=[server.clerk]) for _ in range(1_000)])
        assert len({one.entries[0].entry for one in told if not isinstance(one, ProblemError)}) == 1_000
        assert server.office.desk.size == before + 1_000


DETAILS = {"name": "Zoë Núñez", "language": "es", "phone": "505-555-0100"}


def test_details_travel_beside_the_request(server: Served) -> None:
    with server.client() as client:
        body = {"tier": "full", "identification": "passport"}
        done = client.ask("customer-open", body, by=[server.clerk], details=DETAILS)
        customer = done.result["customer"]
        entry = client.get(f"/v1/entries/1/{done.entries[0].entry}")
        assert "Zo" not in json.dumps(entry, ensure_ascii=False)
        kept = client.get(f"/v1/customers/{customer}/details")
        assert kept == {"customer": customer, "details": DETAILS}

        changed = {**DETAILS, "phone": "505-555-0199"}
        client.ask("customer-change", {"customer": customer, "what": ["phone"]}, by=[server.clerk], details=changed)
        assert client.get(f"/v1/customers/{customer}/details")["details"] == changed

        request = client.sign("customer-open", body, by=[server.clerk], details=DETAILS)
        http = bare(client)
        for changed_payload in (
            {**request.payload, "details": {**DETAILS, "name": "Other"}},
            {**request.payload, "salt": "00" * 16},
            {name: one for name, one in request.payload.items() if name != "details"},
            {name: one for name, one in request.payload.items() if name != "salt"},
            {**request.payload, "details": {**DETAILS, "shoe": "42"}},
        ):
            answer = http.post("/v1/customer-open", json=changed_payload, headers={"Idempotency-Key": request.key})
            assert answer.status_code == 400, answer.text
        assert details_hash(bytes.fromhex(request.payload["salt"]), DETAILS).hex() == request.payload["body"]["details"]
        wrong = client.sign("deposit", server.deposit(1), by=[server.clerk])
        answer = http.post("/v1/deposit", json={**wrong.payload, "salt": "00" * 16}, headers={"Idempotency-Key": "x"})
        assert answer.status_code == 400


def test_a_slip_that_left_the_printer_is_no_longer_due(server: Served) -> None:
    with server.client() as client:
        done = client.ask("deposit", server.deposit(42), by=[server.clerk])
        due = list(client.items("/v1/unprinted", limit=100))
        assert {"epoch": 1, "entry": done.entries[0].entry} in due
        assert client.get(f"/v1/entries/1/{done.entries[0].entry}/receipt")["copy"] is False
        assert client.printed(done.entries) == 1
        assert client.printed(done.entries) == 0
        assert {"epoch": 1, "entry": done.entries[0].entry} not in list(client.items("/v1/unprinted", limit=100))
        receipt = client.get(f"/v1/entries/1/{done.entries[0].entry}/receipt", language="es")
        assert receipt["copy"] is True
        assert receipt["slips"] == [done.entries[0].slip]


def test_a_visit_is_one_request_of_several_entries(server: Served) -> None:
    with server.client() as client:
        services = [{"kind": "deposit", **server.deposit(2_000)}, {"kind": "withdrawal", **server.deposit(500)}]
        body = {"till": offices.TILL, "services": services, "tendered": 1_500}
        done = client.ask("visit", body, by=[server.clerk])
        assert [one.kind for one in done.entries] == ["deposit", "withdrawal"]
        assert done.result["net"] == 1_500


def test_a_key_on_a_clients_machine_is_enrolled_and_works(server: Served) -> None:
    new = ClerkKey(b"\x21" * 32)
    with server.client() as client:
        body = {"clerk": "205", "role": "clerk", "key": new.public_key, "custody": "client"}
        unproved = client.sign("clerk-enrol", body, by=[server.supervisor])
        answer = sent(bare(client), unproved)
        assert (answer.status_code, answer.json()["field"]) == (400, "approvals")
        alone = client.sign("clerk-enrol", body, by=[], proves=new)
        assert sent(bare(client), alone).status_code == 400
        stolen: Mapping[str, Any] = client.sign("clerk-enrol", body, by=[server.supervisor], proves=new).payload
        false = {"key_id": new.key_id.hex(), "signature": stolen["approvals"][0]["signature"]}
        forged = {**stolen, "approvals": [stolen["approvals"][0], false]}
        answer = bare(client).post("/v1/clerk-enrol", json=forged, headers={"Idempotency-Key": "enrol-forged"})
        assert (answer.status_code, answer.json()["field"]) == (400, "approvals")
        done = client.ask("clerk-enrol", body, by=[server.supervisor], proves=new)
        assert done.kind == "clerk-enrol"
        client.ask("till-open", {"till": "T9", "count": {}}, by=[new])
        deposit = client.ask("deposit", server.deposit(700, till="T9"), by=[new])
        entry = client.get(f"/v1/entries/1/{deposit.entries[0].entry}")
        assert (entry["actor"], entry["actor_key"]) == ("clerk", new.key_id.hex())


def test_every_kind_has_its_endpoint(http: httpx.Client) -> None:
    for kind in ASKS:
        answer = http.post(f"/v1/{kind}", json={}, headers={"Idempotency-Key": "nothing"})
        assert (answer.status_code, answer.json()["field"]) == (400, "epoch"), kind


@pytest.mark.parametrize("kind", MADE)
def test_what_only_the_office_can_make_is_not_taken_from_a_client(kind: str) -> None:
    """A hash that a client made up is refused by its field's name, and so is one left out that must be there."""
    body = {name: value for name, value in whole(kind).items() if name not in ("kind", "details")}
    wanted = SHAPES[kind].required
    made = draft(kind, body, key="made-up", details=dict.fromkeys(wanted, "C01234567"))
    request = sign_draft(made, by=[ClerkKey(b"\x07" * 32)], office="0417", epoch=1, client=bytes(16))
    with pytest.raises(Malformed, match="is not what this office makes of it") as refused:
        read_write(kind, request.request, json.loads(json.dumps(dict(request.payload))), bytes(32))
    assert refused.value.field in MADE_BY_OFFICE[kind]
