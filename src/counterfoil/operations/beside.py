"""What travels beside a request and never into the journal: personal details.

Always true: the signed body holds SHA-256(salt ‖ canonical details), and the row with salt and details is written in
the same commit, under the number that the decision gave (``test_details_travel_beside_the_request``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from counterfoil import codec
from counterfoil.customers.details import CUSTOMER, SHAPES, details_hash, details_value
from counterfoil.office.read_off import READ_OFF
from counterfoil.office.readers import text
from counterfoil.operations.store import OfficeStore, Row


class Beside(NamedTuple):
    """``digest`` stands in the body, with the fields ``read_off`` the details (``kept``); their row is written once the
    request is accepted. ``customer``: whose they are; None where the request makes her."""

    digest: bytes
    read_off: Mapping[str, Any]
    kept: Mapping[str, str]
    salt: bytes
    encoded: bytes
    customer: str | None

    def row(self, told: Mapping[str, Any]) -> Row:
        """The row of ``details``, from what the request made."""
        customer = told.get("customer", "") if self.customer is None else self.customer
        return self.digest, customer, self.salt, self.encoded


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of all of them: what a request carries as its side, and can be looked into."""

    found: tuple[Beside, ...]

    def __call__(self, told: Mapping[str, Any]) -> Mapping[str, Sequence[Row]]:
        return {"details": [one.row(told) for one in self.found]}


def details_beside(
    kind: str, details: Mapping[str, Any], salt: bytes, body: Mapping[str, Any], *,
    before: Mapping[str, str] | None = None,
) -> Beside:  # fmt: skip
    """The details of a request (or of a service of a visit) with this ``body``, all of them, not only what changed
    since ``before``; ``Malformed`` names the field."""
    value: Mapping[str, str] = details_value({**(before or {}), **details}, text, SHAPES.get(kind, CUSTOMER))
    read_off: Mapping[str, Any] = {}
    if kind in READ_OFF:
        value, read_off = READ_OFF[kind](value, body)
    digest, encoded, customer = details_hash(salt, value), codec.encode(dict(value)), body.get("customer")
    # A new customer's number is known when it is decided; else the details belong to whom the request names.
    whose = None if kind == "customer-open" else str(customer or "")
    return Beside(digest, read_off, value, salt, encoded, whose)


def together(found: Sequence[Beside]) -> Rows | None:
    """The rows of all of them, or None if there is none."""
    return Rows(tuple(found)) if found else None


def details_at(store: OfficeStore, digest: bytes) -> dict[str, str]:
    """The details kept under a hash; none if they were erased."""
    kept = store.get("details", (digest,))
    return codec.decode(kept[3], what="details") if kept and isinstance(kept[3], bytes) else {}
