"""An office for tests, in memory or in any store: opened, enrolled, with cash, tills, a customer and two accounts.

Always true: nothing here decides anything: every entry is made by the desk, from a request that was parsed and signed
as at a counter. Chance comes from the seed; the clock is a file's. ``reopened`` is what a restart would find.

    with_counter = counter()                           # day open, 102 at T1 and 103 at T2 with 2,000.00 each
    answer = with_counter.ask("deposit", till="T1", account=with_counter.account, amount=12_500)
    refusal = with_counter.decide("withdrawal", ...)   # decided, and nothing is recorded
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from typing import Any

from counterfoil import codec
from counterfoil.counter.reversal import decide_reversal
from counterfoil.customers.details import details_hash
from counterfoil.engines.clock import FileClock, local_ms
from counterfoil.engines.keys.node import NodeKey
from counterfoil.engines.mark import HighWaterMark
from counterfoil.engines.memory import MemoryDisk, MemoryStore
from counterfoil.facts.office import EpochOpened
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import local_time
from counterfoil.kernel.outcomes import Fault, Malformed, Refusal
from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.booking import customer_account
from counterfoil.ledger.trial import trial_balance, trial_errors
from counterfoil.office.requests import Ask, Reverse, fields_of, parse
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State
from counterfoil.operations import setup
from counterfoil.operations.answers import Accepted, Answer, Refused
from counterfoil.operations.authority import Authority
from counterfoil.operations.desk import Desk, Request, Signer
from counterfoil.operations.ports import Disk
from counterfoil.operations.refold import Refold, lines_of
from counterfoil.operations.registry import DECIDE
from counterfoil.operations.replay import Player
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.policy.edition import read_edition
from counterfoil.testing.fakes import FakeKeys, SeededEntropy

DAY, NEXT_DAY = "2026-03-02", "2026-03-03"
ZONE, OFFICE, DOMAIN, PLACE_NAME = "America/Denver", "0417", "post.example", "Elk Fork"
SUPERVISOR, CLERK, OTHER, SECOND_SUPERVISOR = "101", "102", "103", "104"
PINS = {SUPERVISOR: "482915", CLERK: "395028", OTHER: "771204", SECOND_SUPERVISOR: "118364"}
NEW_PINS = {f"{clerk}/new": f"{pin[::-1]}" for clerk, pin in PINS.items()}
ROLES = {SUPERVISOR: "postmaster", CLERK: "clerk", OTHER: "clerk", SECOND_SUPERVISOR: "supervisor"}

PRODUCTS = (
    "savings", "checks", "money_orders", "bills", "remittances", "loans", "people", "mail", "day_end",
)  # fmt: skip
"""Whose terms lie in testing/terms, one file a product."""

EDITION = b"""\
[edition]
name = "for tests"
effective = 2026-01-01
currency = "USD"
products = ["everyday", "passbook", "daily", "lowest"]
profile = "for-tests"
authority = "DEMONSTRATION, NONE"
states = ["MT"]

[denominations]
source = "a test"
faces = [10000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5, 1]

[till]
source = "a test"
cash_max = 500000
blind_count = true

[limits]
source = "a test"

[limits.deposit]
each = 200000
till_day = 600000
approval_above = 50000

[limits.withdrawal]
each = 80000
till_day = 120000
approval_above = 30000

[limits.transfer]
each = 50000
approval_above = 20000

[limits.reversal]
approval_above = 10000

[limits.stamp-sale]
each = 9000
till_day = 12000

[limits.cash-exchange]
each = 60000
approval_above = 40000

[tiers]
source = "a test"

[tiers.known]
identification = []
balance_max = 100000

[tiers.full]
identification = ["passport", "state-id"]
balance_max = 2000000

[stock]
source = "a test"

[stock.forever]
title = "Forever stamp"
face = 78

