"""``report``: what the office gains by bank services; ``cash-reports``: whose cash is reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import as_json, json_option
from counterfoil.kernel.days import day
from counterfoil.kernel.money import Currency, Money, currency
from counterfoil.operations import cash_reports as cash
from counterfoil.operations.documents.kept import last_day
from counterfoil.operations.office_report import office_report
from counterfoil.operations.receipts import TITLES


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--from", "since", default=None, metavar="DATE", help="First day; left out, the first of that month.")
@click.option("--to", "until", default=None, metavar="DATE", help="Last day; left out, the last business day.")
@json_option
@click.pass_obj
def report(house: House, folder: Path, since: str | None, until: str | None, json_: bool) -> int:
    """Show what the office did and earned in a period: services by kind, income, customers. No clerk is named."""
    unit = currency(house.settings(folder).currency)
    store = house.read_store(folder)
    try:
        last = day(until, field="to") if until else last_day(store)
        first = day(since, field="from") if since else date(last.year, last.month, 1)
        found = office_report(store, first, last)
    finally:
        store.close()
    if json_:
        as_json({"currency": unit.code, **found})
    else:
        _show(found, lambda minor: str(Money(minor, unit)))
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--date", "on", default=None, metavar="DATE", help="The business day; left out, the last one.")
@json_option
@click.pass_obj
def cash_reports(house: House, folder: Path, on: str | None, json_: bool) -> int:
    """List whose cash of a day must be reported: in or out, over the line of the edition. Customers by number."""
    unit = currency(house.settings(folder).currency)
    store = house.read_store(folder)
    try:
        found = cash.cash_reports(store, on or last_day(store).isoformat())
    finally:
        store.close()
    if json_:
        as_json({"currency": unit.code, **found})
        return 0
    for line in _cash_page(found, unit):
        click.echo(line)
    return 0


_PARTS = {"own": "for herself", "for-another": "for somebody else", "by-another": "brought or fetched by another"}


def _cash_page(found: dict[str, Any], unit: Currency) -> Iterator[str]:
    """What the form asks of each person, as far as the books know it, and what they do not know."""
    for one in found["reports"]:
        way, other = ("in", "out") if one["direction"] == "cash_in" else ("out", "in")
        who = one["customer"] or f"no customer ({one['known_by']})"
        yield f"{who}  {Money(one['amount'], unit)} {way}, to be filed by {one['file_by']}"
        if one["other_direction"]:
            yield f"  on the same day {Money(one['other_direction'], unit)} {other}"
        for each in one["movements"]:
            more = [_PARTS[each["part"]], *([f"account {each['account']}"] if each["account"] else [])]
            more += [f"at the window {each['presented_by']}"] if each["presented_by"] else []
            more += [f"for {each['on_behalf_of']}"] if each["on_behalf_of"] else []
            more += [f"shown {each['identification']}"] if each["identification"] else []
            where, amount = f"{each['epoch']}/{each['entry']}", str(Money(each["amount"], unit))
            yield f"  {where}  {each['item']:<36}{amount:>14}  {each['till']}  {', '.join(more)}"
        if one["missing"]:
            yield f"  not on record: {', '.join(one['missing'])}"
    yield f"{found['date']}: {len(found['reports'])} totals over {Money(found['over'], unit)}."
    if found["reports"]:
        yield "The form asks besides, and the books do not know:"
        yield from (f"  - {one}" for one in found["besides"])


def _show(found: dict[str, Any], money: Any) -> None:
    click.echo(f"From {found['from']} to {found['to']}: {found['money_services']} money services and "
               f"{found['mail_services']} mail services at one window.")  # fmt: skip
    if not found["services"]:
        click.echo("Nobody was served in this period.")
        return
    click.echo(f"\n{'Service':<36}{'number':>8}{'cash in':>16}{'cash out':>16}")
    for row in found["services"]:
        title = TITLES.get(row["kind"], row["kind"])
        click.echo(f"  {title:<34}{row['number']:>8}{money(row['cash_in']):>16}{money(row['cash_out']):>16}")
    click.echo(f"\n{'What it brought in':<36}{'amount':>16}")
    for row in found["income"]:
        click.echo(f"  {row['source']:<34}{money(row['amount']):>16}")
    click.echo(f"  {'in all':<34}{money(found['income_in_all']):>16}")
    click.echo(f"\n{found['customers']} customers on record, {found['new_customers']} of them new; "
               f"{found['accounts_open']} accounts open.")  # fmt: skip
