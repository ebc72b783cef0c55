"""Each outcome of a transfer, in order of precedence, and which one wins when two or more apply.

``BREAKS`` is the table: for an outcome, the kinds of transfer that can meet it and what breaks the rule. Nothing here
knows how the machine finds an answer; the order asserted is the enum's.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.ledger import machine as machine_module
from counterfoil.ledger.machine import Machine
from counterfoil.ledger.outcomes import Outcome, outcome_table
from counterfoil.ledger.transfers import EXPIRE, LINKED, PENDING, POST, VOID, Transfer

O = Outcome  # noqa: E741  # The table is read by its outcomes; a longer name would bury them.
INT64 = 2**63 - 1
TODAY, CLOSED_DAY, NOW = 739_100, 739_099, 1_000
PLAIN = 0
ALL = (PLAIN, PENDING, POST, VOID, EXPIRE)
RESOLVING = (POST, VOID, EXPIRE)
MAKING = (PLAIN, PENDING)

TILL, CUSTOMER, HOUSE, SHUT, SHUT_TOO, FOREIGN = range(1, 7)
FULL_DEBIT, FULL_CREDIT, FULL_LINE, FULL_FLOAT, OTHER, SINK = range(7, 13)


def tid(number: int) -> bytes:
    return number.to_bytes(16, "big")


KEPT, HELD, HELD_POSTED, HELD_VOIDED, HELD_EXPIRED, DUE, HELD_SHUT_DEBIT, HELD_SHUT_CREDIT = map(tid, range(11, 19))
NEW = tid(100)
BASE = Transfer(NEW, HOUSE, SINK, 100, 1, 0, b"", TODAY, TODAY)


NOTHING: tuple[Transfer, ...] = ()


class Break(NamedTuple):
    """One way to meet ``outcome``: fields replaced, flags added, and what stands before it in the batch."""

    outcome: Outcome
    kinds: tuple[int, ...]
    fields: dict[str, Any]
    flags: int = 0
    before: tuple[Transfer, ...] = NOTHING


FAILING = BASE._replace(id=tid(90), debit=404, flags=LINKED)
FINE = BASE._replace(id=NEW, amount=1, flags=LINKED)
BREAKS = [
    Break(O.ID_MUST_BE_16_BYTES, ALL, {"id": b"short"}),
    Break(O.ID_MUST_BE_16_BYTES, ALL, {"id": tid(100) + b"\0"}),
    Break(O.ID_MUST_NOT_BE_ZERO, ALL, {"id": bytes(16)}),
    Break(O.ID_MUST_NOT_BE_MAX, ALL, {"id": b"\xff" * 16}),
    Break(O.ID_REPEATED_IN_CHAIN, ALL, {"id": NEW}, before=(FINE,)),
    Break(O.EXISTS_WITH_DIFFERENT_FLAGS, (PENDING, POST, VOID, EXPIRE), {"id": KEPT}),
    Break(O.EXISTS_WITH_DIFFERENT_PENDING, (PLAIN,), {"id": KEPT, "pending": HELD}),
    Break(O.EXISTS_WITH_DIFFERENT_DEBIT, (PLAIN,), {"id": KEPT, "debit": OTHER}),
    Break(O.EXISTS_WITH_DIFFERENT_CREDIT, (PLAIN,), {"id": KEPT, "credit": OTHER}),
    Break(O.EXISTS_WITH_DIFFERENT_AMOUNT, (PLAIN,), {"id": KEPT, "amount": 7}),
    Break(O.EXISTS_WITH_DIFFERENT_CODE, (PLAIN,), {"id": KEPT, "code": 2}),
    Break(O.EXISTS_WITH_DIFFERENT_BOOKED, (PLAIN,), {"id": KEPT, "booked": TODAY + 1}),
    Break(O.EXISTS_WITH_DIFFERENT_VALUE, (PLAIN,), {"id": KEPT, "value": TODAY + 1}),
    Break(O.EXISTS_WITH_DIFFERENT_EXPIRES, (PLAIN,), {"id": KEPT, "expires": 9}),
    Break(O.EXISTS, (PLAIN,), {"id": KEPT}),
    Break(O.LINKED_EVENT_CHAIN_OPEN, ALL, {}, flags=LINKED),
    Break(O.LINKED_EVENT_FAILED, ALL, {}, before=(FAILING,)),
    Break(O.FLAGS_UNKNOWN, ALL, {}, flags=32),
    Break(O.FLAGS_UNKNOWN, ALL, {}, flags=1 << 40),
    Break(O.FLAGS_MUTUALLY_EXCLUSIVE, (PENDING, POST, VOID), {}, flags=EXPIRE),
    Break(O.FLAGS_MUTUALLY_EXCLUSIVE, (POST, VOID, EXPIRE), {}, flags=PENDING),
    Break(O.PENDING_ID_MUST_BE_EMPTY, MAKING, {"pending": HELD}),
    Break(O.PENDING_ID_MUST_BE_16_BYTES, RESOLVING, {"pending": b""}),
    Break(O.PENDING_ID_MUST_BE_16_BYTES, RESOLVING, {"pending": HELD + b"\0"}),
    Break(O.EXPIRES_MUST_BE_ZERO, (PLAIN, POST, VOID, EXPIRE), {"expires": 9}),
    Break(O.EXPIRES_OUT_OF_RANGE, (PENDING,), {"expires": -1}),
    Break(O.EXPIRES_OUT_OF_RANGE, (PENDING,), {"expires": INT64 + 1}),
    Break(O.AMOUNT_MUST_NOT_BE_ZERO, ALL, {"amount": 0}),
    Break(O.AMOUNT_MUST_NOT_BE_NEGATIVE, ALL, {"amount": -1}),
    Break(O.AMOUNT_OVER_INT64, ALL, {"amount": INT64 + 1}),
    Break(O.CODE_OUT_OF_RANGE, ALL, {"code": -1}),
    Break(O.CODE_OUT_OF_RANGE, ALL, {"code": 65_536}),
    Break(O.BOOKED_OUT_OF_RANGE, ALL, {"booked": 0}),
    Break(O.BOOKED_OUT_OF_RANGE, ALL, {"booked": 3_652_060}),
    Break(O.VALUE_OUT_OF_RANGE, ALL, {"value": 0}),
    Break(O.VALUE_OUT_OF_RANGE, ALL, {"value": 3_652_060}),
    Break(O.ACCOUNTS_MUST_BE_DIFFERENT, ALL, {"debit": HOUSE, "credit": HOUSE}),
    Break(O.ACCOUNTS_MUST_BE_DIFFERENT, ALL, {"debit": 404, "credit": 404}),
    Break(O.DEBIT_ACCOUNT_NOT_FOUND, ALL, {"debit": 404}),
    Break(O.CREDIT_ACCOUNT_NOT_FOUND, ALL, {"credit": 405}),
    Break(O.CURRENCIES_MUST_MATCH, ALL, {"credit": FOREIGN}),
    Break(O.PENDING_NOT_FOUND, RESOLVING, {"pending": tid(5)}),
    Break(O.PENDING_NOT_FOUND, RESOLVING, {"pending": tid(500)}),
    Break(O.PENDING_NOT_FOUND, RESOLVING, {"pending": bytes(16)}),
    Break(O.PENDING_NOT_PENDING, RESOLVING, {"pending": KEPT}),
    Break(O.PENDING_HAS_DIFFERENT_DEBIT, RESOLVING, {"debit": OTHER}),
    Break(O.PENDING_HAS_DIFFERENT_CREDIT, RESOLVING, {"credit": CUSTOMER}),
    Break(O.EXCEEDS_PENDING_AMOUNT, (POST,), {"amount": 101}),
    Break(O.PENDING_HAS_DIFFERENT_AMOUNT, (VOID, EXPIRE), {"amount": 101}),
    Break(O.PENDING_HAS_DIFFERENT_AMOUNT, (VOID, EXPIRE), {"amount": 99}),
    Break(O.PENDING_ALREADY_POSTED, RESOLVING, {"pending": HELD_POSTED}),
    Break(O.PENDING_ALREADY_VOIDED, RESOLVING, {"pending": HELD_VOIDED}),
    Break(O.PENDING_ALREADY_EXPIRED, RESOLVING, {"pending": HELD_EXPIRED}),
    Break(O.PENDING_PAST_EXPIRY, (POST,), {"pending": DUE}),
    Break(O.PENDING_NOT_YET_EXPIRED, (EXPIRE,), {"pending": HELD}),
    Break(O.DEBIT_ACCOUNT_CLOSED, MAKING, {"debit": SHUT}),
    Break(O.DEBIT_ACCOUNT_CLOSED, (POST,), {"debit": SHUT, "pending": HELD_SHUT_DEBIT}),
    Break(O.CREDIT_ACCOUNT_CLOSED, MAKING, {"credit": SHUT_TOO}),
    Break(O.CREDIT_ACCOUNT_CLOSED, (POST,), {"credit": SHUT_TOO, "pending": HELD_SHUT_CREDIT}),
    Break(O.PERIOD_CLOSED, ALL, {"booked": CLOSED_DAY}),
    Break(O.OVERFLOWS_DEBITS, MAKING, {"debit": FULL_DEBIT}),
    Break(O.OVERFLOWS_DEBITS, MAKING, {"debit": FULL_LINE}),  # Over its guard as well.
    Break(O.OVERFLOWS_CREDITS, MAKING, {"credit": FULL_CREDIT}),
    Break(O.OVERFLOWS_CREDITS, MAKING, {"credit": FULL_FLOAT}),  # Over its guard as well.
    Break(O.EXCEEDS_CREDITS, MAKING, {"debit": CUSTOMER}),
    Break(O.EXCEEDS_DEBITS, MAKING, {"credit": TILL}),
]
BODY = ("flags", "pending", "debit", "credit", "amount", "code", "booked", "value", "expires")


class World:
    """A machine in which every outcome can be met, and the store's part of it."""

    def __init__(self) -> None:
        self.machine = Machine()
        guards = {TILL: (2, 0), CUSTOMER: (1, 99), FULL_LINE: (1, INT64), FULL_FLOAT: (2, INT64)}
        for account in range(1, 13):
            currency = "EUR" if account == FOREIGN else "USD"
            flags, limit = guards.get(account, (0, 0))
            assert self.machine.add_account(account, f"account {account}", currency, 0, flags, limit) is O.CREATED
        most = INT64 - 99
        setup = [
            BASE._replace(id=KEPT),
            *(BASE._replace(id=one, flags=PENDING) for one in (HELD, HELD_POSTED, HELD_VOIDED)),
            *(BASE._replace(id=one, flags=PENDING, expires=NOW) for one in (HELD_EXPIRED, DUE)),
            BASE._replace(id=HELD_SHUT_DEBIT, debit=SHUT, flags=PENDING),
            BASE._replace(id=HELD_SHUT_CREDIT, credit=SHUT_TOO, flags=PENDING),
            BASE._replace(id=tid(21), flags=POST, pending=HELD_POSTED, amount=60),
            BASE._replace(id=tid(22), flags=VOID, pending=HELD_VOIDED),
            BASE._replace(id=tid(23), flags=EXPIRE, pending=HELD_EXPIRED),
            BASE._replace(id=tid(24), debit=FULL_DEBIT, credit=OTHER, amount=most),
            BASE._replace(id=tid(25), debit=OTHER, credit=FULL_CREDIT, amount=most),
            BASE._replace(id=tid(26), debit=FULL_LINE, credit=FULL_FLOAT, amount=most),
        ]
        assert self.apply(setup) == [O.CREATED] * len(setup)
        for account in (SHUT, SHUT_TOO):
            self.machine.set_closed(account, True)
        self.machine.close_period(CLOSED_DAY)
        self.before = self.state()

    def apply(self, batch: list[Transfer]) -> list[Outcome]:
        return self.machine.apply(batch, NOW, lambda ids: {}, lambda ids: {})

    def state(self) -> object:
        return (self.machine.accounts(), self.machine.open_pendings(), self.machine.highest)


