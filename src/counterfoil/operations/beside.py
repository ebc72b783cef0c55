"""What travels beside a request and never into the journal: personal details.

Always true: the signed body holds SHA-256(salt ‖ canonical details), and the row with salt and details is written in
the same commit, under the number that the decision gave (``test_details_travel_beside_the_request``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from counterfoil import codec
from counterfoil.customers.details import CUSTOMER, SHAPES, details_hash, details_value
from counterfoil.office.read_off import READ_OFF
from counterfoil.office.readers import text
from counterfoil.operations.store import OfficeStore, Row

Side = Callable[[dict[str, Any]], Mapping[str, Sequence[Row]]]


class Beside(NamedTuple):
    """``digest`` stands in the body, with the fields ``read_off`` the details; ``row`` keeps them (``kept``) once it is
    accepted, from what the request made."""

    digest: bytes
    read_off: Mapping[str, Any]
    kept: Mapping[str, str]
    row: Callable[[dict[str, Any]], Row]


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
    opens = kind == "customer-open"
    return Beside(
        digest, read_off, value,
        lambda told: (digest, told.get("customer", "") if opens else customer or "", salt, encoded),
    )  # fmt: skip


def together(found: Sequence[Beside]) -> Side | None:
    """The rows of all of them, or None if there is none."""
    return (lambda told: {"details": [one.row(told) for one in found]}) if found else None


def details_at(store: OfficeStore, digest: bytes) -> dict[str, str]:
    """The details kept under a hash; none if they were erased."""
    kept = store.get("details", (digest,))
    return codec.decode(kept[3], what="details") if kept and isinstance(kept[3], bytes) else {}
