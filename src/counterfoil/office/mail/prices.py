"""Whether stock in hand is worth what the price list in force says: asked before it is sold, moved or received."""

from __future__ import annotations

from counterfoil.kernel.outcomes import Refusal
from counterfoil.office import rules
from counterfoil.office.mail import refusals as nay
from counterfoil.office.state import State


def old_price(s: State, place: str, item: str) -> Refusal | None:
    """Pieces at this place stand in the books at another price than the edition's: they are revalued first."""
    listed, row = rules.edition(s).stock.get(item), s.stock.get(place, item)
    if listed is None or row is None or not row.quantity or row.face == listed.face:
        return None
    return nay.OldPrice(item, place, row.quantity, rules.money(s, row.face), rules.money(s, listed.face))
