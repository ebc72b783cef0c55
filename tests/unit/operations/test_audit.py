"""Audit: sound books have no findings, and nothing that was changed goes unnamed."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import cbor2
import pytest

from cases import PRODUCTS
from counterfoil import bootstrap
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.facts.kinds import KINDS
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact
from counterfoil.facts.savings import AccountDormant, InterestAccrued
from counterfoil.journal.entry import EntryParts
from counterfoil.journal.rules import LogRules, ed25519_verifies, kinds_by_number, read_origin
from counterfoil.kernel.outcomes import CounterfoilError, Malformed
from counterfoil.ledger.machine import Machine
from counterfoil.ledger.transfers import PENDING, POST, Transfer
from counterfoil.office.deciding import Step
from counterfoil.office.state import State
from counterfoil.operations.audit import Asked, Report, audit, rebuild
from counterfoil.operations.audit_entries import Bearings, Chunk, check_chunk, read_record, record
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import Desk
from counterfoil.operations.export import SignedLog
from counterfoil.operations.queries import books
from counterfoil.operations.refold import Refold, lines_of
from counterfoil.operations.store import Commit, Row, Scalar, TableSpec
from counterfoil.operations.tables import ALL_TABLES
from counterfoil.testing import offices as o
from counterfoil.testing.builders import edition

FOLDS = [spec for spec in ALL_TABLES if spec.kind == "fold"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day's work of every sort that leaves rows: deposits, a visit, a reversal with an advance, a hold, stamps."""
    folder = tmp_path_factory.mktemp("office") / "sound"
    o.new_office(folder)
    ana, ben = o.clerk("101"), o.clerk("102")
    with o.seated(folder) as office:
        desk = office.desk
        account = o.account_of(desk)
        for number in range(100, 110):
            o.done(desk, o.deposit(desk, number, 1_000 + number))
        desk.handle([o.deposit(desk, number, 1) for number in range(200, 460)])  # Enough for a kept subtree root.
        o.done(desk, o.visit(desk, 120, 2_000))
        paid = o.done(desk, o.deposit(desk, 121, 9_000)).entries[0].sequence
        held = desk.state.balance(f"customer:{account}:0417")
        o.done(desk, o.withdrawal(desk, 122, held[1] - held[0] - 1_000))
        o.done(desk, o.reversal(desk, 123, paid))
        o.done(desk, o.deposit(desk, 124, 500))
        hold = {"account": account, "amount": 300, "currency": "USD", "authority": "County court 12/7"}
        o.done(desk, o.ask(desk, 125, "legal-hold", by=[ana, ben], **hold))
        o.done(desk, o.ask(desk, 126, "stock-in", by=[ana, ben], item="forever", quantity=100))
        o.done(desk, o.ask(desk, 127, "stock-to-till", by=[ben, ana], till=o.TILL, item="forever", quantity=40))
        o.done(desk, o.ask(desk, 128, "policy-edition", by=[ana, ben], content=edition(o.DAY)))
        for place, product in enumerate(PRODUCTS):  # Each product leaves rows in its own tables.
            getattr(product, "sound", _nothing)(desk, 10_000 + 100 * place)
        counted = desk.state.balance(f"till:{o.TILL}")
        short = counted[0] - counted[1] - 700
        o.done(desk, o.ask(desk, 130, "till-count", by=[ben], till=o.TILL, count=_pieces(short)))
        o.done(desk, o.ask(desk, 131, "till-close", by=[ben], till=o.TILL, answer="dispute"))
        rest = desk.state.balance("vault")
        o.done(desk, o.ask(desk, 132, "vault-count", by=[ana, ben], count=_pieces(rest[0] - rest[1])))
        o.done(desk, o.ask(desk, 133, "day-close", by=[ana]))
        DayEnd(lambda call: call(desk), steps=(Step("pay", "day-step", _paid),)).run(o.DAY)
        desk.note({"person": [("101", "Ana")], "checkpoint": []})
    return folder


