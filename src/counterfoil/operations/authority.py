"""Who is at the counter: sealed keys, sessions, enrolment.

Always true: an unsealed key lives in a session in this process and nowhere else, and is dropped at sign-out; a clerk
has one open session; a wrong PIN is noted in the event view and makes the next try wait longer, for that clerk alone,
and not for her at a screen of the office when the tries were made elsewhere
(``test_a_stranger_cannot_lock_a_clerk_out_of_her_own_screen``);
two tries for one clerk never run side by side (``test_two_tries_for_one_clerk_never_run_side_by_side``).

Its methods may be called from any thread, but not from an event loop (unsealing is slow): what touches the desk runs
on the desk's own thread once ``through`` has named it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Protocol, TypeVar

from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.outcomes import CounterfoilError, Malformed, Unavailable
from counterfoil.office.requests import Ask, EnrolClerk, RotateKey, parse
from counterfoil.operations import setup
from counterfoil.operations.answers import Accepted, Answer
from counterfoil.operations.desk import Carried, Desk, Request, Signer
from counterfoil.operations.store import Row

T = TypeVar("T")


class OnDesk(Protocol):
    """Runs a call on the desk's thread and gives its value (``Sequencer.call``)."""

    def __call__(self, run: Callable[[], T], /) -> T: ...


def _at_once(run: Callable[[], T], /) -> T:
    """For a desk that only this thread uses."""
    return run()


class SessionSigner(Signer, Protocol):
    """A signer that can be dropped."""

    def drop(self) -> None: ...


class KeyCase(Protocol):
    """Seals and unseals clerk keys (engines.keys). ``custody`` says where the device secret lies."""

    @property
    def custody(self) -> str: ...

    def new(self) -> tuple[SessionSigner, bytes]:
        """A fresh key: its signer and its seed."""
        ...

    def seal(self, seed: bytes, pin: str) -> bytes:
        """The sealed record; ``Malformed`` for a PIN that is too simple."""
        ...

    def unseal(self, record: bytes, pin: str) -> SessionSigner:
        """The signer; ``Malformed`` for a wrong PIN."""
        ...


class Session(NamedTuple):
    """One clerk at one screen."""

    clerk: str
    signer: SessionSigner


WAIT_MS = (0, 0, 0, 1_000, 5_000, 30_000, 120_000, 600_000)
"""How long a clerk waits after that many wrong PINs in a row; the last value holds from there on."""


class WaitBeforePin(Unavailable):
    """Several wrong PINs: this clerk's next try must wait. Other clerks need not."""


def _bytes(value: object, count: int, field: str) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * count or not set(value) <= set("0123456789abcdef"):
        raise Malformed(f"{field} is not {2 * count} hexadecimal digits", field=field)
    return bytes.fromhex(value)


