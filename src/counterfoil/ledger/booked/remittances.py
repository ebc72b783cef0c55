"""Booking of cash sent from one office to another.

cash-sent        what was sent and not yet claimed (credit)
cash-unclaimed   what nobody claimed in time and the sender may have back (credit)
"""

from __future__ import annotations

from counterfoil.facts import remittances as o
from counterfoil.ledger.accounts import DEBITS_MUST_NOT_EXCEED_CREDITS
from counterfoil.ledger.legs import AccountRule, Booked, Families, Leg, customer_account, till_account

SENT, UNCLAIMED, FEES = "cash-sent", "cash-unclaimed", "house:fee-cash-sent"

FAMILIES: Families = {
    SENT: AccountRule(145, DEBITS_MUST_NOT_EXCEED_CREDITS),
    UNCLAIMED: AccountRule(146, DEBITS_MUST_NOT_EXCEED_CREDITS),
}


def _sent(f: o.CashSent, place: str) -> list[Leg]:
    payer = customer_account(f.account, place) if f.account else till_account(f.till)
    fee = [Leg(payer, FEES, f.fee, f.number)] if f.fee else []
    return [Leg(payer, SENT, f.amount, f.number), *fee]


def _claimed(f: o.CashClaimed, place: str) -> list[Leg]:
    return [Leg(SENT, till_account(f.till), f.amount, f.number)]


def _canceled(f: o.CashSendCanceled, place: str) -> list[Leg]:
    payer = customer_account(f.account, place) if f.account else till_account(f.till)
    fee = [Leg(FEES, payer, f.fee, f.number)] if f.fee else []
    return [Leg(UNCLAIMED if f.source == "unclaimed" else SENT, payer, f.amount, f.number), *fee]


def _expired(f: o.CashSendExpired, place: str) -> list[Leg]:
    return [Leg(SENT, customer_account(f.account, place) if f.account else UNCLAIMED, f.amount, f.number)]


BOOKED: Booked = {
    (145, 1): _sent,
    (146, 1): _claimed,
    (147, 1): _canceled,
    (148, 1): _expired,
}
