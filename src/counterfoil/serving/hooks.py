"""Delivers webhooks beside a server: one task an endpoint, in order, and again until it is taken.

Always true: an endpoint that does not answer holds up neither another endpoint nor the counter
(``test_a_dead_endpoint_holds_nobody_up``), and a reply beyond ``REPLY_BYTES_MAX`` is not read
(``test_an_endless_reply_is_not_read``); a stop loses nothing, since the cursor moves only over what was taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from counterfoil.kernel.outcomes import CounterfoilError
from counterfoil.operations.service import Service
from counterfoil.operations.webhooks import GONE, Hook, Hooks, Message, headers_of, pending
from counterfoil.serving.logs import Log
from counterfoil.serving.watch import Metrics

if TYPE_CHECKING:
    import httpx

LOOK_SECONDS = 0.5
"""How often a look is taken at whether there is anything new: a comparison in memory."""
AT_ONCE = 50
REPLY_BYTES_MAX = 16_384


class Deliveries:
    """Sends what is due until it is cancelled. ``now``: milliseconds since 1970."""

    def __init__(
        self, service: Service, hooks: Hooks, *, log: Log, metrics: Metrics, now: Callable[[], int], seconds: int,
        look: float = LOOK_SECONDS, transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._service, self._hooks, self._log, self._metrics = service, hooks, log, metrics
        self._now, self._look = now, look
        self._seconds, self._transport = seconds, transport
        self._made: httpx.AsyncClient | None = None
        self._working: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                for hook in self._hooks.all():
                    task = self._working.get(hook.id)
                    if (task is None or task.done()) and self._due(hook):
                        self._working[hook.id] = asyncio.create_task(self._deliver(hook))
                await asyncio.sleep(self._look)
        finally:
            for task in self._working.values():
                task.cancel()
            await asyncio.gather(*self._working.values(), return_exceptions=True)
            if self._made is not None:
                await self._made.aclose()

    def _http(self) -> httpx.AsyncClient:
        """The client, made at the first message: most offices have none to tell, and their server starts sooner."""
        import httpx

        if self._made is None:
            self._made = httpx.AsyncClient(
                timeout=self._seconds, follow_redirects=False, trust_env=False, transport=self._transport,
                headers={"user-agent": "counterfoil"},
            )  # fmt: skip
        return self._made

    def _due(self, hook: Hook) -> bool:
        desk = self._service.desk
        return hook.said != GONE and hook.due <= self._now() and (hook.epoch, hook.sequence) < (desk.epoch, desk.size)

    async def _deliver(self, hook: Hook) -> None:
        """One page of an endpoint's messages, in order, up to the first that is not taken."""
        try:
            messages, end = await self._service.read(lambda store: pending(store, hook, AT_ONCE))
            place, said, well = end, hook.said, True
            for message in messages:
                said, well = await self._sent(hook, message)
                self._metrics.webhooks.labels("taken" if well else "failed").inc()
                if not well:
                    place = (message.epoch, message.sequence)
                    break
            if not well:
                self._log.info("webhook", webhook=hook.id, said=said)
            await self._service.at_desk(lambda _: self._hooks.outcome(hook, place, said, taken=well))
        except CounterfoilError as error:  # The office does not write now; the cursor stays where it is.
            self._log.report(error)

    async def _sent(self, hook: Hook, message: Message) -> tuple[str, bool]:
        """What the endpoint said, and whether it took the message."""
        import httpx

        headers = headers_of(message, hook.secret, self._now() // 1_000)
        try:
            # Its status is all that is asked for: a reply may be endless, or come one byte at a time. A short one is
            # read, as it came, so that the line can be used again.
            async with (
                asyncio.timeout(self._seconds),
                self._http().stream("POST", hook.url, content=message.body, headers=headers) as answer,
            ):
                read = 0
                async for part in answer.aiter_raw():
                    read += len(part)
                    if read > REPLY_BYTES_MAX:
                        break
                return str(answer.status_code), answer.is_success
        except TimeoutError:
            return "Timeout", False
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__, False
