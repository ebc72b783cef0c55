"""Customers' passkeys: a key on her own phone that opens her pages, beside the passphrase and never instead of it.

Always true (``tests/unit/operations/test_passkeys.py``):

1. A challenge is answered once, soon, in the session that asked for it and for what it was asked
   (``test_a_challenge_serves_once``, ``test_a_challenge_is_of_one_session_and_one_purpose``,
   ``test_a_challenge_ends_soon``). It lives in this process's memory alone.
2. Whoever adds a passkey has typed her passphrase for it: a screen left open gives nobody a key of her own
   (``test_adding_asks_for_the_passphrase``).
3. A counter that did not go up is refused, stays as it was and stands in the event view
   (``test_a_counter_that_goes_back_is_refused_and_noted``). Devices that keep no counter always say 0.
4. A sign-in names nobody: the device tells by a keyed hash whose it is, and what is not known, not hers or wrongly
   signed is refused in the same words (``test_what_is_refused_does_not_say_why``).
5. Who chose a new passphrase with a code from the counter begins anew: every passkey before it ends
   (``test_a_code_from_the_counter_ends_every_passkey``).

``Passkeys`` may be called from any thread but the desk's and the event loop's.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, Protocol

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations import window
from counterfoil.operations.authority import OnDesk
from counterfoil.operations.desk import Desk
from counterfoil.operations.ports import Entropy
from counterfoil.operations.self_service import PASSKEYS, SelfService, WrongEntry, handle_of
from counterfoil.operations.store import OfficeStore

CHALLENGE_SECONDS, CHALLENGE_BYTES = 180, 32
CHALLENGES_MAX = 4_096
PASSKEYS_MAX = 10
NAME_MAX = 40
ANSWER_MAX = 16_384
ADD, SIGN_IN = "add", "sign-in"


class Made(NamedTuple):
    """What a device gave: a new passkey's id, its public key (COSE) and where its counter stands."""

    credential: bytes
    public_key: bytes
    counter: int


class Ceremonies(Protocol):
    """What is said to a browser and read from it (engines.passkeys). Reading raises ``WrongEntry``, and nothing else,
    for whatever is not a well signed answer to this challenge, given at this origin, by a person who was verified."""

    origin: str
    """Where browsers reach the pages, such as ``https://bank.example``."""

    def creation(self, challenge: bytes, *, handle: bytes, name: str, known: Sequence[bytes]) -> str: ...

    def request(self, challenge: bytes) -> str: ...

    def made(self, answer: str, challenge: bytes) -> Made: ...

    def named(self, answer: str) -> tuple[bytes, bytes]:
        """The handle of the owner and the id of the passkey, as the answer says them: nothing is proved yet."""
        ...

    def counted(self, answer: str, challenge: bytes, public_key: bytes) -> int:
        """The counter of an answer that this key signed."""
        ...


class TooManyPasskeys(Malformed):
    """She has as many as are kept."""

    def __init__(self) -> None:
        super().__init__(f"a customer has at most {PASSKEYS_MAX} passkeys", field="name")


class PasskeyRow(NamedTuple):
    """A passkey as it is kept. ``handle``: the keyed hash of its owner, which the device holds too. ``used``: 0 until
    it was."""

    handle: bytes
    credential: bytes
    customer: str
    name: str
    public_key: bytes
    counter: int
    made: int
    used: int


