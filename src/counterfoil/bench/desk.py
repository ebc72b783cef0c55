"""The desk: deposits at the counter, from the request to the slip, as 64 screens and as one see them.

What is measured, in one process on SQLite in a real folder at full durability: a clerk's deposit is handed to the
sequencer, decided, booked, signed, committed and synced, read back through the second connection, marked, given its
checkpoint and its slip, and its own caller, a task of an event loop, is woken. A caller waits for its answer before
it asks again. Requests are read (``requests.parse``) before the watch starts; their bodies are encoded and signed by
the clerk while it runs.

In the same run, for the ratio: the three Ed25519 signatures that a deposit cannot do without (clerk, core, checkpoint),
alone. Afterwards the books are asked whether every deposit was booked once, and some slips are verified
(``test_the_desk_benchmark_is_sound``). Latencies in milliseconds.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from counterfoil.bench.machine import machine_facts, milliseconds
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
from counterfoil.bootstrap import TRUST
from counterfoil.facts.kinds import KINDS
from counterfoil.journal.rules import kinds_by_number
from counterfoil.journal.trust import parse_policy
from counterfoil.journal.verify import verify_slip
from counterfoil.kernel.idents import numbered
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.booking import till_account
from counterfoil.office import rules
from counterfoil.operations.answers import Accepted
from counterfoil.operations.desk import Request
from counterfoil.operations.house import house_account
from counterfoil.operations.sequencer import Sequencer

POLICY, CURRENCY = "cz-1993", "CZK"
DAY = date(1993, 1, 4).isoformat()
CALLERS = 64
SIGNATURES = 3
SLIPS_CHECKED = 200


@contextmanager
def ready_office(keep: Path | None, *, seed: int, accounts: int, postgres: str | None = None) -> Iterator[BenchOffice]:
    """An office with an open day, an open till and ``accounts`` open accounts, on a file's clock that stands still."""
    clock = file_clock(DAY)
    with (
        folder_for(keep, "desk") as folder,
        opened(
            folder, seed=f"bench {seed}", policy=POLICY, currency=CURRENCY, clock=clock, date=DAY, postgres=postgres
        ) as office,
    ):
        clock.set(at(DAY, "08:00"))
        open_day(office, DAY, denominated(0, ()))
        chance = Random(seed)
        for number in itertools.islice(_numbers(chance), accounts):
            opening = house_account(office.next_id(), account=number, product="everyday", date=DAY, clock=clock.kind)
            accepted(office.desk.one(opening))
        yield office


def deposits(office: BenchOffice, count: int) -> list[Request]:
    """``count`` deposits to the office's accounts, one after another."""
    numbers = itertools.cycle([row.account for row in office.desk.state.holding.all()])
    chance = Random(office.seed)
    return [
        office.ask(
            "deposit", date=DAY, till=TILL, account=next(numbers), amount=chance.randrange(10, 1_000_000, 10),
            currency=CURRENCY,
        )
        for _ in range(count)
    ]  # fmt: skip


def _numbers(chance: Random) -> Iterator[str]:
    """Account numbers without end, none twice."""
    seen: set[str] = set()
    while True:
        number = numbered(chance.randbytes(8), lead="4")
        if number not in seen:
            seen.add(number)
            yield number


def run(
    *,
    count: int = 30_000,
    alone: int = 5_000,
    accounts: int = 1_000,
    seed: int = 1,
    keep: Path | None = None,
    postgres: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """``count`` deposits by 64 callers, then ``alone`` by one; the figures, ready for JSON."""
    say("making the office")
    with ready_office(keep, seed=seed, accounts=accounts, postgres=postgres) as office:
        machine = machine_facts(office.folder)
        many, few = deposits(office, count), deposits(office, alone)
        say(f"{count:,} deposits by {CALLERS} callers")
        at_once, answers = _asked(office, many, CALLERS)
        say(f"{alone:,} deposits by one caller")
        one_by_one, more = _asked(office, few, 1)
        signing = _signing(office, 3_000)
        _check(office, [*many, *few], [*answers, *more])
        return {
            "machine": machine,
            "seed": seed,
            "store": "postgres" if postgres else "sqlite",
            "accounts": accounts,
            "callers": [at_once, one_by_one],
            "signatures_per_second": round(signing),
            "ratio_to_three_signatures": round(at_once["deposits_per_second"] * SIGNATURES / signing, 3),
            "sound": True,
            "folder": str(keep) if keep else None,
        }


def _asked(office: BenchOffice, requests: Sequence[Request], callers: int) -> tuple[dict[str, Any], list[Accepted]]:
    """Every caller is a task of one event loop that asks, waits for its answer and asks again."""
    answers: list[Accepted] = []
    times: list[float] = []
    before = _commits(office)
    sequencer = Sequencer(office.desk)

    async def call(part: Sequence[Request]) -> None:
        for request in part:
            start = time.perf_counter()
            answer = await sequencer.ask(request)
            times.append(time.perf_counter() - start)
            answers.append(accepted(answer))

    async def everyone() -> None:
        await asyncio.gather(*(call(requests[number::callers]) for number in range(callers)))

    gc.collect()
    gc.freeze()  # The requests of a real day do not all lie in memory; the collector need not walk these.
    start = time.perf_counter()
    try:
        asyncio.run(everyone())
    finally:
        gc.unfreeze()
        sequencer.close()
    seconds = time.perf_counter() - start
    figures = {
        "callers": callers,
        "deposits": len(answers),
        "groups": _commits(office) - before,
        "seconds": round(seconds, 3),
        "deposits_per_second": round(len(answers) / seconds),
        **milliseconds(times),
    }
    return figures, answers


def _commits(office: BenchOffice) -> int:
    """Commits so far that took entries: each leaves one row in ``head``."""
    return sum(1 for _ in office.desk.store.scan("head"))


def _signing(office: BenchOffice, count: int) -> float:
    """Signatures a second on one thread: what a deposit needs three of."""
    messages = [request_id("bench signing", number) * 16 for number in range(count)]
    start = time.perf_counter()
    for message in messages:
        office.desk.node_key.sign(message)
    return count / (time.perf_counter() - start)


def _check(office: BenchOffice, requests: Sequence[Request], answers: Sequence[Accepted]) -> None:
    """Every deposit booked once, and slips that verify; else ``Fault``: figures of unsound books are worth nothing."""
    asked = sum(request.mapping()["amount"] for request in requests)
    held = rules.cash_held(office.desk.state, till_account(TILL))
    entries = {(entry.epoch, entry.sequence) for answer in answers for entry in answer.entries}
    if len(entries) != len(requests) or held != asked:
        raise Fault(
            f"{len(requests)} deposits of {asked} were asked, {len(entries)} entries and {held} are in the books"
        )
    policy, kinds = parse_policy((office.folder / TRUST).read_bytes()), kinds_by_number(KINDS)
    step = max(1, len(answers) // SLIPS_CHECKED)
    for answer in answers[::step]:
        verify_slip(answer.entries[0].slip, policy, kinds)
