"""The pages of one office: ``routes`` gives the handlers, and every request passes one gate before its page.

The gate, in this order: idle screens lock; a form must come from a page of ours and carry its token; a page for clerks
sends whoever is not signed in to the sign-in, and a form that was sent keeps what was typed on the way; what a page
raises becomes a page of its own that says what to do.

Always true: no page of a clerk is reached without a session that still has its key (``test_every_page_asks_who``); a
fault shows nothing of its inside.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler

from counterfoil.faces.web import approving, clock, counter, customer, office, passkeys, people, signing, verify
from counterfoil.faces.web.approvals import Approvals
from counterfoil.faces.web.sessions import (
    COOKIE,
    GUEST_COOKIE,
    MEMBER_COOKIE,
    MEMBER_IDLE_SECONDS,
    MEMBER_SESSIONS_MAX,
    POSTS_A_MINUTE,
    Session,
    Sessions,
)
from counterfoil.faces.web.unfinished import Unfinished
from counterfoil.faces.web.visit import (
    BODY_BYTES_MAX,
    CLERKS,
    CUSTOMERS,
    HEADERS,
    PUBLIC,
    House,
    Visit,
    cookie_of,
    from_here,
    guest_of,
    language_of,
    read_form,
    read_upload,
    static_files,
)
from counterfoil.journal.slip import is_training
from counterfoil.kernel.outcomes import CounterfoilError, Malformed, Unavailable, mark
from counterfoil.operations.desk import ClockJumped
from counterfoil.operations.passkeys import Passkeys
from counterfoil.operations.roles import Question, may_read
from counterfoil.operations.self_service import NotHers, SelfService
from counterfoil.operations.service import Service
from counterfoil.operations.window import note_event

LOOK_SECONDS = 10
"""So often customers' sessions are looked through for idle ones."""
Show = Callable[[Visit], Awaitable[Response[bytes]]]


class Page(NamedTuple):
    """One page. ``asks``: the question whose readers may see it; None: anyone, signed in or not. ``face``: whose page
    it is. ``upload``: so many bytes its form may have, files and all; 0: it carries none."""

    method: str
    path: str
    show: Show
    asks: Question | None = Question.OFFICE
    face: str = CLERKS
    upload: int = 0


