"""Reversal: the exact negation of an entry, once, linked to it, with a reason.

The worked example: deposit 100, paid out 80, reverse 100. The account holds 20, so the house first lends it 80 on
``advance:CASE`` (an entry of its own, part 1 of 2), then the reversal takes 100 back (part 2). The clerk's till gives
back the 100 in cash it took in; nothing is charged to her, and nothing goes below zero.
"""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.facts.counter import StampsSold
from counterfoil.facts.money import CashDeposited, CashWithdrawn, HouseAdvanced, Reversed, Transferred
from counterfoil.facts.record import Fact
from counterfoil.ledger.booking import legs_of
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State

REVERSIBLE = ("deposit", "withdrawal", "transfer", "stamp-sale")


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
    assert isinstance(fact, CashDeposited | CashWithdrawn | Transferred | StampsSold)
    account = getattr(fact, "account", None)
    if (a.account is not None and a.account != account) or (a.amount is not None and a.amount != fact.amount):
        return no.ReversalDiffers(a.entry)
    till = getattr(fact, "till", None)
    refused = rules.own_till(s, till, by) if till is not None else None
    refused = refused or rules.approved(by, fact.amount, rules.edition(s).limit("reversal").approval_above)
    if refused:
        return refused
    legs = [list(leg[:4]) for leg in legs_of(fact, s.place)]
    stamps = fact if isinstance(fact, StampsSold) else None
    negation = Reversed(
        epoch=original.epoch, sequence=original.sequence, reason=a.reason, legs=legs, value_date=original.date,
        kind=original.kind, till=till, item=stamps.item if stamps else None,
        quantity=stamps.quantity if stamps else None, face=stamps.face if stamps else None,
    )  # fmt: skip
    part = Part(a.kind, (negation,), (original.node, original.epoch, original.sequence))
    if till is not None and not isinstance(fact, CashWithdrawn):
        refused = rules.till_has(s, till, fact.amount)
    elif till is not None:
        refused = rules.till_room(s, till, fact.amount)
    if refused:
        return refused
    payee = fact.to_account if isinstance(fact, Transferred) else account if isinstance(fact, CashDeposited) else None
    for touched in (payee, account):
        closed = rules.paying_in(s, touched) if touched is not None else None
        if closed:
            return closed
    if payee is None:
        return [part]
    _, available = rules.owed(s, payee)
    lacking = fact.amount - available
    if lacking <= 0:
        return [part]
    case = f"A{original.epoch}-{original.sequence}"
    return [Part("house-advance", (HouseAdvanced(case, payee, lacking),)), part]
