"""Encode and strictly decode. See the package's page for the subset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from struct import Struct
from typing import Any, NoReturn

import cbor2

from counterfoil.kernel.limits import CBOR_DEPTH_MAX, FACTS_BYTES_MAX
from counterfoil.kernel.outcomes import Fault, Malformed

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1


class UnknownVersion(Malformed):
    """The bytes are of a format or version this build does not know. They are refused by name, never guessed."""

    def __init__(self, what: str, found: object) -> None:
        super().__init__(
            f"{what} version {found!r} is not known to this build: use the build that wrote it or a newer one"
        )
        self.what, self.found = what, found


def _no_tag(*_: object) -> NoReturn:
    raise ValueError("a tag, and tags are not part of the subset")


# Every tag the library would turn into an object (dates, big numbers, regular expressions, …) is refused before it can.
NO_TAGS = dict.fromkeys([*range(64), *range(256, 280), 1004, 43000, 43001, 55799], _no_tag)


def encode(value: Any) -> bytes:
    """The one canonical encoding of ``value``; a value outside the subset is our bug (``Fault``)."""
    reason = _outside(value, 0)
    if reason:
        raise Fault(f"not canonical CBOR: {reason}")
    return cbor2.dumps(value, canonical=True)


def encode_array(items: Sequence[bytes]) -> bytes:
    """The array of items that are canonical encodings already: what ``encode`` gives for the array of their values.

    Nothing is checked again (``test_an_array_of_encodings_is_the_encoding_of_the_array``). At most 65,535 items.
    """
    count = len(items)
    head = bytes((0x80 + count,)) if count < 24 else b"\x98" + bytes((count,)) if count < 256 else b""
    return b"".join((head or b"\x99" + count.to_bytes(2, "big"), *items))


def encode_bytes(data: bytes) -> bytes:
    """The encoding of a byte string."""
    count = len(data)
    return (_BYTES[count] if count < 256 else _head(2, count)) + data


def encode_fields(values: Iterable[Any]) -> bytes:
    """The map of 1 to the first value, 2 to the second and so on; those that are None are left out.

    What ``encode`` gives for that map, in half the time, since most values are plain
    (``test_fields_are_encoded_as_their_map``); nothing is checked. At most 23 values.
    """
    parts: list[bytes] = []
    for place, value in enumerate(values, start=1):
        if value is None:
            continue
        kind = type(value)
        if kind is int and 0 <= value < 256:
            parts.append(_KEYS[place] + _INTS[value])
        elif kind is int and 0 < value < 65_536:
            parts.append(_KEYS[place] + _TWO(25, value))
        elif kind is int:
            parts.append(_KEYS[place] + (_head(0, value) if value > 0 else _head(1, -1 - value)))
        elif kind is str:
            data = value.encode()
            count = len(data)
            parts.append(_KEYS[place] + (_TEXTS[count] if count < 256 else _head(3, count)) + data)
        elif kind is bytes:
            parts.append(_KEYS[place] + encode_bytes(value))
        else:
            parts.append(_KEYS[place] + cbor2.dumps(value, canonical=True))
    return _head(5, len(parts)) + b"".join(parts)


def encode_columns(columns: Sequence[Sequence[Any]]) -> list[bytes]:
    """What ``encode_fields`` gives for each row of columns of one length, in a fifth of the time: what is the same in
    all rows is encoded once (``test_columns_are_encoded_as_their_rows``). At most 23 columns."""
    count, present, fixed = len(columns[0]), 0, b""
    pieces: list[Iterable[bytes]] = []
    for key, column in zip(_KEYS[1:], columns, strict=False):
        kinds = set(map(type, column))
        if kinds == {type(None)}:
            continue
        encoded = _encoded(column, kinds) if len(kinds) == 1 else None
        if encoded is None:
            return list(map(encode_fields, zip(*columns, strict=True)))
        present += 1
        if len(encoded) == 1 < count:
            fixed += key + encoded[0]
        else:
            pieces += [repeat(fixed + key), encoded]
            fixed = b""
    return list(map(b"".join, zip(repeat(_head(5, present), count), *pieces, repeat(fixed), strict=False)))


def _encoded(column: Sequence[Any], kinds: set[type]) -> list[bytes] | None:
    """The encodings of a column's values, of one type all; one alone if they are the same; None if not plain."""
    (kind,) = kinds
    if kind not in (int, str, bytes):
        return None
    if column.count(column[0]) == len(column):
        return [encode_fields(column[:1])[2:]]
    if kind is str:
        texts = [text.encode() for text in column]
        return [_TEXTS[len(text)] + text if len(text) < 256 else _head(3, len(text)) + text for text in texts]
    if kind is bytes:
        return list(map(encode_bytes, column))
    if min(column) < 0:
        return [_head(0, value) if value >= 0 else _head(1, -1 - value) for value in column]
    return [
        _INTS[value] if value < 256
        else _TWO(25, value) if value < 65_536
        else _FOUR(26, value) if value < 4_294_967_296
        else _EIGHT(27, value)
        for value in column
    ]  # fmt: skip


