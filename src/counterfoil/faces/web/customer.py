"""A customer's own pages: balance, entries and receipts, statements, prices here and elsewhere, how to complain.

Always true (``tests/unit/web/test_customer.py``): whatever is shown of an account or an entry went through
``operations.self_service`` with the number of her who is signed in (``test_a_customer_sees_only_her_own``); a session
begins under a new cookie, which no clerk's page takes, nor hers a clerk's (``test_the_two_cookies_open_nothing_else``);
no page needs a script (``test_pages_hold_no_script``). A code is shown once, to the clerk who asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from litestar import Response
from markupsafe import Markup

from counterfoil.faces.web.counter import title_of
from counterfoil.faces.web.passkeys import hers, offered
from counterfoil.faces.web.sessions import MEMBER_COOKIE, TRIES_A_MINUTE
from counterfoil.faces.web.visit import Visit
from counterfoil.kernel.days import day
from counterfoil.kernel.outcomes import Malformed, Refusal, Unavailable, mark
from counterfoil.office.readers import CUSTOMER
from counterfoil.operations import quotes, self_service
from counterfoil.operations.desk import Desk
from counterfoil.operations.documents import kept
from counterfoil.operations.documents.cuts import Cut, cuts_of
from counterfoil.operations.documents.fees import fees_of
from counterfoil.operations.documents.paper import Head, Words
from counterfoil.operations.documents.statement import Statement, statement_paper
from counterfoil.operations.roles import may_give_code
from counterfoil.operations.self_service import SelfService, WaitBeforeTry, WeakPassphrase, WrongEntry
from counterfoil.operations.store import OfficeStore
from counterfoil.operations.window import Shown
from counterfoil.policy.terms.profile import ProfileTexts

STATEMENTS = 24
"""Statements on her list."""
WRONG = mark("The number and the secret do not go together. Try again.")
WEAK = mark("Choose 12 letters or more, such as four words that you will remember. Not your account number.")
WAIT = mark("Several wrong tries for this account. Wait {seconds} seconds before the next one.")

EXAMPLES: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    (mark("Turn a payroll check of $600.00 into cash"), "check-cash", {"sort": "payroll", "amount": 60_000}),
    (mark("Have an account"), "account-open", {"product": "everyday"}),
    (mark("Send a money order of $200.00"), "order-sale", {"amount": 20_000}),
    (mark("Borrow $375.00 for five months"), "loan-open",
     {"amount": 37_500, "every": "biweekly", "number_of_payments": 10}),
)  # fmt: skip
"""What is priced beside what it costs elsewhere: the words, the kind of request, and what its price depends on."""


# --- the code, at the counter -----------------------------------------------------------------------------------------


async def code(visit: Visit) -> Response[bytes]:
    """A clerk asks for a customer's one-time code; it is shown this once, to be printed or written down."""
    number, clerk, members = CUSTOMER.read(visit.part("number"), "customer"), visit.who.clerk, _members(visit)
    if not may_give_code(visit.who.role):
        raise Malformed("this role gives no codes", field="role")
    made = await visit.service.work(lambda: members.give_code(number, by=clerk))
    return await visit.render("code.html", code=made, days=self_service.CODE_DAYS, customer=number)


# --- signing in -------------------------------------------------------------------------------------------------------


async def ask_again(visit: Visit) -> Response[bytes]:
    """Whoever is not signed in signs in first."""
    then = visit.path if visit.request.method == "GET" else "/me"
    return await _sign_in_page(visit, then=then, status=401)


async def form(visit: Visit) -> Response[bytes]:
    """The sign-in page."""
    return await _sign_in_page(visit, then=hers(visit.query.get("then", "/me")))


async def sign_in(visit: Visit) -> Response[bytes]:
    """Account number and passphrase; the session begins under a new cookie."""
    account, secret = _digits(visit.form.get("account", "")), visit.form.get("passphrase", "")
    then = hers(visit.form.get("then", "/me"))
    errors = _empty(visit, account, passphrase=secret)
    if errors or _hasty(visit, errors):
        return await _sign_in_page(visit, then=then, account=account, errors=errors, status=422)
    members, phone = _members(visit), visit.phone
    try:
        customer = await visit.service.work(lambda: members.sign_in(account, secret, phone=phone))
    except WaitBeforeTry as error:
        errors["passphrase"] = visit.say(WAIT).format(seconds=error.seconds)
    except WrongEntry:
        errors["passphrase"] = visit.say(WRONG)
    else:
        visit.open_for(customer)
        return visit.go(then)
    return await _sign_in_page(visit, then=then, account=account, errors=errors, status=422)


