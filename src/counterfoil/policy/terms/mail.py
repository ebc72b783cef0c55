"""Terms of mail products in an edition: the public price list. What is sold from stock stands in ``[stock]`` too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.policy.tables import BadValue, Minor, Tables, Text, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class MailService:
    """Something sold without stock: a certified letter, a box for half a year. ``ounces_max`` 0: no weight."""

    title: Text
    price: Minor
    source: Text
    ounces_max: Whole = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTerms:
    """``list_name``: its name on receipts; ``source`` says where the prices of stamps come from."""

    list_name: Text
    source: Text
    each_max: Minor
    refund_approval_above: Minor
    services: Mapping[str, MailService]


def check(terms: MailTerms, tables: Mapping[type, Any]) -> None:
    """Nothing is given away: a price of zero is a mistake in the list."""
    for name, service in terms.services.items():
        if not service.price:
            raise BadValue("price", f"{name} has no price", within=f"mail.services.{name}")


TABLES: Tables = {"mail": (MailTerms, check)}