[stock.postcard]
title = "Postcard stamp"
face = 61
""" + b"\n".join((files("counterfoil.testing") / "terms" / f"{product}.toml").read_bytes() for product in PRODUCTS)
"""Small limits, so that each edge is a round figure away. Amounts in cents."""


def edition(effective: str, *, name: str = "a later one", **changed: str) -> bytes:
    """``EDITION`` under another name and date, with lines replaced: ``each_is_200000="each = 100"``."""
    text = EDITION.decode().replace("for tests", name).replace("2026-01-01", effective)
    for before, after in changed.items():
        old = before.replace("_is_", " = ")
        if old not in text:
            raise Fault(f"the edition for tests has no line {old!r}")
        text = text.replace(old, after, 1)
    return text.encode()


def pieces(amount: int) -> dict[str, int]:
    """A count of ``amount`` (minor units) in as few notes and coins as the edition for tests allows."""
    count: dict[str, int] = {}
    for face in (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1):
        if amount >= face:
            count[str(face)], amount = divmod(amount, face)
    return count


class House:
    """One office with its desk, its people and what tests name most often. See the module's page."""

    def __init__(
        self, store: OfficeStore, disk: Disk, *, seed: int = 1, folder: str = "office", content: bytes = EDITION
    ) -> None:
        self.disk, self.folder, self.content = disk, folder, content
        self.currency = read_edition(content).currency.code
        self.entropy = SeededEntropy(seed)
        self.keys = FakeKeys(self.entropy)
        self.node_key = NodeKey(self.entropy(32))
        self.office_key = self.entropy(32)
        self.clock = FileClock(start=local_ms(local_time(f"{DAY}T07:00"), ZONE))
        self.customer = self.account = self.second_account = ""
        self.date = DAY
        self.names: dict[str, str] = {}
        """Whatever else a test makes, by a name of its own."""
        self._made = 0
        self._take_up(store)

    def _take_up(self, store: OfficeStore) -> None:
        self.store = store
        self.desk = Desk(
            store=store, mark=HighWaterMark(self.disk, f"{self.folder}/office.mark"), clock=self.clock,
            entropy=self.entropy, node_key=self.node_key, office_key=self.office_key, build=b"test build 0000!",
        )  # fmt: skip
        self.authority = Authority(self.desk, self.keys)

    # --- opening -----------------------------------------------------------------------------------------------------

    def open_log(self) -> House:
        """The opening entries, and the first supervisor."""
        origin = setup.origin_of(DOMAIN, OFFICE, 1, 1)
        opened = EpochOpened(origin, self.node_key.public_key, OFFICE, PLACE_NAME, self.currency, ZONE)
        setup.open_first_epoch(self.desk, opened=opened, edition=self.content)
        self.authority.enrol_first(SUPERVISOR, ROLES[SUPERVISOR], PINS[SUPERVISOR], "Ana")
        self.authority.sign_in(SUPERVISOR, PINS[SUPERVISOR])
        return self

    def enrol(self, *clerks: str) -> House:
        """Further clerks, signed in."""
        for clerk in clerks:
            answer, _ = self.authority.enrol(
                self.new_id(), clerk, ROLES[clerk], PINS[clerk], None, by=[self.signer(SUPERVISOR)], date=self.date
            )
            taken(answer)
            self.authority.sign_in(clerk, PINS[clerk])
        return self

    def at(self, moment: str) -> None:
        """Sets the clock: the office's local time, such as ``2026-03-02T09:05``."""
        self.clock.set(local_ms(local_time(moment), ZONE))

    def on_the_machines_clock(self) -> None:
        """From now on the desk runs on a clock of kind ``machine`` that shows the same time."""
        clock = FileClock(start=self.clock.now())
        clock.kind = "machine"
        self.clock = self.desk.clock = clock

    def reopened(self, store: OfficeStore | None = None) -> House:
        """The same office as a restart finds it: state from the store, everyone signed out and in again."""
        clerks = list(self.authority.sessions)
        if store is None:
            kept = self.store
            store = kept.reopened() if isinstance(kept, MemoryStore) else kept
        self._take_up(store)
        self.desk.settle()
        for clerk in clerks:
            with suppress(Malformed):  # Her key was ended, or a new one was made elsewhere.
                self.authority.sign_in(clerk, PINS[clerk])
        return self

    # --- asking ------------------------------------------------------------------------------------------------------

    def new_id(self) -> bytes:
        """A request id that this house has not used."""
        self._made += 1
        return self._made.to_bytes(16, "big")

    def signer(self, clerk: str) -> Signer:
        return self.authority.session(clerk).signer

    def body(self, kind: str, **fields: Any) -> Ask:
        """The parsed request; ``date`` and ``currency`` are filled where the kind has them and they were left out."""
        given: dict[str, Any] = {"kind": kind, **fields}
        if kind in DECIDE or kind == "reversal":
            from counterfoil.office.requests import ASKS

            shape = fields_of(ASKS[kind])
            given.setdefault("date", self.date)
            if "currency" in shape and shape["currency"][1]:
                given.setdefault("currency", self.currency)
            if kind == "reversal":
                given.setdefault("epoch", self.desk.epoch)
                given.setdefault("reason", "wrong account")
            if kind == "visit":
                given["services"] = [
                    {"currency": self.currency, **s} if isinstance(s, dict) and "amount" in s else s
                    for s in given.get("services", [])
                ]
        return parse(given)

    def request(
        self, kind: str, *, by: str = CLERK, approve: Sequence[str] = (), id: bytes | None = None, **fields: Any
    ) -> Request:
        """A signed request, ready for the desk."""
        ask = self.body(kind, **fields)
        return Request(id or self.new_id(), self.desk.epoch, ask, [self.signer(clerk) for clerk in (by, *approve)])

    def ask(
        self, kind: str, *, by: str = CLERK, approve: Sequence[str] = (), id: bytes | None = None, **fields: Any
    ) -> Answer:
        """Asks at the desk; raises what is the request's own error."""
        return self.desk.one(self.request(kind, by=by, approve=approve, id=id, **fields))

    def do(self, kind: str, *, by: str = CLERK, approve: Sequence[str] = (), **fields: Any) -> Accepted:
        """Asks what must be accepted."""
        return taken(self.ask(kind, by=by, approve=approve, **fields))

    def decide(self, kind: str, *, by: str = CLERK, approve: Sequence[str] = (), **fields: Any) -> Decision:
        """Only the decision: nothing is recorded and nothing changes."""
        ask = self.body(kind, **fields)
        state = self.desk.state
        by_whom = self.sitting(by, *approve)
        if isinstance(ask, Reverse):
            return decide_reversal(ask, state, by_whom, self.desk.original(ask.epoch, ask.entry))
        return DECIDE[kind](ask, state, by_whom)

    def sitting(self, *signers: str, chance: bytes = bytes(range(32))) -> Sitting:
        now = self.clock.now()
        return Sitting(signers, now, self.desk._today(now, ZONE), self.clock.kind, chance)

    def player(self, **more: Any) -> Player:
        """A replay at this office, on its clock, with the PINs of the tests."""
        return Player(
            self.desk, self.authority, pins=lambda who: {**PINS, **NEW_PINS}[who], clock=self.clock,
            to_ms=lambda moment, zone: local_ms(moment, zone), **more,
        )  # fmt: skip

    def new_customer(self, tier: str = "known", **fields: Any) -> str:
        """A customer's number."""
        salt, details = self.entropy(16), SHE
        told = self.do("customer-open", tier=tier, details=details_hash(salt, details), **fields).result()
        return str(told["customer"])

    def new_account(self, customer: str | None = None) -> str:
        """An account's number."""
        return str(self.do("account-open", customer=customer or self.customer).result()["account"])

    def close_tills(self, *tills: tuple[str, str]) -> None:
        """Each (till, clerk) is counted right and closed."""
        for till, clerk in tills:
            self.do("till-count", by=clerk, till=till, count=pieces(self.till(till)))
            self.do("till-close", by=clerk, till=till)

    def close_day(self) -> Accepted:
        """The vault is counted right, and the day closed."""
        self.do("vault-count", by=SUPERVISOR, approve=[CLERK], count=pieces(self.balance("vault")))
        return self.do("day-close", by=SUPERVISOR)

    # --- looking -----------------------------------------------------------------------------------------------------

    def balance(self, name: str) -> int:
        """Posted debits less credits of a ledger account, minor units."""
        debits, credits, *_ = self.desk.state.balance(name)
        return debits - credits

    def till(self, till: str) -> int:
        """Cash in a till by the books."""
        return self.balance(f"till:{till}")

    def owed(self, account: str | None = None) -> int:
        """What a customer's account holds."""
        return -self.balance(customer_account(account or self.account, OFFICE))

    def figures(self) -> dict[str, int]:
        """Every ledger account's balance that is not zero, by name."""
        machine = self.desk.state.machine
        return {row.name: self.balance(row.name) for row in machine.accounts() if self.balance(row.name)}

    def check(self) -> None:
        """The trial balance is zero and has no error; state, stored rows and a rebuild from the journal agree."""
        rows = self.desk.state.machine.accounts()
        assert trial_errors(rows, self.desk.state.machine.open_pendings()) == []
        assert all(line.balanced for line in trial_balance(rows))
        assert snapshot(rebuilt(self.store)) == snapshot(self.desk.state)
        assert stored_folds(self.store) == state_folds(self.desk.state)


