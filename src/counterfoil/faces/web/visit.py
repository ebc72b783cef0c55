"""One request of a browser: who sends it, in which language, what was typed; and how it is answered.

Always true (``tests/unit/web/test_visit.py``): every page carries the same strict headers, and no page holds a script
or a style of its own (``test_every_page_has_strict_headers``); a form that changes something is read only with its
token and from our own pages (``test_a_form_without_its_token_changes_nothing``); a redirect stays on this server
(``test_a_way_back_stays_here``).
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie, UploadFile
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from markupsafe import Markup

from counterfoil.counter.receipt import Receipt, bands
from counterfoil.faces.web import words
from counterfoil.faces.web.approvals import Approvals
from counterfoil.faces.web.sessions import (
    COOKIE,
    GUEST_COOKIE,
    IDLE_SECONDS,
    LANGUAGE_COOKIE,
    MEMBER_COOKIE,
    PHONE_COOKIE,
    SCREEN_COOKIE,
    WARN_SECONDS,
    Session,
    Sessions,
    known_screen,
    screen_mark,
)
from counterfoil.kernel.days import moment
from counterfoil.kernel.money import Currency, Money
from counterfoil.kernel.outcomes import Malformed, Translate
from counterfoil.operations.documents.paper import Paper
from counterfoil.operations.overview import LastAudit
from counterfoil.operations.papers import Papers
from counterfoil.operations.passkeys import Ceremonies, Passkeys
from counterfoil.operations.roles import CUSTOMER, may_sign
from counterfoil.operations.self_service import Passphrases, SelfService, known_phone, phone_mark
from counterfoil.operations.service import Service
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.window import Holding, OfficeNow, office_now

LANGUAGES = {"en": "English", "es": "Español"}
CLERKS, CUSTOMERS, PUBLIC = "clerks", "customers", "public"
HOME = {CLERKS: "/counter", CUSTOMERS: "/me", PUBLIC: "/verify"}
"""Whose pages there are, and where each begins."""
BODY_BYTES_MAX = 262_144
FIELDS_MAX = 400
_OWN_CHARSET = re.compile(rb"content-type[^\r\n]*charset", re.IGNORECASE)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class House:
    """What the pages are handed by whoever composes the server: they know no engine themselves.

    ``catalog``: a language's texts. ``qr``: a slip as an SVG picture. ``papers``: the receipts of a store. ``printer``:
    prints a receipt on the counter's device, or None where the browser prints. ``seconds``: a monotonic clock.
    ``secure``: the browser reaches us over TLS, so cookies say so.
    """

    catalog: Callable[[str], Translate]
    qr: Callable[[str], str]
    papers: Callable[[OfficeStore], Papers]
    seconds: Callable[[], float]
    secret: bytes
    report: Callable[[BaseException], None]
    """Is told of every error that a page met; what it keeps of it is its own care."""
    last_audit: Callable[[], LastAudit | None]
    """The outcome of the last audit that was kept; None if none was."""
    printer: Callable[[Receipt], None] | None = None
    secure: bool = False
    idle: int = IDLE_SECONDS
    codes: Callable[[bytes], list[str]] | None = None
    """Reads the codes in a photo; None where that is not installed."""
    passphrases: Passphrases | None = None
    """Keeps customers' secrets; None where customers do not sign in."""
    passkeys: Ceremonies | None = None
    """Makes and reads customers' passkeys; None where none can be used."""
    pdf: Callable[[Paper], bytes] | None = None
    """A paper as PDF; None where none is made."""
    ends_days: bool = False
    """Whether this server ends days by itself."""


