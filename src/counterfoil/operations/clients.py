"""API clients: opaque tokens, their scopes, and the request ids that follow from a client's own keys.

Always true:

1. A token is 32 random bytes in words of the URL alphabet; only its SHA-256 is kept (``test_a_token_is_kept_hashed``).
2. A request id is SHA-256(client id ‖ idempotency key) cut to 16 bytes, so a client can compute it before it signs, and
   no client can meet another's (``test_a_request_id_follows_from_client_and_key``): the client id has a fixed length.
3. A token that was revoked opens nothing from then on, and stays in the list (``test_a_revoked_token_opens_nothing``).

A token says which program calls; it never stands for a clerk. What a clerk does is signed by her key. What it may read
is what one of its role may read (``operations.roles``), and a token of one customer reads what is hers
(``test_every_role_and_every_question_of_the_api``).
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from counterfoil.kernel.idents import REQUEST_ID_BYTES
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.office.readers import CUSTOMER as CUSTOMER_NUMBER
from counterfoil.office.readers import ROLES
from counterfoil.office.requests import ASKS
from counterfoil.operations.desk import Desk
from counterfoil.operations.ports import Entropy
from counterfoil.operations.roles import CUSTOMER, OPERATIONS, Question, may_read
from counterfoil.operations.store import Row

CLIENT_BYTES, TOKEN_BYTES, TOKEN_PREFIX = 16, 32, "cft_"
READ, PERSONAL, WRITE = "read", "personal", "write"
SCOPES = (READ, PERSONAL, WRITE)
"""``read``: the books; ``personal``: customers' details; ``write``: every kind of request. ``write:deposit``: that kind
alone."""
AS_ROLE, OF_CUSTOMER = "role:", "of:"
"""Words beside the scopes: as which role it reads (left out: as operations), or of which one customer."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,39}")
_KEY = re.compile(r"[\x21\x23-\x7e]{1,64}")


class Client(NamedTuple):
    """Who calls, what it may call, and as whom it reads. ``customer``: the one whose app it is, or ""."""

    id: bytes
    name: str
    scopes: frozenset[str]

    @property
    def customer(self) -> str:
        return next((one.removeprefix(OF_CUSTOMER) for one in self.scopes if one.startswith(OF_CUSTOMER)), "")

    @property
    def role(self) -> str:
        if self.customer:
            return CUSTOMER
        return next((one.removeprefix(AS_ROLE) for one in self.scopes if one.startswith(AS_ROLE)), OPERATIONS)

    def reads(self, question: Question) -> bool:
        """Whether its role may have the answer; what is not its customer's, whoever answers turns away."""
        return may_read(self.role, question, own=bool(self.customer))

    @property
    def writes(self) -> bool:
        """Whether it may ask anything that is recorded."""
        return any(one.partition(":")[0] == WRITE for one in self.scopes)

    def may(self, scope: str) -> bool:
        """Whether ``scope`` is among its scopes; ``write`` holds every ``write:KIND``."""
        return scope in self.scopes or (scope.startswith(f"{WRITE}:") and WRITE in self.scopes)


class TokenRow(NamedTuple):
    hash: bytes
    client: bytes
    name: str
    scopes: str
    made: int
    revoked: int | None