def _paid(state: State, day: str) -> Iterator[Fact | None]:
    """Lines that are booked, and one that the ledger refuses."""
    account = state.holding.all()[0].account
    yield HouseMoved(account, "interest", 700, "in", "test")
    yield InterestAccrued("everyday", day, 0, "0", "0", 7)
    yield AccountDormant(account, day, day)
    yield HouseMoved(account, "fees", 70_000_000, "out", "test")


def _nothing(desk: Desk, number: int) -> None:
    """A product without tables of its own."""


def _pieces(amount: int) -> dict[str, int]:
    count = {}
    for face in (10_000, 2_000, 100, 1):
        count[str(face)], amount = divmod(amount, face)
    return {face: pieces for face, pieces in count.items() if pieces}


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(sound, tmp_path / "office"))


@pytest.fixture
def spoiler(folder: Path) -> Iterator[apsw.Connection]:
    """The folder's database as somebody with root sees it, without the guards."""
    connection = apsw.Connection(str(folder / bootstrap.DATABASE))
    guards = [*connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")]
    for name, _ in guards:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield connection
    connection.close()


def _restore_guards(connection: apsw.Connection, sound: Path) -> None:
    other = apsw.Connection(str(sound / bootstrap.DATABASE), flags=apsw.SQLITE_OPEN_READONLY)
    for (sql,) in [*other.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]:
        connection.execute(sql)
    other.close()


def _audit(folder: Path, *, signatures: bool = False, workers: int = 0) -> Report:
    mark = bootstrap.mark_to_compare(folder)
    store = bootstrap.open_for_audit(folder)
    try:
        damage = getattr(store, "damage", ())
        key = bootstrap.office_key_of(folder)
        return audit(store, Asked(signatures, key, mark, damage, workers))
    finally:
        store.close()


def _named(report: Report) -> str:
    return "\n".join(map(str, report.findings))


def test_a_sound_office_has_no_findings(sound: Path) -> None:
    report = _audit(sound, signatures=True)
    assert _named(report) == ""
    assert report.clean
    assert report.commitments
    assert report.mark
    assert report.signatures is not None
    assert report.signatures > report.entries


def test_every_table_of_the_sound_office_is_used(sound: Path) -> None:
    """Else the tests below would look at empty tables."""
    store = bootstrap.open_for_audit(sound)
    empty = {spec.name for spec in FOLDS if next(store.scan(spec.name), None) is None}
    store.close()
    assert empty == set()


def test_processes_beside_it_find_the_same(sound: Path) -> None:
    assert _audit(sound, signatures=True, workers=2) == _audit(sound, signatures=True, workers=0)


def test_an_audit_changes_nothing(folder: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()}
    _audit(folder)
    assert {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()} == before


def test_what_was_not_checked_is_said(sound: Path) -> None:
    store = bootstrap.open_for_audit(sound)
    report = audit(store)
    store.close()
    assert (report.signatures, report.commitments, report.mark) == (None, False, False)
    assert report.clean


@pytest.mark.parametrize("place", range(max(len(spec.columns) - spec.key for spec in FOLDS)))
def test_a_changed_row_is_named(place: int, folder: Path, spoiler: apsw.Connection) -> None:
    """One audit for one column of every table: the first, the second and so on behind its key."""
    wanted = dict(_spoiled(spoiler, spec, place) for spec in FOLDS if spec.key + place < len(spec.columns))
    said = {finding.where: finding.what for finding in _audit(folder).findings}
    wanted |= {where: "the root is not the journal's" for where in wanted if where.startswith("table head, ")}
    assert {where: what for where, what in wanted.items() if what not in said.get(where, "")} == {}


def test_what_was_put_back_is_sound(folder: Path, spoiler: apsw.Connection, sound: Path) -> None:
    """So what the test above finds is what it changed."""
    for spec in FOLDS:
        if spec.key < len(spec.columns):
            _spoiled(spoiler, spec, 0, back=True)
    _restore_guards(spoiler, sound)
    assert _audit(folder).clean


def _spoiled(connection: apsw.Connection, spec: TableSpec, place: int, *, back: bool = False) -> tuple[str, str]:
    """Changes one column of a table's first row (and puts it ``back``); how an audit names the row and the column."""
    column, kind = spec.columns[spec.key + place]
    row = _row(connection, f'SELECT * FROM "{spec.name}" LIMIT 1')
    key, value = row[: spec.key], row[spec.key + place]
    where = " AND ".join(f'"{name}" = ?' for name, _ in spec.columns[: spec.key])
    for one in (_other(value, kind), value) if back else (_other(value, kind),):
        connection.execute(f'UPDATE "{spec.name}" SET "{column}" = ? WHERE {where}', (one, *key))
        assert connection.changes() == 1
    shown = "/".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)
    return f"table {spec.name}, {shown}", f"{column} is "


