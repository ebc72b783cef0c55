"""Customers on their own: how one enrolls, signs in, and sees what is hers and nobody else's.

Always true (``tests/unit/web/test_customer.py``):

1. A customer enrolls with a code that a clerk gave her at the counter: it is kept as a hash, serves once, ends after
   ``CODE_DAYS`` days and after ``CODE_TRIES`` wrong tries (``test_a_code_serves_once``, ``test_a_code_has_few_tries``).
2. A wrong passphrase makes the next try for that account wait longer, for that account alone, and what is answered
   does not tell whether there is such an account (``test_wrong_tries_wait_for_one_account_alone``). A phone with which
   she has signed in before is counted apart from all strangers: nobody elsewhere can keep her out
   (``test_strangers_cannot_keep_her_out_of_her_own_phone``). The waits outlive a
   restart (``test_a_restart_forgives_no_wrong_try``); of all that was ever typed the newest ``ACCOUNTS_TRIED_MAX`` are
   kept, by a keyed hash (``test_only_so_many_tries_are_kept``).
3. Whatever is asked about an account or an entry is asked with the customer's own number, and is ``NotHers`` unless
   it is hers, in the same words as if it did not exist (``test_a_customer_sees_only_her_own``).

``SelfService`` may be called from any thread but the desk's and the event loop's: sealing and opening are slow.
"""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Protocol

from counterfoil.facts.kinds import kind_numbered
from counterfoil.kernel.idents import transfer_id
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.booking import customer_account
from counterfoil.ledger.transfers import EXPIRE, PENDING, VOID
from counterfoil.operations import window
from counterfoil.operations.authority import WAIT_MS, OnDesk
from counterfoil.operations.desk import Desk, own_body, read_entry
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.window import Shown

PASSKEYS = "customer_passkey"
CODE_DAYS, CODE_TRIES = 7, 5
PASSPHRASE_MIN, PASSPHRASE_MAX = 12, 200
ACCOUNTS_TRIED_MAX = 4_096
LINES = 15
_DAY_MS = 86_400_000
_TRIED = b"counterfoil/customer-tried/v1\x00"
_HANDLE = b"counterfoil/passkey-owner/v1\x00"
_PHONE = b"counterfoil/known-phone/v1\x00"
_LEGS = 64
_LEGS_MAX = 4_096


class Passphrases(Protocol):
    """Makes codes, and keeps secrets so that nobody reads them back (engines.passphrases)."""

    def new_code(self) -> str: ...

    def seal(self, secret: str) -> bytes: ...

    def opens(self, record: bytes, secret: str) -> bool: ...


class WrongEntry(Malformed):
    """Account and secret do not go together, or the code has ended. It is not told which."""

    def __init__(self) -> None:
        super().__init__("the number and the secret do not go together", field="secret")


class WeakPassphrase(Malformed):
    """A new passphrase that is too easy to guess."""

    def __init__(self) -> None:
        super().__init__(f"a passphrase has {PASSPHRASE_MIN} letters or more, and not all alike", field="passphrase")


class WaitBeforeTry(Unavailable):
    """Several wrong tries for one account: its next try must wait. Other accounts need not."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds before the next try")
        self.seconds = seconds


class NotHers(Malformed):
    """There is no such thing, or it is another's: nobody is told which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"there is no such {field} of yours", field=field)


class LoginRow(NamedTuple):
    """A customer's log-in: the hash of a code that waits for her (with when it ends and its wrong tries), and of her
    passphrase."""

    customer: str
    code: bytes | None
    until: int
    tries: int
    passphrase: bytes | None


