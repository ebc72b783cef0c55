"""What was begun at a counter's screen and is not done, kept until it is: forms, a visit, requests that wait.

Always true (``tests/unit/operations/test_unfinished.py``):

1. It is no figure and no entry: the books are the same without it (``test_the_books_are_the_same_without_it``).
2. A row is sealed under the office key, since what is typed is about people, and gone when its work is done
   (``test_what_is_kept_cannot_be_read_in_the_store``); one that does not open, or is older than ``KEPT_MS``, is thrown
   away (``test_what_is_too_old_is_thrown_away``, ``test_what_was_changed_is_thrown_away``).
3. It holds no key and no PIN: whoever writes here has left them out, and a field that is named for one is a fault
   (``test_a_pin_is_never_kept``).

The seal is AES-SIV (RFC 5297), which needs no number that must never come twice; a row's name and time are sealed with
it. In no backup: a restored office begins with nobody at its windows.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.desk import Desk

KEPT_MS = 43_200_000
"""So long what was begun waits for its clerk: a working day."""
ROWS_MAX, BYTES_MAX = 512, 524_288
_KEY = b"counterfoil/unfinished/v1\x00"
_TABLE = "unfinished"


class Kept(NamedTuple):
    """One piece of work: when it was kept, and what the time is now, by the office's clock."""

    name: str
    time: int
    now: int
    value: Mapping[str, Any]


def keep(desk: Desk, changed: Mapping[str, Mapping[str, Any] | None]) -> None:
    """At the desk: keeps each value under its name, in place of what was there; None: it is done, and gone."""
    if not changed:
        return
    now, seal = desk.clock.now(), _seal(desk)
    rows = [
        (name, now, seal.encrypt(_plain(value), _about(name, now)))
        for name, value in changed.items() if value is not None
    ]  # fmt: skip
    desk.note({_TABLE: rows}, deletes={_TABLE: [(name,) for name, value in changed.items() if value is None]})


def kept(desk: Desk) -> list[Kept]:
    """At the desk: everything that was begun, the oldest first. What is too old or does not open is thrown away now."""
    now, seal = desk.clock.now(), _seal(desk)
    found: list[Kept] = []
    bad: list[tuple[str]] = []
    for name, time, sealed in desk.store.scan(_TABLE):
        value = _opened(seal, str(name), int(time or 0), sealed) if now - int(time or 0) < KEPT_MS else None
        if value is None or len(found) >= ROWS_MAX:
            bad.append((str(name),))
        else:
            found.append(Kept(str(name), int(time or 0), now, value))
    if bad:
        desk.note({}, deletes={_TABLE: bad})
    return sorted(found, key=lambda one: one.time)


def _seal(desk: Desk) -> AESSIV:
    return AESSIV(hmac.digest(desk.office_key, _KEY, "sha512"))


def _about(name: str, time: int) -> list[bytes]:
    return [name.encode(), time.to_bytes(8, "big")]


def _plain(value: Mapping[str, Any]) -> bytes:
    _without_pins(value)
    made = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    if len(made) > BYTES_MAX:
        raise Fault(f"{len(made)} bytes of unfinished work are more than one screen can have")
    return made


def _without_pins(value: object) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if str(name).startswith("pin"):
                raise Fault("a PIN was about to be kept with what was typed")
            _without_pins(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _without_pins(one)


def _opened(seal: AESSIV, name: str, time: int, sealed: object) -> Mapping[str, Any] | None:
    try:
        value = json.loads(seal.decrypt(sealed, _about(name, time))) if isinstance(sealed, bytes) else None
    except (InvalidTag, ValueError, RecursionError):
        return None
    return value if type(value) is dict else None
