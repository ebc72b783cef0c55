"""What is seen of requests, and what is never: canaries through every page and error leave no trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.client import ClerkKey, ProblemError
from counterfoil.engines import audits
from counterfoil.engines.clock import MachineClock
from counterfoil.faces.api.reads import READS
from counterfoil.kernel.outcomes import Fault
from counterfoil.office.requests import ASKS
from counterfoil.operations.audit import audit
from counterfoil.serving import app
from counterfoil.serving.logs import where
from counterfoil.testing import servers
from counterfoil.testing.servers import Served, served

NAME, PHONE, PIN, PATH, TOKEN = "Canarina-Q7", "505-555-7788", "918273645", "canary-path-5521", "cft_canary-token-0042"
DETAILS = {"name": NAME, "phone": PHONE, "lives": "Canary Lane 77"}


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with served(tmp_path / "office") as running:
        yield running


def everything_said(server: Served) -> str:
    with httpx.Client(base_url=server.url, trust_env=False) as plain:
        return server.err.getvalue() + plain.get("/metrics").text


@pytest.mark.slow
def test_no_canary_leaves_by_the_log_or_the_metrics(
    server: Served, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    token = server.token("read", "write", "personal")
    client = server.client("read", "write", "personal")
    done = client.ask(
        "customer-open", {"tier": "full", "identification": "passport"}, by=[server.clerk], details=DETAILS
    )
    customer = str(done.result["customer"])
    account = str(client.ask("account-open", {"customer": customer}, by=[server.clerk]).result["account"])
    client.ask("deposit", {**server.deposit(500), "account": account}, by=[server.clerk])
    seed = ClerkKey(b"\x55" * 32)
    canaries = [NAME, PHONE, "Canary Lane", PIN, PATH, TOKEN, token, account, customer, (b"\x55" * 32).hex()]
    with httpx.Client(base_url=server.url, trust_env=False, headers={"Authorization": f"Bearer {token}"}) as http:
        filled = {"account": account, "customer": customer, "epoch": "1", "entry": "9", "till": "T1", "id": "0" * 32}
        for read in READS:
            assert http.get(read.path.format(**filled)).status_code in (200, 404)
            http.get(read.path.format(**dict.fromkeys(filled, PATH)))
            http.get(read.path.format(**filled), params={NAME: PIN})
            http.get(read.path.format(**filled), headers={"Authorization": f"Bearer {TOKEN}"})
        for kind in ASKS:
            for body in ({"details": DETAILS, "pin": PIN}, {"epoch": NAME}, {"epoch": 1, "body": {NAME: PIN}}, [NAME]):
                http.post(f"/v1/{kind}", json=body, headers={"Idempotency-Key": PIN})
            http.post(f"/v1/{kind}", content=f"{{{NAME}".encode(), headers={"Content-Type": "application/json"})
        http.post("/v1/batch", json={"requests": [{"key": PIN, "kind": NAME, "body": {"name": NAME}}]})
        for method in ("PUT", "DELETE", "PATCH", PATH.upper()):
            http.request(method, f"/v1/{PATH}", headers={"X-Request-Id": f"{NAME} {PIN}"})
        http.get(f"/{PATH}?name={NAME}", headers={"X-Request-Id": "a" * 100})
        with pytest.raises(ProblemError):
            client.ask("deposit", {**server.deposit(1), "account": account}, by=[seed])

        def broken(*_: object, **__: object) -> Any:
            raise Fault(f"{NAME} {account} {PIN}")

        def crash(*_: object, **__: object) -> Any:
            raise KeyError(f"{NAME} {account} {PIN}")

        for bug in (broken, crash):
            monkeypatch.setattr(type(server.work.service), "read", bug)
            monkeypatch.setattr(type(server.work.service), "at_desk", bug)
            for read in READS:
                answer = http.get(read.path.format(**filled))
                assert answer.status_code == 500
                assert not any(canary in answer.text for canary in canaries)
    client.close()
    said = everything_said(server)
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in server.err.getvalue().splitlines()]
    assert len(lines) > 100
    assert any(line["event"] == "fault" and line["error"] == "KeyError" for line in lines)
    for canary in canaries:
        assert canary not in said + out + err, canary


def test_a_line_joins_what_the_caller_saw(server: Served) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        assert (
            http.get("/healthz", headers={"X-Request-Id": "mine-12345678"}).headers["x-request-id"] == "mine-12345678"
        )
        made = http.get("/healthz", headers={"X-Request-Id": "not plain"}).headers["x-request-id"]
    lines = [json.loads(line) for line in server.err.getvalue().splitlines()]
    assert [line["request_id"] for line in lines[-2:]] == ["mine-12345678", made]
    assert {"time", "level", "event", "method", "route", "status", "ms", "client", "request_id"} == set(lines[-1])


def test_routes_are_named_and_never_paths(server: Served) -> None:
    with server.client() as client:
        client.get(f"/v1/accounts/{server.account}")
        client._http.post("/v1/no-such", json={})
        client._http.get("/no/such")
        client._http.post("/v1/deposit", json={})
    said = everything_said(server)
    assert 'route="/v1/accounts/{account}",status="200"' in said
    assert 'method="POST",route="/v1/deposit",status="400"' in said
    assert 'route="(none)",status="404"' in said
    assert "no-such" not in said


def test_readiness_follows_the_desk(server: Served) -> None:
    with server.client("read", "write") as client, httpx.Client(base_url=server.url, trust_env=False) as http:
        assert (http.get("/healthz").status_code, http.get("/readyz").status_code) == (200, 200)
        server.office.desk._stopped = "planned"
        assert (http.get("/healthz").status_code, http.get("/readyz").status_code) == (200, 503)
        asked = client._http.get("/v1/trial-balance")
        assert asked.status_code == 200  # Reading goes on; nothing is signed.
        sent = client.sign("deposit", server.deposit(1), by=[server.clerk])
        answer = client._http.post("/v1/deposit", json=dict(sent.payload), headers={"Idempotency-Key": sent.key})
        assert (answer.status_code, servers.problem(answer.json())) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert "counterfoil_working 0.0" in http.get("/metrics").text


def test_head_is_answered_as_get_without_a_body(tmp_path: Path) -> None:
    """Of the API, of the pages for people and of what operations ask; where there is no GET it is turned away."""
    with (
        served(tmp_path / "office", web=lambda work: app.web_of(work, secret=bytes(32))) as server,
        httpx.Client(base_url=server.url, trust_env=False) as http,
    ):  # fmt: skip
        http.headers["Authorization"] = f"Bearer {server.token('read')}"
        for path in ("/v1/trial-balance", f"/v1/accounts/{server.account}", "/v1/tills/T9", "/openapi.json", "/healthz",
                     "/sign-in", "/verify", "/me/prices", "/no-such"):  # fmt: skip
            got, head = http.get(path), http.head(path)
            assert (head.status_code, head.content) == (got.status_code, b""), path
            for name in ("content-type", "content-length", "etag", "cache-control", "content-security-policy"):
                assert head.headers.get(name) == got.headers.get(name), (path, name)
        tag = http.head("/v1/trial-balance").headers["etag"]
        assert http.head("/v1/trial-balance", headers={"If-None-Match": tag}).status_code == 304
        assert http.head("/v1/batch").status_code == 405
        assert 'method="HEAD",route="/v1/accounts/{account}",status="200"' in http.get("/metrics").text


def test_a_person_who_is_lost_is_told_so_in_words(server: Served) -> None:
    """A browser gets a page in its reader's language, a program its problem; neither is told what it asked for."""
    page = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "es"}
    with httpx.Client(base_url=server.url, trust_env=False) as plain:
        lost = plain.get(f"/{PATH}", headers=page)
        assert (lost.status_code, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Esta página no existe" in lost.text
        assert PATH not in lost.text
        assert "default-src 'none'" in lost.headers["content-security-policy"]
        for path, headers in ((f"/{PATH}", {}), ("/v1/nothing/at/all", page)):
            answer = plain.get(path, headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_the_age_of_the_last_audit_is_a_figure(server: Served) -> None:
    folder = server.office.folder
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        said = http.get("/metrics").text
        assert "counterfoil_last_audit_age_seconds NaN" in said
        assert "counterfoil_last_audit_clean NaN" in said
        audits.keep(folder, audit(server.office.desk.store), now=MachineClock().now() - 90_000)
        said = http.get("/metrics").text
        age = next(line for line in said.splitlines() if line.startswith("counterfoil_last_audit_age_seconds "))
        assert 90 <= float(age.split()[1]) < 150
        assert "counterfoil_last_audit_clean 1.0" in said


def test_where_an_error_arose_says_nothing_of_what_it_held() -> None:
    try:
        raise ValueError(NAME)
    except ValueError as error:
        told = where(error)
    assert told
    assert NAME not in "".join(told)
