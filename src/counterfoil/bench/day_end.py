"""The end of a day over many savings accounts: how long, how much memory, and what the counter notices of it.

The office is a real one in a real folder, with the postal bank's edition. Its accounts are made by the same machinery
that is measured: a step whose lines open an account and pay into it, in another process, so that nothing of it stands
in the memory that is measured. Then the folder is opened and two quarters are ended: the first alone (the accrual of
all, a crediting line for each, the sweep for dormant accounts), the second with deposits beside it.

``run_loans``: so many small loans instead, all of which miss their first payment: a day on which nothing is due, then
the day on which each has a line as missed and a line as late, and the allowance for all of them.

Always true: what was credited is what the expense says, and every deposit was booked
(``test_the_end_of_a_day_is_measured_and_sound``); every loan was found missed and late, and the allowance is the
edition's (``test_loans_are_assessed_and_sound``).
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from multiprocessing import active_children, get_context
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from counterfoil import bootstrap
from counterfoil.bench.machine import machine_facts, milliseconds, peak_memory_mb
from counterfoil.bench.office import (
    TILL,
    BenchOffice,
    accepted,
    at,
    denominated,
    file_clock,
    folder_for,
    open_day,
    opened,
    request_id,
)
from counterfoil.engines.clock import FileClock
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.facts.customers import AccountOpened
from counterfoil.facts.loans import LoanOpened
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact
from counterfoil.facts.savings import InterestCredited
from counterfoil.kernel.idents import numbered
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.booked.loans import ALLOWANCE
from counterfoil.office.deciding import Step
from counterfoil.office.state import State
from counterfoil.operations.day_end import PIECE, DayEnd
from counterfoil.operations.desk import Desk
from counterfoil.operations.sequencer import Sequencer
from counterfoil.policy.terms.loans import BUCKETS
from counterfoil.products import loans as rule

T = TypeVar("T")
POLICY, PRODUCT, CURRENCY = "us-postal-bank", "passbook", "USD"
OPENED = date(2026, 1, 2)
FIRST, SECOND = (date(2026, 3, 31), date(2026, 4, 1)), (date(2026, 6, 30), date(2026, 7, 1))
"""The last day of each quarter, and the open day on which it is ended."""
MISSED = (date(2026, 1, 5), date(2026, 1, 6))
"""The day on which every loan's first payment is due, and the day on which it is found missed."""
RATE, PAYMENTS = 2_800, 26
FACES = (10_000, 1)
TOGETHER = 8
CREDITING = [
    f"{step}, {what}"
    for step in ("accrue-interest", "credit-interest", "settle-interest")
    for what in ("made", "booked")
]
"""What a million accounts are wanted accrued and credited by; statements, dormancy and the balances come on top."""
QUIET_SECONDS = 3
CASH = {"10000": 100}
PAUSE = 0.002
"""Seconds between a caller's answer and her next deposit: a window is not a flood."""


