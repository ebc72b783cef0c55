"""The routes of the API on a server: who calls, what is read, and how answers and problems leave.

Always true: whatever happens, the answer keeps to the document (``test_every_answer_keeps_to_the_document``);
no answer is kept by anyone on the way; a right token is never held up by wrong ones
(``test_wrong_tokens_are_slowed_down_and_a_right_one_never``).
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from litestar import MediaType, Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.router import Router as RouterType

from counterfoil.counter.receipt import Receipt
from counterfoil.faces.api import document, wire
from counterfoil.faces.api.problems import PROBLEMS, TYPE, Problem, problem_of
from counterfoil.faces.api.reads import READS, Question, Read, not_for_its_role
from counterfoil.faces.api.straight import (
    BATCH_BYTES_MAX,
    PLAIN_HEADERS,
    WRITE_BYTES_MAX,
    Caller,
    Reply,
    Route,
    Straight,
    problem_reply,
    says_json,
    spanish_first,
    too_large,
)
from counterfoil.faces.api.straight import Read as ReadBody
from counterfoil.faces.api.writes import Done, Writes, scope_missing
from counterfoil.kernel.outcomes import Malformed, Translate
from counterfoil.office.requests import ASKS
from counterfoil.operations.clients import WRITE, Client, Tokens
from counterfoil.operations.papers import Papers
from counterfoil.operations.service import Service
from counterfoil.operations.store import OfficeStore

Asked = Request[Any, Any, Any]

_JSON_HEADERS = {**PLAIN_HEADERS, "Content-Type": "application/json"}
_PAGE_HEADERS = {
    **PLAIN_HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
}


class Attempts:
    """Wrong tokens by where they came from: each beyond ``FREE`` in a minute makes the next wrong one wait longer.

    Only wrong ones: a right token from the same place passes at once, so nobody can lock a whole office out.
    """

    FREE, WINDOW_S, WAIT_MAX_S, PLACES_MAX = 10, 60, 300, 10_000

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wrong(self, place: str) -> None:
        """Notes a wrong token; ``Problem`` with ``Retry-After`` if there were too many."""
        now = self._now()
        count, until = self._seen.pop(place, (0, 0.0))
        if now < until and count >= self.FREE:
            self._put(place, count, until)
            raise self._wait(int(until - now) + 1)
        count = count + 1 if now < until + self.WINDOW_S else 1
        beyond = count - self.FREE
        self._put(place, count, now + min(self.WAIT_MAX_S, 2**beyond) if beyond >= 0 else now)

    def _put(self, place: str, count: int, until: float) -> None:
        self._seen[place] = (count, until)
        while len(self._seen) > self.PLACES_MAX:
            self._seen.popitem(last=False)

    @staticmethod
    def _wait(seconds: int) -> Problem:
        return Problem(
            "too-many-attempts", f"Too many wrong tokens came from here: wait {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )  # fmt: skip


@dataclass(slots=True)
class Api:
    """What the handlers share. ``report`` is told of every error that is not the caller's."""

    service: Service
    tokens: Tokens
    writes: Writes
    make_papers: Callable[[OfficeStore], Papers]
    render: Callable[[Receipt], str]
    catalog: Callable[[str], Translate]
    report: Callable[[BaseException], None]
    attempts: Attempts = field(default_factory=Attempts)

    def papers(self, store: OfficeStore) -> Papers:
        return self.make_papers(store)

    def receipt_text(self, receipt: Receipt) -> str:
        return self.render(receipt)

    def client(self, asked: Caller, scope: str) -> Client:
        """Who calls; a problem if the token is none, or does not reach to ``scope`` (empty: any token)."""
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        client = self.tokens.find(token.strip()) if kind.lower() == "bearer" else None
        if client is None:
            if token:
                self.attempts.wrong(asked.host)
            raise token_needed()
        asked.state["client"] = client.id.hex()
        if scope and not client.may(scope):
            raise scope_missing(scope)
        return client

    def translate(self, asked: Caller) -> Translate:
        """The texts of the language asked for: Spanish if it is named first, else English."""
        return self.catalog("es" if spanish_first(asked.headers) else "en")


def token_needed() -> Problem:
    """There is no token, or not one that is in use."""
    return Problem(
        "token-needed", "This needs a token of this office that is in use.",
        headers={"WWW-Authenticate": 'Bearer realm="counterfoil"'},
    )  # fmt: skip


