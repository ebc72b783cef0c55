"""What the desk does when a commit, the mark or the read-back fails, and in which order anything leaves it."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest

from counterfoil.engines.disk import RealDisk
from counterfoil.engines.mark import HighWaterMark
from counterfoil.journal.hashing import leaf_hash
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable
from counterfoil.office.rules import Part
from counterfoil.office.state import State
from counterfoil.operations import desk as desk_module
from counterfoil.operations.answers import Accepted, Differs, Refused, Unanswered
from counterfoil.operations.desk import Desk, NotSigning, Request, SystemRequest
from counterfoil.operations.hashes import GrowingLog, LogHashes
from counterfoil.operations.sequencer import Sequencer
from counterfoil.operations.store import CommitUnknown, StoredEntry
from counterfoil.testing import offices
from counterfoil.testing.faulty_store import FAILURES, Failure, FaultyStore
from counterfoil.testing.offices import (
    FIRST_REQUEST,
    account_of,
    ask,
    clerk,
    deposit,
    done,
    new_office,
    request_number,
    reversal,
    seated,
    visit,
    withdrawal,
)

NOT_KEPT: tuple[Failure, ...] = tuple(one for one in FAILURES if one != "unknown, kept")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "office"
    new_office(folder)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "office"))


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with seated(folder) as office:
        yield office.desk


def failing(desk: Desk, failure: Failure) -> FaultyStore:
    """The desk's store, whose next commit fails."""
    store = FaultyStore(desk.store)
    store.fail(failure)
    desk.store = store
    return store


def group_of_all(desk: Desk) -> list[Request]:
    """A group that touches every kind of table: money, a hold pending, a till counted, new accounts, a refusal."""
    first, ana, ben = FIRST_REQUEST, clerk("101"), clerk("102")
    account = account_of(desk)
    return [
        deposit(desk, first, 500),
        ask(
            desk, first + 1, "legal-hold", by=[ben, ana], account=account, amount=700, currency="USD", authority="court"
        ),
        withdrawal(desk, first + 2, 99_900),
        visit(desk, first + 3, 800),
        reversal(desk, first + 4, desk.size),
        ask(desk, first + 5, "customer-open", by=[ben], tier="known", details=b"\1" * 32),
        ask(desk, first + 6, "till-count", by=[ben], till="T1", count={"10000": 20}),
        ask(desk, first + 7, "till-close", by=[ben], till="T1", answer="dispute"),
    ]


# --- a commit that failed ---


@pytest.mark.parametrize("failure", NOT_KEPT)
def test_a_commit_that_failed_posts_nothing_and_later_once(desk: Desk, failure: Failure) -> None:
    before, size = desk.state.machine.accounts(), desk.size
    failing(desk, failure)
    request = deposit(desk, FIRST_REQUEST, 500)
    with pytest.raises(Unanswered, match="Nothing has been recorded"):
        desk.one(request)
    assert (desk.state.machine.accounts(), desk.size) == (before, size)
    answer = done(desk, request)
    assert desk.one(request) == answer
    assert desk.size == size + 1
    assert offices.store_differences(desk.store) == []


def test_a_commit_reported_failed_but_kept_posts_once(desk: Desk) -> None:
    size = desk.size
    failing(desk, "unknown, kept")
    request = deposit(desk, FIRST_REQUEST, 500)
    answer = desk.one(request)
    assert isinstance(answer, Accepted)
    assert answer.entries[0].slip.startswith("CF1:")
    assert desk.one(request) == answer
    assert desk.size == size + 1
    mark = desk.mark.read()
    assert mark is not None
    assert mark.size == size + 1
    assert offices.store_differences(desk.store) == []


@pytest.mark.parametrize("failure", FAILURES)
def test_after_a_failed_commit_everything_is_taken_up_anew(desk: Desk, failure: Failure) -> None:
    """Balances, pendings, ids, tree, next sequence, till and day views: as a desk just opened has them."""
    failing(desk, failure)
    requests = group_of_all(desk)
    answers = desk.handle(requests)
    assert offices.reloaded_wrongly(desk) == []
    if failure == "unknown, kept":
        kinds = [Accepted, Accepted, Refused, *[Accepted] * 5]
        assert [type(answer) for answer in answers] == kinds
    else:
        assert {type(answer) for answer in answers} == {Unanswered}
        again = desk.handle(requests)
        assert [type(answer) for answer in again] == [Accepted, Accepted, Refused, *[Accepted] * 5]
    assert offices.store_differences(desk.store) == []