def _row(connection: apsw.Connection, sql: str) -> Row:
    found = connection.execute(sql).fetchone()
    assert found is not None
    return tuple(found)


def _other(value: Scalar, kind: str) -> Scalar:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    nothing: dict[str, Scalar] = {"int?": 7, "text?": "x", "blob?": b"x"}
    return nothing[kind]


def test_a_deleted_row_is_named(folder: Path, spoiler: apsw.Connection) -> None:
    """The last row of every table."""
    for spec in FOLDS:
        row = _row(spoiler, f'SELECT * FROM "{spec.name}" ORDER BY 1 DESC LIMIT 1')
        where = " AND ".join(f'"{name}" = ?' for name, _ in spec.columns[: spec.key])
        spoiler.execute(f'DELETE FROM "{spec.name}" WHERE {where}', row[: spec.key])
        assert spoiler.changes() == 1
    named = {finding.where.partition(",")[0] for finding in _audit(folder).findings}
    assert [spec.name for spec in FOLDS if f"table {spec.name}" not in named] == []


def test_an_extra_row_is_named(folder: Path, spoiler: apsw.Connection, sound: Path) -> None:
    spoiler.execute("INSERT INTO till_total VALUES ('T9', '2026-03-02', 'deposit', 1, 100, 0)")
    spoiler.execute("INSERT INTO head VALUES (1, 9999, zeroblob(32))")
    spoiler.execute("INSERT INTO head VALUES (7, 1, zeroblob(32))")
    _restore_guards(spoiler, sound)
    named = _named(_audit(folder))
    assert "table till_total, T9/2026-03-02/deposit: it should not be there" in named
    assert "table head, 1/9999" in named
    assert "epoch 7" in named


@pytest.mark.parametrize("how", ["emptied", "dropped", "emptied, guards restored"])
def test_every_emptied_table_is_named(how: str, folder: Path, spoiler: apsw.Connection, sound: Path) -> None:
    filled = [spec.name for spec in FOLDS if spoiler.execute(f'SELECT 1 FROM "{spec.name}"').fetchone()]
    for spec in FOLDS:
        spoiler.execute(f'{"DROP TABLE" if how == "dropped" else "DELETE FROM"} "{spec.name}"')
    if how.endswith("restored"):
        _restore_guards(spoiler, sound)
    spoiler.close()
    before = _books(sound)
    named = _named(_audit(folder))
    for name in filled:
        assert f"table {name}" in named
    store = bootstrap.open_for_audit(folder, rebuild=True)
    done = rebuild(store, Asked(mark=bootstrap.mark_to_compare(folder)))
    store.close()
    assert set(done.rows) == {spec.name for spec in FOLDS}
    assert _named(_audit(folder, signatures=True)) == ""
    assert _books(folder) == before


def _books(folder: Path) -> dict[str, object]:
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        return books(store)
    finally:
        store.close()


