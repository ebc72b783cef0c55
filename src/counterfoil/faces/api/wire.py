"""What goes over the wire: JSON in and out, cursors, and the parameters of a question.

Always true: bytes are written in hexadecimal and nothing else is guessed (``test_json_says_what_it_is_given``); a
cursor gives back the key it was made from, or is refused by name (``test_a_cursor_that_was_changed_is_refused``).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from counterfoil import codec
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.operations.store import Row

PAGE, PAGE_MAX = 50, 200
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,400}")


def encode(value: Any) -> bytes:
    """JSON in UTF-8. Bytes are written in hexadecimal; a value of another kind is a fault of ours."""
    return msgspec.json.encode(plain(value))


def encode_plain(value: Any) -> bytes:
    """As ``encode``, of a value that ``plain`` has made."""
    return msgspec.json.encode(value)


def plain(value: Any) -> Any:
    """The value with bytes as hexadecimal text, and tuples and named tuples as lists."""
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is dict:
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def decode(data: bytes) -> Any:
    """The JSON value; ``Malformed`` says where it ends to be one."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(f"the body is not JSON: {short(str(error))}", field="") from None


def cursor(what: str, key: Row) -> str:
    """An opaque cursor: where a list goes on. ``what`` names the list, so that it serves no other."""
    return urlsafe_b64encode(codec.encode([what, *key])).rstrip(b"=").decode()


def read_cursor(what: str, given: str, like: tuple[type, ...]) -> Row:
    """The key of a cursor made for this list, of these types."""
    refused = Malformed("after is not a cursor of this list: take it from `next` of the page before", field="after")
    if not _CURSOR.fullmatch(given):
        raise refused
    try:
        value = codec.decode(urlsafe_b64decode(given + "=" * (-len(given) % 4)), what="cursor")
    except (ValueError, Malformed):
        raise refused from None
    if type(value) is not list or value[:1] != [what] or tuple(type(one) for one in value[1:]) != like:
        raise refused
    key: Row = tuple(value[1:])
    if cursor(what, key) != given or any(type(one) is int and not 0 <= one <= AMOUNT_MINOR_MAX for one in key):
        raise refused
    return key


class Parameter(NamedTuple):
    """One query parameter: how it is read and described."""

    name: str
    read: Callable[[str, str], Any]
    schema: Mapping[str, Any]
    about: str


def whole(low: int, high: int) -> Callable[[str, str], int]:
    """Reads a whole number within bounds."""

    def read(given: str, field: str) -> int:
        if not re.fullmatch(r"0|[1-9][0-9]{0,18}", given) or not low <= int(given) <= high:
            raise Malformed(f"{field} is {short(given)}: a whole number from {low} to {high} is needed", field=field)
        return int(given)

    return read


def one_of(*names: str) -> Callable[[str, str], str]:
    """Reads one of a few words."""

    def read(given: str, field: str) -> str:
        if given not in names:
            raise Malformed(f"{field} is {short(given)}: one of {', '.join(names)} is needed", field=field)
        return given

    return read


LIMIT = Parameter(
    "limit", whole(1, PAGE_MAX), {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE},
    "How many at most.",
)  # fmt: skip
AFTER = Parameter(
    "after", lambda given, _: given, {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,400}$"},
    "The `next` of the page before.",
)  # fmt: skip


def asked_for(given: Mapping[str, str], parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The parameters read; one that is not known is refused, so that a slip of the pen does not go unnoticed."""
    known = {one.name: one for one in parameters}
    for name in given:
        if name not in known:
            raise Malformed(f"{short(name)} is not a parameter here", field=name[:40])
    return {name: known[name].read(text, name) for name, text in given.items()}
