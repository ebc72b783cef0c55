"""Purchases for cash that the law adds up by person: money orders and cash sent, over all kinds and windows of a day.

Always true: from the line of the edition on, the buyer is a customer on record who showed a paper (31 CFR 1010.415(a)),
and a purchase cut into pieces is one purchase (``test_a_purchase_in_pieces_is_seen``). What was bought by someone who
showed nothing cannot be joined to anything and is counted for its visit alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from counterfoil.facts.money_orders import OrderSold
from counterfoil.facts.remittances import CashSent
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as no
from counterfoil.office import rules
from counterfoil.office.money_orders import refusals as nay
from counterfoil.office.money_orders.folds import of_day
from counterfoil.office.money_orders.rows import InstrumentRow
from counterfoil.office.rules import Pledged
from counterfoil.office.state import State
from counterfoil.products.instruments import Mark, Purchase, joined, marks


class Bought(Protocol):
    """What a request to buy says of its buyer."""

    @property
    def date(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def presented_by(self) -> str | None: ...
    @property
    def on_behalf_of(self) -> str | None: ...
    @property
    def buyer(self) -> bytes | None: ...
    @property
    def identification(self) -> str | None: ...


def purchase_of(row: InstrumentRow) -> Purchase:
    """A row of the instrument log as what tells whose it is."""
    return Purchase(
        row.kind, row.reference, row.amount, marks(row.presented_by, row.on_behalf_of, row.buyer, row.request)
    )


def pledge_purchase(fact: OrderSold | CashSent, pledged: Pledged) -> None:
    """What a purchase for cash tells the later services of its visit."""
    if fact.account is not None:
        return
    pledged.sums["instruments", "visit"] = pledged.sums.get(("instruments", "visit"), 0) + fact.amount
    own = marks(fact.presented_by, fact.on_behalf_of, fact.buyer)
    pledged.taken |= {(f"mark-{what}", which) for what, which in own}


def with_today(s: State, a: Bought, pledged: Pledged) -> int:
    """This purchase and what the same person has bought for cash today, as far as what she showed tells; this visit's
    services included."""
    own = marks(a.presented_by, a.on_behalf_of, a.buyer)
    return _bought(s, a.date, own, pledged) + a.amount


def _bought(s: State, day: str, own: Iterable[Mark], pledged: Pledged) -> int:
    known = {*own, *((what.removeprefix("mark-"), which) for what, which in pledged.taken if what.startswith("mark-"))}
    rows = [purchase_of(row) for row in of_day(s, day) if not row.undone]
    return sum(one.amount for one in joined(rows, known)) + pledged.sums.get(("instruments", "visit"), 0)


def known_buyers(s: State, *customers: str | None) -> Refusal | None:
    """Whoever is named is in the register of customers."""
    for customer in customers:
        if customer is not None and s.customer.get(customer) is None:
            return no.CustomerUnknown(customer)
    return None


def papers_shown(s: State, a: Bought, would: int, limit: int, papers: tuple[str, ...]) -> Refusal | None:
    """At or above the line, the buyer is a customer on record who showed a paper."""
    if would < limit or (a.presented_by is not None and a.identification in papers):
        return None
    return nay.OrderPapers(rules.money(s, would), rules.money(s, limit), ", ".join(papers))
