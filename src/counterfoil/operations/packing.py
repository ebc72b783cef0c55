"""Chunks of lines as bytes and one root: here, or in a second process where a step has very many of them.

The problem: encoding and hashing are two thirds of what making a line costs, Python does one thing at a time, and most
machines have a processor to spare. They are a pure function of the lines and of chance, so it does not matter where
they are done (``test_a_second_process_packs_the_same_chunks``).

Always true: chunks are given back in the order in which they were taken, whoever packed them; and where a second
process cannot be started, or ends, this one does its work (``test_without_a_second_process_this_one_packs``).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby
from multiprocessing import get_context
from operator import add
from typing import Any, NamedTuple

from counterfoil import codec
from counterfoil.facts.alike import Alike
from counterfoil.facts.record import Fact, fact_bytes
from counterfoil.journal.hashing import EMPTY_ROOT, leaf_hashes, node_hashes

LINE_BLIND_BYTES = 16
ROW_LINES = 8
"""Lines of one kind in a row that it pays to take apart into columns."""
SECOND_FROM = 64
"""Chunks of one step from which on a second process is worth its start."""
UNDER_WAY = 6
"""Chunks with the second process at a time; what is beyond them is packed here meanwhile."""
_BLIND_HEAD = codec.encode_bytes(bytes(LINE_BLIND_BYTES))[:-LINE_BLIND_BYTES]


class Chunk(NamedTuple):
    """One row of ``bulk_lines``."""

    lines: bytes
    chunk: int
    root: bytes
    data: bytes


def encode_lines(facts: Sequence[Fact]) -> list[bytes]:
    """The canonical bytes of each line: of those of one kind in a row, by columns."""
    if isinstance(facts, Alike):
        return facts.encoded()
    lines: list[bytes] = []
    for _, run in groupby(facts, type):
        row = list(run)
        lines += Alike.made_of(row).encoded() if len(row) >= ROW_LINES else map(fact_bytes, row)
    return lines


def pack(lines: bytes, chunk: int, facts: Sequence[bytes], chance: bytes) -> Chunk:
    """A chunk of lines; ``chance``: 16 random bytes for each."""
    count = len(facts)
    blinds = [chance[at : at + LINE_BLIND_BYTES] for at in range(0, count * LINE_BLIND_BYTES, LINE_BLIND_BYTES)]
    parts = [b""] * (2 * count)
    parts[::2] = [_BLIND_HEAD + blind for blind in blinds]
    parts[1::2] = map(codec.encode_bytes, facts)
    hashes = leaf_hashes(map(add, blinds, facts))
    return Chunk(lines, chunk, subtree_root(hashes), codec.encode_array(parts))


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root of at most a chunk's leaf hashes."""
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        pairs = node_hashes(level)
        if len(level) % 2:  # The last one has no neighbor yet: it stands a level higher as it is.
            pairs.append(level[-1])
        level = pairs
    return level[0]


class _Taken(NamedTuple):
    """A chunk that is being packed, and all that is needed to do it here after all."""

    lines: bytes
    number: int
    facts: Sequence[Fact]
    chance: bytes
    future: Future[tuple[bytes, bytes]] | None

    def here(self) -> Chunk:
        return pack(self.lines, self.number, encode_lines(self.facts), self.chance)


class Packer:
    """Packs the chunks of one run. ``second``: whether a second process may be started."""

    def __init__(self, *, second: bool = True) -> None:
        self.alone: str | None = None if second and (os.cpu_count() or 1) > 1 else "one processor"
        """Why no second process is used; None if one may be."""
        self.sent = 0
        """Chunks that the second process packed."""
        self._executor: ProcessPoolExecutor | None = None
        self._waiting: deque[_Taken | Chunk] = deque()
        self._under_way = 0

    def take(self, lines: bytes, number: int, facts: Sequence[Fact], chance: bytes) -> None:
        """Takes the next chunk: chunk ``number`` of those that are kept by ``lines``."""
        executor = self._second() if number >= SECOND_FROM and isinstance(facts, Alike) else None
        future = None
        if executor is not None and isinstance(facts, Alike) and self._under_way < UNDER_WAY:
            try:
                future = executor.submit(_packed, facts.head(), facts.columns, chance)
            except (BrokenProcessPool, OSError, RuntimeError) as error:
                self._give_up(error)
        taken = _Taken(lines, number, facts, chance, future)
        self._under_way += future is not None
        self._waiting.append(taken if future is not None else taken.here())

    def packed(self, *, over: bool) -> list[Chunk]:
        """The chunks that are ready, in order; ``over``: all that are left, however long they take."""
        ready: list[Chunk] = []
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _Taken):
                if not over and first.future is not None and not first.future.done():
                    break
                first = self._result(first)
            self._waiting.popleft()
            ready.append(first)
        return ready

    def close(self) -> None:
        """Ends the second process, if there is one; what is under way is forgotten."""
        executor, self._executor = self._executor, None
        self._waiting.clear()
        self._under_way = 0
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)

    def _result(self, taken: _Taken) -> Chunk:
        self._under_way -= 1
        try:
            assert taken.future is not None
            root, data = taken.future.result()
        except (BrokenProcessPool, CancelledError, OSError) as error:  # Cancelled: others' were given up.
            self._give_up(error)
            return taken.here()
        self.sent += 1
        return Chunk(taken.lines, taken.number, root, data)

    def _second(self) -> ProcessPoolExecutor | None:
        if self._executor is None and self.alone is None:
            try:  # A fresh interpreter: nothing of this process (its connections above all) is inherited.
                self._executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            except (OSError, NotImplementedError, ImportError) as error:
                self._give_up(error)
        return self._executor

    def _give_up(self, error: BaseException) -> None:
        self.alone = f"a second process could not be used: {type(error).__name__}"
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)


def _packed(head: bytes, columns: Sequence[Sequence[Any]], chance: bytes) -> tuple[bytes, bytes]:
    """In the second process: the root and the bytes of a chunk."""
    made = pack(b"", 0, [head + fields for fields in codec.encode_columns(columns)], chance)
    return made.root, made.data
