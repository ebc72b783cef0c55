"""Problems: every answer that is not a success, by RFC 9457, each with a stable type and its page.

Always true: the ``type`` of a problem is ``/problems/NAME`` on the same server, where its page is, and
docs/reference/problems.md holds the same text (``test_every_problem_has_its_page``). ``detail`` says what is so and
what to do; a refusal adds ``code``, ``details`` and the request's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import CounterfoilError, Malformed, Refusal, Translate, Unavailable
from counterfoil.operations.answers import Differs, Refused, Unanswered


class Kind(NamedTuple):
    """One type of problem. ``remedy`` says what a program does on meeting it."""

    status: int
    title: str
    remedy: str
    retry: bool = False
    """The same request may be sent again, unchanged."""


PROBLEMS: dict[str, Kind] = {
    "malformed": Kind(400, "The request cannot be read",
                      "Correct the field that `field` names. Nothing was decided, and the key is still free."),
    "key-missing": Kind(400, "A write needs a key",
                        "Send the header `Idempotency-Key`: a new one for each thing that is to be done once."),
    "token-needed": Kind(401, "A token is needed",
                         "Send `Authorization: Bearer TOKEN` with a token that `counterfoil token add` made and that "
                         "is still in use."),
    "scope-missing": Kind(403, "The token does not reach so far",
                          "Ask the office for a token that has the scope named in `detail`."),
    "not-found": Kind(404, "There is no such thing here",
                      "Look at the path; a number that was never given is not found either."),
    "method-not-allowed": Kind(405, "This cannot be done with that method", "Use a method that the document names."),
    "in-progress": Kind(409, "The same key is being worked on",
                        "Wait a moment and send the same request again: it gets the one answer. This is never "
                        "remembered.",
                        retry=True),
    "too-large": Kind(413, "The request is too large", "Send less at once: a batch takes 1,000 requests."),
    "not-json": Kind(415, "The request is not JSON", "Send `Content-Type: application/json`."),
    "refused": Kind(422, "A rule said no",
                    "`code` says which rule ([refusals](refusals.md)), `detail` what to do. The refusal is remembered: "
                    "a new attempt is a new key."),
    "key-reused": Kind(422, "The key stands for another request",
                       "This key was sent before with another content, and stands for that for ever. Use a new key."),
    "too-many-attempts": Kind(429, "Too many wrong tokens from here",
                              "Wait as long as `Retry-After` says. A right token is never held up.", retry=True),
    "fault": Kind(500, "A fault of ours",
                  "Please report it with the `X-Request-Id` of this answer. Send the same request again to learn what "
                  "became of it: it is done once.", retry=True),
    "unavailable": Kind(503, "Not now",
                        "`detail` says why. Nothing was recorded unless it says otherwise; the same request may be "
                        "sent again with the same key.", retry=True),
}  # fmt: skip
"""Name → what it is, in the order of their statuses. Names are stable for ever."""

TYPE = "/problems/"
RETRY_SECONDS = 1
PROBLEM_MEDIA = "application/problem+json"


class Problem(Exception):
    """Raised by a handler, answered as a problem."""

    def __init__(self, name: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(name)
        self.name, self.detail, self.members = name, detail, members
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        return PROBLEMS[self.name].status

    def body(self) -> dict[str, Any]:
        kind = PROBLEMS[self.name]
        return {
            "type": TYPE + self.name, "title": kind.title, "status": kind.status, "detail": self.detail, **self.members,
        }  # fmt: skip


def problem_of(error: BaseException) -> Problem:
    """The problem that an error is for whoever asked. A bug of ours says nothing of its inside."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Differs):
        return Problem("key-reused", str(error))
    if isinstance(error, Malformed):
        return Problem("malformed", str(error), field=error.field)
    if isinstance(error, Unavailable | Unanswered):
        return Problem("unavailable", str(error), headers={"Retry-After": str(RETRY_SECONDS)})
    if isinstance(error, CounterfoilError):
        return Problem("fault", "The office met a fault and stopped before anything was done. Look at its log.")
    return Problem("fault", "The office met a fault of ours. Look at its log.")


def refusal_problem(refused: Refused, translate: Translate) -> Problem:
    """A rule said no: an answer, remembered for ever."""
    refusal = refused.refusal
    return Problem(
        "refused", refusal.sentence(translate), code=refusal.code, details=refusal_details(refusal),
        request=refused.request.hex(),
    )  # fmt: skip


def refusal_details(refusal: Refusal) -> dict[str, Any]:
    """The fields of a refusal; money as minor units with its currency."""
    return {
        name: {"minor": value.minor, "currency": value.currency.code} if isinstance(value, Money) else value
        for name, value in refusal.details().items()
    }