def base(kind: int) -> Transfer:
    if kind in (POST, VOID):
        return BASE._replace(flags=kind, pending=HELD)
    return BASE._replace(flags=EXPIRE, pending=DUE) if kind == EXPIRE else BASE._replace(flags=kind)


def merged(kind: int, breaks: tuple[Break, ...]) -> list[Transfer] | None:
    """The batch that breaks all these rules at once; None where they cannot be broken together."""
    fields: dict[str, Any] = {}
    flags, before = kind, NOTHING
    for one in breaks:
        if kind not in one.kinds or any(fields.get(name, value) != value for name, value in one.fields.items()):
            return None
        if before and one.before:
            return None
        fields |= one.fields
        flags |= one.flags
        before = before or one.before
    return [*before, base(kind)._replace(flags=flags, **fields)]


def expected(batch: list[Transfer], breaks: tuple[Break, ...]) -> Outcome:
    """The first outcome by the enum; for a kept id, the first part of the body that differs."""
    event = batch[-1]
    if event.id == KEPT:
        kept = BASE._replace(id=KEPT)
        different = [part for part in BODY if getattr(kept, part) != getattr(event, part)]
        return Outcome[f"EXISTS_WITH_DIFFERENT_{different[0].upper()}"] if different else O.EXISTS
    return min(one.outcome for one in breaks)


