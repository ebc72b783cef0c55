"""Canaries through every page of the router, of both faces, and through their errors: nothing of them is in the log,
the metrics or the process's own output.

The pages come from ``faces.web.app.PAGES`` and the questions from ``faces.api.reads.READS``, so a new one is driven
too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.engines import audits
from counterfoil.faces.api.reads import READS
from counterfoil.faces.web import app as pages
from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.audit import audit
from counterfoil.serving import app
from counterfoil.testing import offices
from counterfoil.testing.servers import Served, served

NAME, PHONE, LIVES = "Canarina-Q7", "505-555-7788", "Canary Lane 77"
PIN, WORD, PATH, TOKEN = "918273645", "canary kettle seven owls", "canary-path-5521", "cft_canary-token-0042"
SUPERVISOR = "105"
DETAILS = {"name": NAME, "phone": PHONE, "lives": LIVES}


class Driven:
    """A server with both faces, a clerk whose PIN and a customer whose details are canaries."""

    def __init__(self, server: Served) -> None:
        self.server = server
        authority = server.office.authority
        answer, _ = authority.enrol(b"\x05" * 16, SUPERVISOR, "supervisor", PIN, None, by=[offices.clerk("101")],
                                    date=offices.DAY)  # fmt: skip
        assert hasattr(answer, "entries"), answer
        self.api_token = server.token("read", "write", "personal")
        with server.client() as client:
            body = {"tier": "full", "identification": "passport"}
            done = client.ask("customer-open", body, by=[server.clerk], details=DETAILS)
            self.customer = str(done.result["customer"])
            opened = client.ask("account-open", {"customer": self.customer}, by=[server.clerk])
            self.account = str(opened.result["account"])
            paid = client.ask("deposit", {**server.deposit(500), "account": self.account}, by=[server.clerk])
            self.entry = paid.entries[0].entry
        self.http = httpx.Client(base_url=server.url, trust_env=False, follow_redirects=True, timeout=60)

    @property
    def canaries(self) -> list[str]:
        """Everything that must be nowhere, with the cookies that this browser was given."""
        fixed = [NAME, PHONE, LIVES, PIN, WORD, PATH, TOKEN, self.api_token, self.account, self.customer]
        return [*fixed, *(one.value for one in self.http.cookies.jar if one.value and len(one.value) > 20)]

    def form_token(self, path: str) -> str:
        found = re.search(r'name="_token" value="([0-9a-f]+)"', self.http.get(path).text)
        assert found is not None, path
        return found.group(1)

    def filled(self, path: str, *, wrong: bool = False) -> str:
        """A page's path with this customer in its places, or with a canary in each."""
        values = {
            "{number:str}": self.customer, "{account:str}": self.account, "{epoch:int}": "1",
            "{entry:int}": str(self.entry), "{kind:str}": "deposit", "{rid:str}": "0" * 32, "{code:str}": "es",
        }  # fmt: skip
        for place, value in values.items():
            path = path.replace(place, PATH if wrong and place.endswith("str}") else value)
        return path

    def sign_in(self) -> None:
        token = self.form_token("/sign-in")
        answer = self.http.post(
            "/sign-in", data={"_token": token, "clerk": SUPERVISOR, "pin": PIN, "then": "/counter"}
        )  # fmt: skip
        assert answer.url.path == "/counter", answer.text

    def be_the_customer(self) -> None:
        """She enrolls with a code from the counter."""
        token = self.form_token(f"/counter/customer/{self.customer}")
        shown = self.http.post(f"/counter/code/{self.customer}", data={"_token": token}).text
        found = re.search(r'class="cf-code">([^<]+)<', shown)
        assert found is not None
        form = {"account": self.account, "code": found.group(1), "passphrase": WORD, "again": WORD}
        told = self.http.post("/me/enroll", data={"_token": self.form_token("/me/enroll"), **form})
        assert told.url.path == "/me", told.text

    def typed(self) -> dict[str, str]:
        """A form with a canary in whatever field a page may know."""
        return {
            "clerk": SUPERVISOR, "pin": PIN + "1", "pin_approver": PIN, "approver": SUPERVISOR, "name": NAME,
            "account": self.account, "customer": self.customer, "amount": PIN, "q": NAME, "passphrase": WORD,
            "code": PATH, "again": WORD, "text": NAME, "details.name": NAME, "details.phone": PHONE, "reason": NAME,
            "_kind": "deposit", "_rid": "0" * 32, "_now": PIN, "what": PATH, "then": f"/{PATH}", "tendered": NAME,
            "pin1": PIN, "pin2": PIN, "new_clerk": PIN, "_seen": PATH,
        }  # fmt: skip


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    folder = tmp_path_factory.mktemp("canaries")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(folder / "state"))
        web = lambda work: app.web_of(work, secret=bytes(32))  # noqa: E731  # used on the next line alone
        with served(folder / "office", web=web) as server:
            made = Driven(server)
            yield made
            made.http.close()


ENDS_A_SESSION = ("/sign-out", "/counter/lock", "/me/sign-out")