class SelfService:
    """Log-ins of customers. ``on_desk`` runs what touches the books on the desk's thread."""

    def __init__(self, desk: Desk, on_desk: OnDesk, secrets: Passphrases) -> None:
        self._desk, self._on_desk, self._secrets = desk, on_desk, secrets
        kept = on_desk(lambda: sorted(desk.store.scan("customer_try"), key=lambda row: (int(row[2] or 0), row[0])))
        self._wrong = OrderedDict((bytes(row[0]), (int(row[1] or 0), int(row[2] or 0))) for row in kept)  # type: ignore[arg-type]  # the store keeps the columns
        self._trying: set[str] = set()
        self._lock = threading.Lock()
        self._nobody: bytes | None = None

    def _nobodys(self) -> bytes:
        """A record that nothing opens, so that a try for nobody's account takes as long. It is slow to make: it is made
        at the first try of all, whosever that is."""
        with self._lock:
            if self._nobody is None:
                self._nobody = self._secrets.seal(self._secrets.new_code())
            return self._nobody

    def give_code(self, customer: str, *, by: str) -> str:
        """A new one-time code for a customer at the window. Who asked for it is noted; an older code ends."""
        code = self._secrets.new_code()
        record = self._secrets.seal(_code(code))

        def keep() -> None:
            if self._desk.state.customer.get(customer) is None:
                raise Malformed(f"there is no customer {customer} here", field="customer")
            row = _row(self._desk.store, customer)
            until = self._desk.clock.now() + CODE_DAYS * _DAY_MS
            self._keep(row._replace(code=record, until=until, tries=0))
            window.note_event(self._desk, "code-given", by, customer)

        self._on_desk(keep)
        return code

    def enroll(self, account: str, code: str, passphrase: str) -> str:
        """The customer's number, after her code opened and her passphrase is kept. ``WrongEntry``,
        ``WeakPassphrase``, ``WaitBeforeTry``."""
        check_passphrase(passphrase, account)
        with self.one_try(account):
            row, nobodys = self._on_desk(lambda: self._take_a_try(account)), self._nobodys()
            if not self._secrets.opens(row.code if row and row.code else nobodys, _code(code)) or row is None:
                self.was_wrong(account)
                raise WrongEntry
            record = self._secrets.seal(passphrase)
            self._on_desk(lambda: self._enrolled(row, record))
            self.was_right(account)
            return row.customer

    def sign_in(self, account: str, passphrase: str, *, phone: str = "") -> str:
        """The customer's number, if the passphrase is hers. ``phone``: the mark of her own phone, as its browser kept
        it. ``WrongEntry``, ``WaitBeforeTry``."""
        row, nobodys = self._on_desk(lambda: self._login(account)), self._nobodys()
        known = known_phone(self._desk.office_key, row.customer, phone) if row else ""
        who = f"{account} at {known}" if known else account
        with self.one_try(who):
            record = row.passphrase if row and row.passphrase else nobodys
            if not self._secrets.opens(record, passphrase) or row is None or row.passphrase is None:
                self.was_wrong(who)
                raise WrongEntry
            self.was_right(who)
            self._on_desk(lambda: window.note_event(self._desk, "customer-signed-in", row.customer, "passphrase"))
            return row.customer

    def confirm(self, customer: str, passphrase: str) -> None:
        """Whether she who is signed in knows the passphrase, too. ``WrongEntry``, ``WaitBeforeTry``."""
        who = f"customer {customer}"
        with self.one_try(who):
            row, nobodys = self._on_desk(lambda: _row(self._desk.store, customer)), self._nobodys()
            if not self._secrets.opens(row.passphrase or nobodys, passphrase) or row.passphrase is None:
                self.was_wrong(who)
                raise WrongEntry
            self.was_right(who)

    # --- on the desk's thread ----------------------------------------------------------------------------------------

    def _login(self, account: str) -> LoginRow | None:
        holding = self._desk.state.holding.get(account)
        if holding is None or holding.customer is None:
            return None
        return _row(self._desk.store, holding.customer)

    def _take_a_try(self, account: str) -> LoginRow | None:
        """The row of a code that may still be tried; the try is counted before its outcome is known."""
        row = self._login(account)
        if row is None or row.code is None or row.tries >= CODE_TRIES or self._desk.clock.now() >= row.until:
            return None
        self._keep(row._replace(tries=row.tries + 1))
        return row

    def _enrolled(self, row: LoginRow, record: bytes) -> None:
        if _row(self._desk.store, row.customer).code != row.code:
            raise WrongEntry  # Used, or replaced by a newer one, meanwhile.
        ended = [
            (one[0], one[1])
            for one in self._desk.store.scan(PASSKEYS, (handle_of(self._desk.office_key, row.customer),))
        ]
        kept = {"customer_login": [tuple(LoginRow(row.customer, None, 0, 0, record))]}
        self._desk.note(kept, deletes={PASSKEYS: ended} if ended else {})
        window.note_event(self._desk, "customer-enrolled", row.customer, "")

    def _keep(self, row: LoginRow) -> None:
        self._desk.note({"customer_login": [tuple(row)]})

    # --- tries -------------------------------------------------------------------------------------------------------

    @contextmanager
    def one_try(self, account: str) -> Iterator[None]:
        """Tries for one account come one after another, and after wrong ones later and later."""
        with self._lock:
            tries, last = self._wrong.get(self._hashed(account), (0, 0))
            wait = last + WAIT_MS[min(tries, len(WAIT_MS) - 1)] - self._now() if tries else 0
            if wait > 0 or account in self._trying:
                raise WaitBeforeTry(max(wait, 1_000) // 1_000)
            self._trying.add(account)
        try:
            yield
        finally:
            with self._lock:
                self._trying.discard(account)

    def was_wrong(self, account: str) -> None:
        who, now, gone = self._hashed(account), self._now(), []
        with self._lock:
            tries, _ = self._wrong.pop(who, (0, 0))
            self._wrong[who] = (tries + 1, now)
            while len(self._wrong) > ACCOUNTS_TRIED_MAX:
                gone.append(self._wrong.popitem(last=False)[0])
        self._note_tries([(who, tries + 1, now)], gone)

    def was_right(self, account: str) -> None:
        who = self._hashed(account)
        with self._lock:
            known = self._wrong.pop(who, None)
        if known is not None:
            self._note_tries([], [who])

    def _note_tries(self, rows: list[tuple[bytes, int, int]], gone: list[bytes]) -> None:
        """Keeps what a restart must know. An office that cannot write now makes the next try wait all the same."""
        deletes = {"customer_try": [(who,) for who in gone]} if gone else {}
        with suppress(Unavailable):
            self._on_desk(lambda: self._desk.note({"customer_try": rows} if rows else {}, deletes=deletes))

    def _hashed(self, account: str) -> bytes:
        """What stands for an account that was typed, whatever it was."""
        return hmac.digest(self._desk.office_key, _TRIED + account.encode("utf-8", "replace"), "sha256")[:16]

    def _now(self) -> int:
        try:
            return self._desk.clock.now()
        except Malformed:  # A clock of a file that has not said what time it is.
            return self._desk.state.now


def handle_of(office_key: bytes, customer: str) -> bytes:
    """What names a customer to her own devices: it says nothing to whoever finds one."""
    return hmac.digest(office_key, _HANDLE + customer.encode(), "sha256")


def phone_mark(office_key: bytes, customer: str, number: str) -> str:
    """What her phone keeps once she has signed in with it: its own number, and ours beside it, for her alone."""
    return f"{number}.{hmac.digest(office_key, _PHONE + f'{customer} {number}'.encode(), 'sha256').hex()[:32]}"


def known_phone(office_key: bytes, customer: str, kept: str) -> str:
    """The number of a phone with which this customer has signed in before; "" for any other."""
    number = kept.partition(".")[0]
    right = phone_mark(office_key, customer, number).encode()
    return number if number and hmac.compare_digest(right, kept.encode("utf-8", "replace")) else ""


def check_passphrase(passphrase: str, account: str) -> None:
    """Refuses (``WeakPassphrase``) what is short, nearly all alike, or holds the account's own number."""
    plain = "".join(passphrase.split()).casefold()
    alike, digits = len(set(plain)) < 6, plain.isdigit()
    if not PASSPHRASE_MIN <= len(passphrase.strip()) <= PASSPHRASE_MAX or alike or digits or account in plain:
        raise WeakPassphrase


def _code(code: str) -> str:
    """As typed from paper: case, blanks and the hyphen do not matter."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _row(store: OfficeStore, customer: str) -> LoginRow:
    row = store.get("customer_login", (customer,))
    return LoginRow(*row) if row is not None else LoginRow(customer, None, 0, 0, None)  # type: ignore[arg-type]  # the store keeps the columns of the row class


# --- what is hers -----------------------------------------------------------------------------------------------------


class Mine(NamedTuple):
    """One entry of her account. ``change``: by how much the balance changed; ``balance``: after it; minor units.
    ``receipt``: its receipt is hers to see."""

    epoch: int
    sequence: int
    kind: str
    date: str
    change: int
    balance: int
    receipt: bool


def shown_to(desk: Desk, customer: str) -> Shown:
    """At the desk: herself and her accounts."""
    shown = window.shown_again(desk, customer)
    if shown is None:
        raise NotHers("customer")
    return shown


def check_hers(store: OfficeStore, customer: str, account: str) -> None:
    """``NotHers`` unless the account is this customer's."""
    row = store.get("holding", (account,))
    if row is None or row[1] != customer:
        raise NotHers("account")


def last_lines(store: OfficeStore, customer: str, account: str, ledger_id: int, count: int = LINES) -> list[Mine]:
    """The last entries of her account, the newest first. ``ledger_id``: the account's number in the ledger."""
    check_hers(store, customer, account)
    row = store.get("account", (ledger_id,))
    counters = AccountRow._make(row) if row is not None else None
    balance = counters.credits_posted - counters.debits_posted if counters else 0
    found = []
    for _, epoch, sequence in store.scan("statement", (account,), limit=count, descending=True):
        at = (int(epoch or 0), int(sequence or 0))
        change = _change(store, at, ledger_id)
        read = read_entry(store.entries(at[0], at[1], 1)[0])
        kind = kind_numbered(read.core.kind).name
        found.append(Mine(*at, kind, read.date, change, balance, may_see(store, customer, at)))
        balance -= change
    return found


def ledger_id(desk: Desk, account: str) -> int:
    """At the desk: the number of a customer's account in the ledger; 0 while nothing was booked on it."""
    return desk.state.account_ids.get(customer_account(account, desk.state.place), 0)


def _change(store: OfficeStore, at: tuple[int, int], account: int) -> int:
    """By how much an entry changed an account's balance, as its holder sees it."""
    change = 0
    for start in range(0, _LEGS_MAX, _LEGS):
        legs = store.transfers([transfer_id(*at, leg) for leg in range(start, start + _LEGS)])
        for one in legs.values():
            if not one.flags & (PENDING | VOID | EXPIRE):
                change += one.amount * ((one.credit == account) - (one.debit == account))
        if len(legs) < _LEGS:
            break
    return change


def check_receipt(store: OfficeStore, customer: str, epoch: int, sequence: int) -> None:
    """``NotHers`` unless the receipt of this entry is this customer's: every account that its request names is hers."""
    if not may_see(store, customer, (epoch, sequence)):
        raise NotHers("receipt")


def may_see(store: OfficeStore, customer: str, at: tuple[int, int]) -> bool:
    """Whether the receipt of this entry is this customer's."""
    kept = store.entries(at[0], at[1], 1) if 0 <= at[1] < store.size(at[0]) else []
    if not kept:
        return False
    request = read_entry(kept[0]).core.request_id
    parts = [(int(row[2] or 0), int(row[3] or 0)) for row in store.scan("part", (request,))]
    named: list[str | None] = []
    for place, (epoch, sequence) in enumerate(parts or [at]):
        read = read_entry(store.entries(epoch, sequence, 1)[0])
        named += _named(store, own_body(read.body, place))
    return bool(named) and all(one == customer for one in named)


def _named(store: OfficeStore, body: Mapping[str, Any]) -> list[str | None]:
    """Whom a request (or one service of a visit) is of: the holder of its account, or the customer it names."""
    found: list[str | None] = []
    account = body.get("account")
    if isinstance(account, str):
        row = store.get("holding", (account,))
        found.append(row[1] if row is not None and isinstance(row[1], str) else None)
    for name in ("customer", "presented_by", "on_behalf_of"):
        if isinstance(body.get(name), str):
            found.append(body[name])
    return found
