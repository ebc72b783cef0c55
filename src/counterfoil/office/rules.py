"""Checks that more than one decision asks, each returning the first refusal in precedence or None.

The order within a decision (docs/reference/refusals.md): who asks, the day, the till, currency and counts, the account,
limits and second signatures, the money. Nothing here reads a clock, a store or chance: everything is in ``State`` and
``Sitting``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from counterfoil.facts.record import Fact
from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Fault, Refusal
from counterfoil.ledger.legs import VAULT, customer_account, till_account
from counterfoil.office import refusals as no
from counterfoil.office.people.rights import may_draw
from counterfoil.office.rows import DayRow, HoldingRow, TillRow
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.savings import SavingsTerms

T = TypeVar("T")


class Sitting(NamedTuple):
    """Who asks, when, on which clock: all a decision may know besides the office's state.

    ``signers`` are the numbers of the clerks who signed, the asking clerk first. ``chance`` is 32 fresh random bytes.
    ``today`` is the calendar day at the office.
    """

    signers: tuple[str, ...]
    now: int
    today: str
    clock: str
    chance: bytes

    @property
    def clerk(self) -> str:
        return self.signers[0]


@dataclass(frozen=True, slots=True)
class Part:
    """One entry to be: its kind, its facts, and what it reverses (node, epoch, sequence)."""

    kind: str
    facts: tuple[Fact, ...]
    reverses: tuple[int, int, int] | None = None


Parts = list[Part]
Decision = Parts | Refusal


@dataclass(slots=True)
class Pledged:
    """What earlier services of the same visit have already decided: changes not yet in the state, by ledger account."""

    change: dict[str, int] = field(default_factory=dict)
    done: dict[tuple[str, str], int] = field(default_factory=dict)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    """(what, which): things that can be done once, such as a check presented or a serial sold."""
    sums: dict[tuple[str, str], int] = field(default_factory=dict)
    """(what, whose) → minor units: for limits that count across services, such as money orders of a customer's day."""

    def add(self, name: str, amount: int) -> None:
        self.change[name] = self.change.get(name, 0) + amount


NOTHING = Pledged()


def edition(s: State) -> Edition:
    """The edition in force; a day cannot be open without one."""
    if s.policy is None:
        raise Fault("no policy edition is in force")
    return s.policy


def offered(s: State, table: type[T], product: str) -> T | Refusal:
    """The terms of a product in the edition in force, or the refusal that it is not offered here."""
    terms = edition(s).terms(table)
    return no.ProductUnknown(product) if terms is None else terms


def money(s: State, minor: int) -> Money:
    """An amount in the office's currency."""
    return Money(minor, edition(s).currency)


def supervisor(s: State, clerk: str) -> bool:
    """Whether the clerk is a supervisor or the postmaster."""
    row = s.clerk.get(clerk)
    return row is not None and row.active == 1 and row.role in ("supervisor", "postmaster")


def two_sign(s: State, by: Sitting, *, one_supervisor: bool = False) -> Refusal | None:
    """Two different clerks signed (one of them a supervisor where asked)."""
    if len(set(by.signers)) < 2:
        return no.SecondNeeded()
    if one_supervisor and not any(supervisor(s, clerk) for clerk in by.signers):
        return no.RoleNeeded("supervisor")
    return None


def approved(by: Sitting, amount: int, above: int) -> Refusal | None:
    """A second person signed where the amount asks for it."""
    return no.SecondNeeded() if amount > above and len(set(by.signers)) < 2 else None


def open_day(s: State, date: str, by: Sitting) -> Refusal | None:
    """The request is of the open business day and of its clock."""
    day = s.today
    if day is None:
        return no.DayNotOpen()
    if date != day.date:
        return no.OtherDay(day.date, date)
    if by.clock != day.clock:
        return no.OtherClock(day.date, day.clock, by.clock)
    return None


def the_day(s: State) -> DayRow:
    """The open day, after ``open_day`` said so."""
    if s.today is None:
        raise Fault("no day is open")
    return s.today


def own_till(s: State, till: str, by: Sitting, *, counted: bool = False) -> Refusal | None:
    """The till is open and the asking clerk's own (a shared drawer is everyone's). ``counted``: a counted one will
    do."""
    row = s.till.get(till)
    if row is None or row.state == "closed":
        return no.TillNotOpen(till)
    if not row.shared and row.clerk != by.clerk:
        return no.OtherClerksTill(till, row.clerk)
    if row.state == "counted" and not counted:
        return no.TillIsCounted(till)
    return None


def the_till(s: State, till: str) -> TillRow:
    """The till's row, after ``own_till`` said so."""
    row = s.till.get(till)
    if row is None:
        raise Fault(f"till {till} is not known")
    return row


def at_till(s: State, date: str, till: str, by: Sitting) -> Refusal | None:
    """Day, then till: what every service at a window asks first."""
    return open_day(s, date, by) or own_till(s, till, by)


def in_currency(s: State, code: str) -> Refusal | None:
    """The request is in the office's currency."""
    kept = edition(s).currency.code
    return None if code == kept else no.OtherCurrency(kept, code)


def known_faces(s: State, *counts: Mapping[str, int] | None) -> Refusal | None:
    """Every face counted is a denomination of the edition."""
    faces = edition(s).denominations
    for count in counts:
        for face in count or {}:
            if int(face) not in faces:
                return no.UnknownFace(money(s, int(face)))
    return None


