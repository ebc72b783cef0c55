"""Decisions about money orders: forms as accountable stock, sale, cashing, refund, replacement, stop, trace, count.

Always true:

1. A form is sold once and paid once, also within one visit (``test_an_order_is_paid_once``).
2. What the open orders of the register add up to is what the ledger owes on them
   (``test_open_orders_add_up_to_the_ledger``).
3. From the edition's line on, one person's purchases of a day need her papers (``counter.purchases``).
4. A blank form that is missing at a count opens a case that weighs nothing on the clerk
   (``test_a_missing_form_is_a_question_and_no_debt``).

Only this office's register is known here: an order of another office is refused until offices exchange registers
(docs/decisions/0023-money-orders.md).
"""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.counter.purchases import known_buyers, papers_shown, pledge_purchase, with_today
from counterfoil.facts import money_orders as o
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import refusals as no
from counterfoil.office import rules
from counterfoil.office.deciding import Decisions, Pledges, Prices, Reprices, Services, Step
from counterfoil.office.money_orders import asks as ask
from counterfoil.office.money_orders import refusals as nay
from counterfoil.office.money_orders.folds import RESERVE
from counterfoil.office.money_orders.forms import forms_at
from counterfoil.office.money_orders.rows import OrderRow
from counterfoil.office.rules import NOTHING, Decision, Part, Pledged, Sitting
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.products.money_orders import order_fee, serials

PRODUCT = "money-orders"


def _terms(s: State) -> MoneyOrderTerms | Refusal:
    return rules.offered(s, MoneyOrderTerms, PRODUCT)


# --- forms ------------------------------------------------------------------------------------------------------------


def decide_receive(a: ask.ReceiveOrders, s: State, by: Sitting) -> Decision:
    """A block of blank forms into the reserve; every serial once in the life of the office."""
    refused = rules.open_day(s, a.date, by) or rules.two_sign(s, by)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    block = serials(a.first, a.quantity)
    for serial in block:
        if s.money_order.get(serial) is not None:
            return nay.OrderKnown(serial)
    return [Part(a.kind, (o.OrdersReceived(a.first, len(block)),))]


def _all_at(s: State, first: str, quantity: int, place: str) -> Refusal | None:
    for serial in serials(first, quantity):
        refused = _blank_at(s, serial, place)
        if refused:
            return refused
    return None


def _blank_at(s: State, serial: str, place: str, pledged: Pledged = NOTHING) -> Refusal | None:
    row = s.money_order.get(serial)
    if row is None or row.state != "blank" or row.place != place or ("order", serial) in pledged.taken:
        return nay.OrderNotHere(serial, place)
    return None


def decide_to_till(a: ask.OrdersToDrawer, s: State, by: Sitting) -> Decision:
    """Blank forms from the reserve to a till."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.two_sign(s, by) or _all_at(s, a.first, a.quantity, RESERVE)
    return refused or [Part(a.kind, (o.OrdersToTill(a.till, a.first, a.quantity),))]


def decide_from_till(a: ask.OrdersFromDrawer, s: State, by: Sitting) -> Decision:
    """Blank forms from a till back to the reserve, also after its count."""
    refused = (
        rules.open_day(s, a.date, by)
        or rules.own_till(s, a.till, by, counted=True)
        or rules.two_sign(s, by)
        or _all_at(s, a.first, a.quantity, a.till)
    )
    return refused or [Part(a.kind, (o.OrdersFromTill(a.till, a.first, a.quantity),))]


def decide_void(a: ask.VoidOrder, s: State, by: Sitting) -> Decision:
    """A blank or missing form is made worthless: cut and kept, or two people sign that it is gone."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    row = s.money_order.get(a.serial)
    if refused or row is None:
        return refused or nay.OrderUnknown(a.serial)
    if row.state not in ("blank", "missing"):
        return nay.OrderState(a.serial, row.state)
    if row.state == "blank" and row.place != RESERVE:
        refused = rules.own_till(s, row.place, by, counted=True)
    if not refused and not a.in_hand:
        refused = rules.two_sign(s, by)
    return refused or [Part(a.kind, (o.OrderVoided(a.serial, a.date, a.in_hand, a.reason),))]