def taken(answer: Answer) -> Accepted:
    """The accepted answer, or a failure that says which rule refused."""
    assert isinstance(answer, Accepted), f"refused: {answer.refusal!r}"
    return answer


def refusal(answer: Answer) -> Refusal:
    """The refusal, or a failure that says what was done instead."""
    assert isinstance(answer, Refused), f"accepted: {answer!r}"
    return answer.refusal


def outcome_of(decided: Decision) -> str:
    """``accepted``, or the code of the refusal: for tables of decisions."""
    return decided.code if isinstance(decided, Refusal) else "accepted"


def facts_of(decided: Decision | Accepted) -> list[Fact]:
    """The facts of a decision or an answer, in order."""
    assert not isinstance(decided, Refusal), f"refused: {decided!r}"
    parts: Sequence[Part] | Sequence[Any] = decided.entries if isinstance(decided, Accepted) else decided
    return [fact for part in parts for fact in part.facts]


# --- making ----------------------------------------------------------------------------------------------------------


def bare_office(
    store: OfficeStore | None = None,
    disk: Disk | None = None,
    *,
    seed: int = 1,
    content: bytes = EDITION,
    folder: str = "office",
) -> House:
    """Opened, with four clerks signed in; no day is open."""
    house = House(
        store or MemoryStore(EXTRA_TABLES), disk or MemoryDisk(), seed=seed, content=content, folder=folder
    ).open_log()
    return house.enrol(CLERK, OTHER, SECOND_SUPERVISOR)


