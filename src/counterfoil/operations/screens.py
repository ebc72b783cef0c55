"""What a screen reads off the paper in the customer's hand, and puts into the request that is signed.

Always true: what identifies a person stays in the details (a side table, by their salted hash); only what the books
need of it enters the signed body. Every screen (request files, pages, the API) calls the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil.customers.details import paper_hash
from counterfoil.facts.money import VisitSettled
from counterfoil.facts.remittances import CashSent, ClaimUnblocked
from counterfoil.kernel.days import day
from counterfoil.kernel.money import currency, parse_decimal
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.answers import Accepted
from counterfoil.products.claim_codes import claim_code, code_hash
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


MAJORITY = 18
"""Years at which a person is of age: in most states (Alabama and Nebraska say 19, Mississippi 21)."""


def age(details: Mapping[str, str], body: Mapping[str, Any]) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Whether the person is under age on the request's day. The date of birth itself stays in the details."""
    born, on = day(details["born"], field="details.born"), day(body.get("date", ""), field="date")
    if born > on:
        raise Malformed(f"details.born: {born} is after {on}", field="details.born")
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return details, {"minor": years < MAJORITY}


READ_OFF: dict[str, Read] = {
    "check-cash": check,
    "check-deposit": check,
    "loan-apply": cash_flow,
    "minor-mark": age,
}
"""Kind of request → how its details are read. Raises ``Malformed`` naming the field."""


Make = Callable[[bytes, bytes, Mapping[str, str]], Mapping[str, Any]]
"""(office key, request id, details as they are kept) → fields of the body that only this office can make, and make
again. Of a service of a visit, the id has one more byte: its number, from 1."""


def _buyer(office_key: bytes, request: bytes, details: Mapping[str, str]) -> Mapping[str, Any]:
    return {"buyer": paper_hash(office_key, details["document"], details["number"])}


def _code(office_key: bytes, request: bytes, details: Mapping[str, str]) -> Mapping[str, Any]:
    return {"code": code_hash(claim_code(office_key, request))}


def _send(office_key: bytes, request: bytes, details: Mapping[str, str]) -> Mapping[str, Any]:
    paper = details.get("sender_document"), details.get("sender_number")
    buyer = {"buyer": paper_hash(office_key, paper[0], paper[1])} if paper[0] and paper[1] else {}
    return {**_code(office_key, request, details), **buyer}


MADE: dict[str, Make] = {"order-sale": _buyer, "cash-send": _send, "claim-unblock": _code}
"""Kind of request → what the screen adds to it besides the hash of its details."""


def told_once(office_key: bytes, answer: Accepted) -> dict[str, str]:
    """What the asker is told besides the answer, and no book holds: the claim code of cash sent."""
    told = {}
    for number, entry in enumerate(answer.entries, start=1):
        if any(isinstance(fact, CashSent | ClaimUnblocked) for fact in entry.facts):
            visit = len(answer.entries) > 1 or any(isinstance(fact, VisitSettled) for fact in entry.facts)
            told["claim_code"] = claim_code(office_key, answer.request + bytes([number]) * visit)
    return told
