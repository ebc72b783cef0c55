"""Decisions about bills paid at the window.

Always true:

1. A bill is taken only with a number that its biller can have, at the fee of the edition
   (``test_a_bill_at_the_window``), and the day on which the biller has it is told.
2. Until it goes (at the end of its day, but for billers of the same day) it may be called back, whole and with its fee
   (``test_a_bill_called_back_costs_nothing``). One that comes back is the payer's again, with the fee.
3. A stop holds it back until its last day is over or it is lifted, and its money may be had back meanwhile
   (``test_a_stopped_bill_does_not_go``).
4. Its money is never in a clerk's till and never goes out twice (``test_a_bill_goes_back_once``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from counterfoil.facts import bills as f
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import local_time_of
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as base
from counterfoil.office import rules
from counterfoil.office.bills import asks as ask
from counterfoil.office.bills import refusals as no
from counterfoil.office.bills.folds import resting
from counterfoil.office.bills.rows import BillItemRow
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step, each
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.bills import Biller, BillTerms
from counterfoil.products.bill_reference import fits, normal
from counterfoil.products.calendar import add_banking_days, banking_day_from, calendar_of

CASE_LEAD = "B"
STOP_DAYS = 184
"""How far ahead the last day of a stop may lie: six months, as long as a written stop of a check holds (UCC 4-403)."""
_BACK_OFFICE = ("supervisor", "postmaster", "operations")


def _biller(s: State, name: str) -> tuple[BillTerms, Biller] | Refusal:
    terms = rules.offered(s, BillTerms, "bill-pay")
    if isinstance(terms, Refusal):
        return terms
    biller = terms.billers.get(name)
    return (terms, biller) if biller is not None else no.BillerUnknown(name)


def decide_pay(a: ask.PayBill, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """A bill of a biller in the directory, for today or a later day."""
    refused: Refusal | None = (
        rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    )
    if not refused and a.account is not None:
        refused = rules.paying_out(s, a.account, a.presented_by, a.amount + a.fee)
    for person in (a.presented_by, a.on_behalf_of):
        if not refused and person is not None and s.customer.get(person) is None:
            refused = base.CustomerUnknown(person)
    if refused:
        return refused
    found = _biller(s, a.biller)
    if isinstance(found, Refusal):
        return found
    terms, biller = found
    reference, goes = normal(a.reference), _goes(a, s, by, terms)
    if not fits(reference, biller.forms, biller.check):
        return no.BillReference(reference, biller.title, biller.forms[0])
    if isinstance(goes, Refusal):
        return goes
    refused = _within(a, s, terms, biller, by)
    if refused:
        return refused
    refused = rules.money_there(s, a.till, a.account, a.amount + a.fee, pledged)
    if refused:
        return refused
    sent = biller.same_day and goes == date.fromisoformat(a.date)
    arrives = goes if sent else add_banking_days(goes, biller.days, calendar_of(rules.edition(s)))
    fact = f.BillPaid(
        case=_case(s, by, pledged), biller=a.biller, title=biller.title, reference=reference, amount=a.amount,
        fee=a.fee, till=a.till, date=a.date, on=goes.isoformat(),
        arrives=arrives.isoformat(), sent=sent, account=a.account,
        presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _goes(a: ask.PayBill, s: State, by: Sitting, terms: BillTerms) -> date | Refusal:
    """The banking day on which it goes: the day asked for, or the next one that is; after the cut-off today is over."""
    today = date.fromisoformat(a.date)
    asked = date.fromisoformat(a.on) if a.on is not None else today
    if not today <= asked <= today + timedelta(days=terms.ahead_days):
        return no.BillDay(asked.isoformat(), terms.ahead_days)
    local = local_time_of(by.now, s.current.zone if s.current else "UTC")
    late = local.date() > today or local.hour >= terms.cutoff_hour
    first = today + timedelta(days=1) if asked == today and late else asked
    return banking_day_from(first, calendar_of(rules.edition(s)))


def _within(a: ask.PayBill, s: State, terms: BillTerms, biller: Biller, by: Sitting) -> Refusal | None:
    """Price, limits, papers, and the second signature."""
    if a.fee != biller.fee:
        return no.BillFee(biller.title, rules.money(s, biller.fee), rules.money(s, a.fee))
    if not biller.least <= a.amount <= biller.most:
        least, most = rules.money(s, biller.least), rules.money(s, biller.most)
        return no.BillLimit(biller.title, least, most, rules.money(s, a.amount))
    unnamed = a.presented_by is None or a.identification not in terms.papers
    if a.amount > terms.papers_above and a.account is None and unnamed:
        return no.BillPapers(rules.money(s, terms.papers_above), ", ".join(terms.papers))
    return rules.approved(by, a.amount, terms.approval_above)


def _case(s: State, by: Sitting, pledged: Pledged) -> str:
    number = len(s.bill_item.rows) + pledged.sums.get(("bill-made", ""), 0) + 1
    return f"{CASE_LEAD}{number}-{int.from_bytes(by.chance[3:6], 'big')}"


def _item(s: State, case: str, *states: str) -> BillItemRow | Refusal:
    row = s.bill_item.get(case)
    if row is None:
        return no.BillUnknown(case)
    return row if row.state in states else no.BillInState(case, row.state)


def _told_us(s: State, date: str, by: Sitting) -> Refusal | None:
    """The day is open, and a supervisor or the back office enters what billers tell us; or the system does."""
    refused = rules.open_day(s, date, by)
    rows = [s.clerk.get(clerk) for clerk in by.signers]
    if refused or not rows or any(row is not None and row.role in _BACK_OFFICE for row in rows):
        return refused
    return base.RoleNeeded("supervisor")


def decide_confirm(a: ask.ConfirmBill, s: State, by: Sitting) -> Decision:
    """The biller has it."""
    refused = _told_us(s, a.date, by)
    if refused:
        return refused
    item = _item(s, a.case, "sent")
    return item if isinstance(item, Refusal) else [Part(a.kind, (f.BillConfirmed(a.case, item.amount, a.date),))]


def decide_return(a: ask.ReturnBill, s: State, by: Sitting) -> Decision:
    """It came back, even after it was confirmed: it waits for its payer, with the fee."""
    refused = _told_us(s, a.date, by)
    if refused:
        return refused
    item = _item(s, a.case, "sent", "confirmed")
    if isinstance(item, Refusal):
        return item
    if a.tag is not None and resting(s, a.tag, item.amount) is None:
        return no.BillMoneyNotHere(a.tag, rules.money(s, item.amount))
    return [Part(a.kind, (f.BillReturned(a.case, item.amount, item.fee, a.reason, a.date, a.tag),))]


def decide_stop(a: ask.StopBill, s: State, by: Sitting) -> Decision:
    """Stopped at once, at the payer's word; one person suffices: it must be quick, and nothing is lost by it."""
    refused = rules.open_day(s, a.date, by)
    if refused:
        return refused
    item = _item(s, a.case, "stopped" if a.lift else "waiting")
    if isinstance(item, Refusal):
        return item
    if a.lift:
        return [Part(a.kind, (f.BillStopped(a.case, item.amount, a.date, a.reason, lifted=True),))]
    last = (date.fromisoformat(a.date) + timedelta(days=STOP_DAYS)).isoformat()
    if a.until is not None and not a.date <= a.until <= last:
        return no.BillStopDay(last, a.until)
    return [Part(a.kind, (f.BillStopped(a.case, item.amount, a.date, a.reason, a.until),))]


