"""The paper that a saver gets before an account is opened: Regulation DD, 12 CFR 1030.4.

Always true: the annual percentage yield is computed from rate and compounding (``test_the_yield_is_computed``); the
year's example is what ``products.savings`` pays on it (``test_the_example_is_what_is_paid``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.operations.documents.paper import (
    Block,
    Box,
    Boxes,
    Facts,
    Head,
    Heading,
    Paper,
    Points,
    Words,
    not_below_zero,
    paper_of,
    who,
)
from counterfoil.products.apy import apy_percent
from counterfoil.products.exact import exact, rounded_half_up, significant
from counterfoil.products.savings import DailyTerms, daily_balance

PERIODS = {"DAILY": 365, "MONTHLY": 12, "QUARTERLY": 4, "SEMIANNUAL": 2, "ANNUAL": 1}
_MONTHS = {"DAILY": 0, "MONTHLY": 1, "QUARTERLY": 3, "SEMIANNUAL": 6, "ANNUAL": 12}
METHODS = ("DAILY_BALANCE", "MINIMUM_BALANCE_OF_MONTH")
YEAR_DAYS = 365
DIGITS = 40


@dataclass(frozen=True, slots=True)
class Savings:
    """An account as it is offered. ``rate_percent``: a year's, decimal text. Amounts in minor units.

    ``rate_until``: the rate is fixed until that day; None: it can change. ``ceiling``: the most it may hold; None for
    no ceiling. ``notice_days``: how long before a change for the worse the saver is told.
    """

    head: Head
    rate_percent: str
    compounding: str = "DAILY"
    crediting: str = "MONTHLY"
    method: str = "DAILY_BALANCE"
    least_to_open: int = 100
    ceiling: int | None = None
    rate_until: date | None = None
    notice_days: int = 30
    example: int = 10_000

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise Malformed("a savings rate is 0 to 100 percent", field="rate_percent")
        for name in ("compounding", "crediting"):
            if getattr(self, name) not in PERIODS:
                raise Malformed(f"{name} is {getattr(self, name)!r}: one of {', '.join(PERIODS)}", field=name)
        if _MONTHS[self.compounding] > _MONTHS[self.crediting]:
            raise Malformed(
                "interest that is credited earns interest: compounding is not the slower", field="crediting"
            )
        if self.method not in METHODS:
            raise Malformed(f"method is {self.method!r}: one of {', '.join(METHODS)}", field="method")
        for name in ("least_to_open", "notice_days", "example"):
            not_below_zero(getattr(self, name), name)
        if self.ceiling is not None:
            not_below_zero(self.ceiling, "ceiling")

    @property
    def rate(self) -> Fraction:
        """A year's rate as a fraction."""
        return exact(self.rate_percent, "rate_percent") * Fraction(1, 100)

    @property
    def apy(self) -> str:
        """1030.4(b)(1)(i), appendix A part I: two decimals."""
        return rounded_half_up(yearly_yield(self.rate, self.compounding), 2)

    def earned_in_a_year(self) -> int:
        """What ``example`` earns in 365 days, credited and rounded as the account is. Minor units."""
        units = 10 ** currency(self.head.currency).exponent
        terms = DailyTerms(
            rate=self.rate, year_days=YEAR_DAYS, step=Fraction(1, units), compounding=_MONTHS[self.compounding],
            posting=_MONTHS[self.crediting], year_begins=1, on_last_day=True,
        )  # fmt: skip
        paid = daily_balance(terms, Fraction(self.example, units), [(_FIRST, Fraction(0))], _LAST)
        earned: Fraction = sum((one.interest for one in paid), Fraction(0)) * units
        return earned.numerator


_FIRST, _LAST = date(2025, 1, 1), date(2025, 12, 31)
"""A year of 365 days."""


def yearly_yield(rate: Fraction, compounding: str) -> Fraction:
    """The yield in percent of money left for 365 days: interest of (1 + rate/n)^n − 1 on one unit."""
    times = PERIODS[compounding]
    growth, each = Fraction(1), 1 + rate * Fraction(1, times)
    for _ in range(times):
        growth = significant(growth * each, DIGITS)
    return apy_percent(Fraction(1), growth - 1, YEAR_DAYS)


