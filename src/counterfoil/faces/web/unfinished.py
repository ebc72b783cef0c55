"""What was begun outlives the server: screens' forms and visits, and requests that wait for a second person.

Always true (``tests/unit/web/test_unfinished.py``): what a clerk has sent is kept before she sees the next page
(``test_what_was_begun_outlives_the_server``), comes back to her alone, after her PIN
(``test_it_comes_back_to_its_own_clerk_alone``), under the same request ids, so that what was already recorded is shown
and not recorded again (``test_what_was_recorded_is_shown_and_not_sent_again``); it is gone once it is done
(``test_what_is_done_is_kept_no_longer``). A request that waited comes back with the signatures it had, which the desk
verifies as ever (``test_a_restart_keeps_what_waited``).

It is kept after a form was answered and before the answer leaves. That it cannot be kept stops nobody's work.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from counterfoil import codec
from counterfoil.faces.web.approvals import Approvals, Waiting
from counterfoil.faces.web.sessions import Begun, Draft, Sessions
from counterfoil.kernel.outcomes import CounterfoilError, Malformed
from counterfoil.office.requests import parse
from counterfoil.operations import unfinished
from counterfoil.operations.beside import Beside, Rows, together
from counterfoil.operations.desk import Carried, Request
from counterfoil.operations.service import Service
from counterfoil.operations.unfinished import Kept

SCREEN, APPROVAL = "screen:", "approval:"


class Unfinished:
    """Keeps what changes, and gives it back once after the start. Used by the event loop alone."""

    def __init__(
        self, service: Service, sessions: Sessions, approvals: Approvals, seconds: Callable[[], float],
        report: Callable[[BaseException], None],
    ) -> None:  # fmt: skip
        self._service, self._sessions, self._approvals = service, sessions, approvals
        self._seconds, self._report = seconds, report
        self._written: dict[str, Mapping[str, Any]] = {}
        self._alone = asyncio.Lock()
        self._read = False

    async def give_back(self) -> None:
        """Before the first page is answered: what was begun before the server stopped."""
        if self._read:
            return
        async with self._alone:
            if self._read:
                return
            try:
                found = await self._service.at_desk(unfinished.kept)
            except CounterfoilError as error:
                self._report(error)
                found = []
            for one in found:
                self._written[one.name] = one.value
                self._take(one)
            self._read = True

    async def keep(self, clerks: Iterable[str]) -> None:
        """Keeps what these clerks have begun, and every request that waits, as they are now."""
        async with self._alone:
            now: dict[str, Mapping[str, Any] | None] = {
                SCREEN + clerk: screen_value(self._sessions.begun(clerk)) for clerk in clerks if clerk
            }
            waiting = {APPROVAL + one.rid: waiting_value(one) for one in self._approvals.all()}
            now |= waiting
            now |= {name: None for name in self._written if name.startswith(APPROVAL) and name not in waiting}
            changed = {name: value for name, value in now.items() if self._written.get(name) != value}
            if not changed:
                return
            try:
                await self._service.at_desk(lambda desk: unfinished.keep(desk, changed))
            except CounterfoilError as error:
                self._report(error)
                return
            for name, value in changed.items():
                if value is None:
                    self._written.pop(name, None)
                else:
                    self._written[name] = value

    def _take(self, one: Kept) -> None:
        kind, _, number = one.name.partition(":")
        try:
            if f"{kind}:" == SCREEN:
                self._sessions.restore(number, begun_of(one.value, self._ago(one.now - one.time)))
            elif f"{kind}:" == APPROVAL:
                self._approvals.restore(waiting_of(number, one.value, self._ago(one.now - int(one.value["time"]))))
        except (Malformed, KeyError, TypeError, ValueError) as error:  # Another build's: it is typed again.
            self._report(error)

    def _ago(self, ms: int) -> float:
        """So long ago by the server's own clock; nothing has waited less than no time."""
        return self._seconds() - max(0, ms) / 1_000


# --- screens ----------------------------------------------------------------------------------------------------------


def screen_value(begun: Begun) -> dict[str, Any] | None:
    """As it is kept; None if there is nothing to come back to."""
    if begun.empty:
        return None
    return {
        "basket": [_draft_value(one) for one in begun.basket], "visit": begun.visit,
        "drafts": [[rid, _draft_value(draft)] for rid, draft in begun.drafts.items()],
        "customer": begun.customer, "account": begun.account, "till": begun.till,
    }  # fmt: skip


def begun_of(value: Mapping[str, Any], since: float) -> Begun:
    """What was kept of a screen."""
    return Begun(
        [_draft_of(one) for one in value["basket"]], value["visit"],
        OrderedDict((rid, _draft_of(one)) for rid, one in value["drafts"]),
        value["customer"], value["account"], value["till"], since,
    )  # fmt: skip


def _draft_value(draft: Draft) -> dict[str, Any]:
    return {"kind": draft.kind, "typed": dict(draft.typed), "basket": draft.basket}


def _draft_of(value: Mapping[str, Any]) -> Draft:
    typed = {str(name): str(text) for name, text in value["typed"].items()}
    return Draft(str(value["kind"]), typed, basket=value["basket"] is True, sent=True)


# --- requests that wait -----------------------------------------------------------------------------------------------


def waiting_value(one: Waiting) -> dict[str, Any]:
    """As it is kept: the request with the signatures it has, never a key."""
    side = one.request.side
    return {
        "epoch": one.request.epoch, "body": one.request.encoded().hex(), "clerk": one.clerk, "customer": one.customer,
        "signers": [_signature_value(signer) for signer in one.request.signers if isinstance(signer, Carried)],
        "side": [_beside_value(found) for found in side.found] if isinstance(side, Rows) else [],
        "draft": _draft_value(one.draft), "drafts": [_draft_value(draft) for draft in one.drafts], "time": one.time,
        "second": _signature_value(one.second) if one.second is not None else None, "by": one.by,
        "declined": one.declined,
    }  # fmt: skip


def waiting_of(rid: str, value: Mapping[str, Any], since: float) -> Waiting:
    """What was kept of a request that waits."""
    ask = parse(codec.decode(bytes.fromhex(value["body"]), what="request"))
    request = Request(
        bytes.fromhex(rid), int(value["epoch"]), ask, [_signature_of(one) for one in value["signers"]],
        side=together([_beside_of(one) for one in value["side"]]),
    )  # fmt: skip
    return Waiting(
        rid, request, _draft_of(value["draft"]), tuple(_draft_of(one) for one in value["drafts"]), value["clerk"],
        value["customer"], since, int(value["time"]),
        _signature_of(value["second"]) if value["second"] is not None else None, value["by"], value["declined"] is True,
    )  # fmt: skip


def _signature_value(signer: Carried) -> list[str]:
    return [signer.key_id.hex(), signer.signature.hex()]


def _signature_of(value: list[str]) -> Carried:
    return Carried(bytes.fromhex(value[0]), bytes.fromhex(value[1]))


def _beside_value(found: Beside) -> list[Any]:
    return [found.digest.hex(), found.salt.hex(), found.encoded.hex(), found.customer]


def _beside_of(value: list[Any]) -> Beside:
    digest, salt, encoded = (bytes.fromhex(part) for part in value[:3])
    return Beside(digest, {}, {}, salt, encoded, value[3])