PAGES: tuple[Page, ...] = (
    Page("GET", "/sign-in", signing.form, None),
    Page("POST", "/sign-in", signing.sign_in, None),
    Page("POST", "/sign-out", signing.sign_out, None),
    Page("GET", "/lang/{code:str}", signing.language, None),
    Page("POST", "/counter/alive", signing.alive),
    Page("POST", "/counter/lock", signing.lock),
    Page("GET", "/counter", counter.home),
    Page("GET", "/counter/all", counter.everything),
    Page("GET", "/counter/find", counter.find, Question.FIND),
    Page("POST", "/counter/find", counter.find_in_form, Question.FIND),
    Page("GET", "/counter/customer/{number:str}", counter.customer, Question.FIND),
    Page("POST", "/counter/next", counter.next_customer),
    Page("GET", "/counter/do/{kind:str}", counter.form),
    Page("POST", "/counter/do/{kind:str}", counter.typed),
    Page("GET", "/counter/check/{rid:str}", counter.check),
    Page("POST", "/counter/check/{rid:str}", counter.send),
    Page("GET", "/counter/done/{rid:str}", counter.done, Question.OUTCOME),
    Page("POST", "/counter/print/{rid:str}", counter.print_receipt, Question.OUTCOME),
    Page("GET", "/counter/receipt/{epoch:int}/{entry:int}", counter.receipt, Question.OUTCOME),
    Page("GET", "/counter/visit", counter.basket),
    Page("POST", "/counter/visit", counter.basket_changed),
    Page("GET", "/counter/wait/{rid:str}", approving.mine),
    Page("POST", "/counter/wait/{rid:str}", approving.settle),
    Page("GET", "/counter/approvals", approving.listed, Question.DAY),
    Page("GET", "/counter/approval/{rid:str}", approving.one, Question.DAY),
    Page("POST", "/counter/approval/{rid:str}", approving.answer, Question.DAY),
    Page("GET", "/counter/clock", clock.shown),
    Page("POST", "/counter/clock", clock.confirm),
    Page("GET", "/counter/drawer", counter.drawer),
    Page("GET", "/counter/events", counter.events, Question.EVENTS),
    Page("GET", "/counter/looked", counter.looked, Question.LOOKED),
    Page("GET", "/counter/enroll", people.enroll_form),
    Page("POST", "/counter/enroll", people.enroll),
    Page("GET", "/counter/pin", people.pin_form),
    Page("POST", "/counter/pin", people.new_pin),
    Page("GET", "/office", office.home, Question.BOOKS),
    Page("GET", "/office/differences", office.differences, Question.DIFFERENCES),
    Page("GET", "/office/customers", office.customers, Question.FIND),
    Page("GET", "/office/customer/{number:str}", office.customer, Question.FIND),
    Page("GET", "/office/accounts", office.accounts, Question.BOOKS),
    Page("GET", "/office/account/{account:str}", office.account, Question.FIND),
    Page("GET", "/office/instruments", office.instruments, Question.INSTRUMENTS),
    Page("GET", "/office/stops", office.stops, Question.INSTRUMENTS),
    Page("GET", "/office/cash-reports", office.cash_reports, Question.BOOKS),
    Page("GET", "/office/books", office.books, Question.BOOKS),
    Page("GET", "/office/day-end", office.day_end, Question.DAY_END),
    Page("GET", "/office/journal", office.journal, Question.JOURNAL),
    Page("GET", "/office/policy", office.policy, Question.POLICY),
    Page("GET", "/office/people", office.people, Question.PEOPLE),
    Page("POST", "/counter/code/{number:str}", customer.code),
    Page("GET", "/me", customer.home, Question.ACCOUNT, CUSTOMERS),
    Page("GET", "/me/sign-in", customer.form, None, CUSTOMERS),
    Page("POST", "/me/sign-in", customer.sign_in, None, CUSTOMERS),
    Page("POST", "/me/sign-out", customer.sign_out, None, CUSTOMERS),
    Page("POST", "/me/sign-in/passkey/begin", passkeys.begin_sign_in, None, CUSTOMERS),
    Page("POST", "/me/sign-in/passkey", passkeys.sign_in, None, CUSTOMERS),
    Page("GET", "/me/passkeys", passkeys.listed, Question.ACCOUNT, CUSTOMERS),
    Page("POST", "/me/passkeys/begin", passkeys.begin_adding, Question.ACCOUNT, CUSTOMERS),
    Page("POST", "/me/passkeys", passkeys.add, Question.ACCOUNT, CUSTOMERS),
    Page("POST", "/me/passkeys/name", passkeys.rename, Question.ACCOUNT, CUSTOMERS),
    Page("POST", "/me/passkeys/remove", passkeys.remove, Question.ACCOUNT, CUSTOMERS),
    Page("GET", "/me/enroll", customer.enroll_form, None, CUSTOMERS),
    Page("POST", "/me/enroll", customer.enroll, None, CUSTOMERS),
    Page("GET", "/me/prices", customer.prices, None, CUSTOMERS),
    Page("GET", "/me/help", customer.complain, None, CUSTOMERS),
    Page("GET", "/me/account/{account:str}", customer.account, Question.ACCOUNT, CUSTOMERS),
    Page("GET", "/me/statement/{account:str}", customer.statement, Question.ACCOUNT, CUSTOMERS),
    Page("GET", "/me/statement/{account:str}/pdf", customer.statement_pdf, Question.ACCOUNT, CUSTOMERS),
    Page("GET", "/me/receipt/{epoch:int}/{entry:int}", customer.receipt, Question.RECEIPT, CUSTOMERS),
    Page("GET", "/verify", verify.form, None, PUBLIC),
    Page("POST", "/verify", verify.told, None, PUBLIC, verify.UPLOAD_BYTES_MAX),
)
"""Every page: what the browser tests walk through, too."""


def routes(service: Service, house: House, pages: Sequence[Page] = PAGES) -> list[HTTPRouteHandler]:
    """The handlers of ``pages`` and of the static files, for the one who composes the server."""
    gate = Gate(service, house)
    return [*(_handler(gate, page) for page in pages), _static(), _root()]


