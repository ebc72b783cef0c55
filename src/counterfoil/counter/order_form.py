"""A money order as it lies on its form: the values, and the rows for a printer of fixed-width letters.

Always true (``tests/unit/counter/test_order_form.py``): the amount stands twice, in figures closed on both sides and
digit by digit in words, so that neither can be raised unseen (``test_the_amount_stands_twice``); no row is wider than
the form (``test_no_row_is_wider_than_the_form``). Who it is for is written by the buyer, in ink: it is in no book here.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.counter.receipt import Row, Style, shown, width, wrapped
from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Malformed, Translate, mark, untranslated

COLUMNS_MIN = 32
_DIGITS = (
    mark("zero"), mark("one"), mark("two"), mark("three"), mark("four"), mark("five"), mark("six"), mark("seven"),
    mark("eight"), mark("nine"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderForm:
    """What is printed on one form. ``date``: of the sale, as ISO text."""

    serial: str
    amount: Money
    date: str
    office: str
    place: str

    def figures(self) -> str:
        """The amount closed on both sides: ``***$375.00***``."""
        return f"***{self.amount}***"

    def words(self, translate: Translate = untranslated) -> str:
        """The amount digit by digit: ``three seven five point zero zero``."""
        point = translate(mark("point"))
        said = [point if one == "." else translate(_DIGITS[int(one)]) for one in self.amount.decimal()]
        return " ".join(said)

    def values(self, translate: Translate = untranslated) -> dict[str, str]:
        """Every value by its name, for whoever lays the form out otherwise."""
        return {
            "serial": self.serial, "figures": self.figures(), "words": self.words(translate), "date": self.date,
            "office": self.office, "place": self.place,
        }  # fmt: skip


def rows(form: OrderForm, translate: Translate = untranslated, *, columns: int = 42) -> tuple[Row, ...]:
    """The rows of a form ``columns`` wide; lines of underscores are filled in by the buyer."""
    if columns < COLUMNS_MIN:
        raise Malformed(f"{columns} columns are too few for a money order: {COLUMNS_MIN} or more", field="columns")
    head = f"{form.place} · {form.office}"
    found = [*(Row(line, Style.STRONG) for line in wrapped(head, columns))]
    found += [Row(line, Style.TITLE) for line in wrapped(translate(mark("MONEY ORDER")), columns)]
    found += [Row(_apart(form.serial, form.date, columns)), Row("")]
    found += [Row(form.figures().rjust(columns), Style.STRONG)]
    found += [Row(line) for line in wrapped(form.words(translate), columns)]
    for label in (mark("Pay to"), mark("From"), mark("Address")):
        found += [Row(""), Row(_filled(translate(label), columns))]
    note = mark("It never expires, and it is paid once.")
    return (*found, Row(""), *(Row(line) for line in wrapped(translate(note), columns)))


def _apart(left: str, right: str, columns: int) -> str:
    return shown(left) + " " * (columns - width(left) - width(right)) + right


def _filled(label: str, columns: int) -> str:
    return f"{label} " + "_" * (columns - width(label) - 1)
