"""The kinds of entry: number, name, who may make it, and how many different clerks must have signed.

Always true: numbers are never reused; whatever touches a till, a vault or a withdrawal at a window is made by a clerk
only; the stand-alone verifier holds the same table (``test_both_verifiers_hold_the_same_kinds``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from counterfoil.kernel.outcomes import Malformed


class Actor(IntEnum):
    """Who made an entry. Bound by every core, so that no system entry can pass for a clerk's (Horizon's lesson)."""

    CLERK = 0
    CUSTOMER = 1
    INTEGRATOR = 2
    SYSTEM = 3
    CENTER = 4
    SUPPORT = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry. ``signers`` is the least number of different clerks whose approval must stand in a clerk's
    entry.

    ``opening`` marks a kind that the system actor may make only among an epoch's opening entries (before any clerk's).
    """

    number: int
    name: str
    actors: tuple[Actor, ...]
    signers: int = 1
    opening: bool = False


_CLERK, _SYSTEM = (Actor.CLERK,), (Actor.SYSTEM,)
_EITHER = (Actor.CLERK, Actor.SYSTEM)

KINDS: tuple[Kind, ...] = (
    Kind(1, "epoch-open", _SYSTEM, opening=True),
    Kind(2, "epoch-close", _EITHER),
    Kind(3, "policy-edition", _EITHER, signers=2, opening=True),
    Kind(4, "clerk-enrol", _EITHER, opening=True),
    Kind(5, "clerk-rotate", _CLERK),
    Kind(6, "clerk-revoke", _CLERK),
    Kind(20, "day-open", _CLERK),
    Kind(21, "vault-count", _CLERK, signers=2),
    Kind(22, "day-close", _CLERK),
    Kind(30, "till-open", _CLERK),
    Kind(31, "cash-from-vault", _CLERK, signers=2),
    Kind(32, "cash-to-vault", _CLERK, signers=2),
    Kind(33, "till-handover", _CLERK, signers=2),
    Kind(34, "cash-exchange", _CLERK),
    Kind(35, "suspect-note", _CLERK),
    Kind(36, "surprise-count", _CLERK, signers=2),
    Kind(37, "till-report", _CLERK),
    Kind(38, "till-count", _CLERK),
    Kind(39, "till-close", _CLERK),
    Kind(40, "difference-dispute", _CLERK),
    Kind(41, "till-count-absent", _CLERK, signers=2),
    Kind(42, "difference-accept", _CLERK),
    Kind(43, "pouch-out", _CLERK, signers=2),
    Kind(44, "pouch-in", _CLERK, signers=2),
    Kind(45, "pouch-lost", _CLERK, signers=2),
    Kind(50, "stock-in", _CLERK, signers=2),
    Kind(51, "stock-to-till", _CLERK, signers=2),
    Kind(52, "stock-from-till", _CLERK, signers=2),
    Kind(53, "stamp-sale", _CLERK),
    Kind(60, "customer-open", _CLERK),
    Kind(61, "customer-change", _CLERK),
    Kind(62, "account-open", _EITHER),
    Kind(63, "account-close", _CLERK),
    Kind(64, "account-reopen", _CLERK),
    Kind(65, "account-freeze", _CLERK),
    Kind(66, "account-unfreeze", _CLERK, signers=2),
    Kind(67, "legal-hold", _CLERK, signers=2),
    Kind(68, "legal-hold-release", _CLERK, signers=2),
    Kind(69, "balance-told", _CLERK),
    Kind(80, "deposit", _CLERK),
    Kind(81, "withdrawal", _CLERK),
    Kind(82, "transfer", _CLERK),
    Kind(83, "reversal", _CLERK),
    Kind(84, "house-advance", _CLERK),
    Kind(85, "house-movement", _SYSTEM),
    Kind(100, "check-cash", _CLERK),
    Kind(101, "check-deposit", _CLERK),
    Kind(102, "check-settle", _EITHER),
    Kind(103, "check-return", _EITHER),
    Kind(104, "check-recover", _CLERK),
    Kind(105, "check-write-off", _CLERK, signers=2),
    Kind(107, "check-agree", _CLERK),
    Kind(108, "check-give-back", _CLERK),
    Kind(120, "order-stock-in", _CLERK, signers=2),
    Kind(121, "order-stock-to-till", _CLERK, signers=2),
    Kind(122, "order-stock-from-till", _CLERK, signers=2),
    Kind(123, "order-sale", _CLERK),
    Kind(124, "order-cash", _CLERK),
    Kind(125, "order-refund", _CLERK),
    Kind(126, "order-replace", _CLERK, signers=2),
    Kind(127, "order-stop", _CLERK),
    Kind(128, "order-trace", _CLERK),
    Kind(129, "order-void", _CLERK),
    Kind(130, "order-stop-lift", _CLERK, signers=2),
    Kind(131, "order-clear", _CLERK, signers=2),
    Kind(132, "order-count", _CLERK),
    Kind(135, "bill-pay", _CLERK),
    Kind(136, "bill-confirm", _EITHER),
    Kind(137, "bill-return", _EITHER),
    Kind(138, "bill-refund", _CLERK),
    Kind(139, "bill-cancel", _CLERK),
    Kind(141, "bill-unmatched", _EITHER),
    Kind(142, "bill-stop", _CLERK),
    Kind(145, "cash-send", _CLERK),
    Kind(146, "cash-claim", _CLERK),
    Kind(147, "cash-send-cancel", _CLERK),
    Kind(149, "claim-check", _CLERK),
    Kind(150, "claim-unblock", _CLERK, signers=2),
    Kind(160, "loan-apply", _CLERK),
    Kind(161, "loan-open", _CLERK),
    Kind(162, "loan-pay", _CLERK),
    Kind(163, "loan-defer", _CLERK),
    Kind(164, "loan-charge-off", _CLERK, signers=2),
    Kind(165, "loan-recover", _CLERK),
    Kind(169, "loan-dues", _CLERK),
    Kind(185, "owner-add", _CLERK),
    Kind(186, "owner-remove", _CLERK, signers=2),
    Kind(187, "mandate-give", _CLERK, signers=2),
    Kind(188, "mandate-end", _CLERK),
    Kind(189, "death-note", _CLERK, signers=2),
    Kind(190, "death-take-back", _CLERK, signers=2),
    Kind(191, "estate-name", _CLERK, signers=2),
    Kind(192, "estate-pay", _CLERK, signers=2),
    Kind(193, "minor-mark", _CLERK),
    Kind(195, "benefit-credit", _CLERK, signers=2),
    Kind(196, "levy", _CLERK, signers=2),
    Kind(197, "levy-pay", _CLERK, signers=2),
    Kind(198, "levy-release", _CLERK, signers=2),
    Kind(210, "mail-sale", _CLERK),
    Kind(211, "stock-revalue", _CLERK, signers=2),
    Kind(212, "stock-spoiled", _CLERK, signers=2),
    Kind(213, "stamp-refund", _CLERK),
    Kind(222, "interest-pay", _CLERK),
    Kind(226, "account-escheat", _CLERK, signers=2),
    Kind(227, "direct-deposit", _CLERK),
    Kind(230, "day-step", _SYSTEM),
    Kind(231, "day-step-posted", _SYSTEM),
    Kind(232, "line-set-aside", _SYSTEM),
    Kind(234, "day-end", _SYSTEM),
)

_BY_NUMBER = {kind.number: kind for kind in KINDS}
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> Kind:
    """The kind of that name, or ``Malformed``."""
    try:
        return _BY_NAME[name]
    except (KeyError, TypeError):
        raise Malformed(f"{name!r} is not a kind of entry", field="kind") from None


def kind_numbered(number: int) -> Kind:
    """The kind of that number, or ``Malformed``: a newer build may know it."""
    try:
        return _BY_NUMBER[number]
    except (KeyError, TypeError):
        raise Malformed(f"kind {number!r} is not known to this build", field="kind") from None
