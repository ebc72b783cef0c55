"""An office at work behind an event loop: nobody waits for another's question, and closing leaves nothing undone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.engines.keys.session import SignedOut
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.operations import service as services
from counterfoil.operations.answers import Accepted
from counterfoil.operations.service import Busy, Service
from counterfoil.operations.store import OfficeStore
from counterfoil.testing.builders import CLERK, OTHER, PINS, House, counter
from counterfoil.testing.offices import deposit, new_office, seated

SECONDS = 30


def memory_service(house: House) -> Service:
    """Readers of a store in memory are the store itself."""
    return Service(house.desk, house.authority, reader=lambda: house.store)


def test_a_question_sees_what_was_answered_before(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    new_office(folder)
    settings = bootstrap.read_settings(folder)
    with seated(folder) as office:
        opened: list[OfficeStore] = []

        def reader() -> OfficeStore:
            opened.append(bootstrap.open_store(folder, settings, read_only=True))
            return opened[-1]

        async def story(service: Service) -> None:
            for number in range(5_000, 5_020):
                answer = await service.ask(deposit(office.desk, number, 100))
                assert isinstance(answer, Accepted)
                entry = answer.entries[0]
                assert await service.read(lambda store: store.size(1)) == entry.sequence + 1
            with pytest.raises(Malformed):
                await service.read(_malformed)
            sizes = await asyncio.gather(*(service.read(lambda store: store.size(1)) for _ in range(20)))
            assert len(set(sizes)) == 1

        with closing(Service(office.desk, office.authority, reader=reader)) as service:
            asyncio.run(story(service))
        assert 1 <= len(opened) <= services.READERS  # A wrong question costs no connection.


def _malformed(_: OfficeStore) -> None:
    raise Malformed("planned", field="account")


def test_a_slow_call_holds_nobody_up() -> None:
    house = counter()
    go = threading.Event()

    async def story(service: Service) -> None:
        slow = [asyncio.create_task(service.work(lambda: go.wait(SECONDS))) for _ in range(services.WORKERS)]
        await asyncio.sleep(0)
        request = house.request("deposit", till="T1", account=house.account, amount=100)
        assert isinstance(await service.ask(request), Accepted)
        assert await service.read(lambda store: store.get("answer", (request.id,))) is not None
        go.set()
        assert await asyncio.gather(*slow) == [True] * services.WORKERS

    with closing(memory_service(house)) as service:
        asyncio.run(asyncio.wait_for(story(service), SECONDS))


def test_everybody_else_does_not_hold_up_the_counter() -> None:
    """All their threads and their whole row are taken: the counter looks, asks and signs in as before."""
    house = counter()
    go = threading.Event()

    async def story(service: Service) -> None:
        everybody = service.for_everybody()
        many = services.GUESTS + services.GUESTS_WAITING_MAX
        slow = [asyncio.create_task(everybody.read(lambda _: go.wait(SECONDS))) for _ in range(many)]
        await asyncio.sleep(0)
        for call in (everybody.work(lambda: None), everybody.at_desk(lambda _: None), everybody.read(lambda _: None)):
            with pytest.raises(Busy):
                await call
        assert await service.at_desk(lambda desk: desk.size) == house.desk.size
        assert await service.read(lambda store: store.size(1)) == house.desk.size
        assert (await service.work(lambda: service.authority.sign_in(CLERK, PINS[CLERK]))).clerk == CLERK
        go.set()
        assert await asyncio.gather(*slow) == [True] * many

    with closing(memory_service(house)) as service:
        asyncio.run(story(service))


def test_sign_in_beside_a_busy_desk() -> None:
    """Sign-ins write events while deposits commit: every event and every deposit is there."""
    house = counter()
    before = len(list(house.store.scan("event")))

    async def story(service: Service) -> None:
        asks = [house.request("deposit", till="T1", account=house.account, amount=1) for _ in range(60)]

        async def sign() -> None:
            for _ in range(10):
                await service.work(lambda: service.authority.sign_in(OTHER, PINS[OTHER]))
                await service.work(lambda: service.authority.sign_out(OTHER))

        answers, _ = await asyncio.gather(asyncio.gather(*(service.ask(one) for one in asks)), sign())
        assert all(isinstance(answer, Accepted) for answer in answers)
        assert await service.at_desk(lambda desk: desk.recall(asks[0].id)) == answers[0]

    with closing(memory_service(house)) as service:
        asyncio.run(asyncio.wait_for(story(service), SECONDS))
    assert len(list(house.store.scan("event"))) >= before + 20
    assert house.owed() == 60
    house.check()


def test_closing_finishes_what_was_accepted_and_drops_keys() -> None:
    house = counter()
    service = memory_service(house)
    signer = house.signer(CLERK)
    futures = [
        service.sequencer.submit(house.request("deposit", till="T1", account=house.account, amount=1)) for _ in range(9)
    ]
    service.close()
    service.close()
    assert all(isinstance(future.result(0), Accepted) for future in futures)
    with pytest.raises(SignedOut):
        signer.sign(b"x")

    async def late() -> None:
        with pytest.raises(Unavailable, match="closing"):
            await service.read(lambda store: store.size(1))
        with pytest.raises(Unavailable, match="closing"):
            await service.work(lambda: None)

    asyncio.run(late())


@pytest.mark.parametrize("many", [services.CALLS_WAITING_MAX + services.WORKERS])
def test_who_finds_the_line_full_is_told_at_once(many: int) -> None:
    house = counter()
    go = threading.Event()

    async def story(service: Service) -> None:
        call: Callable[[], bool] = lambda: go.wait(SECONDS)  # noqa: E731  # one call for all
        waiting = [asyncio.create_task(service.work(call)) for _ in range(many)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await service.work(call)
        go.set()
        await asyncio.gather(*waiting)
        assert await service.work(lambda: 7) == 7

    with closing(memory_service(house)) as service:
        asyncio.run(asyncio.wait_for(story(service), SECONDS))
