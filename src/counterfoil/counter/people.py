"""Decisions about people around an account: joint owners, those who act for others, stops and levies.

A levy is answered at once by one review (31 CFR 212.5, .6): the federal benefits of the two months before stay the
customer's, up to the balance; only what is left is held, and no fee is taken. Who may draw on an account is said in
``office.people.rights``.
"""

from __future__ import annotations

from datetime import date

from counterfoil.facts import people as f
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as no
from counterfoil.office import rules
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step
from counterfoil.office.people import asks as ask
from counterfoil.office.people import refusals as nay
from counterfoil.office.people import rights
from counterfoil.office.people.rows import LevyRow
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State
from counterfoil.policy.terms.people import MAJORITY, PeopleTerms, only_state
from counterfoil.products.benefits import look_back


def _case(s: State, by: Sitting, lead: str, taken: int) -> str:
    return f"{lead}{taken + 1}-{int.from_bytes(by.chance[:3], 'big')}"


def _living(s: State, customer: str) -> Refusal | None:
    if s.customer.get(customer) is None:
        return no.CustomerUnknown(customer)
    return nay.PersonDied(customer) if rights.died(s, customer) else None


def decide_add_owner(a: ask.AddOwner, s: State, by: Sitting) -> Decision:
    """A joint owner has every right of an owner."""
    refused = rules.open_day(s, a.date, by) or rules.paying_out(s, a.account) or _living(s, a.customer)
    if not refused and a.customer in rights.owners(s, a.account):
        refused = nay.OwnerAlready(a.account, a.customer)
    return refused or [Part(a.kind, (f.OwnerAdded(a.account, a.customer, a.survivorship),))]


def decide_remove_owner(a: ask.RemoveOwner, s: State, by: Sitting) -> Decision:
    """Only a joint owner is removed, by two signatures, one a supervisor's: it takes a right away."""
    refused = rules.open_day(s, a.date, by) or rules.paying_in(s, a.account)
    row = s.owner.get(a.account, a.customer)
    if not refused and (row is None or row.state != "owner"):
        refused = nay.OwnerUnknown(a.account, a.customer)
    refused = refused or rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.OwnerRemoved(a.account, a.customer, a.reason),))]


def decide_give_mandate(a: ask.GiveMandate, s: State, by: Sitting) -> Decision:
    """Against papers, which two look at."""
    refused = rules.open_day(s, a.date, by) or rules.paying_in(s, a.account) or _living(s, a.customer)
    if not refused and not rights.going_on(s, a.account):
        refused = nay.AccountOfEstate(a.account)
    if not refused and a.customer in rights.owners(s, a.account):
        refused = nay.OwnerAlready(a.account, a.customer)
    if not refused and a.ends is not None and a.ends < a.date:
        refused = nay.MandatePast(a.ends)
    refused = refused or rules.two_sign(s, by)
    if refused:
        return refused
    case = _case(s, by, "M", len(s.mandate.rows))
    return [Part(a.kind, (f.MandateGiven(case, a.account, a.customer, a.role, a.scope, a.papers, a.ends),))]


def decide_end_mandate(a: ask.EndMandate, s: State, by: Sitting) -> Decision:
    """One signature: a right to act must end as quickly as it is called back."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = s.mandate.get(a.case)
    if row is None or row.state != "given":
        return nay.MandateUnknown(a.case)
    return [Part(a.kind, (f.MandateEnded(a.case, row.account, a.reason),))]


def decide_note_death(a: ask.NoteDeath, s: State, by: Sitting) -> Decision:
    """Against papers, which two look at. What acted for the person acts no more; a survivor by right goes on."""
    refused = rules.open_day(s, a.date, by) or _living(s, a.customer)
    if not refused and a.died > a.date:
        refused = nay.DiedLater(a.died, a.date)
    refused = refused or rules.two_sign(s, by)
    return refused or [Part(a.kind, (f.DeathNoted(a.customer, a.died, a.papers),))]


def decide_take_death_back(a: ask.TakeDeathBack, s: State, by: Sitting) -> Decision:
    """The wrong person: two sign, one a supervisor."""
    refused = rules.open_day(s, a.date, by) or (None if rights.died(s, a.customer) else nay.PersonLives(a.customer))
    refused = refused or rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.DeathTakenBack(a.customer, a.reason),))]


def decide_name_representative(a: ask.NameRepresentative, s: State, by: Sitting) -> Decision:
    """Who is paid for the estate, by the court's papers; a later naming takes the place of an earlier one."""
    refused = rules.open_day(s, a.date, by) or (None if rights.died(s, a.customer) else nay.PersonLives(a.customer))
    refused = refused or _living(s, a.representative) or rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.RepresentativeNamed(a.customer, a.representative, a.papers),))]


