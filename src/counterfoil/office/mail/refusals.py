"""Rules that say no to mail products at the same window."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded


@coded(
    "mail.total",
    mark("These items cost {price} together, and {asked} was asked for. Add them up again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class MailTotal(Refusal):
    price: Money
    asked: Money


@coded(
    "mail.limit",
    mark("One sale is at most {limit}, and {wanted} was asked for. Make two of it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class MailLimit(Refusal):
    limit: Money
    wanted: Money


@coded(
    "stock.old_price",
    mark(
        "The {held} pieces of {item} at {place} stand in the books at {before} each, and the price is now {now}. "
        "Two people revalue them first. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OldPrice(Refusal):
    item: str
    place: str
    held: int
    before: Money
    now: Money


@coded(
    "stock.quantity",
    mark(
        "The books have {held} pieces of {item} there, and {counted} were counted. Count again. If they differ, count "
        "the till first. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class StockQuantity(Refusal):
    item: str
    held: int
    counted: int


@coded(
    "stock.same_price",
    mark("The pieces of {item} there stand in the books at {price} already. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SamePrice(Refusal):
    item: str
    price: Money


@coded(
    "mail.price_since",
    mark(
        "The price of {item} has changed since this sale, and the stamps in the till stand at the new one. Take the "
        "stamps back by a refund at today's price. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class PriceSince(Refusal):
    item: str
