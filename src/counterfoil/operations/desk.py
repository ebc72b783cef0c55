"""The desk: the way of every operation, in one unit of work and one commit.

    request → decision → facts → journal entry → ledger transfers → commit, fsync → read back, re-hash
            → high-water mark → checkpoint signed → answer (the slip may be printed, the money may be paid)

Always true:

1. An answer leaves only after COMMIT, read-back and mark (``test_no_answer_before_the_mark``).
2. A request that was decided is remembered in its group's commit; the same id and body get the same answer for ever,
   the same id with another body is an error (``test_every_request_is_sent_twice``).
3. What the group before has not finished (its mark) holds up this group's COMMIT.
4. After a failed commit everything is reloaded, and each waiting id is looked up, never assumed
   (``test_a_commit_reported_failed_but_kept_posts_once``).
5. No signed core of a failed group leaves the process.

The desk is its office's one sequencer: ``handle`` is called by one thread at a time (``Sequencer`` sees to that).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any, NamedTuple, NoReturn, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from counterfoil import codec
from counterfoil.counter.reversal import Original, decide_reversal
from counterfoil.facts.day_end import BulkPosted
from counterfoil.facts.kinds import Actor, kind_named, kind_numbered
from counterfoil.facts.office import EditionTaken
from counterfoil.facts.record import Fact, fact_value, read_fact
from counterfoil.journal import ed25519
from counterfoil.journal import entry as je
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.hashing import leaf_hash
from counterfoil.journal.note import key_id as note_key_id
from counterfoil.journal.slip import encode_slip, is_training
from counterfoil.kernel.days import local_day
from counterfoil.kernel.limits import GROUP_ENTRIES_MAX, PARTS_MAX
from counterfoil.kernel.outcomes import Fault, Malformed, Refusal, Unavailable
from counterfoil.ledger.outcomes import Outcome
from counterfoil.ledger.transfers import Transfer
from counterfoil.office import refusals as no
from counterfoil.office.requests import Ask, Reverse, body_of, parse
from counterfoil.office.rows import EditionRow, HeadRow
from counterfoil.office.rules import Part, Sitting
from counterfoil.office.state import Place, State, chained
from counterfoil.operations import bulk, roles
from counterfoil.operations.answers import (
    Accepted,
    Answer,
    Differs,
    Entered,
    Refused,
    Unanswered,
    pack_refusal,
    unpack_refusal,
)
from counterfoil.operations.finding import People
from counterfoil.operations.hashes import GrowingLog, LogHashes
from counterfoil.operations.ports import Clock, Entropy, HighWaterMark
from counterfoil.operations.registry import DECIDE
from counterfoil.operations.store import (
    Commit,
    CommitFailed,
    CommitUnknown,
    OfficeStore,
    Row,
    StoredEntry,
    StoreFull,
    StoreMoved,
)


class Signer(Protocol):
    """An unsealed key in this process's memory."""

    key_id: bytes
    public_key: bytes

    def sign(self, message: bytes) -> bytes: ...


class Carried:
    """A signature that was made elsewhere, by a key that never was in this process: what an API client sends.

    It signs nothing; the desk verifies it under the enrolled key before it decides
    (``test_a_signature_that_was_sent_is_verified_before_anything_is_decided``). ``public_key`` is known only for a key
    that is being enrolled and proves itself. ``verified``: the message and the public key that it was found to hold
    over and under, by this process or by another of the same server; empty if it was not looked at.
    """

    __slots__ = ("key_id", "public_key", "signature", "verified")

    def __init__(
        self, key_id: bytes, signature: bytes, *, public_key: bytes = b"", verified: tuple[bytes, bytes] = (b"", b"")
    ) -> None:  # fmt: skip
        self.key_id, self.signature, self.public_key = key_id, signature, public_key
        self.verified = verified

    def sign(self, message: bytes) -> bytes:
        """The signature as it was sent, whatever it is over."""
        return self.signature

    def holds(self, message: bytes, public_key: bytes) -> bool:
        """Whether it is over ``message`` by ``public_key``; a right one is verified once."""
        if self.verified == (message, public_key):
            return True
        if not ed25519.holds(public_key, self.signature, message):
            return False
        self.verified = (message, public_key)
        return True


