"""The entrance of a server: for which names it answers, and who is counted as having come.

Always true (``tests/unit/serving/test_entrance.py``):

1. A server that knows its names answers for no other (``test_only_its_own_names_are_answered``). A web page elsewhere
   that makes its own name point here (DNS rebinding) so gets nothing: not from an office on 127.0.0.1 either.
2. Behind a proxy that says so, tries are counted by the address that the proxy saw, an IPv6 network of one customer as
   one; without that word what a caller claims about addresses counts for nothing
   (``test_the_proxys_word_is_taken_only_if_it_was_told``).
3. ``/metrics`` is not for the public's name (``test_figures_are_not_for_the_public``).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from counterfoil.serving.config import Settings
from counterfoil.serving.place import LOCALHOST, is_here, is_number, public_place

Scope = dict[str, Any]
_IPV6_BITS = 64
_SAID = b"This server does not go by that name. Its own is set in server.toml: public_url.\n"


def knows(settings: Settings) -> Callable[[str], bool]:
    """Whether a name is one that this server answers for. Numbers and ``localhost`` always are: no page elsewhere has
    such a name. Where no name was set and others than this machine may come, any is."""
    public = public_place(settings)
    anyones = public is None and (settings.behind_tls or not is_here(settings.host))

    @lru_cache(maxsize=256)
    def known(host: str) -> bool:
        name = name_of(host)
        return (
            not name or name == LOCALHOST or is_number(name) or anyones or (public is not None and name == public.host)
        )

    return known


def name_of(host: str) -> str:
    """The name or number in a Host header, without its port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.count(":") > 1 else host.partition(":")[0]


@lru_cache(maxsize=1_024)
def counted_as(address: str) -> str:
    """What stands for an address when tries are counted: an IPv6 network for all of its addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((found, _IPV6_BITS), strict=False))
    return str(found)


class Entrance:
    """An ASGI application in front of the server's own."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self._app, self._known, self._forwarded = app, knows(settings), settings.forwarded_for
        public = public_place(settings)
        self._public = public.host if public is not None and public.host != LOCALHOST else ""

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host, forwarded = "", ""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1")
            elif name == b"x-forwarded-for":
                forwarded = value.decode("latin-1")  # The last line, and the last address in it, is our own proxy's.
        if not self._known(host):
            await _say(send, 421, _SAID)
            return
        if scope["path"] == "/metrics" and self._public and name_of(host) == self._public:
            await _say(send, 404, b"Not here.\n")
            return
        client = scope.get("client")
        address = client[0] if client else ""
        if self._forwarded and forwarded and is_here(address):
            address = forwarded.rpartition(",")[2].strip()
        scope["client"] = (counted_as(address), client[1] if client else 0)
        await self._app(scope, receive, send)


async def _say(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body)),
               (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
