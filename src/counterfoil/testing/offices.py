"""A real office in a folder with a day open, for tests that cut its power, kill its process or fail its commits.

Always true: the clerks' keys come from fixed seeds and are never sealed, so that any process can sit down at the same
till; ids, times and chance come from numbers, so a failure can be played again. ``differences`` compares the store with
a rebuild from its journal and names what does not agree (``test_a_changed_fold_is_named``).

Worked example::

    new_office(folder)
    with seated(folder) as office:
        answer = office.desk.one(deposit(office.desk, 7, 1_250))
    assert differences(folder) == []
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from counterfoil import bootstrap
from counterfoil.bootstrap import Office, Settings
from counterfoil.engines.clock import FileClock
from counterfoil.engines.editions import demonstration
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.facts.kinds import Actor, kind_numbered
from counterfoil.journal.hashing import leaf_hash
from counterfoil.journal.tree import Frontier
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import Transfer
from counterfoil.ledger.trial import trial_errors
from counterfoil.office.requests import EnrolClerk, parse
from counterfoil.office.state import Place, State, chained
from counterfoil.operations import setup
from counterfoil.operations.answers import Accepted
from counterfoil.operations.audit import Asked, audit
from counterfoil.operations.desk import Desk, ReadEntry, Request, Signer, load_state, read_entry
from counterfoil.operations.hashes import GrowingLog
from counterfoil.operations.ports import Clock, Disk, Entropy
from counterfoil.operations.store import OfficeStore

START_MS = 1_772_463_600_000
"""2026-03-02 at 08:00 in Denver."""
DAY = "2026-03-02"
TILL = "T1"
SETTINGS = Settings("post.example", "0417", "Elk Fork", 1, "America/Denver", "USD")
EDITION = demonstration("us-postal-bank")
FIRST_REQUEST = 1_000
"""Numbers below it belong to ``new_office``."""


def clerk(number: str) -> ClerkSigner:
    """The signer of clerk 101 (supervisor) or 102 (clerk, at till T1)."""
    return ClerkSigner(seed_of(number))


def seed_of(number: str) -> bytes:
    """The seed of a clerk's key."""
    return hashlib.sha256(f"test clerk {number}".encode()).digest()


def request_number(number: int) -> bytes:
    """A request id that says its number."""
    return number.to_bytes(16, "big")


def seeded(seed: int) -> Entropy:
    """Random bytes from a seed."""
    return random.Random(seed).randbytes


def ask(desk: Desk, number: int, kind: str, *, by: Sequence[Signer], **fields: Any) -> Request:
    """The request of that number at this desk."""
    return Request(request_number(number), desk.epoch, parse({"kind": kind, "date": DAY, **fields}), by)


def account_of(desk: Desk) -> str:
    """The first customer's account."""
    return desk.state.holding.all()[0].account


def deposit(desk: Desk, number: int, amount: int) -> Request:
    """A deposit at the till, by its clerk."""
    return ask(
        desk, number, "deposit", by=[clerk("102")], till=TILL, account=account_of(desk), amount=amount, currency="USD"
    )


def withdrawal(desk: Desk, number: int, amount: int) -> Request:
    """A withdrawal at the till, by its clerk."""
    return ask(
        desk,
        number,
        "withdrawal",
        by=[clerk("102")],
        till=TILL,
        account=account_of(desk),
        amount=amount,
        currency="USD",
    )


