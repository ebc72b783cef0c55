"""Decisions about cash sent from one office to another, claimed with a code, canceled, or kept for the sender.

    sent ──claim──> claimed          sent ──wrong codes──> blocked ──new code──> sent
    sent ──sender──> canceled       sent ──last day over──> unclaimed | returned to the account ──sender──> canceled

Always true:

1. What is sent is paid once: to who claims it, or back to the sender (``test_what_is_sent_is_paid_once``).
2. Within 30 minutes the sender has everything back, the fee too, unless it was claimed before (12 CFR 1005.34(a));
   later, what was not claimed comes back without the fee (``test_half_an_hour_to_the_millisecond``).
3. A wrong code is recorded, and after a few the transfer pays nobody until the sender comes
   (``test_wrong_codes_are_counted_and_then_blocked``).

A transfer names the office where it may be claimed. Until offices exchange messages that is this office alone; another
is refused, so that nobody pays for what cannot be claimed (docs/decisions/0024-cash-sent.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil.counter.purchases import known_buyers, papers_shown, pledge_purchase, with_today
from counterfoil.facts import remittances as f
from counterfoil.facts.record import Fact
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import rules
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step, each
from counterfoil.office.remittances import asks as ask
from counterfoil.office.remittances import refusals as nay
from counterfoil.office.remittances.folds import checked_at
from counterfoil.office.remittances.rows import CashSendRow
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.remittances import RemittanceTerms
from counterfoil.products.remittances import Disclosure, disclosure, last_day, send_fee, whole_back

PRODUCT = "cash-send"


def _terms(s: State) -> RemittanceTerms | Refusal:
    return rules.offered(s, RemittanceTerms, PRODUCT)


def decide_send(a: ask.SendCash, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Amount and fee, in cash or from an account; the sender has been shown the disclosure and has the code."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    refused = known_buyers(s, a.presented_by, a.on_behalf_of) or (
        rules.paying_out(s, a.account, a.presented_by, a.amount + a.fee) if a.account else None
    )
    if refused:
        return refused
    if a.office != s.place:
        return nay.SendUnreachable(a.office)
    if a.amount > terms.each_max:
        return nay.SendLimit(rules.money(s, terms.each_max), rules.money(s, a.amount))
    fee = send_fee(terms, a.amount)
    if fee != a.fee:
        return nay.SendFeeDiffers(rules.money(s, fee), rules.money(s, a.fee))
    if a.account is None:
        would = with_today(s, a, pledged)
        refused = papers_shown(s, a, would, terms.identification_from, terms.identification)
    refused = refused or rules.approved(by, a.amount, terms.approval_above)
    refused = refused or rules.money_there(s, a.till, a.account, a.amount + a.fee, pledged)
    if refused:
        return refused
    earlier = pledged.sums.get(("cash-send", "visit"), 0)
    number = f"R{len(s.cash_send.rows) + 1 + earlier}-{int.from_bytes(by.chance[:5], 'big')}"
    fact = f.CashSent(
        case=number, till=a.till, amount=a.amount, fee=a.fee, date=a.date, office=a.office,
        expires=last_day(terms, a.date), free_minutes=terms.free_minutes, code=a.code, details=a.details,
        account=a.account, presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification,
        buyer=a.buyer, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _to_claim(s: State, case: str) -> CashSendRow | Refusal:
    """A transfer that may still be claimed here."""
    row = s.cash_send.get(case)
    if row is None or row.office != s.place:
        return nay.SendUnknown(case)
    if row.state == "blocked":
        return nay.ClaimBlocked(case)
    return nay.SendState(case, row.state) if row.state != "sent" else row


def decide_check(a: ask.CheckClaim, s: State, by: Sitting) -> Decision:
    """Right or wrong, the try is on record; at the edition's limit of wrong ones the transfer is blocked."""
    refused = rules.at_till(s, a.date, a.till, by)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    row = _to_claim(s, a.case)
    if isinstance(row, Refusal):
        return row
    right = a.claim_code == row.code
    tries = row.tries + (not right)
    return [Part(a.kind, (f.ClaimChecked(a.case, a.till, right, tries, tries >= terms.tries),))]