def open_office(
    store: OfficeStore | None = None,
    disk: Disk | None = None,
    *,
    seed: int = 1,
    content: bytes = EDITION,
    folder: str = "office",
) -> House:
    """The day is open and 10,000.00 lie in the vault; no till is open."""
    house = bare_office(store, disk, seed=seed, content=content, folder=folder)
    house.do("day-open", by=SUPERVISOR)
    house.do(
        "pouch-in", by=SUPERVISOR, approve=[CLERK], pouch="FIRST-0001", from_office="9000", to_office=OFFICE,
        amount=1_000_000, found={"10000": 100}, condition="whole",
    )  # fmt: skip
    return house


def counter(
    store: OfficeStore | None = None,
    disk: Disk | None = None,
    *,
    seed: int = 1,
    content: bytes = EDITION,
    folder: str = "office",
) -> House:
    """Clerk 102 at T1 and 103 at T2, each with 2,000.00; one customer with two accounts (empty), tier ``full``."""
    house = open_office(store, disk, seed=seed, content=content, folder=folder)
    for clerk, till in ((CLERK, "T1"), (OTHER, "T2")):
        house.do("till-open", by=clerk, till=till, count={})
        house.do("cash-from-vault", by=clerk, approve=[SUPERVISOR], till=till, amount=200_000)
    house.customer = house.new_customer("full", identification="passport")
    house.account, house.second_account = house.new_account(), house.new_account()
    return house


# --- comparing -------------------------------------------------------------------------------------------------------

Snapshot = Mapping[str, Any]


def rebuilt(store: OfficeStore) -> State:
    """The state that the journal alone gives: every entry folded in order, nothing else read."""
    refold = Refold(_wrong, lines_of(store))
    for epoch in store.epochs():
        refold.open_log()
        for kept in store.entries(epoch, 0, store.size(epoch)):
            refold.take(kept)
        refold.finish_request()
    return refold.state


def _wrong(epoch: int, sequence: int, code: str, what: str) -> None:
    raise Fault(f"entry {sequence} of epoch {epoch}: {what} [{code}]")


def snapshot(state: State) -> Snapshot:
    """Everything a state says that does not depend on how it came to be: folds, accounts, open pendings."""
    return {
        "folds": state_folds(state),
        "accounts": state.machine.accounts(),
        "pendings": state.machine.open_pendings(),
        "ids": dict(state.account_ids),
        "policy": state.policy.digest if state.policy else None,
        "today": state.today,
        "current": state.current,
        "now": state.now,
        "closed": state.closed_through,
    }


def state_folds(state: State) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of the fold tables kept in memory, but ``books``, which is written with the next commit."""
    return {name: [tuple(row) for row in fold.all()] for name, fold in state.tables().items() if name != "books"}


def stored_folds(store: OfficeStore) -> dict[str, list[tuple[Any, ...]]]:
    """The same rows as the store keeps them."""
    return {name: [tuple(row) for row in store.scan(name)] for name in State().tables() if name != "books"}


def everything(store: OfficeStore) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: to show that nothing changed."""
    tables = {spec.name: [tuple(row) for row in store.scan(spec.name)] for spec in EXTRA_TABLES}
    for name in ("entry", "transfer", "account", "pending"):
        tables[name] = [tuple(row) for row in store.scan(name)]
    return tables


