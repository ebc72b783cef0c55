"""A real bank's books, played through the desk: ``counterfoil bench day FILE.csv.gz``.

The file holds operations in the order they happened: ``n, date, account, kind, amount_minor`` (signed),
``balance_minor`` (the bank's own balance afterwards). Each calendar date in it is a business day of the office: opened,
worked, the till counted and closed, the vault counted, the day closed. Cash kinds and ``card_withdrawal`` are a
clerk's requests at a till, which draws from the vault under dual control; everything else moves between the customer
and a house account by the system's own entries.

Always true (``test_the_books_of_a_real_bank``):

1. After every operation that was accepted, our balance is compared with the bank's own.
2. An operation is to be refused for want of funds exactly where the bank's balance goes below zero; the account's later
   operations are left out and counted.
3. One group holds an account once, so that each balance is read as that operation left it; groups of other requests do
   not change what is decided.

Amounts: minor units. The office runs on the file's clock; the seconds told are the machine's.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

from counterfoil.bench.audit import audited, told
from counterfoil.bench.machine import machine_facts
from counterfoil.bench.office import (
    TILL,
    BenchOffice,
    accepted,
    at,
    denominated,
    file_clock,
    folder_for,
    open_day,
    opened,
    request_id,
)
from counterfoil.engines.clock import FileClock
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.idents import numbered
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.legs import VAULT, till_account
from counterfoil.ledger.transfers import PendingRow
from counterfoil.ledger.trial import trial_errors
from counterfoil.office import rules
from counterfoil.operations.answers import Accepted, Answer, Refused
from counterfoil.operations.desk import Request, SystemRequest
from counterfoil.operations.house import house_account, house_movement

COLUMNS = ["n", "date", "account", "kind", "amount_minor", "balance_minor"]
CASH = ("cash_deposit", "cash_withdrawal", "household_payment_cash", "card_withdrawal")
HOUSE = {
    "interest_credit": "interest",
    "penalty_interest": "interest",
    "statement_fee": "fees",
    "transfer_in": "other-banks",
    "transfer_out": "other-banks",
    "pension_in": "other-banks",
    "insurance_payment": "other-banks",
    "household_payment": "other-banks",
    "loan_payment": "loans",
}
"""Kind of a system entry → the house account it moves against."""
POLICY, CURRENCY = "cz-1993", "CZK"
DRAWN = 20_000_000
"""The least a till draws from the vault at once, and what it keeps overnight."""
POUCH = 1_000_000_000
"""The least that a pouch brings to the vault."""
MISMATCHES_SHOWN = 20


class Operation(NamedTuple):
    """One line of the file. ``amount`` is signed: what the account gains."""

    number: int
    date: str
    account: str
    kind: str
    amount: int
    balance: int


@dataclass(slots=True)
class Tally:
    """What was found. ``wrong`` names the first few operations that did not come out as in the file."""

    operations: int = 0
    accounts: int = 0
    days: int = 0
    accepted: int = 0
    refused: int = 0
    left_out: int = 0
    compared: int = 0
    equal: int = 0
    mismatches: int = 0
    wrong: list[str] = field(default_factory=list)

    def mismatch(self, what: str) -> None:
        """Notes an operation that did not come out as in the file."""
        self.mismatches += 1
        if len(self.wrong) < MISMATCHES_SHOWN:
            self.wrong.append(what)


def read_operations(path: Path, limit: int | None = None) -> list[Operation]:
    """The operations of a gzipped CSV, in order; ``Malformed`` names the line."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            if next(rows, None) != COLUMNS:
                raise Malformed(f"{path}: the first line must be {','.join(COLUMNS)}", field="columns")
            found = [_operation(row, line) for line, row in enumerate(itertools.islice(rows, limit), start=2)]
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise Malformed(f"{path} is not a whole gzipped CSV file: {error}", field="file") from None
    if not found:
        raise Malformed(f"{path} holds no operations", field="file")
    for before, after in itertools.pairwise(found):
        if after.date < before.date:
            raise Malformed(f"operation {after.number} is of {after.date}, before the one above it", field="date")
    return found


