"""Facts of one kind by columns are the facts, whoever looks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil import codec
from counterfoil.facts.alike import Alike, Same, alike_values
from counterfoil.facts.day_end import BulkPosted
from counterfoil.facts.record import Fact, fact_bytes
from counterfoil.facts.savings import InterestCredited

DAY = "2026-03-31"


@st.composite
def lines(draw: st.DrawFn, most: int = 6) -> list[Fact]:
    """Lines of crediting: now all alike but for an account, now each its own."""
    own = draw(st.booleans())
    return [
        InterestCredited(
            account, draw(st.sampled_from(["passbook", "everyday"])) if own else "passbook",
            draw(st.integers(-(2**63), 2**63 - 1)), DAY, draw(st.integers(0, 300)), 90,
            draw(st.sampled_from([None, "-1/3"])) if own else None,
        )
        for account in draw(st.lists(st.text(max_size=3), min_size=1, max_size=most))
    ]  # fmt: skip


@given(lines(), st.data())
def test_alike_is_the_sequence_of_its_facts(facts: list[Fact], data: st.DataObject) -> None:
    alike = Alike.made_of(facts)
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(facts))] * 2)))
    assert list(alike) == facts == [alike[place] for place in range(len(alike))]
    assert list(alike[first:last]) == facts[first:last]
    assert list(Alike.joined([alike[:first], alike[first:]] if 0 < first < len(facts) else [alike])) == facts
    small = Alike.joined([alike, alike])
    assert list(small) == facts + facts
    assert list(small[first:last]) == facts[first:last]
    assert [small[place] for place in range(len(small))] == facts + facts
    for name in ("account", "product", "amount", "carried"):
        values = [getattr(fact, name) for fact in facts]
        assert list(small.column(name)) == values + values
        assert alike.same(name) == small.same(name) == (values[0] if len(set(values)) == 1 else None)


@given(lines())
def test_alike_is_encoded_as_its_facts(facts: list[Fact]) -> None:
    wanted = [fact_bytes(fact) for fact in facts]
    assert Alike.made_of(facts).encoded() == wanted
    assert Alike.joined([Alike.made_of(facts)]).encoded() == wanted
    read = alike_values([codec.decode(one) for one in wanted])
    assert read is None or list(read) == facts
    assert read is not None or len({getattr(fact, "carried") is None for fact in facts}) == 2  # noqa: B009  # Of one kind.


def test_values_of_two_kinds_are_not_alike() -> None:
    facts: list[Fact] = [BulkPosted("pay", DAY, 0, 1), InterestCredited("4", "passbook", 1, DAY, 1, 1)]
    assert alike_values([codec.decode(fact_bytes(fact)) for fact in facts]) is None
    assert alike_values([codec.decode(fact_bytes(facts[0]))]) == facts[:1]


@pytest.mark.parametrize("value", [None, 7, "passbook", True])
def test_one_value_so_many_times(value: Any) -> None:
    same = Same(value, 3)
    assert list(same) == [value] * 3 == [same[place] for place in range(3)]
    assert list(same[1:]) == [value] * 2
    assert (len(same), same.count(value), same.count("another"), same[-1]) == (3, 3, 0, value)
    with pytest.raises(IndexError):
        same[3]
