"""``paper``: the papers a customer takes home, as PDF. Values come from a JSON file, or from an office's books."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.compute import read_json
from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import as_json, json_option
from counterfoil.kernel.days import day
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents import kept
from counterfoil.operations.documents.paper import as_plain
from counterfoil.operations.documents.reading import KINDS, elsewhere_of, values_of, write

NAMED_BY = {
    "statement": "account", "passbook": "account", "savings": "account", "loan": "loan", "hold": "case", "fees": None,
}  # fmt: skip
"""What the books can make, and what it is asked for by."""


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@click.argument("source", metavar="SOURCE")
@click.option("--lang", "lang", type=click.Choice(["en", "es"]), default=None,
              help="Language. Left out, the customer's own where the books tell it, else English.")  # fmt: skip
@click.option("--large", is_flag=True, help="Large print: 18 points.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write to this file.")
@click.option("--account", default=None, help="With an office's folder: the customer's account number.")
@click.option("--loan", default=None, help="With an office's folder: the number of the loan.")
@click.option("--case", default=None, help="With an office's folder: the case of the check whose money waits.")
@click.option(
    "--from", "since", default=None, metavar="DATE", help="With an office's folder: first day of a statement."
)
@click.option("--to", "until", default=None, metavar="DATE", help="With an office's folder: last day of a statement.")
@click.option(
    "--page", type=int, default=None, help="With an office's folder: page of the passbook; the last if left out."
)
@click.option("--elsewhere", default=None, metavar="FILE", help="With an office's folder: prices elsewhere, for fees.")
@json_option
@click.pass_obj
def paper(
    house: House, kind: str, source: str, lang: str | None, large: bool, out: Path | None, account: str | None,
    loan: str | None, case: str | None, since: str | None, until: str | None, page: int | None, elsewhere: str | None,
    json_: bool,
) -> int:  # fmt: skip
    """Make a paper as PDF: KIND of paper, SOURCE of its values (a JSON file, - for standard input, or an office's DIR).

    KIND is one of loan, savings, hold, statement, fees, identity, passbook and money-order. Statement, passbook, fees,
    savings, loan and hold can be made from an office's folder; nothing is recorded there. The PDF is tagged
    (PDF/UA-1), and the same values give the same bytes. With --json the content is printed, and a file is written only
    where --out names one.
    """
    asked = {
        "account": account, "loan": loan, "case": case, "from": since, "to": until, "page": page,
        "elsewhere": elsewhere,
    }  # fmt: skip
    if Path(source).is_dir():
        language, values = _from_books(house, Path(source), kind, lang, asked)
    else:
        language = lang or "en"
        given = [name for name, value in asked.items() if value is not None]
        if given:
            raise click.UsageError(f"--{given[0]} goes with an office's folder; a file says it itself")
        values = values_of(kind, read_json(source))
    made = write(kind, values, language, house.catalog(language))
    if out is not None or not json_:
        _give(out, house.more["paper-pdf"](made, large=large))
    if json_:
        as_json(as_plain(made))
    return 0


def _from_books(house: House, folder: Path, kind: str, lang: str | None, asked: Mapping[str, Any]) -> tuple[str, Any]:
    """Language and values as the folder's books hold them, opened read-only."""
    if kind not in NAMED_BY:
        raise Malformed(f"the books hold no {kind}: give its values as a JSON file", field="source")
    named = NAMED_BY[kind]
    for name in ("account", "loan", "case"):
        if (asked[name] is None) == (name == named):
            raise click.UsageError(f"{kind} {f'needs --{name}' if name == named else f'takes no --{name}'}")
    account = asked["account"]
    store = house.read_store(folder)
    try:
        if kind == "loan":
            return lang or kept.language_of_loan(store, asked["loan"]), kept.loan_of_books(store, asked["loan"])
        if kind == "hold":
            notice = kept.hold_of_books(store, asked["case"])
            return lang or kept.language_of(store, notice.account), notice
        language = lang or ("en" if kind == "fees" else kept.language_of(store, account))
        translate = house.catalog(language)
        if kind == "fees":
            content = read_json(asked["elsewhere"]) if asked["elsewhere"] is not None else {}
            return language, kept.prices_of(store, language, translate, elsewhere_of(content))
        if kind == "savings":
            return language, kept.savings_of_books(store, account)
        if kind == "passbook":
            return language, kept.passbook_of(store, account, translate, page=asked["page"])
        return language, kept.statement_of(
            store,
            account,
            translate,
            since=day(asked["from"], field="from") if asked["from"] is not None else None,
            until=day(asked["to"], field="to") if asked["to"] is not None else None,
        )
    finally:
        store.close()


def _give(out: Path | None, data: bytes) -> None:
    if out is not None:
        out.write_bytes(data)
        click.echo(f"{out}: {len(data)} bytes", err=True)
    elif sys.stdout.isatty():
        raise click.UsageError("a PDF is not for a terminal: say --out FILE, or send it on with | or >")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