def _operation(row: list[str], line: int) -> Operation:
    if len(row) != len(COLUMNS):
        raise Malformed(f"line {line} has {len(row)} columns, not {len(COLUMNS)}", field="columns")
    try:
        number, amount, balance = int(row[0]), int(row[4]), int(row[5])
    except ValueError as error:
        raise Malformed(f"line {line}: {error}", field="amount_minor") from None
    if row[3] not in CASH and row[3] not in HOUSE:
        raise Malformed(f"line {line}: {row[3][:40]!r} is not a known kind", field="kind")
    if not amount:
        raise Malformed(f"line {line}: an amount of zero moves nothing", field="amount_minor")
    return Operation(number, read_day(row[1], field="date").isoformat(), row[2], row[3], amount, balance)


def run(
    path: Path,
    *,
    keep: Path | None = None,
    limit: int | None = None,
    group: int = 64,
    postgres: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Plays the file and returns the figures, ready for JSON. ``group``: requests in one commit at most."""
    operations = read_operations(path, limit)
    first = operations[0].date
    clock = file_clock(first)
    office_of = partial(opened, seed="bench day", policy=POLICY, currency=CURRENCY, clock=clock, postgres=postgres)
    with folder_for(keep, "day") as folder:
        with office_of(folder, date=first) as office:
            machine = machine_facts(folder)
            player = Player(office, clock, group)
            start, before = time.perf_counter(), office.desk.size
            for date, of_day in itertools.groupby(operations, key=lambda one: one.date):
                player.day(date, list(of_day))
                say(f"{date}: {player.tally.operations:,} of {len(operations):,} operations")
            seconds = time.perf_counter() - start
            entries = office.desk.size - before
            store = office.desk.store
            rows = [AccountRow._make(row) for row in store.scan("account")]
            errors = trial_errors(rows, [PendingRow._make(row) for row in store.open_pendings()])
        say("auditing")
        audit = told(audited(folder, signatures=True))
    return {
        "machine": machine,
        "file": path.name,
        "group": group,
        "store": "postgres" if postgres else "sqlite",
        **asdict(player.tally),
        "trial_errors": [str(error) for error in errors],
        "audit": audit,
        "entries": entries,
        "seconds": round(seconds, 3),
        "entries_per_second": round(entries / seconds),
        "folder": str(keep) if keep else None,
    }


def sound(result: Mapping[str, Any]) -> bool:
    """Whether every balance was equal, only what had to be was refused, the books are even and the audit is clean."""
    return (
        result["mismatches"] == 0
        and result["compared"] == result["equal"] == result["accepted"]
        and not result["trial_errors"]
        and not result["audit"]["findings"]
    )


class Player:
    """Plays operations at one office, day by day."""

    def __init__(self, office: BenchOffice, clock: FileClock, group: int = 64) -> None:
        self.office, self.clock, self.group = office, clock, group
        self.tally = Tally()
        self.stopped: set[str] = set()
        """Accounts of which an operation was refused: their later ones are left out."""
        self._numbers: dict[str, str] = {}
        self._cash = self._vault = 0
        self._pouches = 0
        self._date = ""

    def day(self, date: str, operations: list[Operation]) -> None:
        """One business day, from day-open to day-close."""
        self._date = date
        self.tally.days += 1
        self._set("08:00")
        self._look()
        open_day(self.office, date, self._counted(self._cash))
        self._set("09:00")
        for group in self._groups(operations):
            self._play(group)
        self._set("18:00")
        self._close()

    def _groups(self, operations: list[Operation]) -> Iterator[list[Operation]]:
        """Groups that hold an account once. Operations of stopped accounts are left out when their turn comes."""
        group: list[Operation] = []
        named: set[str] = set()
        for one in operations:
            if len(group) == self.group or one.account in named:
                yield group
                group, named = [], set()
            self.tally.operations += 1
            if one.account in self.stopped:
                self.tally.left_out += 1
                continue
            group.append(one)
            named.add(one.account)
        if group:
            yield group

    def _play(self, group: list[Operation]) -> None:
        """One group: its requests with what they need before them, one commit, every balance compared."""
        self._look()
        requests: list[Request | SystemRequest] = []
        places = []
        for one in group:
            requests += self._before(one)
            places.append(len(requests))
            requests.append(self._request(one))
        answers = self.office.desk.handle(requests)
        asked = set(places)
        for place, answer in enumerate(answers):
            if place not in asked:
                accepted(answer)
        for one, place in zip(group, places, strict=True):
            self._compare(one, answers[place])

    def _before(self, one: Operation) -> list[Request | SystemRequest]:
        """The account's opening, and the cash that the till needs first."""
        needed: list[Request | SystemRequest] = []
        if one.account not in self._numbers:
            number = self._numbers[one.account] = self._number(one.account)
            self.tally.accounts += 1
            needed.append(
                house_account(
                    self.office.next_id(), account=number, product="everyday", date=self._date, clock=self.clock.kind
                )
            )
        if one.kind in CASH:
            if self._cash + one.amount < 0:
                needed += self._draw(-one.amount)
            self._cash += one.amount
        return needed

    def _request(self, one: Operation) -> Request | SystemRequest:
        number, amount = self._numbers[one.account], abs(one.amount)
        identity = request_id("bench day operation", one.number)
        if one.kind in CASH:
            return self.office.ask(
                "deposit" if one.amount > 0 else "withdrawal", request=identity, date=self._date, till=TILL,
                account=number, amount=amount, currency=CURRENCY,
            )  # fmt: skip
        direction: Literal["in", "out"] = "in" if one.amount > 0 else "out"
        return house_movement(
            identity, account=number, amount=amount, currency=CURRENCY, house=HOUSE[one.kind], direction=direction,
            what=one.kind.replace("_", "-"), date=self._date, clock=self.clock.kind,
        )  # fmt: skip

    def _compare(self, one: Operation, answer: Answer | Exception) -> None:
        if isinstance(answer, Refused):
            self.tally.refused += 1
            self.stopped.add(one.account)
            if one.balance >= 0 or answer.refusal.code != "funds.short":
                code = answer.refusal.code
                self.tally.mismatch(f"operation {one.number}: refused ({code}), and {one.balance} in the file")
            return
        if not isinstance(answer, Accepted):
            raise answer
        self.tally.accepted += 1
        self.tally.compared += 1
        balance, _ = rules.owed(self.office.desk.state, self._numbers[one.account])
        if balance == one.balance:
            self.tally.equal += 1
        else:
            self.tally.mismatch(f"operation {one.number}: balance {balance}, and {one.balance} in the file")

    # --- cash --------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """What till and vault hold. Within a group it is reckoned; what is refused leaves more than was reckoned."""
        state = self.office.desk.state
        self._cash, self._vault = rules.cash_held(state, till_account(TILL)), rules.cash_held(state, VAULT)

    def _draw(self, needed: int) -> list[Request | SystemRequest]:
        """Cash from the vault to the till, two signing; a pouch first where the vault lacks it."""
        amount = max(needed, DRAWN)
        requests: list[Request | SystemRequest] = []
        office, both = self.office, (self.office.clerk, self.office.supervisor)
        if amount > self._vault:
            brought = max(amount, POUCH)
            self._pouches += 1
            pouch = office.ask(
                "pouch-in", *both, date=self._date, pouch=f"P-{self._pouches:04}", from_office="9000", to_office="0001",
                amount=brought, currency=CURRENCY, found=self._counted(brought), condition="whole",
            )  # fmt: skip
            requests.append(pouch)
            self._vault += brought
        requests.append(
            office.ask("cash-from-vault", *both, date=self._date, till=TILL, amount=amount, currency=CURRENCY)
        )
        self._vault -= amount
        self._cash += amount
        return requests

    def _close(self) -> None:
        """All but the night's float to the vault, both counted, the day closed."""
        office, both = self.office, (self.office.clerk, self.office.supervisor)
        self._look()
        spare = self._cash - DRAWN
        if spare > 0:
            office.must("cash-to-vault", *both, date=self._date, till=TILL, amount=spare, currency=CURRENCY)
            self._look()
        office.must("till-count", date=self._date, till=TILL, count=self._counted(self._cash))
        office.must("till-close", date=self._date, till=TILL)
        office.must("vault-count", *both, date=self._date, count=self._counted(self._vault))
        office.must("day-close", office.supervisor, date=self._date)

    def _counted(self, amount: int) -> dict[str, int]:
        policy = self.office.desk.state.policy
        if policy is None:
            raise Fault("the bench office has no policy edition")
        return dict(denominated(amount, policy.denominations))

    def _number(self, source: str) -> str:
        """Our number for an account of the source: the same in every run."""
        taken = self.office.desk.state.holding.rows
        own = set(self._numbers.values())
        for attempt in itertools.count():
            number = numbered(sha256(f"bench day account {source} {attempt}".encode()).digest()[:8], lead="4")
            if (number,) not in taken and number not in own:
                return number
        raise AssertionError("itertools.count does not end")

    def _set(self, local: str) -> None:
        self.clock.set(at(self._date, local))
