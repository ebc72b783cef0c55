"""From what was typed to a signed request, and what it would do, told before it is asked.

Always true (``tests/unit/web/test_asking.py``): the body is a function of the form alone, so the same form is the same
request (``test_the_same_form_is_the_same_request``); a second person's key is used for one request and dropped
(``test_a_second_key_is_dropped``); what is foreseen signs and records nothing (``test_foreseeing_records_nothing``);
the expected figure of a count is in nothing foreseen (``test_a_count_is_foreseen_blind``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from counterfoil.faces.web import words
from counterfoil.faces.web.fields import Form, Typed, amount
from counterfoil.faces.web.sessions import Draft
from counterfoil.faces.web.visit import Visit
from counterfoil.facts.money import VisitSettled
from counterfoil.kernel.outcomes import Malformed, Refusal, Translate, Unavailable, mark
from counterfoil.office import refusals as no
from counterfoil.office.requests import ASKS, fields_of, parse
from counterfoil.office.rules import Part
from counterfoil.operations import window
from counterfoil.operations.authority import SessionSigner, WaitBeforePin
from counterfoil.operations.beside import Beside, together
from counterfoil.operations.desk import Desk, Request, Signer
from counterfoil.operations.receipts import Around, Printed, lines_of
from counterfoil.operations.roles import may_sign
from counterfoil.operations.window import OfficeNow

BLIND = (
    "till-open", "till-count", "till-close", "till-count-absent", "surprise-count", "vault-count", "day-close",
    "order-count", "claim-check", "till-report", "policy-edition", "clerk-revoke", "day-open",
)  # fmt: skip
"""Kinds of which nothing is foreseen on the check page: a count is blind, and the rest says nothing in figures."""
NEEDS_SECOND = (no.SecondNeeded, no.RoleNeeded, no.OtherClerksTill, no.RotationSigners)
"""Refusals that a second person's signature may answer."""


@dataclass(slots=True)
class Asked:
    """A request ready to be asked; ``trouble``: what is wrong with the form, by field."""

    request: Request
    trouble: dict[str, str] = field(default_factory=dict)


class Seen(NamedTuple):
    """What would happen: the rule that says no, or the lines of its receipt. ``net``: a visit's payment, minor units,
    above zero to be taken in. ``second``: another person must sign."""

    refusal: Refusal | None
    sentence: str
    lines: Sequence[tuple[str, str]]
    second: bool
    net: int | None = None
    change: int | None = None


class _Shadow:
    """A signer that stands for whoever may sign second, to see what would happen if she did. It signs nothing."""

    def __init__(self, key_id: bytes) -> None:
        self.key_id, self.public_key = key_id, b""

    def sign(self, message: bytes) -> bytes:
        raise Unavailable("a shadow signs nothing")


async def ask_for(visit: Visit, rid: str, draft: Draft, found: Typed | None) -> Asked:
    """The request of a form, signed by the clerk of the session."""
    session, office = visit.who, await visit.office()
    signer = visit.service.authority.session(session.clerk).signer
    trouble: dict[str, str] = {}
    sides: list[Beside] = []
    if draft.kind == "visit":
        body = await _visit_body(visit, rid, draft, trouble, sides)
    else:
        body = await _with_details(visit, bytes.fromhex(rid), found or Typed(), sides)
    if draft.kind == "reversal":
        body = await visit.service.at_desk(lambda desk: window.reversal_body(desk, body))
    epoch = draft.typed.get("_epoch", "")
    made = int(epoch) if epoch.isdigit() and len(epoch) < 9 else office.epoch
    return Asked(Request(bytes.fromhex(rid), made, parse(body), [signer], side=together(sides)), trouble)


async def body_for(visit: Visit, request: bytes, found: Typed) -> None:
    """Raises ``Malformed`` (with its field) if what was typed makes no request."""
    body = await _with_details(visit, request, found, [])
    if found.body.get("kind") != "reversal":
        parse({"date": "0001-01-01", **body})


async def _with_details(visit: Visit, request: bytes, found: Typed, sides: list[Beside]) -> dict[str, Any]:
    """The body, with the hash of its details where it has some."""
    kind = found.body.get("kind", "")
    shape = fields_of(ASKS[kind]).get("details") if kind in ASKS else None
    if shape is None or not (found.details or shape[1]):
        return found.body
    body, side = await visit.service.at_desk(
        lambda desk: window.details_body(desk, request, kind, found.body, found.details)
    )
    sides.append(side)
    return body


