"""Somebody with root at the office's computer: what they change is detected and named, by the commands people run.

Each story spoils a real folder and asks the command line. The strongest holds everything on the machine but the
clerks' PINs: the node's key, the office key, the database and the mark.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import cbor2
import pytest

from counterfoil import __main__ as program
from counterfoil import bootstrap
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.mark import HighWaterMark
from counterfoil.journal import entry as je
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.audit import Asked, rebuild
from counterfoil.operations.desk import NotSigning
from counterfoil.operations.hashes import LogHashes
from counterfoil.testing import offices as o

PAID = 11
"""The entry that is tampered with: a deposit of 12.34."""
Said = tuple[int, str]


def run(*arguments: object) -> Said:
    """The exit code of a command, and all that it said."""
    out, before = io.StringIO(), sys.argv
    sys.argv = ["counterfoil", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), pytest.raises(SystemExit) as left:
            program.main()
    finally:
        sys.argv = before
    return int(left.value.code or 0), out.getvalue()


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An office at work, and the slips of its deposits by entry number."""
    folder = tmp_path_factory.mktemp("office") / "honest"
    o.new_office(folder)
    with o.seated(folder) as office:
        desk = office.desk
        assert desk.size == PAID
        slips = [o.done(desk, o.deposit(desk, 100 + number, 1_234 + number)).entries[0].slip for number in range(6)]
    assert run("audit", folder, "--signatures")[0] == 0
    return folder, slips


@pytest.fixture
def folder(honest: tuple[Path, list[str]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest[0], tmp_path / "office"))


@pytest.fixture
def database(folder: Path) -> Iterator[apsw.Connection]:
    """The database, its guards taken away and put back at the end of the spoiling, as a careful intruder would."""
    connection = apsw.Connection(str(folder / bootstrap.DATABASE))
    yield connection
    connection.close()


def spoil(connection: apsw.Connection, *statements: str, **values: Any) -> None:
    """Runs SQL with the guards away, and puts them back."""
    guards = [*connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")]
    for name, _ in guards:
        connection.execute(f'DROP TRIGGER "{name}"')
    for statement in statements:
        connection.execute(statement, values)
    for _, sql in guards:
        connection.execute(sql)


def position(sequence: int, epoch: int = 1) -> int:
    return epoch << 40 | sequence


def entry(connection: apsw.Connection, sequence: int) -> tuple[bytes, ...]:
    found = connection.execute(
        "SELECT leaf, facts, blind, approvals FROM entry WHERE position = ?", (position(sequence),)
    ).fetchone()
    assert found is not None
    return tuple(bytes(part) for part in found)


def put(connection: apsw.Connection, sequence: int, leaf: bytes, facts: bytes) -> None:
    spoil(
        connection, "UPDATE entry SET leaf = :leaf, facts = :facts WHERE position = :at",
        leaf=leaf, facts=facts, at=position(sequence),
    )  # fmt: skip


# --- figures --------------------------------------------------------------------------------------------


def test_an_amount_in_the_facts(folder: Path, database: apsw.Connection) -> None:
    leaf, facts, _, _ = entry(database, PAID)
    put(database, PAID, leaf, facts.replace((1_234).to_bytes(2, "big"), (9_999).to_bytes(2, "big")))
    code, said = run("audit", folder)
    assert code == 1
    assert f"entry {PAID} of epoch 1: facts and blind are not those that the core commits to [rule.facts]" in said
    assert "table account" in said  # And the balances that no longer follow.
    assert "table transfer" in said


def test_an_amount_in_the_leaf(folder: Path, database: apsw.Connection) -> None:
    leaf, facts, _, _ = entry(database, PAID)
    put(database, PAID, leaf.replace((1_234).to_bytes(2, "big"), (9_999).to_bytes(2, "big")), facts)
    code, said = run("audit", folder)
    assert code == 1
    assert f"entry {PAID} of epoch 1: the core says 9999 USD, the body 1234 'USD' [rule.body]" in said
    assert "the journal was rewritten [mark.root]" in said
    code, said = run("audit", folder, "--signatures")
    assert f"entry {PAID} of epoch 1: the node's signature does not verify [rule.node-signature]" in said


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE transfer SET amount = 1235 WHERE amount = 1234", "{id}: amount is 1235 and should be 1234"),
        ("DELETE FROM transfer WHERE amount = 1234", "table transfer, {id}: it is missing"),
        ("UPDATE account SET credits_posted = credits_posted + 5 WHERE name LIKE 'customer:%'", "credits_posted is"),
        ("UPDATE account SET debits_posted = debits_posted - 5 WHERE name = 'till:T1'", "USD does not balance"),
        ("DELETE FROM account WHERE name = 'till:T1'", "table account, 4: it is missing"),
        ("UPDATE till SET clerk = '101'", "table till, T1: clerk is 101 and should be 102"),
        ("UPDATE clerk_key SET valid = 0 WHERE clerk = '102'", "valid is 0 and should be 1"),
        ("DELETE FROM part WHERE sequence = 11", "table part"),
        ("UPDATE books SET now = now + 1", "table books, 1: now is"),
    ],
)  # fmt: skip
def test_a_row_of_the_books(sql: str, named: str, folder: Path, database: apsw.Connection) -> None:
    spoil(database, sql)
    code, said = run("audit", folder)
    transfer = (1 << 96 | PAID << 32).to_bytes(16, "big").hex()
    assert code == 1
    assert named.format(id=transfer) in said


