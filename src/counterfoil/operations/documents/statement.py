"""An account's statement and a page of its passbook: every movement, with the balance after it.

Always true: the balances follow from the movements (``test_balances_follow_from_the_movements``): a line that does not
lead from one to the next is refused as malformed. What a statement must say of a savings account (Regulation DD,
12 CFR 1030.6: yield earned, interest, fees, length of the period) and where to say that it is wrong (Regulation E,
12 CFR 1005.9(b)) stands on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.operations.documents.paper import (
    Block,
    Facts,
    Head,
    Heading,
    Paper,
    Points,
    Table,
    Text,
    Words,
    bounded,
    not_below_zero,
    paper_of,
    said,
    who,
)
from counterfoil.products.apy import apy_earned_special_percent, apy_percent
from counterfoil.products.exact import rounded_half_up

PASSBOOK_LINES = 14
"""Lines on one page of a passbook."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line: what it was, in the reader's language, and by how much the balance changed (minor units)."""

    on: date
    what: str
    amount: int
    balance: int

    def __post_init__(self) -> None:
        said(self.what, "what")
        if type(self.amount) is not int or type(self.balance) is not int:
            raise Malformed("amount and balance of a line are whole minor units", field="amount")


@dataclass(frozen=True, slots=True)
class Earned:
    """What a savings account earned in the period, and the average balance it was earned on. Minor units.

    ``compounding_days``: of the period in which its interest compounds, where that is longer than the statement's.
    """

    interest: int
    average_balance: int
    compounding_days: int = 0

    def __post_init__(self) -> None:
        not_below_zero(self.interest, "earned.interest")
        not_below_zero(self.average_balance, "earned.average_balance")

    def apy(self, days: int) -> str | None:
        """The yield earned, two decimals (appendix A part II.A; II.B where interest compounds more rarely than
        statements are sent); None where there was no balance to earn on."""
        if self.average_balance <= 0:
            return None
        if self.compounding_days > days:
            balance, interest = Fraction(self.average_balance), Fraction(self.interest)
            return rounded_half_up(apy_earned_special_percent(balance, interest, days, self.compounding_days), 2)
        return rounded_half_up(apy_percent(Fraction(self.average_balance), Fraction(self.interest), days), 2)


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from ``since`` to ``until``, both included. ``opening``: the balance before the first movement.

    What is dated before ``since`` came to light after the statement before this one was made: it is on this one.
    """

    head: Head
    account: str
    since: date
    until: date
    opening: int
    movements: tuple[Movement, ...]
    fees: int = 0
    earned: Earned | None = None

    def __post_init__(self) -> None:
        said(self.account, "account")
        bounded(self.movements, "movements")
        not_below_zero(self.fees, "fees")
        if self.since > self.until:
            raise Malformed("the period begins before it ends", field="since")
        follow(self.opening, self.movements)
        if any(one.on > self.until for one in self.movements):
            raise Malformed("no movement lies after the period", field="movements")

    @property
    def closing(self) -> int:
        """The balance after the last movement."""
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def days(self) -> int:
        """The length of the period."""
        return (self.until - self.since).days + 1


def follow(opening: int, movements: tuple[Movement, ...]) -> None:
    """``Malformed`` unless each balance is the one before and the line's amount."""
    balance = opening
    for number, one in enumerate(movements, start=1):
        balance += one.amount
        if one.balance != balance:
            raise Malformed(f"line {number} leaves {balance}, and {one.balance} is said", field="movements")


