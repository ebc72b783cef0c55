"""The receipt of one entry: on the screen, as a picture, as a printer's bytes, or as its code alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from counterfoil.counter.receipt import Receipt
from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import as_json, json_option
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.operations.desk import NodeSigner
from counterfoil.operations.papers import Papers

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
BINARY = ("png", "escpos")
SCREEN = 100
"""Columns a code may take: the largest slip's needs 87."""


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--entry", type=int, required=True, help="The entry's number, as on its receipt.")
@click.option("--epoch", type=int, default=None, help="Of which log; left out, the current one.")
@click.option("--format", "form", type=click.Choice(["text", "png", "escpos", "qr", "slip"]), default="text",
              show_default=True, help="qr: the code alone (a picture with --out); slip: the code's text.")  # fmt: skip
@click.option("--out", type=FILE, default=None, help="Write to this file.")
@click.option("--paper", type=click.Choice(["80", "58"]), default="80", show_default=True, help="Millimeters.")
@click.option("--language", type=click.Choice(["en", "es"]), default=None, help="Left out, the customer's own.")
@click.option("--copy", is_flag=True, help="Say COPY even if the first print is still due.")
@json_option
@click.pass_obj
def receipt(
    house: House, folder: Path, entry: int, epoch: int | None, form: str, out: Path | None, paper: str,
    language: str | None, copy: bool, json_: bool,
) -> int:  # fmt: skip
    """Make the receipt of an entry again. It says COPY, unless its first print is still due. Nothing is recorded."""
    made = read_receipt(house, folder, entry, epoch, language, copy)
    if form in ("qr", "slip") and not made.slip and (out or not json_):
        raise Unavailable(made.notes[-1])
    if out is not None or not json_:
        _give(out, _rendered(house, made, form, paper, bool(out)), form)
    if json_:
        as_json(_plain(made))
    return 0


def read_receipt(
    house: House, folder: Path, entry: int, epoch: int | None, language: str | None, copy: bool
) -> Receipt:
    """The receipt as the folder's store gives it, opened read-only."""
    store = house.read_store(folder)
    try:
        epochs = store.epochs()
        if not epochs:
            raise Unavailable(f"{folder} has no entry yet")
        papers = Papers(
            store,
            signer=lambda one: _key(house, folder, one),
            catalog=house.catalog,
            office_key=_office_key(house, folder),
        )
        return papers.receipt(
            epoch if epoch is not None else epochs[-1], entry, language=language, copy=True if copy else None
        )
    finally:
        store.close()


def _office_key(house: House, folder: Path) -> bytes | None:
    """For what only this office can make again (a claim code); None if the key is not here."""
    try:
        found: bytes = house.more["office-key"](folder)
    except (Unavailable, Malformed):
        return None
    return found


def _key(house: House, folder: Path, epoch: int) -> NodeSigner | None:
    try:
        found: NodeSigner = house.more["node-key"](folder, epoch)
    except Unavailable:
        return None
    return found


def _rendered(house: House, made: Receipt, form: str, paper: str, to_file: bool) -> str | bytes:
    if form == "slip":
        return "".join(f"{slip}\n" for slip in made.slips)
    if form == "qr":
        drawn = house.more["qr-png"] if to_file else house.more["qr-terminal"]
        if to_file and made.more_slips:
            raise Malformed(
                "this visit has several codes: take --format png or slip, or its entries one by one", field="format"
            )
        found: str | bytes = drawn(made.slip) if to_file else "\n".join(_drawn(drawn, slip) for slip in made.slips)
        return found
    size = house.more["paper"](paper)
    if form == "text":
        colors = sys.stdout.isatty() and not to_file
        text: str = house.more["receipt-text"](made, size, screen=SCREEN, colors=colors)
        return text
    picture: bytes = house.more[f"receipt-{form}"](made, size)
    return picture


def _drawn(drawn: Any, slip: str) -> str:
    return str(drawn(slip, columns=SCREEN, colors=sys.stdout.isatty()))


def _give(out: Path | None, content: str | bytes, form: str) -> None:
    data = content.encode() if isinstance(content, str) else content
    if out is not None:
        out.write_bytes(data)
        click.echo(f"{out}: {len(data)} bytes", err=True)
    elif form in BINARY and sys.stdout.isatty():
        raise click.UsageError(f"{form} is not for a terminal: say --out FILE, or send it on with | or >")
    elif isinstance(content, str):
        click.echo(content, nl=False)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _plain(made: Receipt) -> dict[str, Any]:
    return {
        "office": made.office, "title": made.title, "number": made.number, "when": made.when, "language": made.language,
        "copy": made.copy, "lines": [list(line) for line in made.lines], "notes": list(made.notes),
        "slips": list(made.slips),
    }  # fmt: skip