# --- the journal ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["in the middle", "the last"])
def test_a_deleted_entry(which: str, folder: Path, database: apsw.Connection) -> None:
    last = database.execute("SELECT max(sequence) FROM entry").fetchone()
    gone = PAID if which == "in the middle" else int(str(last[0])) if last else 0
    spoil(database, "DELETE FROM entry WHERE position = :at", at=position(gone))
    code, said = run("audit", folder)
    assert code == 1
    if which == "the last":
        assert f"it stands at {gone + 1} entries, the journal has {gone}: an older copy, or entries are gone" in said
        assert "[mark.behind]" in said
        with pytest.raises(NotSigning, match="entries are missing"):
            o.seated(folder)
    else:
        assert f"entry {gone} of epoch 1: it is gone" in said


def test_two_entries_that_changed_places(folder: Path, database: apsw.Connection) -> None:
    one, two = position(PAID), position(PAID + 1)
    spoil(
        database,
        "UPDATE entry SET position = -1 WHERE position = :one",
        "UPDATE entry SET position = :one WHERE position = :two",
        "UPDATE entry SET position = :two WHERE position = -1",
        one=one, two=two,
    )  # fmt: skip
    code, said = run("audit", folder)
    assert code == 1
    assert f"entry {PAID} of epoch 1: its sequence is {PAID + 1} [rule.place]" in said
    assert f"entry {PAID + 1} of epoch 1: its sequence is {PAID} [rule.place]" in said
    assert "the journal was rewritten [mark.root]" in said


def rewrite(folder: Path, database: apsw.Connection, amount: int) -> None:
    """Rewrites one entry with the node's own key, and all that follows from it: what root on the machine can do."""
    leaf, facts, blind, _ = entry(database, PAID)
    core, _ = cbor2.loads(leaf)
    body, fact = cbor2.loads(facts)
    body["amount"] = fact[2][3] = amount
    core[11] = body["amount"]
    facts = cbor2.dumps([body, fact], canonical=True)
    core[14] = hashlib.sha256(blind + facts).digest()
    encoded = cbor2.dumps(core, canonical=True)
    key = bootstrap.node_key_of(folder, 1)
    put(database, PAID, je.encode_leaf(encoded, key.sign(je.core_message(encoded))), facts)
    spoil(
        database, "UPDATE answer SET body_hash = :hash WHERE request = :id", "DELETE FROM head WHERE size > :size",
        hash=hashlib.sha256(cbor2.dumps(body, canonical=True)).digest(), id=core[5], size=PAID,
    )  # fmt: skip
    database.close()
    store = bootstrap.open_for_audit(folder, rebuild=True)
    assert rebuild(store, Asked(office_key=bootstrap.office_key_of(folder))).rows
    store.close()


def new_mark(folder: Path) -> None:
    """A mark that agrees with the rewritten journal."""
    store = bootstrap.open_for_audit(folder)
    size = store.size(1)
    root = LogHashes(store, 1).frontier(size).root()
    store.close()
    (folder / bootstrap.MARK).unlink()
    HighWaterMark(RealDisk(), str(folder / bootstrap.MARK)).advance(1, 1, size, root)


