"""Rules that say no to people around an account: joint owners, those who act for others, stops and levies."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark
from counterfoil.office.refusals import coded


@coded(
    "account.presenter",
    mark(
        "Account {account} is drawn on only by those named for it. Ask who stands at the window, and put the customer "
        "number in. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class PresenterNeeded(Refusal):
    account: str


@coded(
    "account.not_hers",
    mark(
        "Customer {customer} may not draw on account {account}. Ask for an owner, or for papers that let this person "
        "act. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class MayNotDraw(Refusal):
    account: str
    customer: str


@coded(
    "account.estate",
    mark(
        "An owner of account {account} has died. It is paid only to the person named for the estate. Ask for the "
        "court's papers. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class AccountOfEstate(Refusal):
    account: str


@coded(
    "minor.limit",
    mark(
        "A person under age may take out {limit} alone, and {wanted} was asked for. Ask the guardian to come. Nothing "
        "has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class MinorLimit(Refusal):
    limit: Money
    wanted: Money


@coded(
    "minor.majority",
    mark(
        "In this state ({state}) a person is of age at {years} years, and {asked} was asked for. Put {years} in, then "
        "ask again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class MajorityDiffers(Refusal):
    state: str
    years: int
    asked: int


@coded(
    "minor.same",
    mark("Customer {customer} is marked so already. There is nothing to change. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class AgeSame(Refusal):
    customer: str


@coded(
    "owner.already",
    mark("Customer {customer} owns account {account} already. There is nothing to do. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OwnerAlready(Refusal):
    account: str
    customer: str


@coded(
    "owner.unknown",
    mark(
        "Customer {customer} is not a joint owner of account {account}. The person who opened it stays its owner: "
        "close it instead. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OwnerUnknown(Refusal):
    account: str
    customer: str


@coded(
    "mandate.unknown",
    mark("There is no open right to act with number {case}. Look at the paper again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class MandateUnknown(Refusal):
    case: str


@coded(
    "mandate.past",
    mark("The papers ended on {ends}. Ask for papers that still hold. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class MandatePast(Refusal):
    ends: str


@coded(
    "death.noted",
    mark("Customer {customer} is noted as dead. Use the papers of the estate. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PersonDied(Refusal):
    customer: str


@coded(
    "death.none",
    mark("Customer {customer} is not noted as dead. Note the death first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PersonLives(Refusal):
    customer: str


@coded(
    "death.date",
    mark("{died} is after today, {today}. Look at the papers again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DiedLater(Refusal):
    died: str
    today: str


@coded(
    "estate.none",
    mark(
        "Account {account} is not an estate's: an owner lives and goes on with it. Serve that owner. Nothing has been "
        "recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class NoEstate(Refusal):
    account: str


@coded(
    "estate.representative",
    mark(
        "Customer {customer} is not named for this estate. Enter the court's papers first. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class NotRepresentative(Refusal):
    customer: str


@coded(
    "benefit.agency",
    mark("{agency} is not on the list of benefit agencies ({known}). Choose one of them. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class AgencyUnknown(Refusal):
    agency: str
    known: str


@coded(
    "levy.unknown",
    mark("There is no levy with number {case} that still holds money. Look at the paper. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LevyUnknown(Refusal):
    case: str
