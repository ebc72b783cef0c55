"""Chunks are the same bytes whoever packs them: this process, a second one, or this one after all."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NoReturn

import pytest

from counterfoil import codec
from counterfoil.facts.alike import Alike, Same
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact, fact_bytes
from counterfoil.facts.savings import InterestCredited
from counterfoil.operations import packing
from counterfoil.operations.packing import Chunk, Packer, encode_lines, pack

LINES, SIZE = b"l" * 16, 8


def credited(first: int) -> Alike:
    accounts = [f"4{number:09}" for number in range(first, first + SIZE)]
    days, product, nothing = Same("2026-03-31", SIZE), Same("passbook", SIZE), Same(None, SIZE)
    return Alike(InterestCredited, (accounts, product, list(range(SIZE)), days, range(SIZE), Same(90, SIZE), nothing))


def chance(number: int) -> bytes:
    return bytes([number]) * (packing.LINE_BLIND_BYTES * SIZE)


def packed(packer: Packer, chunks: Sequence[Alike]) -> list[Chunk]:
    found: list[Chunk] = []
    for number, facts in enumerate(chunks):
        packer.take(LINES, number, facts, chance(number))
        found += packer.packed(over=False)
    return found + packer.packed(over=True)


CHUNKS = [credited(number * SIZE) for number in range(12)]
WANTED = [
    pack(LINES, number, [fact_bytes(fact) for fact in facts], chance(number)) for number, facts in enumerate(CHUNKS)
]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "SECOND_FROM", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_a_second_process_packs_the_same_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "UNDER_WAY", 100)  # Else this process would pack while the other one starts.
    packer = Packer()
    try:
        assert packed(packer, CHUNKS) == WANTED
        assert (packer.sent, packer.alone) == (len(CHUNKS) - 2, None)
    finally:
        packer.close()


class _Ends(ProcessPoolExecutor):
    """A second process that ends as soon as it is asked for something: never started."""

    def submit(self, *asked: Any) -> NoReturn:  # type: ignore[override]  # it takes what it is given and gives nothing
        raise BrokenProcessPool("it ended")


def _none(*_: object, **__: object) -> NoReturn:
    raise OSError("no more processes")


@pytest.mark.parametrize("instead", [_Ends, _none])
def test_without_a_second_process_this_one_packs(monkeypatch: pytest.MonkeyPatch, instead: Any) -> None:
    monkeypatch.setattr(packing, "ProcessPoolExecutor", instead)
    packer = Packer()
    assert packed(packer, CHUNKS) == WANTED
    assert packer.sent == 0
    assert packer.alone is not None


@pytest.mark.parametrize("given_up", [False, True], ids=["broken", "cancelled with the others"])
def test_a_second_process_that_ends_is_done_without(monkeypatch: pytest.MonkeyPatch, given_up: bool) -> None:
    futures: list[Future[Any]] = []

    class Breaks(ProcessPoolExecutor):
        def submit(self, *asked: Any) -> Any:  # type: ignore[override]  # it takes what it is given
            future: Future[Any] = Future()
            if given_up and futures:
                future.cancel()
            else:
                future.set_exception(BrokenProcessPool("it ended in the middle"))
            futures.append(future)
            return future

    monkeypatch.setattr(packing, "ProcessPoolExecutor", Breaks)
    packer = Packer()
    for number, facts in enumerate(CHUNKS):
        packer.take(LINES, number, facts, chance(number))
    assert packer.packed(over=True) == WANTED
    assert len(futures) == packing.UNDER_WAY
    assert packer.alone is not None
    packer.close()


def test_nobody_is_asked_where_one_is_enough() -> None:
    packer = Packer(second=False)
    assert packed(packer, CHUNKS) == WANTED
    assert packer.sent == 0


def test_lines_of_many_kinds_are_each_encoded_as_its_fact() -> None:
    facts: list[Fact] = [HouseMoved("4000000002", "fees", n + 1, "in", "test") for n in range(11)]
    facts[3:3] = list(credited(0))
    facts.append(credited(0)[0])
    assert encode_lines(facts) == [codec.encode(codec.decode(fact_bytes(fact))) for fact in facts]