def test_a_log_rewritten_and_signed_again(
    folder: Path, database: apsw.Connection, honest: tuple[Path, list[str]], tmp_path: Path
) -> None:
    rewrite(folder, database, 9_999)
    code, said = run("audit", folder)
    assert code == 1
    assert "the journal was rewritten [mark.root]" in said
    with pytest.raises(NotSigning, match="it was rewritten"):
        o.seated(folder)

    new_mark(folder)  # The mark stood on the same disk: now only signatures and old slips are left to tell.
    assert run("audit", folder)[0] == 0
    code, said = run("audit", folder, "--signatures")
    assert code == 1
    assert f"entry {PAID} of epoch 1: the approval of clerk 102 does not verify [rule.approval]" in said

    slip, later, day = tmp_path / "slip.txt", tmp_path / "proof.txt", tmp_path / "day.bundle"
    slip.write_text(honest[1][0])
    assert run("proof", folder, "--entry", PAID, "-o", later)[0] == 0
    assert run("bundle", folder, "--day", o.DAY, "-o", day)[0] == 0
    policy = ("--policy", folder / bootstrap.TRUST)
    assert run("verify", slip, *policy)[0] == 0
    assert run("verify", later, *policy)[0] == 0
    code, said = run("verify", slip, later, *policy)
    assert code == 1
    assert "The log was rewritten or the office's computer was cloned" in said
    code, said = run("verify", day, *policy)
    assert code == 1
    assert f"entry {PAID}: the approval of clerk 102 does not verify" in said


def test_facts_other_than_what_the_clerk_signed(folder: Path, database: apsw.Connection) -> None:
    """The body, and with it every signature, is left as it was: only what was booked is another."""
    leaf, facts, blind, _ = entry(database, PAID)
    core, _ = cbor2.loads(leaf)
    body, fact = cbor2.loads(facts)
    fact[2][3] = 9_999
    facts = cbor2.dumps([body, fact], canonical=True)
    core[14] = hashlib.sha256(blind + facts).digest()
    encoded = cbor2.dumps(core, canonical=True)
    key = bootstrap.node_key_of(folder, 1)
    put(database, PAID, je.encode_leaf(encoded, key.sign(je.core_message(encoded))), facts)
    code, said = run("audit", folder, "--signatures")
    assert code == 1
    named = f"entry {PAID} of epoch 1: its fact says amount 9999, and 1234 was signed for [fact.not_signed]"
    assert named in said


# --- copies ---------------------------------------------------------------------------------------------


def test_an_older_copy_of_the_database(folder: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copy(folder / bootstrap.DATABASE, older)
    with o.seated(folder) as office:
        o.done(office.desk, o.deposit(office.desk, 300, 777))
    shutil.copy(older, folder / bootstrap.DATABASE)
    code, said = run("audit", folder)
    assert code == 1
    assert "an older copy, or entries are gone [mark.behind]" in said
    with pytest.raises(NotSigning, match="entries are missing"):
        o.seated(folder)


def test_a_mark_that_is_gone_or_damaged(folder: Path) -> None:
    mark = folder / bootstrap.MARK
    mark.write_bytes(b"x" * 1_024)
    code, said = run("audit", folder)
    assert (code, "neither slot of the high-water mark can be read [mark.missing]" in said) == (1, True)
    mark.unlink()
    code, said = run("audit", folder)
    assert (code, "there is no high-water mark" in said) == (1, True)


def test_a_cloned_office(folder: Path, tmp_path: Path) -> None:
    """Two copies go on, each by itself: each is sound, and any two slips of one number prove what was done."""
    clone = Path(shutil.copytree(folder, tmp_path / "clone"))
    slips = []
    for place, amount in ((folder, 500), (clone, 600)):
        with o.seated(place) as office:
            made = o.done(office.desk, o.deposit(office.desk, 300 + amount, amount)).entries[0]
        path = tmp_path / f"{place.name}.slip"
        path.write_text(made.slip + "\n")
        slips.append((path, made.sequence))
        assert run("audit", place, "--signatures")[0] == 0
    assert slips[0][1] == slips[1][1]
    code, said = run("verify", slips[0][0], slips[1][0], "--policy", folder / bootstrap.TRUST)
    assert code == 1
    assert "contradiction" in said
    assert "the office's computer was cloned" in said


def test_a_second_writer_is_told_who_works_here(folder: Path) -> None:
    with o.seated(folder):
        with pytest.raises(Unavailable, match=f"process {os.getpid()} "):
            o.seated(folder)
        code, said = run("audit", folder, "--rebuild", "--yes")
        assert code == 3
        assert f"is held by process {os.getpid()} on " in said
        assert run("audit", folder)[0] == 0  # To look takes no lock.
