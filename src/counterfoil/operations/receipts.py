"""What stands on the receipt of an entry: from its kind and its facts, in the language of who takes it.

Always true (``tests/unit/operations/test_receipts.py``): every kind of entry has a title and every fact has lines
(``test_every_kind_and_fact_has_its_words``); an amount on a receipt is an amount of the fact, and nothing else is
computed but a count's total and its difference (``test_a_receipt_shows_the_amount_of_its_entry``); a visit is one
receipt with one code a service (``test_a_visit_has_one_code_a_service``); a difference is shown with both words,
Accept and Dispute, and as nobody's debt (``test_a_closed_till_shows_both_answers``).

Here is no store and no printer: ``operations.papers`` reads the entry, ``counter.receipt`` lays the words on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from counterfoil.counter.receipt import Receipt
from counterfoil.counter.services import SERVICES
from counterfoil.facts import counter as c
from counterfoil.facts import customers as p
from counterfoil.facts import money as m
from counterfoil.facts import office as o
from counterfoil.facts.record import Fact
from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.words import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.operations.words.base import LINES as LINES
from counterfoil.operations.words.base import Around as Around
from counterfoil.operations.words.base import Line, Notes, Titles, account_line, pieces, says

_PRODUCTS = (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end)


class Printed(NamedTuple):
    """One entry as its receipt needs it. ``slip``: the text of its code, or "" if it cannot be made here."""

    epoch: int
    sequence: int
    kind: str
    facts: tuple[Fact, ...]
    slip: str


def receipt_of(entries: Sequence[Printed], around: Around, *, copy: bool = False) -> Receipt:
    """The receipt of one request: its entries in order, each with its code. ``copy``: it was printed before."""
    last = entries[-1]
    settled = next((fact for fact in last.facts if isinstance(fact, m.VisitSettled)), None)
    lines: list[Line] = []
    notes: list[str] = []
    for entry in entries:
        if len(entries) > 1:
            lines.append((title(entry.kind, around).upper(), ""))
        lines += lines_of(entry, around)
        notes += notes_of(entry, around)
    if settled is not None:
        lines += _settled(settled, around)
    lines += [line for line in _who(around) if line not in lines]
    if any(entry.kind in SERVICES for entry in entries):
        notes += around.foot
    slips = tuple(entry.slip for entry in entries if entry.slip)
    if not slips:
        notes.append(
            around.say(
                mark(
                    "No code can be printed here: the key of this entry's log is not on this computer. Ask for a proof."
                )
            )
        )
    return Receipt(
        language=around.language,
        office=around.office,
        title=around.say(mark("Your visit")) if settled is not None else title(last.kind, around),
        lines=tuple(lines),
        notes=tuple(dict.fromkeys(notes)),
        slip=slips[0] if slips else "",
        more_slips=slips[1:],
        copy=copy,
        practice=around.practice,
        number=_number(entries, around),
        when=around.when,
    )


def title(kind: str, around: Around) -> str:
    """What a kind of entry is called on paper."""
    return around.say(TITLES[kind])


def lines_of(entry: Printed, around: Around) -> list[Line]:
    """The lines of one entry's facts."""
    closes = any(isinstance(fact, c.TillClosed) for fact in entry.facts)
    lines: list[Line] = []
    for fact in entry.facts:
        if isinstance(fact, c.TillCounted) and closes:  # The Z report below says the same figures.
            lines += pieces(fact.count, around)
        elif not isinstance(fact, m.VisitSettled):
            lines += LINES[type(fact)](fact, around)
    return lines


def notes_of(entry: Printed, around: Around) -> list[str]:
    """What is said in words below the lines."""
    texts = NOTES.get(entry.kind, ())
    differs = any(isinstance(fact, c.TillClosed) and fact.case for fact in entry.facts)
    if entry.kind in ("till-close", "till-count-absent") and not differs:
        texts = ()
    return [around.say(text) for text in texts]


