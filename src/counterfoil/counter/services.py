"""The services of a window: deposit, withdrawal, transfer, exchange, stamps, a balance told, and visits of several.

Each decision is pure: facts if it may happen, one refusal if it may not, the first in the order of ``office.rules``.
Within a visit, ``Pledged`` carries what the services before have decided, so the third service sees the second's money
(``test_a_visit_is_decided_service_by_service``).
"""

from __future__ import annotations

from dataclasses import replace

from counterfoil.counter import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.counter.purchases import known_buyers
from counterfoil.facts.counter import CashExchanged, StampsSold, SuspectNoteKept
from counterfoil.facts.customers import BalanceTold
from counterfoil.facts.money import CashDeposited, CashWithdrawn, Transferred, VisitSettled
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Refusal
from counterfoil.ledger.booking import legs_of
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.deciding import Pledges, Services
from counterfoil.office.mail.prices import old_price
from counterfoil.office.readers import count_total
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State


def decide_deposit(a: ask.Deposit, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Cash in at the window, to the account at this place."""
    refused = (
        rules.at_till(s, a.date, a.till, by)
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count)
        or rules.paying_in(s, a.account)
        or known_buyers(s, a.presented_by, a.on_behalf_of)
        or rules.within_limits(s, a.kind, a.amount, by, till=a.till, pledged=pledged)
        or rules.taken_in(s, a.account, a.amount, pledged)
        or rules.till_room(s, a.till, a.amount, pledged)
    )
    if refused:
        return refused
    fact = CashDeposited(
        account=a.account, till=a.till, amount=a.amount, date=a.date, presented_by=a.presented_by,
        on_behalf_of=a.on_behalf_of, identification=a.identification, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_withdrawal(a: ask.Withdraw, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Cash out at the window. When account and till both lack it, the account is named first."""
    refused = (
        rules.at_till(s, a.date, a.till, by)
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count)
        or rules.paying_out(s, a.account, a.presented_by, a.amount)
        or known_buyers(s, a.presented_by, a.on_behalf_of)
        or rules.within_limits(s, a.kind, a.amount, by, till=a.till, pledged=pledged)
        or rules.enough(s, a.account, a.amount, pledged)
        or rules.till_has(s, a.till, a.amount, pledged)
    )
    if refused:
        return refused
    fact = CashWithdrawn(
        account=a.account, till=a.till, amount=a.amount, date=a.date, presented_by=a.presented_by,
        on_behalf_of=a.on_behalf_of, identification=a.identification, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_transfer(a: ask.Transfer, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """From one account to another at this place."""
    refused = (
        rules.open_day(s, a.date, by)
        or rules.in_currency(s, a.currency)
        or (no.SameAccount(a.account) if a.account == a.to else None)
        or rules.paying_out(s, a.account, a.presented_by, a.amount)
        or rules.paying_in(s, a.to)
        or rules.within_limits(s, a.kind, a.amount, by)
        or rules.enough(s, a.account, a.amount, pledged)
        or rules.taken_in(s, a.to, a.amount, pledged)
    )
    if refused:
        return refused
    return [Part(a.kind, (Transferred(a.account, a.to, a.amount, a.reference, a.presented_by),))]


def decide_exchange(a: ask.ExchangeCash, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Notes and coin for notes and coin of the same total."""
    taken, given = count_total(a.taken), count_total(a.given)
    refused = rules.at_till(s, a.date, a.till, by) or rules.known_faces(s, a.taken, a.given)
    if not refused and (taken != given or not taken):
        refused = no.UnequalExchange(rules.money(s, taken), rules.money(s, given))
    refused = refused or known_buyers(s, a.presented_by, a.on_behalf_of)
    refused = refused or rules.within_limits(s, a.kind, taken, by) or rules.till_has(s, a.till, given, pledged)
    if refused:
        return refused
    fact = CashExchanged(a.till, taken, a.taken, a.given, a.presented_by, a.on_behalf_of, a.identification)
    return [Part(a.kind, (fact,))]


def decide_suspect_note(a: ask.KeepSuspectNote, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """A note that may be counterfeit is kept; nothing is credited and the person gets a receipt."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.known_faces(s, {str(a.face): 1})
    if not refused and a.customer is not None and s.customer.get(a.customer) is None:
        refused = no.CustomerUnknown(a.customer)
    if refused:
        return refused
    return [Part(a.kind, (SuspectNoteKept(a.till, a.face, a.serial, a.reason, a.customer),))]


def decide_stamps(a: ask.SellStamps, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Stamps from the till's stock, at the face value of the price list in force."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    item = rules.edition(s).stock.get(a.item) if not refused else None
    if not refused and item is None:
        refused = no.StockUnknown(a.item)
    if refused or item is None:
        return refused or no.StockUnknown(a.item)
    price = item.face * a.quantity
    if price != a.amount:
        return no.StockPrice(a.item, a.quantity, rules.money(s, price), rules.money(s, a.amount))
    refused = old_price(s, a.till, a.item)
    if refused:
        return refused
    row = s.stock.get(a.till, a.item)
    held = (row.quantity if row else 0) - pledged.stock.get((a.till, a.item), 0)
    refused = no.StockShort(a.item, held, a.quantity) if a.quantity > held else None
    refused = (
        refused
        or rules.within_limits(s, a.kind, a.amount, by, till=a.till, pledged=pledged)
        or rules.till_room(s, a.till, a.amount, pledged)
    )
    if refused:
        return refused
    return [Part(a.kind, (StampsSold(a.till, a.item, a.quantity, item.face, a.amount, a.date),))]


def decide_balance(a: ask.TellBalance, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """What the customer is told at the window, recorded because it was told."""
    refused = rules.open_day(s, a.date, by)
    if not refused and a.till is not None:
        refused = rules.own_till(s, a.till, by)
    if not refused and s.holding.get(a.account) is None:
        refused = no.AccountUnknown(a.account)
    if refused:
        return refused
    balance, available = rules.owed(s, a.account, pledged)
    return [Part(a.kind, (BalanceTold(a.account, balance, max(available, 0), a.till),))]


_PRODUCTS = (
    savings,
    checks,
    money_orders,
    bills,
    remittances,
    loans,
    people,
    mail,
    day_end,
)

SERVICES: Services = {
    "deposit": decide_deposit,
    "withdrawal": decide_withdrawal,
    "transfer": decide_transfer,
    "cash-exchange": decide_exchange,
    "suspect-note": decide_suspect_note,
    "stamp-sale": decide_stamps,
    "balance-told": decide_balance,
}
PLEDGES: Pledges = {}
for _product in _PRODUCTS:
    SERVICES |= _product.SERVICES
    PLEDGES |= _product.PLEDGES


def decide_visit(a: ask.Visit, s: State, by: Sitting) -> Decision:
    """Each service is decided after the ones before it; then the net payment. All are booked or none."""
    refused: Refusal | None = rules.at_till(s, a.date, a.till, by)
    if refused:
        return refused
    pledged, parts, net = Pledged(), [], 0
    for service in a.services:
        till = getattr(service, "till", None)
        if till is not None and till != a.till:
            return no.OtherTillInVisit(till)
        decided = SERVICES[service.kind](replace(service, date=a.date), s, by, pledged)
        if isinstance(decided, Refusal):
            return decided
        parts += decided
        for fact in decided[0].facts:
            net += _pledge(service.kind, fact, s, a.till, pledged)
    if net > a.tendered:
        short = net - a.tendered
        return no.TenderShort(rules.money(s, net), rules.money(s, a.tendered), rules.money(s, short))
    change = a.tendered - max(net, 0)
    last = parts[-1]
    settled = VisitSettled(net, a.tendered, change, len(parts))
    return [*parts[:-1], replace(last, facts=(*last.facts, settled))]


def _pledge(kind: str, fact: Fact, s: State, till: str, pledged: Pledged) -> int:
    """Notes what ``fact`` will do, for the services after it; returns the cash it brings in (out: below zero)."""
    cash = 0
    for leg in legs_of(fact, s.place):
        amount = leg.amount
        pledged.add(leg.debit, -amount if leg.debit.startswith("customer:") else amount)
        pledged.add(leg.credit, amount if leg.credit.startswith("customer:") else -amount)
        cash += amount if leg.debit == f"till:{till}" else -amount if leg.credit == f"till:{till}" else 0
    if cash:
        key = (till, kind)
        pledged.done[key] = pledged.done.get(key, 0) + abs(cash)
    if isinstance(fact, StampsSold):
        key = (till, fact.item)
        pledged.stock[key] = pledged.stock.get(key, 0) + fact.quantity
    note = PLEDGES.get(type(fact))
    if note:
        note(fact, pledged)
    return cash
