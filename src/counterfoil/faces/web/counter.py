"""The counter's pages: look up, serve, check, send, receipt; the drawer; the office's own events.

Always true (``tests/unit/web/test_counter.py``): money moves only by the last button of a check page, whose form
carries the request's id made when the form was first shown; sent twice, reloaded or gone back to, it is one entry
(``test_a_form_sent_twice_is_one_entry``, and for every kind ``test_whatever_is_posted_twice_is_one_entry``); what is
wrong is said at its field and in the summary, and everything typed stays (``test_what_was_typed_stays``); a count is
blind (``test_a_check_page_of_a_count_shows_no_expected_figure``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from markupsafe import Markup

from counterfoil.counter.receipt import Receipt
from counterfoil.faces.web import menu, words
from counterfoil.faces.web.asking import (
    Asked,
    ask_for,
    body_for,
    foreseen,
    second_signer,
    with_second,
)
from counterfoil.faces.web.fields import Control, Form, Typed, amount
from counterfoil.faces.web.menu import Item
from counterfoil.faces.web.sessions import Draft, Session, new_request_id, plain
from counterfoil.faces.web.visit import Visit, day, money
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.idents import request_id
from counterfoil.kernel.limits import EPOCH_MAX, SEQUENCE_MAX
from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Malformed, Refusal, Unavailable, mark
from counterfoil.office import refusals as no
from counterfoil.office.readers import CUSTOMER
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations import overview, window
from counterfoil.operations.answers import Answer, Differs, Refused, Unanswered
from counterfoil.operations.finding import FOUND_MAX, Found
from counterfoil.operations.receipts import TITLES
from counterfoil.operations.roles import may_ask, may_give_code
from counterfoil.operations.window import OfficeNow, Shown, Went
from counterfoil.policy.terms.profile import IdentificationRules
from counterfoil.products.micr import NOTATIONS

_SIGNS = dict.fromkeys(map(ord, NOTATIONS["unicode"]), " ")
PREFILLED = (
    "account", "customer", "entry", "epoch", "case", "till", "loan", "amount", "every", "number_of_payments", "product",
)  # fmt: skip
"""Fields that a link to a form may fill in; all of them are shown and can be changed."""
EVENTS_SHOWN, PRINTS_SHOWN, LOOKS_SHOWN = 50, 20, 100
BOUGHT = ("order-sale", "cash-send", "bill-pay")
"""Services without an account of their own, whose buyer is the customer in view."""


# --- the first pages --------------------------------------------------------------------------------------------------


async def home(visit: Visit) -> Response[bytes]:
    """The search box, what the day and the drawer are at, what customers come for, and everything else."""
    office, session = await visit.office(), visit.who
    return await visit.render(
        "home.html", came_back=await _came_back(visit),
        till=office.till(session.till) if session.till else None, tiles=menu.tiles(visit, office),
        next_step=_next_step(visit, office, session), menu=menu.groups(visit, office), shown=await _in_view(visit),
        everything=menu.EVERYTHING,
        due=_titled(visit, await visit.service.read(lambda store: window.due_for_print(store, PRINTS_SHOWN))),
    )  # fmt: skip


async def everything(visit: Visit) -> Response[bytes]:
    """Every operation that this role may ask, by group."""
    return await visit.render(
        "all.html", menu=menu.groups(visit, await visit.office()), shown=await _in_view(visit)
    )  # fmt: skip


async def _came_back(visit: Visit) -> list[tuple[str, str, bool]]:
    """(what it is, where it goes on, whether it is recorded) of what was begun before the server stopped."""
    session, found = visit.who, []
    for rid in session.came_back:
        draft = session.drafts.get(rid)
        if draft is None:
            continue
        went = await _became(visit, rid)
        recorded = went is not None and bool(went.entries)
        if recorded:
            session.finish(rid)
        elif draft.kind == "visit":
            continue  # Its services are named below.
        to_form = f"/counter/do/{draft.kind}?rid={rid}" if draft.basket else f"/counter/check/{rid}"
        where = f"/counter/done/{rid}" if recorded else to_form
        found.append((visit.say(words.menu_of(draft.kind).label), where, recorded))
    return found


def _next_step(visit: Visit, office: OfficeNow, session: Session) -> Item | None:
    """What has to be done before a customer can be served."""
    if office.day is None and may_ask(session.role, "day-open"):
        return Item("/counter/do/day-open", visit.say(words.menu_of("day-open").label))
    if office.day is not None and not session.till and may_ask(session.role, "till-open"):
        return Item("/counter/drawer", visit.say(words.menu_of("till-open").label))
    return None


# --- customers --------------------------------------------------------------------------------------------------------


async def find(visit: Visit) -> Response[bytes]:
    """The search box: an account, a card, a phone, a name, or the code of a receipt."""
    text = visit.query.get("q", "").strip()
    place = await _place_of(visit, text)
    if place is not None:
        return visit.go(place)
    found = await visit.service.read(lambda store: window.find(store, text, visit.service.desk.people)) if text else []
    if len(found) == 1:
        digits = "".join(c for c in text if c.isdigit())
        visit.who.account = digits if digits in found[0].accounts else ""
        return visit.go(f"/counter/customer/{found[0].customer}")
    return await visit.render("found.html", text=text, found=found, most=FOUND_MAX)


async def find_in_form(visit: Visit) -> Response[bytes]:
    """The search box beside a form: whom it finds goes into the form, and everything typed there stays."""
    text, kind = visit.form.get("q", "").strip(), visit.form.get("_kind", "")
    rid = visit.form.get("_rid", "")
    if kind not in ASKS or not rid:
        return visit.go("/counter")
    typed = plain(visit.form, but=("q",))
    found = await visit.service.read(lambda store: window.find(store, text, visit.service.desk.people)) if text else []
    draft = Draft(kind, {**typed, **_own(visit)}, basket=visit.form.get("_basket") == "1", sent=True)
    query = ""
    if len(found) == 1:
        visit.who.customer = found[0].customer
        _take_over(draft, kind, found[0], text)
    else:
        query = "&lost=1"
    visit.who.keep(rid, draft)
    return visit.go(f"/counter/do/{kind}?rid={rid}{query}")


def _take_over(draft: Draft, kind: str, found: Found, text: str) -> None:
    """Whom a scan found, into the form's own fields."""
    shape = fields_of(ASKS[kind])
    digits = "".join(c for c in text if c.isdigit())
    if "account" in shape and shape["account"][1] and found.accounts:
        draft.typed["account"] = digits if digits in found.accounts else found.accounts[0]
    if "customer" in shape:
        draft.typed["customer"] = found.customer