def decide_pay_estate(a: ask.PayEstate, s: State, by: Sitting) -> Decision:
    """To the estate's representative, in cash or to an account; two sign, one a supervisor."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    refused = refused or rules.not_frozen(s, a.account)
    if not refused and (rights.going_on(s, a.account) or not rights.owners(s, a.account)):
        refused = nay.NoEstate(a.account)
    whose = _estate_of(s, a.account, a.presented_by) if not refused else None
    if not refused and whose is None:
        refused = nay.NotRepresentative(a.presented_by)
    if not refused and a.to is not None:
        refused = rules.paying_in(s, a.to) or (no.SameAccount(a.account) if a.to == a.account else None)
    refused = refused or rules.two_sign(s, by, one_supervisor=True) or rules.enough(s, a.account, a.amount)
    if not refused:
        refused = rules.money_goes(s, a.till, a.to, a.amount)
    if refused or whose is None:
        return refused or nay.NotRepresentative(a.presented_by)
    fact = f.EstatePaid(
        account=a.account, amount=a.amount, date=a.date, till=a.till, presented_by=a.presented_by, on_behalf_of=whose,
        direction="out" if a.to is None else None, to_account=a.to, identification=a.identification,
        count=a.count if a.to is None else None,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _estate_of(s: State, account: str, representative: str) -> str | None:
    """The owner for whose estate this person is named."""
    rows = [s.death.get(one) for one in rights.owners(s, account)]
    return next((row.customer for row in rows if row is not None and row.representative == representative), None)


def decide_mark_minor(a: ask.MarkMinor, s: State, by: Sitting) -> Decision:
    """Under age or of age, as the paper with the date of birth shows."""
    refused = rules.open_day(s, a.date, by) or _living(s, a.customer)
    row = s.minor.get(a.customer)
    refused = refused or _measured_by(a, s)
    if not refused and (row is not None and bool(row.minor)) == a.minor:
        refused = nay.AgeSame(a.customer)
    return refused or [Part(a.kind, (f.MinorMarked(a.customer, a.minor, a.details, a.state, a.majority),))]


def _measured_by(a: ask.MarkMinor, s: State) -> Refusal | None:
    """The age of majority is that of the edition for the state where the person lives."""
    policy = rules.edition(s)
    terms, state = policy.terms(PeopleTerms), a.state if a.state is not None else only_state(policy.tables)
    years, asked = terms.of_age_at(state) if terms is not None else MAJORITY, a.majority or MAJORITY
    return None if asked == years else nay.MajorityDiffers(state.upper() or "-", years, asked)


def decide_credit_benefit(a: ask.CreditBenefit, s: State, by: Sitting) -> Decision:
    """A federal benefit that came in by direct deposit, marked as one. Two sign: no cash is counted here."""
    refused = rules.open_day(s, a.date, by) or rules.in_currency(s, a.currency) or rules.paying_in(s, a.account)
    if refused:
        return refused
    terms = rules.offered(s, PeopleTerms, "people")
    if isinstance(terms, Refusal):
        return terms
    if a.agency not in terms.agencies:
        return nay.AgencyUnknown(a.agency, ", ".join(terms.agencies))
    refused = rules.two_sign(s, by)
    return refused or [Part(a.kind, (f.BenefitCredited(a.account, a.amount, a.date, a.agency, a.reference),))]


def decide_levy(a: ask.Levy, s: State, by: Sitting) -> Decision:
    """One review, today: the benefits of the look-back stay hers; of the rest, up to what is ordered is held."""
    refused = (
        rules.open_day(s, a.date, by)
        or rules.in_currency(s, a.currency)
        or rules.paying_in(s, a.account)
        or rules.two_sign(s, by, one_supervisor=True)
    )
    if refused:
        return refused
    first, last = look_back(date.fromisoformat(a.date))
    available = rules.owed(s, a.account)[1]
    hers = rights.benefits_left(s, a.account, available, a.date)  # What is held already is no part of what she can use.
    held = max(0, min(a.amount, available - hers))
    case = _case(s, by, "L", len(s.levy.rows))
    fact = f.LevyReviewed(
        case, a.account, a.amount, a.authority, a.date, first.isoformat(), last.isoformat(), hers, held
    )
    return [Part(a.kind, (fact,))]


def _held(s: State, case: str) -> LevyRow | Refusal:
    row = s.levy.get(case)
    return nay.LevyUnknown(case) if row is None or row.state != "held" else row


def decide_pay_levy(a: ask.PayLevy, s: State, by: Sitting) -> Decision:
    """What was held goes to whom the order names; two sign, one a supervisor."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = _held(s, a.case)
    if isinstance(row, Refusal):
        return row
    refused = rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.LevyPaid(a.case, row.account, row.held, row.pending),))]


def decide_release_levy(a: ask.ReleaseLevy, s: State, by: Sitting) -> Decision:
    """What was held is free again; two sign, one a supervisor."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    row = _held(s, a.case)
    if isinstance(row, Refusal):
        return row
    refused = rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.LevyReleased(a.case, row.account, row.held, row.pending, a.reason),))]


SERVICES: Services = {}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {
    "owner-add": decide_add_owner,
    "owner-remove": decide_remove_owner,
    "mandate-give": decide_give_mandate,
    "mandate-end": decide_end_mandate,
    "death-note": decide_note_death,
    "death-take-back": decide_take_death_back,
    "estate-name": decide_name_representative,
    "estate-pay": decide_pay_estate,
    "minor-mark": decide_mark_minor,
    "benefit-credit": decide_credit_benefit,
    "levy": decide_levy,
    "levy-pay": decide_pay_levy,
    "levy-release": decide_release_levy,
}
"""All other kinds."""

PLEDGES: Pledges = {}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = {"estate-pay", "benefit-credit"}
"""Kinds whose exact negation by a reversal undoes them whole."""

PRICES: Prices = {}

REPRICE: Reprices = {}

STEPS: tuple[Step, ...] = ()
"""What the end of the day does for this product."""