class NodeSigner(Protocol):
    """The node key: signs cores and checkpoints. ``public_key`` is the raw 32 bytes."""

    @property
    def public_key(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(slots=True)
class Request:
    """One request as the screen sent it. ``signers`` sign in this order, the asking clerk first.

    ``proves``: a new key that proves itself (enrolment, rotation). ``side``: rows for side tables that belong to the
    request (personal details, a sealed key), written in the same commit and only if it is accepted; a function of the
    result, since the numbers are given by the decision.
    """

    id: bytes
    epoch: int
    ask: Ask
    signers: Sequence[Signer]
    proves: Signer | None = None
    side: Callable[[dict[str, Any]], Mapping[str, Sequence[Row]]] | None = None
    body: bytes = field(default=b"", repr=False)
    _map: dict[str, Any] | None = field(default=None, repr=False)
    _approved: tuple[str, bytes] | None = field(default=None, repr=False)
    _messages: dict[tuple[object, ...], bytes] = field(default_factory=dict, repr=False)

    def mapping(self) -> dict[str, Any]:
        """The body as a map."""
        if self._map is None:
            self._map = body_of(self.ask)
        return self._map

    def encoded(self) -> bytes:
        """The canonical body."""
        if not self.body:
            self.body = codec.encode(self.mapping())
        return self.body

    def approved(self, office: str) -> bytes:
        """The encoded approvals: signed before sequencing, in this process, by the clerks' own keys; once."""
        if self._approved is None or self._approved[0] != office:
            signers = [*self.signers, *([self.proves] if self.proves else [])]
            approvals = [je.Approval(one.key_id, self._signed(office, one)) for one in signers]
            self._approved = (office, je.encode_approvals(approvals))
        return self._approved[1]

    def carried(self, office: str, signer: Signer) -> Carried:
        """The signature of ``signer`` over this request as it is, to be sent with it later."""
        return Carried(signer.key_id, signer.sign(self._to_sign(office, signer.key_id)))

    def _signed(self, office: str, signer: Signer) -> bytes:
        """What was sent is taken as it is: it is verified, not made."""
        return signer.signature if isinstance(signer, Carried) else signer.sign(self._to_sign(office, signer.key_id))

    def _to_sign(self, office: str, key_id: bytes) -> bytes:
        which = (office, self.epoch, self.id, key_id, self.encoded())
        known = self._messages.get(which)
        if known is None:
            known = self._messages[which] = je.approval_message(
                request_id=self.id, body_hash=je.body_hash(self.encoded()), office=office, epoch=self.epoch,
                business_date=self.ask.date, key_id=key_id,
            )  # fmt: skip
        return known

    def check(self, office: str, signer: Signer, public_key: bytes) -> None:
        """``Malformed`` if ``signer`` is a carried signature that is not over this request by ``public_key``."""
        if isinstance(signer, Carried) and not signer.holds(self._to_sign(office, signer.key_id), public_key):
            raise Malformed(
                f"the signature of key {signer.key_id.hex()} is not over this request: sign it again. "
                "Nothing has been recorded.",
                field="approvals",
            )

    def prepare(self, state: State) -> None:
        """Does what needs no desk, on the caller's own thread: signs, and verifies what was signed elsewhere. What goes
        wrong here the desk meets again, and answers."""
        self.approved(state.place)
        for signer in self.signers:
            key = state.clerk_key.get(signer.key_id) if isinstance(signer, Carried) else None
            if key is not None:
                self.check(state.place, signer, key.public_key)


class SystemRequest(NamedTuple):
    """Something the system does by itself: no clerk, no approval; its kind must allow that."""

    id: bytes
    body: Mapping[str, Any]
    parts: Callable[[State], Sequence[Part] | Refusal]
    lines: Sequence[Fact] = ()
    """Lines of a bulk entry that are booked with its one part (``BulkPosted``), each for itself."""


class _Drafted(NamedTuple):
    """An entry of the group that is not committed yet."""

    stored: StoredEntry
    core: bytes
    signature: bytes
    leaf_hash: bytes
    kind: str
    facts: tuple[Fact, ...]
    body: Mapping[str, Any]
    root: bytes


@dataclass(slots=True)
class _Group:
    """What one group will commit."""

    start: int
    drafted: list[_Drafted] = field(default_factory=list)
    upserts: dict[str, list[Row]] = field(default_factory=dict)
    answered: dict[bytes, tuple[bytes, Answer | None, int, int]] = field(default_factory=dict)
    """Request id → (body hash, refusal or None, first draft, number of drafts)."""
    remembered: Mapping[Row, Row] = field(default_factory=dict)
    """What the store holds of these requests: looked up once, since nothing is committed within a group."""
    today: str = ""
    """The calendar day at the office."""

    def put(self, table: str, rows: Iterable[Row]) -> None:
        self.upserts.setdefault(table, []).extend(rows)


class _Flight:
    """A group that another thread commits while this one goes on."""

    __slots__ = ("_error", "_thread", "commit", "group", "requests", "results")

    def __init__(
        self, requests: Sequence[SystemRequest], results: Sequence[Answer | Exception | None], group: _Group,
        commit: Commit | None, store: OfficeStore,
    ) -> None:  # fmt: skip
        self.requests, self.results, self.group, self.commit = requests, results, group, commit
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, args=(store,), name="commit")
        if commit is not None:
            self._thread.start()

    def _run(self, store: OfficeStore) -> None:
        try:
            assert self.commit is not None
            store.commit(self.commit)
        except BaseException as error:  # Raised where it is waited for.
            self._error = error

    def wait(self) -> None:
        """Until the commit is over, well or not."""
        if self.commit is not None:
            self._thread.join()

    def kept(self) -> None:
        """Returns once it is kept; raises what the commit raised."""
        self.wait()
        if self._error is not None:
            raise self._error


_SEE = "Nothing is signed or paid until this is settled: see docs/howto/recover-an-office.md."

CLOCK_STEP_MS = 120_000
"""A machine clock that went back by more than this since the last entry has jumped."""

