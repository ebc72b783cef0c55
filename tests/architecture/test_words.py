"""What the source says of itself is so: modules say what they are, and the tests they name exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.sources import PROJECT, modules, place, tree

TEST_NAME = re.compile(r"``(?:[\w./]+::)?(test_\w+)``")
SILENCED = re.compile(r"#\s*(type:\s*ignore|noqa)(?P<codes>(\[|:\s*)[\w, -]+\]?)?(?P<reason>.*)")


def written() -> list[Path]:
    """Every Python file of the project."""
    return sorted(path for part in ("src", "tests", "verifier", "scripts") for path in (PROJECT / part).rglob("*.py"))


def test_every_module_says_what_it_is() -> None:
    silent = [place(path, 1) for path in modules() if tree(path).body and ast.get_docstring(tree(path)) is None]
    assert silent == []


def test_every_test_that_a_module_names_exists() -> None:
    there = {
        node.name
        for path in (PROJECT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    } | {path.stem for path in (PROJECT / "tests").rglob("test_*.py")}
    there |= {  # A contract's tests stand in the package, where another store's author finds them.
        node.name
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    missing = [
        f"{place(path, 1)} names {name}" for path in modules() for name in named_tests(path) if name not in there
    ]
    assert not missing, "\n".join(missing)


def named_tests(path: Path) -> Iterator[str]:
    """The tests that a module's documentation names, as ``test_…`` in double backticks."""
    yield from (match.group(1) for match in TEST_NAME.finditer(path.read_text("utf-8")))


def silenced_without_reason(source: str) -> Iterator[int]:
    """Lines where a checker is told to look away, without which rule and why."""
    for number, line in enumerate(source.split("\n"), 1):
        if match := SILENCED.search(line):
            reason = match["reason"].strip().lstrip("#—:- ").strip()
            if not match["codes"] or len(reason) < 8:
                yield number


def test_a_silenced_checker_has_a_reason() -> None:
    this = Path(__file__).resolve()
    found = [
        place(path, line)
        for path in written()
        if path != this
        for line in silenced_without_reason(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("x = f()  # type: ignore", True),
        ("x = f()  # type: ignore[arg-type]", True),
        ("x = f()  # type: ignore  # it is known to be so", True),
        ("x = f()  # noqa: E501", True),
        ("x = f()  # type: ignore[arg-type]  # escpos has no types", False),
        ("x = f()  # noqa: E501  # one line of a table", False),
        ("x = f()  # nothing to see", False),
    ],
)
def test_a_reason_is_recognized(line: str, refused: bool) -> None:
    assert bool(list(silenced_without_reason(line))) is refused