def savings_paper(savings: Savings, words: Words) -> Paper:
    """The disclosure: yield and rate, how interest is worked out, and that nothing is charged."""
    blocks: list[Block] = [
        who(savings.head, words),
        Boxes(
            (
                Box(
                    words.say(mark("Annual percentage yield (APY)")),
                    words.say(mark("What your money earns in a year, with interest on interest.")),
                    f"{savings.apy}%",
                    strong=True,
                ),
                Box(
                    words.say(mark("Interest rate")),
                    words.say(mark("The rate for a year, before interest on interest.")),
                    f"{_shown(savings.rate_percent)}%",
                ),
            )
        ),
        Heading(words.say(mark("How your money grows"))),
        Points(tuple(_growth(savings, words))),
        Heading(words.say(mark("What it costs"))),
        Facts(tuple(_costs(savings, words))),
        Heading(words.say(mark("Good to know"))),
        Points(tuple(_known(savings, words))),
    ]
    return paper_of(
        "savings", savings.head, words, blocks, title=mark("What your savings earn"),
        subtitle=mark("Truth in Savings disclosure"),
    )  # fmt: skip


def _shown(percent: str) -> str:
    """At least two decimals."""
    whole, _, decimals = percent.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


_OFTEN = {
    "DAILY": mark("each day"), "MONTHLY": mark("each month"), "QUARTERLY": mark("every 3 months"),
    "SEMIANNUAL": mark("every 6 months"), "ANNUAL": mark("each year"),
}  # fmt: skip
_METHODS = {
    "DAILY_BALANCE": mark("We use the daily balance method: each day we figure interest on the money in your account "
                          "that day."),
    "MINIMUM_BALANCE_OF_MONTH": mark("We use the lowest balance method: each month we figure interest on the least "
                                     "money that was in your account in that month."),
}  # fmt: skip


def _growth(savings: Savings, words: Words) -> list[str]:
    """1030.4(b)(1), (2) and (5), and (b)(4)(iii): the rate, compounding and crediting, the method."""
    if savings.rate_until:
        rate = words.say(mark("This rate stays the same until {day}."), day=words.day(savings.rate_until))
    else:
        rate = words.say(
            mark("The rate can change. We set it in our price list, for everyone alike. We tell you {days} days "
                 "before it goes down, and it never changes for days that are past."),
            days=savings.notice_days,
        )  # fmt: skip
    told = [
        rate,
        words.say(_METHODS[savings.method]),
        words.say(
            mark("Interest earns interest {often}. We put it into your account {credited}."),
            often=words.say(_OFTEN[savings.compounding]),
            credited=words.say(_OFTEN[savings.crediting]),
        ),
        words.say(mark("Cash and checks earn interest from the business day you pay them in.")),
        words.say(mark("If you close the account, you get the interest up to that day.")),
    ]
    if savings.method == "DAILY_BALANCE" and savings.example:
        told.append(
            words.say(
                mark("For example: {amount} left alone for 365 days earns {interest}."),
                amount=words.money(savings.example),
                interest=words.money(savings.earned_in_a_year()),
            )
        )
    return told


def _costs(savings: Savings, words: Words) -> list[tuple[str, str]]:
    """1030.4(b)(3) and (4): least balances and fees."""
    return [
        (words.say(mark("To open it")), words.money(savings.least_to_open)),
        (words.say(mark("Least balance to keep it")), words.money(0)),
        (words.say(mark("Least balance to earn the yield")), words.money(0)),
        (words.say(mark("Fee to open, keep, use or close it")), words.money(0)),
    ]


def _known(savings: Savings, words: Words) -> list[str]:
    ceiling = words.say(
        mark("The account can hold up to {amount}."), amount=words.money(savings.ceiling or 0)
    )  # fmt: skip
    return [
        words.say(mark("You may pay in and take out as often as you like.")),
        words.say(mark("You can never take out more than you have, so there is never a fee for that.")),
        *([ceiling] if savings.ceiling is not None else []),
    ]
