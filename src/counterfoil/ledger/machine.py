"""The ledger: one pure, deterministic state machine. ``apply(batch, now)`` answers one outcome for each transfer.

The problem: thousands of transfers a second, in order, each judged against balances that the one before it changed;
ids answered for ever although the history does not fit in memory; all or nothing for linked chains; and a store
that may fail after the machine has moved on. The choice: balances, account names and *open* pending transfers live
here; what is older is looked up in the store before a batch begins, in two look-ups at most, and never for an id above
every id accepted before (ids ascend, so that is nearly all of them).

Always true:

1. Outcomes and balances are those of ``testing.model_ledger``, the plain model (``test_machine_against_model.py``).
2. The sum of debits is the sum of credits, posted and pending, in each currency (``test_the_books_stay_sound``).
3. Time only moves forward: ``now`` is the largest ever given; no counter changes because time passed
   (``test_an_expiry_comes_by_entry_and_at_its_time``).
4. Memory grows with accounts and open pendings, not with history (``test_memory_does_not_grow_with_history``).
5. One commit may be in flight: what ``drain`` handed out is answered from memory until the next ``drain``
   (``test_one_commit_may_be_in_flight``). A machine whose commit failed is thrown away and loaded anew.

The plain path of ``apply`` accepts a transfer only if every rule of ``_judge`` holds, and never refuses; all else
goes to ``_judge``, whose rules stand in order of precedence. Source of the rules: TigerBeetle, reference/requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import lt
from typing import cast

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX, BATCH_TRANSFERS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.ledger.accounts import (
    CLOSED,
    CREDITS_MUST_NOT_EXCEED_DEBITS,
    DEBITS_MUST_NOT_EXCEED_CREDITS,
    GUARDS,
    Account,
    AccountRow,
    Balance,
    Counters,
)
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import (
    CODE_MAX,
    DAY_MAX,
    EXPIRE,
    EXPIRED,
    ID_BYTES,
    ID_MAX,
    ID_ZERO,
    LINKED,
    OPEN,
    PENDING,
    POST,
    POSTED,
    RESOLVES,
    TWO_PHASE,
    VOID,
    VOIDED,
    PendingRow,
    Transfer,
    state_after,
)
from counterfoil.ledger.trial import balance_errors

Lookup = Callable[[list[bytes]], Mapping[bytes, Transfer]]
"""The kept transfers among these ids (a store's ``transfers``)."""
PendingLookup = Callable[[list[bytes]], Mapping[bytes, tuple[int | str | bytes | None, ...]]]
"""The kept ``pending`` rows among these ids (a store's ``pendings``)."""

CREATED = Outcome.CREATED
"""By far the most frequent answer; an enum's member is looked up ten times slower than a name."""

_BODY = (
    ("flags", Outcome.EXISTS_WITH_DIFFERENT_FLAGS),
    ("pending", Outcome.EXISTS_WITH_DIFFERENT_PENDING),
    ("debit", Outcome.EXISTS_WITH_DIFFERENT_DEBIT),
    ("credit", Outcome.EXISTS_WITH_DIFFERENT_CREDIT),
    ("amount", Outcome.EXISTS_WITH_DIFFERENT_AMOUNT),
    ("code", Outcome.EXISTS_WITH_DIFFERENT_CODE),
    ("booked", Outcome.EXISTS_WITH_DIFFERENT_BOOKED),
    ("value", Outcome.EXISTS_WITH_DIFFERENT_VALUE),
    ("expires", Outcome.EXISTS_WITH_DIFFERENT_EXPIRES),
)
_ACCOUNT_BODY = (
    ("name", Outcome.EXISTS_WITH_DIFFERENT_NAME),
    ("currency", Outcome.EXISTS_WITH_DIFFERENT_CURRENCY),
    ("code", Outcome.EXISTS_WITH_DIFFERENT_CODE),
    ("limit", Outcome.EXISTS_WITH_DIFFERENT_LIMIT),
)
_RESOLVED = {
    POSTED: Outcome.PENDING_ALREADY_POSTED,
    VOIDED: Outcome.PENDING_ALREADY_VOIDED,
    EXPIRED: Outcome.PENDING_ALREADY_EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since the last drain: the ledger's part of one commit."""

    transfers: list[Transfer]
    """Accepted, in the order of acceptance."""
    accounts: list[AccountRow]
    """Accounts that are new, or were closed or reopened: whole rows."""
    counters: list[Counters]
    """Accounts of which only counters changed (never also in ``accounts``), by ascending id."""
    pendings: list[PendingRow]
    """Pending transfers made or resolved, by ascending id."""


@dataclass(slots=True)
class _Chain:
    """A linked chain that is being read: what stood when it began, and what it did since."""

    start: int
    """Outcomes given before it."""
    highest: bytes
    changed: int
    """Accounts changed before it: the dictionary of them keeps its order, so what came later is at its end."""
    steps: list[tuple[Transfer, PendingRow | None]] = field(default_factory=list)
    """Accepted transfers, each with the open pending it resolved."""
    broken: bool = False


@dataclass(slots=True)
class _Recall:
    """What the store said about one batch: kept transfers and pendings that the machine no longer holds."""

    transfers: Mapping[bytes, Transfer]
    pendings: Mapping[bytes, PendingRow]


class _Rows:
    """Rows of accounts, made one by one each time they are walked through."""

    def __init__(self, accounts: Mapping[int, Account]) -> None:
        self._accounts = accounts

    def __iter__(self) -> Iterator[AccountRow]:
        return (account.row() for account in self._accounts.values())


class Machine:
    """All accounts, open pendings, and the rules. Not thread-safe: one sequencer per ledger."""

    def __init__(self) -> None:
        self._accounts: dict[int, Account] = {}
        self._names: dict[str, int] = {}
        self._open: dict[bytes, PendingRow] = {}
        self._highest = ID_ZERO
        self._now = 0
        self._closed_through = 0
        self._fresh: dict[bytes, Transfer] = {}
        self._changed: dict[int, Account] = {}
        self._whole: dict[int, Account] = {}
        self._new: set[int] = set()
        self._pendings_changed: dict[bytes, PendingRow] = {}
        self._flying: dict[bytes, Transfer] = {}
        self._pendings_flying: dict[bytes, PendingRow] = {}

    # Loading

    def load(
        self,
        accounts: Iterable[Sequence[int | str | bytes | None]],
        pendings: Iterable[Sequence[int | str | bytes | None]],
        closed_through: int = 0,
        last_now: int = 0,
        *,
        highest: bytes = ID_MAX,
    ) -> None:
        """Starts from stored rows. Raises ``Fault`` if they do not agree with themselves.

        ``highest`` is the highest transfer id kept; left out, every id will be looked up, which is right but slow.
        """
        known: dict[int, Account] = {}
        names: dict[str, int] = {}
        for row in accounts:  # One by one: a second list of a million accounts would be half the memory.
            account = Account(*_account_row(row))
            if account.id in known or account.name in names:
                raise Fault(f"the stored ledger does not agree with itself: account {account.id} stands twice")
            known[account.id], names[account.name] = account, account.id
        found = [_pending_row(row) for row in pendings]
        still_open = [row for row in found if row.state == OPEN]
        errors = balance_errors(_Rows(known), still_open)
        if errors:
            raise Fault(f"the stored ledger does not agree with itself: {errors[0].found}")
        Machine.__init__(self)  # Nothing of what was held before may be left.
        self._accounts, self._names = known, names
        self._open = {row.id: row for row in still_open}
        self._highest, self._closed_through, self._now = highest, closed_through, last_now

    # Accounts and periods

    def add_account(
        self, account_id: int, name: str, currency: str, code: int = 0, flags: int = 0, limit: int = 0
    ) -> Outcome:
        """Opens an account. ``limit`` (minor units): how far the guarded side may exceed the other."""
        outcome = self._judge_account(account_id, name, currency, code, flags, limit)
        if outcome is CREATED:
            account = Account(account_id, name, currency, code, flags, limit)
            self._accounts[account_id] = self._whole[account_id] = account
            self._names[name] = account_id
            self._new.add(account_id)
        return outcome

    def forget_account(self, account_id: int) -> None:
        """Takes back an account added since the last drain that nothing was booked on (its entry was refused)."""
        account = self._known(account_id)
        if account_id not in self._new or any(account.balance()):
            raise Fault(f"account {account_id} is kept or was booked on: it cannot be forgotten")
        del self._accounts[account_id], self._whole[account_id], self._names[account.name]

    def set_closed(self, account_id: int, closed: bool) -> None:
        """Closes or reopens an account. A closed one takes voids and expiries only. Raises ``Fault`` if unknown."""
        account = self._known(account_id)
        flags = account.flags | CLOSED if closed else account.flags & ~CLOSED
        if flags != account.flags:
            account.flags = flags
            self._whole[account_id] = account

    def close_period(self, through: int) -> None:
        """From now on nothing is booked on ``through`` (an ordinal) or earlier. A closed period is never reopened."""
        self._closed_through = max(self._closed_through, through)

    # Questions

    @property
    def now(self) -> int:
        """The largest time (ms) ever given."""
        return self._now

    @property
    def closed_through(self) -> int:
        """The last closed booking date (an ordinal), or 0."""
        return self._closed_through

    @property
    def highest(self) -> bytes:
        """The highest transfer id ever accepted (or a bound above it, after a load that did not name it)."""
        return self._highest

    @property
    def waiting(self) -> int:
        """Transfers accepted since the last drain."""
        return len(self._fresh)

    @property
    def names(self) -> dict[str, int]:
        """Account ids by name, in the order of their adding: the machine's own, only to be looked at."""
        return self._names

    def account_id(self, name: str) -> int | None:
        """The id of the account with this name."""
        return self._names.get(name)

    def account(self, account_id: int) -> AccountRow | None:
        """A copy of the account, or None."""
        account = self._accounts.get(account_id)
        return account.row() if account else None

    def accounts(self) -> list[AccountRow]:
        """Copies of all accounts, by ascending id."""
        return [self._accounts[one].row() for one in sorted(self._accounts)]

    def balances(self) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
        """(name, the four counters) of all accounts, by ascending id."""
        accounts = self._accounts
        for one in sorted(accounts):
            row = accounts[one]
            yield row.name, (row.debits_posted, row.credits_posted, row.debits_pending, row.credits_pending)

    def balance(self, account_id: int) -> Balance:
        """The four counters. Raises ``Fault`` for an unknown account."""
        return self._known(account_id).balance()

    def owed(self, account_id: int) -> int:
        """Credits less debits, posted; 0 for an unknown account."""
        account = self._accounts.get(account_id)
        return account.credits_posted - account.debits_posted if account is not None else 0

    def room_to_debit(self, account_id: int) -> int:
        """The largest amount (minor units) the counters and the guard let be debited now; 0 if none."""
        return self._known(account_id).room_to_debit()

    def room_to_credit(self, account_id: int) -> int:
        """The largest amount (minor units) the counters and the guard let be credited now; 0 if none."""
        return self._known(account_id).room_to_credit()

    def open_pending(self, pending_id: bytes) -> PendingRow | None:
        """The open pending transfer with this id, or None."""
        return self._open.get(pending_id)

    def open_pendings(self) -> list[PendingRow]:
        """All open pending transfers, by ascending id."""
        return [self._open[one] for one in sorted(self._open)]

    def drain(self) -> Changes:
        """What changed since the last drain, for one commit. The commit before must be known to be kept by now."""
        changed, whole = self._changed, self._whole
        counted = changed.keys() - whole.keys() if whole else changed
        changes = Changes(
            transfers=list(self._fresh.values()),
            accounts=[whole[one].row() for one in sorted(whole)],
            counters=[changed[one].counters() for one in sorted(counted)],
            pendings=[self._pendings_changed[one] for one in sorted(self._pendings_changed)],
        )
        self._flying, self._pendings_flying = self._fresh, self._pendings_changed
        self._fresh, self._pendings_changed = {}, {}
        self._changed, self._whole, self._new = {}, {}, set()
        return changes

    # Transfers

    def apply(
        self,
        batch: Sequence[Transfer],
        now: int,
        lookup: Lookup,
        pending_lookup: PendingLookup = lambda ids: {},
    ) -> list[Outcome]:
        """One outcome for each transfer, in order; what is accepted stands when this returns, and waits for ``drain``.

        ``now``: ms; an earlier time than before counts as the time before. Raises ``Malformed`` for a batch over
        ``BATCH_TRANSFERS_MAX``. What a look-up raises comes through, and the machine is as it was before. Without
        ``pending_lookup``, naming a pending transfer that was resolved before the last load or drains is a ``Fault``.
        """
        if len(batch) > BATCH_TRANSFERS_MAX:
            raise Malformed(f"{len(batch)} transfers in one batch; at most {BATCH_TRANSFERS_MAX}", field="batch")
        recall = self._recall(batch, lookup, pending_lookup)
        self._now = max(self._now, now)
        created, last = CREATED, len(batch) - 1
        account, fresh, changed = self._accounts.get, self._fresh, self._changed
        closed_through, highest = self._closed_through, self._highest
        outcomes: list[Outcome] = []
        answer = outcomes.append
        chain: _Chain | None = None
        for transfer in batch:
            transfer_id, debit_id, credit_id, amount, code, flags, pending, booked, value, expires = transfer
            if flags == 0 and chain is None:
                debit, credit = account(debit_id), account(credit_id)
                if (
                    highest < transfer_id < ID_MAX
                    and len(transfer_id) == ID_BYTES
                    and debit is not None
                    and credit is not None
                    and debit is not credit
                    and debit.currency == credit.currency
                    and type(amount) is int
                    and amount > 0
                    and 0 <= code <= CODE_MAX
                    and closed_through < booked <= DAY_MAX
                    and 0 < value <= DAY_MAX
                    and not pending
                    and expires == 0
                ):
                    debits, credits = debit.debits_posted + amount, credit.credits_posted + amount
                    total_debits, total_credits = debits + debit.debits_pending, credits + credit.credits_pending
                    debit_flags, credit_flags = debit.flags, credit.flags
                    if (
                        total_debits <= AMOUNT_MINOR_MAX
                        and total_credits <= AMOUNT_MINOR_MAX
                        and not (debit_flags | credit_flags) & CLOSED
                        and (
                            not debit_flags & DEBITS_MUST_NOT_EXCEED_CREDITS
                            or total_debits <= debit.credits_posted + debit.limit
                        )
                        and (
                            not credit_flags & CREDITS_MUST_NOT_EXCEED_DEBITS
                            or total_credits <= credit.debits_posted + credit.limit
                        )
                    ):
                        debit.debits_posted, credit.credits_posted = debits, credits
                        changed[debit_id], changed[credit_id] = debit, credit
                        fresh[transfer_id] = transfer
                        highest = transfer_id
                        answer(created)
                        continue
            self._highest = highest
            if flags & LINKED and chain is None:
                chain = _Chain(len(outcomes), highest, len(changed))
            left_open = bool(flags & LINKED) and len(outcomes) == last
            outcome = self._judge(transfer, recall, chain, left_open)
            if outcome is created:
                self._book(transfer, chain)
            elif chain is not None and not chain.broken:
                self._take_back(chain)
                outcomes[chain.start :] = [Outcome.LINKED_EVENT_FAILED] * (len(outcomes) - chain.start)
            answer(outcome)
            highest = self._highest
            if not flags & LINKED:
                chain = None
        self._highest = highest
        return outcomes

    def apply_from_one(self, batch: Sequence[Transfer], now: int) -> bool:
        """Books transfers that all debit one account, if ``apply`` would accept each by its plain path; else nothing
        is changed, False is returned, and ``apply`` is to be asked (``test_many_from_one_account_are_each_applied``).

        Ids ascend strictly; code, booking date and value date are the same in all of them.
        """
        if not batch or len(batch) > BATCH_TRANSFERS_MAX:
            return False
        first_id, debit_id, _, _, code, _, _, booked, value, _ = batch[0]
        accounts, debit = self._accounts, self._accounts.get(debit_id)
        ids, debits, credits, amounts, *rest = zip(*batch, strict=True)
        total = sum(amounts)
        if (
            debit is None
            or debit.flags & (CLOSED | DEBITS_MUST_NOT_EXCEED_CREDITS)
            or debit.debits_posted + total + debit.debits_pending > AMOUNT_MINOR_MAX
            or set(map(type, amounts)) != {int}
            or min(amounts) <= 0
            or rest != [(part,) * len(batch) for part in (code, 0, b"", booked, value, 0)]
            or debits.count(debit_id) != len(batch)
            or not 0 <= code <= CODE_MAX
            or not self._closed_through < booked <= DAY_MAX
            or not 0 < value <= DAY_MAX
            or not self._highest < first_id
            or not ids[-1] < ID_MAX
            or set(map(len, ids)) != {ID_BYTES}
            or not all(map(lt, ids, ids[1:]))
        ):
            return False
        found = list(map(accounts.get, credits))
        if len(set(credits)) != len(credits) or None in found:
            return False
        currency, barred = debit.currency, CLOSED | CREDITS_MUST_NOT_EXCEED_DEBITS
        booked_on = cast(list[Account], found)
        for account, amount in zip(booked_on, amounts, strict=True):
            if (
                account is debit
                or account.flags & barred
                or account.currency != currency
                or account.credits_posted + amount + account.credits_pending > AMOUNT_MINOR_MAX
            ):
                return False
        self._now = max(self._now, now)
        debit.debits_posted += total
        for account, amount in zip(booked_on, amounts, strict=True):
            account.credits_posted += amount
        self._changed[debit_id] = debit
        self._changed.update(zip(credits, booked_on, strict=True))
        self._fresh.update(zip(ids, batch, strict=True))
        self._highest = ids[-1]
        return True

    def _recall(self, batch: Sequence[Transfer], lookup: Lookup, pending_lookup: PendingLookup) -> _Recall:
        highest = self._highest
        old = [transfer.id for transfer in batch if transfer.id <= highest]
        named = [transfer.pending for transfer in batch if transfer.pending and transfer.pending <= highest]
        named = [one for one in named if one not in self._open]
        pendings = pending_lookup(list(dict.fromkeys(named))) if named else {}
        return _Recall(
            lookup(list(dict.fromkeys(old + named))) if old or named else {},
            {one: _pending_row(row) for one, row in pendings.items()},
        )

    def _judge(self, transfer: Transfer, recall: _Recall, chain: _Chain | None, left_open: bool) -> Outcome:
        """The first outcome that applies. ``CREATED`` is 0, so ``or`` goes on exactly while nothing is wrong."""
        return (
            self._judge_id(transfer, recall, chain)
            or _judge_chain(chain, left_open)
            or _judge_shape(transfer)
            or self._judge_accounts(transfer)
            or self._judge_pending(transfer, recall)
            or self._judge_state(transfer)
        )

    def _judge_id(self, transfer: Transfer, recall: _Recall, chain: _Chain | None) -> Outcome:
        transfer_id = transfer.id
        if len(transfer_id) != ID_BYTES:
            return Outcome.ID_MUST_BE_16_BYTES
        if transfer_id == ID_ZERO:
            return Outcome.ID_MUST_NOT_BE_ZERO
        if transfer_id == ID_MAX:
            return Outcome.ID_MUST_NOT_BE_MAX
        if transfer_id > self._highest:
            return CREATED
        if chain is not None and any(transfer_id == one.id for one, _ in chain.steps):
            return Outcome.ID_REPEATED_IN_CHAIN
        kept = self._kept(transfer_id, recall)
        return _compare(transfer, kept) if kept else CREATED

    def _judge_accounts(self, transfer: Transfer) -> Outcome:
        if transfer.debit == transfer.credit:
            return Outcome.ACCOUNTS_MUST_BE_DIFFERENT
        debit, credit = self._accounts.get(transfer.debit), self._accounts.get(transfer.credit)
        if debit is None:
            return Outcome.DEBIT_ACCOUNT_NOT_FOUND
        if credit is None:
            return Outcome.CREDIT_ACCOUNT_NOT_FOUND
        if debit.currency != credit.currency:
            return Outcome.CURRENCIES_MUST_MATCH
        return CREATED

    def _judge_pending(self, transfer: Transfer, recall: _Recall) -> Outcome:
        _, debit, credit, amount, _, flags, pending, _, _, _ = transfer
        if not flags & RESOLVES:
            return CREATED
        row = self._pending(pending, recall)
        if row is None:
            kept = self._kept(pending, recall)
            if kept is not None and kept.flags & PENDING:
                raise Fault(f"what became of the pending transfer {kept.id.hex()} was not found")
            return Outcome.PENDING_NOT_FOUND if kept is None else Outcome.PENDING_NOT_PENDING
        if debit != row.debit:
            return Outcome.PENDING_HAS_DIFFERENT_DEBIT
        if credit != row.credit:
            return Outcome.PENDING_HAS_DIFFERENT_CREDIT
        if flags & POST and amount > row.amount:
            return Outcome.EXCEEDS_PENDING_AMOUNT
        if not flags & POST and amount != row.amount:
            return Outcome.PENDING_HAS_DIFFERENT_AMOUNT
        if row.state != OPEN:
            return _RESOLVED[row.state]
        expired = row.expires != 0 and row.expires <= self._now
        if flags & POST and expired:
            return Outcome.PENDING_PAST_EXPIRY
        if flags & EXPIRE and not expired:
            return Outcome.PENDING_NOT_YET_EXPIRED
        return CREATED

    def _judge_state(self, transfer: Transfer) -> Outcome:
        _, debit_id, credit_id, amount, _, flags, _, booked, _, _ = transfer
        debit, credit = self._accounts[debit_id], self._accounts[credit_id]
        if not flags & (VOID | EXPIRE):
            if debit.flags & CLOSED:
                return Outcome.DEBIT_ACCOUNT_CLOSED
            if credit.flags & CLOSED:
                return Outcome.CREDIT_ACCOUNT_CLOSED
        if booked <= self._closed_through:
            return Outcome.PERIOD_CLOSED
        if flags & RESOLVES:  # The room was taken when the transfer became pending, and only shrinks now.
            return CREATED
        debits = debit.debits_posted + debit.debits_pending + amount
        credits = credit.credits_posted + credit.credits_pending + amount
        if debits > AMOUNT_MINOR_MAX:
            return Outcome.OVERFLOWS_DEBITS
        if credits > AMOUNT_MINOR_MAX:
            return Outcome.OVERFLOWS_CREDITS
        if debit.flags & DEBITS_MUST_NOT_EXCEED_CREDITS and debits > debit.credits_posted + debit.limit:
            return Outcome.EXCEEDS_CREDITS
        if credit.flags & CREDITS_MUST_NOT_EXCEED_DEBITS and credits > credit.debits_posted + credit.limit:
            return Outcome.EXCEEDS_DEBITS
        return CREATED

    def _judge_account(self, account_id: int, name: str, currency: str, code: int, flags: int, limit: int) -> Outcome:
        if not 1 <= account_id <= AMOUNT_MINOR_MAX:
            return Outcome.ACCOUNT_ID_OUT_OF_RANGE
        kept = self._accounts.get(account_id)
        if kept is not None:
            if flags != kept.flags & ~CLOSED:
                return Outcome.EXISTS_WITH_DIFFERENT_FLAGS
            asked = {"name": name, "currency": currency, "code": code, "limit": limit}
            different = (outcome for part, outcome in _ACCOUNT_BODY if asked[part] != getattr(kept, part))
            return next(different, Outcome.EXISTS)
        if flags & ~GUARDS:
            return Outcome.FLAGS_UNKNOWN
        if flags == GUARDS:
            return Outcome.FLAGS_MUTUALLY_EXCLUSIVE
        if not 0 < len(name) <= TEXT_CHARACTERS_MAX or not name.isprintable():
            return Outcome.NAME_MALFORMED
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
            return Outcome.CURRENCY_MALFORMED
        if not 0 <= code <= CODE_MAX:
            return Outcome.CODE_OUT_OF_RANGE
        if not 0 <= limit <= AMOUNT_MINOR_MAX:
            return Outcome.LIMIT_OUT_OF_RANGE
        if name in self._names:
            return Outcome.NAME_TAKEN
        return CREATED

    def _book(self, transfer: Transfer, chain: _Chain | None) -> None:
        transfer_id, debit_id, credit_id, amount, _, flags, pending, _, _, expires = transfer
        debit, credit = self._accounts[debit_id], self._accounts[credit_id]
        resolved = self._open[pending] if flags & RESOLVES else None
        if chain is not None:
            chain.steps.append((transfer, resolved))
        self._changed[debit_id], self._changed[credit_id] = debit, credit
        if resolved is not None:
            debit.debits_pending -= resolved.amount
            credit.credits_pending -= resolved.amount
            del self._open[pending]
            self._pendings_changed[pending] = PendingRow(*resolved[:5], state_after(flags))
        if flags & PENDING:
            debit.debits_pending += amount
            credit.credits_pending += amount
            row = PendingRow(transfer_id, debit_id, credit_id, amount, expires, OPEN)
            self._open[transfer_id] = self._pendings_changed[transfer_id] = row
        elif not flags & (VOID | EXPIRE):
            debit.debits_posted += amount
            credit.credits_posted += amount
        self._fresh[transfer_id] = transfer
        if transfer_id > self._highest:
            self._highest = transfer_id

    def _take_back(self, chain: _Chain) -> None:
        """Undoes a broken chain, last step first, as if it had never been read."""
        for transfer, resolved in reversed(chain.steps):
            self._unbook(transfer, resolved)
        while len(self._changed) > chain.changed:
            self._changed.popitem()
        chain.steps.clear()
        chain.broken = True
        self._highest = chain.highest

    def _unbook(self, transfer: Transfer, resolved: PendingRow | None) -> None:
        """The exact inverse of ``_book``, line by line."""
        debit, credit = self._accounts[transfer.debit], self._accounts[transfer.credit]
        del self._fresh[transfer.id]
        if transfer.flags & PENDING:
            debit.debits_pending -= transfer.amount
            credit.credits_pending -= transfer.amount
            del self._open[transfer.id], self._pendings_changed[transfer.id]
        elif not transfer.flags & (VOID | EXPIRE):
            debit.debits_posted -= transfer.amount
            credit.credits_posted -= transfer.amount
        if resolved is not None:
            debit.debits_pending += resolved.amount
            credit.credits_pending += resolved.amount
            self._open[resolved.id] = resolved
            if resolved.id in self._fresh:
                self._pendings_changed[resolved.id] = resolved
            else:
                del self._pendings_changed[resolved.id]

    def _kept(self, transfer_id: bytes, recall: _Recall) -> Transfer | None:
        return self._fresh.get(transfer_id) or self._flying.get(transfer_id) or recall.transfers.get(transfer_id)

    def _pending(self, pending_id: bytes, recall: _Recall) -> PendingRow | None:
        return (
            self._open.get(pending_id)
            or self._pendings_changed.get(pending_id)
            or self._pendings_flying.get(pending_id)
            or recall.pendings.get(pending_id)
        )

    def _known(self, account_id: int) -> Account:
        account = self._accounts.get(account_id)
        if account is None:
            raise Fault(f"there is no account {account_id}")
        return account


def _judge_chain(chain: _Chain | None, left_open: bool) -> Outcome:
    if left_open:
        return Outcome.LINKED_EVENT_CHAIN_OPEN
    if chain is not None and chain.broken:
        return Outcome.LINKED_EVENT_FAILED
    return CREATED


def _judge_shape(transfer: Transfer) -> Outcome:
    _, _, _, amount, code, flags, pending, booked, value, expires = transfer
    if type(amount) is not int:
        raise Fault(f"the amount {amount!r} is no int: no float comes near money")
    two_phase = flags & TWO_PHASE
    if flags & ~(TWO_PHASE | LINKED):
        return Outcome.FLAGS_UNKNOWN
    if two_phase & (two_phase - 1):
        return Outcome.FLAGS_MUTUALLY_EXCLUSIVE
    if pending and not flags & RESOLVES:
        return Outcome.PENDING_ID_MUST_BE_EMPTY
    if flags & RESOLVES and len(pending) != ID_BYTES:
        return Outcome.PENDING_ID_MUST_BE_16_BYTES
    if expires and not flags & PENDING:
        return Outcome.EXPIRES_MUST_BE_ZERO
    if not 0 <= expires <= AMOUNT_MINOR_MAX:
        return Outcome.EXPIRES_OUT_OF_RANGE
    if amount == 0:
        return Outcome.AMOUNT_MUST_NOT_BE_ZERO
    if amount < 0:
        return Outcome.AMOUNT_MUST_NOT_BE_NEGATIVE
    if amount > AMOUNT_MINOR_MAX:
        return Outcome.AMOUNT_OVER_INT64
    if not 0 <= code <= CODE_MAX:
        return Outcome.CODE_OUT_OF_RANGE
    if not 0 < booked <= DAY_MAX:
        return Outcome.BOOKED_OUT_OF_RANGE
    if not 0 < value <= DAY_MAX:
        return Outcome.VALUE_OUT_OF_RANGE
    return CREATED


def _compare(asked: Transfer, kept: Transfer) -> Outcome:
    if asked == kept:
        return Outcome.EXISTS
    return next(outcome for part, outcome in _BODY if getattr(asked, part) != getattr(kept, part))


def _account_row(row: Sequence[int | str | bytes | None]) -> AccountRow:
    kinds = (int, str, str, int, int, int, int, int, int, int)
    if len(row) != len(kinds) or any(type(part) is not kind for part, kind in zip(row, kinds, strict=True)):
        raise Fault(f"{row!r} is not an account row")
    return AccountRow(*row)  # type: ignore[arg-type]  # each part's type was compared just now


def _pending_row(row: Sequence[int | str | bytes | None]) -> PendingRow:
    kinds = (bytes, int, int, int, int, int)
    if len(row) != len(kinds) or any(type(part) is not kind for part, kind in zip(row, kinds, strict=True)):
        raise Fault(f"{row!r} is not a pending row")
    return PendingRow(*row)  # type: ignore[arg-type]  # each part's type was compared just now
