"""What the same service costs elsewhere, beside our own price: pure arithmetic on figures that were found.

Always true: the difference is told whichever way it goes (``test_a_dearer_price_of_ours_is_told_too``); a figure keeps
its source, its date and how sure we are; an amount is rounded once, to the nearest cent
(``test_what_others_take``).

Worked example: a payday lender takes 15 for every 100 for 14 days. Of $375 that is $56.25 once; renewed every 14 days
for 22 weeks, 11 times, $618.75.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from counterfoil.kernel.money import Currency
from counterfoil.policy.terms.elsewhere import Elsewhere, PriceElsewhere
from counterfoil.products.exact import whole_half_up

MONTHS = 12


@dataclass(frozen=True, slots=True)
class There:
    """One price elsewhere for the same service. ``cost``: minor units for this sale (of a month, ``a_month``), or None
    where only a yearly rate is known. ``renewed``: (times, what they cost together) if it falls due again within the
    time that our customer would take. ``saving``: what a year of ``times_a_year`` here leaves her, below zero if we are
    dearer; None without a habit or a cost."""

    row: PriceElsewhere
    cost: int | None
    renewed: tuple[int, int] | None
    saving: int | None

    def who(self, language: str) -> str:
        """Who takes it, in a language."""
        return self.row.who.es if language == "es" else self.row.who.en


def compared(
    kind: str, price: int, found: Elsewhere | None, unit: Currency, *, amount: int = 0, days: int = 0,
    said: Mapping[str, Any] | None = None,
) -> tuple[tuple[There, ...], int | None]:  # fmt: skip
    """What others take for a service of ``kind``, and how often a year it is used. ``price``: ours; ``said``:
    the request's fields; ``days``: how long the customer would take."""
    if found is None:
        return (), None
    habit = found.habits.get(kind)
    times = habit.times_a_year if habit else None
    rows = [row for row in found.prices if row.kind == kind and row.unit in (unit.code, "percent")]
    there = [_there(row, price, unit, amount, days, times) for row in rows if _applies(row, amount, said or {})]
    return tuple(there), times


def _applies(row: PriceElsewhere, amount: int, said: Mapping[str, Any]) -> bool:
    if (amount <= row.over and row.over) or (row.up_to is not None and amount > row.up_to):
        return False
    if row.only is None:
        return True
    field, _, value = row.only.partition("=")
    return str(said.get(field)) in value.split("|")


def _there(row: PriceElsewhere, price: int, unit: Currency, amount: int, days: int, times: int | None) -> There:
    cost = cost_of(row, amount, unit)
    if cost is None:
        return There(row, None, None, None)
    number = -(-days // row.days) if row.days else 0
    renewed = (number, cost * number) if number > 1 else None
    if row.how == "a-month":
        return There(row, cost, None, cost * MONTHS - price)
    whole = renewed[1] if renewed else cost
    return There(row, cost, renewed, (whole - price) * times if times is not None else None)


def cost_of(row: PriceElsewhere, amount: int, unit: Currency) -> int | None:
    """What a row takes for ``amount``, in minor units; None for a yearly rate, which is no amount."""
    if row.how == "percent-a-year":
        return None
    if row.how in ("percent", "per-100"):
        return whole_half_up(amount * Fraction(row.value, 100))
    return whole_half_up(row.value * 10**unit.exponent)
