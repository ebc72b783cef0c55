"""The trial balance: what proves, in one pass over the accounts, that the books agree with themselves.

Always true of sound books: in each currency the debits are the credits, posted and pending alike; each account's
pending counters are the sum of its open pendings; no guarded account is over its limit. ``trial_errors`` names every
place where that is not so, never only the first (``test_trial.py::test_every_error_is_named``). ``refold`` computes
the counters from the transfers alone, without the machine's rules, so audit need not trust them.

Amounts: minor units. Rows: ``accounts.AccountRow``, as the store keeps them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.accounts import (
    CREDITS_MUST_NOT_EXCEED_DEBITS,
    DEBITS_MUST_NOT_EXCEED_CREDITS,
    AccountRow,
    Counters,
)
from counterfoil.ledger.transfers import EXPIRE, OPEN, PENDING, RESOLVES, VOID, PendingRow, Transfer, state_after


class TrialLine(NamedTuple):
    """The totals of one currency."""

    currency: str
    accounts: int
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int

    @property
    def balanced(self) -> bool:
        """Whether debits are credits, posted and pending."""
        return self.debits_posted == self.credits_posted and self.debits_pending == self.credits_pending


class TrialError(NamedTuple):
    """One thing that is not as it must be. ``subject``: a currency, an account id or a pending id in hexadecimal."""

    code: str
    subject: str
    found: str


@dataclass(frozen=True, slots=True)
class Refolded:
    """What the transfers alone say: counters of each account they touch, and each pending with its state."""

    counters: Mapping[int, Counters]
    pendings: Mapping[bytes, PendingRow]
    transfers: int


def trial_balance(rows: Iterable[AccountRow]) -> list[TrialLine]:
    """One line a currency, by its code. Exact at any size: the sums are not bounded by int64."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for row in rows:
        line = sums[row.currency]
        for place, part in enumerate((1, *row[6:])):
            line[place] += part
    return [TrialLine(currency, *sums[currency]) for currency in sorted(sums)]


def as_of(rows: Iterable[AccountRow], movements: Iterable[tuple[int, int, int]]) -> list[AccountRow]:
    """The accounts with posted counters from ``movements`` (account id, debits, credits) and nothing pending.

    The movements say by which date they were chosen. Raises ``Fault`` for a movement on an account there is not.
    """
    moved = {account: (debits, credits) for account, debits, credits in movements}
    placed = [
        row._replace(debits_posted=debits, credits_posted=credits, debits_pending=0, credits_pending=0)
        for row in rows
        for debits, credits in (moved.pop(row.id, (0, 0)),)
    ]
    if moved:
        raise Fault(f"movements on accounts that do not exist: {sorted(moved)[:10]}")
    return placed


def trial_errors(rows: Sequence[AccountRow], open_pendings: Iterable[PendingRow]) -> list[TrialError]:
    """Every error found, in a fixed order; empty for sound books."""
    return [*_repeated(rows), *balance_errors(rows, open_pendings)]


def balance_errors(rows: Iterable[AccountRow], open_pendings: Iterable[PendingRow]) -> list[TrialError]:
    """As ``trial_errors``, of rows that are known to be different accounts. ``rows`` is walked through several
    times."""
    return [
        *(error for row in rows for error in _counter_errors(row)),
        *_pending_errors(rows, open_pendings),
        *_unbalanced(rows),
    ]


