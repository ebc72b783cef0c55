"""The policy book read aloud: every value of an edition, one line each, and what differs between two editions.

Always true: every value that an edition states stands in its lines once, and no other (``test_every_value_is_a_line``);
two editions whose lines are the same differ in nothing but their words around the values (``test_what_differs``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.money import Money
from counterfoil.policy.edition import Edition, Limit, StockItem, Tier
from counterfoil.policy.tables import Minor, Percent
from counterfoil.policy.terms import TABLES

_MINOR, _PERCENT = Minor.__metadata__[0], Percent.__metadata__[0]  # type: ignore[attr-defined]  # Annotated's own


class Line(NamedTuple):
    """One value: where it stands in the file, and the value as people read it."""

    path: str
    value: str


class Change(NamedTuple):
    """One value that differs; None: it does not stand there."""

    path: str
    before: str | None
    after: str | None


def lines_of(edition: Edition) -> list[Line]:
    """Every value of ``edition``, in the order of its tables. A bound that is not set is left out."""
    return list(_lines(edition))


def differences(before: Edition, after: Edition) -> list[Change]:
    """Every value that differs, in the order of the first edition, then what only the second has."""
    old, new = dict(lines_of(before)), dict(lines_of(after))
    paths = [*old, *(path for path in new if path not in old)]
    return [
        Change(path, old.get(path), new.get(path))
        for path in paths
        if old.get(path) != new.get(path) and path != "edition.name"
    ]


def _lines(edition: Edition) -> Iterator[Line]:
    head = {
        "name": edition.name, "profile": edition.profile, "authority": edition.authority,
        "effective": edition.effective.isoformat(), "currency": edition.currency.code,
        "exponent": str(edition.currency.exponent), "states": ", ".join(edition.states),
        "products": ", ".join(edition.products),
    }  # fmt: skip
    yield from (Line(f"edition.{key}", value) for key, value in head.items() if value)
    yield Line("calendar.holidays", edition.holidays)
    yield Line("calendar.every_day", _yes(edition.every_day))
    if edition.closed:
        yield Line("calendar.closed", ", ".join(day.isoformat() for day in edition.closed))
    yield Line("denominations.faces", ", ".join(_money(face, edition) for face in edition.denominations))
    if edition.till_cash_max != AMOUNT_MINOR_MAX:
        yield Line("till.cash_max", _money(edition.till_cash_max, edition))
    yield Line("till.blind_count", _yes(edition.blind_count))
    for name, limit in edition.limits.items():
        yield from _core(f"limits.{name}", limit, edition)
    for name, tier in edition.tiers.items():
        yield from _core(f"tiers.{name}", tier, edition)
    for name, item in edition.stock.items():
        yield from _core(f"stock.{name}", item, edition)
    yield from (Line(f"{path}.source", source) for path, source in edition.sources.items())
    for name, (cls, _) in TABLES.items():
        table = edition.terms(cls)
        if table is not None:
            yield from _table(name, table, edition)


def _core(path: str, row: Limit | Tier | StockItem, edition: Edition) -> Iterator[Line]:
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, int):
            if value != AMOUNT_MINOR_MAX:
                yield Line(f"{path}.{field.name}", _money(value, edition))
        else:
            yield Line(f"{path}.{field.name}", value if isinstance(value, str) else ", ".join(value))


def _table(path: str, table: Any, edition: Edition) -> Iterator[Line]:
    hints = get_type_hints(type(table), include_extras=True)
    for field in fields(table):
        value = getattr(table, field.name)
        if value is not None:
            yield from _value(f"{path}.{field.name}", value, hints[field.name], edition)


def _value(path: str, value: Any, hint: Any, edition: Edition) -> Iterator[Line]:
    if is_dataclass(value):
        yield from _table(path, value, edition)
    elif isinstance(value, Mapping):
        for name, row in value.items():
            yield from _value(f"{path}.{name}", row, None, edition)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for number, row in enumerate(value, start=1):
            yield from _value(f"{path}.{number}", row, None, edition)
    else:
        yield Line(path, _said(value, _cells(hint), edition))


def _cells(hint: Any) -> tuple[Any, ...]:
    """What an annotation says besides the type; within ``X | None`` too."""
    own = getattr(hint, "__metadata__", ())
    if own or get_origin(hint) is None:
        return tuple(own)
    return tuple(cell for option in get_args(hint) for cell in getattr(option, "__metadata__", ()))


def _said(value: Any, cells: tuple[Any, ...], edition: Edition) -> str:
    if isinstance(value, bool):
        return _yes(value)
    if isinstance(value, int) and _MINOR in cells:
        return _money(value, edition)
    if isinstance(value, Fraction):
        return decimal(value) + (" %" if _PERCENT in cells else "")
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def decimal(value: Fraction) -> str:
    """An edition's fractions come from decimal texts, so they have a last decimal."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str((value * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _money(minor: int, edition: Edition) -> str:
    return str(Money(minor, edition.currency))


def _yes(value: bool) -> str:
    return "yes" if value else "no"
