"""Pages of requests that wait for a second person: her list, what she would sign, and the clerk's own view of hers.

Always true (``tests/unit/web/test_approvals.py``): she is shown what would be recorded if she signed, from the very
request that she signs; her own key signs, in her own session; the clerk's screen posts it and nobody else's
(``test_the_clerks_screen_posts_it``).
"""

from __future__ import annotations

from litestar import Response

from counterfoil.faces.web import words
from counterfoil.faces.web.approvals import Waiting
from counterfoil.faces.web.asking import foreseen_with
from counterfoil.faces.web.counter import answers_of, follow_up, not_now
from counterfoil.faces.web.visit import Visit
from counterfoil.kernel.idents import request_id
from counterfoil.kernel.outcomes import Malformed, Unavailable, mark
from counterfoil.operations import window
from counterfoil.operations.answers import Differs, Refused, Unanswered
from counterfoil.operations.roles import may_sign

GONE = mark("This request waits no more: it was sent, changed, taken back, or it waited too long. Nothing was signed.")


async def listed(visit: Visit) -> Response[bytes]:
    """What waits here: for her to sign, and what she asked for herself."""
    clerk, rows = visit.who.clerk, visit.approvals.all()
    return await visit.render(
        "approvals.html", mine=[_line(visit, one) for one in rows if one.clerk == clerk],
        others=[_line(visit, one) for one in rows if one.clerk != clerk and one.state == "waiting"],
        signs=may_sign(visit.who.role),
    )  # fmt: skip


def _line(visit: Visit, one: Waiting) -> tuple[Waiting, str, int]:
    return one, visit.say(words.menu_of(one.request.ask.kind).label), visit.approvals.minutes_left(one)


async def one(visit: Visit) -> Response[bytes]:
    """One request of a colleague, with what it would do if she signed."""
    return await _page(visit, request_id(visit.part("rid")).hex())


async def _page(visit: Visit, rid: str, *, status: int = 200) -> Response[bytes]:
    found, session = visit.approvals.get(rid), visit.who
    if not may_sign(session.role):
        return await _sorry(visit, 403, mark("This page is not for your role."))
    if found is None or found.state != "waiting" or found.clerk == session.clerk:
        return await _sorry(visit, 404, GONE)
    shown = None
    if found.customer:
        number = found.customer
        shown = await visit.service.at_desk(
            lambda desk: window.looked_at(desk, number, by=session.clerk, what="approval")
        )
    office = await visit.office()
    signer = visit.service.authority.session(session.clerk).signer
    seen = await foreseen_with(visit, found.request, signer.key_id)
    lines = [
        (visit.say(words.menu_of(draft.kind).label), answers_of(visit, office, draft))
        for draft in found.drafts
    ]  # fmt: skip
    return await visit.render(
        "approval.html", status=status, one=found, title=visit.say(words.menu_of(found.request.ask.kind).label),
        lines=lines, seen=seen, shown=shown, minutes=visit.approvals.minutes_left(found),
    )  # fmt: skip


async def answer(visit: Visit) -> Response[bytes]:
    """She signs, or says no."""
    rid, session = request_id(visit.part("rid")).hex(), visit.who
    digest, what = visit.form.get("_seen", ""), visit.form.get("what", "")
    if not may_sign(session.role) or what not in ("sign", "decline"):
        return await _sorry(visit, 403, mark("This page is not for your role."))
    try:
        if what == "sign":
            office = await visit.office()
            signer = visit.service.authority.session(session.clerk).signer
            found = visit.approvals.sign(rid, digest, signer, office.office, by=session.clerk)
        else:
            found = visit.approvals.decline(rid, digest, by=session.clerk)
    except Malformed:
        return await _sorry(visit, 409, GONE)
    await noted(visit, "approval-given" if what == "sign" else "approval-declined", found)
    return visit.go("/counter/approvals")


async def mine(visit: Visit) -> Response[bytes]:
    """Her own request: how it stands, and the button that posts it once it is signed."""
    rid = request_id(visit.part("rid")).hex()
    found = visit.approvals.get(rid)
    if found is None or found.clerk != visit.who.clerk:
        went = await visit.service.read(lambda store: window.what_became(store, bytes.fromhex(rid)))
        if went is not None:
            return visit.go(f"/counter/done/{rid}")
        return await _sorry(visit, 404, GONE)
    return await _mine_page(visit, found)


async def _mine_page(visit: Visit, found: Waiting, *, alert: str = "", status: int = 200) -> Response[bytes]:
    office = await visit.office()
    lines = [(visit.say(words.menu_of(draft.kind).label), answers_of(visit, office, draft)) for draft in found.drafts]
    return await visit.render(
        "waiting.html", status=status, one=found, title=visit.say(words.menu_of(found.request.ask.kind).label),
        act=visit.say(words.menu_of(found.request.ask.kind).act), lines=lines, alert=alert,
        minutes=visit.approvals.minutes_left(found),
    )  # fmt: skip


async def settle(visit: Visit) -> Response[bytes]:
    """The clerk posts what was signed, or takes it back."""
    rid, session = request_id(visit.part("rid")).hex(), visit.who
    found, what = visit.approvals.get(rid), visit.form.get("what", "")
    if found is None or found.clerk != session.clerk or what not in ("post", "back"):
        return visit.go(f"/counter/wait/{rid}")
    if what == "back":
        visit.approvals.drop(rid, clerk=session.clerk)
        await noted(visit, "approval-withdrawn", found)
        return visit.go("/counter/visit" if found.draft.kind == "visit" else f"/counter/check/{rid}")
    if found.state != "signed":
        return await _mine_page(visit, found, status=409)
    try:
        given = await visit.service.ask(found.whole())
    except Differs:
        said = mark("This was sent before with other values, and that is what counts. Look at what was recorded.")
        return await _mine_page(visit, found, alert=visit.say(said), status=409)
    except (Unavailable, Unanswered) as error:
        return await _mine_page(visit, found, alert=not_now(visit, error), status=503)
    visit.approvals.drop(rid, clerk=session.clerk)
    if not isinstance(given, Refused):
        session.finish(rid)
    if isinstance(given, Refused) or found.draft.kind != "visit" or session.visit == rid:
        await follow_up(visit, found.draft, given)  # Another visit that was begun meanwhile stays as it is.
    return visit.go(f"/counter/done/{rid}")


async def _sorry(visit: Visit, status: int, said: str) -> Response[bytes]:
    return await visit.render("sorry.html", status=status, said=visit.say(said), detail="", clock=False)


async def noted(visit: Visit, what: str, found: Waiting) -> None:
    """One line in the office's event view."""
    clerk, detail = visit.who.clerk, f"{found.request.ask.kind} {found.clerk}"
    await visit.service.at_desk(lambda desk: window.note_event(desk, what, clerk, detail))
