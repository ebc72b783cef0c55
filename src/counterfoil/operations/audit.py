"""Audit: the whole office read again from its journal, and everything that does not agree named.

What is always true:

1. Nothing is written: a store opened read-only is enough (``test_an_audit_changes_nothing``).
2. Every figure is computed from the journal alone and compared row by row with what is stored; each missing, extra or
   differing row is a finding with its table and key (``test_every_emptied_table_is_named``).
3. What was not checked (signatures, accounts without the office key, the mark) is said in the report.
4. ``rebuild`` writes fold tables only, from a journal without findings of its own, in one transaction
   (``test_a_rebuild_gives_the_same_books``).

Of many findings of one sort the first twenty are named and the rest counted; docs/reference/audit.md lists the codes.
The entries' own rules are checked beside the folding, by worker processes (``audit_entries``).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import groupby
from multiprocessing import get_context
from typing import Any, NamedTuple

from counterfoil.journal.checkpoint import open_checkpoint
from counterfoil.journal.hashing import HASH_BYTES
from counterfoil.journal.note import ED25519, VerifierKey
from counterfoil.journal.rules import Refused, read_origin
from counterfoil.journal.tree import Frontier
from counterfoil.kernel.limits import GROUP_ENTRIES_MAX, PARTS_MAX
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Unavailable
from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.transfers import PendingRow, Transfer
from counterfoil.ledger.trial import fold_differences, trial_errors
from counterfoil.ledger.trial import refold as refold_transfers
from counterfoil.office.fold_tables import FOLDS, PASSING
from counterfoil.operations.audit_entries import Bearings, Checked, Chunk, check_chunk, read_record
from counterfoil.operations.hashes import GrowingLog
from counterfoil.operations.ports import MarkLike
from counterfoil.operations.refold import Refold, entries_of, lines_of, transfers_again
from counterfoil.operations.store import OfficeStore, Row, StoredEntry, TableSpec
from counterfoil.operations.tables import ALL_TABLES

NAMED_MAX = 20
"""Findings of one sort that are named; the rest are counted."""
SIDE_BY_SIDE_FROM = 10_000
"""Entries from which worker processes are worth their start."""
HEAD_GAP_MAX = GROUP_ENTRIES_MAX + PARTS_MAX
_SPECS = {spec.name: spec for spec in ALL_TABLES}
_KEPT_WHOLE = ("account", "pending", *[name for name in FOLDS if name not in PASSING])
"""Fold tables small enough to be folded in memory."""

Progress = Callable[[int, int], None]
"""(entries done, entries in all)."""


class Finding(NamedTuple):
    """One thing that is not as it must be. ``code`` is stable; ``where`` is a table and key, an entry or a log."""

    code: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found and what it looked at. ``signatures``, ``accounts_checked`` and ``mark`` say what was not."""

    findings: tuple[Finding, ...]
    entries: int
    epochs: tuple[int, ...]
    transfers: int
    accounts: int
    signatures: int | None
    """How many were verified; None if they were not to be."""
    commitments: bool
    """Whether the accounts of cores were checked under the office key."""
    mark: bool
    """Whether journal and high-water mark were compared."""
    ledger_only: bool
    roots: Mapping[str, str] = field(default_factory=dict)
    """Epoch → root of its log in hexadecimal."""

    @property
    def clean(self) -> bool:
        """Whether there is no finding."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {"clean": self.clean, **asdict(self), "findings": [finding._asdict() for finding in self.findings]}


class _Findings:
    """Findings in the order found, a bounded number of each sort."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str], list[Finding]] = {}
        self._more: dict[tuple[str, str], int] = {}

    def add(self, code: str, where: str, what: str, *, sort: str = "") -> None:
        """Notes one; ``sort`` (a table, an epoch) and ``code`` make its sort."""
        named = self._named.setdefault((code, sort), [])
        if len(named) < NAMED_MAX:
            named.append(Finding(code, where, what))
        else:
            self._more[code, sort] = self._more.get((code, sort), 0) + 1

    def entry(self, epoch: int, sequence: int, code: str, what: str) -> None:
        """Notes one of an entry."""
        self.add(code, f"entry {sequence} of epoch {epoch}", what, sort=str(epoch))

    def listed(self) -> tuple[Finding, ...]:
        found: list[Finding] = []
        for (code, sort), named in self._named.items():
            found += named
            more = self._more.get((code, sort))
            if more:
                found.append(Finding(code, named[0].where.partition(",")[0], f"and {more} more of this sort"))
        return tuple(found)

    def of_journal(self) -> bool:
        """Whether any is of the journal itself, which no rebuild can mend."""
        return any(code.partition(".")[0] in _OF_JOURNAL for code, _ in self._named)


