"""The end of the day: the steps that belong to no product, after all products' own.

Always true: a statement's period ends once for every account that was open in it, with the balance of its last day,
whenever that day is ended (``test_missed_months_are_cut_with_the_same_balances``); lines stand in the order of
accounts, so that one account's is found without the others (``test_a_cut_is_found_among_many_chunks``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from counterfoil.counter.savings import DORMANCY
from counterfoil.facts.alike import Alike, Same
from counterfoil.facts.day_end import StatementCut
from counterfoil.ledger.booking import customer_account
from counterfoil.office.deciding import BREATH, PART, Decisions, Pledges, Prices, Reprices, Services, Step
from counterfoil.office.state import State
from counterfoil.policy.terms.day_end import StatementTerms


def cut_statements(s: State, day: str) -> Iterator[Alike | None]:
    """On the last day of a period: a line for each account that was open in it."""
    terms = s.policy.terms(StatementTerms) if s.policy is not None else None
    first = terms.since(date.fromisoformat(day)) if terms is not None else None
    if first is None:
        return
    since, start, place = first.isoformat(), first.toordinal(), s.place
    holdings, saving, at_close = s.holding.rows, s.saving.rows, s.credit_at_close
    lines: list[tuple[str, str, int]] = []
    for number, key in enumerate(sorted(holdings), start=1):
        if lines and (len(lines) == PART or not number % BREATH):
            yield _cut(day, lines)
            lines = []
        if not number % BREATH:
            yield None
        account, _, _, state, _, _, opened = holdings[key]
        if opened > day:
            continue
        if state == "closed":
            row = saving.get(key)
            if row is not None and row.active < start:
                continue
        lines.append((account, max(opened, since), at_close(customer_account(account, place))))
    if lines:
        yield _cut(day, lines)


def _cut(day: str, lines: Sequence[tuple[str, str, int]]) -> Alike:
    """Lines of (account, first day, balance)."""
    accounts, since, balances = zip(*lines, strict=True)
    return Alike(StatementCut, (accounts, since, Same(day, len(lines)), balances))


SERVICES: Services = {}
"""Kinds that may be one of several services of a visit."""

DECISIONS: Decisions = {}
"""All other kinds."""

PLEDGES: Pledges = {}
"""Fact → what it keeps the later services of the same visit from doing again."""

REVERSIBLE: set[str] = set()
"""Kinds whose exact negation by a reversal undoes them whole."""

PRICES: Prices = {}

REPRICE: Reprices = {}

STATEMENTS = Step("statements", "day-step", cut_statements, closing=True)
STEPS: tuple[Step, ...] = (DORMANCY, STATEMENTS)
"""What the end of the day does for this product."""
