"""The notice that part of a deposit must wait: Regulation CC, 12 CFR 229.13(g) and 229.16(c).

Always true: the amounts by day add up to the deposit (``test_the_days_add_up_to_the_deposit``), and the amount held is
what can be used later than the next business day (``test_what_waits_is_named``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterfoil.compliance import holds
from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.operations.documents.paper import (
    Block,
    Column,
    Head,
    Heading,
    Paper,
    Points,
    Table,
    Text,
    Words,
    not_below_zero,
    paper_of,
    said,
    who,
)
from counterfoil.products.calendar import add_banking_days


@dataclass(frozen=True, slots=True)
class Hold:
    """A deposit and when its money can be used. ``days``: as ``compliance.holds.availability`` gives them.

    ``at_once``: what the house lets be used on the day itself. ``why`` is needed where the exception is
    ``reasonable_cause``. ``item``: which check, as a person would name it.
    """

    head: Head
    account: str
    paid_in: date
    banking_day: date
    days: tuple[holds.Available, ...]
    exception: str = ""
    at_once: int = 0
    item: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        said(self.account, "account")
        not_below_zero(self.at_once, "at_once")
        if self.exception not in holds.EXCEPTIONS:
            raise Malformed(f"{self.exception!r} is not an exception of 229.13", field="exception")
        if self.exception == "reasonable_cause" and not self.why:
            raise Malformed("a doubt about a check is told in words: 229.13(g)(1)(i)(D)", field="why")
        for name in ("item", "why"):
            if getattr(self, name):
                said(getattr(self, name), name)
        if not self.days or any(day.cents <= 0 for day in self.days):
            raise Malformed("a hold names the days on which money can be used, each with an amount", field="days")
        if any(before.on >= after.on for before, after in zip(self.days, self.days[1:], strict=False)):
            raise Malformed("the days of a hold are in order, none twice", field="days")
        if self.days[0].on < self.paid_in:
            raise Malformed("money cannot be used before it is paid in", field="days")

    @property
    def deposit(self) -> int:
        """All of the deposit."""
        return self.at_once + sum(day.cents for day in self.days)

    @property
    def held(self) -> int:
        """What can be used later than the first business day after the banking day of deposit."""
        first = add_banking_days(self.banking_day, 1)
        return sum(day.cents for day in self.days if day.on > first)


def hold_of(head: Head, account: str, deposit: holds.Deposit, *, item: str = "", why: str = "") -> Hold:
    """The notice of a deposit, its days by Regulation CC. ``Malformed`` where the rule sets none."""
    return Hold(
        head=head, account=account, paid_in=deposit.on, banking_day=holds.banking_day_of(deposit),
        days=holds.availability(deposit), exception=deposit.exception, item=item, why=why,
    )  # fmt: skip


_REASONS = {
    "": mark("We need more time to find out whether the check is paid."),
    "none": mark("We need more time to find out whether the check is paid."),
    "large_deposit": mark("The checks you paid in that day are more than {limit} in all."),
    "new_account": mark("Your account is new: it is not older than 30 days."),
    "redeposited": mark("This check came back unpaid before, and it was paid in again."),
    "repeated_overdraft": mark("Your account was overdrawn many times in the last six months."),
    "reasonable_cause": mark("We doubt that this check will be paid. The reason: {why}"),
    "emergency": mark("There is an emergency: the lines, the computers or the power of a bank have failed."),
}


def hold_paper(hold: Hold, words: Words) -> Paper:
    """The notice: the amount, the day by day, the reason, and what to do."""
    facts = [
        (words.say(mark("Account ending in")), hold.account[-4:]),
        (words.say(mark("Paid in on")), words.day(hold.paid_in)),
        *([(words.say(mark("Check")), hold.item)] if hold.item else []),
        (words.say(mark("Amount paid in")), words.money(hold.deposit)),
        (words.say(mark("Amount that must wait")), words.money(hold.held)),
    ]
    lead = words.say(
        mark("You paid in {deposit}. You can use {held} of it later than usual. The days are in this list."),
        deposit=words.money(hold.deposit),
        held=words.money(hold.held),
    )
    blocks: list[Block] = [
        who(hold.head, words, *facts),
        Text(lead, strong=True),
        Heading(words.say(mark("When you can use the money"))),
        _days(hold, words),
        Heading(words.say(mark("Why"))),
        Points((_reason(hold, words),)),
        Heading(words.say(mark("Good to know"))),
        Points(
            (
                words.say(mark("The money is yours and stays in your account while it waits.")),
                words.say(
                    mark("Need it sooner? Ask us. Once the check is paid, we may let you use the money at once.")
                ),
            )
        ),
    ]
    return paper_of(
        "hold", hold.head, words, blocks, title=mark("Part of your deposit must wait"), subtitle=mark("Notice of hold")
    )


def _days(hold: Hold, words: Words) -> Table:
    columns: tuple[Column, ...] = (
        words.column(mark("From this day"), short=True),
        words.column(mark("You can use"), figures=True),
        words.column(mark("In all"), figures=True),
    )
    rows, added = [], 0
    start = ((hold.paid_in, hold.at_once),) if hold.at_once else ()
    for on, minor in (*start, *((day.on, day.cents) for day in hold.days)):
        added += minor
        rows.append((words.day(on), words.money(minor), words.money(added)))
    return Table(columns, tuple(rows))


def _reason(hold: Hold, words: Words) -> str:
    limit = words.money(holds.thresholds_on(hold.banking_day).large)
    return words.say(_REASONS[hold.exception], limit=limit, why=hold.why)
