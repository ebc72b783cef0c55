"""Booking of bills paid at the window.

    bills:CASE            what a payer gave for one bill that has not gone, or that came back (credit)
    house:bill-settlement what goes to billers and comes back from them
    house:fee-bills       earned; given back with a bill that comes back or is called back
    house:bill-unmatched  money that came back, of a bill that nobody knows yet

A bill has an account of its own, so that it is sent, refunded or called back once, by the ledger's own guard
(``test_a_bill_goes_back_once``).
"""

from __future__ import annotations

from counterfoil.facts.bills import (
    BillCancelled,
    BillMoneyUnknown,
    BillPaid,
    BillRefunded,
    BillReturned,
    BillSent,
)
from counterfoil.ledger.accounts import DEBITS_MUST_NOT_EXCEED_CREDITS
from counterfoil.ledger.legs import AccountRule, Booked, Families, Leg, customer_account, till_account

FEES, SETTLEMENT, UNMATCHED = "house:fee-bills", "house:bill-settlement", "house:bill-unmatched"

FAMILIES: Families = {"bills": AccountRule(135, DEBITS_MUST_NOT_EXCEED_CREDITS)}


def bill_account(case: str) -> str:
    """The money of one bill."""
    return f"bills:{case}"


def _purse(fact: BillPaid | BillRefunded | BillCancelled, place: str) -> str:
    """Where the payer's money comes from and goes to."""
    return till_account(fact.till) if fact.account is None else customer_account(fact.account, place)


def _paid(f: BillPaid, place: str) -> list[Leg]:
    purse, bill = _purse(f, place), bill_account(f.case)
    legs = [Leg(purse, bill, f.amount, f.number)]
    if f.fee:
        legs.append(Leg(purse, FEES, f.fee, f.number))
    return [*legs, Leg(bill, SETTLEMENT, f.amount, f.number)] if f.sent else legs


def _sent(f: BillSent, place: str) -> list[Leg]:
    return [Leg(bill_account(f.case), SETTLEMENT, f.amount, f.number)]


def _returned(f: BillReturned, place: str) -> list[Leg]:
    legs = [Leg(SETTLEMENT if f.tag is None else UNMATCHED, bill_account(f.case), f.amount, f.number)]
    return [*legs, Leg(FEES, bill_account(f.case), f.fee, f.number)] if f.fee else legs


def _refunded(f: BillRefunded, place: str) -> list[Leg]:
    return [Leg(bill_account(f.case), _purse(f, place), f.amount, f.number)]


def _cancelled(f: BillCancelled, place: str) -> list[Leg]:
    purse = _purse(f, place)
    legs = [Leg(bill_account(f.case), purse, f.amount, f.number)]
    return [*legs, Leg(FEES, purse, f.fee, f.number)] if f.fee else legs


def _unknown(f: BillMoneyUnknown, place: str) -> list[Leg]:
    return [Leg(SETTLEMENT, UNMATCHED, f.amount, f.number)]


BOOKED: Booked = {
    (135, 1): _paid,
    (137, 1): _returned,
    (138, 1): _refunded,
    (139, 1): _cancelled,
    (140, 1): _sent,
    (141, 1): _unknown,
}
