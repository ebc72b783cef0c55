"""The books, folded anew from the journal's entries: what audit compares with the store, and what a rebuild writes.

Always true: entries go through the very functions that the desk uses (``State.transfers_for``, ``Machine.apply``,
``State.begin`` and ``fold``), a request's parts together as the desk took them, so sound books come out the same to
the last row (``test_a_sound_office_has_no_findings``). Nothing here reads a fold table. An entry that cannot be folded
is named and left out, and the next is taken.

Memory grows with accounts, customers and tills; of entries only eight bytes for each account they touch are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields as fields_of
from typing import Any, NamedTuple

from counterfoil.facts.customers import CustomerChanged, CustomerOpened
from counterfoil.facts.day_end import BalancesChecked, BulkEntered, BulkPosted
from counterfoil.facts.kinds import Actor, kind_named, kind_numbered
from counterfoil.facts.office import ClerkEnrolled, DayOpened, EpochOpened, KeyRevoked
from counterfoil.facts.record import Fact, read_fact
from counterfoil.journal.entry import clerk_key_id
from counterfoil.journal.rules import ClerkKey
from counterfoil.kernel.outcomes import CounterfoilError, Malformed
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import PendingRow, Transfer
from counterfoil.office.state import Place, State, chained
from counterfoil.operations import bulk
from counterfoil.operations.audit_entries import UNREADABLE, Bearings, loads
from counterfoil.operations.store import OfficeStore, Row, StoredEntry
from counterfoil.operations.tables import BULK_LINES

CHUNK = 2_000
"""Entries read, sent and folded at a time."""
WAITING_MAX = 50_000
"""Transfers that are kept in memory before they are compared."""
_SEQUENCE_BITS = 40
_SIGNED = ("account", "amount", "till", "to_till", "customer", "date", "item", "quantity", "case", "serial")
"""What a fact says that the signed body said too must be the same, where a kind's own fact stands in its entry."""

Tell = Callable[[int, int, str, str], None]
"""(epoch, sequence, code, what) of something found in an entry."""


class Part(NamedTuple):
    """One entry of a request that waits for the others."""

    facts: list[Fact]
    at: Place
    whole: int


class _Step(NamedTuple):
    """A bulk entry and how far its lines were read."""

    entered: BulkEntered
    at: Place
    tree: bulk.LinesTree
    ready: list[Fact]
    """Lines that were read and are not booked yet."""