async def _place_of(visit: Visit, text: str) -> str | None:
    scanned = window.receipt_scanned(text)
    return f"/counter/receipt/{scanned[0]}/{scanned[1]}" if scanned else None


async def customer(visit: Visit) -> Response[bytes]:
    """One customer: who, her accounts, her last entries. That she was looked at is noted first."""
    number = CUSTOMER.read(visit.part("number"), "customer")
    session = visit.who
    shown = await visit.service.at_desk(
        lambda desk: window.looked_at(desk, number, by=session.clerk, what="customer page")
    )
    if session.customer != number and session.account not in [one.account for one in shown.holdings]:
        session.account = ""
    session.customer = number
    accounts = [one.account for one in shown.holdings]
    entries = await visit.service.read(lambda store: overview.lines_of_all(store, accounts, window.ENTRIES_SHOWN))
    office = await visit.office()
    codes = visit.members is not None and may_give_code(session.role)
    return await visit.render(
        "customer.html", shown=shown, codes=codes, entries=[(one, visit.say(title_of(one.kind))) for one in entries],
        tiles=menu.tiles(visit, office, customer=number), lent=_lent(visit, shown, office),
    )  # fmt: skip


def _lent(visit: Visit, shown: Shown, office: OfficeNow) -> list[tuple[str, int, str, Item]]:
    """(number, amount, since or until when, where it is paid or given out, filled in) of her loans."""
    due, approved = visit.say(mark("due {day}")), visit.say(mark("approved {day}"))

    def form(kind: str, amount: int, **more: str) -> Item:
        query = urlencode({**more, "amount": Money(amount, office.currency).decimal()})
        return Item(f"/counter/do/{kind}?{query}", visit.say(words.menu_of(kind).label))

    return [
        *(
            (one.loan, one.payment, due.format(day=day(one.due, visit.say)),
             form("loan-pay", one.payment, loan=one.loan))
            for one in shown.loans
        ),
        *(
            (one.case, one.amount, approved.format(day=day(one.date, visit.say)),
             form("loan-open", one.amount, case=one.case, every=one.every, number_of_payments=str(one.number),
                  customer=shown.customer))
            for one in shown.granted
        ),
    ]  # fmt: skip


async def next_customer(visit: Visit) -> Response[bytes]:
    """The window is free: nobody is in view, and a visit that was not paid leaves nothing."""
    visit.who.served()
    return visit.go("/counter")