@pytest.mark.parametrize("failure", FAILURES)
def test_each_waiting_id_of_a_failed_group_is_looked_up(desk: Desk, failure: Failure) -> None:
    """An answer of before, a new one, the same id with another body, and a line that is no request."""
    known = deposit(desk, FIRST_REQUEST, 500)
    before = done(desk, known)
    failing(desk, failure)
    new = deposit(desk, FIRST_REQUEST + 1, 100)
    other_body = deposit(desk, FIRST_REQUEST + 1, 101)
    stale = deposit(desk, FIRST_REQUEST, 501)
    unsigned = Request(request_number(FIRST_REQUEST + 2), desk.epoch, new.ask, [])
    answers = desk.handle([known, new, other_body, stale, unsigned])
    assert answers[0] == before
    assert isinstance(answers[1], Accepted if failure == "unknown, kept" else Unanswered)
    assert [type(answer) for answer in answers[2:]] == [Differs, Differs, Malformed]


@pytest.mark.parametrize("failure", FAILURES)
def test_no_slip_of_a_failed_group_leaves(desk: Desk, monkeypatch: pytest.MonkeyPatch, failure: Failure) -> None:
    """No checkpoint over entries that were not kept is ever signed."""
    signed = spied_signatures(desk, monkeypatch)
    failing(desk, failure)
    size = desk.size
    desk.handle([deposit(desk, FIRST_REQUEST, 500)])
    checkpoints = [message for message in signed if b"/node/" in message]
    assert bool(checkpoints) == (failure == "unknown, kept")
    assert all(message.split(b"\n")[1] == b"%d" % (size + 1) for message in checkpoints)


def test_a_store_that_cannot_be_read_after_a_failed_commit_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept or not is then unknown: no answer claims either, and nothing of the group is shown meanwhile."""
    size = desk.size
    store = failing(desk, "unknown, kept")
    down = [True]
    scan = store.store.scan

    def maybe(*arguments: Any, **named: Any) -> Any:
        if down[0] and store.commits:
            raise Unavailable("planned: no answer from the store")
        return scan(*arguments, **named)

    monkeypatch.setattr(store.store, "scan", maybe)
    request = deposit(desk, FIRST_REQUEST, 500)
    with pytest.raises(CommitUnknown, match="same requests again"):
        desk.one(request)
    assert desk.state.holding.rows == {}
    with pytest.raises(Unavailable):
        desk.one(request)
    down[0] = False
    done(desk, request)
    assert desk.size == size + 1
    assert offices.reloaded_wrongly(desk) == []


def test_a_failed_commit_of_a_refusal_is_looked_up_too(desk: Desk) -> None:
    failing(desk, "unknown, kept")
    request = withdrawal(desk, FIRST_REQUEST, 99_900)
    answer = desk.one(request)
    assert isinstance(answer, Refused)
    assert desk.one(request) == answer


# --- the order of an append ---


def spied_signatures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the node key signs from now on."""
    signed: list[bytes] = []
    key = desk.node_key

    class Spy:
        public_key = key.public_key

        def sign(self, message: bytes) -> bytes:
            signed.append(message)
            return key.sign(message)

    monkeypatch.setattr(desk, "node_key", Spy())
    return signed