WORLD = World()


def answer(batch: list[Transfer]) -> Outcome:
    """The last outcome. Whatever it is but ``created``, the batch left no trace."""
    outcomes = WORLD.apply(batch)
    assert O.CREATED not in outcomes
    assert WORLD.state() == WORLD.before
    return outcomes[-1]


def test_the_table_stands_in_order_and_is_whole() -> None:
    in_table = [one.outcome for one in BREAKS]
    assert in_table == sorted(in_table)
    assert set(in_table) == {one for one in O if one.event != "account"} - {O.CREATED}


@pytest.mark.parametrize(
    ("kind", "one"),
    [(kind, one) for one in BREAKS for kind in one.kinds],
    ids=lambda part: part.outcome.code if isinstance(part, Break) else f"flags {part}",
)
def test_each_outcome(kind: int, one: Break) -> None:
    batch = merged(kind, (one,))
    assert batch is not None
    assert answer(batch) is one.outcome


@pytest.mark.parametrize("kind", ALL)
def test_without_a_break_it_is_created(kind: int) -> None:
    world = World()
    assert world.apply([base(kind)]) == [O.CREATED]
    assert world.state() != world.before


@pytest.mark.parametrize("first", BREAKS, ids=lambda one: one.outcome.code)
def test_of_two_that_apply_the_first_wins(first: Break) -> None:
    for kind, second in itertools.product(first.kinds, BREAKS):
        batch = merged(kind, (first, second))
        if batch is not None:
            assert answer(batch) is expected(batch, (first, second)), f"{second.outcome.code} applies as well: {batch}"


