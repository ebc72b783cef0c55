"""The ``counterfoil`` command: one lazily loaded module a command, one way to print, one table of exit codes.

Exit codes: 0 done; 1 done, and something is wrong or was refused; 2 the command or its input cannot be used;
3 the office cannot be used now (locked, full, not signing); 4 a fault of ours or damaged books; 130 interrupted.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import click

from counterfoil import __version__
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Unavailable

DONE, WRONG, UNUSABLE, NOT_NOW, FAULT = 0, 1, 2, 3, 4

COMMANDS: dict[str, str] = {
    "init": "counterfoil.faces.cli.office:init",
    "clerk": "counterfoil.faces.cli.office:clerk",
    "policy": "counterfoil.faces.cli.policy:policy",
    "quote": "counterfoil.faces.cli.quote:quote",
    "epoch": "counterfoil.faces.cli.office:epoch",
    "backup": "counterfoil.faces.cli.office:backup",
    "restore": "counterfoil.faces.cli.office:restore",
    "doctor": "counterfoil.faces.cli.office:doctor",
    "replay": "counterfoil.faces.cli.counter:replay",
    "schema": "counterfoil.faces.cli.counter:schema",
    "receipt": "counterfoil.faces.cli.receipts:receipt",
    "books": "counterfoil.faces.cli.books:books",
    "report": "counterfoil.faces.cli.report:report",
    "cash-reports": "counterfoil.faces.cli.report:cash_reports",
    "checks": "counterfoil.faces.cli.items:checks",
    "bills": "counterfoil.faces.cli.items:bills",
    "stops": "counterfoil.faces.cli.items:stops",
    "audit": "counterfoil.faces.cli.books:audit",
    "upgrade": "counterfoil.faces.cli.books:upgrade",
    "bundle": "counterfoil.faces.cli.proof:bundle",
    "proof": "counterfoil.faces.cli.proof:proof",
    "tiles": "counterfoil.faces.cli.proof:tiles",
    "verify": "counterfoil.faces.cli.verify:verify",
    "interest-totals": "counterfoil.faces.cli.day_end:interest_totals",
    "day-end": "counterfoil.faces.cli.day_end:day_end",
    "loan": "counterfoil.faces.cli.loans:loan",
    "money-orders": "counterfoil.faces.cli.money_orders:money_orders",
    "compute": "counterfoil.faces.cli.compute:compute",
    "paper": "counterfoil.faces.cli.documents:paper",
}
"""Command → where it is. ``__main__`` adds demo and bench."""


class LazyGroup(click.Group):
    """Loads a command's module when it is asked for, so that ``counterfoil --help`` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Counterfoil: an open postal bank. The counter, the books and the proof.

    Exit codes: 0 done; 1 something is wrong or was refused; 2 the command or its input cannot be used; 3 the office
    cannot be used now; 4 damaged books or a fault of ours.
    """


def run(house: Any, arguments: list[str] | None = None) -> int:
    """Runs the command line; every error becomes one sentence on standard error and an exit code, never a traceback."""
    try:
        result = cli.main(arguments, prog_name="counterfoil", obj=house, standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.Abort:
        print("Interrupted. What was answered before is recorded; nothing else is.", file=sys.stderr)
        return 130
    except click.ClickException as error:
        error.show()
        return UNUSABLE
    except CounterfoilError as error:
        print(f"counterfoil: {error}", file=sys.stderr)
        return code_of(error)
    except BrokenPipeError:
        return DONE
    except OSError as error:
        print(f"counterfoil: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return NOT_NOW
    return result if isinstance(result, int) else DONE


def code_of(error: CounterfoilError) -> int:
    """The exit code of an error."""
    if isinstance(error, Malformed):
        return UNUSABLE
    return NOT_NOW if isinstance(error, Unavailable) else FAULT if isinstance(error, Fault) else WRONG


def as_json(value: Any) -> None:
    """One JSON value on standard output. Bytes are written as hexadecimal."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``: one JSON object (or JSON Lines) instead of text."""
    return click.option("--json", "json_", is_flag=True, help="Write JSON instead of text.")(function)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
