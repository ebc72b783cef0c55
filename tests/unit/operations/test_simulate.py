"""What a month's sales would have cost under another edition, from the journal's facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.simulate import Simulated, simulate
from counterfoil.policy.edition import read_edition
from counterfoil.testing.builders import DAY, SUPERVISOR, House, bare_office, counter, edition

DEARER = read_edition(edition("2026-04-01", face_is_78="face = 80"))
ON = date.fromisoformat(DAY)


@pytest.fixture
def sold() -> House:
    """Ten stamps at 78 in two sales, one postcard stamp at 61."""
    house = counter()
    for item in ("forever", "postcard"):
        house.do("stock-in", by=SUPERVISOR, approve=["102"], item=item, quantity=20)
        house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item=item, quantity=20)
    house.do("stamp-sale", till="T1", item="forever", quantity=4, amount=312)
    house.do("stamp-sale", till="T1", item="forever", quantity=6, amount=468)
    house.do("stamp-sale", till="T1", item="postcard", quantity=1, amount=61)
    return house


def run(house: House, **more: Any) -> Simulated:
    return simulate(house.store, DEARER, **{"first": ON, "last": ON, **more})


def test_then_and_now(sold: House) -> None:
    one = run(sold).kinds["stamp-sale"]
    assert (one.sales, one.then, one.now, one.not_offered) == (3, 841, 861, 0)
    told = run(sold).as_json()
    assert told["total"]["difference"] == 20
    assert [row["kind"] for row in told["products"]] == ["stamp-sale"]


def test_a_reversed_sale_is_not_counted(sold: House) -> None:
    sold.do("reversal", approve=[SUPERVISOR], entry=sold.desk.size - 1, amount=61, currency="USD")
    assert run(sold).whole().then == 780


def test_what_the_other_edition_does_not_offer_is_counted_apart(sold: House) -> None:
    text = DEARER.content.decode().replace("[stock.postcard]", "[stock.other]")
    found = simulate(sold.store, read_edition(text.encode()), ON, ON).whole()
    assert (found.sales, found.then, found.now) == (2, 780, 800)
    assert (found.not_offered, found.not_offered_then) == (1, 61)


def test_only_the_days_asked_for_count(sold: House) -> None:
    assert run(sold, first=date(2026, 3, 3), last=date(2026, 4, 3)).kinds == {}


def test_left_out_it_is_the_month_before(sold: House) -> None:
    found = simulate(sold.store, DEARER)
    assert (found.first, found.last) == (date(2026, 2, 1), date(2026, 2, 28))


def test_where_no_day_was_opened_there_is_nothing_to_look_at() -> None:
    with pytest.raises(Unavailable):
        simulate(bare_office().store, DEARER)
