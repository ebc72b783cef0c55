"""Every rule of the counter that can say no, in the order in which they are asked (docs/reference/refusals.md).

A sentence says what is so, what to do next and what was recorded. Codes are stable for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Refusal, mark

R = TypeVar("R", bound=type[Refusal])
REFUSALS: dict[str, type[Refusal]] = {}


SAID_IN_REFUSALS = (
    mark("deposit"), mark("withdrawal"), mark("transfer"), mark("reversal"), mark("stamp-sale"), mark("cash-exchange"),
    mark("clerk"), mark("supervisor"), mark("postmaster"), mark("operations"), mark("auditor"), mark("customer"),
    mark("open"), mark("accepted"), mark("disputed"),
    mark("machine"), mark("file"),
)  # fmt: skip
"""Words that fill a place of a sentence (``kernel.outcomes.WORDS``)."""


def coded(code: str, said: str) -> Any:
    """Registers a refusal under its code with its English sentence."""

    def register(cls: R) -> R:
        cls.code, cls.said = code, said
        REFUSALS[code] = cls
        return cls

    return register


@coded(
    "epoch.changed",
    mark(
        "This was made under epoch {was}, and the office is now in epoch {now}. Make it again. Nothing has "
        "been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class EpochChanged(Refusal):
    was: int
    now: int


@coded(
    "clerk.unknown",
    mark("Clerk {clerk} has no valid key here. Ask a supervisor to enroll the clerk. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ClerkUnknown(Refusal):
    clerk: str


@coded(
    "role.not_allowed",
    mark("This is not for the role {role}. Ask someone who may do it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class RoleMayNot(Refusal):
    role: str


@coded(
    "clerk.role",
    mark("This needs a {role}. Ask one to do it or to sign. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class RoleNeeded(Refusal):
    role: str


@coded(
    "second.needed",
    mark(
        "This needs a second person's signature. Ask a colleague to sign on this screen, then send it as a "
        "new request. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class SecondNeeded(Refusal):
    pass


@coded(
    "day.not_open",
    mark("No business day is open. Open the day first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DayNotOpen(Refusal):
    pass


@coded(
    "day.other",
    mark("The open business day is {open}, and this is dated {asked}. Use the open day. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OtherDay(Refusal):
    open: str
    asked: str


@coded(
    "day.clock",
    mark(
        "Day {day} runs on the {day_clock} clock, and this came with the {clock} clock. Close the day first. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OtherClock(Refusal):
    day: str
    day_clock: str
    clock: str


@coded(
    "day.still_open",
    mark("Business day {day} is still open. Count and close it first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DayStillOpen(Refusal):
    day: str


@coded(
    "day.past",
    mark("Day {asked} is not after the last day, {last}. Open a later day. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DayPast(Refusal):
    asked: str
    last: str


@coded(
    "day.future",
    mark("Day {asked} has not begun: today is {today}. Check the date. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DayAhead(Refusal):
    asked: str
    today: str


@coded(
    "day.no_edition",
    mark("No policy edition is in force on {day}. Enter one first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class NoEdition(Refusal):
    day: str


@coded(
    "day.tills_open",
    mark(
        "Till {till} is not closed. Count and close it first, or have two people count it if the clerk is "
        "absent. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class TillsOpen(Refusal):
    till: str


@coded(
    "day.not_counted",
    mark("The vault has not been counted since cash last moved. Two people count it first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DayNotCounted(Refusal):
    pass


@coded(
    "till.open_already",
    mark(
        "Till {till} is open already, by clerk {clerk}. Use it, or count and close it first. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class TillOpenAlready(Refusal):
    till: str
    clerk: str


@coded(
    "clerk.has_till",
    mark(
        "Clerk {clerk} already has till {till} open. One clerk has one till: close it first. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class ClerkHasTill(Refusal):
    clerk: str
    till: str


@coded(
    "till.not_open",
    mark("Till {till} is not open. Open it with a count first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class TillNotOpen(Refusal):
    till: str


@coded(
    "till.other_clerk",
    mark("Till {till} belongs to clerk {clerk}. Use your own till. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OtherClerksTill(Refusal):
    till: str
    clerk: str


@coded(
    "till.counted",
    mark(
        "Till {till} has been counted and waits to be closed. Close it, or count it again. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class TillIsCounted(Refusal):
    till: str


@coded(
    "till.not_counted",
    mark("Till {till} has not been counted. Count it first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class TillNotCounted(Refusal):
    till: str


@coded(
    "till.same",
    mark("Till {till} stands on both sides. Name two tills. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SameTill(Refusal):
    till: str


@coded(
    "till.answer_needed",
    mark(
        "The count differs from the books by {difference}, stamps by {stock}. Say accept or dispute, both are "
        "equally good. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class AnswerNeeded(Refusal):
    difference: Money
    stock: Money


@coded(
    "till.not_absent",
    mark(
        "Clerk {clerk} of till {till} signed this. An absent clerk's till is counted by two others. Nothing "
        "has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class NotAbsent(Refusal):
    till: str
    clerk: str


@coded(
    "currency.other",
    mark("This office works in {kept}, and {asked} was asked for. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OtherCurrency(Refusal):
    kept: str
    asked: str


@coded(
    "count.face",
    mark("There is no note or coin of {face} in the edition in force. Count again. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class UnknownFace(Refusal):
    face: Money


@coded(
    "count.unequal",
    mark("{taken} was taken and {given} given. Both must be the same. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class UnequalExchange(Refusal):
    taken: Money
    given: Money


@coded(
    "limit.each",
    mark(
        "One {operation} is at most {limit}, and {wanted} was asked for. Ask for less, or go to the "
        "postmaster. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OverLimit(Refusal):
    operation: str
    limit: Money
    wanted: Money


@coded(
    "limit.till_day",
    mark(
        "Till {till} may do {limit} of {operation} a day, and has done {done}. Use another till or wait for "
        "tomorrow. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OverDayLimit(Refusal):
    operation: str
    till: str
    limit: Money
    done: Money


@coded(
    "till.full",
    mark(
        "Till {till} would hold {would}, and at most {limit} is allowed. Bring cash to the vault first. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class TillFull(Refusal):
    till: str
    would: Money
    limit: Money


@coded(
    "account.unknown",
    mark("There is no account {account} here. Check the number. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class AccountUnknown(Refusal):
    account: str


@coded(
    "account.closed",
    mark("Account {account} is closed. Reopen it first if the customer wishes. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class AccountClosed(Refusal):
    account: str


@coded(
    "account.frozen",
    mark(
        "Account {account} is frozen. Money can come in but not go out. Tell the customer whom to ask. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class AccountIsFrozen(Refusal):
    account: str


@coded(
    "account.not_closed",
    mark("Account {account} is not closed. There is nothing to reopen. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class AccountNotClosed(Refusal):
    account: str


@coded(
    "account.not_frozen",
    mark("Account {account} is not frozen. There is nothing to lift. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class AccountNotFrozen(Refusal):
    account: str


@coded(
    "account.frozen_already",
    mark("Account {account} is frozen already. Nothing more has been recorded."),
)
@dataclass(frozen=True, slots=True)
class FrozenAlready(Refusal):
    account: str


@coded(
    "account.not_empty",
    mark(
        "Account {account} still holds {balance}, of which {held} is held. Pay it out or release the hold "
        "first. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class AccountNotEmpty(Refusal):
    account: str
    balance: Money
    held: Money


@coded(
    "account.same",
    mark("Account {account} stands on both sides. Name two accounts. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class SameAccount(Refusal):
    account: str


@coded(
    "account.least",
    mark(
        "The first money into account {account} must be {least} or more, and {wanted} was asked for. Pay in {least} "
        "or more; later any sum will do. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class LeastToOpen(Refusal):
    account: str
    least: Money
    wanted: Money


@coded(
    "account.ceiling",
    mark(
        "Account {account} may hold {limit} with the papers shown, and would hold {would}. Show more papers "
        "to raise it, or pay in less. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class OverCeiling(Refusal):
    account: str
    limit: Money
    would: Money


@coded(
    "funds.short",
    mark(
        "Account {account} can pay out {available}, and {wanted} was asked for. Ask for {available} or less. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class NotEnoughFunds(Refusal):
    account: str
    wanted: Money
    available: Money


@coded(
    "till.short",
    mark(
        "Till {till} holds {held}, and {wanted} was asked for. Draw {lacking} from the vault, then try again. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class TillShort(Refusal):
    till: str
    wanted: Money
    held: Money
    lacking: Money


@coded(
    "vault.short",
    mark("The vault holds {held}, and {wanted} was asked for. Ask for less, or order cash. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class VaultShort(Refusal):
    wanted: Money
    held: Money


@coded(
    "visit.short",
    mark("The customer owes {due} and handed over {tendered}. Ask for {lacking} more. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class TenderShort(Refusal):
    due: Money
    tendered: Money
    lacking: Money


@coded(
    "visit.till",
    mark("One visit is served at one till: a service names till {till}. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OtherTillInVisit(Refusal):
    till: str


@coded(
    "customer.unknown",
    mark("There is no customer {customer} here. Check the number. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CustomerUnknown(Refusal):
    customer: str


@coded(
    "tier.unknown",
    mark("There is no identification tier {tier}. The tiers are: {tiers}. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class TierUnknown(Refusal):
    tier: str
    tiers: str


@coded(
    "tier.papers",
    mark("Tier {tier} needs one of: {papers}. Or open it at a smaller tier. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PapersNeeded(Refusal):
    tier: str
    papers: str


@coded(
    "product.unknown",
    mark("{product} is not offered here. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ProductUnknown(Refusal):
    product: str


@coded(
    "details.same",
    mark("The details of customer {customer} are what is on record already. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class DetailsSame(Refusal):
    customer: str


@coded(
    "pouch.used",
    mark("Pouch {pouch} was used already, by entry {entry}. A pouch code is used once. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PouchUsed(Refusal):
    pouch: str
    entry: int


@coded(
    "pouch.office",
    mark("Pouch {pouch} is for office {office}, not this one. Do not open it: send it on. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PouchElsewhere(Refusal):
    pouch: str
    office: str


@coded(
    "pouch.differs",
    mark("Pouch {pouch} was sent with {sent}, and {declared} is declared. Check the label. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PouchDiffers(Refusal):
    pouch: str
    sent: Money
    declared: Money


@coded(
    "pouch.whole",
    mark(
        "Pouch {pouch} declares {declared}, and {found} was found in it. Record it as partial or damaged. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class PouchNotWhole(Refusal):
    pouch: str
    declared: Money
    found: Money


@coded(
    "pouch.unknown",
    mark("Nothing of a pouch {pouch} is in transit. Check the code. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class PouchUnknown(Refusal):
    pouch: str


@coded(
    "stock.unknown",
    mark("{item} is not in the price list in force. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class StockUnknown(Refusal):
    item: str


@coded(
    "stock.short",
    mark("There are {held} pieces of {item} at hand, and {wanted} were asked for. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class StockShort(Refusal):
    item: str
    held: int
    wanted: int


@coded(
    "stock.price",
    mark("{quantity} pieces of {item} cost {price}, and {asked} was asked for. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class StockPrice(Refusal):
    item: str
    quantity: int
    price: Money
    asked: Money


@coded(
    "reversal.unknown",
    mark("There is no entry {entry} of epoch {epoch} here. Check the receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class EntryUnknown(Refusal):
    epoch: int
    entry: int


@coded(
    "reversal.kind",
    mark(
        "Entry {entry} is a {what}, which is not undone by a reversal. Make the opposite entry. Nothing has "
        "been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class NotReversible(Refusal):
    entry: int
    what: str


@coded(
    "reversal.done",
    mark("Entry {entry} was reversed already, by entry {by}. It is reversed once. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ReversedAlready(Refusal):
    entry: int
    by: int


@coded(
    "reversal.differs",
    mark("Entry {entry} is not of this account and amount. Check the receipt. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ReversalDiffers(Refusal):
    entry: int


@coded(
    "difference.unknown",
    mark("There is no difference {case} here. Check the number on the Z report. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CaseUnknown(Refusal):
    case: str


@coded(
    "difference.other_clerk",
    mark("Difference {case} is not of your till. Only clerk {clerk} can answer it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class OtherClerksCase(Refusal):
    case: str
    clerk: str


@coded(
    "difference.answered",
    mark("Difference {case} is {state} already. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class CaseAnswered(Refusal):
    case: str
    state: str


@coded(
    "hold.unknown",
    mark("There is no legal hold {case} in force. Check the number. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class HoldUnknown(Refusal):
    case: str


@coded(
    "key.known",
    mark("This key is known already. Make a new one. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class KeyKnown(Refusal):
    pass


@coded(
    "clerk.enrolled",
    mark("Clerk {clerk} is enrolled already. To give a new key, rotate it. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class ClerkEnrolledAlready(Refusal):
    clerk: str


@coded(
    "key.rotation",
    mark(
        "A new key for clerk {clerk} is signed by the old key, or by two other clerks, one a supervisor. "
        "Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class RotationSigners(Refusal):
    clerk: str


@coded(
    "clerk.last",
    mark("Clerk {clerk} is the last supervisor. Enroll another first. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LastSupervisor(Refusal):
    clerk: str


@coded(
    "edition.past",
    mark(
        "The edition takes effect on {effective}, and {today} is the first day that is not over. An edition never "
        "reaches back: write that day or a later one into it. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class EditionPast(Refusal):
    effective: str
    today: str


@coded(
    "edition.broken",
    mark("The edition cannot be used: {reason}. Mend the file. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class EditionBroken(Refusal):
    reason: str


@coded(
    "edition.known",
    mark("This edition was entered already. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class EditionKnown(Refusal):
    pass


@coded(
    "edition.method",
    mark(
        "This edition counts the interest of {product} in another way, and accounts have earned by the way there was. "
        "Name a new kind of account for it. Nothing has been recorded."
    ),
)
@dataclass(frozen=True, slots=True)
class EditionMethod(Refusal):
    product: str


@coded(
    "ledger.refused",
    mark("The ledger refused this: {outcome}. Tell the postmaster. Nothing has been recorded."),
)
@dataclass(frozen=True, slots=True)
class LedgerRefused(Refusal):
    outcome: str
