"""Who sits at which screen: sessions in this process's memory, cookies, the tokens of forms, idle locks, bounds.

Always true (``tests/unit/web/test_sessions.py``): a session's cookie is made anew at every sign-in
(``test_the_cookie_changes_at_sign_in``) and is worth nothing after sign-out; an unsealed key is reached through the
``Authority`` alone, and a session that has been idle for ``IDLE_SECONDS`` has none (``test_an_idle_screen_locks``) but
keeps what was typed; a form's token is bound to its session (``test_a_token_of_another_session_is_refused``); a
visit that was begun waits for its own clerk and is paid by nobody else (``test_a_visit_waits_for_its_own_clerk``), and
so does what she had typed when the server stopped (``test_what_was_begun_outlives_the_server``); no screen can make
another wait (``test_one_screen_cannot_use_up_the_tries_of_another``), and nobody who signs in often
signs another out (``test_one_person_signs_nobody_else_out``).

Durations come from a monotonic clock that is handed in; no time of day is read here.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

COOKIE, GUEST_COOKIE, LANGUAGE_COOKIE, SCREEN_COOKIE = "cf_session", "cf_guest", "cf_lang", "cf_screen"
MEMBER_COOKIE = "cf_me"
"""A customer's session: another cookie than a clerk's, so that neither opens the other's pages."""
PHONE_COOKIE = "cf_phone"
"""A phone with which a customer has signed in before."""
MEMBER_IDLE_SECONDS = 900
"""After so long without a request a customer is signed out."""
IDLE_SECONDS = 600
"""After so long without a request a screen locks: the key is dropped, what was typed stays."""
WARN_SECONDS = 90
"""So long before it locks, a screen says so."""
PARKED_SECONDS = 43_200
"""So long a visit that was not paid waits for the clerk who began it."""
SESSIONS_MAX, MEMBER_SESSIONS_MAX = 256, 8_192
SESSIONS_EACH_MAX = 8
"""Of clerks, and of customers; and of one person. Beyond them the one that rested longest ends."""
DRAFTS_MAX = 40
BEGUN_MAX = 5
"""So many of the forms that were sent last come back after the server had stopped."""
POSTS_A_MINUTE = 240
TRIES_A_MINUTE = 20
COUNTERS_MAX = 4_096

Seconds = Callable[[], float]


@dataclass(slots=True)
class Draft:
    """One form as it was last sent: its kind and what was typed, by field. ``basket``: it joins the visit. ``sent``: it
    left the clerk's hands at least once; ``over``: it is answered, or its customer is gone."""

    kind: str
    typed: dict[str, str]
    basket: bool = False
    sent: bool = False
    over: bool = False


@dataclass(slots=True)
class Begun:
    """What a clerk has begun and not finished: what waits for her while she is signed in nowhere, and outlives the
    server. ``since``: seconds, by the sessions' clock."""

    basket: list[Draft] = field(default_factory=list)
    visit: str = ""
    drafts: OrderedDict[str, Draft] = field(default_factory=OrderedDict)
    customer: str = ""
    account: str = ""
    till: str = ""
    since: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to come back to."""
        return not self.basket and not self.drafts


@dataclass(slots=True)
class Session:
    """One clerk at one screen, or a customer at home (``clerk`` is her number then). ``locked``: her key was dropped,
    and a PIN opens the same session again."""

    token: str
    clerk: str
    role: str
    seen: float
    till: str = ""
    locked: bool = False
    drafts: OrderedDict[str, Draft] = field(default_factory=OrderedDict)
    customer: str = ""
    """Whom the clerk serves now, shown at the head of each page."""
    account: str = ""
    """Which of that customer's accounts was scanned."""
    basket: list[Draft] = field(default_factory=list)
    visit: str = ""
    """The request id of the visit that is being put together."""
    printed: set[str] = field(default_factory=set)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while this screen's request is asked and answered."""
    resumed: bool = False
    """A visit that she had begun at another screen, or before a colleague signed in here, came back to her."""
    came_back: tuple[str, ...] = ()
    """Request ids of forms that came back after the server had stopped: she is told of them until she serves on."""
    key: object = None
    """The ``Authority``'s session object, to see whether it is still the one."""

    def finish(self, request: str) -> None:
        """Its request was recorded: the form is still shown, and comes back no more."""
        if request in self.drafts:
            self.drafts[request].over = True

    def served(self) -> None:
        """The customer is gone, and nothing that was begun for her comes back."""
        self.customer, self.account, self.visit, self.came_back, self.resumed = "", "", "", (), False
        self.basket.clear()
        for draft in self.drafts.values():
            draft.over = True

    def keep(self, request: str, draft: Draft) -> None:
        """Keeps what was typed; the oldest of many is let go."""
        self.drafts[request] = draft
        self.drafts.move_to_end(request)
        while len(self.drafts) > DRAFTS_MAX:
            self.drafts.popitem(last=False)


