"""The end of the day: small named steps over all accounts, day after day, while the counter goes on.

Always true:

1. A step's lines for a day are kept first, then its one entry fixes their number and root, then they are booked in
   chunks. The journal itself is the cursor: whatever cuts this short, the next run goes on where it stopped
   (``test_killed_at_every_commit_is_never_killed``).
2. Days are done in order, each under its own edition, also those on which nobody came; a step is done once a day
   (``test_one_run_over_five_days_is_five_runs``). It is booked on the open day (or, with none open, on the calendar
   day), with the day it belongs to as value date.
3. Each unit of work is one short call on the desk's thread, so whoever waits at the counter is served between two
   (``test_the_counter_is_served_between_chunks``).
4. What cannot be computed or booked is set aside and named, and the rest goes on
   (``test_a_refused_line_is_set_aside``).

A day may end when nobody can be late any more: by default up to the last day that is over, and the open day once it is
counted. ``at_desk`` runs a call where the desk may be touched: ``Sequencer.call``, or plainly here.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812  # "date" is a field of nearly everything here.
from datetime import timedelta
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from counterfoil.facts.alike import Alike
from counterfoil.facts.day_end import BulkEntered, BulkPosted, DayEnded, LineSetAside
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.days import moment
from counterfoil.kernel.idents import transfer_id
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable
from counterfoil.ledger.transfers import EXPIRE, PENDING, VOID, Transfer
from counterfoil.office.day_end.rows import BulkRow
from counterfoil.office.deciding import Step
from counterfoil.office.rules import Part
from counterfoil.office.state import State
from counterfoil.operations import bulk
from counterfoil.operations.answers import Accepted, Answer, Unanswered
from counterfoil.operations.desk import Desk, SystemRequest
from counterfoil.operations.packing import Packer
from counterfoil.operations.registry import STEPS
from counterfoil.operations.store import TRANSFER, Row
from counterfoil.operations.tables import BULK_LINES
from counterfoil.policy.terms.day_end import DayEndTerms

T = TypeVar("T")
Chunks = dict[tuple[bytes, int], Sequence[Fact]]
"""(what the lines are kept by, chunk) → its facts."""
PIECE = 128
"""Lines in one go beside an open counter: what a customer may wait longer is then a few milliseconds."""
LATER_ROWS = 2_000
"""Transfers looked at in one go for what moved after a day."""
IN_TURN = 8
"""Commits in a row where no counter waits: each is written while the next one is worked out."""
SWITCH_SECONDS = Fraction(1, 5_000)
"""How soon, in such a run, a thread that comes back from the store gets its turn; by default Python waits 5 ms."""
HANDED_CHUNKS = 256
"""Chunks of lines that are handed from making to booking in memory; what is beyond them is read back."""
HANDED_ALIKE = 2_048
"""Chunks held by columns that are so handed over: a million lines of 24 bytes."""
DAYS_MAX = 3_700
"""Days in one run: ten years."""


class AtDesk(Protocol):
    """Runs a call on the thread that owns the desk, and gives its value."""

    def __call__(self, call: Callable[[Desk], T], /) -> T: ...


Told = Callable[[str, str, int, int], None]
"""(day, step, lines done, lines in all): what progress is shown by; lines in all is 0 while they are made."""


class StepDone(NamedTuple):
    """One step of one day that had lines."""

    step: str
    lines: int
    aside: int


class SetAside(NamedTuple):
    """A line that was not booked, or a thing that could not be computed."""

    date: str
    step: str
    line: int
    reason: str
    about: str


class DayDone(NamedTuple):
    """What ended a day."""

    date: str
    steps: tuple[StepDone, ...]


@dataclass(slots=True)
class Report:
    """What a run did. ``resumed``: steps of an earlier run that it finished."""

    days: list[DayDone] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "days": [{"date": one.date, "steps": [step._asdict() for step in one.steps]} for one in self.days],
            "set_aside": [one._asdict() for one in self.set_aside],
            "resumed": self.resumed,
        }


class Standing(NamedTuple):
    """How far the days have ended. ``ended``: the last one, or None; ``due``: days that can be ended now, in order."""

    ended: str | None
    due: tuple[str, ...]
    unfinished: tuple[BulkRow, ...]


def standing(desk: Desk, through: str | None = None) -> Standing:
    """Which days are due, up to ``through`` or (None) the last that is over. ``Malformed`` for a day that may not end
    yet."""
    state = desk.state
    ended = max((row.date for row in state.ended_day.rows.values()), default=None)
    unfinished = tuple(sorted(row for row in state.bulk.rows.values() if row.posted < row.size))
    first = min((row.date for row in state.day.rows.values()), default=None)
    if first is None:
        return Standing(ended, (), unfinished)
    start = read_day(ended, field="date") + timedelta(days=1) if ended else read_day(first, field="date")
    last = _last_over(desk) if through is None else _allowed(desk, through)
    count = (last - start).days + 1
    if count > DAYS_MAX:
        raise Malformed(f"{count} days are due, and at most {DAYS_MAX} are ended in one run", field="through")
    return Standing(ended, tuple((start + timedelta(days=n)).isoformat() for n in range(count)), unfinished)


def by_itself(desk: Desk) -> Standing:
    """As ``standing``, with those days only that end by themselves now: from the edition's hour of their evening on, at
    the office's own time."""
    now, terms = standing(desk), ends_at(desk)
    if terms is None:
        return now._replace(due=())
    zone = desk.state.current.zone if desk.state.current else "UTC"
    today, clock = _calendar_day(desk).isoformat(), moment(desk.clock.now()).astimezone(ZoneInfo(zone))
    come = clock.strftime("%H:%M") >= terms
    return now._replace(due=tuple(day for day in now.due if day < today or (come and day == today)))


