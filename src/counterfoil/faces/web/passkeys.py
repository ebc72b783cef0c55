"""A customer's passkeys: signing in with one, and the page where she adds, names, sees and removes them.

Always true (``tests/unit/web/test_passkeys.py``): nothing is offered that cannot work where the browser is
(``test_nothing_is_offered_where_it_cannot_work``); the passphrase stays, and is the way without a script
(``test_the_passphrase_stays``); every change is of her own alone (``test_nobody_touches_another_ones_passkey``), and
removing one signs her other screens out (``test_removing_one_signs_other_screens_out``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from litestar import Response
from markupsafe import Markup

from counterfoil.faces.web.sessions import TRIES_A_MINUTE
from counterfoil.faces.web.visit import Visit, local
from counterfoil.kernel.outcomes import Malformed, Unavailable, mark
from counterfoil.operations import self_service
from counterfoil.operations.passkeys import NAME_MAX, PASSKEYS_MAX, Passkeys, TooManyPasskeys
from counterfoil.operations.self_service import WaitBeforeTry, WrongEntry

HERE = "here"
WAIT = mark("Several wrong tries. Wait {seconds} seconds before the next one.")
HASTY = mark("Too many tries from here. Wait {seconds} seconds.")
FAILED = mark("The passkey did not work. Try again, or use your passphrase.")
NOT_ADDED = mark("No passkey was added. Try again, or go on with your passphrase.")
NOT_RIGHT = mark("This is not your passphrase. Try again.")
NAMES = mark("A name has at most 40 letters.")
ENOUGH = mark("You have as many as are kept. Remove one first.")


class Shown(NamedTuple):
    """A passkey on her page."""

    id: str
    name: str
    made: int
    used: int


def offered(visit: Visit) -> str:
    """``here`` if passkeys work where this browser is; else the place where they do, or "" if nowhere."""
    if visit.passkeys is None:
        return ""
    host = visit.passkeys.origin.partition("://")[2]
    return HERE if visit.request.headers.get("host", "").lower() == host else visit.passkeys.origin


# --- signing in -------------------------------------------------------------------------------------------------------


async def begin_sign_in(visit: Visit) -> Response[bytes]:
    """A challenge for this browser, which names nobody."""
    keys, wait = _here(visit), _hasty(visit)
    if wait:
        return visit.tell({"said": visit.say(HASTY).format(seconds=wait)})
    return visit.tell({"options": json.loads(keys.begin_sign_in(_session(visit)))})


async def sign_in(visit: Visit) -> Response[bytes]:
    """The answer of her device; the session begins under a new cookie."""
    keys, answer, session = _here(visit), visit.form.get("answer", ""), _session(visit)
    then, wait = hers(visit.form.get("then", "/me")), _hasty(visit)
    said = visit.say(HASTY).format(seconds=wait) if wait else ""
    if not said:
        try:
            customer = await visit.service.work(lambda: keys.sign_in(session, answer))
        except WaitBeforeTry as error:
            said = visit.say(WAIT).format(seconds=error.seconds)
        except WrongEntry:
            said = visit.say(FAILED)
        else:
            visit.open_for(customer)
            return visit.go(then)
    return await visit.render(
        "me-sign-in.html", status=422, then=then, account="", errors={"passkey": said}, offered=True,
        passkeys=offered(visit),
    )  # fmt: skip


# --- her own ----------------------------------------------------------------------------------------------------------


async def listed(visit: Visit) -> Response[bytes]:
    """How she signs in."""
    return await _page(visit)


async def begin_adding(visit: Visit) -> Response[bytes]:
    """What her browser makes a passkey with, once her passphrase was right."""
    keys, customer, session = _here(visit), visit.who.clerk, _session(visit)
    secret, wait = visit.form.get("passphrase", ""), _hasty(visit)
    if wait:
        return visit.tell({"said": visit.say(HASTY).format(seconds=wait)})
    shown = await visit.service.at_desk(lambda desk: self_service.shown_to(desk, customer))
    open_ = [one.account for one in shown.holdings if one.state != "closed"]
    office = await visit.office()
    shown_as = f"{office.place} {office.office}" + (f" ···{open_[0][-4:]}" if open_ else "")
    try:
        told = await visit.service.work(lambda: keys.begin_adding(session, customer, secret, shown_as))
    except WaitBeforeTry as error:
        return visit.tell({"said": visit.say(WAIT).format(seconds=error.seconds)})
    except TooManyPasskeys:
        return visit.tell({"said": visit.say(ENOUGH)})
    except WrongEntry:
        return visit.tell({"said": visit.say(NOT_RIGHT)})
    return visit.tell({"options": json.loads(told)})


async def add(visit: Visit) -> Response[bytes]:
    """Keeps the passkey that her device made."""
    keys, customer, session = _here(visit), visit.who.clerk, _session(visit)
    name, answer = visit.form.get("name", ""), visit.form.get("answer", "")
    try:
        await visit.service.work(lambda: keys.add(session, customer, name, answer))
    except TooManyPasskeys:
        return await _page(visit, errors={"passkey": visit.say(ENOUGH)}, name=name)
    except WrongEntry:
        return await _page(visit, errors={"passkey": visit.say(NOT_ADDED)}, name=name)
    except Malformed as error:
        if error.field != "name":
            raise
        return await _page(visit, errors={"name": visit.say(NAMES)}, name=name)
    return visit.go("/me/passkeys")


async def rename(visit: Visit) -> Response[bytes]:
    """Another name for one of hers."""
    keys, customer, credential = _anywhere(visit), visit.who.clerk, _credential(visit)
    name = visit.form.get("name", "")
    try:
        await visit.service.work(lambda: keys.rename(customer, credential, name))
    except WrongEntry:
        raise self_service.NotHers("passkey") from None
    except Malformed as error:
        if error.field != "name":
            raise
        return await _page(visit, errors={"name": visit.say(NAMES)}, changed=credential.hex())
    return visit.go("/me/passkeys")


async def remove(visit: Visit) -> Response[bytes]:
    """It opens nothing from now on, and whoever signed in elsewhere as her is signed out."""
    keys, customer, credential = _anywhere(visit), visit.who.clerk, _credential(visit)
    try:
        await visit.service.work(lambda: keys.remove(customer, credential))
    except WrongEntry:
        raise self_service.NotHers("passkey") from None
    for other in visit.sessions.others_of(visit.who):
        visit.sessions.close(other)
    return visit.go("/me/passkeys")


async def _page(
    visit: Visit, *, errors: Mapping[str, str] = {}, name: str = "", changed: str = ""
) -> Response[bytes]:  # fmt: skip
    keys, customer = visit.passkeys, visit.who.clerk
    rows = await visit.service.work(lambda: keys.of(customer)) if keys is not None else []
    mine = [Shown(one.credential.hex(), one.name, one.made, one.used) for one in rows]
    return await visit.render(
        "me-passkeys.html", status=422 if errors else 200, mine=mine, errors=errors, name=name[:NAME_MAX],
        changed=changed, passkeys=offered(visit), most=PASSKEYS_MAX, name_most=Markup(' maxlength="40"'),
    )  # fmt: skip


# --- what arrives -----------------------------------------------------------------------------------------------------


def _anywhere(visit: Visit) -> Passkeys:
    if visit.passkeys is None:
        raise Unavailable("this office offers passphrases only")
    return visit.passkeys


def _here(visit: Visit) -> Passkeys:
    keys = _anywhere(visit)
    if offered(visit) != HERE:
        raise Unavailable(f"passkeys work at {keys.origin} alone")
    return keys


def _session(visit: Visit) -> str:
    """What a challenge is bound to: the session's cookie, or the guest's before she signs in."""
    return visit.session.token if visit.session else visit.guest


def _hasty(visit: Visit) -> int:
    peer = visit.request.client.host if visit.request.client else "?"
    return visit.sessions.over(peer, "passkey", 2 * TRIES_A_MINUTE)


def _credential(visit: Visit) -> bytes:
    try:
        return bytes.fromhex(visit.form.get("passkey", "")[:2_048])
    except ValueError:
        raise self_service.NotHers("passkey") from None


def hers(path: str) -> str:
    """Where a customer goes on after she signed in: a page of hers, whatever was asked for."""
    return path if local(path) == path and (path == "/me" or path.startswith(("/me/", "/me?"))) else "/me"