def within_limits(
    s: State, operation: str, amount: int, by: Sitting, *, till: str | None = None, pledged: Pledged = NOTHING
) -> Refusal | None:
    """Limits of the edition: each, till and day, then the second signature."""
    limit = edition(s).limit(operation)
    if amount > limit.each:
        return no.OverLimit(operation, money(s, limit.each), money(s, amount))
    if till is not None:
        total = s.till_total.get(till, the_day(s).date, operation)
        done = (total.cash_in + total.cash_out if total else 0) + pledged.done.get((till, operation), 0)
        if done + amount > limit.till_day:
            return no.OverDayLimit(operation, till, money(s, limit.till_day), money(s, done))
    return approved(by, amount, limit.approval_above)


def cash_held(s: State, name: str, pledged: Pledged = NOTHING) -> int:
    """Cash in an asset account (till, vault, pouch), minor units."""
    debits, credits, _, _ = s.balance(name)[-4:]
    return debits - credits + pledged.change.get(name, 0)


def till_room(s: State, till: str, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """The till may take in ``amount`` without holding more than the edition allows."""
    would = cash_held(s, till_account(till), pledged) + amount
    limit = edition(s).till_cash_max
    return no.TillFull(till, money(s, would), money(s, limit)) if would > limit else None


def till_has(s: State, till: str, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """The till holds ``amount`` in cash."""
    held = cash_held(s, till_account(till), pledged)
    if amount > held:
        return no.TillShort(till, money(s, amount), money(s, held), money(s, amount - held))
    return None


def vault_has(s: State, amount: int) -> Refusal | None:
    """The vault holds ``amount`` in cash."""
    held = cash_held(s, VAULT)
    return no.VaultShort(money(s, amount), money(s, held)) if amount > held else None


def owed(s: State, account: str, pledged: Pledged = NOTHING) -> tuple[int, int]:
    """(balance, available) of a customer's account here; available is less what is held pending. Minor units."""
    name = customer_account(account, s.place)
    debits, credits, pending, _ = s.balance(name)[-4:]
    balance = credits - debits + pledged.change.get(name, 0)
    return balance, balance - pending


def paying_in(s: State, account: str) -> Refusal | None:
    """The account can be paid into: known and not closed (a frozen one can)."""
    row = s.holding.get(account)
    if row is None:
        return no.AccountUnknown(account)
    return no.AccountClosed(account) if row.state == "closed" else None


def paying_out(s: State, account: str, who: str | None = None, amount: int | None = None) -> Refusal | None:
    """The account can be paid out of: known, not closed, not frozen; and ``who`` stands at the window may draw
    ``amount`` on it (``office.people.rights``; None: the owner, where that says enough)."""
    return not_frozen(s, account) or may_draw(s, account, who, amount)


def not_frozen(s: State, account: str) -> Refusal | None:
    """The account is known, not closed and not frozen, whoever asks."""
    refused = paying_in(s, account)
    if refused:
        return refused
    return no.AccountIsFrozen(account) if the_holding(s, account).state == "frozen" else None


def the_holding(s: State, account: str) -> HoldingRow:
    """The account's row, after ``paying_in`` said so."""
    row = s.holding.get(account)
    if row is None:
        raise Fault(f"account {account} is not known")
    return row


def enough(s: State, account: str, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """The account can pay out ``amount``."""
    _, available = owed(s, account, pledged)
    if amount > available:
        return no.NotEnoughFunds(account, money(s, amount), money(s, max(available, 0)))
    return None


def taken_in(s: State, account: str, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """The account may take ``amount``: the first money into it is what its product asks to open it, or more, and the
    balance stays within the ceiling. What comes from outside without anybody at a window asks for neither."""
    return _first_money(s, account, amount, pledged) or below_ceiling(s, account, amount, pledged)


def _first_money(s: State, account: str, amount: int, pledged: Pledged) -> Refusal | None:
    savings = edition(s).terms(SavingsTerms)
    terms = savings.accounts.get(the_holding(s, account).product) if savings is not None else None
    if terms is None or amount >= terms.least_to_open:
        return None
    name = customer_account(account, s.place)
    _, credits, *_ = s.balance(name)[-4:]
    if credits or pledged.change.get(name, 0) > 0:
        return None
    return no.LeastToOpen(account, money(s, terms.least_to_open), money(s, amount))


def money_there(s: State, till: str, account: str | None, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """What the customer pays can be taken: from her account, or as cash for which the till has room."""
    return till_room(s, till, amount, pledged) if account is None else enough(s, account, amount, pledged)


def money_goes(s: State, till: str, account: str | None, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """What the customer is paid can go out: to her account, or in cash that the till holds."""
    return till_has(s, till, amount, pledged) if account is None else taken_in(s, account, amount, pledged)


def below_ceiling(s: State, account: str, amount: int, pledged: Pledged = NOTHING) -> Refusal | None:
    """The balance stays within what the customer's identification tier allows."""
    customer = the_holding(s, account).customer
    row = s.customer.get(customer) if customer else None
    tier = edition(s).tiers.get(row.tier) if row else None
    if tier is None:
        return None
    would = owed(s, account, pledged)[0] + amount
    return no.OverCeiling(account, money(s, tier.balance_max), money(s, would)) if would > tier.balance_max else None