def visit(desk: Desk, number: int, amount: int) -> Request:
    """A visit of two services: ``amount`` in, and half of it out."""
    fields = {"till": TILL, "account": account_of(desk), "currency": "USD"}
    services = [
        {"kind": "deposit", "amount": amount, **fields},
        {"kind": "withdrawal", "amount": amount // 2, **fields},
    ]
    return ask(desk, number, "visit", by=[clerk("102")], till=TILL, tendered=amount, services=services)


def reversal(desk: Desk, number: int, entry: int) -> Request:
    """A reversal of an entry of this epoch, signed by both clerks."""
    return ask(
        desk, number, "reversal", by=[clerk("102"), clerk("101")], epoch=desk.epoch, entry=entry, reason="wrong account"
    )


def done(desk: Desk, request: Request) -> Accepted:
    """The answer of a request that must be accepted."""
    answer = desk.one(request)
    assert isinstance(answer, Accepted), answer
    return answer


def new_office(folder: Path, *, store: str | None = None, seed: int = 1, clock: str = "file") -> str:
    """Makes an office at ``folder``: two clerks, a day open, a till with 2,000.00, an account with 100.00.

    ``store``: a PostgreSQL URL, or None for SQLite in the folder. ``clock``: of the day. Returns the account's number.
    """
    settings = replace(SETTINGS, store=store)
    bootstrap.init_office(folder, settings, edition=EDITION, entropy=seeded(seed), clock=FileClock(start=START_MS))
    ana, ben = clerk("101"), clerk("102")
    with seated(folder, seed=seed + 1, clock=None if clock == "file" else KindClock(clock, START_MS)) as office:
        desk = office.desk
        setup.enrol_first_supervisor(desk, clerk="101", public_key=ana.public_key, role="supervisor", custody="file")
        enrol = EnrolClerk(date=DAY, clerk="102", role="clerk", key=ben.public_key, custody="file")
        done(desk, Request(request_number(1), desk.epoch, enrol, [ana], proves=ben))
        done(desk, ask(desk, 2, "day-open", by=[ana]))
        done(
            desk,
            ask(
                desk, 3, "pouch-in", by=[ana, ben], pouch="P-0001", from_office="9000", to_office="0417",
                amount=2_000_000, currency="USD", found={"10000": 200}, condition="whole",
            ),
        )  # fmt: skip
        done(desk, ask(desk, 4, "till-open", by=[ben], till=TILL, count={}))
        done(desk, ask(desk, 5, "cash-from-vault", by=[ben, ana], till=TILL, amount=200_000, currency="USD"))
        opened = done(
            desk, ask(desk, 6, "customer-open", by=[ben], tier="full", details=bytes(32), identification="passport")
        )
        customer = opened.result()["customer"]
        made = done(desk, ask(desk, 7, "account-open", by=[ben], customer=customer))
        done(desk, deposit(desk, 8, 10_000))
        return str(made.result()["account"])


class KindClock:
    """A clock of either kind that a test moves at will, backwards too."""

    def __init__(self, kind: str, ms: int) -> None:
        self.kind, self.ms = kind, ms

    def now(self) -> int:
        """What it was last set to."""
        return self.ms


def seated(
    folder: Path, *, seed: int = 2, vfs: str | None = None, disk: Disk | None = None, clock: Clock | None = None
) -> Office:
    """The office opened on a file's clock (or ``clock``), with chance from ``seed``."""
    return bootstrap.open_office(
        folder, clock=clock or FileClock(start=START_MS), disk=disk, entropy=seeded(seed), vfs=vfs
    )


def own_files_only(folder: Path) -> None:
    """Gives every file the mode that secrets need, which a copied image has lost."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.chmod(path, 0o600)


# --- what the books must be ---


def differences(folder: Path, *, audited: bool = True) -> list[str]:
    """Where ``folder``, opened read-only, is not what its journal gives, by two ways of looking; empty if nowhere.

    ``audited`` False leaves out the second and longer one, the audit with every signature.
    """
    mark = bootstrap.mark_of(folder)
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        asked = Asked(signatures=True, office_key=bootstrap.office_key_of(folder), mark=mark, workers=0)
        return [*store_differences(store), *(map(str, audit(store, asked).findings) if audited else ())]
    finally:
        store.close()


def store_differences(store: OfficeStore) -> list[str]:
    """As ``differences``, of an open store: every fold table made anew, entry by entry, and compared row by row."""
    state, found = State(), []
    wanted: dict[str, list[tuple[Any, ...]]] = {"subtree": []}
    for epoch in store.epochs():
        log = GrowingLog(epoch, Frontier(0, ()))
        read = [read_entry(kept) for kept in store.entries(epoch, 0, store.size(epoch))]
        for _, parts in groupby(read, key=lambda one: one.core.request_id):
            _replay(state, list(parts))
        row = state.epoch.rows[(epoch,)]
        for one, kept in zip(read, store.entries(epoch, 0, len(read)), strict=True):
            one.check_node(row.node_key, row.node, epoch)
            wanted["subtree"] += log.append(leaf_hash(kept.leaf))
            head = store.get("head", (epoch, log.size))
            if (head is None and log.size == len(read)) or (head is not None and head[2] != log.root()):
                found.append(f"head {epoch}/{log.size}")
    changes, drained = state.machine.drain(), state.drain()
    wanted |= {name: [tuple(row) for row in fold.all()] for name, fold in state.tables().items()}
    wanted |= {name: sorted(drained.get(name, [])) for name in ("part", "statement")}
    wanted["account"] = [tuple(row) for row in state.machine.accounts()]
    wanted["transfer"] = sorted(tuple(row) for row in changes.transfers)
    wanted["pending"] = sorted(tuple(row) for row in changes.pendings)
    found += [f"fold {name}" for name, rows in wanted.items() if [tuple(row) for row in store.scan(name)] != rows]
    accounts = state.machine.accounts()
    found += [f"trial: {error.code} {error.subject}" for error in trial_errors(accounts, state.machine.open_pendings())]
    parts_of = {row[0] for row in store.scan("part")}
    system = {row[0] for row in store.scan("answer") if row[2] is None} ^ parts_of
    return [*found, *(f"answer and entries of {bytes(one or b'').hex()}" for one in system if isinstance(one, bytes))]


def _replay(state: State, parts: list[ReadEntry]) -> None:
    """One request's entries: the transfers of all of them in one chain, then the folds, as the desk does it."""
    places = [
        Place(
            one.core.epoch, one.core.sequence, kind_numbered(one.core.kind).name, one.core.request_id,
            one.core.which_part[0], one.core.actor_kind == Actor.CLERK, one.core.time_ms, one.body,
        )
        for one in parts
    ]  # fmt: skip
    transfers: list[Transfer] = []
    for one, place in zip(parts, places, strict=True):
        first = len(transfers)
        for fact in one.facts:
            transfers += state.transfers_for(fact, place, len(transfers) - first)
    outcomes = state.machine.apply(chained(transfers), places[0].time, _none) if transfers else []
    assert set(outcomes) <= {Outcome.CREATED}, outcomes
    for one, place in zip(parts, places, strict=True):
        state.begin(place)
        for fact in one.facts:
            state.fold(fact, place)


def _none(ids: list[bytes]) -> dict[bytes, Transfer]:
    return {}


def same_state(one: State, other: State) -> list[str]:
    """What differs between two states of an office: tables, ledger, time; empty if nothing."""
    found = [name for name, fold in one.tables().items() if fold.rows != other.tables()[name].rows]
    plain: dict[str, Callable[[State], object]] = {
        "accounts": lambda s: s.machine.accounts(),
        "pendings": lambda s: s.machine.open_pendings(),
        "highest": lambda s: s.machine.highest,
        "machine time": lambda s: s.machine.now,
        "account ids": lambda s: s.account_ids,
        "now": lambda s: s.now,
        "closed": lambda s: s.closed_through,
        "today": lambda s: s.today,
        "current": lambda s: s.current,
        "passing": lambda s: s.passing,
        "changed": lambda s: {name: dict(fold.changed) for name, fold in s.tables().items()},
    }
    return found + [name for name, look in plain.items() if look(one) != look(other)]


def reloaded_wrongly(desk: Desk) -> list[str]:
    """Where a desk between two groups is not what a fresh one on the same store would be; empty if nowhere."""
    found = same_state(desk.state, load_state(desk.store))
    if desk.size != desk.store.size(desk.epoch):
        found.append("size")
    log = GrowingLog(desk.epoch, Frontier(0, ()))
    for kept in desk.store.entries(desk.epoch, 0, desk.size):
        log.append(leaf_hash(kept.leaf))
    return found if desk.root() == log.root() else [*found, "root"]
