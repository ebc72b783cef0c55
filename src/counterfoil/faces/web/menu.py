"""Where a clerk goes: tiles for what customers come for, with their keys, and the list of everything else.

Always true (``tests/unit/web/test_menu.py``): a tile or a line leads only to what this role may ask and this office
offers (``test_only_what_is_sold_has_a_tile``); a key means one thing on every page and in every office
(``test_a_key_means_one_thing``); whatever has no tile stands in the list (``test_everything_is_in_the_list``).
"""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.faces.web import words
from counterfoil.faces.web.visit import Visit
from counterfoil.kernel.outcomes import mark
from counterfoil.operations.roles import may_ask
from counterfoil.operations.window import OfficeNow

OWN_PAGES = {"clerk-enrol": "/counter/enroll", "clerk-rotate": "/counter/pin", "visit": "/counter/visit"}
"""Kinds that have a page of their own instead of a form from the registry."""
EVERYTHING = "/counter/all"


class Item(NamedTuple):
    """One way to go. ``key``: what is pressed for it; "" for none."""

    href: str
    label: str
    key: str = ""


class Tile(NamedTuple):
    """What a customer comes for. ``kinds``: the first that is offered is meant. ``label``: "" where the menu's own
    serves. ``query``: what the form is opened with."""

    key: str
    kinds: tuple[str, ...]
    label: str = ""
    query: str = ""


TILES = (
    Tile("F2", ("deposit",)),
    Tile("F4", ("withdrawal",)),
    Tile("Shift+F2", ("check-cash",)),
    Tile("", ("check-deposit",)),
    Tile("F7", ("visit",), mark("Several services")),
    Tile("Shift+F4", ("order-sale",), mark("Money order")),
    Tile("Shift+F6", ("bill-pay",)),
    Tile("Shift+F7", ("cash-send",)),
    Tile("", ("claim-check",), mark("Pay out cash sent")),
    Tile("F6", ("mail-sale", "stamp-sale"), mark("Stamps and mail")),
    Tile("Shift+F8", ("loan-apply",), mark("Small loan")),
    Tile("", ("loan-pay",)),
    Tile("Shift+F9", ("account-open",), mark("Open a passbook"), "product=passbook"),
)
"""In the order of the page: five to a row on a wide screen."""
DRAWER, ALL = Item("/counter/drawer", mark("Your drawer"), "F8"), Item(EVERYTHING, mark("Everything"), "F10")
NEWCOMER = Tile("", ("customer-open",))


def page_of(kind: str) -> str:
    """Where a kind is asked."""
    return OWN_PAGES.get(kind, f"/counter/do/{kind}")


def tiles(visit: Visit, office: OfficeNow, *, customer: str = "") -> list[Item]:
    """The tiles for this clerk at this office. ``customer``: who stands at the window, on her page."""
    role = visit.who.role
    found = []
    for tile in TILES if customer else (*TILES, NEWCOMER):
        kind = next((one for one in tile.kinds if one in office.offers and may_ask(role, one)), None)
        if kind is None or ("passbook" in tile.query and not _keeps_passbooks(office)):
            continue
        query = f"?{tile.query}" if tile.query else ""
        found.append(Item(page_of(kind) + query, visit.say(tile.label or words.menu_of(kind).label), tile.key))
    if not found:
        return []
    ends = (DRAWER, ALL) if customer else (DRAWER,)
    return [*found, *(one._replace(label=visit.say(one.label)) for one in ends)]


def groups(visit: Visit, office: OfficeNow) -> list[tuple[str, list[Item]]]:
    """Every operation that this role may ask and this office offers, by group."""
    role = visit.who.role
    found: dict[str, list[Item]] = {group: [] for group in words.GROUPS}
    for kind, entry in words.MENU.items():
        if kind in office.offers and may_ask(role, kind):
            found[entry.group].append(Item(page_of(kind), visit.say(entry.label)))
    return [(visit.say(words.GROUPS[group]), items) for group, items in found.items() if items]


def _keeps_passbooks(office: OfficeNow) -> bool:
    return office.edition is not None and "passbook" in office.edition.products
