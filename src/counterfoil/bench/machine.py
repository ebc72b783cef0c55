"""What the figures were measured on. Every ``--json`` of a benchmark carries it, and no figure is told without it."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def machine_facts(folder: Path) -> dict[str, Any]:
    """Processor, memory, versions, and how long a write of 4 KiB with ``fdatasync`` takes in ``folder`` (ms).

    ``load`` is the average of the minute before: the work of others spoils every figure, so it is told with them.
    ``signature_us`` is what one Ed25519 signature takes of a processor: figures of two machines, or of two days on one,
    are compared by it.
    """
    p50, p99 = _sync_ms(folder)
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "processors": cores(),
        "memory_gb": round(_memory_bytes() / 2**30, 1),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "cryptography": version("cryptography"),
        "signature_us": signature_us(),
        "sync_ms": p50,
        "sync_p99_ms": p99,
    }


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peak_memory_mb() -> int:
    """The most memory this process has held so far, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def signature_us(times: int = 300, tries: int = 5) -> float:
    """Microseconds of the processor for one Ed25519 signature: the best of a few tries, since others can only slow it
    down."""
    key, message = Ed25519PrivateKey.from_private_bytes(bytes(32)), bytes(160)
    spent = []
    for _ in range(tries):
        start = time.process_time_ns()
        for _ in range(times):
            key.sign(message)
        spent.append(time.process_time_ns() - start)
    return round(min(spent) / times / 1_000, 1)


def percentile(ordered: Sequence[float], part: int) -> float:
    """The value that ``part`` in a hundred of ``ordered`` (ascending, not empty) do not exceed."""
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def milliseconds(times: Sequence[float]) -> dict[str, float]:
    """p50 and p99 of times in seconds, as milliseconds."""
    ordered = sorted(times)
    return {"p50_ms": round(percentile(ordered, 50) * 1_000, 3), "p99_ms": round(percentile(ordered, 99) * 1_000, 3)}


def told(facts: dict[str, Any]) -> str:
    """One line for a person."""
    return (
        f"{facts['processor']}, {facts['processors']} processors (load {facts['load']}), {facts['memory_gb']} GB, "
        f"{facts['system']}, Python {facts['python']}, SQLite {facts['sqlite']}; sync of 4 KiB: {facts['sync_ms']} ms; "
        f"one Ed25519 signature: {facts['signature_us']} µs"
    )


def _sync_ms(folder: Path, times: int = 50) -> tuple[float, float]:
    path = folder / "bench-sync"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    spent = []
    try:
        for _ in range(times):
            start = time.perf_counter()
            os.pwrite(descriptor, bytes(4_096), 0)
            _sync(descriptor)
            spent.append(time.perf_counter() - start)
    finally:
        os.close(descriptor)
        path.unlink()
    found = milliseconds(spent)
    return found["p50_ms"], found["p99_ms"]


_sync = getattr(os, "fdatasync", os.fsync)


def _first(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