def test_a_rebuild_gives_the_same_books(folder: Path, sound: Path) -> None:
    """Row by row, on an office that nobody spoiled; the desk then goes on from it."""
    store = bootstrap.open_for_audit(folder, rebuild=True)
    done = rebuild(store)
    store.close()
    one, other = bootstrap.open_for_audit(folder), bootstrap.open_for_audit(sound)
    for spec in FOLDS:
        assert [*one.scan(spec.name)] == [*other.scan(spec.name)], spec.name
    assert sum(done.rows.values()) == sum(1 for spec in FOLDS for _ in other.scan(spec.name))
    one.close()
    other.close()
    with o.seated(folder) as office:
        assert office.desk.size == done.before.entries


def test_a_damaged_journal_is_not_built_upon(folder: Path, spoiler: apsw.Connection) -> None:
    spoiler.execute("DELETE FROM entry WHERE sequence = 9")
    spoiler.execute("DELETE FROM till")
    spoiler.close()
    store = bootstrap.open_for_audit(folder, rebuild=True)
    done = rebuild(store)
    assert done.rows == {}
    assert "entry 9 of epoch 1: it is gone" in _named(done.before)
    assert [*store.scan("till")] == []
    store.close()


def test_side_tables_point_somewhere(folder: Path, spoiler: apsw.Connection, sound: Path) -> None:
    taken = spoiler.execute("SELECT request, body_hash FROM answer ORDER BY request DESC LIMIT 3").fetchall()
    refused = cbor2.dumps(["till.short", {}])
    spoiler.execute("DELETE FROM answer WHERE request = ?", taken[0][:1])
    spoiler.execute("UPDATE answer SET body_hash = zeroblob(32) WHERE request = ?", taken[1][:1])
    spoiler.execute("UPDATE answer SET refusal = ? WHERE request = ?", (refused, taken[2][0]))
    spoiler.execute("INSERT INTO answer VALUES (?, zeroblob(32), NULL)", (b"\xff" * 16,))
    spoiler.execute("INSERT INTO details VALUES (zeroblob(32), '1', zeroblob(16), x'a0')")
    mine = hashlib.sha256(bytes(16) + b"\xa0").digest()
    spoiler.execute("INSERT INTO details VALUES (?, '1', zeroblob(16), x'a0')", (mine,))
    spoiler.execute("INSERT INTO sealed_key VALUES (x'0102030405060708', '102', x'00')")
    spoiler.execute("INSERT INTO person VALUES ('999', 'Nobody')")
    spoiler.execute("INSERT INTO unprinted VALUES (1, 9999)")
    spoiler.execute("INSERT INTO checkpoint VALUES (1, 5, x'00')")
    spoiler.execute("INSERT INTO checkpoint VALUES (3, 5, x'00')")
    _restore_guards(spoiler, sound)
    codes = {finding.code for finding in _audit(folder).findings}
    assert codes == {
        "answer.missing", "answer.body", "answer.refused", "answer.entryless", "details.altered", "details.unnamed",
        "sealed_key.unknown", "person.unknown", "unprinted.astray", "checkpoint.signature", "checkpoint.astray",
    }  # fmt: skip


def test_a_kept_checkpoint_is_compared(folder: Path, spoiler: apsw.Connection, sound: Path) -> None:
    _restore_guards(spoiler, sound)
    store = bootstrap.open_for_audit(folder)
    log = SignedLog(store, 1, lambda epoch: bootstrap.node_key_of(folder, epoch))
    now, before = log.checkpoint(log.size), log.checkpoint(log.size - 1)
    store.close()
    spoiler.execute("INSERT INTO checkpoint VALUES (1, ?, ?)", (log.size, now.encode()))
    assert _audit(folder).clean
    spoiler.execute("INSERT INTO checkpoint VALUES (1, ?, ?)", (log.size - 1, before.encode()))
    assert [finding.code for finding in _audit(folder).findings] == ["checkpoint.size"]


