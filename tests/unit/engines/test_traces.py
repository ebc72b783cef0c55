"""Traces: what a span holds, and that nothing is loaded or sent unless a place is named."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.engines import traces
from counterfoil.engines.traces import Traced
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.serving import app
from counterfoil.serving.watch import Watched
from counterfoil.testing.servers import served

INSTALLED = importlib.util.find_spec("opentelemetry") is not None


class Span:
    def __init__(self, name: str, told: dict[str, Any]) -> None:
        self.name, self.told, self.ended = name, told, 0
        self.status: Any = None

    def set_status(self, status: Any) -> None:
        self.status = status

    def end(self, *, end_time: int) -> None:
        self.ended = end_time


class Tracer:
    """In the place of OpenTelemetry's."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def start_span(self, name: str, **told: Any) -> Span:
        self.spans.append(Span(name, told))
        return self.spans[-1]


def traced(tracer: Tracer) -> Traced:
    return Traced(tracer, kind="server", fault="fault", now=lambda: 2_000)


def test_a_span_holds_four_things() -> None:
    tracer = Tracer()
    made = traced(tracer)
    made.answered("GET", "/v1/accounts/{account}", 200, 0.25, "mine-12345678")
    made.answered("POST", "/v1/deposit", 503, 0.0, "other-1234567")
    first, second = tracer.spans
    assert first.name == "GET /v1/accounts/{account}"
    assert first.told == {
        "kind": "server", "start_time": 1_750_000_000,
        "attributes": {
            "http.request.method": "GET", "http.route": "/v1/accounts/{account}", "http.response.status_code": 200,
            "counterfoil.request_id": "mine-12345678",
        },
    }  # fmt: skip
    assert (first.ended, first.status, second.status) == (2_000_000_000, None, "fault")


def test_canaries_are_in_no_span(tmp_path: Path) -> None:
    """Accounts, queries, tokens and paths that nobody knows: a span has the route alone."""
    tracer = Tracer()

    def change(built: Any) -> Any:
        assert isinstance(built, Watched)
        built.spans = traced(tracer)
        return built

    web = lambda work: app.web_of(work, secret=bytes(32))  # noqa: E731  # used on the next line alone
    with served(tmp_path / "office", web=web, change=change) as server:
        token = server.token("read")
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            for path in (f"/v1/accounts/{server.account}", "/v1/entries?after=canary-1", "/canary-2",
                         "/counter/customer/canary-3?q=canary-4", "/sign-in?then=/canary-5"):  # fmt: skip
                http.get(path, headers={"Authorization": f"Bearer {token}"})
            http.post("/v1/canary-6", json={"name": "canary-7"})
        said = repr([(one.name, one.told) for one in tracer.spans])
        assert len(tracer.spans) >= 6
        assert "GET /v1/accounts/{account}" in said
        assert not any(word in said for word in ("canary", token, server.account)), said


def test_without_a_place_nothing_is_loaded() -> None:
    told = "import sys, counterfoil.serving.app, counterfoil.engines.traces; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True,
                          env={"PYTHONPATH": ":".join(sys.path)})  # fmt: skip
    assert done.stdout == "False\n"


@pytest.mark.skipif(INSTALLED, reason="the extra otel is installed here")
def test_a_place_without_the_extra_is_said() -> None:
    with pytest.raises(Unavailable, match="not installed"):
        traces.sent_to("http://127.0.0.1:4318/v1/traces")


@pytest.mark.skipif(not INSTALLED, reason="the extra otel is not installed here")
def test_the_library_takes_a_span() -> None:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    made = traces.through(SimpleSpanProcessor(kept), now=lambda: 2_000)
    made.answered("GET", "/readyz", 503, 0.5, "mine-12345678")
    made.close()
    (span,) = kept.get_finished_spans()
    assert (span.name, span.start_time, span.end_time) == ("GET /readyz", 1_500_000_000, 2_000_000_000)
    assert dict(span.attributes or {})["http.route"] == "/readyz"
    assert dict(span.resource.attributes) == {"service.name": "counterfoil"}
    assert not span.status.is_ok