_OF_JOURNAL = ("bulk", "entry", "rule", "request", "ledger", "time", "edition", "fact", "log", "mark", "checkpoint")


class Asked(NamedTuple):
    """What is to be audited, and how.

    ``office_key`` (32 bytes) lets accounts be checked. ``mark``: the high-water mark, read before the store was
    opened; a text says why there is none to compare; None leaves it out. ``damage``: what the store's opener found
    missing. ``workers``: processes beside this one; 0 for none, None for one a core where that is worth it.
    """

    signatures: bool = False
    office_key: bytes | None = None
    mark: MarkLike | str | None = None
    damage: Sequence[str] = ()
    workers: int | None = None
    progress: Progress | None = None


def audit(store: OfficeStore, asked: Asked = Asked()) -> Report:
    """Audits a store; nothing is written. A store that cannot be read at all is a ``StoreDamaged`` of the engine."""
    return _Audit(store, asked).run()


class Rebuilt(NamedTuple):
    """What a rebuild did: the audit it stands on, and rows written by table; none if it was not to be done."""

    before: Report
    rows: Mapping[str, int]


def rebuild(store: OfficeStore, asked: Asked = Asked()) -> Rebuilt:
    """Writes every fold table anew from the journal, in one transaction; the store must be open for writing.

    Nothing is written if the journal itself has findings: a rebuild mends what is derived, never what was recorded.
    """
    work = _Audit(store, asked)
    before = work.run()
    if before.ledger_only or not before.epochs or work.findings.of_journal():
        return Rebuilt(before, {})
    counts: dict[str, int] = {}
    store.rebuild({name: _counted(name, rows, counts) for name, rows in work.rebuilt().items()})
    return Rebuilt(before, counts)


def _counted(name: str, rows: Iterable[Row], counts: dict[str, int]) -> Iterator[Row]:
    counts[name] = 0
    for row in rows:
        counts[name] += 1
        yield row


