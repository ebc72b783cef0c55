"""Writes read and verified where no office is: what a process of its own does before the office's is asked.

Always true:

1. What is found plain here, the office finds plain too, and decides as if it had come whole
   (``test_both_ways_of_a_write_answer_the_same``). What is not plain (an error of any kind, personal details, a
   key that proves itself, a token or a key not heard of) is left to the office, which alone says no.
2. Nothing secret is held: SHA-256 of tokens, ids, public keys (``test_the_front_holds_no_secret``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from counterfoil.faces.api import wire
from counterfoil.faces.api.kinds import read_write
from counterfoil.faces.api.problems import Problem
from counterfoil.faces.api.straight import says_json
from counterfoil.kernel.outcomes import CounterfoilError
from counterfoil.operations.clients import idempotency_key, request_id_of
from counterfoil.operations.desk import Carried

Headers = Mapping[str, str]


class Held(NamedTuple):
    """A clerk's signature that was found to hold over ``message`` under ``public_key``."""

    key_id: bytes
    signature: bytes
    message: bytes
    public_key: bytes


class Plain(NamedTuple):
    """A write that was read and whose signatures hold. ``body``: the signed body, read and not encoded."""

    identity: bytes
    epoch: int
    body: dict[str, Any]
    approvals: list[Held]


class Asker(NamedTuple):
    """The token that came, hashed, and whose it is."""

    token: bytes
    client: bytes


class Beforehand:
    """What the office has told: whose a token is, and the clerks' public keys. ``place``: the office signed for."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.tokens: dict[bytes, bytes] = {}
        self.keys: dict[bytes, bytes] = {}

    def asker(self, headers: Headers) -> Asker | None:
        """Who asks; None if the office has to be asked."""
        token = token_hash(headers)
        client = self.tokens.get(token) if token is not None else None
        return Asker(token, client) if token is not None and client is not None else None

    def plain(self, asker: Asker, kind: str, key: object, value: Any) -> Plain | None:
        """The write of a JSON value, if it is plain."""
        try:
            request = read_write(kind, request_id_of(asker.client, idempotency_key(key)), value, b"")
            if request.side is not None or request.proves is not None:
                return None
            held = []
            for signer in request.signers:
                public_key = self.keys.get(signer.key_id)
                if public_key is None or not isinstance(signer, Carried):
                    return None
                request.check(self._place, signer, public_key)
                held.append(Held(signer.key_id, signer.signature, signer.verified[0], public_key))
        except (CounterfoilError, Problem):
            return None
        return Plain(request.id, request.epoch, request.mapping(), held)


def token_hash(headers: Headers) -> bytes | None:
    """SHA-256 of the bearer's token, or None: there is none."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return hashlib.sha256(token.strip().encode("utf-8", "replace")).digest() if kind.lower() == "bearer" else None


def json_of(headers: Headers, body: bytes, limit: int) -> Any:
    """The JSON value of a body of at most ``limit`` bytes; None if it is none, which no write is."""
    if not says_json(headers) or len(body) > limit:
        return None
    try:
        return wire.decode(body)
    except CounterfoilError:
        return None