def ends_at(desk: Desk) -> str | None:
    """The hour at which the edition in force ends days, such as "21:00"; None if it names none."""
    terms = desk.state.policy.terms(DayEndTerms) if desk.state.policy is not None else None
    return terms.at if terms is not None else None


def is_time(desk: Desk) -> bool:
    """Whether the edition's hour has come and a day is due, or a step is unfinished: for whoever serves to ask."""
    now = by_itself(desk)
    return bool(now.unfinished or now.due)


def _last_over(desk: Desk) -> Date:
    """The last day that is over: none of it can come any more."""
    today = desk.state.today
    if today is not None:
        open_day = read_day(today.date, field="date")
        return open_day if today.state == "counted" else open_day - timedelta(days=1)
    closed = max(row.date for row in desk.state.day.rows.values())
    return max(read_day(closed, field="date"), _calendar_day(desk) - timedelta(days=1))


def _allowed(desk: Desk, through: str) -> Date:
    """A day that a person names: not beyond the open day, or the calendar's."""
    asked, today = read_day(through, field="through"), desk.state.today
    most = max(_calendar_day(desk), read_day(today.date, field="date") if today else Date.min)
    if asked > most:
        raise Malformed(f"{through} has not come yet here: today is {most}", field="through")
    return asked


def _calendar_day(desk: Desk) -> Date:
    zone = desk.state.current.zone if desk.state.current else "UTC"
    return read_day(desk.local_day(desk.clock.now(), zone), field="date")


def booking_date(desk: Desk) -> str:
    """The open day; with none open, the calendar day, but never a closed one."""
    if desk.state.today is not None:
        return desk.state.today.date
    return max(_calendar_day(desk), Date.fromordinal(desk.state.closed_through + 1)).isoformat()


