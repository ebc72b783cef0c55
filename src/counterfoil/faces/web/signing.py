"""Signing in and out, the idle lock, and the language. What was typed when a screen locked comes back after the PIN."""

from __future__ import annotations

import secrets

from litestar import Response

from counterfoil.faces.web.sessions import (
    GUEST_COOKIE,
    LANGUAGE_COOKIE,
    TRIES_A_MINUTE,
    Draft,
    Session,
    new_request_id,
    plain,
)
from counterfoil.faces.web.visit import LANGUAGES, Visit, local
from counterfoil.kernel.outcomes import Malformed, Unavailable, mark
from counterfoil.operations.authority import Session as Key
from counterfoil.operations.authority import WaitBeforePin
from counterfoil.operations.window import Person, note_event, what_became

KEPT = "kept."
_FORMS = "/counter/do/"
_CHECKS = "/counter/check/"
_VISIT = "/counter/visit"
_ON_WAIT = ("/counter/wait/", "/counter/approval/")
WRONG = mark("The number and the PIN do not go together. Try again.")
_YEAR = 31_536_000


async def form(visit: Visit) -> Response[bytes]:
    """The sign-in page."""
    return await _page(visit, then=local(visit.query.get("then", "/counter")))


async def ask_again(visit: Visit) -> Response[bytes]:
    """Whoever is not signed in, or whose screen is locked, signs in first; what was sent goes along."""
    if visit.request.method == "GET":
        then = visit.path
        if visit.session is None and then == "/counter":
            return visit.go("/sign-in")
        return await _page(visit, then=then, status=401)
    then, kept = _kept(visit)
    return await _page(visit, then=then, kept=kept, status=401)


async def sign_in(visit: Visit) -> Response[bytes]:
    """Number and PIN open the clerk's key; the session begins under a new cookie."""
    clerk, pin = visit.form.get("clerk", "").strip(), visit.form.get("pin", "")
    then = local(visit.form.get("then", "/counter"))
    kept = {name.removeprefix(KEPT): value for name, value in visit.form.items() if name.startswith(KEPT)}
    errors = {}
    if not clerk:
        errors["clerk"] = visit.say(mark("Write your clerk number."))
    if not pin:
        errors["pin"] = visit.say(mark("Write your PIN."))
    if errors:
        return await _page(visit, then=then, kept=kept, clerk=clerk, errors=errors, status=422)
    known = visit.known_screen
    peer = known or (visit.request.client.host if visit.request.client else "?")
    wait = visit.sessions.over(peer, "sign-in", TRIES_A_MINUTE)
    if wait:
        errors["pin"] = visit.say(mark("Too many tries from this screen. Wait {seconds} seconds.")).format(seconds=wait)
        return await _page(visit, then=then, kept=kept, clerk=clerk, errors=errors, status=429)
    office = await visit.office()
    person = office.people.get(clerk)
    key = await _key(visit, clerk, pin, person, known, errors)
    if key is None or person is None:
        return await _page(visit, then=then, kept=kept, clerk=clerk, errors=errors, status=422)
    return await _opened(visit, person, key, then, kept, known)


async def _key(
    visit: Visit, clerk: str, pin: str, person: Person | None, known: str, errors: dict[str, str]
) -> Key | None:
    if person is None:  # The same words, so that nobody learns which numbers there are.
        errors["pin"] = visit.say(WRONG)
        return None
    try:
        return await visit.service.work(lambda: visit.service.authority.sign_in(clerk, pin, screen=known))
    except WaitBeforePin:
        errors["pin"] = visit.say(mark("Several wrong PINs. Wait a little before the next try."))
    except Malformed:
        errors["pin"] = visit.say(WRONG)
    except Unavailable as error:
        said = mark("Your key cannot be opened on this computer now. Tell the postmaster. ({why})")
        errors["pin"] = visit.say(said).format(why=visit.say(str(error)))
    return None


async def _opened(
    visit: Visit, person: Person, key: Key, then: str, kept: dict[str, str], known: str
) -> Response[bytes]:
    office, before = await visit.office(), visit.session
    session = visit.sessions.open(person.clerk, person.role, key, before=before)
    for other in visit.sessions.others_of(session):
        other.locked = True
    await _paid_already(visit, session)
    await _visits_noted(visit, before, session)
    till = office.till_of(person.clerk)
    if till is not None or office.till(session.till) is None or office.till(session.till).state == "closed":  # type: ignore[union-attr]  # asked just before
        session.till = till.till if till is not None else ""
    visit.sign_in_cookies(session)
    visit.set_cookie(GUEST_COOKIE, "", seconds=0)
    visit.keep_screen(known or secrets.token_hex(8))
    kind, request = kept.pop("_kind", ""), kept.pop("_rid", "") or new_request_id()
    if kind == "visit":
        session.keep(request, Draft(kind, kept, sent=True))
        return visit.go(_VISIT if session.basket else f"/counter/done/{request}")
    if kind:
        session.keep(request, Draft(kind, kept, basket=kept.get("_basket") == "1", sent=True))
        return visit.go(f"{_FORMS}{kind}?rid={request}")
    return visit.go(then)


