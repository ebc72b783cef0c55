"""Who may draw on an account: its owners, and those who act for them.

Always true: an account whose owner died is drawn on by nobody but a joint owner who survives by right
(``test_after_a_death_only_the_survivor_draws``); where a guardian or a payee acts, nobody draws without being named
(``test_a_guarded_account_asks_who_draws``); a right to act ends with its day, with its owner's death, and when it is
ended (``test_a_right_to_act_ends``).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office.people import refusals as no
from counterfoil.office.people.rows import MandateRow, OwnerRow
from counterfoil.policy.terms.people import PeopleTerms
from counterfoil.products.benefits import protected

if TYPE_CHECKING:
    from counterfoil.office.state import State


def benefits_left(s: State, account: str, available: int, on: str) -> int:
    """Of what is ``available`` on a day, the federal benefits of the two months before, which no creditor takes by
    itself (31 CFR 212.3)."""
    payments = [
        (date.fromisoformat(row.date), row.amount)
        for row in s.benefit.rows.values()
        if row.account == account and row.state == "credited"
    ]
    return protected(payments, available, date.fromisoformat(on))


def died(s: State, customer: str) -> bool:
    """Whether a customer is noted as dead."""
    row = s.death.get(customer)
    return row is not None and row.state == "noted"


def owners(s: State, account: str) -> list[str]:
    """Everyone who owns an account, the person who opened it first."""
    held = s.holding.get(account)
    first = [held.customer] if held is not None and held.customer is not None else []
    return [*first, *(row.customer for row in _joint(s, account))]


def _joint(s: State, account: str) -> list[OwnerRow]:
    """Rows are looked through without sorting them all: this is asked at every withdrawal."""
    return sorted(row for row in s.owner.rows.values() if row.account == account and row.state == "owner")


def going_on(s: State, account: str) -> list[str]:
    """The owners who may go on: all of them while all live; after a death those who survive by right; else nobody."""
    everyone = owners(s, account)
    living = [one for one in everyone if not died(s, one)]
    if len(living) == len(everyone):
        return everyone
    joint = _joint(s, account)
    return living if joint and all(row.survivorship for row in joint) else []


def acting(s: State, account: str) -> list[MandateRow]:
    """The rights to act on an account that are in force today."""
    today = s.today.date if s.today is not None else ""
    return [
        row
        for row in s.mandate.rows.values()
        if row.account == account
        and row.state == "given"
        and (row.ends is None or today <= row.ends)
        and not died(s, row.customer)
        and not (row.role != "guardian" and any(died(s, one) for one in owners(s, account)))
    ]


def may_draw(s: State, account: str, who: str | None, amount: int | None = None) -> Refusal | None:
    """Whether ``who`` may draw ``amount`` on the account. None for ``who``: the owner, where that says enough."""
    everyone = owners(s, account)
    if not everyone:
        return None
    named = going_on(s, account)
    if not named:
        return no.AccountOfEstate(account)
    mandates = acting(s, account)
    guarded = any(row.role in ("guardian", "payee") for row in mandates)
    minors = [one for one in named if (row := s.minor.get(one)) is not None and row.minor]
    if who is None:
        return no.PresenterNeeded(account) if guarded or minors else None
    if any(row.customer == who and row.scope == "draw" for row in mandates):
        return None
    if who not in named or any(row.role == "payee" for row in mandates):
        return no.MayNotDraw(account, who)
    return _alone(s, account, who, amount) if who in minors else None


def _alone(s: State, account: str, who: str, amount: int | None) -> Refusal | None:
    """What a person under age may take out without a guardian."""
    terms = s.policy.terms(PeopleTerms) if s.policy is not None else None
    if s.policy is None or terms is None or amount is None:
        return no.MayNotDraw(account, who)
    if amount > terms.minor_alone:
        return no.MinorLimit(Money(terms.minor_alone, s.policy.currency), Money(amount, s.policy.currency))
    return None