def _number(entries: Sequence[Printed], around: Around) -> str:
    first, last = entries[0], entries[-1]
    if first.sequence == last.sequence:
        return around.say(mark("entry {entry} · epoch {epoch}"), entry=last.sequence, epoch=last.epoch)
    return around.say(
        mark("entries {first} to {last} · epoch {epoch}"), first=first.sequence, last=last.sequence, epoch=last.epoch
    )


def _who(w: Around) -> list[Line]:
    lines = [w.line(mark("Clerk"), w.clerks[0])] if w.clerks else [w.line(mark("Made by"), w.say(mark("the system")))]
    if len(w.clerks) > 1:
        lines.append(w.line(mark("Also signed by"), ", ".join(w.clerks[1:])))
    if w.day and not w.when.startswith(w.day):
        lines.append(w.line(mark("Business day"), w.day))
    return lines


def _settled(f: m.VisitSettled, w: Around) -> list[Line]:
    lines = [w.line(mark("TOTAL"))]
    if f.net > 0:
        lines.append(w.line(mark("To pay in cash"), w.money(f.net)))
    elif f.net < 0:
        lines.append(w.line(mark("Cash paid to you"), w.money(-f.net)))
    if f.tendered:
        lines.append(w.line(mark("Cash you gave"), w.money(f.tendered)))
    if f.change:
        lines.append(w.line(mark("Your change"), w.money(f.change)))
    return lines


# --- lines, fact by fact ----------------------------------------------------------------------------------------------


def _compared(counted: int, expected: int, w: Around) -> list[Line]:
    return [
        w.line(mark("Counted"), w.money(counted)),
        w.line(mark("Expected by the books"), w.money(expected)),
        w.line(mark("Difference"), w.money(counted - expected)),
    ]


def _key(public_key: bytes) -> str:
    """A key's fingerprint in groups of four."""
    text = clerk_key_id(public_key).hex()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@says(o.EpochOpened)
def _epoch_opened(f: o.EpochOpened, w: Around) -> list[Line]:
    return [
        w.line(mark("Log"), f.origin),
        w.line(mark("Key"), f.node_key.hex()),
        *([w.line(mark("Reason"), f.reason)] if f.reason else []),
    ]


@says(o.EpochClosed)
def _epoch_closed(f: o.EpochClosed, w: Around) -> list[Line]:
    return [w.line(mark("Next key"), f.next_key.hex()), w.line(mark("Reason"), f.reason)]


@says(o.EditionTaken)
def _edition_taken(f: o.EditionTaken, w: Around) -> list[Line]:
    return [w.line(mark("In force from"), f.effective)]


@says(o.ClerkEnrolled)
def _enrolled(f: o.ClerkEnrolled, w: Around) -> list[Line]:
    return [
        w.line(mark("Clerk number"), f.clerk),
        w.line(mark("Role"), w.say(_ROLES.get(f.role, f.role))),
        w.line(mark("Key fingerprint"), _key(f.public_key)),
        w.line(mark("Kept in"), w.say(_CUSTODY.get(f.custody, f.custody))),
        w.line(mark("Enrolled by"), w.say(_ENROLLED[f.how])),
    ]


@says(o.KeyRevoked)
def _revoked(f: o.KeyRevoked, w: Around) -> list[Line]:
    return [
        w.line(mark("Clerk number"), f.clerk),
        w.line(mark("Key fingerprint"), " ".join(f.key_id.hex()[n : n + 4] for n in range(0, 16, 4))),
        w.line(mark("Reason"), f.reason),
        *([w.line(mark("The clerk leaves this office"))] if f.leaves else []),
    ]


@says(o.DayOpened)
def _day_opened(f: o.DayOpened, w: Around) -> list[Line]:
    clock = mark("the computer's") if f.clock == "machine" else mark("the file's")
    return [
        w.line(mark("Business day"), f.date),
        w.line(mark("Clock"), w.say(clock)),
        w.line(mark("Valid clerk keys"), len(f.keys)),
    ]


@says(o.VaultCounted)
def _vault_counted(f: o.VaultCounted, w: Around) -> list[Line]:
    return [*pieces(f.count, w), *_compared(f.counted, f.expected, w)]


