"""Values from a file: what is unknown, missing or of another type is refused by its name."""

from __future__ import annotations

import copy
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents.fees import Elsewhere, Fees, Price
from counterfoil.operations.documents.identity import Identity, Seen
from counterfoil.operations.documents.loan import Conditions, Payday
from counterfoil.operations.documents.money_order import MoneyOrder
from counterfoil.operations.documents.paper import Head, Paper
from counterfoil.operations.documents.reading import KINDS, elsewhere_of, values_of, write
from counterfoil.operations.documents.savings import Savings
from counterfoil.operations.documents.statement import Earned, Movement, Passbook, Statement
from docs.pages import PROJECT
from unit.documents.samples import content, paper


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_is_a_paper(kind: str) -> None:
    assert paper(kind).kind == kind


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, ()) for kind in KINDS] + [(kind, ("head",)) for kind in KINDS]
    + [("loan", ("conditions",)), ("loan", ("conditions", "payday")), ("loan", ("parameters",)),
       ("statement", ("movements", 1)), ("statement", ("earned",)), ("fees", ("prices", 0)),
       ("fees", ("prices", 0, "elsewhere", 0)), ("identity", ("documents", 1)), ("passbook", ("movements", 0))],
)  # fmt: skip
def test_an_unknown_key_is_refused(kind: str, path: tuple[str | int, ...]) -> None:
    given_ = copy.deepcopy(content(kind))
    place: Any = given_
    for step in path:
        place = place[step]
    place["surprise"] = 1
    with pytest.raises(Malformed, match="surprise"):
        values_of(kind, given_)


@pytest.mark.parametrize(
    ("kind", "changed", "words"),
    [
        ("savings", {"rate_percent": 2}, "Expected `str`"),
        ("savings", {"least_to_open": "100"}, "Expected `int`"),
        ("savings", {"least_to_open": 1.5}, "Expected `int`"),
        ("savings", {"least_to_open": True}, "Expected `int`"),
        ("savings", {"rate_until": "soon"}, "rate_until"),
        ("savings", {"head": None}, "head"),
        ("savings", {"head": {"office": "Elk Fork"}}, "on"),
        ("loan", {"head": []}, "head"),
        ("loan", {"conditions": {"withheld": "5"}}, "Expected `int`"),
        ("loan", {"convention": "tontine"}, "convention"),
        ("loan", {"parameters": None}, "parameters"),
        ("hold", {"deposit": []}, "deposit"),
        ("hold", {"account": 4}, "Expected `str`"),
        ("hold", {"deposit": {"where": "teller"}}, "deposit_date"),
        ("statement", {"movements": {}}, "movements"),
        ("fees", {"effective": "2026-13-01"}, "effective"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        values_of(kind, {**content(kind), **changed})


@pytest.mark.parametrize("given_", [None, [], "x", 1])
def test_a_file_that_is_no_map(given_: Any) -> None:
    with pytest.raises(Malformed):
        values_of("loan", given_)


def test_a_kind_that_is_none() -> None:
    with pytest.raises(Malformed, match="horoscope"):
        values_of("horoscope", {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(KINDS)), st.data())
def test_whatever_stands_in_a_file_is_a_paper_or_malformed(kind: str, data: st.DataObject) -> None:
    given_ = content(kind)
    key = data.draw(st.sampled_from(list(given_)))
    given_[key] = data.draw(JSON)
    try:
        values = values_of(kind, given_)
        assert isinstance(write(kind, values, "en", str), Paper)
    except Malformed:
        pass


def test_prices_elsewhere_are_a_map_of_lists() -> None:
    one = {"where": "A bank", "price": 500, "source": "its list", "as_of": "2015"}
    assert elsewhere_of({"Pay in cash": [one]})["Pay in cash"][0].price == 500
    wrong: Any
    for wrong in ([], {"x": 1}, {"x": [1]}, {"x": [{**one, "more": 1}]}):
        with pytest.raises(Malformed):
            elsewhere_of(wrong)


@pytest.mark.parametrize(
    ("section", "cls"),
    [
        ("`head`, in every paper", Head), ("loan", Conditions), ("loan", Payday), ("savings", Savings),
        ("statement", Statement), ("statement", Movement), ("statement", Earned), ("fees", Fees), ("fees", Price),
        ("fees", Elsewhere), ("identity", Identity), ("identity", Seen), ("passbook", Passbook),
        ("money-order", MoneyOrder),
    ],
)  # fmt: skip
def test_the_reference_names_every_value(section: str, cls: Any) -> None:
    page = (PROJECT / "docs" / "reference" / "papers.md").read_text("utf-8")
    text = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    assert [f.name for f in fields(cls) if f.name != "head" and f"`{f.name}`" not in text] == []