def decide_claim(a: ask.ClaimCash, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """Cash to the person it was sent to: right code here and today, papers, the whole amount."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    row = _to_claim(s, a.case)
    if isinstance(row, Refusal):
        return row
    if ("cash-send", a.case) in pledged.taken:
        return nay.SendState(a.case, "claimed")
    if row.checked != checked_at(a.till, a.date):
        return nay.ClaimCodeNeeded(a.case)
    if row.amount != a.amount:
        return nay.SendAmount(a.case, rules.money(s, a.amount))
    refused = (
        known_buyers(s, a.presented_by)
        or (None if a.identification in terms.identification else nay.ClaimPapers(", ".join(terms.identification)))
        or rules.approved(by, a.amount, terms.approval_above)
        or rules.till_has(s, a.till, a.amount, pledged)
    )
    if refused:
        return refused
    fact = f.CashClaimed(
        case=a.case, till=a.till, amount=a.amount, date=a.date, identification=a.identification,
        presented_by=a.presented_by, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_cancel(a: ask.CancelSend, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """The sender has it back while nobody has claimed it, blocked or unclaimed too: fee and all within the time."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    row = s.cash_send.get(a.case)
    if row is None:
        return nay.SendUnknown(a.case)
    if row.state not in ("sent", "blocked", "unclaimed"):
        return nay.SendState(a.case, row.state)
    if ("cash-send", a.case) in pledged.taken:
        return nay.SendState(a.case, "canceled")
    if row.amount != a.amount:
        return nay.SendAmount(a.case, rules.money(s, a.amount))
    # An account that was closed since cannot take it back: its money is kept as unclaimed and paid in cash.
    if a.account != (None if row.state == "unclaimed" else row.account):
        return nay.SendPayer(a.case)
    if row.customer is not None and a.presented_by != row.customer:
        return nay.SendSender(a.case)
    fee = row.fee if row.state != "unclaimed" and whole_back(row.free_minutes, row.sent, by.now) else 0
    if fee != a.fee:
        return nay.SendFeeDiffers(rules.money(s, fee), rules.money(s, a.fee))
    refused = (
        known_buyers(s, a.presented_by)
        or (rules.paying_in(s, a.account) if a.account else None)
        or (None if a.identification in terms.identification else nay.ClaimPapers(", ".join(terms.identification)))
        or rules.approved(by, a.amount, terms.approval_above)
        or (None if a.account else rules.till_has(s, a.till, a.amount + fee, pledged))
    )
    if refused:
        return refused
    fact = f.CashSendCanceled(
        case=a.case, till=a.till, amount=a.amount, fee=fee, date=a.date,
        source="unclaimed" if row.state == "unclaimed" else "sent", identification=a.identification,
        account=a.account, presented_by=a.presented_by,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_unblock(a: ask.UnblockClaim, s: State, by: Sitting) -> Decision:
    """The sender came and showed who she is: a new code. Two sign, one of them a supervisor."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    row = s.cash_send.get(a.case)
    if refused or row is None:
        return refused or nay.SendUnknown(a.case)
    if row.state != "blocked":
        return nay.ClaimNotBlocked(a.case)
    refused = rules.two_sign(s, by, one_supervisor=True)
    return refused or [Part(a.kind, (f.ClaimUnblocked(a.case, a.code, a.details),))]


def told_before(a: ask.SendCash, s: State) -> Disclosure | Refusal:
    """What the sender is told before she pays: the disclosure of this amount today."""
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    if a.amount > terms.each_max:
        return nay.SendLimit(rules.money(s, terms.each_max), rules.money(s, a.amount))
    return disclosure(terms, a.amount, a.date)


def price_send(a: ask.SendCash, s: State) -> int | Refusal:
    """The fee of sending today."""
    told = told_before(a, s)
    return told if isinstance(told, Refusal) else told.fee


def reprice_send(one: f.CashSent, edition: Edition) -> tuple[int, int] | None:
    """A past sending's fee, then and under another edition."""
    terms = edition.terms(RemittanceTerms)
    if terms is None or one.amount > terms.each_max:
        return None
    return one.fee, send_fee(terms, one.amount)


def expired(s: State, date: str) -> Iterator[Fact | None]:
    """What nobody claimed by its last day, in order of their numbers: back to the account, or kept for the sender."""

    def lines(case: str) -> Iterator[Fact]:
        row = s.cash_send.get(case)
        if row is not None and row.state in ("sent", "blocked") and row.expires < date:
            account = row.account if row.account and rules.paying_in(s, row.account) is None else None
            yield f.CashSendExpired(row.case, row.amount, date, account)

    yield from each([case for (case,) in sorted(s.cash_send.rows)], date, str, lines)


def _pledge_sent(one: f.CashSent, pledged: Pledged) -> None:
    pledged.sums["cash-send", "visit"] = pledged.sums.get(("cash-send", "visit"), 0) + 1
    pledge_purchase(one, pledged)


def _pledge_done(one: f.CashClaimed | f.CashSendCanceled, pledged: Pledged) -> None:
    pledged.taken.add(("cash-send", one.case))


SERVICES: Services = {
    "cash-send": decide_send,
    "cash-claim": decide_claim,
    "cash-send-cancel": decide_cancel,
}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {
    "claim-check": decide_check,
    "claim-unblock": decide_unblock,
}
"""All other kinds. A code is checked by itself, so that a refused visit does not forget a wrong one."""

PLEDGES: Pledges = {
    f.CashSent: _pledge_sent,
    f.CashClaimed: _pledge_done,
    f.CashSendCanceled: _pledge_done,
}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = set()
"""None: ``cash-send-cancel`` undoes a sending."""

PRICES: Prices = {"cash-send": price_send}

REPRICE: Reprices = {f.CashSent: reprice_send}

STEPS: tuple[Step, ...] = (Step("cash-sent-expired", "day-step", expired),)
"""What the end of the day does for this product."""
