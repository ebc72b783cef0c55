"""Clerks' keys and the policy book: who may sign, and by which edition.

An enrolment is signed by a supervisor and by the new key; a rotation by the old key, or, when the PIN is forgotten, by
two other clerks of whom one is a supervisor; an edition by two. The system may do these only while an epoch opens.
"""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.facts import office as f
from counterfoil.journal.entry import clerk_key_id
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.savings.interest import rates_of
from counterfoil.office.state import State
from counterfoil.policy.edition import BrokenEdition, Edition, read_new_edition
from counterfoil.policy.terms.savings import SavingsTerms


def decide_enrol(a: ask.EnrolClerk, s: State, by: Sitting) -> Decision:
    """A new clerk, by a supervisor. A clerk who left may come back with a new key, and so may one whose key the opening
    of this epoch did not restate (a restore brings no keys): else an office with one key left could enroll nobody."""
    row = s.clerk.get(a.clerk)
    assert s.current is not None
    in_this_epoch = any(key.clerk == a.clerk and key.epoch == s.current.epoch for key in s.clerk_key.rows.values())
    if row is not None and row.active and in_this_epoch:
        return no.ClerkEnrolledAlready(a.clerk)
    if s.clerk_key.get(clerk_key_id(a.key)) is not None:
        return no.KeyKnown()
    if not any(rules.supervisor(s, clerk) for clerk in by.signers):
        return no.RoleNeeded("supervisor")
    return [Part(a.kind, (f.ClerkEnrolled(a.clerk, a.key, a.role, a.custody, f.BY_SUPERVISOR),))]


def decide_rotate(a: ask.RotateKey, s: State, by: Sitting) -> Decision:
    """A further key for the same clerk and the same number."""
    row = s.clerk.get(a.clerk)
    if row is None or not row.active:
        return no.ClerkUnknown(a.clerk)
    if s.clerk_key.get(clerk_key_id(a.key)) is not None:
        return no.KeyKnown()
    if by.clerk == a.clerk:
        return [Part(a.kind, (f.ClerkEnrolled(a.clerk, a.key, row.role, a.custody, f.BY_OLD_KEY),))]
    others = {clerk for clerk in by.signers if clerk != a.clerk}
    if len(others) < 2 or not any(rules.supervisor(s, clerk) for clerk in others):
        return no.RotationSigners(a.clerk)
    return [Part(a.kind, (f.ClerkEnrolled(a.clerk, a.key, row.role, a.custody, f.BY_TWO_CLERKS),))]


def decide_revoke(a: ask.RevokeKey, s: State, by: Sitting) -> Decision:
    """A supervisor ends a clerk's key (a clerk may end her own); ``leaves`` ends the clerk's time here too."""
    row = s.clerk.get(a.clerk)
    key = next((key for key in s.clerk_key.rows.values() if key.clerk == a.clerk and key.valid), None)
    if row is None or key is None:
        return no.ClerkUnknown(a.clerk)
    if by.clerk != a.clerk and not any(rules.supervisor(s, clerk) for clerk in by.signers):
        return no.RoleNeeded("supervisor")
    if rules.supervisor(s, a.clerk):
        others = [
            k for k in s.clerk_key.rows.values() if k.valid and k.clerk != a.clerk and rules.supervisor(s, k.clerk)
        ]
        if not others:
            return no.LastSupervisor(a.clerk)
    return [Part(a.kind, (f.KeyRevoked(a.clerk, key.key_id, a.reason, a.leaves),))]


def decide_edition(a: ask.TakeEdition, s: State, by: Sitting) -> Decision:
    """An edition takes effect by an entry that carries its bytes, signed by two, never for a past day, nor for one
    whose end has begun: its interest stands in the books already."""
    refused = rules.two_sign(s, by, one_supervisor=True)
    if refused:
        return refused
    try:
        edition = read_new_edition(a.content)
    except BrokenEdition as broken:
        return no.EditionBroken(str(broken))
    if edition.digest in s.editions:
        return no.EditionKnown()
    assert s.current is not None
    if edition.currency.code != s.current.currency:
        return no.OtherCurrency(s.current.currency, edition.currency.code)
    first = max(s.today.date if s.today else by.today, _after_the_last_ended(s))
    if edition.effective.isoformat() < first:
        return no.EditionPast(edition.effective.isoformat(), first)
    other = _counted_otherwise(edition, s)
    if other is not None:
        return no.EditionMethod(other)
    return [Part(a.kind, (f.EditionTaken(a.content, edition.effective.isoformat()),))]


def _after_the_last_ended(s: State) -> str:
    """The day after the last one of which a step of its end has been made; "" if none was."""
    days = [row.date for row in s.ended_day.rows.values()] + [row.date for row in s.bulk.rows.values()]
    last = max(days, default="")
    return (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else ""


def _counted_otherwise(edition: Edition, s: State) -> str | None:
    """A kind of account that has earned, and whose interest the edition would count by another method."""
    terms = edition.terms(SavingsTerms)
    for product, one in terms.accounts.items() if terms is not None else ():
        before = rates_of(s, product).latest(edition.effective.toordinal())
        if s.pool.get(product) is not None and before is not None and before.method != one.method:
            return product
    return None
