"""Writes: one request of a kind, or a batch of up to a thousand, each with its own key and its own answer.

Always true:

1. The same key and body get the first answer again, for ever; the same key with another body is an error; a key that
   is being worked on is told so, which is never remembered (``test_the_table_of_idempotency``).
2. Nothing is decided for a client that a clerk's key did not sign: the signatures are verified by the desk
   (``test_a_write_that_nobody_signed_is_not_done``).
3. In a batch each request stands alone: what becomes of one changes nothing for another
   (``test_each_request_of_a_batch_has_its_own_outcome``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from counterfoil.faces.api.kinds import read_prepare, read_write
from counterfoil.faces.api.problems import Problem, problem_of, refusal_details, refusal_problem
from counterfoil.faces.api.reads import accepted
from counterfoil.faces.api.wire import plain
from counterfoil.kernel.outcomes import Malformed, Translate, short
from counterfoil.office.requests import ASKS
from counterfoil.operations.answers import Accepted, Answer
from counterfoil.operations.clients import WRITE, Client, idempotency_key, request_id_of
from counterfoil.operations.desk import Desk, Request
from counterfoil.operations.prepare import prepared
from counterfoil.operations.screens import told_once
from counterfoil.operations.service import Service

BATCH_MAX = 1_000
BATCH_BREATH = 16
"""Requests of a batch that are read and verified in one go, while others wait."""
PRINTED_MAX = 1_000


class Done(NamedTuple):
    """What is answered to one request: a status and a JSON value, which ``wire.plain`` has made."""

    status: int
    value: dict[str, Any]
    problem: Problem | None = None


class _Begun(NamedTuple):
    """A request that was handed to the desk, or the problem that kept it from that. ``holds``: the id that is being
    worked on."""

    holds: bytes | None
    state: asyncio.Future[Answer] | Problem


class Writes:
    """The writes of one server: its office, and the keys that are being worked on now."""

    def __init__(self, service: Service, currency: str, *, report: Callable[[BaseException], None]) -> None:
        self._service, self._currency, self._report = service, currency, report
        self._working: set[bytes] = set()

    async def one(self, client: Client, kind: str, key: str, value: Any, translate: Translate) -> Done:
        """One request; its problem is raised."""
        begun = self._begun(client, kind, key, value)
        try:
            done = await self._ended(begun, translate)
        finally:
            self._let_go([begun])
        if done.problem is not None:
            raise done.problem
        return done

    async def batch(self, client: Client, value: Any, translate: Translate) -> list[dict[str, Any]]:
        """Every request's own outcome, in order. ``Malformed`` only if the batch itself cannot be read.

        All are handed to the desk before the first is waited for, so that they share its groups.
        """
        items, begun = items_of(value), list[_Begun]()
        try:
            for number, item in enumerate(items, start=1):
                begun.append(self.begin(client, item))
                if number % BATCH_BREATH == 0:
                    await asyncio.sleep(0)
            done = [await self._ended(one, translate) for one in begun]
        finally:
            self._let_go(begun)
        return [outcome(item["key"], one) for item, one in zip(items, done, strict=True)]

    async def prepare(self, client: Client, key: str, value: Any, translate: Translate) -> dict[str, Any]:
        """The body to be signed, with what only this office can fill in. Nothing is recorded."""
        wanted = read_prepare(value)
        if not client.may(f"{WRITE}:{wanted.kind}"):
            raise scope_missing(f"{WRITE}:{wanted.kind}")
        identity = request_id_of(client.id, idempotency_key(key))

        def made(desk: Desk) -> dict[str, Any]:
            body, refusal = prepared(desk, identity, wanted.kind, wanted.given, wanted.beside)
            told = {"epoch": desk.epoch, "body": body}
            if refusal is None:
                return told
            says = {"code": refusal.code, "details": refusal_details(refusal), "message": refusal.sentence(translate)}
            return {**told, "refusal": says}

        return await self._service.at_desk(made)

    async def printed(self, value: Any) -> int:
        """Notes which slips left a printer; how many were due."""
        places = _places(value)

        def noted(desk: Desk) -> int:
            due = desk.unprinted_among(places)
            desk.printed(due)
            desk.flush()
            return len(due)

        return await self._service.at_desk(noted)

    def begin(self, client: Client, item: dict[str, Any]) -> _Begun:
        """Reads one request of a batch and hands it to the desk."""
        kind, key = item["kind"], item["key"]
        rest = {name: one for name, one in item.items() if name not in ("kind", "key")}
        if not isinstance(kind, str) or kind not in ASKS:
            wrong = Malformed(f"kind is {short(kind)}: nothing of that name can be asked here", field="kind")
            return _Begun(None, problem_of(wrong))
        if not client.may(f"{WRITE}:{kind}"):
            return _Begun(None, scope_missing(f"{WRITE}:{kind}"))
        return self._begun(client, kind, key, rest)

    def _begun(self, client: Client, kind: str, key: str, value: Any) -> _Begun:
        """Reads one request and hands it to the desk; its key is being worked on until its caller lets go of it."""
        held = None
        try:
            identity = request_id_of(client.id, idempotency_key(key))
            if identity in self._working:
                raise _in_progress()
            request = read_write(kind, identity, value, self._service.desk.office_key)
            self._working.add(identity)
            held = identity
            return _Begun(held, self._service.asked(request))
        except Exception as error:  # Each request's own: told in its place, and logged if it is ours.
            self._report(error)
            return _Begun(held, problem_of(error))

    def handed(self, request: Request) -> _Begun:
        """As ``_begun``, for a request that was read elsewhere."""
        if request.id in self._working:
            return _Begun(None, _in_progress())
        self._working.add(request.id)
        return _Begun(request.id, self._service.asked(request))

    def when_done(self, begun: _Begun, translate: Translate, then: Callable[[Done], None]) -> None:
        """Calls ``then`` with what became of it, without a task; its key is let go of first."""
        if isinstance(begun.state, Problem):
            self._let_go([begun])
            then(told(begun.state))
            return

        def ended(answer: asyncio.Future[Answer]) -> None:
            self._let_go([begun])
            error = answer.exception()
            done = self._answered(answer.result(), translate) if error is None else self.failed(error)
            then(done)

        begun.state.add_done_callback(ended)

    def _let_go(self, begun: Sequence[_Begun]) -> None:
        self._working.difference_update(one.holds for one in begun if one.holds is not None)

    async def _ended(self, begun: _Begun, translate: Translate) -> Done:
        if isinstance(begun.state, Problem):
            return told(begun.state)
        try:
            answer = await begun.state
        except Exception as error:
            return self.failed(error)
        return self._answered(answer, translate)

    def failed(self, error: BaseException) -> Done:
        """What is answered after an error, which is logged if it is ours."""
        self._report(error)
        return told(problem_of(error))

    def _answered(self, answer: Answer, translate: Translate) -> Done:
        if isinstance(answer, Accepted):
            once = told_once(self._service.desk.office_key, answer)
            return Done(201, {**accepted(answer, self._currency), **({"told": plain(once)} if once else {})})
        return told(refusal_problem(answer, translate))


def outcome(key: str, done: Done) -> dict[str, Any]:
    """What is said of one request of a batch."""
    return {"key": key, "status": done.status, "outcome": done.value}


def _in_progress() -> Problem:
    return Problem(
        "in-progress", "A request with this key is being worked on. Wait a moment and send it again.",
        headers={"Retry-After": "1"},
    )  # fmt: skip


def scope_missing(scope: str) -> Problem:
    """The token does not reach so far."""
    return Problem("scope-missing", f"This token has no scope {scope}. Nothing has been recorded.")


def told(problem: Problem) -> Done:
    """What is answered where nothing was done."""
    return Done(problem.status, plain(problem.body()), problem)


def items_of(value: Any) -> Sequence[dict[str, Any]]:
    """The requests of a batch, each with a key and a kind; ``Malformed`` if it is not a batch."""
    if type(value) is not dict or value.keys() != {"requests"} or type(value["requests"]) is not list:
        raise Malformed("a batch is an object with one member, requests: a list", field="requests")
    items = value["requests"]
    if not 1 <= len(items) <= BATCH_MAX:
        raise Malformed(f"a batch holds 1 to {BATCH_MAX} requests, not {len(items)}", field="requests")
    for number, item in enumerate(items):
        if type(item) is not dict or not isinstance(item.get("key"), str) or "kind" not in item:
            raise Malformed(f"request {number} of the batch has no key or no kind", field=f"requests.{number}")
    return items


def _places(value: Any) -> list[tuple[int, int]]:
    if type(value) is not dict or value.keys() != {"entries"} or type(value["entries"]) is not list:
        raise Malformed("an object with one member is needed, entries: a list", field="entries")
    if len(value["entries"]) > PRINTED_MAX:
        raise Malformed(f"{PRINTED_MAX} entries at once are the most", field="entries")
    found = []
    for number, one in enumerate(value["entries"]):
        if type(one) is not dict or one.keys() != {"epoch", "entry"} or any(type(n) is not int for n in one.values()):
            raise Malformed("each is an object with epoch and entry", field=f"entries.{number}")
        if not 0 < one["epoch"] < 2**31 or not 0 <= one["entry"] < 2**40:
            raise Malformed("there is no such epoch or entry", field=f"entries.{number}")
        found.append((one["epoch"], one["entry"]))
    return found