@says(o.DayClosed)
def _day_closed(f: o.DayClosed, w: Around) -> list[Line]:
    tills = [(w.say(mark("Till {till}"), till=till), w.money(cash)) for till, cash in f.tills]
    return [
        w.line(mark("Business day"), f.date),
        w.line(mark("Vault"), w.money(f.vault)),
        *tills,
        *([w.line(mark("Closed after the end of that day"))] if f.late else []),
    ]


@says(c.TillOpened)
def _till_opened(f: c.TillOpened, w: Around) -> list[Line]:
    shared = [w.line(mark("Shared drawer: no one clerk answers for it"))] if f.shared else []
    return [w.line(mark("Till"), f.till), *shared, *pieces(f.count, w), *_compared(f.counted, f.expected, w)]


@says(c.CashFromVault, c.CashToVault)
def _vault_moved(f: c.CashFromVault | c.CashToVault, w: Around) -> list[Line]:
    return [w.line(mark("Till"), f.till), *pieces(f.count, w), w.line(mark("Amount"), w.money(f.amount))]


@says(c.TillHandedOver)
def _handed_over(f: c.TillHandedOver, w: Around) -> list[Line]:
    return [
        w.line(mark("From till"), f.till),
        w.line(mark("To till"), f.to_till),
        *pieces(f.count, w),
        w.line(mark("Amount"), w.money(f.amount)),
    ]


@says(c.CashExchanged)
def _exchanged(f: c.CashExchanged, w: Around) -> list[Line]:
    return [
        w.line(mark("Taken from you")),
        *pieces(f.taken, w),
        w.line(mark("Given to you")),
        *pieces(f.given, w),
        w.line(mark("Amount"), w.money(f.amount)),
    ]


@says(c.SuspectNoteKept)
def _note_kept(f: c.SuspectNoteKept, w: Around) -> list[Line]:
    return [
        w.line(mark("Face value of the note"), w.money(f.face)),
        w.line(mark("Serial number"), f.serial),
        w.line(mark("What was seen"), f.reason),
    ]


@says(c.SurpriseCounted)
def _surprise(f: c.SurpriseCounted, w: Around) -> list[Line]:
    return [w.line(mark("Till"), f.till), *pieces(f.count, w), *_compared(f.counted, f.expected, w)]


def _totals(totals: Sequence[Sequence[Any]], w: Around) -> list[Line]:
    lines: list[Line] = []
    for kind, number, cash_in, cash_out in totals:
        lines.append((f"{title(kind, w) if kind in TITLES else kind} × {number}", ""))
        if cash_in:
            lines.append(w.line(mark("cash in"), w.money(cash_in)))
        if cash_out:
            lines.append(w.line(mark("cash out"), w.money(cash_out)))
    return lines


@says(c.TillReported)
def _reported(f: c.TillReported, w: Around) -> list[Line]:
    return [w.line(mark("Till"), f.till), *_totals(f.totals, w)]


@says(c.TillCounted)
def _till_counted(f: c.TillCounted, w: Around) -> list[Line]:
    return [
        w.line(mark("Till"), f.till),
        *pieces(f.count, w),
        *_compared(f.counted, f.expected, w),
        *_stamps(f.stock_counted, f.stock_expected, w),
    ]


def _stamps(counted: int, expected: int, w: Around) -> list[Line]:
    if not counted and not expected:
        return []
    return [
        w.line(mark("Stamps counted"), w.money(counted)),
        w.line(mark("Stamps expected"), w.money(expected)),
        w.line(mark("Difference in stamps"), w.money(counted - expected)),
    ]


@says(c.TillClosed)
def _till_closed(f: c.TillClosed, w: Around) -> list[Line]:
    head = [
        w.line(mark("Till"), f.till),
        w.line(mark("Z report number"), f.report),
        w.line(mark("Clerk of the till"), f.clerk)
        if f.clerk
        else w.line(mark("Shared drawer: no one clerk answers for it")),
        *_totals(f.totals, w),
        *_compared(f.counted, f.expected, w),
        *_stamps(f.stock_counted, f.stock_expected, w),
    ]
    case = [w.line(mark("Case"), f.case), w.line(mark("Answer"), w.say(_ANSWERS[f.answer]))] if f.case else []
    return [*head, *case, *([w.line(mark("Note"), f.note)] if f.note else [])]