class Gate:
    """What every request passes. One for each server process: it holds the sessions."""

    def __init__(self, service: Service, house: House) -> None:
        self.service, self.house = service, house
        self.everybody = service.for_everybody()
        self.sessions = Sessions(house.seconds, house.secret, idle=house.idle)
        self.customers = Sessions(
            house.seconds, house.secret + b"/customers", idle=MEMBER_IDLE_SECONDS, most=MEMBER_SESSIONS_MAX
        )
        self.members = (
            SelfService(service.desk, service.sequencer.call, house.passphrases) if house.passphrases else None
        )
        self.passkeys = (
            Passkeys(service.desk, service.sequencer.call, self.members, house.passkeys, secrets.token_bytes,
                     house.seconds)
            if self.members is not None and house.passkeys is not None
            else None
        )  # fmt: skip
        self.approvals = Approvals(house.seconds)
        self.unfinished = Unfinished(service, self.sessions, self.approvals, house.seconds, house.report)
        row = service.desk.state.current
        self._practice = row is not None and is_training(row.origin)
        self._watch: asyncio.Task[None] | None = None
        self._looked = house.seconds()

    async def answer(self, page: Page, request: Request[Any, Any, Any]) -> Response[bytes]:
        """The page's answer, dressed."""
        await self.unfinished.give_back()
        visit = self._visit(page, request)
        before = visit.session
        try:
            response = await self._answer(page, visit)
        except RequestEntityTooLarge:
            response = await self._sorry(visit, 413, mark("This is too large to send here. Nothing was done."))
        except NotHers:
            response = await self._sorry(visit, 404, mark("There is no such page for you."))
        except Malformed as error:
            response = await self._sorry(visit, 400, mark("This cannot be read. Go back and look at it again."), error)
        except Unavailable as error:
            self.house.report(error)
            response = await self._sorry(visit, 503, mark("This office cannot do it now. Try again soon."), error)
        except CounterfoilError as error:
            self.house.report(error)
            response = await self._sorry(visit, 500, mark("Something is wrong on our side. Nothing more was done."))
        if page.method == "POST" and page.face == CLERKS:
            await self.unfinished.keep({one.clerk for one in (before, visit.session) if one is not None})
        response.headers.update(HEADERS)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._lock_idle_screens())
        return response

    def _visit(self, page: Page, request: Request[Any, Any, Any]) -> Visit:
        guest, language = guest_of(request, practice=self._practice), language_of(request)
        hers = page.face == CUSTOMERS
        sessions = self.customers if hers else self.sessions
        self._let_customers_go()
        session = sessions.find(cookie_of(request, MEMBER_COOKIE if hers else COOKIE, practice=self._practice))
        if session is not None and hers and sessions.rests(session):
            sessions.close(session)
            session = None
        visit = Visit(
            request, self.service if page.face == CLERKS else self.everybody, self.house, sessions, self.approvals,
            guest or secrets.token_urlsafe(32), language, self.house.catalog(language), session, face=page.face,
            members=self.members, passkeys=self.passkeys, practice=self._practice,
        )  # fmt: skip
        if not guest and session is None:
            visit.set_cookie(GUEST_COOKIE, visit.guest)
        return visit

    def _let_customers_go(self) -> None:
        """Ends what customers left open. Now and then: there may be thousands, and each page would look at all."""
        now = self.house.seconds()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            for gone in self.customers.idle_now():
                self.customers.close(gone)

    async def _answer(self, page: Page, visit: Visit) -> Response[bytes]:
        await self._lock_idle()
        session = visit.session
        hers = page.face == CUSTOMERS
        if session is not None and not hers and not session.locked and self._superseded(session):
            session.locked = True
        if page.method == "POST":
            refused = await self._form(page, visit)
            if refused is not None:
                return refused
        if page.asks is None:
            return await page.show(visit)
        if session is None or session.locked:
            return await (customer.ask_again(visit) if hers else signing.ask_again(visit))
        if not may_read(session.role, page.asks, own=hers):  # What is not hers, ``self_service`` turns away.
            return await self._sorry(visit, 403, mark("This page is not for your role."))
        visit.sessions.touch(session)
        return await page.show(visit)

    async def _form(self, page: Page, visit: Visit) -> Response[bytes] | None:
        """Reads the form; an answer if it must not be acted on."""
        if page.upload:
            visit.form, visit.files = await read_upload(visit.request)
        else:
            visit.form = await read_form(visit.request)
        token, trusted = visit.form.pop("_token", ""), from_here(visit.request)
        who = visit.session.token if visit.session else visit.guest
        peer = visit.session.token if visit.session else (visit.request.client.host if visit.request.client else "?")
        wait = visit.sessions.over(peer, "post", POSTS_A_MINUTE)
        if wait:
            answer = await self._sorry(visit, 429, mark("Too many at once from this screen. Wait a moment."))
            answer.headers["Retry-After"] = str(wait)
            return answer
        if trusted and visit.sessions.right_token(who, token):
            return None
        if trusted and page.asks is not None and visit.session is None:  # It was sent before a restart.
            return await (customer.ask_again(visit) if page.face == CUSTOMERS else signing.ask_again(visit))
        visit.form = {}
        return await self._sorry(
            visit, 403, mark("This form is old or did not come from this page. Open the page again. Nothing was done.")
        )

    def _superseded(self, session: Session) -> bool:
        """She signed in at another screen since, or her key was dropped."""
        return self.service.authority.sessions.get(session.clerk) is not session.key

    async def _lock_idle(self) -> None:
        for session in self.sessions.idle_now():
            session.locked = True
            if not self._superseded(session):
                await self.service.work(lambda clerk=session.clerk: self.service.authority.sign_out(clerk))  # type: ignore[misc]  # a lambda's default has no type of its own

        abandoned = self.sessions.abandoned()
        for clerk, services in abandoned:
            said = f"{services} services"
            await self.service.at_desk(lambda desk, c=clerk, s=said: note_event(desk, "visit-abandoned", c, s))  # type: ignore[misc]  # a lambda's default has no type of its own
        if abandoned:
            await self.unfinished.keep(clerk for clerk, _ in abandoned)

    async def _lock_idle_screens(self) -> None:
        """Drops keys of idle screens although nobody asks for a page."""
        while True:
            await asyncio.sleep(min(30, self.house.idle))
            with suppress(CounterfoilError):
                await self._lock_idle()

    async def _sorry(self, visit: Visit, status: int, said: str, error: Exception | None = None) -> Response[bytes]:
        """A page that says what is so and what to do."""
        detail = visit.say(str(error)) if isinstance(error, Unavailable) else ""
        jumped = isinstance(error, ClockJumped) and visit.face == CLERKS
        return await visit.render("sorry.html", status=status, said=visit.say(said), detail=detail, clock=jumped)