def decide_count(a: ask.CountOrders, s: State, by: Sitting) -> Decision:
    """The forms that are there, serial by serial. A till's own clerk counts, or two others."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    till = s.till.get(a.till)
    if refused or till is None:
        return refused or no.TillNotOpen(a.till)
    if len(set(by.signers)) < 2:
        refused = rules.own_till(s, a.till, by, counted=True)
    if refused:
        return refused
    expected = forms_at(s, a.till)
    found = {serial for one in a.forms for serial in serials(one["first"], one["quantity"])}
    missing, extra = sorted(set(expected) - found), sorted(found - set(expected))
    case = f"F{len(s.difference.rows) + 1}-{int.from_bytes(by.chance[:3], 'big')}" if missing or extra else None
    fact = o.OrdersCounted(
        till=a.till, date=a.date, forms=len(found), forms_expected=len(expected), missing=list(missing),
        extra=list(extra), case=case, clerk=till.clerk if case and not till.shared else None,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


# --- sale -------------------------------------------------------------------------------------------------------------


def decide_sale(a: ask.SellOrder, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """One form for an amount and its fee, in cash or from an account."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    refused = (
        _blank_at(s, a.serial, a.till, pledged)
        or known_buyers(s, a.presented_by, a.on_behalf_of)
        or (rules.paying_out(s, a.account, a.presented_by, a.amount + a.fee) if a.account else None)
    )
    if refused:
        return refused
    if a.amount > terms.each_max:
        return nay.OrderLimit(rules.money(s, terms.each_max), rules.money(s, a.amount))
    refused = _fee_shown(s, order_fee(terms, a.amount, a.date), a.fee)
    if not refused and a.account is None:
        would = with_today(s, a, pledged)
        if would > terms.day_max:
            return nay.OrderDayLimit(rules.money(s, terms.day_max), rules.money(s, would))
        refused = papers_shown(s, a, would, terms.identification_from, terms.identification)
    refused = refused or rules.approved(by, a.amount, terms.approval_above)
    refused = refused or rules.money_there(s, a.till, a.account, a.amount + a.fee, pledged)
    if refused:
        return refused
    fact = o.OrderSold(
        serial=a.serial, till=a.till, amount=a.amount, fee=a.fee, date=a.date, account=a.account,
        presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, identification=a.identification, buyer=a.buyer,
        count=a.count, details=a.details,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def _fee_shown(s: State, fee: int, shown: int) -> Refusal | None:
    return nay.OrderFeeDiffers(rules.money(s, fee), rules.money(s, shown)) if fee != shown else None


# --- paid, given back, replaced ---------------------------------------------------------------------------------------


def _payable(s: State, serial: str, amount: int, pledged: Pledged = NOTHING) -> OrderRow | Refusal:
    """An order of ours that is sold, not stopped, not paid, and of this amount."""
    row = s.money_order.get(serial)
    if row is None:
        return nay.OrderUnknown(serial)
    if ("order", serial) in pledged.taken:
        return nay.OrderPaid(serial, rules.the_day(s).date)
    if row.state in ("cashed", "cleared"):
        return nay.OrderPaid(serial, row.changed or "")
    if row.state != "sold":
        return nay.OrderState(serial, row.state)
    if row.stop is not None:
        return nay.OrderIsStopped(serial, row.stop)
    return nay.OrderAmount(serial, rules.money(s, amount)) if amount != row.amount else row


def _paper(terms: MoneyOrderTerms, identification: str) -> Refusal | None:
    papers = terms.identification
    return None if identification in papers else nay.OrderIdentification(", ".join(papers))


def _paid_out(
    s: State, till: str, account: str | None, amount: int, by: Sitting, terms: MoneyOrderTerms, pledged: Pledged
) -> Refusal | None:
    """Second signature, then the money: from the till, or room in the account."""
    return rules.approved(by, amount, terms.approval_above) or rules.money_goes(s, till, account, amount, pledged)


def decide_cash(a: ask.CashOrder, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """One of our orders is paid, once, to a person who shows her papers."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency) or rules.known_faces(s, a.count)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    row = _payable(s, a.serial, a.amount, pledged)
    if isinstance(row, Refusal):
        return row
    refused = (
        known_buyers(s, a.presented_by, a.on_behalf_of)
        or (rules.paying_in(s, a.account) if a.account else None)
        or _paper(terms, a.identification)
        or _paid_out(s, a.till, a.account, a.amount, by, terms, pledged)
    )
    if refused:
        return refused
    fact = o.OrderCashed(
        serial=a.serial, till=a.till, amount=a.amount, date=a.date, identification=a.identification,
        account=a.account, presented_by=a.presented_by, on_behalf_of=a.on_behalf_of, count=a.count,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_refund(a: ask.RefundOrder, s: State, by: Sitting, pledged: Pledged = NOTHING) -> Decision:
    """The buyer brings the form back: on the day of the sale the fee comes back too (a misprint costs her nothing)."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    row = _payable(s, a.serial, a.amount, pledged)
    if isinstance(row, Refusal):
        return row
    refused = (
        known_buyers(s, a.presented_by)
        or (rules.paying_in(s, a.account) if a.account else None)
        or _paper(terms, a.identification)
        or _fee_shown(s, row.fee if row.sold == a.date else 0, a.fee)
        or _paid_out(s, a.till, a.account, a.amount + a.fee, by, terms, pledged)
    )
    if refused:
        return refused
    fact = o.OrderRefunded(
        serial=a.serial, till=a.till, amount=a.amount, fee=a.fee, date=a.date, identification=a.identification,
        reason=a.reason, account=a.account, presented_by=a.presented_by,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_replace(a: ask.ReplaceOrder, s: State, by: Sitting) -> Decision:
    """A new form of the same amount. A lost one is stopped, has had time to come in, and is bonded; a damaged one that
    lies on the counter is replaced at once and costs nothing."""
    refused = rules.at_till(s, a.date, a.till, by) or rules.in_currency(s, a.currency)
    if refused:
        return refused
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    row = s.money_order.get(a.serial)
    stop = s.order_case.get(row.stop) if row is not None and row.stop is not None else None
    if row is not None and stop is not None and not a.in_hand:
        due = (date.fromisoformat(stop.date) + timedelta(days=terms.replace_after_days)).isoformat()
        if row.amount != a.amount:
            return nay.OrderAmount(a.serial, rules.money(s, a.amount))
        refused = nay.OrderWait(a.serial, due) if a.date < due else None if a.bond else nay.BondNeeded()
    else:
        payable = _payable(s, a.serial, a.amount)
        if isinstance(payable, Refusal):
            return payable
        refused = None if a.in_hand else nay.OrderNotStopped(a.serial)
    refused = (
        refused
        or _blank_at(s, a.new_serial, a.till)
        or known_buyers(s, a.presented_by)
        or _paper(terms, a.identification)
        or _fee_shown(s, 0 if a.in_hand else terms.replace_fee, a.fee)
        or rules.two_sign(s, by)
        or rules.till_room(s, a.till, a.fee)
    )
    if refused:
        return refused
    fact = o.OrderReplaced(
        serial=a.serial, new_serial=a.new_serial, till=a.till, amount=a.amount, fee=a.fee, date=a.date,
        in_hand=a.in_hand, identification=a.identification, bond=a.bond, presented_by=a.presented_by,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_clear(a: ask.ClearOrder, s: State, by: Sitting) -> Decision:
    """An order paid elsewhere is settled: the same questions as at a window, so that none is paid twice."""
    refused = rules.open_day(s, a.date, by) or rules.in_currency(s, a.currency)
    if refused:
        return refused
    row = _payable(s, a.serial, a.amount)
    if isinstance(row, Refusal):
        return row
    refused = rules.two_sign(s, by)
    return refused or [Part(a.kind, (o.OrderCleared(a.serial, a.amount, a.date, a.through),))]


# --- stop and trace ---------------------------------------------------------------------------------------------------


def _case(s: State, lead: str, by: Sitting) -> str:
    return f"{lead}{len(s.order_case.rows) + 1}-{int.from_bytes(by.chance[:3], 'big')}"


def decide_stop(a: ask.StopOrder, s: State, by: Sitting) -> Decision:
    """A lost or stolen order is stopped at once; one person suffices, because it must be quick."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    row = s.money_order.get(a.serial)
    if refused or row is None:
        return refused or nay.OrderUnknown(a.serial)
    if row.state in ("cashed", "cleared"):
        return nay.OrderPaid(a.serial, row.changed or "")
    if row.state != "sold":
        return nay.OrderState(a.serial, row.state)
    if row.stop is not None:
        return nay.OrderIsStopped(a.serial, row.stop)
    return [Part(a.kind, (o.OrderStopped(_case(s, "S", by), a.serial, a.date, a.reason),))]


def decide_lift(a: ask.LiftStop, s: State, by: Sitting) -> Decision:
    """The order was found: it may be paid again. Two sign."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    row = s.money_order.get(a.serial)
    if refused or row is None:
        return refused or nay.OrderUnknown(a.serial)
    if row.stop is None or row.state != "sold":
        return nay.OrderNotStopped(a.serial)
    refused = rules.two_sign(s, by)
    return refused or [Part(a.kind, (o.OrderStopLifted(a.serial, a.date, a.reason),))]


def decide_trace(a: ask.TraceOrder, s: State, by: Sitting) -> Decision:
    """What the register says today, on record because it was told."""
    refused: Refusal | None = rules.open_day(s, a.date, by)
    row = s.money_order.get(a.serial)
    if refused or row is None:
        return refused or nay.OrderUnknown(a.serial)
    fact = o.OrderTraced(
        case=_case(s, "T", by), serial=a.serial, date=a.date, state=row.state,
        stopped=row.stop is not None and row.state == "sold", amount=row.amount, on=row.changed,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


# --- what the counter and the registry are told -----------------------------------------------------------------------


def price_sale(a: ask.SellOrder, s: State) -> int | Refusal:
    """The fee of a sale today."""
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    if a.amount > terms.each_max:
        return nay.OrderLimit(rules.money(s, terms.each_max), rules.money(s, a.amount))
    return order_fee(terms, a.amount, a.date)


def price_replace(a: ask.ReplaceOrder, s: State) -> int | Refusal:
    """The fee of a replacement today."""
    terms = _terms(s)
    if isinstance(terms, Refusal):
        return terms
    return 0 if a.in_hand else terms.replace_fee


def reprice_sale(f: o.OrderSold, edition: Edition) -> tuple[int, int] | None:
    """A past sale's fee, then and under another edition."""
    terms = edition.terms(MoneyOrderTerms)
    if terms is None or f.amount > terms.each_max:
        return None
    return f.fee, order_fee(terms, f.amount, max(f.date, edition.effective.isoformat()))


def _pledge_sold(f: o.OrderSold, pledged: Pledged) -> None:
    pledged.taken.add(("order", f.serial))
    pledge_purchase(f, pledged)


def _pledge_paid(f: o.OrderCashed | o.OrderRefunded, pledged: Pledged) -> None:
    pledged.taken.add(("order", f.serial))


SERVICES: Services = {
    "order-sale": decide_sale,
    "order-cash": decide_cash,
    "order-refund": decide_refund,
}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {
    "order-stock-in": decide_receive,
    "order-stock-to-till": decide_to_till,
    "order-stock-from-till": decide_from_till,
    "order-replace": decide_replace,
    "order-stop": decide_stop,
    "order-trace": decide_trace,
    "order-void": decide_void,
    "order-stop-lift": decide_lift,
    "order-clear": decide_clear,
    "order-count": decide_count,
}
"""All other kinds."""

PLEDGES: Pledges = {
    o.OrderSold: _pledge_sold,
    o.OrderCashed: _pledge_paid,
    o.OrderRefunded: _pledge_paid,
}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = set()
"""None: ``order-refund`` undoes a sale, and sees whether the order has been paid since."""

PRICES: Prices = {"order-sale": price_sale, "order-replace": price_replace}

REPRICE: Reprices = {o.OrderSold: reprice_sale}

STEPS: tuple[Step, ...] = ()
"""What the end of the day does for this product."""