def accounts_of(house: House) -> list[AccountRow]:
    """The ledger's rows."""
    return house.desk.state.machine.accounts()


def unchanged(house: House, act: Callable[[], object], *, but: Sequence[str] = ()) -> object:
    """Does ``act`` and asserts that no row of any table changed (``but`` tables aside) and no figure moved."""
    before, figures, size = everything(house.store), house.figures(), house.desk.size
    result = act()
    after = everything(house.store)
    for name, rows in before.items():
        if name not in but:
            assert after[name] == rows, f"table {name} changed"
    assert (house.figures(), house.desk.size) == (figures, size)
    return result


def encoded(value: Any) -> str:
    """Canonical CBOR in hexadecimal, for golden bytes."""
    return codec.encode(value).hex()


# --- a day as a file -------------------------------------------------------------------------------------------------


SHE = {"name": "María José Ñandú"}


def line_id(number: int) -> str:
    """The request id of line ``number`` of a file for tests."""
    return f"{number + 2**64:032x}"


def a_day() -> list[dict[str, Any]]:
    """The lines of one small day, from sign-in to close, with a refusal and a visit; plays at ``bare_office()``."""
    lines: list[dict[str, Any]] = [
        {"kind": "sign-in", "clerk": "101", "at": f"{DAY}T08:30"},
        {"kind": "sign-in", "clerk": "102"},
        {"kind": "day-open", "clerk": "101"},
        {
            "kind": "pouch-in", "clerk": "101", "approve": ["102"], "pouch": "P-0001", "from_office": "9000",
            "to_office": OFFICE, "amount": 300_000, "found": {"10000": 30}, "condition": "whole",
        },
        {"kind": "till-open", "clerk": "102", "till": "T1", "count": {}},
        {"kind": "cash-from-vault", "clerk": "102", "approve": ["101"], "till": "T1", "amount": 100_000},
        {"kind": "customer-open", "clerk": "102", "tier": "known", "details": {**SHE, "mail": "PO Box 12"}},
        {"kind": "account-open", "clerk": "102", "customer": "@6"},
        {"kind": "deposit", "clerk": "102", "till": "T1", "account": "@7", "amount": 12_500, "at": f"{DAY}T09:30"},
        {"kind": "withdrawal", "clerk": "102", "till": "T1", "account": "@7", "amount": 12_501},
        {"kind": "withdrawal", "clerk": "102", "till": "T1", "account": "@7", "amount": 8_000},
        {"kind": "reversal", "clerk": "102", "approve": ["101"], "entry": "@8", "reason": "wrong account"},
        {"kind": "balance-told", "clerk": "102", "account": "@7"},
        {
            "kind": "visit", "clerk": "102", "till": "T1", "tendered": 10_000,
            "services": [
                {"kind": "deposit", "till": "T1", "account": "@7", "amount": 10_000},
                {"kind": "withdrawal", "till": "T1", "account": "@7", "amount": 500},
            ],
        },
        {"kind": "customer-change", "clerk": "102", "customer": "@6", "details": {"lives": "past the mill"}},
        {"kind": "till-count", "clerk": "102", "till": "T1", "count": {"10000": 8, "500": 1}},
        {"kind": "till-close", "clerk": "102", "till": "T1"},
        {"kind": "till-close", "clerk": "102", "till": "T1", "answer": "dispute"},
        {"kind": "vault-count", "clerk": "101", "approve": ["102"], "count": {"10000": 20}},
        {"kind": "day-close", "clerk": "101", "at": f"{DAY}T17:30"},
    ]  # fmt: skip
    return [_named(line, number) for number, line in enumerate(lines)]


def _named(line: dict[str, Any], number: int) -> dict[str, Any]:
    def full(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{k: full(v) for k, v in value.items()}, **({"currency": "USD"} if "amount" in value else {})}
        if isinstance(value, list):
            return [full(v) for v in value]
        return f"@{line_id(int(value[1:]))}" if isinstance(value, str) and value.startswith("@") else value

    own = {} if line["kind"] == "sign-in" else {"id": line_id(number)}
    return {**own, **full(line)}
