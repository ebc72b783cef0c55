"""From the seeds: every line of the brief leads to something that exists, or says that it is planned."""

from __future__ import annotations

import ast
import re
from functools import cache

import click
import pytest

import counterfoil.__main__  # noqa: F401  # it registers the commands of demo and bench
from counterfoil.faces.cli import main as face
from counterfoil.office.requests import ASKS
from docs.pages import PROJECT

PAGE = PROJECT / "docs" / "explanation" / "from-the-seeds.md"
SEEDS = tuple(f"O{number}" for number in range(1, 11))
ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<shown>[^|]+) \| (?P<held>[^|]+) \|$", re.M)
PLANNED = re.compile(r"planned \((PRODUCTS|WINDOW|OFFICES)\)")


def sections() -> dict[str, str]:
    parts = re.split(r"^## (O\d+)\b.*$", PAGE.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(seed: str) -> list[tuple[str, str, str]]:
    """(feature, command or file that shows it, test that holds it) of one line of the brief."""
    found = [(match["what"], match["shown"], match["held"]) for match in ROW.finditer(sections()[seed])]
    return [row for row in found if row[0] != "feature" and not set(row[0]) <= set("- ")]


@cache
def defined(path: str) -> frozenset[str]:
    """The functions and classes of a file of the project, wherever in it they stand."""
    return frozenset(
        node.name
        for node in ast.walk(ast.parse((PROJECT / path).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )


def command_exists(words: list[str]) -> bool:
    """Whether ``counterfoil WORDS`` names a command and options that it has."""
    command: click.Command = face.cli
    for place, word in enumerate(words):
        if isinstance(command, click.Group):
            below = command.get_command(click.Context(command), word)
            if below is None:
                return False
            command = below
        else:
            options = {name for option in command.params for name in option.opts}
            return all(one in options for one in words[place:] if one.startswith("--"))
    return not isinstance(command, click.Group)


def dead(cell: str) -> list[str]:
    """What a cell names in code and the project does not have."""
    found = []
    for name in re.findall(r"`([^`]+)`", cell):
        if name.startswith("counterfoil "):
            alive = command_exists(name.split()[1:])
        elif name.startswith("make "):
            target = rf"^{re.escape(name.split()[1])}:"
            alive = re.search(target, (PROJECT / "Makefile").read_text("utf-8"), re.M) is not None
        elif name.startswith("tests/"):
            path, _, test = name.partition("::")
            alive = (PROJECT / path).exists() and (not test or test in defined(path))
        elif "/" in name or "." in name:
            alive = (PROJECT / name).exists()
        else:
            alive = name in ASKS
        if not alive:
            found.append(name)
    return found


def test_every_line_of_the_brief_has_its_section() -> None:
    assert tuple(sections()) == SEEDS


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_leads_to_something(seed: str) -> None:
    assert rows(seed), "this line leads nowhere"
    for what, shown, held in rows(seed):
        if PLANNED.search(shown):
            assert held.strip() == "–", f"{what}: what is planned has no test yet"
            continue
        assert "`" in shown, f"{what}: no command or file shows it"
        assert "`tests/" in held, f"{what}: no test holds it"
        assert dead(shown) + dead(held) == [], what


def test_a_dead_link_is_noticed() -> None:
    assert dead("`counterfoil replay` and `make test`, `docs/README.md`, `deposit`") == []
    assert dead("`counterfoil fly`, `counterfoil replay --fast`") == ["counterfoil fly", "counterfoil replay --fast"]
    assert dead("`make haste` `docs/no.md` `lend`") == ["make haste", "docs/no.md", "lend"]
    here = "tests/docs/test_seeds.py"
    assert dead(f"`{here}::test_a_dead_link_is_noticed` `{here}::test_no`") == [f"{here}::test_no"]
