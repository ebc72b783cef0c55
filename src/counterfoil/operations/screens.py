"""What only the office can put into a request, with its own key, and what it tells once.

Always true: the same request id and details give the same fields, so a form sent again is the same request; they hold
nothing that the office key is not needed for (``test_a_prepared_body_is_the_same_each_time``). What is read off a paper
stands in ``office.read_off``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil.customers.details import paper_hash
from counterfoil.facts.money import VisitSettled
from counterfoil.facts.remittances import CashSent, ClaimUnblocked
from counterfoil.operations.answers import Accepted
from counterfoil.products.claim_codes import claim_code, code_hash

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