@says(c.DifferenceDisputed)
def _disputed(f: c.DifferenceDisputed, w: Around) -> list[Line]:
    return [w.line(mark("Case"), f.case), w.line(mark("Reason"), f.reason)]


@says(c.DifferenceAccepted)
def _accepted(f: c.DifferenceAccepted, w: Around) -> list[Line]:
    return [w.line(mark("Case"), f.case), *([w.line(mark("Note"), f.note)] if f.note else [])]


@says(c.PouchSent)
def _pouch_sent(f: c.PouchSent, w: Around) -> list[Line]:
    return [
        w.line(mark("Pouch"), f.token),
        w.line(mark("To office"), f.office),
        w.line(mark("Seal"), f.seal),
        *pieces(f.count, w),
        w.line(mark("Amount"), w.money(f.amount)),
    ]


@says(c.PouchReceived)
def _pouch_received(f: c.PouchReceived, w: Around) -> list[Line]:
    return [
        w.line(mark("Pouch"), f.token),
        w.line(mark("From office"), f.office),
        w.line(mark("Condition"), w.say(_CONDITIONS[f.condition])),
        *([w.line(mark("Our own pouch, come back"))] if f.returned else []),
        *pieces(f.count, w),
        w.line(mark("Declared on the label"), w.money(f.declared)),
        w.line(mark("Found in it"), w.money(f.counted)),
    ]


@says(c.PouchLost)
def _pouch_lost(f: c.PouchLost, w: Around) -> list[Line]:
    return [
        w.line(mark("Pouch"), f.token),
        w.line(mark("Amount"), w.money(f.amount)),
        w.line(mark("Reason"), f.reason),
    ]


@says(c.StockReceived, c.StockToTill, c.StockFromTill)
def _stock_moved(f: c.StockReceived | c.StockToTill | c.StockFromTill, w: Around) -> list[Line]:
    till = [] if isinstance(f, c.StockReceived) else [w.line(mark("Till"), f.till)]
    return [*till, (f"{f.quantity} × {w.item(f.item)}", w.money(f.value))]


@says(c.StampsSold)
def _stamps_sold(f: c.StampsSold, w: Around) -> list[Line]:
    return [
        (
            w.say(
                mark("{quantity} × {item} at {price}"), quantity=f.quantity, item=w.item(f.item), price=w.money(f.face)
            ),
            "",
        ),
        w.line(mark("Cash taken in"), w.money(f.amount)),
    ]


def _details(w: Around) -> list[Line]:
    """As they were given, so that the customer can see whether they were written down rightly."""
    return [
        w.line(text, w.details[name])
        for name, text in (
            ("name", mark("Name")),
            ("lives", mark("Lives")),
            ("mail", mark("Mail goes to")),
            ("phone", mark("Phone")),
        )
        if name in w.details
    ]


@says(p.CustomerOpened)
def _customer_opened(f: p.CustomerOpened, w: Around) -> list[Line]:
    return [w.line(mark("Customer number"), f.customer), *_details(w)]


@says(p.CustomerChanged)
def _customer_changed(f: p.CustomerChanged, w: Around) -> list[Line]:
    changed = ", ".join(w.say(_DETAIL_NAMES.get(str(name), str(name))) for name in f.what)
    return [
        w.line(mark("Customer number"), f.customer),
        w.line(mark("Corrected") if f.correction else mark("Changed"), changed),
        *_details(w),
    ]


@says(p.AccountOpened)
def _account_opened(f: p.AccountOpened, w: Around) -> list[Line]:
    return [w.line(mark("Account number"), f.account)]


@says(p.AccountClosed, p.AccountReopened, p.AccountFrozen, p.AccountUnfrozen)
def _account_changed(
    f: p.AccountClosed | p.AccountReopened | p.AccountFrozen | p.AccountUnfrozen, w: Around
) -> list[Line]:
    return [account_line(f.account, w), w.line(mark("Reason"), f.reason)]