def decide_unmatched(a: ask.UnknownBillMoney, s: State, by: Sitting) -> Decision:
    """Unknown money rests with the house until its bill is found."""
    refused = _told_us(s, a.date, by) or rules.in_currency(s, a.currency)
    return refused or [Part(a.kind, (f.BillMoneyUnknown(a.amount, a.tag, a.date),))]


def decide_refund(a: ask.RefundBill, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """What came back is paid out."""
    item = _back(a, s, by, pledged, "came-back")
    if isinstance(item, Refusal):
        return item
    fact = f.BillRefunded(
        case=a.case, amount=item.amount + item.fee, till=a.till, date=a.date, account=a.account,
        presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_cancel(a: ask.CancelBill, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """A bill that has not gone is called back, whole, stopped or not."""
    item = _back(a, s, by, pledged, "waiting", "stopped")
    if isinstance(item, Refusal):
        return item
    fact = f.BillCancelled(
        case=a.case, amount=item.amount, fee=item.fee, till=a.till, date=a.date, account=a.account,
        presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _back(
    a: ask.RefundBill | ask.CancelBill, s: State, by: Sitting, pledged: Pledged, *states: str
) -> BillItemRow | Refusal:
    """The bill whose money may go back now, to where it may go."""
    refused: Refusal | None = rules.at_till(s, a.date, a.till, by)
    if not refused and a.account is not None:
        refused = rules.paying_in(s, a.account)
    if refused:
        return refused
    item = _item(s, a.case, *states)
    if isinstance(item, Refusal):
        return item
    if ("bill-back", a.case) in pledged.taken:
        return no.BillInState(a.case, "refunded" if "came-back" in states else "called-back")
    if item.account is not None and a.account != item.account:
        return no.BillAccount(a.case, item.account)
    whole, terms = item.amount + item.fee, rules.edition(s).terms(BillTerms)
    refused = rules.approved(by, whole, terms.approval_above) if terms is not None else None
    return refused or rules.money_goes(s, a.till, a.account, whole, pledged) or item


def goes_out(s: State, day: str) -> Iterator[Fact | None]:
    """The bills whose day has come and that no stop holds back."""

    def lines(case: str) -> list[Fact]:
        row = s.bill_item.get(case)
        held = row is not None and row.state == "stopped" and (row.until is None or day <= row.until)
        if row is None or held or row.state not in ("waiting", "stopped") or row.on > day:
            return []
        return [f.BillSent(case, row.amount, day)]

    waiting = sorted(row.case for row in s.bill_item.rows.values() if row.state in ("waiting", "stopped"))
    yield from each(waiting, day, lambda case: case, lines)


def _pledge_made(fact: f.BillPaid, pledged: Pledged) -> None:
    pledged.sums["bill-made", ""] = pledged.sums.get(("bill-made", ""), 0) + 1


def _pledge_back(fact: f.BillRefunded | f.BillCancelled, pledged: Pledged) -> None:
    pledged.taken.add(("bill-back", fact.case))


def _price(a: ask.PayBill, s: State) -> int | Refusal:
    found = _biller(s, a.biller)
    return found if isinstance(found, Refusal) else found[1].fee


def _reprice(fact: f.BillPaid, edition: Edition) -> tuple[int, int] | None:
    terms = edition.terms(BillTerms)
    biller = terms.billers.get(fact.biller) if terms else None
    return (fact.fee, biller.fee) if biller else None


SERVICES: Services = {"bill-pay": decide_pay, "bill-refund": decide_refund, "bill-cancel": decide_cancel}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {
    "bill-confirm": decide_confirm,
    "bill-return": decide_return,
    "bill-unmatched": decide_unmatched,
    "bill-stop": decide_stop,
}
"""All other kinds."""

PLEDGES: Pledges = {f.BillPaid: _pledge_made, f.BillRefunded: _pledge_back, f.BillCancelled: _pledge_back}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = set()
"""Kinds whose exact negation by a reversal undoes them whole: none, a bill is called back instead."""

PRICES: Prices = {"bill-pay": _price}

REPRICE: Reprices = {f.BillPaid: _reprice}

STEPS: tuple[Step, ...] = (Step("bills", "day-step", goes_out),)
"""What the end of the day does for this product."""
