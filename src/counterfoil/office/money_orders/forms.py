"""Blank forms of a place, and whether a till may close over them: asked by the counter and by the close alike."""

from __future__ import annotations

from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import rules
from counterfoil.office.money_orders import refusals as nay
from counterfoil.office.state import State


def forms_at(s: State, place: str) -> list[str]:
    """The blank forms of a place, by serial."""
    return sorted(row.serial for row in s.money_order.rows.values() if row.place == place and row.state == "blank")


def uncounted(s: State, till: str) -> Refusal | None:
    """Before a till closes, its blank forms have been counted since one last moved."""
    held, count = len(forms_at(s, till)), s.order_count.get(till)
    counted = count is not None and count.holds == 1 and count.date == rules.the_day(s).date
    return nay.OrdersUncounted(till, held) if held and not counted else None