class Authority:
    """Sessions of one office."""

    def __init__(self, desk: Desk, keys: KeyCase) -> None:
        self.desk, self.keys = desk, keys
        self.sessions: dict[str, Session] = {}
        self._wrong: dict[tuple[str, str], tuple[int, int]] = {}
        self._trying: set[str] = set()
        self._lock = threading.Lock()
        self._on_desk: OnDesk = _at_once

    def through(self, on_desk: OnDesk) -> None:
        """From now on the desk has a thread of its own: whatever touches it is run by ``on_desk``."""
        self._on_desk = on_desk

    # --- sessions --------------------------------------------------------------------------------------------------

    def sign_in(self, clerk: str, pin: str, *, screen: str = "") -> Session:
        """Unseals the clerk's key. A session that is open already is closed first: one open session per clerk.

        ``screen``: a screen that this office knows, whose wrong PINs are counted apart; "" for any other.
        """
        signer = self._unseal(clerk, pin, screen)
        session = Session(clerk, signer)
        with self._lock:
            before = self.sessions.pop(clerk, None)
            self.sessions[clerk] = session
        if before is not None:
            before.signer.drop()
        self._event("sign-in", clerk, "")
        return session

    def sign_out(self, clerk: str) -> None:
        """Drops the clerk's key from memory."""
        with self._lock:
            session = self.sessions.pop(clerk, None)
        if session is not None:
            session.signer.drop()
            self._event("sign-out", clerk, "")

    def close(self) -> None:
        """Drops every key, whatever state the office is in; the sign-outs are noted if they still can be."""
        with self._lock:
            gone, self.sessions = self.sessions, {}
        for session in gone.values():
            session.signer.drop()
        with suppress(CounterfoilError):
            for clerk in gone:
                self._event("sign-out", clerk, "")

    def session(self, clerk: str) -> Session:
        """The open session of ``clerk``."""
        try:
            return self.sessions[clerk]
        except KeyError:
            raise Malformed(f"clerk {clerk} is not signed in: sign in first", field="clerk") from None

    def second(self, clerk: str, pin: str, *, screen: str = "") -> SessionSigner:
        """A second person signs on the same screen: the key is unsealed for this once, and the caller drops it."""
        return self._unseal(clerk, pin, screen)

    def _unseal(self, clerk: str, pin: str, screen: str) -> SessionSigner:
        with self._one_try(clerk):
            tries, last = self._wrong.get((clerk, screen), (0, 0))
            wait = WAIT_MS[min(tries, len(WAIT_MS) - 1)]
            now = self._now()
            if now < last + wait:
                raise WaitBeforePin(
                    f"clerk {clerk}: wait {(last + wait - now) // 1000 + 1} seconds after {tries} wrong PINs"
                )
            record = self.sealed(clerk)
            try:
                signer = self.keys.unseal(record, pin)
            except Malformed:
                self._wrong[clerk, screen] = (tries + 1, now)
                self._event("wrong-pin", clerk, f"{tries + 1} in a row")
                raise
            self._wrong.pop((clerk, screen), None)
            return signer

    @contextmanager
    def _one_try(self, clerk: str) -> Iterator[None]:
        """Tries of one clerk come one after another: side by side they would not wait for each other's outcome."""
        with self._lock:
            if clerk in self._trying:
                raise WaitBeforePin(f"clerk {clerk}: a PIN is being tried already, wait until that is done")
            self._trying.add(clerk)
        try:
            yield
        finally:
            with self._lock:
                self._trying.discard(clerk)

    def _now(self) -> int:
        """The clock, or the last entry's time while a file has not said what time it is."""
        try:
            return self.desk.clock.now()
        except Malformed:
            return self.desk.state.now

    def _event(self, what: str, who: str, detail: str) -> None:
        """One line in the office's own event view."""

        def noted() -> None:
            last = next(self.desk.store.scan("event", descending=True, limit=1), None)
            number = int(last[0] or 0) + 1 if last else 1
            self.desk.note({"event": [(number, self._now(), what, who, detail)]})

        self._on_desk(noted)

    def sealed(self, clerk: str) -> bytes:
        """The sealed record of the clerk's valid key."""
        return self._on_desk(lambda: self._sealed(clerk))

    def _sealed(self, clerk: str) -> bytes:
        for key in self.desk.state.clerk_key.rows.values():
            if key.clerk == clerk and key.valid:
                row = self.desk.store.get("sealed_key", (key.key_id,))
                if row is not None and isinstance(row[2], bytes):
                    return row[2]
        raise Malformed(f"clerk {clerk} has no key on this machine: ask a supervisor for a new one", field="clerk")

    # --- enrolment -------------------------------------------------------------------------------------------------

    def enrol_first(self, clerk: str, role: str, pin: str, name: str | None) -> str:
        """The first supervisor, while the epoch opens. Returns the key's fingerprint (hex of the key id)."""
        signer, seed = self.keys.new()
        record = self.keys.seal(seed, pin)
        setup.enrol_first_supervisor(
            self.desk, clerk=clerk, public_key=signer.public_key, role=role, custody=self.keys.custody
        )
        self.desk.note(self._rows(signer.key_id, clerk, record, name))
        signer.drop()
        return signer.key_id.hex()

    def enrol(
        self, request: bytes, clerk: str, role: str, pin: str, name: str | None, *, by: Sequence[Signer], date: str
    ) -> tuple[Answer, str]:
        """A further clerk, signed by ``by`` (a supervisor first) and proved by the new key itself."""
        return self._with_new_key(
            request, clerk, pin, name, by,
            lambda key: EnrolClerk(date=date, clerk=clerk, role=role, key=key, custody=self.keys.custody),
        )  # fmt: skip

    def rotate(self, request: bytes, clerk: str, pin: str, *, by: Sequence[Signer], date: str) -> tuple[Answer, str]:
        """A new key for the same clerk: signed by the old key, or by two other clerks when the PIN is forgotten."""
        answer, print_ = self._with_new_key(
            request, clerk, pin, None, by,
            lambda key: RotateKey(date=date, clerk=clerk, key=key, custody=self.keys.custody),
        )  # fmt: skip
        if isinstance(answer, Accepted):
            self.sign_out(clerk)
        return answer, print_

    def admit(self, told: Mapping[str, Any], *, by: Sequence[Signer]) -> tuple[Answer, str]:
        """A clerk whose key lies on a client's machine: her enrolment as it made it (``client.enrolment``), signed by
        ``by`` (a supervisor first). The key's own proof is verified by the desk."""
        wanted = {"request", "epoch", "date", "clerk", "role", "key", "custody", "proof"}
        if told.keys() != wanted or type(told["epoch"]) is not int:
            raise Malformed("this is not an enrolment: its members are " + ", ".join(sorted(wanted)), field="enrolment")
        given = {name: told[name] for name in ("date", "clerk", "role", "custody")}
        ask = parse({"kind": "clerk-enrol", **given, "key": _bytes(told["key"], 32, "key")})
        assert isinstance(ask, EnrolClerk)
        proof = Carried(clerk_key_id(ask.key), _bytes(told["proof"], 64, "proof"), public_key=ask.key)
        asked = Request(_bytes(told["request"], 16, "request"), told["epoch"], ask, by, proves=proof)
        return self._on_desk(lambda: self.desk.one(asked)), proof.key_id.hex()

    def _with_new_key(
        self, request: bytes, clerk: str, pin: str, name: str | None, by: Sequence[Signer], ask: Any
    ) -> tuple[Answer, str]:
        signer, seed = self.keys.new()
        record = self.keys.seal(seed, pin)
        built: Ask = ask(signer.public_key)
        rows = self._rows(signer.key_id, clerk, record, name)
        asked = Request(request, self.desk.epoch, built, by, proves=signer, side=lambda _: rows)
        answer = self._on_desk(lambda: self.desk.one(asked))
        fingerprint = signer.key_id.hex()
        signer.drop()
        return answer, fingerprint

    @staticmethod
    def _rows(key_id: bytes, clerk: str, record: bytes, name: str | None) -> Mapping[str, Sequence[Row]]:
        rows: dict[str, Sequence[Row]] = {"sealed_key": [(key_id, clerk, record)]}
        if name:
            rows["person"] = [(clerk, name)]
        return rows