async def sign_out(visit: Visit) -> Response[bytes]:
    """The cookie is worth nothing from now on."""
    if visit.session is not None:
        visit.sessions.close(visit.session)
        visit.session = None
    visit.set_cookie(MEMBER_COOKIE, "", seconds=0)
    return visit.go("/me/sign-in")


async def enroll_form(visit: Visit) -> Response[bytes]:
    """The first time: account number, code from the counter, and a passphrase of her own."""
    return await visit.render("me-enroll.html", account="", errors={}, offered=visit.members is not None)


async def enroll(visit: Visit) -> Response[bytes]:
    """The code opens once; then the passphrase does."""
    account, given = _digits(visit.form.get("account", "")), visit.form.get("code", "").strip()[:40]
    secret, again = visit.form.get("passphrase", ""), visit.form.get("again", "")
    errors = _empty(visit, account, code=given, passphrase=secret)
    if not errors and secret != again:
        errors["again"] = visit.say(mark("The two are not the same. Type both again."))
    if not errors and not _hasty(visit, errors):
        members = _members(visit)
        try:
            customer = await visit.service.work(lambda: members.enroll(account, given, secret))
        except WeakPassphrase:
            errors["passphrase"] = visit.say(WEAK)
        except WaitBeforeTry as error:
            errors["code"] = visit.say(WAIT).format(seconds=error.seconds)
        except WrongEntry:
            errors["code"] = visit.say(
                mark("The account and the code do not go together, or the code has ended. Ask at the counter for a "
                     "new one.")
            )  # fmt: skip
        else:
            visit.open_for(customer)
            for other in visit.sessions.others_of(visit.who):  # Whoever knew the old passphrase may sit there.
                visit.sessions.close(other)
            return visit.go("/me")
    return await visit.render("me-enroll.html", status=422, account=account, errors=errors, offered=True)


def _members(visit: Visit) -> SelfService:
    if visit.members is None:
        raise Unavailable("customers do not sign in at this office")
    return visit.members


def _empty(visit: Visit, account: str, **secrets: str) -> dict[str, str]:
    texts = {
        "account": mark("Write your account number: ten digits."), "code": mark("Write the code from the counter."),
        "passphrase": mark("Write your passphrase."),
    }  # fmt: skip
    missing = {name: "" for name in secrets if not secrets[name]}
    if len(account) != 10:
        missing = {"account": "", **missing}
    return {name: visit.say(texts[name]) for name in missing}


def _hasty(visit: Visit, errors: dict[str, str]) -> bool:
    peer = visit.request.client.host if visit.request.client else "?"
    wait = visit.sessions.over(peer, "sign-in", TRIES_A_MINUTE)
    if wait:
        said = visit.say(mark("Too many tries from here. Wait {seconds} seconds."))
        errors["account"] = said.format(seconds=wait)
    return bool(wait)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())[:20]


async def _sign_in_page(
    visit: Visit, *, then: str, account: str = "", errors: Mapping[str, str] = {}, status: int = 200
) -> Response[bytes]:
    return await visit.render(
        "me-sign-in.html", status=status, then=then, account=account, errors=errors, offered=visit.members is not None,
        passkeys=offered(visit),
    )  # fmt: skip


# --- what is hers -----------------------------------------------------------------------------------------------------


async def home(visit: Visit) -> Response[bytes]:
    """Her accounts, each with what it holds."""
    customer = visit.who.clerk
    shown = await visit.service.at_desk(lambda desk: self_service.shown_to(desk, customer))
    holdings = [one for one in shown.holdings if one.state != "closed"]
    if len(holdings) == 1:
        return await _account_page(visit, holdings[0].account, name=shown.details.get("name", ""))
    return await visit.render("me-home.html", name=shown.details.get("name", ""), holdings=holdings)


async def account(visit: Visit) -> Response[bytes]:
    """One account: its balance and its last entries."""
    return await _account_page(visit, _digits(visit.part("account")))


async def _account_page(visit: Visit, number: str, *, name: str = "") -> Response[bytes]:
    customer = visit.who.clerk
    await visit.service.read(lambda store: self_service.check_hers(store, customer, number))
    shown, ledger = await visit.service.at_desk(lambda desk: _held(desk, customer, number))
    held = next(one for one in shown.holdings if one.account == number)
    lines = await visit.service.read(lambda store: self_service.last_lines(store, customer, number, ledger))
    titled = [(one, visit.say(title_of(one.kind))) for one in lines]
    return await visit.render(
        "me-account.html", held=held, lines=titled, name=name, most=self_service.LINES,
        several=len([one for one in shown.holdings if one.state != "closed"]) > 1,
    )  # fmt: skip