def statement_paper(statement: Statement, words: Words) -> Paper:
    """The statement: the sums, every movement, and where to ask."""
    blocks: list[Block] = [
        who(
            statement.head,
            words,
            (words.say(mark("Account ending in")), statement.account[-4:]),
            (
                words.say(mark("Period")),
                words.say(
                    mark("{since} to {until}, {days} days"),
                    since=words.day(statement.since),
                    until=words.day(statement.until),
                    days=statement.days,
                ),
            ),
        ),
        Heading(words.say(mark("In short"))),
        Facts(tuple(_sums(statement, words))),
        Heading(words.say(mark("Every movement"))),
        _movements(statement, words),
        Heading(words.say(mark("If something looks wrong"))),
        Points(
            (
                words.say(
                    mark("Come to any office, or call or write to us, within 60 days after we gave you this paper.")
                ),
                words.say(mark("Say your name, your account, the amount, and what you think is wrong.")),
                words.say(
                    mark("We look into it within 10 business days. If we need longer, we give you the money meanwhile, "
                         "and you can use it.")
                ),
            )
        ),
    ]  # fmt: skip
    return paper_of("statement", statement.head, words, blocks, title=mark("Account statement"))


def _sums(statement: Statement, words: Words) -> list[tuple[str, str]]:
    paid_in = sum(one.amount for one in statement.movements if one.amount > 0)
    taken_out = -sum(one.amount for one in statement.movements if one.amount < 0)
    rows = [
        (words.say(mark("Balance at the start")), words.money(statement.opening)),
        (words.say(mark("Came in")), words.money(paid_in)),
        (words.say(mark("Went out")), words.money(taken_out)),
        (words.say(mark("Balance at the end")), words.money(statement.closing)),
        (words.say(mark("Fees in this period")), words.money(statement.fees)),
    ]
    if statement.earned:
        yearly = statement.earned.apy(statement.days)
        rows += [
            (words.say(mark("Interest earned")), words.money(statement.earned.interest)),
            *([(words.say(mark("Annual percentage yield earned")), f"{yearly}%")] if yearly else []),
        ]
    return rows


def _movements(statement: Statement, words: Words) -> Table | Text:
    if not statement.movements:
        return Text(words.say(mark("Nothing came in and nothing went out.")))
    return _lines(mark("Balance at the start"), statement.opening, statement.movements, words)


def _lines(said_first: str, carried: int, movements: tuple[Movement, ...], words: Words) -> Table:
    """The balance there was, and every line with the balance after it."""
    columns = (
        words.column(mark("Day"), short=True),
        words.column(mark("What")),
        words.column(mark("In or out"), figures=True),
        words.column(mark("Balance"), figures=True),
    )
    first = ("", words.say(said_first), "", words.money(carried))
    return Table(columns, (first, *(_line(one, words) for one in movements)))


def _line(one: Movement, words: Words) -> tuple[str, ...]:
    sign = "+" if one.amount > 0 else ""
    return words.day(one.on), one.what, f"{sign}{words.money(one.amount)}", words.money(one.balance)


@dataclass(frozen=True, slots=True)
class Passbook:
    """One page of a passbook: the balance carried forward, and up to ``PASSBOOK_LINES`` movements."""

    head: Head
    account: str
    page: int
    carried: int
    movements: tuple[Movement, ...]

    def __post_init__(self) -> None:
        said(self.account, "account")
        if type(self.page) is not int or not 0 < self.page <= 9_999:
            raise Malformed("a passbook's page is 1 to 9,999", field="page")
        if len(self.movements) > PASSBOOK_LINES:
            raise Malformed(f"a page of a passbook has {PASSBOOK_LINES} lines", field="movements")
        follow(self.carried, self.movements)


def passbook_paper(passbook: Passbook, words: Words) -> Paper:
    """The page, in the size of the book."""
    owner = [(words.say(mark("Name")), passbook.head.customer)] if passbook.head.customer else []
    blocks: list[Block] = [
        Facts(
            (
                *owner,
                (words.say(mark("Account ending in")), passbook.account[-4:]),
                (words.say(mark("Page of the book")), str(passbook.page)),
            )
        ),
        _lines(mark("Carried forward"), passbook.carried, passbook.movements, words),
    ]
    return paper_of("passbook", passbook.head, words, blocks, title=mark("Passbook"), size="passbook")
