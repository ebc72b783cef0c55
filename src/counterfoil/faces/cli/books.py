"""The books looked at and looked over: ``books`` and ``audit``. Neither changes anything unless told to rebuild."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.faces.cli.progress import shown_progress
from counterfoil.kernel.money import Money, currency
from counterfoil.kernel.outcomes import CounterfoilError, Malformed, Unavailable
from counterfoil.operations import queries
from counterfoil.operations.audit import Asked, Rebuilt, Report
from counterfoil.operations.audit import audit as run_audit
from counterfoil.operations.audit import rebuild as run_rebuild
from counterfoil.operations.store import OfficeStore

FOLDER = click.Path(path_type=Path, file_okay=False)
_NUMBERS = ("debits", "credits", "balance", "amount", "number", "cash in", "cash out")


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--account", default=None, help="One account: its ledger name, or a customer's account number.")
@click.option("--till", default=None, help="One till.")
@click.option("--as-of", "as_of", default=None, metavar="DATE", help="Balances as of this date (2026-11-23).")
@click.option("--by", type=click.Choice(["booked", "value"]), default="booked", show_default=True,
              help="Which of a transfer's dates --as-of looks at.")  # fmt: skip
@json_option
@click.pass_obj
def books(
    house: House, folder: Path, account: str | None, till: str | None, as_of: str | None, by: queries.By, json_: bool
) -> int:
    """Show the trial balance, one account or one till. Exits 1 if the books do not balance."""
    if sum(given is not None for given in (account, till)) > 1 or (till and as_of):
        raise click.UsageError("choose one of --account and --till; --as-of goes with the trial balance or --account")
    at = queries.as_of_date(as_of, by) if as_of is not None else None
    store = house.more["audit-store"](folder)
    try:
        if store.damage:
            raise Unavailable(f"these books are damaged ({store.damage[0]}): run `counterfoil audit {folder}`")
        if account is not None:
            shown = queries.account_book(store, account, at=at)
            show = _account_text
        elif till is not None:
            shown, show = queries.till_book(store, till), _till_text
        else:
            shown, show = queries.books(store, at=at), _books_text
    finally:
        store.close()
    if json_:
        as_json(shown)
    else:
        for line in show(shown):
            click.echo(line)
    return 0 if shown.get("balanced", True) else WRONG


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--signatures", is_flag=True, help="Verify every signature of node and clerks too (slower).")
@click.option("--rebuild", is_flag=True, help="Write the fold tables anew from the journal, after asking.")
@click.option("--yes", is_flag=True, help="With --rebuild: do not ask.")
@click.option("--workers", type=click.IntRange(0, 64), default=None, help="Processes beside this one.")
@click.option("--no-keep", is_flag=True, help="Leave no note of the outcome in the folder (audit.json).")
@json_option
@click.pass_obj
def audit(
    house: House, folder: Path, signatures: bool, rebuild: bool, yes: bool, workers: int | None, no_keep: bool,
    json_: bool,
) -> int:  # fmt: skip
    """Read the whole journal again and name everything that does not agree. Exits 1 if anything does not.

    The store is opened read-only, beside a working office too; the outcome is noted beside it, in audit.json. With
    --rebuild the office must not be at work.
    """
    if yes and not rebuild:
        raise click.UsageError("--yes goes with --rebuild")
    settings = _How(house, folder, signatures, workers, keep=not no_keep)
    if not rebuild:
        report = settings.audit()
        as_json(report.as_json()) if json_ else _say(_report_text(folder, report))
        return 0 if report.clean else WRONG
    if not yes:
        report = settings.audit()
        _say(_report_text(folder, report), err=json_)
        question = "Write every fold table anew from the journal? What is recorded in the journal is not touched."
        if not click.confirm(question, err=True):
            click.echo("Nothing was changed.", err=True)
            return 0 if report.clean else WRONG
    done = settings.rebuild()
    if not done.rows:
        as_json({"rebuilt": {}, **done.before.as_json()}) if json_ else _say(_refused_text(folder, done.before))
        return WRONG
    after = settings.audit()
    if json_:
        as_json({"rebuilt": dict(sorted(done.rows.items())), **after.as_json()})
    else:
        click.echo(f"{len(done.rows)} fold tables were written anew: {sum(done.rows.values()):,} rows.")
        _say(_report_text(folder, after))
    return 0 if after.clean else WRONG


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
@click.pass_obj
def upgrade(house: House, folder: Path, json_: bool) -> int:
    """Bring the tables of an older build's office to the shape of this one.

    It keeps a copy, makes everything anew from the journal, and audits it. The office must not be at work. Cut short,
    it is run again. What is recorded in the journal is not touched.
    """
    older = house.more["tables-are-older"](folder)
    if not older:
        as_json({"upgraded": False}) if json_ else click.echo(f"{folder} has the tables of this build: nothing to do.")
        return 0
    copy = house.more["keep-before-upgrade"](folder)
    settings = _How(house, folder, signatures=False, workers=None, keep=True)
    done = settings.rebuild()
    if not done.rows:
        as_json({"upgraded": False, **done.before.as_json()}) if json_ else _say(_refused_text(folder, done.before))
        return WRONG
    after = settings.audit()
    if json_:
        as_json({"upgraded": True, "copy": str(copy) if copy else None, **after.as_json()})
    else:
        kept = f"As it was before: {copy}" if copy else "No copy was made of books in PostgreSQL: its own dump is that."
        click.echo(f"{len(done.rows)} fold tables were made anew: {sum(done.rows.values()):,} rows. {kept}")
        _say(_report_text(folder, after))
    return 0 if after.clean else WRONG


class _How:
    """How this folder is to be audited."""

    def __init__(self, house: House, folder: Path, signatures: bool, workers: int | None, *, keep: bool) -> None:
        self.house, self.folder, self.signatures, self.workers = house, folder, signatures, workers
        self.keep = keep

    def audit(self) -> Report:
        with self._asked(rebuild=False) as (store, asked):
            report = run_audit(store, asked)
        if self.keep:
            try:
                self.house.more["audit-keep"](self.folder, report)
            except (OSError, Unavailable) as error:  # A folder that cannot be written is audited all the same.
                click.echo(f"counterfoil: the outcome is not kept in {self.folder}: {error}", err=True)
        return report

    def rebuild(self) -> Rebuilt:
        with self._asked(rebuild=True) as (store, asked):
            return run_rebuild(store, asked)

    @contextmanager
    def _asked(self, *, rebuild: bool) -> Iterator[tuple[OfficeStore, Asked]]:
        mark = self.house.more["audit-mark"](self.folder)  # Before the store: the journal is never behind it then.
        store = self.house.more["audit-store"](self.folder, rebuild=rebuild)
        try:
            with shown_progress("Audit") as progress:
                damage = getattr(store, "damage", ())
                yield store, Asked(self.signatures, self._office_key(), mark, damage, self.workers, progress)
        finally:
            store.close()

    def _office_key(self) -> bytes | None:
        """The office key if it is here; without it the report says that accounts were not checked."""
        try:
            key = self.house.more["office-key"](self.folder)
        except (Unavailable, Malformed):
            return None
        assert isinstance(key, bytes)
        return key


def _say(lines: Iterator[str], *, err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)


def _report_text(folder: Path, report: Report) -> Iterator[str]:
    if report.ledger_only:
        yield f"{folder} holds a ledger without a journal: its accounts were compared with its transfers."
    elif not report.entries and report.clean:
        yield f"{folder} holds no entries yet: there is nothing to audit."
    logs = f"{report.entries:,} entries in {len(report.epochs)} log{'' if len(report.epochs) == 1 else 's'}"
    yield f"{logs}, {report.transfers:,} transfers, {report.accounts:,} accounts."
    if not report.ledger_only:
        checked = f"{report.signatures:,} signatures verified." if report.signatures is not None else (
            "Signatures were not checked: --signatures does."
        )  # fmt: skip
        yield checked
        if not report.commitments:
            yield "Accounts in cores were not checked: the office key is not here."
        if not report.mark:
            yield "The high-water mark was not compared: there is none here."
    if report.clean:
        yield "Clean: everything that is stored is what the transfers give." if report.ledger_only else (
            "Clean: everything that is stored is what the journal gives."
        )  # fmt: skip
        return
    yield f"NOT CLEAN: {len(report.findings)} findings."
    for finding in report.findings:
        yield f"  {finding}"


def _refused_text(folder: Path, report: Report) -> Iterator[str]:
    yield from _report_text(folder, report)
    yield "Nothing was rebuilt: the journal itself has findings, and only what is derived from it can be written anew."


def _books_text(shown: dict[str, Any]) -> Iterator[str]:
    office = shown["office"]
    if office:
        yield f"Office {office['office']}, {office['place']}" + (_dated(shown["as_of"]) if shown["as_of"] else "")
    if not shown["accounts"]:
        yield "Nothing is booked yet: open a day and a till, and take the first deposit."
        return
    rows = [
        (line["name"], _amount(line["debits"], line["currency"]), _amount(line["credits"], line["currency"]),
         _amount(line["balance"], line["currency"]))
        for line in shown["accounts"]
    ]  # fmt: skip
    rows += [
        (f"TOTAL {line['currency']}", _amount(line["debits_posted"], line["currency"]),
         _amount(line["credits_posted"], line["currency"]),
         _amount(line["debits_posted"] - line["credits_posted"], line["currency"]))
        for line in shown["trial"]
    ]  # fmt: skip
    yield from _table(("account", "debits", "credits", "balance"), rows)
    for line in shown["trial"]:
        if line["debits_pending"]:
            yield f"Pending in {line['currency']}: {_amount(line['debits_pending'], line['currency'])}"
    yield "The books balance." if shown["balanced"] else "THE BOOKS DO NOT BALANCE."
    for error in shown["errors"]:
        yield f"  {error['found']} [{error['code']}]"
    unit = office["currency"] if office else ""
    for till in shown.get("tills", ()):
        yield f"Till {till['till']}: {till['state']}, cash {_amount(till['cash'], unit)}, clerk {till['clerk']}"
    for case in shown.get("differences", ()):
        yield f"Difference {case['case']} at {case['till']}: {_amount(case['amount'], unit)}, {case['state']}"


def _account_text(shown: dict[str, Any]) -> Iterator[str]:
    account, holding = shown["account"], shown["holding"]
    if holding:
        yield f"Account {holding['account']}: {holding['product']}, {holding['state']}"
    if account is None:
        yield "Nothing is booked on it yet."
        return
    unit = account["currency"]
    yield f"{account['name']}" + (_dated(shown["as_of"]) if shown["as_of"] else "")
    rows = [
        (f"{one['epoch']}/{one['entry']}", one["booked"], one["value"], one["what"], one["other"],
         _amount(one["amount"] if one["side"] == "debit" else -one["amount"], unit), _amount(one["balance"], unit))
        for one in shown["transfers"]
    ]  # fmt: skip
    yield from _table(("entry", "booked", "value", "what", "with", "amount", "balance"), rows)
    yield "Debits are above zero, credits below: what the house owes a customer is below zero."


def _till_text(shown: dict[str, Any]) -> Iterator[str]:
    yield f"Till {shown['till']}: {shown['state']}, clerk {shown['clerk']}, day {shown['date']}"
    unit = shown["currency"]
    yield f"Cash by the books: {_amount(shown['cash'], unit)}"
    yield f"Stamps at face value: {_amount(shown['stock_value'], unit)}"
    rows = [
        (one["date"], one["kind"], str(one["number"]), _amount(one["cash_in"], unit), _amount(one["cash_out"], unit))
        for one in shown["totals"]
    ]
    yield from _table(("date", "kind", "number", "cash in", "cash out"), rows)
    for one in shown["stock"]:
        yield f"Stock: {one['quantity']} of {one['item']} at {_amount(one['face'], unit)}"
    for case in shown["differences"]:
        yield f"Difference {case['case']} of {case['date']}: {_amount(case['amount'], unit)}, {case['state']}"


def _dated(as_of: dict[str, str]) -> str:
    return f", as of {as_of['date']} by {'booking' if as_of['by'] == 'booked' else 'value'} date"


def _amount(minor: int, unit: str) -> str:
    """An amount with its currency's decimals; plain minor units where the currency is not one of ours."""
    try:
        return Money(minor, currency(unit)).decimal()
    except CounterfoilError:
        return f"{minor:,}"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Aligned columns: texts to the left, and from the first amount on to the right."""
    if not rows:
        return
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    right = {at for at, head in enumerate(heads) if head in _NUMBERS}
    for row in (heads, *rows):
        yield "  ".join(
            cell.rjust(widths[at]) if at in right else cell.ljust(widths[at]) for at, cell in enumerate(row)
        ).rstrip()
