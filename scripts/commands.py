"""Keeps docs/reference/commands.md: ``python scripts/commands.py`` writes what each command itself says of its options.

Between ``<!-- command: NAME -->`` and ``<!-- end -->`` stands what the program says; the rest of the page is written by
hand and stays. ``--check`` writes nothing and exits 1 if the page and the program differ
(``test_the_page_is_what_the_program_says``).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import counterfoil.__main__  # noqa: E402, F401  # it registers the commands of demo and bench
from counterfoil.faces.cli.main import cli  # noqa: E402  # found only once the path above is set

PAGE = ROOT / "docs" / "reference" / "commands.md"
SECTION = re.compile(r"<!-- command: (?P<name>[a-z -]+) -->\n.*?<!-- end -->", re.S)


def leaves(group: click.Group, context: click.Context, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """(name, command) of every command that does something, in the order of the help page."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, context, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def section(name: str, command: click.Command) -> str:
    """What the program says of one command."""
    context = click.Context(command, info_name=f"counterfoil {name}")
    usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
    paragraphs = [re.sub(r"\s+", " ", one).strip() for one in (command.help or "").split("\n\n")]
    rows = [row for parameter in command.params if (row := _row(parameter, context))]
    table = ["| option | what |", "|---|---|", *rows] if rows else []
    lines = [f"<!-- command: {name} -->", f"`{usage}`", "", *_spaced(paragraphs), *table, "<!-- end -->"]
    return "\n".join(lines)


def _spaced(paragraphs: list[str]) -> Iterator[str]:
    for one in paragraphs:
        yield one
        yield ""


def _row(parameter: click.Parameter, context: click.Context) -> str | None:
    if not isinstance(parameter, click.Option):
        return None
    record = parameter.get_help_record(context)
    if record is None:
        return None
    names, said = (" ".join(part.split()).replace("|", "\\|") for part in record)
    return f"| `{names}` | {said} |"


def written() -> str:
    """The page with every generated section made anew, and a bare section for each command that has none."""
    context = click.Context(cli, info_name="counterfoil")
    known = dict(leaves(cli, context))
    text = PAGE.read_text("utf-8")
    text = SECTION.sub(lambda m: section(m["name"], known[m["name"]]) if m["name"] in known else m[0], text)
    for name, command in known.items():
        if f"<!-- command: {name} -->" not in text:
            text = f"{text.rstrip()}\n\n## counterfoil {name}\n\n{section(name, command)}\n"
    return text


def left_over() -> list[str]:
    """Commands that the page describes and the program does not have."""
    known = dict(leaves(cli, click.Context(cli, info_name="counterfoil")))
    return [match["name"] for match in SECTION.finditer(PAGE.read_text("utf-8")) if match["name"] not in known]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is not up to date")
    check = parser.parse_args().check
    for name in left_over():
        print(f"{PAGE.name} describes `counterfoil {name}`, which does not exist", file=sys.stderr)
    new = written()
    if new == PAGE.read_text("utf-8"):
        return 1 if left_over() else 0
    if check:
        print(f"{PAGE.name} is not what the program says; run: python scripts/commands.py", file=sys.stderr)
        return 1
    PAGE.write_text(new, "utf-8")
    return 1 if left_over() else 0


if __name__ == "__main__":
    sys.exit(main())
