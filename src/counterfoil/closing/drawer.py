"""Counting and closing a till, and answering a difference.

The count is blind: the expected figure is told only after the count is recorded. Closing posts the difference to the
house's over/short account in the same entry, whatever the clerk answers: Accept and Dispute weigh the same, and neither
makes it her debt. A close without an answer to a difference is refused; a difference cannot vanish by cancelling
(``test_a_close_never_completes_with_an_unposted_difference``).
"""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.facts import counter as f
from counterfoil.kernel.outcomes import Refusal
from counterfoil.ledger.booking import stock_account, till_account
from counterfoil.office import refusals as no
from counterfoil.office import requests as ask
from counterfoil.office import rules
from counterfoil.office.money_orders.forms import uncounted
from counterfoil.office.readers import count_total
from counterfoil.office.rules import Decision, Part, Sitting
from counterfoil.office.state import State


def totals(s: State, till: str) -> list[list[object]]:
    """``[kind, number, cash in, cash out]`` of a till since its last Z report: the body of X and Z reports."""
    row = s.till.get(till)
    report = (row.reports if row else 0) + 1
    rows = [row for row in s.till_report.rows.values() if row.till == till and row.report == report]
    return [[row.kind, row.number, row.cash_in, row.cash_out] for row in sorted(rows)]


def _stock_value(s: State, till: str, stock: Mapping[str, int] | None) -> tuple[int, int] | Refusal:
    """(counted, expected) value of a till's stamps; stock not counted is taken as expected. Minor units."""
    expected = rules.cash_held(s, stock_account(till))
    if stock is None:
        return expected, expected
    value = 0
    for item, pieces in stock.items():
        row = s.stock.get(till, item)
        if row is None:
            return no.StockUnknown(item)
        value += row.face * pieces
    return value, expected


def _counted(a: ask.CountTill | ask.CountAbsent, s: State, clerk: str) -> f.TillCounted | Refusal:
    stock = _stock_value(s, a.till, a.stock)
    if isinstance(stock, Refusal):
        return stock
    expected = rules.cash_held(s, till_account(a.till))
    return f.TillCounted(a.till, clerk, count_total(a.count), expected, a.count, stock[0], stock[1], a.stock)


def decide_report(a: ask.ReportTill, s: State, by: Sitting) -> Decision:
    """An X report: what came in and went out since the last Z report, never what the drawer should hold."""
    refused = rules.open_day(s, a.date, by) or rules.own_till(s, a.till, by, counted=True)
    return refused or [Part(a.kind, (f.TillReported(a.till, totals(s, a.till)),))]


def decide_count(a: ask.CountTill, s: State, by: Sitting) -> Decision:
    """The blind count; it may be repeated until the till is closed, and every count stays on record."""
    refused = (
        rules.open_day(s, a.date, by) or rules.own_till(s, a.till, by, counted=True) or rules.known_faces(s, a.count)
    )
    if refused:
        return refused
    fact = _counted(a, s, by.clerk)
    return fact if isinstance(fact, Refusal) else [Part(a.kind, (fact,))]


def decide_close(a: ask.CloseTill, s: State, by: Sitting) -> Decision:
    """The Z report: figures recomputed from the ledger, the difference posted, the till closed, in one entry."""
    refused = rules.open_day(s, a.date, by) or rules.own_till(s, a.till, by, counted=True)
    if refused:
        return refused
    till = rules.the_till(s, a.till)
    if till.state != "counted" or till.counted is None or till.stock_counted is None:
        return no.TillNotCounted(a.till)
    forms = uncounted(s, a.till)
    if forms:
        return forms
    expected, stock = rules.cash_held(s, till_account(a.till)), rules.cash_held(s, stock_account(a.till))
    differs = till.counted != expected or till.stock_counted != stock
    if differs and a.answer is None:
        return no.AnswerNeeded(rules.money(s, till.counted - expected), rules.money(s, till.stock_counted - stock))
    fact = f.TillClosed(
        till=a.till, date=a.date, counted=till.counted, expected=expected, stock_counted=till.stock_counted,
        stock_expected=stock, answer=(a.answer or "none") if differs else "none", report=till.reports + 1,
        totals=totals(s, a.till), case=_case(s, a.till, till.reports + 1) if differs else None,
        clerk=None if till.shared else till.clerk, note=a.note,
    )  # fmt: skip
    return [Part(a.kind, (fact,))]


def decide_count_absent(a: ask.CountAbsent, s: State, by: Sitting) -> Decision:
    """The clerk is away with her till open: two others count and close it. She may accept or dispute it later."""
    refused = rules.open_day(s, a.date, by) or rules.known_faces(s, a.count) or rules.two_sign(s, by)
    if refused:
        return refused
    till = s.till.get(a.till)
    if till is None or till.state == "closed":
        return no.TillNotOpen(a.till)
    if not till.shared and till.clerk in by.signers:
        return no.NotAbsent(a.till, till.clerk)
    forms = uncounted(s, a.till)
    if forms:
        return forms
    count = _counted(a, s, by.clerk)
    if isinstance(count, Refusal):
        return count
    differs = count.counted != count.expected or count.stock_counted != count.stock_expected
    closed = f.TillClosed(
        till=a.till, date=a.date, counted=count.counted, expected=count.expected, stock_counted=count.stock_counted,
        stock_expected=count.stock_expected, answer="absent" if differs else "none", report=till.reports + 1,
        totals=totals(s, a.till), case=_case(s, a.till, till.reports + 1) if differs else None,
        clerk=None if till.shared else till.clerk, note=a.reason,
    )  # fmt: skip
    return [Part(a.kind, (count, closed))]


def _case(s: State, till: str, report: int) -> str:
    """A case number nobody has used: D, a running number, and the Z report's number."""
    return f"D{len(s.difference.rows) + 1}-{report}"


def _answering(s: State, date: str, case: str, by: Sitting, settled: str) -> Refusal | None:
    refused = rules.open_day(s, date, by)
    if refused:
        return refused
    row = s.difference.get(case)
    if row is None:
        return no.CaseUnknown(case)
    if row.clerk is not None and row.clerk != by.clerk:
        return no.OtherClerksCase(case, row.clerk)
    return no.CaseAnswered(case, row.state) if row.state == settled else None


def decide_dispute(a: ask.DisputeDifference, s: State, by: Sitting) -> Decision:
    """A clerk disputes a difference, also one she accepted before."""
    refused = _answering(s, a.date, a.case, by, "disputed")
    return refused or [Part(a.kind, (f.DifferenceDisputed(a.case, by.clerk, a.reason),))]


def decide_accept(a: ask.AcceptDifference, s: State, by: Sitting) -> Decision:
    """A clerk accepts that the difference is right. It stays the house's money."""
    refused = _answering(s, a.date, a.case, by, "accepted")
    return refused or [Part(a.kind, (f.DifferenceAccepted(a.case, by.clerk, a.note),))]
