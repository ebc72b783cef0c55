"""How many slips a second are verified: signature of the node, signature of the checkpoint, form and rules.

What is measured: ``journal.verify.verify_slip`` on slips of a real office under its own trust policy, on ``threads``
threads of one process, each with its own part of the slips; and in turn with it, on as many threads, the two raw
Ed25519 verifications that a slip cannot do without. Every slip must be accepted, or the run is a ``Fault``
(``test_slips_are_verified_and_counted``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from counterfoil.bench.desk import deposits, ready_office
from counterfoil.bench.machine import machine_facts
from counterfoil.bench.office import accepted
from counterfoil.bootstrap import TRUST
from counterfoil.facts.kinds import KINDS
from counterfoil.journal.entry import core_message
from counterfoil.journal.rules import Kinds, kinds_by_number
from counterfoil.journal.slip import decode_slip
from counterfoil.journal.trust import TrustPolicy, parse_policy
from counterfoil.journal.verify import verify_slip
from counterfoil.kernel.outcomes import Fault

GROUP = 256
ROUNDS = 4
"""Slips and raw verifications take turns this often, so that a slow moment of the machine falls on both."""

Signed = tuple[bytes, bytes]


def run(
    *, slips: int = 20_000, threads: int = 2, seed: int = 1, say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Makes ``slips`` slips, verifies each once, and returns the figures, ready for JSON."""
    with ready_office(None, seed=seed, accounts=1_000) as office:
        machine = machine_facts(office.folder)
        say(f"making {slips:,} slips")
        requests = deposits(office, slips)
        texts = [
            accepted(answer).entries[0].slip
            for at in range(0, slips, GROUP)
            for answer in office.desk.handle(requests[at : at + GROUP])
        ]
        policy = parse_policy((office.folder / TRUST).read_bytes())
        row = office.desk.state.current
        if row is None:
            raise Fault("the bench office has no epoch")
        pairs, key = [_signed(text, row.origin) for text in texts], Ed25519PublicKey.from_public_bytes(row.node_key)
    kinds = kinds_by_number(KINDS)
    seconds = raw = 0.0
    for number in range(ROUNDS):
        say(f"verifying, {number + 1} of {ROUNDS}")
        some, same = texts[number::ROUNDS], pairs[number::ROUNDS]
        seconds += _timed(threads, lambda part: _verify(part, policy, kinds), some)
        raw += _timed(threads, lambda part: _verify_raw(part, key), same)
    return {
        "machine": machine,
        "seed": seed,
        "slips": len(texts),
        "threads": threads,
        "seconds": round(seconds, 3),
        "slips_per_second": round(len(texts) / seconds),
        "raw_pairs_per_second": round(len(texts) / raw),
        "ratio": round(raw / seconds, 3),
    }


def _timed(threads: int, work: Callable[[Sequence[Any]], None], items: Sequence[Any]) -> float:
    """Seconds until every thread has worked through its part."""
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        for done in [pool.submit(work, items[number::threads]) for number in range(threads)]:
            done.result()
        return time.perf_counter() - start


def _verify(texts: Sequence[str], policy: TrustPolicy, kinds: Kinds) -> None:
    for text in texts:
        verify_slip(text, policy, kinds)


def _verify_raw(pairs: Sequence[tuple[Signed, Signed]], key: Ed25519PublicKey) -> None:
    for pair in pairs:
        for message, signature in pair:
            key.verify(signature, message)


def _signed(text: str, origin: str) -> tuple[Signed, Signed]:
    slip = decode_slip(text)
    return (core_message(slip.core_bytes), slip.signature), (slip.checkpoint(origin), slip.checkpoint_signature)
