"""Rules that say no to money orders."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded

SAID_IN_REFUSALS = (
    mark("blank"), mark("sold"), mark("cashed"), mark("cleared"), mark("refunded"), mark("replaced"), mark("void"),
    mark("missing"),
)  # fmt: skip
"""States of a form, where a sentence names one."""


@coded(
    "order.unknown",
    mark(
        "Form {serial} is not one of this office. Only the office that sold a money order can say whether it is good: "
        "send it there, or let the person cash it at that office. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderUnknown(Refusal):
    serial: str


@coded(
    "order.known",
    mark("Form {serial} was received here before. Check the numbers on the block. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OrderKnown(Refusal):
    serial: str


@coded(
    "order.not_here",
    mark(
        "Form {serial} is not among the blank forms of {place}. Take one of those, or move this one first. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderNotHere(Refusal):
    serial: str
    place: str


@coded(
    "order.state",
    mark(
        "Money order {serial} is {state}. It cannot be used for this. Keep the form and ask a supervisor. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderState(Refusal):
    serial: str
    state: str


@coded(
    "order.cashed",
    mark(
        "Money order {serial} was paid on {day}, and is paid once. Keep the form and ask a supervisor. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderPaid(Refusal):
    serial: str
    day: str


@coded(
    "order.stopped",
    mark(
        "Money order {serial} was stopped (case {case}). Do not pay it. Keep the form and ask a supervisor. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderIsStopped(Refusal):
    serial: str
    case: str


@coded(
    "order.not_stopped",
    mark("Money order {serial} is not stopped. Stop it first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OrderNotStopped(Refusal):
    serial: str


@coded(
    "order.amount",
    mark(
        "Money order {serial} was not sold for {asked}. The form may have been changed. Keep it and ask a supervisor. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderAmount(Refusal):
    serial: str
    asked: Money


@coded(
    "order.limit",
    mark("One money order is at most {limit}, and {wanted} was asked for. Sell several. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OrderLimit(Refusal):
    limit: Money
    wanted: Money


@coded(
    "order.day_limit",
    mark(
        "One person may buy {limit} a day in money orders and cash sent, and this would make {would}. "
        "Sell less, or wait for tomorrow. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderDayLimit(Refusal):
    limit: Money
    would: Money


@coded(
    "order.papers",
    mark(
        "This person would have bought {would} today. From {limit} a day on, the law asks who buys: open a customer "
        "record with name, address, date of birth and papers, and name it in the sale with one of: {papers}. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderPapers(Refusal):
    would: Money
    limit: Money
    papers: str


@coded(
    "order.identification",
    mark("To be paid, a person shows one of: {papers}. Ask for it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OrderIdentification(Refusal):
    papers: str


@coded(
    "order.fee",
    mark("The fee is {fee}, and {asked} was shown. Show the right price, then ask again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OrderFeeDiffers(Refusal):
    fee: Money
    asked: Money


@coded(
    "order.wait",
    mark(
        "Money order {serial} may still come in to be paid. A new one can be given from {day} on. Tell the buyer the "
        "day. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrderWait(Refusal):
    serial: str
    day: str


@coded(
    "order.bond",
    mark(
        "A lost money order is replaced against a signed promise to pay back if the first one comes in. Have it signed "
        "and write its number. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class BondNeeded(Refusal):
    pass


@coded(
    "order.uncounted",
    mark(
        "Till {till} holds {held} blank money orders that were not counted since one last moved. Count them, or bring "
        "them back to the reserve. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OrdersUncounted(Refusal):
    till: str
    held: int
