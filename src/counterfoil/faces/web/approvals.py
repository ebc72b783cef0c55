"""Requests that wait for a second person at another screen: signed by the clerk, not yet asked, no money moved.

Always true (``tests/unit/web/test_approvals.py``): what is kept of each person is her signature over this very request,
never her key, and the desk verifies both before it decides (``test_nothing_is_posted_without_both``), so they wait on
after a restart (``test_a_restart_keeps_what_waited``); a request that was changed has no signature but its clerk's
(``test_a_changed_request_needs_new_signatures``); after ``EXPIRES_SECONDS`` a request is gone
(``test_what_waited_too_long_is_gone``); nobody signs second for herself.

The clerk who asked posts it, at her own screen: until then nothing is recorded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from counterfoil.faces.web.sessions import Draft
from counterfoil.kernel.outcomes import Malformed, Unavailable, mark
from counterfoil.operations.desk import Carried, Request, Signer

EXPIRES_SECONDS = 1_800
"""So long a request waits: customers are standing at the window."""
WAITING_MAX, EACH_CLERK_MAX = 64, 8


class TooManyWait(Unavailable):
    """This clerk, or the whole office, has as many waiting as are kept."""

    def __init__(self) -> None:
        super().__init__(
            mark("Too many requests wait for a second person. Take one back first. Nothing has been recorded.")
        )


@dataclass(slots=True)
class Waiting:
    """One request. ``drafts``: the form as it was typed, of a visit those of its services. ``by``: who signed second,
    or declined."""

    rid: str
    request: Request
    draft: Draft
    drafts: tuple[Draft, ...]
    clerk: str
    customer: str
    since: float
    time: int
    second: Carried | None = None
    by: str = ""
    declined: bool = False

    @property
    def state(self) -> str:
        """``waiting``, ``signed`` or ``declined``."""
        if self.declined:
            return "declined"
        return "signed" if self.second is not None else "waiting"

    @property
    def digest(self) -> str:
        """What stands for the request as it is: a page that was shown for another one signs nothing."""
        return sha256(self.request.encoded()).hexdigest()[:32]

    def whole(self) -> Request:
        """The request with both signatures; ``Malformed`` while one is missing."""
        if self.second is None or self.declined:
            raise Malformed("a second person has not signed this yet", field="approver")
        return replace(self.request, signers=[*self.request.signers, self.second], _approved=None)


class Approvals:
    """What waits in this process. Used by its event loop alone."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()

    def park(
        self, request: Request, office: str, draft: Draft, drafts: tuple[Draft, ...], *, clerk: str, customer: str,
        time: int,
    ) -> Waiting:  # fmt: skip
        """Signs the request with its clerk's key and lets it wait. Parked again unchanged, it waits on as it was;
        changed, it begins anew. ``office``: what the signature names; ``time``: the office's clock, to be shown."""
        rid, known = request.id.hex(), self.get(request.id.hex())
        if known is not None and known.request.encoded() == request.encoded() and not known.declined:
            return known
        mine = [one for one in self.all() if one.clerk == clerk and one.rid != rid]
        if len(mine) >= EACH_CLERK_MAX or len(self._waiting) >= WAITING_MAX:
            raise TooManyWait
        signers = [request.carried(office, signer) for signer in request.signers]
        kept = replace(request, signers=signers, _approved=None)
        made = Waiting(rid, kept, draft, drafts, clerk, customer, self._seconds(), time)
        self._waiting[rid] = made
        return made

    def restore(self, one: Waiting) -> None:
        """It waited when the server stopped, and waits on."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting[one.rid] = one

    def get(self, rid: str) -> Waiting | None:
        """The request of that id, if it still waits."""
        self._expire()
        return self._waiting.get(rid)

    def all(self) -> list[Waiting]:
        """Everything that waits, the oldest first."""
        self._expire()
        return sorted(self._waiting.values(), key=lambda one: one.since)

    def sign(self, rid: str, digest: str, signer: Signer, office: str, *, by: str) -> Waiting:
        """The second signature. ``Malformed`` if it is gone, is another request now, or is the signer's own."""
        one = self._open(rid, digest, by)
        one.second, one.by = one.request.carried(office, signer), by
        return one

    def decline(self, rid: str, digest: str, *, by: str) -> Waiting:
        """The second person does not sign: the clerk is told, and takes it back."""
        one = self._open(rid, digest, by)
        one.declined, one.by, one.second = True, by, None
        return one

    def drop(self, rid: str, *, clerk: str) -> Waiting | None:
        """Her own request waits no more: it was taken back, changed or posted."""
        one = self.get(rid)
        return self._waiting.pop(rid) if one is not None and one.clerk == clerk else None

    def minutes_left(self, one: Waiting) -> int:
        """How long it still waits."""
        return max(0, int(one.since + EXPIRES_SECONDS - self._seconds())) // 60

    def concerns(self, clerk: str, *, signs: bool) -> int:
        """How many a person has to look at: those she may sign, and her own that were answered."""
        return sum(
            1 for one in self.all()
            if (one.state != "waiting" if one.clerk == clerk else signs and one.state == "waiting")
        )  # fmt: skip

    def _open(self, rid: str, digest: str, by: str) -> Waiting:
        one = self.get(rid)
        if one is None or one.state != "waiting" or one.digest != digest:
            raise Malformed("this request is gone, or another one now", field="rid")
        if one.clerk == by:
            raise Malformed("the second person is someone else", field="approver")
        return one

    def _expire(self) -> None:
        now = self._seconds()
        for rid in [rid for rid, one in self._waiting.items() if now - one.since >= EXPIRES_SECONDS]:
            del self._waiting[rid]
