"""``compute``: the calculators over a file, one line of JSON for each element. No office is opened."""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.main import WRONG, json_option
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.operations.compute import KINDS, answers

FILE_BYTES_MAX = 64_000_000


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@click.argument("file", metavar="FILE.json")
@click.option("--strict", is_flag=True, help="Exit 1 if any element could not be computed.")
@json_option
def compute(kind: str, file: str, strict: bool, json_: bool) -> int:
    """Compute rates, schedules, holds and legal limits: KIND of question, FILE.json (or - for standard input).

    Writes one JSON line for each element: its result, or the error that says why there is none. KIND is one of apr,
    apy, hold, schedule, savings, daycount, calendar, routing, checkdigit, ctr, rege and achreturn.
    """
    failed = done = 0
    for answer in answers(kind, read_json(file)):
        done += 1
        failed += "error" in answer
        click.echo(json.dumps(answer, default=_number))
    print(f"{done - failed} computed, {failed} not", file=sys.stderr)
    return WRONG if strict and failed else 0


def _number(value: Any) -> float:
    """A year fraction or an odd amount as a JSON number. Shown only: nothing is computed with it."""
    assert isinstance(value, Decimal)
    return float(value)


def read_json(name: str) -> Any:
    """The file's content, numbers exact. ``Malformed`` with the reason if it is not JSON of a bearable size."""
    data = _bytes(name)
    if len(data) > FILE_BYTES_MAX:
        raise Malformed(f"the file has more than {FILE_BYTES_MAX} bytes")
    try:
        return json.loads(data, parse_float=_exact, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the file is not JSON: {str(error)[:200]}") from None


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(FILE_BYTES_MAX + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        raise Malformed(f"there is no file {name}") from None
    except IsADirectoryError:
        raise Malformed(f"{name} is a folder, not a file") from None


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{short(text)} is not a number that can be kept exactly") from None


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a number")
