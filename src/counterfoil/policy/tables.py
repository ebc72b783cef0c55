"""Tables of an edition read by the shape of a class: one frozen dataclass a table, one ``Cell`` a kind of value.

Always true: a table that was read has every value its class asks for, each in range, and no key that the class does not
have (``test_a_key_that_no_table_has_is_refused_with_its_line``); a refusal names the key, so that the edition's reader
can name the line.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Fee:
        up_to: Minor                   # amounts are whole minor units
        fee: Minor
        source: Text                   # each price says where it comes from
        since: Day | None = None       # a field with a default may be left out

A field is a ``Cell`` (``Annotated``), another such class (a table in the table), ``Mapping[str, Class]`` (tables by
name) or ``tuple[Class, ...]`` (a list of tables, in the order of the file).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX, TEXT_CHARACTERS_MAX

T = TypeVar("T")
ROWS_MAX = 1_000
"""Rows in one table of an edition."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class BadValue(Exception):
    """A value that a table cannot have. ``key`` is where to look, ``within`` the table that holds it; ``row``: which of
    a list of tables, from 0."""

    def __init__(self, key: str, reason: str, *, within: str = "", row: int = 0) -> None:
        super().__init__(reason)
        self.key, self.reason, self.within, self.row = key, reason, within, row


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One kind of value: ``read(value)`` gives it or raises ``ValueError`` saying what is needed."""

    read: Callable[[Any], Any]


def _minor(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= AMOUNT_MINOR_MAX:
        raise ValueError("a whole number of minor units, such as 150 for $1.50, is needed")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 1_000_000:
        raise ValueError("a whole number from 0 to 1,000,000 is needed")
    return value


def _percent(value: Any) -> Fraction:
    """Exact: a decimal text such as "28.00", never a float."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError('a percentage as text, such as "28.00", is needed')
    return Fraction(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARACTERS_MAX or not value.isprintable():
        raise ValueError(f"a text of 1 to {TEXT_CHARACTERS_MAX} printable characters is needed")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("a name of small letters, digits and hyphens is needed")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("true or false is needed")
    return value


def _day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError("a date such as 2026-01-01 is needed")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > ROWS_MAX:
        raise ValueError("a list of names is needed")
    return tuple(_name(one) for one in value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > ROWS_MAX:
        raise ValueError("a list of texts is needed")
    return tuple(_text(one) for one in value)


def one_of(*words: str) -> Cell:
    """A word of a short list."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"one of {', '.join(words)} is needed")
        return str(value)

    return Cell(read)


Minor = Annotated[int, Cell(_minor)]
"""Minor units of the edition's currency, 0 or more."""
Whole = Annotated[int, Cell(_whole)]
"""A number of days, weeks, pieces, 0 to 1,000,000."""
Percent = Annotated[Fraction, Cell(_percent)]
"""A percentage, exact: written as text."""
Text = Annotated[str, Cell(_text)]
Name = Annotated[str, Cell(_name)]
Flag = Annotated[bool, Cell(_flag)]
Day = Annotated[date, Cell(_day)]
Names = Annotated[tuple[str, ...], Cell(_names)]
Texts = Annotated[tuple[str, ...], Cell(_texts)]


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    """The kinds of value of a table's class: looked up once, for they cost more than reading a whole edition."""
    return get_type_hints(cls, include_extras=True)


def read_table(cls: type[T], table: Any, *, within: str) -> T:
    """The value of ``cls`` that ``table`` says. Raises ``BadValue`` naming the key."""
    if not isinstance(table, dict):
        raise BadValue(within.rpartition(".")[2], f"[{within}] is a table", within=within)
    hints = _hints(cls)  # type: ignore[arg-type]  # a class can be hashed
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]  # every table class is a dataclass
    for key in table:
        if key not in known:
            raise BadValue(str(key), f"{key!r} is not known here (in [{within}])", within=within)
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in table:
            values[name] = _read(hints[name], table[name], name, within)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadValue(within.rpartition(".")[2], f"{name} is missing in [{within}]", within=within)
    return cls(**values)


def _read(hint: Any, value: Any, key: str, within: str) -> Any:
    if get_origin(hint) in (Union, UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    cell = next((one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Cell)), None)
    if cell is not None:
        try:
            return cell.read(value)
        except ValueError as error:
            raise BadValue(key, f"{key} is {value!r}: {error}", within=within) from None
    if is_dataclass(hint) and isinstance(hint, type):
        return read_table(hint, value, within=f"{within}.{key}")
    if get_origin(hint) is tuple:
        return _rows(get_args(hint)[0], value, key, within)
    if not isinstance(value, dict) or len(value) > ROWS_MAX:
        _bad(key, f"[{within}.{key}] is a table of at most {ROWS_MAX} tables", within)
    row = get_args(hint)[1]
    for name in value:
        if not NAME.fullmatch(name):
            _bad(name, f"{name!r} is not a name of small letters, digits and hyphens", within)
    return {name: read_table(row, one, within=f"{within}.{key}.{name}") for name, one in value.items()}


def _rows(cls: type[T], value: Any, key: str, within: str) -> tuple[T, ...]:
    if not isinstance(value, list) or len(value) > ROWS_MAX:
        _bad(key, f"{key} is a list of at most {ROWS_MAX} tables", within)
    return tuple(_row(cls, one, f"{within}.{key}", row) for row, one in enumerate(value))


def _row(cls: type[T], value: Any, within: str, row: int) -> T:
    try:
        return read_table(cls, value, within=within)
    except BadValue as bad:
        raise BadValue(bad.key, bad.reason, within=bad.within, row=row) from None


def _bad(key: str, reason: str, within: str) -> NoReturn:
    raise BadValue(key, reason, within=within)


Check = Callable[[Any, Mapping[type, Any]], None]
"""(a table, all tables by class) → nothing, or ``BadValue``: what must hold within a table or between two."""
Tables = dict[str, tuple[type, Check | None]]
"""Name of a table of the edition → its class and what must hold in it."""
