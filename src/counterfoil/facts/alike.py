"""Many facts of one kind, held by columns: the lines of a day's end before they are bytes and after.

The problem: a million lines differ in an account and two numbers. As a million objects they cost more to make, to
encode and to take apart again than all that is computed from them. The choice: one column for each field of the kind,
which stays one value where all lines have it. Whoever does not know this sees a sequence of facts.

Always true: it is the sequence of facts that it was made of (``test_alike_is_the_sequence_of_its_facts``), and its
bytes are theirs (``test_alike_is_encoded_as_its_facts``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, overload

from counterfoil.codec import encode_columns
from counterfoil.facts.record import Fact, fact_class, fact_head, fields_of, values_of

Column = Sequence[Any]


class Same(Sequence[Any]):
    """One value so many times."""

    __slots__ = ("times", "value")

    def __init__(self, value: Any, times: int) -> None:
        self.value, self.times = value, times

    def __len__(self) -> int:
        return self.times

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.value, self.times)

    def count(self, value: Any) -> int:
        """How often ``value`` stands in it: always or never."""
        return self.times if value == self.value else 0

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Same: ...
    def __getitem__(self, place: int | slice) -> Any:
        found = range(self.times)[place]
        return self.value if isinstance(found, int) else Same(self.value, len(found))


class Alike(Sequence[Fact]):
    """Facts of the kind ``of``; ``columns``: one for each of its fields, in their order, all of one length."""

    __slots__ = ("columns", "of")

    def __init__(self, of: type[Fact], columns: Sequence[Column]) -> None:
        self.of, self.columns = of, tuple(columns)

    @classmethod
    def made_of(cls, facts: Sequence[Fact]) -> Alike:
        """The same facts by columns: at least one, all of one kind."""
        of = type(facts[0])
        return cls(of, list(zip(*map(values_of(of), facts), strict=True)))

    @classmethod
    def joined(cls, parts: Sequence[Alike]) -> Alike:
        """Parts of one kind, one after another, in as little memory as it takes."""
        together = zip(*(part.columns for part in parts), strict=True)
        return cls(parts[0].of, [_small(columns) for columns in together])

    def column(self, name: str) -> Column:
        """The values of one field."""
        return self.columns[fields_of(self.of).index(name)]

    def same(self, name: str) -> Any:
        """The value of a field that all of them have; None where they differ (or have none)."""
        column = self.column(name)
        if type(column) is Same:
            return column.value
        return column[0] if column.count(column[0]) == len(column) else None

    def head(self) -> bytes:
        """What each of them begins with: its kind, encoded."""
        return b"\x83" + fact_head(self.of)

    def encoded(self) -> list[bytes]:
        """The canonical bytes of each."""
        head = self.head()
        return [head + fields for fields in encode_columns(self.columns)]

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Fact]:
        return map(self.of, *self.columns)

    @overload
    def __getitem__(self, place: int) -> Fact: ...
    @overload
    def __getitem__(self, place: slice) -> Alike: ...
    def __getitem__(self, place: int | slice) -> Fact | Alike:
        parts = [column[place] for column in self.columns]
        return Alike(self.of, parts) if isinstance(place, slice) else self.of(*parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as every sequence that is compared by what is in it


def _small(parts: Iterable[Column]) -> Column:
    """The columns one after another: one value if all are the same, eight bytes each if numbers."""
    columns = list(parts)
    types, first = set(map(type, chain.from_iterable(columns))), columns[0][0]
    if len(types) == 1 and all(column.count(first) == len(column) for column in columns):
        return Same(first, sum(map(len, columns)))
    values = list(chain.from_iterable(columns)) if len(columns) > 1 else columns[0]
    if types == {int}:
        try:
            return array("q", values)
        except OverflowError:  # Whoever encodes it says so.
            return values
    return values


def alike_values(values: Sequence[Any]) -> Alike | None:
    """The facts of values that this build has encoded itself, if all are of one kind and have the same fields; their
    fields are not checked again."""
    number, version, given = values[0]
    kinds, shapes = {(one[0], one[1]) for one in values}, {tuple(one[2]) for one in values}
    if len(kinds) > 1 or len(shapes) > 1:
        return None
    of = fact_class(number, version)
    found = dict(zip(given, zip(*(one[2].values() for one in values), strict=True), strict=True))
    nothing = Same(None, len(values))
    return Alike(of, [_small([found.get(place, nothing)]) for place in range(1, len(fields_of(of)) + 1)])
