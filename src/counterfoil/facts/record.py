"""What a fact is: a frozen dataclass with a number and a version, and one canonical form.

Canonical form: ``[number, version, {1: first field, 2: second field, …}]``; a field that is None is left out. Fields
are
never reordered or removed; a new field goes last with default None, and a new meaning is a new version
(``test_facts_keep_their_bytes`` holds golden bytes of every fact).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, ClassVar, TypeVar, get_type_hints

from counterfoil.codec import UnknownVersion, encode, encode_fields
from counterfoil.kernel.outcomes import Malformed

Count = Mapping[str, int]
"""Denomination counts: face value in minor units (as text) → number of pieces."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Base of every fact. Subclasses are registered with ``@recorded(number)``."""

    number: ClassVar[int] = 0
    version: ClassVar[int] = 1


F = TypeVar("F", bound=type[Fact])
_REGISTRY: dict[tuple[int, int], type[Fact]] = {}
_NUMBERS: set[int] = set()
_SHAPES: dict[type[Fact], tuple[tuple[str, Callable[[Any], bool], bool], ...]] = {}
_ENCODERS: dict[type[Fact], tuple[bytes, Callable[[Any], tuple[Any, ...]]]] = {}
"""Class → the encoding of its number and version, and what gives its fields."""


def recorded(number: int, version: int = 1) -> Callable[[F], F]:
    """Registers a fact class under its number and version for ever."""

    def register(cls: F) -> F:
        assert (number, version) not in _REGISTRY, f"fact {number}/{version} is taken"
        cls.number, cls.version = number, version
        _REGISTRY[number, version] = cls
        _NUMBERS.add(number)
        return cls

    return register


def every_fact() -> dict[tuple[int, int], type[Fact]]:
    """All registered facts by (number, version)."""
    return dict(_REGISTRY)


def fact_class(number: int, version: int) -> type[Fact]:
    """The class of a number and version that this build knows."""
    return _REGISTRY[number, version]


def fact_value(fact: Fact) -> list[Any]:
    """The value that is encoded for ``fact``."""
    values = _encoder(type(fact))[1](fact)
    return [fact.number, fact.version, {place: value for place, value in enumerate(values, 1) if value is not None}]


def fact_bytes(fact: Fact) -> bytes:
    """The canonical encoding of ``fact_value``, in half the time (``test_the_bytes_of_a_fact_are_its_values``)."""
    head, values = _encoder(type(fact))
    return b"\x83" + head + encode_fields(values(fact))


def fact_head(cls: type[Fact]) -> bytes:
    """What stands before the fields of a fact of this kind: its number and version, encoded."""
    return _encoder(cls)[0]


def values_of(cls: type[Fact]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the fields of a fact of this kind, in order."""
    return _encoder(cls)[1]


def fields_of(cls: type[Fact]) -> tuple[str, ...]:
    """The names of the fields of this kind, in order."""
    return tuple(field.name for field in fields(cls))


def _encoder(cls: type[Fact]) -> tuple[bytes, Callable[[Any], tuple[Any, ...]]]:
    try:
        return _ENCODERS[cls]
    except KeyError:
        names = fields_of(cls)
        # Of one name alone the faster way would give no tuple.
        values = attrgetter(*names) if len(names) > 1 else lambda fact: tuple(getattr(fact, name) for name in names)
        _ENCODERS[cls] = encode([cls.number, cls.version])[1:], values
        return _ENCODERS[cls]


def read_fact(value: Any) -> Fact:
    """The fact of a decoded value; an unknown number or version is refused by name."""
    if type(value) is not list or len(value) != 3 or type(value[2]) is not dict:
        raise Malformed("a fact is [number, version, fields]")
    number, version, given = value
    if type(number) is not int or type(version) is not int:
        raise Malformed("a fact's number and version are integers")
    cls = _REGISTRY.get((number, version))
    if cls is None:
        raise UnknownVersion(
            f"fact {number}" if number in _NUMBERS else "fact number", version if number in _NUMBERS else number
        )
    shape = _shape(cls)
    arguments = {}
    for place, (name, fits, optional) in enumerate(shape, start=1):
        if place in given:
            found = given[place]
            if not fits(found):
                raise Malformed(f"fact {number}: field {name} is {found!r}", field=name)
            arguments[name] = found
        elif not optional:
            raise Malformed(f"fact {number}: field {name} is missing", field=name)
    if len(arguments) != len(given):
        raise Malformed(f"fact {number}: a field that version {version} does not have")
    return cls(**arguments)


def read_own_fact(value: Any) -> Fact:
    """The fact of a value that this build has just made itself: its fields are not checked again."""
    number, version, given = value
    cls = _REGISTRY[number, version]
    if not given or len(given) == next(reversed(given)):  # None is left out, or only the last; and their keys ascend.
        return cls(*given.values())
    shape = _shape(cls)
    return cls(**{shape[place - 1][0]: found for place, found in given.items()})


def _shape(cls: type[Fact]) -> tuple[tuple[str, Callable[[Any], bool], bool], ...]:
    try:
        return _SHAPES[cls]
    except KeyError:
        hints = get_type_hints(cls)
        shape = tuple((f.name, *_CHECKS[hints[f.name]]) for f in fields(cls))
        _SHAPES[cls] = shape
        return shape


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


def _count(value: Any) -> bool:
    return type(value) is dict and all(type(k) is str and type(v) is int for k, v in value.items())


# The types a field may have; a check says whether a decoded value is of that type. (check, may be absent)
_CHECKS: dict[Any, tuple[Callable[[Any], bool], bool]] = {
    int: (_is(int), False),
    str: (_is(str), False),
    bytes: (_is(bytes), False),
    bool: (_is(bool), False),
    list[Any]: (_is(list), False),
    Count: (_count, False),
    int | None: (_is(int), True),
    str | None: (_is(str), True),
    bytes | None: (_is(bytes), True),
    bool | None: (_is(bool), True),
    list[Any] | None: (_is(list), True),
    Count | None: (_count, True),
}
