"""Booking of checks turned into cash or deposited, and what becomes of them.

    checks:CASE         one check on its way to the bank it is drawn on (debit)
    check-due:CASE      what is owed for one that came back (debit)
    held:CASE           where the holds of its deposit point, as legal holds do (credit)
    house:fee-checks, house:check-settlement, house:check-loss
    house:check-recovery  what was written off and paid after all

A check has an account of its own, so that the ledger itself refuses to settle, return or reverse it twice
(``test_what_became_of_a_check_is_booked_once``). A fee is not earned on a check that comes back.
"""

from __future__ import annotations

from counterfoil.facts.checks import (
    CheckCashed,
    CheckDeposited,
    CheckGivenBack,
    CheckHoldReleased,
    CheckRecovered,
    CheckReturned,
    CheckSettled,
    CheckWrittenOff,
)
from counterfoil.ledger.accounts import CREDITS_MUST_NOT_EXCEED_DEBITS
from counterfoil.ledger.legs import AccountRule, Booked, Families, Leg, customer_account, till_account
from counterfoil.ledger.transfers import PENDING, VOID

FEES, SETTLEMENT, LOSS = "house:fee-checks", "house:check-settlement", "house:check-loss"
RECOVERY = "house:check-recovery"

FAMILIES: Families = {
    "checks": AccountRule(100, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "check-due": AccountRule(103, CREDITS_MUST_NOT_EXCEED_DEBITS),
}


def check_account(case: str) -> str:
    """One check in collection."""
    return f"checks:{case}"


def due_account(case: str) -> str:
    """What is owed for a check that came back."""
    return f"check-due:{case}"


def first_hold_leg(fact: CheckDeposited) -> int:
    """The place of the first hold among the legs of a deposit: after the credit and, if there is any, the cash."""
    return 2 if fact.cash else 1


def _cashed(f: CheckCashed, place: str) -> list[Leg]:
    check = check_account(f.case)
    legs = [Leg(check, till_account(f.till), f.paid, f.number)]
    return [*legs, Leg(check, FEES, f.fee, f.number)] if f.fee else legs


def _deposited(f: CheckDeposited, place: str) -> list[Leg]:
    customer = customer_account(f.account, place)
    legs = [Leg(check_account(f.case), customer, f.amount, f.number)]
    if f.cash:
        legs.append(Leg(customer, till_account(f.till), f.cash, f.number))
    return legs + [Leg(customer, f"held:{f.case}", cents, f.number, PENDING) for _, cents in f.holds]


def _freed(f: CheckSettled | CheckReturned | CheckGivenBack, place: str) -> list[Leg]:
    if f.account is None:
        return []
    customer = customer_account(f.account, place)
    return [Leg(customer, f"held:{f.case}", cents, f.number, VOID, pending) for _, cents, pending in f.freed]


def _settled(f: CheckSettled, place: str) -> list[Leg]:
    return [*_freed(f, place), Leg(SETTLEMENT, check_account(f.case), f.amount, f.number)]


def _returned(f: CheckReturned, place: str) -> list[Leg]:
    check, legs = SETTLEMENT if f.paid_before else check_account(f.case), _freed(f, place)
    if f.taken_back and f.account is not None:
        legs.append(Leg(customer_account(f.account, place), check, f.taken_back, f.number))
    if f.due:
        legs.append(Leg(due_account(f.case), check, f.due, f.number))
    if f.fee_back:
        legs.append(Leg(FEES, check, f.fee_back, f.number))
    return legs


def _recovered(f: CheckRecovered, place: str) -> list[Leg]:
    paid_from = till_account(f.till) if f.account is None else customer_account(f.account, place)
    due = due_account(f.case)
    lost = [Leg(due, RECOVERY, f.amount, f.number)] if f.lost else []  # By way of its own account: each leg says whose.
    return [*lost, Leg(paid_from, due, f.amount, f.number)]


def _written_off(f: CheckWrittenOff, place: str) -> list[Leg]:
    return [Leg(LOSS, due_account(f.case), f.amount, f.number)]


def _released(f: CheckHoldReleased, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"held:{f.case}", f.amount, f.number, VOID, f.pending)]


def _given_back(f: CheckGivenBack, place: str) -> list[Leg]:
    legs = _freed(f, place)
    return [*legs, Leg(customer_account(f.account, place), check_account(f.case), f.amount, f.number)]


BOOKED: Booked = {
    (100, 1): _cashed,
    (101, 1): _deposited,
    (102, 1): _settled,
    (103, 1): _returned,
    (104, 1): _recovered,
    (105, 1): _written_off,
    (106, 1): _released,
    (108, 1): _given_back,
}