class Refold:
    """Folds the entries of every log of an office, in order. ``tell`` hears what is wrong with an entry."""

    def __init__(self, tell: Tell, lines: bulk.ReadChunk = lambda lines, chunk: None) -> None:
        self.state, self._tell, self._read_lines = State(), tell, lines
        self._steps: dict[tuple[str, str], _Step] = {}
        self.details: dict[bytes, str] = {}
        """Hash of personal details → customer."""
        self.pendings: dict[bytes, PendingRow] = {}
        self.entries = 0
        self.opened: dict[int, EpochOpened] = {}
        self._statements: dict[str, array[int]] = {}
        self._waiting: list[Part] = []
        self._agreed: dict[tuple[type[Fact], tuple[str, ...]], tuple[str, ...]] = {}
        self._keys: dict[bytes, ClerkKey] = {}
        self._known_keys: set[bytes] = set()
        self._known_clerks: set[str] = set()
        self._opening = True
        self._day: str | None = None
        self._bound = 0

    # --- one log ---------------------------------------------------------------------------------------------------

    def open_log(self) -> None:
        """The next entry is the first of another log: its keys begin anew."""
        self.finish_request()
        self._keys, self._known_keys, self._known_clerks = {}, set(), set()
        self._opening, self._day = True, None

    def bearings(self, epoch: int) -> Bearings | None:
        """Where the log of ``epoch`` stands now; None while nobody has said whose it is."""
        opened = self.opened.get(epoch)
        if opened is None:
            return None
        return Bearings(
            opened.origin, opened.node_key, tuple(self._keys.values()), frozenset(self._known_keys),
            frozenset(self._known_clerks), self._day, self._opening,
        )  # fmt: skip

    def take(self, kept: StoredEntry) -> None:
        """Folds the next entry; the last part of a request folds it whole."""
        self.entries += 1
        try:
            part, edition = _read(kept)
        except (CounterfoilError, AttributeError, IndexError, *UNREADABLE) as error:
            self._tell(kept.epoch, kept.sequence, "entry.unreadable", f"it cannot be read: {error}")
            return
        at = part.at
        if self._waiting and (self._waiting[0].at.request, len(self._waiting) + 1) != (at.request, at.part):
            self.finish_request()
        if not self._waiting and at.part != 1:
            self._tell(
                at.epoch,
                at.sequence,
                "request.torn",
                f"it is part {at.part}, and the parts before it do not stand before it",
            )
        self._waiting.append(part)
        self._check(part, edition)
        self._bear(part)
        if at.part == part.whole:
            self._fold()

    def finish_request(self) -> None:
        """Folds what waits for further parts, and says that they are missing."""
        if self._waiting:
            at = self._waiting[-1].at
            self._tell(at.epoch, at.sequence, "request.torn", f"part {at.part + 1} of its request does not follow")
            self._fold()

    def _fold(self) -> None:
        parts, self._waiting = self._waiting, []
        state, first = self.state, parts[0].at
        self._compare_balances(parts)
        try:
            transfers: list[Transfer] = []
            for facts, at, _ in parts:
                legs = 0
                for fact in facts:
                    made = state.transfers_for(fact, at, legs)
                    legs += len(made)
                    transfers += made
            if transfers:
                outcomes = state.machine.apply(chained(transfers), first.time, _nothing_kept)
                if any(outcomes):
                    named = ", ".join(sorted({one.name for one in outcomes if one is not Outcome.CREATED}))
                    self._tell(
                        first.epoch, first.sequence, "ledger.refuses", f"the ledger refuses its transfers: {named}"
                    )
            booked = [self._book(fact, at) for facts, at, _ in parts for fact in facts if isinstance(fact, BulkPosted)]
            for facts, at, _ in parts:
                state.begin(at)
                for fact in facts:
                    state.fold(fact, at)
            for lines, at, aside in booked:
                bulk.fold(state, lines, at, skip=aside)
        except Exception as error:  # A forged entry may break anything; it is named, and the audit goes on.
            self._tell(
                first.epoch, first.sequence, "entry.unfoldable", f"it cannot be folded: {error or type(error).__name__}"
            )

    # --- lines of bulk entries -------------------------------------------------------------------------------------

    def _book(self, posted: BulkPosted, at: Place) -> tuple[list[Fact], Place, list[int]]:
        """Books the lines of a chunk as the desk did; what was set aside then moves nothing now."""
        step = self._steps.get((posted.value_date, posted.step))
        first = step.tree.size - len(step.ready) if step is not None else -1
        lines = self._next_lines(step, posted.count, at) if step is not None else []
        if step is None or (posted.first, posted.count) != (first, len(lines)):
            self._tell(at.epoch, at.sequence, "bulk.lines", f"its lines of {posted.step} are not those that are kept")
            return [], at, []
        aside = [int(one[0]) - posted.first for one in posted.aside or ()]
        refused = bulk.book(self.state, lines, at, _nothing_kept, skip=aside)
        if refused:
            named = ", ".join(f"line {posted.first + place}: {outcome.name}" for place, outcome in refused[:20])
            self._tell(at.epoch, at.sequence, "ledger.refuses", f"the ledger refuses lines that were booked: {named}")
        return lines, at, [*aside, *(place for place, _ in refused)]

    def _next_lines(self, step: _Step, count: int, at: Place) -> list[Fact]:
        """The next lines of a step, as many as can be read: an entry books a chunk or a part of one."""
        lines: list[Fact] = []
        while len(lines) < count:
            if not step.ready:
                step.ready.extend(self._chunk(step, at) or ())
            taken = step.ready[: count - len(lines)]
            if not taken:
                break
            del step.ready[: len(taken)]
            lines += taken
        return lines

    def _chunk(self, step: _Step, at: Place) -> list[Fact] | None:
        """The next chunk of a step, if it can be read; after the last, the root must be the one that was entered."""
        row = self._read_lines(step.entered.lines, step.tree.chunks)
        try:
            pairs = bulk.unpack(row[3]) if row is not None and isinstance(row[3], bytes) else []
            facts = [bulk.read_line(fact) for _, fact in pairs]
            root = bulk.subtree_root([bulk.line_hash(blind, fact) for blind, fact in pairs])
            step.tree.add(root, len(pairs))
        except CounterfoilError:
            return None
        if row is not None and row[2] != root:
            self._tell(
                at.epoch,
                at.sequence,
                "bulk.chunk",
                f"the root kept with chunk {step.tree.chunks - 1} is not its lines'",
            )
        entered = step.entered
        if step.tree.size >= entered.count and (step.tree.size, step.tree.root()) != (entered.count, entered.root):
            what = f"the lines of {entered.step} on {entered.value_date} do not give the root that was entered"
            self._tell(step.at.epoch, step.at.sequence, "bulk.root", what)
        return facts

    def finish_lines(self) -> None:
        """Lines that are entered and not booked yet must give their root all the same."""
        for step in self._steps.values():
            while step.tree.size < step.entered.count:
                if self._chunk(step, step.at) is None:
                    what = f"lines of {step.entered.step} on {step.entered.value_date} are gone or cannot be read"
                    self._tell(step.at.epoch, step.at.sequence, "bulk.lines", what)
                    break

    def _compare_balances(self, parts: list[Part]) -> None:
        """What the end of a day says of all balances is what the journal gives up to there."""
        for facts, at, _ in parts:
            for fact in facts:
                if isinstance(fact, BalancesChecked) and fact != bulk.balances(self.state, fact.value_date):
                    what = f"the balances that ended {fact.value_date} are not those that the journal gives"
                    self._tell(at.epoch, at.sequence, "bulk.balances", what)

    # --- what an entry must agree with -----------------------------------------------------------------------------

    def _check(self, part: Part, edition: bytes | None) -> None:
        at, state = part.at, self.state
        if state.day.rows or at.kind == "day-open":
            if at.time < self._bound:
                self._tell(
                    at.epoch,
                    at.sequence,
                    "time.back",
                    f"its time is {self._bound - at.time} ms before the entry before it",
                )
            self._bound = max(self._bound, at.time)
        in_force = state.policy.digest if state.policy else None
        if edition != in_force:
            self._tell(at.epoch, at.sequence, "edition.other", "it names another policy edition than the one in force")
        body = _own(at)
        if body.get("kind") != at.kind:
            return
        number = kind_named(at.kind).number
        for fact in part.facts:
            if fact.number == number:
                self._compare(fact, body, at)

    def _compare(self, fact: Fact, body: Mapping[str, Any], at: Place) -> None:
        form = (type(fact), tuple(body))
        names = self._agreed.get(form)
        if names is None:
            own = {field.name for field in fields_of(fact)}
            names = self._agreed[form] = tuple(name for name in _SIGNED if name in own and name in body)
        for name in names:
            if getattr(fact, name) != body[name]:
                what = f"its fact says {name} {getattr(fact, name)!r}, and {body[name]!r} was signed for"
                self._tell(at.epoch, at.sequence, "fact.not_signed", what)

    def _bear(self, part: Part) -> None:
        """What the rules of a later chunk must know: keys, the open day, whether the opening is over."""
        at = part.at
        if at.by_clerk:
            self._opening = False
        if at.kind == "day-close":
            self._day = None
        for fact in part.facts:
            if isinstance(fact, BulkEntered):
                self._steps[fact.value_date, fact.step] = _Step(fact, at, bulk.LinesTree(), [])
            elif isinstance(fact, EpochOpened):
                self.opened[at.epoch] = fact
            elif isinstance(fact, DayOpened):
                self._day = fact.date
            elif isinstance(fact, ClerkEnrolled):
                self._keys = {k: v for k, v in self._keys.items() if v.clerk != fact.clerk}
                key_id = clerk_key_id(fact.public_key)
                self._keys[key_id] = ClerkKey(
                    key_id, fact.clerk, fact.public_key, fact.role, fact.custody, fact.how, at.sequence
                )
                self._known_keys.add(key_id)
                self._known_clerks.add(fact.clerk)
            elif isinstance(fact, KeyRevoked):
                self._keys.pop(fact.key_id, None)
            elif isinstance(fact, CustomerOpened | CustomerChanged):
                self.details[fact.details] = fact.customer
            elif isinstance(getattr(fact, "details", None), bytes):
                self.details[getattr(fact, "details")] = _own(at).get("customer", "")  # noqa: B009  # of many products

    # --- what comes out --------------------------------------------------------------------------------------------

    @property
    def full(self) -> bool:
        """Whether so much waits to be drained that it should be done at once."""
        return self.state.machine.waiting > WAITING_MAX

    def drained(self) -> list[Transfer]:
        """The transfers since the last time, in order; what only passes through the state is put away."""
        changes = self.state.machine.drain()
        for row in changes.pendings:
            self.pendings[row.id] = row
        passing = self.state.drain()
        for account, epoch, sequence in passing.get("statement", ()):
            self._statements.setdefault(account, array("Q")).append(epoch << _SEQUENCE_BITS | sequence)
        return changes.transfers

    def statements(self) -> Iterator[Row]:
        """The rows of ``statement``, in key order."""
        low = (1 << _SEQUENCE_BITS) - 1
        for account in sorted(self._statements):
            for packed in sorted(set(self._statements[account])):
                yield account, packed >> _SEQUENCE_BITS, packed & low

    def rows(self, table: str) -> list[Row]:
        """The rows of a fold table that the state or the ledger keeps in memory, in key order."""
        if table == "account":
            return [tuple(row) for row in self.state.machine.accounts()]
        if table == "pending":
            return [tuple(self.pendings[one]) for one in sorted(self.pendings)]
        return [tuple(row) for row in self.state.tables()[table].all()]


