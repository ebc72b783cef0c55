"""How long an audit takes, how much memory, and how near its signatures come to what the processors can do.

What is measured: ``operations.audit`` on a real folder, opened read-only, in a process of its own, so that its memory
is its own: once books, hashes and roots, once with every signature. Before and after, on every processor, Ed25519
verification alone; the ratio is to the mean of the two. The folder is filled through the desk first, or named
(``test_an_audit_is_measured_on_a_real_folder``). Seconds are of the audit; memory is the most that this process and
its workers held, added up as if all had held it at once.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil import bootstrap
from counterfoil.bench.desk import ready_office
from counterfoil.bench.growth import fill
from counterfoil.bench.machine import cores, machine_facts, peak_memory_mb
from counterfoil.kernel.outcomes import CounterfoilError, Unavailable
from counterfoil.operations.audit import Asked, Report, audit

RAW_SECONDS = 2.0
_RAW_BATCH = 250


def audited(folder: Path, *, signatures: bool) -> Report:
    """The audit of an office's folder, with its office key and its mark, as ``counterfoil audit`` does it."""
    settings = bootstrap.read_settings(folder)
    mark = bootstrap.mark_of(folder) or "there is none"
    store = bootstrap.open_store(folder, settings, read_only=True)
    try:
        return audit(store, Asked(signatures=signatures, office_key=bootstrap.office_key_of(folder), mark=mark))
    finally:
        store.close()


def told(report: Report) -> dict[str, Any]:
    """What a benchmark says of an audit."""
    return {
        "entries": report.entries,
        "transfers": report.transfers,
        "signatures": report.signatures,
        "findings": [str(finding) for finding in report.findings],
    }


def run(
    *,
    entries: int = 1_000_000,
    folder: Path | None = None,
    seed: int = 1,
    keep: Path | None = None,
    raw_seconds: float = RAW_SECONDS,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Audits ``folder``, or one filled to ``entries`` entries, both ways; the figures, ready for JSON."""
    with ExitStack() as stack:
        if folder is None:
            office = stack.enter_context(ready_office(keep, seed=seed, accounts=1_000))
            fill(office, entries, say)
            folder = office.folder
        say("auditing books, hashes and roots")
        books = _apart(folder, False)
        say("verifying signatures without an audit")
        before = raw_rate(raw_seconds)
        say("auditing with signatures")
        signed = _apart(folder, True)
        raw = (before + raw_rate(raw_seconds)) / 2
        rate = (signed["signatures"] or 0) / signed["seconds"]
        return {
            "machine": machine_facts(folder),
            "seed": seed,
            "books": books,
            "signatures": signed,
            "signatures_per_second": round(rate),
            "raw_verifications_per_second": round(raw),
            "ratio": round(rate / raw, 3),
        }


def raw_rate(seconds: float) -> float:
    """Ed25519 verifications a second on every processor at once."""
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        list(pool.map(_verified, [0.05] * cores()))  # Start every process before the watch does.
        return sum(pool.map(_verified, [seconds] * cores()))


def _apart(folder: Path, signatures: bool) -> dict[str, Any]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(_timed, folder, signatures).result()
    if isinstance(found, str):
        raise Unavailable(found)
    return found


def _timed(folder: Path, signatures: bool) -> dict[str, Any] | str:
    """The figures of one audit, or why there was none: our errors cannot be sent from one process to another."""
    start = time.perf_counter()
    try:
        report = told(audited(folder, signatures=signatures))
    except CounterfoilError as error:
        return str(error)
    seconds = time.perf_counter() - start
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024 * cores()
    return {"seconds": round(seconds, 2), "memory_mb": peak_memory_mb() + workers, **report}


def _verified(seconds: float) -> float:
    """Verifications a second of this process, over about that many seconds."""
    key, message = Ed25519PrivateKey.generate(), bytes(200)
    signature, public = key.sign(message), key.public_key()
    start, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(_RAW_BATCH):
            public.verify(signature, message)
        done += _RAW_BATCH
    return done / spent
