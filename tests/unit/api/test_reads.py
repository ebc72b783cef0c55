"""Questions over HTTP: pages, tags, what is not found, and that asking changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from counterfoil.faces.api import reads, wire
from counterfoil.faces.api.reads import READS
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.requests import ASKS
from counterfoil.operations.documents.cuts import Cut
from counterfoil.testing.builders import snapshot
from counterfoil.testing.servers import Served, problem


def test_questions_change_nothing(server: Served, http: httpx.Client) -> None:
    before, size = snapshot(server.office.desk.state), server.office.desk.size
    filled = {
        "account": server.account, "customer": server.office.desk.state.customer.all()[0].customer, "epoch": "1",
        "entry": "9", "till": "T1", "id": "0" * 31 + "8",
    }  # fmt: skip
    for read in READS:
        answer = http.get(read.path.format(**filled))
        assert answer.status_code == 200, (read.path, answer.text)
        assert answer.headers["cache-control"] == "no-store"
        tag = answer.headers["etag"]
        again = http.get(read.path.format(**filled), headers={"If-None-Match": f'"x", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
    assert (snapshot(server.office.desk.state), server.office.desk.size) == (before, size)


def test_a_tag_changes_with_the_books(server: Served) -> None:
    with server.client() as client:
        path = f"/v1/accounts/{server.account}"
        before = client._http.get(path)
        client.ask("deposit", server.deposit(1_000), by=[server.clerk])
        after = client._http.get(path, headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        assert after.json()["balance"] == before.json()["balance"] + 1_000


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
@pytest.mark.parametrize(
    ("path", "key"),
    [("/v1/entries", "entry"), ("/v1/accounts/{account}/entries", "entry"), ("/v1/unprinted", "entry"),
     ("/v1/entries?kind=deposit", "entry"), ("/v1/accounts", "account")],
)  # fmt: skip
def test_pages_join_without_gap_or_repetition(server: Served, path: str, key: str, limit: int) -> None:
    with server.client() as client:
        path, _, query = path.format(account=server.account).partition("?")
        more = dict([query.split("=")]) if query else {}
        whole = [one[key] for one in client.items(path, limit=200, **more)]
        paged = [one[key] for one in client.items(path, limit=limit, **more)]
        assert paged == whole == sorted(set(whole))
        assert len(whole) >= 1


def test_statements_of_an_account_by_period(
    server: Served, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cuts(store: object, account: str) -> list[Cut]:
        assert account == server.account
        return [Cut(date(2026, month, 1), date(2026, month, 28), month * 100, (1, month)) for month in (1, 2, 3)]

    path = f"/v1/accounts/{server.account}/statements"
    assert http.get(path).json() == {"items": []}, "no day has ended yet"
    monkeypatch.setattr(reads, "cuts_of", cuts)
    first = http.get(f"{path}?limit=2").json()
    assert first["items"][0] == {
        "since": "2026-01-01", "until": "2026-01-28", "balance": 100, "currency": "USD", "epoch": 1, "entry": 1,
    }  # fmt: skip
    rest = http.get(f"{path}?limit=2&after={first['next']}").json()
    assert [one["until"] for one in first["items"] + rest["items"]] == ["2026-01-28", "2026-02-28", "2026-03-28"]
    assert "next" not in rest


def test_what_was_never_given_is_not_found(http: httpx.Client) -> None:
    for path in (
        "/v1/accounts/4000000002", "/v1/accounts/4000000002/entries", "/v1/accounts/4000000002/statements",
        "/v1/customers/4000000002", "/v1/tills/T77",
        "/v1/customers/4000000002/details", "/v1/entries/1/99999", "/v1/entries/2/0", "/v1/entries/1/99999/receipt",
        f"/v1/requests/{'f' * 32}", "/v1/entries/1", "/v1/none/such", "/none",
    ):  # fmt: skip
        answer = http.get(path)
        assert (answer.status_code, problem(answer.json())) == (404, "not-found"), path
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/accounts/4000000001", "account"), ("/v1/accounts/12", "account"), ("/v1/customers/x", "customer"),
        ("/v1/tills/t-1", "till"), ("/v1/entries/0/1", "epoch"), ("/v1/entries/1/-1", "entry"),
        ("/v1/entries/1/01", "entry"), ("/v1/entries/1/9999999999999999999999", "entry"), ("/v1/requests/12", "id"),
        ("/v1/entries?limit=0", "limit"), ("/v1/entries?limit=201", "limit"), ("/v1/entries?limit=1&limit=2", "query"),
        ("/v1/entries?limt=1", "limt"), ("/v1/entries?kind=no-such", "kind"), ("/v1/entries?after=!", "after"),
        ("/v1/entries?after=AAAA", "after"), ("/v1/trial-balance?date=2026-02-30", "date"),
        ("/v1/trial-balance?by=other", "by"), ("/v1/accounts?customer=7", "customer"),
        ("/v1/differences?state=x", "state"), ("/v1/entries/1/1/receipt?language=fr", "language"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(http: httpx.Client, path: str, field: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, problem(answer.json()), answer.json()["field"]) == (400, "malformed", field)


def test_a_cursor_that_was_changed_is_refused(http: httpx.Client) -> None:
    after = http.get("/v1/entries?limit=1").json()["next"]
    for path in (f"/v1/accounts?after={after}", f"/v1/unprinted?after={after}", f"/v1/entries?after={after}A"):
        assert http.get(path).json()["field"] == "after"
    for key in ((1, 2), (1, 2**62)):
        assert wire.read_cursor("entries", wire.cursor("entries", key), (int, int)) == key
    for given in (wire.cursor("entries", (1, "2")), wire.cursor("entries", (1,)), wire.cursor("entries", (1, -2))):
        with pytest.raises(Malformed):
            wire.read_cursor("entries", given, (int, int))


def test_the_trial_balance_as_of_a_date(server: Served, http: httpx.Client) -> None:
    now = http.get("/v1/trial-balance").json()
    assert now["balanced"] is True
    before = http.get("/v1/trial-balance?date=2020-01-01&by=value").json()
    assert before["as_of"] == {"date": "2020-01-01", "by": "value"}
    assert all(line["debits_posted"] == 0 for line in before["lines"])
    today = http.get(f"/v1/trial-balance?date={server.office.desk.state.today.date}").json()  # type: ignore[union-attr]  # a day is open
    assert [line["debits_posted"] for line in today["lines"]] == [line["debits_posted"] for line in now["lines"]]


def test_json_says_what_it_is_given() -> None:
    assert wire.encode({"a": b"\x01\xff", "b": [(1, None)], "c": {"2000": 3}, "d": "Zoë"}) == (
        '{"a":"01ff","b":[[1,null]],"c":{"2000":3},"d":"Zoë"}'.encode()
    )


@pytest.mark.parametrize("body", [b"", b"{", b"[1,", b"\xff", b"[" * 5_000, b'{"a":NaN}', b'{"a":1e999}', b"\x00"])
def test_what_is_not_json_is_said_to_be_none(http: httpx.Client, body: bytes) -> None:
    for path in ("/v1/deposit", "/v1/batch", "/v1/printed"):
        answer = http.post(
            path, content=body, headers={"Content-Type": "application/json", "Idempotency-Key": "not-json"}
        )
        assert answer.status_code == 400, (path, answer.text)


def test_size_and_media_type_are_bounded(http: httpx.Client) -> None:
    key = {"Idempotency-Key": "too-large"}
    large = http.post("/v1/deposit", json={"a": "x" * 300_000}, headers=key)
    assert (large.status_code, problem(large.json())) == (413, "too-large")
    plain = http.post("/v1/deposit", content=b"{}", headers={**key, "Content-Type": "text/plain"})
    assert (plain.status_code, problem(plain.json())) == (415, "not-json")
    deep: Any = {}
    for _ in range(200):
        deep = {"a": deep}
    assert http.post("/v1/deposit", json={"epoch": 1, "body": deep, "approvals": []}, headers=key).status_code == 400


def test_only_the_methods_of_the_document_are_taken(http: httpx.Client) -> None:
    for path in ("/v1/deposit", "/v1/office", "/v1/batch"):
        answer = http.put(path)
        assert (answer.status_code, problem(answer.json())) == (405, "method-not-allowed")
        assert answer.headers["allow"]
    assert http.post("/v1/office", json={}).status_code == 405
    assert "office" not in ASKS
