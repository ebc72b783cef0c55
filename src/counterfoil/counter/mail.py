"""Decisions about mail products at the same window: one public price list, dated by its edition, for everyone.

Always true:

1. The price is the list's, never the clerk's: a total that differs is refused (``test_the_price_is_the_lists``).
2. The ledger's value of a place's stamps is its pieces at the price in force: after a new price nothing is sold, moved
   or received there before two people have revalued what lies there (``test_the_ledger_follows_a_new_price``).
3. What is spoiled or revalued is the house's gain or loss and never a till's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from counterfoil.facts import mail as f
from counterfoil.facts.counter import StampsSold
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as no
from counterfoil.office import rules
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step
from counterfoil.office.mail import asks as ask
from counterfoil.office.mail import refusals as nay
from counterfoil.office.mail.folds import RESERVE
from counterfoil.office.mail.prices import old_price
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.mail import MailTerms

PRODUCT = "mail"


def _prices(edition: Edition, terms: MailTerms, items: dict[str, int] | Any) -> dict[str, int] | str:
    """Each item's price by the list, or the first item that it does not have."""
    found = {}
    for item in items:
        if item in edition.stock:
            found[item] = edition.stock[item].face
        elif item in terms.services:
            found[item] = terms.services[item].price
        else:
            return str(item)
    return found