def _head(major: int, number: int) -> bytes:
    """The head of an item: its major type and its number (RFC 8949, section 3)."""
    kind = major << 5
    if number < 24:
        return bytes((kind | number,))
    if number < 2**8:
        return bytes((kind | 24, number))
    if number < 2**16:
        return _TWO(kind | 25, number)
    return _FOUR(kind | 26, number) if number < 2**32 else _EIGHT(kind | 27, number)


_TWO, _FOUR, _EIGHT = Struct(">BH").pack, Struct(">BI").pack, Struct(">BQ").pack
# Heads of small numbers, which are looked up faster than they are made.
_KEYS = _INTS = tuple(_head(0, number) for number in range(256))
_BYTES, _TEXTS = (tuple(_head(major, count) for count in range(256)) for major in (2, 3))


def decode(data: bytes, *, limit: int = FACTS_BYTES_MAX, what: str = "CBOR") -> Any:
    """The value of ``data``, if ``data`` is its canonical encoding; else ``Malformed``. Never hangs, never
    over-allocates."""
    if len(data) > limit:
        raise Malformed(f"{what} of {len(data)} bytes is over the limit of {limit}")
    try:
        value = cbor2.loads(
            data,
            max_depth=CBOR_DEPTH_MAX + 1,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=NO_TAGS,
        )
    except (cbor2.CBORError, ValueError, RecursionError, MemoryError, OverflowError, TypeError) as error:
        raise Malformed(f"{what} cannot be read: {error}") from None
    reason = _outside(value, 0)
    if reason is None and cbor2.dumps(value, canonical=True) != data:
        reason = "the encoding is not the canonical one"
    if reason:
        raise Malformed(f"{what} is not canonical CBOR: {reason}")
    return value


def _outside(value: Any, depth: int) -> str | None:
    """Why ``value`` is outside the subset, or None. Scalars in a list or map cost no call: nearly all values are."""
    kind = type(value)
    if kind is not dict and kind is not list and kind is not tuple:
        return _outside_scalar(value)
    if depth >= CBOR_DEPTH_MAX:
        return f"more than {CBOR_DEPTH_MAX} levels"
    if kind is dict:
        reason = _outside_keys(value)
        if reason:
            return reason
        value = value.values()
    for item in value:
        kind = type(item)
        if kind is str:
            fits = item.isascii() or _utf8(item)
        elif kind is int:
            fits = _INT_MIN <= item <= _INT_MAX
        else:
            fits = kind is bytes or kind is bool
        if not fits:
            reason = _outside(item, depth + 1)
            if reason:
                return reason
    return None


def _outside_scalar(value: Any) -> str | None:
    kind = type(value)
    if kind is int:
        return None if _INT_MIN <= value <= _INT_MAX else "an integer beyond int64"
    if kind is str:
        return None if value.isascii() or _utf8(value) else "a text that is not UTF-8"
    return None if kind is bytes or kind is bool else f"a value of type {kind.__name__}"


def _outside_keys(value: dict[Any, Any]) -> str | None:
    """Keys are all unsigned integers or all texts."""
    first = None
    for key in value:
        kind = type(key)
        if kind is int:
            if not 0 <= key <= _INT_MAX:
                return "a map key below zero or beyond int64"
        elif kind is not str:
            return "a map key that is neither an unsigned integer nor a text"
        elif not key.isascii() and not _utf8(key):
            return "a text that is not UTF-8"
        first = first or kind
        if kind is not first:
            return "a map with both integer and text keys"
    return None


def _utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
