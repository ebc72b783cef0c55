"""Cash and stock that no customer is part of: tills opened, the vault, hand-overs, pouches, stamps, a surprise count.

Whatever moves between two places is signed by two people; a pouch's code is used once, checked against its state in the
same serial order in which it is booked (the Horizon lessons of receiving twice).
"""

from __future__ import annotations

from counterfoil.facts import counter as f
from counterfoil.ledger.booking import till_account
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.folds import RESERVE_PLACE
from counterfoil.office.mail.prices import old_price
from counterfoil.office.readers import count_total
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State


def decide_open_till(a: ask.OpenTill, s: State, by: Sitting) -> Decision:
    """A count opens a till; a difference from the books goes to over/short at once and is listed."""
    refused = rules.open_day(s, a.date, by) or rules.known_faces(s, a.count)
    if refused:
        return refused
    row = s.till.get(a.till)
    if row is not None and row.state != "closed":
        return no.TillOpenAlready(a.till, row.clerk)
    if not a.shared:
        for other in s.till.rows.values():
            if other.clerk == by.clerk and other.state != "closed" and not other.shared:
                return no.ClerkHasTill(by.clerk, other.till)
    expected = rules.cash_held(s, till_account(a.till))
    counted = count_total(a.count)
    limit = rules.edition(s).till_cash_max
    if counted > limit:
        return no.TillFull(a.till, rules.money(s, counted), rules.money(s, limit))
    return [Part(a.kind, (f.TillOpened(a.till, by.clerk, a.shared, counted, expected, a.count, a.date),))]


def decide_from_vault(a: ask.DrawFromVault, s: State, by: Sitting) -> Decision:
    """Vault to till, under dual control."""
    refused = (
        rules.at_till(s, a.date, a.till, by)
        or rules.two_sign(s, by)
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count)
        or rules.vault_has(s, a.amount)
        or rules.till_room(s, a.till, a.amount)
    )
    return refused or [Part(a.kind, (f.CashFromVault(a.till, a.amount, a.count),))]


def decide_to_vault(a: ask.ReturnToVault, s: State, by: Sitting) -> Decision:
    """Till to vault, under dual control."""
    refused = (
        rules.at_till(s, a.date, a.till, by)
        or rules.two_sign(s, by)
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count)
        or rules.till_has(s, a.till, a.amount)
    )
    return refused or [Part(a.kind, (f.CashToVault(a.till, a.amount, a.count),))]


def decide_hand_over(a: ask.HandOver, s: State, by: Sitting) -> Decision:
    """Till to till; the giving clerk asks, the taking clerk signs too."""
    refused = rules.at_till(s, a.date, a.till, by) or (no.SameTill(a.till) if a.till == a.to_till else None)
    if refused:
        return refused
    to = s.till.get(a.to_till)
    if to is None or to.state == "closed":
        return no.TillNotOpen(a.to_till)
    if to.state == "counted":
        return no.TillIsCounted(a.to_till)
    refused = rules.two_sign(s, by)
    if not refused and not to.shared and to.clerk not in by.signers:
        refused = no.OtherClerksTill(a.to_till, to.clerk)
    refused = (
        refused
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count)
        or rules.till_has(s, a.till, a.amount)
        or rules.till_room(s, a.to_till, a.amount)
    )
    return refused or [Part(a.kind, (f.TillHandedOver(a.till, a.to_till, a.amount, a.count),))]


def decide_send_pouch(a: ask.SendPouch, s: State, by: Sitting) -> Decision:
    """A sealed pouch leaves the vault; its money waits in its own in-transit account."""
    refused = (
        rules.open_day(s, a.date, by)
        or rules.two_sign(s, by)
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count)
    )
    if refused:
        return refused
    used = s.pouch.get(a.pouch)
    if used is not None:
        return no.PouchUsed(a.pouch, used.sequence)
    refused = rules.vault_has(s, a.amount)
    return refused or [Part(a.kind, (f.PouchSent(a.pouch, a.office, a.amount, a.seal, a.count),))]