def test_most_neighbors_in_the_order_are_compared() -> None:
    pairs = {
        (one.outcome, two.outcome)
        for one, two in itertools.combinations(BREAKS, 2)
        if any(merged(kind, (one, two)) for kind in one.kinds)
    }
    never_together = {
        two for one, two in itertools.pairwise(sorted({one.outcome for one in BREAKS})) if (one, two) not in pairs
    }
    # Exclusive by nature: an id has one wrong shape, an amount is wrong in one way, a pending in one state.
    assert len(never_together) < 26, sorted(one.code for one in never_together)


@given(kind=st.sampled_from(ALL), breaks=st.lists(st.sampled_from(BREAKS), min_size=1, max_size=6))
def test_of_many_that_apply_the_first_wins(kind: int, breaks: list[Break]) -> None:
    fitting: tuple[Break, ...] = ()
    for one in breaks:
        if merged(kind, (*fitting, one)) is not None:
            fitting = (*fitting, one)
    if fitting:
        batch = merged(kind, fitting)
        assert batch is not None
        assert answer(batch) is expected(batch, fitting)


def test_the_page_shows_the_enum() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "ledger-outcomes.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert "\n".join(table) == outcome_table()
    assert [line.split("`")[1] for line in table[2:]] == [one.code for one in sorted(O)]


def test_numbers_and_names_are_unique_and_without_gaps() -> None:
    assert [one.value for one in O] == list(range(len(O)))
    assert {one.event for one in O} == {"both", "transfer", "account"}
    assert len({one.when for one in O}) == len(O)


RULES = (
    ["_judge_id", "_compare", "_judge_chain", "_judge_shape", "_judge_accounts", "_judge_pending", "_judge_state"],
    ["_judge_account"],
)


@pytest.mark.parametrize("functions", RULES, ids=["transfers", "accounts"])
def test_the_rules_stand_in_order_of_precedence(functions: list[str]) -> None:
    """Read from the source: what the rules name, in the order in which they are tried, ascends."""
    tree = ast.parse(inspect.getsource(machine_module))
    found = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    tables = {
        node.targets[0].id: node
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    named: list[Outcome] = []
    for function in functions:
        nodes = sorted(
            (node for node in ast.walk(found[function]) if isinstance(node, ast.Attribute | ast.Name)),
            key=lambda node: (node.lineno, node.col_offset),
        )
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in tables:
                named += _outcomes_in(tables[node.id])
            elif isinstance(node, ast.Attribute) and _is_outcome(node):
                named.append(Outcome[node.attr])
    order = [one for one in dict.fromkeys(named) if one not in (O.CREATED, O.EXISTS)]
    assert len(order) > 5
    assert order == sorted(order)


def _is_outcome(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Outcome" and node.attr in Outcome.__members__


def _outcomes_in(node: ast.AST) -> list[Outcome]:
    found = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and _is_outcome(one)]
    return [Outcome[one.attr] for one in sorted(found, key=lambda one: (one.lineno, one.col_offset))]
