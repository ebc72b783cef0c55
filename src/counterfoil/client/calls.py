"""Calls over HTTP: what is asked, what comes back, and asking again when nothing comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from counterfoil.client.keys import Draft, Signed, Signs, draft, filled, plain, sign_draft
from counterfoil.kernel.outcomes import Malformed

PATIENCE_S = 30
"""How long a call goes on asking while no answer comes."""
_AGAIN = (409, 429, 500, 502, 503, 504)
_WAITS_MS = (50, 100, 200, 400, 800, 1_600, 3_200)


class ProblemError(Exception):
    """The office answered with a problem (RFC 9457). ``name`` is the last part of its type: docs/reference/problems."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("detail", "")))
        self.body = dict(body)
        self.name = str(body.get("type", "")).rpartition("/")[2]
        self.status = int(body.get("status", 0))

    @property
    def field(self) -> str:
        return str(self.body.get("field", ""))


class Refused(ProblemError):
    """A rule said no, and that is remembered: a new attempt is a new key."""

    @property
    def code(self) -> str:
        return str(self.body.get("code", ""))

    @property
    def details(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body.get("details", {})
        return found


class Unreachable(Exception):
    """No answer came in time. The thing may have been done: ask again with the same key to learn it."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{why}. Ask again with the key {key!r}: it is done once." if key else why)
        self.key = key


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry that a request made. ``slip`` is the text of its code, or "" where its epoch's key is gone."""

    epoch: int
    entry: int
    kind: str
    slip: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request was done. ``result``: numbers given, cases, amounts told, by name. ``told``: what only the asker is
    told, such as the claim code of cash sent."""

    request: str
    kind: str
    currency: str
    entries: tuple[Entered, ...]
    result: Mapping[str, Any]
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Office:
    """What ``GET /v1/office`` tells. ``business_date`` is None while no day is open."""

    office: str
    place: str
    zone: str
    currency: str
    epoch: int
    origin: str
    size: int
    business_date: str | None
    client_id: bytes
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One request of a batch, as ``Client.sign`` made it."""

    signed: Signed

    def payload(self) -> dict[str, Any]:
        return {"key": self.signed.key, "kind": self.signed.kind, **self.signed.payload}


class Client:
    """One program's connection to an office. Not for several threads at once."""

    def __init__(
        self, url: str, token: str, *, patience: float = PATIENCE_S, language: str = "en",
        transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=10, transport=transport, trust_env=False)
        self._patience, self._sleep = patience, sleep
        self._office: Office | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # --- writes ----------------------------------------------------------------------------------------------------

    def office(self, *, anew: bool = True) -> Office:
        """The office, its epoch and its day. ``anew=False``: as it was last told."""
        if self._office is None or anew:
            told = self.get("/v1/office")
            self._office = Office(
                told["office"], told["place"], told["zone"], told["currency"], told["epoch"], told["origin"],
                told["size"], told["business_date"], bytes.fromhex(told["client"]["id"]),
                tuple(told["client"]["scopes"]),
            )  # fmt: skip
        return self._office

    def sign(
        self, kind: str, body: Mapping[str, Any], *, by: Sequence[Signs], key: str | None = None,
        details: Mapping[str, str] | None = None, salt: bytes | None = None, proves: Signs | None = None,
    ) -> Signed:  # fmt: skip
        """A request signed for this office. ``date`` left out is the open business day. What is read off ``details`` is
        filled in; what only the office can fill in (a price, a hash under its key) is asked for first."""
        office = self.office(anew=False)
        made = draft(kind, self._dated(office, body), key=key, details=details, salt=salt)
        if made.lacks:
            made = self._filled(made)
        return sign_draft(
            made, by=by, office=office.office, epoch=office.epoch, client=office.client_id, proves=proves
        )  # fmt: skip

    def prepare(
        self, kind: str, body: Mapping[str, Any], *, key: str | None = None, details: Mapping[str, str] | None = None,
        salt: bytes | None = None,
    ) -> Mapping[str, Any]:  # fmt: skip
        """The body as ``ask`` would sign it, with its prices, to be shown before anybody agrees."""
        office = self.office(anew=False)
        return self._filled(
            draft(kind, self._dated(office, body), key=key, details=details, salt=salt)
        ).body  # fmt: skip

    def _dated(self, office: Office, body: Mapping[str, Any]) -> dict[str, Any]:
        if "date" in body:
            return dict(body)
        date = office.business_date or self.office().business_date
        if date is None:
            raise Malformed("no business day is open: say which date is meant", field="date")
        return {**body, "date": date}

    def _filled(self, made: Draft) -> Draft:
        """The draft, filled in by the office: the first of two steps, under the key of the second."""
        payload = {"kind": made.kind, "body": plain(made.body), **made.beside}
        told = self._call(
            "POST", "/v1/prepare", json=payload, headers={"Idempotency-Key": made.key}, key=made.key
        )  # fmt: skip
        if "refusal" in told:
            no = told["refusal"]
            raise Refused({"type": "/problems/refused", "status": 422, "detail": no["message"], **no})
        return filled(made, told["body"])

    def ask(
        self, kind: str, body: Mapping[str, Any], *, by: Sequence[Signs], key: str | None = None,
        details: Mapping[str, str] | None = None, salt: bytes | None = None, proves: Signs | None = None,
    ) -> Accepted:  # fmt: skip
        """Asks for one thing and gives what was done; ``Refused`` if a rule said no. ``by``: the asking clerk's key
        first."""
        return self.send(self.sign(kind, body, by=by, key=key, details=details, salt=salt, proves=proves))

    def send(self, request: Signed) -> Accepted:
        """Sends a signed request, again and again until it is answered or patience ends; it is done at most once."""
        headers = {"Idempotency-Key": request.key}
        return _accepted(self._call("POST", f"/v1/{request.kind}", json=request.payload, headers=headers,
                                    key=request.key))  # fmt: skip

    def batch(self, items: Sequence[Signed]) -> list[Accepted | ProblemError]:
        """Up to 1,000 requests, each with its own outcome, in order. Those that say so may be sent again."""
        payload = {"requests": [BatchItem(item).payload() for item in items]}
        told = self._call("POST", "/v1/batch", json=payload, headers={}, key=items[0].key if items else "")
        return [
            _accepted(one["outcome"]) if one["status"] == 201 else _problem(one["outcome"]) for one in told["outcomes"]
        ]

    def printed(self, entries: Sequence[Entered]) -> int:
        """Tells that these slips left a printer; how many were due."""
        places = [{"epoch": one.epoch, "entry": one.entry} for one in entries]
        return int(self._call("POST", "/v1/printed", json={"entries": places}, headers={}, key="")["noted"])

    # --- questions -------------------------------------------------------------------------------------------------

    def get(self, path: str, **query: str | int) -> Any:
        """The answer to a question, as its JSON."""
        return self._call("GET", path, headers={}, key="", params=query)

    def items(self, path: str, **query: str | int) -> Iterator[Any]:
        """Every item of a list, page by page."""
        while True:
            page = self.get(path, **query)
            yield from page["items"]
            if "next" not in page:
                return
            query["after"] = page["next"]

    def outcome(self, request: str) -> Accepted:
        """What became of a request; ``Refused``, or ``ProblemError`` (not-found) if it was never decided."""
        told = self.get(f"/v1/requests/{request}")
        if told["outcome"] == "refused":
            raise Refused({**told, "detail": told["message"], "type": "/problems/refused", "status": 422})
        return _accepted(told)

    # --- the wire --------------------------------------------------------------------------------------------------

    def _call(self, method: str, path: str, *, headers: Mapping[str, str], key: str, **more: Any) -> Any:
        deadline, tries = time.monotonic() + self._patience, 0
        while True:
            try:
                answer = self._http.request(method, path, headers=headers, **more)
            except httpx.TransportError as error:
                wait, why = self._wait(tries, None), f"no answer came ({type(error).__name__})"
            else:
                if answer.status_code not in _AGAIN:
                    return _told(answer)
                wait, why = self._wait(tries, answer), f"the office answered {answer.status_code}"
                if time.monotonic() + wait > deadline:
                    return _told(answer)
            if time.monotonic() + wait > deadline:
                raise Unreachable(key, why)
            self._sleep(wait)
            tries += 1

    @staticmethod
    def _wait(tries: int, answer: httpx.Response | None) -> float:
        after = answer.headers.get("Retry-After", "") if answer is not None and answer.status_code == 429 else ""
        return float(after) if after.isdigit() else _WAITS_MS[min(tries, len(_WAITS_MS) - 1)] / 1_000


def _told(answer: httpx.Response) -> Any:
    try:
        value = answer.json()
    except ValueError:
        value = {"type": "/problems/unreadable", "status": answer.status_code, "detail": "the answer is not JSON"}
        raise ProblemError(value) from None
    if answer.is_success:
        return value
    raise _problem(value)


def _problem(body: Mapping[str, Any]) -> ProblemError:
    return Refused(body) if "code" in body else ProblemError(body)


def _accepted(told: Mapping[str, Any]) -> Accepted:
    entries = tuple(Entered(one["epoch"], one["entry"], one["kind"], one.get("slip", "")) for one in told["entries"])
    return Accepted(
        told["request"], told["kind"], told["currency"], entries, told["result"], told.get("told", {})
    )  # fmt: skip