@says(p.LegalHoldPlaced)
def _hold_placed(f: p.LegalHoldPlaced, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Case"), f.case),
        w.line(mark("Held back"), w.money(f.amount)),
        w.line(mark("Ordered by"), f.authority),
    ]


@says(p.LegalHoldReleased)
def _hold_released(f: p.LegalHoldReleased, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Case"), f.case),
        w.line(mark("Free again"), w.money(f.amount)),
        w.line(mark("Reason"), f.reason),
    ]


@says(p.BalanceTold)
def _balance_told(f: p.BalanceTold, w: Around) -> list[Line]:
    return [
        account_line(f.account, w),
        w.line(mark("Balance"), w.money(f.balance)),
        w.line(mark("Can be paid out"), w.money(f.available)),
    ]


@says(m.CashDeposited)
def _deposited(f: m.CashDeposited, w: Around) -> list[Line]:
    return [account_line(f.account, w), *pieces(f.count, w), w.line(mark("Cash taken in"), w.money(f.amount))]


@says(m.CashWithdrawn)
def _withdrawn(f: m.CashWithdrawn, w: Around) -> list[Line]:
    return [account_line(f.account, w), *pieces(f.count, w), w.line(mark("Cash paid out"), w.money(f.amount))]


@says(m.Transferred)
def _transferred(f: m.Transferred, w: Around) -> list[Line]:
    return [
        w.line(mark("From account ending in"), f.account[-4:]),
        w.line(mark("To account ending in"), f.to_account[-4:]),
        w.line(mark("Amount"), w.money(f.amount)),
        *([w.line(mark("Reference"), f.reference)] if f.reference else []),
    ]


@says(m.Reversed)
def _reversed(f: m.Reversed, w: Around) -> list[Line]:
    return [
        w.line(mark("Undoes"), title(f.kind, w) if f.kind in TITLES else f.kind),
        w.line(mark("Entry"), f.sequence),
        w.line(mark("Amount"), w.money(sum(leg[2] for leg in f.legs))),
        w.line(mark("Reason"), f.reason),
    ]


@says(m.HouseAdvanced)
def _advanced(f: m.HouseAdvanced, w: Around) -> list[Line]:
    return [
        w.line(mark("Case"), f.case),
        account_line(f.account, w),
        w.line(mark("Paid by the house"), w.money(f.amount)),
    ]


@says(m.HouseMoved)
def _moved(f: m.HouseMoved, w: Around) -> list[Line]:
    way = mark("Paid into the account") if f.direction == "in" else mark("Taken from the account")
    return [account_line(f.account, w), w.line(way, w.money(f.amount)), w.line(mark("What for"), f.what)]


# --- the words --------------------------------------------------------------------------------------------------------

TITLES: Titles = {
    "epoch-open": mark("New log opened"),
    "epoch-close": mark("Log closed"),
    "policy-edition": mark("Policy edition"),
    "clerk-enrol": mark("Clerk key"),
    "clerk-rotate": mark("New clerk key"),
    "clerk-revoke": mark("Clerk key ended"),
    "day-open": mark("Day opened"),
    "vault-count": mark("Vault counted"),
    "day-close": mark("Day closed"),
    "till-open": mark("Till opened"),
    "cash-from-vault": mark("Cash: vault to till"),
    "cash-to-vault": mark("Cash: till to vault"),
    "till-handover": mark("Cash: till to till"),
    "cash-exchange": mark("Notes and coins exchanged"),
    "suspect-note": mark("Note kept for a check"),
    "surprise-count": mark("Surprise count"),
    "till-report": mark("X report"),
    "till-count": mark("Till counted"),
    "till-close": mark("Z report"),
    "difference-dispute": mark("Difference: dispute"),
    "till-count-absent": mark("Z report, clerk absent"),
    "difference-accept": mark("Difference: accept"),
    "pouch-out": mark("Pouch sent"),
    "pouch-in": mark("Pouch received"),
    "pouch-lost": mark("Pouch lost"),
    "stock-in": mark("Stamps received"),
    "stock-to-till": mark("Stamps to till"),
    "stock-from-till": mark("Stamps from till"),
    "stamp-sale": mark("Stamps"),
    "customer-open": mark("Customer record"),
    "customer-change": mark("Customer record changed"),
    "account-open": mark("Account opened"),
    "account-close": mark("Account closed"),
    "account-reopen": mark("Account opened again"),
    "account-freeze": mark("Account frozen"),
    "account-unfreeze": mark("Account no longer frozen"),
    "legal-hold": mark("Legal hold"),
    "legal-hold-release": mark("Legal hold lifted"),
    "balance-told": mark("Balance"),
    "deposit": mark("Deposit"),
    "withdrawal": mark("Withdrawal"),
    "transfer": mark("Transfer"),
    "reversal": mark("Reversal"),
    "house-advance": mark("House advance"),
    "house-movement": mark("Account movement"),
}
"""Kind of entry → the title of its receipt."""