def test_no_canary_leaves_by_any_page(
    driven: Driven, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    driven.sign_in()
    driven.be_the_customer()
    http, seen = driven.http, list[int]()
    ordered = sorted(pages.PAGES, key=lambda page: page.path in ENDS_A_SESSION or "sign-in" in page.path)
    for page in ordered:
        for wrong in (False, True):
            path = driven.filled(page.path, wrong=wrong)
            if page.method == "GET":
                seen.append(http.get(path).status_code)
                seen.append(http.get(path, params={"q": NAME, "then": PATH, "from": NAME, NAME: PIN}).status_code)
                continue
            home = "/me" if page.face == "customers" else "/verify" if page.face == "public" else "/counter"
            if page.path in ENDS_A_SESSION:
                continue
            token = re.search(r'name="_token" value="([0-9a-f]+)"', http.get(home).text)
            typed = {**driven.typed(), "_token": token.group(1) if token else "0"}
            seen.append(http.post(path, data=typed).status_code)
            seen.append(http.post(path, data={**typed, "_token": PATH}).status_code)
            seen.append(http.post(path, content=f"{NAME}".encode()).status_code)
            if page.upload:
                files = {"file": (NAME, f"{NAME} {PIN}".encode()), "photo": (PATH, NAME.encode())}
                seen.append(http.post(path, data=typed, files=files).status_code)
    for kind in ("customer-open", "withdrawal", "check-cash", "visit"):
        seen.append(http.get(f"/counter/do/{kind}", params={"account": driven.account, "q": NAME}).status_code)
    assert 200 in seen
    assert not any(status >= 500 for status in seen if status != 503), sorted(set(seen))
    _api(driven)
    _faults(driven, monkeypatch)
    for path in ENDS_A_SESSION:
        http.post(path, data={"_token": driven.form_token("/counter" if path != "/me/sign-out" else "/me")})
    monkeypatch.undo()
    _nothing_left(driven, capfd)


def _api(driven: Driven) -> None:
    """The questions of the API with the same canaries; its writes are driven by ``test_watch``."""
    with httpx.Client(base_url=driven.server.url, trust_env=False) as http:
        http.headers["Authorization"] = f"Bearer {driven.api_token}"
        places = {"account": driven.account, "customer": driven.customer, "epoch": "1", "entry": str(driven.entry),
                  "till": "T1", "id": "0" * 32}  # fmt: skip
        for read in READS:
            assert http.get(read.path.format(**places)).status_code in (200, 404), read.path
            http.get(read.path.format(**dict.fromkeys(places, PATH)))
            http.head(read.path.format(**places), headers={"Authorization": f"Bearer {TOKEN}"})
        prepare = {"kind": "cash-send", "body": {"till": NAME}, "details": DETAILS, "salt": PIN}
        http.post("/v1/prepare", json=prepare, headers={"Idempotency-Key": PIN})


def _faults(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page meets a bug that quotes what it held: neither the answer nor the log does."""

    def broken(*_: object, **__: object) -> Any:
        raise Fault(f"{NAME} {driven.account} {PIN}")

    def crash(*_: object, **__: object) -> Any:
        raise KeyError(f"{NAME} {driven.account} {PIN}")

    service = type(driven.server.work.service)
    for bug in (broken, crash):
        monkeypatch.setattr(service, "read", bug)
        monkeypatch.setattr(service, "at_desk", bug)
        for page in pages.PAGES:
            if page.method == "GET" and page.asks is not None:
                answer = driven.http.get(driven.filled(page.path))
                assert answer.status_code in (500, 404), page.path
                assert not any(canary in answer.text for canary in (NAME, PIN, PHONE)), page.path
    monkeypatch.undo()


def _nothing_left(driven: Driven, capfd: pytest.CaptureFixture[str]) -> None:
    with httpx.Client(base_url=driven.server.url, trust_env=False) as plain:
        said = driven.server.err.getvalue() + plain.get("/metrics").text
    lines = [json.loads(line) for line in driven.server.err.getvalue().splitlines()]
    routes = {line["route"] for line in lines if line["event"] == "request"}
    known = {re.sub(r":(str|int)}", "}", page.path) for page in pages.PAGES if page.path not in ENDS_A_SESSION}
    assert known <= {re.sub(r":(str|int)}", "}", route) for route in routes}, "every page was driven"
    assert {line["error"] for line in lines if line["event"] == "fault"} >= {"KeyError", "Fault"}
    out, err = capfd.readouterr()
    for canary in driven.canaries:
        assert canary not in said + out + err, canary


def test_the_books_and_backups_keep_canaries_in_their_place(driven: Driven, tmp_path: Path) -> None:
    """No entry of the journal holds a name; the details table does."""
    store = driven.server.office.desk.store
    kept = b"".join(bytes(row[3] or b"") for row in store.scan("entry"))  # type: ignore[arg-type]  # the column holds bytes
    assert NAME.encode() not in kept
    assert any(NAME.encode() in bytes(row[3]) for row in store.scan("details"))  # type: ignore[arg-type]  # the column holds bytes


def test_pages_of_a_server_show_its_last_audit_and_report_to_its_log(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page is handed, a real server hands it: a page that has it in tests alone would show nothing."""
    driven.sign_in()
    driven.http.get("/lang/en")
    office, err = driven.server.office, driven.server.err
    assert "No audit was kept here yet" in driven.http.get("/office/journal").text
    audits.keep(office.folder, audit(office.desk.store))
    assert "Everything agreed" in driven.http.get("/office/journal").text
    said = len(err.getvalue())

    def broken(*_: object, **__: object) -> Any:
        raise Fault("a bug")

    monkeypatch.setattr(type(driven.server.work.service), "read", broken)
    assert driven.http.get("/counter").status_code == 500
    monkeypatch.undo()
    lines = [json.loads(line) for line in err.getvalue()[said:].splitlines()]
    assert [line["error"] for line in lines if line["event"] == "fault"] == ["Fault"]
