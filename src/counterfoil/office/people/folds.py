"""What the facts of people around an account do to the fold tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil.facts import people as f
from counterfoil.facts.money import Reversed
from counterfoil.kernel.idents import transfer_id
from counterfoil.office.folding import Folders, Undo
from counterfoil.office.people import rows as r

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State


def _owner_added(s: State, one: f.OwnerAdded, at: Place) -> None:
    s.owner.put(r.OwnerRow(one.account, one.customer, int(one.survivorship), "owner"))


def _owner_removed(s: State, one: f.OwnerRemoved, at: Place) -> None:
    row = s.owner.get(one.account, one.customer)
    if row:
        s.owner.put(row._replace(state="removed"))


def _given(s: State, one: f.MandateGiven, at: Place) -> None:
    s.mandate.put(r.MandateRow(one.case, one.account, one.customer, one.role, one.scope, one.ends, "given"))


def _ended(s: State, one: f.MandateEnded, at: Place) -> None:
    row = s.mandate.get(one.case)
    if row:
        s.mandate.put(row._replace(state="ended"))


def _died(s: State, one: f.DeathNoted, at: Place) -> None:
    s.death.put(r.DeathRow(one.customer, one.died, "noted", None))


def _taken_back(s: State, one: f.DeathTakenBack, at: Place) -> None:
    row = s.death.get(one.customer)
    if row:
        s.death.put(row._replace(state="back", representative=None))


def _named(s: State, one: f.RepresentativeNamed, at: Place) -> None:
    row = s.death.get(one.customer)
    if row:
        s.death.put(row._replace(representative=one.representative))


def _estate_paid(s: State, one: f.EstatePaid, at: Place) -> None:
    if one.to_account is None:
        s.total(one.till, one.date, at.kind, 0, one.amount)


def _minor(s: State, one: f.MinorMarked, at: Place) -> None:
    s.minor.put(r.MinorRow(one.customer, int(one.minor)))


def _benefit(s: State, one: f.BenefitCredited, at: Place) -> None:
    s.benefit.put(r.BenefitRow(one.account, at.epoch, at.sequence, one.date, one.amount, "credited"))


def _levy(s: State, one: f.LevyReviewed, at: Place) -> None:
    pending = transfer_id(at.epoch, at.sequence, 0) if one.held else b""
    s.levy.put(r.LevyRow(one.case, one.account, one.held, pending, "held" if one.held else "nothing"))


def _levy_paid(s: State, one: f.LevyPaid, at: Place) -> None:
    row = s.levy.get(one.case)
    if row:
        s.levy.put(row._replace(state="paid"))


def _levy_released(s: State, one: f.LevyReleased, at: Place) -> None:
    row = s.levy.get(one.case)
    if row:
        s.levy.put(row._replace(state="released"))


def _benefit_back(s: State, one: Reversed, at: Place) -> None:
    """A payment that was credited wrongly protects nothing any more."""
    for row in s.benefit.all():
        if (row.epoch, row.sequence) == (one.epoch, one.sequence):
            s.benefit.put(row._replace(state="reversed"))


FOLDERS: Folders = {
    (185, 1): _owner_added,
    (186, 1): _owner_removed,
    (187, 1): _given,
    (188, 1): _ended,
    (189, 1): _died,
    (190, 1): _taken_back,
    (191, 1): _named,
    (192, 1): _estate_paid,
    (193, 1): _minor,
    (195, 1): _benefit,
    (196, 1): _levy,
    (197, 1): _levy_paid,
    (198, 1): _levy_released,
}

UNDO: Undo = {"benefit-credit": _benefit_back}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
