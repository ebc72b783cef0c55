"""The reference of the command line says what the program says, and what it prints as JSON."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

import counterfoil.__main__  # noqa: F401  # it registers the commands of demo and bench
from counterfoil.faces.cli import main as face
from docs.pages import PROJECT

PAGE = PROJECT / "docs" / "reference" / "commands.md"
CODES = PROJECT / "docs" / "reference" / "exit-codes.md"


def leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, f"{before}{name} ")
        elif command is not None:
            yield f"{before}{name}", command


COMMANDS = dict(leaves(face.cli))


def sections() -> dict[str, str]:
    """The page's text of each command, generated or not."""
    parts = re.split(r"^## counterfoil ([a-z -]+)$", PAGE.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_page_is_what_the_program_says() -> None:
    command = [sys.executable, str(PROJECT / "scripts" / "commands.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_has_its_section() -> None:
    assert set(sections()) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described(name: str) -> None:
    text = sections()[name]
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option)]
    missing = [one for option in options for one in option.opts if one not in text]
    silent = [option.opts[-1] for option in options if not option.help and not option.show_default]
    assert missing == []
    assert silent == [], "the program itself should say what these are for"


@pytest.mark.parametrize(
    "name", [name for name, one in COMMANDS.items() if any("--json" in option.opts for option in one.params)]
)
def test_what_a_command_prints_as_json_is_described(name: str) -> None:
    assert "\n**JSON**" in sections()[name]


def test_every_exit_code_is_described() -> None:
    rows = re.findall(r"^\| (\d+) \|", CODES.read_text("utf-8"), re.M)
    codes = {face.DONE, face.WRONG, face.UNUSABLE, face.NOT_NOW, face.FAULT, 130}
    assert [int(row) for row in rows] == sorted(codes)
