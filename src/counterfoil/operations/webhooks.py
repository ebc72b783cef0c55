"""Webhooks: what is told of an entry to endpoints outside, in the order of the journal, at least once.

Always true:

1. The journal is the outbox: an entry and its message are one commit (decision 31). Each endpoint has a cursor, the
   first entry that it has not taken; it moves only over what was taken (``test_messages_arrive_in_order_and_again``).
2. The message of an entry is the same bytes with the same id whenever it is made, and holds nothing that names a person
   or an account (``test_a_message_names_nobody``).
3. A message is signed by the Standard Webhooks rules: ``v1,`` and HMAC-SHA256 over id, timestamp and body
   (``test_the_signature_is_the_published_one``).
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from counterfoil.facts.kinds import kind_named, kind_numbered
from counterfoil.kernel.days import moment
from counterfoil.kernel.limits import EPOCH_MAX, SEQUENCE_MAX
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.operations.desk import Desk, read_entry
from counterfoil.operations.ports import Entropy
from counterfoil.operations.store import OfficeStore, StoredEntry

SECRET_BYTES, HOOKS_MAX = 32, 20
WAITS_S = (5, 30, 300, 1_800, 7_200, 18_000, 36_000)
"""How long an endpoint rests after that many failures in a row; the last holds from there on. Never given up: a gap
would be worse than a delay."""
GONE = "410"
"""What an endpoint says that is to be left alone until someone replays it."""


class Hook(NamedTuple):
    """An endpoint. ``epoch`` and ``sequence``: the first entry it has not taken. ``due``: not before (ms since 1970).
    ``said``: the last outcome, a status or the name of an error."""

    id: str
    url: str
    secret: bytes
    kinds: str
    made: int
    epoch: int
    sequence: int
    failures: int
    due: int
    said: str

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds.split()


class Message(NamedTuple):
    """What is sent for one entry: ``id`` is the same for ever."""

    id: str
    kind: str
    body: bytes
    epoch: int
    sequence: int


class Hooks:
    """The endpoints of one office. What writes is called on the desk's thread alone. ``now``: the world's time, in
    which an endpoint rests; left out, the desk's, which may be a file's."""

    def __init__(self, desk: Desk, *, now: Callable[[], int] | None = None) -> None:
        self._desk, self._now = desk, now or desk.clock.now
        self._hooks = {str(row[0]): Hook(*row) for row in desk.store.scan("webhook")}  # type: ignore[arg-type]  # the store keeps the columns of the row class

    def all(self) -> list[Hook]:
        """Every endpoint, oldest first."""
        return sorted(self._hooks.values(), key=lambda hook: (hook.made, hook.id))

    def add(self, url: str, kinds: Sequence[str], entropy: Entropy) -> Hook:
        """A new endpoint; it is told of entries from now on."""
        parts = _address(url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 500:
            raise Malformed(f"{short(url)} is not an address such as https://example.org/hook", field="url")
        if parts.username or parts.password:
            raise Malformed("an address with a password in it would be written to logs elsewhere", field="url")
        if len(self._hooks) >= HOOKS_MAX:
            raise Malformed(f"there are {HOOKS_MAX} endpoints already: remove one", field="url")
        names = " ".join(dict.fromkeys(kind_named(kind).name for kind in kinds))
        now, chance = self._now(), entropy(8 + SECRET_BYTES)
        hook = Hook(f"wh_{chance[:8].hex()}", url, chance[8:], names, now, self._desk.epoch, self._desk.size, 0, 0, "")
        return self._keep(hook)

    def remove(self, which: str) -> Hook:
        """Ends an endpoint."""
        hook = self.get(which)
        self._desk.note({}, deletes={"webhook": [(hook.id,)]})
        del self._hooks[hook.id]
        return hook

    def replay(self, which: str, epoch: int, sequence: int) -> Hook:
        """Begins again at an entry: everything from there on is sent once more, with the ids of the first time."""
        if not 1 <= epoch <= EPOCH_MAX or not 0 <= sequence <= SEQUENCE_MAX:
            raise Malformed(f"there is no entry {short(sequence)} in epoch {short(epoch)}", field="from")
        hook = self.get(which)
        return self._keep(hook._replace(epoch=epoch, sequence=sequence, failures=0, due=0, said=""))

    def outcome(self, was: Hook, place: tuple[int, int], said: str, *, taken: bool) -> None:
        """What became of a delivery: everything before ``place`` was taken. If not all was (``taken``), the endpoint
        rests, longer each time. An endpoint that was moved or removed meanwhile stays as it is."""
        now = self._hooks.get(was.id)
        if now is None or now != was:
            return
        failures, due = 0, 0
        if not taken:
            moved = place != (was.epoch, was.sequence)
            failures = 1 if moved else was.failures + 1
            due = self._now() + WAITS_S[min(failures - 1, len(WAITS_S) - 1)] * 1_000
        self._keep(was._replace(epoch=place[0], sequence=place[1], failures=failures, due=due, said=said[:40]))

    def get(self, which: str) -> Hook:
        """The endpoint of that id."""
        try:
            return self._hooks[which]
        except KeyError:
            raise Malformed(
                f"there is no webhook {short(which)}: `counterfoil webhook list` shows them", field="webhook"
            ) from None

    def _keep(self, hook: Hook) -> Hook:
        self._desk.note({"webhook": [tuple(hook)]})
        self._hooks[hook.id] = hook
        return hook


def _address(url: object) -> SplitResult | None:
    """The parts of an address that a message can be sent to; None if it is none."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None  # Asking for the port reads it.
    except ValueError:
        return None