class DayEnd:
    """Ends days. ``together``: chunks of lines, or entries that book them, in one commit; ``piece``: lines made or
    booked in one go, at most a chunk. Where a counter is open beside this, 1 and ``PIECE``. ``second``: whether another
    process may pack lines."""

    def __init__(
        self, at_desk: AtDesk, *, steps: Sequence[Step] = STEPS, together: int = 1, piece: int = bulk.CHUNK_LINES,
        told: Told | None = None, second: bool = True,
    ) -> None:  # fmt: skip
        self._at_desk, self._steps, self._together, self._piece = at_desk, steps, together, piece
        self._read: Chunks = {}
        self.packer = Packer(second=second)
        self._told = told or _untold

    def run(self, through: str | None = None) -> Report:
        """Finishes what was begun, then ends every day that is due, in order. May be cut short anywhere, and asked
        again."""
        with _without_collector(alone=self._together > 1):
            try:
                return self._run(through)
            finally:
                self.packer.close()

    def _run(self, through: str | None) -> Report:
        report = Report()
        plan = self._at_desk(lambda desk: standing(desk, through))
        for row in plan.unfinished:
            report.resumed.append(f"{row.date} {row.step}")
        for day in plan.due:
            for step in self._steps:
                self._do(step, day)
            report.days.append(self._end(day))
        ended = {one.date for one in report.days}
        for row in plan.unfinished:  # Of a day that is not due now: finished all the same.
            if row.date not in ended:
                self._post(row.date, row.step)
        report.set_aside = self._at_desk(lambda desk: _set_aside(desk, ended))
        return report

    def resume(self) -> list[str]:
        """Finishes what an earlier run began to book, and nothing else: what a start of the office does."""
        unfinished = self._at_desk(lambda desk: standing(desk).unfinished)
        with _without_collector(alone=self._together > 1):
            for row in unfinished:
                self._post(row.date, row.step)
        return [f"{row.date} {row.step}" for row in unfinished]

    def _do(self, step: Step, day: str) -> None:
        if not self._at_desk(lambda desk: desk.state.bulk.get(day, step.name)):
            staging = self._at_desk(lambda desk: self._staging(desk, step, day))
            while self._at_desk(staging.more):
                self._told(day, step.name, staging.tree.size, 0)
            if not staging.tree.size:
                return
            self._at_desk(staging.enter)
        self._post(day, step.name)

    def _staging(self, desk: Desk, step: Step, day: str) -> _Staging:
        return _Staging(desk, step, day, self._piece, self._together, self._read, self.packer)

    def _post(self, day: str, step: str) -> None:
        """Books the chunks that are left, then enters what was set aside."""
        while True:
            done, count = self._at_desk(
                lambda desk: _post_next(desk, day, step, self._together, self._piece, self._read)
            )
            self._told(day, step, done, count)
            if done >= count:
                break
        while self._at_desk(lambda desk: _enter_aside(desk, day, step)):
            pass

    def _end(self, day: str) -> DayDone:
        return self._at_desk(lambda desk: _end_day(desk, day))


@contextmanager
def _without_collector(*, alone: bool) -> Iterator[None]:
    """Python's collector looks for cycles, and a run makes none: it would walk over each new row again and again, which
    took a quarter of all time. What others leave meanwhile is collected afterwards."""
    was, turn = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    if alone:
        sys.setswitchinterval(SWITCH_SECONDS)  # type: ignore[arg-type]  # it takes what can be a float, and is none
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        if was:
            gc.enable()


class _Staging:
    """Lines of a step being made and kept, a chunk at a time, before there is an entry."""

    def __init__(
        self, desk: Desk, step: Step, day: str, piece: int, together: int, handed: Chunks, packer: Packer
    ) -> None:  # fmt: skip
        self.state, self.step, self.day, self.piece, self.together = desk.state, step, day, piece, together
        self._handed, self._unkept, self._packer = handed, list[Row](), packer
        self._sizes: deque[int] = deque()
        self._chunks = 0
        self.id = desk.entropy(16)
        self.tree = bulk.LinesTree()
        self.edition = self.state.policy_on(day)
        self.later = _Later(desk, day) if step.closing else None
        self._lines: Iterator[Fact | Alike | None] | None = None
        self._waiting: list[Fact | Alike] = []
        self._count = 0

    def more(self, desk: Desk) -> bool:
        """Makes lines until a chunk is full, the step takes a breath, or there are no more; False after the last."""
        if self.edition is None:  # Nothing was in force: no product had terms.
            return False
        if desk.state is not self.state:
            raise Unavailable("The office was taken up again after a failed commit. Run the end of the day again.")
        if self.later is not None and not self.later.seen(desk):
            return True
        state, now = self.state, self.state.policy
        state.policy = self.edition
        state.later = self.later.moved if self.later is not None else {}
        try:
            over = self._fill(state)
        finally:
            state.policy, state.later = now, {}
        while self._count >= bulk.CHUNK_LINES or (over and self._count):
            self._pack(desk)
        for chunk in self._packer.packed(over=over):
            self._unkept.append(tuple(chunk))
            self.tree.add(chunk.root, self._sizes.popleft())
        if self._unkept and (over or len(self._unkept) >= self.together):
            desk.note({BULK_LINES.name: self._unkept})
            self._unkept = []
        return not over

    def _fill(self, state: State) -> bool:
        if self._lines is None:
            self._lines = self.step.lines(state, self.day)
        waiting, count = self._waiting, self._count
        full = min(bulk.CHUNK_LINES, count + self.piece - count % self.piece)
        for line in self._lines:
            if line is None:
                return False
            waiting.append(line)
            self._count += len(line) if type(line) is Alike else 1
            if self._count >= full:
                return False
        return True

    def _pack(self, desk: Desk) -> None:
        """Makes a chunk of the first lines that wait."""
        facts, self._waiting = _taken(self._waiting, bulk.CHUNK_LINES)
        count = len(facts)
        self._count -= count
        self._packer.take(self.id, self._chunks, facts, desk.entropy(bulk.LINE_BLIND_BYTES * count))
        if len(self._handed) < (HANDED_ALIKE if isinstance(facts, Alike) else HANDED_CHUNKS):
            self._handed[self.id, self._chunks] = facts
        self._sizes.append(count)
        self._chunks += 1

    def enter(self, desk: Desk) -> None:
        """The entry that fixes number and root."""
        if desk.state is not self.state or self.edition is None:
            raise Unavailable("The office was taken up again after a failed commit. Run the end of the day again.")
        fact = BulkEntered(self.step.name, self.day, self.tree.size, self.tree.root(), self.id, self.edition.digest)
        _accepted(desk, _entry(desk, self.id, self.step.kind, self.step.name, self.day, fact))


