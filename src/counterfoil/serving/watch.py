"""What is seen of every request: its id, how long it took, one line in the log, and the figures of ``/metrics``.

Always true: the id that a caller sends is taken up only if it is short and plain; labels and lines name the route,
never the path that was asked, so that neither grows with what is sent (``test_routes_are_named_and_never_paths``); HEAD
is answered as GET would be, without the body (``test_head_is_answered_as_get_without_a_body``).
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from datetime import date as Date  # noqa: N812  # "date" names a text here.
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from counterfoil.engines.traces import Spans
from counterfoil.office.requests import ASKS
from counterfoil.operations.overview import LastAudit
from counterfoil.operations.service import Service
from counterfoil.serving.logs import Log

Scope = dict[str, Any]
_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Figures:
    """Figures of requests, and of the process that takes them, in a registry of its own. ``process``: the namespace of
    the process's own figures."""

    def __init__(self, process: str = "") -> None:
        self.registry = CollectorRegistry()
        self._found: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        ProcessCollector(namespace=process, registry=self.registry)
        self.requests = Counter(
            "counterfoil_http_requests_total", "Requests answered.", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "counterfoil_http_seconds", "From the request to its answer.", ("route",), buckets=_BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.open = Gauge("counterfoil_http_open_requests", "Requests that are being answered.", registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request. The figures of each route are looked up once: there are few, by construction."""
        key = method, route, status
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = (
                self.requests.labels(method, route, str(status)), self.seconds.labels(route),
            )  # fmt: skip
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self.registry)


class Metrics:
    """The figures of one office at work. ``figures``: of its requests; None if another process takes them."""

    def __init__(
        self, service: Service, figures: Figures | None, *, audited: Callable[[], LastAudit | None] = lambda: None,
        now: Callable[[], int] = lambda: 0,
    ) -> None:  # fmt: skip
        """``audited``: the outcome of the last audit; ``now``: milliseconds since 1970 on the same clock."""
        self.registry, self.figures = CollectorRegistry(), figures
        if figures is None:
            ProcessCollector(registry=self.registry)
        entries = Gauge("counterfoil_journal_entries", "Entries in the current log.", registry=self.registry)
        entries.set_function(lambda: service.desk.size)
        working = Gauge("counterfoil_working", "1 while the desk takes requests.", registry=self.registry)
        working.set_function(lambda: 1 if service.desk.working else 0)
        age = Gauge(
            "counterfoil_last_audit_age_seconds", "Since the last audit ended; NaN if none was kept.",
            registry=self.registry,
        )  # fmt: skip
        age.set_function(lambda: _age(audited(), now()))
        clean = Gauge(
            "counterfoil_last_audit_clean", "1 if the last audit found nothing, 0 if it did; NaN if none was kept.",
            registry=self.registry,
        )  # fmt: skip
        clean.set_function(lambda: _clean(audited()))
        self.webhooks = Counter(
            "counterfoil_webhook_deliveries_total", "Webhook deliveries tried.", ("outcome",), registry=self.registry
        )
        self._day_ended = Gauge(
            "counterfoil_day_end_last_day_seconds", "The last day that has ended: its midnight UTC, as Unix time.",
            registry=self.registry,
        )  # fmt: skip
        self.day_end_running = Gauge(
            "counterfoil_day_end_running", "1 while the end of the day runs.", registry=self.registry
        )
        self._day_end_took = Gauge("counterfoil_day_end_seconds", "How long the last run took.", registry=self.registry)
        self._day_end_aside = Gauge(
            "counterfoil_day_end_set_aside", "Lines that the last run set aside.", registry=self.registry
        )

    def day_ended(self, date: str | None) -> None:
        """The last business day that has ended, if any has."""
        if date is not None:
            self._day_ended.set((Date.fromisoformat(date) - Date(1970, 1, 1)).days * 86_400)

    def day_end_ran(self, seconds: float, aside: int) -> None:
        """A run of the day's end was finished."""
        self._day_end_took.set(seconds)
        self._day_end_aside.set(aside)

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self.registry) + (self.figures.text() if self.figures is not None else b"")


def _age(found: LastAudit | None, now: int) -> float:
    return max(0, now - found.time) / 1_000 if found is not None else math.nan


def _clean(found: LastAudit | None) -> float:
    return float(found.clean) if found is not None else math.nan


class Watched:
    """An ASGI application around the server's own."""

    def __init__(
        self, app: Any, *, log: Log, figures: Figures, access_log: bool, new_id: Callable[[], bytes]
    ) -> None:  # fmt: skip
        self._app, self._log, self._figures = app, log, figures
        self._access_log, self._new_id = access_log, new_id
        self.spans: Spans | None = None
        """Who keeps traces; None: nobody."""

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        identity = sent if _ID.fullmatch(sent) else self._new_id().hex().encode()
        state = dict(scope.get("state") or {})
        state["request_id"] = identity.decode()
        scope["state"] = state
        seen = {"status": 500}

        method, scope = _as_get(scope)

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", identity)]}
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        start = time.perf_counter()
        self._figures.open.inc()
        try:
            await self._app(scope, receive, answer)
        finally:
            self._figures.open.dec()
            self._note(scope, method, seen["status"], time.perf_counter() - start)

    def _note(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = method if method in _METHODS else "OTHER"
        self._figures.answered(method, route, status, seconds)
        if self.spans is not None:
            self.spans.answered(method, route, status, seconds, scope["state"]["request_id"])
        if self._access_log:
            state = scope["state"]
            self._log.request(
                method=method, route=route, status=status, ms=round(seconds * 1000, 1),
                request_id=state["request_id"], client=state.get("client"),
            )  # fmt: skip


def _as_get(scope: Scope) -> tuple[str, Scope]:
    """The method that was asked, and the scope under which it is answered: HEAD is GET whose body stays here."""
    method = str(scope["method"])
    return method, {**scope, "method": "GET"} if method == "HEAD" else scope


def route_of(scope: Scope) -> str:
    """The route's own name: a path without what was filled in; a kind of request is named, since it is one of a few."""
    template = scope.get("path_template")
    if not isinstance(template, str) or not template:
        return "(none)"
    kind = (scope.get("path_params") or {}).get("kind")
    return f"/v1/{kind}" if template == "/v1/{kind}" and kind in ASKS else template