async def _paid_already(visit: Visit, session: Session) -> None:
    """A visit whose payment was recorded just when the server stopped is not offered again."""
    if not session.resumed or not session.visit:
        return
    request = session.visit
    went = await visit.service.read(lambda store: what_became(store, bytes.fromhex(request)))
    if went is None:
        return
    if not went.entries:  # Refused: its services stay, and are asked under another id.
        session.visit = new_request_id()
        return
    session.keep(request, Draft("visit", {}, over=True))
    session.came_back = (*(one for one in session.came_back if one != request), request)
    session.basket, session.visit = [], ""


async def _visits_noted(visit: Visit, before: Session | None, session: Session) -> None:
    """In the office's event view: whose visit waits now, and whose goes on."""
    if before is not None and before.clerk != session.clerk:
        await _waits(visit, before.clerk)
    if session.resumed:
        said = f"{len(session.basket)} services"
        await visit.service.at_desk(lambda desk: note_event(desk, "visit-resumed", session.clerk, said))


async def _waits(visit: Visit, clerk: str) -> None:
    waits = visit.sessions.parked(clerk)
    if waits:
        await visit.service.at_desk(lambda desk: note_event(desk, "visit-parked", clerk, f"{waits} services"))


async def sign_out(visit: Visit) -> Response[bytes]:
    """Drops the key; the cookie is worth nothing from now on."""
    if visit.session is not None:
        session = visit.session
        visit.sessions.close(session)
        visit.sessions.park(session)
        await _waits(visit, session.clerk)
        if visit.service.authority.sessions.get(session.clerk) is session.key:
            await visit.service.work(lambda: visit.service.authority.sign_out(session.clerk))
        visit.session = None
    return visit.go("/sign-in")


async def lock(visit: Visit) -> Response[bytes]:
    """Locks the screen at once, as idleness would."""
    session = visit.who
    session.locked = True
    await visit.service.work(lambda: visit.service.authority.sign_out(session.clerk))
    return visit.go("/counter")


async def alive(visit: Visit) -> Response[bytes]:
    """The clerk is still typing: the screen does not lock in the middle of a count."""
    return Response(b"", status_code=204, media_type="text/plain")


async def language(visit: Visit) -> Response[bytes]:
    """Chooses the language, and goes back to where it was chosen."""
    code = visit.part("code")
    if code in LANGUAGES:
        visit.set_cookie(LANGUAGE_COOKIE, code, seconds=_YEAR)
    return visit.go(local(visit.query.get("back", "/counter")))


def _kept(visit: Visit) -> tuple[str, dict[str, str]]:
    """Where to go on after the sign-in, and what was typed in the form that was sent."""
    path = visit.request.url.path
    typed = plain(visit.form, but=("_token", "_back"))
    if path.startswith(_FORMS):
        return path, {**typed, "_kind": path.removeprefix(_FORMS), **_own(visit)}
    if path.startswith(_CHECKS):
        return path, {**typed, **_own(visit), "_rid": path.removeprefix(_CHECKS)}
    if path == _VISIT and visit.form.get("_rid"):
        return path, {"tendered": typed.get("tendered", ""), **_own(visit), "_kind": "visit"}
    if path == _VISIT or path.startswith(_ON_WAIT):
        return path, {}
    return "/counter", {}


def _own(visit: Visit) -> dict[str, str]:
    names = ("_rid", "_kind", "_epoch", "_date", "_till", "_basket")
    return {name: visit.form[name] for name in names if visit.form.get(name)}


async def _page(
    visit: Visit, *, then: str, kept: dict[str, str] | None = None, clerk: str = "", status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:  # fmt: skip
    locked = visit.session is not None and visit.session.locked
    return await visit.render(
        "sign-in.html", status=status, then=then, kept={f"{KEPT}{k}": v for k, v in (kept or {}).items()},
        clerk=clerk or (visit.session.clerk if visit.session and locked else ""), locked=locked, errors=errors or {},
        typed=bool(kept),
    )  # fmt: skip