class _Audit:
    """One audit under way."""

    def __init__(self, store: OfficeStore, asked: Asked) -> None:
        self.store, self.asked, self.findings = store, asked, _Findings()
        self.refold = Refold(self.findings.entry, lines_of(store))
        self.logs: dict[int, _Log] = {}
        self.requests: list[bytes] = []
        self.signatures = 0
        self.transfers = 0

    def run(self) -> Report:
        for said in self.asked.damage:
            self.findings.add("store.damaged", "the store", said, sort=said)
        epochs = self.store.epochs()
        if not epochs and next(self.store.scan("epoch", limit=1), None) is None and self._has_ledger():
            return self._ledger_alone()
        self._read_logs(epochs)
        self.requests.sort()
        for name in _KEPT_WHOLE:
            self._compare(name, self.refold.rows(name))
        self._compare("statement", self.refold.statements())
        self._compare("part", self._parts())
        self._compare("subtree", (row for epoch in epochs for row in sorted(self.logs[epoch].subtrees)))
        self._check_heads(epochs)
        self._check_ledger()
        self._check_answers()
        self._check_side_tables()
        self._check_checkpoints()
        self._check_mark(epochs)
        return self._report(epochs)

    def _report(self, epochs: Sequence[int], *, ledger_only: bool = False) -> Report:
        accounts = sum(1 for _ in _readable(self.store.scan("account")))
        roots = {str(epoch): self.logs[epoch].log.root().hex() for epoch in epochs}
        return Report(
            self.findings.listed(), self.refold.entries, tuple(epochs), self.transfers, accounts,
            self.signatures if self.asked.signatures else None, self.asked.office_key is not None,
            self.asked.mark is not None and not ledger_only, ledger_only, roots,
        )  # fmt: skip

    # --- the journal -----------------------------------------------------------------------------------------------

    def _read_logs(self, epochs: Sequence[int]) -> None:
        sizes = {epoch: self.store.size(epoch) for epoch in epochs}
        total, done = sum(sizes.values()), 0
        compared = _Compared(_SPECS["transfer"], self.store.scan("transfer"), self.findings)
        if list(epochs) != list(range(1, len(epochs) + 1)):
            self.findings.add("log.epochs", "the journal", f"its epochs are {list(epochs)}, and they count from 1")
        with _Lanes(self.asked, total, self._checked) as lanes:
            for epoch in epochs:
                self.refold.open_log()
                self.logs[epoch] = _Log(epoch, self.store, self.findings, self._wanted(epoch))
                for rows in entries_of(self.store, epoch):
                    self._chunk(epoch, rows, lanes, compared)
                    self._drain(compared)
                    done += len(rows)
                    if self.asked.progress:
                        self.asked.progress(done, total)
            self.refold.finish_request()
            self.refold.finish_lines()
            self._drain(compared)
            compared.end()
        for epoch in epochs:
            self._check_opening(epoch, sizes)

    def _drain(self, compared: _Compared) -> None:
        made = self.refold.drained()
        self.transfers += len(made)
        compared.take(made)

    def _chunk(self, epoch: int, rows: list[StoredEntry], lanes: _Lanes, compared: _Compared) -> None:
        """Folds a chunk here while its rules are checked elsewhere."""
        log, first = self.logs[epoch], rows[0].sequence
        if first != log.read:
            self.findings.entry(epoch, log.read, "entry.missing", f"it is gone, and {first - log.read - 1} after it")
            log.broken = True
        log.read = rows[-1].sequence + 1
        bearings = self.refold.bearings(epoch)
        if bearings is not None and not log.nobodys:
            lanes.send(epoch, first, rows, bearings)
        for kept in rows:
            self.refold.take(kept)
            if self.refold.full:
                self._drain(compared)
        if bearings is None:
            opened = self.refold.opened.get(epoch)
            if opened is None or not _is_origin(opened.origin):
                self.findings.add("log.unopened", f"epoch {epoch}", "nothing says whose log it is: no rule was checked")
                log.broken = log.nobodys = True
                return
            lanes.send(epoch, first, rows, Bearings(opened.origin, opened.node_key))

    def _checked(self, epoch: int, checked: Checked) -> None:
        """Takes what a worker found, chunk by chunk in the order of the log."""
        for sequence, code, what in checked.refused:
            self.findings.entry(epoch, sequence, f"rule.{code}", what.removeprefix(f"entry {sequence}: "))
        self.requests += checked.requests
        self.signatures += checked.signatures
        self.logs[epoch].extend(checked.leaves)

    def _check_opening(self, epoch: int, sizes: Mapping[int, int]) -> None:
        """An epoch's first entry names the log before: its size and root must be what that log has now."""
        opened = self.refold.opened.get(epoch)
        if opened is None or opened.previous_epoch is None or opened.previous_epoch not in self.logs:
            return
        before = self.logs[opened.previous_epoch]
        named = (opened.previous_size, opened.previous_root)
        if named != (before.log.size, before.log.root()) and not before.broken:
            self.findings.add(
                "log.previous", f"epoch {epoch}",
                f"it began when epoch {opened.previous_epoch} had {opened.previous_size} entries with another root; "
                f"that log has {sizes[opened.previous_epoch]} now",
            )  # fmt: skip

    def _wanted(self, epoch: int) -> dict[int, tuple[bytes, str, str]]:
        """Sizes of a log whose root is known from elsewhere: size → (root, code, who says so)."""
        mark = self.asked.mark
        if mark is None or isinstance(mark, str) or mark.epoch != epoch:
            return {}
        return {mark.size: (mark.root, "mark.root", "the high-water mark")}

    def _parts(self) -> Iterator[Row]:
        """The rows of ``part``; a (request, part) that stands twice is named."""
        last = b""
        for one in self.requests:
            request, part, epoch, sequence, _ = read_record(one)
            if one[:17] == last:
                self.findings.entry(
                    epoch, sequence, "request.twice", f"request {request.hex()}, part {part}, stands twice"
                )
                continue
            last = one[:17]
            yield request, part, epoch, sequence

    # --- fold tables -----------------------------------------------------------------------------------------------

    def _compare(self, name: str, rows: Iterable[Row]) -> None:
        compared = _Compared(_SPECS[name], self.store.scan(name), self.findings)
        compared.take(rows)
        compared.end()

    def _check_heads(self, epochs: Sequence[int]) -> None:
        for row in _readable(self.store.scan("head")):
            if row[0] not in self.logs:
                self.findings.add("head.extra", "table head", f"a row of epoch {row[0]!r}: there is none")
        for epoch in epochs:
            self.logs[epoch].end()

    def _check_ledger(self) -> None:
        """The stored accounts and open pendings agree with themselves: debits are credits, no guard is passed."""
        try:
            accounts = [AccountRow._make(row) for row in self.store.scan("account")]
            pendings = [PendingRow._make(row) for row in self.store.open_pendings()]
        except CounterfoilError:
            return  # Named when the table was compared.
        for error in trial_errors(accounts, pendings):
            self.findings.add(f"books.{error.code}", "the books", error.found)

    def _has_ledger(self) -> bool:
        return next(self.store.scan("transfer", limit=1), None) is not None

    def _ledger_alone(self) -> Report:
        """A folder that holds a ledger and no journal (`bench ledger --keep`): accounts against transfers."""
        try:
            told = refold_transfers(self.store.all_transfers())
        except Fault as error:
            self.findings.add("ledger.refold", "table transfer", str(error))
            return self._report((), ledger_only=True)
        self.transfers = told.transfers
        accounts = [AccountRow._make(row) for row in self.store.scan("account")]
        pendings = [PendingRow._make(row) for row in self.store.scan("pending")]
        for wrong in fold_differences(accounts, pendings, told):
            self.findings.add(
                f"fold.{wrong.code.partition('.')[2]}",
                f"table {wrong.code.partition('.')[0]}, {wrong.subject}",
                wrong.found,
            )
        for wrong in trial_errors(accounts, [row for row in pendings if not row.state]):
            self.findings.add(f"books.{wrong.code}", "the books", wrong.found)
        return self._report((), ledger_only=True)

    # --- side tables -----------------------------------------------------------------------------------------------

    def _check_answers(self) -> None:
        """Every accepted request has entries with the body it was remembered by, and every entry an answer."""
        made = groupby(self.requests, key=lambda one: one[:16])
        group = next(made, None)
        for row in _readable(self.store.scan("answer")):
            request, body_hash, refusal = _bytes(row[0]), row[1], row[2]
            while group is not None and group[0] < request:
                self._unanswered(group[0])
                group = next(made, None)
            here = group if group is not None and group[0] == request else None
            where = f"table answer, {request.hex()}"
            if here is None and refusal is None:
                self.findings.add("answer.entryless", where, "it was accepted, and no entry is its")
            elif here is not None and refusal is not None:
                self.findings.add("answer.refused", where, "it was refused, and an entry is its")
            elif here is not None and any(one[24:] != body_hash for one in here[1]):
                self.findings.add("answer.body", where, "it is remembered with another body than its entries carry")
            if here is not None:
                group = next(made, None)
        while group is not None:
            self._unanswered(group[0])
            group = next(made, None)

    def _unanswered(self, request: bytes) -> None:
        self.findings.add("answer.missing", f"request {request.hex()}", "it has entries, and no answer is remembered")

    def _check_side_tables(self) -> None:
        keys = self.refold.state.clerk_key.rows
        for row in _readable(self.store.scan("details")):
            digest, customer, salt, details = row
            where = f"table details, {_bytes(digest).hex()}"
            if sha256(_bytes(salt) + _bytes(details)).digest() != digest:
                self.findings.add("details.altered", where, "the details are not those that were signed for")
            elif self.refold.details.get(_bytes(digest)) != customer:
                self.findings.add("details.unnamed", where, "no entry of this customer names these details")
        for row in _readable(self.store.scan("sealed_key")):
            key = keys.get((row[0],))
            if key is None or key.clerk != row[1]:
                self.findings.add(
                    "sealed_key.unknown", f"table sealed_key, {_bytes(row[0]).hex()}", "no entry enrolled this key"
                )
        for row in _readable(self.store.scan("person")):
            if self.refold.state.clerk.get(row[0]) is None:
                self.findings.add("person.unknown", f"table person, {row[0]!r}", "no entry enrolled this clerk")
        for row in _readable(self.store.scan("unprinted")):
            log = self.logs.get(_int(row[0]))
            if log is None or _int(row[1]) >= log.read:
                self.findings.add(
                    "unprinted.astray", f"table unprinted, {row[0]!r}/{row[1]!r}", "there is no such entry"
                )

    def _check_checkpoints(self) -> None:
        for row in _readable(self.store.scan("checkpoint")):
            epoch, size, note = _int(row[0]), _int(row[1]), _bytes(row[2])
            where, log, opened = (
                f"table checkpoint, {epoch}/{size}",
                self.logs.get(epoch),
                self.refold.opened.get(epoch),
            )
            if log is None or opened is None:
                self.findings.add("checkpoint.astray", where, "the journal has no such epoch")
                continue
            try:
                checkpoint, _ = open_checkpoint(note, [VerifierKey(opened.origin, ED25519, opened.node_key)])
            except Malformed as error:
                self.findings.add("checkpoint.signature", where, str(error))
                continue
            if (checkpoint.origin, checkpoint.size) != (opened.origin, size):
                self.findings.add("checkpoint.astray", where, "it is of another log or size")
            elif size == log.log.size and checkpoint.root != log.log.root() and not log.broken:
                self.findings.add("checkpoint.root", where, "the log was rewritten: its root is not the signed one")
            elif size != log.log.size:
                said = f"the log was closed at {size} entries and has {log.log.size}"
                self.findings.add("checkpoint.size", where, said)

    def _check_mark(self, epochs: Sequence[int]) -> None:
        mark = self.asked.mark
        if mark is None:
            return
        where = "the high-water mark"
        if isinstance(mark, str):
            self.findings.add("mark.missing", where, mark)
            return
        last = epochs[-1] if epochs else 0
        row = self.refold.state.epoch.get(last)
        if row is None or (mark.node, mark.epoch) != (row.node, last):
            said = f"it is of node {mark.node}, epoch {mark.epoch}, and the journal's last epoch is {last}"
            self.findings.add("mark.other", where, said)
            return
        log = self.logs[last]
        if mark.size > log.read:
            said = f"it stands at {mark.size} entries, the journal has {log.read}: an older copy, or entries are gone"
            self.findings.add("mark.behind", where, said)
        elif log.read - mark.size > GROUP_ENTRIES_MAX:
            said = f"it stands at {mark.size} entries, the journal has {log.read}: over one group was added without it"
            self.findings.add("mark.ahead", where, said)

    # --- the rebuild -----------------------------------------------------------------------------------------------

    def rebuilt(self) -> dict[str, Iterable[Row]]:
        """Every fold table's rows as the journal gives them; the large ones are made while they are written."""
        rows: dict[str, Iterable[Row]] = {name: self.refold.rows(name) for name in _KEPT_WHOLE}
        rows["transfer"] = (tuple(one) for one in transfers_again(self.store))
        rows["statement"], rows["part"] = self.refold.statements(), self._parts()
        rows["subtree"] = [row for epoch in sorted(self.logs) for row in sorted(self.logs[epoch].subtrees)]
        rows["head"] = [row for epoch in sorted(self.logs) for row in self.logs[epoch].heads]
        return rows


