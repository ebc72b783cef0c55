"""Tiles and the list of everything: only what is sold here and may be asked, one thing for a key, nothing forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from counterfoil.engines.editions import demonstration
from counterfoil.faces.web import menu, words
from counterfoil.office.requests import ASKS
from counterfoil.operations.roles import may_ask
from counterfoil.testing.builders import SUPERVISOR, counter, open_office
from unit.web.screen import Screen, open_screen


@pytest.fixture(scope="module")
def bank() -> Iterator[Screen]:
    with open_screen(counter(content=demonstration("us-postal-bank"))) as screen:
        yield screen.sign_in()


def tiles(text: str) -> dict[str, str]:
    """Label → key, of the tiles of a page."""
    found = re.findall(r'<a class="cf-tile" href="[^"]+"(?: data-key="([^"]+)")?[^>]*>([^<]+)', text)
    return {unescape(label): key for key, label in found}


def test_a_first_day_clerk_finds_what_customers_come_for(bank: Screen) -> None:
    home = tiles(bank.get("/counter").text)
    hers = tiles(bank.get(f"/counter/customer/{bank.house.customer}").text)
    for label in (
        "Deposit", "Withdrawal", "Turn a check into cash", "Money order", "Small loan", "Open a passbook", "Pay a bill",
        "Send cash", "Pay out cash sent", "Stamps and mail", "Several services", "Your drawer",
    ):  # fmt: skip
        assert label in home, label
        assert home[label] == hers[label], "the same key on both pages"
    assert hers["Everything"] == "F10"
    assert 'data-key="F10"' in bank.get("/counter").text


def test_a_key_means_one_thing() -> None:
    keys = [tile.key for tile in menu.TILES if tile.key] + [menu.DRAWER.key, menu.ALL.key]
    assert len(keys) == len(set(keys))
    assert not {"F1", "F3", "F5", "F9", "F11", "F12", "Shift+F10", "Escape"} & set(keys), (
        "taken by pages or by browsers"
    )


def test_only_what_is_sold_has_a_tile() -> None:
    with open_screen(open_office(content=demonstration("us-existing-authority"))) as screen:
        text = screen.sign_in().get("/counter").text
        assert not {"Deposit", "Withdrawal", "Small loan", "Loan payment", "Open a passbook"} & set(tiles(text))
        assert {"Turn a check into cash", "Money order", "Pay a bill", "Stamps and mail"} <= set(tiles(text))
        assert 'href="/counter/do/loan-apply"' not in text
        assert 'href="/counter/do/deposit"' not in screen.get("/counter/visit").text


@pytest.mark.parametrize("clerk", ["102", SUPERVISOR])
def test_everything_is_in_the_list(clerk: str) -> None:
    with open_screen() as screen:
        role = screen.sign_in(clerk).house.desk.state.clerk.get(clerk).role  # type: ignore[union-attr]  # she is enrolled
        text = screen.get("/counter/all").text
        shown = set(re.findall(r'<li><a href="([^"]+)">', text))
        assert shown == {menu.page_of(kind) for kind in ASKS if may_ask(role, kind)}
        assert all(f'<h3 id="g{place + 1}">' in text for place in range(len(words.GROUPS)))


def test_the_passbook_tile_opens_a_passbook(bank: Screen) -> None:
    house = bank.house
    bank.get(f"/counter/customer/{house.customer}")
    way = re.search(r'href="(/counter/do/account-open\?[^"]+)"', bank.text)
    assert way is not None
    page = bank.get(unescape(way.group(1))).text
    assert '<option value="passbook" selected>' in page
    assert f'value="{house.customer}"' in page


def test_who_buys_is_the_customer_in_view(bank: Screen) -> None:
    bank.get(f"/counter/customer/{bank.house.customer}")
    for kind in ("order-sale", "cash-send", "bill-pay"):
        assert f'name="presented_by" type="text" value="{bank.house.customer}"' in bank.get(f"/counter/do/{kind}").text