def _taken(waiting: list[Fact | Alike], most: int) -> tuple[Sequence[Fact], list[Fact | Alike]]:
    """(the first ``most`` lines, what is left)."""
    left = most
    for place, part in enumerate(waiting):
        if type(part) is Alike:
            if len(part) > left:
                whole = [part[:left]] if left else []
                return _in_a_row([*waiting[:place], *whole]), [part[left:], *waiting[place + 1 :]]
            left -= len(part)
        elif not left:
            return _in_a_row(waiting[:place]), waiting[place:]
        else:
            left -= 1
    return _in_a_row(waiting), []


def _in_a_row(parts: Sequence[Fact | Alike]) -> Sequence[Fact]:
    """The lines of parts, by columns where all are of one kind."""
    if not any(type(part) is Alike for part in parts):
        facts = cast("Sequence[Fact]", parts)
        return Alike.joined([Alike.made_of(facts)]) if len(set(map(type, facts))) == 1 else facts
    columns = [part for part in parts if type(part) is Alike]
    if len(columns) == len(parts) and len({part.of for part in columns}) == 1:
        return Alike.joined(columns)
    mixed: list[Fact] = []
    for part in parts:
        mixed += part if type(part) is Alike else (cast(Fact, part),)
    return mixed


class _Later:
    """What moved with a value date after ``day``: read from the first business day after it on, then as it goes on.

    Nothing that was entered before that day was opened can have a later value date: lines of a day's end have its own.
    """

    def __init__(self, desk: Desk, day: str) -> None:
        self.moved: dict[int, int] = {}
        self._day = read_day(day, field="date").toordinal()
        opened = min(((row.epoch, row.opened) for row in desk.state.day.rows.values() if row.date > day), default=None)
        self._last = transfer_id(*opened, 0) if opened is not None else desk.state.machine.highest

    def seen(self, desk: Desk) -> bool:
        """Takes what is new, a bounded number at a time; True once nothing is left."""
        moved, rows = self.moved, 0
        for row in desk.store.scan(TRANSFER.name, after=(self._last,), limit=LATER_ROWS):
            one = Transfer._make(row)
            if one.value > self._day and not one.flags & (PENDING | VOID | EXPIRE):
                moved[one.debit] = moved.get(one.debit, 0) - one.amount
                moved[one.credit] = moved.get(one.credit, 0) + one.amount
            self._last, rows = one.id, rows + 1
        return rows < LATER_ROWS


def _entry(
    desk: Desk, request: bytes, kind: str, step: str, day: str, fact: Fact, lines: Sequence[Fact] = ()
) -> SystemRequest:
    body = {"kind": kind, "date": booking_date(desk), "step": step, "day": day}
    return SystemRequest(request, body, lambda state: [Part(kind, (fact,))], lines)