_EQUAL = mark(
    "Accept and Dispute are equally good answers. The difference is the house's and never a debt of the clerk. "
    "The clerk may still dispute it on any later day."
)
NOTES: Notes = {
    "suspect-note": (
        mark(
            "This note may not be real, so we must keep it and send it to be checked. You did nothing wrong by "
            "bringing it in. Keep this paper: it shows that we have your note."
        ),
    ),
    "till-close": (_EQUAL,),
    "till-count-absent": (_EQUAL,),
    "difference-dispute": (mark("The money stays with the house while this is looked into. Nothing is collected."),),
    "difference-accept": (mark("The difference stays the house's. Nothing is collected from the clerk."),),
    "clerk-enrol": (mark("Keep this paper. If this fingerprint is ever shown with other digits, it is not your key."),),
    "clerk-rotate": (
        mark("Your old key signs nothing from now on. Keep this paper with the fingerprint of the new one."),
    ),
    "reversal": (mark("The first entry stays in the books, and so does this one, which undoes it."),),
    "house-advance": (
        mark("The house pays for now what this account lacks. It is not a charge to the clerk or to the till."),
    ),
    "account-freeze": (mark("Money can come in but not go out. You may ask why, and who can lift it."),),
    "legal-hold": (mark("This part of the balance cannot be paid out until the hold is lifted. The rest can."),),
    "account-open": (mark("Keep this number. There is no fee and no smallest balance, and you can never overdraw."),),
    "customer-open": (mark("Look whether this is written as you write it. If not, we put it right at no cost."),),
    "customer-change": (mark("Look whether this is written as you write it. If not, we put it right at no cost."),),
}
"""Kind of entry → what is said below its lines. The two Z reports say theirs only of a difference."""
for _product in _PRODUCTS:
    TITLES |= _product.TITLES
    NOTES |= _product.NOTES

_ROLES = {
    "clerk": mark("clerk"),
    "supervisor": mark("supervisor"),
    "postmaster": mark("postmaster"),
    "operations": mark("operations"),
    "auditor": mark("auditor"),
}
_CUSTODY = {
    "stick": mark("a stick"),
    "keyring": mark("the computer's key store"),
    "file": mark("a file on the computer"),
    "passphrase": mark("a passphrase"),
}
_ENROLLED = {
    o.BY_OPERATOR: mark("the operator"),
    o.BY_SUPERVISOR: mark("a supervisor"),
    o.BY_OLD_KEY: mark("the old key"),
    o.BY_TWO_CLERKS: mark("two other clerks"),
}
_ANSWERS = {
    "none": mark("none"),
    "accept": mark("Accept"),
    "dispute": mark("Dispute"),
    "absent": mark("not yet: Accept or Dispute"),
}
_CONDITIONS = {"whole": mark("whole"), "partial": mark("partial"), "damaged": mark("damaged")}
_DETAIL_NAMES = {
    "name": mark("name"),
    "lives": mark("where you live"),
    "mail": mark("where your mail goes"),
    "phone": mark("phone"),
    "born": mark("date of birth"),
    "language": mark("language"),
    "identification": mark("papers"),
    "note": mark("note"),
    "nothing": mark("nothing"),
}