def test_of_many_findings_a_bounded_number_is_named(folder: Path, spoiler: apsw.Connection, sound: Path) -> None:
    for number in range(200):
        spoiler.execute("INSERT INTO person VALUES (?, 'Nobody')", (f"9{number:03}",))
    _restore_guards(spoiler, sound)
    found = _audit(folder).findings
    assert len(found) == 21
    assert "180 more" in found[-1].what


@pytest.mark.parametrize("seeds", [range(20), pytest.param(range(20, 80), marks=pytest.mark.slow)], ids=str)
def test_a_flipped_bit_is_an_error_and_never_a_traceback(seeds: range, folder: Path) -> None:
    """Anywhere in the file: the audit ends in a report or in one of our own errors."""
    database = folder / bootstrap.DATABASE
    whole, noticed = database.read_bytes(), 0
    for seed in seeds:
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(1 + seed % 4):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        database.write_bytes(data[: chance.randrange(len(data))] if seed % 10 == 9 else data)
        try:
            noticed += not _audit(folder, signatures=True).clean
        except CounterfoilError:
            noticed += 1
    assert noticed > len(seeds) // 4


def test_a_ledger_without_a_journal(tmp_path: Path) -> None:
    """What `bench ledger --keep` leaves."""
    store = SqliteStore.create(tmp_path / bootstrap.DATABASE)
    machine = Machine()
    for number in (1, 2):
        machine.add_account(number, f"A{number}", "USD")
    held = Transfer(b"\0" * 15 + b"\2", 1, 2, 50, 1, PENDING, b"", 739_000, 739_000)
    machine.apply(
        [
            Transfer(b"\0" * 15 + b"\1", 1, 2, 100, 1, 0, b"", 739_000, 739_000),
            held,
            Transfer(b"\0" * 15 + b"\3", 1, 2, 20, 1, POST, held.id, 739_000, 739_000),
        ],
        1,
        lambda ids: {},
    )
    changes = machine.drain()
    store.commit(Commit((1, 0), transfers=changes.transfers, accounts=changes.accounts, pendings=changes.pendings))
    store.close()
    opened = bootstrap.open_for_audit(tmp_path)
    report = audit(opened)
    opened.close()
    assert report.ledger_only
    assert report.clean
    assert (report.transfers, report.accounts) == (3, 2)
    spoiler = apsw.Connection(str(tmp_path / bootstrap.DATABASE))
    spoiler.execute("UPDATE account SET debits_posted = 121 WHERE id = 1")
    spoiler.close()
    opened = bootstrap.open_for_audit(tmp_path)
    report = audit(opened)
    assert "table account, 1" in _named(report)
    assert "does not balance" in _named(report)
    assert rebuild(opened).rows == {}
    opened.close()


# --- the short way of audit_entries ---------------------------------------------------------------------


def test_a_record_is_read_back() -> None:
    for given in [(bytes(16), 1, 1, 0, bytes(32)), (b"\xff" * 16, 23, 65_535, 2**40 - 1, b"\1" * 32)]:
        assert read_record(record(*given)) == given


class _Place:
    """An entry of the sound office, with where its log stood before it."""

    def __init__(self, index: int, parts: EntryParts, bearings: Bearings) -> None:
        self.index, self.parts, self.bearings = index, parts, bearings


@pytest.fixture(scope="module")
def places(sound: Path) -> list[_Place]:
    store = bootstrap.open_for_audit(sound)
    refold, found = Refold(lambda *said: pytest.fail(str(said)), lines_of(store)), []
    for kept in store.entries(1, 0, store.size(1)):
        bearings = refold.bearings(1)
        refold.take(kept)
        opened = refold.opened[1]
        found.append(_Place(kept.sequence, EntryParts(*kept[2:]), bearings or Bearings(opened.origin, opened.node_key)))
    store.close()
    return found


