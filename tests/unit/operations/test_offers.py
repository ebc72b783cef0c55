"""What an office offers: what its edition sells, and what is left of what an older one sold."""

from __future__ import annotations

import pytest

from cases.checks import cashed
from counterfoil.engines.editions import demonstration
from counterfoil.office.requests import ASKS
from counterfoil.operations import offers
from counterfoil.operations.offers import OPENING, PRODUCTS, offered
from counterfoil.policy.edition import read_edition
from counterfoil.testing.builders import EDITION, House, bare_office, counter

MODULES = ("bills", "checks", "loans", "mail", "money_orders", "people", "remittances")


@pytest.fixture(scope="module")
def house() -> House:
    return bare_office()


def under(house: House, content: bytes) -> frozenset[str]:
    """What this office offers under another edition."""
    before = house.desk.state.policy
    house.desk.state.policy = read_edition(content)
    try:
        return offered(house.desk.state)
    finally:
        house.desk.state.policy = before


def without(table: str) -> bytes:
    """The edition for tests without one product's tables."""
    kept, inside = [], False
    for line in EDITION.decode().splitlines():
        if line.startswith("["):
            inside = line.strip("[]").partition(".")[0] == table
        if not inside:
            kept.append(line)
    return "\n".join(kept).encode()


def test_an_edition_that_sells_all_offers_all(house: House) -> None:
    assert offered(house.desk.state) == frozenset(ASKS)


def test_what_is_not_sold_is_not_offered(house: House) -> None:
    shown = under(house, demonstration("us-existing-authority"))
    assert {"check-cash", "order-sale", "bill-pay", "cash-send", "mail-sale", "customer-open", "reversal"} <= shown
    assert not shown & {
        *OPENING,
        "deposit",
        "withdrawal",
        "transfer",
        "check-deposit",
        "loan-apply",
        "loan-pay",
        "levy",
    }
    assert not under(house, without("checks")) & {"check-cash", "check-deposit", "check-settle"}


def test_what_is_left_of_a_product_can_be_settled() -> None:
    house = counter()
    cashed(house)
    shown = under(house, without("checks"))
    assert {"check-return", "check-settle"} <= shown
    assert not {"check-cash", "check-deposit"} & shown
    shown = under(house, demonstration("us-existing-authority"))
    assert {"withdrawal", "account-close"} <= shown, "an account is open"
    assert not {*OPENING} & shown


def test_every_kind_of_a_product_is_its_own() -> None:
    own = {kind for one in PRODUCTS for kind in (*one.begin, *one.settle)}
    by_module = {kind for kind, cls in ASKS.items() if cls.__module__.split(".")[-2] in MODULES}
    assert own == by_module, "a new kind of a product: name it in operations/offers.py"
    assert {*offers.ACCOUNTS, *offers.NEEDS_ACCOUNTS, *OPENING} <= set(ASKS)
