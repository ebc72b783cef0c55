"""Booking of small loans. Interest is income when it is paid, never before.

    loan:L                  what is owed on loan L, principal (debit; the ledger refuses a payment beyond it)
    house:loan-interest     interest paid             house:loan-loss        principal lost, and what was set aside
    house:loan-recovery     lost and come back        house:loan-allowance   set aside for loans that may be lost

Interest passes through the loan's own account on its way from the borrower to the house, so that every leg of a
payment names its loan (``test_a_reversed_payment_leaves_the_loan_as_it_was``).
"""

from __future__ import annotations

from counterfoil.facts.loans import LoanChargedOff, LoanCollected, LoanOpened, LoanPaid, LoanRecovered, LoansProvided
from counterfoil.ledger.accounts import CREDITS_MUST_NOT_EXCEED_DEBITS
from counterfoil.ledger.legs import AccountRule, Booked, Families, Leg, customer_account, till_account

FAMILIES: Families = {"loan": AccountRule(40, CREDITS_MUST_NOT_EXCEED_DEBITS)}

INTEREST, LOSS, ALLOWANCE, RECOVERY = (
    "house:loan-interest",
    "house:loan-loss",
    "house:loan-allowance",
    "house:loan-recovery",
)


def loan_account(loan: str) -> str:
    """What is owed on one loan."""
    return f"loan:{loan}"


def _money(f: LoanOpened | LoanPaid | LoanRecovered, place: str) -> str:
    """Where the borrower's money comes from or goes to: a till's cash, or an account."""
    return till_account(f.till) if f.account is None else customer_account(f.account, place)


def _opened(f: LoanOpened, place: str) -> list[Leg]:
    return [Leg(loan_account(f.loan), _money(f, place), f.amount, f.number)]


def _paid(f: LoanPaid, place: str) -> list[Leg]:
    name = loan_account(f.loan)
    interest = [Leg(name, INTEREST, f.interest, f.number)] if f.interest else []
    return [*interest, Leg(_money(f, place), name, f.amount, f.number)]


def _collected(f: LoanCollected, place: str) -> list[Leg]:
    name = loan_account(f.loan)
    interest = [Leg(name, INTEREST, f.interest, f.number)] if f.interest else []
    return [*interest, Leg(customer_account(f.account, place), name, f.amount, f.number)]


def _charged_off(f: LoanChargedOff, place: str) -> list[Leg]:
    return [Leg(LOSS, loan_account(f.loan), f.amount, f.number)]


def _recovered(f: LoanRecovered, place: str) -> list[Leg]:
    name = loan_account(f.loan)
    return [Leg(name, RECOVERY, f.amount, f.number), Leg(_money(f, place), name, f.amount, f.number)]


def _provided(f: LoansProvided, place: str) -> list[Leg]:
    more = f.amount - f.before
    if more > 0:
        return [Leg(LOSS, ALLOWANCE, more, f.number)]
    return [Leg(ALLOWANCE, LOSS, -more, f.number)] if more else []


BOOKED: Booked = {
    (161, 1): _opened,
    (162, 1): _paid,
    (164, 1): _charged_off,
    (165, 1): _recovered,
    (168, 1): _provided,
    (170, 1): _collected,
}