def decide_sale(a: ask.SellMail, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Stamps and services in one sale, for cash."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    terms = rules.offered(s, MailTerms, PRODUCT)
    if isinstance(terms, Refusal):
        return terms
    edition = rules.edition(s)
    prices = _prices(edition, terms, a.items)
    if isinstance(prices, str):
        return no.StockUnknown(prices)
    price = sum(prices[item] * pieces for item, pieces in a.items.items())
    if price != a.amount:
        return nay.MailTotal(rules.money(s, price), rules.money(s, a.amount))
    stock = {item: pieces for item, pieces in a.items.items() if item in edition.stock}
    for item, pieces in stock.items():
        row = s.stock.get(a.till, item)
        held = (row.quantity if row else 0) - pledged.stock.get((a.till, item), 0)
        refused = old_price(s, a.till, item) or (no.StockShort(item, held, pieces) if pieces > held else None)
        if refused:
            return refused
    if a.amount > terms.each_max:
        return nay.MailLimit(rules.money(s, terms.each_max), rules.money(s, a.amount))
    refused = rules.till_room(s, a.till, a.amount, pledged)
    if refused:
        return refused
    services = {item: pieces for item, pieces in a.items.items() if item not in edition.stock}
    value = sum(prices[item] * pieces for item, pieces in stock.items())
    return [Part(a.kind, (f.MailSold(a.till, a.amount, value, a.date, stock, services, prices, a.count),))]


def _at_place(s: State, date: str, till: str | None, by: Sitting) -> Refusal | None:
    refused = rules.open_day(s, date, by)
    if not refused and till is not None:
        refused = rules.own_till(s, till, by, counted=True)
    return refused or rules.two_sign(s, by)


def decide_revalue(a: ask.RevalueStock, s: State, by: Sitting) -> Decision:
    """The books take the price in force for what lies at a place; the difference is the house's."""
    refused = _at_place(s, a.date, a.till, by)
    if refused:
        return refused
    listed, row = rules.edition(s).stock.get(a.item), s.stock.get(a.till or RESERVE, a.item)
    if listed is None or row is None:
        return no.StockUnknown(a.item)
    if row.quantity != a.quantity:
        return nay.StockQuantity(a.item, row.quantity, a.quantity)
    if row.face == listed.face:
        return nay.SamePrice(a.item, rules.money(s, row.face))
    change = (listed.face - row.face) * a.quantity
    return [Part(a.kind, (f.StockRevalued(a.item, a.quantity, row.face, listed.face, change, a.date, a.till),))]


def decide_spoiled(a: ask.SpoilStock, s: State, by: Sitting) -> Decision:
    """Destroyed before two witnesses, at the value in the books."""
    refused = _at_place(s, a.date, a.till, by)
    if refused:
        return refused
    row = s.stock.get(a.till or RESERVE, a.item)
    if row is None:
        return no.StockUnknown(a.item)
    if a.quantity > row.quantity:
        return no.StockShort(a.item, row.quantity, a.quantity)
    fact = f.StockSpoiled(a.item, a.quantity, row.face, row.face * a.quantity, a.date, a.reason, a.till)
    return [Part(a.kind, (fact,))]


def decide_refund(a: ask.RefundStamps, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Spoiled stamps back for cash, at the price in force: a stamp is worth what it costs today."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency)
    if refused:
        return refused
    terms = rules.offered(s, MailTerms, PRODUCT)
    if isinstance(terms, Refusal):
        return terms
    listed = rules.edition(s).stock.get(a.item)
    if listed is None:
        return no.StockUnknown(a.item)
    price = listed.face * a.quantity
    if price != a.amount:
        return no.StockPrice(a.item, a.quantity, rules.money(s, price), rules.money(s, a.amount))
    refused = rules.approved(by, a.amount, terms.refund_approval_above) or rules.till_has(s, a.till, a.amount, pledged)
    if refused:
        return refused
    return [Part(a.kind, (f.StampsRefunded(a.till, a.item, a.quantity, listed.face, a.amount, a.date, a.reason),))]


def price_sale(a: ask.SellMail, s: State) -> int | Refusal:
    """What the items cost together today."""
    terms = rules.offered(s, MailTerms, PRODUCT)
    if isinstance(terms, Refusal):
        return terms
    prices = _prices(rules.edition(s), terms, a.items)
    if isinstance(prices, str):
        return no.StockUnknown(prices)
    return sum(prices[item] * pieces for item, pieces in a.items.items())


def reprice_sale(one: f.MailSold, edition: Edition) -> tuple[int, int] | None:
    """A past sale's price, then and under another edition; None if that does not have every item."""
    terms, items = edition.terms(MailTerms), {**one.stock, **one.services}
    prices = _prices(edition, terms, items) if terms is not None else ""
    if isinstance(prices, str):
        return None
    return one.amount, sum(prices[item] * pieces for item, pieces in items.items())


def _pledge_sold(one: f.MailSold, pledged: Pledged) -> None:
    for item, pieces in one.stock.items():
        key = (one.till, item)
        pledged.stock[key] = pledged.stock.get(key, 0) + pieces


def price_since(fact: Fact, s: State) -> Refusal | None:
    """A sale is not undone over stamps that were revalued since: two values cannot lie in one place of a till."""
    prices: dict[str, int] = {}
    if isinstance(fact, StampsSold):
        prices = {fact.item: fact.face}
    elif isinstance(fact, f.MailSold):
        prices = {item: fact.prices[item] for item in fact.stock}
    for item, face in prices.items():
        row = s.stock.get(getattr(fact, "till", ""), item)
        if row is not None and row.quantity and row.face != face:
            return nay.PriceSince(item)
    return None


def taken_back(one: f.MailSold) -> tuple[Fact, ...]:
    """What the reversal of a sale says besides its legs: the pieces lie in the till again."""
    return (f.MailTakenBack(one.till, one.stock, one.prices),) if one.stock else ()


SERVICES: Services = {"mail-sale": decide_sale, "stamp-refund": decide_refund}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {"stock-revalue": decide_revalue, "stock-spoiled": decide_spoiled}
"""All other kinds."""

PLEDGES: Pledges = {f.MailSold: _pledge_sold}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = {"mail-sale"}
"""Kinds whose exact negation by a reversal undoes them whole."""

RETURNS: dict[type[Fact], Callable[[Any], tuple[Fact, ...]]] = {f.MailSold: taken_back}
"""Fact of a reversed entry → the facts that stand in its reversal besides the negation."""

PRICES: Prices = {"mail-sale": price_sale}

REPRICE: Reprices = {f.MailSold: reprice_sale}

STEPS: tuple[Step, ...] = ()
"""What the end of the day does for this product."""