async def _visit_body(
    visit: Visit, rid: str, draft: Draft, trouble: dict[str, str], sides: list[Beside]
) -> dict[str, Any]:
    office = await visit.office()
    services = []
    till = draft.typed.get("_till", "") or visit.who.till
    date = draft.typed.get("_date") or (office.day.date if office.day else office.today)
    for number, one in enumerate(visit.who.basket, start=1):
        read = Form(one.kind, office, visit.say, till=till, basket=True).read(one.typed, date=date)
        services.append(await _with_details(visit, bytes.fromhex(rid) + bytes([number]), read, sides))
    tendered = 0
    text = draft.typed.get("tendered", "").strip()
    try:
        tendered = amount(text, office.currency) if text else 0
    except Malformed:
        label = visit.say(words.FIELDS["tendered"].text)
        trouble["tendered"] = visit.say(words.TROUBLE["money"]).format(label=label)
    return {"kind": "visit", "date": date, "till": till, "services": services, "tendered": tendered}


# --- the second person ------------------------------------------------------------------------------------------------


async def second_signer(visit: Visit, errors: dict[str, str]) -> SessionSigner | None:
    """The key of the second person who signs on this screen, or None if none was named; the caller drops it."""
    clerk, pin = visit.form.get("approver", "").strip(), visit.form.get("pin_approver", "")
    if not clerk and not pin:
        return None
    person = (await visit.office()).people.get(clerk)
    if clerk == visit.who.clerk:
        errors["approver"] = visit.say(mark("The second person is someone else than you."))
        return None
    if person is None or not may_sign(person.role):
        errors["approver"] = visit.say(mark("This person cannot sign here."))
        return None
    known = visit.known_screen
    try:
        return await visit.service.work(lambda: visit.service.authority.second(clerk, pin, screen=known))
    except WaitBeforePin:
        errors["pin_approver"] = visit.say(mark("Several wrong PINs. Wait a little before the next try."))
    except Malformed:
        errors["pin_approver"] = visit.say(mark("The number and the PIN do not go together. Try again."))
    return None


def with_second(request: Request, second: Signer | None) -> Request:
    """The request, signed by the second person too."""
    return request if second is None else replace(request, signers=[*request.signers, second], _approved=None)


# --- what would happen ------------------------------------------------------------------------------------------------


async def foreseen(visit: Visit, asked: Asked) -> Seen:
    """What the request would do if it were asked now."""
    decided = await visit.service.at_desk(lambda desk: _decided(desk, asked.request))
    return await _seen(visit, asked.request.ask.kind, *decided)


async def foreseen_with(visit: Visit, request: Request, key_id: bytes) -> Seen:
    """What the request would do if this key signed it too. Nothing is signed."""
    both = replace(request, signers=[*request.signers, _Shadow(key_id)], _approved=None)
    one, other = await visit.service.at_desk(lambda desk: (desk.foresee(both), desk.foresee(both)))
    return await _seen(visit, request.ask.kind, one, other, second=True)


async def _seen(
    visit: Visit, kind: str, decided: Sequence[Part] | Refusal, again: Sequence[Part] | Refusal, second: bool
) -> Seen:  # fmt: skip
    if isinstance(decided, Refusal):
        net = decided.due.minor if isinstance(decided, no.TenderShort) else None
        return Seen(decided, decided.sentence(visit.say), (), second, net)
    settled = next((f for part in decided for f in part.facts if isinstance(f, VisitSettled)), None)
    lines: list[tuple[str, str]] = []
    if kind not in BLIND:
        office = await visit.office()
        around = Around(office.place, office.currency, visit.language, visit.say, stock=_titles(office, visit.say))
        one, other = _lines(decided, around), _lines(again, around)
        lines = [line for line in one if line in other]  # A number that chance gives is another one each time.
    net, change = (settled.net, settled.change) if settled else (None, None)
    return Seen(None, "", lines, second, net, change)


def _decided(desk: Desk, request: Request) -> tuple[Sequence[Part] | Refusal, Sequence[Part] | Refusal, bool]:
    """At the desk: what would be decided, twice; and whether a second person must sign for it."""
    decided = desk.foresee(request)
    if not isinstance(decided, NEEDS_SECOND):
        return decided, desk.foresee(request), False
    for key in desk.state.clerk_key.all():
        row = desk.state.clerk.get(key.clerk)
        if not key.valid or row is None or key.key_id == request.signers[0].key_id or not may_sign(row.role):
            continue
        both = replace(request, signers=[*request.signers, _Shadow(key.key_id)], _approved=None)
        shadowed = desk.foresee(both)
        if not isinstance(shadowed, NEEDS_SECOND):
            return shadowed, desk.foresee(both), True
    return decided, decided, True


def _lines(decided: Sequence[Part] | Refusal, around: Around) -> list[tuple[str, str]]:
    if isinstance(decided, Refusal):
        return []
    return [line for part in decided for line in lines_of(Printed(0, 0, part.kind, part.facts, ""), around)]


def _titles(office: OfficeNow, say: Translate) -> dict[str, str]:
    return {code: say(item.title) for code, item in office.edition.stock.items()} if office.edition else {}
