"""The command of the day's end: what is due is done, shown while it runs, and told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.faces.cli.progress import shown_progress
from counterfoil.kernel.money import Money, currency
from counterfoil.operations import queries
from counterfoil.operations.day_end import DayEnd, Report, Standing, Told, standing

FOLDER = click.Path(path_type=Path, file_okay=False)
TOGETHER = 8
"""Chunks in one commit where no counter is open beside this command: it holds the office's lock."""


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--through", default=None, metavar="DATE",
              help="The last day to end (2026-11-23). Left out: the last day that is over, or the open day once it is "
                   "counted.")  # fmt: skip
@click.option("--status", is_flag=True, help="Only say which days are due and what is unfinished.")
@json_option
@click.pass_obj
def day_end(house: House, folder: Path, through: str | None, status: bool, json_: bool) -> int:
    """End every day that is due: interest, dues, holds and the like, step by step, in order.

    It may be cut short anywhere and run again: it goes on where it stopped, and nothing is done twice. Exits 1 if
    anything was set aside.
    """
    with house.open(folder, clock="last") as office:
        if status:
            return _status(standing(office.desk, through), json_)
        with _shown() as told:
            report = DayEnd(lambda call: call(office.desk), together=TOGETHER, told=told).run(through)
    if json_:
        as_json(report.as_json())
    else:
        for line in _lines(report):
            click.echo(line)
    return WRONG if report.set_aside else 0


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--year", required=True, type=click.IntRange(1900, 9999), help="The calendar year.")
@json_option
@click.pass_obj
def interest_totals(house: House, folder: Path, year: int, json_: bool) -> int:
    """What each account was credited in interest in a year, and whose is reported: the figures of form 1099-INT."""
    store = house.read_store(folder)
    try:
        rows = queries.interest_totals(store, year)
        tax = queries.tax_terms(store, year)
        epoch = next(store.scan("epoch", descending=True, limit=1), None)
        payees = queries.interest_by_customer(rows, tax) if tax is not None else []
        more = {one.customer: queries.payee(store, one) for one in payees if one.report}
    finally:
        store.close()
    if json_:
        as_json({
            "year": year, "accounts": rows, "form": tax.interest_form if tax else None,
            "from": tax.interest_from if tax else None, "payees": [
                {**one._asdict(), **(more[one.customer]._asdict() if one.report else {})} for one in payees
            ],
        })  # fmt: skip
        return 0
    unit = currency(str(epoch[6])) if epoch is not None else None
    for row in rows:
        shown = str(Money(row["interest"], unit)) if unit is not None else str(row["interest"])
        click.echo(f"{row['account']}  {row['customer'] or '':<10}  {shown:>16}")
    click.echo(f"{len(rows)} accounts were credited interest in {year}.")
    if tax is not None:
        due = [one for one in payees if one.report]
        line = str(Money(tax.interest_from, unit)) if unit is not None else str(tax.interest_from)
        click.echo(f"{tax.interest_form}: {len(due)} of {len(payees)} customers were credited {line} or more.")
        for one in due:
            of = more[one.customer]
            said = [*([f"joint with {', '.join(of.joint)}"] if of.joint else []),
                    *([f"died {of.died}: the estate's from then on"] if of.died else []),
                    *([f"not on record: {', '.join(of.missing)}"] if of.missing else [])]  # fmt: skip
            amount = Money(one.interest, unit) if unit is not None else one.interest
            click.echo(f"    {one.customer}  {amount}" + (f"  ({'; '.join(said)})" if said else ""))
    return 0


@contextmanager
def _shown() -> Iterator[Told]:
    with shown_progress("End of the day") as bar:
        yield lambda day, step, done, of: bar(done, of)


def _status(now: Standing, json_: bool) -> int:
    unfinished = [{"date": row.date, "step": row.step, "done": row.posted, "lines": row.size} for row in now.unfinished]
    if json_:
        as_json({"ended": now.ended, "due": list(now.due), "unfinished": unfinished})
        return 0
    click.echo(f"Ended through: {now.ended or 'no day yet'}")
    click.echo(f"Due: {', '.join(now.due) or 'nothing'}")
    for one in unfinished:
        click.echo(f"Unfinished: {one['step']} of {one['date']}, {one['done']} of {one['lines']} lines are booked")
    return 0


def _lines(report: Report) -> Iterator[str]:
    for one in report.resumed:
        yield f"Finished what an earlier run began: {one}"
    for day in report.days:
        yield f"{day.date}  {'' if day.steps else 'nothing to do'}".rstrip()
        for step in day.steps:
            aside = f", {step.aside} set aside" if step.aside else ""
            yield f"    {step.step}: {step.lines} {'line' if step.lines == 1 else 'lines'}{aside}"
    for line in report.set_aside:
        yield f"SET ASIDE {line.date} {line.step}, line {line.line}, {line.about}: {line.reason}"
    if not report.days and not report.resumed:
        yield "No day is due."
