"""``counterfoil money-orders``: what the register of money orders says. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from counterfoil.counter.order_form import rows
from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.kernel.money import Money, currency
from counterfoil.operations import money_orders as ask
from counterfoil.operations.store import OfficeStore

FOLDER = click.Path(path_type=Path, file_okay=False)
T = TypeVar("T")


@click.group("money-orders")
def money_orders() -> None:
    """The register of money orders: what is outstanding, what may be paid, what became of one, who bought them."""


@money_orders.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
@click.pass_obj
def outstanding(house: House, folder: Path, json_: bool) -> int:
    """List orders sold and not yet paid. Exits 1 if they do not add up to the ledger."""
    found, money = _read(house, folder, ask.outstanding)
    if json_:
        as_json(found)
    else:
        for one in found["orders"]:
            click.echo(f"{one['serial']}  {one['sold']}  {money(one['amount']):>12}{'  stopped' * one['stopped']}")
        click.echo(
            f"{len(found['orders'])} outstanding, {money(found['total'])}; the ledger owes {money(found['ledger'])}."
        )
    return 0 if found["agrees"] else WRONG


@money_orders.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--since", default=None, metavar="DATE", help="Only what changed on or after this day.")
@json_option
@click.pass_obj
def register(house: House, folder: Path, since: str | None, json_: bool) -> int:
    """Write the positive-pay register: which serials may be paid, for which amount."""
    found, money = _read(house, folder, lambda store: ask.register(store, since))
    if json_:
        as_json(found)
    else:
        for one in found["orders"]:
            click.echo(f"{one['serial']}  {one['sold'] or '-':<10}  {money(one['amount']):>12}  {one['pay']}")
    return 0


@money_orders.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("serial")
@json_option
@click.pass_obj
def trace(house: House, folder: Path, serial: str, json_: bool) -> int:
    """Tell what became of one order. To put on record that someone asked, use `order-trace` at the counter."""
    found, money = _read(house, folder, lambda store: ask.trace(store, serial))
    if json_:
        as_json(found)
    else:
        click.echo(f"{serial}: {found['state']} since {found['changed'] or '-'}, {money(found['amount'])}")
        for one in found["cases"]:
            click.echo(f"  {one['what']} {one['case']}, {one['date']}: {one['state']}")
    return 0


@money_orders.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("date")
@json_option
@click.pass_obj
def log(house: House, folder: Path, date: str, json_: bool) -> int:
    """Who bought money orders and sent cash on DATE: the log of 31 CFR 1010.415, the largest total first."""
    found, money = _read(house, folder, lambda store: ask.log(store, date))
    if json_:
        as_json(found)
    else:
        for one in found["buyers"]:
            who = ", ".join([*one["customers"], *(f"paper {paper}" for paper in one["papers"])]) or "unknown"
            what = ", ".join(
                [one["duty"]] * (one["duty"] != "none") + ["near the line"] * one["near"]
                + [f"missing: {', '.join(one['missing'])}"] * bool(one["missing"])
            )  # fmt: skip
            click.echo(f"{money(one['total']):>12}  {who}{'  (' + what + ')' if what else ''}")
            for p in one["purchases"]:
                click.echo(f"{'':14}{p['kind']} {p['reference']} {money(p['amount'])}")
    return 0


@money_orders.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("serial")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of the form.")
@json_option
@click.pass_obj
def form(house: House, folder: Path, serial: str, language: str, json_: bool) -> int:
    """Write what is printed on the form of a sold order, as rows of text."""
    found, _ = _read(house, folder, lambda store: ask.form(store, serial))
    translate = house.catalog(language)
    if json_:
        as_json(found.values(translate))
    else:
        for row in rows(found, translate):
            click.echo(row.text)
    return 0


def _read(house: House, folder: Path, question: Callable[[OfficeStore], T]) -> tuple[T, Callable[[int], Any]]:
    """The answer, and how an amount is written in this office's currency."""
    store = house.read_store(folder)
    try:
        found = question(store)
        unit = currency(ask.currency_of(store))
    finally:
        store.close()
    return found, lambda minor: str(Money(minor, unit))
