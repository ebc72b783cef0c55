"""Rules that say no to cash sent from one office to another."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded

SAID_IN_REFUSALS = (
    mark("sent"), mark("blocked"), mark("claimed"), mark("canceled"), mark("unclaimed"), mark("returned"),
)  # fmt: skip
"""States of a transfer, where a sentence names one."""


@coded(
    "send.unknown",
    mark("There is no transfer {case} here. Check the number on the sender's receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SendUnknown(Refusal):
    case: str


@coded(
    "send.office",
    mark(
        "Office {office} cannot be told of a transfer from here yet. Sell a money order instead, or send it to an "
        "office that can. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class SendUnreachable(Refusal):
    office: str


@coded(
    "send.limit",
    mark("At most {limit} can be sent at a time, and {wanted} was asked for. Send less. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SendLimit(Refusal):
    limit: Money
    wanted: Money


@coded(
    "send.fee",
    mark("The fee is {fee}, and {asked} was shown. Show the right price, then ask again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SendFeeDiffers(Refusal):
    fee: Money
    asked: Money


@coded(
    "send.state",
    mark("Transfer {case} is {state}. This cannot be done with it any more. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SendState(Refusal):
    case: str
    state: str


@coded(
    "send.amount",
    mark("Transfer {case} is not of {asked}. Check the receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SendAmount(Refusal):
    case: str
    asked: Money


@coded(
    "send.payer",
    mark(
        "Transfer {case} goes back to where it was paid from: the same account, or cash if it was paid in cash. Ask "
        "again that way. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class SendPayer(Refusal):
    case: str


@coded(
    "send.sender",
    mark("Transfer {case} was sent by another customer. Only the sender has it back. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SendSender(Refusal):
    case: str


@coded(
    "claim.blocked",
    mark(
        "Transfer {case} is blocked: too many wrong codes were tried. Ask the person to call the sender, who can have "
        "a new code at an office. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class ClaimBlocked(Refusal):
    case: str


@coded(
    "claim.code",
    mark(
        "The right code of transfer {case} has not been shown at this till today. Ask for the code and check it first. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class ClaimCodeNeeded(Refusal):
    case: str


@coded(
    "claim.papers",
    mark("To be paid, a person shows one of: {papers}. Ask for it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ClaimPapers(Refusal):
    papers: str


@coded(
    "claim.not_blocked",
    mark("Transfer {case} is not blocked. There is nothing to lift. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ClaimNotBlocked(Refusal):
    case: str