def refold(transfers: Iterable[Transfer]) -> Refolded:
    """Folds transfers in the order of acceptance. Raises ``Fault`` where one resolves what is not open."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    pendings: dict[bytes, PendingRow] = {}
    count = 0
    for transfer in transfers:
        count += 1
        debit, credit, amount, flags = sums[transfer.debit], sums[transfer.credit], transfer.amount, transfer.flags
        if flags & PENDING:
            pendings[transfer.id] = PendingRow(
                transfer.id, transfer.debit, transfer.credit, amount, transfer.expires, OPEN
            )
            debit[2] += amount
            credit[3] += amount
            continue
        if flags & RESOLVES:
            held = pendings.get(transfer.pending)
            if held is None or held.state != OPEN:
                raise Fault(f"transfer {transfer.id.hex()} resolves {transfer.pending.hex()}, which is not open")
            pendings[held.id] = held._replace(state=state_after(flags))
            debit[2] -= held.amount
            credit[3] -= held.amount
        if not flags & (VOID | EXPIRE):
            debit[0] += amount
            credit[1] += amount
    return Refolded({account: Counters(account, *sums[account]) for account in sorted(sums)}, pendings, count)


def fold_differences(rows: Iterable[AccountRow], pendings: Iterable[PendingRow], told: Refolded) -> list[TrialError]:
    """Every account and pending row that is not what the transfers say."""
    errors, accounts, kept = [], set(), set()
    for row in rows:
        accounts.add(row.id)
        want = told.counters.get(row.id, Counters(row.id, 0, 0, 0, 0))
        have = Counters(row.id, row.debits_posted, row.credits_posted, row.debits_pending, row.credits_pending)
        if have != want:
            errors.append(TrialError("account.differs", str(row.id), f"kept {have[1:]}, transfers say {want[1:]}"))
    for pending in pendings:
        kept.add(pending.id)
        if told.pendings.get(pending.id) != pending:
            errors.append(TrialError("pending.differs", pending.id.hex(), f"kept {pending}, transfers say otherwise"))
    lost_accounts = [one for one in told.counters if one not in accounts]
    lost_pendings = [one for one in told.pendings if one not in kept]
    errors += [TrialError("account.missing", str(one), "transfers name it") for one in lost_accounts]
    errors += [TrialError("pending.missing", one.hex(), "a transfer made it") for one in lost_pendings]
    return errors


def _repeated(rows: Sequence[AccountRow]) -> list[TrialError]:
    ids: set[int] = set()
    names: set[str] = set()
    errors = []
    for row in rows:
        if row.id in ids:
            errors.append(TrialError("account.repeated", str(row.id), f"account {row.id} stands twice"))
        if row.name in names:
            errors.append(TrialError("name.repeated", str(row.id), f"the name {row.name!r} stands twice"))
        ids.add(row.id)
        names.add(row.name)
    return errors


def _counter_errors(row: AccountRow) -> list[TrialError]:
    errors = []
    debits, credits = row.debits_posted + row.debits_pending, row.credits_posted + row.credits_pending
    if min(row[5:]) < 0:
        errors.append(TrialError("counter.negative", str(row.id), f"account {row.id} has a negative counter or limit"))
    if max(debits, credits, row.limit) > AMOUNT_MINOR_MAX:
        errors.append(TrialError("counter.over", str(row.id), f"account {row.id} is over int64"))
    if row.flags & DEBITS_MUST_NOT_EXCEED_CREDITS and debits > row.credits_posted + row.limit:
        errors.append(TrialError("guard.debits", str(row.id), f"account {row.id}: debits {debits} exceed the guard"))
    if row.flags & CREDITS_MUST_NOT_EXCEED_DEBITS and credits > row.debits_posted + row.limit:
        errors.append(TrialError("guard.credits", str(row.id), f"account {row.id}: credits {credits} exceed the guard"))
    return errors


def _pending_errors(rows: Iterable[AccountRow], open_pendings: Iterable[PendingRow]) -> list[TrialError]:
    debits: dict[int, int] = defaultdict(int)
    credits: dict[int, int] = defaultdict(int)
    pendings = list(open_pendings)
    accounts = {row.id for row in rows} if pendings else set()
    errors = []
    for pending in pendings:
        debits[pending.debit] += pending.amount
        credits[pending.credit] += pending.amount
        if not {pending.debit, pending.credit} <= accounts:
            name = pending.id.hex()
            errors.append(TrialError("pending.astray", name, f"pending {name} names an account there is not"))
    for row in rows:
        have = (row.debits_pending, row.credits_pending)
        want = (debits.get(row.id, 0), credits.get(row.id, 0))  # A look must not make an entry of each account.
        if have != want:
            found = f"account {row.id} holds {have} pending, its open pendings make {want}"
            errors.append(TrialError("pending.sum", str(row.id), found))
    return errors


def _unbalanced(rows: Iterable[AccountRow]) -> list[TrialError]:
    return [
        TrialError("currency.unbalanced", line.currency, f"{line.currency} does not balance: {tuple(line[2:])}")
        for line in trial_balance(rows)
        if not line.balanced
    ]