@dataclass(slots=True)
class Visit:
    """One request. ``session`` is None where nobody is signed in."""

    request: Request[Any, Any, Any]
    service: Service
    house: House
    sessions: Sessions
    approvals: Approvals
    guest: str
    language: str
    say: Translate
    session: Session | None = None
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    face: str = CLERKS
    cookies: list[Cookie] = field(default_factory=list)
    members: SelfService | None = None
    """Customers' log-ins; None where they do not sign in."""
    passkeys: Passkeys | None = None
    """Their passkeys; None where none can be used, wherever the browser is."""
    practice: bool = False
    """Whether this is a training office: its cookies have names of their own, since browsers tell hosts apart by name
    and not by port (``test_a_training_office_on_the_same_host_signs_nobody_out``)."""
    _office: OfficeNow | None = None

    @property
    def path(self) -> str:
        """The path asked for, with its query."""
        query = self.request.url.query
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    @property
    def query(self) -> Mapping[str, str]:
        """The query's values, one each."""
        return {name: str(value) for name, value in self.request.query_params.items()}

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    @property
    def who(self) -> Session:
        """The session, on pages that only a signed-in clerk reaches."""
        if self.session is None:
            raise Malformed("nobody is signed in at this screen", field="session")
        return self.session

    async def office(self) -> OfficeNow:
        """The office as it stands, once a request."""
        if self._office is None:
            self._office = await self.service.at_desk(office_now)
        return self._office

    @property
    def known_screen(self) -> str:
        """The number of this browser if a clerk has signed in here before; else ""."""
        return known_screen(self._screens(), cookie_of(self.request, SCREEN_COOKIE, practice=self.practice))

    def keep_screen(self, number: str) -> None:
        """From now on this browser is one that the office knows, after a restart too."""
        self.set_cookie(SCREEN_COOKIE, screen_mark(self._screens(), number), seconds=31_536_000)

    @property
    def phone(self) -> str:
        """What this browser keeps of a customer who signed in here before."""
        return (cookie_of(self.request, PHONE_COOKIE, practice=self.practice) or "")[:80]

    def _screens(self) -> bytes:
        return hmac.digest(self.service.desk.office_key, b"counterfoil/known-screen/v1\x00", "sha256")

    def token(self) -> str:
        """The token of this page's forms."""
        return self.sessions.token_for(self.session.token if self.session else self.guest)

    # --- answers -----------------------------------------------------------------------------------------------------

    async def render(self, template: str, *, status: int = 200, **values: Any) -> Response[bytes]:
        """A page from a template; what every page needs is filled in."""
        office = await self.office()
        page = environment().get_template(template)
        text = page.render(
            base="base.html" if self.face == CLERKS else "plain.html", home=HOME[self.face],
            _=self.say, say=self.say, language=self.language, languages=LANGUAGES, office=office, session=self.session,
            guard=self._guard, back=self.path if self.request.method == "GET" else self._from_form(),
            money=lambda minor: money(minor, office.currency),
            apart=lambda minor: f"{'+' if minor > 0 else ''}{money(minor, office.currency)}",
            day=lambda date: day(date, self.say),
            time=lambda ms: clock_time(ms, office.zone, self.say), choice=lambda code: self.say(words.choice(code)),
            waiting=self._waiting(),
            warn_after=self.house.idle - WARN_SECONDS, lock_after=self.house.idle, static=static_path,
            bands=lambda made: bands(made, self.house.catalog(made.language)), **values,
        )  # fmt: skip
        return Response(text.encode(), status_code=status, media_type="text/html", cookies=self.cookies)

    def tell(self, value: Mapping[str, Any], *, status: int = 200) -> Response[bytes]:
        """What a page's script asked for."""
        return Response(
            json.dumps(value).encode(), status_code=status, media_type="application/json", cookies=self.cookies
        )

    def go(self, path: str) -> Response[bytes]:
        """See another page: what a form is answered with, so that reloading sends nothing again."""
        return Response(
            b"", status_code=303, headers={"Location": local(path)}, cookies=self.cookies, media_type="text/html"
        )

    def set_cookie(self, name: str, value: str, *, seconds: int | None = None) -> None:
        """A cookie that no script and no other site sees. ``seconds``: how long; None until the browser is closed."""
        self.cookies.append(
            Cookie(
                key=cookie_name(name, practice=self.practice),
                value=value,
                httponly=True,
                samesite="strict",
                secure=self.house.secure,
                path="/",
                max_age=seconds,
            )
        )

    def sign_in_cookies(self, session: Session) -> None:
        """The new session's cookie, and the language it speaks."""
        self.session = session
        self.set_cookie(COOKIE, session.token)
        self.set_cookie(LANGUAGE_COOKIE, self.language, seconds=31_536_000)

    def open_for(self, customer: str) -> None:
        """A customer signed in: her session begins under a new cookie."""
        self.session = self.sessions.open(customer, CUSTOMER, None, before=self.session)
        self.set_cookie(MEMBER_COOKIE, self.session.token)
        key = self.service.desk.office_key
        number = known_phone(key, customer, self.phone) or secrets.token_hex(8)
        self.set_cookie(PHONE_COOKIE, phone_mark(key, customer, number), seconds=31_536_000)
        self.set_cookie(GUEST_COOKIE, "", seconds=0)

    def _waiting(self) -> int:
        """Requests that this person has to look at."""
        if self.session is None or self.session.locked or self.face != CLERKS:
            return 0
        return self.approvals.concerns(self.session.clerk, signs=may_sign(self.session.role))

    def _guard(self) -> Markup:
        return Markup('<input type="hidden" name="_token" value="{}">').format(self.token())

    def _from_form(self) -> str:
        return local(self.form.get("_back", HOME[self.face]))


