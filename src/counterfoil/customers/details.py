"""Personal details: as people write them, and kept apart from everything that is signed for ever.

A name is one text, never forced into first and last. Where she lives (``lives``: a street address, a rural route box,
or the description of a place) and where her mail goes (``mail``: a PO box is a normal answer) are two things.
The journal holds SHA-256(16 random bytes ‖ canonical details) and nothing else of a person. The same holds for people
who are no customers, such as the maker of a check: which fields a kind of request takes stands in ``SHAPES``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple

from counterfoil import codec
from counterfoil.kernel.days import day
from counterfoil.kernel.limits import TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import Malformed

FIELDS = ("name", "lives", "mail", "phone", "born", "language", "identification", "note")
REQUIRED = ("name",)
LANGUAGES = ("en", "es")
SALT_BYTES = 16


class Shape(NamedTuple):
    """The fields that details may have, and those that they must have."""

    fields: tuple[str, ...]
    required: tuple[str, ...]


CUSTOMER = Shape(FIELDS, REQUIRED)
CHECK = Shape(("micr", "payee", "maker", "note"), ("micr", "payee", "maker"))
"""A check: the line at its foot, for whom it was written, who wrote it."""
CASH_FLOW = Shape(("income", "rent", "dues", "payday", "shown", "note"), ("income", "rent", "dues"))
"""A month's money, amounts as decimal text; ``shown``: the papers it was shown by."""
BIRTH = Shape(("born", "shown", "note"), ("born", "shown"))
"""A date of birth, and the paper that shows it."""
SHAPES: Mapping[str, Shape] = {
    "check-cash": CHECK,
    "check-deposit": CHECK,
    "loan-apply": CASH_FLOW,
    "order-sale": Shape(("name", "document", "number", "lives", "born"), ("document", "number")),
    "cash-send": Shape(("name", "phone", "note", "sender_document", "sender_number"), ("name",)),
    "claim-unblock": Shape(("name", "document", "number"), ("name", "document", "number")),
    "minor-mark": BIRTH,
}
"""Kind of request → the shape of its details; a kind that is not named here takes a customer's."""


def details_value(given: Mapping[str, Any], read_text: Any, shape: Shape = CUSTOMER) -> dict[str, str]:
    """The canonical details of what was typed; ``Malformed`` names the field. ``read_text`` is
    ``office.readers.text``."""
    found = {}
    for name, value in given.items():
        if name not in shape.fields:
            raise Malformed(f"details.{name[:40]} is not a field of these details", field=f"details.{name[:40]}")
        text = read_text(value, f"details.{name}")
        if name == "born":
            day(text, field="details.born")
        if name == "language" and text not in LANGUAGES:
            raise Malformed(f"details.language is {text!r}: en or es is needed", field="details.language")
        found[name] = text
    for name in shape.required:
        if name not in found:
            raise Malformed(
                f"details.{name} is missing: up to {TEXT_CHARACTERS_MAX} characters", field=f"details.{name}"
            )
    return found


def details_hash(salt: bytes, details: Mapping[str, str]) -> bytes:
    """What stands in the journal for these details."""
    return hashlib.sha256(salt + codec.encode(dict(details))).digest()


_SHOWN = b"counterfoil/paper-shown/v1\x00"


def paper_hash(office_key: bytes, document: str, number: str) -> bytes:
    """What stands on record for a paper that someone showed who is no customer: the same for the same paper at this
    office, so that her purchases of a day can be added up; nothing without the office key.

    Small letters, blanks and hyphens make no difference; another kind of paper is another hash.
    """
    plain = "".join(character for character in number.upper() if character.isalnum())
    if not plain:
        raise Malformed("details.number has no letter or digit: write it as on the paper", field="details.number")
    return hmac.digest(office_key, _SHOWN + document.encode() + b"\x00" + plain.encode(), "sha256")
