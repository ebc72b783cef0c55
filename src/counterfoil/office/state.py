"""The state of one office, kept in memory by its single writer and folded from facts, entry by entry.

Always true:

1. ``fold`` is the only way the state changes, live and in a rebuild alike, so what audit rebuilds is what the desk
   had (``test_a_rebuild_gives_the_same_books``).
2. Rows that changed since the last ``drain`` are exactly what the next commit must write.
3. After a failed commit the state is thrown away and loaded anew; nothing here can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice, repeat
from typing import Any, Generic, NamedTuple, TypeVar

from counterfoil.facts.alike import Alike
from counterfoil.facts.customers import AccountOpened
from counterfoil.facts.money import Reversed
from counterfoil.facts.record import Fact
from counterfoil.kernel.idents import transfer_id
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.booking import account_rule, customer_account, legs_of, legs_of_all, moves
from counterfoil.ledger.machine import Machine
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import LINKED, Transfer
from counterfoil.office import rows as r
from counterfoil.office.bills import rows as bills
from counterfoil.office.checks import rows as checks
from counterfoil.office.day_end import rows as day_end_rows
from counterfoil.office.fold_tables import FOLDS, PASSING
from counterfoil.office.folds import FOLDERS, accounts_of, accounts_of_all, changes_tables
from counterfoil.office.loans import rows as loans
from counterfoil.office.money_orders import rows as money_orders
from counterfoil.office.people import rows as people
from counterfoil.office.remittances import rows as remittances
from counterfoil.office.savings import folds as savings_folds
from counterfoil.office.savings import rows as savings_rows
from counterfoil.policy.edition import Edition, read_edition

_LEG_BYTES = 4
"""Bytes of a transfer id that count its entry's legs."""
R = TypeVar("R", bound=tuple[Any, ...])


class Place(NamedTuple):
    """Where a fact stands: all that folds may use besides the fact itself."""

    epoch: int
    sequence: int
    kind: str
    request: bytes
    part: int
    by_clerk: bool
    time: int
    body: Mapping[str, Any]


class Fold(Generic[R]):
    """One fold table in memory: rows by key, and the keys changed since the last drain."""

    __slots__ = ("changed", "key", "rows")

    def __init__(self, key: int) -> None:
        self.rows: dict[tuple[Any, ...], R] = {}
        self.changed: dict[tuple[Any, ...], None] = {}
        self.key = key

    def get(self, *key: Any) -> R | None:
        return self.rows.get(key)

    def put(self, row: R) -> None:
        key = row[: self.key]
        self.rows[key] = row
        self.changed[key] = None

    def all(self) -> list[R]:
        """Every row, in key order."""
        return [self.rows[key] for key in sorted(self.rows)]