# --- what arrives -----------------------------------------------------------------------------------------------------


async def read_upload(request: Request[Any, Any, Any]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Fields and files of a posted form that may carry files; the handler bounds its size."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "multipart/form-data":
        return await read_form(request), {}
    typed: dict[str, str] = {}
    files: dict[str, bytes] = {}
    # The framework decodes a part by whatever codec the part names. Browsers name none; some codecs (punycode) take
    # minutes for what fits into a form, and all pages would wait.
    if _OWN_CHARSET.search(await request.body()):
        raise Malformed("a part of the form names its own alphabet", field="form")
    try:
        sent = await request.form()
    except RequestEntityTooLarge:
        raise
    except (HTTPException, ValueError, LookupError):
        raise Malformed("the form cannot be read", field="form") from None
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        elif isinstance(value, str):
            typed[name] = value
    return typed, files


async def read_form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The fields of a posted form; the last of two of one name. ``Malformed`` if it is no form, or too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise Malformed("only a form can be sent here", field="form")
    body = await request.body()
    if len(body) > BODY_BYTES_MAX:
        raise Malformed("the form is too large", field="form")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_MAX, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise Malformed("the form cannot be read", field="form") from None
    return dict(pairs)


def from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether a form was sent by a page of ours, as far as the browser says; what says nothing passes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language the reader chose, or the first of the browser's that is kept here."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for one in request.headers.get("accept-language", "").split(","):
        spoken = one.partition(";")[0].strip().lower().partition("-")[0]
        if spoken in LANGUAGES:
            return spoken
    return "en"


def cookie_name(name: str, *, practice: bool) -> str:
    """The name under which a browser keeps what is one office's. A language is the reader's, wherever she is."""
    return f"{name}_practice" if practice and name != LANGUAGE_COOKIE else name


def cookie_of(request: Request[Any, Any, Any], name: str, *, practice: bool) -> str | None:
    """The value of a cookie of this office."""
    return request.cookies.get(cookie_name(name, practice=practice))


def guest_of(request: Request[Any, Any, Any], *, practice: bool) -> str:
    """The cookie of a browser where nobody is signed in, or "" if it has none that could be ours."""
    found = cookie_of(request, GUEST_COOKIE, practice=practice) or ""
    return found if len(found) == 43 and found.isascii() else ""


def local(path: str) -> str:
    """``path`` if it is one of this server's, else the counter's first page."""
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and all(" " < c < "\x7f" for c in path)
    return path if good else "/counter"


# --- what is shown ----------------------------------------------------------------------------------------------------


def money(minor: int, unit: Currency) -> str:
    """``$1,250.00``."""
    return str(Money(minor, unit))


def day(date: str, say: Translate) -> str:
    """``Nov 23, 2026``: a day that cannot be read as another."""
    year, month, number = date.split("-")
    return say(words.DAY).format(month=say(words.MONTHS[int(month) - 1]), day=int(number), year=year)


def clock_time(ms: int, zone: str, say: Translate) -> str:
    """A moment on the office's clocks: its day, and the time to the minute."""
    local_moment = moment(ms).astimezone(ZoneInfo(zone))
    return f"{day(local_moment.date().isoformat(), say)}, {local_moment.strftime('%H:%M')}"


@cache
def environment() -> Environment:
    """The templates, which escape everything they are given."""
    made = Environment(
        loader=PackageLoader("counterfoil.faces.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"money_mark": Markup(" data-money"), "account_options": account_options}
    return made


def account_options(accounts: Sequence[Holding], shown: Callable[[int], str]) -> list[tuple[str, str]]:
    """A customer's accounts to choose from, each with what it holds."""
    return [(one.account, f"{one.account} · {shown(one.balance)}") for one in accounts]


@cache
def static_files() -> Mapping[str, tuple[str, bytes, str]]:
    """File name → (version, content, media type) of what pages are dressed with."""
    types = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    found = {}
    for one in (files("counterfoil.faces.web") / "static").iterdir():
        ending = one.name.rpartition(".")[2]
        if ending in types:
            content = one.read_bytes()
            found[one.name] = (sha256(content).hexdigest()[:12], content, types[ending])
    return found


def static_path(name: str) -> str:
    """Where a file is fetched: under its version, so that a browser keeps it until it changes."""
    return f"/static/{static_files()[name][0]}/{name}"