def run(
    *, accounts: int = 1_000_000, callers: int = 8, seed: int = 1, keep: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:  # fmt: skip
    """Builds an office with so many accounts, ends two quarters, and gives the figures, ready for JSON."""
    with folder_for(keep, "day-end") as folder:
        say(f"{accounts:,} accounts are opened")
        signers, built = _made(folder, seed), _apart(build, folder, accounts, seed)
        measured = _measured(folder, signers, callers, seed, say)
        machine = machine_facts(folder)
    return {
        "machine": machine, "seed": seed, "accounts": accounts, "callers": callers, "built_seconds": built,
        "us_per_account": round(measured["alone_seconds"] / accounts * 1e6, 2),
        "credited_us_per_account": round(measured["credited_seconds"] / accounts * 1e6, 2),
        "processor_us_per_account": round(measured["processor_seconds"] / accounts * 1e6, 2), **measured,
    }  # fmt: skip


def run_loans(
    *, loans: int = 200_000, seed: int = 1, keep: Path | None = None, say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Builds an office with so many loans, ends two days, and gives the figures, ready for JSON."""
    with folder_for(keep, "day-end-loans") as folder:
        say(f"{loans:,} loans are made")
        signers, built = _made(folder, seed), _apart(build_loans, folder, loans, seed)
        with bootstrap.open_office(folder, clock=FileClock(start=at(OPENED.isoformat(), "18:00"))) as opened_office:
            desk = opened_office.desk
            gc.collect()
            gc.freeze()
            office = BenchOffice(folder, desk, *signers, CURRENCY, f"measured {seed}")
            _next_day(office, opened_office.clock, OPENED, MISSED[1] + timedelta(days=1))
            say("the days before any payment is due")
            DayEnd(lambda call: call(desk), together=TOGETHER).run((MISSED[0] - timedelta(days=1)).isoformat())
            days: dict[str, Any] = {}
            for name, day in zip(("quiet", "missed"), MISSED, strict=True):
                say(f"{day}, {name}")
                steps, watch = dict[str, float](), _Watch()
                DayEnd(lambda call: call(desk), together=TOGETHER, told=_timed(steps, watch)).run(day.isoformat())
                seconds, processor = watch.spent()
                days[name] = {
                    "seconds": round(seconds, 2), "processor_seconds": round(processor, 2),
                    "processor_us_per_loan": round(processor / loans * 1e6, 2),
                    "steps": {step: round(took, 2) for step, took in steps.items()},
                }  # fmt: skip
            lines = {
                name: row.size for (_, name), row in desk.state.bulk.rows.items() if row.date == MISSED[1].isoformat()
            }
            debits, credits, _, _ = desk.state.balance(ALLOWANCE)
            late = sum(row.owed for row in desk.state.loan.rows.values() if row.bucket == BUCKETS[1])
            sound = lines.get("loan-dues") == lines.get("loan-delinquency") == loans and 0 < credits - debits < late
            memory = peak_memory_mb()
        machine = machine_facts(folder)
    return {
        "machine": machine, "seed": seed, "loans": loans, "built_seconds": built, "memory_mb": memory, **days,
        "lines": lines, "allowance": credits - debits, "sound": sound,
    }  # fmt: skip


def build_loans(folder: Path, loans: int, seed: int) -> None:
    """So many weekly loans, each on an account of its own, by the machinery that is measured."""
    chance, day, first = Random(seed), OPENED.isoformat(), MISSED[0]

    def lines(s: State, date_: str) -> Iterator[Fact | None]:
        numbers: set[str] = set()
        while len(numbers) < loans:
            numbers.add(numbered(chance.randbytes(8), lead="4"))
        terms: dict[int, Any] = {}
        for number in sorted(numbers):
            amount = chance.randrange(5_000, 50_001, 2_500)
            if amount not in terms:
                terms[amount] = rule.schedule(amount, "weekly", PAYMENTS, OPENED, first, RATE)
            rows = terms[amount]
            yield AccountOpened(number, "everyday")
            yield LoanOpened(
                loan=f"7{number[1:]}", customer=f"2{number[1:]}", amount=amount, case=f"A{number}", date=day, rate=RATE,
                every="weekly", number_of_payments=PAYMENTS, first_due=first.isoformat(), payment=rows[0].payment,
                last_payment=rows[-1].payment, total=sum(row.payment for row in rows), apr="28.00", till="",
                account=number,
            )  # fmt: skip

    step = Step("open", "day-step", lines)
    with bootstrap.open_office(folder, clock=file_clock(day)) as office:
        DayEnd(lambda call: call(office.desk), steps=(step,), together=TOGETHER).run(day)


def _apart(build: Callable[[Path, int, int], None], folder: Path, count: int, seed: int) -> float:
    """Builds in a process of its own, whose memory is not measured; the seconds it took."""
    started = time.perf_counter()
    process = get_context("spawn").Process(target=build, args=(folder, count, seed))
    process.start()
    process.join()
    if process.exitcode != 0:
        raise Fault(f"{build.__name__} failed: the office of the benchmark could not be made")
    return round(time.perf_counter() - started, 1)


def _made(folder: Path, seed: int) -> tuple[ClerkSigner, ClerkSigner]:
    """An office with its day open: supervisor and clerk."""
    day = OPENED.isoformat()
    with opened(
        folder, seed=f"day-end {seed}", policy=POLICY, currency=CURRENCY, clock=file_clock(day), date=day
    ) as office:
        open_day(office, day, CASH)
        return office.supervisor, office.clerk


def build(folder: Path, accounts: int, seed: int) -> None:
    """So many passbooks, each with something in it, by the machinery that is measured."""
    chance = Random(seed)

    def lines(s: State, day: str) -> Iterator[Fact | None]:
        numbers: set[str] = set()
        while len(numbers) < accounts:
            numbers.add(numbered(chance.randbytes(8), lead="4"))
        for number in sorted(numbers):
            yield AccountOpened(number, PRODUCT)
            yield HouseMoved(number, "opening", chance.randint(100, 200_000), "in", "opening")

    step = Step("open", "day-step", lines)
    with bootstrap.open_office(folder, clock=file_clock(OPENED.isoformat())) as office:
        DayEnd(lambda call: call(office.desk), steps=(step,), together=TOGETHER).run(OPENED.isoformat())


def _measured(
    folder: Path, signers: tuple[ClerkSigner, ClerkSigner], callers: int, seed: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """The first quarter's end alone, with a movement on every account; the second's with the counter open."""
    started = time.perf_counter()
    with bootstrap.open_office(folder, clock=FileClock(start=at(OPENED.isoformat(), "18:00"))) as opened_office:
        desk, loaded = opened_office.desk, round(time.perf_counter() - started, 2)
        gc.collect()
        gc.freeze()  # As a server should: else Python looks through a million accounts again and again.
        office = BenchOffice(folder, desk, *signers, CURRENCY, f"measured {seed}")
        _next_day(office, opened_office.clock, OPENED, FIRST[1])
        say("the first quarter's days before the last")
        DayEnd(lambda call: call(desk), together=TOGETHER).run((FIRST[0] - timedelta(days=1)).isoformat())
        say("the first quarter's last day")
        steps, watch = dict[str, float](), _Watch()
        ending = DayEnd(lambda call: call(desk), together=TOGETHER, told=_timed(steps, watch))
        ending.run(FIRST[0].isoformat())
        alone, processor, memory = *watch.spent(), peak_memory_mb()
        _next_day(office, opened_office.clock, FIRST[1], SECOND[1])
        say("the second quarter's days before the last")
        DayEnd(lambda call: call(desk), together=TOGETHER).run((SECOND[0] - timedelta(days=1)).isoformat())
        sequencer = Sequencer(desk)
        try:
            say("quiet deposits")
            with _counter(office, sequencer, callers) as quiet:
                time.sleep(QUIET_SECONDS)
            say("the second quarter's last day, with deposits beside it")
            started = time.perf_counter()
            with _counter(office, sequencer, callers) as beside:
                DayEnd(_through(sequencer, desk), piece=PIECE).run(SECOND[0].isoformat())
            together = time.perf_counter() - started
        finally:
            sequencer.close()
        figures = {
            "loaded_seconds": loaded, "alone_seconds": round(alone, 2), "processor_seconds": round(processor, 2),
            "credited_seconds": round(sum(steps.get(one, 0) for one in CREDITING), 2),
            "credited_processor_seconds": round(sum(watch.busy.get(one, 0) for one in CREDITING), 2),
            "statements_seconds": round(sum(steps.get(f"statements, {what}", 0) for what in ("made", "booked")), 2),
            "steps": {name: round(seconds, 2) for name, seconds in steps.items()}, "memory_mb": memory,
            "second_process": {
                "memory_mb": watch.beside_mb, "chunks": ending.packer.sent, "without": ending.packer.alone,
            },
            "beside_seconds": round(together, 2), "quiet": milliseconds(quiet), "beside": milliseconds(beside),
            "deposits_beside": len(beside),
            "p99_ratio": round(milliseconds(beside)["p99_ms"] / milliseconds(quiet)["p99_ms"], 2),
        }  # fmt: skip
        return {**figures, **_sums(desk)}


def _next_day(office: BenchOffice, clock: Any, day: date, following: date) -> None:
    """The day is counted and closed, and the other opened."""
    till = office.desk.state.balance(f"till:{TILL}")
    held = till[0] - till[1]
    office.must("till-count", date=day.isoformat(), till=TILL, count=denominated(held, FACES))
    office.must("till-close", date=day.isoformat(), till=TILL)
    office.must("vault-count", office.supervisor, office.clerk, date=day.isoformat(), count={})
    office.must("day-close", office.supervisor, date=day.isoformat())
    clock.set(at(following.isoformat(), "06:00"))
    open_day(office, following.isoformat(), denominated(held, FACES))


def _through(sequencer: Sequencer, desk: Desk) -> Callable[[Callable[[Desk], T]], T]:
    return lambda call: sequencer.call(lambda: call(desk))


class _Watch:
    """Time by the clock and of the processor, the second process' own included, and the most memory that one held."""

    def __init__(self) -> None:
        self.beside_mb = 0
        self.busy: dict[str, float] = {}
        """What each step took of the processor in this process alone."""
        self._clock, self._busy = time.perf_counter(), _busy()

    def look(self) -> None:
        """Looks how much memory the processes beside this one hold."""
        for child in active_children():
            with suppress(OSError, StopIteration):
                lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
                peak = next(line for line in lines if line.startswith("VmHWM:"))
                self.beside_mb = max(self.beside_mb, int(peak.split()[1]) // 1024)

    def spent(self) -> tuple[float, float]:
        """(seconds by the clock, seconds of the processor) since it was made; processes beside it have ended."""
        return time.perf_counter() - self._clock, _busy() - self._busy


def _busy() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _timed(steps: dict[str, float], watch: _Watch) -> Callable[[str, str, int, int], None]:
    """Adds up what each step took by the clock, from one telling to the next."""
    last = [time.perf_counter(), time.process_time()]

    def told(day: str, step: str, done: int, of: int) -> None:
        now, busy = time.perf_counter(), time.process_time()
        name = f"{step}, {'booked' if of else 'made'}"
        steps[name] = steps.get(name, 0) + now - last[0]
        watch.busy[name] = watch.busy.get(name, 0) + busy - last[1]
        if not done % 65_536:
            watch.look()
        last[:] = now, busy

    return told


@contextmanager
def _counter(office: BenchOffice, sequencer: Sequencer, callers: int) -> Iterator[list[float]]:
    """Callers that make deposits one after another while this lasts; the seconds that each waited."""
    times: list[float] = []
    over = threading.Event()
    accounts = [row.account for row in list(office.desk.state.holding.rows.values())[:1_000]]

    def serve(number: int) -> None:
        chance, made = Random(number), 0
        while not over.is_set():
            made += 1
            request = office.ask(
                "deposit", request=request_id(f"{id(times)} {number}", made), date=SECOND[1].isoformat(), till=TILL,
                account=chance.choice(accounts), amount=1, currency=CURRENCY,
            )  # fmt: skip
            start = time.perf_counter()
            accepted(sequencer.submit(request).result())
            times.append(time.perf_counter() - start)
            time.sleep(PAUSE)

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield times
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _sums(desk: Desk) -> dict[str, Any]:
    """What was credited, and whether the expense is that to the cent and nothing is owed any more."""
    debits, credits, _, _ = desk.state.balance("house:interest-expense")
    owed = desk.state.balance(f"house:interest-payable-{PRODUCT}")
    row = desk.state.bulk.get(FIRST[0].isoformat(), "credit-interest")
    credited = sum(one.amount for one in desk.store.all_transfers() if one.code == InterestCredited.number)
    return {
        "lines": row.size if row else 0,
        "credited": credited,
        "sound": credited == debits - credits and owed[0] == owed[1] and credited > 0,
    }