class _Log:
    """One log's tree, grown from the leaf hashes that the workers give back, and what is known of its roots."""

    def __init__(
        self, epoch: int, store: OfficeStore, findings: _Findings, wanted: Mapping[int, tuple[bytes, str, str]]
    ) -> None:
        self.epoch, self.log, self._findings, self._wanted = epoch, GrowingLog(epoch, Frontier()), findings, wanted
        self.read = 0
        """Entries read so far, or the index after the last one where some are missing."""
        self.broken = False
        """An entry is missing: no root after it can be told."""
        self.nobodys = False
        """Its first entry does not say whose log it is: no rule can be checked."""
        self.subtrees: list[Row] = []
        self.heads: list[Row] = []
        self._stored = _readable(store.scan("head", (epoch,)))
        self._next = next(self._stored, None)
        self._last = 0
        self._check_root()

    def extend(self, leaves: bytes) -> None:
        """Takes the next leaf hashes."""
        if self.broken:
            return
        for at in range(0, len(leaves), HASH_BYTES):
            self.subtrees += self.log.append(leaves[at : at + HASH_BYTES])
            size = self.log.size
            if size in self._wanted or not size % GROUP_ENTRIES_MAX or (self._next and self._next[1] == size):
                self._check_root()

    def end(self) -> None:
        """After the last entry: a head row must stand there, and none beyond."""
        if self.broken:
            self._findings.add("log.broken", f"epoch {self.epoch}", "an entry is missing, so roots cannot be compared")
            return
        if self._next is not None:
            self._findings.add("head.extra", f"table head, {self.epoch}/{self._next[1]!r}", "there is no such size")
        if self._last != self.log.size:
            said = f"the row of the last entry is missing: size {self.log.size}"
            self._findings.add("head.missing", f"table head, epoch {self.epoch}", said, sort=str(self.epoch))
            self.heads.append((self.epoch, self.log.size, self.log.root()))

    def _check_root(self) -> None:
        size, root = self.log.size, self.log.root()
        if size in self._wanted:
            known, code, who = self._wanted[size]
            if known != root:
                said = f"the root at {size} entries is not the one that {who} has: the journal was rewritten"
                self._findings.add(code, f"epoch {self.epoch}", said)
        while self._next is not None and _int(self._next[1]) <= size:
            stored = self._next
            self._next = next(self._stored, None)
            if stored[1] != size or stored[2] != root:
                self._findings.add(
                    "head.differs",
                    f"table head, {self.epoch}/{stored[1]!r}",
                    "the root is not the journal's",
                    sort="head",
                )
                continue
            if size - self._last > HEAD_GAP_MAX:
                said = f"rows between size {self._last} and {size} are missing: no commit is so large"
                self._findings.add("head.missing", f"table head, epoch {self.epoch}", said, sort=str(self.epoch))
            self._last = size
            self.heads.append((self.epoch, size, root))
        if size and not size % GROUP_ENTRIES_MAX and self._last != size:
            self.heads.append((self.epoch, size, root))  # For a rebuild: heads never lie further apart than a commit.


