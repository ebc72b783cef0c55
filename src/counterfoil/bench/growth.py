"""Whether an entry costs more as the journal grows: deposits measured at 10,000, 100,000 and 1,000,000 entries.

One office is filled through its own desk. Each time a size is reached, ``sample`` deposits are measured in groups of 64
and some one at a time: the median group's time by the clock, and the processor's time of all. The office is filled only
with deposits, to the same accounts from the first to the last, so nothing grows but the journal and what is kept per
entry. The last figure divided by the first stands in ``last_to_first`` (``test_growth_is_measured_at_each_size``).
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from counterfoil.bench.desk import deposits, ready_office
from counterfoil.bench.machine import machine_facts, milliseconds, peak_memory_mb, percentile
from counterfoil.bench.office import BenchOffice, accepted
from counterfoil.bootstrap import DATABASE
from counterfoil.operations.desk import Request

FILL_GROUP, SAMPLE_GROUP = 256, 64
SIZES = (10_000, 100_000, 1_000_000)


def run(
    *,
    sizes: Sequence[int] = SIZES,
    sample: int = 6_400,
    alone: int = 1_000,
    seed: int = 1,
    keep: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Fills one office to each of ``sizes`` (ascending) and measures there; the figures, ready for JSON."""
    rows = []
    with ready_office(keep, seed=seed, accounts=1_000) as office:
        machine = machine_facts(office.folder)
        for size in sizes:
            fill(office, size, say)
            say(f"measuring at {office.desk.size:,} entries")
            rows.append(_sampled(office, sample, alone))
        return {
            "machine": machine,
            "seed": seed,
            "sizes": rows,
            "last_to_first": round(rows[-1]["us_per_entry"] / rows[0]["us_per_entry"], 3),
            "last_to_first_processor": round(rows[-1]["processor_us_per_entry"] / rows[0]["processor_us_per_entry"], 3),
            "folder": str(keep) if keep else None,
        }


def fill(office: BenchOffice, size: int, say: Callable[[str], None] = lambda line: None) -> None:
    """Deposits until the journal holds ``size`` entries."""
    while office.desk.size < size:
        for answer in office.desk.handle(deposits(office, min(FILL_GROUP, size - office.desk.size))):
            accepted(answer)
        if office.desk.size % 10_000 < FILL_GROUP:
            say(f"{office.desk.size:,} of {size:,} entries")


def _sampled(office: BenchOffice, sample: int, alone: int) -> dict[str, Any]:
    entries, many, few = office.desk.size, deposits(office, sample), deposits(office, alone)
    gc.collect()
    gc.freeze()
    busy = time.process_time()
    groups = [_timed(office, many[at : at + SAMPLE_GROUP]) for at in range(0, sample, SAMPLE_GROUP)]
    busy = time.process_time() - busy
    times = [_timed(office, [one]) for one in few]
    gc.unfreeze()
    return {
        "entries": entries,
        "us_per_entry": round(percentile(sorted(groups), 50) / min(SAMPLE_GROUP, sample) * 1e6, 1),
        "processor_us_per_entry": round(busy / sample * 1e6, 1),
        "alone": milliseconds(times),
        "database_bytes_per_entry": _bytes(office) // office.desk.size,
        "memory_mb": peak_memory_mb(),
    }


def _timed(office: BenchOffice, requests: Sequence[Request]) -> float:
    start = time.perf_counter()
    for answer in office.desk.handle(requests):
        accepted(answer)
    return time.perf_counter() - start


def _bytes(office: BenchOffice) -> int:
    """Of the database and its log; 0 where the store is no file."""
    files = (office.folder / DATABASE, office.folder / f"{DATABASE}-wal")
    return sum(path.stat().st_size for path in files if path.exists())