def decide_receive_pouch(a: ask.ReceivePouch, s: State, by: Sitting) -> Decision:
    """Two people open a pouch: whole, partial or damaged; one of ours may come back; one for elsewhere is not
    opened."""
    refused = (
        rules.open_day(s, a.date, by)
        or rules.two_sign(s, by)
        or rules.in_currency(s, a.currency)
        or rules.known_faces(s, a.count, a.found)
    )
    if refused:
        return refused
    known = s.pouch.get(a.pouch)
    returned = known is not None and known.direction == "out" and known.state == "sent"
    if known is not None and not returned:
        return no.PouchUsed(a.pouch, known.sequence)
    if known is not None and known.amount != a.amount:
        return no.PouchDiffers(a.pouch, rules.money(s, known.amount), rules.money(s, a.amount))
    if known is None and a.to_office != s.place:
        return no.PouchElsewhere(a.pouch, a.to_office)
    found = count_total(a.found)
    if a.condition == "whole" and found != a.amount:
        return no.PouchNotWhole(a.pouch, rules.money(s, a.amount), rules.money(s, found))
    fact = f.PouchReceived(a.pouch, a.from_office, a.amount, found, a.condition, returned, a.found)
    return [Part(a.kind, (fact,))]


def decide_lose_pouch(a: ask.LosePouch, s: State, by: Sitting) -> Decision:
    """What is still in transit in a pouch is written off by the house; nobody at a till pays for it."""
    refused = rules.open_day(s, a.date, by) or rules.two_sign(s, by, one_supervisor=True)
    if refused:
        return refused
    left = rules.cash_held(s, f"in-transit:{a.pouch}")
    if s.pouch.get(a.pouch) is None or left <= 0:
        return no.PouchUnknown(a.pouch)
    return [Part(a.kind, (f.PouchLost(a.pouch, left, a.reason),))]


def decide_receive_stock(a: ask.ReceiveStock, s: State, by: Sitting) -> Decision:
    """Stamps into the office's reserve, counted by two."""
    refused = rules.open_day(s, a.date, by) or rules.two_sign(s, by)
    if refused:
        return refused
    item = rules.edition(s).stock.get(a.item)
    if item is None:
        return no.StockUnknown(a.item)
    refused = old_price(s, RESERVE_PLACE, a.item)
    if refused:
        return refused
    return [Part(a.kind, (f.StockReceived(a.item, a.quantity, item.face, item.face * a.quantity),))]


def decide_stock_to_till(a: ask.StockToDrawer, s: State, by: Sitting) -> Decision:
    """Stamps from the reserve to a till."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.two_sign(s, by)
    if refused:
        return refused
    row = s.stock.get(RESERVE_PLACE, a.item)
    if row is None:
        return no.StockUnknown(a.item)
    if a.quantity > row.quantity:
        return no.StockShort(a.item, row.quantity, a.quantity)
    refused = old_price(s, RESERVE_PLACE, a.item) or old_price(s, a.till, a.item)
    if refused:
        return refused
    return [Part(a.kind, (f.StockToTill(a.till, a.item, a.quantity, row.face, row.face * a.quantity),))]


def decide_stock_from_till(a: ask.StockFromDrawer, s: State, by: Sitting) -> Decision:
    """Stamps from a till back to the reserve."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.two_sign(s, by)
    if refused:
        return refused
    row = s.stock.get(a.till, a.item)
    if row is None:
        return no.StockUnknown(a.item)
    if a.quantity > row.quantity:
        return no.StockShort(a.item, row.quantity, a.quantity)
    refused = old_price(s, RESERVE_PLACE, a.item) or old_price(s, a.till, a.item)
    if refused:
        return refused
    return [Part(a.kind, (f.StockFromTill(a.till, a.item, a.quantity, row.face, row.face * a.quantity),))]


def decide_surprise(a: ask.SurpriseCount, s: State, by: Sitting) -> Decision:
    """A second person counts an open till while its clerk looks on. Nothing is booked; the figures are on record."""
    refused = rules.open_day(s, a.date, by) or rules.known_faces(s, a.count) or rules.two_sign(s, by)
    if refused:
        return refused
    row = s.till.get(a.till)
    if row is None or row.state == "closed":
        return no.TillNotOpen(a.till)
    if not row.shared and row.clerk not in by.signers:
        return no.OtherClerksTill(a.till, row.clerk)
    expected = rules.cash_held(s, till_account(a.till))
    return [Part(a.kind, (f.SurpriseCounted(a.till, count_total(a.count), expected, a.count),))]