class _Compared:
    """Compares a table with the rows it must have, both in key order, row by row."""

    def __init__(self, spec: TableSpec, rows: Iterator[Row], findings: _Findings) -> None:
        self._spec, self._rows, self._findings, self._key = spec, _Guarded(rows), findings, spec.key
        self._row = next(self._rows, None)
        self._empty, self._missing = self._row is None, 0

    def take(self, wanted: Iterable[Row]) -> None:
        """The next rows that must be there."""
        row, rows, key = self._row, self._rows, self._key
        for want in wanted:
            if row == want:
                row = next(rows, None)
                continue
            while row is not None and row[:key] < want[:key]:
                self._tell("extra", row, "it should not be there: the journal does not give it")
                row = next(rows, None)
            if row == want:
                row = next(rows, None)
            elif row is not None and row[:key] == want[:key]:
                self._tell("differs", row, _differences(self._spec, row, want))
                row = next(rows, None)
            else:
                self._missing += 1
                if not self._empty and self._rows.broken is None:
                    self._tell("missing", want, "it is missing")
        self._row = row

    def end(self) -> None:
        """No more rows must be there."""
        while self._row is not None:
            self._tell("extra", self._row, "it should not be there: the journal does not give it")
            self._row = next(self._rows, None)
        table = f"table {self._spec.name}"
        if self._rows.broken is not None:
            self._findings.add("fold.unreadable", table, self._rows.broken, sort=table)
        elif self._empty and self._missing:
            self._findings.add("fold.empty", table, f"it is empty: {self._missing} rows are missing", sort=table)

    def _tell(self, how: str, row: Row, what: str) -> None:
        name = self._spec.name
        key = "/".join(_shown(value) for value in row[: self._key])
        self._findings.add(f"fold.{how}", f"table {name}, {key}", what, sort=name)