def _handler(gate: Gate, page: Page) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await gate.answer(page, request)

    handle.__name__ = f"{page.method.lower()}_{page.show.__name__}"
    return HTTPRouteHandler(
        page.path, http_method=page.method, include_in_schema=False, status_code=200,  # type: ignore[arg-type]  # a method's name
        request_max_body_size=page.upload or BODY_BYTES_MAX,
        signature_namespace={"Request": Request, "Response": Response},
    )(handle)  # fmt: skip


def _static() -> HTTPRouteHandler:
    async def static(request: Request[Any, Any, Any]) -> Response[bytes]:
        name, version = str(request.path_params["name"]), str(request.path_params["version"])
        found = static_files().get(name)
        if found is None or found[0] != version:
            return Response(b"", status_code=404, media_type="text/plain")
        kept = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return Response(found[1], media_type=found[2], headers=kept)

    return HTTPRouteHandler(
        "/static/{version:str}/{name:str}", http_method="GET", include_in_schema=False, status_code=200
    )(static)


def _root() -> HTTPRouteHandler:
    async def root(request: Request[Any, Any, Any]) -> Response[bytes]:
        return Response(b"", status_code=303, headers={"Location": "/counter"}, media_type="text/html")

    return HTTPRouteHandler("/", http_method="GET", include_in_schema=False, status_code=303)(root)


__all__ = ["PAGES", "Gate", "House", "Page", "routes"]
