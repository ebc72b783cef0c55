"""Writes straight from the server's socket to the desk, past the framework: ``POST /v1/KIND`` and ``POST /v1/batch``.

A write is asked thousands of times a second, and the framework's way of a request costs more than the desk's. All
else that is asked, and these paths in any other spelling, goes to the framework; both ways call the same functions and
differ in nothing but who reads the body (``test_both_ways_of_a_write_answer_the_same``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from counterfoil.faces.api import wire
from counterfoil.faces.api.problems import PROBLEM_MEDIA, Problem
from counterfoil.kernel.limits import REQUEST_BYTES_MAX

WRITE_BYTES_MAX = 4 * REQUEST_BYTES_MAX
BATCH_BYTES_MAX = 64 * REQUEST_BYTES_MAX

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Caller(NamedTuple):
    """What a request says of who asks. ``headers``: by their names in small letters, the first of each name.
    ``state``: what the log is told of this request."""

    headers: Mapping[str, str]
    host: str
    state: dict[str, Any]


class Reply(NamedTuple):
    """An answer in JSON, whatever sends it."""

    status: int
    body: bytes
    headers: Mapping[str, str]


Read = Callable[[int], Awaitable[bytes]]
"""The body of a request of at most so many bytes, or ``Problem``."""


PLAIN_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Route(NamedTuple):
    """What is answered at a path. ``template`` and ``params`` are what the framework would call it in the log."""

    answer: Callable[[Caller, Read], Awaitable[Reply]]
    template: str
    params: Mapping[str, str]


class Straight:
    """An ASGI application in front of ``app``: takes ``posts`` (path → route) itself."""

    def __init__(self, app: Any, posts: Mapping[str, Route]) -> None:
        self._app, self._posts = app, posts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._posts.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["path_template"], scope["path_params"] = route.template, route.params
        headers = headers_of(scope)
        client = scope.get("client")
        caller = Caller(headers, client[0] if client else "", scope.setdefault("state", {}))

        async def read(limit: int) -> bytes:
            return await _body(receive, headers.get("content-length", ""), limit)

        reply = await route.answer(caller, read)
        await send_reply(send, reply.status, headers_to_send(reply), reply.body)


def problem_reply(problem: Problem) -> Reply:
    """What is answered for a problem."""
    headers = {**PLAIN_HEADERS, "Content-Type": PROBLEM_MEDIA, **problem.headers}
    return Reply(problem.status, wire.encode(problem.body()), headers)


async def send_reply(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Sends a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request by their names in small letters, the first of each name."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    return headers


def headers_to_send(reply: Reply) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, its length among them."""
    told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    return [*told, (b"content-length", b"%d" % len(reply.body))]


def says_json(headers: Mapping[str, str]) -> bool:
    """Whether the body is said to be JSON."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def spanish_first(headers: Mapping[str, str]) -> bool:
    """Whether Spanish is the first language asked for."""
    first = headers.get("accept-language", "").split(",")[0].strip().lower()
    return first.partition("-")[0] == "es"


async def _body(receive: Receive, length: str, limit: int) -> bytes:
    """The whole body. What is too large by its own word is not read at all."""
    if length.isdecimal() and int(length) > limit:
        raise too_large(limit)
    body = await read_whole(receive, limit)
    if len(body) > limit:
        raise too_large(limit)
    return body


async def read_whole(receive: Receive, limit: int) -> bytes:
    """The whole body, or its beginning, longer than ``limit`` bytes, if it is longer."""
    parts, size, more = [], 0, True
    while more and size <= limit:
        message = await receive()
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        more = message.get("more_body", False)  # A caller who went away says nothing more: what came is not JSON.
    return b"".join(parts)


def too_large(limit: int) -> Problem:
    return Problem("too-large", f"The body may have {limit:,} bytes. Nothing has been recorded.")