async def _in_view(visit: Visit) -> Shown | None:
    """The customer who is being served, or None."""
    number = visit.who.customer
    return await visit.service.at_desk(lambda desk: window.shown_again(desk, number)) if number else None


def _titled(visit: Visit, entries: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    return [(epoch, sequence, visit.say(title_of(kind))) for epoch, sequence, kind in entries]


def title_of(kind: str) -> str:
    """What an entry is called on its receipt, in English as marked."""
    return TITLES.get(kind) or words.menu_of(kind).label


# --- a form -----------------------------------------------------------------------------------------------------------


async def form(visit: Visit) -> Response[bytes]:
    """The form of one kind: empty, or with what was typed before."""
    kind = _kind(visit)
    if kind in menu.OWN_PAGES:
        return visit.go(menu.OWN_PAGES[kind])
    rid = visit.query.get("rid", "")
    draft = visit.who.drafts.get(rid)
    if draft is None or draft.kind != kind:
        rid, draft = new_request_id(), await _first(visit, kind)
        visit.who.keep(rid, draft)
        office = await visit.office()
        if not Form(kind, office, visit.say, till=visit.who.till).controls({}):
            return visit.go(f"/counter/check/{rid}")
    return await _form_page(visit, rid, draft, lost="lost" in visit.query)


async def _first(visit: Visit, kind: str) -> Draft:
    """What a new form holds: the customer in view and her account, or what another form had."""
    before = visit.who.drafts.get(visit.query.get("from", ""))
    typed = plain(before.typed) if before is not None and before.kind == kind else {}
    for name in PREFILLED:
        if name in visit.query:
            typed[name] = visit.query[name][:40]
    office = await visit.office()
    typed |= _context(office, visit.who)
    if kind == "customer-change" and not any(name.startswith("details.") for name in typed):
        typed |= await _details_in_view(visit, typed.get("customer") or visit.who.customer)
    return Draft(kind, typed, basket=visit.query.get("visit") == "1")


def _context(office: OfficeNow, session: Session) -> dict[str, str]:
    """What a form is bound to from its first showing: sent again later, it is still the same request."""
    date = office.day.date if office.day else office.today
    return {"_epoch": str(office.epoch), "_date": date, "_till": session.till}


async def _details_in_view(visit: Visit, number: str) -> dict[str, str]:
    if not number:
        return {}
    clerk = visit.who.clerk
    shown = await visit.service.at_desk(lambda desk: window.looked_at(desk, number, by=clerk, what="details"))
    return {"customer": number, **{f"details.{name}": value for name, value in shown.details.items()}}


async def typed(visit: Visit) -> Response[bytes]:
    """The form was sent: what is wrong is said at its field, or it goes on to the check page."""
    kind = _kind(visit)
    rid = _rid(visit.form.get("_rid", ""))
    draft = Draft(kind, {**plain(visit.form), **_own(visit)}, basket=visit.form.get("_basket") == "1", sent=True)
    visit.who.keep(rid, draft)
    visit.approvals.drop(rid, clerk=visit.who.clerk)  # What is changed is another request, which nobody has signed.
    errors = await _worked_out(visit, rid, draft)
    if errors:
        return await _form_page(visit, rid, draft, errors=errors, status=422)
    if draft.basket:
        visit.who.drafts.pop(rid)
        visit.approvals.drop(visit.who.visit, clerk=visit.who.clerk)
        visit.who.basket.append(draft)
        visit.who.visit = visit.who.visit or new_request_id()
        return visit.go("/counter/visit")
    return visit.go(f"/counter/check/{rid}")


async def _worked_out(visit: Visit, rid: str, draft: Draft) -> dict[str, str]:
    """Reads the form, works out what it costs, and reads it again with that. Returns what is wrong, by field."""
    office, names = await visit.office(), window.prices_of(draft.kind)
    for name in names:
        draft.typed.pop(name, None)
    found = _read(office, visit, draft)
    if not found.errors and names:
        told = await visit.service.at_desk(lambda desk: window.worked_out(desk, draft.kind, found.body))
        if isinstance(told, Refusal):
            return {"amount": told.sentence(visit.say)}
        draft.typed |= told
        found = _read(office, visit, draft)
    if found.errors:
        return dict(found.errors)
    try:
        await body_for(visit, bytes.fromhex(rid), found)
    except Malformed as error:  # What is read off a paper is known to be wrong only now.
        part = error.field.removeprefix("details.")
        named = words.detail(part) if error.field.startswith("details.") else words.label_of(draft.kind, part)
        return {error.field or "details": visit.say(words.TROUBLE["other"]).format(label=visit.say(named.text))}
    return {}


def _own(visit: Visit) -> dict[str, str]:
    return {name: visit.form[name][:40] for name in ("_epoch", "_date", "_till") if name in visit.form}


async def _form_page(
    visit: Visit, rid: str, draft: Draft, *, errors: Mapping[str, str] = {}, status: int = 200, lost: bool = False
) -> Response[bytes]:
    office, shown = await visit.office(), await _in_view(visit)
    entry = words.menu_of(draft.kind)
    seen = _from_view(draft.kind, shown, visit.who.account)
    controls = Form(draft.kind, office, visit.say, till=draft.typed.get("_till", ""), basket=draft.basket).controls(
        {**seen, **draft.typed}, errors
    )
    main = [one for one in controls if one.required or one.control in ("flag", "details") or _always(draft.kind, one)]
    more = [one for one in controls if one not in main]
    return await visit.render(
        "form.html", status=status, title=visit.say(entry.label), kind=draft.kind, rid=rid, draft=draft,
        controls=controls, main=main, more=more, errors=errors, lost=lost,
        more_open=any(
            one.value != seen.get(one.name, "") or one.error or any(p.value or p.error for p in one.parts)
            for one in more
        ),
        first_asked=[visit.say(one) for one in _asked_first(draft.kind, office)],
        shown=shown if _about_a_customer(draft.kind) else None,
        accounts=[one for one in shown.holdings if one.state != "closed"] if shown else [],
    )  # fmt: skip


def _asked_first(kind: str, office: OfficeNow) -> tuple[str, ...]:
    """What the edition's ``[identification]`` has written down before an account is opened."""
    rules = office.edition.terms(IdentificationRules) if office.edition and kind == "customer-open" else None
    return rules.before_account if rules is not None else ()


def _always(kind: str, control: Control) -> bool:
    """Whether a field is shown at once although it may be left empty."""
    counted = control.control == "pieces" and (fields_of(ASKS[kind])[control.name][1] or control.name == "stock")
    return counted or control.name in ("note", "answer", "reference", "identification", "product", "amount")


def _about_a_customer(kind: str) -> bool:
    shape = fields_of(ASKS[kind])
    return kind == "visit" or "account" in shape or "customer" in shape


def _from_view(kind: str, shown: Shown | None, account: str) -> dict[str, str]:
    """The customer in view and her account, where the form asks for them. An account that may be left empty says how
    it is paid: nobody but the clerk fills that in."""
    if shown is None:
        return {}
    if kind in BOUGHT:
        return {"presented_by": shown.customer}
    if not fields_of(ASKS[kind]).get("account", (None, False))[1]:
        return {"customer": shown.customer}
    usable = [one.account for one in shown.holdings if one.state != "closed"]
    chosen = account if account in usable else next(iter(usable), "")
    return {"customer": shown.customer, **({"account": chosen} if chosen else {})}


def _read(office: OfficeNow, visit: Visit, draft: Draft) -> Typed:
    till = draft.typed.get("_till", "")
    date = draft.typed.get("_date") or (office.day.date if office.day else office.today)
    return Form(draft.kind, office, visit.say, till=till, basket=draft.basket).read(draft.typed, date=date)


# --- check, send, receipt ---------------------------------------------------------------------------------------------


async def check(visit: Visit) -> Response[bytes]:
    """Everything once more before it is sent, with what it will do."""
    rid = _rid(visit.part("rid"))
    if await _became(visit, rid) is not None:
        return visit.go(f"/counter/done/{rid}")
    if visit.approvals.get(rid) is not None:
        return visit.go(f"/counter/wait/{rid}")
    draft = visit.who.drafts.get(rid)
    if draft is None:
        return await visit.render("gone.html", status=404)
    return await _check_page(visit, rid, draft)


async def _check_page(
    visit: Visit, rid: str, draft: Draft, *, errors: Mapping[str, str] = {}, alert: str = "", status: int = 200
) -> Response[bytes]:
    office, shown = await visit.office(), await _in_view(visit)
    found = _read(office, visit, draft)
    if found.errors:
        return visit.go(f"/counter/do/{draft.kind}?rid={rid}")
    asked = await ask_for(visit, rid, draft, found)
    seen = await foreseen(visit, asked)
    entry = words.menu_of(draft.kind)
    prices = await visit.service.at_desk(
        lambda desk: window.compared_price(desk, asked.request.ask, visit.say, visit.language)
    )
    return await visit.render(
        "check.html", status=status, prices=prices, title=visit.say(entry.label), act=visit.say(entry.act), rid=rid,
        kind=draft.kind, draft=draft, lines=answers_of(visit, office, draft), seen=seen, errors=errors, alert=alert,
        shown=shown if _about_a_customer(draft.kind) else None,
        approver=visit.form.get("approver", "") if visit.request.method == "POST" else "",
    )  # fmt: skip


def answers_of(visit: Visit, office: OfficeNow, draft: Draft) -> list[tuple[str, str]]:
    """(label, value) of everything that was typed, as it is understood. A visit's own are the cash that was given."""
    if draft.kind == "visit":
        given = draft.typed.get("tendered", "")
        return [(visit.say(words.FIELDS["tendered"].text), given)] if given else []
    controls = Form(draft.kind, office, visit.say, till=draft.typed.get("_till", ""), basket=draft.basket).told(
        draft.typed
    )
    lines: list[tuple[str, str]] = []
    for control in controls:
        names = dict(control.options)
        if control.control in ("pieces", "details"):
            parts = [part for part in control.parts if part.value.strip()]
            above = f"{control.label}: " if control.control == "pieces" else ""
            lines += [
                (f"{above}{part.label}", dict(part.options).get(part.value) or _plain(visit, part.name, part.value))
                for part in parts
            ]
        elif control.control == "flag":
            lines.append((control.label, visit.say(mark("yes")) if control.value else visit.say(mark("no"))))
        elif control.value:
            lines.append((control.label, names.get(control.value) or _understood(visit, control, office)))
    return lines


def _plain(visit: Visit, name: str, value: str) -> str:
    """A detail as a person reads it: a check's line without the signs that few fonts have."""
    if name.endswith(".micr"):
        return " · ".join(value.translate(_SIGNS).split())
    return _date(visit, value) if name.endswith(".born") else value


def _date(visit: Visit, value: str) -> str:
    try:
        return day(read_day(value).isoformat(), visit.say)
    except Malformed:
        return value


def _understood(visit: Visit, control: Control, office: OfficeNow) -> str:
    """A value as it was understood: an amount in dollars and cents, whatever way it was written; a day by its month's
    name."""
    if control.control == "date":
        return _date(visit, control.value)
    if control.name == "apr":
        return f"{control.value} %"
    if control.control != "money":
        return control.value
    try:
        return money(amount(control.value, office.currency), office.currency)
    except Malformed:
        return control.value


async def send(visit: Visit) -> Response[bytes]:
    """The last button: the request is asked under the id of its form. The same form again gets the same answer."""
    rid = _rid(visit.part("rid"))
    kind = visit.form.get("_kind", "")
    if kind not in ASKS:
        raise Malformed("there is no such operation", field="kind")
    draft = Draft(kind, {**plain(visit.form, but=("approver",)), **_own(visit)}, sent=True)
    visit.who.keep(rid, draft)
    found = _read(await visit.office(), visit, draft)
    if found.errors:
        return visit.go(f"/counter/do/{kind}?rid={rid}")
    asked = await ask_for(visit, rid, draft, found)
    if visit.form.get("_what") == "park":
        return await _parked(visit, rid, draft, asked)
    return await _sent(visit, rid, draft, asked)


async def _parked(visit: Visit, rid: str, draft: Draft, asked: Asked) -> Response[bytes]:
    """The request waits for a second person, who looks at it at her own screen. Nothing is recorded."""
    session, office = visit.who, await visit.office()
    drafts = tuple(session.basket) if draft.kind == "visit" else (draft,)
    now = await visit.service.at_desk(lambda desk: desk.clock.now())
    try:
        visit.approvals.park(
            asked.request,
            office.office,
            draft,
            drafts,
            clerk=session.clerk,
            time=now,
            customer=session.customer if _about_a_customer(draft.kind) else "",
        )
    except Unavailable as error:
        return await _check_again(visit, rid, draft, alert=visit.say(str(error)), status=503)
    detail = f"{draft.kind} {session.clerk}"
    await visit.service.at_desk(lambda desk: window.note_event(desk, "approval-asked", session.clerk, detail))
    return visit.go(f"/counter/wait/{rid}")


async def _sent(visit: Visit, rid: str, draft: Draft, asked: Asked) -> Response[bytes]:
    """Asks at the desk, one press of this screen after another: the second press of a double click hears what the first
    one did."""
    async with visit.who.busy:
        return await _sent_alone(visit, rid, draft, asked)


async def _sent_alone(visit: Visit, rid: str, draft: Draft, asked: Asked) -> Response[bytes]:
    errors: dict[str, str] = {}
    second = await second_signer(visit, errors)
    if errors:
        return await _check_again(visit, rid, draft, errors=errors, status=422)
    try:
        answer = await visit.service.ask(with_second(asked.request, second))
    except Differs:
        said = mark("This was sent before with other values, and that is what counts. Look at what was recorded.")
        return await _check_again(visit, rid, draft, alert=visit.say(said), status=409)
    except (Unavailable, Unanswered) as error:
        return await _check_again(visit, rid, draft, alert=not_now(visit, error), status=503)
    finally:
        if second is not None:
            second.drop()
    visit.approvals.drop(rid, clerk=visit.who.clerk)
    if not isinstance(answer, Refused):
        visit.who.finish(rid)
    await follow_up(visit, draft, answer)
    return visit.go(f"/counter/done/{rid}")


def not_now(visit: Visit, error: Exception) -> str:
    """Why it was not done, and that the same button may be pressed again without fear."""
    said = mark("This did not work now. Press the same button again in a moment: it is recorded once at most. ({why})")
    return visit.say(said).format(why=visit.say(str(error)))


async def _check_again(visit: Visit, rid: str, draft: Draft, **more: Any) -> Response[bytes]:
    if draft.kind == "visit":
        return await _basket_page(visit, **more)
    return await _check_page(visit, rid, draft, **more)


async def follow_up(visit: Visit, draft: Draft, answer: Answer) -> None:
    """What an answer changes at this screen, and in the office's event view."""
    session = visit.who
    if isinstance(answer, Refused):
        detail = f"{draft.kind} {answer.refusal.code}"
        await visit.service.at_desk(lambda desk: window.note_event(desk, "refused", session.clerk, detail))
        if draft.kind == "visit" and session.basket:
            session.visit = new_request_id()  # The answer to the old one is no, for ever: paid later, it is another.
        return
    told = answer.result()
    if draft.kind == "till-open":
        session.till = str(told.get("till", ""))
    elif draft.kind == "till-close":
        session.till = ""
    elif draft.kind == "customer-open":
        session.customer = str(told.get("customer", ""))
    elif (draft.kind == "loan-apply" and told.get("decision") == "yes") or (
        draft.kind == "claim-check" and told.get("right")
    ):
        draft.typed["_case"] = str(told["case"])
    elif draft.kind == "visit":
        session.basket.clear()
        session.visit = ""


async def _became(visit: Visit, rid: str) -> Went | None:
    return await visit.service.read(lambda store: window.what_became(store, bytes.fromhex(rid)))


async def done(visit: Visit) -> Response[bytes]:
    """What became of a request: its receipt, or the rule that said no and what to do next."""
    rid = _rid(visit.part("rid"))
    went = await _became(visit, rid)
    draft = visit.who.drafts.get(rid)
    if went is None:
        return visit.go(f"/counter/check/{rid}") if draft else await visit.render("gone.html", status=404)
    shown = await _in_view(visit)
    if went.refusal is not None:
        return await visit.render("refused.html", sentence=went.refusal.sentence(visit.say), rid=rid, draft=draft,
                                  kind=draft.kind if draft else "", shown=shown)  # fmt: skip
    visit.who.finish(rid)
    epoch, sequence, kind = went.entries[0]
    made = await visit.service.read(lambda store: visit.house.papers(store).receipt(epoch, sequence))
    return await visit.render(
        "done.html", entry=sequence, rid=rid, receipt=made, qr=await _codes(visit, made), shown=shown,
        printed=rid in visit.who.printed, has_printer=visit.house.printer is not None,
        after=await _after_this(visit, draft.kind if draft else kind, draft),
    )  # fmt: skip


async def _after_this(visit: Visit, kind: str, draft: Draft | None) -> list[Item]:
    """Where a clerk goes most often from here."""
    session = visit.who
    ways = []
    if kind in ("till-count", "till-open", "till-close", "cash-from-vault", "cash-to-vault"):
        ways.append(Item("/counter/drawer", visit.say(mark("Your drawer"))))
    if kind == "customer-open" and session.customer:
        ways.append(Item(f"/counter/do/account-open?customer={session.customer}", visit.say(mark("Open an account"))))
    if draft is not None and "_case" in draft.typed:
        next_kind, query = await _goes_on(visit, draft)
        ways.append(Item(f"/counter/do/{next_kind}?{urlencode(query)}", visit.say(words.menu_of(next_kind).label)))
    if session.customer:
        ways.append(Item(f"/counter/customer/{session.customer}", visit.say(mark("Back to the customer"))))
    return ways


async def _goes_on(visit: Visit, draft: Draft) -> tuple[str, dict[str, str]]:
    """The second half of what has two: an approved loan is given out, and a code that was right is paid."""
    case, office = draft.typed["_case"], await visit.office()
    if draft.kind == "claim-check":
        waits = await visit.service.at_desk(lambda desk: window.to_claim(desk, case))
        return "cash-claim", {"case": case, **({"amount": Money(waits, office.currency).decimal()} if waits else {})}
    terms = {name: draft.typed[name] for name in ("customer", "amount", "every", "number_of_payments")}
    return "loan-open", {"case": case, **terms}


async def _codes(visit: Visit, made: Receipt) -> list[Markup]:
    """The pictures of its slips: drawn on another thread, since each takes as long as dozens of other answers."""
    drawn = await visit.service.work(lambda: [visit.house.qr(slip) for slip in made.slips])
    return [Markup(picture) for picture in drawn]  # our own picture, without any text


async def print_receipt(visit: Visit) -> Response[bytes]:
    """Prints the receipt on the counter's device, or shows the page that the browser prints; noted in either case."""
    rid = _rid(visit.part("rid"))
    went = await _became(visit, rid)
    if went is None or not went.entries:
        return await visit.render("gone.html", status=404)
    epoch, sequence, _ = went.entries[0]
    made = await visit.service.read(lambda store: visit.house.papers(store).receipt(epoch, sequence))
    places = [(e, s) for e, s, _ in went.entries]
    if visit.house.printer is not None:
        printer = visit.house.printer
        try:
            await visit.service.work(lambda: printer(made))
        except Unavailable as error:
            said = mark("The receipt was not printed. The entry stands. Look at the printer and print again.")
            return await visit.render("sorry.html", status=503, said=visit.say(said), detail=str(error), clock=False)
        await visit.service.at_desk(lambda desk: window.printed(desk, places))
        visit.who.printed.add(rid)
        return visit.go(f"/counter/done/{rid}")
    await visit.service.at_desk(lambda desk: window.printed(desk, places))
    visit.who.printed.add(rid)
    return await visit.render("paper.html", receipt=made, qr=await _codes(visit, made), rid=rid)


async def receipt(visit: Visit) -> Response[bytes]:
    """The receipt of an entry, as a copy."""
    epoch, entry = int(visit.part("epoch")), int(visit.part("entry"))
    if not 0 < epoch <= EPOCH_MAX or not 0 <= entry <= SEQUENCE_MAX:
        raise Malformed("there is no such entry", field="entry")
    made = await visit.service.read(lambda store: visit.house.papers(store).receipt(epoch, entry))
    rid = await visit.service.read(lambda store: window.request_of(store, epoch, entry))
    return await visit.render(
        "receipt.html", receipt=made, qr=await _codes(visit, made), epoch=epoch, entry=entry, rid=rid
    )


# --- several services, paid at once -----------------------------------------------------------------------------------


async def basket(visit: Visit) -> Response[bytes]:
    """The visit that is being put together."""
    if visit.approvals.get(visit.who.visit) is not None:
        return visit.go(f"/counter/wait/{visit.who.visit}")
    before = visit.who.drafts.get(visit.who.visit)  # What was typed when the server stopped, or her screen locked.
    given = before.typed.get("tendered", "") if before is not None else ""
    return await _basket_page(visit, tendered="" if given == "0" else given)


async def basket_changed(visit: Visit) -> Response[bytes]:
    """A service is taken out, or the visit is paid."""
    session, what = visit.who, visit.form.get("what", "")
    if what.startswith("out-") and what[4:].isdigit() and int(what[4:]) < len(session.basket):
        session.basket.pop(int(what[4:]))
        visit.approvals.drop(session.visit, clerk=session.clerk)
        session.visit = new_request_id()  # Other services are another request.
        return visit.go("/counter/visit")
    rid = _rid(visit.form.get("_rid", "") or session.visit or new_request_id())
    if await _became(visit, rid):  # Its answer was lost, and it is asked again.
        return visit.go(f"/counter/done/{rid}")
    if not session.basket:
        return visit.go("/counter/visit")
    if what == "pay" and visit.form.get("_shown", "") != _as_shown(session):
        said = mark("This visit has changed since this page was shown: look at the sum and the change again.")
        return await _basket_page(
            visit, tendered=visit.form.get("tendered", ""), alert=visit.say(said), status=409
        )  # fmt: skip
    draft = _visit_draft(visit)
    if not draft.typed["tendered"]:
        draft.typed["tendered"] = "0"
    session.keep(rid, draft)
    if what not in ("pay", "park"):
        return await _basket_page(visit, tendered=draft.typed["tendered"])
    asked = await ask_for(visit, rid, draft, None)
    if asked.trouble:
        return await _basket_page(visit, tendered=visit.form.get("tendered", ""), errors=asked.trouble, status=422)
    if what == "park":
        return await _parked(visit, rid, draft, asked)
    return await _sent(visit, rid, draft, asked)


def _as_shown(session: Session) -> str:
    """What a page of the visit showed: a payment is taken only for the services that the clerk has seen."""
    services = repr([(one.kind, sorted(one.typed.items())) for one in session.basket])
    return sha256(services.encode()).hexdigest()[:32]


def _visit_draft(visit: Visit) -> Draft:
    tendered = visit.form.get("tendered", "").strip()
    return Draft("visit", {"tendered": tendered, **_own(visit)}, sent=True)


async def _basket_page(
    visit: Visit, *, tendered: str = "", errors: Mapping[str, str] = {}, alert: str = "", status: int = 200
) -> Response[bytes]:
    office, session = await visit.office(), visit.who
    services = [
        kind
        for kind in words.MENU
        if kind in ASKS and ASKS[kind].service and kind in office.offers and may_ask(session.role, kind)
    ]
    lines = [
        (visit.say(words.menu_of(one.kind).label), [v for _, v in answers_of(visit, office, one)])
        for one in session.basket
    ]
    seen, net = None, None
    if session.basket:
        draft = Draft("visit", {"tendered": tendered, **_context(office, session)})
        asked = await ask_for(visit, session.visit, draft, None)
        seen = await foreseen(visit, asked)
        net = seen.net
        if isinstance(seen.refusal, no.TenderShort):
            seen = seen._replace(refusal=None)
    return await visit.render(
        "visit.html", status=status, lines=lines, net=net, seen=seen, tendered=tendered, errors=errors, alert=alert,
        rid=session.visit, as_shown=_as_shown(session), context=_context(office, session), shown=await _in_view(visit),
        services=[Item(f"/counter/do/{kind}?visit=1", visit.say(words.menu_of(kind).label)) for kind in services],
        approver=visit.form.get("approver", "") if visit.request.method == "POST" else "",
    )  # fmt: skip


# --- the drawer -------------------------------------------------------------------------------------------------------


async def drawer(visit: Visit) -> Response[bytes]:
    """The clerk's drawer: open it, count it, close it, with Accept and Dispute side by side."""
    office, session = await visit.office(), visit.who
    till = office.till(session.till) if session.till else office.till_of(session.clerk)
    if till is not None and not session.till:
        session.till = till.till
    closing = None
    if till is not None and till.state == "counted":
        closing = await _closing(visit, office, till.till)
    mine = await visit.service.read(window.differences)
    return await visit.render(
        "drawer.html", till=till, closing=closing, rid=new_request_id(), context=_context(office, session),
        differences=[row for row in mine if row.clerk == session.clerk][:10],
        free=[one.till for one in office.tills if one.state == "closed"],
    )  # fmt: skip


async def _closing(visit: Visit, office: OfficeNow, till: str) -> Any:
    """What the count came to, which is told only now that it is on record."""
    return await visit.service.at_desk(lambda desk: window.closing(desk, till))


# --- what happened ----------------------------------------------------------------------------------------------------


async def events(visit: Visit) -> Response[bytes]:
    """The office's own event view."""
    before = visit.query.get("before", "")
    number = int(before) if before.isdigit() and len(before) < 16 else None
    rows = await visit.service.read(lambda store: window.events(store, before=number, count=EVENTS_SHOWN))
    return await visit.render("events.html", rows=rows, more=rows[-1][0] if len(rows) == EVENTS_SHOWN else 0)


async def looked(visit: Visit) -> Response[bytes]:
    """Who looked at which customer."""
    rows = await visit.service.read(lambda store: window.looks(store, count=LOOKS_SHOWN))
    return await visit.render("looked.html", rows=rows)


# --- small things -----------------------------------------------------------------------------------------------------


def _kind(visit: Visit) -> str:
    kind = visit.part("kind")
    if kind not in ASKS or not may_ask(visit.who.role, kind):
        raise Malformed("there is no such operation for this role", field="kind")
    return kind


def _rid(text: str) -> str:
    return request_id(text).hex()
