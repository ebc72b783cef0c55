"""The words on receipts of people around an account: joint owners, those who act for others, stops and levies.

The receipt of a levy is the notice of 31 CFR 212.7: what was ordered, what is protected and why, what is held, that
there is no fee, and that the customer may use the rest.
"""

from __future__ import annotations

from counterfoil.facts import people as f
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words.base import Around, Line, Notes, Titles, Told, account_line, pieces, says

TITLES: Titles = {
    "owner-add": mark("Joint owner added"),
    "owner-remove": mark("Joint owner removed"),
    "mandate-give": mark("Right to act for an owner"),
    "mandate-end": mark("Right to act ended"),
    "death-note": mark("Death noted"),
    "death-take-back": mark("Note of death taken back"),
    "estate-name": mark("Paid for the estate"),
    "estate-pay": mark("Payment to an estate"),
    "minor-mark": mark("Age noted"),
    "benefit-credit": mark("Federal benefit credited"),
    "levy": mark("Answer to a levy"),
    "levy-pay": mark("Levy paid"),
    "levy-release": mark("Levy lifted"),
}

NOTES: Notes = {
    "owner-add": (mark("Each owner may draw on the whole account, alone."),),
    "mandate-give": (mark("The owner may end this at any time, at any window. Keep the number."),),
    "death-note": (
        mark(
            "We are sorry for your loss. Money can still come in. A joint owner with the right to go on may use the "
            "account as before; else it waits for the person named for the estate. There is no fee."
        ),
    ),
    "levy": (
        mark(
            "An order asks us to take money from this account. Federal benefits of the last two months are yours: you "
            "may use them today as always, and nobody may take them. We take no fee."
        ),
        mark(
            "You may tell the court that more of this money is protected by law. Ask for free legal help. We did not "
            "decide the order, and we cannot end it."
        ),
    ),
}

TOLD: Told = {
    f.MandateGiven: ("case",),
    f.LevyReviewed: ("case", "protected", "held", "since", "until"),
}
"""Fact → the fields that the asker needs to go on."""

_ROLES = {
    "guardian": mark("guardian of a child"),
    "payee": mark("payee of federal benefits"),
    "attorney": mark("by power of attorney"),
}
_SCOPES = {"look": mark("ask about the account"), "draw": mark("ask about it and draw on it")}


def _customer(customer: str, w: Around) -> Line:
    return w.line(mark("Customer number"), customer)


@says(f.OwnerAdded)
def _owner_added(one: f.OwnerAdded, w: Around) -> list[Line]:
    goes_on = mark("yes") if one.survivorship else mark("no")
    return [
        account_line(one.account, w), _customer(one.customer, w),
        w.line(mark("If one owner dies, the other goes on"), w.say(goes_on)),
    ]  # fmt: skip


@says(f.OwnerRemoved)
def _owner_removed(one: f.OwnerRemoved, w: Around) -> list[Line]:
    return [account_line(one.account, w), _customer(one.customer, w), w.line(mark("Reason"), one.reason)]


@says(f.MandateGiven)
def _given(one: f.MandateGiven, w: Around) -> list[Line]:
    return [
        w.line(mark("Number"), one.case), account_line(one.account, w), _customer(one.customer, w),
        w.line(mark("Acts as"), w.say(_ROLES.get(one.role, one.role))),
        w.line(mark("May"), w.say(_SCOPES.get(one.scope, one.scope))),
        w.line(mark("Papers shown"), one.papers),
        *([w.line(mark("Last day"), one.ends)] if one.ends else []),
    ]  # fmt: skip


@says(f.MandateEnded)
def _ended(one: f.MandateEnded, w: Around) -> list[Line]:
    return [w.line(mark("Number"), one.case), account_line(one.account, w), w.line(mark("Reason"), one.reason)]


@says(f.DeathNoted)
def _died(one: f.DeathNoted, w: Around) -> list[Line]:
    return [
        _customer(one.customer, w), w.line(mark("Day of death"), one.died), w.line(mark("Papers shown"), one.papers)
    ]  # fmt: skip


@says(f.DeathTakenBack)
def _taken_back(one: f.DeathTakenBack, w: Around) -> list[Line]:
    return [_customer(one.customer, w), w.line(mark("Reason"), one.reason)]


@says(f.RepresentativeNamed)
def _named(one: f.RepresentativeNamed, w: Around) -> list[Line]:
    return [
        w.line(mark("Estate of customer"), one.customer), w.line(mark("Paid to customer"), one.representative),
        w.line(mark("Papers shown"), one.papers),
    ]  # fmt: skip


@says(f.EstatePaid)
def _estate_paid(one: f.EstatePaid, w: Around) -> list[Line]:
    to = [w.line(mark("To account ending in"), one.to_account[-4:])] if one.to_account else []
    way = mark("Amount") if one.to_account else mark("Cash paid out")
    return [
        account_line(one.account, w), w.line(mark("Estate of customer"), one.on_behalf_of),
        w.line(mark("Paid to customer"), one.presented_by), *to, *pieces(one.count, w),
        w.line(way, w.money(one.amount)),
    ]  # fmt: skip


@says(f.MinorMarked)
def _minor(one: f.MinorMarked, w: Around) -> list[Line]:
    return [_customer(one.customer, w), w.line(mark("Age"), w.say(mark("under age") if one.minor else mark("of age")))]


@says(f.BenefitCredited)
def _benefit(one: f.BenefitCredited, w: Around) -> list[Line]:
    return [
        account_line(one.account, w), w.line(mark("Agency that pays"), one.agency),
        w.line(mark("Reference"), one.reference), w.line(mark("Paid into the account"), w.money(one.amount)),
    ]  # fmt: skip


@says(f.LevyReviewed)
def _levy(one: f.LevyReviewed, w: Around) -> list[Line]:
    return [
        w.line(mark("Case"), one.case), account_line(one.account, w), w.line(mark("Ordered by"), one.authority),
        w.line(mark("Amount ordered"), w.money(one.amount)),
        w.line(mark("Benefits looked at from"), one.since), w.line(mark("until"), one.until),
        w.line(mark("Protected, yours to use"), w.money(one.protected)),
        w.line(mark("Held back"), w.money(one.held)), w.line(mark("Our fee"), w.money(0)),
    ]  # fmt: skip


@says(f.LevyPaid)
def _levy_paid(one: f.LevyPaid, w: Around) -> list[Line]:
    return [w.line(mark("Case"), one.case), account_line(one.account, w), w.line(mark("Amount"), w.money(one.amount))]


@says(f.LevyReleased)
def _levy_released(one: f.LevyReleased, w: Around) -> list[Line]:
    return [
        w.line(mark("Case"), one.case), account_line(one.account, w), w.line(mark("Free again"), w.money(one.amount)),
        w.line(mark("Reason"), one.reason),
    ]  # fmt: skip