@pytest.mark.parametrize("nth", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("signatures", [False, True])
def test_the_short_way_takes_what_the_rules_take(signatures: bool, nth: int, places: list[_Place], sound: Path) -> None:
    """Every entry, and every entry changed in each of many ways: here and by the rules alone, the same verdict.

    ``nth``: one change of so many, another one for the next entry, so that few entries together see them all.
    """
    key = bootstrap.office_key_of(sound)
    first = places[0].bearings
    whole = Chunk(0, [place.parts for place in places], first, key, signatures)
    for _ in range(2):  # The second time every form is known.
        assert check_chunk(whole).refused == []
    taken = refused = 0
    for place in [*places[:30], *places[-20:]]:  # What stands between is one deposit like another.
        changed = [*_variants(place.parts)]
        for parts in (place.parts, *changed[place.index % nth :: nth]):
            chunk = Chunk(place.index, [parts], place.bearings, key, signatures)
            mine = not check_chunk(chunk).refused
            theirs = _by_the_rules(chunk)
            assert mine == theirs, (place.index, parts)
            taken, refused = taken + mine, refused + (not mine)
    assert refused > 500
    assert taken >= 50


def _by_the_rules(chunk: Chunk) -> bool:
    at = chunk.bearings
    rules = LogRules(
        kinds_by_number(KINDS), read_origin(at.origin), at.node_key, next_index=chunk.start,
        office_key=chunk.office_key,
        verify=ed25519_verifies if chunk.signatures else lambda public, message, signature: True,
    )  # fmt: skip
    rules.resume(at.keys, known_keys=at.known_keys, known_clerks=at.known_clerks, day=at.day, opening=at.opening)
    try:
        rules.take(EntryParts(*chunk.rows[0]))
    except Malformed:
        return False
    return True


def _variants(parts: EntryParts) -> Iterator[EntryParts]:
    """The entry with a bit changed here and there; and with a value of core or body changed, sealed again."""
    for name in ("leaf", "facts", "blind", "approvals"):
        data = getattr(parts, name)
        for at in range(0, len(data), 7):
            yield parts._replace(**{name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]})
        yield parts._replace(**{name: data[:-1]})
        yield parts._replace(**{name: data + b"\0"})
    core, signature = cbor2.loads(parts.leaf)
    body, *facts = cbor2.loads(parts.facts)
    for field, value in core.items():
        if field != 14:
            for other in _others(value):
                yield _sealed({**core, field: other}, signature, body, facts, parts)
        yield _sealed({k: v for k, v in core.items() if k != field}, signature, body, facts, parts)
    for field, value in body.items():
        for other in _others(value):
            yield _sealed(core, signature, {**body, field: other}, facts, parts)
        yield _sealed(core, signature, {k: v for k, v in body.items() if k != field}, facts, parts)
    yield _sealed(core, signature, dict(reversed(body.items())), facts, parts, canonical=False)
    yield _sealed(core, signature, body, [*facts, [4, 1, {1: "9", 2: bytes(32), 3: "clerk", 4: "file", 5: 0}]], parts)
    yield _sealed(core, signature, body, [*facts, [20, 1, {}]], parts)


def _others(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, -1, 0, True, 2**63, str(value)]
    if isinstance(value, str):
        return [value + "x", "", "deposit", 5]
    if isinstance(value, bytes):
        return [value[:-1], value + b"\0", bytes(len(value)), value.hex()]
    return [[], 1]


def _sealed(
    core: dict[int, object], signature: bytes, body: dict[str, object], facts: list[object], parts: EntryParts,
    *, canonical: bool = True,
) -> EntryParts:  # fmt: skip
    """The parts with the facts commitment made right again, as a node could that holds everything but clerks' keys."""
    encoded = cbor2.dumps([body, *facts], canonical=canonical)
    sealed = {**core, 14: hashlib.sha256(parts.blind + encoded).digest()} if 14 in core else core
    return EntryParts(cbor2.dumps([sealed, signature], canonical=True), encoded, parts.blind, parts.approvals)
