"""What a screen reads off the paper in the customer's hand, and puts into the request that is signed.

Always true: what identifies a person stays in the details (a side table, by their salted hash); only what the books
need of it enters the signed body. Every screen (request files, pages, the API) calls the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil.kernel.money import currency, parse_decimal
from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.micr import fingerprint, read_line

Read = Callable[[Mapping[str, str], Mapping[str, Any]], tuple[Mapping[str, str], Mapping[str, Any]]]
"""(details, the request so far) → (details as they are kept, fields of the body read off them)."""


def check(details: Mapping[str, str], body: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The line of a check. An amount that a bank has printed on it already must be the one asked for."""
    line, amount = read_line(details["micr"], field="details.micr"), body.get("amount")
    if type(amount) is not int:
        return details, {"routing": line.routing}  # What the amount must be is said by its own reader.
    if line.amount is not None and line.amount != amount:
        raise Malformed(
            f"details.micr: the line says {line.amount} and amount is {amount}: look at the check again",
            field="details.micr",
        )
    made = fingerprint(line.routing, line.account, line.serial, amount)
    return {**details, "micr": line.printed()}, {"routing": line.routing, "fingerprint": made}


def cash_flow(details: Mapping[str, str], body: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """What is left of a month's money after rent and other dues, in minor units; never below zero."""
    if "left" in body:
        return details, {}
    unit = currency(body.get("currency", ""))
    amounts = []
    for name in ("income", "rent", "dues"):
        try:
            amounts.append(parse_decimal(details[name], unit).minor)
        except Malformed as error:
            raise Malformed(f"details.{name}: {error}", field=f"details.{name}") from None
    return details, {"left": max(0, amounts[0] - amounts[1] - amounts[2])}


READ_OFF: dict[str, Read] = {"check-cash": check, "check-deposit": check, "loan-apply": cash_flow}
"""Kind of request → how its details are read. Raises ``Malformed`` naming the field."""
