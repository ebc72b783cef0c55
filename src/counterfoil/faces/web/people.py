"""Colleagues and keys: enrolling a clerk, and a new PIN. A PIN is typed by the person whose it is, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response

from counterfoil.faces.web import words
from counterfoil.faces.web.asking import second_signer
from counterfoil.faces.web.sessions import new_request_id
from counterfoil.faces.web.visit import Visit
from counterfoil.kernel.idents import request_id
from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.office.readers import CLERK, ROLES, text
from counterfoil.operations.answers import Refused
from counterfoil.operations.roles import may_ask

WEAK = mark("A PIN is six digits or more, not all alike and not in a row. Choose another.")
UNEQUAL = mark("The two PINs are not the same. Type both again.")


async def enroll_form(visit: Visit) -> Response[bytes]:
    """A new colleague: number, role, and her own PIN, typed by her."""
    _check(visit, "clerk-enrol")
    return await _page(visit, "enroll.html", new_request_id())


async def enroll(visit: Visit) -> Response[bytes]:
    """The new key proves itself, and whoever is signed in signs; a second person may sign too."""
    _check(visit, "clerk-enrol")
    rid, errors = request_id(visit.form.get("_rid", "")).hex(), _pins(visit)
    clerk, role = visit.form.get("clerk", "").strip(), visit.form.get("role", "clerk")
    try:
        CLERK.read(clerk, "clerk")
    except Malformed:
        errors["clerk"] = visit.say(mark("A clerk number has two to eight digits."))
    if role not in ROLES:
        errors["role"] = visit.say(words.TROUBLE["choice"]).format(label=visit.say(words.FIELDS["role"].text))
    name = " ".join(visit.form.get("name", "").split())
    return await _made(visit, "enroll.html", rid, errors, clerk=clerk, role=role, name=name)


async def pin_form(visit: Visit) -> Response[bytes]:
    """A new PIN and key: one's own, or (two sign) a colleague's who has forgotten hers."""
    _check(visit, "clerk-rotate")
    return await _page(visit, "pin.html", new_request_id(), clerk=visit.who.clerk)


async def new_pin(visit: Visit) -> Response[bytes]:
    """The old key signs, or two other people do."""
    _check(visit, "clerk-rotate")
    rid, errors = request_id(visit.form.get("_rid", "")).hex(), _pins(visit)
    clerk = visit.form.get("clerk", "").strip() or visit.who.clerk
    return await _made(visit, "pin.html", rid, errors, clerk=clerk)


async def _made(
    visit: Visit, template: str, rid: str, errors: dict[str, str], *, clerk: str, role: str = "", name: str = ""
) -> Response[bytes]:
    second = await second_signer(visit, errors) if not errors else None
    if errors:
        return await _page(visit, template, rid, errors=errors, clerk=clerk, role=role, name=name, status=422)
    authority, office = visit.service.authority, await visit.office()
    by = [authority.session(visit.who.clerk).signer, *([second] if second else [])]
    date, pin = office.day.date if office.day else office.today, visit.form["pin"]
    try:
        if role:
            kept = text(name, "name") if name else None
            answer, _ = await visit.service.work(
                lambda: authority.enrol(bytes.fromhex(rid), clerk, role, pin, kept, by=by, date=date)
            )
        else:
            answer, _ = await visit.service.work(
                lambda: authority.rotate(bytes.fromhex(rid), clerk, pin, by=by, date=date)
            )
    except Malformed as error:
        errors["pin" if error.field == "pin" else "clerk"] = visit.say(WEAK) if error.field == "pin" else str(error)
        return await _page(visit, template, rid, errors=errors, clerk=clerk, role=role, name=name, status=422)
    finally:
        if second is not None:
            second.drop()
    if isinstance(answer, Refused):
        said = answer.refusal.sentence(visit.say)
        return await _page(visit, template, new_request_id(), alert=said, clerk=clerk, role=role, name=name, status=409)
    return visit.go(f"/counter/done/{rid}")


def _pins(visit: Visit) -> dict[str, str]:
    pin, again = visit.form.get("pin", ""), visit.form.get("pin_again", "")
    if not pin:
        return {"pin": visit.say(WEAK)}
    return {"pin_again": visit.say(UNEQUAL)} if pin != again else {}


def _check(visit: Visit, kind: str) -> None:
    if not may_ask(visit.who.role, kind):
        raise Malformed("there is no such operation for this role", field="kind")


async def _page(
    visit: Visit, template: str, rid: str, *, errors: Mapping[str, str] = {}, alert: str = "", clerk: str = "",
    role: str = "clerk", name: str = "", status: int = 200,
) -> Response[bytes]:  # fmt: skip
    return await visit.render(
        template, status=status, rid=rid, errors=errors, alert=alert, clerk=clerk, role=role or "clerk", name=name,
        roles=[(one, visit.say(words.choice(one))) for one in ROLES], approver=visit.form.get("approver", ""),
    )  # fmt: skip
