"""``checks``, ``bills`` and ``stops``: what is on its way, what came back, what is owed, what must not be paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import as_json, json_option
from counterfoil.faces.cli.office import FOLDER
from counterfoil.kernel.money import Currency, Money, currency
from counterfoil.office.rows import EpochRow
from counterfoil.operations import items
from counterfoil.operations.store import OfficeStore

Listed = Callable[[OfficeStore, str | None], Iterator[dict[str, Any]]]


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--state", default=None, metavar="STATE", help=f"Only those: {', '.join(items.CHECK_STATES)}.")
@json_option
@click.pass_obj
def checks(house: House, folder: Path, state: str | None, json_: bool) -> int:
    """List the checks that were taken: on their way, paid, came back; what is held and what is owed."""

    def line(one: dict[str, Any], unit: Currency) -> str:
        more = [f"{on}: {Money(cents, unit).decimal()} held" for on, cents in one["held"]]
        more += [f"owed: {Money(one['due'], unit).decimal()}"] if one["due"] else []
        more += [f"borne by the house: {Money(one['lost'], unit).decimal()}"] if one["lost"] else []
        more += [f"agreed until {one['until']}"] if one["due"] and one["until"] else []
        what = f"{one['sort']} {one['how']}"
        return (
            f"{one['date']}  {one['case']:<20}{one['state']:<13}{what:<24}{Money(one['amount'], unit).decimal():>12}"
            + (f"  ({'; '.join(more)})" if more else "")
        )

    return _listed(house, folder, items.checks, state, json_, line)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--state", default=None, metavar="STATE",
    help=f"Only those: {', '.join(items.BILL_STATES)}; or {items.UNMATCHED}: money that came back without a bill.",
)  # fmt: skip
@json_option
@click.pass_obj
def bills(house: House, folder: Path, state: str | None, json_: bool) -> int:
    """List the bills that were paid at the window: waiting, stopped, sent, confirmed, came back."""
    if state == items.UNMATCHED:
        return _listed(house, folder, lambda store, _: items.bill_money(store), None, json_, _resting)

    def line(one: dict[str, Any], unit: Currency) -> str:
        amount = Money(one["amount"], unit).decimal()
        return f"{one['date']}  {one['case']:<20}{one['state']:<13}{one['title']:<24}{amount:>12}  goes {one['on']}"

    return _listed(house, folder, items.bills, state, json_, line)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
@click.pass_obj
def stops(house: House, folder: Path, json_: bool) -> int:
    """List the stops of payments that are in force: bills that do not go, money orders that nobody is paid."""

    def line(one: dict[str, Any], unit: Currency) -> str:
        last = f"through {one['until']}" if one["until"] else "until lifted"
        return f"{one['what']:<12} {one['which']:<20}{Money(one['amount'], unit).decimal():>12}  {last}"

    return _listed(house, folder, lambda store, _: items.stops(store), None, json_, line)


def _resting(one: dict[str, Any], unit: Currency) -> str:
    return f"{one['date']}  {one['tag']:<24}{Money(one['amount'], unit).decimal():>12}"


def _listed(
    house: House,
    folder: Path,
    listed: Listed,
    state: str | None,
    json_: bool,
    line: Callable[[dict[str, Any], Currency], str],
) -> int:
    """One line an item, as text or as JSON Lines."""
    store = house.read_store(folder)
    try:
        unit = currency(EpochRow._make(list(store.scan("epoch"))[-1]).currency)
        for one in listed(store, state):
            as_json(one) if json_ else click.echo(line(one, unit))
    finally:
        store.close()
    return 0