def routes(api: Api) -> Sequence[RouterType]:
    """All routes of the API: under ``/v1``, its document and page, and the pages of its problems."""
    handlers = [*(_read(api, read) for read in READS), *_writes(api), *_pages()]
    return [Router("/", route_handlers=handlers, exception_handlers={Exception: _unhandled(api)})]


def _read(api: Api, read: Read) -> HTTPRouteHandler:
    async def handler(request: Asked) -> Response[bytes]:
        async def answered() -> Reply:
            caller = _caller(request)
            client = api.client(caller, read.scope)
            _no_repetition(request)
            query = wire.asked_for(dict(request.query_params), read.query)
            if not client.reads(read.question(client, query)):
                raise not_for_its_role(client.role)
            question = Question(client, request.path_params, query, api.translate(caller))
            return _fresh(caller, wire.encode(await read.answer(api, question)))

        return _response(await _answer(api, answered))

    return get(_litestar_path(read.path), name=read.name, media_type=MediaType.JSON)(handler)


def straight(api: Api, app: Any) -> Straight:
    """``app``, with the writes that are asked most in front of it."""
    posts = {
        f"/v1/{kind}": Route(partial(_write, api, kind), "/v1/{kind}", {"kind": kind}) for kind in ASKS
    }  # fmt: skip
    return Straight(app, {**posts, "/v1/batch": Route(partial(_batch, api), "/v1/batch", {})})


async def _write(api: Api, kind: str, caller: Caller, read: ReadBody) -> Reply:
    async def answered() -> Reply:
        client = api.client(caller, "")
        if kind not in ASKS:
            raise Problem("not-found", "Nothing of that name can be asked here.")
        if not client.may(f"{WRITE}:{kind}"):
            raise scope_missing(f"{WRITE}:{kind}")
        key = caller.headers.get("idempotency-key")
        if key is None:
            raise Problem("key-missing", "A write needs the header Idempotency-Key. Nothing has been recorded.")
        value = await _json(caller, read, WRITE_BYTES_MAX)
        return written(await api.writes.one(client, kind, key, value, api.translate(caller)))

    return await _answer(api, answered)


def written(done: Done) -> Reply:
    """What ``POST /v1/KIND`` is answered."""
    if done.problem is not None:
        return problem_reply(done.problem)
    first = done.value["entries"][0]
    where = {"Location": f"/v1/entries/{first['epoch']}/{first['entry']}"}
    return _reply(done.status, wire.encode_plain(done.value), headers=where)


def batched(outcomes: Sequence[dict[str, Any]]) -> Reply:
    """What ``POST /v1/batch`` is answered."""
    return _reply(200, wire.encode_plain({"outcomes": outcomes}))


async def _batch(api: Api, caller: Caller, read: ReadBody) -> Reply:
    async def answered() -> Reply:
        client = api.client(caller, "")
        if not client.writes:
            raise scope_missing(WRITE)
        value = await _json(caller, read, BATCH_BYTES_MAX)
        return batched(await api.writes.batch(client, value, api.translate(caller)))

    return await _answer(api, answered)


async def _prepare(api: Api, caller: Caller, read: ReadBody) -> Reply:
    async def answered() -> Reply:
        client = api.client(caller, "")
        key = caller.headers.get("idempotency-key")
        if key is None:
            raise Problem(
                "key-missing",
                "A body is prepared for the Idempotency-Key that it will be sent "
                "with: send that header. Nothing has been recorded.",
            )
        value = await _json(caller, read, WRITE_BYTES_MAX)
        return _reply(200, wire.encode(await api.writes.prepare(client, key, value, api.translate(caller))))

    return await _answer(api, answered)


async def _printed(api: Api, caller: Caller, read: ReadBody) -> Reply:
    async def answered() -> Reply:
        api.client(caller, WRITE)
        noted = await api.writes.printed(await _json(caller, read, WRITE_BYTES_MAX))
        return _reply(200, wire.encode({"noted": noted}))

    return await _answer(api, answered)


