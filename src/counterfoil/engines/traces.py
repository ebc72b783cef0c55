"""Traces of requests by OpenTelemetry (the extra ``otel``), sent by OTLP over HTTP. Off unless a place is named.

Always true (``tests/unit/engines/test_traces.py``): a span names the route and never the path, and holds the method,
the status, how long it took and the request's id, and nothing else (``test_a_span_holds_four_things``); nothing is
sent, and nothing of the library is loaded, while no place is named (``test_without_a_place_nothing_is_loaded``).

The library's own instrumentation of ASGI is not used: it records paths, queries and addresses, which name accounts and
people (docs/decisions/0045).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from counterfoil.engines.clock import MachineClock
from counterfoil.kernel.outcomes import Unavailable

MS_NS = 1_000_000
FAULT_FROM = 500


class Spans(Protocol):
    """Whoever keeps spans."""

    def answered(self, method: str, route: str, status: int, seconds: float, request_id: str) -> None:
        """One request was answered just now."""
        ...

    def close(self) -> None:
        """Sends what is still here."""
        ...


class Traced:
    """Spans of one server. ``tracer``: OpenTelemetry's; ``kind`` and ``fault``: its words for a server's span and for
    an error; ``now``: milliseconds since 1970."""

    def __init__(
        self, tracer: Any, *, kind: Any, fault: Any, now: Callable[[], int], shut: Callable[[], None] = lambda: None
    ) -> None:  # fmt: skip
        self._tracer, self._kind, self._fault, self._now, self._shut = tracer, kind, fault, now, shut

    def answered(self, method: str, route: str, status: int, seconds: float, request_id: str) -> None:
        ended = self._now() * MS_NS
        span = self._tracer.start_span(
            f"{method} {route}", kind=self._kind, start_time=ended - int(seconds * 1_000 * MS_NS),
            attributes={
                "http.request.method": method, "http.route": route, "http.response.status_code": status,
                "counterfoil.request_id": request_id,
            },
        )  # fmt: skip
        if status >= FAULT_FROM:
            span.set_status(self._fault)
        span.end(end_time=ended)

    def close(self) -> None:
        self._shut()


def sent_to(place: str) -> Spans:
    """Spans that go to ``place``, such as ``http://127.0.0.1:4318/v1/traces``. ``Unavailable`` without the extra."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise Unavailable(
            "otel names a place for traces, and the extra `otel` is not installed: install counterfoil[otel], or take "
            "the setting away"
        ) from None
    return through(BatchSpanProcessor(OTLPSpanExporter(endpoint=place)))


def through(processor: Any, now: Callable[[], int] | None = None) -> Traced:
    """Spans that one of the library's processors takes."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanKind, Status, StatusCode

    provider = TracerProvider(resource=Resource({"service.name": "counterfoil"}))
    provider.add_span_processor(processor)
    return Traced(
        provider.get_tracer("counterfoil"), kind=SpanKind.SERVER, fault=Status(StatusCode.ERROR),
        now=now or MachineClock().now, shut=provider.shutdown,
    )  # fmt: skip