class Tokens:
    """The tokens of one office. ``find`` may be called from any thread; what writes, on the desk's thread alone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rows = {row[0]: TokenRow(*row) for row in desk.store.scan("token")}  # type: ignore[arg-type]  # the store keeps the columns of the row class
        self._clients: dict[TokenRow, Client] = {}

    def find(self, token: str) -> Client | None:
        """The client of a token; None if it is not one, or was revoked."""
        return self.of(hashlib.sha256(token.encode("utf-8", "replace")).digest())

    def of(self, token_hash: bytes) -> Client | None:
        """As ``find``, by the token's SHA-256."""
        row = self._rows.get(token_hash)
        if row is None or row.revoked is not None:
            return None
        client = self._clients.get(row)
        if client is None:
            client = self._clients[row] = Client(row.client, row.name, frozenset(row.scopes.split()))
        return client

    def add(self, name: str, scopes: Sequence[str], entropy: Entropy) -> tuple[str, TokenRow]:
        """A new token, which is shown this once. A client of that name that is known keeps its client id, so its
        keys go on meaning the same requests."""
        if not _NAME.fullmatch(name):
            raise Malformed(f"{short(name)} is not a client's name: 1 to 40 letters, digits, . _ -", field="client")
        wanted = [_scope(one) for one in scopes]
        whose = [one for one in wanted if one.startswith((AS_ROLE, OF_CUSTOMER))]
        if len(set(whose)) > 1:
            raise Malformed("a token reads as one role, or for one customer", field="scope")
        if any(one.startswith(OF_CUSTOMER) for one in whose) and any(one.startswith(WRITE) for one in wanted):
            raise Malformed("a customer's app asks nothing at the counter: read and personal are its scopes",
                            field="scope")  # fmt: skip
        if len(wanted) == len(whose):
            raise Malformed(f"a token needs a scope: {', '.join(SCOPES)} or write:KIND", field="scope")
        known = next((row.client for row in self._rows.values() if row.name == name), None)
        token = TOKEN_PREFIX + urlsafe_b64encode(entropy(TOKEN_BYTES)).rstrip(b"=").decode()
        row = TokenRow(
            hashlib.sha256(token.encode()).digest(), known or entropy(CLIENT_BYTES), name,
            " ".join(dict.fromkeys(wanted)), self._desk.clock.now(), None,
        )  # fmt: skip
        self._keep(row)
        return token, row

    def revoke(self, which: str) -> list[TokenRow]:
        """Ends the token whose hash begins with ``which`` (8 hexadecimal digits or more), or every one of the client of
        that name."""
        by_hash = re.fullmatch(r"[0-9a-f]{8,64}", which)
        found = [
            row for row in self._rows.values()
            if row.revoked is None and (row.name == which or (by_hash and row.hash.hex().startswith(which)))
        ]  # fmt: skip
        if not found:
            raise Malformed(f"no token in use is {short(which)}: `counterfoil token list` shows them", field="token")
        ended = [row._replace(revoked=self._desk.clock.now()) for row in found]
        for row in ended:
            self._keep(row)
        return ended

    def all(self) -> list[TokenRow]:
        """Every token, revoked ones too, by name and age."""
        return sorted(self._rows.values(), key=lambda row: (row.name, row.made, row.hash))

    def _keep(self, row: TokenRow) -> None:
        kept: Row = tuple(row)
        self._desk.note({"token": [kept]})
        self._rows[row.hash] = row


def request_id_of(client: bytes, key: str) -> bytes:
    """The request id of a client's idempotency key."""
    return hashlib.sha256(client + key.encode()).digest()[:REQUEST_ID_BYTES]


def idempotency_key(text: object) -> str:
    """The key of a write: 1 to 64 printable ASCII characters without blanks and quotation marks (a quoted key, as in
    the HTTP draft, is taken without its quotes)."""
    key = text[1:-1] if isinstance(text, str) and len(text) > 2 and text[0] == text[-1] == '"' else text
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise Malformed(
            f"the idempotency key is {short(text)}: 1 to 64 printable characters without blanks are needed",
            field="Idempotency-Key",
        )
    return key


def described(row: TokenRow, when: Callable[[int], str]) -> dict[str, Any]:
    """A token as it is listed: never the token itself."""
    return {
        "token": row.hash.hex()[:16], "client": row.name, "client_id": row.client.hex(), "scopes": row.scopes.split(),
        "made": when(row.made), "revoked": when(row.revoked) if row.revoked is not None else None,
    }  # fmt: skip


def _scope(scope: str) -> str:
    kind = scope.removeprefix(f"{WRITE}:")
    if scope in SCOPES or (kind != scope and kind in ASKS):
        return scope
    if scope.startswith(OF_CUSTOMER):
        return OF_CUSTOMER + str(CUSTOMER_NUMBER.read(scope.removeprefix(OF_CUSTOMER), "customer"))
    if scope.startswith(AS_ROLE) and scope.removeprefix(AS_ROLE) in ROLES:
        return scope
    raise Malformed(
        f"{short(scope)} is not a scope: {', '.join(SCOPES)}, write:KIND, role:ROLE or of:CUSTOMER", field="scope"
    )  # fmt: skip