def _writes(api: Api) -> list[HTTPRouteHandler]:
    async def write(request: Asked) -> Response[bytes]:
        return _response(await _write(api, str(request.path_params["kind"]), _caller(request), _reader(request)))

    async def batch(request: Asked) -> Response[bytes]:
        return _response(await _batch(api, _caller(request), _reader(request)))

    async def prepare(request: Asked) -> Response[bytes]:
        return _response(await _prepare(api, _caller(request), _reader(request)))

    async def printed(request: Asked) -> Response[bytes]:
        return _response(await _printed(api, _caller(request), _reader(request)))

    return [
        post("/v1/{kind:str}", name="write", request_max_body_size=WRITE_BYTES_MAX)(write),
        post("/v1/batch", name="batch", request_max_body_size=BATCH_BYTES_MAX)(batch),
        post("/v1/prepare", name="prepare", request_max_body_size=WRITE_BYTES_MAX)(prepare),
        post("/v1/printed", name="printed", request_max_body_size=WRITE_BYTES_MAX)(printed),
    ]


@cache
def _document() -> bytes:
    """The document is the same for every server, and takes a second to make."""
    return wire.encode(document.document())


@cache
def _page() -> str:
    return document.page()


def _pages() -> list[HTTPRouteHandler]:
    made, shown = _document(), _page()
    style = hashlib.sha256(document.STYLE.encode()).digest()
    headers = dict(_PAGE_HEADERS)
    headers["Content-Security-Policy"] = headers["Content-Security-Policy"].format(b64encode(style).decode())

    async def openapi() -> Response[bytes]:
        return Response(made, media_type=MediaType.JSON, headers=PLAIN_HEADERS)

    async def browse() -> Response[str]:
        return Response(shown, media_type=MediaType.HTML, headers=headers)

    async def problem(request: Asked) -> Response[str]:
        name = request.path_params["name"]
        if name not in PROBLEMS:
            raise Problem("not-found", "There is no problem of that name.")
        return Response(document.problem_page(name), media_type=MediaType.HTML, headers=headers)

    return [
        get("/openapi.json", name="openapi", media_type=MediaType.JSON)(openapi),
        get("/api", name="api-page", media_type=MediaType.HTML)(browse),
        get(f"{TYPE}{{name:str}}", name="problem", media_type=MediaType.HTML)(problem),
    ]


async def _answer(api: Api, answered: Callable[[], Awaitable[Reply]]) -> Reply:
    try:
        return await answered()
    except Exception as error:
        api.report(error)
        return problem_reply(problem_of(error))


def _unhandled(api: Api) -> Callable[[Asked, Exception], Response[bytes]]:
    """What the framework itself turns away."""

    def handle(_: Asked, error: Exception) -> Response[bytes]:
        if not isinstance(error, HTTPException):
            api.report(error)
            return _response(problem_reply(problem_of(error)))
        name, said = {
            404: ("not-found", "There is nothing at this path."),
            405: ("method-not-allowed", "This path does not take that method."),
            413: ("too-large", "This request is larger than is taken here. Nothing has been recorded."),
        }.get(error.status_code, ("malformed", "This request cannot be read. Nothing has been recorded."))
        return _response(problem_reply(Problem(name, said, headers=error.headers or {})))

    return handle


def _reply(status: int, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, body, {**_JSON_HEADERS, **(headers or {})})


def _response(reply: Reply) -> Response[bytes]:
    """A reply as the framework sends it."""
    headers = dict(reply.headers)
    return Response(reply.body, status_code=reply.status, media_type=headers.pop("Content-Type"), headers=headers)


def _fresh(caller: Caller, body: bytes) -> Reply:
    """The answer with its tag, or 304 if the caller has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in caller.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return _reply(304, b"", headers={"ETag": tag})
    return _reply(200, body, headers={"ETag": tag})


def _caller(request: Asked) -> Caller:
    return Caller(request.headers, request.client.host if request.client else "", request.scope["state"])


def _reader(request: Asked) -> ReadBody:
    """The body as the framework reads it, which counts its bytes itself."""

    async def read(limit: int) -> bytes:
        try:
            return await request.body()
        except HTTPException as error:
            if error.status_code == 413:
                raise too_large(limit) from None
            raise

    return read


def _no_repetition(request: Asked) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) != len(names):
        raise Malformed("a parameter stands twice", field="query")


async def _json(caller: Caller, read: ReadBody, limit: int) -> Any:
    """The JSON value of the body."""
    if not says_json(caller.headers):
        raise Problem("not-json", "The body has to be JSON, and Content-Type has to say so. Nothing has been recorded.")
    return wire.decode(await read(limit))


def _litestar_path(path: str) -> str:
    """``/v1/accounts/{account}`` as the framework writes it."""
    return path.replace("}", ":str}")
