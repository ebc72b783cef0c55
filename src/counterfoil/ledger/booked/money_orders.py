"""Booking of money orders.

    money-orders    what the house owes on all orders sold and not yet paid (credit)

One account for all serials: which serial owes what is the fold ``money_order``, whose open rows add up to this account
(``test_open_orders_add_up_to_the_ledger``). A ledger account a serial would be kept in memory for ever, for nothing:
an order is paid whole, once. Blank forms have no value and no account.
"""

from __future__ import annotations

from counterfoil.facts import money_orders as o
from counterfoil.ledger.accounts import DEBITS_MUST_NOT_EXCEED_CREDITS
from counterfoil.ledger.legs import CENTER, AccountRule, Booked, Families, Leg, customer_account, till_account

ORDERS, FEES = "money-orders", "house:fee-money-orders"

FAMILIES: Families = {ORDERS: AccountRule(120, DEBITS_MUST_NOT_EXCEED_CREDITS)}


def _payer(f: o.OrderSold | o.OrderCashed | o.OrderRefunded, place: str) -> str:
    return customer_account(f.account, place) if f.account else till_account(f.till)


def _fee(payer: str, fee: int, code: int) -> list[Leg]:
    return [Leg(payer, FEES, fee, code)] if fee else []


def _sold(f: o.OrderSold, place: str) -> list[Leg]:
    payer = _payer(f, place)
    return [Leg(payer, ORDERS, f.amount, f.number), *_fee(payer, f.fee, f.number)]


def _cashed(f: o.OrderCashed, place: str) -> list[Leg]:
    return [Leg(ORDERS, _payer(f, place), f.amount, f.number)]


def _refunded(f: o.OrderRefunded, place: str) -> list[Leg]:
    payer = _payer(f, place)
    back = [Leg(FEES, payer, f.fee, f.number)] if f.fee else []
    return [Leg(ORDERS, payer, f.amount, f.number), *back]


def _replaced(f: o.OrderReplaced, place: str) -> list[Leg]:
    """What is owed stays owed, on another form: only the fee moves."""
    return _fee(till_account(f.till), f.fee, f.number)


def _cleared(f: o.OrderCleared, place: str) -> list[Leg]:
    return [Leg(ORDERS, CENTER, f.amount, f.number)]


BOOKED: Booked = {
    (123, 1): _sold,
    (124, 1): _cashed,
    (125, 1): _refunded,
    (126, 1): _replaced,
    (131, 1): _cleared,
}
