"""The sequencer: many callers, one desk; everyone hears of their request, whatever becomes of the desk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.operations.answers import Accepted, Answer, Refused, Unanswered
from counterfoil.operations.desk import NotSigning, Request, SystemRequest
from counterfoil.operations.sequencer import GROUP_REQUESTS_MAX, Sequencer
from counterfoil.testing.builders import House, counter

SECONDS = 30
"""Longer than any of this takes: a test that waits so long has failed."""


class Gated:
    """A desk that waits for the test before each group, and notes how large the groups were."""

    def __init__(self, house: House) -> None:
        self.house, self.state = house, house.desk.state
        self.go = threading.Semaphore(0)
        self.began = threading.Semaphore(0)
        self.groups: list[int] = []

    def handle(self, requests: Sequence[Request | SystemRequest]) -> list[Answer | Exception]:
        self.groups.append(len(requests))
        self.began.release()
        assert self.go.acquire(timeout=SECONDS)
        return self.house.desk.handle(requests)


def test_callers_of_many_threads_are_answered_each_with_their_own() -> None:
    house = counter()
    requests = [house.request("deposit", till="T1", account=house.account, amount=n) for n in range(1, 101)]
    sequencer = Sequencer(house.desk)
    answers: dict[bytes, Answer] = {}

    def ask(mine: list[Request]) -> None:
        for request in mine:
            answers[request.id] = sequencer.submit(request).result(SECONDS)

    threads = [threading.Thread(target=ask, args=(requests[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    sequencer.close()
    assert all(isinstance(answers[r.id], Accepted) and answers[r.id].request == r.id for r in requests)
    assert house.owed() == sum(range(1, 101))
    house.check()


def test_tasks_of_an_event_loop_are_answered_each_with_their_own() -> None:
    house = counter()
    requests = [house.request("deposit", till="T1", account=house.account, amount=n) for n in range(1, 41)]
    sequencer = Sequencer(house.desk)

    async def ask(request: Request) -> Answer:
        return await asyncio.wait_for(sequencer.ask(request), SECONDS)

    async def everyone() -> list[Answer]:
        gone = sequencer.ask(house.request("balance-told", account=house.account))
        gone.cancel()  # Whoever asked went away: the others hear of theirs all the same.
        return list(await asyncio.gather(*map(ask, requests)))

    answers = asyncio.run(everyone())
    sequencer.close()
    assert all(isinstance(a, Accepted) and a.request == r.id for r, a in zip(requests, answers, strict=True))
    assert house.owed() == sum(range(1, 41))
    assert asyncio.run(_closed(sequencer, requests[0]))
    house.check()


async def _closed(sequencer: Sequencer, request: Request) -> bool:
    return isinstance(sequencer.ask(request).exception(), Unanswered)


def test_what_arrives_during_a_commit_forms_the_next_group() -> None:
    house = counter()
    desk = Gated(house)
    sequencer = Sequencer(desk)  # type: ignore[arg-type]  # all it needs of a desk
    first = sequencer.submit(house.request("balance-told", account=house.account))
    assert desk.began.acquire(timeout=SECONDS)
    rest = [
        sequencer.submit(house.request("balance-told", account=house.account)) for _ in range(GROUP_REQUESTS_MAX + 3)
    ]
    for _ in range(3):
        desk.go.release()
    done, waiting = wait([first, *rest], SECONDS)
    sequencer.close()
    assert not waiting
    assert desk.groups == [1, GROUP_REQUESTS_MAX, 3]
    assert all(isinstance(future.result(), Accepted) for future in done)


def test_an_error_is_its_own_requests_and_nobody_elses() -> None:
    house = counter()
    unsigned = house.request("balance-told", account=house.account)
    unsigned.signers = []
    desk = Gated(house)
    sequencer = Sequencer(desk)  # type: ignore[arg-type]  # all it needs of a desk
    hold = sequencer.submit(house.request("balance-told", account=house.account))
    assert desk.began.acquire(timeout=SECONDS)
    bad = sequencer.submit(unsigned)
    short = sequencer.submit(house.request("withdrawal", till="T1", account=house.account, amount=1))
    good = sequencer.submit(house.request("deposit", till="T1", account=house.account, amount=1))
    desk.go.release()
    desk.go.release()
    with pytest.raises(Malformed):
        bad.result(SECONDS)
    assert isinstance(short.result(SECONDS), Refused)
    assert isinstance(good.result(SECONDS), Accepted)
    assert isinstance(hold.result(SECONDS), Accepted)
    sequencer.close()


def test_waiting_callers_are_told_when_the_desk_stops() -> None:
    house = counter()
    desk = Gated(house)

    def broken(_: object) -> list[object]:
        raise Fault("planned")

    sequencer = Sequencer(desk)  # type: ignore[arg-type]  # all it needs of a desk
    stopping = sequencer.submit(SystemRequest(house.new_id(), {"kind": "house-movement"}, broken))  # type: ignore[arg-type]  # it never returns
    assert desk.began.acquire(timeout=SECONDS)
    waiting: list[Future[Answer]] = [
        sequencer.submit(house.request("balance-told", account=house.account)) for _ in range(5)
    ]
    desk.go.release()
    desk.go.release()
    with pytest.raises(Fault):
        stopping.result(SECONDS)
    for future in waiting:
        with pytest.raises(NotSigning):
            future.result(SECONDS)
    sequencer.close()
    with pytest.raises(Unanswered):
        sequencer.submit(house.request("balance-told", account=house.account)).result(SECONDS)


def test_closing_finishes_what_was_accepted() -> None:
    house = counter()
    desk = Gated(house)
    sequencer = Sequencer(desk)  # type: ignore[arg-type]  # all it needs of a desk
    futures = [sequencer.submit(house.request("deposit", till="T1", account=house.account, amount=1)) for _ in range(9)]
    for _ in range(9):
        desk.go.release()
    sequencer.close()
    assert all(isinstance(future.result(0), Accepted) for future in futures)
    assert house.owed() == 9


def test_a_call_runs_between_two_groups() -> None:
    house = counter()
    desk = Gated(house)
    sequencer = Sequencer(desk)  # type: ignore[arg-type]  # all it needs of a desk
    before = sequencer.submit(house.request("deposit", till="T1", account=house.account, amount=1))
    assert desk.began.acquire(timeout=SECONDS)
    seen: list[tuple[int, str]] = []

    def look() -> int:
        seen.append((house.desk.size, threading.current_thread().name))
        return sequencer.call(lambda: house.desk.size)  # From the desk's own thread: at once.

    started = house.desk.size
    with ThreadPoolExecutor(1) as pool:
        called = pool.submit(sequencer.call, look)
        while sequencer._waiting.empty():  # The call is in the line before the next request is.
            threading.Event().wait(0.001)
        after = sequencer.submit(house.request("deposit", till="T1", account=house.account, amount=1))
        desk.go.release()
        desk.go.release()
        assert called.result(SECONDS) == started + 1
    assert seen == [(started + 1, "counterfoil-desk")]
    assert isinstance(before.result(SECONDS), Accepted)
    assert isinstance(after.result(SECONDS), Accepted)
    sequencer.close()
    house.check()


def test_an_error_of_a_call_is_its_callers_alone() -> None:
    house = counter()
    sequencer = Sequencer(house.desk)

    def broken() -> None:
        raise Malformed("planned", field="x")

    with pytest.raises(Malformed, match="planned"):
        sequencer.call(broken)
    request = house.request("deposit", till="T1", account=house.account, amount=1)
    assert isinstance(sequencer.submit(request).result(SECONDS), Accepted)
    sequencer.close()
    assert sequencer.call(lambda: house.desk.size) == house.desk.size  # The desk is nobody's now: at once.
