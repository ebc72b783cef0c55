"""Booking of people around an account: joint owners, those who act for others, stops and levies.

house:benefits-due      federal benefits credited, owed to the house by the agency's bank (debit)
held:CASE               what a levy holds, until it is paid or released
house:levies-due        what the house owes to those whom levies name (credit)
"""

from __future__ import annotations

from counterfoil.facts.people import BenefitCredited, EstatePaid, LevyPaid, LevyReleased, LevyReviewed
from counterfoil.ledger.legs import Booked, Families, Leg, customer_account, till_account
from counterfoil.ledger.transfers import PENDING, POST, VOID

FAMILIES: Families = {}


def _estate(f: EstatePaid, place: str) -> list[Leg]:
    to = till_account(f.till) if f.to_account is None else customer_account(f.to_account, place)
    return [Leg(customer_account(f.account, place), to, f.amount, f.number)]


def _benefit(f: BenefitCredited, place: str) -> list[Leg]:
    return [Leg("house:benefits-due", customer_account(f.account, place), f.amount, f.number)]


def _levy(f: LevyReviewed, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"held:{f.case}", f.held, f.number, PENDING)] if f.held else []


def _paid(f: LevyPaid, place: str) -> list[Leg]:
    held = f"held:{f.case}"
    return [
        Leg(customer_account(f.account, place), held, f.amount, f.number, POST, f.pending),
        Leg(held, "house:levies-due", f.amount, f.number),
    ]


def _released(f: LevyReleased, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"held:{f.case}", f.amount, f.number, VOID, f.pending)]


BOOKED: Booked = {
    (192, 1): _estate,
    (195, 1): _benefit,
    (196, 1): _levy,
    (197, 1): _paid,
    (198, 1): _released,
}