def spied(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The order of what happens from now on: sign, commit, read back, mark written, mark synced, checkpoint."""
    happened: list[str] = []
    key = desk.node_key

    class Key:
        public_key = key.public_key

        def sign(self, message: bytes) -> bytes:
            happened.append("checkpoint" if b"/node/" in message else "core")
            return key.sign(message)

    class Disk(RealDisk):
        def write_at(self, path: str, offset: int, data: bytes) -> None:
            super().write_at(path, offset, data)
            happened.append("mark written")

        def sync(self, path: str) -> None:
            super().sync(path)
            happened.append("mark synced")

    def told(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def act_and_tell(*arguments: Any) -> Any:
            result = act(*arguments)
            happened.append(name)
            return result

        return act_and_tell

    assert isinstance(desk.mark, HighWaterMark)
    monkeypatch.setattr(desk, "node_key", Key())
    monkeypatch.setattr(desk, "mark", HighWaterMark(Disk(), desk.mark.path))
    monkeypatch.setattr(desk.store, "commit", told("commit", desk.store.commit))
    monkeypatch.setattr(desk.store, "read_back", told("read back", desk.store.read_back))
    return happened


IN_ORDER = ["core", "commit", "read back", "mark written", "mark synced", "checkpoint"]


def test_no_answer_before_the_mark(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    happened = spied(desk, monkeypatch)
    answer = desk.one(deposit(desk, FIRST_REQUEST, 500))
    happened.append("answer")
    assert isinstance(answer, Accepted)
    assert happened == [*IN_ORDER, "answer"]


def test_a_group_has_one_commit_and_one_mark(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    happened = spied(desk, monkeypatch)
    desk.handle([deposit(desk, FIRST_REQUEST + n, 500 + n) for n in range(5)])
    assert happened == [*["core"] * 5, "commit", "read back", "mark written", "mark synced", *["checkpoint"] * 5]


def test_the_next_group_is_committed_after_the_mark_of_the_one_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two callers: while the first group's mark is being synced, the second group waits."""
    happened = spied(desk, monkeypatch)
    assert isinstance(desk.mark, HighWaterMark)
    advance, reached, go_on = desk.mark.advance, threading.Event(), threading.Event()

    def slow(*arguments: Any) -> None:
        reached.set()
        assert go_on.wait(30)
        advance(*arguments)

    monkeypatch.setattr(desk.mark, "advance", slow)
    first, second = deposit(desk, FIRST_REQUEST, 500), deposit(desk, FIRST_REQUEST + 1, 600)
    sequencer = Sequencer(desk)
    answers = [sequencer.submit(first)]
    assert reached.wait(30)
    answers.append(sequencer.submit(second))
    assert not any(answer.done() for answer in answers)
    assert happened.count("commit") == 1
    go_on.set()
    assert all(isinstance(answer.result(30), Accepted) for answer in answers)
    sequencer.close()
    assert happened == IN_ORDER * 2


@pytest.mark.parametrize("step", ["write_at", "sync"])
def test_a_mark_that_cannot_be_written_lets_no_answer_leave(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def broken(*_: Any) -> None:
        raise OSError(errno.EIO, "planned: a disk error")

    assert isinstance(desk.mark, HighWaterMark)
    size, request = desk.size, deposit(desk, FIRST_REQUEST, 500)
    signed = spied_signatures(desk, monkeypatch)
    monkeypatch.setattr(desk.mark._disk, step, broken)
    with pytest.raises(NotSigning, match="could not be written"):
        desk.one(request)
    monkeypatch.undo()
    with pytest.raises(NotSigning, match="could not be written"):
        desk.one(deposit(desk, FIRST_REQUEST + 1, 500))
    assert not [message for message in signed if b"/node/" in message]
    desk.store.close()
    with seated(folder) as office:
        mark = office.desk.mark.read()
        assert mark is not None
        assert mark.size == office.desk.size == size + 1
        assert isinstance(office.desk.one(request), Accepted)
        assert office.desk.size == size + 1
        assert office.desk.recall(request_number(FIRST_REQUEST + 1)) is None


def test_a_mark_that_cannot_be_read_is_named(folder: Path) -> None:
    class Broken(RealDisk):
        def read(self, path: str) -> bytes | None:
            if path.endswith(".mark"):
                raise OSError(errno.EIO, "planned: a disk error")
            return super().read(path)

    with pytest.raises(NotSigning, match="cannot be read"):
        seated(folder, disk=Broken())


@pytest.mark.parametrize("part", ["leaf", "facts", "blind", "approvals"])
def test_an_entry_read_back_different_stops_the_till(desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    read_back = desk.store.read_back

    def bent(epoch: int, start: int, count: int) -> list[StoredEntry]:
        return [kept._replace(**{part: getattr(kept, part) + b"\0"}) for kept in read_back(epoch, start, count)]

    monkeypatch.setattr(desk.store, "read_back", bent)
    mark = desk.mark.read()
    with pytest.raises(NotSigning, match="read back different"):
        desk.one(deposit(desk, FIRST_REQUEST, 500))
    assert desk.mark.read() == mark
    with pytest.raises(NotSigning, match="read back different"):
        desk.one(deposit(desk, FIRST_REQUEST + 1, 500))


def test_an_entry_that_is_not_read_back_stops_the_till(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store, "read_back", lambda *_: [])
    with pytest.raises(NotSigning, match="1 entries were written and 0 read back"):
        desk.one(deposit(desk, FIRST_REQUEST, 500))


# --- a group that ends in the middle ---


def test_a_bug_in_the_middle_of_a_group_stops_the_till(desk: Desk, folder: Path) -> None:
    def parts(state: State) -> Sequence[Part]:
        raise KeyError("planned")

    good = deposit(desk, FIRST_REQUEST, 500)
    with pytest.raises(KeyError):
        desk.handle([good, SystemRequest(request_number(FIRST_REQUEST + 1), {"kind": "house-movement"}, parts)])
    with pytest.raises(NotSigning, match="KeyError"):
        desk.one(good)
    desk.store.close()
    with seated(folder) as office:
        assert office.desk.recall(good.id) is None
        done(office.desk, good)
    assert offices.differences(folder) == []


def test_a_request_that_was_decided_and_cannot_be_written_is_a_fault(desk: Desk) -> None:
    def side(_: Any) -> Any:
        raise Malformed("planned")

    request = deposit(desk, FIRST_REQUEST, 500)
    request.side = side
    with pytest.raises(Fault, match="cannot be written"):
        desk.one(request)
    with pytest.raises(NotSigning):
        desk.one(deposit(desk, FIRST_REQUEST + 1, 500))


def test_a_clerk_who_signs_out_meanwhile_stops_only_her_own_request(desk: Desk) -> None:
    gone = clerk("102")
    mine, hers = deposit(desk, FIRST_REQUEST, 500), deposit(desk, FIRST_REQUEST + 1, 600)
    hers.signers = [gone]
    gone.drop()
    answers = desk.handle([mine, hers, deposit(desk, FIRST_REQUEST + 2, 700)])
    assert [isinstance(answer, Accepted) for answer in answers] == [True, False, True]
    assert isinstance(answers[1], Unavailable)
    assert desk.recall(hers.id) is None
    assert offices.reloaded_wrongly(desk) == []


def test_a_group_never_outgrows_what_can_be_settled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "GROUP_ENTRIES_MAX", 30)
    size = desk.size
    answers = desk.handle([visit(desk, FIRST_REQUEST + n, 100) for n in range(30)])
    assert desk.size - size <= 30
    assert isinstance(answers[0], Accepted)
    assert isinstance(answers[-1], Unanswered)


# --- taking up an office: mark and journal ---


def behind(folder: Path, entries: int, groups: int = 1) -> Path:
    """Works at the office, then puts the mark of before back. Returns the mark's path."""
    path = folder / "office.mark"
    before = path.read_bytes()
    with seated(folder) as office:
        for group in range(groups):
            requests = [deposit(office.desk, FIRST_REQUEST + 100 * group + n, 500) for n in range(entries)]
            assert all(isinstance(answer, Accepted) for answer in office.desk.handle(requests))
    path.write_bytes(before)
    return path


def test_a_journal_ahead_of_its_mark_by_one_group_is_verified_and_the_mark_advanced(folder: Path) -> None:
    path = behind(folder, 3)
    with seated(folder) as office:
        mark = HighWaterMark(RealDisk(), str(path)).read()
        assert mark is not None
        assert (mark.size, mark.root) == (office.desk.size, office.desk.root())
        done(office.desk, deposit(office.desk, FIRST_REQUEST + 50, 100))
    assert offices.differences(folder) == []


def test_a_journal_further_ahead_is_not_signed_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behind(folder, 2, groups=2)
    monkeypatch.setattr(desk_module, "GROUP_ENTRIES_MAX", 3)
    with pytest.raises(NotSigning, match="more than one group beyond"):
        seated(folder)


def test_a_journal_behind_its_mark_is_not_signed_on(folder: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    with seated(folder) as office:
        done(office.desk, deposit(office.desk, FIRST_REQUEST, 500))
    for name in ("office.db", "office.db-wal"):
        (folder / name).unlink(missing_ok=True)
        if (older / name).exists():
            shutil.copy(older / name, folder / name)
    with pytest.raises(NotSigning, match="entries are missing"):
        seated(folder)


def test_a_journal_of_the_same_size_with_another_root_is_not_signed_on(folder: Path, tmp_path: Path) -> None:
    """A clone that went its own way, put back beside this office's mark."""
    clone = Path(shutil.copytree(folder, tmp_path / "clone"))
    for number, where in enumerate((folder, clone)):
        with seated(where, seed=50 + number) as office:
            done(office.desk, deposit(office.desk, FIRST_REQUEST, 500))
    shutil.copy(clone / "office.mark", folder / "office.mark")
    with pytest.raises(NotSigning, match="it was rewritten"):
        seated(folder)


def test_without_a_mark_nothing_is_signed(folder: Path) -> None:
    (folder / "office.mark").unlink()
    with pytest.raises(NotSigning, match="no high-water mark"):
        seated(folder)


@pytest.mark.parametrize(("node", "epoch"), [(2, 1), (1, 2)])
def test_the_mark_of_another_log_is_named(folder: Path, node: int, epoch: int) -> None:
    path = folder / "office.mark"
    path.unlink()
    HighWaterMark(RealDisk(), str(path)).advance(node, epoch, 1, bytes(32))
    with pytest.raises(NotSigning, match=f"node {node}, epoch {epoch}"):
        seated(folder)


def test_a_damaged_mark_is_named(folder: Path) -> None:
    path = folder / "office.mark"
    path.write_bytes(b"\0" * 1_024)
    with pytest.raises(Fault, match="high-water mark"):
        seated(folder)


def edited(folder: Path, sql: str, *values: Any) -> None:
    """Changes the database behind the desk's back; the triggers are taken off first, as an intruder would."""
    connection = apsw.Connection(str(folder / "office.db"))
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute(sql, values)
    for _, text in triggers:
        connection.execute(str(text))
    connection.close()


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "UPDATE entry SET facts = CAST(facts || x'00' AS BLOB) WHERE position = (SELECT max(position) FROM entry)",
            "facts",
        ),
        ("UPDATE entry SET blind = zeroblob(32) WHERE position = (SELECT max(position) FROM entry)", "facts"),
        ("UPDATE entry SET approvals = x'80' WHERE position = (SELECT max(position) FROM entry)", "approvals"),
        (
            "UPDATE entry SET leaf = CAST(leaf || x'00' AS BLOB) WHERE position = (SELECT max(position) FROM entry)",
            "root",
        ),
        ("DELETE FROM head WHERE size = (SELECT max(size) FROM head)", "root"),
        ("UPDATE head SET root = zeroblob(32) WHERE size = (SELECT max(size) FROM head)", "root"),
    ],
)
def test_a_tail_that_was_tampered_with_is_refused(folder: Path, sql: str, named: str) -> None:
    """Entries beyond the mark are taken only as they were written."""
    behind(folder, 2)
    edited(folder, sql)
    with pytest.raises((NotSigning, Fault), match=named):
        seated(folder)


def test_a_tail_of_another_node_is_refused(folder: Path) -> None:
    """A tail that agrees with itself and that this office's node key did not sign."""
    path = folder / "office.mark"
    before = path.read_bytes()
    with seated(folder) as office:
        desk = office.desk
        size = desk.size
        log = GrowingLog(1, LogHashes(desk.store, 1).frontier(size))
        done(desk, deposit(desk, FIRST_REQUEST, 500))
        forged = bytearray(desk.store.entries(1, size, 1)[0].leaf)
    forged[-1] ^= 1  # The last byte of a leaf is the last of the node's signature.
    log.append(leaf_hash(bytes(forged)))
    edited(folder, "UPDATE entry SET leaf = ? WHERE position = (SELECT max(position) FROM entry)", bytes(forged))
    edited(folder, "UPDATE head SET root = ? WHERE size = ?", log.root(), size + 1)
    path.write_bytes(before)
    with pytest.raises(Fault, match="the node's signature is wrong"):
        seated(folder)