CLOCK_AHEAD_MS = 10 * 86_400_000
"""A machine clock more than ten days after the last entry may be wrong: an entry dated there would bind all later
ones."""


class ClockJumped(Unavailable):
    """The machine's clock went back, or far ahead: the till stops until a person confirms the time."""


class NotSigning(Unavailable):
    """The mark and the journal do not agree: this office signs nothing until a new epoch is opened."""


class Desk:
    """One office's single writer. Built by ``bootstrap``; see the module's page."""

    def __init__(
        self,
        *,
        store: OfficeStore,
        mark: HighWaterMark,
        clock: Clock,
        entropy: Entropy,
        node_key: NodeSigner,
        office_key: bytes,
        build: bytes,
        today: Callable[[int, str], str] = local_day,
    ) -> None:
        self.store, self.mark, self.clock, self.entropy = store, mark, clock, entropy
        self.node_key, self.office_key, self.build = node_key, office_key, build
        self._today = self.local_day = today
        self.people = People()
        self._printed: list[tuple[int, int]] = []
        self._clock_confirmed_at = self._clock_confirmed_to = 0
        self._stopped: str | None = None
        self._adrift = False
        self.reload()

    # --- taking the office up --------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Throws the state away and takes it up from the store: after opening, and after every failed commit."""
        self.people.forget()
        self.state, self.log, self._adrift = State(), None, True  # Nothing of a failed group is shown if loading fails.
        self.state = load_state(self.store)
        epochs = self.store.epochs()
        self.epoch = epochs[-1] if epochs else 0
        size = self.store.size(self.epoch) if self.epoch else 0
        self.log = GrowingLog(self.epoch, LogHashes(self.store, self.epoch).frontier(size)) if self.epoch else None
        self.system_key_id = je.clerk_key_id(self.node_key.public_key)
        row = self.state.current
        self.key_id = note_key_id(row.origin, 1, self.node_key.public_key) if row else b""
        self._adrift = False

    def begin_epoch(self, epoch: int) -> None:
        """The next entry is the first of ``epoch``'s log: it must be its epoch-open entry."""
        self.epoch, self.log = epoch, GrowingLog(epoch, LogHashes(self.store, epoch).frontier(0))

    @property
    def size(self) -> int:
        """Entries committed in the current epoch's log."""
        return self.log.size if self.log else 0

    def root(self) -> bytes:
        """The root of the current epoch's log."""
        return self.log.root() if self.log else b""

    @property
    def working(self) -> bool:
        """Whether it takes requests: it has not stopped, and its state is the store's."""
        return self._stopped is None and not self._adrift and self.log is not None

    # --- one group -------------------------------------------------------------------------------------------------

    def handle(self, requests: Sequence[Request | SystemRequest]) -> list[Answer | Exception]:
        """Decides and commits one group; an answer (or the error that is its own) for each request, in order.

        After a failed commit each request is answered by what is found on record. Raises ``CommitUnknown`` while that
        cannot be found out, and ``NotSigning`` once this desk has stopped.
        """
        self._ready()
        now = self._now()
        group = _Group(self.size)
        results: list[Answer | Exception | None] = []
        try:
            group.remembered = self.store.several("answer", [(request.id,) for request in requests])
            for request in requests:
                results.append(self._taken(request, now, group))
            slips = self._commit(group)
        except NotSigning:
            raise
        except Unavailable as error:
            return self._after_failure(error, requests, results)
        except BaseException as error:  # A bug, or an interruption: what is in memory is not what is in the books.
            why = f"the last group ended in the middle: {type(error).__name__}: {error}. {_SEE}"
            self._stopped = self._stopped or why
            raise
        return self._answers(requests, results, group, slips)

    def handle_in_turn(self, groups: Sequence[Sequence[SystemRequest]]) -> list[Answer | Exception]:
        """Several groups of the system's own, in order: while one is committed the next is decided. The answers of all,
        as ``handle`` gives them; nothing is under way when this returns.

        A group is committed only when the one before is kept, read back and marked, and what stands in memory beyond
        the last kept one is thrown away with it if its commit fails (``test_killed_at_every_commit_is_never_killed``).
        """
        self._ready()
        now = self._now()
        remembered = self.store.several("answer", [(one.id,) for requests in groups for one in requests])
        answers: list[Answer | Exception] = []
        flight: _Flight | None = None
        try:
            for requests in groups:
                group = _Group(self.size, remembered=remembered)
                try:
                    results = [self._taken(one, now, group) for one in requests]
                except Unavailable:
                    if flight is not None:
                        flight.wait()
                    raise
                if flight is not None:
                    answers += self._land(flight)
                flight = _Flight(requests, results, group, self._leaving(group), self.store)
            if flight is not None:
                answers += self._land(flight)
        except NotSigning:
            raise
        except Unavailable as error:
            left = [one for requests in groups for one in requests][len(answers) :]
            return [*answers, *self._after_failure(error, left, [])]
        except BaseException as error:  # A bug, or an interruption: what is in memory is not what is in the books.
            if flight is not None:
                flight.wait()
            why = f"the last group ended in the middle: {type(error).__name__}: {error}. {_SEE}"
            self._stopped = self._stopped or why
            raise
        return answers

    def _land(self, flight: _Flight) -> list[Answer | Exception]:
        """Waits until a group is kept, and ends it: read back, marked, answered."""
        flight.kept()
        slips = self._kept(flight.group, flight.commit) if flight.commit is not None else []
        return self._answers(flight.requests, flight.results, flight.group, slips)

    def _answers(
        self, requests: Sequence[Request | SystemRequest], results: Sequence[Answer | Exception | None], group: _Group,
        slips: Sequence[str],
    ) -> list[Answer | Exception]:  # fmt: skip
        answers: list[Answer | Exception] = []
        for request, result in zip(requests, results, strict=True):
            if result is None:
                _, refused, first, count = group.answered[request.id]
                if refused is not None:
                    answers.append(refused)
                else:
                    drafted = group.drafted[first : first + count]
                    entered = [
                        Entered(d.stored.epoch, d.stored.sequence, d.kind, d.facts, slip)
                        for d, slip in zip(drafted, slips[first : first + count], strict=True)
                    ]
                    answers.append(Accepted(request.id, tuple(entered)))
            else:
                answers.append(result)
        return answers

    def one(self, request: Request | SystemRequest) -> Answer:
        """A group of one."""
        answer = self.handle([request])[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _taken(self, request: Request | SystemRequest, now: int, group: _Group) -> Answer | Exception | None:
        """As ``_take``; an error that is this request's own, raised before it changed anything, is its result."""
        try:
            return self._take(request, now, group)
        except (CommitFailed, CommitUnknown, StoreFull, StoreMoved):
            raise
        except (Malformed, Unavailable) as error:
            return error

    def _take(self, request: Request | SystemRequest, now: int, group: _Group) -> Answer | Exception | None:
        """Decides one request into the group; None: its answer is ready after the commit."""
        body = request.encoded() if isinstance(request, Request) else codec.encode(dict(request.body))
        digest = je.body_hash(body)
        known = group.answered.get(request.id)
        if known is not None:
            if known[0] != digest:
                return Differs(request.id)
            return None
        remembered = group.remembered.get((request.id,))
        if remembered is not None:
            if remembered[1] != digest:
                return Differs(request.id)
            return self._recall(request.id, remembered[2])
        first = len(group.drafted)
        if first + PARTS_MAX > GROUP_ENTRIES_MAX:  # A group beyond the bound could not be settled after a power cut.
            return Unanswered("The desk is full.")
        decided = self._decide(request, now, group)
        if not isinstance(decided, Refusal):
            approvals = b"" if isinstance(request, SystemRequest) else request.approved(self.state.place)
            try:
                refused = self._draft(request, decided, approvals, now, group)
            except Malformed as error:  # Too late to be the asker's: parts of it stand in memory.
                raise Fault(f"request {request.id.hex()} was decided and cannot be written: {error}") from error
            decided = refused if refused is not None else decided
        if isinstance(decided, Refusal):
            group.put("answer", [(request.id, digest, pack_refusal(decided))])
            group.answered[request.id] = (digest, Refused(request.id, decided), 0, 0)
            return None
        group.put("answer", [(request.id, digest, None)])
        group.answered[request.id] = (digest, None, first, len(group.drafted) - first)
        return None

    def _decide(self, request: Request | SystemRequest, now: int, group: _Group) -> Sequence[Part] | Refusal:
        if isinstance(request, SystemRequest):
            return request.parts(self.state)
        if request.epoch != self.epoch:
            return no.EpochChanged(request.epoch, self.epoch)
        numbers = []
        for signer in request.signers:
            key = self.state.clerk_key.get(signer.key_id)
            if key is None or not key.valid:
                return no.ClerkUnknown(key.clerk if key else signer.key_id.hex())
            request.check(self.state.place, signer, key.public_key)
            numbers.append(key.clerk)
        if request.proves is not None:
            request.check(self.state.place, request.proves, request.proves.public_key)
        if not numbers:
            raise Malformed("a clerk's request is signed by a clerk", field="clerk")
        barred = self._barred(request.ask, numbers)
        if barred is not None:
            return barred
        group.today = group.today or self.calendar_day()
        by = Sitting(tuple(numbers), now, group.today, self.clock.kind, self.entropy(32))
        ask = request.ask
        if isinstance(ask, Reverse):
            return decide_reversal(ask, self.state, by, self.original(ask.epoch, ask.entry, group))
        return DECIDE[ask.kind](ask, self.state, by)

    def _barred(self, ask: Ask, numbers: Sequence[str]) -> Refusal | None:
        """Whether the asking clerk's role, or that of one who signs too, has no part in this kind."""
        rows = [self.state.clerk.get(number) for number in numbers]
        first, *others = [row.role if row else "" for row in rows]
        kinds = [ask.kind, *(service.kind for service in getattr(ask, "services", ()))]
        own = not roles.may_sign(first) and getattr(ask, "clerk", numbers[0]) != numbers[0]
        if own or not all(roles.may_ask(first, kind) for kind in kinds):
            return no.RoleMayNot(first)
        return next((no.RoleMayNot(role) for role in others if not roles.may_sign(role)), None)

    def foresee(self, request: Request) -> Sequence[Part] | Refusal:
        """What would be decided now. Nothing is signed, recorded or remembered, and a later decision may differ."""
        self._ready()
        return self._decide(request, self._now(), _Group(self.size))

    def original(self, epoch: int, sequence: int, group: _Group | None = None) -> Original | None:
        """The entry to be reversed, committed or earlier in this group."""
        node = self.state.current.node if self.state.current else 0
        if group is not None and epoch == self.epoch and sequence >= group.start:
            place = sequence - group.start
            if place >= len(group.drafted):
                return None
            draft = group.drafted[place]
            return Original(node, epoch, sequence, draft.kind, draft.facts, str(draft.body.get("date", "")))
        rows = self.store.entries(epoch, sequence, 1)
        if not rows:
            return None
        read = read_entry(rows[0])
        return Original(read.core.node, epoch, sequence, kind_numbered(read.core.kind).name, read.facts, read.date)

    def _draft(
        self, request: Request | SystemRequest, parts: Sequence[Part], approvals: bytes, now: int, group: _Group
    ) -> Refusal | None:
        """Makes the entries of one decided request: ledger first (all or none), then the cores, then the folds."""
        state, log = self.state, self.log
        assert log is not None
        system = isinstance(request, SystemRequest)
        body: Mapping[str, Any] = request.body if isinstance(request, SystemRequest) else request.mapping()
        signed = codec.encode(dict(body)) if isinstance(request, SystemRequest) else request.encoded()
        first = log.size
        places, transfers = [], []
        accounts = len(state.account_ids)
        for number, part in enumerate(parts):
            at = Place(self.epoch, first + number, part.kind, request.id, number + 1, not system, now, body)
            places.append(at)
            legs = 0
            for fact in part.facts:
                made = state.transfers_for(fact, at, legs)
                legs += len(made)
                transfers += made
        if transfers:
            outcomes = state.machine.apply(chained(transfers), now, self.store_transfers, self.store.pendings)
            failed = next((o for o in outcomes if o not in (Outcome.CREATED, Outcome.LINKED_EVENT_FAILED)), None)
            if failed is not None:
                state.forget_accounts(accounts)
                return no.LedgerRefused(failed.code)
        lines = request.lines if isinstance(request, SystemRequest) else ()
        refused = self._book(lines, places[0]) if lines else []
        if refused:
            parts = [_naming(parts[0], lines, refused)]
        actor = Actor.SYSTEM if system else Actor.CLERK
        key_id = self.system_key_id if isinstance(request, SystemRequest) else request.signers[0].key_id
        approvals_digest = je.approvals_hash(approvals)
        for number, (part, at) in enumerate(zip(parts, places, strict=True)):
            own = own_body(body, number)
            amount, account = own.get("amount"), own.get("account")
            facts = codec.encode_array([signed, *(codec.encode(fact_value(fact)) for fact in part.facts)])
            chance = self.entropy(48)
            blind, salt = chance[:32], chance[32:]
            core = je.core_bytes(
                node=_node(state, part), epoch=self.epoch, sequence=at.sequence, request_id=request.id,
                part=(number + 1, len(parts)) if len(parts) > 1 else None, kind=kind_named(part.kind).number,
                actor_kind=int(actor), actor_key_id=key_id, time_ms=now, amount=amount,
                currency=own.get("currency") if amount is not None else None,
                account_commitment=je.account_commitment(self.office_key, account, salt) if account else None,
                facts_commitment=hashlib.sha256(blind + facts).digest(), approvals_hash=approvals_digest,
                build=self.build, edition=state.policy.digest if state.policy else None, salt=salt,
                reverses=part.reverses,
            )  # fmt: skip
            signature = self.node_key.sign(je.CORE_DOMAIN + core)
            leaf = je.encode_leaf(core, signature)
            hashed = leaf_hash(leaf)
            for row in log.append(hashed):
                group.put("subtree", [row])
            stored = StoredEntry(self.epoch, at.sequence, leaf, facts, blind, approvals)
            group.drafted.append(_Drafted(stored, core, signature, hashed, part.kind, part.facts, body, log.root()))
            state.begin(at)
            for fact in part.facts:
                state.fold(fact, at)
        if lines:
            bulk.fold(state, lines, places[0], skip=[place for place, _ in refused])
        if not system:
            group.put("unprinted", [(self.epoch, at.sequence) for at in places])
        if isinstance(request, Request) and request.side is not None:
            told = Accepted(request.id, tuple(Entered(self.epoch, 0, p.kind, p.facts, "") for p in parts)).result()
            for table, rows in request.side(told).items():
                group.put(table, rows)
        return None

    def _book(self, lines: Sequence[Fact], at: Place) -> list[bulk.Aside]:
        """Books the lines of a chunk; those that the ledger refuses."""
        return bulk.book(self.state, lines, at, self.store_transfers, self.store.pendings)

    # --- the commit ------------------------------------------------------------------------------------------------

    def _commit(self, group: _Group) -> list[str]:
        """Commit, fsync, read back, mark, checkpoint; the slips of the group's entries."""
        commit = self._leaving(group)
        if commit is None:
            return []
        self.store.commit(commit)
        return self._kept(group, commit)

    def _leaving(self, group: _Group) -> Commit | None:
        """What a group will keep; None if that is nothing. From now on memory takes it as being committed."""
        state, log = self.state, self.log
        assert log is not None
        if not group.drafted and not group.upserts and not self._printed:
            return None
        if group.drafted:
            state.passing["head"].append(HeadRow(self.epoch, log.size, log.root()))
        changes = state.machine.drain()
        for table, rows in state.drain().items():
            group.put(table, rows)
        return Commit(
            expected=(self.epoch, group.start),
            entries=[d.stored for d in group.drafted],
            transfers=changes.transfers,
            accounts=changes.accounts,
            counters=changes.counters,
            pendings=changes.pendings,
            upserts=group.upserts,
            deletes={"unprinted": list(self._printed)} if self._printed else {},
        )

    def _kept(self, group: _Group, commit: Commit) -> list[str]:
        """A group that is kept is read back and marked; its slips."""
        self.people.took(commit.upserts, commit.deletes)
        self._printed.clear()
        self._read_back(group)
        if not group.drafted:
            return []
        row, last = self.state.current, group.drafted[-1]
        assert row is not None
        self._advance(row.node, last.stored.sequence + 1, last.root)
        self.key_id = note_key_id(row.origin, 1, self.node_key.public_key)
        return [self._slip(row.origin, d) for d in group.drafted]

    def _slip(self, origin: str, d: _Drafted) -> str:
        text = checkpoint_text(origin, d.stored.sequence + 1, d.root)
        promise = self.node_key.sign(text.encode())
        return encode_slip(d.core, self.key_id, d.signature, d.root, promise, training=is_training(origin))

    def _read_back(self, group: _Group) -> None:
        """Reads the group's entries through the second connection and hashes them anew. A difference stops the till."""
        if not group.drafted:
            return
        found = self.store.read_back(self.epoch, group.start, len(group.drafted))
        for draft, kept in zip(group.drafted, found, strict=False):
            if leaf_hash(kept.leaf) != draft.leaf_hash or kept[3:] != draft.stored[3:]:
                self._stop(f"entry {kept.sequence} was read back different from what was written: run an audit")
        if len(found) != len(group.drafted):
            self._stop(f"{len(group.drafted)} entries were written and {len(found)} read back: run an audit")

    def _ready(self) -> None:
        """Nothing is done on a state that is not the store's."""
        if self._stopped:
            raise NotSigning(self._stopped)
        if self._adrift:
            self._take_up_again()

    def _take_up_again(self) -> None:
        """The state from the store, and the mark settled. ``Unavailable``: not yet; tried again before each group."""
        self._adrift = True
        try:
            self.reload()
            self.settle()
        except Unavailable:
            self._adrift = True
            raise
        except BaseException as error:
            self._stopped = f"the office could not be taken up again after a failed commit: {error}. {_SEE}"
            raise

    def _after_failure(
        self, error: Exception, requests: Sequence[Request | SystemRequest], results: list[Answer | Exception | None]
    ) -> list[Answer | Exception]:
        """Everything is taken up from what was kept, and each waiting id is looked up; never assumed."""
        known = [*results, *[None] * (len(requests) - len(results))]
        try:
            self._take_up_again()
        except NotSigning:
            raise
        except Unavailable as again:
            if isinstance(error, StoreFull):  # It says that nothing was kept.
                return [result or Unanswered(f"{error}.") for result in known]
            raise CommitUnknown(
                f"{error}. What is on record cannot be read now ({again}). Send the same requests again: "
                "each is booked once"
            ) from error
        return [
            self._looked_up(request, error) if result is None else result
            for request, result in zip(requests, known, strict=True)
        ]

    def _looked_up(self, request: Request | SystemRequest, error: Exception) -> Answer | Exception:
        """What became of one request of a failed group."""
        kept = self.store.get("answer", (request.id,))
        if kept is None:
            return Unanswered(f"{error}.")
        body = request.encoded() if isinstance(request, Request) else codec.encode(dict(request.body))
        return self._recall(request.id, kept[2]) if kept[1] == je.body_hash(body) else Differs(request.id)

    def settle(self) -> None:
        """Mark and journal agree, or the journal is ahead by one whole group that is verified; else no signing."""
        row = self.state.current
        if row is None or self.log is None:
            return
        try:
            mark = self.mark.read()
        except OSError as error:
            self._stop(f"the high-water mark cannot be read ({error})")
        size = self.log.size
        if mark is None:
            self._stop("there is no high-water mark beside this office: it cannot be known what was signed")
        if (mark.node, mark.epoch) != (row.node, self.epoch):
            self._stop(
                f"the high-water mark is of node {mark.node}, epoch {mark.epoch}; "
                f"this is node {row.node}, epoch {self.epoch}"
            )
        if mark.size > size:
            self._stop(f"the high-water mark is at {mark.size} entries and the journal has {size}: entries are missing")
        if size - mark.size > GROUP_ENTRIES_MAX:
            self._stop(f"the journal has {size} entries, more than one group beyond the high-water mark at {mark.size}")
        hashes = LogHashes(self.store, self.epoch)
        if hashes.frontier(mark.size).root() != mark.root:
            self._stop(
                f"the journal's root at {mark.size} entries is not the one of the high-water mark: it was rewritten"
            )
        if size > mark.size:
            head = self.store.get("head", (self.epoch, size))
            if head is None or head[2] != self.log.root():
                self._stop(
                    f"the {size - mark.size} entries beyond the high-water mark do not give the root kept with them"
                )
            for kept in self.store.entries(self.epoch, mark.size, size - mark.size):
                read_entry(kept).check_node(row.node_key, row.node, self.epoch)
            self._advance(row.node, size, self.log.root())

    def _advance(self, node: int, size: int, root: bytes) -> None:
        """The mark, durable. If it cannot be written no answer leaves, and no later group is committed."""
        try:
            self.mark.advance(node, self.epoch, size, root)
        except OSError as error:
            self._stop(
                f"the high-water mark could not be written ({error}). What was asked last stands in the journal and "
                "was not answered: sent again, it gets its answer"
            )

    def _stop(self, why: str) -> NoReturn:
        self._stopped = f"{why}. {_SEE}"
        raise NotSigning(self._stopped)

    # --- time ------------------------------------------------------------------------------------------------------

    def _now(self) -> int:
        """The ledger's time: the clock, never before the last entry. A machine clock that jumped stops the till."""
        clock, last = self.clock.now(), self.state.now
        jumped = self.clock_jumped()
        if jumped is not None:
            raise jumped
        return max(clock, last)

    def clock_jumped(self) -> ClockJumped | None:
        """What stops the till until a person confirms the time; None if nothing does."""
        clock, last = self.clock.now(), self.state.now
        if self.clock.kind == "machine" and last and clock > max(last, self._clock_confirmed_to) + CLOCK_AHEAD_MS:
            return ClockJumped(
                f"the clock is {(clock - last) // 86_400_000} days after the last entry. "
                "Check the date and time and confirm them. Nothing has been recorded."
            )
        if self.clock.kind == "machine" and clock < last - CLOCK_STEP_MS and self._clock_confirmed_at < last:
            return ClockJumped(
                f"the clock went back by {(last - clock) // 1000} seconds since the last entry. "
                "Check the date and time and confirm them. Nothing has been recorded."
            )
        return None

    def calendar_day(self) -> str:
        """The calendar day at the office, by its clock."""
        return self._today(self.clock.now(), self.state.current.zone if self.state.current else "UTC")

    def confirm_clock(self) -> None:
        """A person has looked at the clock: go on, with the last entry's time until the clock has caught up."""
        self._clock_confirmed_at, self._clock_confirmed_to = self.state.now, self.clock.now()

    # --- answers of before -----------------------------------------------------------------------------------------

    def _recall(self, request: bytes, refusal: object) -> Answer:
        """The first answer, again: a refusal as kept, or the entries as they stand in the journal."""
        if isinstance(refusal, bytes):
            return Refused(request, unpack_refusal(refusal))
        entered = []
        for row in self.store.scan("part", (request,)):
            epoch, sequence = int(row[2] or 0), int(row[3] or 0)
            read = read_entry(self.store.entries(epoch, sequence, 1)[0])
            entered.append(
                Entered(epoch, sequence, kind_numbered(read.core.kind).name, read.facts, self.slip(epoch, sequence))
            )
        if not entered:
            raise Fault(f"request {request.hex()} is remembered as accepted and has no entry")
        return Accepted(request, tuple(entered))

    def recall(self, request: bytes) -> Answer | None:
        """The answer this id was given, or None: it is not known here."""
        row = self.store.get("answer", (request,))
        return self._recall(request, row[2]) if row else None

    def body_of_record(self, request: bytes) -> dict[str, Any] | None:
        """The signed body of an accepted request, from its first entry; None if this id made no entry."""
        row = next(self.store.scan("part", (request,), limit=1), None)
        if row is None:
            return None
        return read_entry(self.store.entries(int(row[2] or 0), int(row[3] or 0), 1)[0]).body

    def slip(self, epoch: int, sequence: int) -> str:
        """The slip of a committed entry of this epoch, the same text as the first time (Ed25519 is deterministic)."""
        row = self.state.epoch.get(epoch)
        kept = self.store.entries(epoch, sequence, 1)
        if row is None or not kept or row.node_key != self.node_key.public_key:
            return ""
        leaf = je.decode_leaf(kept[0].leaf)
        root = LogHashes(self.store, epoch).frontier(sequence + 1).root()
        signed = self.node_key.sign(checkpoint_text(row.origin, sequence + 1, root).encode())
        log_id = note_key_id(row.origin, 1, row.node_key)
        return encode_slip(leaf.core_bytes, log_id, leaf.signature, root, signed, training=is_training(row.origin))

    def store_transfers(self, ids: list[bytes]) -> dict[bytes, Transfer]:
        """The ledger's look-up of transfers no longer in memory."""
        return self.store.transfers(ids)

    # --- paper -----------------------------------------------------------------------------------------------------

    def printed(self, entries: Iterable[tuple[int, int]]) -> None:
        """These slips left the printer; noted with the next commit (or ``flush``)."""
        self._printed += [(epoch, sequence) for epoch, sequence in entries]

    def unprinted(self) -> list[tuple[int, int]]:
        """(epoch, sequence) of entries whose first print has not been seen."""
        gone = set(self._printed)
        rows = [(int(row[0] or 0), int(row[1] or 0)) for row in self.store.scan("unprinted")]
        return [row for row in rows if row not in gone]

    def unprinted_among(self, entries: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of ``entries`` whose first print has not been seen."""
        gone = set(self._printed)
        return [one for one in entries if one not in gone and self.store.get("unprinted", one) is not None]

    def note(
        self, upserts: Mapping[str, Sequence[Row]], *, deletes: Mapping[str, Sequence[Row]] | None = None
    ) -> None:  # fmt: skip
        """Writes (and deletes) side rows that belong to no entry: events, settings, sealed keys."""
        self._ready()
        gone = {**(deletes or {}), **({"unprinted": list(self._printed)} if self._printed else {})}
        self.store.commit(Commit(expected=(self.epoch, self.size), upserts=upserts, deletes=gone))
        self.people.took(upserts, gone)
        self._printed.clear()

    def flush(self) -> None:
        """Notes what was printed."""
        if self._printed:
            self.note({})


def own_body(body: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """The body that part ``number`` (from 0) of a request is made by: for a visit, its service."""
    if body.get("kind") == "visit":
        found: Mapping[str, Any] = body["services"][number]
        return found
    return body


def _naming(part: Part, lines: Sequence[Fact], refused: Sequence[bulk.Aside]) -> Part:
    """The part of a chunk with the lines that the ledger refused."""
    posted = part.facts[0]
    assert isinstance(posted, BulkPosted)
    aside = [[posted.first + place, outcome.code, bulk.about(lines[place])] for place, outcome in refused]
    return replace(part, facts=(replace(posted, aside=aside),))


def _node(state: State, part: Part) -> int:
    if state.current is not None and part.kind != "epoch-open":
        return state.current.node
    origin: str = getattr(part.facts[0], "origin")  # noqa: B009  # EpochOpened names its own node.
    return int(origin.rsplit("/", 2)[-2])


class ReadEntry(NamedTuple):
    """A stored entry, decoded and checked against its own commitments."""

    core: je.Core
    core_bytes: bytes
    signature: bytes
    body: dict[str, Any]
    facts: tuple[Fact, ...]

    @property
    def date(self) -> str:
        """The business date of the body, or the empty text."""
        return str(self.body.get("date", ""))

    def check_node(self, public_key: bytes, node: int, epoch: int) -> None:
        """The node's signature, and that node and epoch are the log's."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, je.core_message(self.core_bytes))
        except InvalidSignature:
            raise Fault(f"entry {self.core.sequence}: the node's signature is wrong") from None
        if (self.core.node, self.core.epoch) != (node, epoch):
            raise Fault(f"entry {self.core.sequence} names another log")


def read_entry(kept: StoredEntry) -> ReadEntry:
    """Decodes one entry; ``Fault`` if its parts do not agree with its core."""
    try:
        leaf = je.decode_leaf(kept.leaf)
        value = codec.decode(kept.facts, what="facts")
        if type(value) is not list or not value or type(value[0]) is not dict:
            raise Malformed("facts are [body, fact, …]")
        facts = tuple(read_fact(fact) for fact in value[1:])
    except Malformed as error:
        raise Fault(f"entry {kept.sequence} of epoch {kept.epoch}: {error}") from None
    if leaf.core.sequence != kept.sequence or leaf.core.epoch != kept.epoch:
        raise Fault(f"entry {kept.sequence} of epoch {kept.epoch} holds the leaf of another place")
    if hashlib.sha256(kept.blind + kept.facts).digest() != leaf.core.facts_commitment:
        raise Fault(f"entry {kept.sequence} of epoch {kept.epoch}: the facts are not those its core commits to")
    if je.approvals_hash(kept.approvals) != leaf.core.approvals_hash:
        raise Fault(f"entry {kept.sequence} of epoch {kept.epoch}: the approvals are not those its core commits to")
    return ReadEntry(leaf.core, leaf.core_bytes, leaf.signature, value[0], facts)


def load_state(store: OfficeStore) -> State:
    """The state as the fold tables hold it."""
    state = State()

    def content(row: EditionRow) -> bytes:
        facts = read_entry(store.entries(row.epoch, row.sequence, 1)[0]).facts
        return next(f.content for f in facts if isinstance(f, EditionTaken))

    state.load(
        lambda name: store.scan(name),
        store.scan("account"),
        store.open_pendings(),
        content,
        highest=store.highest_transfer(),
    )
    return state


__all__ = ["Desk", "Request", "SystemRequest", "parse"]