def pending(store: OfficeStore, hook: Hook, count: int) -> tuple[list[Message], tuple[int, int]]:
    """The next messages for an endpoint, and the place after the last entry that was looked at."""
    found: list[Message] = []
    place = hook.epoch, hook.sequence
    before = (hook.epoch - 1, SEQUENCE_MAX) if hook.sequence == 0 else (hook.epoch, hook.sequence - 1)
    for kept in _entries(store, before, count):
        message = message_of(kept)
        place = kept.epoch, kept.sequence + 1
        if hook.wants(message.kind):
            found.append(message)
    return found, place


def _entries(store: OfficeStore, after: tuple[int, int], count: int) -> Iterator[StoredEntry]:
    for row in store.scan("entry", after=after, limit=count):
        yield StoredEntry(*row)  # type: ignore[arg-type]  # the store keeps the columns of an entry


def message_of(kept: StoredEntry) -> Message:
    """The message of an entry, from its core and its business date alone."""
    read = read_entry(kept)
    core, kind = read.core, kind_numbered(read.core.kind).name
    part, parts = core.which_part
    data: dict[str, Any] = {
        "epoch": kept.epoch, "entry": kept.sequence, "kind": kind, "request": core.request_id.hex(), "part": part,
        "parts": parts,
    }  # fmt: skip
    if read.date:
        data["date"] = read.date
    if core.amount is not None:
        data |= {"amount": core.amount, "currency": core.currency}
    if core.reverses is not None:
        data["reverses"] = {"node": core.reverses[0], "epoch": core.reverses[1], "entry": core.reverses[2]}
    when = moment(core.time_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": f"entry.{kind}", "timestamp": when, "data": data}, separators=(",", ":")).encode()
    return Message(f"msg_{core.node}_{kept.epoch}_{kept.sequence}", kind, body, kept.epoch, kept.sequence)


def headers_of(message: Message, secret: bytes, seconds: int) -> dict[str, str]:
    """The headers of the Standard Webhooks rules. ``seconds``: of this try, since 1970."""
    signed = f"{message.id}.{seconds}.".encode() + message.body
    signature = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {
        "content-type": "application/json", "webhook-id": message.id, "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }  # fmt: skip


def secret_text(secret: bytes) -> str:
    """The secret as receivers of Standard Webhooks take it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def described(hook: Hook, when: Callable[[int], str]) -> dict[str, Any]:
    """An endpoint as it is listed: never its secret."""
    return {
        "webhook": hook.id, "url": hook.url, "kinds": hook.kinds.split(), "made": when(hook.made),
        "next": {"epoch": hook.epoch, "entry": hook.sequence}, "failures": hook.failures,
        "not_before": when(hook.due) if hook.due else None, "said": hook.said or None,
    }  # fmt: skip


def read_place(text: str) -> tuple[int, int]:
    """Reads ``1/12``: epoch and entry."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,13})", text)
    if not found:
        raise Malformed(f"{short(text)} is not a place in the journal such as 1/12 (epoch/entry)", field="from")
    return int(found[1]), int(found[2])