class State:
    """See the module's page. ``place`` is the office's own number (the place of its (holder, place) accounts)."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.epoch: Fold[r.EpochRow] = Fold(1)
        self.clerk: Fold[r.ClerkRow] = Fold(1)
        self.clerk_key: Fold[r.KeyRow] = Fold(1)
        self.edition: Fold[r.EditionRow] = Fold(1)
        self.day: Fold[r.DayRow] = Fold(1)
        self.till: Fold[r.TillRow] = Fold(1)
        self.till_total: Fold[r.TotalRow] = Fold(3)
        self.till_report: Fold[r.ReportRow] = Fold(3)
        self.difference: Fold[r.DifferenceRow] = Fold(1)
        self.pouch: Fold[r.PouchRow] = Fold(1)
        self.stock: Fold[r.StockRow] = Fold(2)
        self.customer: Fold[r.CustomerRow] = Fold(1)
        self.holding: Fold[r.HoldingRow] = Fold(1)
        self.legal_hold: Fold[r.HoldRow] = Fold(1)
        self.reversal: Fold[r.ReversalRow] = Fold(2)
        self.books: Fold[r.BooksRow] = Fold(1)
        self.loan_application: Fold[loans.ApplicationRow] = Fold(1)
        self.loan: Fold[loans.LoanRow] = Fold(1)
        self.borrower: Fold[loans.BorrowerRow] = Fold(1)
        self.saving: Fold[savings_rows.SavingRow] = Fold(1)
        self.pool: Fold[savings_rows.PoolRow] = Fold(1)
        self.pool_day: Fold[savings_rows.PoolDayRow] = Fold(2)
        self.dormant: Fold[savings_rows.DormantRow] = Fold(1)
        self.bulk: Fold[day_end_rows.BulkRow] = Fold(2)
        self.set_aside: Fold[day_end_rows.AsideRow] = Fold(3)
        self.ended_day: Fold[day_end_rows.EndedRow] = Fold(1)
        self.bill_item: Fold[bills.BillItemRow] = Fold(1)
        self.bill_money: Fold[bills.BillMoneyRow] = Fold(2)
        self.check_item: Fold[checks.CheckItemRow] = Fold(1)
        self.check_seen: Fold[checks.CheckSeenRow] = Fold(1)
        self.check_part: Fold[checks.CheckPartRow] = Fold(2)
        self.check_day: Fold[checks.CheckDayRow] = Fold(2)
        self.check_plan: Fold[checks.CheckPlanRow] = Fold(2)
        self.check_due: Fold[checks.CheckDueRow] = Fold(1)
        self.check_debtor: Fold[checks.CheckDebtorRow] = Fold(1)
        self.money_order: Fold[money_orders.OrderRow] = Fold(1)
        self.order_case: Fold[money_orders.OrderCaseRow] = Fold(1)
        self.order_count: Fold[money_orders.OrderCountRow] = Fold(1)
        self.instrument: Fold[money_orders.InstrumentRow] = Fold(2)
        self.cash_send: Fold[remittances.CashSendRow] = Fold(1)
        self.owner: Fold[people.OwnerRow] = Fold(2)
        self.mandate: Fold[people.MandateRow] = Fold(1)
        self.death: Fold[people.DeathRow] = Fold(1)
        self.minor: Fold[people.MinorRow] = Fold(1)
        self.benefit: Fold[people.BenefitRow] = Fold(3)
        self.levy: Fold[people.LevyRow] = Fold(1)
        self.passing: dict[str, list[tuple[Any, ...]]] = {name: [] for name in PASSING}
        self.editions: dict[bytes, Edition] = {}
        self.memo: dict[str, Any] = {}
        """What is worked out from the editions; forgotten when another one is entered."""
        self.later: Mapping[int, int] = {}
        """While lines of a closing step are asked for: what moved on ledger accounts (credit less debit, posted) with a
        value date after the day that they are of."""
        self.policy: Edition | None = None
        self.current: r.EpochRow | None = None
        self.today: r.DayRow | None = None
        """The day that is open or counted, if any."""
        self.now = 0
        self.closed_through = 0

    # --- what the store and the audit need -------------------------------------------------------------------------

    def tables(self) -> dict[str, Fold[Any]]:
        """The fold tables kept in memory, by name."""
        return {name: getattr(self, name) for name in FOLDS if name not in PASSING}

    def load(
        self,
        rows: Callable[[str], Iterable[tuple[Any, ...]]],
        accounts: Iterable[tuple[Any, ...]],
        pendings: Iterable[tuple[Any, ...]],
        edition_content: Callable[[r.EditionRow], bytes],
        *,
        highest: bytes,
    ) -> None:
        """Takes the state up from stored rows. ``edition_content`` finds an edition's file in its entry."""
        share = _Shared().one
        for name, fold in self.tables().items():
            make = FOLDS[name][0]._make
            for row in rows(name):
                whole = make(map(share, row))
                fold.rows[share(whole[: fold.key])] = whole
        books = self.books.get(1)
        if books:
            self.now, self.closed_through = books.now, books.closed_through
        shared = _Shared()
        self.machine.load(
            map(shared.texts, accounts),
            pendings,
            closed_through=self.closed_through,
            last_now=self.now,
            highest=highest,
        )
        for edition in self.edition.rows.values():
            self.editions[edition.digest] = read_edition(edition_content(edition))
        if self.epoch.rows:
            self.current = self.epoch.rows[max(self.epoch.rows)]
        self.today = next((day for day in self.day.rows.values() if day.state != "closed"), None)
        self.choose_policy()

    @property
    def account_ids(self) -> dict[str, int]:
        """Ledger accounts by name: the machine's own list, in the order of their adding."""
        return self.machine.names

    def drain(self) -> dict[str, list[tuple[Any, ...]]]:
        """Rows changed since the last drain, by table."""
        changed: dict[str, list[tuple[Any, ...]]] = {}
        if self.now or self.closed_through:
            row = r.BooksRow(1, self.now, self.closed_through)
            if self.books.get(1) != row:
                self.books.put(row)
        for name, fold in self.tables().items():
            if fold.changed:
                changed[name] = [fold.rows[key] for key in fold.changed]
                fold.changed = {}
        for name, passing in self.passing.items():
            if passing:
                changed[name] = passing
                self.passing[name] = []
        return changed

    # --- the ledger ------------------------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """The office's own number."""
        if self.current is None:
            raise Fault("no epoch is open")
        return self.current.office

    def transfers_for(self, fact: Fact, at: Place, first_leg: int) -> list[Transfer]:
        """The transfers of one fact; ledger accounts that it is the first to name are added."""
        return next(self.transfers_of([fact], at, first_leg))

    def transfers_of(self, facts: Iterable[Fact], at: Place, first_leg: int = 0) -> Iterator[list[Transfer]]:
        """The transfers of each of several facts of one place, their legs counted through."""
        ids, office = self.account_ids, self.current.office if self.current else ""
        number = int.from_bytes(transfer_id(at.epoch, at.sequence, first_leg), "big")
        booked = self._booked(at)
        values: dict[str | None, int] = {None: booked}
        new: Callable[..., Transfer] = tuple.__new__  # A named tuple's own way in costs twice as much.
        for fact in facts:
            made: list[Transfer] = []
            for leg in legs_of(fact, office):
                debit_name, credit_name, amount, code, flags, pending = leg
                debit = ids.get(debit_name) or self._add_account(debit_name)
                credit = ids.get(credit_name) or self._add_account(credit_name)
                date = getattr(fact, "value_date", None)
                value = values.get(date)
                if value is None:
                    value = values[date] = _ordinal(date) or booked
                one = number.to_bytes(16, "big"), debit, credit, amount, code, flags, pending, booked, value, 0
                made.append(new(Transfer, one))
                number += 1
            yield made

    def transfers_of_all(self, facts: Alike, at: Place) -> list[Transfer] | None:
        """As ``transfers_of`` for facts of one kind at once, all in one list. None where one is out of the ordinary."""
        legs = legs_of_all(facts, self.place)
        if legs is None:
            return None
        ids = self.account_ids
        credits = list(map(ids.get, legs.credits))
        debit = ids.get(legs.debit)
        dates = facts.same("value_date")
        if debit is None or dates is None or None in credits:
            return None
        first, booked = transfer_id(at.epoch, at.sequence, 0)[:-_LEG_BYTES], self._booked(at)
        numbers = map(first.__add__, _legs(len(credits)))
        rows = zip(
            numbers, repeat(debit), credits, legs.amounts, repeat(legs.code), repeat(0), repeat(b""), repeat(booked),
            repeat(_ordinal(dates) or booked), repeat(0), strict=False,
        )  # fmt: skip
        return list(map(tuple.__new__, repeat(Transfer), rows))

    def _add_account(self, name: str) -> int:
        number, rule = len(self.account_ids) + 1, account_rule(name)
        assert self.current is not None
        outcome = self.machine.add_account(number, name, self.current.currency, rule.code, rule.flags, 0)
        if outcome is not Outcome.CREATED:
            raise Fault(f"ledger account {name}: {outcome.name}")
        return number

    def credit_at_close(self, name: str) -> int:
        """Credits less debits of a ledger account, posted, but for what is ``later``."""
        number = self.account_ids.get(name, 0)
        return self.machine.owed(number) - self.later.get(number, 0)

    def forget_accounts(self, known: int) -> None:
        """Takes back ledger accounts beyond the first ``known``: their request was refused."""
        for name in list(islice(reversed(self.account_ids), len(self.account_ids) - known)):
            self.machine.forget_account(self.account_ids[name])

    def dates(self, fact: Fact, at: Place) -> tuple[int, int]:
        """Booking date and value date of what a fact moves, as ordinals."""
        booked = self._booked(at)
        return booked, _ordinal(getattr(fact, "value_date", None)) or booked

    def _booked(self, at: Place) -> int:
        return _ordinal(at.body.get("date")) or _ordinal(self.today.date if self.today else None)

    def balance(self, name: str) -> tuple[int, int, int, int]:
        """(debits posted, credits posted, debits pending, credits pending) of a ledger account, zeros if not yet
        named."""
        number = self.account_ids.get(name)
        if number is None:
            return (0, 0, 0, 0)
        return self.machine.balance(number)

    # --- folding ---------------------------------------------------------------------------------------------------

    def begin(self, at: Place) -> None:
        """Before the facts of an entry are folded: time, the opening, and the request's part.

        Entries before the first day bind no later time: they carry the machine's, and the first day may be a file's.
        """
        if self.day.rows or at.kind == "day-open":
            self.now = max(self.now, at.time)
        self.passing["part"].append(r.PartRow(at.request, at.part, at.epoch, at.sequence))
        if at.by_clerk and self.current is not None and self.current.opening:
            self.current = self.current._replace(opening=0)
            self.epoch.put(self.current)

    def fold(self, fact: Fact, at: Place) -> None:
        """Takes one fact into the fold tables (its transfers are applied by the ledger machine, beside this)."""
        accounts = accounts_of(fact)
        for account in accounts:
            self.passing["statement"].append(r.StatementRow(account, at.epoch, at.sequence))
        folder = FOLDERS.get((fact.number, fact.version))
        if folder:
            folder(self, fact, at)
        savings_folds.moved(self, fact, at, accounts)

    def fold_many(self, facts: Sequence[Fact], at: Place) -> None:
        """Takes facts of one place, in order: as ``fold`` does with each
        (``test_many_lines_at_once_are_each_line_by_itself``)."""
        kinds: set[type[Fact]] = {facts.of} if isinstance(facts, Alike) else set(map(type, facts))
        kind = kinds.pop() if len(kinds) == 1 else None
        if kind is None:
            for fact in facts:
                self.fold(fact, at)
            return
        if not changes_tables(kind, at.by_clerk):
            return
        name = (kind.number, kind.version)
        many, folder = savings_folds.FOLD_MANY.get(name), FOLDERS.get(name)
        if many is None and (folder is None or at.by_clerk or moves(kind) or kind in (AccountOpened, Reversed)):
            for fact in facts:
                self.fold(fact, at)
            return
        alike = facts if isinstance(facts, Alike) else Alike.made_of(facts)
        shown = zip(accounts_of_all(alike), repeat(at.epoch), repeat(at.sequence), strict=False)
        self.passing["statement"] += map(tuple.__new__, repeat(r.StatementRow), shown)
        if many is not None:
            many(self, alike, at)
        elif folder is not None:  # No money moves, so nothing earns interest by it.
            for fact in facts:
                folder(self, fact, at)

    # --- helpers of folds ------------------------------------------------------------------------------------------

    def set_day(self, day: r.DayRow) -> None:
        self.day.put(day)
        self.today = None if day.state == "closed" else day

    def cash_moved(self) -> None:
        """A counted day in which cash moves again must be counted again."""
        if self.today is not None and self.today.state == "counted":
            self.set_day(self.today._replace(state="open"))

    def total(self, till: str, date: str, kind: str, cash_in: int, cash_out: int) -> None:
        """Counts one entry of a till, for its day and for its next Z report: each entry stands in exactly one."""
        day = self.till_total.get(till, date, kind) or r.TotalRow(till, date, kind, 0, 0, 0)
        day = r.TotalRow(till, date, kind, day.number + 1, day.cash_in + cash_in, day.cash_out + cash_out)
        self.till_total.put(day)
        row = self.till.get(till)
        report = (row.reports if row else 0) + 1
        z = self.till_report.get(till, report, kind) or r.ReportRow(till, report, kind, 0, 0, 0)
        self.till_report.put(r.ReportRow(till, report, kind, z.number + 1, z.cash_in + cash_in, z.cash_out + cash_out))

    def stock_moved(self, place: str, item: str, quantity: int, face: int) -> None:
        row = self.stock.get(place, item) or r.StockRow(place, item, 0, face)
        self.stock.put(r.StockRow(place, item, row.quantity + quantity, face))

    def stock_counted(self, place: str, counted: Mapping[str, int]) -> None:
        """A till's pieces are what was counted; an item left out of the count was not there."""
        for row in [row for row in self.stock.rows.values() if row.place == place]:
            if row.quantity != counted.get(row.item, 0):
                self.stock.put(row._replace(quantity=counted.get(row.item, 0)))

    def set_account_closed(self, account: str, closed: bool) -> None:
        number = self.account_ids.get(customer_account(account, self.place))
        if number is not None:
            self.machine.set_closed(number, closed)

    def take_edition(self, content: bytes, at: Place, effective: str) -> None:
        edition = read_edition(content)
        self.memo.clear()
        self.editions[edition.digest] = edition
        self.edition.put(r.EditionRow(edition.digest, effective, edition.name, at.epoch, at.sequence))
        self.choose_policy()

    def choose_policy(self) -> None:
        """The edition in force: the last entered among those effective by the open day (before any day: the last
        entered)."""
        self.policy = self.policy_on(self.today.date if self.today else None)

    def policy_on(self, date: str | None) -> Edition | None:
        """The edition in force on a date, by what is entered now; None for a date: the last entered."""
        entered = sorted(self.edition.rows.values(), key=lambda row: (row.effective, row.epoch, row.sequence))
        in_force = [row for row in entered if date is None or row.effective <= date]
        return self.editions[in_force[-1].digest] if in_force else None


class _Shared:
    """One object for each value while stored rows are loaded: an account's number stands in many tables, and a day or a
    product in nearly every row."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def one(self, value: Any) -> Any:
        """The first of all equal values of a type that is the same whole."""
        kind = type(value)
        if kind is str or kind is tuple or (kind is int and value > 256):
            return self._known.setdefault(value, value)
        return value

    def texts(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """An account's row with its currency shared; its name stands once."""
        return (row[0], row[1], self._known.setdefault(row[2], row[2]), *row[3:])


def chained(transfers: list[Transfer]) -> list[Transfer]:
    """The transfers as one linked chain: all or none."""
    last = len(transfers) - 1
    return [t._replace(flags=t.flags | LINKED) if n < last else t for n, t in enumerate(transfers)]


@lru_cache(maxsize=16)
def _legs(count: int) -> list[bytes]:
    """The first legs of an entry, as they stand at the end of a transfer's id; only to be looked at."""
    return [leg.to_bytes(_LEG_BYTES, "big") for leg in range(count)]


@lru_cache(maxsize=256)
def _ordinal(text: Any) -> int:
    return date.fromisoformat(text).toordinal() if isinstance(text, str) and text else 0