def _held(desk: Desk, customer: str, number: str) -> tuple[Shown, int]:
    return self_service.shown_to(desk, customer), self_service.ledger_id(desk, number)


async def receipt(visit: Visit) -> Response[bytes]:
    """A receipt of hers, as a copy, with its code."""
    customer, epoch, entry = visit.who.clerk, int(visit.part("epoch")), int(visit.part("entry"))
    await visit.service.read(lambda store: self_service.check_receipt(store, customer, epoch, entry))
    made = await visit.service.read(
        lambda store: visit.house.papers(store).receipt(epoch, entry, language=visit.language, copy=True)
    )
    pictures = [Markup(visit.house.qr(slip)) for slip in made.slips if slip]  # Drawn here, from our slip.
    return await visit.render("me-receipt.html", receipt=made, qr=pictures)


async def statement(visit: Visit) -> Response[bytes]:
    """Every movement of a period, with the balance after it."""
    number, errors = _digits(visit.part("account")), {}
    try:
        found = await _statement(visit, number)
    except Malformed as error:
        if error.field not in ("from", "to"):
            raise
        errors[error.field] = visit.say(mark("Write two days, the first before the last."))
        found = None
    except Unavailable:
        found = None
    return await visit.render(
        "me-statement.html", status=422 if errors else 200, account=number, statement=found, errors=errors,
        cuts=await visit.service.read(lambda store: _cuts(store, visit.who.clerk, number)),
        since=visit.query.get("from", "")[:10], until=visit.query.get("to", "")[:10], pdf=visit.house.pdf is not None,
    )  # fmt: skip


def _cuts(store: OfficeStore, customer: str, number: str) -> list[Cut]:
    """Her last statements, the newest first."""
    self_service.check_hers(store, customer, number)
    return cuts_of(store, number)[: -STATEMENTS - 1 : -1]


async def statement_pdf(visit: Visit) -> Response[bytes]:
    """The same statement as a tagged PDF."""
    number, render = _digits(visit.part("account")), visit.house.pdf
    found = await _statement(visit, number)
    if render is None:
        raise Unavailable("no PDF is made at this office")
    office = await visit.office()
    paper = statement_paper(found, Words(visit.language, office.currency, visit.say))
    data = await visit.service.work(lambda: render(paper))
    name = f"statement-{number[-4:]}-{found.until.isoformat()}.pdf"
    return Response(data, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


async def _statement(visit: Visit, number: str) -> Statement:
    customer = visit.who.clerk
    since, until = _day(visit, "from"), _day(visit, "to")

    def made(store: OfficeStore) -> Statement:
        self_service.check_hers(store, customer, number)
        return kept.statement_of(store, number, visit.say, since=since, until=until)

    return await visit.service.read(made)


def _day(visit: Visit, name: str) -> date | None:
    text = visit.query.get(name, "").strip()
    return day(text, field=name) if text else None


# --- for everybody ----------------------------------------------------------------------------------------------------


async def prices(visit: Visit) -> Response[bytes]:
    """What each service costs here, and what some cost elsewhere."""
    office = await visit.office()
    listed, beside = [], []
    if office.edition is not None:
        words_ = Words(visit.language, office.currency, visit.say)
        head = Head(f"{office.place} · {office.office}", day(office.today), office.currency.code)
        listed = list(fees_of(head, office.edition, words_, None).prices)
        beside = await visit.service.at_desk(lambda desk: _quoted(desk, visit))
    return await visit.render("me-prices.html", listed=listed, beside=beside)


def _quoted(desk: Desk, visit: Visit) -> list[tuple[str, list[str]]]:
    found = []
    today = desk.state.today.date if desk.state.today else desk.calendar_day()
    in_two_weeks = (day(today) + timedelta(days=14)).isoformat()
    for text, kind, body in EXAMPLES:
        try:
            asked = {**body, "first_due": in_two_weeks} if kind == "loan-open" else body
            quote = quotes.quote(kind, asked, desk.state) if kind in quotes.PRICES else None
        except Malformed:  # The edition asks for more before it names a price.
            continue
        if quote is not None and not isinstance(quote, Refusal):
            found.append((visit.say(text), quote.lines(visit.say, visit.language)))
    return found


async def complain(visit: Visit) -> Response[bytes]:
    """How to complain, and what to do about a mistake."""
    office = await visit.office()
    texts = office.edition.terms(ProfileTexts) if office.edition else None
    own = texts.languages.get(visit.language) if texts else None
    return await visit.render(
        "me-help.html", complaints=own.complaints if own else "", insured=own.insured if own else ""
    )
