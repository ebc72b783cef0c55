"""Small loans looked at: what one would cost, what pays one off, how one has gone. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.faces.cli.office import FOLDER
from counterfoil.kernel.money import Money, currency, parse_decimal
from counterfoil.kernel.outcomes import Refusal
from counterfoil.office.rules import edition
from counterfoil.operations import loans as asked
from counterfoil.operations.desk import load_state
from counterfoil.products.loans import EVERY, payments_in


@click.group()
def loan() -> None:
    """Small loans: what one costs, what pays it off, how it stands."""


@loan.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--amount", required=True, metavar="AMOUNT", help="What is borrowed, such as 375.00.")
@click.option("--every", type=click.Choice(EVERY), default="biweekly", show_default=True, help="How often it is paid.")
@click.option("--weeks", type=click.IntRange(1, 104), default=None, help="For how many weeks, about.")
@click.option("--payments", type=click.IntRange(1, 104), default=None, help="How many payments, instead of --weeks.")
@click.option("--first-due", "first_due", default=None, metavar="DATE",
              help="The first due date; left out, one whole period after today.")  # fmt: skip
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of the words.")
@json_option
@click.pass_obj
def quote(
    house: House, folder: Path, amount: str, every: str, weeks: int | None, payments: int | None,
    first_due: str | None, language: str, json_: bool,
) -> int:  # fmt: skip
    """Tell what a loan would cost today: each payment, the finance charge, the annual percentage rate, and what others
    take for the same money. Exits 1 if it is not to be had here."""
    if (weeks is None) == (payments is None):
        raise click.UsageError("say --weeks or --payments, one of the two")
    number = payments or payments_in(every, weeks or 1)
    state = _state(house, folder)
    minor = parse_decimal(amount, edition(state).currency).minor
    found = asked.offer(state, minor, every, number, first_due)
    translate = house.catalog(language)
    if isinstance(found, Refusal):
        said = found.sentence(translate)
        as_json({"code": found.code, "message": said}) if json_ else click.echo(said)
        return WRONG
    terms, beside = found
    if json_:
        as_json(asked.offer_json(terms, beside))
        return 0
    unit = edition(state).currency.code
    click.echo(f"Amount financed        {_money(terms.amount, unit)}")
    click.echo(f"FINANCE CHARGE         {_money(terms.interest, unit)}")
    click.echo(f"ANNUAL PERCENTAGE RATE {terms.apr_text} %")
    click.echo(f"Total of payments      {_money(terms.total, unit)}")
    rows = [
        (row.due.isoformat(), *(_money(one, unit) for one in (row.payment, row.principal, row.interest, row.balance)))
        for row in terms.rows
    ]
    _table(("due", "payment", "paid back", "interest", "still owed"), rows)
    for line in beside.lines(translate, language):
        click.echo(line)
    return 0


@loan.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("number", metavar="LOAN")
@click.option("--on", default=None, metavar="DATE", help="The day it is paid off; the last business day if left out.")
@json_option
@click.pass_obj
def payoff(house: House, folder: Path, number: str, on: str | None, json_: bool) -> int:
    """Tell the exact amount that pays a loan off on a day, if nothing is paid before."""
    store = house.read_store(folder)
    try:
        found = asked.payoff(store, number, on)
    finally:
        store.close()
    if json_:
        as_json(found)
        return 0
    unit = found["currency"]
    click.echo(f"Loan {number} is {found['state']}. On {found['on']}, {_money(found['payoff'], unit)} pays it off:")
    click.echo(f"{_money(found['principal'], unit)} that was lent, {_money(found['interest'], unit)} interest.")
    return 0


@loan.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("number", metavar="LOAN")
@json_option
@click.pass_obj
def statement(house: House, folder: Path, number: str, json_: bool) -> int:
    """Show how a loan stands, and everything that happened to it."""
    store = house.read_store(folder)
    try:
        found = asked.statement(store, number)
    finally:
        store.close()
    if json_:
        as_json(found)
        return 0
    for line in _statement_text(found):
        click.echo(line)
    rows = [
        (f"{one['epoch']}/{one['entry']}", one["date"], one["what"], one.get("due") or one.get("bucket") or "",
         *(_money(one[name], found["currency"]) for name in ("amount", "interest", "balance")))
        for one in found["entries"]
    ]  # fmt: skip
    _table(("entry", "date", "what", "", "amount", "interest", "still owed"), rows)
    return 0


def _statement_text(found: dict[str, Any]) -> Iterator[str]:
    unit = found["currency"]
    yield f"Loan {found['loan']}: {_money(found['lent'], unit)} lent on {found['opened']} at {found['rate']} %"
    yield f"On {found['on']} it is {found['state']}, and {_money(found['payoff'], unit)} pays it off."
    if found["next_due"]:
        late = f", {found['days_late']} days late" if found["days_late"] else ""
        yield f"The next payment, {_money(found['next_payment'], unit)}, is due on {found['next_due']}{late}."
    if found["lost"]:
        yield f"Given up as lost: {_money(found['lost'], unit)}; came back: {_money(found['recovered'], unit)}."


def _state(house: House, folder: Path) -> Any:
    store = house.read_store(folder)
    try:
        return load_state(store)
    finally:
        store.close()


def _money(minor: int, unit: str) -> str:
    return str(Money(minor, currency(unit)))


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Aligned columns: amounts, which come last, to the right."""
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    amounts = range(len(heads) - 4 + (heads[0] == "entry"), len(heads))
    for row in (heads, *rows):
        cells = [cell.rjust(widths[at]) if at in amounts else cell.ljust(widths[at]) for at, cell in enumerate(row)]
        click.echo("  ".join(cells).rstrip())