class Passkeys:
    """Passkeys of one office's customers. ``chance`` and ``seconds`` (a monotonic clock) come from whoever composes
    it."""

    def __init__(
        self, desk: Desk, on_desk: OnDesk, members: SelfService, ceremonies: Ceremonies, chance: Entropy,
        seconds: Callable[[], float],
    ) -> None:  # fmt: skip
        self._desk, self._on_desk, self._members = desk, on_desk, members
        self._ceremonies, self._chance, self._seconds = ceremonies, chance, seconds
        self._challenges: OrderedDict[tuple[str, bytes], tuple[bytes, float]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """The one place where they work."""
        return self._ceremonies.origin

    # --- adding ------------------------------------------------------------------------------------------------------

    def begin_adding(self, session: str, customer: str, passphrase: str, shown_as: str) -> str:
        """What her browser is told to make a passkey with, after her passphrase was right. ``shown_as``: what her
        device calls it. ``WrongEntry``, ``WaitBeforeTry``, ``TooManyPasskeys``."""
        self._members.confirm(customer, passphrase)
        mine = self._on_desk(lambda: passkeys_of(self._desk.store, self._handle(customer)))
        if len(mine) >= PASSKEYS_MAX:
            raise TooManyPasskeys
        return self._ceremonies.creation(
            self._asked(ADD, session), handle=self._handle(customer), name=shown_as,
            known=[one.credential for one in mine],
        )  # fmt: skip

    def add(self, session: str, customer: str, name: str, answer: str) -> None:
        """Keeps the passkey that her device made. ``WrongEntry``, ``TooManyPasskeys``."""
        named = checked_name(name)
        made = self._ceremonies.made(_bounded(answer), self._answered(ADD, session))
        handle = self._handle(customer)

        def keep() -> None:
            mine = passkeys_of(self._desk.store, handle)
            if any(one.credential == made.credential for one in mine):
                raise WrongEntry
            if len(mine) >= PASSKEYS_MAX:
                raise TooManyPasskeys
            row = PasskeyRow(handle, made.credential, customer, named, made.public_key, made.counter, self._now(), 0)
            self._desk.note({PASSKEYS: [tuple(row)]})
            window.note_event(self._desk, "passkey-added", customer, short_id(made.credential))

        self._on_desk(keep)

    # --- signing in --------------------------------------------------------------------------------------------------

    def begin_sign_in(self, session: str) -> str:
        """What a browser is told to sign with: nobody is named, so that nobody's number can be tried."""
        return self._ceremonies.request(self._asked(SIGN_IN, session))

    def sign_in(self, session: str, answer: str) -> str:
        """The number of the customer whose passkey signed. ``WrongEntry``, ``WaitBeforeTry``."""
        challenge = self._answered(SIGN_IN, session)
        handle, credential = self._ceremonies.named(_bounded(answer))
        tried = f"passkey {credential.hex()}"
        with self._members.one_try(tried):
            row = self._on_desk(lambda: _row(self._desk.store, handle, credential))
            try:
                if row is None:
                    raise WrongEntry
                counter = self._ceremonies.counted(answer, challenge, row.public_key)
            except WrongEntry:
                self._members.was_wrong(tried)
                raise
            if not self._on_desk(lambda: self._used(row, counter)):
                self._members.was_wrong(tried)
                raise WrongEntry
            self._members.was_right(tried)
            return row.customer

    def _used(self, before: PasskeyRow, counter: int) -> bool:
        """At the desk: notes that it was used; False if it is gone, or its counter did not go up."""
        row = _row(self._desk.store, before.handle, before.credential)
        if row is None or row.public_key != before.public_key:
            return False  # Removed while it signed.
        if (counter or row.counter) and counter <= row.counter:
            window.note_event(self._desk, "passkey-counter-back", row.customer, short_id(row.credential))
            return False
        self._desk.note({PASSKEYS: [tuple(row._replace(counter=counter, used=self._now()))]})
        window.note_event(self._desk, "customer-signed-in", row.customer, f"passkey {short_id(row.credential)}")
        return True

    # --- hers --------------------------------------------------------------------------------------------------------

    def of(self, customer: str) -> list[PasskeyRow]:
        """Her passkeys, the oldest first."""
        rows = self._on_desk(lambda: passkeys_of(self._desk.store, self._handle(customer)))
        return sorted(rows, key=lambda one: (one.made, one.credential))

    def rename(self, customer: str, credential: bytes, name: str) -> None:
        """``WrongEntry`` if it is not hers."""
        named = checked_name(name)

        def keep() -> None:
            self._desk.note({PASSKEYS: [tuple(self._hers(customer, credential)._replace(name=named))]})

        self._on_desk(keep)

    def remove(self, customer: str, credential: bytes) -> None:
        """It opens nothing from now on. ``WrongEntry`` if it is not hers."""

        def end() -> None:
            row = self._hers(customer, credential)
            self._desk.note({}, deletes={PASSKEYS: [(row.handle, row.credential)]})
            window.note_event(self._desk, "passkey-removed", customer, short_id(credential))

        self._on_desk(end)

    def _hers(self, customer: str, credential: bytes) -> PasskeyRow:
        row = _row(self._desk.store, self._handle(customer), credential)
        if row is None:
            raise WrongEntry
        return row

    def _handle(self, customer: str) -> bytes:
        return handle_of(self._desk.office_key, customer)

    def _now(self) -> int:
        return self._desk.clock.now()

    # --- challenges --------------------------------------------------------------------------------------------------

    def _asked(self, purpose: str, session: str) -> bytes:
        """A new challenge for this session; an older one of the same purpose ends."""
        challenge, now = self._chance(CHALLENGE_BYTES), self._seconds()
        with self._lock:
            self._challenges.pop(_place(purpose, session), None)
            self._challenges[_place(purpose, session)] = (challenge, now + CHALLENGE_SECONDS)
            while len(self._challenges) > CHALLENGES_MAX:
                self._challenges.popitem(last=False)
        return challenge

    def _answered(self, purpose: str, session: str) -> bytes:
        """The challenge that waits for an answer, which is used up by it, right or wrong."""
        with self._lock:
            waiting = self._challenges.pop(_place(purpose, session), None)
        if waiting is None or self._seconds() >= waiting[1]:
            raise WrongEntry
        return waiting[0]


def passkeys_of(store: OfficeStore, handle: bytes) -> list[PasskeyRow]:
    """The passkeys of one owner."""
    return [PasskeyRow(*row) for row in store.scan(PASSKEYS, (handle,))]  # type: ignore[arg-type]  # the store keeps the columns of the row class


def checked_name(name: str) -> str:
    """A name as it is kept: short, on one line, nothing hidden. ``Malformed`` otherwise."""
    plain = " ".join(name.split())
    if len(plain) > NAME_MAX or not plain.isprintable():
        raise Malformed(f"a name has at most {NAME_MAX} letters, all of which can be seen", field="name")
    return plain


def short_id(credential: bytes) -> str:
    """What names a passkey in the event view."""
    return sha256(credential).hexdigest()[:8]


def _row(store: OfficeStore, handle: bytes, credential: bytes) -> PasskeyRow | None:
    row = store.get(PASSKEYS, (handle, credential))
    return PasskeyRow(*row) if row is not None else None  # type: ignore[arg-type]  # the store keeps the columns of the row class


def _bounded(answer: str) -> str:
    if len(answer) > ANSWER_MAX:
        raise WrongEntry
    return answer


def _place(purpose: str, session: str) -> tuple[str, bytes]:
    return purpose, sha256(session.encode()).digest()