class Sessions:
    """All screens of one server process."""

    def __init__(self, seconds: Seconds, secret: bytes, *, idle: int = IDLE_SECONDS, most: int = SESSIONS_MAX) -> None:
        self._seconds, self._secret, self.idle, self._most = seconds, secret, idle, most
        self._open: OrderedDict[str, Session] = OrderedDict()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._parked: dict[str, Begun] = {}

    # --- sessions ----------------------------------------------------------------------------------------------------

    def open(self, clerk: str, role: str, key: object, *, before: Session | None = None) -> Session:
        """A new session under a new token; what ``before`` held goes over if it was the same clerk's."""
        if before is not None:
            self.close(before)
            if before.clerk != clerk:
                self.park(before)
        session = Session(secrets.token_urlsafe(32), clerk, role, self._seconds(), key=key)
        if before is not None and before.clerk == clerk:
            session.drafts, session.basket, session.visit = before.drafts, before.basket, before.visit
            session.till, session.printed = before.till, before.printed
            session.customer, session.account = before.customer, before.account
        for other in self.others_of(session):  # At her other screens she is signed out; what she served comes along.
            self.park(other)
        if clerk in self._parked:
            self._take_up(session, self._parked.pop(clerk))
        self._open[_digest(session.token)] = session
        hers = [*sorted(self.others_of(session), key=lambda one: one.seen), session]
        for other in hers[:-SESSIONS_EACH_MAX]:
            self.close(other)
        while len(self._open) > self._most:
            self.close(min(self._open.values(), key=lambda one: one.seen))
        return session

    @staticmethod
    def _take_up(session: Session, begun: Begun) -> None:
        """What waited for her goes on at this screen; what she has begun here meanwhile stays."""
        if not session.basket and begun.basket:
            session.basket, session.visit, session.resumed = begun.basket, begun.visit, True
        for request, draft in begun.drafts.items():
            session.drafts.setdefault(request, draft)
        session.came_back = tuple(begun.drafts)
        if begun.drafts and not session.customer:
            session.customer, session.account = begun.customer, begun.account
        session.till = session.till or begun.till

    def park(self, session: Session) -> None:
        """A visit that was begun and not paid waits for its own clerk, and for nobody else."""
        if session.basket:
            self._parked[session.clerk] = Begun(session.basket, session.visit, since=self._seconds())
            session.basket, session.visit = [], ""

    def restore(self, clerk: str, begun: Begun) -> None:
        """What she had begun when the server stopped waits for her PIN."""
        self._parked[clerk] = begun

    def begun(self, clerk: str) -> Begun:
        """What this clerk has begun and not finished, at her screen or waiting for her."""
        at = next((one for one in reversed(self._open.values()) if one.clerk == clerk), None)
        waits = self._parked.get(clerk, Begun())
        if at is None:
            return waits
        sent = [(rid, one) for rid, one in at.drafts.items() if one.sent and not one.over]
        drafts = OrderedDict(sent[-BEGUN_MAX:])
        basket, visit = (at.basket, at.visit) if at.basket else (waits.basket, waits.visit)
        return Begun(basket, visit, drafts, at.customer, at.account, at.till, at.seen)

    def parked(self, clerk: str) -> int:
        """How many services of this clerk's wait for her."""
        return len(self._parked[clerk].basket) if clerk in self._parked else 0

    def abandoned(self) -> list[tuple[str, int]]:
        """(clerk, services) of visits that have waited too long: they are let go now."""
        now = self._seconds()
        gone = [clerk for clerk, one in self._parked.items() if now - one.since >= PARKED_SECONDS]
        return [(clerk, len(self._parked.pop(clerk).basket)) for clerk in gone]

    def find(self, token: str | None) -> Session | None:
        """The session of a cookie, or None."""
        return self._open.get(_digest(token)) if token else None

    def close(self, session: Session) -> None:
        """The cookie is worth nothing from now on."""
        self._open.pop(_digest(session.token), None)

    def idle_now(self) -> list[Session]:
        """Sessions that have been idle too long and are not locked yet."""
        now = self._seconds()
        return [s for s in self._open.values() if not s.locked and now - s.seen >= self.idle]

    def rests(self, session: Session) -> bool:
        """Whether it has been idle too long."""
        return self._seconds() - session.seen >= self.idle

    def others_of(self, session: Session) -> list[Session]:
        """Further sessions of the same clerk, at other window."""
        return [s for s in self._open.values() if s.clerk == session.clerk and s is not session]

    def touch(self, session: Session) -> None:
        """It was used just now."""
        session.seen = self._seconds()

    # --- tokens ------------------------------------------------------------------------------------------------------

    def token_for(self, cookie: str) -> str:
        """What a form of the holder of this cookie carries."""
        return hmac.digest(self._secret, b"form\x00" + cookie.encode(), "sha256").hex()[:40]

    def right_token(self, cookie: str | None, token: str) -> bool:
        """Whether the form comes from a page that was given to the holder of this cookie."""
        return bool(cookie) and hmac.compare_digest(self.token_for(str(cookie)), token)

    # --- bounds ------------------------------------------------------------------------------------------------------

    def over(self, who: str, what: str, most: int, *, weight: int = 1) -> int:
        """Counts one more of ``what`` by ``who`` in this minute, or as many as it weighs. Seconds to wait if there were
        ``most`` already, else 0."""
        key, now = f"{what}\x00{who}", self._seconds()
        began, count = self._counts.pop(key, (now, 0))
        if now - began >= 60:
            began, count = now, 0
        self._counts[key] = (began, count + weight)
        while len(self._counts) > COUNTERS_MAX:
            self._counts.popitem(last=False)
        return 0 if count < most else int(began + 60 - now) + 1


def screen_mark(secret: bytes, screen: str) -> str:
    """What a browser keeps from which a clerk has signed in before: its own number, and ours beside it."""
    return f"{screen}.{hmac.digest(secret, b'screen' + bytes(1) + screen.encode(), 'sha256').hex()[:32]}"


def known_screen(secret: bytes, value: str | None) -> str:
    """The number of a browser from which a clerk has signed in before; "" for any other."""
    screen = (value or "").partition(".")[0]
    return screen if value and screen and hmac.compare_digest(screen_mark(secret, screen), value) else ""


def new_request_id() -> str:
    """The id of a request, made when its form is first shown."""
    return secrets.token_hex(16)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def plain(values: Mapping[str, str], *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """What was typed, without the form's own fields and without any PIN."""
    return {name: value for name, value in values.items() if name not in but and not name.startswith(("pin", "_"))}