class _Guarded:
    """Rows of a store until one cannot be read; ``broken`` then says why."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.broken: str | None = None

    def __iter__(self) -> _Guarded:
        return self

    def __next__(self) -> Row:
        try:
            return next(self._rows)
        except CounterfoilError as error:
            self.broken = str(error)
            raise StopIteration from None


class _Lanes:
    """Where chunks are checked: in this process, or in several beside it, a bounded number at a time."""

    def __init__(self, asked: Asked, entries: int, taken: Callable[[int, Checked], None]) -> None:
        self._asked, self._taken = asked, taken
        self._workers = asked.workers if asked.workers is not None else os.cpu_count() or 1
        if asked.workers is None and entries < SIDE_BY_SIDE_FROM:
            self._workers = 0
        self._waiting: deque[tuple[int, Future[Checked]]] = deque()
        self._executor: Executor | None = None
        self._stack = ExitStack()

    def __enter__(self) -> _Lanes:
        if self._workers:
            # A fresh interpreter each: nothing of this process (its connections above all) is inherited.
            context = get_context("spawn")
            self._executor = self._stack.enter_context(ProcessPoolExecutor(self._workers, mp_context=context))
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            while self._waiting and kind is None:
                self._take()
        finally:
            self._stack.close()

    def send(self, epoch: int, start: int, rows: Sequence[StoredEntry], bearings: Bearings) -> None:
        """Has a chunk checked; takes results in when there are enough under way."""
        asked = self._asked
        chunk = Chunk(start, [row[2:] for row in rows], bearings, asked.office_key, asked.signatures)
        if self._executor is None:
            self._taken(epoch, check_chunk(chunk))
            return
        self._waiting.append((epoch, self._executor.submit(check_chunk, chunk)))
        while len(self._waiting) > 3 * self._workers:
            self._take()

    def _take(self) -> None:
        epoch, future = self._waiting.popleft()
        try:
            self._taken(epoch, future.result())
        except BrokenProcessPool:
            raise Unavailable("a process that was checking entries ended: begin again, or try --workers 0") from None


def _differences(spec: TableSpec, row: Row, want: Row) -> str:
    said = [
        f"{column} is {_shown(have)} and should be {_shown(wanted)}"
        for (column, _), have, wanted in zip(spec.columns, row, want, strict=True)
        if have != wanted
    ]
    return "; ".join(said)


def _is_origin(text: str) -> bool:
    try:
        read_origin(text)
    except Refused:
        return False
    return True


def _shown(value: object) -> str:
    shown = value.hex() if isinstance(value, bytes) else str(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _readable(rows: Iterator[Row]) -> Iterator[Row]:
    """Rows of a side table as far as they can be read."""
    return iter(_Guarded(rows))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _int(value: object) -> int:
    return value if isinstance(value, int) else -1


__all__ = ["Asked", "Finding", "Rebuilt", "Report", "Transfer", "audit", "rebuild"]
