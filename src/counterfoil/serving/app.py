"""One office at work, with its faces: what a server serves, composed in one place.

Always true: stopping finishes what was accepted and answers it before anything is closed
(``test_a_stop_finishes_what_was_accepted``); ``/healthz`` says that the process runs, ``/readyz`` that the desk takes
requests (``test_readiness_follows_the_desk``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from counterfoil import bootstrap
from counterfoil.bootstrap import Office
from counterfoil.engines import audits, scanning
from counterfoil.engines.clock import MachineClock
from counterfoil.engines.passkeys import WebAuthn
from counterfoil.engines.passphrases import Argon
from counterfoil.engines.printing import pdf, qr
from counterfoil.engines.printing import text as receipt_text
from counterfoil.engines.printing.device import DevicePrinter
from counterfoil.engines.printing.paper import paper
from counterfoil.engines.texts import catalog
from counterfoil.faces.api import app as api_face
from counterfoil.faces.api import wire
from counterfoil.faces.api.problems import Problem, problem_of
from counterfoil.faces.api.writes import Writes
from counterfoil.faces.web import app as web_face
from counterfoil.faces.web import lost
from counterfoil.faces.web.visit import House as Screens
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.clients import Tokens
from counterfoil.operations.desk import NodeSigner
from counterfoil.operations.papers import Papers
from counterfoil.operations.service import Service
from counterfoil.operations.store import OfficeStore
from counterfoil.serving.config import Settings
from counterfoil.serving.entrance import Entrance
from counterfoil.serving.logs import Log
from counterfoil.serving.place import passkeys_at, public_place
from counterfoil.serving.watch import Figures, Metrics, Watched

Faces = Callable[["AtWork"], Sequence[Any]]
"""Route handlers of a face, for an office at work."""


@dataclass(slots=True)
class AtWork:
    """An office at work and what its faces share."""

    office: Office
    service: Service
    tokens: Tokens
    log: Log
    metrics: Metrics
    settings: Settings
    figures: Figures
    """Of requests, where this process takes them."""
    api: api_face.Api | None = None

    def papers(self, store: OfficeStore) -> Papers:
        """The receipts of this office, from a store that is open."""
        return Papers(store, signer=self._signer, catalog=catalog, office_key=self.office.desk.office_key)

    def _signer(self, epoch: int) -> NodeSigner | None:
        try:
            return bootstrap.node_key_of(self.office.folder, epoch)
        except Unavailable:
            return None

    def close(self) -> None:
        """Finishes what was accepted and drops unsealed keys. The office's folder stays its opener's."""
        self.service.close()


@contextmanager
def at_work(office: Office, settings: Settings, log: Log) -> Iterator[AtWork]:
    """An opened office put to work; leaving it finishes what was accepted."""

    def reader() -> OfficeStore:
        return bootstrap.open_store(office.folder, office.settings, read_only=True)

    service, figures = Service(office.desk, office.authority, reader=reader), Figures()
    told = None if settings.front else figures
    work = AtWork(
        office,
        service,
        Tokens(office.desk),
        log,
        Metrics(service, told, audited=lambda: audits.last(office.folder), now=MachineClock().now),
        settings,
        figures,
    )
    work.api = _api_of(work) if settings.api else None
    service.warm()
    try:
        yield work
    finally:
        work.close()


def web_of(work: AtWork, *, secret: bytes, port: int = 0) -> Sequence[HTTPRouteHandler]:
    """The pages for people. ``secret`` seals the tokens of their forms, for this process only; ``port``: where it
    listens."""
    device, public = work.settings.printer, public_place(work.settings)
    house = Screens(
        catalog=catalog, qr=lambda slip: qr.svg(slip, module=1), papers=work.papers, seconds=time.monotonic,
        secret=secret, report=work.log.report, last_audit=lambda: audits.last(work.office.folder),
        idle=work.settings.idle_seconds, secure=work.settings.behind_tls or (public is not None and public.secure),
        printer=DevicePrinter(device, paper(work.settings.printer_paper)) if device else None,
        codes=scanning.reader(), passphrases=Argon(), passkeys=_passkeys(work, port), pdf=pdf.render,
        ends_days=work.settings.day_end == "edition",
    )  # fmt: skip
    return web_face.routes(work.service, house)


def _passkeys(work: AtWork, port: int) -> WebAuthn | None:
    """What makes and reads passkeys; None where none can be used."""
    place, row = passkeys_at(work.settings, port).place, work.office.desk.state.current
    if place is None or row is None:
        return None
    return WebAuthn(place.origin, place.host, f"{row.place} {row.office}")


def application(work: AtWork, web: Faces | None = None) -> Any:
    """What answers: the API, the pages for people, and what operations asks."""
    handlers: list[Any] = [*_operations(work)]
    if work.api is not None:
        handlers += api_face.routes(work.api)
    if work.settings.web and web is not None:
        handlers += web(work)
    app = Litestar(
        route_handlers=handlers, openapi_config=None, logging_config=None, debug=False,
        exception_handlers={Exception: _nothing_there(work)},
    )  # fmt: skip
    return api_face.straight(work.api, app) if work.api is not None else app


def build(work: AtWork, *, new_id: Callable[[], bytes], web: Faces | None = None) -> Watched:
    """The application, watched by this process, which takes the requests. ``new_id`` gives ids of requests."""
    settings = work.settings
    inner = Entrance(application(work, web), settings)
    return Watched(inner, log=work.log, figures=work.figures, access_log=settings.access_log, new_id=new_id)


def _api_of(work: AtWork) -> api_face.Api:
    """The API's share of an office at work."""
    row = work.office.desk.state.current
    currency = row.currency if row else ""
    writes = Writes(work.service, currency, report=work.log.report)
    return api_face.Api(work.service, work.tokens, writes, work.papers, receipt_text.render, catalog, work.log.report)


def _operations(work: AtWork) -> list[HTTPRouteHandler]:
    async def alive() -> Response[str]:
        return Response("alive\n", media_type=MediaType.TEXT)

    async def ready() -> Response[str]:
        ready = work.service.desk.working
        return Response("ready\n" if ready else "not ready\n", status_code=200 if ready else 503,
                        media_type=MediaType.TEXT, headers={"Cache-Control": "no-store"})  # fmt: skip

    async def metrics() -> Response[bytes]:
        return Response(work.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    made = [get("/healthz", name="healthz")(alive), get("/readyz", name="readyz")(ready)]
    return [*made, get("/metrics", name="metrics")(metrics)] if work.settings.metrics else made


def _nothing_there(work: AtWork) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    """For paths that no face knows, and for what a face did not answer itself."""

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if isinstance(error, HTTPException) and error.status_code in (404, 405):
            if error.status_code == 404 and work.settings.web and lost.asked_by_a_person(request):
                return lost.page(request, catalog)
            name = "not-found" if error.status_code == 404 else "method-not-allowed"
            problem = Problem(name, "There is nothing at this path for that method.", headers=error.headers or {})
        else:
            work.log.report(error)
            problem = problem_of(error)
        return Response(
            wire.encode(problem.body()), status_code=problem.status, media_type="application/problem+json",
            headers={"Cache-Control": "no-store", **problem.headers},
        )  # fmt: skip

    return handle
