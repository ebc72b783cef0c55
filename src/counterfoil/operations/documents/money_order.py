"""How a money order is laid out. What is on it (serial, amount, names) is its product's own business.

Always true: the amount in figures is the value's; the paper is one form with its stub
(``test_a_money_order_is_one_page``).
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.operations.documents.paper import (
    Block,
    Box,
    Boxes,
    Facts,
    Head,
    Heading,
    Paper,
    Signatures,
    Text,
    Words,
    paper_of,
    said,
)


@dataclass(frozen=True, slots=True)
class MoneyOrder:
    """A money order as it leaves the printer: ``amount`` in minor units, ``in_words`` in the paper's language."""

    head: Head
    serial: str
    amount: int
    in_words: str
    pay_to: str
    sender: str
    memo: str = ""

    def __post_init__(self) -> None:
        for name in ("serial", "in_words", "pay_to", "sender"):
            said(getattr(self, name), name)
        if self.memo:
            said(self.memo, "memo")
        if type(self.amount) is not int or self.amount <= 0:
            raise Malformed("a money order is of an amount above zero", field="amount")


def money_order_paper(order: MoneyOrder, words: Words) -> Paper:
    """The form, and below it the stub that the buyer keeps."""
    serial = (words.say(mark("Serial number")), order.serial)
    made = (words.say(mark("Date")), words.day(order.head.on))
    memo = [(words.say(mark("For")), order.memo)] if order.memo else []
    amount = words.money(order.amount)
    blocks: list[Block] = [
        Facts((serial, made)),
        Boxes((Box(words.say(mark("Pay exactly")), order.in_words, amount, strong=True),)),
        Facts(((words.say(mark("Pay to")), order.pay_to), (words.say(mark("From")), order.sender), *memo)),
        Signatures((words.say(mark("Signed by the payee, at the window")),)),
        Heading(words.say(mark("Stub: keep this part"))),
        Facts((serial, made, (words.say(mark("Amount")), amount), (words.say(mark("Pay to")), order.pay_to))),
        Text(words.say(mark("Lost it? Bring this stub to any office, and we look for your money."))),
    ]
    return paper_of(
        "money-order", order.head, words, blocks, title=mark("Money order"), size="money-order", number=order.serial
    )
