"""When each cent of one deposited check can be paid out, beside the other checks of the same customer and banking day.

Always true:

1. The parts add up to the check, and no part is zero (``test_every_cent_of_a_check_is_available_once``).
2. What can be paid out of all checks of a banking day is on no day less than Regulation CC asks of them together
   (``test_no_check_is_held_longer_than_the_law_allows``). A house is faster where its terms say so, never slower.

Worked example. On Monday a payroll check of 2,000.00 is deposited and, an hour later, one of 500.00. With 275.00 at
once the first gives 275.00 now and the rest on Wednesday. The law asks of the 2,500.00 together 275.00 on Tuesday and
the rest on Wednesday; the first check has used the 275.00, so the second is available on Wednesday, whole.

The withdrawal in cash of 229.12(d), which lets a house pay part of a check out one day later, is not used: who needs
the money needs it in cash.

In a new account the law sets no day for ordinary checks (12 CFR 229.13(a)(1)(iii)); the edition does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from counterfoil.compliance import holds
from counterfoil.facts.checks import AGAIN
from counterfoil.policy.terms.checks import HoldTerms
from counterfoil.products.calendar import FED, Calendar, add_banking_days

ITEM_KINDS: Mapping[str, str] = {
    "treasury": "us_treasury_check",
    "state-local": "state_government_check",
    "postal-order": "usps_money_order",
    "cashier": "cashiers_check",
    "payroll": "payroll_check",
    "personal": "personal_check",
    AGAIN: "redeposited_check",
}
"""Sort of check → what it is to Regulation CC. Here it is deposited in person, by its payee, on a slip of the house."""
_SPECIAL = ("treasury", "state-local", "postal-order", "cashier")
_EXCEPTIONS = {AGAIN: "redeposited", "returns": "repeated_overdraft", "doubt": "reasonable_cause"}
SCHEDULE, LARGE, NEW, RETURNS, DOUBT = "schedule", "large", "new-account", "returns", "doubt"


class Holds(NamedTuple):
    """From when one check can be paid out: so much at once, then ``(day, cents)`` in order of days."""

    at_once: int
    parts: tuple[tuple[date, int], ...]
    reason: str


def banking_day(terms: HoldTerms, on: date, minute: int, calendar: Calendar = FED) -> date:
    """The banking day of a deposit at a window, ``minute`` minutes after midnight (229.19(a))."""
    deposit = holds.Deposit(
        on=on,
        where="teller",
        items=(holds.Item("check", 1),),
        minute=minute,
        cutoff=terms.cutoff_hour * 60,
        calendar=calendar,
    )
    return holds.banking_day_of(deposit)


def holds_of(
    terms: HoldTerms,
    *,
    sort: str,
    amount: int,
    day: date,
    opened: date | None,
    again: bool,
    returns: int,
    doubted: bool,
    before: Mapping[str, int],
    calendar: Calendar = FED,
) -> Holds:
    """``day``: the banking day. ``opened``: when the account was, if known. ``returns``: checks of the last six months
    that came back and were not covered. ``before``: the customer's plan of that banking day so far."""
    age = (day - opened).days if opened is not None else None
    new = age is not None and age <= holds.NEW_ACCOUNT_DAYS
    reason = _reason(terms, again=again, returns=returns, doubted=doubted, new=new)
    earlier = [] if doubted else [(what.removeprefix("item:"), cents) for what, cents in before.items() if _item(what)]
    items = [*earlier, (AGAIN if again else sort, amount)]
    if reason == SCHEDULE and sum(cents for _, cents in items) > holds.thresholds_on(day).large:
        reason = LARGE
    asked = _asked(terms, items, day, age if new else None, _EXCEPTIONS.get(reason, ""), calendar)
    given = {} if doubted else {_day(what): cents for what, cents in before.items() if not _item(what)}
    courtesy = terms.at_once - given.get(date.min, 0) if reason in (SCHEDULE, LARGE) else 0
    at_once = min(amount, max(courtesy, 0))
    return Holds(at_once, tuple(_spread(amount, at_once, asked, given)), reason)


def _reason(terms: HoldTerms, *, again: bool, returns: int, doubted: bool, new: bool) -> str:
    """The exception that makes the check wait, the strongest first."""
    if doubted:
        return DOUBT
    if new:
        return NEW
    if terms.overdrafts and returns >= terms.overdrafts:
        return RETURNS
    return AGAIN if again else SCHEDULE


def _item(what: str) -> bool:
    return what.startswith("item:")


def _day(what: str) -> date:
    """The day of a planned part; what was available at once comes before every day."""
    text = what.removeprefix("on:")
    return date.fromisoformat(text) if text else date.min


def _asked(
    terms: HoldTerms, items: Iterable[tuple[str, int]], day: date, new: int | None, exception: str, calendar: Calendar
) -> dict[date, int]:
    """What the law asks to be available, by day; for ordinary checks in a new account, what the edition says."""
    ordinary = [(sort, cents) for sort, cents in items if new is not None and sort not in _SPECIAL]
    others = tuple(
        holds.Item(ITEM_KINDS[sort], cents) for sort, cents in items if new is None or sort in _SPECIAL
    )  # fmt: skip
    asked: dict[date, int] = {}
    if ordinary:
        asked[add_banking_days(day, terms.new_account_days, calendar.of_the_law())] = sum(
            cents for _, cents in ordinary
        )
    if others:
        deposit = holds.Deposit(
            on=day,
            where="teller",
            items=others,
            banking_day=day,
            account_age_days=new,
            exception=exception,
            cash_ladder=False,
            calendar=calendar,
        )
        for part in holds.availability(deposit):
            asked[part.on] = asked.get(part.on, 0) + part.cents
    return asked


def _spread(
    amount: int, at_once: int, asked: Mapping[date, int], given: Mapping[date, int]
) -> Iterable[tuple[date, int]]:
    """The days of this check: by each day, what is asked of all checks less what the earlier ones give by then."""
    out, asked_by, given_by = at_once, 0, given.get(date.min, 0)
    days = sorted({*asked, *given} - {date.min})
    for day in days:
        asked_by += asked.get(day, 0)
        given_by += given.get(day, 0)
        due = min(amount, asked_by - given_by)
        if due > out:
            yield day, due - out
            out = due


def six_months_before(day: date) -> date:
    """From when returned checks count as repeated (229.13(d)(1): the preceding six months), in days of the calendar."""
    return day - timedelta(days=183)
