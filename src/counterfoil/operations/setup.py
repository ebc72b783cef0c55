"""Opening an epoch: the first entries of a log, made by the system before any clerk's.

A new office: epoch-open, the first policy edition, and the first supervisor's key (shown for ever as enrolled by the
operator). After a restore or repair: epoch-open naming the log before, and the clerk keys that still hold, restated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from counterfoil.facts.office import BY_OPERATOR, ClerkEnrolled, EditionTaken, EpochClosed, EpochOpened
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Fault, Malformed, Refusal
from counterfoil.office.rules import Part
from counterfoil.office.state import State
from counterfoil.operations.answers import Accepted
from counterfoil.operations.desk import Desk, SystemRequest, read_entry
from counterfoil.policy.edition import read_edition


def origin_of(domain: str, office: str, node: int, epoch: int) -> str:
    """The log's origin: ``<operator domain>/office/<office>/node/<node>/<epoch>``."""
    return f"{domain}/office/{office}/node/{node}/{epoch}"


def accepted(desk: Desk, request: SystemRequest) -> Accepted:
    """Handles a system request that must succeed."""
    answer = desk.one(request)
    if not isinstance(answer, Accepted):
        raise Fault(f"the system's own {request.body['kind']} was refused: {answer.refusal.code}")
    return answer


def open_first_epoch(desk: Desk, *, opened: EpochOpened, edition: bytes) -> None:
    """The opening entries of a new office: its log and its first policy edition (checked before anything is
    written)."""
    read = read_edition(edition)
    desk.begin_epoch(1)
    accepted(desk, SystemRequest(desk.entropy(16), {"kind": "epoch-open"}, _fixed([Part("epoch-open", (opened,))])))
    taken = EditionTaken(edition, read.effective.isoformat())
    accepted(
        desk, SystemRequest(desk.entropy(16), {"kind": "policy-edition"}, _fixed([Part("policy-edition", (taken,))]))
    )


def open_next_epoch(desk: Desk, *, opened: EpochOpened, epoch: int, keep: Sequence[bytes]) -> None:
    """The opening entries of a later epoch, in one commit: they name the log before, and restate keys in ``keep``."""
    facts: list[tuple[str, Fact]] = [("epoch-open", opened)]
    for key in desk.state.clerk_key.all():
        if key.valid and key.key_id in keep:
            fact = ClerkEnrolled(key.clerk, key.public_key, key.role, key.custody, BY_OPERATOR)
            facts.append(("clerk-enrol", fact))
    desk.begin_epoch(epoch)
    answers = desk.handle(
        [SystemRequest(desk.entropy(16), {"kind": kind}, _fixed([Part(kind, (fact,))])) for kind, fact in facts]
    )
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, Accepted):
            raise Fault(f"the opening of epoch {epoch} was refused: {answer.refusal.code}")


def close_epoch(desk: Desk, *, next_key: bytes, reason: str) -> None:
    """The last entry of a log that is closed in order: it names the next epoch's key."""
    fact = EpochClosed(next_key, reason)
    accepted(desk, SystemRequest(desk.entropy(16), {"kind": "epoch-close"}, _fixed([Part("epoch-close", (fact,))])))


def closed_by(desk: Desk) -> EpochClosed | None:
    """What the last entry of the current log says, if it closes that log: nothing may be entered after it."""
    last = desk.store.entries(desk.epoch, desk.size - 1, 1) if desk.size else []
    facts = read_entry(last[0]).facts if last else ()
    return next((fact for fact in facts if isinstance(fact, EpochClosed)), None)


def enrol_first_supervisor(desk: Desk, *, clerk: str, public_key: bytes, role: str, custody: str) -> None:
    """The first clerk, by the system, while the epoch opens."""

    def parts(state: State) -> Sequence[Part] | Refusal:
        if (
            state.current is None
            or not state.current.opening
            or any(key.valid for key in state.clerk_key.rows.values())
        ):
            raise Malformed("the first supervisor is enrolled while an epoch opens, and once", field="clerk")
        return [Part("clerk-enrol", (ClerkEnrolled(clerk, public_key, role, custody, BY_OPERATOR),))]

    accepted(desk, SystemRequest(desk.entropy(16), {"kind": "clerk-enrol"}, parts))


def _fixed(parts: Sequence[Part]) -> Callable[[State], Sequence[Part] | Refusal]:
    return lambda state: parts
