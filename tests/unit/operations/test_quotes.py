"""A quote: our price as the desk would book it, the usual ones beside it, nothing recorded."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.engines.editions import demonstration
from counterfoil.engines.texts import catalog
from counterfoil.kernel.outcomes import Malformed, Refusal, untranslated
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations.quotes import PRICES, Quote, quote
from counterfoil.testing.builders import SUPERVISOR, House, counter, unchanged

BANK = demonstration("us-postal-bank")

COMES_BACK = {"order-refund", "cash-send-cancel"}
"""Services whose ``fee`` is paid back to the customer: they cost nothing."""


@pytest.fixture(scope="module")
def bank() -> House:
    return counter(content=BANK)


def told(house: House, kind: str, **body: Any) -> Quote:
    found = quote(kind, body, house.desk.state)
    assert isinstance(found, Quote), found
    return found


def test_every_service_that_costs_something_has_a_quote() -> None:
    costing = {kind for kind, ask in ASKS.items() if {"fee", "apr"} & set(fields_of(ask))}
    assert costing - COMES_BACK <= set(PRICES)
    assert set(PRICES) <= set(ASKS)


def test_a_quote_is_what_the_desk_takes(bank: House) -> None:
    bank.do("stock-in", by=SUPERVISOR, approve=["102"], item="forever", quantity=10)
    bank.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=10)
    price = told(bank, "stamp-sale", item="forever", quantity=10).price
    assert price == 10 * bank.desk.state.policy.stock["forever"].face  # type: ignore[union-attr]  # a day is open
    bank.do("stamp-sale", till="T1", item="forever", quantity=10, amount=price)


def test_nothing_is_recorded(bank: House) -> None:
    unchanged(bank, lambda: told(bank, "account-open"))


def test_a_rule_that_says_no_is_told(bank: House) -> None:
    refused = quote("account-open", {"product": "gold"}, bank.desk.state)
    assert isinstance(refused, Refusal)
    assert refused.code == "product.unknown"
    refused = quote("stamp-sale", {"item": "gold", "quantity": 1}, bank.desk.state)
    assert isinstance(refused, Refusal)
    assert refused.code == "stock.unknown"


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("stamp-sale", {"item": "forever"}, "quantity"),
        ("stamp-sale", {"item": "forever", "quantity": "many"}, "quantity"),
        ("stamp-sale", {"item": "forever", "quantity": 1, "color": "red"}, "color"),
        ("day-open", {}, "kind"),
    ],
)
def test_what_the_price_depends_on_is_named(bank: House, kind: str, body: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as error:
        quote(kind, body, bank.desk.state)
    assert error.value.field == field


def test_a_check_beside_what_a_check_casher_may_take(bank: House) -> None:
    found = told(bank, "check-cash", sort="payroll", amount=60_000)
    assert found.price == 600
    (there,) = found.there
    assert (there.cost, there.row.as_of, there.row.status) == (2_100, "2022", "secondary")
    assert (found.times_a_year, there.saving) == (26, 26 * 1_500)
    said = "\n".join(found.lines(untranslated))
    for word in ("Here: $6.00.", "$21.00", "as of 2022", "from a report", "26 times a year, you keep $390.00"):
        assert word in said
    spanish = "\n".join(found.lines(catalog("es"), "es"))
    assert "un cobrador de cheques en California" in spanish
    assert "$390.00" in spanish
    assert "If you" not in spanish


def test_an_account_beside_a_banks(bank: House) -> None:
    found = told(bank, "account-open")
    assert found.price == 0
    assert "In a year you keep $60.00." in found.lines(untranslated)


def test_where_nothing_was_found_it_is_said(bank: House) -> None:
    found = told(bank, "deposit")
    assert (found.price, found.there) == (0, ())
    assert "We have found no figure of what this costs elsewhere." in found.lines(untranslated)


def test_a_quote_as_data(bank: House) -> None:
    data = told(bank, "check-cash", sort="payroll", amount=40_000).as_json()
    assert data["price"] == 400
    assert [one["cost"] for one in data["elsewhere"]] == [1_400, 595]
    assert {"source", "as_of", "status", "saving"} <= set(data["elsewhere"][0])