def entries_of(store: OfficeStore, epoch: int) -> Iterator[list[StoredEntry]]:
    """The stored entries of a log in chunks, each without a gap inside; where one is missing, a new chunk begins."""
    start, size = 0, store.size(epoch)
    while start < size:
        rows = store.entries(epoch, start, CHUNK)
        begin = 0
        for place in range(1, len(rows) + 1):
            if place == len(rows) or rows[place].sequence != rows[place - 1].sequence + 1:
                yield rows[begin:place]
                begin = place
        start += CHUNK


def transfers_again(store: OfficeStore) -> Iterator[Transfer]:
    """The transfers that the whole journal gives, in order of their ids, folded anew and kept nowhere."""
    refold = Refold(_unheard, lines_of(store))
    for epoch in store.epochs():
        refold.open_log()
        for rows in entries_of(store, epoch):
            for kept in rows:
                refold.take(kept)
                if refold.full:
                    yield from refold.drained()
            yield from refold.drained()
    refold.finish_request()
    yield from refold.drained()


def lines_of(store: OfficeStore) -> bulk.ReadChunk:
    """Reads chunks of lines; one that cannot be read is as one that is not there."""

    def read(lines: bytes, chunk: int) -> Row | None:
        try:
            return store.get(BULK_LINES.name, (lines, chunk))
        except CounterfoilError:
            return None

    return read


def _read(kept: StoredEntry) -> tuple[Part, bytes | None]:
    """An entry's facts and place, and the policy edition it names. Its commitments are not looked at here."""
    core = loads(kept.leaf)[0]
    body, *found = loads(kept.facts)
    k, n = core.get(6, (1, 1))
    if type(body) is not dict or type(core[5]) is not bytes or type(core[10]) is not int or not 1 <= k <= n:
        raise Malformed("its core or body has not the right form")
    at = Place(
        kept.epoch, kept.sequence, kind_numbered(core[7]).name, core[5], k, core[8] == Actor.CLERK, core[10], body
    )
    return Part([read_fact(fact) for fact in found], at, n), core.get(17)


def _own(at: Place) -> Mapping[str, Any]:
    """The body that made this entry: of a visit, its service."""
    body: Mapping[str, Any] = at.body["services"][at.part - 1] if at.body.get("kind") == "visit" else at.body
    return body


def _nothing_kept(ids: list[bytes]) -> dict[bytes, Transfer]:
    return {}


def _unheard(epoch: int, sequence: int, code: str, what: str) -> None:
    """For a second pass over entries that were found sound."""
