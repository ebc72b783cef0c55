"""What a service costs here and elsewhere, before anybody agrees: ``counterfoil quote``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.faces.cli.office import FOLDER
from counterfoil.kernel.outcomes import Malformed, Refusal
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations.desk import load_state
from counterfoil.operations.quotes import quote as quoted


@click.command()
@click.argument("kind", metavar="KIND")
@click.argument("given", metavar="[FIELD=VALUE]...", nargs=-1)
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of the words.")
@json_option
@click.pass_obj
def quote(house: House, kind: str, given: tuple[str, ...], folder: Path, language: str, json_: bool) -> int:
    """Tell our price of a service and the usual ones elsewhere, with source and date, and what a year leaves you.

    KIND is a kind of request, and the fields are its own: `counterfoil quote check-cash sort=payroll amount=50000 DIR`.
    Amounts are whole cents. Exits 1 if the service is not to be had here.
    """
    body = dict(_field(kind, one) for one in given)
    store = house.read_store(folder)
    try:
        state = load_state(store)
    finally:
        store.close()
    found = quoted(kind, body, state)
    translate = house.catalog(language)
    if isinstance(found, Refusal):
        said = found.sentence(translate)
        as_json({"kind": kind, "code": found.code, "message": said}) if json_ else click.echo(said)
        return WRONG
    if json_:
        as_json({**found.as_json(), "said": found.lines(translate, language)})
    else:
        for line in found.lines(translate, language):
            click.echo(line)
    return 0


def _field(kind: str, given: str) -> tuple[str, Any]:
    """A field as typed, of the type that the kind's reader wants."""
    name, equals, value = given.partition("=")
    if not equals:
        raise Malformed(f"{given!r} is not FIELD=VALUE, such as amount=50000", field=name[:40])
    shape = fields_of(ASKS[kind]) if kind in ASKS else {}
    wanted = shape[name][0].schema.get("type", "string") if name in shape else "string"
    if wanted == "string":
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # The field's own reader says what is needed.
