"""A ledger as plain as it can be: the oracle for ``ledger.machine``. Slow on purpose, and written apart from it.

It keeps one list of every accepted transfer and nothing else: each counter and each state of a pending transfer is
added up from that list whenever it is needed. A linked chain is tried, and if one of it fails the list is cut back.
Each rule is one line, in order of precedence; the first that holds names the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import PendingRow, Transfer

INT64 = 2**63 - 1
LINKED, PENDING, POST, VOID, EXPIRE = 1, 2, 4, 8, 16
GUARD_DEBITS, GUARD_CREDITS, CLOSED = 1, 2, 4
LAST_DAY = 3_652_059
Rule = tuple[Outcome, Callable[["ModelLedger", Transfer], bool]]


@dataclass
class ModelLedger:
    """The same answers as the machine, computed from the whole history each time."""

    opened: dict[int, tuple[str, str, int, int, int]] = field(default_factory=dict)
    """Account id → (name, currency, code, flags, limit)."""
    closed: set[int] = field(default_factory=set)
    history: list[Transfer] = field(default_factory=list)
    time: int = 0
    closed_day: int = 0

    def add_account(self, account_id: int, name: str, currency: str, code: int, flags: int, limit: int) -> Outcome:
        """Opens an account, or says why not."""
        asked = (name, currency, code, flags, limit)
        if not 0 < account_id <= INT64:
            return Outcome.ACCOUNT_ID_OUT_OF_RANGE
        if account_id in self.opened:
            kept = dict(zip(("name", "currency", "code", "flags", "limit"), self.opened[account_id], strict=True))
            new = dict(zip(kept, asked, strict=True))
            differing = {part for part in kept if kept[part] != new[part]}
            by_place = sorted(Outcome[f"EXISTS_WITH_DIFFERENT_{part.upper()}"] for part in differing)
            return by_place[0] if by_place else Outcome.EXISTS
        wrong = {
            Outcome.FLAGS_UNKNOWN: flags not in (0, 1, 2, 3),
            Outcome.FLAGS_MUTUALLY_EXCLUSIVE: flags == 3,
            Outcome.NAME_MALFORMED: not name or len(name) > 200 or not all(one.isprintable() for one in name),
            Outcome.CURRENCY_MALFORMED: len(currency) != 3 or bool(set(currency) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
            Outcome.CODE_OUT_OF_RANGE: code < 0 or code >= 65536,
            Outcome.LIMIT_OUT_OF_RANGE: limit < 0 or limit > INT64,
            Outcome.NAME_TAKEN: name in {one[0] for one in self.opened.values()},
        }
        found = sorted(outcome for outcome, is_so in wrong.items() if is_so)
        if found:
            return found[0]
        self.opened[account_id] = asked
        return Outcome.CREATED

    def set_closed(self, account_id: int, closed: bool) -> None:
        """Closes or reopens an account."""
        self.closed = self.closed | {account_id} if closed else self.closed - {account_id}

    def close_period(self, through: int) -> None:
        """Closes booking dates up to ``through``."""
        if through > self.closed_day:
            self.closed_day = through

    def apply(self, batch: Sequence[Transfer], now: int) -> list[Outcome]:
        """One outcome for each transfer."""
        if now > self.time:
            self.time = now
        return [outcome for chain in _chains(batch) for outcome in self._chain(chain)]

    def rows(self) -> list[AccountRow]:
        """The accounts with counters added up from the history."""
        return [
            AccountRow(one, name, currency, code, flags + CLOSED * (one in self.closed), limit, *self.counters(one))
            for one, (name, currency, code, flags, limit) in sorted(self.opened.items())
        ]

    def pendings(self) -> list[PendingRow]:
        """Every pending transfer ever accepted, with its state."""
        return sorted(
            PendingRow(one.id, one.debit, one.credit, one.amount, one.expires, self.state(one.id))
            for one in self.history
            if one.flags & PENDING
        )

    def counters(self, account: int) -> tuple[int, int, int, int]:
        """(debits posted, credits posted, debits pending, credits pending)."""
        posted = [one for one in self.history if not one.flags & (PENDING | VOID | EXPIRE)]
        waiting = [one for one in self.history if one.flags & PENDING and self.state(one.id) == 0]
        return (
            sum(one.amount for one in posted if one.debit == account),
            sum(one.amount for one in posted if one.credit == account),
            sum(one.amount for one in waiting if one.debit == account),
            sum(one.amount for one in waiting if one.credit == account),
        )

    def state(self, pending: bytes) -> int:
        """0 open, 1 posted, 2 voided, 3 expired."""
        how = [one.flags & (POST | VOID | EXPIRE) for one in self.history if one.pending == pending]
        return {POST: 1, VOID: 2, EXPIRE: 3}[how[0]] if how else 0

    def find(self, transfer_id: bytes) -> Transfer | None:
        """The accepted transfer with this id."""
        return next((one for one in self.history if one.id == transfer_id), None)

    def _chain(self, chain: Sequence[Transfer]) -> list[Outcome]:
        before = len(self.history)
        open_end = bool(chain[-1].flags & LINKED)
        answers: list[Outcome] = []
        broken = False
        for place, transfer in enumerate(chain):
            in_chain = {one.id for one in self.history[before:]}
            last_and_open = open_end and place == len(chain) - 1
            answer = self._first(transfer, in_chain, last_and_open, broken)
            if answer == Outcome.CREATED:
                self.history.append(transfer)
            elif not broken:
                broken = True
                del self.history[before:]
                answers = [Outcome.LINKED_EVENT_FAILED for _ in answers]
            answers.append(answer)
        return answers

    def _first(self, transfer: Transfer, in_chain: set[bytes], last_and_open: bool, broken: bool) -> Outcome:
        for outcome, holds in _BY_ID:
            if holds(self, transfer):
                return outcome
        if transfer.id in in_chain:
            return Outcome.ID_REPEATED_IN_CHAIN
        kept = self.find(transfer.id)
        if kept is not None:
            for part in ("flags", "pending", "debit", "credit", "amount", "code", "booked", "value", "expires"):
                if getattr(kept, part) != getattr(transfer, part):
                    return Outcome[f"EXISTS_WITH_DIFFERENT_{part.upper()}"]
            return Outcome.EXISTS
        if last_and_open:
            return Outcome.LINKED_EVENT_CHAIN_OPEN
        if broken:
            return Outcome.LINKED_EVENT_FAILED
        return next((outcome for outcome, holds in _RULES if holds(self, transfer)), Outcome.CREATED)

    def target(self, transfer: Transfer) -> Transfer:
        """The transfer that this one resolves."""
        found = self.find(transfer.pending)
        assert found is not None
        return found

    def due(self, transfer: Transfer) -> bool:
        """Whether the pending transfer that this one resolves is past its expiry time."""
        return 0 < self.target(transfer).expires <= self.time

    def over_guard(self, account: int, guard: int, amount: int) -> bool:
        """Whether ``amount`` more would take the guarded side past the other and the limit."""
        _, _, _, flags, limit = self.opened[account]
        debits, credits, debits_waiting, credits_waiting = self.counters(account)
        if guard == GUARD_DEBITS:
            return bool(flags & guard) and debits + debits_waiting + amount - credits > limit
        return bool(flags & guard) and credits + credits_waiting + amount - debits > limit


def _chains(batch: Sequence[Transfer]) -> Iterator[list[Transfer]]:
    chain: list[Transfer] = []
    for transfer in batch:
        chain.append(transfer)
        if not transfer.flags & LINKED:
            yield chain
            chain = []
    if chain:
        yield chain


def _resolves(t: Transfer) -> bool:
    return t.flags & (POST | VOID | EXPIRE) != 0


def _takes_room(t: Transfer) -> bool:
    return not _resolves(t)


def _releases(t: Transfer) -> bool:
    return t.flags & (VOID | EXPIRE) != 0


_BY_ID: list[Rule] = [
    (Outcome.ID_MUST_BE_16_BYTES, lambda m, t: len(t.id) != 16),
    (Outcome.ID_MUST_NOT_BE_ZERO, lambda m, t: not any(t.id)),
    (Outcome.ID_MUST_NOT_BE_MAX, lambda m, t: all(byte == 255 for byte in t.id)),
]
_RULES: list[Rule] = [
    (Outcome.FLAGS_UNKNOWN, lambda m, t: not 0 <= t.flags < 32),
    (Outcome.FLAGS_MUTUALLY_EXCLUSIVE, lambda m, t: bin(t.flags >> 1).count("1") > 1),
    (Outcome.PENDING_ID_MUST_BE_EMPTY, lambda m, t: not _resolves(t) and t.pending != b""),
    (Outcome.PENDING_ID_MUST_BE_16_BYTES, lambda m, t: _resolves(t) and len(t.pending) != 16),
    (Outcome.EXPIRES_MUST_BE_ZERO, lambda m, t: not t.flags & PENDING and t.expires != 0),
    (Outcome.EXPIRES_OUT_OF_RANGE, lambda m, t: t.expires < 0 or t.expires > INT64),
    (Outcome.AMOUNT_MUST_NOT_BE_ZERO, lambda m, t: t.amount == 0),
    (Outcome.AMOUNT_MUST_NOT_BE_NEGATIVE, lambda m, t: t.amount < 0),
    (Outcome.AMOUNT_OVER_INT64, lambda m, t: t.amount > INT64),
    (Outcome.CODE_OUT_OF_RANGE, lambda m, t: t.code < 0 or t.code > 65535),
    (Outcome.BOOKED_OUT_OF_RANGE, lambda m, t: t.booked < 1 or t.booked > LAST_DAY),
    (Outcome.VALUE_OUT_OF_RANGE, lambda m, t: t.value < 1 or t.value > LAST_DAY),
    (Outcome.ACCOUNTS_MUST_BE_DIFFERENT, lambda m, t: t.debit == t.credit),
    (Outcome.DEBIT_ACCOUNT_NOT_FOUND, lambda m, t: t.debit not in m.opened),
    (Outcome.CREDIT_ACCOUNT_NOT_FOUND, lambda m, t: t.credit not in m.opened),
    (Outcome.CURRENCIES_MUST_MATCH, lambda m, t: m.opened[t.debit][1] != m.opened[t.credit][1]),
    (Outcome.PENDING_NOT_FOUND, lambda m, t: _resolves(t) and m.find(t.pending) is None),
    (Outcome.PENDING_NOT_PENDING, lambda m, t: _resolves(t) and not m.target(t).flags & PENDING),
    (Outcome.PENDING_HAS_DIFFERENT_DEBIT, lambda m, t: _resolves(t) and m.target(t).debit != t.debit),
    (Outcome.PENDING_HAS_DIFFERENT_CREDIT, lambda m, t: _resolves(t) and m.target(t).credit != t.credit),
    (Outcome.EXCEEDS_PENDING_AMOUNT, lambda m, t: t.flags & POST != 0 and t.amount > m.target(t).amount),
    (Outcome.PENDING_HAS_DIFFERENT_AMOUNT, lambda m, t: _releases(t) and t.amount != m.target(t).amount),
    (Outcome.PENDING_ALREADY_POSTED, lambda m, t: _resolves(t) and m.state(t.pending) == 1),
    (Outcome.PENDING_ALREADY_VOIDED, lambda m, t: _resolves(t) and m.state(t.pending) == 2),
    (Outcome.PENDING_ALREADY_EXPIRED, lambda m, t: _resolves(t) and m.state(t.pending) == 3),
    (Outcome.PENDING_PAST_EXPIRY, lambda m, t: t.flags & POST != 0 and m.due(t)),
    (Outcome.PENDING_NOT_YET_EXPIRED, lambda m, t: t.flags & EXPIRE != 0 and not m.due(t)),
    (Outcome.DEBIT_ACCOUNT_CLOSED, lambda m, t: not _releases(t) and t.debit in m.closed),
    (Outcome.CREDIT_ACCOUNT_CLOSED, lambda m, t: not _releases(t) and t.credit in m.closed),
    (Outcome.PERIOD_CLOSED, lambda m, t: t.booked <= m.closed_day),
    (
        Outcome.OVERFLOWS_DEBITS,
        lambda m, t: _takes_room(t) and m.counters(t.debit)[0] + m.counters(t.debit)[2] + t.amount > INT64,
    ),
    (
        Outcome.OVERFLOWS_CREDITS,
        lambda m, t: _takes_room(t) and m.counters(t.credit)[1] + m.counters(t.credit)[3] + t.amount > INT64,
    ),
    (Outcome.EXCEEDS_CREDITS, lambda m, t: _takes_room(t) and m.over_guard(t.debit, GUARD_DEBITS, t.amount)),
    (Outcome.EXCEEDS_DEBITS, lambda m, t: _takes_room(t) and m.over_guard(t.credit, GUARD_CREDITS, t.amount)),
]
