"""The application of the front: reads what is plain, and hands everything to the office.

Always true: what the front cannot answer by itself goes to the office as it came, and so does what the office sends
back for that (``test_every_page_is_the_same_through_a_front``); of a body no more is read than the largest upload may
have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from counterfoil.faces.api.beforehand import Asker, Beforehand, Plain, json_of
from counterfoil.faces.api.straight import (
    BATCH_BYTES_MAX,
    WRITE_BYTES_MAX,
    Receive,
    Scope,
    Send,
    headers_of,
    read_whole,
    send_reply,
    spanish_first,
)
from counterfoil.faces.api.writes import BATCH_BREATH, items_of
from counterfoil.kernel.outcomes import Malformed
from counterfoil.serving.front import link as say

BODY_BYTES_MAX = 2**25
"""Of any request: more than the largest upload that a page takes. What is longer reaches the office cut off, and too
long for every page there."""
METRICS = "/metrics"


class OfficeGone(Exception):
    """The office's process has ended, and with it whoever could answer."""


class Reading:
    """An ASGI application over a link. ``more_metrics``: the figures of this process."""

    def __init__(self, hello: say.Hello, *, more_metrics: Callable[[], bytes]) -> None:
        self._before = Beforehand(hello.place)
        self._posts = {f"/v1/{kind}": kind for kind in hello.kinds}
        self._batches = bool(hello.kinds)
        self._more_metrics = more_metrics
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[say.Reply | say.Again]] = {}
        self.link: say.Link | None = None

    def heard(self, message: say.Keys | say.Token | say.Reply | say.Again) -> None:
        """Takes what the office says."""
        if isinstance(message, say.Keys):
            self._before.keys.update(message.keys)
        elif isinstance(message, say.Token):
            self._before.tokens[message.token] = message.client
        else:
            waiting = self._waiting.pop(message.number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    def gone(self) -> None:
        """The office has ended: nobody who waits is answered any more."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(OfficeGone())
        self._waiting.clear()
        self.link = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_whole(receive, BODY_BYTES_MAX)
        reply: say.Reply | say.Again | None = await self._plainly(scope, body)
        if reply is None:
            reply = await self._asked(lambda number: self._whole(number, scope, body))
        assert isinstance(reply, say.Reply)
        scope["path_template"], scope["state"]["client"] = reply.route, reply.client
        headers, body = reply.headers, reply.body
        if scope["path"] == METRICS and reply.status == 200:
            body += self._more_metrics()
            headers = [one for one in headers if one[0].lower() != b"content-length"]
            headers.append((b"content-length", b"%d" % len(body)))
        await send_reply(send, reply.status, headers, body)

    # --- what is plain ------------------------------------------------------------------------------------------------

    async def _plainly(self, scope: Scope, body: bytes) -> say.Reply | None:
        """The answer to a write that was read here; None: it goes to the office whole."""
        if scope["method"] != "POST" or not self._batches:
            return None
        kind, batch = self._posts.get(scope["path"]), scope["path"] == "/v1/batch"
        if kind is None and not batch:
            return None
        headers = headers_of(scope)
        asker = self._before.asker(headers)
        value = json_of(headers, body, BATCH_BYTES_MAX if batch else WRITE_BYTES_MAX) if asker is not None else None
        if asker is None or value is None:
            return None
        spanish = spanish_first(headers)
        if kind is None:
            try:
                items = items_of(value)
            except Malformed:
                return None
            return await self._batch(asker, items, spanish)
        write = self._before.plain(asker, kind, headers.get("idempotency-key"), value)
        if write is None:
            return None
        reply = await self._asked(
            lambda number: say.One(number, asker.token, asker.client, spanish, _wrote(write))
        )  # fmt: skip
        if isinstance(reply, say.Again):
            self._before.tokens.pop(asker.token, None)
            return None
        return reply

    async def _batch(self, asker: Asker, items: Any, spanish: bool) -> say.Reply | None:
        """Hands on part after part as they are read, so that the office works meanwhile."""
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        for first in range(0, len(items), BATCH_BREATH):
            part = items[first : first + BATCH_BREATH]
            self._say(say.Some(
                number, asker.token, asker.client, spanish, [str(one["key"]) for one in part],
                [self._of_batch(asker, one) for one in part], first + BATCH_BREATH >= len(items),
            ))  # fmt: skip
            await asyncio.sleep(0)
        reply = await waiting
        assert isinstance(reply, say.Reply)
        return reply

    def _of_batch(self, asker: Asker, item: dict[str, Any]) -> say.Wrote | say.Raw:
        kind = item["kind"]
        if isinstance(kind, str) and f"/v1/{kind}" in self._posts:
            rest = {name: one for name, one in item.items() if name not in ("kind", "key")}
            write = self._before.plain(asker, kind, item["key"], rest)
            if write is not None:
                return _wrote(write)
        return say.Raw(item)

    # --- asking the office --------------------------------------------------------------------------------------------

    def _whole(self, number: int, scope: Scope, body: bytes) -> say.Whole:
        host, port = scope.get("client") or ("", 0)
        return say.Whole(
            number, scope["method"], scope["path"], scope.get("raw_path") or b"", scope["query_string"],
            [(bytes(name), bytes(value)) for name, value in scope["headers"]], (host, port),
            scope["state"]["request_id"], body,
        )  # fmt: skip

    async def _asked(self, message: Callable[[int], say.Message]) -> say.Reply | say.Again:
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(message(number))
        return await waiting  # type: ignore[no-any-return]  # the loop's type says nothing of what the future holds

    def _say(self, message: say.Message) -> None:
        if self.link is None:
            raise OfficeGone
        self.link.send(message)


def _wrote(write: Plain) -> say.Wrote:
    return say.Wrote(write.identity, write.epoch, write.body, [say.Signed(*one) for one in write.approvals])
