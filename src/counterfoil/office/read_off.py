"""What a screen reads off the paper in the customer's hand, and puts into the request that is signed.

Always true: what identifies a person stays in the details (a side table, by their salted hash); only what the books
need of it enters the signed body. Every screen (request files, pages, the API and its client) calls these functions,
so what a client signs is what the office reads (``test_the_client_makes_every_kind``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil.kernel.days import day
from counterfoil.kernel.money import currency, parse_decimal
from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.terms.people import MAJORITY
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


def age(details: Mapping[str, str], body: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Whether the person is under age on the request's day, by the age of ``majority`` that the request names and the
    desk holds against the edition. The date of birth itself stays in the details."""
    born, on = day(details["born"], field="details.born"), day(body.get("date", ""), field="date")
    if born > on:
        raise Malformed(f"details.born: {born} is after {on}", field="details.born")
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    majority = body.get("majority", MAJORITY)
    return details, {"minor": years < majority} if type(majority) is int else {}


READ_OFF: dict[str, Read] = {
    "check-cash": check,
    "check-deposit": check,
    "loan-apply": cash_flow,
    "minor-mark": age,
}
"""Kind of request → how its details are read. Raises ``Malformed`` naming the field."""


MADE_BY_OFFICE: Mapping[str, tuple[str, ...]] = {
    "order-sale": ("buyer",),
    "cash-send": ("code", "buyer"),
    "claim-unblock": ("code",),
}
"""Kind → the fields of its body that only its office can make, with its own key (``operations.screens``)."""