def _accepted(desk: Desk, *requests: SystemRequest) -> None:
    for answer in desk.handle(requests):
        _must_be_accepted(answer)


def _must_be_accepted(answer: Answer | Exception) -> None:
    if isinstance(answer, Unanswered):
        raise Unavailable(f"{answer} Run the end of the day again: it goes on where it stopped.")
    if isinstance(answer, Exception):
        raise answer
    if not isinstance(answer, Accepted):
        raise Fault(f"the system's own entry was refused: {answer.refusal.code}")


def _derived(row: BulkRow, what: str, number: int) -> bytes:
    """A request id that a run after a cut gives again: what was kept all the same is then found."""
    return sha256(row.lines + what.encode() + number.to_bytes(8, "big")).digest()[:16]


def _post_next(desk: Desk, day: str, step: str, together: int, piece: int, chunks: Chunks) -> tuple[int, int]:
    """Books the next lines of a step, in one commit or, where no counter waits, in a few that follow each other;
    (lines done, lines in all). ``chunks``: those whose lines are in memory, each until its last line is booked."""
    row = desk.state.bulk.get(day, step)
    if row is None:
        raise Fault(f"{step} of {day} is not entered")
    groups: list[list[SystemRequest]] = [[]]
    first, most = row.posted, IN_TURN if together > 1 else 1
    while first < row.size and (len(groups) < most or len(groups[-1]) < together):
        if len(groups[-1]) == together:
            groups.append([])
        number, offset = divmod(first, bulk.CHUNK_LINES)
        lines = chunks.get((row.lines, number))
        if lines is None:
            kept = desk.store.get(BULK_LINES.name, (row.lines, number))
            if kept is None or not isinstance(kept[3], bytes):
                raise Fault(f"lines {first} and later of {step} of {day} are not in the store: run an audit")
            lines = chunks[row.lines, number] = bulk.read_own(kept[3])
        facts = lines[offset : offset + piece]
        if offset + piece >= len(lines):
            del chunks[row.lines, number]
        fact = BulkPosted(step, day, first, len(facts))
        groups[-1].append(_entry(desk, _derived(row, "post", first), "day-step-posted", step, day, fact, facts))
        first += len(facts)
    if len(groups) > 1:
        for answer in desk.handle_in_turn(groups):
            _must_be_accepted(answer)
    elif groups[0]:
        _accepted(desk, *groups[0])
    return first, row.size


def _enter_aside(desk: Desk, day: str, step: str) -> bool:
    """Enters the next line that was set aside and has no entry of its own yet; False if there is none."""
    row = desk.state.bulk.get(day, step)
    waiting = [one for one in desk.state.set_aside.rows.values() if (one.date, one.step, one.entered) == (day, step, 0)]
    if row is None or not waiting:
        return False
    requests = [
        _entry(
            desk, _derived(row, "aside", one.line), "line-set-aside", step, day,
            LineSetAside(step, day, one.line, one.reason, one.about),
        )
        for one in waiting[:100]
    ]  # fmt: skip
    _accepted(desk, *requests)
    return True


def _end_day(desk: Desk, day: str) -> DayDone:
    """The entry that says that a day has ended, once."""
    state = desk.state
    rows = sorted((row for row in state.bulk.rows.values() if row.date == day), key=lambda row: row.sequence)
    aside = [row for row in state.set_aside.rows.values() if row.date == day]
    done = tuple(StepDone(row.step, row.size, sum(1 for one in aside if one.step == row.step)) for row in rows)
    if state.ended_day.get(day) is None:
        fact = DayEnded(day, [list(one) for one in done])
        # Nobody outside can know this id, and a run after a cut gives it again.
        request = sha256(b"counterfoil/day-end/v1\0" + desk.office_key + f"{desk.epoch}/{day}".encode()).digest()[:16]
        body = {"kind": "day-end", "date": booking_date(desk), "step": "day-end", "day": day}
        parts = [Part("day-end", (fact, bulk.balances(state, day)))]
        _accepted(desk, SystemRequest(request, body, lambda _: parts))
    return DayDone(day, done)


def _set_aside(desk: Desk, days: set[str]) -> list[SetAside]:
    return [SetAside(*row[:5]) for row in desk.state.set_aside.all() if row.date in days]


def _untold(day: str, step: str, done: int, of: int) -> None:
    """Nobody looks on."""
