"""Reversal: the exact negation of an entry, once, linked to it, with a reason.

The worked example: deposit 100, paid out 80, reverse 100. The account holds 20, so the house first lends it 80 on
``advance:CASE`` (an entry of its own, part 1 of 2), then the reversal takes 100 back (part 2). The clerk's till gives
back the 100 in cash it took in; nothing is charged to her, and nothing goes below zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from counterfoil.counter import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.facts.counter import StampsSold
from counterfoil.facts.money import HouseAdvanced, Reversed
from counterfoil.facts.record import Fact
from counterfoil.ledger.booking import customer_account, legs_of, till_account
from counterfoil.ledger.legs import Leg
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State

REVERSIBLE: set[str] = {"deposit", "withdrawal", "transfer", "stamp-sale"}
"""Kinds that an exact negation undoes. A product whose entries change more than the ledger adds its kinds here, and
says in its ``UNDO`` what the reversal does to its tables; money that has gone on is never taken back this way."""
for _product in (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end):
    REVERSIBLE |= _product.REVERSIBLE


class Original(NamedTuple):
    """The entry to be reversed, fetched before the decision: where it stands, its kind, its facts and its date."""

    node: int
    epoch: int
    sequence: int
    kind: str
    facts: tuple[Fact, ...]
    date: str


def decide_reversal(a: ask.Reverse, s: State, by: Sitting, original: Original | None) -> Decision:
    """Facts: the negation; before it, a house advance of whatever the account lacks."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    if original is None:
        return no.EntryUnknown(a.epoch, a.entry)
    refused = rules.in_currency(s, a.currency) if a.currency is not None else None
    if refused:
        return refused
    if original.kind not in REVERSIBLE:
        return no.NotReversible(a.entry, original.kind)
    done = s.reversal.get(original.epoch, original.sequence)
    if done is not None:
        return no.ReversedAlready(a.entry, done.by_sequence)
    fact = original.facts[0]
    account, amount, till = (getattr(fact, name, None) for name in ("account", "amount", "till"))
    if (a.account is not None and a.account != account) or (a.amount is not None and a.amount != amount):
        return no.ReversalDiffers(a.entry)
    # Undone last first, so that an account that a fact fills and empties is never short on the way back.
    legs = [leg for one in original.facts for leg in legs_of(one, s.place)][::-1]
    moved = max((leg.amount for leg in legs), default=0)
    refused = rules.own_till(s, till, by) if till is not None else None
    refused = refused or rules.approved(by, amount or moved, rules.edition(s).limit("reversal").approval_above)
    if refused:
        return refused
    refused = mail.price_since(fact, s)
    if refused:
        return refused
    stamps = fact if isinstance(fact, StampsSold) else None
    negation = Reversed(
        epoch=original.epoch, sequence=original.sequence, reason=a.reason, legs=[list(leg[:4]) for leg in legs],
        value_date=original.date, kind=original.kind, till=till, item=stamps.item if stamps else None,
        quantity=stamps.quantity if stamps else None, face=stamps.face if stamps else None,
    )  # fmt: skip
    back = [one for sold in original.facts for one in mail.RETURNS.get(type(sold), lambda _: ())(sold)]
    part = Part(a.kind, (negation, *back), (original.node, original.epoch, original.sequence))
    if till is not None:
        given = -net_of(legs, till_account(till))
        refused = rules.till_has(s, till, -given) if given < 0 else rules.till_room(s, till, given)
    if refused:
        return refused
    lacking: list[HouseAdvanced] = []
    for touched in sorted({name.split(":")[1] for leg in legs for name in leg[:2] if name.startswith("customer:")}):
        closed = rules.paying_in(s, touched)
        if closed:
            return closed
        taken_back = -net_of(legs, customer_account(touched, s.place))
        lacks = taken_back - rules.owed(s, touched)[1]
        if taken_back > 0 and lacks > 0:
            lacking.append(HouseAdvanced(f"A{original.epoch}-{original.sequence}", touched, lacks))
    if not lacking:
        return [part]
    return [Part("house-advance", tuple(lacking)), part]


def net_of(legs: Iterable[Leg], name: str) -> int:
    """Debits less credits of one account in these legs, minor units: below zero, it was paid into."""
    return sum(leg.amount * ((leg.debit == name) - (leg.credit == name)) for leg in legs)
