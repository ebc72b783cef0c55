"""Readers: one small function for each kind of field in a request. A reader returns the value or raises ``Malformed``.

A reader also says how its field looks in JSON Schema, so the schema that is printed is the one that is enforced
(``test_the_schema_accepts_what_the_reader_accepts``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.kernel.days import day
from counterfoil.kernel.idents import checked_number
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX, DENOMINATIONS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed
from counterfoil.kernel.outcomes import short as short


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """``read(value, field)`` checks and returns the value as it stands in the body."""

    read: Callable[[Any, str], Any]
    schema: Mapping[str, Any]


_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}  # Needed to write names in several scripts.


def text(value: Any, field: str) -> str:
    """Free text as people write it: any script, NFC, no control or direction-changing characters, bounded."""
    if not isinstance(value, str) or not value.strip():
        raise Malformed(f"{field} is {short(value)}: a text is needed", field=field)
    if len(value) > TEXT_CHARACTERS_MAX:
        raise Malformed(f"{field} has {len(value)} characters, more than {TEXT_CHARACTERS_MAX}", field=field)
    for character in value:
        if unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
            raise Malformed(f"{field} holds a hidden character (U+{ord(character):04X}): take it out", field=field)
    return unicodedata.normalize("NFC", value)


def _pattern(pattern: str, what: str) -> Reader:
    matcher = re.compile(pattern)

    def read(value: Any, field: str) -> str:
        if not isinstance(value, str) or not matcher.fullmatch(value):
            raise Malformed(f"{field} is {short(value)}: {what} is needed", field=field)
        return value

    return Reader(read, {"type": "string", "pattern": f"^{pattern}$"})


def _amount(value: Any, field: str) -> int:
    if type(value) is not int:
        raise Malformed(
            f"{field} is {short(value)}: a whole number of minor units is needed, such as 12500", field=field
        )
    if not 0 < value <= AMOUNT_MINOR_MAX:
        raise Malformed(f"{field} is {short(value)}: an amount is above zero and within int64", field=field)
    return value


def _whole(value: Any, field: str) -> int:
    if type(value) is not int or not 0 <= value <= AMOUNT_MINOR_MAX:
        raise Malformed(f"{field} is {short(value)}: a whole number, zero or more, is needed", field=field)
    return value


def _flag(value: Any, field: str) -> bool:
    if type(value) is not bool:
        raise Malformed(f"{field} is {short(value)}: true or false is needed", field=field)
    return value


def _count(value: Any, field: str) -> dict[str, int]:
    if not isinstance(value, Mapping) or len(value) > DENOMINATIONS_MAX:
        raise Malformed(
            f"{field} is {short(value)}: a count by face value is needed, such as {{'2000': 3}}", field=field
        )
    for face, pieces in value.items():
        if not isinstance(face, str) or not re.fullmatch(r"[1-9][0-9]{0,8}", face):
            raise Malformed(f"{field} names {short(face)}: a face value in minor units is needed", field=field)
        if type(pieces) is not int or not 0 <= pieces <= 1_000_000:
            raise Malformed(f"{field} has {short(pieces)} pieces of {face}: 0 to 1,000,000 can be counted", field=field)
    return {face: pieces for face, pieces in value.items() if pieces}


def count_total(count: Mapping[str, int]) -> int:
    """Minor units of a count."""
    return sum(int(face) * pieces for face, pieces in count.items())


def _quantities(value: Any, field: str) -> dict[str, int]:
    if not isinstance(value, Mapping) or len(value) > DENOMINATIONS_MAX:
        raise Malformed(f"{field} is {short(value)}: pieces by item are needed, such as {{'forever': 40}}", field=field)
    for item, pieces in value.items():
        if not isinstance(item, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", item):
            raise Malformed(f"{field} names {short(item)}: a stock item is needed", field=field)
        if type(pieces) is not int or not 0 <= pieces <= 1_000_000:
            raise Malformed(f"{field} has {short(pieces)} pieces of {item}: 0 to 1,000,000 can be counted", field=field)
    return {item: pieces for item, pieces in value.items() if pieces}


def _digest(value: Any, field: str) -> bytes:
    if type(value) is not bytes or len(value) != 32:
        raise Malformed(f"{field} is not the 32-byte hash of the details", field=field)
    return value


def _date(value: Any, field: str) -> str:
    return day(value, field=field).isoformat()


def _names(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or not 0 < len(value) <= 10 or not all(isinstance(v, str) for v in value):
        raise Malformed(f"{field} is {short(value)}: a list of field names is needed", field=field)
    return [CODE.read(v, field) for v in value]


TEXT = Reader(text, {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS_MAX})
TILL = _pattern(r"[A-Z0-9]{1,8}", "a till's number such as T1")
CLERK = _pattern(r"[0-9]{2,8}", "a clerk's number such as 101")
OFFICE = _pattern(r"[0-9]{2,8}", "an office's number such as 0417")
CODE = _pattern(r"[a-z0-9][a-z0-9-]{0,39}", "a short name of small letters, digits and hyphens")
TOKEN = _pattern(r"[A-Za-z0-9-]{4,40}", "the code on the pouch")
CASE = _pattern(r"[A-Z][0-9]{1,10}-[0-9]{1,14}", "a case number such as D1-204")
ACCOUNT = Reader(lambda v, f: checked_number(v, field=f), {"type": "string", "pattern": "^[0-9]{10}$"})
CUSTOMER = ACCOUNT
AMOUNT = Reader(_amount, {"type": "integer", "minimum": 1, "maximum": AMOUNT_MINOR_MAX})
WHOLE = Reader(_whole, {"type": "integer", "minimum": 0, "maximum": AMOUNT_MINOR_MAX})
FLAG = Reader(_flag, {"type": "boolean"})
COUNT = Reader(
    _count,
    {
        "type": "object",
        "maxProperties": DENOMINATIONS_MAX,
        "propertyNames": {"pattern": "^[1-9][0-9]{0,8}$"},
        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
    },
)
QUANTITIES = Reader(
    _quantities,
    {
        "type": "object",
        "maxProperties": DENOMINATIONS_MAX,
        "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{0,39}$"},
        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
    },
)
QUANTITY = Reader(
    lambda v, f: v if type(v) is int and 0 < v <= 1_000_000 else _refuse(v, f, "a number of pieces, 1 to 1,000,000,"),
    {"type": "integer", "minimum": 1, "maximum": 1_000_000},
)
DATE = Reader(_date, {"type": "string", "format": "date"})
CURRENCY = Reader(lambda v, f: currency(v).code, {"type": "string", "pattern": "^[A-Z]{3}$"})
DIGEST = Reader(_digest, {"type": "string", "description": "made by the screen from `details`; not written in a line"})
NAMES = Reader(_names, {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 10})
KEY = Reader(
    lambda v, f: v if type(v) is bytes and len(v) == 32 else _refuse(v, f, "a 32-byte public key"),
    {"type": "string", "description": "made by the screen; not written in a line"},
)
ROLES = ("clerk", "supervisor", "postmaster", "operations", "auditor")
"""Of people with a key of their own. What each may do: ``operations.roles``. A name keeps its meaning for ever."""
ROLE = Reader(lambda v, f: v if v in ROLES else _refuse(v, f, ", ".join(ROLES)), {"enum": list(ROLES)})
ANSWER = Reader(
    lambda v, f: v if v in ("accept", "dispute") else _refuse(v, f, "accept or dispute"),
    {"enum": ["accept", "dispute"]},
)
CONDITION = Reader(
    lambda v, f: v if v in ("whole", "partial", "damaged") else _refuse(v, f, "whole, partial or damaged"),
    {"enum": ["whole", "partial", "damaged"]},
)
KEY_ID = Reader(
    lambda v, f: v if type(v) is bytes and len(v) == 8 else _refuse(v, f, "an 8-byte key id"),
    {"type": "string", "description": "made by the screen; not written in a line"},
)
CONTENT = Reader(
    lambda v, f: v if type(v) is bytes and 0 < len(v) <= 65_536 else _refuse(v, f, "the edition's file"),
    {"type": "string", "description": "the edition's file; not written in a line"},
)


def _refuse(value: Any, field: str, wanted: str) -> Any:
    raise Malformed(f"{field} is {short(value)}: {wanted} is needed", field=field)
