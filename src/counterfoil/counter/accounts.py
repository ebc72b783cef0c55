"""Customers and their accounts: opened, changed, closed, reopened, frozen, held.

A customer and an account are random numbers with a check digit. What a person is called and where she lives never
enters the journal: only the hash of it does.
"""

from __future__ import annotations

from counterfoil.counter import savings
from counterfoil.facts import customers as f
from counterfoil.kernel.idents import numbered
from counterfoil.kernel.outcomes import Fault
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.people.refusals import PersonDied
from counterfoil.office.people.rights import died
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State

CUSTOMER_LEAD, ACCOUNT_LEAD = "7", "4"
"""First digit of customer and account numbers, so that a clerk sees which is which."""


def _free(taken: object, chance: bytes, lead: str) -> str:
    """A number that is not taken, from 32 random bytes (four tries: among 10^8 numbers one is nearly always free)."""
    for start in range(0, 32, 8):
        number = numbered(chance[start : start + 8], lead=lead)
        if (number,) not in taken:  # type: ignore[operator]  # a dict of row keys
            return number
    raise Fault("no free number found: this office has too many")


def decide_open_customer(a: ask.OpenCustomer, s: State, by: Sitting) -> Decision:
    """The tier asks for papers, or for none."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    tiers = rules.edition(s).tiers
    tier = tiers.get(a.tier)
    if tier is None:
        return no.TierUnknown(a.tier, ", ".join(sorted(tiers)))
    if tier.identification and a.identification not in tier.identification:
        return no.PapersNeeded(a.tier, ", ".join(tier.identification))
    return [Part(a.kind, (f.CustomerOpened(_free(s.customer.rows, by.chance, CUSTOMER_LEAD), a.tier, a.details),))]


def decide_change_customer(a: ask.ChangeCustomer, s: State, by: Sitting) -> Decision:
    """A correction (it was wrong) or a change (it is different now) of name, address or phone."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = s.customer.get(a.customer)
    if row is None:
        return no.CustomerUnknown(a.customer)
    if row.details == a.details:
        return no.DetailsSame(a.customer)
    return [Part(a.kind, (f.CustomerChanged(a.customer, a.details, a.what, a.correction),))]


def decide_open_account(a: ask.OpenAccount, s: State, by: Sitting) -> Decision:
    """An everyday account: no minimum, no fee, no overdraft ever."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    if s.customer.get(a.customer) is None:
        return no.CustomerUnknown(a.customer)
    if died(s, a.customer):
        return PersonDied(a.customer)
    if a.product not in rules.edition(s).products:
        return no.ProductUnknown(a.product)
    return [Part(a.kind, (f.AccountOpened(_free(s.holding.rows, by.chance, ACCOUNT_LEAD), a.product, a.customer),))]


def decide_close_account(a: ask.CloseAccount, s: State, by: Sitting) -> Decision:
    """Only an empty account closes: nothing in it and nothing held."""
    refused = rules.open_day(s, a.date, by) or rules.not_frozen(s, a.account)
    if refused:
        return refused
    balance, available = rules.owed(s, a.account)
    if balance or available != balance:
        return no.AccountNotEmpty(a.account, rules.money(s, balance), rules.money(s, balance - available))
    refused = savings.may_close(s, a.account)
    if refused:
        return refused
    return [Part(a.kind, (f.AccountClosed(a.account, a.reason),))]


def decide_reopen_account(a: ask.ReopenAccount, s: State, by: Sitting) -> Decision:
    """The same number again."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = s.holding.get(a.account)
    if row is None:
        return no.AccountUnknown(a.account)
    return (
        no.AccountNotClosed(a.account)
        if row.state != "closed"
        else [Part(a.kind, (f.AccountReopened(a.account, a.reason),))]
    )


def decide_freeze(a: ask.FreezeAccount, s: State, by: Sitting) -> Decision:
    """Money can come in but not go out. One supervisor suffices: a freeze must be quick."""
    refused = rules.open_day(s, a.date, by) or rules.paying_in(s, a.account)
    if refused:
        return refused
    if rules.the_holding(s, a.account).state == "frozen":
        return no.FrozenAlready(a.account)
    if not any(rules.supervisor(s, clerk) for clerk in by.signers):
        return no.RoleNeeded("supervisor")
    return [Part(a.kind, (f.AccountFrozen(a.account, a.reason),))]


def decide_unfreeze(a: ask.UnfreezeAccount, s: State, by: Sitting) -> Decision:
    """Two sign, one of them a supervisor."""
    refused = rules.open_day(s, a.date, by) or rules.paying_in(s, a.account)
    if refused:
        return refused
    if rules.the_holding(s, a.account).state != "frozen":
        return no.AccountNotFrozen(a.account)
    refused = rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.AccountUnfrozen(a.account, a.reason),))]


def decide_place_hold(a: ask.PlaceHold, s: State, by: Sitting) -> Decision:
    """Part of a balance is kept from being paid out, by a pending transfer; the case number comes from the entry."""
    refused = (
        rules.open_day(s, a.date, by)
        or rules.in_currency(s, a.currency)
        or rules.paying_in(s, a.account)
        or rules.two_sign(s, by, one_supervisor=True)
        or rules.enough(s, a.account, a.amount)
    )
    if refused:
        return refused
    case = f"H{len(s.legal_hold.rows) + 1}-{int.from_bytes(by.chance[:3], 'big')}"
    return [Part(a.kind, (f.LegalHoldPlaced(case, a.account, a.amount, a.authority),))]


def decide_release_hold(a: ask.ReleaseHold, s: State, by: Sitting) -> Decision:
    """The pending transfer is voided, whole."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = s.legal_hold.get(a.case)
    if row is None or row.state != "held":
        return no.HoldUnknown(a.case)
    refused = rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.LegalHoldReleased(a.case, row.account, row.amount, row.pending, a.reason),))]
